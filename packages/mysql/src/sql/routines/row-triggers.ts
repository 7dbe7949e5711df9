import type { Value } from '../../protocol.ts'
import type { Databases } from '../../sqlite/databases.ts'
import { quoteName, type TableDefinition } from '../definition.ts'
import { topLevel } from '../joined-changes.ts'
import type { Token } from '../lexer.ts'
import { SqlError } from '../problem.ts'
import { closing, partsOf } from '../render.ts'
import { onConflict } from '../row-changes.ts'
import type { Work } from '../work.ts'
import { Locals, type Variable } from './locals.ts'
import type { Program } from './store.ts'

type Row = Map<string, Variable>

export interface TriggersHost {
  readonly databases: Databases
  fire(program: Program, work: Work, rows: Locals): void
}

/** One statement on a table that has triggers. */
export interface TriggeredChange {
  readonly work: Work
  readonly database: string
  readonly table: TableDefinition
  readonly triggers: readonly Program[]
}

export interface Changed {
  readonly affected: number
  /** Rows that were found. */
  readonly matched: number
  /** The number that the first row was given, or 0. */
  readonly insertId: number
}

/** Changes of a table with triggers, a row at a time. Reference Manual, "Trigger Syntax and Examples". */
export class RowTriggers {
  private readonly host: TriggersHost

  constructor(host: TriggersHost) {
    this.host = host
  }

  private fire(change: TriggeredChange, timing: string, event: string, rows: ReadonlyMap<string, Row>): void {
    for (const each of change.triggers)
      if (each.timing === timing && each.event === event) this.host.fire(each, change.work, new Locals(rows))
  }

  private has({ triggers }: TriggeredChange, timing: string, event: string): boolean {
    return triggers.some((each) => each.timing === timing && each.event === event)
  }

  private query({ database, work }: TriggeredChange, sql: string): readonly (readonly Value[])[] {
    return this.host.databases.run(database, sql, work.parameters).rows
  }

  /**
   * @param verb `INSERT`, `INSERT OR IGNORE` or `REPLACE`
   * @param rest what stands behind the table's name
   */
  insert(change: TriggeredChange, verb: string, rest: readonly Token[]): Changed {
    const { table, work } = change
    const { body, conflict } = onConflict(work.renderer, rest)
    const { columns, source } = sourceOf(table, body)
    const rows = this.query(change, work.renderer.render(source))
    let affected = 0
    let insertId = 0
    for (const given of rows) {
      const row = this.newRow(change, columns, given)
      this.fire(change, 'BEFORE', 'INSERT', new Map([['new', row.values]]))
      const id = this.insertRow(change, verb, row, conflict)
      if (id === undefined) continue
      affected++
      insertId ||= id
      if (this.has(change, 'AFTER', 'INSERT'))
        this.fire(change, 'AFTER', 'INSERT', new Map([['new', this.stored(change, id)]]))
    }
    return { affected, matched: rows.length, insertId }
  }

  private newRow(
    change: TriggeredChange,
    columns: readonly string[],
    given: readonly Value[],
  ): { readonly values: Row; readonly before: ReadonlyMap<string, Value>; readonly named: ReadonlySet<string> } {
    const { table } = change
    if (columns.length !== given.length)
      throw new SqlError(1136, '21S01', "Column count doesn't match value count at row 1")
    const values: Row = new Map()
    for (const { name, type, fallback, generated } of table.columns) {
      const at = columns.findIndex((each) => each.toLowerCase() === name.toLowerCase())
      const usual = (): Value =>
        fallback === undefined || generated !== undefined
          ? null
          : (this.query(change, `SELECT ${fallback}`)[0]?.[0] ?? null)
      values.set(name.toLowerCase(), { type, value: at >= 0 ? (given[at] ?? null) : usual() })
    }
    const before = new Map([...values].map(([name, { value }]) => [name, value]))
    return { values, before, named: new Set(columns.map((name) => name.toLowerCase())) }
  }

  /** @returns the row's number; undefined where it was not put in */
  private insertRow(
    change: TriggeredChange,
    verb: string,
    { values, before, named }: ReturnType<RowTriggers['newRow']>,
    conflict: string,
  ): number | undefined {
    const { databases } = this.host
    const { database, table } = change
    const written = table.columns.filter(({ name, autoIncrement, generated }) => {
      const lower = name.toLowerCase()
      const value = values.get(lower)?.value ?? null
      if (generated !== undefined || (autoIncrement && (value === null || Number(value) === 0))) return false
      return named.has(lower) || value !== before.get(lower)
    })
    const names = written.map(({ name }) => quoteName(name)).join(', ')
    const marks = written.map(() => '?').join(', ')
    const body = written.length === 0 ? 'DEFAULT VALUES' : `(${names}) VALUES (${marks})`
    const parameters = written.map(({ name }) => values.get(name.toLowerCase())?.value ?? null)
    databases.run(database, `${verb} INTO ${quoteName(table.name)} ${body}${conflict}`, parameters)
    return databases.changes(database) > 0 ? databases.lastRowid(database) : undefined
  }

  private stored(change: TriggeredChange, rowid: number): Row {
    const { table } = change
    const names = table.columns.map(({ name }) => quoteName(name)).join(', ')
    const [row = []] = this.query(change, `SELECT ${names} FROM ${quoteName(table.name)} WHERE rowid = ${rowid}`)
    return rowOf(table, row)
  }

  /** @param rest what stands behind UPDATE */
  update(change: TriggeredChange, rest: readonly Token[]): Changed {
    const { table, work, database } = change
    const set = topLevel(rest, 'SET')
    const tail = endOf(rest, set)
    const parts = partsOf(rest.slice(set + 1, tail))
    const at = (part: readonly Token[]): number => part.findIndex(({ kind, text }) => kind === 'op' && text === '=')
    const names = parts.map((part) => (part[at(part) - 1]?.text ?? '').toLowerCase())
    const values = parts.map((part) => work.renderer.render(part.slice(at(part) + 1)))
    const source = work.renderer.render(rest.slice(0, set))
    const rows = this.query(change, this.selection(table, source, values, work.renderer.render(rest.slice(tail))))
    const width = table.columns.length
    let affected = 0
    for (const [rowid, ...found] of rows) {
      const old = rowOf(table, found.slice(0, width))
      const next = rowOf(table, found.slice(0, width))
      names.forEach((name, i) => {
        const variable = next.get(name)
        if (!variable) throw new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`)
        variable.value = found[width + i] ?? null
      })
      const both = new Map([
        ['old', old],
        ['new', next],
      ])
      this.fire(change, 'BEFORE', 'UPDATE', both)
      const changed = table.columns.filter(
        ({ name, generated }) =>
          generated === undefined && next.get(name.toLowerCase())?.value !== old.get(name.toLowerCase())?.value,
      )
      if (changed.length > 0) {
        affected++
        const list = changed.map(({ name }) => `${quoteName(name)} = ?`).join(', ')
        const given = changed.map(({ name }) => next.get(name.toLowerCase())?.value ?? null)
        this.host.databases.run(database, `UPDATE ${quoteName(table.name)} SET ${list} WHERE rowid = ${rowid}`, given)
      }
      this.fire(change, 'AFTER', 'UPDATE', both)
    }
    return { affected, matched: rows.length, insertId: 0 }
  }

  /** @param rest what stands behind DELETE */
  delete(change: TriggeredChange, rest: readonly Token[]): Changed {
    const { table, work, database } = change
    const body = rest.slice(topLevel(rest, 'FROM') + 1)
    const tail = endOf(body, 0)
    const source = work.renderer.render(body.slice(0, tail))
    const rows = this.query(change, this.selection(table, source, [], work.renderer.render(body.slice(tail))))
    for (const [rowid, ...found] of rows) {
      const old = new Map([['old', rowOf(table, found)]])
      this.fire(change, 'BEFORE', 'DELETE', old)
      this.host.databases.run(database, `DELETE FROM ${quoteName(table.name)} WHERE rowid = ${rowid}`)
      this.fire(change, 'AFTER', 'DELETE', old)
    }
    return { affected: rows.length, matched: rows.length, insertId: 0 }
  }

  private selection(table: TableDefinition, source: string, values: readonly string[], tail: string): string {
    const columns = table.columns.map(({ name }) => quoteName(name))
    return `SELECT ${['rowid', ...columns, ...values].join(', ')} FROM ${source} ${tail}`
  }
}

const rowOf = ({ columns }: TableDefinition, values: readonly Value[]): Row =>
  new Map(columns.map(({ name, type }, i) => [name.toLowerCase(), { type, value: values[i] ?? null }]))

/** Where WHERE, ORDER or LIMIT begins. */
function endOf(tokens: readonly Token[], from: number): number {
  const found = ['WHERE', 'ORDER', 'LIMIT'].map((word) => topLevel(tokens, word)).filter((at) => at > from)
  return Math.min(tokens.length, ...found)
}

/** The columns that an INSERT names, and the query with their values. */
function sourceOf(
  table: TableDefinition,
  body: readonly Token[],
): { readonly columns: readonly string[]; readonly source: readonly Token[] } {
  const all = table.columns.filter(({ generated }) => generated === undefined).map(({ name }) => name)
  const [first] = body
  if (first?.upper === 'SET' && first.kind === 'word') {
    const pairs = partsOf(body.slice(1))
    const at = (part: readonly Token[]): number => part.findIndex(({ kind, text }) => kind === 'op' && text === '=')
    const values = pairs.flatMap((part, i) => [...(i > 0 ? [COMMA] : []), ...part.slice(at(part) + 1)])
    return { columns: pairs.map((part) => part[at(part) - 1]?.text ?? ''), source: [SELECT, ...values] }
  }
  const isList = first?.text === '(' && !/^(SELECT|WITH|VALUES)$/.test(body[1]?.upper ?? '')
  const end = isList ? closing(body, 0) : -1
  const columns = isList ? partsOf(body.slice(1, end)).map((part) => part.at(-1)?.text ?? '') : all
  const source = body.slice(end + 1)
  const isValues = /^VALUES?$/.test(source[0]?.upper ?? '') && source[0]?.kind === 'word'
  return { columns, source: isValues ? [VALUES, ...source.slice(1)] : source }
}

const token = (text: string, kind: Token['kind'] = 'word'): Token => ({
  kind,
  text,
  upper: text,
  before: true,
  at: 0,
  end: 0,
})
const SELECT = token('SELECT')
const VALUES = token('VALUES')
const COMMA = token(',', 'op')
