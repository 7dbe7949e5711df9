import { Buffer } from 'buffer'
import { Blob_, FormData_, multipart, parseMultipart, viewOf } from './blobs.ts'
import { Agent } from './http-agent.ts'
import { HttpsAgent } from './https.ts'
import { httpModule } from './http.ts'
import type { IncomingMessage } from './http-messages.ts'
import { STATUS_CODES } from './http-words.ts'
import { customInspect, inspect, type InspectOptions } from './inspect.ts'
import { Address, Params } from './url.ts'
import { AbortSignal_, DOMException_ } from './web-events.ts'
import { webStreams } from './web-streams.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Fields of a message. https://fetch.spec.whatwg.org/#headers-class */
export class Headers_ {
  readonly #fields = new Map<string, { name: string; values: string[] }>()
  constructor(given?: unknown) {
    if (given === undefined || given === null) return
    const pairs =
      Symbol.iterator in (given as object) ? (given as Iterable<[string, unknown]>) : Object.entries(given as object)
    for (const [name, value] of pairs) for (const each of [value].flat()) this.append(String(name), String(each))
  }
  #key(name: string, method: string): string {
    if (!TOKEN.test(String(name)))
      throw new TypeError(`Headers.${method}: ${inspect(String(name)).replaceAll("'", '"')} is an invalid header name.`)
    return String(name).toLowerCase()
  }
  append(name: string, value: string): void {
    const key = this.#key(name, 'append')
    const field = this.#fields.get(key)
    if (field) field.values.push(String(value).trim())
    else this.#fields.set(key, { name: String(name), values: [String(value).trim()] })
  }
  set(name: string, value: string): void {
    this.#fields.set(this.#key(name, 'set'), { name: String(name), values: [String(value).trim()] })
  }
  get(name: string): string | null {
    return this.#fields.get(this.#key(name, 'get'))?.values.join(', ') ?? null
  }
  has(name: string): boolean {
    return this.#fields.has(this.#key(name, 'has'))
  }
  delete(name: string): void {
    this.#fields.delete(this.#key(name, 'delete'))
  }
  getSetCookie(): string[] {
    return [...(this.#fields.get('set-cookie')?.values ?? [])]
  }
  forEach(call: (value: string, name: string, headers: Headers_) => void): void {
    for (const [name, value] of this) call(value, name, this)
  }
  keys(): IterableIterator<string> {
    return [...this].map(([name]) => name).values()
  }
  values(): IterableIterator<string> {
    return [...this].map(([, value]) => value).values()
  }
  entries(): IterableIterator<[string, string]> {
    return this[Symbol.iterator]()
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    const names = [...this.#fields.keys()].toSorted()
    const pairs = names.flatMap((name): [string, string][] => {
      const { values } = this.#fields.get(name) ?? { values: [] }
      return name === 'set-cookie' ? values.map((value) => [name, value]) : [[name, values.join(', ')]]
    })
    return pairs.values()
  }
  get [Symbol.toStringTag](): string {
    return 'Headers'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const shown = Object.fromEntries([...this.#fields.values()].map(({ name, values }) => [name, values.join(', ')]))
    return `Headers ${inspect(shown, options)}`
  }
}

type Stream = ReadableStream & AsyncIterable<unknown>
interface ReadableStream {
  readonly locked: boolean
  getReader(): { read(): Promise<{ done: boolean; value: unknown }>; cancel(reason?: unknown): Promise<void> }
  tee(): [Stream, Stream]
  cancel(reason?: unknown): Promise<void>
}
const isStream = (value: unknown): value is Stream => value instanceof (webStreams.ReadableStream as never)

interface Extracted {
  readonly type?: string
  readonly bytes?: Uint8Array
  readonly stream?: Stream
}
const boundary = (): string => `----formdata-undici-0${String(Math.floor(Math.random() * 1e11)).padStart(11, '0')}`

/** https://fetch.spec.whatwg.org/#concept-bodyinit-extract */
function extract(body: unknown): Extracted {
  if (isStream(body)) return { stream: body }
  if (body instanceof Blob_) return { bytes: Blob_.bytesOf(body), ...(body.type && { type: body.type }) }
  if (body instanceof Params)
    return { bytes: Buffer.from(String(body)), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (body instanceof FormData_) {
    const mark = boundary()
    return { bytes: multipart(body, mark), type: `multipart/form-data; boundary=${mark}` }
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return { bytes: viewOf(body).slice() }
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return { stream: webStreams.ReadableStream.from(body as never) as unknown as Stream }
  return { bytes: Buffer.from(String(body)), type: 'text/plain;charset=UTF-8' }
}

/** What requests and responses share. https://fetch.spec.whatwg.org/#body-mixin */
class Body {
  protected stream: Stream | null
  #used = false
  readonly headers: Headers_
  constructor(body: unknown, headers: Headers_) {
    this.headers = headers
    this.stream = null
    Object.defineProperty(this, 'stream', { enumerable: false })
    if (body === undefined || body === null) return
    const { stream, bytes, type } = extract(body)
    this.stream = stream ?? streamOf(bytes ?? new Uint8Array(0))
    if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type)
  }
  get body(): unknown {
    return this.stream
  }
  get bodyUsed(): boolean {
    return this.#used
  }
  async #take(): Promise<Buffer> {
    if (this.#used || this.stream?.locked) throw new TypeError('Body is unusable: Body has already been read')
    if (!this.stream) return Buffer.alloc(0)
    this.#used = true
    const parts: Uint8Array[] = []
    const reader = this.stream.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read())
      parts.push(typeof next.value === 'string' ? Buffer.from(next.value) : (next.value as Uint8Array))
    return Buffer.concat(parts)
  }
  async text(): Promise<string> {
    const text = (await this.#take()).toString('utf8')
    return text.startsWith('\ufeff') ? text.slice(1) : text
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(await this.#take()).slice().buffer as ArrayBuffer
  }
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.#take())
  }
  async blob(): Promise<Blob_> {
    return new Blob_([await this.#take()], { type: this.headers.get('content-type') ?? '' })
  }
  async formData(): Promise<FormData_> {
    const type = this.headers.get('content-type') ?? ''
    const mark = /boundary="?([^";]+)/.exec(type)?.[1]
    if (type.startsWith('multipart/form-data') && mark !== undefined) return parseMultipart(await this.#take(), mark)
    if (!type.startsWith('application/x-www-form-urlencoded'))
      throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".')
    const data = new FormData_()
    new Params(await this.text()).forEach((value, name) => data.append(name, value))
    return data
  }
  /** A second reader of the same body. */
  protected split(): Stream | null {
    if (this.#used || this.stream?.locked) throw new TypeError('Response.clone: Body has already been consumed.')
    if (!this.stream) return null
    const [mine, other] = this.stream.tee()
    this.stream = mine
    return other
  }
}

function streamOf(bytes: Uint8Array): Stream {
  return new webStreams.ReadableStream({
    start(controller: { enqueue(chunk: Uint8Array): void; close(): void }) {
      if (bytes.length > 0) controller.enqueue(new Uint8Array(bytes))
      controller.close()
    },
  } as never) as unknown as Stream
}

interface ResponseInit {
  status?: number
  statusText?: string
  headers?: unknown
}
interface Told {
  url?: string
  type?: string
  redirected?: boolean
}
const REDIRECTS = [301, 302, 303, 307, 308]

export class Response_ extends Body {
  readonly #status: number
  readonly #statusText: string
  #told: Told = {}
  constructor(body?: unknown, init: ResponseInit = {}) {
    const status = init.status ?? 200
    if (status < 200 || status > 599)
      throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.')
    if (body !== null && body !== undefined && [204, 205, 304].includes(status))
      throw new TypeError(`Response constructor: Invalid response status code ${status}`)
    super(body, new Headers_(init.headers))
    this.#status = status
    this.#statusText = init.statusText ?? ''
  }
  /** @internal */
  static told(response: Response_, told: Told): Response_ {
    response.#told = told
    return response
  }
  get type(): string {
    return this.#told.type ?? 'default'
  }
  get url(): string {
    return this.#told.url ?? ''
  }
  get redirected(): boolean {
    return this.#told.redirected ?? false
  }
  get status(): number {
    return this.#told.type === 'error' ? 0 : this.#status
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }
  get statusText(): string {
    return this.#statusText
  }
  clone(): Response_ {
    const { status, statusText, headers } = this
    return Response_.told(new Response_(this.split(), { status, statusText, headers }), this.#told)
  }
  static json(value: unknown, init: ResponseInit = {}): Response_ {
    const headers = new Headers_(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new Response_(JSON.stringify(value), { ...init, headers })
  }
  static redirect(url: string, status = 302): Response_ {
    if (!REDIRECTS.includes(status)) throw new RangeError(`Invalid status code ${status}`)
    return new Response_(null, { status, headers: { location: new Address(url).href } })
  }
  static error(): Response_ {
    return Response_.told(new Response_(), { type: 'error' })
  }
  get [Symbol.toStringTag](): string {
    return 'Response'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const { status, statusText, headers, body, bodyUsed, ok, redirected, type, url } = this
    return `Response ${inspect({ status, statusText, headers, body, bodyUsed, ok, redirected, type, url }, options)}`
  }
}

interface RequestInit {
  method?: string
  headers?: unknown
  body?: unknown
  signal?: AbortSignal_
  redirect?: 'follow' | 'manual' | 'error'
}
const USUAL = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']

export class Request_ extends Body {
  readonly #url: string
  readonly #method: string
  readonly #init: RequestInit
  constructor(input: unknown, init: RequestInit = {}) {
    const from = input instanceof Request_ ? input : undefined
    const method = init.method ?? from?.method ?? 'GET'
    const body = init.body ?? from?.split()
    if (body !== null && body !== undefined && /^(get|head)$/i.test(method))
      throw new TypeError('Request with GET/HEAD method cannot have body.')
    super(body, new Headers_(init.headers ?? from?.headers))
    this.#url = from?.url ?? parsed(input).href
    this.#method = USUAL.includes(method.toUpperCase()) ? method.toUpperCase() : method
    this.#init = { ...(from ? from.#init : {}), ...init }
  }
  get method(): string {
    return this.#method
  }
  get url(): string {
    return this.#url
  }
  get redirect(): string {
    return this.#init.redirect ?? 'follow'
  }
  get signal(): AbortSignal_ {
    return this.#init.signal ?? AbortSignal_.make()
  }
  /** @internal */
  static signalOf(request: Request_): AbortSignal_ | undefined {
    return request.#init.signal
  }
  clone(): Request_ {
    return new Request_(this.#url, { ...this.#init, method: this.#method, headers: this.headers, body: this.split() })
  }
  get [Symbol.toStringTag](): string {
    return 'Request'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const { method, url, headers, signal, redirect, bodyUsed } = this
    return `Request ${inspect({ method, url, headers, redirect, signal, bodyUsed }, options)}`
  }
}

function parsed(input: unknown): Address {
  try {
    return new Address(String(input))
  } catch (cause) {
    throw new TypeError(`Failed to parse URL from ${String(input)}`, { cause })
  }
}

const failed = (cause: unknown): Error => new TypeError('fetch failed', { cause })
/** Ports that fetch does not go to. https://fetch.spec.whatwg.org/#port-blocking */
const BAD_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])

/** https://fetch.spec.whatwg.org/#fetch-method */
export async function fetch(input: unknown, init: RequestInit = {}): Promise<Response_> {
  const request = new Request_(input, init)
  const signal = Request_.signalOf(request)
  if (signal?.aborted) throw signal.reason
  if (request.url.startsWith('data:')) return fromData(request.url)
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  let { url, method } = request
  let sent = body
  for (let hops = 0; ; hops++) {
    const message = await exchange(url, method, request.headers, sent, signal)
    const { location } = message.headers as { location?: string }
    const status = message.statusCode ?? 0
    if (!REDIRECTS.includes(status) || location === undefined || request.redirect === 'manual')
      return answered(message, url, hops > 0, method, signal)
    message.resume()
    if (request.redirect === 'error') throw failed(new Error('unexpected redirect'))
    if (hops === 20) throw failed(new Error('redirect count exceeded'))
    url = new Address(location, url).href
    if (status === 303 || (status < 303 && method === 'POST')) {
      method = 'GET'
      sent = undefined
      for (const name of ['content-type', 'content-length']) request.headers.delete(name)
    }
  }
}

function fromData(url: string): Response_ {
  const [, type = '', base64, data = ''] = /^data:([^;,]*(?:;[^;,]+=[^;,]+)*)(;base64)?,(.*)$/s.exec(url) ?? []
  const bytes = base64 ? Buffer.from(decodeURIComponent(data), 'base64') : Buffer.from(decodeURIComponent(data))
  return Response_.told(new Response_(bytes, { headers: { 'content-type': type || 'text/plain;charset=US-ASCII' } }), {
    url,
    type: 'basic',
  })
}

interface Asking {
  end(body?: Uint8Array): void
  destroy(error?: Error): void
  on(event: string, listener: (error: Error) => void): void
}
/** Keeps its connections for a while, and apart from those of http. */
const AGENT = new Agent({ keepAlive: true, timeout: 4000 })
const SECURE_AGENT = new HttpsAgent({ keepAlive: true, timeout: 4000 })

function exchange(
  url: string,
  method: string,
  headers: Headers_,
  body: Uint8Array | undefined,
  signal: AbortSignal_ | undefined,
): Promise<IncomingMessage> {
  const { protocol, port } = new Address(url)
  return new Promise((resolve, reject) => {
    if (!/^https?:$/.test(protocol ?? '')) return reject(failed(new Error('unknown scheme')))
    if (BAD_PORTS.has(Number(port))) return reject(failed(new Error('bad port')))
    const usual = {
      accept: '*/*',
      'accept-language': '*',
      'sec-fetch-mode': 'cors',
      'user-agent': 'node',
      'accept-encoding': 'identity',
    }
    const length = body
      ? { 'content-length': String(body.length) }
      : ['POST', 'PUT', 'PATCH'].includes(method)
        ? { 'content-length': '0' }
        : {}
    const { request } = httpModule(protocol as 'http:') as { request: (...args: unknown[]) => Asking }
    const given = {
      connection: 'keep-alive',
      ...Object.fromEntries(headers),
      ...usual,
      ...Object.fromEntries(headers),
      ...length,
    }
    const asking = request(
      url,
      { method, headers: given, agent: protocol === 'https:' ? SECURE_AGENT : AGENT },
      resolve,
    )
    asking.on('error', (cause) => reject(failed(cause)))
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error)
      asking.destroy()
    })
    asking.end(body)
  })
}

function answered(
  message: IncomingMessage,
  url: string,
  redirected: boolean,
  method: string,
  signal: AbortSignal_ | undefined,
): Response_ {
  const headers = new Headers_()
  const { rawHeaders: raw } = message
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at]?.toLowerCase() ?? '', raw[at + 1] ?? '')
  const status = message.statusCode ?? 0
  const empty = method === 'HEAD' || [204, 205, 304].includes(status)
  if (empty) message.resume()
  const init = { status, statusText: message.statusMessage ?? STATUS_CODES[status] ?? '', headers }
  return Response_.told(new Response_(empty ? null : incoming(message, signal), init), {
    url,
    redirected,
    type: 'basic',
  })
}

/** The body as it comes, in the shape of a web stream. */
function incoming(message: IncomingMessage, signal: AbortSignal_ | undefined): Stream {
  type To = { enqueue(chunk: Uint8Array): void; close(): void; error(reason: unknown): void }
  let over = false
  return new webStreams.ReadableStream({
    start(to: To) {
      const end = (call: () => void): void => {
        if (!over) call()
        over = true
      }
      message.on('data', ((chunk: Uint8Array) => over || to.enqueue(new Uint8Array(chunk))) as never)
      message.on('end', (() => end(() => to.close())) as never)
      message.on('error', ((error: Error) =>
        end(() => to.error(new TypeError('terminated', { cause: error })))) as never)
      message.on('aborted', (() => end(() => to.error(new TypeError('terminated')))) as never)
      signal?.addEventListener('abort', () =>
        end(() => to.error(signal.reason ?? new DOMException_('This operation was aborted', 'AbortError'))),
      )
    },
    cancel() {
      over = true
      message.destroy()
    },
  } as never) as unknown as Stream
}
for (const [Class, name] of [
  [Headers_, 'Headers'],
  [Response_, 'Response'],
  [Request_, 'Request'],
] as const)
  Object.defineProperty(Class, 'name', { value: name, configurable: true })
