/** Values of templates as Go's fmt prints them, and the truth text/template sees in them. */

/** A field of a row that is made when asked for; those with parameters are methods (`{{.Label "a"}}`). */
export type RowField = unknown | ((...args: unknown[]) => unknown)
/** What a template is given for one line of a table. */
export type Row = ReadonlyMap<string, RowField>

/** A nil slice or map of Go: printed as empty, null in JSON. */
export class Nil {
  readonly text: string
  constructor(text: '[]' | 'map[]') {
    this.text = text
  }
  toJSON(): null {
    return null
  }
}

/** Go's time.Time: printed by its String, RFC 3339 in JSON. */
export class GoTime {
  readonly rfc3339: string
  constructor(rfc3339: string) {
    this.rfc3339 = rfc3339
  }
  toString(): string {
    return this.rfc3339
      .replace('T', ' ')
      .replace(/Z$/, ' +0000 UTC')
      .replace(/([+-]\d\d):(\d\d)$/, ' $1$2')
  }
  toJSON(): string {
    return this.rfc3339
  }
}

/** Go's []byte: numbers by %v, text by %s, base64 in JSON. */
export class GoBytes {
  readonly base64: string
  constructor(base64: string) {
    this.base64 = base64
  }
  private get bytes(): Uint8Array {
    return Uint8Array.from(atob(this.base64), (c) => c.charCodeAt(0))
  }
  get text(): string {
    return new TextDecoder().decode(this.bytes)
  }
  toString(): string {
    return `[${this.bytes.join(' ')}]`
  }
  toJSON(): string {
    return this.base64
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Map) &&
  !(value instanceof Nil) &&
  !(value instanceof GoTime) &&
  !(value instanceof GoBytes)

/** JSON does not say which objects are structs in Go: those whose keys are all exported names. */
export const looksLikeStruct = (value: Record<string, unknown>): boolean => {
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => /^[A-Z][A-Za-z0-9]*$/.test(key))
}

export const isTrue = (value: unknown): boolean => {
  if (value instanceof Nil) return false
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (isRecord(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

/** fmt's %v. */
export function printValue(value: unknown, nested = false): string {
  if (value === undefined) return '<no value>'
  if (value === null) return '<nil>'
  if (value instanceof Nil) return value.text
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map((each) => printValue(each, true)).join(' ')}]`
  if (value instanceof Map) return printMap([...value].filter(([, each]) => typeof each !== 'function'))
  if (!isRecord(value)) return String(value)
  if (looksLikeStruct(value))
    return `{${Object.values(value)
      .map((each) => printValue(each, true))
      .join(' ')}}`
  return nested || Object.keys(value).length > 0 ? printMap(Object.entries(value)) : 'map[]'
}

/** What a set's members point to: `map[string]struct{}`. */
const isEmptyStruct = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0

const printMap = (entries: readonly (readonly [unknown, unknown])[]): string => {
  const sorted = entries.map(([key, each]) => [String(key), each] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `map[${sorted.map(([key, each]) => `${key}:${isEmptyStruct(each) ? '{}' : printValue(each, true)}`).join(' ')}]`
}

/** encoding/json with its escapes of `<`, `>` and `&`; a row becomes an object with its fields in order of name. */
export function toJson(value: unknown, escapeHtml: boolean): string {
  const text = JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? rowObject(each) : each)) ?? 'null'
  return escapeHtml ? text.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`) : text
}

const rowObject = (row: Row): Record<string, unknown> =>
  Object.fromEntries(
    [...row]
      .filter(([, field]) => typeof field !== 'function' || field.length === 0)
      .map(([name, field]) => [name, typeof field === 'function' ? (field as () => unknown)() : field] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
