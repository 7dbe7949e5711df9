import { Binary, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'

/** The types of BSON by the name of their class, and how a value of each is told from others of it. */
const KEYS: readonly (readonly [new (...args: never[]) => object, string, (value: never) => string])[] = [
  [ObjectId, 'o', (value: ObjectId) => value.toHexString()],
  [Date, 'd', (value: Date) => String(value.getTime())],
  [Long, 'n', (value: Long) => value.toString()],
  [Decimal128, 'n', (value: Decimal128) => String(Number(value.toString()))],
  [Binary, 'b', (value: Binary) => `${value.sub_type}:${value.toString('hex')}`],
  [Timestamp, 't', (value: Timestamp) => value.toString()],
  [RegExp, 'r', (value: RegExp) => String(value)],
  [MinKey, '-', () => ''],
  [MaxKey, '+', () => ''],
]

/** A text that two values share when an index takes them for the same. */
export function keyOf(value: unknown): string {
  if (value === null || value === undefined) return 'z'
  if (typeof value === 'number') return `n${Object.is(value, -0) ? 0 : value}`
  if (typeof value === 'string') return `s${value}`
  if (typeof value !== 'object') return `${typeof value}${String(value)}`
  const row = KEYS.find(([type]) => value instanceof type)
  if (row) return row[1] + row[2](value as never)
  if (Array.isArray(value)) return `[${value.map((each) => JSON.stringify(keyOf(each))).join()}]`
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(keyOf(each))}`)
    .join()}}`
}

/** What a dotted path leads to, arrays walked through; `[undefined]` where there is nothing. */
export function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [name, ...rest] = path
  if (name === undefined) return Array.isArray(value) && value.length > 0 ? value : [value]
  if (Array.isArray(value) && !/^\d+$/.test(name)) return value.flatMap((each) => valuesAt(each, path))
  if (value === null || typeof value !== 'object') return [undefined]
  return valuesAt((value as Record<string, unknown>)[name], rest)
}
