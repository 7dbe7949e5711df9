import { nextIndex } from '../screen/cells.ts'
import type { Editor } from './editor.ts'
import { indentText, insert } from './insert.ts'
import type { Register } from './registers.ts'
import { firstText, isBefore, type Place } from './text.ts'
import { blockColumns } from './view.ts'

/** What an operator works on; `to` is not part of a span of characters, but is of lines. */
export interface Region {
  readonly kind: 'char' | 'line' | 'block'
  readonly from: Place
  readonly to: Place
}

type Operator = (editor: Editor, region: Region, register: string) => void | Promise<void>

/** The column range of a block in one of its lines, as indexes. */
function blockSpan(editor: Editor, row: number, [left, right]: readonly [number, number]): [number, number] {
  const start = editor.indexAt(row, left)
  if (right === Number.POSITIVE_INFINITY) return [start, editor.text.line(row).length]
  const last = editor.indexAt(row, right)
  const line = editor.text.line(row)
  return [start, last < line.length ? nextIndex(line, last) : line.length]
}

const rowsOf = ({ from, to }: Region): number[] =>
  Array.from({ length: to.row - from.row + 1 }, (_, at) => from.row + at)

function textOf(editor: Editor, region: Region): Register {
  const { text } = editor
  if (region.kind === 'line')
    return { kind: 'line', text: text.lines.slice(region.from.row, region.to.row + 1).join('\n') }
  if (region.kind === 'char') return { kind: 'char', text: text.slice(region.from, region.to) }
  const columns = blockColumns(editor)
  return {
    kind: 'block',
    text: rowsOf(region)
      .map((row) => text.line(row).slice(...blockSpan(editor, row, columns)))
      .join('\n'),
  }
}

function told(editor: Editor, region: Region, what: string): void {
  const lines = region.to.row - region.from.row + 1
  if (lines > 2 && region.kind !== 'char') editor.say(what.replace('%', String(lines)))
}

const yank: Operator = (editor, region, register) => {
  editor.registers.yank(register, textOf(editor, region))
  const { cursor } = editor
  if (region.kind === 'line')
    editor.moveTo(region.from.row, Math.min(cursor.col, editor.text.line(region.from.row).length))
  else editor.moveTo(region.from.row, region.from.col)
  told(editor, region, region.kind === 'block' ? 'block of % lines yanked' : '% lines yanked')
}

function removeBlock(editor: Editor, region: Region): number {
  const columns = blockColumns(editor)
  for (const row of rowsOf(region)) {
    const [start, end] = blockSpan(editor, row, columns)
    editor.text.replace({ row, col: start }, { row, col: end }, '')
  }
  return editor.indexAt(region.from.row, columns[0])
}

const remove: Operator = (editor, region, register) => {
  editor.registers.delete(register, textOf(editor, region))
  if (region.kind === 'line') {
    editor.text.splice(region.from.row, region.to.row - region.from.row + 1)
    const row = Math.min(region.from.row, editor.text.lines.length - 1)
    editor.moveTo(row, firstText(editor.text.line(row)))
    const lines = region.to.row - region.from.row + 1
    if (lines > 2) editor.say(editor.text.empty ? '--No lines in buffer--' : `${lines} fewer lines`)
    else if (editor.text.empty) editor.say('--No lines in buffer--')
    return
  }
  if (region.kind === 'block') return editor.moveTo(region.from.row, removeBlock(editor, region))
  editor.text.replace(region.from, region.to, '')
  editor.moveTo(region.from.row, region.from.col)
  sayLines(editor, region.from.row - region.to.row)
}

/** Tells of more than two lines that came or went. */
export function sayLines(editor: Editor, more: number): void {
  if (Math.abs(more) > 2) editor.say(`${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'} lines`)
}

const change: Operator = async (editor, region, register) => {
  if (region.kind === 'block') return changeBlock(editor, region, register)
  if (region.kind === 'line') {
    editor.registers.delete(register, textOf(editor, region))
    const indent = editor.settings.flag('autoindent')
      ? (/^[ \t]*/.exec(editor.text.line(region.from.row))?.[0] ?? '')
      : ''
    editor.text.splice(region.from.row, region.to.row - region.from.row + 1, indent)
    editor.mode = 'insert'
    editor.moveTo(region.from.row, indent.length)
  } else {
    editor.registers.delete(register, textOf(editor, region))
    editor.mode = 'insert'
    editor.text.replace(region.from, region.to, '')
    editor.moveTo(region.from.row, region.from.col)
  }
  await insert(editor, 'insert')
}

async function changeBlock(editor: Editor, region: Region, register: string): Promise<void> {
  editor.registers.delete(register, textOf(editor, region))
  const [left] = blockColumns(editor)
  removeBlock(editor, region)
  await insertInBlock(editor, region, left, false)
}

/** What is typed in the first line of a block goes into the others as well. @param append  behind the block */
export async function insertInBlock(editor: Editor, region: Region, column: number, append: boolean): Promise<void> {
  const { row } = region.from
  editor.mode = 'insert'
  const place = (at: number): number =>
    column === Number.POSITIVE_INFINITY ? editor.text.line(at).length : editor.indexAt(at, column)
  if (append) pad(editor, row, column)
  editor.moveTo(row, place(row))
  const start = editor.cursor
  const typed = await insert(editor, 'insert')
  if (typed.includes('\n')) return
  for (const at of rowsOf(region).slice(1)) {
    if (append) pad(editor, at, column)
    else if (editor.column({ row: at, col: editor.text.line(at).length }) < column) continue
    const col = place(at)
    editor.text.replace({ row: at, col }, { row: at, col }, typed)
  }
  editor.moveTo(start.row, start.col)
}

function pad(editor: Editor, row: number, column: number): void {
  if (column === Number.POSITIVE_INFINITY) return
  const line = editor.text.line(row)
  const missing = column - editor.column({ row, col: line.length })
  if (missing > 0) editor.text.setLine(row, line + ' '.repeat(missing))
}

/** Changes the characters of a region one for one. */
export function mapText(editor: Editor, region: Region, change: (text: string) => string): void {
  const { text } = editor
  if (region.kind === 'char') text.replace(region.from, region.to, change(text.slice(region.from, region.to)))
  else
    for (const row of rowsOf(region)) {
      const line = text.line(row)
      const [start, end] = region.kind === 'line' ? [0, line.length] : blockSpan(editor, row, blockColumns(editor))
      text.setLine(row, line.slice(0, start) + change(line.slice(start, end)) + line.slice(end))
    }
  editor.moveTo(region.from.row, region.kind === 'line' ? editor.cursor.col : region.from.col)
}

export const swapCase = (text: string): string =>
  text.replace(/\p{L}/gu, (char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()))
const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (char) => {
    const base = char <= 'Z' ? 65 : 97
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base)
  })

export function shiftLines(editor: Editor, from: number, to: number, steps: number): void {
  for (let row = from; row <= to; row++) {
    const line = editor.text.line(row)
    if (line === '') continue
    const indent = firstText(line)
    const columns = Math.max(0, editor.column({ row, col: indent }) + steps * editor.settings.shift)
    const blank = editor.settings.flag('expandtab')
      ? ' '.repeat(columns)
      : indentText(columns, editor.settings.number('tabstop'))
    editor.text.setLine(row, blank + line.slice(indent))
  }
  editor.moveTo(from, firstText(editor.text.line(from)))
  const lines = to - from + 1
  if (lines > 2)
    editor.say(`${lines} lines ${steps > 0 ? '>' : '<'}ed ${Math.abs(steps)} time${Math.abs(steps) > 1 ? 's' : ''}`)
}

const shift =
  (steps: 1 | -1): Operator =>
  (editor, { from, to }) =>
    shiftLines(editor, from.row, to.row, steps)

/** `=` without a language to know: each line as far in as the one before the first. */
const reindent: Operator = (editor, { from, to }) => {
  let indent = from.row > 0 ? (/^\s*/.exec(editor.text.line(from.row - 1))?.[0] ?? '') : ''
  for (let row = from.row; row <= to.row; row++) {
    const line = editor.text.line(row).trimStart()
    const own = /^[}\])]/.test(line) ? indent.replace(/(\t| {1,8})$/, '') : indent
    editor.text.setLine(row, line === '' ? '' : own + line)
    indent = /[{([]$/.test(line) ? `${own}\t` : own
  }
  editor.moveTo(from.row, firstText(editor.text.line(from.row)))
}

/** `gq`: paragraphs filled up to textwidth, or 79 columns. */
const fill: Operator = (editor, { from, to }) => {
  const width = editor.settings.number('textwidth') || Math.min(79, editor.screen.cols - 1)
  const out: string[] = []
  for (const paragraph of editor.text.lines
    .slice(from.row, to.row + 1)
    .join('\n')
    .split(/\n\s*\n/)) {
    if (out.length > 0) out.push('')
    let line = ''
    for (const word of paragraph.split(/\s+/).filter(Boolean)) {
      if (line !== '' && line.length + 1 + word.length > width) {
        out.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    out.push(line)
  }
  editor.text.splice(from.row, to.row - from.row + 1, ...out)
  editor.moveTo(from.row + out.length - 1, 0)
}

export function joinLines(editor: Editor, from: number, to: number, blanks = true): void {
  const { text } = editor
  let line = text.line(from)
  let at = Math.max(0, line.length - 1)
  for (let row = from + 1; row <= Math.min(to, text.lines.length - 1); row++) {
    const next = blanks ? text.line(row).trimStart() : text.line(row)
    const space = blanks && next !== '' && !next.startsWith(')') && line !== '' && !/\s$/.test(line) ? ' ' : ''
    at = line.length
    line += space + next
  }
  text.splice(from, Math.min(to, text.lines.length - 1) - from + 1, line)
  editor.moveTo(from, at)
}

const filter: Operator = (editor, { from, to }) => {
  const count = to.row - from.row
  editor.feed([':', ...`.${count > 0 ? `,.+${count}` : ''}!`])
  editor.moveTo(from.row, 0)
}

/** By key. vim's change.txt. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['d', remove],
  ['c', change],
  ['y', yank],
  ['>', shift(1)],
  ['<', shift(-1)],
  ['=', reindent],
  ['gq', fill],
  ['gw', fill],
  ['!', filter],
  ['g~', (editor, region) => mapText(editor, region, swapCase)],
  ['gu', (editor, region) => mapText(editor, region, (text) => text.toLowerCase())],
  ['gU', (editor, region) => mapText(editor, region, (text) => text.toUpperCase())],
  ['g?', (editor, region) => mapText(editor, region, rot13)],
])

/** The text between the cursor and where a motion ends, as operators take it. vim's motion.txt, "exclusive". */
export function regionTo(
  editor: Editor,
  target: Place & { readonly lines?: boolean; readonly inclusive?: boolean },
  operator: string,
): Region {
  const [from, to] = isBefore(target, editor.cursor) ? [target, editor.cursor] : [editor.cursor, target]
  if (target.lines) return { kind: 'line', from, to }
  const line = editor.text.line(to.row)
  const inIndent = from.col <= firstText(editor.text.line(from.row))
  // Whoever deletes from the start of one line to the end of another means both.
  const deleted = (end: Place): Region =>
    operator === 'd' && end.row > from.row && inIndent && line.slice(end.col).trim() === ''
      ? { kind: 'line', from, to: end }
      : { kind: 'char', from, to: end }
  if (target.inclusive) return deleted({ row: to.row, col: Math.min(line.length, nextIndex(line, to.col)) })
  if (to.row > from.row && to.col === 0 && to === target) {
    const before = { row: to.row - 1, col: editor.text.line(to.row - 1).length }
    return { kind: inIndent ? 'line' : 'char', from, to: before }
  }
  return deleted(to)
}
