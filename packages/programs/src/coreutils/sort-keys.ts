import { compareText, compareVersions } from './ls-sort.ts'

export interface SortFlags {
  readonly blanks: boolean
  readonly dictionary: boolean
  readonly foldCase: boolean
  readonly printable: boolean
  readonly reverse: boolean
  /** Letter of the comparison: n g h M V R, or '' for text. */
  readonly kind: string
}

/** `-k F[.C][OPTS][,F[.C][OPTS]]`; fields and characters count from 1, an end character 0 is the end of the field. */
export interface SortKey {
  readonly startField: number
  readonly startChar: number
  readonly endField: number | undefined
  readonly endChar: number
  readonly startBlanks: boolean
  readonly endBlanks: boolean
  readonly flags: SortFlags
}

const KEY = /^(\d+)(?:\.(\d+))?([bdfginhMRrV]*)(?:,(\d+)(?:\.(\d+))?([bdfginhMRrV]*))?$/

/** @returns a message for a key that cannot be read */
export function parseKey(text: string, globals: SortFlags): SortKey | string {
  const match = KEY.exec(text)
  if (!match)
    return /^\d/.test(text)
      ? `stray character in field spec: invalid field specification '${text}'`
      : `invalid number at field start: invalid count at start of '${text}'`
  const [, field = '1', char = '1', options = '', endField, endChar = '0', endOptions = ''] = match
  if (Number(field) === 0) return `field number is zero: invalid field specification '${text}'`
  const letters = options + endOptions
  const kind = [...letters].find((letter) => 'nghMVR'.includes(letter)) ?? ''
  const own: SortFlags = {
    blanks: letters.includes('b'),
    dictionary: letters.includes('d'),
    foldCase: letters.includes('f'),
    printable: letters.includes('i'),
    reverse: letters.includes('r'),
    kind,
  }
  const flags = letters === '' ? globals : own
  return {
    startField: Number(field),
    startChar: Number(char),
    endField: endField === undefined ? undefined : Number(endField),
    endChar: Number(endChar),
    startBlanks: letters === '' ? globals.blanks : options.includes('b'),
    endBlanks: letters === '' ? globals.blanks : endOptions.includes('b'),
    flags,
  }
}

/** Where each field starts and ends. Without a separator a field begins with the blanks before it. */
function fieldBounds(line: string, separator: string | undefined): [number, number][] {
  const bounds: [number, number][] = []
  if (separator === undefined) {
    for (const match of line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g))
      bounds.push([match.index, match.index + match[0].length])
    return bounds
  }
  let start = 0
  for (;;) {
    const end = line.indexOf(separator, start)
    bounds.push([start, end < 0 ? line.length : end])
    if (end < 0) return bounds
    start = end + separator.length
  }
}

const skipBlanks = (line: string, at: number): number => {
  let i = at
  while (line[i] === ' ' || line[i] === '\t') i++
  return i
}

function extract(line: string, key: SortKey, separator: string | undefined): string {
  const bounds = fieldBounds(line, separator)
  const start = bounds[key.startField - 1]
  if (!start) return ''
  const from = (key.startBlanks ? skipBlanks(line, start[0]) : start[0]) + key.startChar - 1
  if (key.endField === undefined) return line.slice(Math.min(from, line.length))
  const end = bounds[key.endField - 1]
  if (!end) return line.slice(from)
  const to = key.endChar === 0 ? end[1] : (key.endBlanks ? skipBlanks(line, end[0]) : end[0]) + key.endChar
  return line.slice(from, Math.max(from, Math.min(to, line.length)))
}

const SUFFIXES = ' KMGTPEZYRQ'
const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
export function leadingNumber(text: string): number {
  const quick = plainDigits(text)
  return quick ?? (Number(/^[ \t]*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0)
}

/** Lines of nothing but a few digits, which are what is mostly sorted by number. */
function plainDigits(text: string): number | undefined {
  if (text.length > 15 || text.length === 0) return undefined
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

function human(text: string): [number, number] {
  const match = /^[ \t]*(-?\d*\.?\d*)([kKMGTPEZYRQ]?)/.exec(text)
  const value = Number(match?.[1] || 0) || 0
  const power = value === 0 ? 0 : SUFFIXES.indexOf((match?.[2] || ' ').toUpperCase())
  return [value < 0 ? -power : power, value]
}
const general = (text: string): number => {
  const match = /^\s*[+-]?(inf(inity)?|nan|0x[\da-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)/i
    .exec(text)?.[0]
    .trim()
    .toLowerCase()
  if (match === undefined) return -Infinity
  if (match.includes('inf')) return match.startsWith('-') ? -Number.MAX_VALUE : Infinity
  return match.includes('nan') ? -Number.MAX_VALUE : Number(match)
}
const month = (text: string): number => MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase())

function hash(text: string, salt: number): number {
  let h = salt
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
const difference = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

function byKind(kind: string, salt: number): (a: string, b: string) => number {
  if (kind === 'n') return (a, b) => difference(leadingNumber(a), leadingNumber(b))
  if (kind === 'g') return (a, b) => difference(general(a), general(b))
  if (kind === 'M') return (a, b) => difference(month(a), month(b))
  if (kind === 'V') return compareVersions
  if (kind === 'R') return (a, b) => difference(hash(a, salt), hash(b, salt))
  if (kind === 'h')
    return (a, b) => {
      const [x, y] = [human(a), human(b)]
      return difference(x[0], y[0]) || difference(x[1], y[1])
    }
  return compareText
}

function fold(text: string, flags: SortFlags): string {
  let out = flags.blanks ? text.trimStart() : text
  if (flags.dictionary) out = out.replace(/[^A-Za-z0-9 \t]/g, '')
  if (flags.printable) out = out.replace(/[^\x20-\x7e]/g, '')
  return flags.foldCase ? out.toUpperCase() : out
}

export function lineComparator(
  keys: readonly SortKey[],
  globals: SortFlags,
  separator: string | undefined,
  salt: number,
): (a: string, b: string) => number {
  const compareBy = (flags: SortFlags): ((a: string, b: string) => number) => {
    const compare = byKind(flags.kind, salt)
    const sign = flags.reverse ? -1 : 1
    const folds = flags.blanks || flags.dictionary || flags.printable || flags.foldCase
    return folds ? (a, b) => sign * compare(fold(a, flags), fold(b, flags)) : (a, b) => sign * compare(a, b)
  }
  if (keys.length === 0) return compareBy(globals)
  const rows = keys.map((key) => ({ key, compare: compareBy(key.flags) }))
  return (a, b) => {
    for (const { key, compare } of rows) {
      const order = compare(extract(a, key, separator), extract(b, key, separator))
      if (order !== 0) return order
    }
    return 0
  }
}
