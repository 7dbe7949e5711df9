import type { Outcome, Warning } from '../protocol.ts'
import type { Databases } from '../sqlite/databases.ts'
import type { Catalogue } from './catalogue.ts'
import type { Cursor } from './create-table.ts'
import { foreignKeyText, literal, quoteName, type TableDefinition } from './definition.ts'
import { isJoined, topLevel } from './joined-changes.ts'
import type { Token } from './lexer.ts'
import { duplicateEntry, SqlError } from './problem.ts'
import { closing, partsOf } from './render.ts'
import { type Changed, RowTriggers, type TriggeredChange } from './routines/row-triggers.ts'
import type { Program, ProgramStore } from './routines/store.ts'
import type { Locals } from './routines/locals.ts'
import { changeText, insertion } from './row-changes.ts'
import { chosen } from './show.ts'
import { NOTHING, type Work } from './work.ts'

export interface ChangesHost {
  readonly databases: Databases
  readonly catalogue: Catalogue
  readonly store: ProgramStore
  /** The connection for a statement. */
  at(work: Work): string
  /** The tables that a statement names. */
  tablesOf(work: Work): TableDefinition[]
  fire(program: Program, work: Work, rows: Locals): void
  /** A message in the words of the server that this is. */
  worded(message: string): string
}

/** INSERT, REPLACE, UPDATE and DELETE, and whose fault it is when they fail. */
export class Changes {
  private readonly host: ChangesHost
  private readonly databases: Databases
  private readonly catalogue: Catalogue
  private readonly rowTriggers: RowTriggers

  constructor(host: ChangesHost) {
    this.host = host
    this.databases = host.databases
    this.catalogue = host.catalogue
    this.rowTriggers = new RowTriggers(host)
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
    const database = this.host.at(work)
    chosen(other ?? work.session.database)
    const target = work.renderer.render(work.tokens.slice(start, cursor.at))
    const triggered = this.triggered(work, other ?? database, name)
    const verb = replace ? 'REPLACE' : ignore ? 'INSERT OR IGNORE' : 'INSERT'
    const table = this.catalogue.tables(other ?? database).get(name)
    if (triggered)
      return inserted(this.whole(triggered.database, () => this.rowTriggers.insert(triggered, verb, cursor.rest)))
    const rest = insertion(work.renderer, cursor)
    const where = other ?? database
    const warnings = ignore && table ? this.ignored(work, table) : []
    const before = table ? this.count(where, name) : 0
    this.databases.run(database, `${verb} INTO ${target} ${rest}`, work.parameters)
    const written = this.databases.changes(database)
    const added = table ? this.count(where, name) - before : written
    // A row in the place of another counts twice.
    const affected = written + (replace || /\bON CONFLICT\b/.test(rest) ? written - added : 0)
    const numbered = table?.columns.some(({ autoIncrement }) => autoIncrement) && written > 0
    const insertId = numbered
      ? this.databases.lastRowid(database) - (/\bON CONFLICT\b/.test(rest) ? 0 : written - 1)
      : 0
    const given = rowsGiven(cursor.rest) ?? written
    const isMany = given > 1 || cursor.rest.some(({ upper, kind }) => kind === 'word' && upper === 'SELECT')
    const info = `Records: ${given}  Duplicates: ${given - added}  Warnings: ${warnings.length}`
    return { ...NOTHING, affected, insertId, info: isMany ? info : '', ...(warnings.length > 0 ? { warnings } : {}) }
  }

  private count(database: string, table: string): number {
    return Number(this.databases.run(database, `SELECT count(*) FROM ${quoteName(table)}`).rows[0]?.[0] ?? 0)
  }

  /** What INSERT IGNORE will leave out, as far as a key is there already. */
  private ignored(work: Work, { name, keys }: TableDefinition): readonly Warning[] {
    return keys
      .filter(({ kind }) => kind === 'primary' || kind === 'unique')
      .flatMap(({ columns }) => {
        const { entry, key } = this.duplicate(work, name, columns)
        return entry === '' ? [] : [duplicateEntry(name, entry, key)]
      })
      .map(({ code, message }) => ({ level: 'Warning', code, message: this.host.worded(message) }))
  }

  change(work: Work, cursor: Cursor): Outcome {
    const database = this.host.at(work)
    chosen(work.session.database || (work.tokens.some(({ text }) => text === '.') ? 'mysql' : ''))
    const verb = work.tokens[0]?.upper ?? ''
    while (cursor.take('IGNORE') || cursor.take('LOW_PRIORITY') || cursor.take('QUICK'));
    const name = tableChanged(verb, cursor.rest)
    const triggered = name === undefined ? undefined : this.triggered(work, database, name)
    if (triggered)
      return changed(
        verb,
        this.whole(database, () => this.rowTriggers[verb === 'UPDATE' ? 'update' : 'delete'](triggered, cursor.rest)),
      )
    if (name === undefined && this.host.tablesOf(work).some((table) => this.triggered(work, database, table.name)))
      throw new SqlError(1235, '42000', "This version of MySQL doesn't yet support 'triggers of joined tables'")
    const sql = changeText(work.renderer, verb, cursor.rest)
    this.databases.run(database, sql, work.parameters)
    const affected = this.databases.changes(database)
    return {
      ...NOTHING,
      affected,
      info: verb === 'UPDATE' ? `Rows matched: ${affected}  Changed: ${affected}  Warnings: 0` : '',
    }
  }

  /** The triggers of the table that a statement changes; undefined for none. */
  private triggered(work: Work, database: string, name: string): TriggeredChange | undefined {
    const triggers = this.host.store.triggers(database, name)
    const table = triggers.length > 0 ? this.catalogue.tables(database).get(name) : undefined
    return table ? { work, database, table, triggers } : undefined
  }

  /** All of a statement's rows or none. */
  private whole<T>(database: string, change: () => T): T {
    const name = '"drydock statement"'
    this.databases.run(database, `SAVEPOINT ${name}`)
    try {
      const made = change()
      this.databases.run(database, `RELEASE ${name}`)
      return made
    } catch (error) {
      this.databases.run(database, `ROLLBACK TO ${name}`)
      this.databases.run(database, `RELEASE ${name}`)
      throw error
    }
  }

  /** A text given to a column of numbers, in an INSERT's rows or behind SET. */
  givenTo(work: Work, column: string, isMaria: boolean): { value: string; kind: string; table: string } {
    const { tokens, parameters, session } = work
    const table = this.host.tablesOf(work)[0]
    const type = table?.columns.find(({ name }) => name === column)?.type ?? ''
    const kind = type.startsWith('decimal') ? 'decimal' : /^(float|double)/.test(type) ? 'double' : 'integer'
    const isText = (value: string): boolean => Number.isNaN(Number(value)) || value.trim() === ''
    const strings = [
      ...tokens.filter((token) => token.kind === 'string').map(({ text }) => text),
      ...parameters.filter((value) => typeof value === 'string').map(String),
    ]
    const set = tokens.findIndex(({ text }, i) => text === column && tokens[i + 1]?.text === '=')
    const at = this.listedAt(tokens, column, table)
    const rows = rowTexts(tokens)
    const inRows = rows.map((row) => row[at]).find((value) => value !== undefined && isText(value))
    const value = inRows ?? (set >= 0 ? tokens[set + 2]?.text : undefined) ?? strings.find(isText) ?? ''
    return { value, kind, table: isMaria ? `\`${session.database}\`.\`${table?.name}\`.` : '' }
  }

  /** Where a column's values stand in the rows of an INSERT. */
  private listedAt(tokens: readonly Token[], column: string, table: TableDefinition | undefined): number {
    const open = tokens.findIndex(({ text, kind }) => kind === 'op' && text === '(')
    const values = topLevel(tokens, 'VALUES')
    if (open < 0 || open > values) return table?.columns.findIndex(({ name }) => name === column) ?? -1
    return partsOf(tokens.slice(open + 1, closing(tokens, open))).findIndex((part) => part.at(-1)?.text === column)
  }

  /** SQLite does not say which key it was: it is told where only one can be meant. */
  brokenKey(work: Work): SqlError {
    const { session, tokens } = work
    const own = this.host.tablesOf(work)[0]
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

  /** Which value of an INSERT stands in the table already. */
  duplicate(
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

/** The table of an UPDATE or DELETE of one; undefined for several. */
function tableChanged(verb: string, rest: readonly Token[]): string | undefined {
  const from = verb === 'DELETE' ? topLevel(rest, 'FROM') : -1
  const set = verb === 'UPDATE' ? topLevel(rest, 'SET') : -1
  if (verb === 'DELETE' ? from !== 0 || topLevel(rest, 'USING') > 0 : isJoined(rest.slice(0, set))) return undefined
  const at = from + 1
  return rest[at + 1]?.text === '.' ? rest[at + 2]?.text : rest[at]?.text
}

/** The values of an INSERT's rows as they were typed. */
function rowTexts(tokens: readonly Token[]): readonly (readonly string[])[] {
  const at = topLevel(tokens, 'VALUES')
  return at < 0
    ? []
    : partsOf(tokens.slice(at + 1)).map((row) => partsOf(row.slice(1, -1)).map((part) => part[0]?.text ?? ''))
}

/** How many rows stand behind VALUES; undefined for a query. */
function rowsGiven(rest: readonly Token[]): number | undefined {
  const at = topLevel(rest, 'VALUES') >= 0 ? topLevel(rest, 'VALUES') : topLevel(rest, 'VALUE')
  if (at < 0) return undefined
  const tail = rest.slice(at + 1)
  const end = [topLevel(tail, 'ON'), topLevel(tail, 'AS')].filter((each) => each >= 0)
  return partsOf(tail.slice(0, Math.min(tail.length, ...end))).length
}

const inserted = ({ affected, matched, insertId }: Changed): Outcome => ({
  ...NOTHING,
  affected,
  insertId,
  info: matched > 1 ? `Records: ${matched}  Duplicates: ${matched - affected}  Warnings: 0` : '',
})
const changed = (verb: string, { affected, matched }: Changed): Outcome => ({
  ...NOTHING,
  affected,
  info: verb === 'UPDATE' ? `Rows matched: ${matched}  Changed: ${affected}  Warnings: 0` : '',
})

/** Whether an INSERT names the column, or names none and so means all. */
export function isGiven({ tokens }: Work, column: string): boolean {
  const [first] = tokens
  if (first?.upper !== 'INSERT' && first?.upper !== 'REPLACE') return true
  const open = tokens.findIndex(({ text, kind }) => kind === 'op' && text === '(')
  const values = tokens.findIndex(({ upper, kind }) => kind === 'word' && /^(VALUES?|SELECT|SET)$/.test(upper))
  if (values < 0 || open < 0 || open > values)
    return tokens[values]?.upper !== 'SET' || tokens.some(({ text }) => text === column)
  return partsOf(tokens.slice(open + 1, closing(tokens, open))).some((part) => part.at(-1)?.text === column)
}
