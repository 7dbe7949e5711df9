import { JqError, type Json } from './ast.ts'
import { isObject, shown, typeName } from './json.ts'

export type Results = Generator<Json, void, void>

export const truthy = (value: Json): boolean => value !== null && value !== false
export const fail = (message: string): never => {
  throw new JqError(message)
}

export function indexInto(value: Json, key: Json): Json {
  if (value === null) return null
  if (isObject(value) && typeof key === 'string') return Object.hasOwn(value, key) ? (value[key] ?? null) : null
  if (Array.isArray(value) && typeof key === 'number')
    return value[key < 0 ? value.length + Math.floor(key) : Math.floor(key)] ?? null
  return fail(`Cannot index ${typeName(value)} with ${typeof key === 'string' ? `"${key}"` : typeName(key)}`)
}

export function valuesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value
  return isObject(value)
    ? Object.values(value)
    : fail(`Cannot iterate over ${typeName(value)}${value === null ? '' : ` (${shown(value)})`}`)
}
