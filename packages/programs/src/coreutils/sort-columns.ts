import type { LineTable } from '../text/line-table.ts'
import { decodeText } from '../text/encoding.ts'
import { compareVersions } from './ls-sort.ts'
import type { SortFlags, SortKey } from './sort-keys.ts'
import { numberReaders, readNumber } from './sort-numbers.ts'
import type { LineOrder } from './sort-order.ts'

/** So many bytes make a whole number that a double holds. */
const RANK_BYTES = 6

/** What lines are compared by, worked out once for each line. */
export interface Column {
  /** Tells most lines apart, ascending. */
  readonly ranks: Float64Array
  /** For equal ranks; undefined where those are equal lines. */
  readonly ties: LineOrder | undefined
  readonly reverse: boolean
}

/** Part of each line: from and to in `bytes`, which are the table's own or changed ones. */
interface Parts {
  bytes: Uint8Array
  readonly from: Uint32Array
  readonly to: Uint32Array
}

/** @param separator bytes of the field separator; undefined for blanks @param salt of -R */
export function columnOf(
  table: LineTable,
  key: SortKey | undefined,
  flags: SortFlags,
  separator: Uint8Array | undefined,
  salt: number,
): Column {
  const parts = key ? fields(table, key, separator) : wholeLines(table, flags.blanks)
  if (flags.dictionary || flags.printable || flags.foldCase) fold(parts, flags)
  const { reverse, kind } = flags
  if (kind === '') return { ...textColumn(parts), reverse }
  if (kind === 'n') return { ranks: numbers(parts), ties: undefined, reverse }
  const text = (line: number): string => decodeText(parts.bytes.subarray(parts.from[line], parts.to[line]))
  const ranks = new Float64Array(table.length)
  if (kind === 'V') return { ranks, ties: (a, b) => compareVersions(text(a), text(b)), reverse }
  const reader = numberReaders(salt)[kind]
  for (let line = 0; line < ranks.length; line++) ranks[line] = reader?.(text(line)) ?? 0
  return { ranks, ties: undefined, reverse }
}

/** Whole lines, byte by byte: the last resort, which few lines come to. */
export function lineOrder({ bytes, starts }: LineTable, reverse: boolean): LineOrder {
  const sign = reverse ? -1 : 1
  return (a, b) => {
    let [left, right] = [starts[a] ?? 0, starts[b] ?? 0]
    // Without the separators.
    const [leftEnd, rightEnd] = [(starts[a + 1] ?? 1) - 1, (starts[b + 1] ?? 1) - 1]
    const end = left + Math.min(leftEnd - left, rightEnd - right)
    for (; left < end; left++, right++) {
      const difference = (bytes[left] ?? 0) - (bytes[right] ?? 0)
      if (difference !== 0) return sign * difference
    }
    return sign * (leftEnd - left - (rightEnd - right))
  }
}

function wholeLines({ bytes, starts, length }: LineTable, blanks: boolean): Parts {
  const from = starts.slice(0, length)
  const to = starts.slice(1)
  for (let line = 0; line < to.length; line++) to[line] = (to[line] ?? 1) - 1
  if (blanks)
    for (let line = 0; line < from.length; line++) from[line] = skipBlanks(bytes, from[line] ?? 0, to[line] ?? 0)
  return { bytes, from, to }
}

function fields(table: LineTable, key: SortKey, separator: Uint8Array | undefined): Parts {
  const { bytes } = table
  const parts = { bytes, from: new Uint32Array(table.length), to: new Uint32Array(table.length) }
  for (let line = 0; line < table.length; line++) {
    const [start, end] = [table.from(line), table.to(line)]
    const from = fieldStart(bytes, start, end, key, separator)
    parts.from[line] = from
    parts.to[line] = Math.max(from, fieldEnd(bytes, start, end, key, separator))
  }
  return parts
}

function fieldStart(bytes: Uint8Array, start: number, end: number, key: SortKey, separator?: Uint8Array): number {
  let at = skipFields(bytes, start, end, key.startField - 1, separator)
  if (key.startBlanks) at = skipBlanks(bytes, at, end)
  return Math.min(end, at + key.startChar - 1)
}

function fieldEnd(bytes: Uint8Array, start: number, end: number, key: SortKey, separator?: Uint8Array): number {
  if (key.endField === undefined) return end
  if (key.endChar === 0 && !separator) return skipFields(bytes, start, end, key.endField)
  let at = skipFields(bytes, start, end, key.endField - 1, separator)
  if (key.endChar === 0 && separator) return nextSeparator(bytes, at, end, separator)
  if (key.endBlanks) at = skipBlanks(bytes, at, end)
  return Math.min(end, at + key.endChar)
}

/** Where the field after `count` others starts: behind its separator, or at the blanks before it. The line's end if there is none. */
function skipFields(bytes: Uint8Array, start: number, end: number, count: number, separator?: Uint8Array): number {
  let at = start
  for (let left = count; left > 0 && at < end; left--) {
    if (!separator) {
      at = skipBlanks(bytes, at, end)
      while (at < end && !isBlank(bytes[at])) at++
    } else {
      at = nextSeparator(bytes, at, end, separator)
      if (at < end) at += separator.length
    }
  }
  return at
}

const isAt = (bytes: Uint8Array, at: number, separator: Uint8Array): boolean => {
  if (bytes[at] !== separator[0]) return false
  for (let i = 1; i < separator.length; i++) if (bytes[at + i] !== separator[i]) return false
  return true
}
function nextSeparator(bytes: Uint8Array, from: number, end: number, separator: Uint8Array): number {
  let at = from
  while (at < end && !isAt(bytes, at, separator)) at++
  return at
}

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9
function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(bytes[at])) at++
  return at
}

/** -d, -i and -f: parts of other bytes. */
function fold(parts: Parts, flags: SortFlags): void {
  const map = foldTable(flags)
  const { bytes, from, to } = parts
  let length = 0
  for (let line = 0; line < from.length; line++) length += (to[line] ?? 0) - (from[line] ?? 0)
  const folded = new Uint8Array(length)
  let at = 0
  for (let line = 0; line < from.length; line++) {
    const start = at
    for (let i = from[line] ?? 0; i < (to[line] ?? 0); i++) {
      const byte = map[bytes[i] ?? 0] ?? -1
      if (byte >= 0) folded[at++] = byte
    }
    from[line] = start
    to[line] = at
  }
  parts.bytes = folded
}

/** What becomes of each byte; -1 where it is passed over. */
function foldTable(flags: SortFlags): Int16Array {
  const table = new Int16Array(256)
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte)
    const left = (flags.dictionary && !/[A-Za-z0-9 \t]/.test(char)) || (flags.printable && !/[\x20-\x7e]/.test(char))
    table[byte] = left ? -1 : flags.foldCase && byte >= 97 && byte <= 122 ? byte - 32 : byte
  }
  return table
}

function numbers({ bytes, from, to }: Parts): Float64Array {
  const ranks = new Float64Array(from.length)
  for (let line = 0; line < ranks.length; line++) ranks[line] = readNumber(bytes, from[line] ?? 0, to[line] ?? 0)
  return ranks
}

/** The rank is the bytes behind what all of them begin with. */
function textColumn({ bytes, from, to }: Parts): { ranks: Float64Array; ties: LineOrder } {
  const shared = sharedPrefix(bytes, from, to)
  const ranks = new Float64Array(from.length)
  for (let line = 0; line < ranks.length; line++) {
    const start = (from[line] ?? 0) + shared
    const end = to[line] ?? 0
    let rank = 0
    for (let at = start; at < start + RANK_BYTES; at++) rank = rank * 256 + (at < end ? (bytes[at] ?? 0) : 0)
    ranks[line] = rank
  }
  const ties: LineOrder = (a, b) => {
    let left = (from[a] ?? 0) + shared
    let right = (from[b] ?? 0) + shared
    const leftEnd = to[a] ?? 0
    const rightEnd = to[b] ?? 0
    // The rank has told that these are the same.
    if (leftEnd - left >= RANK_BYTES && rightEnd - right >= RANK_BYTES) {
      left += RANK_BYTES
      right += RANK_BYTES
    }
    const end = left + Math.min(leftEnd - left, rightEnd - right)
    for (; left < end; left++, right++) {
      const difference = (bytes[left] ?? 0) - (bytes[right] ?? 0)
      if (difference !== 0) return difference
    }
    return leftEnd - left - (rightEnd - right)
  }
  return { ranks, ties }
}

function sharedPrefix(bytes: Uint8Array, from: Uint32Array, to: Uint32Array): number {
  const first = from[0] ?? 0
  let shared = (to[0] ?? 0) - first
  for (let line = 1; line < from.length && shared > 0; line++) {
    const start = from[line] ?? 0
    shared = Math.min(shared, (to[line] ?? 0) - start)
    let same = 0
    while (same < shared && bytes[first + same] === bytes[start + same]) same++
    shared = same
  }
  return shared
}

/** By one column after another. @param last for lines that all columns leave equal */
export function orderBy(columns: readonly Column[], last?: LineOrder): LineOrder {
  const [first, ...others] = columns
  if (!first) return last ?? (() => 0)
  const rest = others.length > 0 ? orderBy(others, last) : last
  const { ranks, ties, reverse } = first
  const sign = reverse ? -1 : 1
  return (a, b) => {
    const [rank, other] = [ranks[a] ?? 0, ranks[b] ?? 0]
    if (rank !== other) return rank < other ? -sign : sign
    const order = ties ? sign * ties(a, b) : 0
    return order === 0 && rest ? rest(a, b) : order
  }
}
