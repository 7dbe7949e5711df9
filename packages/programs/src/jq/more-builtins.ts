import { type Json, JqError } from './ast.ts'
import { fail, type Results } from './access.ts'
import { compareJson, isObject, shown, typeName } from './json.ts'
import { deletePaths, setPath } from './paths.ts'
import { strftime, strptime } from './times.ts'

type Closure = (input: Json) => Results
export type Builtin = (input: Json, args: readonly Closure[]) => Results

const one = (apply: (input: Json) => Json): Builtin =>
  function* (input) {
    yield apply(input)
  }
/** For each value of each argument; the last argument varies slowest. */
const withArgs = (apply: (input: Json, ...args: Json[]) => Json): Builtin =>
  function* (input, args) {
    yield* combine(input, args, [], apply)
  }
function* combine(
  input: Json,
  args: readonly Closure[],
  given: readonly Json[],
  apply: (input: Json, ...args: Json[]) => Json,
): Results {
  const arg = args[args.length - 1 - given.length]
  if (!arg) return yield apply(input, ...given)
  for (const value of arg(input)) yield* combine(input, args, [value, ...given], apply)
}

const text = (value: Json, what: string): string =>
  typeof value === 'string' ? value : fail(`${typeName(value)} (${shown(value)}) ${what}`)
const number = (value: Json): number =>
  typeof value === 'number' ? value : fail(`${typeName(value)} (${shown(value)}) number required`)
const list = (value: Json): readonly Json[] =>
  Array.isArray(value) ? value : fail(`${typeName(value)} (${shown(value)}) is not an array`)
const math = (apply: (value: number) => number): Builtin => one((value) => apply(number(value)))

/** @throws JqError for a pattern that is none */
function expression(source: Json, flags: Json): RegExp {
  const given = flags === null ? '' : text(flags, 'is not a string')
  const wrong = /[^gimnpslx]/.exec(given)
  if (wrong) return fail(`${given} is not a valid modifier string`)
  const letters = `${given.includes('i') ? 'i' : ''}${/[sp]/.test(given) ? 's' : ''}`
  const pattern = text(source, 'cannot be matched, as it is not a string')
  try {
    return new RegExp(given.includes('x') ? pattern.replace(/\s+|#.*/g, '') : pattern, `gud${letters}`)
  } catch {
    return fail(`${pattern} (at offset 0) is not a valid regex`)
  }
}

const codePoints = (value: string): number => [...value].length

function* matches(input: Json, source: Json, flags: Json): Results {
  const [pattern, options] = Array.isArray(source) ? [source[0] ?? null, source[1] ?? null] : [source, flags]
  const subject = text(input, 'cannot be matched, as it is not a string')
  const regex = expression(pattern, options)
  const all = typeof options === 'string' && options.includes('g')
  for (const match of subject.matchAll(regex)) {
    yield describe(subject, match)
    if (!all) return
  }
}

function describe(subject: string, match: RegExpExecArray): Json {
  const names = Object.entries(match.groups ?? {})
  const spans = match.indices ?? []
  const captures = match.slice(1).map((part, at): Json => {
    const span = spans[at + 1]
    const groupSpans: Record<string, [number, number] | undefined> = match.indices?.groups ?? {}
    const name =
      names.find(
        ([each]) =>
          groupSpans[each] !== undefined && groupSpans[each]?.[0] === span?.[0] && groupSpans[each]?.[1] === span?.[1],
      )?.[0] ?? null
    if (part === undefined || !span) return { offset: -1, string: null, length: 0, name }
    return { offset: codePoints(subject.slice(0, span[0])), length: codePoints(part), string: part, name }
  })
  return { offset: codePoints(subject.slice(0, match.index)), length: codePoints(match[0]), string: match[0], captures }
}

function indices(value: Json, part: Json): Json {
  if (value === null) return null
  if (typeof value === 'string' && typeof part === 'string') {
    const found: number[] = []
    for (let at = value.indexOf(part); part !== '' && at >= 0; at = value.indexOf(part, at + 1))
      found.push(codePoints(value.slice(0, at)))
    return part === '' ? null : found
  }
  const whole = list(value)
  const wanted = Array.isArray(part) ? part : [part]
  if (wanted.length === 0) return null
  return whole.flatMap((_, at) =>
    wanted.every((each, i) => at + i < whole.length && compareJson(whole[at + i] ?? null, each) === 0) ? [at] : [],
  )
}

const paired = (value: Json, keys: Json): { value: Json; key: Json }[] =>
  list(value)
    .map((each, at) => ({ value: each, key: list(keys)[at] ?? null }))
    .toSorted((a, b) => compareJson(a.key, b.key))

function grouped(value: Json, keys: Json): Json {
  const groups: Json[][] = []
  let last: Json | undefined
  for (const { value: each, key } of paired(value, keys)) {
    if (last !== undefined && compareJson(last, key) === 0) groups.at(-1)?.push(each)
    else groups.push([each])
    last = key
  }
  return groups
}

function extreme(value: Json, keys: Json, most: boolean): Json {
  let best: { value: Json; key: Json } | undefined
  for (const [at, each] of list(value).entries()) {
    const key = list(keys)[at] ?? null
    const order = best ? compareJson(key, best.key) : 1
    if (!best || (most ? order >= 0 : order < 0)) best = { value: each, key }
  }
  return best?.value ?? null
}

function* range(from: number, to: number, by: number): Results {
  if (by === 0) {
    if (from < to) for (;;) yield from
    return
  }
  for (let at = from; by > 0 ? at < to : at > to; at += by) yield at
}

const splitBy = (value: Json, source: Json, flags: Json): Json => {
  const subject = text(value, 'cannot be matched, as it is not a string')
  const parts: string[] = []
  let at = 0
  for (const match of subject.matchAll(expression(source, flags))) {
    parts.push(subject.slice(at, match.index))
    at = match.index + match[0].length
  }
  return [...parts, subject.slice(at)]
}

export const MORE_BUILTINS: readonly (readonly [string, Builtin])[] = [
  [
    'match/2',
    function* (input, [source, flags]) {
      if (source && flags)
        for (const letters of flags(input)) for (const pattern of source(input)) yield* matches(input, pattern, letters)
    },
  ],
  [
    'range/3',
    function* (input, [from, to, by]) {
      if (from && to && by)
        for (const a of from(input))
          for (const b of to(input)) for (const c of by(input)) yield* range(number(a), number(b), number(c))
    },
  ],
  ['split/2', withArgs((value, source, flags) => splitBy(value, source ?? null, flags ?? null))],
  ['indices/1', withArgs((value, part) => indices(value, part ?? null))],
  [
    'delpaths/1',
    withArgs((value, paths) =>
      deletePaths(
        value,
        list(paths ?? null).map((path) => list(path)),
      ),
    ),
  ],
  [
    'setpath/2',
    withArgs((value, path, to) =>
      Array.isArray(path) ? setPath(value, path, to ?? null) : fail('Path must be specified as an array'),
    ),
  ],
  [
    'error/1',
    withArgs((_, value) => {
      throw new JqError(typeof value === 'string' ? value : JSON.stringify(value), value ?? null)
    }),
  ],
  ['group_by_keys/1', withArgs((value, keys) => grouped(value, keys ?? null))],
  ['sort_by_keys/1', withArgs((value, keys) => paired(value, keys ?? null).map((each) => each.value))],
  ['min_by_keys/1', withArgs((value, keys) => extreme(value, keys ?? null, false))],
  ['max_by_keys/1', withArgs((value, keys) => extreme(value, keys ?? null, true))],
  ['implode/0', one((value) => String.fromCodePoint(...list(value).map(number)))],
  ['explode/0', one((value) => [...text(value, 'cannot be exploded')].map((char) => char.codePointAt(0) ?? 0))],
  [
    'utf8bytelength/0',
    one((value) => new TextEncoder().encode(text(value, 'only strings have UTF-8 byte length')).length),
  ],
  ['trim/0', one((value) => text(value, 'cannot be trimmed').trim())],
  ['ltrim/0', one((value) => text(value, 'cannot be trimmed').trimStart())],
  ['rtrim/0', one((value) => text(value, 'cannot be trimmed').trimEnd())],
  [
    'transpose/0',
    one((value) => {
      const rows = list(value).map(list)
      return Array.from({ length: Math.max(0, ...rows.map(({ length }) => length)) }, (_, at) =>
        rows.map((row) => row[at] ?? null),
      )
    }),
  ],
  ['infinite/0', one(() => Number.MAX_VALUE)],
  ['nan/0', one(() => Number.NaN)],
  ['isnan/0', one((value) => Number.isNaN(number(value)))],
  ['isinfinite/0', one((value) => Math.abs(number(value)) >= Number.MAX_VALUE)],
  ['isnormal/0', one((value) => Number.isFinite(number(value)) && value !== 0)],
  [
    'isvalid/1',
    function* (input, [of]) {
      try {
        for (const _ of of?.(input) ?? []) void _
        yield true
      } catch (error) {
        if (!(error instanceof JqError)) throw error
        yield false
      }
    },
  ],
  ['pow/2', withArgs((_, a, b) => number(a ?? 0) ** number(b ?? 0))],
  ['log/0', math(Math.log)],
  ['log2/0', math(Math.log2)],
  ['log10/0', math(Math.log10)],
  ['exp/0', math(Math.exp)],
  ['exp2/0', math((value) => 2 ** value)],
  ['exp10/0', math((value) => 10 ** value)],
  ['trunc/0', math(Math.trunc)],
  ['fabs/0', math(Math.abs)],
  ['sin/0', math(Math.sin)],
  ['cos/0', math(Math.cos)],
  ['tan/0', math(Math.tan)],
  ['cbrt/0', math(Math.cbrt)],
  ['gmtime/0', one((value) => brokenDown(number(value)))],
  ['localtime/0', one((value) => brokenDown(number(value)))],
  ['mktime/0', one((value) => Math.floor(seconds(value)))],
  [
    'strftime/1',
    withArgs((value, format) =>
      strftime(typeof value === 'number' ? value : seconds(value), text(format ?? null, 'is no format')),
    ),
  ],
  [
    'strflocaltime/1',
    withArgs((value, format) =>
      strftime(typeof value === 'number' ? value : seconds(value), text(format ?? null, 'is no format')),
    ),
  ],
  [
    'strptime/1',
    withArgs((value, format) =>
      brokenDown(
        strptime(text(value, 'cannot be parsed as a date'), text(format ?? null, 'is no format')) ??
          fail(`date ${JSON.stringify(value)} does not match format ${JSON.stringify(format)}`),
      ),
    ),
  ],
  ['input_filename/0', one(() => null)],
  ['input_line_number/0', one(() => 0)],
  ['builtins/0', one(() => [])],
  [
    'bsearch/1',
    withArgs((value, wanted) => {
      const found = list(value).findIndex((each) => compareJson(each, wanted ?? null) === 0)
      return found >= 0 ? found : -1 - list(value).filter((each) => compareJson(each, wanted ?? null) < 0).length
    }),
  ],
  ['tojson/0', one((value) => JSON.stringify(value))],
  ['ascii/0', one((value) => String.fromCodePoint(number(value)))],
  [
    'ltrimstr/1',
    withArgs((value, part) =>
      typeof value === 'string' && typeof part === 'string' && value.startsWith(part)
        ? value.slice(part.length)
        : value,
    ),
  ],
  [
    'has/1',
    withArgs((value, key) =>
      isObject(value) && typeof key === 'string'
        ? Object.hasOwn(value, key)
        : Array.isArray(value) && typeof key === 'number'
          ? key >= 0 && key < value.length
          : fail(
              `Cannot check whether ${typeName(value)} has a ${typeof key === 'string' ? 'string' : typeName(key ?? null)} key`,
            ),
    ),
  ],
]

/** gmtime(3) as jq has it: year, month from 0, day, hours, minutes, seconds, weekday, day of the year. */
function brokenDown(at: number): Json {
  const date = new Date(at * 1000)
  const start = Date.UTC(date.getUTCFullYear(), 0, 1)
  const fraction = at - Math.floor(at)
  const day = Math.floor((date.getTime() - start) / 86_400_000)
  return [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds() + fraction,
    date.getUTCDay(),
    day,
  ]
}
function seconds(value: Json): number {
  if (!Array.isArray(value)) return fail('mktime requires array of 6 numbers')
  const [year = 0, month = 0, day = 1, hours = 0, minutes = 0, rest = 0] = value.map(Number)
  return Date.UTC(year, month, day, hours, minutes, 0) / 1000 + rest
}
