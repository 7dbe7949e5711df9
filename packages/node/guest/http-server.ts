import { nodeError } from './errors.ts'
import { type Head, HttpParser } from './http-parser.ts'
import { IncomingMessage, OutgoingMessage } from './http-messages.ts'
import { STATUS_CODES } from './http-words.ts'
import { loop } from './loop.ts'
import { Server as NetServer, type Socket } from './net.ts'

export class ServerResponse extends OutgoingMessage {
  statusCode = 200
  statusMessage: string | undefined
  readonly req: IncomingMessage
  readonly socket: Socket
  readonly connection: Socket
  /** Seconds for which the connection stays open, 0 when that is not told. */
  keepAliveSeconds = 0
  readonly keepAlive: boolean

  constructor(request: IncomingMessage) {
    super()
    this.req = request
    this.socket = request.socket
    this.connection = request.socket
    this.target = request.socket
    this.empty = request.method === 'HEAD'
    const asked = String(request.headers.connection ?? '').toLowerCase()
    this.keepAlive = request.httpVersion === '1.1' ? asked !== 'close' : asked === 'keep-alive'
  }

  get finished(): boolean {
    return this.writableEnded
  }
  setTimeout(ms: number, callback?: () => void): this {
    this.socket.setTimeout(ms, callback)
    return this
  }

  writeHead(status: number, ...rest: unknown[]): this {
    if (this.headersSent)
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client')
    if (!(status >= 100 && status <= 999))
      throw nodeError(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', `Invalid status code: ${String(status)}`)
    this.statusCode = Math.trunc(status)
    if (typeof rest[0] === 'string') this.statusMessage = rest[0]
    const headers = rest.find((each) => typeof each === 'object' && each !== null) as
      | Record<string, string>
      | readonly (string | readonly [string, string])[]
      | undefined
    for (const [name, value] of pairsOf(headers)) this.setHeader(name, value)
    return this
  }
  writeContinue(): void {
    this.target?.write('HTTP/1.1 100 Continue\r\n\r\n')
  }
  writeProcessing(): void {
    this.target?.write('HTTP/1.1 102 Processing\r\n\r\n')
  }
  writeEarlyHints(hints: Readonly<Record<string, string | readonly string[]>>): void {
    const lines = Object.entries(hints).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}\r\n`))
    this.target?.write(`HTTP/1.1 103 Early Hints\r\n${lines.join('')}\r\n`)
  }

  protected override firstLine(): string {
    this.statusMessage ??= STATUS_CODES[this.statusCode] ?? 'unknown'
    return `HTTP/1.1 ${this.statusCode} ${this.statusMessage}`
  }

  protected override addUsual(): void {
    if (this.sendDate && !this.hasHeader('date')) this.setHeader('Date', new Date().toUTCString())
    if (!this.hasHeader('connection')) this.setHeader('Connection', this.keepAlive ? 'keep-alive' : 'close')
    if (this.keepAlive && this.keepAliveSeconds > 0 && !this.hasHeader('keep-alive'))
      this.setHeader('Keep-Alive', `timeout=${this.keepAliveSeconds}`)
    if ([204, 304].includes(this.statusCode) || this.statusCode < 200) this.empty = true
  }

  /** Whether another request may come on the connection. */
  get keeps(): boolean {
    return this.keepAlive && String(this.getHeader('connection')).toLowerCase() !== 'close'
  }
}

function pairsOf(headers: object | undefined): (readonly [string, string])[] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {})
  if (Array.isArray(headers[0])) return headers as (readonly [string, string])[]
  const flat = headers as readonly string[]
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []))
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'

export class Server extends NetServer {
  keepAliveTimeout = 5000
  headersTimeout = 60_000
  requestTimeout = 300_000
  connectionsCheckingInterval = 30_000
  maxHeadersCount: number | null = null
  maxRequestsPerSocket = 0
  timeout = 0
  /** Connections on which a request is under way. */
  private readonly busy = new Set<Socket>()

  constructor(...args: unknown[]) {
    // Whoever has sent all of a request still waits for its answer.
    super({ allowHalfOpen: true })
    Object.assign(this, args.find((arg) => typeof arg === 'object' && arg !== null) ?? {})
    const listener = args.find((arg) => typeof arg === 'function')
    if (listener) this.on('request', listener as never)
    this.on('connection', ((socket: Socket) => this.serve(socket)) as never)
  }
  setTimeout(ms = 0, callback?: () => void): this {
    this.timeout = ms
    if (callback) this.on('timeout', callback as never)
    return this
  }

  override close(callback?: (error?: Error) => void): this {
    this.closeIdleConnections()
    return super.close(callback)
  }
  closeAllConnections(): void {
    for (const socket of this.sockets) socket.destroy()
  }
  closeIdleConnections(): void {
    for (const socket of this.sockets) if (!this.busy.has(socket)) socket.destroy()
  }

  /** Requests of a connection are answered in their order, one at a time. */
  protected serve(socket: Socket): void {
    const parser = new HttpParser(false)
    let current: IncomingMessage | undefined
    const feed = (bytes: Uint8Array): void => parser.push(bytes)
    parser.onHead = (head) => {
      this.busy.add(socket)
      socket.setTimeout(this.timeout)
      const request = new IncomingMessage(socket, head, false)
      current = request
      if (isUpgrade(request) && this.listenerCount('upgrade') > 0) {
        socket.off('data', feed as never)
        socket.setTimeout(0)
        const rest = parser.release()
        return loop.guard(() => this.emit('upgrade', request, socket, rest), [])
      }
      this.answer(request, socket)
    }
    parser.onBody = (bytes) => void current?.push(bytes)
    parser.onEnd = () => {
      if (!current) return
      current.complete = true
      current.trailers = parser.trailers
      current.rawTrailers = parser.rawTrailers
      current.push(null)
    }
    parser.onError = (error) => {
      if (this.listenerCount('clientError') > 0) return loop.guard(() => this.emit('clientError', error, socket), [])
      socket.end(BAD_REQUEST)
    }
    socket.on('data', feed as never)
    // Whoever says no more is given up on, unless the answer is there. lib/_http_server.js, socketOnEnd
    socket.on('end', (() => {
      if (current && !current.complete) current.destroy(current.listenerCount('error') > 0 ? aborted() : undefined)
      socket.end()
    }) as never)
    socket.on('error', (() => undefined) as never)
    socket.on('timeout', (() => {
      if (!this.busy.has(socket) || !this.emit('timeout', socket)) socket.destroy()
    }) as never)
    socket.on('close', (() => {
      this.busy.delete(socket)
      if (!current || current.complete || current.destroyed) return
      current.aborted = true
      current.emit('aborted')
      current.destroy(current.listenerCount('error') > 0 ? aborted() : undefined)
    }) as never)
  }

  private answer(request: IncomingMessage, socket: Socket): void {
    const response = new ServerResponse(request)
    response.keepAliveSeconds = Math.floor(this.keepAliveTimeout / 1000)
    response.once('finish', (() => this.answered(request, response, socket)) as never)
    socket.once('close', (() => {
      if (!response.writableFinished) response.destroy()
      response.emit('close')
    }) as never)
    const expects = request.headers['expect']
    if (expects !== undefined && /100-continue/i.test(String(expects))) {
      if (this.listenerCount('checkContinue') > 0)
        return loop.guard(() => this.emit('checkContinue', request, response), [])
      response.writeContinue()
    }
    loop.guard(() => this.emit('request', request, response), [])
  }

  private answered(request: IncomingMessage, response: ServerResponse, socket: Socket): void {
    this.busy.delete(socket)
    if (!request.complete) request.resume()
    loop.tick(() => response.emit('close'), [])
    if (!response.keeps || !this.listening || !socket.readable) return void socket.destroySoon()
    socket.setTimeout(this.keepAliveTimeout)
  }
}

const aborted = (): Error => Object.assign(new Error('aborted'), { code: 'ECONNRESET' })

/** The connection is to speak another protocol from here on. RFC 9110 section 7.8 */
const isUpgrade = ({ headers }: { readonly headers: Head['headers'] }): boolean =>
  headers['upgrade'] !== undefined && /\bupgrade\b/i.test(String(headers['connection'] ?? ''))
