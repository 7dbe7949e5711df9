import type { Value } from '../protocol.ts'
import { type Call, number, strict, text } from './call.ts'

/** In front of a text that is a document, and no string that has to become one. */
export const DOCUMENT = '\u0001json:'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const isObject = (value: unknown): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As MySQL writes documents: a blank behind colons and commas. */
export function shown(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${shown(each)}`)
  return `{${members.join(', ')}}`
}

export function parsed(value: Value | undefined): Json | undefined {
  try {
    return JSON.parse(text(value).replace(DOCUMENT, '')) as Json
  } catch {
    return undefined
  }
}

/** An argument that becomes part of a document. */
function element(value: Value | undefined): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  const string = text(value)
  return string.startsWith(DOCUMENT) ? (parsed(value) ?? null) : string
}

type Leg = string | number | '*' | '**'

/** `$.a."b c"[1].*`: the legs of a path. Reference Manual, "JSON Path Syntax". */
function legs(path: Value | undefined): readonly Leg[] {
  return [
    ...text(path).matchAll(
      /\*\*|\.(\*)|\.([\w$\u0080-\uffff]+)|\."((?:[^"\\]|\\.)*)"|\[(\*)\]|\[(last(?:-\d+)?|\d+)\]/g,
    ),
  ].map(([whole, star, member, quoted, all, place]): Leg => {
    if (whole === '**') return '**'
    if (star !== undefined || all !== undefined) return '*'
    if (place === undefined) return member ?? quoted ?? ''
    return place.startsWith('last') ? -1 - Number(place.slice(5) || 0) : Number(place)
  })
}

const childrenOf = (value: Json): Json[] => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [])
const everything = (value: Json): Json[] => [value, ...childrenOf(value).flatMap(everything)]

function find(value: Json, path: readonly Leg[]): Json[] {
  const [leg, ...rest] = path
  if (leg === undefined) return [value]
  if (leg === '**') return everything(value).flatMap((each) => find(each, rest))
  if (leg === '*') return childrenOf(value).flatMap((each) => find(each, rest))
  const next = step(value, leg)
  return next === undefined ? [] : find(next, rest)
}

function step(value: Json, leg: string | number): Json | undefined {
  if (typeof leg === 'string') return isObject(value) && Object.hasOwn(value, leg) ? value[leg] : undefined
  // What is no array counts as one of itself.
  if (!Array.isArray(value)) return leg === 0 || leg === -1 ? value : undefined
  return value.at(leg)
}

type Change = 'set' | 'insert' | 'replace' | 'append' | 'remove'

/** A copy of the document with one place changed. */
function changed(value: Json, path: readonly Leg[], how: Change, given: Json): Json {
  const [leg, ...rest] = path
  if (leg === undefined) {
    if (how === 'append') return Array.isArray(value) ? [...value, given] : [value, given]
    return how === 'set' || how === 'replace' ? given : value
  }
  if (leg === '*' || leg === '**') return value
  const inner = step(value, leg)
  if (inner === undefined) {
    if (rest.length > 0 || how === 'replace' || how === 'remove' || how === 'append') return value
    if (typeof leg === 'string') return isObject(value) ? { ...value, [leg]: given } : value
    return Array.isArray(value) ? [...value, given] : [value, given]
  }
  const gone = how === 'remove' && rest.length === 0
  const next = changed(inner, rest, how, given)
  if (typeof leg === 'string') {
    if (!isObject(value)) return value
    if (!gone) return { ...value, [leg]: next }
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== leg))
  }
  if (!Array.isArray(value)) return gone ? value : next
  const at = leg < 0 ? value.length + leg : leg
  return gone ? value.filter((_, i) => i !== at) : value.map((each, i) => (i === at ? next : each))
}

const changing =
  (how: Change): Call =>
  (value, ...pairs) => {
    const document = parsed(value)
    if (value === null || document === undefined) return null
    let out: Json = document
    const size = how === 'remove' ? 1 : 2
    for (let i = 0; i < pairs.length; i += size) out = changed(out, legs(pairs[i]), how, element(pairs[i + 1]))
    return shown(out)
  }

function patched(value: Json, patch: Json): Json {
  if (!isObject(patch)) return patch
  const out: { [key: string]: Json } = isObject(value) ? { ...value } : {}
  for (const [key, each] of Object.entries(patch))
    if (each === null) delete out[key]
    else out[key] = patched(out[key] ?? null, each)
  return out
}

function preserved(a: Json, b: Json): Json {
  if (isObject(a) && isObject(b)) {
    const out = { ...a }
    for (const [key, each] of Object.entries(b)) {
      const mine = out[key]
      out[key] = mine === undefined ? each : preserved(mine, each)
    }
    return out
  }
  return [...(Array.isArray(a) ? a : [a]), ...(Array.isArray(b) ? b : [b])]
}

const merging =
  (merge: (a: Json, b: Json) => Json): Call =>
  (...documents) => {
    const values = documents.map(parsed)
    if (values.some((value) => value === undefined)) return null
    return shown((values as Json[]).reduce(merge))
  }

const TYPES: readonly (readonly [string, (value: Json) => boolean])[] = [
  ['NULL', (value) => value === null],
  ['ARRAY', Array.isArray],
  ['OBJECT', isObject],
  ['BOOLEAN', (value) => typeof value === 'boolean'],
  ['STRING', (value) => typeof value === 'string'],
  ['INTEGER', Number.isInteger],
  ['DOUBLE', () => true],
]

const like = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
    'su',
  )

/** Paths of strings that fit a pattern. */
function searched(value: Json, pattern: RegExp, path: string): string[] {
  if (typeof value === 'string') return pattern.test(value) ? [path] : []
  if (Array.isArray(value)) return value.flatMap((each, i) => searched(each, pattern, `${path}[${i}]`))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, each]) =>
    searched(each, pattern, `${path}.${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}`),
  )
}

const search: Call = (value, how, pattern) => {
  const document = parsed(value)
  if (document === undefined || pattern === null) return null
  const found = searched(document, like(text(pattern)), '$')
  if (found.length === 0) return null
  return shown(text(how).toLowerCase() === 'one' || found.length === 1 ? (found[0] ?? null) : found)
}

const extract: Call = (value, ...paths) => {
  const document = parsed(value)
  if (document === undefined) return null
  const found = paths.flatMap((path) => find(document, legs(path)))
  if (found.length === 0) return null
  const several = paths.length > 1 || legs(paths[0]).some((leg) => leg === '*' || leg === '**')
  return shown(several ? found : (found[0] ?? null))
}

/** The one value at a path, where it is no document itself. */
const valueAt: Call = (value, path) => {
  const document = parsed(value)
  const found =
    document === undefined
      ? undefined
      : find(document, legs(path)).find((each) => !isObject(each) && !Array.isArray(each))
  if (found === undefined || found === null) return null
  return typeof found === 'boolean' ? String(Number(found)) : String(found)
}

/** Functions of documents, by the names that `render` gives them: SQLite's own write them without blanks. */
export const JSON_TEXT_FUNCTIONS: readonly (readonly [string, Call])[] = [
  ['drydock_json', (value) => (value === null || value === undefined ? null : `${DOCUMENT}${text(value)}`)],
  [
    'mysql_json_object',
    (...pairs) => {
      const out: { [key: string]: Json } = {}
      for (let i = 0; i < pairs.length; i += 2) out[text(pairs[i])] = element(pairs[i + 1])
      return shown(out)
    },
  ],
  ['mysql_json_array', (...values) => shown(values.map(element))],
  ['mysql_json_extract', strict(extract)],
  ['mysql_json_set', changing('set')],
  ['mysql_json_insert', changing('insert')],
  ['mysql_json_replace', changing('replace')],
  ['mysql_json_remove', changing('remove')],
  ['mysql_json_array_append', changing('append')],
  ['json_merge_patch', merging(patched)],
  ['json_merge_preserve', merging(preserved)],
  ['json_merge', merging(preserved)],
  [
    'mysql_json_type',
    strict((value) => {
      const document = parsed(value)
      return document === undefined ? null : (TYPES.find(([, is]) => is(document))?.[0] ?? null)
    }),
  ],
  ['mysql_json_valid', strict((value) => (parsed(value) === undefined ? 0 : 1))],
  ['mysql_json_quote', strict((value) => JSON.stringify(text(value)))],
  ['json_search', search],
  ['json_value', strict(valueAt)],
  ['json_query', strict(extract)],
  [
    'json_exists',
    strict((value, path) => {
      const document = parsed(value)
      return document !== undefined && find(document, legs(path)).length > 0 ? 1 : 0
    }),
  ],
  ['json_compact', strict((value) => JSON.stringify(parsed(value)))],
  ['json_loose', strict((value) => shown(parsed(value) ?? null))],
  ['json_detailed', strict((value) => JSON.stringify(parsed(value), undefined, 4))],
  ['json_overlaps', strict((a, b) => (overlaps(parsed(a) ?? null, parsed(b) ?? null) ? 1 : 0))],
  ['json_storage_size', strict((value) => number(text(value).length))],
]

function overlaps(a: Json, b: Json): boolean {
  if (Array.isArray(a))
    return (Array.isArray(b) ? b : [b]).some((each) => a.some((other) => shown(other) === shown(each)))
  if (Array.isArray(b)) return overlaps(b, a)
  if (isObject(a) && isObject(b))
    return Object.entries(b).some(([key, each]) => key in a && shown(a[key] ?? null) === shown(each))
  return shown(a) === shown(b)
}
