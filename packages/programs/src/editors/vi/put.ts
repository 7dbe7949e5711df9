import type { Editor } from './editor.ts'
import { sayLines } from './operators.ts'
import { firstText } from './text.ts'

/** Puts a register into the text. @param stay  leaves the cursor behind what was put in */
export function put(
  editor: Editor,
  { count, register }: { readonly count: number; readonly register: string },
  where: 'after' | 'before',
  stay = false,
): void {
  const found = editor.registers.get(register)
  if (!found) return editor.fail(`E353: Nothing in register ${register}`)
  if (found.kind === 'line') putLines(editor, found.text.split('\n'), count, where, stay)
  else if (found.kind === 'block') putBlock(editor, found.text.split('\n'), count, where)
  else putChars(editor, found.text.repeat(count), where, stay)
}

function putLines(editor: Editor, lines: readonly string[], count: number, where: string, stay: boolean): void {
  const row = editor.cursor.row + (where === 'after' ? 1 : 0)
  const added = Array.from({ length: count }, () => lines).flat()
  editor.text.splice(row, 0, ...added)
  if (stay) editor.moveTo(row + added.length, 0)
  else editor.moveTo(row, firstText(editor.text.line(row)))
  if (added.length > 2) editor.say(`${added.length} more lines`)
}

function putChars(editor: Editor, text: string, where: string, stay: boolean): void {
  const { row, col } = editor.cursor
  const at = { row, col: where === 'after' && editor.line !== '' ? col + 1 : col }
  const end = editor.text.replace(at, at, text)
  sayLines(editor, end.row - at.row)
  if (text.includes('\n') && !stay) return editor.moveTo(at.row, at.col)
  editor.moveTo(end.row, stay ? end.col : end.col - 1)
}

function putBlock(editor: Editor, lines: readonly string[], count: number, where: string): void {
  const { row, col } = editor.cursor
  const at = where === 'after' && editor.line !== '' ? col + 1 : col
  const column = editor.column({ row, col: at })
  const width = Math.max(...lines.map((line) => line.length))
  for (const [step, part] of lines.entries()) {
    if (row + step >= editor.text.lines.length) editor.text.splice(row + step, 0, '')
    const line = editor.text.line(row + step)
    const missing = column - editor.column({ row: row + step, col: line.length })
    const whole = missing > 0 ? line + ' '.repeat(missing) : line
    editor.text.setLine(row + step, whole)
    const place = editor.indexAt(row + step, column)
    const tail = whole.slice(place)
    const filled = part.padEnd(width).repeat(count)
    editor.text.setLine(row + step, whole.slice(0, place) + (tail === '' ? filled.trimEnd() : filled) + tail)
  }
  editor.moveTo(row, at)
}
