import { crc32 } from '@drydock/codec'
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
]
