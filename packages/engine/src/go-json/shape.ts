/** Types of Go, as far as encoding/json looks at them when it fills a value. */
export type Shape =
  | { readonly kind: 'string' | 'bool' | 'number'; readonly go: string }
  | { readonly kind: 'list'; readonly go: string; readonly of: Shape }
  | { readonly kind: 'map'; readonly go: string; readonly of: Shape }
  | { readonly kind: 'struct'; readonly go: string; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'any' | 'words'; readonly go: string }

/** `path` is the way through embedded structs, with a dot behind each: `Resources.`. */
interface Field {
  readonly shape: Shape
  readonly owner: string
  readonly path: string
}

export const text: Shape = { kind: 'string', go: 'string' }
export const bool: Shape = { kind: 'bool', go: 'bool' }
export const number = (go = 'int64'): Shape => ({ kind: 'number', go })
export const any: Shape = { kind: 'any', go: 'interface {}' }
export const list = (of: Shape, go = `[]${of.go}`): Shape => ({ kind: 'list', go, of })
export const map = (of: Shape, go = `map[string]${of.go}`): Shape => ({ kind: 'map', go, of })
/** Takes one string as well as a list. strslice.StrSlice */
export const words: Shape = { kind: 'words', go: 'string' }

/**
 * @param name with its package, as Go prints the type: `container.HostConfig`
 * @param embedded structs whose fields are its own, by their name
 */
export function struct(
  name: string,
  fields: Readonly<Record<string, Shape>>,
  embedded: Readonly<Record<string, Shape>> = {},
): Shape {
  const owner = name.slice(name.lastIndexOf('.') + 1)
  const own = Object.entries(fields).map(([key, shape]): [string, Field] => [key, { shape, owner, path: '' }])
  const taken = Object.entries(embedded).flatMap(([part, shape]) =>
    shape.kind === 'struct'
      ? [...shape.fields].map(([key, field]): [string, Field] => [
          key,
          { ...field, owner, path: `${part}.${field.path}` },
        ])
      : [],
  )
  return { kind: 'struct', go: name, fields: new Map([...taken, ...own]) }
}

const KINDS: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', number: 'number' }
const wordFor = (value: unknown): string => (Array.isArray(value) ? 'array' : (KINDS[typeof value] ?? 'object'))

interface Place {
  readonly owner: string
  readonly path: string
}

/**
 * What json.Unmarshal says where a value does not fit; unknown fields and null always do. UnmarshalTypeError
 * @returns the sentence of the first that does not fit
 */
export function typeError(shape: Shape, value: unknown, place?: Place): string | undefined {
  if (value === null || value === undefined || shape.kind === 'any') return undefined
  if (shape.kind === 'words') return isWords(value) ? undefined : sentence(wordFor(value), shape.go, place)
  if (shape.kind === 'struct' && isObject(value)) return structError(shape.fields, value, place)
  if (shape.kind === 'map' && isObject(value)) return firstError(Object.values(value), shape.of, place)
  if (shape.kind === 'list' && Array.isArray(value)) return firstError(value, shape.of, place)
  if (shape.kind === KINDS[typeof value]) {
    const fits = shape.kind !== 'number' || Number.isInteger(value) || shape.go.startsWith('float')
    return fits ? undefined : sentence(`number ${String(value)}`, shape.go, place)
  }
  return sentence(wordFor(value), shape.go, place)
}

const isWords = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function structError(
  fields: ReadonlyMap<string, Field>,
  value: Record<string, unknown>,
  place: Place | undefined,
): string | undefined {
  for (const [key, each] of Object.entries(value)) {
    const field = fields.get(key)
    if (!field) continue
    const path = `${place ? `${place.path}.` : ''}${field.path}${key}`
    const problem = typeError(field.shape, each, { owner: field.owner, path })
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The value with its maps in the order in which Go writes them: by key. Fields of structs stay where they are. */
export function inKeyOrder(shape: Shape, value: unknown): unknown {
  if (Array.isArray(value)) return shape.kind === 'list' ? value.map((each) => inKeyOrder(shape.of, each)) : value
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  if (shape.kind === 'map')
    return Object.fromEntries(byKey(entries).map(([key, each]) => [key, inKeyOrder(shape.of, each)]))
  if (shape.kind !== 'struct') return value
  const { fields } = shape
  return Object.fromEntries(entries.map(([key, each]) => [key, inKeyOrder(fields.get(key)?.shape ?? any, each)]))
}

export const byKey = <T>(entries: readonly [string, T][]): [string, T][] =>
  entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

const firstError = (values: readonly unknown[], of: Shape, place: Place | undefined): string | undefined =>
  values.map((value) => typeError(of, value, place)).find((problem) => problem !== undefined)

const sentence = (value: string, type: string, place: Place | undefined): string =>
  place
    ? `json: cannot unmarshal ${value} into Go struct field ${place.owner}.${place.path} of type ${type}`
    : `json: cannot unmarshal ${value} into Go value of type ${type}`
