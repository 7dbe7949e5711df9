import { type Context } from './options.ts'
import { plain } from './text.ts'

/** Puts many short elements into columns of about the same height as width. */
function inColumns(context: Context, entries: string[], value: ArrayLike<unknown> | undefined): string[] {
  const more = context.maxArrayLength < entries.length ? 1 : 0
  const count = entries.length - more
  const lengths = entries.slice(0, count).map((entry) => (context.colors ? plain(entry) : entry).length)
  const longest = Math.max(0, ...lengths)
  const widest = longest + 2
  const total = lengths.reduce((sum, length) => sum + length + 2, 0)
  if (widest * 3 + context.indentation >= context.breakLength || (total / widest <= 5 && longest > 6)) return entries
  const bias = Math.max(widest - 3 - Math.sqrt(widest - total / entries.length), 1)
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * bias * count) / bias),
    Math.floor((context.breakLength - context.indentation) / widest),
    Number(context.compact) * 4,
    15,
  )
  if (columns <= 1) return entries
  const widths = Array.from({ length: columns }, (_, column) =>
    lengths.reduce((most, length, at) => (at % columns === column ? Math.max(most, length) : most), 0),
  )
  const right =
    value !== undefined &&
    Array.from({ length: count }, (_, at) => typeof value[at]).every((type) => type === 'number' || type === 'bigint')
  const lines: string[] = []
  for (let at = 0; at < count; at += columns) {
    const row = entries.slice(at, Math.min(at + columns, count))
    lines.push(row.map((entry, column) => cell(entry, row.length - 1 === column, widths[column] ?? 0, right)).join(''))
  }
  return more ? [...lines, entries[count] ?? ''] : lines
}

function cell(entry: string, last: boolean, width: number, right: boolean): string {
  const room = ' '.repeat(Math.max(0, width - plain(entry).length))
  if (right) return last ? room + entry : `${room}${entry}, `
  return last ? entry : `${entry}, ${room}`
}

export interface Shape {
  readonly base: string
  readonly braces: readonly [string, string]
  readonly list: boolean
  readonly value: unknown
}

/** Entries in one line where they fit and are not nested too deep, else each in its own. */
export function joined(context: Context, given: string[], { base, braces, list, value }: Shape, level: number): string {
  const [open, close] = braces
  const head = base === '' ? '' : `${base} `
  const indent = `\n${' '.repeat(context.indentation)}`
  let entries = given
  if (context.compact !== true) {
    if (typeof context.compact === 'number' && context.compact >= 1) {
      if (list && entries.length > 6) entries = inColumns(context, entries, value as ArrayLike<unknown> | undefined)
      if (context.currentDepth - level < context.compact && entries.length === given.length) {
        const start = entries.length + context.indentation + open.length + base.length + 10
        const inOne = entries.join(', ')
        if (fits(context, entries, start, base) && !inOne.includes('\n')) return `${head}${open} ${inOne} ${close}`
      }
    }
    return `${head}${open}${indent}  ${entries.join(`,${indent}  `)}${indent}${close}`
  }
  if (fits(context, entries, 0, base)) return `${open}${head ? ` ${base}` : ''} ${entries.join(', ')} ${close}`
  const lead =
    base === '' && open.length === 1 ? ' ' : `${base ? ` ${base}` : ''}\n${' '.repeat(context.indentation)}  `
  return `${open}${lead}${entries.join(`,${indent}  `)} ${close}`
}

function fits(context: Context, entries: readonly string[], start: number, base: string): boolean {
  let total = entries.length + start
  if (total + entries.length > context.breakLength) return false
  for (const entry of entries) {
    total += (context.colors ? plain(entry) : entry).length
    if (total > context.breakLength) return false
  }
  return base === '' || !base.includes('\n')
}
