import { FlagValueError, parseBytes, parseDuration } from '@drydock/cli-plugin'
import { isList, isMapping, type Mapping, sprint, type Tree } from '@drydock/cli-plugin/compose-file'
import { CliError } from '@drydock/cli-plugin'
import { shellWords } from '../../service/shell-words.ts'

/** Where a value stands and what is wrong with it, in gojsonschema's words. */
export interface Problem {
  readonly path: readonly string[]
  readonly words: string
  /** A value of the wrong type is told before other problems of the same place. */
  readonly isType: boolean
}

/** A kind of value of a Compose file: what the schema allows, and what is made of it. */
export interface Kind<T> {
  check(value: Tree, path: readonly string[], version: number): Problem[]
  /** @throws CliError */
  read(value: Tree): T
}

type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'
const TYPES: Readonly<Record<TypeName, (value: Tree) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: isList,
  object: isMapping,
  null: (value) => value === null,
}
const SHOWN: Readonly<Partial<Record<TypeName, string>>> = { object: 'mapping', array: 'list' }

const wrong = (path: readonly string[], words: string): Problem => ({ path, words, isType: false })
/** `must be a string`, `must be a list or mapping`. */
function typed(path: readonly string[], names: readonly TypeName[]): Problem {
  const shown = names.map((name) => SHOWN[name] ?? name)
  const words = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}` : shown[0]
  return { path, words: `must be a ${words}`, isType: true }
}

function plain<T>(names: readonly TypeName[], read: (value: Tree) => T): Kind<T> {
  const fits = (value: Tree): boolean => names.some((name) => TYPES[name](value))
  return { check: (value, path) => (fits(value) ? [] : [typed(path, names)]), read }
}

export const text: Kind<string> = plain(['string'], String)
export const textOrNull: Kind<string> = plain(['string', 'null'], (value) => (value === null ? '' : String(value)))
export const flag: Kind<boolean> = plain(['boolean'], (value) => value === true)
export const integer: Kind<number> = plain(['integer'], Number)
export const number: Kind<number> = plain(['number'], Number)
export const numberOrText: Kind<string> = plain(['number', 'string'], sprint)
export const anything: Kind<Tree> = { check: () => [], read: (value) => value }
export const mapping: Kind<Tree> = plain(['object'], (value) => value)

/** @throws CliError in the words of Go's parsers */
function asCliError<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof FlagValueError ? new CliError(error.message) : error
  }
}

/** Nanoseconds. */
export const duration: Kind<number> = {
  check: (value, path) => {
    if (typeof value !== 'string') return [typed(path, ['string'])]
    try {
      parseDuration(value)
      return []
    } catch {
      return [wrong(path, "Does not match format 'duration'")]
    }
  },
  read: (value) => asCliError(() => parseDuration(String(value))),
}
export const bytes: Kind<number> = plain(['string'], (value) => asCliError(() => parseBytes(String(value))))

export function enumOf(...words: readonly string[]): Kind<string> {
  const allowed = words.map((word) => JSON.stringify(word)).join(', ')
  return {
    check: (value, path) => {
      if (typeof value !== 'string') return [typed(path, ['string'])]
      return words.includes(value) ? [] : [wrong(path, `must be one of the following: ${allowed}`)]
    },
    read: String,
  }
}

export function listOf<T>(item: Kind<T>, settings: { unique?: boolean } = {}): Kind<T[]> {
  return {
    check: (value, path, version) => {
      if (!isList(value)) return [typed(path, ['array'])]
      const seen = value.map((each) => JSON.stringify(each))
      const twice = seen.findIndex((each, i) => seen.indexOf(each) !== i)
      return [
        ...(settings.unique && twice >= 0
          ? [wrong(path, `array items[${seen.indexOf(seen[twice] ?? '')},${twice}] must be unique`)]
          : []),
        ...value.flatMap((each, i) => item.check(each, [...path, String(i)], version)),
      ]
    },
    read: (value) => (isList(value) ? value.map((each) => item.read(each)) : []),
  }
}
export const texts: Kind<string[]> = listOf(text, { unique: true })

/** The first that fits; when none does, the problems of the one whose type fits, or of the first. */
export function either<T>(...kinds: readonly Kind<T>[]): Kind<T> {
  const fitting = (value: Tree): Kind<T> | undefined => kinds.find((kind) => kind.check(value, [], LATEST).length === 0)
  return {
    check: (value, path, version) => {
      const found = kinds.map((kind) => kind.check(value, path, version))
      if (found.some((problems) => problems.length === 0)) return []
      return found.find((problems) => !problems.some(({ isType, path: at }) => isType && at === path)) ?? found[0] ?? []
    },
    read: (value) => (fitting(value) ?? kinds[0])?.read(value) as T,
  }
}
const LATEST = 99

/** A kind that is read into another shape. */
export const mapped = <T, U>(kind: Kind<T>, make: (value: T) => U): Kind<U> => ({
  check: kind.check,
  read: (value) => make(kind.read(value)),
})

export const textOrTexts: Kind<string[]> = either(
  mapped(text, (word) => [word]),
  texts,
)
export const shell: Kind<string[]> = either(
  mapped(text, (words) => asCliError(() => shellWords(words))),
  listOf(text),
)

/** Names of the user's own, each with a value of one kind; keys that don't fit are no properties. */
export function mapOf<T>(item: Kind<T>, key = /.+/): Kind<Map<string, T>> {
  return {
    check: (value, path, version) => {
      if (!isMapping(value)) return [typed(path, ['object'])]
      return [...value].flatMap(([name, each]) =>
        key.test(name) ? item.check(each, [...path, name], version) : [additional(path, name)],
      )
    },
    read: (value) =>
      new Map(isMapping(value) ? [...value].map(([name, each]) => [name, item.read(each)] as const) : []),
  }
}
const additional = (path: readonly string[], name: string): Problem =>
  wrong(path, `Additional property ${name} is not allowed`)

const scalarOrNull: Kind<string | null> = plain(['string', 'number', 'null'], (value) =>
  value === null ? null : sprint(value),
)
const cut = (word: string): [string, string | null] => {
  const at = word.indexOf('=')
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)]
}
/** `{A: 1}` or `[A=1, B]`; what has no value stays null. */
export const pairsOrNull: Kind<Map<string, string | null>> = either(
  mapOf(scalarOrNull),
  mapped(texts, (words) => new Map(words.map(cut))),
)
const withoutNulls = (pairs: ReadonlyMap<string, string | null>): Map<string, string> =>
  new Map(Array.from(pairs, ([name, value]) => [name, value ?? '']))
export const pairs: Kind<Map<string, string>> = mapped(pairsOrNull, withoutNulls)
export const options: Kind<Map<string, string>> = mapped(
  mapOf(plain<string | null>(['string', 'number'], sprint)),
  withoutNulls,
)
export const logOptions: Kind<Map<string, string>> = mapped(mapOf(scalarOrNull), withoutNulls)

/** `{db: 10.0.0.1}` or `[db:10.0.0.1]`. */
export const hosts: Kind<string[]> = either(
  mapped(mapOf(scalarOrNull), (map) =>
    Array.from(map, ([name, address]) => (address === null ? [] : [`${name}:${unbracket(address)}`]))
      .flat()
      .toSorted(),
  ),
  mapped(texts, (words) =>
    words.flatMap((word) => {
      const at = word.search(/[=:]/)
      return at < 0 ? [] : [`${word.slice(0, at)}:${unbracket(word.slice(at + 1))}`]
    }),
  ),
)
const unbracket = (address: string): string => address.replace(/^\[(.*)\]$/, '$1')

/** A field of a struct: its kind and the minor version of the format that brought it. */
export interface Field<T> {
  readonly kind: Kind<T>
  readonly since: number
}
export const since = <T>(version: number, kind: Kind<T>): Field<T> => ({ kind, since: version })
type Fields = Readonly<Record<string, Kind<unknown> | Field<unknown>>>
type ValueOf<F> = F extends Field<infer T> ? T : F extends Kind<infer T> ? T : never
/** What is read of a struct; `x-` fields come along as they are. */
export type Struct<F extends Fields> = { [K in keyof F]?: ValueOf<F[K]> }

const isField = (field: Kind<unknown> | Field<unknown>): field is Field<unknown> => 'since' in field
const kindOf = (field: Kind<unknown> | Field<unknown>): Kind<unknown> => (isField(field) ? field.kind : field)

interface StructSettings {
  readonly required?: readonly string[]
  /** Null is an empty one. */
  readonly nullable?: boolean
  /** From which version on `x-` fields may stand here. */
  readonly extensions?: number
  /** Other fields are no mistake. */
  readonly open?: boolean
}

/** A mapping with known names. Its fields are read in the order of the table. */
export function struct<const F extends Fields>(fields: F, settings: StructSettings = {}): Kind<Struct<F>> {
  const { required = [], nullable = false, extensions = LATEST, open = false } = settings
  const fieldOf = (name: string, version: number): Kind<unknown> | undefined => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    return field && (!isField(field) || field.since <= version) ? kindOf(field) : undefined
  }
  const problemsOf = (value: Mapping, path: readonly string[], version: number): Problem[] =>
    [...value].flatMap(([name, each]) => {
      const kind = fieldOf(name, version)
      if (kind) return kind.check(each, [...path, name], version)
      return open || (name.startsWith('x-') && extensions <= version) ? [] : [additional(path, name)]
    })
  return {
    check: (value, path, version) => {
      if (value === null && nullable) return []
      if (!isMapping(value)) return [typed(path, nullable ? ['object', 'null'] : ['object'])]
      const missing = required.filter((name) => !value.has(name)).map((name) => wrong(path, `${name} is required`))
      return [...missing, ...problemsOf(value, path, version)]
    },
    read: (value) => {
      if (!isMapping(value)) return {}
      const known = Object.entries(fields)
        .filter(([name]) => value.has(name) && (value.get(name) ?? null) !== null)
        .map(([name, field]) => [name, kindOf(field).read(value.get(name) ?? null)])
      const extra = [...value].filter(([name]) => name.startsWith('x-'))
      return Object.fromEntries([...known, ...extra]) as Struct<F>
    },
  }
}

/** The deepest problem; the first of equals, wrong types before others. */
export function worst(problems: readonly Problem[]): Problem | undefined {
  let found: Problem | undefined
  for (const problem of problems)
    if (
      !found ||
      problem.path.length > found.path.length ||
      (problem.path.length === found.path.length && problem.isType && !found.isType)
    )
      found = problem
  return found
}
export const tell = ({ path, words }: Problem): string => `${path.length === 0 ? '(root)' : path.join('.')} ${words}`
