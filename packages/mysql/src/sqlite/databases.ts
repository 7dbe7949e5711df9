import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import type { Column, FileChange, Value } from '../protocol.ts'
import { quoteName } from '../sql/definition.ts'

import { type Aggregate, AGGREGATES } from './aggregates.ts'

/** As much of the library as is used; its own types name the DOM. */
interface Statement {
  readonly pointer: number
  readonly columnCount: number
  readonly parameterCount: number
  bind(values: readonly unknown[]): Statement
  step(): boolean
  reset(): Statement
  get(at: number): Value
  getColumnName(at: number): string
  finalize(): void
}
interface Database {
  readonly pointer: number
  prepare(sql: string): Statement
  exec(sql: string): void
  createFunction(name: string, call: (context: number, ...args: Value[]) => Value, options: object): void
  createFunction(options: object): void
  changes(): number
  close(): void
}
interface Sqlite {
  readonly config: object
  readonly oo1: { readonly DB: new (name: string, flags: string) => Database }
  readonly capi: {
    sqlite3_column_decltype(statement: number, at: number): string | null
    sqlite3_last_insert_rowid(db: number): number | bigint
    sqlite3_get_autocommit(db: number): number
    sqlite3_js_aggregate_context(context: number, bytes: number): number
    sqlite3_js_db_export(db: number, schema: string): Uint8Array
    sqlite3_deserialize(db: number, schema: string, data: number, size: number, room: number, flags: number): number
  }
  readonly wasm: { allocFromTypedArray(bytes: Uint8Array): number }
}
const FREE_AND_RESIZE = 3

export type Functions = ReadonlyMap<string, (...args: readonly Value[]) => Value>

export interface Answer {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

const PAGE = 4096

/** Databases in memory, each of them with a connection of its own that sees the others when they are named. */
export class Databases {
  private readonly sqlite: Sqlite
  private readonly functions: Map<string, (...args: readonly Value[]) => Value>
  private readonly connections = new Map<string, Database>()
  /** What its file holds. */
  private readonly saved = new Map<string, Uint8Array>()
  private readonly attached = new Map<string, Set<string>>()

  /** Where they are among those of the worker. */
  private readonly folder: string

  private constructor(sqlite: Sqlite, functions: Functions, folder: string) {
    this.sqlite = sqlite
    this.functions = new Map(functions)
    this.folder = folder
  }

  /** One more function, for all connections. */
  define(name: string, call: (...args: readonly Value[]) => Value): void {
    this.functions.set(name, call)
    for (const db of this.connections.values()) this.give(db, name, call)
  }

  private give(db: Database, name: string, call: (...args: readonly Value[]) => Value): void {
    db.createFunction(name, (_context, ...args) => call(...args), { arity: -1, deterministic: false })
  }

  static async load(functions: Functions): Promise<Databases> {
    const init = sqlite3InitModule as unknown as (options: object) => Promise<unknown>
    const sqlite = (await init({ print: () => undefined, printErr: () => undefined })) as Sqlite
    // Statements that fail are their clients' affair.
    Object.assign(sqlite.config, { warn: () => undefined, error: () => undefined })
    return new Databases(sqlite, functions, '')
  }

  /** What the last statement outside of a transaction left, in databases of their own; to be closed. */
  committed(): Databases {
    const copy = new Databases(this.sqlite, this.functions, 'committed/')
    for (const [name, bytes] of this.saved) copy.add(name, bytes)
    return copy
  }

  close(): void {
    for (const db of this.connections.values()) db.close()
    this.connections.clear()
  }

  get names(): readonly string[] {
    return [...this.connections.keys()]
  }
  has(name: string): boolean {
    return this.connections.has(name)
  }

  /** @param bytes of its file; none for a new one */
  add(name: string, bytes: Uint8Array): void {
    const db = this.connect(name)
    // The name keeps a shared one alive: what is read goes in by way of a second one.
    if (bytes.length > 0) this.fill(db, bytes)
    this.connections.set(name, db)
    this.saved.set(name, bytes)
  }

  private connect(name: string): Database {
    const db = new this.sqlite.oo1.DB(this.address(name), 'c')
    for (const [key, call] of this.functions) this.give(db, key, call)
    for (const [key, make] of AGGREGATES) giveAggregate(this.sqlite, db, key, make)
    db.exec('PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = OFF')
    return db
  }

  /** Copies what a file holds: a database of the shared kind cannot be read in as a whole. */
  private fill(db: Database, bytes: Uint8Array): void {
    const source = new this.sqlite.oo1.DB(':memory:', 'c')
    const data = this.sqlite.wasm.allocFromTypedArray(bytes)
    this.sqlite.capi.sqlite3_deserialize(source.pointer, 'main', data, bytes.length, bytes.length, FREE_AND_RESIZE)
    const dump = (sql: string): Value[][] => rowsOf(source.prepare(sql))
    db.exec('PRAGMA foreign_keys = OFF; BEGIN')
    const schema = dump('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
    for (const [, name, sql] of schema.filter(
      ([type, name]) => type === 'table' && !String(name).startsWith('sqlite_'),
    )) {
      db.exec(String(sql))
      copyRows(source, db, String(name))
    }
    for (const [, , sql] of schema.filter(([type]) => type !== 'table')) db.exec(String(sql))
    if (schema.some(([, name]) => name === 'sqlite_sequence')) {
      db.exec('DELETE FROM sqlite_sequence')
      copyRows(source, db, 'sqlite_sequence')
    }
    db.exec('COMMIT; PRAGMA foreign_keys = ON')
    source.close()
  }

  drop(name: string): void {
    this.connections.get(name)?.close()
    this.connections.delete(name)
    for (const [owner, others] of this.attached)
      if (others.delete(name)) this.connections.get(owner)?.exec(`DETACH ${quoteName(name)}`)
  }

  /** Makes another database known to a connection, under its name. */
  attach(to: string, other: string): void {
    const known = this.attached.get(to) ?? new Set()
    this.attached.set(to, known)
    if (to === other || known.has(other) || !this.has(other)) return
    this.connections.get(to)?.exec(`ATTACH '${this.address(other)}' AS ${quoteName(other)}`)
    known.add(other)
  }

  /** @throws Error with SQLite's words */
  run(database: string, sql: string, parameters: readonly Value[] = []): Answer {
    const db = this.of(database)
    const statement = db.prepare(sql)
    try {
      if (statement.parameterCount > 0) statement.bind(parameters.slice(0, statement.parameterCount).map(bindable))
      const columns = Array.from({ length: statement.columnCount }, (_, i) => ({
        name: statement.getColumnName(i),
        type: this.sqlite.capi.sqlite3_column_decltype(statement.pointer, i) ?? '',
      }))
      const rows: Value[][] = []
      while (statement.step()) rows.push(columns.map((_, i) => statement.get(i)))
      return { columns, rows }
    } finally {
      statement.finalize()
    }
  }

  changes(database: string): number {
    return this.of(database).changes()
  }
  lastRowid(database: string): number {
    return Number(this.sqlite.capi.sqlite3_last_insert_rowid(this.of(database).pointer))
  }
  inTransaction(database: string): boolean {
    const db = this.connections.get(database)
    return db !== undefined && this.sqlite.capi.sqlite3_get_autocommit(db.pointer) === 0
  }

  rollback(): void {
    for (const [name, db] of this.connections) if (this.inTransaction(name)) db.exec('ROLLBACK')
  }

  /** Pages that differ from what the files hold. */
  unsaved(): FileChange[] {
    const gone = [...this.saved.keys()].filter((name) => !this.has(name))
    const changed = this.names.flatMap((name) => this.unsavedOf(name) ?? [])
    for (const name of gone) this.saved.delete(name)
    return [...gone.map((database) => ({ database, size: undefined, pages: [] })), ...changed]
  }

  private unsavedOf(name: string): FileChange | undefined {
    const bytes = this.sqlite.capi.sqlite3_js_db_export(this.of(name).pointer, 'main')
    const before = this.saved.get(name) ?? new Uint8Array(0)
    const pages: [number, Uint8Array][] = []
    for (let at = 0; at < bytes.length; at += PAGE) {
      const page = bytes.subarray(at, at + PAGE)
      if (!same(page, before.subarray(at, at + PAGE))) pages.push([at, page.slice()])
    }
    if (pages.length === 0 && bytes.length === before.length) return undefined
    this.saved.set(name, bytes)
    return { database: name, size: bytes.length, pages }
  }

  /** Shared by all connections of the worker. */
  private address(name: string): string {
    return `file:/${this.folder}${encodeURIComponent(name)}?vfs=memdb`
  }

  private of(name: string): Database {
    const db = this.connections.get(name)
    if (!db) throw new Error(`no database ${name}`)
    return db
  }
}

/** One aggregate for each group that is open: SQLite tells them apart by a number. */
function giveAggregate({ capi }: Sqlite, db: Database, name: string, make: () => Aggregate): void {
  const open = new Map<number, Aggregate>()
  const of = (context: number): Aggregate => {
    const known = open.get(context) ?? make()
    open.set(context, known)
    return known
  }
  const key = (context: number, bytes = 0): number => capi.sqlite3_js_aggregate_context(context, bytes)
  db.createFunction({
    name,
    arity: -1,
    xStep: (context: number, ...args: Value[]) => of(key(context, 8)).add(args),
    xFinal: (context: number) => {
      const value = of(key(context)).value()
      open.delete(key(context))
      return value
    },
  })
}

function rowsOf(statement: Statement): Value[][] {
  const rows: Value[][] = []
  while (statement.step()) rows.push(Array.from({ length: statement.columnCount }, (_, i) => statement.get(i)))
  statement.finalize()
  return rows
}

function copyRows(from: Database, to: Database, table: string): void {
  // Generated columns are not among these.
  const names = rowsOf(from.prepare(`PRAGMA table_info(${quoteName(table)})`)).map(([, name]) =>
    quoteName(String(name)),
  )
  const insert = to.prepare(
    `INSERT INTO ${quoteName(table)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  for (const row of rowsOf(from.prepare(`SELECT ${names.join(', ')} FROM ${quoteName(table)}`))) {
    insert.bind(row)
    insert.step()
    insert.reset()
  }
  insert.finalize()
}

/** Of a Date that came as such, and of truth. */
const bindable = (value: Value): unknown => (typeof value === 'boolean' ? Number(value) : value)

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
