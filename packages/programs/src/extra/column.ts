import { defineProgram, flag, type ProgramContext, value } from '@drydock/libc'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'
import { windowSize } from '../text/terminal.ts'
import { displayWidth, padEndTo } from '../text/width.ts'

const options = {
  table: flag('t', 'table'),
  separator: value('s', 'separator'),
  outputSeparator: value('o', 'output-separator'),
  columns: value('c', 'output-width'),
  rows: flag('x', 'fillrows'),
  names: value('N', 'table-columns'),
  right: value('R', 'table-right'),
  keepEmpty: flag('L', 'keep-empty-lines'),
  json: flag('J', 'json'),
  tableName: value('n', 'table-name'),
  noHeadings: flag('d', 'table-noheadings'),
  hide: value('H', 'table-hide'),
  order: value('O', 'table-order'),
  limit: value('l', 'table-columns-limit'),
}
type Context = ProgramContext<typeof options>

/** Runs of white space separate when nothing is asked for; each given character separates by itself. */
function splitLine(line: string, { options: o }: Context): string[] {
  const { separator } = o
  const pattern = separator === undefined ? '[ \\t]+' : `[${separator.replace(/[\\\]^-]/g, '\\$&')}]`
  const text = separator === undefined ? line.trim() : line
  if (o.limit === undefined) return text.split(new RegExp(pattern))
  const cells: string[] = []
  let rest = text
  for (let left = Number(o.limit) - 1; left > 0; left--) {
    const match = new RegExp(pattern).exec(rest)
    if (!match) break
    cells.push(rest.slice(0, match.index))
    rest = rest.slice(match.index + match[0].length)
  }
  return [...cells, rest]
}

/** Columns by name or number, counted from 1. */
function columnsOf(list: string | undefined, names: readonly string[]): number[] {
  return (list ?? '')
    .split(',')
    .map((text) => (names.includes(text) ? names.indexOf(text) : Number(text) - 1))
    .filter((column) => column >= 0)
}

function table(lines: readonly string[], context: Context): string {
  const { options: o } = context
  const names = o.names?.split(',') ?? []
  const body = lines.map((line) => (line === '' ? [] : splitLine(line, context)))
  const count = Math.max(names.length, ...body.map(({ length }) => length))
  const first = columnsOf(o.order, names)
  const hidden = new Set(columnsOf(o.hide, names))
  const rest = Array.from({ length: count }, (_, column) => column).filter((column) => !first.includes(column))
  const columns = [...first, ...rest].filter((column) => !hidden.has(column))
  if (o.json) return jsonText(body, columns, names, o.tableName ?? 'table')
  const rows = [...(names.length && !o.noHeadings ? [names] : []), ...body]
  const sized = names.length ? [names, ...body] : body
  const right = new Set(columnsOf(o.right, names))
  const widths = columns.map((column) => Math.max(0, ...sized.map((row) => displayWidth(row[column] ?? ''))))
  const show = (row: readonly string[]): string =>
    columns
      .map((column, at) => {
        const cell = row[column] ?? ''
        const width = widths[at] ?? 0
        if (right.has(column)) return ' '.repeat(Math.max(0, width - displayWidth(cell))) + cell
        return at === columns.length - 1 ? cell : padEndTo(cell, width)
      })
      .join(o.outputSeparator ?? '  ')
  return rows.map((row) => `${show(row)}\n`).join('')
}

/** Names in small letters, every value a text. */
function jsonText(
  rows: readonly (readonly string[])[],
  columns: readonly number[],
  names: readonly string[],
  title: string,
): string {
  const object = (row: readonly string[]): string => {
    const fields = columns.map((column) => {
      const value = row[column]
      return `         ${JSON.stringify((names[column] ?? '').toLowerCase())}: ${value === undefined ? 'null' : JSON.stringify(value)}`
    })
    return `{\n${fields.join(',\n')}\n      }`
  }
  return `{\n   ${JSON.stringify(title)}: [\n      ${rows.map(object).join(',')}\n   ]\n}\n`
}

/** Columns of one width, a multiple of the tab's eight, down the screen or across. */
function fill(lines: readonly string[], context: Context): string {
  const { options: o, sys } = context
  const line = Number(o.columns ?? windowSize(sys).cols)
  const width = (Math.floor(Math.max(0, ...lines.map(displayWidth)) / 8) + 1) * 8
  const columns = Math.max(1, Math.floor(line / width))
  const rows = Math.ceil(lines.length / columns)
  let text = ''
  for (let row = 0; row < rows; row++) {
    const cells = Array.from({ length: columns }, (_, i) => lines[o.rows ? row * columns + i : i * rows + row])
    const shown = cells.filter((cell) => cell !== undefined)
    text += `${shown.map((cell, i) => (i === shown.length - 1 ? cell : cell + tabsTo(displayWidth(cell), width))).join('')}\n`
  }
  return text
}
const tabsTo = (from: number, to: number): string => '\t'.repeat(Math.ceil((to - from) / 8))

/** column: lists in columns and tables. util-linux column. */
export const column = defineProgram({
  name: 'util-linux/column',
  paths: ['/usr/bin/column'],
  covers: 'partial',
  lacks: ['-r, -W, -T, -E and --tree'],
  summary: 'columnate lists',
  sizeBytes: 51_720,
  usage: 'column [options] [<file>...]',
  options,
  async main(context) {
    const { options: o, operands, sys, io, fail } = context
    if (o.json && o.names === undefined) {
      await fail('option --table-columns required for --json')
      return 1
    }
    const lines: string[] = []
    const good = await eachInput(context, operands, async (fd) => {
      const reader = new LineReader(sys, fd)
      for (let line = await reader.next(); line !== undefined; line = await reader.next())
        if (line.trim() !== '' || o.keepEmpty > 0) lines.push(line)
    })
    if (lines.length) await io.print(o.table + o.json ? table(lines, context) : fill(lines, context))
    return good ? 0 : 1
  },
})
