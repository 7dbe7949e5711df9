import type { Editor, Mode, Selection } from './editor.ts'
import { nextIndex } from '../screen/cells.ts'
import { insert } from './insert.ts'
import { addToNumber, type Command, follow, readMotion, remember } from './reading.ts'
import { insertInBlock, joinLines, mapText, OPERATORS, type Region, shiftLines, swapCase } from './operators.ts'
import { askLine } from './prompt.ts'
import { put } from './put.ts'
import { runEx } from './ex.ts'
import { isBefore } from './text.ts'
import { textObject } from './text-objects.ts'
import { blockColumns } from './view.ts'

export function startVisual(editor: Editor, mode: Mode | 'again'): void {
  const { lastVisual } = editor
  if (mode === 'again') {
    if (!lastVisual) return
    editor.mode = lastVisual.mode
    editor.anchor = lastVisual.anchor
    return editor.moveTo(lastVisual.cursor.row, lastVisual.cursor.col)
  }
  editor.say('')
  editor.mode = mode
  editor.anchor = editor.cursor
  editor.ragged = false
}

function leave(editor: Editor): void {
  editor.lastVisual = { mode: editor.mode, anchor: editor.anchor, cursor: editor.cursor }
  editor.mode = 'normal'
  editor.moveTo(editor.cursor.row, editor.cursor.col)
}

/** How much is selected, for `.`. */
export function blockOfVisual({ mode, anchor, cursor }: Editor): Selection {
  const rows = Math.abs(anchor.row - cursor.row)
  const last = isBefore(anchor, cursor) ? cursor : anchor
  return { mode, rows, cols: rows > 0 && mode === 'visual' ? last.col : Math.abs(anchor.col - cursor.col) }
}

function regionOf(editor: Editor, asLines = false): Region {
  const { anchor, cursor, mode, text } = editor
  const [from, to] = isBefore(anchor, cursor) ? [anchor, cursor] : [cursor, anchor]
  if (asLines || mode === 'lines') return { kind: 'line', from: { row: from.row, col: 0 }, to: { row: to.row, col: 0 } }
  if (mode === 'block') {
    const [top, bottom] = [Math.min(anchor.row, cursor.row), Math.max(anchor.row, cursor.row)]
    return { kind: 'block', from: { row: top, col: Math.min(anchor.col, cursor.col) }, to: { row: bottom, col: 0 } }
  }
  const line = text.line(to.row)
  if (to.col >= line.length && to.row < text.lines.length - 1)
    return { kind: 'char', from, to: { row: to.row + 1, col: 0 } }
  return { kind: 'char', from, to: { row: to.row, col: Math.min(line.length, nextIndex(line, to.col)) } }
}

type VisualAction = (editor: Editor, command: Command, region: Region) => void | Promise<void>

const operator =
  (key: string, asLines = false): VisualAction =>
  (editor, { register }) => {
    const region = regionOf(editor, asLines)
    if (region.kind !== 'block') leaveQuietly(editor)
    return endBlock(editor, region, () => OPERATORS.get(key)?.(editor, region, register))
  }

/** Block operators look at the columns of the selection, so the mode ends after them. */
async function endBlock(editor: Editor, region: Region, action: () => void | Promise<void>): Promise<void> {
  await action()
  if (region.kind === 'block' && editor.visual) {
    editor.mode = 'normal'
    editor.moveTo(region.from.row, editor.cursor.col)
  }
}

function leaveQuietly(editor: Editor): void {
  const { anchor, cursor } = editor
  editor.mode = 'normal'
  const from = isBefore(anchor, cursor) ? anchor : cursor
  editor.cursor = from
}

async function replaceAll(editor: Editor, _: Command, region: Region): Promise<void> {
  const char = await editor.key()
  if (char === '\x1b') return
  mapText(editor, region, (text) => text.replace(/[^\n]/gu, char))
}

async function blockInsert(editor: Editor, region: Region, append: boolean): Promise<void> {
  if (region.kind === 'block') {
    const [left, right] = blockColumns(editor)
    return insertInBlock(editor, region, append ? right + 1 : left, append)
  }
  editor.mode = 'insert'
  if (append)
    editor.moveTo(region.to.row, region.kind === 'line' ? editor.text.line(region.to.row).length : region.to.col)
  else editor.moveTo(region.from.row, region.from.col)
  await insert(editor, 'insert')
}

const mapped =
  (change: (text: string) => string): VisualAction =>
  (editor, _, region) =>
    mapText(editor, region, change)

async function putOver(editor: Editor, command: Command, region: Region): Promise<void> {
  const register = editor.registers.get(command.register)
  if (!register) return editor.fail(`E353: Nothing in register ${command.register}`)
  leaveQuietly(editor)
  const atEnd =
    region.kind === 'line'
      ? region.to.row === editor.text.lines.length - 1
      : region.to.col >= editor.text.line(region.to.row).length
  await OPERATORS.get('d')?.(editor, region, '"')
  const kept = editor.registers.get('"')
  editor.registers.yank('"', register)
  if (register.kind === 'line' && region.kind !== 'line') editor.text.replace(editor.cursor, editor.cursor, '\n')
  put(
    editor,
    { count: command.count, register: '"' },
    atEnd || (register.kind === 'line' && region.kind !== 'line') ? 'after' : 'before',
  )
  if (kept) editor.registers.yank('"', kept)
}

/** The numbers of each line; `g^A` counts up. */
const numbers =
  (by: 1 | -1, growing = false): VisualAction =>
  (editor, { count }, region) => {
    leaveQuietly(editor)
    for (let row = region.from.row; row <= region.to.row; row++) {
      editor.moveTo(row, region.kind === 'char' && row === region.from.row ? region.from.col : 0)
      addToNumber(editor, by * count * (growing ? row - region.from.row + 1 : 1))
    }
    editor.moveTo(region.from.row, region.from.col)
  }

const shifting =
  (step: 1 | -1): VisualAction =>
  (editor, { count }, { from, to }) => {
    leaveQuietly(editor)
    shiftLines(editor, from.row, to.row, step * count)
  }

const joining =
  (blanks: boolean): VisualAction =>
  (editor, _, { from, to }) => {
    leaveQuietly(editor)
    joinLines(editor, from.row, Math.max(to.row, from.row + 1), blanks)
  }

/** Commands that change what is selected, and end visual mode. */
const CHANGES: ReadonlyMap<string, VisualAction> = new Map<string, VisualAction>([
  ...['d', 'x', '<Del>'].map((key): [string, VisualAction] => [key, operator('d')]),
  ...['X', 'D'].map((key): [string, VisualAction] => [key, operator('d', true)]),
  ...['c', 's'].map((key): [string, VisualAction] => [key, operator('c')]),
  ...['C', 'S', 'R'].map((key): [string, VisualAction] => [key, operator('c', true)]),
  ['r', replaceAll],
  ['~', mapped(swapCase)],
  ['g~', mapped(swapCase)],
  ['u', mapped((text) => text.toLowerCase())],
  ['gu', mapped((text) => text.toLowerCase())],
  ['U', mapped((text) => text.toUpperCase())],
  ['gU', mapped((text) => text.toUpperCase())],
  ['g?', operator('g?')],
  ['=', operator('=', true)],
  ['gq', operator('gq', true)],
  ['>', shifting(1)],
  ['<', shifting(-1)],
  ['J', joining(true)],
  ['gJ', joining(false)],
  ['p', putOver],
  ['P', putOver],
  ['I', (editor, _, region) => blockInsert(editor, region, false)],
  ['A', (editor, _, region) => blockInsert(editor, region, true)],
  ['\x01', numbers(1)],
  ['\x18', numbers(-1)],
  ['g\x01', numbers(1, true)],
  ['g\x18', numbers(-1, true)],
])

const toggle =
  (mode: Mode) =>
  (editor: Editor): void => {
    if (editor.mode === mode) leave(editor)
    else editor.mode = mode
  }

const STAYING: ReadonlyMap<string, (editor: Editor, command: Command) => void | Promise<void>> = new Map<
  string,
  (editor: Editor, command: Command) => void | Promise<void>
>([
  ['\x1b', leave],
  ['\x03', leave],
  ['v', toggle('visual')],
  ['V', toggle('lines')],
  ['\x16', toggle('block')],
  ['gv', (editor) => startVisual(editor, 'again')],
  ['o', swapEnds],
  ['O', swapEnds],
  ['y', (editor, command) => yank(editor, command, false)],
  ['Y', (editor, command) => yank(editor, command, true)],
  [':', (editor) => colon(editor, "'<,'>")],
  ['!', (editor) => colon(editor, "'<,'>!")],
  ['\x1a', (editor) => editor.screen.suspend()],
])

function swapEnds(editor: Editor): void {
  const { anchor, cursor } = editor
  editor.anchor = cursor
  editor.moveTo(anchor.row, anchor.col)
}

async function yank(editor: Editor, command: Command, asLines: boolean): Promise<void> {
  const region = regionOf(editor, asLines)
  const kept = { mode: editor.mode, anchor: editor.anchor, cursor: editor.cursor }
  if (region.kind !== 'block') leaveQuietly(editor)
  await endBlock(editor, region, () => OPERATORS.get('y')?.(editor, region, command.register))
  editor.lastVisual = kept
}

async function colon(editor: Editor, range: string): Promise<void> {
  const { anchor, cursor } = editor
  leave(editor)
  const text = await askLine(editor, ':', range)
  editor.say(text === undefined ? '' : `:${text}`)
  if (text === undefined) return editor.moveTo(Math.min(anchor.row, cursor.row), Math.min(anchor.col, cursor.col))
  editor.registers.lastCommand = text
  await runEx(editor, text)
}

/** Objects widen the selection. */
async function selectObject(editor: Editor, around: boolean, { count }: Command): Promise<void> {
  const key = await editor.key()
  const span = textObject(key, editor.text, editor.cursor, around, count)
  if (!span) return
  const grows = isBefore(editor.anchor, editor.cursor)
  if (span.lines && editor.mode === 'visual') editor.mode = 'lines'
  if (!grows) editor.anchor = span.start
  const end = span.lines ? { row: span.end.row, col: 0 } : { row: span.end.row, col: Math.max(0, span.end.col - 1) }
  editor.moveTo(end.row, end.col)
}

export async function visualCommand(editor: Editor, key: string, command: Command): Promise<void> {
  if (key === 'i' || key === 'a') return selectObject(editor, key === 'a', command)
  const staying = STAYING.get(key)
  if (staying) return staying(editor, command)
  const change = CHANGES.get(key)
  if (change) {
    const selected = blockOfVisual(editor)
    const kept = { mode: editor.mode, anchor: editor.anchor, cursor: editor.cursor }
    await change(editor, command, regionOf(editor))
    editor.lastVisual = kept
    if (editor.visual) leaveQuietly(editor)
    editor.mode = 'normal'
    editor.moveTo(editor.cursor.row, editor.cursor.col)
    return remember(editor, command.register, selected)
  }
  if (key === '$') editor.ragged = true
  const target = await readMotion(editor, key, command)
  if (!target) return
  follow(editor, target)
  if (key === '$' && editor.mode === 'visual') editor.moveTo(editor.cursor.row, editor.line.length, true)
  if (key !== '$' && !target.lines) editor.ragged = false
}
