import type { Outcome, SessionState, Value } from '../protocol.ts'
import type { Databases } from '../sqlite/databases.ts'
import { alteration } from './alter-table.ts'
import { Catalogue, SYSTEM_DATABASES } from './catalogue.ts'
import { Cursor, TableParser } from './create-table.ts'
import { literal, quoteName } from './definition.ts'
import { fillInformationSchema } from './information-schema.ts'
import { type Token, tokensOf } from './lexer.ts'
import { problemOf, SqlError, syntaxError } from './problem.ts'
import { closing, partsOf, Renderer } from './render.ts'
import { chosen, describe, result, show, type ShowHost } from './show.ts'
import { Privileges } from './privileges.ts'
import { Users } from './users.ts'
import { changeText, insertion } from './row-changes.ts'
import { variablesOf } from './variables.ts'

export const NOTHING: Outcome = { columns: [], rows: [], affected: 0, insertId: 0, info: '' }

/** One statement of a session on its way. */
interface Work {
  readonly session: SessionState
  readonly sql: string
  readonly tokens: readonly Token[]
  readonly parameters: readonly Value[]
  readonly renderer: Renderer
}
type Verb = (work: Work, cursor: Cursor) => Outcome

/** MySQL's language over SQLite's tables. */
export class Engine {
  private readonly databases: Databases
  private readonly catalogue: Catalogue
  private readonly users: Users
  private readonly privileges: Privileges
  private readonly version: string

  constructor(databases: Databases, version: string) {
    this.databases = databases
    this.version = version
    this.catalogue = new Catalogue(databases)
    this.users = new Users(databases, /^5|maria/i.test(version) ? 'mysql_native_password' : 'caching_sha2_password')
    this.privileges = new Privileges(databases)
    for (const name of SYSTEM_DATABASES) if (!databases.has(name)) databases.add(name, new Uint8Array(0))
    for (const name of databases.names) this.catalogue.prepare(name)
    this.users.prepare()
  }

  /** Statements of a transaction are undone. */
  reset(): void {
    this.databases.rollback()
    this.catalogue.forget()
  }

  get inTransaction(): boolean {
    return this.databases.names.some((name) => this.databases.inTransaction(name))
  }

  /** @throws SqlError */
  run(session: SessionState, sql: string, parameters: readonly Value[]): Outcome {
    const tokens = tokensOf(sql)
    const first = tokens[0]
    if (!first) throw new SqlError(1065, '42000', 'Query was empty')
    const renderer = new Renderer({
      database: session.database || 'mysql',
      variable: (name) => session.variables.get(`@${name}`) ?? null,
      systemVariable: (name) => this.variable(session, name),
    })
    const work = { session, sql, tokens, parameters, renderer }
    try {
      const verb = VERBS.get(first.upper) ?? (first.text === '(' ? VERBS.get('SELECT') : undefined)
      if (!verb) throw syntaxError(sql)
      this.privileges.check(session.user, tokens, session.database)
      return verb.call(this, work, new Cursor(tokens, 1))
    } catch (error) {
      if (error instanceof SqlError) throw error
      throw problemOf(error instanceof Error ? error.message : String(error), {
        database: session.database,
        sql,
        duplicate: (table, columns) => this.duplicate(work, table, columns),
      })
    }
  }

  private variable({ variables }: SessionState, name: string): Value {
    const plain = name.replace(/^(global|session|local)\./, '')
    return variables.get(plain) ?? variablesOf(this.version).get(plain) ?? null
  }

  /** The connection for a statement, with what it names of other databases. */
  private at({ session, tokens }: Work): string {
    const database = session.database === '' ? 'mysql' : session.database
    tokens.forEach(({ text, kind }, i) => {
      const dotted = tokens[i + 1]?.kind === 'op' && tokens[i + 1]?.text === '.'
      const name = text.toLowerCase() === 'information_schema' ? 'information_schema' : text
      if (!dotted || kind === 'op' || !this.databases.has(name)) return
      if (name === 'information_schema') fillInformationSchema(this.catalogue, this.listed())
      this.databases.attach(database, name)
    })
    return database
  }

  private listed(): string[] {
    return [...this.databases.names].sort()
  }

  private showHost({ session, renderer }: Work): ShowHost {
    const variables = new Map([
      ...variablesOf(this.version),
      ...[...session.variables].filter(([name]) => !name.startsWith('@')),
    ])
    return {
      catalogue: this.catalogue,
      renderer,
      database: session.database,
      user: session.user,
      databases: () => this.listed().filter((name) => this.privileges.sees(session.user, name)),
      variables: () =>
        [...variables]
          .map(([name, value]): [string, string] => [name, onOff(name, value)])
          .sort(([a], [b]) => a.localeCompare(b)),
      status: () => [
        ['Threads_connected', '1'],
        ['Uptime', '1'],
        ['Ssl_cipher', ''],
      ],
    }
  }

  // statements ------------------------------------------------------------------------------------------------------

  select(work: Work): Outcome {
    const database = this.at(work)
    if (
      work.session.database === '' &&
      work.tokens.some(
        ({ upper, kind }, i) =>
          kind === 'word' &&
          upper === 'FROM' &&
          work.tokens[i + 2]?.text !== '.' &&
          work.tokens[i + 1]?.text !== '(' &&
          work.tokens[i + 1]?.upper !== 'DUAL',
      )
    )
      chosen('')
    const { columns, rows } = this.databases.run(database, work.renderer.render(work.tokens), work.parameters)
    return { ...NOTHING, columns, rows, affected: rows.length }
  }

  insert(work: Work, cursor: Cursor): Outcome {
    const replace = work.tokens[0]?.upper === 'REPLACE'
    let ignore = false
    for (;;)
      if (cursor.take('IGNORE')) ignore = true
      else if (
        !(cursor.take('LOW_PRIORITY') || cursor.take('DELAYED') || cursor.take('HIGH_PRIORITY') || cursor.take('INTO'))
      )
        break
    const start = cursor.at
    const { database: other, name } = cursor.qualified()
    const database = this.at(work)
    chosen(other ?? work.session.database)
    const target = work.renderer.render(work.tokens.slice(start, cursor.at))
    const rest = insertion(work.renderer, cursor)
    const verb = replace ? 'REPLACE' : ignore ? 'INSERT OR IGNORE' : 'INSERT'
    const table = this.catalogue.tables(other ?? database).get(name)
    this.databases.run(database, `${verb} INTO ${target} ${rest}`, work.parameters)
    const affected = this.databases.changes(database)
    const numbered = table?.columns.some(({ autoIncrement }) => autoIncrement) && affected > 0
    const insertId = numbered
      ? this.databases.lastRowid(database) - (/\bON CONFLICT\b/.test(rest) ? 0 : affected - 1)
      : 0
    return {
      ...NOTHING,
      affected,
      insertId,
      info: affected > 1 ? `Records: ${affected}  Duplicates: 0  Warnings: 0` : '',
    }
  }

  change(work: Work, cursor: Cursor): Outcome {
    const database = this.at(work)
    chosen(work.session.database || (work.tokens.some(({ text }) => text === '.') ? 'mysql' : ''))
    const verb = work.tokens[0]?.upper ?? ''
    while (cursor.take('IGNORE') || cursor.take('LOW_PRIORITY') || cursor.take('QUICK'));
    const sql = changeText(work.renderer, verb, cursor.rest)
    this.databases.run(database, sql, work.parameters)
    const affected = this.databases.changes(database)
    return {
      ...NOTHING,
      affected,
      info: verb === 'UPDATE' ? `Rows matched: ${affected}  Changed: ${affected}  Warnings: 0` : '',
    }
  }

  truncate({ session }: Work, cursor: Cursor): Outcome {
    cursor.take('TABLE')
    const { database: other, name } = cursor.qualified()
    const database = chosen(other ?? session.database)
    this.catalogue.table(database, name)
    this.databases.run(database, `DELETE FROM ${quoteName(name)}`)
    if (this.catalogue.nextId(database, name) > 1)
      this.databases.run(database, `DELETE FROM sqlite_sequence WHERE name = ${literal(name)}`)
    return NOTHING
  }

  create(work: Work, cursor: Cursor): Outcome {
    const { renderer, session } = work
    if (cursor.take('DATABASE') || cursor.take('SCHEMA')) return this.createDatabase(cursor)
    if (cursor.take('USER')) return (this.users.change(cursor, true), NOTHING)
    cursor.take('OR', 'REPLACE')
    while (cursor.take('UNIQUE') || cursor.take('FULLTEXT')) if (work.tokens[cursor.at]?.upper === 'INDEX') break
    if (cursor.take('INDEX')) return this.createIndex(work, cursor)
    const temporary = cursor.take('TEMPORARY')
    if (cursor.take('VIEW')) return this.createView(work, cursor)
    if (!cursor.take('TABLE'))
      throw new SqlError(1235, '42000', "This version of MySQL doesn't yet support 'this kind of CREATE'")
    const lenient = cursor.take('IF', 'NOT', 'EXISTS')
    const { database: other, name } = cursor.qualified()
    const database = chosen(other ?? session.database)
    if (lenient && this.catalogue.names(database).includes(name)) return NOTHING
    if (this.catalogue.names(database).includes(name))
      throw new SqlError(1050, '42S01', `Table '${name}' already exists`)
    if (cursor.take('LIKE')) {
      const { database: from, name: source } = cursor.qualified()
      this.catalogue.create(database, { ...structuredClone(this.catalogue.table(from ?? database, source)), name })
      return NOTHING
    }
    const isGroup = cursor.token?.kind === 'op' && cursor.token.text === '('
    const inner = isGroup ? cursor.group() : []
    const as = cursor.rest.findIndex(({ upper, kind }) => kind === 'word' && (upper === 'AS' || upper === 'SELECT'))
    const parser = new TableParser(renderer)
    const options = as < 0 ? cursor.rest : cursor.rest.slice(0, as)
    const query = as < 0 ? undefined : cursor.rest.slice(cursor.rest[as]?.upper === 'AS' ? as + 1 : as)
    if (temporary && query === undefined && inner.length === 0) throw syntaxError(work.sql)
    const table = query ? this.tableLike(work, name, query) : parser.table(name, inner, options)
    if (table.columns.length === 0) throw new SqlError(4028, 'HY000', 'A table must have at least one visible column.')
    this.catalogue.create(database, table)
    if (query) this.databases.run(database, `INSERT INTO ${quoteName(name)} ${renderer.render(query)}`)
    return { ...NOTHING, affected: query ? this.databases.changes(database) : 0 }
  }

  /** CREATE TABLE … SELECT: columns as the query has them. */
  private tableLike(work: Work, name: string, query: readonly Token[]) {
    const { columns } = this.databases.run(this.at(work), `SELECT * FROM (${work.renderer.render(query)}) LIMIT 0`)
    const table = new TableParser(work.renderer).table(name, [], [])
    for (const column of columns)
      table.columns.push({
        name: column.name,
        type:
          column.type === '' ? 'varchar(255)' : column.type === 'INTEGER' ? 'int' : column.type.replace(/ text$/, ''),
        notNull: false,
        fallback: undefined,
        touched: false,
        autoIncrement: false,
        comment: '',
      })
    return table
  }

  private createDatabase(cursor: Cursor): Outcome {
    const lenient = cursor.take('IF', 'NOT', 'EXISTS')
    const name = cursor.name()
    if (this.databases.has(name)) {
      if (lenient) return { ...NOTHING, affected: 1 }
      throw new SqlError(1007, 'HY000', `Can't create database '${name}'; database exists`)
    }
    this.databases.add(name, new Uint8Array(0))
    this.catalogue.prepare(name)
    return { ...NOTHING, affected: 1 }
  }

  private createIndex({ session, tokens }: Work, cursor: Cursor): Outcome {
    const name = cursor.name()
    while (!cursor.take('ON')) cursor.at++
    const { database: other, name: of } = cursor.qualified()
    const database = chosen(other ?? session.database)
    const before = this.catalogue.table(database, of)
    const after = structuredClone(before)
    const kind = tokens[1]?.upper === 'UNIQUE' ? 'unique' : 'index'
    after.keys.push({ kind, name, columns: partsOf(cursor.group()).map(([first]) => first?.text ?? '') })
    this.catalogue.rebuild(database, before, after, new Map(before.columns.map((column) => [column.name, column.name])))
    return NOTHING
  }

  private createView({ session, renderer, tokens }: Work, cursor: Cursor): Outcome {
    const { database: other, name } = cursor.qualified()
    const database = chosen(other ?? session.database)
    if (tokens[1]?.upper === 'OR') this.databases.run(database, `DROP VIEW IF EXISTS ${quoteName(name)}`)
    const columns = cursor.token?.text === '(' ? ` (${renderer.render(cursor.group())})` : ''
    cursor.take('AS')
    this.databases.run(database, `CREATE VIEW ${quoteName(name)}${columns} AS ${renderer.render(cursor.rest)}`)
    return NOTHING
  }

  drop({ session }: Work, cursor: Cursor): Outcome {
    if (cursor.take('USER')) return (this.users.drop(cursor), this.privileges.forget(), NOTHING)
    if (cursor.take('DATABASE') || cursor.take('SCHEMA')) {
      const lenient = cursor.take('IF', 'EXISTS')
      const name = cursor.name()
      if (!this.databases.has(name)) {
        if (lenient) return NOTHING
        throw new SqlError(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`)
      }
      const affected = this.catalogue.names(name).length
      this.databases.drop(name)
      this.catalogue.forget()
      return { ...NOTHING, affected, ...(session.database === name && { database: '' }) }
    }
    cursor.take('TEMPORARY')
    const view = cursor.take('VIEW')
    if (cursor.take('INDEX')) return this.dropIndex(session, cursor)
    if (!view && !cursor.take('TABLE') && !cursor.take('TABLES')) return NOTHING
    const lenient = cursor.take('IF', 'EXISTS')
    do {
      const { database: other, name } = cursor.qualified()
      const database = chosen(other ?? session.database)
      if (view) this.databases.run(database, `DROP VIEW ${lenient ? 'IF EXISTS ' : ''}${quoteName(name)}`)
      else if (this.catalogue.tables(database).has(name)) this.catalogue.drop(database, name)
      else if (!lenient) throw new SqlError(1051, '42S02', `Unknown table '${database}.${name}'`)
    } while (cursor.takeOp(','))
    return NOTHING
  }

  private dropIndex(session: SessionState, cursor: Cursor): Outcome {
    const name = cursor.name()
    cursor.take('ON')
    const { database: other, name: of } = cursor.qualified()
    const database = chosen(other ?? session.database)
    const before = this.catalogue.table(database, of)
    const after = { ...structuredClone(before), keys: before.keys.filter((key) => key.name !== name) }
    this.catalogue.rebuild(database, before, after, new Map(before.columns.map((column) => [column.name, column.name])))
    return NOTHING
  }

  alter({ session, renderer }: Work, cursor: Cursor): Outcome {
    if (cursor.take('USER')) return (this.users.change(cursor, false), NOTHING)
    if (!cursor.take('TABLE')) return NOTHING
    const { database: other, name } = cursor.qualified()
    const database = chosen(other ?? session.database)
    const before = this.catalogue.table(database, name)
    const { table, from, nextId } = alteration(before, renderer, cursor.rest)
    this.catalogue.rebuild(database, before, table, from)
    if (nextId !== undefined) {
      this.databases.run(database, `DELETE FROM sqlite_sequence WHERE name = ${literal(table.name)}`)
      this.databases.run(database, `INSERT INTO sqlite_sequence VALUES (${literal(table.name)}, ${nextId - 1})`)
    }
    const rows = Number(this.databases.run(database, `SELECT count(*) FROM ${quoteName(table.name)}`).rows[0]?.[0] ?? 0)
    return { ...NOTHING, info: `Records: ${rows}  Duplicates: 0  Warnings: 0` }
  }

  rename({ session }: Work, cursor: Cursor): Outcome {
    cursor.take('TABLE')
    do {
      const { database: other, name } = cursor.qualified()
      const database = chosen(other ?? session.database)
      cursor.take('TO')
      const before = this.catalogue.table(database, name)
      const after = { ...structuredClone(before), name: cursor.qualified().name }
      this.catalogue.rebuild(
        database,
        before,
        after,
        new Map(before.columns.map((column) => [column.name, column.name])),
      )
    } while (cursor.takeOp(','))
    return NOTHING
  }

  use({ session }: Work, cursor: Cursor): Outcome {
    const name = cursor.name()
    this.privileges.enter(session.user, name)
    if (!this.databases.has(name)) throw new SqlError(1049, '42000', `Unknown database '${name}'`)
    return { ...NOTHING, database: name }
  }

  set(work: Work, cursor: Cursor): Outcome {
    if (cursor.take('PASSWORD')) return (this.users.setPassword(cursor, work.session.user.replace(/@.*/, '')), NOTHING)
    if (cursor.take('NAMES') || cursor.take('CHARACTER', 'SET') || cursor.take('CHARSET')) return NOTHING
    if (
      /^(SESSION|GLOBAL)?TRANSACTION/.test(
        cursor.rest
          .slice(0, 2)
          .map(({ upper }) => upper)
          .join(''),
      )
    )
      return NOTHING
    const variables = partsOf(cursor.rest).map((part): [string, Value] => {
      const assigned = new Cursor(part)
      while (assigned.take('SESSION') || assigned.take('GLOBAL') || assigned.take('LOCAL') || assigned.take('PERSIST'));
      const user = assigned.token?.kind === 'variable'
      const name = `${user ? '@' : ''}${assigned
        .name()
        .toLowerCase()
        .replace(/^(global|session|local)\./, '')}`
      if (!assigned.takeOp('=')) assigned.takeOp(':=')
      return [name, this.valueOf(work, assigned.rest)]
    })
    for (const [name, value] of variables)
      if (name === 'foreign_key_checks')
        for (const database of this.databases.names)
          this.databases.run(database, `PRAGMA foreign_keys = ${Number(value)}`)
    return { ...NOTHING, variables }
  }

  private valueOf(work: Work, tokens: readonly Token[]): Value {
    const [only] = tokens
    if (tokens.length === 1 && only?.kind === 'word') {
      const word = { ON: 1, OFF: 0, TRUE: 1, FALSE: 0, DEFAULT: null, NULL: null }[only.upper]
      return word === undefined ? only.text : word
    }
    const { rows } = this.databases.run(this.at(work), `SELECT ${work.renderer.render(tokens)}`, work.parameters)
    return rows[0]?.[0] ?? null
  }

  transaction(work: Work): Outcome {
    const words = work.tokens.map(({ upper }) => upper)
    const database = this.at(work)
    const [first = ''] = words
    if (first === 'BEGIN' || first === 'START') {
      if (this.inTransaction) this.commit()
      this.databases.run(database, 'BEGIN')
    } else if (first === 'COMMIT') this.commit()
    else if (first === 'SAVEPOINT' || first === 'RELEASE' || words.includes('TO')) {
      if (this.databases.inTransaction(database)) this.databases.run(database, work.renderer.render(work.tokens))
      this.catalogue.forget()
    } else this.reset()
    return NOTHING
  }

  private commit(): void {
    for (const name of this.databases.names) if (this.databases.inTransaction(name)) this.databases.run(name, 'COMMIT')
  }

  show(work: Work, cursor: Cursor): Outcome {
    return show(this.showHost(work), cursor.rest)
  }

  describe(work: Work, cursor: Cursor): Outcome {
    const first = cursor.token?.upper ?? ''
    if (/^(SELECT|INSERT|UPDATE|DELETE|ANALYZE|FORMAT|EXTENDED)$/.test(first)) return this.explain(work, cursor)
    return describe(this.showHost(work), cursor.rest)
  }

  private explain(work: Work, cursor: Cursor): Outcome {
    const { rows } = this.databases.run(
      this.at(work),
      `EXPLAIN QUERY PLAN ${work.renderer.render(cursor.rest)}`,
      work.parameters,
    )
    return result(
      [
        'id',
        'select_type',
        'table',
        'partitions',
        'type',
        'possible_keys',
        'key',
        'key_len',
        'ref',
        'rows',
        'filtered',
        'Extra',
      ],
      rows.map(([, , , detail], i) => {
        const [, how, table, , key = null] =
          /^(SCAN|SEARCH) (\S+)( USING (?:COVERING )?INDEX (\S+))?/.exec(String(detail)) ?? []
        return [
          i + 1,
          'SIMPLE',
          table ?? null,
          null,
          how === 'SEARCH' ? 'ref' : 'ALL',
          key,
          key,
          null,
          null,
          1,
          '100.00',
          how ? null : String(detail),
        ]
      }),
    )
  }

  maintain({ tokens, session }: Work, cursor: Cursor): Outcome {
    const verb = tokens[0]?.text.toLowerCase() ?? ''
    cursor.take('TABLE')
    const rows = partsOf(cursor.rest).map(([name]): Value[] => [
      `${session.database}.${name?.text}`,
      verb,
      'status',
      'OK',
    ])
    return result(['Table', 'Op', 'Msg_type', 'Msg_text'], rows)
  }

  grant({ sql }: Work, cursor: Cursor): Outcome {
    this.users.grant(cursor, sql)
    this.privileges.forget()
    return NOTHING
  }

  revoke({ sql }: Work, cursor: Cursor): Outcome {
    this.users.revoke(cursor, sql)
    this.privileges.forget()
    return NOTHING
  }

  accept(): Outcome {
    return NOTHING
  }

  /** Which value of an INSERT stands in the table already. */
  private duplicate(
    { tokens, parameters, session }: Work,
    name: string,
    columns: readonly string[],
  ): { entry: string; key: string } {
    const table = this.catalogue.tables(session.database).get(name)
    const key =
      table?.keys.find((each) => each.columns.join() === columns.join())?.name ?? (columns.length > 0 ? 'PRIMARY' : '')
    const values = tokens.findIndex(({ upper, kind }) => kind === 'word' && (upper === 'VALUES' || upper === 'VALUE'))
    const open = tokens.findIndex(({ text, kind }) => kind === 'op' && text === '(')
    const listed =
      open >= 0 && open < values
        ? partsOf(tokens.slice(open + 1, closing(tokens, open))).map(([first]) => first?.text ?? '')
        : (table?.columns.map((column) => column.name) ?? [])
    let used = 0
    for (const row of values < 0 ? [] : partsOf(tokens.slice(values + 1))) {
      const given = partsOf(row.slice(1, -1)).map(([first]) =>
        first?.kind === 'param' ? String(parameters[used++] ?? '') : (first?.text ?? ''),
      )
      const wanted = columns.map((column) => given[listed.indexOf(column)] ?? '')
      const where = columns.map((column, i) => `${quoteName(column)} = ${literal(wanted[i] ?? '')}`).join(' AND ')
      if (this.databases.run(session.database, `SELECT 1 FROM ${quoteName(name)} WHERE ${where}`).rows.length > 0)
        return { entry: wanted.join('-'), key }
    }
    return { entry: '', key }
  }
}

const onOff = (name: string, value: Value): string =>
  /^(autocommit|foreign_key_checks|unique_checks|performance_schema|log_bin|transaction_read_only|sql_notes)$/.test(
    name,
  )
    ? Number(value)
      ? 'ON'
      : 'OFF'
    : String(value ?? '')

const VERBS: ReadonlyMap<string, (this: Engine, work: Work, cursor: Cursor) => Outcome> = new Map(
  Object.entries<keyof Engine & string>({
    SELECT: 'select',
    WITH: 'select',
    VALUES: 'select',
    INSERT: 'insert',
    REPLACE: 'insert',
    UPDATE: 'change',
    DELETE: 'change',
    TRUNCATE: 'truncate',
    CREATE: 'create',
    DROP: 'drop',
    ALTER: 'alter',
    RENAME: 'rename',
    USE: 'use',
    SET: 'set',
    BEGIN: 'transaction',
    START: 'transaction',
    COMMIT: 'transaction',
    ROLLBACK: 'transaction',
    SAVEPOINT: 'transaction',
    RELEASE: 'transaction',
    SHOW: 'show',
    DESCRIBE: 'describe',
    DESC: 'describe',
    EXPLAIN: 'describe',
    ANALYZE: 'maintain',
    OPTIMIZE: 'maintain',
    CHECK: 'maintain',
    REPAIR: 'maintain',
    GRANT: 'grant',
    REVOKE: 'revoke',
    FLUSH: 'accept',
    LOCK: 'accept',
    UNLOCK: 'accept',
    KILL: 'accept',
    DO: 'accept',
  }).map(([word, method]) => [
    word,
    function (this: Engine, work, cursor) {
      return (this[method] as unknown as Verb).call(this, work, cursor)
    },
  ]),
)
