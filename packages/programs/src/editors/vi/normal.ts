import { nextIndex } from '../screen/cells.ts'
import type { Editor, Selection } from './editor.ts'
import { runEx } from './ex.ts'
import { alternate, fileInfo, openFile } from './files.ts'
import { insert } from './insert.ts'
import type { Target } from './motions.ts'
import { joinLines, OPERATORS, type Region, regionTo, swapCase } from './operators.ts'
import { askLine } from './prompt.ts'
import { put } from './put.ts'
import { addToNumber, type Command, follow, readCommand, readMotion, remember, wholeKey } from './reading.ts'
import { firstText } from './text.ts'
import { textObject } from './text-objects.ts'
import { keepInView, textHeight } from './view.ts'
import { travel } from './travel.ts'
import { startVisual, visualCommand } from './visual.ts'

type Action = (editor: Editor, command: Command) => void | Promise<void>

/** Commands that stand for others. */
const SHORT: ReadonlyMap<string, readonly string[]> = new Map([
  ['x', ['d', 'l']],
  ['<Del>', ['d', 'l']],
  ['X', ['d', 'h']],
  ['D', ['d', '$']],
  ['C', ['c', '$']],
  ['Y', ['y', 'y']],
  ['s', ['c', 'l']],
  ['S', ['c', 'c']],
  ['&', [':', 's', '\r']],
])

async function operate(editor: Editor, operator: string, command: Command): Promise<void> {
  const run = OPERATORS.get(operator)
  if (!run) return
  editor.pending += operator
  const region = await readRegion(editor, operator, command)
  if (!region) return
  if (operator !== 'y') remember(editor, command.register)
  await run(editor, region, command.register)
  editor.setMark('[', region.from)
  editor.setMark(']', { row: Math.min(region.to.row, editor.text.lines.length - 1), col: region.to.col })
  if (operator !== 'y' && operator !== '!') remember(editor, command.register)
}

async function readRegion(
  editor: Editor,
  operator: string,
  { count, counted, register }: Command,
): Promise<Region | undefined> {
  let digits = ''
  let key = await editor.key()
  let forced = ''
  while (/^[1-9]$/.test(key) || (key === '0' && digits !== '') || 'vV\x16'.includes(key)) {
    if ('vV\x16'.includes(key)) forced = key
    else digits += key
    key = await editor.key()
  }
  const total = count * Number(digits || 1)
  if (key === operator.at(-1) || (operator.length === 2 && key === 'g' && (await editor.key()) === operator.at(-1)))
    return lines(editor, total)
  if (key === 'i' || key === 'a') return objectRegion(editor, await editor.key(), key === 'a', total)
  const name = await motionFor(editor, operator, await wholeKey(editor, key))
  const target = await readMotion(editor, name, { count: total, counted: counted || digits !== '', register })
  const { row, col } = editor.cursor
  if (!target || ('bB'.includes(name) && target.row === row && target.col === col)) return undefined
  const fitted = endOfWord(editor, name, target, total)
  if (forced === 'v')
    return regionTo(editor, { row: fitted.row, col: fitted.col, inclusive: !fitted.inclusive }, operator)
  return regionTo(editor, forced === 'V' ? { ...fitted, lines: true } : fitted, operator)
}

const lines = (editor: Editor, count: number): Region | undefined => {
  const row = editor.cursor.row
  const last = editor.text.lines.length - 1
  if (count > 1 && row === last) return undefined
  return { kind: 'line', from: { row, col: 0 }, to: { row: Math.min(last, row + count - 1), col: 0 } }
}

/** `cw` on a word changes up to its end only. */
function motionFor(editor: Editor, operator: string, key: string): string {
  const onWord = /\S/.test(editor.line.charAt(editor.cursor.col))
  if (operator === 'c' && (key === 'w' || key === 'W') && onWord) return key === 'w' ? 'cw' : 'cW'
  return key
}

/** `dw` on the last word of a line leaves the end of the line; `cw` is `ce`, which may stay where it is. */
function endOfWord(editor: Editor, name: string, target: Target, count: number): Target {
  if ((name === 'w' || name === 'W') && target.row > editor.cursor.row) {
    const before = editor.text.line(target.row).slice(0, target.col)
    if (before.trim() !== '') return target
    let row = target.row - 1
    if (count === 1) row = editor.cursor.row
    const length = editor.text.line(row).length
    return { row, col: Math.max(0, length - 1), inclusive: length > 0 }
  }
  const last = editor.text.lines.length - 1
  const atEnd = (name === 'w' || name === 'W') && target.row === last && target.col >= editor.text.line(last).length - 1
  if (atEnd && /\S$/.test(editor.text.line(last)) && target.col === editor.text.line(last).length - 1)
    return { ...target, inclusive: true }
  return target
}

function objectRegion(editor: Editor, key: string, around: boolean, count: number): Region | undefined {
  const span = textObject(key, editor.text, editor.cursor, around, count)
  return span && { kind: span.lines ? 'line' : 'char', from: span.start, to: span.end }
}

const inserting =
  (place: (editor: Editor) => void, mode: 'insert' | 'replace' = 'insert', again?: (editor: Editor) => void): Action =>
  async (editor, { count, register }) => {
    editor.mode = mode
    place(editor)
    await insert(editor, mode, count, again && (() => again(editor)))
    remember(editor, register)
  }

const openLine =
  (below: boolean) =>
  (editor: Editor): void => {
    const row = editor.cursor.row + (below ? 1 : 0)
    const { settings } = editor
    const follows = settings.flag('autoindent') || settings.flag('smartindent')
    const indent = follows ? (/^[ \t]*/.exec(editor.line)?.[0] ?? '') : ''
    editor.text.splice(row, 0, indent)
    editor.moveTo(row, indent.length)
  }

const changing =
  (action: Action): Action =>
  async (editor, command) => {
    await action(editor, command)
    remember(editor, command.register)
  }

async function replaceChars(editor: Editor, { count }: Command): Promise<void> {
  const char = await editor.key()
  const { row, col } = editor.cursor
  if (char === '\x1b') return
  let end = col
  for (let i = 0; i < count; i++) {
    if (end >= editor.line.length) return
    end = nextIndex(editor.line, end)
  }
  if (char === '\r' || char === '\n') {
    editor.text.replace({ row, col }, { row, col: end }, '\n')
    return editor.moveTo(row + 1, 0)
  }
  editor.text.replace({ row, col }, { row, col: end }, char.repeat(count))
  editor.moveTo(row, col + char.length * count - 1)
}

function flipCase(editor: Editor, { count }: Command): void {
  const { row, col } = editor.cursor
  const end = Math.min(editor.line.length, col + count)
  editor.text.replace({ row, col }, { row, col: end }, swapCase(editor.line.slice(col, end)))
  editor.moveTo(row, end)
}

async function again(editor: Editor, { count, counted }: Command): Promise<void> {
  const change = editor.lastChange
  if (!change) return
  if (change.selected) selectAgain(editor, change.selected)
  const keys = counted
    ? [
        ...String(count),
        ...change.keys
          .join('\0')
          .replace(/^(\d\0)+/, '')
          .split('\0'),
      ]
    : change.keys
  editor.feed([...(change.register === '"' ? [] : ['"', change.register]), ...keys])
  editor.replaying = true
  await runNormal(editor)
  editor.replaying = false
}

function selectAgain(editor: Editor, { mode, rows, cols }: Selection): void {
  editor.mode = mode
  editor.anchor = editor.cursor
  const row = Math.min(editor.text.lines.length - 1, editor.cursor.row + rows)
  editor.moveTo(row, rows > 0 && mode === 'visual' ? cols : editor.cursor.col + cols)
}

async function macro(editor: Editor): Promise<void> {
  if (editor.macro) {
    const { name, keys } = editor.macro
    editor.macro = undefined
    editor.registers.named(name, { kind: 'char', text: keys.slice(0, -1).map(keyText).join('') })
    return
  }
  const name = await editor.key()
  if (/[a-zA-Z0-9"]/.test(name)) editor.macro = { name, keys: [] }
}
/** Keys with names stand in registers as private characters. */
const keyText = (key: string): string => (key.length > 1 && key.startsWith('<') ? `\uE000${key}` : key)
const keysOf = (text: string): string[] =>
  text.match(/\uE000<[^>]*>|[^]/gu)?.map((key) => key.replace('\uE000', '')) ?? []

async function playMacro(editor: Editor, { count }: Command): Promise<void> {
  const typed = await editor.key()
  const name = typed === '@' ? editor.registers.lastMacro : typed
  if (name === ':') return void (await runEx(editor, editor.registers.lastCommand))
  const register = editor.registers.get(name)
  if (!register) return editor.fail(name === '' ? 'E748: No previously used register' : '')
  editor.registers.lastMacro = name
  const keys = keysOf(register.text + (register.kind === 'line' ? '\n' : ''))
  for (let i = 0; i < Math.min(count, 10_000); i++) editor.feed(keys)
}

const scroll =
  (part: number, moves = true): Action =>
  (editor, { count }) => {
    const height = textHeight(editor)
    const by = Math.abs(part) === 1 ? Math.sign(part) * Math.max(1, height - 2) * count : Math.trunc(height * part)
    const last = editor.text.lines.length - 1
    editor.view.top = Math.max(0, Math.min(last, editor.view.top + by))
    if (moves && Math.abs(part) !== 1) {
      editor.moveTo(editor.cursor.row + by, editor.cursor.col)
      return keepInView(editor)
    }
    const row =
      part > 0
        ? Math.max(editor.view.top, editor.cursor.row)
        : Math.min(editor.cursor.row, editor.view.top + height - 1)
    editor.moveTo(
      Math.abs(part) === 1
        ? part > 0
          ? editor.view.top
          : Math.min(last, editor.view.top + height - 1, editor.cursor.row)
        : row,
      firstText(editor.line),
    )
    keepInView(editor)
  }

const scrollLine =
  (step: 1 | -1): Action =>
  (editor, { count }) => {
    const height = textHeight(editor)
    editor.view.top = Math.max(0, Math.min(editor.text.lines.length - 1, editor.view.top + step * count))
    editor.moveTo(
      Math.max(editor.view.top, Math.min(editor.cursor.row, editor.view.top + height - 1)),
      editor.cursor.col,
      true,
    )
    keepInView(editor)
  }

const placeLine =
  (share: number, atText = false): Action =>
  (editor, { count, counted }) => {
    if (counted) editor.moveTo(count - 1, editor.cursor.col)
    editor.view.top = Math.max(0, editor.cursor.row - Math.round((textHeight(editor) - 1) * share))
    if (atText) editor.moveTo(editor.cursor.row, firstText(editor.line))
  }

async function colon(editor: Editor, { count, counted }: Command): Promise<void> {
  const text = await askLine(editor, ':', counted ? `.${count > 1 ? `,.+${count - 1}` : ''}` : '')
  // The command stays to be read until something is said.
  editor.say(text === undefined || text === '' ? '' : `:${text}`)
  if (text === undefined) return
  if (text !== '') editor.registers.lastCommand = text
  await runEx(editor, text)
}

/** `U`: the line as it was before its latest changes. */
function restoreLine(editor: Editor): void {
  const kept = editor.latestLine
  if (!kept || kept.row >= editor.text.lines.length) return
  const now = editor.text.line(kept.row)
  editor.text.setLine(kept.row, kept.text)
  editor.latestLine = { row: kept.row, text: now }
  editor.moveTo(kept.row, 0)
}

async function suspend(editor: Editor): Promise<void> {
  await editor.screen.suspend()
}

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['i', inserting(() => undefined)],
  ['<Insert>', inserting(() => undefined)],
  [
    'a',
    inserting((editor) =>
      editor.moveTo(editor.cursor.row, editor.line === '' ? 0 : nextIndex(editor.line, editor.cursor.col)),
    ),
  ],
  ['I', inserting((editor) => editor.moveTo(editor.cursor.row, firstText(editor.line)))],
  ['gI', inserting((editor) => editor.moveTo(editor.cursor.row, 0))],
  [
    'gi',
    inserting((editor) => {
      const { row, col } = editor.marks.get('^') ?? editor.cursor
      editor.moveTo(row, col)
    }),
  ],
  ['A', inserting((editor) => editor.moveTo(editor.cursor.row, editor.line.length))],
  ['o', inserting(openLine(true), 'insert', openLine(true))],
  ['O', inserting(openLine(false), 'insert', openLine(true))],
  ['R', inserting(() => undefined, 'replace')],
  ['p', changing((editor, command) => put(editor, command, 'after'))],
  ['P', changing((editor, command) => put(editor, command, 'before'))],
  ['gp', changing((editor, command) => put(editor, command, 'after', true))],
  ['gP', changing((editor, command) => put(editor, command, 'before', true))],
  [']p', changing((editor, command) => put(editor, command, 'after'))],
  ['[p', changing((editor, command) => put(editor, command, 'before'))],
  ['u', (editor, { count }) => travel(editor, true, count)],
  ['\x12', (editor, { count }) => travel(editor, false, count)],
  [
    'J',
    changing((editor, { count }) => joinLines(editor, editor.cursor.row, editor.cursor.row + Math.max(1, count - 1))),
  ],
  [
    'gJ',
    changing((editor, { count }) =>
      joinLines(editor, editor.cursor.row, editor.cursor.row + Math.max(1, count - 1), false),
    ),
  ],
  ['~', changing(flipCase)],
  ['r', changing(replaceChars)],
  ['\x01', changing((editor, { count }) => addToNumber(editor, count))],
  ['\x18', changing((editor, { count }) => addToNumber(editor, -count))],
  ['U', restoreLine],
  ['.', again],
  ['v', (editor) => startVisual(editor, 'visual')],
  ['V', (editor) => startVisual(editor, 'lines')],
  ['\x16', (editor) => startVisual(editor, 'block')],
  ['gv', (editor) => startVisual(editor, 'again')],
  ['m', async (editor) => editor.setMark(await editor.key())],
  ['q', macro],
  ['@', playMacro],
  [':', colon],
  ['g&', (editor) => runEx(editor, '%s//~/&')],
  ['ZZ', (editor) => runEx(editor, 'x')],
  ['ZQ', (editor) => runEx(editor, 'q!')],
  ['\x06', scroll(1)],
  ['<PageDown>', scroll(1)],
  ['\x02', scroll(-1)],
  ['<PageUp>', scroll(-1)],
  ['\x04', scroll(0.5)],
  ['\x15', scroll(-0.5)],
  ['\x05', scrollLine(1)],
  ['\x19', scrollLine(-1)],
  ['zt', placeLine(0)],
  ['z\r', placeLine(0, true)],
  ['zz', placeLine(0.5)],
  ['z.', placeLine(0.5, true)],
  ['zb', placeLine(1)],
  ['z-', placeLine(1, true)],
  ['\x07', (editor) => editor.say(fileInfo(editor))],
  ['\x0c', (editor) => editor.screen.forget()],
  ['\x1a', suspend],
  ['\x1e', alternate],
  ['gf', (editor) => openFile(editor, /[\w./~-]+/.exec(editor.line.slice(pathStart(editor)))?.[0] ?? '', false)],
  [
    'g;',
    (editor, { count }) => {
      const place = editor.text.changes.at(-count)
      if (place) follow(editor, place)
    },
  ],
  [
    'ga',
    (editor) => {
      const code = editor.line.codePointAt(editor.cursor.col) ?? 0
      editor.say(
        `<${editor.line.charAt(editor.cursor.col)}>  ${code},  Hex ${code.toString(16).padStart(2, '0')},  Octal ${code.toString(8).padStart(3, '0')}`,
      )
    },
  ],
  ['g\x07', (editor) => editor.say(wordCount(editor))],
  ['\x03', (editor) => editor.say('Type  :qa!  and press <Enter> to abandon all changes and exit Vim')],
  ['\x1b', () => undefined],
])

const pathStart = ({ line, cursor }: Editor): number =>
  cursor.col - (/[\w./~-]*$/.exec(line.slice(0, cursor.col))?.[0].length ?? 0)

function wordCount(editor: Editor): string {
  const { text, cursor } = editor
  const bytes = new TextEncoder().encode(text.content()).length
  const words = text.content().split(/\s+/).filter(Boolean).length
  const col = `Col ${cursor.col + 1} of ${editor.line.length}`
  return `${col}; Line ${cursor.row + 1} of ${text.lines.length}; Word count ${words}; Byte count ${bytes}`
}

/** Reads and runs one command of normal (or visual) mode. */
export async function runNormal(editor: Editor): Promise<void> {
  const command = await readCommand(editor)
  const { key } = command
  if (editor.visual) return visualCommand(editor, key, command)
  const short = SHORT.get(key)
  if (short) {
    editor.recorded.pop()
    editor.feed(short)
    const first = await editor.key()
    if (first === ':') return colon(editor, command)
    if ('xX'.includes(key) && editor.line === '') return
    return operate(editor, first, command)
  }
  if (OPERATORS.has(key)) return operate(editor, key, command)
  const action = ACTIONS.get(key)
  if (action) return action(editor, command)
  const target = await readMotion(editor, key, command)
  if (target) follow(editor, target)
  else if (editor.fed && !editor.replaying) editor.fail('')
}
