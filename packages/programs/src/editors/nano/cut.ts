/** Cutting, copying, pasting, the mark, and what works on whole lines. */
import { type Editor, Said } from './editor.ts'

/** ^K: the marked region, the line, or what is behind the cursor; one after the other they add up. */
export function cut(editor: Editor): void {
  const { buffer, options } = editor
  const region = buffer.region
  if (!region && buffer.row === buffer.lines.length - 1 && buffer.line === '') throw new Said('Nothing was cut')
  buffer.remember('cut')
  if (region) {
    editor.cutText = buffer.remove(...region)
    buffer.mark = undefined
    return
  }
  const line = { row: buffer.row, col: options.has('cutfromcursor') ? buffer.col : 0 }
  const atEnd = options.has('cutfromcursor') && buffer.col < buffer.line.length
  const end = atEnd ? { row: buffer.row, col: buffer.line.length } : lineEnd(editor)
  const text = buffer.remove(line, end)
  editor.cutText = editor.cutting ? editor.cutText + text : text
}

/** Behind the newline of the cursor's line, or the end of the text. */
function lineEnd({ buffer }: Editor): { row: number; col: number } {
  const last = buffer.lines.length - 1
  return buffer.row < last ? { row: buffer.row + 1, col: 0 } : { row: last, col: buffer.line.length }
}

export function cutToEnd(editor: Editor): void {
  const { buffer } = editor
  buffer.remember('cut')
  buffer.separate()
  const last = buffer.lines.length - 1
  editor.cutText = buffer.remove(buffer.cursor, { row: last, col: (buffer.lines[last] ?? '').length })
}

export function copy(editor: Editor): void {
  const { buffer } = editor
  const region = buffer.region
  if (region) {
    editor.cutText = buffer.between(...region)
    buffer.mark = undefined
    return
  }
  const text = buffer.between({ row: buffer.row, col: 0 }, lineEnd(editor))
  editor.cutText = editor.cutting ? editor.cutText + text : text
  buffer.moveTo(buffer.row + 1, 0)
}

export function paste(editor: Editor): void {
  const { buffer, cutText } = editor
  if (cutText === '') throw new Said('Cutbuffer is empty')
  buffer.remember('paste')
  buffer.separate()
  buffer.insert(cutText)
}

export function zap(editor: Editor): void {
  const { cutText } = editor
  editor.buffer.remember('erasure')
  cut(editor)
  editor.cutText = cutText
}

export function mark(editor: Editor): void {
  const { buffer } = editor
  buffer.mark = buffer.mark ? undefined : buffer.cursor
  editor.message = buffer.mark ? 'Mark Set' : 'Mark Unset'
}

/** Changes each line of the selection. */
function changeLines({ buffer }: Editor, change: (line: string) => string): void {
  const [first, last] = buffer.rowsMarked
  for (let row = first; row <= last; row++) buffer.lines[row] = change(buffer.lines[row] ?? '')
  buffer.changed()
}

export function indent(editor: Editor): void {
  const { buffer, options } = editor
  const unit = options.has('tabstospaces') ? ' '.repeat(options.tabSize) : '\t'
  buffer.remember('indent')
  buffer.separate()
  changeLines(editor, (line) => (line === '' ? line : unit + line))
  if (buffer.col > 0) buffer.col = Math.min(buffer.line.length, buffer.col + unit.length)
}

export function unindent(editor: Editor): void {
  const { buffer, options } = editor
  const lead = new RegExp(`^(\t| {1,${options.tabSize}}\t?)`)
  buffer.remember('unindent')
  buffer.separate()
  const length = buffer.line.length
  changeLines(editor, (line) => line.replace(lead, ''))
  buffer.col = Math.max(0, buffer.col - (length - buffer.line.length))
}

/** M-3: `# ` before each line, or taken away where all have it. */
export function comment(editor: Editor): void {
  const { buffer } = editor
  const [first, last] = buffer.rowsMarked
  const rows = buffer.lines.slice(first, last + 1).filter((line) => line.trim() !== '')
  if (rows.length === 0) throw new Said('Cannot comment past end of file')
  const all = rows.every((line) => line.trimStart().startsWith('#'))
  buffer.remember('comment')
  buffer.separate()
  changeLines(editor, (line) => (all ? line.replace(/^(\s*)#/, '$1') : line === '' ? line : `#${line}`))
}

export function enter(editor: Editor): void {
  const { buffer, options } = editor
  const lead = options.has('autoindent') ? (/^[ \t]*/.exec(buffer.line.slice(0, buffer.col))?.[0] ?? '') : ''
  buffer.remember('line break')
  buffer.separate()
  buffer.insert(`\n${lead}`)
}

export function tab(editor: Editor): void {
  const { buffer, options } = editor
  if (buffer.mark) return indent(editor)
  const column = buffer.columnAt(options.tabSize)
  type(editor, options.has('tabstospaces') ? ' '.repeat(options.tabSize - (column % options.tabSize)) : '\t')
}

/** Typed text; over the margin the line is broken where that is asked for. */
export function type(editor: Editor, text: string): void {
  const { buffer, options } = editor
  buffer.remember('addition')
  buffer.insert(text)
  if (options.has('breaklonglines')) breakLine(editor)
}

function breakLine({ buffer, options, screen }: Editor): void {
  const margin = options.margin(screen.cols)
  if (buffer.columnAt(options.tabSize, buffer.row, buffer.line.length) <= margin) return
  const head = buffer.line.slice(0, buffer.line.length)
  const at = head.lastIndexOf(' ', margin)
  if (at <= 0 || head.slice(0, at).trim() === '') return
  const cursor = buffer.col - at - 1
  buffer.lines.splice(buffer.row, 1, head.slice(0, at + 1), head.slice(at + 1))
  if (cursor >= 0) {
    buffer.row++
    buffer.col = cursor
  }
  buffer.changed()
}

export function backspace({ buffer }: Editor): void {
  if (buffer.row === 0 && buffer.col === 0) return
  const from =
    buffer.col > 0
      ? { row: buffer.row, col: previous(buffer.line, buffer.col) }
      : { row: buffer.row - 1, col: (buffer.lines[buffer.row - 1] ?? '').length }
  buffer.remember(from.row === buffer.row ? 'deletion' : 'line join')
  buffer.remove(from, buffer.cursor)
}

export function deleteChar({ buffer }: Editor): void {
  const atEnd = buffer.col === buffer.line.length
  if (atEnd && buffer.row === buffer.lines.length - 1) return
  buffer.remember(atEnd ? 'line join' : 'deletion')
  buffer.remove(
    buffer.cursor,
    atEnd ? { row: buffer.row + 1, col: 0 } : { row: buffer.row, col: following(buffer.line, buffer.col) },
  )
}

export const following = (line: string, at: number): number =>
  Math.min(line.length, at + ((line.codePointAt(at) ?? 0) > 0xffff ? 2 : 1))
export const previous = (line: string, at: number): number =>
  Math.max(0, at - (/[\udc00-\udfff]/.test(line.charAt(at - 1)) && /[\ud800-\udbff]/.test(line.charAt(at - 2)) ? 2 : 1))
