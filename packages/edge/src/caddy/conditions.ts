import { isErrno } from '@drydock/abi'
import type { MatcherSet } from './config.ts'
import { type Exchange, hostAndPort } from './exchange.ts'
import { filled } from './placeholders.ts'

type Condition = (value: never, exchange: Exchange) => boolean

/** A star at the end, at the beginning, at both, or anywhere. Paths are compared without their case. */
function pathFits(pattern: string, path: string): boolean {
  const [want, is] = [pattern.toLowerCase(), decoded(path).toLowerCase()]
  if (want === '*') return true
  if (!want.includes('*')) return want === is
  if (/^[^*]*\*$/.test(want)) return is.startsWith(want.slice(0, -1))
  if (/^\*[^*]*$/.test(want)) return is.endsWith(want.slice(1))
  if (/^\*[^*]*\*$/.test(want)) return is.includes(want.slice(1, -1))
  return starred(want, '[^/]*').test(is)
}

const starred = (pattern: string, star: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join(star)}$`,
  )

export function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** IPv4 by its bits; other addresses by their text. */
function isInRange(address: string, range: string): boolean {
  const [base = '', bits] = range.split('/')
  const plain = address.replace(/^::ffff:/, '')
  if (bits === undefined || !plain.includes('.') || !base.includes('.')) return plain === base
  return binary(plain).slice(0, Number(bits)) === binary(base).slice(0, Number(bits))
}
const binary = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')

const valuesFit = (wanted: readonly string[] | null, found: readonly string[]): boolean => {
  if (wanted === null) return found.length === 0
  if (wanted.length === 0) return found.length > 0
  return wanted.some((want) =>
    found.some((each) => (want.includes('*') ? starred(want, '.*').test(each) : each === want)),
  )
}

const regexpFits = (wanted: NamedPattern, exchange: Exchange): boolean => textFits(wanted, exchange.path, exchange)

interface NamedPattern {
  readonly name?: string
  readonly pattern: string
}

/** Groups are there as `{re.name.1}` and `{re.1}` afterwards. */
function textFits({ name, pattern }: NamedPattern, text: string, exchange: Exchange): boolean {
  const found = new RegExp(pattern).exec(text)
  found?.forEach((text, at) => {
    if (name !== undefined) exchange.vars.set(`regexp.${name}.${at}`, text)
    exchange.vars.set(`regexp.${at}`, text)
  })
  return found !== null
}

/** The first of the paths that is there; a `=404` at the end gives up with that status. */
function fileFits({ root, try_files }: { root?: string; try_files?: readonly string[] }, exchange: Exchange): boolean {
  const base = filled(root ?? exchange.vars.get('root') ?? '.', exchange.valueOf)
  for (const pattern of try_files ?? ['{http.request.uri.path}']) {
    const path = decoded(filled(pattern, exchange.valueOf))
    const kind = kindOf(exchange, joined(base, path))
    if (kind === undefined || (kind === 'folder') !== path.endsWith('/')) continue
    exchange.vars.set('matchers.file.relative', path)
    exchange.vars.set('matchers.file.absolute', joined(base, path))
    exchange.vars.set('matchers.file.type', kind === 'folder' ? 'directory' : 'file')
    return true
  }
  return false
}

/** Never above the root. */
export function joined(root: string, path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const whole = parts.join('/')
  return whole === '' ? root : `${root.replace(/\/$/, '')}/${whole}`
}

const S_IFMT = 0o170000
const S_IFDIR = 0o040000

export function kindOf({ sys }: Exchange, path: string): 'file' | 'folder' | undefined {
  try {
    return (sys.stat(path).mode & S_IFMT) === S_IFDIR ? 'folder' : 'file'
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  path: (paths: readonly string[], exchange) =>
    paths.some((each) => pathFits(filled(each, exchange.valueOf), exchange.path)),
  host: (hosts: readonly string[], { hostport }) => {
    const host = hostAndPort(hostport)[0].toLowerCase()
    return hosts.some((each) => starred(each.toLowerCase(), '[^.]*').test(host))
  },
  method: (methods: readonly string[], { method }) => methods.includes(method),
  protocol: (name: string, { secure }) => name === (secure ? 'https' : 'http'),
  header: (wanted: Readonly<Record<string, readonly string[] | null>>, { headers }) =>
    Object.entries(wanted).every(([name, values]) => valuesFit(values, headers.getAll(name))),
  query: (wanted: Readonly<Record<string, readonly string[]>>, { query }) => {
    const found = new URLSearchParams(query)
    return Object.entries(wanted).every(([name, values]) =>
      valuesFit(values.includes('*') ? [] : values, found.getAll(name)),
    )
  },
  remote_ip: ({ ranges }: { ranges: readonly string[] }, { remote }) =>
    ranges.some((range) => isInRange(hostAndPort(remote)[0], range)),
  client_ip: ({ ranges }: { ranges: readonly string[] }, { remote }) =>
    ranges.some((range) => isInRange(hostAndPort(remote)[0], range)),
  path_regexp: regexpFits,
  header_regexp: (wanted: Readonly<Record<string, NamedPattern>>, exchange) =>
    Object.entries(wanted).every(([name, each]) =>
      exchange.headers.getAll(name).some((value) => textFits(each, value, exchange)),
    ),
  file: fileFits,
  vars: (wanted: Readonly<Record<string, readonly string[]>>, exchange) =>
    Object.entries(wanted).every(([name, values]) =>
      values.includes(exchange.valueOf(name.replace(/^\{|\}$/g, '')) ?? exchange.vars.get(name) ?? ''),
    ),
  not: (sets: readonly MatcherSet[], exchange) => !sets.some((set) => setFits(set, exchange)),
}

/** Names of matchers that are not carried out here. */
export const unknownMatchers = (sets: readonly MatcherSet[]): readonly string[] =>
  sets.flatMap((set) => Object.keys(set)).filter((name) => !(name in CONDITIONS))

export const setFits = (set: MatcherSet, exchange: Exchange): boolean =>
  Object.entries(set).every(([name, value]) => CONDITIONS[name]?.(value as never, exchange) ?? false)
