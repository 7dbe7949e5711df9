/** Text objects: words, quotes, brackets, tags, paragraphs and sentences. vim's motion.txt, "text-objects". */
import { findBracket, kindOf, openBracket } from './motions.ts'
import { isBefore, type Place, type Text } from './text.ts'

/** `end` is not part of it; with `lines`, whole lines from start.row to end.row are meant. */
export interface Span {
  readonly start: Place
  readonly end: Place
  readonly lines?: boolean
}
type Finder = (text: Text, cursor: Place, around: boolean, count: number) => Span | undefined

function run(line: string, col: number, big: boolean): [number, number] {
  const kind = kindOf(line.charAt(col), big)
  let start = col
  let end = col + 1
  while (start > 0 && kindOf(line.charAt(start - 1), big) === kind) start--
  while (end < line.length && kindOf(line.charAt(end), big) === kind) end++
  return [start, end]
}

const inLine = (row: number, start: number, end: number): Span => ({
  start: { row, col: start },
  end: { row, col: end },
})

/** `aw` takes the white space behind the word, or else that in front of it. */
const word =
  (big: boolean): Finder =>
  (text, { row, col }, around, count) => {
    const line = text.line(row)
    if (line === '') return inLine(row, 0, 0)
    const [start, first] = run(line, col, big)
    let end = first
    const steps = around ? count * 2 - 1 : count
    for (let i = 1; i < steps && end < line.length; i++) end = run(line, end, big)[1]
    if (!around) return inLine(row, start, end)
    if (kindOf(line.charAt(col), big) === 0) return inLine(row, start, end < line.length ? run(line, end, big)[1] : end)
    const behind = /^\s+/.exec(line.slice(end))?.[0].length ?? 0
    const before = /\s+$/.exec(line.slice(0, start))?.[0].length ?? 0
    return behind > 0 ? inLine(row, start, end + behind) : inLine(row, start - before, end)
  }

/** Quotes pair from the start of the line; the pair that holds the cursor or follows it. */
const quoted =
  (mark: string): Finder =>
  (text, { row, col }, around) => {
    const line = text.line(row)
    const places = Array.from(line.matchAll(new RegExp(`(?<!\\\\)${mark}`, 'g')), (match) => match.index)
    for (let i = 0; i + 1 < places.length; i += 2) {
      const [open = 0, close = 0] = [places[i], places[i + 1]]
      if (close < col) continue
      if (!around) return inLine(row, open + 1, close)
      const behind = /^\s+/.exec(line.slice(close + 1))?.[0].length ?? 0
      const before = behind ? 0 : (/\s+$/.exec(line.slice(0, open))?.[0].length ?? 0)
      return inLine(row, open - before, close + 1 + behind)
    }
    return undefined
  }

const bracketed =
  (open: string, close: string): Finder =>
  (text, cursor, around, count) => {
    let from: Place | undefined = cursor
    if (text.line(cursor.row).charAt(cursor.col) !== open)
      from = openBracket(text, closing(text, cursor, close), open, close, false) ?? ahead(text, cursor, open)
    for (let i = 1; i < count && from; i++) from = openBracket(text, { ...from, col: from.col - 1 }, open, close, false)
    const to = from && findBracket(text, from, open, close, true)
    if (!from || !to) return undefined
    if (around) return { start: from, end: { row: to.row, col: to.col + 1 } }
    return insideOf(text, from, to)
  }

/** Outside of all brackets, the next ones of the line are meant. */
function ahead(text: Text, { row, col }: Place, open: string): Place | undefined {
  const at = text.line(row).indexOf(open, col)
  return at < 0 ? undefined : { row, col: at }
}

/** A cursor on the closing bracket looks for the opening one from there on. */
const closing = (text: Text, { row, col }: Place, close: string): Place =>
  text.line(row).charAt(col) === close ? { row, col: col - 1 } : { row, col }

/** When the brackets stand on lines of their own, what is inside are the lines between. */
function insideOf(text: Text, from: Place, to: Place): Span {
  const opensLine =
    text
      .line(from.row)
      .slice(from.col + 1)
      .trim() === ''
  const closesLine = text.line(to.row).slice(0, to.col).trim() === ''
  if (to.row > from.row + 1 && opensLine && closesLine)
    return { start: { row: from.row + 1, col: 0 }, end: { row: to.row - 1, col: 0 }, lines: true }
  return { start: { row: from.row, col: from.col + 1 }, end: to }
}

const paragraph: Finder = (text, { row }, around, count) => {
  const blank = (at: number): boolean => text.line(at).trim() === ''
  const last = text.lines.length - 1
  let start = row
  let end = row
  while (start > 0 && blank(start - 1) === blank(row)) start--
  const extend = (): void => {
    const kind = blank(end)
    while (end < last && blank(end + 1) === kind) end++
  }
  extend()
  for (let i = 1; i < (around ? count * 2 : count) && end < last; i++) {
    end++
    extend()
  }
  return { start: { row: start, col: 0 }, end: { row: end, col: 0 }, lines: true }
}

const sentence: Finder = (text, { row, col }, around) => {
  const line = text.line(row)
  const parts = Array.from(line.matchAll(/[^.!?]*(?:[.!?]+[)\]"']*|$)(\s*)/g)).filter(([whole]) => whole !== '')
  const part = parts.find((match) => match.index + match[0].length > col)
  if (!part) return undefined
  const end = part.index + part[0].length
  return inLine(row, part.index, around ? end : end - (part[1]?.length ?? 0))
}

const TAG = /<(\/?)([A-Za-z][\w:-]*)(?:\s[^<>]*)?(\/?)>/g
const tag: Finder = (text, cursor, around) => {
  const open: { name: string; start: Place; end: Place }[] = []
  for (const [row, line] of text.lines.entries())
    for (const match of line.matchAll(TAG)) {
      const [whole, slash, name = '', alone] = match
      const start = { row, col: match.index }
      const end = { row, col: match.index + whole.length }
      if (alone) continue
      if (!slash) open.push({ name, start, end })
      else {
        const at = open.findLastIndex((each) => each.name === name)
        const [from] = at < 0 ? [] : open.splice(at)
        if (from && !isBefore(cursor, from.start) && isBefore(cursor, end))
          return around ? { start: from.start, end } : { start: from.end, end: start }
      }
    }
  return undefined
}

const BRACKETS: readonly (readonly [keys: string, open: string, close: string])[] = [
  ['()b', '(', ')'],
  ['[]', '[', ']'],
  ['{}B', '{', '}'],
  ['<>', '<', '>'],
]
const OBJECTS: ReadonlyMap<string, Finder> = new Map<string, Finder>([
  ['w', word(false)],
  ['W', word(true)],
  ['p', paragraph],
  ['s', sentence],
  ['t', tag],
  ...['"', "'", '`'].map((mark): [string, Finder] => [mark, quoted(mark)]),
  ...BRACKETS.flatMap(([keys, open, close]) =>
    Array.from(keys, (key): [string, Finder] => [key, bracketed(open, close)]),
  ),
])

/** @param around  `a` objects take the marks or white space too @returns undefined where there is none */
export const textObject = (key: string, text: Text, cursor: Place, around: boolean, count: number): Span | undefined =>
  OBJECTS.get(key)?.(text, cursor, around, count)
