import type { Buffer } from './buffer.ts'
import { following, previous } from './cut.ts'
import { type Editor, Said } from './editor.ts'

const isWord = (char: string): boolean => /[\p{L}\p{N}_]/u.test(char)

export function left({ buffer }: Editor): void {
  if (buffer.col > 0) buffer.moveTo(buffer.row, previous(buffer.line, buffer.col))
  else if (buffer.row > 0) buffer.moveTo(buffer.row - 1, Number.MAX_SAFE_INTEGER)
}

export function right({ buffer }: Editor): void {
  if (buffer.col < buffer.line.length) buffer.moveTo(buffer.row, following(buffer.line, buffer.col))
  else if (buffer.row < buffer.lines.length - 1) buffer.moveTo(buffer.row + 1, 0)
}

/** Up or down, at the column the cursor had where it set out. */
export function vertical({ buffer, options }: Editor, by: number): void {
  const { wanted } = buffer
  buffer.moveToColumn(buffer.row + by, wanted, options.tabSize)
  buffer.wanted = wanted
}

/** The end of the text, on the last line of the screen. */
export function toEnd({ buffer, height }: Editor): void {
  const last = buffer.lines.length - 1
  buffer.moveTo(last, Number.MAX_SAFE_INTEGER)
  buffer.top = Math.max(0, last - height + 1)
}

export function page(editor: Editor, by: 1 | -1): void {
  const { buffer } = editor
  const rows = Math.max(1, editor.height - 2)
  if (by > 0 && buffer.row + rows >= buffer.lines.length - 1) return toEnd(editor)
  vertical(editor, by * rows)
  buffer.top = Math.max(0, Math.min(buffer.lines.length - 1, buffer.top + by * rows))
}

export function scroll({ buffer, height, options }: Editor, by: 1 | -1): void {
  buffer.top = Math.max(0, Math.min(buffer.lines.length - 1, buffer.top + by))
  const row = Math.max(buffer.top, Math.min(buffer.top + height - 1, buffer.row))
  if (row !== buffer.row) buffer.moveToColumn(row, buffer.wanted, options.tabSize)
}

export function home({ buffer, options }: Editor): void {
  const text = buffer.line.search(/\S/)
  buffer.moveTo(buffer.row, options.has('smarthome') && text > 0 && buffer.col !== text ? text : 0)
}

/** A step of one character over the ends of lines; undefined at the end of the text. */
function step({ lines }: Buffer, row: number, col: number, by: 1 | -1): [number, number] | undefined {
  const line = lines[row] ?? ''
  if (by > 0) return col < line.length ? [row, following(line, col)] : row < lines.length - 1 ? [row + 1, 0] : undefined
  return col > 0 ? [row, previous(line, col)] : row > 0 ? [row - 1, (lines[row - 1] ?? '').length] : undefined
}

/** To the beginning of the next word. */
export function wordRight({ buffer }: Editor): void {
  let [row, col] = [buffer.row, buffer.col]
  let leaving = isWord(buffer.line.charAt(col))
  for (;;) {
    const next = step(buffer, row, col, 1)
    if (!next) break
    ;[row, col] = next
    const word = isWord((buffer.lines[row] ?? '').charAt(col))
    if (!word) leaving = false
    else if (!leaving || col === 0) break
  }
  buffer.moveTo(row, col)
}

/** To the beginning of this word, or of the one before. */
export function wordLeft({ buffer }: Editor): void {
  let [row, col] = [buffer.row, buffer.col]
  let inside = false
  for (;;) {
    const next = step(buffer, row, col, -1)
    if (!next) break
    const word = isWord((buffer.lines[next[0]] ?? '').charAt(next[1]))
    if (inside && (!word || next[0] !== row)) break
    ;[row, col] = next
    if (word) inside = true
  }
  buffer.moveTo(row, col)
}

/** ^Up and ^Down: the blank lines around blocks of text. */
export function block({ buffer }: Editor, by: 1 | -1): void {
  let { row } = buffer
  const blank = (at: number): boolean => (buffer.lines[at] ?? '').trim() === ''
  const last = buffer.lines.length - 1
  row += by
  while (row > 0 && row < last && blank(row)) row += by
  while (row > 0 && row < last && !blank(row)) row += by
  if (by < 0 && row > 0) row++
  buffer.moveTo(row, 0)
}

/** Where paragraphs begin: behind a blank line, or at another indentation. */
export function paragraphStart({ buffer }: Editor): void {
  const blank = (at: number): boolean => (buffer.lines[at] ?? '').trim() === ''
  let row = buffer.row - (buffer.col === 0 ? 1 : 0)
  while (row > 0 && blank(row)) row--
  while (row > 0 && !blank(row - 1)) row--
  buffer.moveTo(row, 0)
}

export function paragraphEnd({ buffer }: Editor): void {
  const blank = (at: number): boolean => (buffer.lines[at] ?? '').trim() === ''
  const last = buffer.lines.length - 1
  let { row } = buffer
  while (row < last && blank(row)) row++
  while (row < last && !blank(row)) row++
  buffer.moveTo(row, 0)
}

/** M-]: the bracket that belongs to the one at the cursor. */
export function bracket({ buffer }: Editor): void {
  const PAIRS = '()[]{}<>'
  const open = buffer.line.charAt(buffer.col)
  const kind = PAIRS.indexOf(open)
  if (open === '' || kind < 0) throw new Said('Not a bracket')
  const other = PAIRS.charAt(kind ^ 1)
  const by = kind % 2 === 0 ? 1 : -1
  let [row, col, depth] = [buffer.row, buffer.col, 0]
  for (;;) {
    const char = (buffer.lines[row] ?? '').charAt(col)
    if (char === open) depth++
    else if (char === other && --depth === 0) return buffer.moveTo(row, col)
    const next = step(buffer, row, col, by)
    if (!next) throw new Said('No matching bracket')
    ;[row, col] = next
  }
}
