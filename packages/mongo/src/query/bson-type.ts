import { Binary, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'

/** BSON's types by name and by the number that `$type` takes for each. bsonspec.org */
const NUMBERS: Readonly<Record<string, number>> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  javascript: 13,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
}

const CLASSES: readonly (readonly [new (...args: never[]) => object, string])[] = [
  [ObjectId, 'objectId'],
  [Date, 'date'],
  [RegExp, 'regex'],
  [Binary, 'binData'],
  [Uint8Array, 'binData'],
  [Long, 'long'],
  [Decimal128, 'decimal'],
  [Timestamp, 'timestamp'],
  [MinKey, 'minKey'],
  [MaxKey, 'maxKey'],
  [Array, 'array'],
]
const PRIMITIVES: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', undefined: 'missing' }
const NUMERIC = new Set(['int', 'long', 'double', 'decimal'])

export function bsonTypeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number')
    return Number.isInteger(value) ? (Math.abs(value) < 2 ** 31 ? 'int' : 'long') : 'double'
  if (typeof value !== 'object') return PRIMITIVES[typeof value] ?? typeof value
  return CLASSES.find(([type]) => value instanceof type)?.[1] ?? 'object'
}

/** Whether a value is of a type that a query names, by name, number or `number`. */
export function isOfType(value: unknown, wanted: unknown): boolean {
  const type = bsonTypeOf(value)
  if (wanted === 'number') return NUMERIC.has(type)
  // A whole number may have come as any of them.
  if (type === 'int' && (wanted === 'double' || wanted === 'long' || wanted === 1 || wanted === 18)) return true
  return type === wanted || NUMBERS[type] === wanted
}
