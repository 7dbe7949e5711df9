import { crc32 } from '@drydock/codec'
import { digests } from '../sql/users.ts'
import type { Value } from '../protocol.ts'
import { bytesOf, type Call, number, strict, text } from './call.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands at a path of members and places: `$.a.b[1]`; undefined for nothing. */
function at(document: unknown, path: string): unknown {
  let found = document
  for (const [, member, quoted, place] of path.matchAll(/\.(\w+)|\."([^"]*)"|\[(\d+)\]/g)) {
    if (place !== undefined) found = Array.isArray(found) ? (found as unknown[])[Number(place)] : undefined
    else found = isObject(found) ? found[member ?? quoted ?? ''] : undefined
  }
  return found
}

function parsed(value: Value | undefined): unknown {
  try {
    return JSON.parse(text(value)) as unknown
  } catch {
    return undefined
  }
}

/** As MySQL writes documents: a blank behind colons and commas. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (isObject(value))
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${shown(each)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole))
    return Array.isArray(part)
      ? part.every((each) => whole.some((other) => contains(other, each)))
      : whole.some((other) => contains(other, part))
  if (isObject(whole) && isObject(part))
    return Object.entries(part).every(([key, value]) => key in whole && contains(whole[key], value))
  return whole === part
}

const depth = (value: unknown): number => {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : undefined
  return inner ? 1 + Math.max(0, ...inner.map(depth)) : 1
}
const size = (value: unknown): number =>
  Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 1

/** Of a document: the rest is for SQLite's own functions. */
const JSON_FUNCTIONS: readonly (readonly [string, Call])[] = [
  ['json_length', strict((value, path) => lengthOf(at(parsed(value), text(path))))],
  [
    'json_keys',
    strict((value, path) => {
      const found = at(parsed(value), text(path))
      return isObject(found) ? shown(Object.keys(found)) : null
    }),
  ],
  ['json_contains', strict((whole, part, path) => (contains(at(parsed(whole), text(path)), parsed(part)) ? 1 : 0))],
  [
    'json_contains_path',
    strict((value, how, ...paths) => {
      const found = paths.map((path) => at(parsed(value), text(path)) !== undefined)
      return (text(how).toLowerCase() === 'all' ? found.every(Boolean) : found.some(Boolean)) ? 1 : 0
    }),
  ],
  ['json_depth', strict((value) => depth(parsed(value)))],
  ['json_pretty', strict((value) => JSON.stringify(parsed(value), undefined, 2))],
]

function lengthOf(value: unknown): Value {
  return value === undefined ? null : size(value)
}

/** A text counts as far as its digits go, and halves go away from zero. */
function whole(value: Value | undefined): number | bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Math.sign(value) * Math.round(Math.abs(value))
  return Number.parseInt(text(value).trim(), 10) || 0
}

const CODES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from('BFPV', (letter) => [letter, '1'])),
  ...Object.fromEntries(Array.from('CGJKQSXZ', (letter) => [letter, '2'])),
  ...{ D: '3', T: '3', L: '4', M: '5', N: '5', R: '6' },
}
/** MySQL's: of any length, and vowels part nothing. */
function soundex(word: string): string {
  const letters = word.toUpperCase().replace(/[^A-Z]/g, '')
  let last = CODES[letters[0] ?? ''] ?? ''
  let out = letters[0] ?? ''
  for (const letter of letters.slice(1)) {
    const code = CODES[letter] ?? ''
    if (code !== '' && code !== last) out += code
    if (code !== '') last = code
  }
  return out === '' ? '' : out.padEnd(4, '0')
}

/** YEARWEEK() in mode 0: weeks begin with Sundays, and the first one is that with the first Sunday. */
function yearWeek(value: string): Value {
  const date = new Date(`${value.slice(0, 10)}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) return null
  const sunday = new Date(date.getTime() - date.getUTCDay() * 86_400_000)
  const year = sunday.getUTCFullYear()
  const first = Date.UTC(year, 0, 1)
  return year * 100 + Math.floor((sunday.getTime() - first) / (7 * 86_400_000)) + 1
}

const bits = (value: number): string => (value >>> 0).toString(2)

/** Functions of texts and numbers beyond those of `functions.ts`. */
export const MORE_FUNCTIONS: readonly (readonly [string, Call])[] = [
  ...JSON_FUNCTIONS,
  ['crc32', strict((value) => crc32(bytesOf(value)) >>> 0)],
  ['oct', strict((value) => number(value).toString(8))],
  ['ord', strict((value) => text(value).codePointAt(0) ?? 0)],
  ['bit_count', strict((value) => [...bits(number(value))].filter((bit) => bit === '1').length)],
  ['bit_length', strict((value) => 8 * bytesOf(value).length)],
  [
    'mysql_insert',
    strict((value, from, length, by) => {
      const [whole, start] = [text(value), number(from)]
      if (start < 1 || start > whole.length) return whole
      return whole.slice(0, start - 1) + text(by) + whole.slice(start - 1 + Math.max(0, number(length)))
    }),
  ],
  ['from_base64', strict((value) => Uint8Array.from(atob(text(value)), (char) => char.charCodeAt(0)))],
  [
    'make_set',
    (mask, ...words) =>
      words
        .filter((word, i) => word !== null && (number(mask) >> i) & 1)
        .map(text)
        .join(','),
  ],
  ['regexp_substr', strict((value, pattern) => new RegExp(text(pattern), 'iu').exec(text(value))?.[0] ?? null)],
  ['regexp_instr', strict((value, pattern) => text(value).search(new RegExp(text(pattern), 'iu')) + 1)],
  ['benchmark', () => 0],
  ['mysql_signed', strict((value) => whole(value))],
  [
    'mysql_unsigned',
    strict((value) => {
      const given = whole(value)
      return given < 0 ? String(BigInt.asUintN(64, BigInt(given))) : given
    }),
  ],
  [
    'mysql_decimal',
    strict((value, scale) => Number((Number.parseFloat(text(value)) || 0).toFixed(Math.min(30, number(scale))))),
  ],
  ['is_free_lock', () => 1],
  ['is_used_lock', () => null],
  ['release_all_locks', () => 0],
  ['current_role', () => null],
  ['soundex', strict((value) => soundex(text(value)))],
  ['yearweek', strict((value) => yearWeek(text(value)))],
  ['password', strict((value) => (text(value) === '' ? '' : `*${digests(text(value))[0].toUpperCase()}`))],
  ['uncompressed_length', strict((value) => bytesOf(value).length)],
]
