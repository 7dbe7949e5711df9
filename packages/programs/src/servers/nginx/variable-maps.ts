import { ConfigError } from './config-error.ts'
import type { Directive } from './config-parser.ts'
import { compile } from './pattern.ts'

/** How `map`, `geo` and `split_clients` make a variable from a text. */
export interface VariableMap {
  /** Text with variables that is looked up. */
  readonly source: string
  /** @returns text with variables, and the groups of the expression that matched */
  readonly find: (value: string) => { readonly text: string; readonly match?: RegExpExecArray }
}

/** ngx_http_map_module: exact, then masks of host names, then expressions in their order. */
export function readMap({ args: [source = ''], block = [], file, line }: Directive): VariableMap {
  const rows = block.filter(({ name, args }) => args.length > 0 && name !== 'default')
  const hostnames = block.some(({ name }) => name === 'hostnames')
  const fallback = block.find(({ name }) => name === 'default')?.args[0] ?? ''
  const exact = new Map<string, string>()
  const patterns: (readonly [RegExp, string])[] = []
  for (const row of rows) {
    const { name, args } = row
    if (name.startsWith('~')) patterns.push([expression(name, `${file}:${line}`), args[0] ?? ''])
    else if (exact.has(name.replace(/^\\/, '').toLowerCase()))
      throw new ConfigError(`conflicting parameter "${name}" in ${row.file}:${row.line}`)
    else exact.set(name.replace(/^\\/, '').toLowerCase(), args[0] ?? '')
  }
  return {
    source,
    find: (value) => {
      const name = value.toLowerCase()
      const plain = exact.get(name) ?? (hostnames ? masked(exact, name) : undefined)
      if (plain !== undefined) return { text: plain }
      for (const [pattern, text] of patterns) {
        const match = pattern.exec(value)
        if (match) return { text, match }
      }
      return { text: fallback }
    },
  }
}

function expression(name: string, place: string): RegExp {
  try {
    return name.startsWith('~*') ? compile(name.slice(2), true) : compile(name.slice(1), false)
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(`${error.message} in ${place}`) : error
  }
}

function masked(rows: ReadonlyMap<string, string>, name: string): string | undefined {
  const parts = name.split('.')
  for (let at = 0; at < parts.length; at++) {
    const tail = parts.slice(at).join('.')
    const found = (at > 0 ? rows.get(`*.${tail}`) : undefined) ?? rows.get(`.${tail}`)
    if (found !== undefined) return found
  }
  for (let at = parts.length - 1; at > 0; at--) {
    const found = rows.get(`${parts.slice(0, at).join('.')}.*`)
    if (found !== undefined) return found
  }
  return undefined
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** Whether an address lies in `10.0.0.0/8`, `10.0.0.1` or, as `geo` with ranges writes it, `10.0.0.1-10.0.0.9`. */
export function covers(network: string, address: string): boolean {
  const [from, to] = network.split('-')
  if (from !== undefined && to !== undefined)
    return numberOf(address) >= numberOf(from) && numberOf(address) <= numberOf(to)
  if (network.includes(':') || address.includes(':')) return coversLong(network, address)
  const [host = '', length = '32'] = network.split('/')
  const rest = 2 ** (32 - Number(length))
  return Math.floor(numberOf(host) / rest) === Math.floor(numberOf(address) / rest)
}

/** The 128 bits of an IPv6 address. RFC 4291 section 2.2. @returns undefined for what is none */
function bitsOf(address: string): bigint | undefined {
  const [head = '', tail] = address.split('::')
  const words = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const front = words(head)
  const back = words(tail ?? '')
  const all =
    tail === undefined
      ? front
      : [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back]
  if (all.length !== 8 || !all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined
  return all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n)
}

function coversLong(network: string, address: string): boolean {
  const [host = '', length = '128'] = network.split('/')
  const [wanted, given] = [bitsOf(host), bitsOf(address)]
  const rest = BigInt(128 - Number(length))
  return wanted !== undefined && given !== undefined && wanted >> rest === given >> rest
}

const widthOf = (network: string): number => Number(network.split('/')[1] ?? 32)

/** ngx_http_geo_module: the narrowest network wins. */
export function readGeo({ args, block = [] }: Directive): VariableMap {
  const networks = block
    .filter(({ name }) => /^[\d.]+(\/\d+|-[\d.]+)?$/.test(name) || name.includes(':'))
    .toSorted((a, b) => widthOf(b.name) - widthOf(a.name))
  const fallback = block.find(({ name }) => name === 'default')?.args[0] ?? ''
  return {
    source: args.length > 1 ? (args[0] ?? '') : '$remote_addr',
    find: (value) => ({ text: networks.find(({ name }) => covers(name, value))?.args[0] ?? fallback }),
  }
}

/** ngx_http_split_clients_module, by MurmurHash2 as there. */
export function readSplit({ args: [source = ''], block = [] }: Directive): VariableMap {
  let upTo = 0
  const shares = block.map(({ name, args: [text = ''] }): readonly [number, string] => {
    upTo = name === '*' ? 2 ** 32 : upTo + Math.floor((Number.parseFloat(name) / 100) * (2 ** 32 - 1))
    return [upTo, text]
  })
  return {
    source,
    find: (value) => {
      const hash = murmur2(new TextEncoder().encode(value))
      return { text: shares.find(([limit]) => hash < limit)?.[1] ?? '' }
    },
  }
}

const FACTOR = 0x5bd1e995

function murmur2(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  let hash = data.length
  let at = 0
  for (; at + 4 <= data.length; at += 4) {
    let word = Math.imul(view.getUint32(at, true), FACTOR)
    word = Math.imul(word ^ (word >>> 24), FACTOR)
    hash = Math.imul(hash, FACTOR) ^ word
  }
  for (let rest = data.length - at; rest > 0; rest--) {
    hash ^= (data[at + rest - 1] ?? 0) << (8 * (rest - 1))
    if (rest === 1) hash = Math.imul(hash, FACTOR)
  }
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR)
  return (hash ^ (hash >>> 15)) >>> 0
}
