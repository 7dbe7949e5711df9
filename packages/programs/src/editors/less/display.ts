/** Lines of a file as rows of the screen, as less shows them. less(1), options -S -r -R -N -x. */
import { type Cell, cellsOf, paintCells, wrapCells } from '../screen/cells.ts'
import { matchesOf } from './pattern.ts'

export interface DisplayOptions {
  chop: boolean
  numbers: boolean
  /** -R: colours pass through. */
  rawColours: boolean
  tabstop: number
  /** Columns scrolled to the right. */
  shift: number
  highlight: RegExp | undefined
}

const SGR = /\x1b\[([0-9;]*)m/g
const OVERSTRIKE = /(.)\x08(.)/gu

interface Styled {
  readonly text: string
  /** SGR parameters from an index on. */
  readonly styles: readonly { readonly at: number; readonly sgr: string }[]
}

/** Bold and underline as nroff prints them, with backspaces. */
function overstruck(line: string): Styled {
  const styles: { at: number; sgr: string }[] = []
  let text = ''
  let last = 0
  for (const match of line.matchAll(OVERSTRIKE)) {
    text += line.slice(last, match.index)
    const underlined = match[1] === '_' && match[2] !== '_'
    styles.push({ at: text.length, sgr: underlined ? '4' : '1' })
    text += match[2]
    styles.push({ at: text.length, sgr: '' })
    last = match.index + match[0].length
  }
  return { text: text + line.slice(last), styles }
}

function coloured(line: string): Styled {
  const styles: { at: number; sgr: string }[] = []
  let text = ''
  let last = 0
  let current = ''
  for (const match of line.matchAll(SGR)) {
    text += line.slice(last, match.index)
    const reset = /^(0?|0+)$/.test(match[1] ?? '')
    current = reset ? '' : current ? `${current};${match[1]}` : (match[1] ?? '')
    styles.push({ at: text.length, sgr: current })
    last = match.index + match[0].length
  }
  return { text: text + line.slice(last), styles }
}

const plainStyles = (line: string, o: DisplayOptions): Styled => {
  if (line.includes('\x08')) return overstruck(line)
  if (o.rawColours && line.includes('\x1b[')) return coloured(line)
  return { text: line, styles: [] }
}

/** What a search looks at: the line as it shows. */
export const searchText = (line: string, o: DisplayOptions): string => plainStyles(line, o).text

/** `ESC` as less writes it; other control characters as ^X. */
const named = (cell: Cell): Cell => (cell.text === '^[' ? { ...cell, text: 'ESC', width: 3 } : cell)

function shifted(cells: readonly Cell[], columns: number): readonly Cell[] {
  let skip = columns
  const first = cells.findIndex((cell) => (skip -= cell.width) < 0)
  return columns === 0 ? cells : first < 0 ? [] : cells.slice(first)
}

/** Rows of one line, each no wider than `cols`. */
export function rowsOfLine(line: string, number: number, cols: number, o: DisplayOptions): string[] {
  const { text, styles } = plainStyles(line, o)
  const margin = o.numbers ? 8 : 0
  const limit = o.chop ? o.shift + cols : Number.POSITIVE_INFINITY
  const cells = shifted(cellsOf(text, o.tabstop, limit).map(named), o.shift)
  const spans = o.highlight ? matchesOf(text, o.highlight) : []
  const style = styler(styles, spans)
  const wrapped = wrapCells(cells, cols - margin)
  const rows = o.chop ? [chopped(wrapped, cells, text)] : wrapped
  return rows.map((row, i) => prefix(o, number, i) + paintCells(row, style))
}

/** -S marks what does not fit by `>` in the last column. */
function chopped(wrapped: readonly Cell[][], cells: readonly Cell[], text: string): Cell[] {
  const first = wrapped[0] ?? []
  const last = cells.at(-1)
  const whole = wrapped.length <= 1 && (!last || last.at + last.length >= text.length)
  if (whole || first.length === 0) return first
  const mark: Cell = { at: -1, length: 0, text: '>', width: 1, special: true }
  return [...first.slice(0, -1), mark]
}

const prefix = (o: DisplayOptions, number: number, row: number): string =>
  o.numbers ? (row === 0 ? `\x1b[1m${String(number).padStart(7)}\x1b[0m ` : ' '.repeat(8)) : ''

function styler(styles: Styled['styles'], spans: readonly [number, number][]): (cell: Cell) => string {
  let next = 0
  let current = ''
  let lastAt = -1
  return (cell) => {
    if (cell.at < lastAt) {
      next = 0
      current = ''
    }
    lastAt = cell.at
    for (let style = styles[next]; style && style.at <= cell.at; style = styles[++next]) current = style.sgr
    const found = spans.some(([start, end]) => cell.at >= start && cell.at < end)
    const inverse = found || cell.special
    return inverse ? (current ? `${current};7` : '7') : current
  }
}
