import { nextIndex, previousIndex } from '../screen/cells.ts'
import { firstText, type Place, type Text } from './text.ts'

/** Where a motion ends. `lines`: it takes whole lines; `inclusive`: the character there belongs to it. */
export interface Target extends Place {
  readonly lines?: boolean
  readonly inclusive?: boolean
  /** The column that vertical motions aim at from now on. */
  readonly wanted?: number
  /** A place to come back to by `''`. */
  readonly jump?: boolean
}
export interface MotionContext {
  readonly text: Text
  readonly cursor: Place
  readonly wanted: number
  readonly count: number
  /** A count was typed. */
  readonly counted: boolean
  /** For f, t, F and T. */
  readonly char: string
  /** First and last row on the screen. */
  readonly top: number
  readonly bottom: number
  /** Lines kept between the cursor and the edge: scrolloff. */
  readonly margin?: number
}
export type Motion = (context: MotionContext) => Target | undefined

/** Blank, keyword or punctuation: what belongs together in a word. */
export const kindOf = (char: string, big: boolean): number =>
  char === '' || /\s/.test(char) ? 0 : big || /[\p{L}\p{N}_]/u.test(char) ? 1 : 2

/** Walks over the text character by character; the end of a line counts as a blank one. */
class Walker {
  row: number
  col: number
  private readonly text: Text
  constructor(text: Text, { row, col }: Place) {
    this.text = text
    this.row = row
    this.col = col
  }
  get line(): string {
    return this.text.line(this.row)
  }
  get emptyLine(): boolean {
    return this.line === ''
  }
  kind(big: boolean): number {
    return kindOf(this.line.charAt(this.col), big)
  }
  forward(): boolean {
    if (this.col < this.line.length) this.col = nextIndex(this.line, this.col)
    else if (this.row < this.text.lines.length - 1) {
      this.row++
      this.col = 0
    } else return false
    return true
  }
  back(): boolean {
    if (this.col > 0) this.col = previousIndex(this.line, this.col)
    else if (this.row > 0) {
      this.row--
      this.col = Math.max(0, this.line.length)
    } else return false
    return true
  }
}

function wordForward({ text, cursor, count }: MotionContext, big: boolean): Target {
  const at = new Walker(text, cursor)
  for (let i = 0; i < count; i++) {
    const start = at.kind(big)
    if (start !== 0) while (at.kind(big) === start && at.forward());
    while (at.kind(big) === 0) {
      const row = at.row
      if (!at.forward()) break
      if (at.row !== row && at.emptyLine) break
    }
  }
  return { row: at.row, col: at.col }
}

function wordBack({ text, cursor, count }: MotionContext, big: boolean): Target {
  const at = new Walker(text, cursor)
  for (let i = 0; i < count; i++) {
    if (!at.back()) break
    while (at.kind(big) === 0 && !at.emptyLine && at.back());
    const kind = at.kind(big)
    while (kind !== 0 && at.col > 0 && kindOf(at.line.charAt(previousIndex(at.line, at.col)), big) === kind) at.back()
  }
  return { row: at.row, col: at.col }
}

function wordEnd({ text, cursor, count }: MotionContext, big: boolean): Target {
  const at = new Walker(text, cursor)
  for (let i = 0; i < count; i++) {
    if (!at.forward()) break
    while (at.kind(big) === 0 && at.forward());
    const kind = at.kind(big)
    while (at.col + 1 < at.line.length && kindOf(at.line.charAt(nextIndex(at.line, at.col)), big) === kind) at.forward()
  }
  return { row: at.row, col: Math.min(at.col, Math.max(0, at.line.length - 1)), inclusive: true }
}

function wordEndBack({ text, cursor, count }: MotionContext, big: boolean): Target {
  const at = new Walker(text, cursor)
  for (let i = 0; i < count; i++) {
    const kind = at.kind(big)
    while (kind !== 0 && at.kind(big) === kind && at.back());
    while (at.kind(big) === 0 && !at.emptyLine && at.back());
  }
  return { row: at.row, col: at.col, inclusive: true }
}

export function findChar(
  { text, cursor, count, char }: MotionContext,
  forward: boolean,
  before: boolean,
  again = false,
): Target | undefined {
  const line = text.line(cursor.row)
  let at = cursor.col + (again && before ? (forward ? 1 : -1) : 0)
  for (let i = 0; i < count; i++) {
    at = forward ? line.indexOf(char, at + 1) : at <= 0 ? -1 : line.lastIndexOf(char, at - 1)
    if (at < 0) return undefined
  }
  return { row: cursor.row, col: at + (before ? (forward ? -1 : 1) : 0), inclusive: forward }
}

const toLine = (text: Text, row: number, jump = false): Target => {
  const to = Math.max(0, Math.min(text.lines.length - 1, row))
  return { row: to, col: firstText(text.line(to)), lines: true, jump }
}

function paragraph({ text, cursor, count }: MotionContext, step: 1 | -1): Target {
  let { row } = cursor
  const last = text.lines.length - 1
  const blank = (at: number): boolean => text.line(at) === ''
  for (let i = 0; i < count; i++) {
    while (row + step >= 0 && row + step <= last && blank(row)) row += step
    while (row + step >= 0 && row + step <= last && !blank(row)) row += step
  }
  const ended = row === last && !blank(row) && step > 0
  return { row, col: ended ? text.line(row).length : 0, jump: true }
}

/** Sentences end at `.`, `!` or `?` with a blank behind, and at empty lines. */
function sentence({ text, cursor, count }: MotionContext, forward: boolean): Target {
  const starts: Place[] = []
  for (const [row, line] of text.lines.entries()) {
    if (line === '' || (row > 0 && text.line(row - 1) === '') || row === 0) starts.push({ row, col: firstText(line) })
    for (const match of line.matchAll(/[.!?][)\]"']*(?:\s+|$)/g)) {
      const col = match.index + match[0].length
      if (col < line.length) starts.push({ row, col })
      else if (text.line(row + 1) !== '') starts.push({ row: row + 1, col: firstText(text.line(row + 1)) })
    }
  }
  const after = (place: Place): boolean =>
    place.row > cursor.row || (place.row === cursor.row && place.col > cursor.col)
  const before = (place: Place): boolean =>
    place.row < cursor.row || (place.row === cursor.row && place.col < cursor.col)
  const last = text.lines.length - 1
  const end = { row: last, col: Math.max(0, text.line(last).length - 1) }
  const found = forward ? starts.filter(after)[count - 1] : starts.filter(before).at(-count)
  return { ...(found ?? (forward ? end : { row: 0, col: 0 })), jump: true }
}

const PAIRS = '()[]{}'
function matching({ text, cursor, counted, count }: MotionContext): Target | undefined {
  if (counted) return toLine(text, Math.ceil((count * text.lines.length) / 100) - 1, true)
  const start = text
    .line(cursor.row)
    .slice(cursor.col)
    .search(/[()[\]{}]/)
  if (start < 0) return undefined
  const from = { row: cursor.row, col: cursor.col + start }
  const open = text.line(from.row).charAt(from.col)
  const place = PAIRS.indexOf(open)
  const found = findBracket(text, from, open, PAIRS.charAt(place % 2 === 0 ? place + 1 : place - 1), place % 2 === 0)
  return found && { ...found, inclusive: true, jump: true }
}

/** The bracket that closes (or opens) what stands at `from`. */
export function findBracket(text: Text, from: Place, own: string, other: string, forward: boolean): Place | undefined {
  let { row, col } = from
  let depth = 0
  while (row >= 0 && row < text.lines.length) {
    const line = text.line(row)
    for (; col >= 0 && col < line.length; col += forward ? 1 : -1) {
      const char = line.charAt(col)
      if (char === own) depth++
      if (char === other && --depth === 0) return { row, col }
    }
    row += forward ? 1 : -1
    col = forward ? 0 : text.line(row).length - 1
  }
  return undefined
}

const vertical =
  (by: (context: MotionContext) => number): Motion =>
  (context) => {
    const { text, cursor, wanted } = context
    const row = cursor.row + by(context)
    if (row < 0 || row >= text.lines.length) return undefined
    return { row, col: Math.min(wanted, Math.max(0, text.line(row).length)), lines: true, wanted }
  }

const left: Motion = ({ text, cursor, count }) => {
  let { col } = cursor
  for (let i = 0; i < count && col > 0; i++) col = previousIndex(text.line(cursor.row), col)
  return col === cursor.col ? undefined : { row: cursor.row, col }
}
const right: Motion = ({ text, cursor, count }) => {
  let { col } = cursor
  const line = text.line(cursor.row)
  for (let i = 0; i < count && col < line.length; i++) col = nextIndex(line, col)
  return col === cursor.col ? undefined : { row: cursor.row, col }
}
/** Space and backspace go on to other lines. */
const walk =
  (forward: boolean): Motion =>
  ({ text, cursor, count }) => {
    const at = new Walker(text, cursor)
    for (let i = 0; i < count; i++) {
      if (!(forward ? at.forward() : at.back())) break
      if (at.col >= at.line.length && at.line !== '') (forward ? at.forward : at.back).call(at)
    }
    return { row: at.row, col: at.col }
  }

const endOfLine: Motion = ({ text, cursor, count }) => {
  const row = Math.min(text.lines.length - 1, cursor.row + count - 1)
  return { row, col: Math.max(0, text.line(row).length - 1), inclusive: true, wanted: Number.POSITIVE_INFINITY }
}
const lastText: Motion = ({ text, cursor, count }) => {
  const row = Math.min(text.lines.length - 1, cursor.row + count - 1)
  return { row, col: Math.max(0, text.line(row).trimEnd().length - 1), inclusive: true }
}
const startOfLine: Motion = ({ cursor }) => ({ row: cursor.row, col: 0 })
/** `[[` and `]]`: a brace in the first column. */
const section =
  (step: 1 | -1): Motion =>
  ({ text, cursor }) => {
    let row = cursor.row + step
    while (row > 0 && row < text.lines.length - 1 && !text.line(row).startsWith('{')) row += step
    return toLine(text, row, true)
  }
const unmatched =
  (own: string, other: string, forward: boolean): Motion =>
  ({ text, cursor }) => {
    const start = { row: cursor.row, col: cursor.col + (forward ? 1 : -1) }
    const found = openBracket(text, start, own, other, forward)
    return found && { ...found, jump: true, ...(forward ? { inclusive: true } : {}) }
  }

/** The bracket `own` that encloses `from`. */
export function openBracket(text: Text, from: Place, own: string, other: string, forward: boolean): Place | undefined {
  let { row, col } = from
  let depth = 0
  while (row >= 0 && row < text.lines.length) {
    const line = text.line(row)
    for (; col >= 0 && col < line.length; col += forward ? 1 : -1) {
      const char = line.charAt(col)
      if (char === own && depth-- === 0) return { row, col }
      if (char === other) depth++
    }
    row += forward ? 1 : -1
    col = forward ? 0 : text.line(row).length - 1
  }
  return undefined
}

const each = (keys: string, motion: Motion): [string, Motion][] => keys.split(' ').map((key) => [key, motion])

/** Motions by key. vim's motion.txt. */
export const MOTIONS: ReadonlyMap<string, Motion> = new Map<string, Motion>([
  ...each('h <Left>', left),
  ...each('l <Right>', right),
  ...each('\b \x7f', walk(false)),
  [' ', walk(true)],
  ...each(
    'j <Down> \x0e \n gj g<Down>',
    vertical(({ count }) => count),
  ),
  ...each(
    'k <Up> \x10 gk g<Up>',
    vertical(({ count }) => -count),
  ),
  ...each('+ \r', ({ text, cursor, count }) => toLine(text, cursor.row + count)),
  ['-', ({ text, cursor, count }) => toLine(text, cursor.row - count)],
  ['_', ({ text, cursor, count }) => toLine(text, cursor.row + count - 1)],
  ...each('0 <Home> g0', startOfLine),
  ...each('^ g^', ({ text, cursor }) => ({ row: cursor.row, col: firstText(text.line(cursor.row)) })),
  ...each('$ <End> g$', endOfLine),
  ['g_', lastText],
  ['|', ({ text, cursor, count }) => ({ row: cursor.row, col: Math.min(count - 1, text.line(cursor.row).length) })],
  ...each('w <S-Right>', (context) => wordForward(context, false)),
  ...each('W <C-Right>', (context) => wordForward(context, true)),
  ...each('b <S-Left>', (context) => wordBack(context, false)),
  ...each('B <C-Left>', (context) => wordBack(context, true)),
  ['e', (context) => wordEnd(context, false)],
  ['E', (context) => wordEnd(context, true)],
  ['ge', (context) => wordEndBack(context, false)],
  ['gE', (context) => wordEndBack(context, true)],
  ...each('G <C-End>', ({ text, count, counted }) => toLine(text, counted ? count - 1 : text.lines.length - 1, true)),
  ...each('gg <C-Home>', ({ text, count }) => toLine(text, count - 1, true)),
  ['go', ({ text, count }) => byteOffset(text, count - 1)],
  ['H', ({ text, top, count, margin = 0 }) => toLine(text, top + Math.max(count - 1, top === 0 ? 0 : margin), true)],
  ['M', ({ text, top, bottom }) => toLine(text, Math.floor((top + bottom) / 2), true)],
  [
    'L',
    ({ text, bottom, count, margin = 0 }) =>
      toLine(text, bottom - Math.max(count - 1, bottom >= text.lines.length - 1 ? 0 : margin), true),
  ],
  ['}', (context) => paragraph(context, 1)],
  ['{', (context) => paragraph(context, -1)],
  [')', (context) => sentence(context, true)],
  ['(', (context) => sentence(context, false)],
  ['%', matching],
  ...each(']] ][', section(1)),
  ...each('[[ []', section(-1)),
  ['[(', unmatched('(', ')', false)],
  ['])', unmatched(')', '(', true)],
  ['[{', unmatched('{', '}', false)],
  [']}', unmatched('}', '{', true)],
  ['f', (context) => findChar(context, true, false)],
  ['t', (context) => findChar(context, true, true)],
  ['F', (context) => findChar(context, false, false)],
  ['T', (context) => findChar(context, false, true)],
])

function byteOffset(text: Text, offset: number): Target {
  let left = offset
  for (const [row, line] of text.lines.entries()) {
    if (left <= line.length) return { row, col: left, jump: true }
    left -= line.length + 1
  }
  return toLine(text, text.lines.length - 1, true)
}
