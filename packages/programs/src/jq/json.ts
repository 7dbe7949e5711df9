import { JqError, type Json, type JsonObject } from './ast.ts'
import { JsonParser } from './json-parser.ts'

export const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const typeName = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
export const shown = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 11 ? `${text.slice(0, 10)}...` : text
}

const ORDER = ['null', 'boolean', 'number', 'string', 'array', 'object']
/** jq's order over all values. */
export function compareJson(a: Json, b: Json): number {
  const rank = ORDER.indexOf(typeName(a)) - ORDER.indexOf(typeName(b))
  if (rank !== 0) return rank
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b)
  if (isObject(a) && isObject(b)) {
    const [x, y] = [Object.keys(a).sort(), Object.keys(b).sort()]
    return (
      compareLists(x, y) ||
      compareLists(
        x.map((key) => a[key] ?? null),
        y.map((key) => b[key] ?? null),
      )
    )
  }
  if (a === b || a === null || b === null) return 0
  return a < b ? -1 : 1
}
function compareLists(a: readonly Json[], b: readonly Json[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareJson(a[i] ?? null, b[i] ?? null)
    if (order !== 0) return order
  }
  return a.length - b.length
}

const COMPARISONS = new Map<string, (order: number) => boolean>([
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
])
const NUMBERS = new Map<string, (a: number, b: number) => number>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => Math.trunc(a) % Math.trunc(b)],
])
const WORDS = new Map([
  ['+', 'added'],
  ['-', 'subtracted'],
  ['*', 'multiplied'],
  ['/', 'divided'],
  ['%', 'divided'],
])

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const old = merged[key] ?? null
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value
  }
  return merged
}

/** @throws JqError for types that the operator does not take */
export function arithmetic(operator: string, a: Json, b: Json): Json {
  const holds = COMPARISONS.get(operator)
  if (holds) return holds(compareJson(a, b))
  if (typeof a === 'number' && typeof b === 'number') {
    if ((operator === '/' || operator === '%') && b === 0)
      throw new JqError(`number (${a}) and number (${b}) cannot be divided because the divisor is zero`)
    return NUMBERS.get(operator)?.(a, b) ?? null
  }
  if (operator === '+' && a === null) return b
  if (operator === '+' && b === null) return a
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b
  if (operator === '+' && Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  if (operator === '+' && isObject(a) && isObject(b)) return { ...a, ...b }
  if (operator === '*' && isObject(a) && isObject(b)) return merge(a, b)
  if (operator === '*' && typeof a === 'string' && typeof b === 'number')
    return b <= 0 ? null : a.repeat(Math.max(1, b))
  if (operator === '-' && Array.isArray(a) && Array.isArray(b))
    return a.filter((each) => !b.some((other) => compareJson(each, other) === 0))
  if (operator === '/' && typeof a === 'string' && typeof b === 'string') return a.split(b)
  throw new JqError(
    `${typeName(a)} (${shown(a)}) and ${typeName(b)} (${shown(b)}) cannot be ${WORDS.get(operator) ?? 'used'}`,
  )
}

/**
 * The values of a text, which may hold many.
 * @param onEnd  hears where each ends, an index
 * @throws JsonProblem
 */
export function* documents(text: string, onEnd: (at: number) => void = () => undefined): Generator<Json, void, void> {
  const token = /\s*(?:"(?:[^"\\]|\\.)*"|[[\]{}]|[,:]|[^\s[\]{},:"]+)/gy
  let depth = 0
  let start = 0
  token.lastIndex = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const mark = match[0].trim()
    if (mark === '[' || mark === '{') depth++
    else if (mark === ']' || mark === '}') depth--
    if (depth > 0) continue
    const { lastIndex } = token
    onEnd(lastIndex)
    const value = parsed(text.slice(start, lastIndex))
    if (!value) return yield* new JsonParser(text, start).values()
    yield value.value
    start = lastIndex
  }
  if (text.slice(start).trim() === '') return
  onEnd(text.length)
  yield* new JsonParser(text, start).values()
}

function parsed(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
