import { type ColumnDefinition, type ForeignKey, type KeyDefinition, type TableDefinition } from './definition.ts'
import type { Token } from './lexer.ts'
import { SqlError, syntaxError } from './problem.ts'
import { closing, partsOf, type Renderer } from './render.ts'

/** A position in tokens, with what parsers ask of it. */
export class Cursor {
  readonly tokens: readonly Token[]
  at = 0

  constructor(tokens: readonly Token[], at = 0) {
    this.tokens = tokens
    this.at = at
  }
  get token(): Token | undefined {
    return this.tokens[this.at]
  }
  /** Takes the words when they come next. */
  take(...words: readonly string[]): boolean {
    const fits = words.every(
      (word, i) => this.tokens[this.at + i]?.upper === word && this.tokens[this.at + i]?.kind !== 'string',
    )
    if (fits) this.at += words.length
    return fits
  }
  name(): string {
    const token = this.token
    if (!token || token.kind === 'op' || token.kind === 'number') throw syntaxError(token?.text ?? '')
    this.at++
    return token.text
  }
  /** `name` or `database.name`. */
  qualified(): { readonly database: string | undefined; readonly name: string } {
    const first = this.name()
    return this.takeOp('.') ? { database: first, name: this.name() } : { database: undefined, name: first }
  }
  takeOp(text: string): boolean {
    if (this.token?.kind !== 'op' || this.token.text !== text) return false
    this.at++
    return true
  }
  /** What stands in the parentheses that come next. */
  group(): readonly Token[] {
    if (this.token?.kind !== 'op' || this.token.text !== '(') throw syntaxError(this.token?.text ?? '')
    const end = closing(this.tokens, this.at)
    const inner = this.tokens.slice(this.at + 1, end)
    this.at = end + 1
    return inner
  }
  get rest(): readonly Token[] {
    return this.tokens.slice(this.at)
  }
  get done(): boolean {
    return this.at >= this.tokens.length
  }
}

const columnNames = (tokens: readonly Token[]): string[] => partsOf(tokens).map(([first]) => first?.text ?? '')

const ALIASES = new Map([
  ['integer', 'int'],
  ['bool', 'tinyint(1)'],
  ['boolean', 'tinyint(1)'],
  ['dec', 'decimal'],
  ['numeric', 'decimal'],
  ['real', 'double'],
  ['int1', 'tinyint'],
  ['character', 'char'],
])
/** With these the length is part of what is shown although nothing was said. */
const DEFAULT_LENGTHS = new Map([
  ['decimal', '(10,0)'],
  ['char', '(1)'],
  ['binary', '(1)'],
  ['bit', '(1)'],
])
const TYPES =
  /^(tinyint|smallint|mediumint|int|bigint|float|double|decimal|bit|date|datetime|timestamp|time|year|char|varchar|binary|varbinary|tinytext|text|mediumtext|longtext|tinyblob|blob|mediumblob|longblob|enum|set|json|point|geometry|serial|uuid|inet6)$/

export class TableParser {
  private readonly renderer: Renderer

  constructor(renderer: Renderer) {
    this.renderer = renderer
  }

  /** What stands in the parentheses of CREATE TABLE, and behind them. */
  table(name: string, inner: readonly Token[], options: readonly Token[]): TableDefinition {
    const table = emptyTable(name)
    for (const part of partsOf(inner)) this.element(table, new Cursor(part))
    this.options(table, options)
    nameKeys(table)
    return table
  }

  options(table: TableDefinition, tokens: readonly Token[]): void {
    for (let at = 0; at < tokens.length; at++) {
      const value = (): string =>
        tokens.slice(at + 1).find(({ kind, text, upper }) => !(kind === 'op' && text === '=') && upper !== 'SET')
          ?.text ?? ''
      const upper = tokens[at]?.upper
      if (upper === 'ENGINE') table.engine = /^innodb$/i.test(value()) ? 'InnoDB' : value()
      if (upper === 'CHARSET' || upper === 'CHARACTER')
        table.charset = value()
          .toLowerCase()
          .replace(/^utf8$/, 'utf8mb3')
      if (upper === 'COMMENT') table.comment = value()
    }
  }

  element(table: TableDefinition, cursor: Cursor): void {
    const name =
      cursor.take('CONSTRAINT') && !/^(PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(cursor.token?.upper ?? '')
        ? cursor.name()
        : ''
    if (cursor.take('PRIMARY', 'KEY')) return void table.keys.push(this.key('primary', 'PRIMARY', cursor))
    if (cursor.take('UNIQUE')) {
      if (!cursor.take('KEY')) cursor.take('INDEX')
      return void table.keys.push(this.key('unique', name, cursor))
    }
    if (cursor.take('FULLTEXT') || cursor.take('SPATIAL')) {
      if (!cursor.take('KEY')) cursor.take('INDEX')
      return void table.keys.push(this.key('fulltext', name, cursor))
    }
    if (cursor.take('KEY') || cursor.take('INDEX')) return void table.keys.push(this.key('index', name, cursor))
    if (cursor.take('FOREIGN', 'KEY')) return void table.foreignKeys.push(this.foreignKey(name, cursor))
    if (cursor.take('CHECK')) return void table.checks.push({ name, expression: this.renderer.render(cursor.group()) })
    table.columns.push(this.column(table, cursor))
  }

  private key(kind: KeyDefinition['kind'], name: string, cursor: Cursor): KeyDefinition {
    let given = name
    while (!cursor.done && !(cursor.token?.kind === 'op' && cursor.token.text === '(')) {
      if (cursor.take('USING')) cursor.name()
      else given = cursor.name()
    }
    return { kind, name: kind === 'primary' ? 'PRIMARY' : given, columns: columnNames(cursor.group()) }
  }

  private foreignKey(name: string, cursor: Cursor): ForeignKey {
    const given = cursor.token?.text === '(' ? name : cursor.name()
    const columns = columnNames(cursor.group())
    cursor.take('REFERENCES')
    return { name: name || given, columns, ...this.reference(cursor) }
  }

  private reference(cursor: Cursor): Pick<ForeignKey, 'table' | 'others' | 'actions'> {
    const { name: table } = cursor.qualified()
    const others = columnNames(cursor.group())
    let actions = ''
    while (cursor.take('ON')) {
      const event = cursor.name().toUpperCase()
      const words = cursor.take('NO', 'ACTION')
        ? 'NO ACTION'
        : cursor.take('SET', 'NULL')
          ? 'SET NULL'
          : cursor.take('SET', 'DEFAULT')
            ? 'SET DEFAULT'
            : cursor.name().toUpperCase()
      actions += ` ON ${event} ${words}`
    }
    return { table, others, actions }
  }

  /** A column's name, type and attributes; keys of its own go to the table's. */
  column(table: TableDefinition, cursor: Cursor): ColumnDefinition {
    const name = cursor.name()
    const column: ColumnDefinition = {
      name,
      type: this.type(cursor),
      notNull: false,
      fallback: undefined,
      touched: false,
      autoIncrement: false,
      comment: '',
    }
    if (column.type === 'serial') Object.assign(column, { type: 'bigint unsigned', autoIncrement: true, notNull: true })
    while (!cursor.done && this.attribute(table, column, cursor));
    return column
  }

  private type(cursor: Cursor): string {
    const word = cursor.name().toLowerCase()
    if (word === 'double') cursor.take('PRECISION')
    if (word === 'character' && cursor.take('VARYING')) return this.withLength('varchar', cursor)
    const name = ALIASES.get(word) ?? word
    if (!TYPES.test(name.replace(/\(.*/, ''))) throw syntaxError(word)
    return this.withLength(name, cursor)
  }

  private withLength(name: string, cursor: Cursor): string {
    let type = name
    if (cursor.token?.kind === 'op' && cursor.token.text === '(') {
      const inner = cursor
        .group()
        .map((token) => (token.kind === 'string' ? `'${token.text.replaceAll("'", "''")}'` : token.text))
      // Widths of integers say nothing since MySQL 8; of tinyint(1) they do.
      const shown = !/^(small|medium|big)?int$/.test(name) && !(name === 'tinyint' && inner.join('') !== '1')
      if (shown) type += `(${inner.join('')})`
    } else type += DEFAULT_LENGTHS.get(name) ?? ''
    if (cursor.take('UNSIGNED')) type += ' unsigned'
    if (cursor.take('SIGNED')) type += ''
    if (cursor.take('ZEROFILL')) type += ' zerofill'
    return type
  }

  private attribute(table: TableDefinition, column: ColumnDefinition, cursor: Cursor): boolean {
    if (cursor.take('NOT', 'NULL')) column.notNull = true
    else if (cursor.take('NULL')) column.notNull = false
    else if (cursor.take('AUTO_INCREMENT')) Object.assign(column, { autoIncrement: true, notNull: true })
    else if (cursor.take('DEFAULT')) column.fallback = this.fallback(cursor)
    else if (cursor.take('ON', 'UPDATE')) {
      column.touched = true
      this.fallback(cursor)
    } else if (cursor.take('COMMENT')) column.comment = cursor.name()
    else if (cursor.take('PRIMARY', 'KEY') || cursor.take('PRIMARY')) {
      column.notNull = true
      table.keys.push({ kind: 'primary', name: 'PRIMARY', columns: [column.name] })
    } else if (cursor.take('UNIQUE')) {
      cursor.take('KEY')
      table.keys.push({ kind: 'unique', name: '', columns: [column.name] })
    } else if (cursor.take('KEY')) table.keys.push({ kind: 'primary', name: 'PRIMARY', columns: [column.name] })
    else if (cursor.take('COLLATE') || cursor.take('CHARSET') || cursor.take('CHARACTER', 'SET')) cursor.name()
    else if (cursor.take('CHECK')) table.checks.push({ name: '', expression: this.renderer.render(cursor.group()) })
    else if (cursor.take('REFERENCES')) this.reference(cursor)
    else if (cursor.take('GENERATED', 'ALWAYS', 'AS') || cursor.take('AS'))
      column.generated = this.renderer.render(cursor.group())
    else if (!(cursor.take('STORED') || cursor.take('VIRTUAL') || cursor.take('INVISIBLE') || cursor.take('VISIBLE')))
      return false
    return true
  }

  private fallback(cursor: Cursor): string {
    const { token } = cursor
    if (!token) throw syntaxError('')
    if (/^(CURRENT_TIMESTAMP|NOW|LOCALTIMESTAMP|LOCALTIME)$/.test(token.upper) && token.kind === 'word') {
      cursor.at++
      if (cursor.token?.kind === 'op' && cursor.token.text === '(') cursor.group()
      return "(datetime('now'))"
    }
    if (token.kind === 'op' && token.text === '(') return `(${this.renderer.render(cursor.group())})`
    const sign = cursor.takeOp('-') ? '-' : ''
    const value = cursor.token
    cursor.at++
    return `${sign}${value ? this.renderer.render([{ ...value, before: false }]) : ''}`
  }
}

export const emptyTable = (name: string): TableDefinition => ({
  name,
  columns: [],
  keys: [],
  foreignKeys: [],
  checks: [],
  engine: 'InnoDB',
  charset: 'utf8mb4',
  comment: '',
})

/** Keys without a name get that of their first column, the second one of it `name_2`; the primary key comes first. */
export function nameKeys(table: TableDefinition): void {
  const taken = new Set(table.keys.map(({ name }) => name))
  for (const key of table.keys) {
    if (key.name !== '') continue
    const first = key.columns[0] ?? 'key'
    let name = first
    for (let i = 2; taken.has(name); i++) name = `${first}_${i}`
    key.name = name
    taken.add(name)
  }
  table.foreignKeys.forEach((key, i) => (key.name ||= `${table.name}_ibfk_${i + 1}`))
  for (const { name, columns } of table.foreignKeys)
    if (!table.keys.some((key) => columns.every((column, i) => key.columns[i] === column)))
      table.keys.push({ kind: 'index', name, columns: [...columns] })
  table.checks.forEach((check, i) => (check.name ||= `${table.name}_chk_${i + 1}`))
  for (const { columns } of table.keys.filter(({ kind }) => kind === 'primary'))
    for (const column of table.columns) if (columns.includes(column.name)) column.notNull = true
  if (table.columns.some(({ autoIncrement }) => autoIncrement) && table.keys.length === 0)
    throw new SqlError(
      1075,
      '42000',
      'Incorrect table definition; there can be only one auto column and it must be defined as a key',
    )
  const ORDER = { primary: 0, unique: 1, index: 2, fulltext: 3 } as const
  table.keys.sort((a, b) => ORDER[a.kind] - ORDER[b.kind])
}
