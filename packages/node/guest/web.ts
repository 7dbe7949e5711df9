import { Buffer } from 'buffer'
import { httpModule, type IncomingMessage } from './http.ts'

/** Globals of the web that the machine does not bring. */
class Encoder {
  readonly encoding = 'utf-8'
  encode(text = ''): Uint8Array {
    return new Uint8Array(Buffer.from(String(text)))
  }
}
class Decoder {
  readonly encoding: string
  constructor(encoding = 'utf-8') {
    this.encoding = encoding
  }
  decode(bytes?: ArrayBuffer | Uint8Array): string {
    return bytes === undefined
      ? ''
      : Buffer.from(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes).toString(
          this.encoding === 'latin1' ? 'latin1' : 'utf8',
        )
  }
}

const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+')
const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

/** application/x-www-form-urlencoded, in the order given. */
class Params {
  private pairs: [string, string][]
  private readonly onChange: () => void
  constructor(
    from: string | Record<string, string> | Iterable<[string, string]> = '',
    onChange: () => void = () => undefined,
  ) {
    this.onChange = onChange
    if (typeof from !== 'string')
      this.pairs =
        Symbol.iterator in from
          ? [...(from as Iterable<[string, string]>)]
          : Object.entries(from as Record<string, string>)
    else {
      const parts = from.replace(/^\?/, '').split('&').filter(Boolean)
      this.pairs = parts.map((part) => [
        decode(part.replace(/=.*/s, '')),
        decode(part.includes('=') ? part.slice(part.indexOf('=') + 1) : ''),
      ])
    }
  }
  get(name: string): string | null {
    return this.pairs.find(([key]) => key === name)?.[1] ?? null
  }
  getAll(name: string): string[] {
    return this.pairs.filter(([key]) => key === name).map(([, value]) => value)
  }
  has(name: string): boolean {
    return this.pairs.some(([key]) => key === name)
  }
  set(name: string, value: string): void {
    this.pairs = [...this.pairs.filter(([key]) => key !== name), [name, String(value)]]
    this.onChange()
  }
  append(name: string, value: string): void {
    this.pairs.push([name, String(value)])
    this.onChange()
  }
  delete(name: string): void {
    this.pairs = this.pairs.filter(([key]) => key !== name)
    this.onChange()
  }
  forEach(each: (value: string, key: string) => void): void {
    for (const [key, value] of this.pairs) each(value, key)
  }
  keys(): Iterable<string> {
    return this.pairs.map(([key]) => key).values()
  }
  values(): Iterable<string> {
    return this.pairs.map(([, value]) => value).values()
  }
  entries(): Iterable<[string, string]> {
    return this.pairs.values()
  }
  get size(): number {
    return this.pairs.length
  }
  [Symbol.iterator](): Iterator<[string, string]> {
    return this.pairs.values()
  }
  toString(): string {
    return this.pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&')
  }
}

const PARTS =
  /^([a-z][a-z0-9+.-]*:)(?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?#]*)(?::(\d+))?)?([^?#]*)(\?[^#]*)?(#.*)?$/i
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'ftp:': '21',
  'ws:': '80',
  'wss:': '443',
}

/** Addresses with an authority, as scripts here use them; the WHATWG's rarer rules are not followed. */
class Address {
  protocol = ''
  username = ''
  password = ''
  hostname = ''
  port = ''
  pathname = ''
  hash = ''
  search = ''
  readonly searchParams: Params

  constructor(text: string | Address, base?: string | Address) {
    const match =
      PARTS.exec(String(text)) ?? (base === undefined ? null : PARTS.exec(joined(String(text), new Address(base))))
    if (!match) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(text) })
    const [, protocol = '', user = '', password = '', host = '', port = '', path = '', search = '', hash = ''] = match
    this.protocol = protocol.toLowerCase()
    this.username = user
    this.password = password
    this.hostname = host.toLowerCase()
    this.port = DEFAULT_PORTS[this.protocol] === port ? '' : port
    this.pathname = normal(path) || (host ? '/' : '')
    this.search = search === '?' ? '' : search
    this.hash = hash === '#' ? '' : hash
    this.searchParams = new Params(this.search, () => {
      const query = this.searchParams.toString()
      this.search = query ? `?${query}` : ''
    })
  }
  static canParse(text: string, base?: string): boolean {
    try {
      return Boolean(new Address(text, base))
    } catch {
      return false
    }
  }
  get host(): string {
    return this.hostname + (this.port ? `:${this.port}` : '')
  }
  get origin(): string {
    return `${this.protocol}//${this.host}`
  }
  get href(): string {
    const user = this.username ? `${this.username}${this.password ? `:${this.password}` : ''}@` : ''
    const authority = this.hostname || this.protocol === 'file:' ? `//${user}${this.host}` : ''
    return this.protocol + authority + this.pathname + this.search + this.hash
  }
  toString(): string {
    return this.href
  }
  toJSON(): string {
    return this.href
  }
}

const normal = (path: string): string => {
  if (!path.startsWith('/')) return path
  const kept: string[] = []
  const parts = path.slice(1).split('/')
  for (const part of parts) {
    if (part === '..') kept.pop()
    else if (part !== '.') kept.push(part)
  }
  if (['.', '..'].includes(parts.at(-1) ?? '')) kept.push('')
  return `/${kept.join('/')}`.replaceAll(' ', '%20')
}

function joined(text: string, base: Address): string {
  if (text.startsWith('//')) return base.protocol + text
  if (text.startsWith('/')) return base.origin + text
  if (text.startsWith('?') || text === '') return base.origin + base.pathname + text
  if (text.startsWith('#')) return base.origin + base.pathname + base.search + text
  return base.origin + base.pathname.replace(/[^/]*$/, '') + text
}

/** fetch over http: status, headers, text, json. */
function fetch(
  address: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<object> {
  return new Promise((resolve, reject) => {
    const http = httpModule('http:') as {
      request: (...args: unknown[]) => {
        end(body?: string): void
        on(event: string, listener: (error: Error) => void): void
      }
    }
    const length = options.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(options.body)) }
    const request = http.request(
      String(address),
      { method: options.method ?? 'GET', headers: { ...options.headers, ...length } },
      (message: IncomingMessage) => resolve(answer(message, String(address))),
    )
    request.on('error', (cause) => reject(Object.assign(new TypeError('fetch failed'), { cause })))
    request.end(options.body)
  })
}

function answer(message: IncomingMessage, url: string): object {
  const status = message.statusCode ?? 0
  const body = new Promise<Buffer>((resolve) => {
    const parts: Uint8Array[] = []
    message.on('data', ((bytes: Uint8Array) => parts.push(bytes)) as never)
    message.on('end', (() => resolve(Buffer.concat(parts))) as never)
  })
  const text = (): Promise<string> => body.then((bytes) => bytes.toString('utf8'))
  const headers = new Map(Object.entries(message.headers).map(([key, value]) => [key, String(value)]))
  return {
    status,
    ok: status >= 200 && status < 300,
    statusText: message.statusMessage,
    url,
    headers,
    text,
    json: () => text().then((json) => JSON.parse(json) as unknown),
    arrayBuffer: () => body.then((bytes) => new Uint8Array(bytes).buffer),
  }
}

/** Copies what structured clone can copy, cycles included. */
function structuredClone<T>(value: T, seen = new Map<unknown, unknown>()): T {
  if (typeof value === 'function' || typeof value === 'symbol') throw new Error(`${String(value)} could not be cloned.`)
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value) as T
  const keep = <C>(copy: C): C => (seen.set(value, copy), copy)
  if (value instanceof Date) return keep(new Date(value)) as T
  if (value instanceof RegExp) return keep(new RegExp(value)) as T
  if (value instanceof Map) {
    const copy = keep(new Map())
    for (const [key, each] of value) copy.set(structuredClone(key, seen), structuredClone(each, seen))
    return copy as T
  }
  if (value instanceof Set) {
    const copy = keep(new Set())
    for (const each of value) copy.add(structuredClone(each, seen))
    return copy as T
  }
  if (ArrayBuffer.isView(value)) return keep((value as unknown as Uint8Array).slice()) as T
  const copy = keep(Array.isArray(value) ? [] : {}) as Record<string, unknown>
  for (const [key, each] of Object.entries(value)) copy[key] = structuredClone(each, seen)
  return copy as T
}

class AbortSignal_ {
  aborted = false
  reason: unknown
  private readonly listeners: (() => void)[] = []
  addEventListener(_type: string, listener: () => void): void {
    this.listeners.push(listener)
  }
  removeEventListener(): void {}
  fire(reason: unknown): void {
    this.aborted = true
    this.reason = reason
    for (const listener of this.listeners) listener()
  }
}
class AbortController_ {
  readonly signal = new AbortSignal_()
  abort(reason: unknown = new Error('This operation was aborted')): void {
    if (!this.signal.aborted) this.signal.fire(reason)
  }
}

export const webGlobals = {
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  URL: Address,
  URLSearchParams: Params,
  fetch,
  structuredClone,
  AbortController: AbortController_,
  AbortSignal: AbortSignal_,
}
