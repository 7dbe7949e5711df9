import type { Json } from './ast.ts'
import { fail, indexInto } from './access.ts'
import { compareJson, isObject, typeName } from './json.ts'

/** Where something stands: keys, numbers, and `{start, end}` of slices. */
export type Path = readonly Json[]
interface Range {
  readonly start: Json
  readonly end: Json
}

const bounds = ({ start, end }: Range, length: number): [number, number] => {
  const at = (value: Json, otherwise: number, round: (n: number) => number): number => {
    if (value === null) return otherwise
    if (typeof value !== 'number') return fail('Start and end indices of an array slice must be numbers')
    const place = value < 0 ? value + length : value
    return Math.max(0, Math.min(length, round(place)))
  }
  const from = at(start, 0, Math.floor)
  return [from, Math.max(from, at(end, length, Math.ceil))]
}

export function sliceOf(value: Json, range: Range): Json {
  if (value === null) return null
  if (typeof value === 'string') {
    const chars = [...value]
    return chars.slice(...bounds(range, chars.length)).join('')
  }
  if (!Array.isArray(value)) return fail(`Cannot index ${typeName(value)} with object`)
  return value.slice(...bounds(range, value.length))
}

const isRange = (key: Json): key is { start: Json; end: Json } => isObject(key)

export const getPath = (value: Json, path: Path): Json =>
  path.reduce<Json>(
    (at, key) => (at === null ? null : isRange(key) ? sliceOf(at, key as unknown as Range) : indexInto(at, key)),
    value,
  )

/** A copy with another value at a place; what is missing on the way is made. */
export function setPath(value: Json, path: Path, to: Json): Json {
  const [key, ...rest] = path
  if (key === undefined) return to
  if (isRange(key)) {
    const list = value === null ? [] : value
    const inner = setPath(sliceOf(list, key as unknown as Range), rest, to)
    if (!Array.isArray(list) || !Array.isArray(inner))
      return fail('A slice of an array can only be assigned another array')
    const [from, end] = bounds(key as unknown as Range, list.length)
    return [...list.slice(0, from), ...inner, ...list.slice(end)]
  }
  const inner = setPath(indexInto(value, key), rest, to)
  if (typeof key === 'string') {
    if (value !== null && !isObject(value)) return fail(`Cannot index ${typeName(value)} with "${key}"`)
    return { ...value, [key]: inner }
  }
  if (typeof key !== 'number' || (value !== null && !Array.isArray(value)))
    return fail(`Cannot index ${typeName(value)} with ${typeName(key)}`)
  const copy = Array.isArray(value) ? [...value] : []
  const at = key < 0 ? copy.length + key : key
  if (at < 0) return fail('Out of bounds negative array index')
  while (copy.length < at) copy.push(null)
  copy[at] = inner
  return copy
}

function deletePath(value: Json, path: Path): Json {
  const [key, ...rest] = path
  if (key === undefined || value === null) return null
  if (rest.length > 0) {
    const inner = isRange(key) ? sliceOf(value, key as unknown as Range) : indexInto(value, key)
    return inner === null ? value : setPath(value, [key], deletePath(inner, rest))
  }
  if (isRange(key)) {
    if (!Array.isArray(value)) return fail(`Cannot delete field at object index of ${typeName(value)}`)
    const [from, end] = bounds(key as unknown as Range, value.length)
    return [...value.slice(0, from), ...value.slice(end)]
  }
  if (isObject(value) && typeof key === 'string')
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  if (!Array.isArray(value) || typeof key !== 'number')
    return fail(`Cannot delete field at ${typeName(key) === 'string' ? 'object' : 'array'} index of ${typeName(value)}`)
  const at = key < 0 ? value.length + key : key
  return value.filter((_, each) => each !== at)
}

/** From the last to the first, so that places stay what they are. */
export const deletePaths = (value: Json, paths: readonly Path[]): Json =>
  paths
    .toSorted(compareJson)
    .reverse()
    .reduce<Json>((left, path) => deletePath(left, path), value)
