import type { LineEditor } from '../editor.ts'
import type { CharSearch } from './memory.ts'
import type { Steps } from '../../interp/flow.ts'
import type { LineBuffer } from '../line-buffer.ts'

/** Where a motion leads. */
export interface Motion {
  readonly to: number
  /** The character there belongs to what an operator takes. */
  readonly inclusive?: boolean
}

type Kind = 'blank' | 'word' | 'other'
const kindOf = (char: string | undefined, big: boolean): Kind =>
  char === undefined || /\s/.test(char) ? 'blank' : big || /[\p{L}\p{N}_]/u.test(char) ? 'word' : 'other'

/** w and W: the beginning of the next word. */
export function nextWord({ chars }: LineBuffer, from: number, big: boolean): number {
  let at = from
  const kind = kindOf(chars[at], big)
  if (kind !== 'blank') while (at < chars.length && kindOf(chars[at], big) === kind) at++
  while (at < chars.length && kindOf(chars[at], big) === 'blank') at++
  return at
}

/** b and B: the beginning of this word, or of the one before. */
export function previousWord({ chars }: LineBuffer, from: number, big: boolean): number {
  let at = from
  while (at > 0 && kindOf(chars[at - 1], big) === 'blank') at--
  const kind = kindOf(chars[at - 1], big)
  while (at > 0 && kindOf(chars[at - 1], big) === kind) at--
  return at
}

/** e and E: the end of this word, or of the next. */
export function endOfWord({ chars }: LineBuffer, from: number, big: boolean): number {
  let at = from + 1
  while (at < chars.length && kindOf(chars[at], big) === 'blank') at++
  const kind = kindOf(chars[at], big)
  while (at + 1 < chars.length && kindOf(chars[at + 1], big) === kind) at++
  return Math.min(at, Math.max(0, chars.length - 1))
}

/** The bracket that belongs to the first one at or behind a place; -1 when there is none. */
export function matching({ chars }: LineBuffer, from: number): number {
  const start = chars.findIndex((char, at) => at >= from && '()[]{}'.includes(char))
  const open = chars[start]
  if (open === undefined) return -1
  const other = '()[]{}'.charAt('()[]{}'.indexOf(open) ^ 1)
  const by = '([{'.includes(open) ? 1 : -1
  let depth = 0
  for (let at = start; at >= 0 && at < chars.length; at += by) {
    if (chars[at] === open) depth++
    else if (chars[at] === other && --depth === 0) return at
  }
  return -1
}

export function searchChar(line: LineBuffer, { char, by, till }: CharSearch, count: number, again = false): number {
  let at = line.cursor + (again && till ? by : 0)
  for (let left = count; left > 0; left--) {
    at += by
    while (at >= 0 && at < line.chars.length && line.chars[at] !== char) at += by
    if (at < 0 || at >= line.chars.length) return -1
  }
  return till ? at - by : at
}

const repeated = (count: number, from: number, step: (at: number) => number): number => {
  let at = from
  for (let left = count; left > 0; left--) at = step(at)
  return at
}

type Move = (line: LineBuffer, count: number) => Motion | undefined
const exclusive = (to: number): Motion => ({ to })
const inclusive = (to: number): Motion => ({ to, inclusive: true })
const MOVES: ReadonlyMap<string, Move> = new Map<string, Move>([
  ['h', (line, count) => exclusive(Math.max(0, line.cursor - count))],
  ['\b', (line, count) => exclusive(Math.max(0, line.cursor - count))],
  ['l', (line, count) => exclusive(Math.min(line.chars.length, line.cursor + count))],
  [' ', (line, count) => exclusive(Math.min(line.chars.length, line.cursor + count))],
  ['0', () => exclusive(0)],
  [
    '^',
    (line) =>
      exclusive(
        Math.max(
          0,
          line.chars.findIndex((char) => !/\s/.test(char)),
        ),
      ),
  ],
  ['$', (line) => exclusive(line.chars.length)],
  ['|', (line, count) => exclusive(Math.min(line.chars.length, count - 1))],
  ['w', (line, count) => exclusive(repeated(count, line.cursor, (at) => nextWord(line, at, false)))],
  ['W', (line, count) => exclusive(repeated(count, line.cursor, (at) => nextWord(line, at, true)))],
  ['b', (line, count) => exclusive(repeated(count, line.cursor, (at) => previousWord(line, at, false)))],
  ['B', (line, count) => exclusive(repeated(count, line.cursor, (at) => previousWord(line, at, true)))],
  ['e', (line, count) => inclusive(repeated(count, line.cursor, (at) => endOfWord(line, at, false)))],
  ['E', (line, count) => inclusive(repeated(count, line.cursor, (at) => endOfWord(line, at, true)))],
  [
    '%',
    (line) => {
      const to = matching(line, line.cursor)
      return to < 0 ? undefined : inclusive(to)
    },
  ],
])

/** What the key of a motion, with the keys it reads itself, leads to; undefined when it leads nowhere. */
export function* motionOf(editor: LineEditor, key: string, count: number): Steps<Motion | undefined> {
  const { line } = editor
  const memory = editor.viMemory
  if ('fFtT'.includes(key)) {
    const char = yield* editor.keyboard.next()
    if (char === undefined || char === '\x1b') return undefined
    memory.search = { char, by: key === 'f' || key === 't' ? 1 : -1, till: key.toLowerCase() === 't' }
    return found(searchChar(line, memory.search, count), memory.search.by)
  }
  if ((key === ';' || key === ',') && memory.search) {
    const { search } = memory
    const by = key === ';' ? search.by : search.by === 1 ? -1 : 1
    return found(searchChar(line, { ...search, by }, count, true), by)
  }
  if (key === '`') {
    const mark = memory.marks.get((yield* editor.keyboard.next()) ?? '')
    return mark === undefined ? undefined : exclusive(Math.min(mark, line.chars.length))
  }
  return MOVES.get(key)?.(line, count)
}

const found = (to: number, by: 1 | -1): Motion | undefined =>
  to < 0 ? undefined : by > 0 ? inclusive(to) : exclusive(to)
