import type { Buffer, Place } from './buffer.ts'
import { type Editor, Said } from './editor.ts'
import { GO_TO_HINTS, REPLACE_HINTS, SEARCH_HINTS } from './keys.ts'
import { ask } from './prompt.ts'

/** Something found: where, and how long it is. */
interface Match extends Place {
  readonly length: number
  readonly groups: readonly string[]
}

/** What a search for `text` looks for. @throws Said for a bad regular expression */
function patternOf({ mode }: Editor, text: string): RegExp {
  const flags = `g${mode.caseSensitive ? '' : 'i'}`
  if (!mode.regexp) return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), flags)
  try {
    return new RegExp(text.replace(/\\[<>]/g, '\\b').replace(/\[\[:(\w+):\]\]/g, classOf), flags)
  } catch {
    throw new Said(`Bad regex "${text}": Invalid regular expression`)
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: '[A-Za-z]',
  digit: '[0-9]',
  alnum: '[A-Za-z0-9]',
  space: '\\s',
  upper: '[A-Z]',
  lower: '[a-z]',
  punct: '[!-/:-@[-`{-~]',
}
const classOf = (whole: string, name: string): string => CLASSES[name] ?? whole

const matchesIn = (line: string, row: number, pattern: RegExp): Match[] =>
  [...line.matchAll(pattern)].map((match) => ({
    row,
    col: match.index,
    length: match[0].length,
    groups: match.map((group) => group ?? ''),
  }))

/** The next match, around the end of the text. @returns it, and whether the search wrapped */
function next(buffer: Buffer, pattern: RegExp, backwards: boolean): { match: Match; wrapped: boolean } | undefined {
  const count = buffer.lines.length
  for (let step = 0; step <= count; step++) {
    const row = (buffer.row + (backwards ? count - step : step)) % count
    const found = matchesIn(buffer.lines[row] ?? '', row, pattern).filter(({ col }) =>
      step === 0
        ? backwards
          ? col < buffer.col
          : col > buffer.col
        : step < count || (backwards ? col >= buffer.col : col <= buffer.col),
    )
    const match = backwards ? found.at(-1) : found[0]
    if (match)
      return { match, wrapped: backwards ? row > buffer.row || step === count : row < buffer.row || step === count }
  }
  return undefined
}

function searchLabel({ mode, searches }: Editor, what: string): string {
  const marks = `${mode.caseSensitive ? ' [Case Sensitive]' : ''}${mode.regexp ? ' [Regexp]' : ''}${mode.backwards ? ' [Backwards]' : ''}`
  const last = searches.at(-1)
  const default_ = last === undefined ? '' : ` [${last.length > 25 ? `${last.slice(0, 25)}...` : last}]`
  return `Search${marks}${what}${default_}: `
}

type Elsewhere = 'replace' | 'search' | 'goTo' | undefined

/** Asks what to search for. @returns the text, or where a key led instead */
async function askFor(editor: Editor, what: string): Promise<{ text?: string; elsewhere?: Elsewhere }> {
  let elsewhere: Elsewhere
  const { mode } = editor
  const toggle = (name: 'caseSensitive' | 'regexp' | 'backwards') => (): 'again' => {
    mode[name] = !mode[name]
    return 'again'
  }
  const leave = (to: Elsewhere) => (): 'leave' => {
    elsewhere = to
    return 'leave'
  }
  const text = await ask(editor, {
    label: () => searchLabel(editor, what),
    hints: SEARCH_HINTS,
    history: editor.searches,
    keys: new Map<string, () => 'again' | 'leave'>([
      ['<M-c>', toggle('caseSensitive')],
      ['<M-r>', toggle('regexp')],
      ['<M-b>', toggle('backwards')],
      ['\x12', leave(what === '' ? 'replace' : 'search')],
      ['\x14', leave('goTo')],
    ]),
  })
  if (elsewhere !== undefined || text === undefined) return { elsewhere }
  return { text: text || (editor.searches.at(-1) ?? '') }
}

/** ^W and ^Q. */
export async function search(editor: Editor, backwards: boolean): Promise<void> {
  editor.mode.backwards = backwards
  const { text, elsewhere } = await askFor(editor, '')
  if (elsewhere === 'replace') return replace(editor)
  if (elsewhere === 'goTo') return goToLine(editor)
  if (text === undefined) return
  if (text === '') return void (editor.message = 'Cancelled')
  find(editor, text, editor.mode.backwards)
}

/** M-W and M-Q. */
export function findAgain(editor: Editor, backwards: boolean): void {
  const text = editor.searches.at(-1)
  if (text === undefined) throw new Said('No current search pattern')
  find(editor, text, backwards)
}

function find(editor: Editor, text: string, backwards: boolean): void {
  const { buffer } = editor
  const found = next(buffer, patternOf(editor, text), backwards)
  if (!found) throw new Said(`"${text.length > 25 ? `${text.slice(0, 25)}...` : text}" not found`)
  const { row, col, length } = found.match
  if (row === buffer.row && col === buffer.col) editor.message = 'This is the only occurrence'
  else if (found.wrapped) editor.message = 'Search Wrapped'
  buffer.moveTo(row, col)
  buffer.spotlight = { row, from: col, to: col + length }
}

/** ^\: asks at each place, from the cursor on and around the end. */
export async function replace(editor: Editor): Promise<void> {
  editor.mode.backwards = false
  const { text, elsewhere } = await askFor(editor, ` (to replace)${editor.buffer.region ? ' in selection' : ''}`)
  if (elsewhere === 'search') return search(editor, false)
  if (elsewhere === 'goTo') return goToLine(editor)
  if (text === undefined) return
  if (text === '') return void (editor.message = 'Cancelled')
  const answer = await ask(editor, {
    label: () => 'Replace with: ',
    hints: SEARCH_HINTS.slice(0, 2),
    history: editor.replacements,
  })
  if (answer === undefined) return
  await replaceEach(editor, text, answer)
}

async function replaceEach(editor: Editor, text: string, replacement: string): Promise<void> {
  const { buffer } = editor
  const pattern = patternOf(editor, text)
  const start = buffer.cursor
  const places = inOrder(buffer, pattern)
  if (places.length === 0) throw new Said(`"${text}" not found`)
  let count = 0
  let all = false
  /** What replacements have made longer, by line. */
  const shift = new Map<number, number>()
  for (const match of places) {
    const col = match.col + (shift.get(match.row) ?? 0)
    buffer.moveTo(match.row, col)
    buffer.spotlight = { row: match.row, from: col, to: col + match.length }
    const answer = all ? 'y' : await editor.choose('Replace this instance?', REPLACE_HINTS, 'yna')
    buffer.spotlight = undefined
    if (answer === undefined) {
      editor.message = 'Cancelled'
      break
    }
    if (answer === 'n') continue
    if (answer === 'a') all = true
    const put = editor.mode.regexp
      ? replacement.replace(/\\([0-9])/g, (_, digit: string) => match.groups[Number(digit)] ?? '')
      : replacement
    buffer.remember('replacement')
    buffer.separate()
    buffer.remove({ row: match.row, col }, { row: match.row, col: col + match.length })
    buffer.insert(put)
    shift.set(match.row, (shift.get(match.row) ?? 0) + put.length - match.length)
    count++
  }
  if (all) buffer.moveTo(start.row, start.col)
  editor.message = `Replaced ${count} occurrence${count === 1 ? '' : 's'}`
}

/** All matches from the cursor to the end, then those before it; in a selection only its own. */
function inOrder(buffer: Buffer, pattern: RegExp): Match[] {
  const all = buffer.lines.flatMap((line, row) => matchesIn(line, row, pattern)).filter(({ length }) => length > 0)
  const { region, row, col } = buffer
  if (region) {
    const [from, to] = region
    buffer.mark = undefined
    return all.filter((match) => !isBefore(match, from) && isBefore(match, to))
  }
  const later = all.filter((match) => !isBefore(match, { row, col }))
  return [...later, ...all.filter((match) => !later.includes(match))]
}

const isBefore = (a: Place, b: Place): boolean => a.row < b.row || (a.row === b.row && a.col < b.col)

/** ^/: line and column. */
export async function goToLine(editor: Editor): Promise<void> {
  const { buffer } = editor
  let toText = false
  const leaving = (move: () => void) => (): 'leave' => {
    move()
    return 'leave'
  }
  const text = await ask(editor, {
    label: () => 'Enter line number, column number: ',
    hints: GO_TO_HINTS,
    keys: new Map<string, () => 'leave'>([
      ['\x19', leaving(() => buffer.moveTo(0, 0))],
      ['\x16', leaving(() => buffer.moveTo(buffer.lines.length - 1, Number.MAX_SAFE_INTEGER))],
      ['\x14', leaving(() => void (toText = true))],
    ]),
  })
  if (toText) return search(editor, false)
  if (text !== undefined) goTo(editor, text)
}

/** `LINE,COLUMN`; negative ones count from the end. @throws Said */
export function goTo(editor: Editor, text: string): void {
  const match = /^\s*([+-]?\d+)?\s*[,.;:/\s]?\s*([+-]?\d+)?\s*$/.exec(text)
  if (!match || (match[1] === undefined && match[2] === undefined)) {
    if (text.trim() === '') editor.message = 'Cancelled'
    else throw new Said('Invalid line or column number')
    return
  }
  const { buffer, options } = editor
  const line = match[1] === undefined ? buffer.row + 1 : Number(match[1])
  const row = line < 0 ? buffer.lines.length + line : line - 1
  const column = Number(match[2] ?? 1)
  buffer.moveToColumn(Math.max(0, Math.min(buffer.lines.length - 1, row)), Math.max(0, column - 1), options.tabSize)
  editor.centerNext()
}
