import type { Editor, Selection } from './editor.ts'
import { findChar, MOTIONS, type Target } from './motions.ts'
import { askLine } from './prompt.ts'
import { searchAgain, searchWord, setSearch } from './search.ts'
import { firstText } from './text.ts'
import { scrollMargin } from './view.ts'

export interface Command {
  readonly count: number
  readonly counted: boolean
  readonly register: string
}

/** Reads a count, a register and a key; keys of two letters come whole. */
export async function readCommand(editor: Editor): Promise<Command & { readonly key: string }> {
  let digits = ''
  let register = '"'
  editor.pending = ''
  for (;;) {
    const key = await editor.mappedKey(editor.visual ? 'v' : 'n')
    if (/^[1-9]$/.test(key) || (key === '0' && digits !== '')) digits += key
    else if (key === '"') register = await editor.key()
    else {
      editor.recorded.splice(0, editor.recorded.length, ...(digits || ''), key)
      const whole = await wholeKey(editor, key)
      return { count: Number(digits || 1), counted: digits !== '', register, key: whole }
    }
    editor.pending += key
  }
}

export async function wholeKey(editor: Editor, key: string): Promise<string> {
  if (!['g', 'z', 'Z', '[', ']'].includes(key)) return key
  editor.pending += key
  return key + (await editor.key())
}

export async function readMotion(
  editor: Editor,
  key: string,
  { count, counted }: Command,
): Promise<Target | undefined> {
  const { text, cursor, wanted, view } = editor
  const context = {
    text,
    cursor,
    wanted,
    count,
    counted,
    char: '',
    top: view.top,
    bottom: view.bottom,
    margin: scrollMargin(editor),
  }
  if (key === ';' || key === ',') {
    const { lastFind } = editor
    if (!lastFind) return undefined
    const forward = 'ft'.includes(lastFind.key) === (key === ';')
    return findChar({ ...context, char: lastFind.char }, forward, 'tT'.includes(lastFind.key), true)
  }
  if ('fFtT'.includes(key)) {
    editor.pending += key
    const char = await editor.key()
    if (char === '\x1b') return undefined
    editor.lastFind = { key, char }
    return MOTIONS.get(key)?.({ ...context, char })
  }
  const other = SEARCHES.get(key)
  if (other) return other(editor, count)
  if (key === '`' || key === "'") return toMark(editor, key, await editor.key())
  // `cw` ends with the word it stands on, where `e` would go on from its last character.
  if (key === 'cw' || key === 'cW')
    return MOTIONS.get(key === 'cw' ? 'e' : 'E')?.({ ...context, cursor: { row: cursor.row, col: cursor.col - 1 } })
  return MOTIONS.get(key)?.(context)
}

const ask =
  (mark: string) =>
  async (editor: Editor, count: number): Promise<Target | undefined> => {
    const typed = await askLine(editor, mark)
    if (typed === undefined) {
      editor.say('')
      return undefined
    }
    setSearch(editor, mark, typed)
    return searchAgain(editor, count, false)
  }
const word =
  (forward: boolean, whole: boolean) =>
  (editor: Editor, count: number): Target => {
    searchWord(editor, forward, whole)
    return searchAgain(editor, count, false)
  }
const SEARCHES: ReadonlyMap<
  string,
  (editor: Editor, count: number) => Target | undefined | Promise<Target | undefined>
> = new Map<string, (editor: Editor, count: number) => Target | undefined | Promise<Target | undefined>>([
  ['/', ask('/')],
  ['?', ask('?')],
  ['n', (editor, count) => searchAgain(editor, count, false)],
  ['N', (editor, count) => searchAgain(editor, count, true)],
  ['*', word(true, true)],
  ['#', word(false, true)],
  ['g*', word(true, false)],
  ['g#', word(false, false)],
])

export function markPlace(editor: Editor, name: string): { row: number; col: number } {
  const { lastVisual, text } = editor
  if ((name === '<' || name === '>') && lastVisual) {
    const places = [lastVisual.anchor, lastVisual.cursor].sort((a, b) => a.row - b.row || a.col - b.col)
    return places[name === '<' ? 0 : 1] ?? editor.cursor
  }
  const place = name === '.' ? text.changes.at(-1) : editor.marks.get(name === '`' ? "'" : name)
  if (!place) return name === "'" || name === '`' ? { row: 0, col: 0 } : editor.fail('E20: Mark not set')
  return { row: Math.min(place.row, text.lines.length - 1), col: place.col }
}

function toMark(editor: Editor, kind: string, name: string): Target {
  const place = markPlace(editor, name)
  if (kind === '`') return { ...place, jump: true }
  return { row: place.row, col: firstText(editor.text.line(place.row)), lines: true, jump: true }
}

/** Goes where a motion leads. */
export function follow(editor: Editor, target: Target): void {
  if (target.jump) editor.jump()
  editor.moveTo(target.row, target.col, target.wanted !== undefined)
  if (target.wanted !== undefined) editor.wanted = target.wanted
}

/** What `.` will do again. */
export function remember(editor: Editor, register: string, selected?: Selection): void {
  if (editor.replaying) return
  editor.lastChange = { keys: [...editor.recorded], register, ...(selected ? { selected } : {}) }
}

/** Zeros in front of a number stay. */
const padded = (old: string, next: number): string =>
  /^-?0\d/.test(old)
    ? `${next < 0 ? '-' : ''}${String(Math.abs(next)).padStart(old.replace('-', '').length, '0')}`
    : String(next)

/** `^A` and `^X`: the number at or behind the cursor. */
export function addToNumber(editor: Editor, by: number): void {
  const { row, col } = editor.cursor
  for (const match of editor.line.matchAll(/0x[0-9a-f]+|-?\d+/gi)) {
    const end = match.index + match[0].length
    if (end <= col) continue
    const hex = /^0x/i.test(match[0])
    const next = hex
      ? `0x${(Number(match[0]) + by).toString(16).padStart(match[0].length - 2, '0')}`
      : padded(match[0], Number(match[0]) + by)
    editor.text.replace({ row, col: match.index }, { row, col: end }, next)
    return editor.moveTo(row, match.index + next.length - 1)
  }
}
