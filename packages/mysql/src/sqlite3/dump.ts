import type { Connection } from './connection.ts'
import { literal, quotedName, restorable } from './output-modes.ts'

/** Texts of the first column, or rows of texts. */
async function texts(connection: Connection, sql: string): Promise<string[][]> {
  const { rows } = await connection.run(sql)
  return rows.map((row) => row.map(({ text }) => text))
}

/** Names in quotes may be those of tables that are made by themselves. printSchemaLine */
const guarded = (sql: string): string =>
  /^CREATE TABLE ['"]/i.test(sql) ? sql.replace(/^CREATE TABLE /i, 'CREATE TABLE IF NOT EXISTS ') : sql

/** .dump: statements that make the database anew. @param pattern a LIKE pattern for names; undefined for all */
export async function dump(connection: Connection, pattern: string | undefined): Promise<string> {
  const only = pattern === undefined ? '' : ` AND tbl_name LIKE ${literal({ type: 'text', text: pattern })}`
  const out = ['PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n']
  const tables = await texts(
    connection,
    `SELECT name, sql FROM sqlite_schema WHERE type='table' AND sql NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'${only} ORDER BY rowid`,
  )
  for (const [name = '', sql = ''] of tables) {
    out.push(
      `${/^CREATE TABLE ['"]/i.test(sql) ? sql.replace(/^CREATE TABLE /i, 'CREATE TABLE IF NOT EXISTS ') : sql};\n`,
    )
    out.push(await rowsOf(connection, name))
  }
  const sequence = await texts(
    connection,
    `SELECT name FROM sqlite_schema WHERE name='sqlite_sequence'${pattern === undefined ? '' : ' AND 0'}`,
  )
  if (sequence.length > 0) out.push('DELETE FROM sqlite_sequence;\n', await rowsOf(connection, 'sqlite_sequence'))
  const others = await texts(
    connection,
    `SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND type IN ('index','trigger','view')${only}`,
  )
  for (const [sql = ''] of others) out.push(`${sql};\n`)
  return [...out, 'COMMIT;\n'].join('')
}

async function rowsOf(connection: Connection, name: string): Promise<string> {
  const { rows } = await connection.run(`SELECT * FROM ${quotedName(name)}`)
  return rows.map((row) => `INSERT INTO ${quotedName(name)} VALUES(${row.map(restorable).join(',')});\n`).join('')
}

/** .schema: how everything was made, tables with what hangs on them. */
export async function schema(connection: Connection, pattern: string | undefined): Promise<string> {
  const only =
    pattern === undefined ? '' : ` AND lower(tbl_name) LIKE lower(${literal({ type: 'text', text: pattern })})`
  const rows = await texts(
    connection,
    `SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL${only} ORDER BY rowid`,
  )
  const lines: string[] = []
  for (const [type, name = '', sql = ''] of rows)
    lines.push(type === 'view' ? await view(connection, name, sql) : `${guarded(sql)};\n`)
  return lines.join('')
}

async function view(connection: Connection, name: string, sql: string): Promise<string> {
  const columns = await texts(
    connection,
    `SELECT name FROM pragma_table_info(${literal({ type: 'text', text: name })})`,
  )
  return `${sql}\n/* ${quotedName(name)}(${columns.map(([column = '']) => quotedName(column)).join(',')}) */;\n`
}
