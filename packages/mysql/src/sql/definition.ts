import { literal, quoteName } from './quoting.ts'
import { shownType } from './flavour.ts'
import { strictCheck } from './strictness.ts'

/** A table as its CREATE TABLE said, kept beside it: SQLite forgets most of that. */
export interface ColumnDefinition {
  name: string
  /** `varchar(255)`, `int unsigned`; in lower case but for values of enums. */
  type: string
  notNull: boolean
  /** As an expression of SQLite's; undefined for none. */
  fallback: string | undefined
  /** ON UPDATE CURRENT_TIMESTAMP */
  touched: boolean
  autoIncrement: boolean
  comment: string
  /** GENERATED ALWAYS AS */
  generated?: string | undefined
}

/** A column that nothing more is known of. */
export const plainColumn = (name: string, type: string): ColumnDefinition => ({
  ...{ name, type, notNull: false, fallback: undefined, touched: false, autoIncrement: false, comment: '' },
})

export interface KeyDefinition {
  kind: 'primary' | 'unique' | 'index' | 'fulltext'
  name: string
  columns: string[]
}

export interface ForeignKey {
  name: string
  columns: string[]
  table: string
  others: string[]
  /** ` ON DELETE CASCADE` and the like. */
  actions: string
}

export interface TableDefinition {
  name: string
  columns: ColumnDefinition[]
  keys: KeyDefinition[]
  foreignKeys: ForeignKey[]
  checks: { name: string; expression: string }[]
  engine: string
  charset: string
  comment: string
}

export { literal, quoteName }

const isText = (type: string): boolean => /^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/.test(type)

/** SQLite's affinity goes by words in the type: dates and decimals must not look like numbers to it. */
const storedType = (type: string): string =>
  /^(date|datetime|timestamp|time)\b/.test(type) ? `${type} text` : /^(decimal|numeric)\b/.test(type) ? type : type

function columnText(column: ColumnDefinition, rowid: boolean): string {
  const name = quoteName(column.name)
  if (rowid) return `${name} INTEGER PRIMARY KEY AUTOINCREMENT`
  const words = [name, quoteName(storedType(column.type))]
  if (isText(column.type)) words.push('COLLATE NOCASE')
  if (column.notNull) words.push('NOT NULL')
  if (column.fallback !== undefined) words.push(`DEFAULT ${column.fallback}`)
  if (column.generated !== undefined) words.push(`AS (${column.generated}) STORED`)
  return words.join(' ') + strictCheck(column)
}

/** The column that SQLite numbers by itself. */
const rowidColumn = ({ columns, keys }: TableDefinition): ColumnDefinition | undefined => {
  const primary = keys.find(({ kind }) => kind === 'primary')
  return columns.find(({ autoIncrement, name }) => autoIncrement && (!primary || primary.columns.join() === name))
}

/** Statements for SQLite that make the table and its indexes. */
export function creation(table: TableDefinition, name = table.name): string[] {
  const rowid = rowidColumn(table)
  const list = (names: readonly string[]): string => names.map(quoteName).join(', ')
  const parts = [
    ...table.columns.map((column) => columnText(column, column === rowid)),
    ...table.keys.flatMap(({ kind, columns }) =>
      kind === 'primary' && !rowid ? [`PRIMARY KEY (${list(columns)})`] : [],
    ),
    ...table.keys.flatMap(({ kind, columns, name: key }) =>
      kind === 'unique' ? [`CONSTRAINT ${quoteName(key)} UNIQUE (${list(columns)})`] : [],
    ),
    ...table.foreignKeys.map(
      (key) =>
        `FOREIGN KEY (${list(key.columns)}) REFERENCES ${quoteName(key.table)} (${list(key.others)})${key.actions}`,
    ),
    ...table.checks.map(({ name: check, expression }) => `CONSTRAINT ${quoteName(check)} CHECK (${expression})`),
  ]
  return [`CREATE TABLE ${quoteName(name)} (${parts.join(', ')})`]
}

/** Indexes stand beside the table, under names that are unique in the database. */
export const indexes = (table: TableDefinition): string[] =>
  table.keys.flatMap(({ kind, name, columns }) =>
    kind === 'index' || kind === 'fulltext'
      ? [
          `CREATE INDEX IF NOT EXISTS ${quoteName(`${table.name}.${name}`)} ON ${quoteName(table.name)} (${columns.map(quoteName).join(', ')})`,
        ]
      : [],
  )

/** A trigger does what ON UPDATE CURRENT_TIMESTAMP says. */
export const triggers = (table: TableDefinition): string[] => {
  const touched = table.columns.filter(({ touched: is }) => is).map(({ name }) => quoteName(name))
  if (touched.length === 0) return []
  const same = touched.map((name) => `NEW.${name} IS OLD.${name}`).join(' AND ')
  return [
    `CREATE TRIGGER IF NOT EXISTS ${quoteName(`${table.name}.touched`)} AFTER UPDATE ON ${quoteName(table.name)} WHEN ${same} BEGIN UPDATE ${quoteName(table.name)} SET ${touched.map((name) => `${name} = datetime('now')`).join(', ')} WHERE rowid = NEW.rowid; END`,
  ]
}

const tick = (name: string): string => `\`${name.replaceAll('`', '``')}\``
const ticks = (names: readonly string[]): string => names.map(tick).join(',')

/** A default as SHOW CREATE TABLE and DESCRIBE have it. */
export function shownDefault({ fallback }: ColumnDefinition): string | null {
  if (fallback === undefined || fallback === 'NULL') return null
  if (fallback.startsWith('(datetime')) return 'CURRENT_TIMESTAMP'
  return fallback.startsWith("'") ? fallback.slice(1, -1).replaceAll("''", "'") : fallback
}

/** `CONSTRAINT … FOREIGN KEY … REFERENCES …`. */
export const foreignKeyText = ({ name, columns, table, others, actions }: ForeignKey): string =>
  `CONSTRAINT ${tick(name)} FOREIGN KEY (${ticks(columns)}) REFERENCES ${tick(table)} (${ticks(others)})${actions}`

/** What the server is that shows something. */
export interface ShownAs {
  readonly isMaria: boolean
  readonly collation: string
}

const nowText = (isMaria: boolean): string => (isMaria ? 'current_timestamp()' : 'CURRENT_TIMESTAMP')

/** MariaDB leaves numbers without quotes. */
function defaultText({ type }: ColumnDefinition, shown: string, isMaria: boolean): string {
  if (shown === 'CURRENT_TIMESTAMP') return nowText(isMaria)
  return isMaria && /^(\w*int|decimal|float|double)/.test(type) ? shown : literal(shown)
}

/** SHOW CREATE TABLE. */
export function shownCreation(table: TableDefinition, nextId: number, { isMaria, collation: usual }: ShownAs): string {
  const lines = table.columns.map((column) => {
    const shown = shownDefault(column)
    const fallback =
      shown !== null
        ? ` DEFAULT ${defaultText(column, shown, isMaria)}`
        : column.notNull || (!isMaria && /text|blob|json/.test(column.type)) || column.generated
          ? ''
          : ' DEFAULT NULL'
    const generated = column.generated === undefined ? '' : ` GENERATED ALWAYS AS (${column.generated}) STORED`
    return `  ${tick(column.name)} ${shownType(column.type, isMaria)}${generated}${column.notNull ? ' NOT NULL' : column.type.startsWith('timestamp') ? ' NULL' : ''}${column.autoIncrement ? ' AUTO_INCREMENT' : fallback}${column.touched ? ` ON UPDATE ${nowText(isMaria)}` : ''}${column.comment === '' ? '' : ` COMMENT ${literal(column.comment)}`}`
  })
  const WORDS = { primary: 'PRIMARY KEY', unique: 'UNIQUE KEY', index: 'KEY', fulltext: 'FULLTEXT KEY' } as const
  for (const { kind, name, columns } of table.keys)
    lines.push(`  ${WORDS[kind]} ${kind === 'primary' ? '' : `${tick(name)} `}(${ticks(columns)})`)
  for (const key of table.foreignKeys) lines.push(`  ${foreignKeyText(key)}`)
  for (const { name, expression } of table.checks) lines.push(`  CONSTRAINT ${tick(name)} CHECK (${expression})`)
  const numbered =
    nextId > 1 && table.columns.some(({ autoIncrement }) => autoIncrement) ? ` AUTO_INCREMENT=${nextId}` : ''
  const collation = table.charset === 'utf8mb4' ? ` COLLATE=${usual}` : ''
  return `CREATE TABLE ${tick(table.name)} (\n${lines.join(',\n')}\n) ENGINE=${table.engine}${numbered} DEFAULT CHARSET=${table.charset}${collation}${table.comment === '' ? '' : ` COMMENT=${literal(table.comment)}`}`
}
