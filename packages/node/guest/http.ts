import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import { nodeError } from './errors.ts'
import { type Head, HttpParser } from './http-parser.ts'
import { loop } from './loop.ts'
import { Server as NetServer, Socket } from './net.ts'

export const STATUS_CODES: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  418: "I'm a Teapot",
  422: 'Unprocessable Entity',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'CONNECT', 'TRACE']

/** A request that a server got, or the answer that a client got. */
export class IncomingMessage extends Readable {
  readonly socket: Socket
  readonly connection: Socket
  readonly headers: Head['headers']
  readonly rawHeaders: readonly string[]
  readonly httpVersion: string
  method: string | undefined
  url: string | undefined
  statusCode: number | undefined
  statusMessage: string | undefined
  complete = false
  trailers = {}

  constructor(socket: Socket, head: Head, response: boolean) {
    super({ read: () => undefined })
    this.socket = socket
    this.connection = socket
    this.headers = head.headers
    this.rawHeaders = head.raw
    const [a, b, c] = head.first
    this.httpVersion = (response ? a : c).replace('HTTP/', '')
    if (response) {
      this.statusCode = Number(b)
      this.statusMessage = c
    } else {
      this.method = a
      this.url = b
    }
  }
  setTimeout(): this {
    return this
  }
}

/** What both a server's answer and a client's request are: fields, then a body with a length or in chunks. */
class OutgoingMessage extends Writable {
  headersSent = false
  sendDate = true
  protected readonly fields = new Map<string, { name: string; value: string | readonly string[] }>()
  protected chunked = false
  protected empty = false
  protected target: Socket | undefined
  private held: { chunk: Uint8Array | undefined; done: (error?: Error | null) => void }[] = []

  constructor() {
    // Who has written all of a request still waits for its answer.
    super({
      autoDestroy: false,
      write: (chunk, _encoding, done) => this.part(chunk, done),
      final: (done) => this.last(done),
    })
  }

  setHeader(name: string, value: string | number | readonly string[]): this {
    if (this.headersSent)
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client')
    this.fields.set(name.toLowerCase(), { name, value: Array.isArray(value) ? value.map(String) : String(value) })
    return this
  }
  getHeader(name: string): string | readonly string[] | undefined {
    return this.fields.get(name.toLowerCase())?.value
  }
  hasHeader(name: string): boolean {
    return this.fields.has(name.toLowerCase())
  }
  removeHeader(name: string): void {
    this.fields.delete(name.toLowerCase())
  }
  getHeaders(): Record<string, unknown> {
    return Object.fromEntries([...this.fields].map(([key, { value }]) => [key, value]))
  }
  getHeaderNames(): string[] {
    return [...this.fields.keys()]
  }
  appendHeader(name: string, value: string): this {
    const before = this.getHeader(name)
    return this.setHeader(
      name,
      before === undefined ? value : [...(Array.isArray(before) ? (before as string[]) : [String(before)]), value],
    )
  }
  flushHeaders(): void {
    this.sendHead(undefined)
  }
  setTimeout(): this {
    return this
  }

  protected firstLine(): string {
    return ''
  }

  /** @param length of the whole body where it is known */
  protected sendHead(length: number | undefined): void {
    if (this.headersSent || !this.target) return
    if (!this.hasHeader('content-length') && !this.hasHeader('transfer-encoding') && !this.empty) {
      if (length === undefined) this.setHeader('Transfer-Encoding', 'chunked')
      else this.setHeader('Content-Length', length)
    }
    this.chunked = /chunked/i.test(String(this.getHeader('transfer-encoding') ?? ''))
    const lines = [...this.fields.values()].flatMap(({ name, value }) =>
      (Array.isArray(value) ? value : [value]).map((each) => `${name}: ${each}`),
    )
    this.headersSent = true
    this.target.write(`${[this.firstLine(), ...lines].join('\r\n')}\r\n\r\n`)
  }

  /** A message whose end came with its first piece has a length. */
  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    if (!this.headersSent && this.target) {
      const body =
        chunk === undefined || chunk === null || typeof chunk === 'function'
          ? undefined
          : typeof chunk === 'string'
            ? Buffer.byteLength(chunk)
            : (chunk as Uint8Array).length
      this.sendHead(body ?? 0)
    }
    return super.end(chunk, encoding, done)
  }

  protected connected(socket: Socket): void {
    this.target = socket
    for (const { chunk, done } of this.held.splice(0)) {
      if (chunk) this.part(chunk, done)
      else this.last(done)
    }
  }

  private part(chunk: Uint8Array, done: (error?: Error | null) => void): void {
    if (!this.target) return void this.held.push({ chunk, done })
    this.sendHead(undefined)
    if (this.empty) return done()
    // That a connection broke is told by the connection.
    const written = (): void => done()
    if (!this.chunked) return void this.target.write(chunk, undefined, written)
    this.target.write(`${chunk.length.toString(16)}\r\n`)
    this.target.write(chunk)
    this.target.write('\r\n', undefined, written)
  }

  private last(done: (error?: Error | null) => void): void {
    if (!this.target) return void this.held.push({ chunk: undefined, done })
    this.sendHead(0)
    if (this.chunked && !this.empty) this.target.write('0\r\n\r\n')
    done()
  }
}

export class ServerResponse extends OutgoingMessage {
  statusCode = 200
  statusMessage: string | undefined
  readonly req: IncomingMessage
  readonly socket: Socket
  readonly connection: Socket
  private readonly keepAlive: boolean

  constructor(request: IncomingMessage) {
    super()
    this.req = request
    this.socket = request.socket
    this.connection = request.socket
    this.target = request.socket
    this.empty = request.method === 'HEAD'
    const asked = String(request.headers.connection ?? '').toLowerCase()
    this.keepAlive = request.httpVersion === '1.1' ? asked !== 'close' : asked === 'keep-alive'
    this.once('finish', (() => this.sent()) as never)
  }

  get finished(): boolean {
    return this.writableEnded
  }

  writeHead(status: number, ...rest: unknown[]): this {
    if (this.headersSent)
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client')
    this.statusCode = status
    if (typeof rest[0] === 'string') this.statusMessage = rest[0]
    const headers = rest.find((each) => typeof each === 'object' && each !== null) as
      | Record<string, string>
      | readonly string[]
      | undefined
    if (Array.isArray(headers))
      for (let at = 0; at < headers.length; at += 2) this.setHeader(String(headers[at]), String(headers[at + 1]))
    else for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value as string)
    return this
  }
  writeContinue(): void {
    this.target?.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  protected override firstLine(): string {
    return `HTTP/1.1 ${this.statusCode} ${this.statusMessage ?? STATUS_CODES[this.statusCode] ?? 'unknown'}`
  }

  protected override sendHead(length: number | undefined): void {
    if (this.headersSent) return
    if ([204, 304].includes(this.statusCode) || this.statusCode < 200) this.empty = true
    if (this.sendDate && !this.hasHeader('date')) this.setHeader('Date', new Date().toUTCString())
    if (!this.hasHeader('connection')) this.setHeader('Connection', this.keepAlive ? 'keep-alive' : 'close')
    if (this.keepAlive && !this.hasHeader('keep-alive')) this.setHeader('Keep-Alive', 'timeout=5')
    super.sendHead(length)
  }

  private sent(): void {
    if (!this.keepAlive || String(this.getHeader('connection')).toLowerCase() === 'close') this.socket.end()
  }
}

export class Server extends NetServer {
  keepAliveTimeout = 5000
  headersTimeout = 60_000
  requestTimeout = 300_000
  timeout = 0

  constructor(...args: unknown[]) {
    super()
    const listener = args.find((arg) => typeof arg === 'function')
    if (listener) this.on('request', listener as never)
    this.on('connection', ((socket: Socket) => this.serve(socket)) as never)
  }
  setTimeout(): this {
    return this
  }

  /** Requests of a connection are answered in their order, one at a time. */
  private serve(socket: Socket): void {
    const parser = new HttpParser(false)
    let current: IncomingMessage | undefined
    const feed = (bytes: Uint8Array): void => parser.push(bytes)
    parser.onHead = (head) => {
      const request = new IncomingMessage(socket, head, false)
      current = request
      if (isUpgrade(request) && this.listenerCount('upgrade') > 0) {
        socket.off('data', feed as never)
        socket.setTimeout(0)
        const rest = parser.release()
        return loop.guard(() => this.emit('upgrade', request, socket, rest), [])
      }
      const response = new ServerResponse(request)
      if (/100-continue/i.test(String(request.headers.expect ?? ''))) response.writeContinue()
      loop.guard(() => this.emit('request', request, response), [])
    }
    parser.onBody = (bytes) => void current?.push(bytes)
    parser.onEnd = () => {
      if (current) current.complete = true
      current?.push(null)
    }
    socket.on('data', feed as never)
    socket.on('end', (() => socket.end()) as never)
    socket.on('error', (() => undefined) as never)
    socket.setTimeout(this.keepAliveTimeout + 60_000, () => socket.destroy())
  }
}

/** The connection is to speak another protocol from here on. RFC 9110 section 7.8 */
const isUpgrade = ({ headers }: { readonly headers: Head['headers'] }): boolean =>
  headers['upgrade'] !== undefined && /\bupgrade\b/i.test(String(headers['connection'] ?? ''))

interface RequestOptions {
  readonly protocol?: string
  readonly hostname?: string
  readonly host?: string
  readonly port?: number | string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class ClientRequest extends OutgoingMessage {
  readonly method: string
  readonly path: string
  readonly socket = new Socket()
  aborted = false

  constructor(options: RequestOptions, callback: ((response: IncomingMessage) => void) | undefined) {
    super()
    this.method = (options.method ?? 'GET').toUpperCase()
    this.path = options.path ?? '/'
    const host = options.hostname ?? options.host ?? 'localhost'
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80))
    for (const [name, value] of Object.entries(options.headers ?? {})) this.setHeader(name, value)
    if (!this.hasHeader('host')) this.setHeader('Host', port === 80 || port === 443 ? host : `${host}:${port}`)
    if (!this.hasHeader('connection')) this.setHeader('Connection', 'close')
    this.empty = ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(this.method) && !this.hasHeader('content-length')
    if (callback) this.once('response', callback as never)
    this.receive()
    this.socket.once('connect', (() => this.connected(this.socket)) as never)
    this.socket.once('error', ((error: Error) => this.emit('error', error)) as never)
    this.socket.connect({ host: host === 'localhost' ? '127.0.0.1' : host, port })
  }

  abort(): void {
    this.aborted = true
    this.socket.destroy()
  }
  override destroy(error?: Error): this {
    this.socket.destroy()
    return super.destroy(error)
  }
  setNoDelay(): void {}

  protected override firstLine(): string {
    return `${this.method} ${this.path} HTTP/1.1`
  }

  private receive(): void {
    const parser = new HttpParser(true)
    parser.bodyless = this.method === 'HEAD'
    let response: IncomingMessage | undefined
    const feed = (bytes: Uint8Array): void => parser.push(bytes)
    parser.onHead = (head) => {
      if (head.first[1] === '100') return
      if (head.first[1] === '101') {
        this.socket.off('data', feed as never)
        const switched = new IncomingMessage(this.socket, head, true)
        const rest = parser.release()
        return loop.guard(() => this.emit('upgrade', switched, this.socket, rest), [])
      }
      response = new IncomingMessage(this.socket, head, true)
      loop.guard(() => this.emit('response', response), [])
    }
    parser.onBody = (bytes) => void response?.push(bytes)
    parser.onEnd = () => {
      if (!response) return
      response.complete = true
      response.push(null)
      this.socket.end()
    }
    this.socket.on('data', feed as never)
    this.socket.on('end', (() => parser.finish()) as never)
  }
}

/** `request(url[, options][, callback])` or `request(options[, callback])`. */
function request(protocol: string, args: readonly unknown[]): ClientRequest {
  const callback = args.find((arg) => typeof arg === 'function') as ((response: IncomingMessage) => void) | undefined
  const [first, second] = args
  const given = (typeof first === 'string' || first instanceof URL ? second : first) as RequestOptions | undefined
  const url = typeof first === 'string' ? new URL(first) : first instanceof URL ? first : undefined
  const fromUrl = url
    ? { protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search }
    : { protocol }
  return new ClientRequest({ ...fromUrl, ...(typeof given === 'object' ? given : {}) }, callback)
}

class Agent {}

export function httpModule(protocol: 'http:' | 'https:'): Record<string, unknown> {
  return {
    METHODS,
    STATUS_CODES,
    Agent,
    IncomingMessage,
    ServerResponse,
    Server,
    ClientRequest,
    OutgoingMessage,
    globalAgent: new Agent(),
    maxHeaderSize: 16_384,
    createServer: (...args: unknown[]) => new Server(...args),
    request: (...args: unknown[]) => request(protocol, args),
    get: (...args: unknown[]) => request(protocol, args).end(),
  }
}
