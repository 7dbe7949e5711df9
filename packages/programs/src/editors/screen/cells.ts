/** How a line of text takes up columns: tabs, control characters as `^X`, wide characters, bytes that are no UTF-8. */
import { displayWidth } from '../../text/width.ts'

export interface Cell {
  /** Index of its character in the line, in UTF-16 units. */
  readonly at: number
  readonly length: number
  readonly text: string
  /** Columns. */
  readonly width: number
  /** Shown other than it is: `^A`, `<ff>`. */
  readonly special: boolean
}

const hex = (code: number): string => code.toString(16).padStart(2, '0')

/** How a character that cannot be shown as it is shows instead. */
function specialText(code: number): string | undefined {
  if (code < 32) return `^${String.fromCharCode(code + 64)}`
  if (code === 127) return '^?'
  if (code >= 0x80 && code < 0xa0) return `<${hex(code)}>`
  return code >= 0xdc80 && code <= 0xdcff ? `<${hex(code - 0xdc00)}>` : undefined
}

/** @param tabstop  columns between tab stops @param limit  stops after so many columns */
export function cellsOf(line: string, tabstop: number, limit = Number.POSITIVE_INFINITY): Cell[] {
  const cells: Cell[] = []
  let column = 0
  for (let at = 0; at < line.length && column < limit; ) {
    const code = line.codePointAt(at) ?? 0
    const length = code > 0xffff ? 2 : 1
    const special = code === 9 ? ' '.repeat(tabstop - (column % tabstop)) : specialText(code)
    const text = special ?? line.slice(at, at + length)
    const width = special ? special.length : code < 127 ? 1 : displayWidth(text)
    cells.push({ at, length, text, width, special: special !== undefined && code !== 9 })
    column += width
    at += length
  }
  return cells
}

/** Cells in rows of at most `width` columns; an empty line is one empty row. A tab is cut at the margin. */
export function wrapCells(cells: readonly Cell[], width: number): Cell[][] {
  const rows: Cell[][] = [[]]
  let used = 0
  for (const cell of cells) {
    if (used + cell.width > width && used > 0) {
      rows.push([])
      used = 0
    }
    rows.at(-1)?.push(cell)
    used += cell.width
  }
  return rows
}

export const cellsWidth = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0)

/** Text with select graphic rendition around runs of the same style. @param style  SGR parameters, '' for plain */
export function paintCells(cells: readonly Cell[], style: (cell: Cell) => string = () => ''): string {
  let out = ''
  let current = ''
  for (const cell of cells) {
    const wanted = style(cell)
    if (wanted !== current) {
      out += `${current ? '\x1b[0m' : ''}${wanted ? `\x1b[${wanted}m` : ''}`
      current = wanted
    }
    out += cell.text
  }
  return current ? `${out}\x1b[0m` : out
}

/** The first columns of a text. */
export function clip(text: string, width: number): string {
  let used = 0
  let out = ''
  for (const cell of cellsOf(text, 8)) {
    if (used + cell.width > width) break
    used += cell.width
    out += cell.text
  }
  return out
}

/** What stands from a column on; a wide character cut by the margin is left out. */
export function columnsFrom(text: string, column: number): string {
  if (column === 0) return text
  let used = 0
  const first = cellsOf(text, 8).find((cell) => {
    const reached = used >= column
    used += cell.width
    return reached
  })
  return first ? text.slice(first.at) : ''
}

/** Where the character after or before `at` begins; combining marks go with the character they stand on. */
export function nextIndex(line: string, at: number): number {
  let next = at + ((line.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
  while (next < line.length && /\p{M}/u.test(line.charAt(next))) next += 1
  return Math.min(next, line.length)
}
export function previousIndex(line: string, at: number): number {
  let previous = at - 1
  while (previous > 0 && /[\udc00-\udc7f\ud800-\udbff\udd00-\udfff\p{M}]/u.test(line.charAt(previous))) {
    const before = line.charCodeAt(previous - 1)
    const low = line.charCodeAt(previous)
    if (low >= 0xdc00 && low <= 0xdfff && !(before >= 0xd800 && before <= 0xdbff)) break
    previous -= 1
  }
  return Math.max(0, previous)
}
