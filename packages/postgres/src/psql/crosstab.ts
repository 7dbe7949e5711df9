import type { Column, Result } from '../client/session.ts'
import type { Table } from './table.ts'

const MOST_COLUMNS = 1600

/** Which column a word names: by its number, or by its title. */
function columnAt(columns: readonly Column[], word: string): number {
  if (/^\d+$/.test(word)) return Number(word) - 1
  const plain = word.startsWith('"') ? word.slice(1, -1) : word.toLowerCase()
  return columns.findIndex(({ name }) => name === plain)
}

/**
 * \crosstabview: one column becomes the rows, one the columns, and one what stands where they meet. psql(1).
 * @returns a text for what is wrong
 */
export function crosstab({ columns, rows }: Result, words: readonly string[]): Table | string {
  if (columns.length < 3) return '\\crosstabview: query must return at least three columns'
  const [v = 0, h = 1] = [words[0] ?? '1', words[1] ?? '2'].map((word) => columnAt(columns, word))
  const rest = columns.map((_, i) => i).filter((i) => i !== v && i !== h)
  if (words[2] === undefined && columns.length !== 3)
    return '\\crosstabview: data column must be specified when query returns more than three columns'
  const d = words[2] === undefined ? (rest[0] ?? 2) : columnAt(columns, words[2])
  const missing = [v, h, d].findIndex((at) => at < 0 || at >= columns.length)
  if (missing >= 0) return `\\crosstabview: column name not found: "${words[missing] ?? ''}"`
  if (v === h) return '\\crosstabview: vertical and horizontal headers must be different columns'
  const across = [...new Set(rows.map((row) => row[h] ?? null))]
  const down = [...new Set(rows.map((row) => row[v] ?? null))]
  if (across.length > MOST_COLUMNS) return `\\crosstabview: maximum number of columns (${MOST_COLUMNS}) exceeded`
  const order = words[3] === undefined ? -1 : columnAt(columns, words[3])
  if (order >= 0) across.sort((a, b) => orderOf(rows, h, order, a) - orderOf(rows, h, order, b))
  const cells = new Map<string, string | null>()
  for (const row of rows) {
    const key = JSON.stringify([row[v], row[h]])
    if (cells.has(key))
      return `\\crosstabview: query result contains multiple data values for row "${row[v] ?? '(null)'}", column "${row[h] ?? '(null)'}"`
    cells.set(key, row[d] ?? null)
  }
  const type = columns[d]?.type ?? 25
  return {
    columns: [columns[v] as Column, ...across.map((name) => ({ name: name ?? '', type }))],
    rows: down.map((name) => [name, ...across.map((other) => cells.get(JSON.stringify([name, other])) ?? '')]),
  }
}

const orderOf = (rows: Result['rows'], h: number, order: number, name: string | null): number =>
  Number(rows.find((row) => row[h] === name)?.[order] ?? 0)
