const SUFFIXES = ' KMGTPEZYRQ'
const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
/** Digits that a double holds for certain. */
const SURE_DIGITS = 15
const MINUS = 45
const POINT = 46

/** -n: blanks, perhaps a minus, digits with a point; 0 without any. */
export function readNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && (bytes[at] === 32 || bytes[at] === 9)) at++
  const negative = bytes[at] === MINUS && at < to
  if (negative) at++
  const start = at
  let value = 0
  for (; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  if (at < to && bytes[at] === POINT) return withFraction(bytes, start, to, negative)
  if (at - start > SURE_DIGITS) value = Number(latin(bytes, start, at))
  return negative && value !== 0 ? -value : value
}

/** Digits before and behind the point as one whole number, and that by a power of ten: both exact, so is their quotient. */
function withFraction(bytes: Uint8Array, start: number, to: number, negative: boolean): number {
  let [at, value, point] = [start, 0, -1]
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0
    if (byte === POINT && point < 0) point = at
    else if (byte < 48 || byte > 57) break
    else value = value * 10 + byte - 48
  }
  const number = at - start > SURE_DIGITS ? Number(latin(bytes, start, at)) || 0 : value / 10 ** (at - point - 1)
  return negative && number !== 0 ? -number : number
}

const latin = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

/** -h: the suffix goes before the value, so each power has a range of its own. */
function human(text: string): number {
  const match = /^[ \t]*(-?)(\d*\.?\d*)([kKMGTPEZYRQ]?)/.exec(text)
  const value = Number(match?.[2] || 0) || 0
  if (value === 0) return 0
  const power = SUFFIXES.indexOf((match?.[3] || ' ').toUpperCase())
  // Up to 1e300 in a range: 11 ranges below the largest double would not fit, their logarithms do.
  const rank = power * 1000 + 400 + Math.log10(value)
  return match?.[1] === '-' ? -rank : rank
}

/** For minus infinity: what is no number comes first, then NaN, then this. */
const LOWEST = -1.797e308

function general(text: string): number {
  const match = /^\s*[+-]?(inf(inity)?|nan|0x[\da-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)/i
    .exec(text)?.[0]
    .trim()
    .toLowerCase()
  if (match === undefined) return -Infinity
  if (match.includes('inf')) return match.startsWith('-') ? LOWEST : Infinity
  return match.includes('nan') ? -Number.MAX_VALUE : Number(match)
}

const month = (text: string): number => MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase())

function hash(text: string, salt: number): number {
  let h = salt
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** Keys that are compared as numbers, by the letter of their option. @param salt of -R */
export const numberReaders = (salt: number): Readonly<Record<string, (text: string) => number>> => ({
  g: general,
  h: human,
  M: month,
  R: (text) => hash(text, salt),
})
