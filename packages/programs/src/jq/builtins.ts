import { JqError, type Json, type JsonObject } from './ast.ts'
import { indexInto, type Results, truthy, valuesOf } from './access.ts'
import { MORE_BUILTINS } from './more-builtins.ts'
import { arithmetic, compareJson, isObject, shown, typeName } from './json.ts'

type Closure = (input: Json) => Results
type Builtin = (input: Json, args: readonly Closure[]) => Results

const fail = (message: string): never => {
  throw new JqError(message)
}
const list = (value: Json): readonly Json[] =>
  Array.isArray(value) ? value : fail(`Cannot iterate over ${typeName(value)}`)
const text = (value: Json): string =>
  typeof value === 'string'
    ? value
    : fail(`${typeName(value)} (${shown(value)}) cannot be matched, as it is not a string`)
const number = (value: Json): number =>
  typeof value === 'number' ? value : fail(`${typeName(value)} (${shown(value)}) number required`)
const plainText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
const firstOf = (results: Results): Json => {
  for (const value of results) return value
  return null
}

const one = (apply: (input: Json) => Json): Builtin =>
  function* (input) {
    yield apply(input)
  }
/** With one argument, for each of its values. */
const with1 = (apply: (input: Json, arg: Json) => Json): Builtin =>
  function* (input, [arg]) {
    if (arg) for (const value of arg(input)) yield apply(input, value)
  }
const keyed = (input: Json, by: Closure | undefined): { value: Json; key: Json }[] =>
  list(input)
    .map((value) => ({ value, key: by ? Array.from(by(value)) : value }))
    .toSorted((a, b) => compareJson(a.key, b.key))

function groups(input: Json, by: Closure | undefined): Json[][] {
  const result: Json[][] = []
  let last: Json | undefined
  for (const { value, key } of keyed(input, by)) {
    if (last !== undefined && compareJson(last, key) === 0) result.at(-1)?.push(value)
    else result.push([value])
    last = key
  }
  return result
}

function length(value: Json): Json {
  if (value === null) return 0
  if (typeof value === 'number') return Math.abs(value)
  if (typeof value === 'boolean') return fail(`boolean (${value}) has no length`)
  return typeof value === 'string' ? [...value].length : valuesOf(value).length
}

const keys = (value: Json): Json[] =>
  Array.isArray(value)
    ? value.map((_, i) => i)
    : isObject(value)
      ? Object.keys(value).sort()
      : fail(`${typeName(value)} (${shown(value)}) has no keys`)
const entries = (value: Json): Json[] => keys(value).map((key) => ({ key, value: indexInto(value, key) }))

const fromEntries = (value: Json): JsonObject =>
  Object.fromEntries(
    list(value).map((each) => {
      const key =
        ['key', 'k', 'name', 'Name', 'Key'].map((name) => indexInto(each, name)).find((found) => found !== null) ?? null
      const own = isObject(each) ? (each['value'] ?? each['v'] ?? each['Value'] ?? null) : null
      return [plainText(key), own]
    }),
  )

function contains(a: Json, b: Json): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b)
  if (Array.isArray(a) && Array.isArray(b)) return b.every((each) => a.some((other) => contains(other, each)))
  if (isObject(a) && isObject(b))
    return Object.entries(b).every(([key, value]) => Object.hasOwn(a, key) && contains(a[key] ?? null, value))
  return compareJson(a, b) === 0
}

const regex = (source: Json, flags: Json): RegExp => {
  try {
    return new RegExp(text(source), `u${typeof flags === 'string' ? flags.replace(/[^gims]/g, '') : ''}`)
  } catch {
    return fail(`${plainText(source)} (at offset 0) is not a valid regex`)
  }
}
const substitute = (global: boolean): Builtin =>
  function* (input, [source, by, flags]) {
    if (!source || !by) return
    const pattern = regex(
      firstOf(source(input)),
      `${global ? 'g' : ''}${flags ? plainText(firstOf(flags(input))) : ''}`,
    )
    yield text(input).replace(pattern, (...found: unknown[]) => {
      const named = found.at(-1)
      return plainText(firstOf(by(typeof named === 'object' && named !== null ? (named as JsonObject) : {})))
    })
  }
const withMatch = (apply: (match: RegExpExecArray | null) => Json): Builtin =>
  function* (input, [source, flags]) {
    if (source) yield apply(regex(firstOf(source(input)), flags ? firstOf(flags(input)) : '').exec(text(input)))
  }

function flatten(value: Json, depth: number): Json[] {
  return list(value).flatMap((each) => (Array.isArray(each) && depth > 0 ? flatten(each, depth - 1) : [each]))
}
const extreme = (input: Json, by: Closure | undefined, last: boolean): Json =>
  keyed(input, by).at(last ? -1 : 0)?.value ?? null

const quoteShell = (value: Json): string =>
  typeof value === 'string' ? `'${value.replace(/'/g, `'\\''`)}'` : JSON.stringify(value)
const HTML = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ["'", '&#39;'],
  ['"', '&quot;'],
])
const encodeBase64 = (value: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(value)))
const decodeBase64 = (value: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)))

const FORMATS = new Map<string, (value: Json) => string>([
  ['@text', plainText],
  ['@json', (value) => JSON.stringify(value)],
  [
    '@csv',
    (value) =>
      list(value)
        .map((each) =>
          typeof each === 'string' ? `"${each.replace(/"/g, '""')}"` : each === null ? '' : JSON.stringify(each),
        )
        .join(','),
  ],
  [
    '@tsv',
    (value) =>
      list(value)
        .map((each) =>
          each === null ? '' : plainText(each).replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n'),
        )
        .join('\t'),
  ],
  ['@html', (value) => plainText(value).replace(/[<>&'"]/g, (char) => HTML.get(char) ?? char)],
  [
    '@uri',
    (value) =>
      encodeURIComponent(plainText(value)).replace(
        /[!'()*]/g,
        (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
  ],
  ['@sh', (value) => (Array.isArray(value) ? value.map(quoteShell).join(' ') : quoteShell(value))],
  ['@base64', (value) => encodeBase64(plainText(value))],
  ['@base64d', (value) => decodeBase64(plainText(value))],
])

export const formatAs = (name: string, value: Json): string =>
  (FORMATS.get(name) ?? fail(`${name.slice(1)} is not a valid format`))(value)

const parse = (value: Json): Json => {
  try {
    return JSON.parse(text(value)) as Json
  } catch {
    return fail(`${plainText(value)} (while parsing '${plainText(value)}')`)
  }
}
const numberOf = (value: Json): Json =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
      ? Number(value)
      : fail(`Cannot parse '${plainText(value)}' as JSON`)

const OWN: readonly (readonly [string, Builtin])[] = [
  ['length/0', one(length)],
  ['keys/0', one(keys)],
  ['keys_unsorted/0', one((value) => (isObject(value) ? Object.keys(value) : keys(value)))],
  [
    'values/0',
    function* (input) {
      if (input !== null) yield input
    },
  ],
  ['not/0', one((value) => !truthy(value))],
  ['type/0', one(typeName)],
  ['add/0', one((value) => valuesOf(value).reduce<Json>((sum, each) => arithmetic('+', sum, each), null))],
  ['empty/0', function* () {}],
  ['error/0', (input) => fail(plainText(input))],
  ['error/1', (input, [arg]) => fail(plainText(arg ? firstOf(arg(input)) : null))],
  [
    'select/1',
    function* (input, [test]) {
      if (test) for (const value of test(input)) if (truthy(value)) yield input
    },
  ],
  [
    'map/1',
    function* (input, [by]) {
      yield by ? valuesOf(input).flatMap((each) => Array.from(by(each))) : input
    },
  ],
  [
    'map_values/1',
    function* (input, [by]) {
      if (by)
        yield isObject(input)
          ? Object.fromEntries(
              Object.entries(input).flatMap(([key, value]) =>
                Array.from(by(value))
                  .slice(0, 1)
                  .map((result) => [key, result]),
              ),
            )
          : list(input).flatMap((each) => Array.from(by(each)).slice(0, 1))
    },
  ],
  [
    'recurse/0',
    function* recurse(input): Results {
      yield input
      if (typeof input === 'object' && input !== null) for (const each of valuesOf(input)) yield* recurse(each)
    },
  ],
  [
    'to_entries/0',
    one((value) =>
      isObject(value) ? Object.entries(value).map(([key, each]) => ({ key, value: each })) : entries(value),
    ),
  ],
  ['from_entries/0', one(fromEntries)],
  [
    'with_entries/1',
    function* (input, [by]) {
      if (by && isObject(input))
        yield fromEntries(Object.entries(input).flatMap(([key, value]) => Array.from(by({ key, value }))))
    },
  ],
  ['sort/0', one((value) => list(value).toSorted(compareJson))],
  [
    'sort_by/1',
    function* (input, [by]) {
      yield keyed(input, by).map(({ value }) => value)
    },
  ],
  [
    'group_by/1',
    function* (input, [by]) {
      yield groups(input, by)
    },
  ],
  ['unique/0', one((value) => groups(value, undefined).flatMap((group) => group.slice(0, 1)))],
  [
    'unique_by/1',
    function* (input, [by]) {
      yield groups(input, by).flatMap((group) => group.slice(0, 1))
    },
  ],
  ['min/0', one((value) => extreme(value, undefined, false))],
  ['max/0', one((value) => extreme(value, undefined, true))],
  [
    'min_by/1',
    function* (input, [by]) {
      yield extreme(input, by, false)
    },
  ],
  [
    'max_by/1',
    function* (input, [by]) {
      yield extreme(input, by, true)
    },
  ],
  [
    'reverse/0',
    one((value) =>
      typeof value === 'string' ? [...value].reverse().join('') : value === null ? [] : list(value).toReversed(),
    ),
  ],
  ['flatten/0', one((value) => flatten(value, Infinity))],
  ['flatten/1', with1((value, depth) => flatten(value, number(depth)))],
  [
    'has/1',
    with1((value, key) =>
      isObject(value) ? Object.hasOwn(value, plainText(key)) : number(key) >= 0 && number(key) < list(value).length,
    ),
  ],
  [
    'in/1',
    with1((key, value) => (isObject(value) ? Object.hasOwn(value, plainText(key)) : number(key) < list(value).length)),
  ],
  ['contains/1', with1(contains)],
  ['inside/1', with1((a, b) => contains(b, a))],
  [
    'index/1',
    with1((value, part) => {
      const at = text(value).indexOf(text(part))
      return at < 0 ? null : at
    }),
  ],
  ['startswith/1', with1((value, part) => text(value).startsWith(text(part)))],
  ['endswith/1', with1((value, part) => text(value).endsWith(text(part)))],
  [
    'ltrimstr/1',
    with1((value, part) =>
      typeof value === 'string' && typeof part === 'string' && value.startsWith(part)
        ? value.slice(part.length)
        : value,
    ),
  ],
  [
    'rtrimstr/1',
    with1((value, part) =>
      typeof value === 'string' && typeof part === 'string' && part !== '' && value.endsWith(part)
        ? value.slice(0, -part.length)
        : value,
    ),
  ],
  ['split/1', with1((value, by) => (text(value) === '' ? [] : text(value).split(text(by))))],
  [
    'join/1',
    with1((value, by) =>
      list(value)
        .map((each) => (each === null ? '' : plainText(each)))
        .join(text(by)),
    ),
  ],
  ['test/1', withMatch((match) => match !== null)],
  ['test/2', withMatch((match) => match !== null)],
  [
    'match/1',
    function* (input, [source]) {
      const found = source ? regex(firstOf(source(input)), '').exec(text(input)) : null
      if (found)
        yield {
          offset: found.index,
          length: found[0].length,
          string: found[0],
          captures: found
            .slice(1)
            .map((each) => ({ offset: found.index, length: each?.length ?? 0, string: each ?? null, name: null })),
        }
    },
  ],
  [
    'capture/1',
    function* (input, [source]) {
      const found = source ? regex(firstOf(source(input)), '').exec(text(input)) : null
      if (found) yield { ...found.groups }
    },
  ],
  ['sub/2', substitute(false)],
  ['gsub/2', substitute(true)],
  ['sub/3', substitute(false)],
  ['gsub/3', substitute(true)],
  ['ascii_downcase/0', one((value) => text(value).replace(/[A-Z]/g, (char) => char.toLowerCase()))],
  ['ascii_upcase/0', one((value) => text(value).replace(/[a-z]/g, (char) => char.toUpperCase()))],
  ['tostring/0', one(plainText)],
  ['tonumber/0', one(numberOf)],
  ['tojson/0', one((value) => JSON.stringify(value))],
  ['fromjson/0', one(parse)],
  ['floor/0', one((value) => Math.floor(number(value)))],
  ['ceil/0', one((value) => Math.ceil(number(value)))],
  ['round/0', one((value) => Math.round(number(value)))],
  ['sqrt/0', one((value) => Math.sqrt(number(value)))],
  ['abs/0', one((value) => Math.abs(number(value)))],
  ['first/0', one((value) => indexInto(value, 0))],
  ['last/0', one((value) => indexInto(value, -1))],
  [
    'first/1',
    function* (input, [of]) {
      if (of) for (const value of of(input)) return yield value
    },
  ],
  [
    'limit/2',
    function* (input, [count, of]) {
      if (!count || !of) return
      let left = number(firstOf(count(input)))
      if (left > 0)
        for (const value of of(input)) {
          yield value
          if (--left <= 0) return
        }
    },
  ],
  [
    'range/1',
    function* (input, [end]) {
      if (end) for (let i = 0, to = number(firstOf(end(input))); i < to; i++) yield i
    },
  ],
  [
    'range/2',
    function* (input, [from, end]) {
      if (from && end) for (let i = number(firstOf(from(input))), to = number(firstOf(end(input))); i < to; i++) yield i
    },
  ],
  ['any/0', one((value) => list(value).some(truthy))],
  ['all/0', one((value) => list(value).every(truthy))],
  [
    'any/1',
    function* (input, [by]) {
      yield by ? valuesOf(input).some((each) => Array.from(by(each)).some(truthy)) : false
    },
  ],
  [
    'all/1',
    function* (input, [by]) {
      yield by ? valuesOf(input).every((each) => Array.from(by(each)).every(truthy)) : true
    },
  ],
]

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([...OWN, ...MORE_BUILTINS])
