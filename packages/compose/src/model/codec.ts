import { FlagValueError, goDuration, parseBytes, parseDuration } from '@drydock/cli-plugin'
import { ComposeError, isList, isMapping, type Path, sprint, type Tree } from '@drydock/cli-plugin/compose-file'

/**
 * How a value of the model is read from a file's tree. Undefined stands for Go's zero value, which neither YAML nor JSON
 * shows; the order of a struct's fields is the order in which `config` prints them and in which the hash sees them.
 */
export interface Codec<T> {
  /** What stands for a field that the file leaves out. */
  readonly absent?: T
  /** @throws ComposeError */
  read(value: Tree, path: Path): T | undefined
}
type Read<C> = C extends Codec<infer T> ? T : never
export type Fields = Readonly<Record<string, Codec<unknown>>>
export type Struct<F extends Fields> = { -readonly [K in keyof F]?: Read<F[K]> }

const codec = <T>(read: (value: Tree, path: Path) => T | undefined): Codec<T> => ({ read })
const nonZero = <T>(value: T, zero: T): T | undefined => (value === zero ? undefined : value)

export const text: Codec<string> = codec((value) => (value === null ? undefined : nonZero(sprint(value), '')))

function toBool(value: Tree, path: Path): boolean {
  if (typeof value === 'boolean') return value
  const word = String(value)
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(word)) return true
  if (['', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(word)) return false
  throw new ComposeError(`${path.join('.')}: strconv.ParseBool: parsing ${JSON.stringify(word)}: invalid syntax`, path)
}
export const bool: Codec<boolean> = codec((value, path) => (value !== null && toBool(value, path) ? true : undefined))
/** A switch that tells "off" from "not said". */
export const maybeBool: Codec<boolean> = codec((value, path) => (value === null ? undefined : toBool(value, path)))
/** On unless said otherwise: shown when it is off. */
export const optOut: Codec<boolean> = codec((value, path) =>
  value === null || toBool(value, path) ? undefined : false,
)
/** Shown whether on or off. */
export const shownBool: Codec<boolean> = codec((value, path) => toBool(value ?? false, path))

function toNumber(value: Tree, path: Path, parser: 'ParseInt' | 'ParseFloat'): number {
  if (typeof value === 'number') return value
  const word = String(value)
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word))
    throw new ComposeError(
      `${path.join('.')}: strconv.${parser}: parsing ${JSON.stringify(word)}: invalid syntax`,
      path,
    )
  return Number(word)
}
export const int: Codec<number> = codec((value, path) =>
  nonZero(value === null ? 0 : toNumber(value, path, 'ParseInt'), 0),
)
export const maybeInt: Codec<number> = codec((value, path) =>
  value === null ? undefined : toNumber(value, path, 'ParseInt'),
)
export const float: Codec<number> = codec((value, path) =>
  nonZero(value === null ? 0 : toNumber(value, path, 'ParseFloat'), 0),
)

/** Bytes; printed as a quoted number. */
export class UnitBytes {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}
export const unitBytes: Codec<UnitBytes> = codec((value, path) => {
  if (value === null) return undefined
  const bytes = typeof value === 'number' ? value : toBytes(String(value), path)
  return bytes === 0 ? undefined : new UnitBytes(bytes)
})
function toBytes(word: string, path: Path): number {
  if (/^-?\d+$/.test(word)) return Number(word)
  try {
    return parseBytes(word)
  } catch (error) {
    if (error instanceof FlagValueError) throw new ComposeError(error.message, path)
    throw error
  }
}

/** Nanoseconds; printed as Go prints a duration. */
export class Duration {
  readonly nanoseconds: number
  constructor(nanoseconds: number) {
    this.nanoseconds = nanoseconds
  }
  toString(): string {
    return goDuration(this.nanoseconds)
  }
}
export const duration: Codec<Duration> = codec((value, path) =>
  value === null ? undefined : new Duration(toNanoseconds(sprint(value), path)),
)
/** Weeks and days besides what Go knows. */
export function toNanoseconds(word: string, path: Path = []): number {
  let rest = word
  let days = 0
  rest = rest.replace(/(\d+\.?\d*)([wd])/g, (_all, number: string, unit: string) => {
    days += Number(number) * (unit === 'w' ? 7 : 1)
    return ''
  })
  try {
    return days * 86_400e9 + (rest === '' && days > 0 ? 0 : parseDuration(rest))
  } catch (error) {
    if (error instanceof FlagValueError)
      throw new ComposeError(error.message.replace(JSON.stringify(rest), JSON.stringify(word)), path)
    throw error
  }
}

export const list = <T>(item: Codec<T>): Codec<T[]> =>
  codec((value, path) => {
    const items = isList(value) ? value : value === null ? [] : [value]
    const read = items.flatMap((each, i) => item.read(each, [...path, String(i)]) ?? [])
    return read.length === 0 ? undefined : (read as T[])
  })
/** A list in which an empty word counts. */
export const words: Codec<string[]> = codec((value) => {
  const items = isList(value) ? value : value === null ? [] : [value]
  return items.length === 0 ? undefined : items.map(sprint)
})

export const dictionary = <T>(item: Codec<T>, missing: T): Codec<Map<string, T>> =>
  codec((value, path) => {
    if (!isMapping(value) || value.size === 0) return undefined
    return new Map([...value].map(([key, each]) => [key, item.read(each, [...path, key]) ?? missing]))
  })

/** `KEY=value` words or a mapping; what has no value is null. */
export const environment: Codec<Map<string, string | null>> = codec((value) => {
  const pairs = isMapping(value)
    ? [...value].map(([key, each]): [string, string | null] => [key, each === null ? null : sprint(each)])
    : isList(value)
      ? value.map((each) => cutPair(sprint(each)))
      : []
  return pairs.length === 0 ? undefined : new Map(pairs)
})
function cutPair(word: string): [string, string | null] {
  const at = word.indexOf('=')
  const key = at < 0 ? word : word.slice(0, at)
  if (/\s$/.test(key)) throw new ComposeError(`environment variable ${key} is declared with a trailing space`)
  return [key, at < 0 ? null : word.slice(at + 1)]
}
/** As {@link environment}, and what has no value is ''. */
export const labels: Codec<Map<string, string>> = codec((value, path) => {
  const pairs = environment.read(value, path)
  return pairs && new Map([...pairs].map(([key, each]) => [key, each ?? '']))
})

/** Words of a command; an empty one says "none", null "the image's". JSON shows either. */
export const command: Codec<string[] | null> = {
  absent: null,
  read: (value, path) => (value === null ? null : isList(value) ? value.map(sprint) : shellWords(sprint(value), path)),
}

/** Splits as a shell would, without expanding anything. mattn/go-shellwords. */
export function shellWords(line: string, path: Path = []): string[] {
  const found: string[] = []
  let word = ''
  let started = false
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i)
    if (char === '\\' && quote !== "'") {
      word += line.charAt(++i)
      started = true
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      started = true
    } else if (/\s/.test(char)) {
      if (started) found.push(word)
      ;[word, started] = ['', false]
    } else {
      if (';&|<>'.includes(char)) break
      word += char
      started = true
    }
  }
  if (quote !== '') throw new ComposeError('invalid command line string', path)
  if (started) found.push(word)
  return found
}

/** `host=ip` or `host:ip`. */
export const hosts: Codec<string[]> = codec((value, path) => {
  const pairs = isMapping(value)
    ? [...value].flatMap(([host, ips]) => (isList(ips) ? ips : [ips ?? '']).map((ip) => `${host}=${sprint(ip)}`))
    : isList(value)
      ? value.flatMap((each) => hostWords(sprint(each), path))
      : []
  return pairs.length === 0 ? undefined : pairs.map((pair) => pair.replace(/=\[(.*)\]$/, '=$1')).toSorted()
})
function hostWords(word: string, path: Path): string[] {
  const at = word.includes('=') ? word.indexOf('=') : word.indexOf(':')
  if (at < 0) throw new ComposeError(`invalid additional host, missing IP: ${word}`, path)
  return word
    .slice(at + 1)
    .split(',')
    .map((ip) => `${word.slice(0, at)}=${ip}`)
}

export const struct = <const F extends Fields>(fields: F): Codec<Struct<F>> =>
  codec((value, path) => {
    if (!isMapping(value)) return undefined
    const read: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(fields)) {
      const each = value.get(name)
      const known = each === undefined ? field.absent : field.read(each, [...path, name])
      if (known !== undefined) read[name] = known
    }
    return { ...read, ...extensions(value) } as Struct<F>
  })

/** `x-…` keys stay as they are, after all else. */
const extensions = (value: ReadonlyMap<string, Tree>): Record<string, unknown> =>
  Object.fromEntries([...value].filter(([key]) => key.startsWith('x-')).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** A struct that Go holds by value: JSON shows it even when it is empty. */
export const inline = <T extends object>(inner: Codec<T>): Codec<T> => {
  const empty = inner.read(new Map(), []) as T
  return { absent: empty, read: (value, path) => inner.read(value, path) ?? empty }
}

export const custom = codec
