import type { Value } from '../protocol.ts'
import type { Catalogue } from './catalogue.ts'
import { shownDefault } from './definition.ts'
import { extraOf, keyOf } from './show.ts'

/** The views of INFORMATION_SCHEMA that are asked for, filled when somebody does. */
const VIEWS: Readonly<Record<string, readonly string[]>> = {
  SCHEMATA: ['CATALOG_NAME', 'SCHEMA_NAME', 'DEFAULT_CHARACTER_SET_NAME', 'DEFAULT_COLLATION_NAME'],
  TABLES: [
    'TABLE_CATALOG',
    'TABLE_SCHEMA',
    'TABLE_NAME',
    'TABLE_TYPE',
    'ENGINE',
    'TABLE_ROWS',
    'DATA_LENGTH',
    'INDEX_LENGTH',
    'AUTO_INCREMENT',
    'TABLE_COLLATION',
    'TABLE_COMMENT',
  ],
  COLUMNS: [
    'TABLE_CATALOG',
    'TABLE_SCHEMA',
    'TABLE_NAME',
    'COLUMN_NAME',
    'ORDINAL_POSITION',
    'COLUMN_DEFAULT',
    'IS_NULLABLE',
    'DATA_TYPE',
    'CHARACTER_MAXIMUM_LENGTH',
    'NUMERIC_PRECISION',
    'NUMERIC_SCALE',
    'COLUMN_TYPE',
    'COLUMN_KEY',
    'EXTRA',
    'COLUMN_COMMENT',
  ],
  STATISTICS: ['TABLE_SCHEMA', 'TABLE_NAME', 'NON_UNIQUE', 'INDEX_NAME', 'SEQ_IN_INDEX', 'COLUMN_NAME'],
  KEY_COLUMN_USAGE: [
    'CONSTRAINT_SCHEMA',
    'CONSTRAINT_NAME',
    'TABLE_SCHEMA',
    'TABLE_NAME',
    'COLUMN_NAME',
    'ORDINAL_POSITION',
    'REFERENCED_TABLE_SCHEMA',
    'REFERENCED_TABLE_NAME',
    'REFERENCED_COLUMN_NAME',
  ],
}

/** Fills the tables anew. */
export function fillInformationSchema(catalogue: Catalogue, names: readonly string[]): void {
  const { databases } = catalogue
  const rows: Record<string, Value[][]> = {
    SCHEMATA: [],
    TABLES: [],
    COLUMNS: [],
    STATISTICS: [],
    KEY_COLUMN_USAGE: [],
  }
  for (const schema of names) {
    rows['SCHEMATA']?.push(['def', schema, 'utf8mb4', 'utf8mb4_0900_ai_ci'])
    if (schema !== 'information_schema' && databases.has(schema)) fillDatabase(catalogue, schema, rows)
  }
  for (const [view, columns] of Object.entries(VIEWS)) {
    databases.run(
      'information_schema',
      `CREATE TABLE IF NOT EXISTS ${view} (${columns.map((name) => `${name} COLLATE NOCASE`).join(', ')})`,
    )
    databases.run('information_schema', `DELETE FROM ${view}`)
    for (const row of rows[view] ?? [])
      databases.run('information_schema', `INSERT INTO ${view} VALUES (${row.map(() => '?').join(', ')})`, row)
  }
}

function fillDatabase(catalogue: Catalogue, schema: string, rows: Record<string, Value[][]>): void {
  for (const table of catalogue.tables(schema).values()) {
    const count = Number(catalogue.databases.run(schema, `SELECT count(*) FROM "${table.name}"`).rows[0]?.[0] ?? 0)
    rows['TABLES']?.push([
      'def',
      schema,
      table.name,
      'BASE TABLE',
      table.engine,
      count,
      16384,
      0,
      catalogue.nextId(schema, table.name),
      'utf8mb4_0900_ai_ci',
      table.comment,
    ])
    table.columns.forEach((column, i) => {
      const [, type = '', length, scale] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?/.exec(column.type) ?? []
      const isText = /char|text/.test(type)
      const size = length === undefined ? null : Number(length)
      rows['COLUMNS']?.push([
        'def',
        schema,
        table.name,
        column.name,
        i + 1,
        shownDefault(column),
        column.notNull ? 'NO' : 'YES',
        type,
        isText ? size : null,
        isText ? null : size,
        scale === undefined ? null : Number(scale),
        column.type,
        keyOf(table, column),
        extraOf(column),
        column.comment,
      ])
    })
    for (const { kind, name, columns } of table.keys)
      columns.forEach((column, i) => {
        rows['STATISTICS']?.push([schema, table.name, kind === 'index' ? 1 : 0, name, i + 1, column])
        if (kind !== 'index')
          rows['KEY_COLUMN_USAGE']?.push([schema, name, schema, table.name, column, i + 1, null, null, null])
      })
    for (const key of table.foreignKeys)
      key.columns.forEach((column, i) =>
        rows['KEY_COLUMN_USAGE']?.push([
          schema,
          key.name,
          schema,
          table.name,
          column,
          i + 1,
          schema,
          key.table,
          key.others[i] ?? null,
        ]),
      )
  }
  for (const view of catalogue.views(schema).keys())
    rows['TABLES']?.push(['def', schema, view, 'VIEW', null, null, null, null, null, null, 'VIEW'])
}
