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
}
type Context = ProgramContext<typeof options>

/** Runs of white space separate when nothing is asked for; each given character separates by itself. */
function splitLine(line: string, separator: string | undefined): string[] {
  if (separator === undefined) return line.trim().split(/[ \t]+/)
  return line.split(new RegExp(`[${separator.replace(/[\\\]^-]/g, '\\$&')}]`))
}

function table(lines: readonly string[], { options: o }: Context): string {
  const names = o.names === undefined ? [] : [o.names.split(',')]
  const rows = [...names, ...lines.map((line) => (line === '' ? [] : splitLine(line, o.separator)))]
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))
    })
  const right = new Set((o.right ?? '').split(',').map((text) => Number(text) - 1))
  const show = (row: readonly string[]): string =>
    widths
      .map((width, i) => {
        const cell = row[i] ?? ''
        if (right.has(i)) return ' '.repeat(Math.max(0, width - displayWidth(cell))) + cell
        return i === widths.length - 1 ? cell : padEndTo(cell, width)
      })
      .join(o.outputSeparator ?? '  ')
  return rows.map((row) => `${row.length ? show(row) : ''}\n`).join('')
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
  lacks: ['-J, -r, -H, -O, -W, -T, -E and --tree'],
  summary: 'columnate lists',
  sizeBytes: 51_720,
  usage: 'column [options] [<file>...]',
  options,
  async main(context) {
    const { options: o, operands, sys, io } = context
    const lines: string[] = []
    const good = await eachInput(context, operands, async (fd) => {
      const reader = new LineReader(sys, fd)
      for (let line = await reader.next(); line !== undefined; line = await reader.next())
        if (line.trim() !== '' || o.keepEmpty > 0) lines.push(line)
    })
    if (lines.length) await io.print(o.table ? table(lines, context) : fill(lines, context))
    return good ? 0 : 1
  },
})
