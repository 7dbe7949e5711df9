import { cellsOf, type Cell, clip, paintCells, wrapCells } from '../screen/cells.ts'
import { displayWidth } from '../../text/width.ts'
import type { Position } from '../screen/full-screen.ts'
import { type Buffer, type Place, widthOf } from './buffer.ts'
import type { Hint } from './keys.ts'
import type { Options } from './options.ts'

const VERSION = '7.2'
const reverse = (text: string): string => (text === '' ? '' : `\x1b[7m${text}\x1b[0m`)

/** The columns that the text has, beside the numbers of lines. */
export const textColumns = (buffer: Buffer, options: Options, cols: number): number => cols - gutterOf(buffer, options)

const gutterOf = (buffer: Buffer, options: Options): number =>
  options.has('linenumbers') ? Math.max(2, String(buffer.lines.length).length) + 1 : 0

/** Where the part of a long line begins that has a column in it; nano scrolls lines sideways one by one. */
export function pageStart(column: number, width: number): number {
  if (column === 0 || column + 2 < width) return 0
  return width > 8 ? column - 6 - ((column - 6) % (width - 8)) : column - (width - 2)
}

/** Name in the middle, "Modified" on the right. */
export function titleLine(
  { path, modified }: Buffer,
  cols: number,
  { index, count, readonly }: { index: number; count: number; readonly: boolean },
): string {
  const left = count > 1 ? `  [${index + 1}/${count}]` : `  GNU nano ${VERSION}`
  const state = readonly ? 'View' : modified ? 'Modified' : ''
  const name = path === '' ? 'New Buffer' : path
  const room = cols - left.length - 14
  const shown = displayWidth(name) > room ? `...${name.slice(Math.max(0, name.length - room + 3))}` : name
  // In the middle of what the program's name and the state leave.
  const between = cols - left.length - (readonly ? 'View' : 'Modified').length - 2 - displayWidth(shown)
  const start = left.length + Math.max(2, Math.floor(between / 2))
  const head = left.padEnd(start) + shown
  return reverse(clip(head.padEnd(Math.max(head.length + 1, cols - state.length - 2)) + state, cols).padEnd(cols))
}

/** A message in brackets, in the middle. */
export function messageLine(message: string, cols: number): string {
  if (message === '') return ''
  const text = clip(`[ ${message} ]`, cols)
  return ' '.repeat(Math.max(0, Math.floor((cols - displayWidth(text)) / 2))) + reverse(text)
}

const fitted = (text: string, room: number): string => text.slice(0, Math.max(0, room)).padEnd(room)

/** The two lines of keys: one below the other, then the next pair. @param fixed  columns of each, default as fits */
export function hintLines(hints: readonly Hint[], cols: number, fixed?: number): [string, string] {
  const most = Math.max(2, Math.floor((cols + 40) / 20) * 2)
  const shown = hints.slice(0, most)
  const columns = Math.ceil(Math.max(shown.length, hints === shown ? 0 : 4) / 2)
  const width = fixed ?? Math.floor(cols / columns)
  const item = ([key, text]: Hint, room: number): string =>
    key === '' ? ' '.repeat(room) : `${reverse(key)} ${fitted(text, room - key.length - 1)}`
  const line = (offset: number): string => {
    const row = shown.filter((_, at) => at % 2 === offset)
    return row.map((hint, at) => item(hint, width + (at === columns - 1 ? cols - width * columns : 0))).join('')
  }
  return [line(0), line(1)]
}

interface Row {
  readonly text: string
  /** The line it shows, -1 below the text. */
  readonly row: number
}

/** The rows of the text and the place of the cursor in them. */
export class TextView {
  private readonly buffer: Buffer
  private readonly options: Options
  private readonly cols: number
  private readonly height: number
  private readonly width: number

  constructor(buffer: Buffer, options: Options, cols: number, height: number) {
    this.buffer = buffer
    this.options = options
    this.cols = cols
    this.height = height
    this.width = textColumns(buffer, options, cols)
  }

  /** Brings the cursor into view: by a line when it left by one, to the middle when it jumped. */
  follow(center: boolean): void {
    const { buffer, height } = this
    buffer.top = Math.min(buffer.top, buffer.lines.length - 1)
    const middle = (): number => Math.max(0, buffer.row - Math.floor(height / 2))
    if (center) buffer.top = middle()
    else if (buffer.row < buffer.top) buffer.top = buffer.row < buffer.top - 1 ? middle() : buffer.row
    while (this.below() > 0) {
      const by = this.below()
      buffer.top = by === 1 ? buffer.top + 1 : Math.max(buffer.top + 1, middle())
    }
  }

  /** How many rows the cursor is below the last one. */
  private below(): number {
    return Math.max(0, this.rowsBefore() - this.height + 1)
  }

  private rowsBefore(): number {
    const { buffer, options } = this
    if (!options.has('softwrap')) return buffer.row - buffer.top
    let rows = 0
    for (let row = buffer.top; row < buffer.row; row++) rows += this.chunks(row).length
    return rows + this.chunkOf(buffer.row, buffer.col)
  }

  private cells(row: number): Cell[] {
    return cellsOf(this.buffer.lines[row] ?? '', this.options.tabSize)
  }

  private chunks(row: number): Cell[][] {
    return wrapCells(this.cells(row), this.width)
  }

  private chunkOf(row: number, col: number): number {
    const chunks = this.chunks(row)
    const at = chunks.findIndex((cells) => cells.some((cell) => cell.at >= col))
    return at < 0 ? chunks.length - 1 : at
  }

  rows(): string[] {
    const rows: Row[] = []
    const { buffer, options } = this
    for (let row = buffer.top; rows.length < this.height; row++) {
      if (row >= buffer.lines.length) rows.push({ text: '', row: -1 })
      else if (options.has('softwrap')) rows.push(...this.wrapped(row))
      else rows.push({ text: this.scrolled(row), row })
    }
    return rows.slice(0, this.height).map(({ text }) => text)
  }

  private wrapped(row: number): Row[] {
    return this.chunks(row).map((cells, at) => ({
      text: this.gutter(at === 0 ? row : undefined) + this.paint(row, cells),
      row,
    }))
  }

  private gutter(row: number | undefined): string {
    const size = gutterOf(this.buffer, this.options)
    if (size === 0) return ''
    const number = row === undefined ? '' : String(row + 1)
    return `${reverse(number.padStart(size - 1))} `
  }

  /** The part of a line that is shown, `<` and `>` where it goes on. */
  private scrolled(row: number): string {
    const { buffer, options, width } = this
    const start = row === buffer.row ? pageStart(buffer.columnAt(options.tabSize), width) : 0
    let column = 0
    const cells: Cell[] = []
    let before = start > 0
    let after = false
    for (const cell of this.cells(row)) {
      if (column >= start && column + cell.width <= start + width) cells.push(cell)
      else if (column >= start + width - cell.width) after = true
      column += cell.width
    }
    if (before && cells.length > 0) cells.shift()
    else before = false
    if (after) cells.pop()
    return this.gutter(row) + (before ? reverse('<') : '') + this.paint(row, cells) + (after ? reverse('>') : '')
  }

  /** Cells with what is marked in reverse. */
  private paint(row: number, cells: readonly Cell[]): string {
    const { region } = this.buffer
    const spotlight = this.buffer.spotlight
    const shown = this.options.has('whitespace') ? cells.map(visibleBlank) : cells
    if (!region && spotlight?.row !== row) return paintCells(shown)
    return paintCells(shown, ({ at }) => {
      if (spotlight?.row === row && at >= spotlight.from && at < spotlight.to) return '30;103'
      return region && inside(region, row, at) ? '7' : ''
    })
  }

  cursor(): Position {
    const { buffer, options, width } = this
    const gutter = gutterOf(buffer, options)
    const column = buffer.columnAt(options.tabSize)
    const row = this.rowsBefore()
    if (!options.has('softwrap'))
      return { row, col: Math.min(this.cols - 1, gutter + column - pageStart(column, width)) }
    const first = this.chunks(buffer.row)[this.chunkOf(buffer.row, buffer.col)]?.[0]?.at ?? 0
    return {
      row,
      col: Math.min(this.cols - 1, gutter + column - widthOf(buffer.line.slice(0, first), options.tabSize)),
    }
  }
}

const visibleBlank = (cell: Cell): Cell =>
  cell.text === ' '
    ? { ...cell, text: '·' }
    : cell.text.trim() === '' && !cell.special
      ? { ...cell, text: '»'.padEnd(cell.width) }
      : cell

const inside = ([from, to]: readonly [Place, Place], row: number, at: number): boolean =>
  (row > from.row || (row === from.row && at >= from.col)) && (row < to.row || (row === to.row && at < to.col))
