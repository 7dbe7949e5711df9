import { Cursor, nameKeys, TableParser } from './create-table.ts'
import type { TableDefinition } from './definition.ts'
import type { Token } from './lexer.ts'
import { SqlError } from './problem.ts'
import { partsOf, type Renderer } from './render.ts'

interface Alteration {
  readonly table: TableDefinition
  /** For each column of the new table the one whose values it takes over. */
  readonly from: ReadonlyMap<string, string>
  readonly nextId: number | undefined
}

type Action = (state: State, cursor: Cursor) => void
interface State {
  readonly table: TableDefinition
  readonly from: Map<string, string>
  readonly parser: TableParser
  nextId: number | undefined
}

const indexOf = (table: TableDefinition, name: string): number => {
  const at = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())
  if (at < 0) throw new SqlError(1054, '42S22', `Unknown column '${name}' in '${table.name}'`)
  return at
}

/** FIRST, AFTER column. @param at where it stands otherwise */
function place(table: TableDefinition, cursor: Cursor, at: number): number {
  if (cursor.take('FIRST')) return 0
  return cursor.take('AFTER') ? indexOf(table, cursor.name()) + 1 : at
}

const add: Action = ({ table, parser }, cursor) => {
  const isKey = /^(CONSTRAINT|PRIMARY|UNIQUE|FULLTEXT|KEY|INDEX|FOREIGN|CHECK|SPATIAL)$/.test(cursor.token?.upper ?? '')
  if (isKey && cursor.token?.kind === 'word') return parser.element(table, cursor)
  cursor.take('COLUMN')
  cursor.take('IF', 'NOT', 'EXISTS')
  const group = cursor.token?.kind === 'op' && cursor.token.text === '('
  for (const part of group ? partsOf(cursor.group()).map((each) => new Cursor(each)) : [cursor]) {
    const column = parser.column(table, part)
    if (table.columns.some(({ name }) => name.toLowerCase() === column.name.toLowerCase()))
      throw new SqlError(1060, '42S21', `Duplicate column name '${column.name}'`)
    table.columns.splice(place(table, part, table.columns.length), 0, column)
  }
}

const drop: Action = ({ table, from }, cursor) => {
  if (cursor.take('PRIMARY', 'KEY')) return void (table.keys = table.keys.filter(({ kind }) => kind !== 'primary'))
  if (cursor.take('FOREIGN', 'KEY') || cursor.take('CONSTRAINT')) {
    const gone = cursor.name()
    table.foreignKeys = table.foreignKeys.filter(({ name }) => name !== gone)
    table.checks = table.checks.filter(({ name }) => name !== gone)
    return
  }
  if (cursor.take('INDEX') || cursor.take('KEY')) {
    const gone = cursor.name()
    if (!table.keys.some(({ name }) => name === gone))
      throw new SqlError(1091, '42000', `Can't DROP '${gone}'; check that column/key exists`)
    table.keys = table.keys.filter(({ name }) => name !== gone)
    return
  }
  cursor.take('COLUMN')
  const lenient = cursor.take('IF', 'EXISTS')
  const name = cursor.name()
  const at = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())
  if (at < 0 && lenient) return
  if (at < 0) throw new SqlError(1091, '42000', `Can't DROP '${name}'; check that column/key exists`)
  table.columns.splice(at, 1)
  from.delete(name)
  for (const key of table.keys) key.columns = key.columns.filter((column) => column !== name)
  table.keys = table.keys.filter(({ columns }) => columns.length > 0)
}

function renameColumn({ table, from }: State, before: string, after: string): void {
  from.set(after, from.get(before) ?? before)
  if (after !== before) from.delete(before)
  const renamed = (name: string): string => (name === before ? after : name)
  for (const key of [...table.keys, ...table.foreignKeys]) key.columns = key.columns.map(renamed)
}

/** MODIFY and CHANGE: a new definition in the column's place. */
const modify =
  (renames: boolean): Action =>
  (state, cursor) => {
    const { table, parser } = state
    cursor.take('COLUMN')
    const old = renames ? cursor.name() : (cursor.token?.text ?? '')
    const at = indexOf(table, old)
    const before = table.columns[at]
    const column = parser.column(table, cursor)
    table.columns.splice(at, 1)
    table.columns.splice(place(table, cursor, at), 0, column)
    if (before) renameColumn(state, before.name, column.name)
  }

const ACTIONS: readonly (readonly [words: string, action: Action])[] = [
  ['ADD', add],
  ['DROP', drop],
  ['MODIFY', modify(false)],
  ['CHANGE', modify(true)],
  [
    'RENAME COLUMN',
    (state, cursor) => {
      const at = indexOf(state.table, cursor.name())
      cursor.take('TO')
      const column = state.table.columns[at]
      const name = cursor.name()
      if (!column) return
      renameColumn(state, column.name, name)
      column.name = name
    },
  ],
  [
    'RENAME INDEX',
    ({ table }, cursor) => {
      const key = table.keys.find(({ name }) => name === cursor.token?.text)
      cursor.at++
      cursor.take('TO')
      if (key) key.name = cursor.name()
    },
  ],
  [
    'RENAME',
    ({ table }, cursor) => {
      if (!cursor.take('TO')) cursor.take('AS')
      table.name = cursor.qualified().name
    },
  ],
  [
    'ALTER',
    ({ table, parser }, cursor) => {
      cursor.take('COLUMN')
      const column = table.columns[indexOf(table, cursor.name())]
      if (!column) return
      if (cursor.take('DROP', 'DEFAULT')) column.fallback = undefined
      else if (cursor.take('SET'))
        column.fallback = parser.column(table, new Cursor([...DUMMY, ...cursor.rest])).fallback
    },
  ],
  [
    'AUTO_INCREMENT',
    (state, cursor) => {
      cursor.takeOp('=')
      state.nextId = Number(cursor.token?.text ?? 1)
    },
  ],
]
/** A name and a type, for a default to stand behind. */
const DUMMY: readonly Token[] = ['x', 'int'].map((text) => ({
  kind: 'word',
  text,
  upper: text.toUpperCase(),
  before: true,
  at: 0,
  end: 0,
}))

/** What ALTER TABLE makes of a table. @throws SqlError */
export function alteration(before: TableDefinition, renderer: Renderer, tokens: readonly Token[]): Alteration {
  const table = structuredClone(before)
  const state: State = {
    table,
    from: new Map(before.columns.map(({ name }) => [name, name])),
    parser: new TableParser(renderer),
    nextId: undefined,
  }
  for (const part of partsOf(tokens)) {
    const cursor = new Cursor(part)
    const found = ACTIONS.find(([words]) => cursor.take(...words.split(' ')))
    if (found) found[1](state, cursor)
    else state.parser.options(table, part)
  }
  nameKeys(table)
  return { table, from: state.from, nextId: state.nextId }
}
