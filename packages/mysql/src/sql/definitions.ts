import type { Outcome, SessionState } from '../protocol.ts'
import type { Databases } from '../sqlite/databases.ts'
import { alteration } from './alter-table.ts'
import type { Catalogue } from './catalogue.ts'
import { type Cursor, TableParser } from './create-table.ts'
import { literal, quoteName } from './definition.ts'
import type { Token } from './lexer.ts'
import type { Privileges } from './privileges.ts'
import { SqlError, syntaxError } from './problem.ts'
import { partsOf } from './render.ts'
import { chosen } from './show.ts'
import type { Users } from './users.ts'
import { NOTHING, type Work } from './work.ts'

/** What the statements of definition work on. */
export interface DefinitionHost {
  readonly databases: Databases
  readonly catalogue: Catalogue
  readonly users: Users
  readonly privileges: Privileges
  /** The connection for a statement. */
  readonly at: (work: Work) => string
}

/** What would have failed, and is only told. */
const noted = (problem: SqlError): Outcome => ({ ...NOTHING, warnings: [{ level: 'Note', ...problem.problem }] })

/** CREATE, DROP, ALTER, RENAME and TRUNCATE. Reference Manual, "Data Definition Statements" */
export class Definitions {
  private readonly databases: Databases
  private readonly catalogue: Catalogue
  private readonly users: Users
  private readonly privileges: Privileges
  private readonly at: (work: Work) => string

  constructor({ databases, catalogue, users, privileges, at }: DefinitionHost) {
    this.databases = databases
    this.catalogue = catalogue
    this.users = users
    this.privileges = privileges
    this.at = at
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
    if (lenient && this.catalogue.names(database).includes(name))
      return noted(new SqlError(1050, '42S01', `Table '${name}' already exists`))
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
    for (const key of table.foreignKeys)
      if (key.table !== name && !this.catalogue.tables(database).has(key.table) && this.checksKeys(session))
        throw new SqlError(1824, 'HY000', `Failed to open the referenced table '${key.table}'`)
    if (table.columns.length === 0) throw new SqlError(4028, 'HY000', 'A table must have at least one visible column.')
    this.catalogue.create(database, table)
    if (query) this.databases.run(database, `INSERT INTO ${quoteName(name)} ${renderer.render(query)}`)
    return { ...NOTHING, affected: query ? this.databases.changes(database) : 0 }
  }

  /** Dumps make tables before those that they refer to, and say so. */
  private checksKeys({ variables }: SessionState): boolean {
    return Number(variables.get('foreign_key_checks') ?? 1) !== 0
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
      const there = new SqlError(1007, 'HY000', `Can't create database '${name}'; database exists`)
      if (lenient) return noted(there)
      throw there
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
    if (before.keys.some((key) => key.name === name)) throw new SqlError(1061, '42000', `Duplicate key name '${name}'`)
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
        const missing = new SqlError(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`)
        if (lenient) return noted(missing)
        throw missing
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
    const missing: string[] = []
    do {
      const { database: other, name } = cursor.qualified()
      const database = chosen(other ?? session.database)
      if (view && this.catalogue.views(database).has(name)) this.databases.run(database, `DROP VIEW ${quoteName(name)}`)
      else if (!view && this.catalogue.tables(database).has(name)) this.catalogue.drop(database, name)
      else missing.push(`${database}.${name}`)
    } while (cursor.takeOp(','))
    if (missing.length === 0) return NOTHING
    const problem = view
      ? new SqlError(4092, '42S02', `Unknown VIEW: '${missing.join(',')}'`)
      : new SqlError(1051, '42S02', `Unknown table '${missing.join(',')}'`)
    if (lenient) return noted(problem)
    throw problem
  }

  private dropIndex(session: SessionState, cursor: Cursor): Outcome {
    const name = cursor.name()
    cursor.take('ON')
    const { database: other, name: of } = cursor.qualified()
    const database = chosen(other ?? session.database)
    const before = this.catalogue.table(database, of)
    if (!before.keys.some((key) => key.name === name))
      throw new SqlError(1091, '42000', `Can't DROP '${name}'; check that column/key exists`)
    const after = { ...structuredClone(before), keys: before.keys.filter((key) => key.name !== name) }
    this.catalogue.rebuild(database, before, after, new Map(before.columns.map((column) => [column.name, column.name])))
    return NOTHING
  }

  private alterView(work: Work, cursor: Cursor): Outcome {
    const { at } = cursor
    const { database: other, name } = cursor.qualified()
    const database = chosen(other ?? work.session.database)
    if (!this.catalogue.views(database).has(name))
      throw new SqlError(1146, '42S02', `Table '${database}.${name}' doesn't exist`)
    this.databases.run(database, `DROP VIEW ${quoteName(name)}`)
    cursor.at = at
    return this.createView(work, cursor)
  }

  alter(work: Work, cursor: Cursor): Outcome {
    const { session, renderer } = work
    if (cursor.take('USER')) return (this.users.change(cursor, false), NOTHING)
    if (cursor.take('VIEW')) return this.alterView(work, cursor)
    if (!cursor.take('TABLE')) return NOTHING
    const { database: other, name } = cursor.qualified()
    const database = chosen(other ?? session.database)
    const before = this.catalogue.table(database, name)
    // InnoDB has nothing to switch off: the statement is of MyISAM.
    if (cursor.take('DISABLE', 'KEYS') || cursor.take('ENABLE', 'KEYS')) return NOTHING
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
}
