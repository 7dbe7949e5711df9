import type { Outcome, SessionState, Value } from '../protocol.ts'
import type { Databases } from '../sqlite/databases.ts'
import { Catalogue, SYSTEM_DATABASES } from './catalogue.ts'
import { Cursor } from './create-table.ts'
import { Definitions } from './definitions.ts'
import { foreignKeyText, literal, quoteName, type TableDefinition } from './definition.ts'
import { mariaProblem } from './flavour.ts'
import { fillInformationSchema } from './information-schema.ts'
import { type Token, tokensOf } from './lexer.ts'
import { problemOf, SqlError, syntaxError } from './problem.ts'
import { closing, partsOf, Renderer } from './render.ts'
import { withNullness } from './nullness.ts'
import { titled } from './titles.ts'
import { chosen, describe, result, show, type ShowHost } from './show.ts'
import { Privileges } from './privileges.ts'
import { Users } from './users.ts'
import { changeText, insertion } from './row-changes.ts'
import { variablesOf } from './variables.ts'
import { NOTHING, type Work } from './work.ts'

type Verb = (engine: Engine, work: Work, cursor: Cursor) => Outcome

/** MySQL's language over SQLite's tables. */
export class Engine {
  private readonly databases: Databases
  private readonly catalogue: Catalogue
  private readonly users: Users
  private readonly privileges: Privileges
  readonly definitions: Definitions
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
    const at = (work: Work): string => this.at(work)
    const { catalogue, users, privileges } = this
    this.definitions = new Definitions({ databases, catalogue, users, privileges, at })
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
      return verb(this, work, new Cursor(tokens, 1))
    } catch (error) {
      if (error instanceof SqlError) throw this.worded(error)
      const problem = problemOf(error instanceof Error ? error.message : String(error), {
        database: session.database,
        sql,
        duplicate: (table, columns) => this.duplicate(work, table, columns),
        isGiven: (column) => isGiven(work, column),
        foreignKey: () => this.brokenKey(work),
      })
      throw this.worded(problem)
    }
  }

  private get isMaria(): boolean {
    return /maria/i.test(this.version)
  }

  private worded(error: SqlError): SqlError {
    return this.isMaria ? mariaProblem(error) : error
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
      isMaria: this.isMaria,
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
    const text = work.renderer.render(titled(work.tokens, work.sql))
    const { columns, rows } = this.databases.run(database, text, work.parameters)
    const shown = withNullness(columns, work.tokens, this.tablesOf(work))
    return { ...NOTHING, columns: shown, rows, affected: rows.length }
  }

  /** The tables that a statement names. */
  private tablesOf({ tokens, session }: Work): TableDefinition[] {
    if (session.database === '') return []
    const tables = this.catalogue.tables(session.database)
    return tokens.flatMap(({ kind, text }, i) => {
      const table = kind === 'word' || kind === 'name' ? tables.get(text) : undefined
      return table && tokens[i + 1]?.text !== '.' ? [table] : []
    })
  }

  /** SQLite does not say which key it was: it is told where only one can be meant. */
  private brokenKey(work: Work): SqlError {
    const { session, tokens } = work
    const own = this.tablesOf(work)[0]
    const isChild = tokens[0]?.upper !== 'DELETE' && (own?.foreignKeys.length ?? 0) > 0
    const tables = [...this.catalogue.tables(session.database).values()]
    const candidates = tables.flatMap((table) =>
      table.foreignKeys
        .filter((key) => (isChild ? table === own : key.table === own?.name))
        .map((key) => ` (\`${session.database}\`.\`${table.name}\`, ${foreignKeyText(key)})`),
    )
    const detail = candidates.length === 1 ? (candidates[0] ?? '') : ''
    return isChild
      ? new SqlError(1452, '23000', `Cannot add or update a child row: a foreign key constraint fails${detail}`)
      : new SqlError(1451, '23000', `Cannot delete or update a parent row: a foreign key constraint fails${detail}`)
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
      const name = work.tokens.at(-1)?.text ?? ''
      if (this.databases.inTransaction(database)) this.savepoint(database, first, name)
      this.catalogue.forget()
    } else this.reset()
    return NOTHING
  }

  /** @throws SqlError for a name that is not there */
  private savepoint(database: string, verb: string, name: string): void {
    const words = { SAVEPOINT: 'SAVEPOINT', RELEASE: 'RELEASE' }[verb] ?? 'ROLLBACK TO'
    try {
      this.databases.run(database, `${words} ${quoteName(name)}`)
    } catch (error) {
      if (!/no such savepoint/.test(String(error))) throw error
      throw new SqlError(1305, '42000', `SAVEPOINT ${name} does not exist`)
    }
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

/** Whether an INSERT names the column, or names none and so means all. */
function isGiven({ tokens }: Work, column: string): boolean {
  const [first] = tokens
  if (first?.upper !== 'INSERT' && first?.upper !== 'REPLACE') return true
  const open = tokens.findIndex(({ text, kind }) => kind === 'op' && text === '(')
  const values = tokens.findIndex(({ upper, kind }) => kind === 'word' && /^(VALUES?|SELECT|SET)$/.test(upper))
  if (values < 0 || open < 0 || open > values)
    return tokens[values]?.upper !== 'SET' || tokens.some(({ text }) => text === column)
  return partsOf(tokens.slice(open + 1, closing(tokens, open))).some((part) => part.at(-1)?.text === column)
}

const onOff = (name: string, value: Value): string =>
  /^(autocommit|foreign_key_checks|unique_checks|performance_schema|log_bin|transaction_read_only|sql_notes)$/.test(
    name,
  )
    ? Number(value)
      ? 'ON'
      : 'OFF'
    : String(value ?? '')

const select: Verb = (engine, work) => engine.select(work)
const insert: Verb = (engine, work, cursor) => engine.insert(work, cursor)
const change: Verb = (engine, work, cursor) => engine.change(work, cursor)
const transaction: Verb = (engine, work) => engine.transaction(work)
const describeOne: Verb = (engine, work, cursor) => engine.describe(work, cursor)
const maintain: Verb = (engine, work, cursor) => engine.maintain(work, cursor)
/** What has no effect here. */
const accept: Verb = () => NOTHING

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ...['SELECT', 'WITH', 'VALUES'].map((word) => [word, select] as const),
  ...['INSERT', 'REPLACE'].map((word) => [word, insert] as const),
  ...['UPDATE', 'DELETE'].map((word) => [word, change] as const),
  ...['BEGIN', 'START', 'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE'].map((word) => [word, transaction] as const),
  ...['DESCRIBE', 'DESC', 'EXPLAIN'].map((word) => [word, describeOne] as const),
  ...['ANALYZE', 'OPTIMIZE', 'CHECK', 'REPAIR'].map((word) => [word, maintain] as const),
  ...['FLUSH', 'LOCK', 'UNLOCK', 'KILL', 'DO'].map((word) => [word, accept] as const),
  ['TRUNCATE', (engine, work, cursor) => engine.definitions.truncate(work, cursor)],
  ['CREATE', (engine, work, cursor) => engine.definitions.create(work, cursor)],
  ['DROP', (engine, work, cursor) => engine.definitions.drop(work, cursor)],
  ['ALTER', (engine, work, cursor) => engine.definitions.alter(work, cursor)],
  ['RENAME', (engine, work, cursor) => engine.definitions.rename(work, cursor)],
  ['USE', (engine, work, cursor) => engine.use(work, cursor)],
  ['SET', (engine, work, cursor) => engine.set(work, cursor)],
  ['SHOW', (engine, work, cursor) => engine.show(work, cursor)],
  ['GRANT', (engine, work, cursor) => engine.grant(work, cursor)],
  ['REVOKE', (engine, work, cursor) => engine.revoke(work, cursor)],
])
