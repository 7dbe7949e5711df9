import type { Outcome, SessionState, Value } from '../protocol.ts'
import type { Databases } from '../sqlite/databases.ts'
import { Catalogue, SYSTEM_DATABASES } from './catalogue.ts'
import { Cursor, emptyTable } from './create-table.ts'
import { Definitions } from './definitions.ts'
import { Changes, isGiven } from './changes.ts'
import { plainColumn, quoteName, type TableDefinition } from './definition.ts'
import { explain } from './explain.ts'
import { defaultCollation, mariaProblem } from './flavour.ts'
import { fillInformationSchema } from './information-schema.ts'
import { type Token, tokensOf } from './lexer.ts'
import { problemOf, SqlError, syntaxError } from './problem.ts'
import { OWN, partsOf, Renderer } from './render.ts'
import { splitInto } from './into.ts'
import { deallocate, execute, prepare, type PreparedHost } from './prepared.ts'
import { makesProgram } from './routines/program-end.ts'
import { CreationReader } from './routines/creation.ts'
import { noData, NOTHING_FOUND } from './routines/interpreter.ts'
import type { Locals } from './routines/locals.ts'
import { Programs } from './routines/programs.ts'
import { ProgramStore } from './routines/store.ts'
import { rolledUp } from './rollup.ts'
import { SessionWork } from './session-work.ts'
import { withNullness } from './nullness.ts'
import { titled } from './titles.ts'
import { result } from './show-result.ts'
import { chosen, describe, show, type ShowHost } from './show.ts'
import { Privileges } from './privileges.ts'
import { Users } from './users.ts'
import { Transactions } from './transactions.ts'
import { SWITCHES, variablesOf } from './variables.ts'
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
  private readonly store: ProgramStore
  readonly programs: Programs
  readonly changes: Changes
  readonly transactions: Transactions
  /** The statement that runs: functions of the engine's own are asked without it. */
  private current: Work | undefined
  /** What a function failed with: SQLite hands on no more than its words. */
  private thrown: SqlError | undefined

  constructor(databases: Databases, version: string) {
    this.databases = databases
    this.version = version
    this.catalogue = new Catalogue(databases)
    this.users = new Users(databases, /^5|maria/i.test(version) ? 'mysql_native_password' : 'caching_sha2_password')
    this.privileges = new Privileges(databases)
    for (const name of SYSTEM_DATABASES) if (!databases.has(name)) databases.add(name, new Uint8Array(0))
    for (const name of databases.names) this.catalogue.prepare(name)
    this.users.prepare()
    this.store = new ProgramStore(databases)
    this.programs = new Programs({
      store: this.store,
      isMaria: this.isMaria,
      execute: (work, text, words, locals) => this.within(work, text, words, locals),
      evaluate: (work, text, words, locals) => this.evaluated(this.inner(work, text, words, work.parameters, locals)),
      setUserVariable: (work, name, value) => this.session(work).set(`@${name.toLowerCase()}`, value),
    })
    const { catalogue, users, privileges, store } = this
    const at = (work: Work): string => this.at(work)
    this.changes = new Changes({
      ...{ databases, catalogue, store, at },
      tablesOf: (work) => this.tablesOf(work),
      fire: (program, work, rows) => this.programs.fire(program, work, rows),
      worded: (message) => this.worded(new SqlError(0, '', message)).message,
    })
    const forget = (): void => (catalogue.forget(), store.forget())
    this.transactions = new Transactions({ databases, at, forget })
    this.defineFunctions()
    this.definitions = new Definitions({ databases, catalogue, users, privileges, at })
  }

  /** Statements of a transaction are undone. */
  reset(): void {
    this.transactions.reset()
  }

  /** The session as the statement that runs has left it so far. */
  get running(): SessionState | undefined {
    return this.current?.session
  }

  get inTransaction(): boolean {
    return this.transactions.isOpen
  }

  /** @throws SqlError */
  run(session: SessionState, sql: string, parameters: readonly Value[]): Outcome {
    const own = new SessionWork(session)
    const work = this.workOf(own, sql, tokensOf(sql), parameters, undefined)
    return own.finished(this.execute(work))
  }

  private workOf(
    session: SessionWork,
    sql: string,
    tokens: readonly Token[],
    parameters: readonly Value[],
    locals: Locals | undefined,
  ): Work {
    const assigns = tokens[0]?.upper !== 'SET' && tokens.some(({ kind, text }) => kind === 'op' && text === ':=')
    const around = {
      database: session.database || 'mysql',
      variable: (name: string) => session.variables.get(`@${name}`) ?? null,
      systemVariable: (name: string) => this.variable(session, name),
      local: (name: string) => locals?.find(name)?.value ?? null,
      isFunction: (name: string) => this.store.find(session.database, 'FUNCTION', name) !== undefined,
    }
    return { session, sql, tokens, parameters, renderer: new Renderer(around, assigns), locals }
  }

  /** One more statement of the same session. */
  private inner(
    work: Work,
    sql: string,
    tokens: readonly Token[],
    parameters: readonly Value[],
    locals: Locals | undefined,
  ): Work {
    return this.workOf(this.session(work), sql, locals?.substituted(tokens) ?? tokens, parameters, locals)
  }

  /** A statement of a stored program. */
  private within(work: Work, sql: string, tokens: readonly Token[], locals: Locals): Outcome {
    const inner = this.inner(work, sql, tokens, work.parameters, locals)
    const outcome = this.execute(inner)
    this.session(work).note(outcome)
    return outcome
  }

  private session(work: Work): SessionWork {
    return work.session as SessionWork
  }

  /** @throws SqlError */
  private execute(work: Work): Outcome {
    const { session, sql, tokens } = work
    const first = tokens[0]
    if (!first) throw new SqlError(1065, '42000', 'Query was empty')
    const outer = this.current
    this.current = work
    try {
      const verb = VERBS.get(first.upper) ?? (first.text === '(' ? VERBS.get('SELECT') : undefined)
      if (!verb || first.kind === 'string') throw syntaxError(sql.slice(first.at))
      this.privileges.check(session.user, tokens, session.database)
      return verb(this, work, new Cursor(tokens, 1))
    } catch (error) {
      throw this.worded(this.problem(work, error))
    } finally {
      this.current = outer
    }
  }

  private problem(work: Work, error: unknown): SqlError {
    const { thrown } = this
    this.thrown = undefined
    if (error instanceof SqlError) return error
    if (thrown) return thrown
    // What is no failure of a statement goes on.
    if (!(error instanceof Error)) throw error
    return problemOf(error.message, {
      database: work.session.database,
      sql: work.sql,
      duplicate: (table, columns) => this.changes.duplicate(work, table, columns),
      isGiven: (column) => isGiven(work, column),
      tableOf: () => this.tablesOf(work)[0]?.name ?? '',
      givenTo: (column) => this.changes.givenTo(work, column, this.isMaria),
      foreignKey: () => this.changes.brokenKey(work),
    })
  }

  private defineFunctions(): void {
    const { databases } = this
    databases.define(OWN.call, (name, ...given) =>
      this.calling((work) => this.programs.function(work, work.session.database, String(name), given)),
    )
    databases.define(OWN.variable, (name) => this.calling((work) => work.session.variables.get(`@${name}`) ?? null))
    databases.define(OWN.assign, (name, value = null) =>
      this.calling((work) => {
        this.session(work).set(`@${String(name)}`, value)
        return value
      }),
    )
  }

  /** What SQLite calls: a failure is kept, for the statement that it is in. */
  private calling(call: (work: Work) => Value): Value {
    try {
      return this.current ? call(this.current) : null
    } catch (error) {
      if (error instanceof SqlError) this.thrown = error
      throw error
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
    const known = variablesOf(this.version)
    if (!variables.has(plain) && !known.has(plain))
      throw new SqlError(1193, 'HY000', `Unknown system variable '${plain}'`)
    return variables.get(plain) ?? known.get(plain) ?? null
  }

  /** The connection for a statement, with what it names of other databases. */
  private at({ session, tokens }: Work): string {
    const database = session.database === '' ? 'mysql' : session.database
    tokens.forEach(({ text, kind }, i) => {
      const dotted = tokens[i + 1]?.kind === 'op' && tokens[i + 1]?.text === '.'
      const name = text.toLowerCase() === 'information_schema' ? 'information_schema' : text
      if (!dotted || kind === 'op' || !this.databases.has(name)) return
      if (name === 'information_schema') fillInformationSchema(this.catalogue, this.store, this.listed(), this.version)
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
      ...[...session.variables].filter(([name]) => !/^[@?]/.test(name)),
    ])
    return {
      catalogue: this.catalogue,
      renderer,
      isMaria: this.isMaria,
      collation: defaultCollation(this.version),
      database: session.database,
      user: session.user,
      programs: {
        store: this.store,
        version: this.version,
        database: session.database,
        sqlMode: String(this.variable(session, 'sql_mode') ?? ''),
        databases: () => this.listed(),
      },
      warnings: session.warnings ?? [],
      viewed: (database, name) => this.viewed(database, name),
      filtered: (outcome, condition) => this.filtered(renderer, outcome, condition),
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
    const into = splitInto(work.tokens)
    const tokens = into?.tokens ?? work.tokens
    const named = titled(tokens, work.sql)
    const text = rolledUp(work.renderer, named) ?? work.renderer.render(named)
    const { columns, rows } = this.databases.run(database, text, work.parameters)
    if (into) return this.into(work, into.targets, rows)
    const shown = withNullness(columns, tokens, this.tablesOf(work), (item) => this.itemType(work, item))
    return { ...NOTHING, columns: shown, rows, affected: rows.length }
  }

  private into(work: Work, targets: readonly string[], rows: readonly (readonly Value[])[]): Outcome {
    if (rows.length > 1) throw new SqlError(1172, '42000', 'Result consisted of more than one row')
    const [row] = rows
    if (!row) return { ...NOTHING, info: NOTHING_FOUND, warnings: [{ level: 'Warning', ...noData().problem }] }
    if (row.length !== targets.length)
      throw new SqlError(1222, '21000', 'The used SELECT statements have a different number of columns')
    targets.forEach((name, i) => {
      const value = row[i] ?? null
      if (name.startsWith('@')) this.session(work).set(name, value)
      else if (!work.locals?.assign(name, value)) throw new SqlError(1327, '42000', `Undeclared variable: ${name}`)
    })
    return { ...NOTHING, affected: 1 }
  }

  /** What a variable or a stored function is; '' where its values tell. */
  private itemType({ locals, session }: Work, [first, second]: readonly Token[]): string {
    if (first?.kind === 'local') return locals?.find(first.text)?.type ?? ''
    if (first?.kind !== 'word' || second?.text !== '(') return ''
    return this.store.find(session.database, 'FUNCTION', first.text)?.returns ?? ''
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
    const known = variablesOf(this.version)
    // Most of those that clients set have no effect here: only what is no such name at all is told.
    for (const [name, value] of variables)
      if (name.startsWith('@') || known.has(name) || name.includes('_')) this.session(work).set(name, value)
      else throw new SqlError(1193, 'HY000', `Unknown system variable '${name}'`)
    for (const [name, value] of variables)
      if (name === 'foreign_key_checks')
        for (const database of this.databases.names)
          this.databases.run(database, `PRAGMA foreign_keys = ${Number(value)}`)
    return NOTHING
  }

  private valueOf(work: Work, tokens: readonly Token[]): Value {
    const [only] = tokens
    if (tokens.length === 1 && only?.kind === 'word') {
      const word = { ON: 1, OFF: 0, TRUE: 1, FALSE: 0, DEFAULT: null, NULL: null }[only.upper]
      return word === undefined ? only.text : word
    }
    return this.evaluated({ ...work, tokens })
  }

  /** The value of an expression. @throws SqlError */
  private evaluated(work: Work): Value {
    const outer = this.current
    this.current = work
    try {
      const text = `SELECT ${work.renderer.render(work.tokens)}`
      return this.databases.run(this.at(work), text, work.parameters).rows[0]?.[0] ?? null
    } catch (error) {
      throw this.worded(this.problem(work, error))
    } finally {
      this.current = outer
    }
  }

  // stored programs -------------------------------------------------------------------------------------------------

  create(work: Work, cursor: Cursor): Outcome {
    if (!makesProgram(work.tokens, 0)) return this.definitions.create(work, cursor)
    if (work.tokens.some(({ upper, kind }, i) => i < 9 && kind === 'word' && upper === 'EVENT'))
      throw new SqlError(1235, '42000', "This version of MySQL doesn't yet support 'EVENT'")
    const now = String(this.databases.run('mysql', 'SELECT now()').rows[0]?.[0] ?? '')
    const user = work.session.user.replace(/@127\.0\.0\.1$/, '@localhost')
    const creation = new CreationReader(work.sql, work.tokens, work.renderer, user, now).read()
    const { program, database = work.session.database } = creation
    if (program.kind === 'TRIGGER') this.catalogue.table(chosen(database), program.table)
    return this.programs.create(creation, work)
  }

  drop(work: Work, cursor: Cursor): Outcome {
    const kind = (['PROCEDURE', 'FUNCTION', 'TRIGGER'] as const).find((word) => cursor.take(word))
    if (kind) return this.programs.drop(kind, work, cursor)
    const before = new Map(this.databases.names.map((name) => [name, new Set(this.catalogue.tables(name).keys())]))
    const outcome = this.definitions.drop(work, cursor)
    for (const [database, tables] of before)
      for (const table of tables)
        if (!this.databases.has(database)) this.store.forget()
        else if (!this.catalogue.tables(database).has(table)) this.store.dropTable(database, table)
    return outcome
  }

  prepared(): PreparedHost {
    return {
      setVariable: (work, name, value) => this.session(work).set(name, value),
      evaluate: (work, cursor) => this.evaluated({ ...work, tokens: cursor.rest }),
      execute: (work, sql, parameters) => {
        const outcome = this.execute(this.inner(work, sql, tokensOf(sql), parameters, undefined))
        this.session(work).note(outcome)
        return outcome
      },
      check: (sql) => {
        const [first] = tokensOf(sql)
        if (!first || !(VERBS.has(first.upper) || first.text === '(')) throw syntaxError(sql)
      },
    }
  }

  private viewed(database: string, name: string): TableDefinition | undefined {
    if (!this.catalogue.views(database).has(name)) return undefined
    const { columns } = this.databases.run(database, `SELECT * FROM ${quoteName(name)} LIMIT 0`)
    const tables = [...this.catalogue.tables(database).values()].flatMap((table) => table.columns)
    return {
      ...emptyTable(name),
      columns: columns.map((column) => {
        const known = tables.find((each) => each.name === column.name)
        const type = known?.type ?? (column.type === '' ? 'varchar(255)' : column.type)
        return {
          ...plainColumn(column.name, type),
          notNull: known?.notNull ?? false,
          fallback: known?.autoIncrement ? '0' : known?.fallback,
        }
      }),
    }
  }

  private filtered(renderer: Renderer, outcome: Outcome, condition: readonly Token[]): Outcome {
    if (outcome.rows.length === 0) return outcome
    const width = outcome.columns.length
    const names = outcome.columns.map(({ name }, i) => `column${i + 1} COLLATE NOCASE AS ${quoteName(name)}`)
    const row = `(${Array.from({ length: width }, () => '?').join(', ')})`
    const values = outcome.rows.map(() => row).join(', ')
    const text = `SELECT * FROM (SELECT ${names.join(', ')} FROM (VALUES ${values})) WHERE ${renderer.render(condition)}`
    const { rows } = this.databases.run('mysql', text, outcome.rows.flat())
    return { ...outcome, rows }
  }

  show(work: Work, cursor: Cursor): Outcome {
    return show(this.showHost(work), cursor.rest)
  }

  describe(work: Work, cursor: Cursor): Outcome {
    const first = cursor.token?.upper ?? ''
    if (/^(SELECT|INSERT|UPDATE|DELETE|ANALYZE|FORMAT|EXTENDED)$/.test(first))
      return explain(this.databases, this.at(work), work, cursor)
    return describe(this.showHost(work), cursor.rest)
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
}

const onOff = (name: string, value: Value): string =>
  SWITCHES.has(name) ? (Number(value) ? 'ON' : 'OFF') : String(value ?? '')

const select: Verb = (engine, work) => engine.select(work)
const insert: Verb = (engine, work, cursor) => engine.changes.insert(work, cursor)
const change: Verb = (engine, work, cursor) => engine.changes.change(work, cursor)
const transaction: Verb = (engine, work) => engine.transactions.run(work)
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
  ['CREATE', (engine, work, cursor) => engine.create(work, cursor)],
  ['DROP', (engine, work, cursor) => engine.drop(work, cursor)],
  ['CALL', (engine, work, cursor) => engine.programs.call(work, cursor)],
  ['PREPARE', (engine, work, cursor) => prepare(engine.prepared(), work, cursor)],
  ['EXECUTE', (engine, work, cursor) => execute(engine.prepared(), work, cursor)],
  ['DEALLOCATE', (engine, work, cursor) => deallocate(engine.prepared(), work, cursor)],
  ['SIGNAL', (engine, work, cursor) => engine.programs.single(work, cursor)],
  ['ALTER', (engine, work, cursor) => engine.definitions.alter(work, cursor)],
  ['RENAME', (engine, work, cursor) => engine.definitions.rename(work, cursor)],
  ['USE', (engine, work, cursor) => engine.use(work, cursor)],
  ['SET', (engine, work, cursor) => engine.set(work, cursor)],
  ['SHOW', (engine, work, cursor) => engine.show(work, cursor)],
  ['GRANT', (engine, work, cursor) => engine.grant(work, cursor)],
  ['REVOKE', (engine, work, cursor) => engine.revoke(work, cursor)],
])
