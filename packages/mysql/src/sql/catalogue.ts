import type { Databases } from '../sqlite/databases.ts'
import { creation, indexes, literal, quoteName, type TableDefinition, triggers } from './definition.ts'
import { SqlError } from './problem.ts'

/** Where each database keeps the definitions of its tables; nobody sees it. */
const STORE = '"drydock tables"'
export const SYSTEM_DATABASES = ['information_schema', 'mysql', 'performance_schema', 'sys']

/** The tables of the databases as they were defined. */
export class Catalogue {
  readonly databases: Databases
  private readonly known = new Map<string, Map<string, TableDefinition>>()

  constructor(databases: Databases) {
    this.databases = databases
  }

  prepare(database: string): void {
    this.databases.run(database, `CREATE TABLE IF NOT EXISTS ${STORE} (name TEXT PRIMARY KEY, definition TEXT)`)
  }

  /** After a rollback what was known may not be so. */
  forget(): void {
    this.known.clear()
  }

  tables(database: string): Map<string, TableDefinition> {
    const known = this.known.get(database)
    if (known) return known
    const { rows } = this.databases.run(database, `SELECT name, definition FROM ${STORE} ORDER BY name`)
    const found = new Map(rows.map(([name, text]) => [String(name), JSON.parse(String(text)) as TableDefinition]))
    this.known.set(database, found)
    return found
  }

  views(database: string): Map<string, string> {
    const { rows } = this.databases.run(
      database,
      "SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY name",
    )
    return new Map(rows.map(([name, sql]) => [String(name), String(sql)]))
  }

  names(database: string): string[] {
    return [...this.tables(database).keys(), ...this.views(database).keys()].sort()
  }

  /** @throws SqlError 1146 */
  table(database: string, name: string): TableDefinition {
    const found = this.tables(database).get(name)
    if (!found) throw new SqlError(1146, '42S02', `Table '${database}.${name}' doesn't exist`)
    return found
  }

  create(database: string, table: TableDefinition): void {
    for (const sql of [...creation(table), ...indexes(table), ...triggers(table)]) this.databases.run(database, sql)
    this.remember(database, table)
  }

  drop(database: string, name: string): void {
    this.databases.run(database, `DROP TABLE ${quoteName(name)}`)
    this.databases.run(database, `DELETE FROM ${STORE} WHERE name = ${literal(name)}`)
    this.tables(database).delete(name)
  }

  /**
   * Makes the table anew and moves the rows over.
   * @param from for each column of the new one the column of the old one, if it had it
   */
  rebuild(database: string, before: TableDefinition, after: TableDefinition, from: ReadonlyMap<string, string>): void {
    const { databases } = this
    const temporary = `${after.name} being altered`
    databases.run(database, 'PRAGMA foreign_keys = OFF')
    try {
      for (const sql of creation(after, temporary)) databases.run(database, sql)
      const columns = after.columns.filter(({ name, generated }) => from.has(name) && generated === undefined)
      const into = columns.map(({ name }) => quoteName(name)).join(', ')
      const values = columns.map(({ name }) => quoteName(from.get(name) ?? name)).join(', ')
      if (columns.length > 0)
        databases.run(
          database,
          `INSERT INTO ${quoteName(temporary)} (${into}) SELECT ${values} FROM ${quoteName(before.name)}`,
        )
      databases.run(database, `DROP TABLE ${quoteName(before.name)}`)
      databases.run(database, 'PRAGMA legacy_alter_table = ON')
      databases.run(database, `ALTER TABLE ${quoteName(temporary)} RENAME TO ${quoteName(after.name)}`)
    } catch (error) {
      databases.run(database, `DROP TABLE IF EXISTS ${quoteName(temporary)}`)
      throw error
    } finally {
      databases.run(database, 'PRAGMA foreign_keys = ON')
    }
    databases.run(database, `DELETE FROM ${STORE} WHERE name = ${literal(before.name)}`)
    this.tables(database).delete(before.name)
    for (const sql of [...indexes(after), ...triggers(after)]) databases.run(database, sql)
    this.remember(database, after)
  }

  private remember(database: string, table: TableDefinition): void {
    this.databases.run(database, `INSERT OR REPLACE INTO ${STORE} VALUES (?, ?)`, [table.name, JSON.stringify(table)])
    this.tables(database).set(table.name, table)
  }

  nextId(database: string, name: string): number {
    const exists = this.databases.run(database, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
    if (exists.rows.length === 0) return 1
    const { rows } = this.databases.run(database, `SELECT seq FROM sqlite_sequence WHERE name = ${literal(name)}`)
    return Number(rows[0]?.[0] ?? 0) + 1
  }
}
