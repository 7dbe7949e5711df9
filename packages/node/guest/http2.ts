import { Buffer } from 'buffer'
import EventEmitter from 'events'
import { Duplex } from 'readable-stream'
import { invalidType, nodeError } from './errors.ts'
import { encodeFields, type Field, FieldReader } from './hpack.ts'
import { loop } from './loop.ts'
import { Server as NetServer, Socket } from './net.ts'
import { connect as connectTls, type SecureOptions, TlsServer } from './tls.ts'

/** HTTP/2 over TCP or TLS. RFC 9113 */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const FRAME = { data: 0, headers: 1, rst: 3, settings: 4, ping: 6, goaway: 7, window: 8, continuation: 9 } as const
const END_STREAM = 1
const ACK = 1
const END_HEADERS = 4
const PADDED = 8
const PRIORITY = 32
const MOST_DATA = 16_384
const WINDOW = 65_535
/** What is given back at once, so that nobody waits for room. */
const LARGE = 2 ** 30

type Headers = Record<string | symbol, unknown>
const isBad = (name: string): boolean => ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'].includes(name)

function fieldsOf(headers: Headers): Field[] {
  const rows = Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase()
    if (isBad(lower))
      throw nodeError(
        TypeError,
        'ERR_HTTP2_INVALID_CONNECTION_HEADERS',
        `HTTP/1 Connection specific headers are forbidden: "${lower}"`,
      )
    return value === undefined || value === null ? [] : [value].flat().map((each): Field => [lower, String(each)])
  })
  return [...rows.filter(([name]) => name.startsWith(':')), ...rows.filter(([name]) => !name.startsWith(':'))]
}
function headersOf(fields: readonly Field[]): Headers {
  const headers: Headers = Object.create(null) as Headers
  for (const [name, value] of fields) {
    const before = headers[name]
    if (name === ':status') headers[name] = Number(value)
    else if (name === 'set-cookie') headers[name] = [...((before as string[] | undefined) ?? []), value]
    else headers[name] = before === undefined ? value : `${String(before)}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return headers
}

/** One request and its answer. */
export class Http2Stream extends Duplex {
  readonly session: Http2Session
  readonly id: number
  rstCode = 0
  headersSent = false
  sentHeaders: Headers = {}
  /** What may be sent before the other side makes room. */
  window: number
  private waiting: (() => void) | undefined
  private trailing = false
  /** The fields have said that nothing follows. */
  private ended = false
  private readonly later: (() => void)[] = []
  /** Nothing goes out before the fields; a server's go out by themselves. */
  private whenBegun(call: () => void): void {
    if (!this.headersSent && this.session.serves) (this as unknown as ServerHttp2Stream).respond()
    if (this.headersSent) call()
    else this.later.push(call)
  }

  constructor(session: Http2Session, id: number) {
    super({
      read: () => undefined,
      write: (chunk, _encoding, done) => this.whenBegun(() => void this.send(chunk, done)),
      final: (done) =>
        this.whenBegun(() => {
          if (this.ended) loop.tick(() => undefined, [])
          else if (this.trailing) loop.tick(() => this.emit('wantTrailers'), [])
          else session.frame(FRAME.data, END_STREAM, id)
          done()
          session.settle(this)
        }),
      destroy: (error, done) => {
        if (error && this.rstCode === 0) session.reset(this, 2)
        session.forget(this)
        done(error)
      },
    })
    this.session = session
    this.id = id
    this.window = session.peerWindow
  }
  private async send(chunk: Uint8Array, done: (error?: Error | null) => void): Promise<void> {
    for (let at = 0; at < chunk.length && !this.destroyed; ) {
      const room = Math.min(this.window, this.session.window, MOST_DATA, chunk.length - at)
      if (room <= 0) {
        await new Promise<void>((resolve) => (this.waiting = resolve))
        continue
      }
      this.window -= room
      this.session.window -= room
      this.session.frame(FRAME.data, 0, this.id, chunk.subarray(at, at + room))
      at += room
    }
    done()
  }
  more(room: number): void {
    this.window += room
    this.goOn()
  }
  goOn(): void {
    this.waiting?.()
    this.waiting = undefined
  }
  protected sendHeaders(headers: Headers, end: boolean, waits = false): void {
    this.headersSent = true
    this.sentHeaders = headers
    this.trailing = waits
    this.ended = end
    this.session.frame(FRAME.headers, END_HEADERS | (end ? END_STREAM : 0), this.id, encodeFields(fieldsOf(headers)))
    for (const call of this.later.splice(0)) call()
  }
  sendTrailers(headers: Headers): void {
    this.session.frame(FRAME.headers, END_HEADERS | END_STREAM, this.id, encodeFields(fieldsOf(headers)))
  }
  close(code = 0, callback?: () => void): void {
    if (callback) this.once('close', callback as never)
    this.rstCode = code
    this.session.reset(this, code)
    this.destroy()
  }
  setTimeout(): this {
    return this
  }
  get aborted(): boolean {
    return this.rstCode > 0
  }
}

interface RespondOptions {
  readonly endStream?: boolean
  readonly waitForTrailers?: boolean
}
class ServerHttp2Stream extends Http2Stream {
  respond(headers: Headers = {}, { endStream = false, waitForTrailers = false }: RespondOptions = {}): void {
    if (this.headersSent) throw nodeError(Error, 'ERR_HTTP2_HEADERS_SENT', 'Response has already been initiated.')
    const date = { date: new Date().toUTCString() }
    this.sendHeaders({ ':status': 200, ...headers, ...('date' in headers ? {} : date) }, endStream, waitForTrailers)
    if (endStream) this.end()
  }
  get pushAllowed(): boolean {
    return false
  }
}
export class ClientHttp2Stream extends Http2Stream {
  begin(headers: Headers, end: boolean): void {
    this.sendHeaders(headers, end)
  }
}

/** One connection and all that is asked on it. */
export class Http2Session extends EventEmitter {
  readonly socket: Socket
  readonly serves: boolean
  closed = false
  destroyed = false
  window = WINDOW
  peerWindow = WINDOW
  readonly localSettings = usualSettings()
  readonly remoteSettings = usualSettings()
  protected readonly streams = new Map<number, Http2Stream>()
  private readonly reader = new FieldReader()
  private held: Uint8Array = new Uint8Array(0)
  private block: { id: number; flags: number; parts: Uint8Array[] } | undefined
  private greeted: boolean
  private readonly pings: ((error: null, ms: number, payload: Buffer) => void)[] = []

  constructor(socket: Socket, serves: boolean) {
    super()
    this.socket = socket
    this.serves = serves
    this.greeted = !serves
    socket.on('data', ((bytes: Uint8Array) => this.take(bytes)) as never)
    socket.on('close', (() => this.over()) as never)
    socket.on('error', ((error: Error) => {
      if (this.listenerCount('error') > 0) this.emit('error', error)
    }) as never)
  }
  begin(): void {
    if (!this.serves) this.socket.write(PREFACE)
    this.frame(FRAME.settings, 0, 0, Uint8Array.of(0, 4, ...u32(LARGE)))
    this.frame(FRAME.window, 0, 0, Uint8Array.from(u32(LARGE)))
  }
  get encrypted(): boolean {
    return 'encrypted' in this.socket
  }
  get alpnProtocol(): string {
    return this.encrypted ? 'h2' : 'h2c'
  }
  get type(): number {
    return this.serves ? 0 : 1
  }
  frame(type: number, flags: number, id: number, payload: Uint8Array = new Uint8Array(0)): void {
    if (this.destroyed || this.socket.destroyed) return
    const head = [payload.length >> 16, (payload.length >> 8) & 255, payload.length & 255, type, flags, ...u32(id)]
    this.socket.write(Buffer.concat([Uint8Array.from(head), payload]))
  }
  reset(stream: Http2Stream, code: number): void {
    if (this.streams.has(stream.id)) this.frame(FRAME.rst, 0, stream.id, Uint8Array.from(u32(code)))
  }

  private take(bytes: Uint8Array): void {
    this.held = Buffer.concat([this.held, bytes])
    if (!this.greeted) {
      if (this.held.length < PREFACE.length) return
      if (Buffer.from(this.held.slice(0, PREFACE.length)).toString('latin1') !== PREFACE)
        return void this.socket.destroy()
      this.greeted = true
      this.held = this.held.slice(PREFACE.length)
    }
    for (;;) {
      const [a = 0, b = 0, c = 0, type = 0, flags = 0] = this.held
      const length = (a << 16) | (b << 8) | c
      if (this.held.length < 9 + length) return
      const id = number32(this.held, 5) & 0x7fffffff
      const payload = this.held.slice(9, 9 + length)
      this.held = this.held.slice(9 + length)
      loop.guard(() => this.hear(type, flags, id, payload), [])
    }
  }

  private hear(type: number, flags: number, id: number, payload: Uint8Array): void {
    const stream = this.streams.get(id)
    if (type === FRAME.headers) return this.fields(id, flags, bare(payload, flags))
    if (type === FRAME.continuation && this.block)
      return this.fields(id, (this.block.flags & END_STREAM) | flags, payload)
    if (type === FRAME.data) return this.data(stream, flags, payload)
    if (type === FRAME.settings) return this.settings(flags, payload)
    if (type === FRAME.window) return this.room(id, number32(payload, 0))
    if (type === FRAME.ping) return this.ponged(flags, payload)
    if (type === FRAME.rst && stream) return this.wasReset(stream, number32(payload, 0))
    if (type === FRAME.goaway) {
      this.emit('goaway', number32(payload, 4), number32(payload, 0))
      if (!this.serves) this.close()
    }
  }
  private wasReset(stream: Http2Stream, code: number): void {
    stream.rstCode = code
    if (code === 0) return void stream.destroy()
    stream.emit('aborted')
    const named = `NGHTTP2_${CODES[code] ?? 'INTERNAL_ERROR'}`
    const error = nodeError(Error, 'ERR_HTTP2_STREAM_ERROR', `Stream closed with error code ${named}`)
    stream.destroy(code === 8 ? undefined : error)
  }
  private ponged(flags: number, payload: Uint8Array): void {
    if (!(flags & ACK)) return this.frame(FRAME.ping, ACK, 0, payload)
    this.pings.shift()?.(null, 0, Buffer.from(payload))
  }
  private settings(flags: number, payload: Uint8Array): void {
    if (flags & ACK) return
    for (let at = 0; at < payload.length; at += 6)
      if (((payload[at] ?? 0) << 8) + (payload[at + 1] ?? 0) === 4) {
        const size = number32(payload, at + 2)
        for (const stream of this.streams.values()) stream.more(size - this.peerWindow)
        this.peerWindow = size
      }
    this.frame(FRAME.settings, ACK, 0)
    this.emit('remoteSettings', this.remoteSettings)
  }
  private room(id: number, size: number): void {
    if (id > 0) return void this.streams.get(id)?.more(size)
    this.window += size
    for (const stream of this.streams.values()) stream.goOn()
  }
  private data(stream: Http2Stream | undefined, flags: number, payload: Uint8Array): void {
    const bytes = bare(payload, flags)
    if (payload.length > 0) this.frame(FRAME.window, 0, 0, Uint8Array.from(u32(payload.length)))
    if (!stream) return
    if (payload.length > 0) this.frame(FRAME.window, 0, stream.id, Uint8Array.from(u32(payload.length)))
    if (bytes.length > 0) stream.push(Buffer.from(bytes))
    if (flags & END_STREAM) stream.push(null)
  }
  private fields(id: number, flags: number, part: Uint8Array): void {
    this.block ??= { id, flags, parts: [] }
    this.block.parts.push(part)
    if (!(flags & END_HEADERS)) return
    const fields = this.reader.read(Buffer.concat(this.block.parts))
    this.block = undefined
    const stream = this.streams.get(id)
    this.arrived(id, stream, headersOf(fields), flags)
    if (flags & END_STREAM) this.streams.get(id)?.push(null)
  }
  protected arrived(id: number, known: Http2Stream | undefined, headers: Headers, flags: number): void {
    if (known)
      return void known.emit('headersSent' in known && ':status' in headers ? 'response' : 'trailers', headers, flags)
    if (!this.serves) return
    const stream = new ServerHttp2Stream(this, id)
    this.keep(stream)
    this.emit('stream', stream, headers, flags)
  }
  protected keep(stream: Http2Stream): void {
    this.streams.set(stream.id, stream)
    stream.once('end', (() => this.settle(stream)) as never)
  }
  /** Both sides have said all. */
  settle(stream: Http2Stream): void {
    loop.immediate(() => {
      if (stream.readableEnded && stream.writableFinished) stream.destroy()
    }, [])
  }
  forget(stream: Http2Stream): void {
    this.streams.delete(stream.id)
    if (this.closed && this.streams.size === 0) this.socket.end()
  }

  ping(...args: unknown[]): boolean {
    const callback = args.at(-1) as (error: null, ms: number, payload: Buffer) => void
    this.pings.push(callback)
    this.frame(FRAME.ping, 0, 0, args.length > 1 ? (args[0] as Uint8Array) : Buffer.alloc(8))
    return true
  }
  goaway(code = 0, last = 0): void {
    this.frame(FRAME.goaway, 0, 0, Uint8Array.from([...u32(last), ...u32(code)]))
  }
  close(callback?: () => void): void {
    if (callback) this.once('close', callback as never)
    if (this.closed) return
    this.closed = true
    this.goaway()
    if (this.streams.size === 0) this.socket.end()
  }
  destroy(error?: Error): void {
    if (error) this.emit('error', error)
    this.socket.destroy()
  }
  private over(): void {
    if (this.destroyed) return
    this.closed = this.destroyed = true
    for (const stream of this.streams.values()) stream.destroy()
    this.emit('close')
  }
  setTimeout(ms: number, callback?: () => void): this {
    this.socket.setTimeout(ms, callback)
    return this
  }
  ref(): void {
    this.socket.ref()
  }
  unref(): void {
    this.socket.unref()
  }
}

export class ClientHttp2Session extends Http2Session {
  private nextId = 1
  private readonly authority: URL
  connecting = true
  constructor(socket: Socket, authority: URL, event: string) {
    super(socket, false)
    this.authority = authority
    socket.once(event, (() => {
      this.connecting = false
      this.begin()
      this.emit('connect', this, socket)
    }) as never)
  }
  request(
    given: Headers = {},
    { endStream, signal }: { endStream?: boolean; signal?: AbortSignal } = {},
  ): ClientHttp2Stream {
    if (this.closed) throw nodeError(Error, 'ERR_HTTP2_INVALID_SESSION', 'The session has been destroyed')
    const stream = new ClientHttp2Stream(this, this.nextId)
    this.nextId += 2
    this.keep(stream)
    const { host, protocol } = this.authority
    const usual = { ':method': 'GET', ':authority': host, ':scheme': protocol.slice(0, -1), ':path': '/' }
    const headers = { ...usual, ...given }
    const bodyless = endStream ?? ['GET', 'HEAD', 'DELETE'].includes(String(headers[':method']))
    const send = (): void => stream.begin(headers, bodyless)
    if (bodyless) stream.end()
    if (this.connecting) this.once('connect', send as never)
    else send()
    signal?.addEventListener('abort', () => stream.close(8))
    return stream
  }
}
interface AbortSignal {
  addEventListener(name: string, call: () => void): void
}

const u32 = (value: number): number[] => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
const number32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
/** Without what fills it up, and without a priority. */
function bare(payload: Uint8Array, flags: number): Uint8Array {
  const fill = flags & PADDED ? (payload[0] ?? 0) : 0
  const from = (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0)
  return payload.subarray(from, payload.length - fill)
}
const usualSettings = () => ({
  ...{ headerTableSize: 4096, enablePush: true, initialWindowSize: WINDOW, maxFrameSize: MOST_DATA },
  ...{
    maxConcurrentStreams: 4_294_967_295,
    maxHeaderListSize: 65_535,
    maxHeaderSize: 65_535,
    enableConnectProtocol: false,
  },
})
const CODES = (
  'NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR REFUSED_STREAM ' +
  'CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED'
).split(' ')

// Requests and answers as http has them ---------------------------------------------------------------------------------

class Http2ServerRequest {
  static over(stream: Http2Stream, headers: Headers): object {
    const more = {
      ...{ headers, method: headers[':method'], url: headers[':path'], authority: headers[':authority'] },
      ...{ scheme: headers[':scheme'], httpVersion: '2.0', httpVersionMajor: 2, httpVersionMinor: 0, stream },
      ...{ socket: stream.session.socket, rawHeaders: Object.entries(headers).flat(), complete: true },
    }
    const { headers: own, ...rest } = more
    return new Proxy(stream, {
      get(target, key) {
        if (key === 'headers') return own
        if (key in rest) return (rest as Record<PropertyKey, unknown>)[key]
        const value = Reflect.get(target, key, target) as unknown
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
      },
    })
  }
}

export class Http2ServerResponse extends EventEmitter {
  statusCode = 200
  readonly stream: ServerHttp2Stream
  private readonly fields: Headers = {}
  constructor(stream: ServerHttp2Stream) {
    super()
    this.stream = stream
    for (const event of ['finish', 'close', 'drain', 'error'])
      stream.on(event, ((value: unknown) => this.emit(event, value)) as never)
  }
  get headersSent(): boolean {
    return this.stream.headersSent
  }
  get writableEnded(): boolean {
    return this.stream.writableEnded
  }
  get finished(): boolean {
    return this.stream.writableEnded
  }
  get socket(): Socket {
    return this.stream.session.socket
  }
  setHeader(name: string, value: unknown): this {
    if (this.headersSent) throw nodeError(Error, 'ERR_HTTP2_HEADERS_SENT', 'Response has already been initiated.')
    this.fields[name.toLowerCase()] = value
    return this
  }
  getHeader(name: string): unknown {
    return this.fields[name.toLowerCase()]
  }
  hasHeader(name: string): boolean {
    return name.toLowerCase() in this.fields
  }
  removeHeader(name: string): void {
    Reflect.deleteProperty(this.fields, name.toLowerCase())
  }
  getHeaders(): Headers {
    return { ...this.fields }
  }
  getHeaderNames(): string[] {
    return Object.keys(this.fields)
  }
  writeHead(status: number, ...rest: unknown[]): this {
    this.statusCode = status
    const headers = rest.find((each) => typeof each === 'object' && each !== null) as Headers | undefined
    for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value)
    this.flushHeaders()
    return this
  }
  flushHeaders(): void {
    if (!this.headersSent) this.stream.respond({ ':status': this.statusCode, ...this.fields })
  }
  write(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
    this.flushHeaders()
    return this.stream.write(chunk, ...(rest as []))
  }
  end(...args: unknown[]): this {
    this.flushHeaders()
    this.stream.end(...(args as []))
    return this
  }
}

type Listening = NetServer & { on(event: string, call: never): unknown }
/** A server's connections become sessions. */
function served(server: Listening, event: string, args: readonly unknown[]): Listening {
  const listener = args.find((arg) => typeof arg === 'function')
  if (listener) server.on('request', listener as never)
  server.on(event, ((socket: Socket) => {
    const session = new Http2Session(socket, true)
    session.on('stream', ((stream: ServerHttp2Stream, headers: Headers, flags: number) => {
      server.emit('stream', stream, headers, flags)
      if (server.listenerCount('request') > 0)
        server.emit('request', Http2ServerRequest.over(stream, headers), new Http2ServerResponse(stream))
    }) as never)
    session.on('error', ((error: Error) => server.emit('sessionError', error, session)) as never)
    server.emit('session', session)
    session.begin()
  }) as never)
  return server
}
const createServer = (...args: unknown[]): Listening => served(new NetServer({}), 'connection', args)
const createSecureServer = (...args: unknown[]): Listening => {
  const given = (args.find((arg) => typeof arg === 'object' && arg !== null) ?? {}) as SecureOptions
  return served(new TlsServer({ ...given, ALPNProtocols: ['h2'] }), 'secureConnection', args)
}

function connect(authority: string | URL, ...rest: unknown[]): ClientHttp2Session {
  const url = new URL(String(authority))
  const options = (rest.find((arg) => typeof arg === 'object' && arg !== null) ?? {}) as SecureOptions
  const callback = rest.find((arg) => typeof arg === 'function')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw nodeError(Error, 'ERR_HTTP2_UNSUPPORTED_PROTOCOL', `protocol "${url.protocol}" is unsupported.`)
  if (callback !== undefined && typeof callback !== 'function')
    throw invalidType('listener', 'of type function', callback)
  const secure = url.protocol === 'https:'
  const port = Number(url.port || (secure ? 443 : 80))
  const host = url.hostname
  const socket = secure
    ? connectTls({ servername: host, ...options, host, port, ALPNProtocols: ['h2'] })
    : new Socket().connect({ host: host === 'localhost' ? '127.0.0.1' : host, port })
  const session = new ClientHttp2Session(socket, url, secure ? 'secureConnect' : 'connect')
  if (callback) session.once('connect', callback as never)
  return session
}

const NAMES = 'STATUS METHOD AUTHORITY SCHEME PATH'.split(' ')
const FIELDS = (
  'ACCEPT ACCEPT_ENCODING AUTHORIZATION CACHE_CONTROL CONTENT_DISPOSITION CONTENT_ENCODING CONTENT_LENGTH CONTENT_TYPE COOKIE ' +
  'DATE ETAG HOST LAST_MODIFIED LOCATION SERVER SET_COOKIE USER_AGENT VARY'
).split(' ')
const constants = {
  ...Object.fromEntries(CODES.map((name, code) => [`NGHTTP2_${name}`, code])),
  ...Object.fromEntries(NAMES.map((name) => [`HTTP2_HEADER_${name}`, `:${name.toLowerCase()}`])),
  ...Object.fromEntries(FIELDS.map((name) => [`HTTP2_HEADER_${name}`, name.toLowerCase().replaceAll('_', '-')])),
  ...Object.fromEntries(
    ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'].map((name) => [`HTTP2_METHOD_${name}`, name]),
  ),
  ...{ HTTP_STATUS_OK: 200, HTTP_STATUS_CREATED: 201, HTTP_STATUS_NO_CONTENT: 204, HTTP_STATUS_BAD_REQUEST: 400 },
  ...{ HTTP_STATUS_NOT_FOUND: 404, HTTP_STATUS_METHOD_NOT_ALLOWED: 405, HTTP_STATUS_INTERNAL_SERVER_ERROR: 500 },
}
/** node:http2 */
export const http2 = {
  constants,
  connect,
  createServer,
  createSecureServer,
  getDefaultSettings: usualSettings,
  Http2ServerResponse,
  Http2ServerRequest,
  sensitiveHeaders: Symbol('nodejs.http2.sensitiveHeaders'),
}
