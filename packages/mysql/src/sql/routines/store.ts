import type { Databases } from '../../sqlite/databases.ts'
import { literal } from '../quoting.ts'

/** A parameter, or what a function gives back. */
export interface Parameter {
  readonly mode: 'IN' | 'OUT' | 'INOUT'
  readonly name: string
  /** Canonical, as of columns. */
  readonly type: string
}

/** A stored program as it was made. */
export interface Program {
  readonly kind: 'PROCEDURE' | 'FUNCTION' | 'TRIGGER'
  readonly name: string
  readonly definer: string
  /** Of functions. */
  readonly returns: string
  readonly parameters: readonly Parameter[]
  /** What stands in the parentheses. */
  readonly parametersText: string
  /** `DETERMINISTIC`, `NO SQL`… a line each. */
  readonly traits: readonly string[]
  readonly comment: string
  readonly body: string
  /** Of triggers. */
  readonly table: string
  readonly timing: 'BEFORE' | 'AFTER' | ''
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE' | ''
  /** `2026-05-17 10:30:05` */
  readonly created: string
}

/** Where each database keeps its stored programs; nobody sees it. */
const STORE = '"drydock programs"'

/** The stored programs of the databases, in the order they were made. */
export class ProgramStore {
  private readonly databases: Databases
  private readonly known = new Map<string, readonly Program[]>()

  constructor(databases: Databases) {
    this.databases = databases
  }

  private prepare(database: string): void {
    this.databases.run(
      database,
      `CREATE TABLE IF NOT EXISTS ${STORE} (kind TEXT, name TEXT COLLATE NOCASE, definition TEXT, PRIMARY KEY (kind, name))`,
    )
  }

  /** After a rollback what was known may not be so. */
  forget(): void {
    this.known.clear()
  }

  all(database: string): readonly Program[] {
    const known = this.known.get(database)
    if (known) return known
    const found = this.databases.has(database) ? this.read(database) : []
    this.known.set(database, found)
    return found
  }

  private read(database: string): readonly Program[] {
    const there = this.databases.run(
      database,
      `SELECT 1 FROM sqlite_schema WHERE name = ${literal(STORE.slice(1, -1))}`,
    )
    if (there.rows.length === 0) return []
    const { rows } = this.databases.run(database, `SELECT definition FROM ${STORE} ORDER BY rowid`)
    return rows.map(([text]) => JSON.parse(String(text)) as Program)
  }

  find(database: string, kind: Program['kind'], name: string): Program | undefined {
    const lower = name.toLowerCase()
    return this.all(database).find((each) => each.kind === kind && each.name.toLowerCase() === lower)
  }

  triggers(database: string, table: string): readonly Program[] {
    return this.all(database).filter((each) => each.kind === 'TRIGGER' && each.table === table)
  }

  add(database: string, program: Program): void {
    this.prepare(database)
    this.databases.run(database, `INSERT OR REPLACE INTO ${STORE} VALUES (?, ?, ?)`, [
      program.kind,
      program.name,
      JSON.stringify(program),
    ])
    this.known.delete(database)
  }

  /** @returns whether it was there */
  drop(database: string, kind: Program['kind'], name: string): boolean {
    if (!this.find(database, kind, name)) return false
    this.databases.run(database, `DELETE FROM ${STORE} WHERE kind = ${literal(kind)} AND name = ${literal(name)}`)
    this.known.delete(database)
    return true
  }

  /** Triggers go with their table. */
  dropTable(database: string, table: string): void {
    for (const { name } of this.triggers(database, table)) this.drop(database, 'TRIGGER', name)
  }
}
