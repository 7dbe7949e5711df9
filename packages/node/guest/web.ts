import { customInspect, inspect } from './inspect.ts'
import { AbortController_, AbortSignal_, Event_, EventTarget_ } from './web-events.ts'
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
  [customInspect](): string {
    const shown = this.pairs.map(([name, value]) => `${inspect(name)} => ${inspect(value)}`)
    return shown.length === 0 ? 'URLSearchParams {}' : `URLSearchParams { ${shown.join(', ')} }`
  }
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
  [customInspect](): string {
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash } =
      this
    const shown = {
      href,
      origin,
      protocol,
      username,
      password,
      host,
      hostname,
      port,
      pathname,
      search,
      searchParams,
      hash,
    }
    return `URL ${inspect(shown)}`
  }
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

/** Fields of a message, by their names in small letters. https://fetch.spec.whatwg.org/#headers-class */
export class Headers_ {
  private readonly fields = new Map<string, string>()
  constructor(given?: unknown) {
    if (given === undefined || given === null) return
    const pairs =
      Symbol.iterator in (given as object) ? (given as Iterable<[string, unknown]>) : Object.entries(given as object)
    for (const [name, value] of pairs) this.append(String(name), String(value))
  }
  append(name: string, value: string): void {
    const before = this.get(name)
    this.set(name, before === null ? value : `${before}, ${value}`)
  }
  set(name: string, value: string): void {
    this.fields.set(name.toLowerCase(), String(value))
  }
  get(name: string): string | null {
    return this.fields.get(name.toLowerCase()) ?? null
  }
  has(name: string): boolean {
    return this.fields.has(name.toLowerCase())
  }
  delete(name: string): void {
    this.fields.delete(name.toLowerCase())
  }
  forEach(call: (value: string, name: string) => void): void {
    for (const [name, value] of this.fields) call(value, name)
  }
  keys(): IterableIterator<unknown> {
    return this.fields.keys()
  }
  values(): IterableIterator<unknown> {
    return this.fields.values()
  }
  entries(): IterableIterator<unknown> {
    return this.fields.entries()
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.fields.entries()
  }
}

/** fetch over http: status, headers, text, json. */
function fetch(
  address: string,
  options: { method?: string; headers?: unknown; body?: unknown; signal?: AbortSignal_ } = {},
): Promise<object> {
  return new Promise((resolve, reject) => {
    const body =
      options.body === undefined || options.body === null
        ? undefined
        : options.body instanceof Uint8Array
          ? options.body
          : String(options.body)
    const given = new Headers_(options.headers)
    if (options.body instanceof Params && !given.has('content-type'))
      given.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
    else if (typeof options.body === 'string' && !given.has('content-type'))
      given.set('content-type', 'text/plain;charset=UTF-8')
    const http = httpModule('http:') as {
      request: (...args: unknown[]) => {
        end(body?: string | Uint8Array): void
        destroy(): void
        on(event: string, listener: (error: Error) => void): void
      }
    }
    const size = typeof body === 'string' ? Buffer.byteLength(body) : body?.length
    const length = size === undefined ? {} : { 'Content-Length': String(size) }
    const request = http.request(
      String(address),
      { method: options.method ?? 'GET', headers: { ...Object.fromEntries(given), ...length } },
      (message: IncomingMessage) => resolve(answer(message, String(address))),
    )
    request.on('error', (cause) => reject(Object.assign(new TypeError('fetch failed'), { cause })))
    options.signal?.addEventListener('abort', () => {
      reject(options.signal?.reason as Error)
      request.destroy()
    })
    request.end(body)
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
  const headers = new Headers_(message.headers)
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

export const webGlobals = {
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  URL: Address,
  URLSearchParams: Params,
  fetch,
  Headers: Headers_,
  structuredClone,
  AbortController: AbortController_,
  AbortSignal: AbortSignal_,
  Event: Event_,
  EventTarget: EventTarget_,
}
