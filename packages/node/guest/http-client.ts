import { framed, nodeError } from './errors.ts'
import { Agent, type AgentTarget, type Asking } from './http-agent.ts'
import { IncomingMessage, OutgoingMessage } from './http-messages.ts'
import { HttpParser } from './http-parser.ts'
import { loop } from './loop.ts'
import type { Socket } from './net.ts'
import type { AbortSignal_ } from './web-events.ts'

export interface RequestOptions extends AgentTarget {
  readonly protocol?: string
  readonly path?: string
  readonly method?: string
  readonly auth?: string
  readonly agent?: Agent | false
  readonly headers?: Readonly<Record<string, string>> | readonly string[]
  readonly signal?: AbortSignal_
  readonly createConnection?: (options: AgentTarget) => Socket
}

type Answered = (response: IncomingMessage) => void

const hangUp = (): Error =>
  framed(
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    'Socket.socketOnEnd (node:_http_client:524:23)',
    'Socket.emit (node:events:529:35)',
    'endReadableNT (node:internal/streams/readable:1400:12)',
    'process.processTicksAndRejections (node:internal/process/task_queues:82:21)',
  )

/** Whose body is told by its fields alone. */
const BODYLESS = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']

export class ClientRequest extends OutgoingMessage implements Asking {
  readonly method: string
  readonly path: string
  readonly host: string
  readonly protocol: string
  readonly agent: Agent | undefined
  socket: Socket | null = null
  get connection(): Socket | null {
    return this.socket
  }
  res: IncomingMessage | null = null
  aborted = false
  reusedSocket = false
  maxHeadersCount: number | null = null
  timeout: number | undefined
  shouldKeepAlive = false
  private over = false
  private detach: () => void = () => undefined

  constructor(options: RequestOptions, usual: Agent, callback: Answered | undefined) {
    super()
    this.method = (options.method ?? 'GET').toUpperCase()
    this.path = options.path || '/'
    this.protocol = options.protocol ?? usual.protocol
    if (/[\u0000-\u0020]/.test(this.path))
      // oxlint-disable-line no-control-regex -- they are what is looked for
      throw nodeError(TypeError, 'ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters')
    this.host = options.hostname ?? options.host ?? 'localhost'
    const port = Number(options.port || (this.protocol === 'https:' ? 443 : 80))
    this.agent = options.agent === false ? new Agent() : (options.agent ?? usual)
    this.shouldKeepAlive = this.agent.keepAlive || this.agent.maxSockets !== Number.POSITIVE_INFINITY
    this.addHeaders(options, port)
    this.empty =
      BODYLESS.includes(this.method) && !this.hasHeader('content-length') && !this.hasHeader('transfer-encoding')
    this.timeout = options.timeout
    if (callback) this.once('response', callback as never)
    if (options.signal) this.follow(options.signal)
    const target = { ...options, host: this.host, port }
    loop.tick(() => {
      if (this.destroyed) return this.failed()
      if (options.createConnection) this.onSocket(options.createConnection(target))
      else this.agent?.addRequest(this, target)
    }, [])
  }

  private addHeaders({ headers = {}, auth }: RequestOptions, port: number): void {
    const rows = Array.isArray(headers)
      ? (headers as readonly string[]).flatMap((name, i, all) => (i % 2 === 0 ? [[name, all[i + 1] ?? '']] : []))
      : Object.entries(headers)
    for (const [name = '', value = ''] of rows) this.setHeader(name, value)
    const plain = this.host.includes(':') && !this.host.startsWith('[') ? `[${this.host}]` : this.host
    if (!this.hasHeader('host')) this.setHeader('Host', port === 80 || port === 443 ? plain : `${plain}:${port}`)
    if (auth !== undefined && !this.hasHeader('authorization')) this.setHeader('Authorization', `Basic ${btoa(auth)}`)
  }

  protected override firstLine(): string {
    return `${this.method} ${this.path} HTTP/1.1`
  }
  protected override addUsual(length: number | undefined): void {
    if (this.hasHeader('connection')) {
      this.shouldKeepAlive &&= !/close/i.test(String(this.getHeader('connection')))
      return
    }
    const lengthy = !this.empty && !this.hasHeader('content-length') && !this.hasHeader('transfer-encoding')
    this.setHeader('Connection', this.shouldKeepAlive ? 'keep-alive' : 'close')
    if (lengthy && length !== undefined) this.setHeader('Content-Length', length)
  }

  // The connection -----------------------------------------------------------------------------------------------------

  onSocket(socket: Socket): void {
    loop.tick(() => this.take(socket), [])
  }

  private take(socket: Socket): void {
    if (this.destroyed) {
      socket.destroy()
      return this.failed()
    }
    this.socket = socket
    this.emit('socket', socket)
    if (this.timeout !== undefined) this.armed(socket, this.timeout)
    this.receive(socket)
    if (!socket.connecting) return this.connected(socket)
    socket.once('connect', (() => this.connected(socket)) as never)
  }

  private armed(socket: Socket, ms: number): void {
    socket.setTimeout(ms)
  }

  setTimeout(ms: number, callback?: () => void): this {
    if (callback) this.once('timeout', callback as never)
    this.timeout = ms
    if (this.socket) this.socket.setTimeout(ms)
    return this
  }
  setNoDelay(): void {}
  setSocketKeepAlive(): void {}

  abort(): void {
    if (this.aborted) return
    this.aborted = true
    loop.tick(() => this.emit('abort'), [])
    this.destroy()
  }

  private reason: Error | undefined
  override destroy(error?: Error): this {
    if (this.destroyed) return this
    this.reason = error
    super.destroy()
    const { socket, res } = this
    if (res && !res.complete) res.destroy(error)
    if (!socket) return this
    socket.destroy(error)
    return this
  }

  private follow(signal: AbortSignal_): void {
    const stop = (): void => {
      const cause = signal.reason
      const error = Object.assign(new Error('The operation was aborted', { cause }), {
        name: 'AbortError',
        code: 'ABORT_ERR',
      })
      this.destroy(error)
    }
    if (signal.aborted) loop.tick(stop, [])
    else signal.addEventListener('abort', stop, { once: true })
  }

  /** It ended before there was an answer. */
  private failed(error: Error | undefined = this.reason): void {
    if (this.over) return
    this.over = true
    this.emit('error', error ?? hangUp())
    loop.tick(() => this.emit('close'), [])
  }

  private receive(socket: Socket): void {
    const parser = new HttpParser(true)
    parser.bodyless = this.method === 'HEAD'
    const feed = (bytes: Uint8Array): void => parser.push(bytes)
    const finish = (): void => parser.finish()
    const timedOut = (): void => void this.emit('timeout')
    const broke = (error: Error): void => {
      if (this.res) this.res.destroy(error)
      else this.failed(error)
    }
    const closed = (): void => this.closed()
    const listeners = { data: feed, end: finish, timeout: timedOut, error: broke, close: closed }
    for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener as never)
    this.detach = () => {
      for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener as never)
    }
    parser.onHead = (head) => {
      const status = Number(head.first[1])
      if (status === 100) return loop.guard(() => this.emit('continue'), [])
      if (status > 100 && status < 200 && status !== 101)
        return loop.guard(() => this.emit('information', { statusCode: status, headers: head.headers }), [])
      if (status === 101 || this.method === 'CONNECT') {
        this.detach()
        this.over = true
        socket.emit('agentRemove')
        const switched = new IncomingMessage(socket, head, true)
        const rest = parser.release()
        if (!this.emit(status === 101 ? 'upgrade' : 'connect', switched, socket, rest)) socket.destroy()
        return
      }
      this.res = new IncomingMessage(socket, head, true)
      const response = this.res
      response.req = this
      loop.guard(() => {
        if (!this.emit('response', response)) response.resume()
      }, [])
    }
    parser.onBody = (bytes) => void this.res?.push(bytes)
    parser.onEnd = () => this.answered(socket, parser)
    parser.onError = (error) => {
      socket.destroy()
      this.failed(error)
    }
  }

  private answered(socket: Socket, parser: HttpParser): void {
    const { res } = this
    if (!res) return
    res.complete = true
    res.trailers = parser.trailers
    res.rawTrailers = parser.rawTrailers
    res.push(null)
    this.over = true
    const kept =
      this.shouldKeepAlive && res.httpVersion === '1.1' && !/close/i.test(String(res.headers['connection'] ?? ''))
    const release = (): void => {
      this.detach()
      if (kept && this.writableFinished) socket.emit('free')
      else socket.destroySoon()
      super.destroy()
      this.emit('close')
    }
    if (res.readableEnded) loop.tick(release, [])
    else res.once('end', (() => loop.tick(release, [])) as never)
    // A socket whose answer nobody has read to its end can't be lent again, nor has it to wait for that.
    if (!kept) socket.end()
  }

  private closed(): void {
    const { res } = this
    if (!res) return this.failed()
    if (res.complete) return
    res.aborted = true
    res.emit('aborted')
    res.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
  }
}

/** `request(url[, options][, callback])` or `request(options[, callback])`. */
export function request(usual: Agent, args: readonly unknown[]): ClientRequest {
  const callback = args.find((arg) => typeof arg === 'function') as Answered | undefined
  const [first, second] = args
  const given = (typeof first === 'string' || first instanceof URL ? second : first) as RequestOptions | undefined
  const url = typeof first === 'string' ? new URL(first) : first instanceof URL ? first : undefined
  const fromUrl = url
    ? {
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port,
        path: url.pathname + url.search,
        ...(url.username === ''
          ? {}
          : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
      }
    : {}
  const options = { ...fromUrl, ...(typeof given === 'object' ? given : {}) }
  const { protocol = usual.protocol } = options
  if (protocol !== usual.protocol && !options.agent)
    throw nodeError(
      TypeError,
      'ERR_INVALID_PROTOCOL',
      `Protocol "${protocol}" not supported. Expected "${usual.protocol}"`,
    )
  return new ClientRequest(options, usual, callback)
}
