import type { Value } from '../protocol.ts'
import type { Catalogue } from './catalogue.ts'
import { shownDefault, type TableDefinition } from './definition.ts'
import { defaultCollation, shownType } from './flavour.ts'
import type { ProgramStore } from './routines/store.ts'
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
  VIEWS: ['TABLE_CATALOG', 'TABLE_SCHEMA', 'TABLE_NAME', 'VIEW_DEFINITION'],
  ROUTINES: [
    ...['SPECIFIC_NAME', 'ROUTINE_CATALOG', 'ROUTINE_SCHEMA', 'ROUTINE_NAME', 'ROUTINE_TYPE', 'DTD_IDENTIFIER'],
    ...['ROUTINE_DEFINITION', 'DEFINER', 'CREATED', 'LAST_ALTERED', 'ROUTINE_COMMENT'],
  ],
  TRIGGERS: [
    ...['TRIGGER_CATALOG', 'TRIGGER_SCHEMA', 'TRIGGER_NAME', 'EVENT_MANIPULATION', 'EVENT_OBJECT_SCHEMA'],
    ...['EVENT_OBJECT_TABLE', 'ACTION_TIMING', 'ACTION_STATEMENT', 'DEFINER', 'CREATED'],
  ],
  TABLE_CONSTRAINTS: [
    ...['CONSTRAINT_CATALOG', 'CONSTRAINT_SCHEMA', 'CONSTRAINT_NAME', 'TABLE_SCHEMA', 'TABLE_NAME'],
    'CONSTRAINT_TYPE',
  ],
  CHECK_CONSTRAINTS: ['CONSTRAINT_CATALOG', 'CONSTRAINT_SCHEMA', 'CONSTRAINT_NAME', 'TABLE_NAME', 'CHECK_CLAUSE'],
  REFERENTIAL_CONSTRAINTS: [
    ...['CONSTRAINT_SCHEMA', 'CONSTRAINT_NAME', 'UPDATE_RULE', 'DELETE_RULE', 'TABLE_NAME'],
    'REFERENCED_TABLE_NAME',
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
export function fillInformationSchema(
  catalogue: Catalogue,
  store: ProgramStore,
  names: readonly string[],
  version: string,
): void {
  const { databases } = catalogue
  const collation = defaultCollation(version)
  const rows: Record<string, Value[][]> = Object.fromEntries(Object.keys(VIEWS).map((name) => [name, []]))
  for (const schema of names) {
    rows['SCHEMATA']?.push(['def', schema, 'utf8mb4', collation])
    if (schema === 'information_schema' || !databases.has(schema)) continue
    fillDatabase(catalogue, schema, rows, version)
    fillPrograms(store, schema, rows)
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

function fillPrograms(store: ProgramStore, schema: string, rows: Record<string, Value[][]>): void {
  for (const { kind, name, definer, body, table, timing, event, created, returns, comment } of store.all(schema))
    if (kind === 'TRIGGER')
      rows['TRIGGERS']?.push(['def', schema, name, event, schema, table, timing, body, definer, created])
    else rows['ROUTINES']?.push([name, 'def', schema, name, kind, returns, body, definer, created, created, comment])
}

/** The table's constraints: keys that hold, references and checks. */
function fillConstraints(table: TableDefinition, schema: string, rows: Record<string, Value[][]>): void {
  const add = (name: string, type: string): unknown =>
    rows['TABLE_CONSTRAINTS']?.push(['def', schema, name, schema, table.name, type])
  for (const { kind, name } of table.keys)
    if (kind === 'primary' || kind === 'unique') add(name, kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE')
  for (const { name, expression } of table.checks) {
    add(name, 'CHECK')
    rows['CHECK_CONSTRAINTS']?.push(['def', schema, name, table.name, expression])
  }
  for (const { name, table: other, actions } of table.foreignKeys) {
    add(name, 'FOREIGN KEY')
    const rule = (word: string): string =>
      new RegExp(`ON ${word} (NO ACTION|SET NULL|SET DEFAULT|\\w+)`).exec(actions)?.[1] ?? 'RESTRICT'
    rows['REFERENTIAL_CONSTRAINTS']?.push([schema, name, rule('UPDATE'), rule('DELETE'), table.name, other])
  }
}

function fillDatabase(catalogue: Catalogue, schema: string, rows: Record<string, Value[][]>, version: string): void {
  const isMaria = /maria/i.test(version)
  const collation = defaultCollation(version)
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
      collation,
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
        shownType(column.type, isMaria),
        keyOf(table, column),
        extraOf(column),
        column.comment,
      ])
    })
    fillConstraints(table, schema, rows)
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
  for (const [view, text] of catalogue.views(schema)) {
    rows['VIEWS']?.push(['def', schema, view, text.replace(/^[^]*? AS /i, '')])
    rows['TABLES']?.push(['def', schema, view, 'VIEW', null, null, null, null, null, null, 'VIEW'])
  }
}
