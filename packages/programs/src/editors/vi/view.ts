import { displayWidth } from '../../text/width.ts'
import { type Cell, cellsOf, cellsWidth, clip, paintCells, wrapCells } from '../screen/cells.ts'
import type { Editor, Mode } from './editor.ts'
import { compileVim } from './pattern.ts'
import { isBefore, type Place } from './text.ts'

/** Which part of the text is on the screen. */
export class View {
  top = 0
  /** What the last frame showed. */
  drawn = { top: 0, lines: 1, message: '' }
  /** Cells scrolled out on the left, with nowrap. */
  left = 0
  /** The last row of the text that is wholly shown. */
  bottom = 0
}

const MODE_TEXT: Record<Mode, string> = {
  normal: '',
  insert: '-- INSERT --',
  replace: '-- REPLACE --',
  visual: '-- VISUAL --',
  lines: '-- VISUAL LINE --',
  block: '-- VISUAL BLOCK --',
}
const RULER_WIDTH = 18
const REVERSE = '7'
const MATCH = '30;43'
const BLUE = '94'

/** Lines kept above and below the cursor. */
export const scrollMargin = (editor: Editor): number =>
  Math.min(editor.settings.number('scrolloff'), Math.floor((textHeight(editor) - 1) / 2))

/** Moves the cursor to where the view has it, as it stands after scrolling. */
export function keepInView(editor: Editor): void {
  const { view, cursor, text } = editor
  const [margin, height, last] = [scrollMargin(editor), textHeight(editor), text.lines.length - 1]
  const top = view.top === 0 ? 0 : Math.min(last, view.top + margin)
  const end = view.top + height - 1
  const row = Math.max(top, Math.min(cursor.row, end >= last ? last : end - margin))
  if (row !== cursor.row) editor.moveTo(row, cursor.col, true)
}

/** What was said goes when the text scrolls, or lines below others move. */
function forgetScrolled(editor: Editor): void {
  const { view } = editor
  const moved = Math.abs(view.top - view.drawn.top)
  const { length } = editor.text.lines
  const scrolled = moved > 0 && moved < textHeight(editor)
  const shifted = length !== view.drawn.lines && (editor.text.changes.at(-1)?.row ?? length) < length - 1
  const old = editor.message === view.drawn.message
  if ((scrolled && old) || (shifted && (old || editor.message.startsWith(':')))) editor.message = ''
  view.drawn = { top: view.top, lines: length, message: editor.message }
}

export const textHeight = (editor: Editor): number => Math.max(1, editor.screen.rows - 1)

const gutterWidth = (editor: Editor): number =>
  editor.settings.flag('number') || editor.settings.flag('relativenumber')
    ? Math.max(3, String(editor.text.lines.length).length) + 1
    : 0

/** Screen rows that a line takes. */
function lineHeight(editor: Editor, row: number, width: number): number {
  if (!editor.settings.flag('wrap')) return 1
  return wrapCells(cellsOf(editor.text.line(row), editor.settings.number('tabstop')), width).length
}

/** Moves the view so that the cursor's line is on it; far jumps put it in the middle, as vim does. */
export function scrollToCursor(editor: Editor): void {
  const { view, cursor, text } = editor
  const height = textHeight(editor)
  const width = editor.screen.cols - gutterWidth(editor)
  const last = text.lines.length - 1
  view.top = Math.min(view.top, last)
  const margin = scrollMargin(editor)
  const above = Math.max(0, cursor.row - margin)
  const below = Math.min(last, cursor.row + margin)
  if (above < view.top) view.top = view.top - above > height / 2 ? middle(editor, height, width) : above
  else if (!fits(editor, view.top, below, height, width)) {
    if (!fits(editor, view.top + Math.floor(height / 2), below, height, width)) view.top = middle(editor, height, width)
    while (view.top < cursor.row && !fits(editor, view.top, below, height, width)) view.top++
  }
  if (!editor.settings.flag('wrap')) scrollSideways(editor, width)
  else view.left = 0
}

function middle(editor: Editor, height: number, width: number): number {
  let top = editor.cursor.row
  let used = lineHeight(editor, top, width)
  while (top > 0 && used + lineHeight(editor, top - 1, width) <= Math.ceil(height / 2))
    used += lineHeight(editor, --top, width)
  return top
}

function fits(editor: Editor, top: number, row: number, height: number, width: number): boolean {
  if (row - top >= height) return false
  let used = 0
  for (let at = top; at <= row; at++) {
    used += lineHeight(editor, at, width)
    if (used > height) return at === top && row === top
  }
  return true
}

function scrollSideways(editor: Editor, width: number): void {
  const column = editor.column(editor.cursor)
  const { view } = editor
  if (column < view.left || column >= view.left + width) view.left = Math.max(0, column - Math.floor(width / 2))
}

/** Columns from, and up to, which a row is selected. */
function selected(editor: Editor, row: number): ((cell: Cell) => boolean) | undefined {
  if (!editor.visual) return undefined
  const { anchor, cursor } = editor
  const [from, to] = isBefore(anchor, cursor) ? [anchor, cursor] : [cursor, anchor]
  if (row < from.row || row > to.row) return undefined
  if (editor.mode === 'lines') return () => true
  if (editor.mode === 'visual') return ({ at }) => within({ row, col: at }, from, to)
  const [left, right] = blockColumns(editor)
  const cells = cellsOf(editor.text.line(row), editor.settings.number('tabstop'))
  const starts = new Map<number, number>()
  cells.reduce((used, cell) => (starts.set(cell.at, used), used + cell.width), 0)
  return ({ at }) => (starts.get(at) ?? 0) >= left && (starts.get(at) ?? 0) <= right
}

const within = (place: Place, from: Place, to: Place): boolean => !isBefore(place, from) && !isBefore(to, place)

/** The screen columns of a block, both included. */
export function blockColumns(editor: Editor): [number, number] {
  const [a, b] = [editor.column(editor.anchor), editor.column(editor.cursor)].sort((x, y) => x - y)
  return [a ?? 0, editor.ragged ? Number.POSITIVE_INFINITY : (b ?? 0)]
}

/** Characters of a line that the last search matches, where they are to be seen. */
function matches(editor: Editor, line: string): ((cell: Cell) => boolean) | undefined {
  const { search, settings } = editor
  if (!settings.flag('hlsearch') || !editor.highlight || search.source === '') return undefined
  const folds = { ignoreCase: settings.flag('ignorecase'), smartCase: settings.flag('smartcase') }
  const pattern = compileVim(search.source, folds)
  if (!pattern) return undefined
  const spans = Array.from(line.matchAll(pattern), (match) => [match.index, match.index + match[0].length] as const)
  return ({ at }) => spans.some(([from, to]) => at >= from && at < to)
}

function rowsOf(editor: Editor, row: number, width: number): { rows: string[]; cells: Cell[][] } {
  const { settings, view } = editor
  const line = editor.text.line(row)
  const plain = cellsOf(settings.flag('list') ? line.replaceAll('\t', '\x09') : line, settings.number('tabstop'))
  const shown = settings.flag('list') ? listed(plain) : plain
  const chosen = selected(editor, row)
  const found = matches(editor, line)
  const style = (cell: Cell): string => {
    const own = chosen?.(cell) ? REVERSE : found?.(cell) ? MATCH : ''
    return own || (cell.special ? BLUE : '')
  }
  const whole = chosen && line === '' ? [{ at: 0, length: 0, text: ' ', width: 1, special: false }] : shown
  const cells = settings.flag('wrap') ? wrapCells(whole, width) : [cut(whole, view.left, width)]
  return { rows: cells.map((each) => paintCells(each, style)), cells }
}

const listed = (cells: readonly Cell[]): Cell[] => [
  ...cells.map((cell) =>
    cell.text.length !== 1 && /^ +$/.test(cell.text) ? { ...cell, text: '^I', width: 2, special: true } : cell,
  ),
  { at: Number.MAX_SAFE_INTEGER, length: 1, text: '$', width: 1, special: true },
]

function cut(cells: readonly Cell[], left: number, width: number): Cell[] {
  let used = 0
  return cells.filter((cell) => {
    const start = used
    used += cell.width
    return start >= left && used <= left + width
  })
}

function gutter(editor: Editor, row: number, first: boolean, width: number): string {
  if (width === 0) return ''
  if (!first) return ' '.repeat(width)
  const relative = editor.settings.flag('relativenumber') && row !== editor.cursor.row
  const number = relative ? Math.abs(row - editor.cursor.row) : row + 1
  const current = editor.settings.flag('relativenumber') && row === editor.cursor.row && editor.settings.flag('number')
  return `\x1b[33m${current ? String(number).padEnd(width - 1) : String(number).padStart(width - 1)} \x1b[m`
}

function textFrame(editor: Editor): { frame: string[]; cursor: { row: number; col: number } } {
  const height = textHeight(editor)
  const space = gutterWidth(editor)
  const width = editor.screen.cols - space
  const frame: string[] = []
  let cursor = { row: 0, col: space }
  let row = editor.view.top
  for (; row < editor.text.lines.length && frame.length < height; row++) {
    const { rows, cells } = rowsOf(editor, row, width)
    if (frame.length + rows.length > height && frame.length > 0) break
    if (row === editor.cursor.row) cursor = cursorIn(editor, cells, frame.length, space)
    rows.forEach((text, at) => frame.push(gutter(editor, row, at === 0, space) + text))
  }
  editor.view.bottom = Math.max(editor.view.top, row - 1)
  const filler = row < editor.text.lines.length ? '@' : '~'
  while (frame.length < height) frame.push(`\x1b[${BLUE}m${filler}\x1b[m`)
  return { frame: frame.slice(0, height), cursor: { row: Math.min(cursor.row, height - 1), col: cursor.col } }
}

function cursorIn(editor: Editor, rows: readonly Cell[][], above: number, space: number): { row: number; col: number } {
  const { col } = editor.cursor
  for (const [at, cells] of rows.entries()) {
    const index = cells.findIndex((cell) => cell.at >= col)
    if (index < 0) continue
    const cell = cells[index]
    // On a tab, the cursor stands at its end unless text is being typed.
    const inside = cell && !editor.inserting && cell.at === col && /^ +$/.test(cell.text) ? cell.width - 1 : 0
    return { row: above + at, col: space + cellsWidth(cells.slice(0, index)) + inside }
  }
  const last = rows.at(-1) ?? []
  const used = cellsWidth(last)
  const full = used >= editor.screen.cols - space
  return full ? { row: above + rows.length, col: space } : { row: above + rows.length - 1, col: space + used }
}

/** `1,2-9         Top`: line, byte, screen column where it differs, and how far down. */
function ruler(editor: Editor): string {
  const { cursor, text, view } = editor
  const line = editor.line
  const byte = new TextEncoder().encode(line.slice(0, cursor.col)).length + 1
  const onTab = line.charAt(cursor.col) === '\t' && !editor.inserting
  const column = editor.column(onTab ? { row: cursor.row, col: cursor.col + 1 } : cursor) + (onTab ? 0 : 1)
  const place = line === '' ? '0-1' : byte === column ? String(byte) : `${byte}-${column}`
  const where = `${text.empty ? 0 : cursor.row + 1},${place}`
  return `${where.padEnd(13)} ${share(view, text.lines.length)}`
}

function share(view: View, lines: number): string {
  const above = view.top
  const below = lines - 1 - view.bottom
  if (below <= 0) return above === 0 ? 'All' : 'Bot'
  return above === 0 ? 'Top' : `${String(Math.floor((above * 100) / (above + below))).padStart(2)}%`
}

function statusLine(editor: Editor): string {
  const { cols } = editor.screen
  const { settings } = editor
  const mode = settings.flag('showmode') ? MODE_TEXT[editor.mode] : ''
  const recording = editor.macro ? `recording @${editor.macro.name}` : ''
  const shownMode = mode || recording ? `\x1b[1m${mode}${recording}\x1b[m` : ''
  const plain = editor.message || mode + recording
  const left = editor.message
    ? editor.isError
      ? `\x1b[41m${clip(plain, cols - 1)}\x1b[m`
      : clip(plain, cols - 1)
    : shownMode
  const room = cols - RULER_WIDTH - 11
  const width = displayWidth(plain)
  if (width > room || !settings.flag('ruler')) return left
  const keys = (settings.flag('showcmd') ? editor.pending : '').slice(-10).padEnd(11)
  return left + ' '.repeat(room - width) + keys + ruler(editor)
}

/** @param prompt  a line being asked for at the bottom, and where its cursor stands */
export async function draw(editor: Editor, prompt?: { readonly text: string; readonly at: number }): Promise<void> {
  scrollToCursor(editor)
  forgetScrolled(editor)
  const { frame, cursor } = textFrame(editor)
  const { cols, rows } = editor.screen
  if (!prompt) return editor.screen.paint([...frame, statusLine(editor)], cursor)
  const text = paintCells(cellsOf(prompt.text, 8).slice(-Math.max(1, cols - 1)))
  const before = cellsWidth(cellsOf(prompt.text.slice(0, prompt.at), 8))
  return editor.screen.paint([...frame, text], { row: rows - 1, col: Math.min(cols - 1, before) })
}
