import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { Duplex } from 'readable-stream'
import { framed, nodeError, received } from './errors.ts'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'
import { BlockList, SocketAddress } from './net-addresses.ts'

interface Address {
  readonly address: string
  readonly port: number
}
export interface Connected {
  readonly fd: number
  readonly local?: Address
  readonly peer?: Address
}
export interface SocketOptions {
  readonly allowHalfOpen?: boolean
  /** A descriptor that is a connection already. */
  readonly fd?: number
}
/** Where to connect or to listen: a path is a unix socket's. */
interface Place {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly path?: string | undefined
  /** A descriptor that listens already. */
  readonly fd?: number
  readonly timeout?: number
}
type SystemFailure = Error & { code?: string; errno?: number; syscall?: string }

const isPath = (word: unknown): word is string => typeof word === 'string' && !/^\d+$/.test(word)

/** `(options)`, `(path)` or `(port[, host])`, and a function behind. */
function placeIn([first, second]: readonly unknown[]): Place {
  if (typeof first === 'object' && first !== null) {
    const { port, ...rest } = first as Place
    return port === undefined ? rest : { ...rest, port: Number(port) }
  }
  if (isPath(first)) return { path: first }
  const port = typeof first === 'function' || first === undefined || first === null ? 0 : Number(first)
  return { port, host: typeof second === 'string' ? second : undefined }
}
const callbackIn = (args: readonly unknown[]): (() => void) | undefined =>
  args.find((arg) => typeof arg === 'function') as (() => void) | undefined

/** In the order in which node gives them: message, errno, code, syscall, address, port. */
function placed(error: SystemFailure, message: string, syscall: string, more: object, ...frames: string[]): Error {
  const { errno, code } = error
  return framed(Object.assign(new Error(message), { errno, code, syscall, ...more }), ...frames)
}

/** @throws RangeError for what is no port */
function checkPort(port: number | undefined, name: string): void {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port < 65536)) return
  const words = `${name} should be >= 0 and < 65536. Received ${received(port)}.`
  throw nodeError(RangeError, 'ERR_SOCKET_BAD_PORT', words)
}

/** A connection by TCP or a unix socket. */
export class Socket extends Duplex {
  fd = -1
  remoteAddress: string | undefined
  remotePort: number | undefined
  get remoteFamily(): string | undefined {
    return this.remoteAddress === undefined ? undefined : familyOf(this.remoteAddress)
  }
  localAddress: string | undefined
  localPort: number | undefined
  get localFamily(): string | undefined {
    return this.localAddress === undefined ? undefined : familyOf(this.localAddress)
  }
  connecting = false
  bytesRead = 0
  bytesWritten = 0
  timeout = 0
  private reading = false
  private closed = false
  private idle: unknown
  private counted = true

  constructor({ allowHalfOpen = false, fd }: SocketOptions = {}) {
    super({
      allowHalfOpen,
      read: () => this.fill(),
      write: (chunk, _encoding, done) => this.send(chunk, done),
      final: (done) => this.finish(done),
      emitClose: false,
      destroy: (error, done) => {
        this.release()
        done(error)
        loop.tick(() => this.emit('close', Boolean(error)), [])
      },
    })
    if (fd !== undefined) this.take({ fd, ...(callSync('socketNames', [fd]).value as object) })
  }

  /** After both sides have ended it is as good as destroyed, though the machine's word of that may be on its way. lib/net.js, writeAfterFIN */
  override write(chunk: Uint8Array | string, encoding?: unknown, done?: unknown): boolean {
    if (!this.readableEnded || !this.writableEnded) return super.write(chunk, encoding, done)
    const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' })
    const callback = [encoding, done].find((each) => typeof each === 'function') as ((error: Error) => void) | undefined
    if (callback) loop.tick(() => callback(error), [])
    this.destroy()
    return false
  }

  get pending(): boolean {
    return this.fd < 0 || this.connecting
  }
  get readyState(): string {
    if (this.connecting) return 'opening'
    if (this.fd < 0 || this.destroyed) return 'closed'
    const [reads, writes] = [this.readable, this.writable]
    return reads && writes ? 'open' : reads ? 'readOnly' : writes ? 'writeOnly' : 'closed'
  }

  /** Takes over a connection that is there. */
  take({ fd, local, peer }: Connected): this {
    this.fd = fd
    this.remoteAddress = peer?.address
    this.remotePort = peer?.port
    this.localAddress = local?.address
    this.localPort = local?.port
    if (this.counted) loop.handles.add(this)
    this.fill()
    return this
  }

  connect(...args: unknown[]): this {
    if (
      args.length === 0 ||
      (typeof args[0] === 'object' && args[0] !== null && !('port' in args[0] || 'path' in args[0]))
    )
      throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified')
    const place = placeIn(args)
    checkPort(place.port, 'Port')
    const callback = callbackIn(args)
    if (callback) this.once('connect', callback as never)
    if (place.timeout !== undefined) this.setTimeout(place.timeout)
    this.connecting = true
    const { host, port = 0, path } = place
    const asked =
      path === undefined
        ? pending.submit('connect', [host ?? '127.0.0.1', port])
        : pending.submit('connectUnix', [path])
    asked.then(
      ({ value }) => this.connected(value as Connected),
      (error: SystemFailure) => {
        this.connecting = false
        this.destroy(refused(error, place))
      },
    )
    return this
  }

  protected connected(connection: Connected): void {
    this.connecting = false
    // Nobody waits for it any more.
    if (this.destroyed) return pending.tell('close', [connection.fd])
    this.take(connection)
    this.emit('connect')
    this.emit('ready')
  }

  /** Goes on upon a connection of another's, which is none of its any more. */
  over(other: Socket): this {
    const begin = (): void => {
      other.lend()
      this.connecting = true
      const own = { local: { address: other.localAddress ?? '', port: other.localPort ?? 0 } }
      const peer = { address: other.remoteAddress ?? '', port: other.remotePort ?? 0 }
      this.connected({ fd: other.fd, ...own, peer })
    }
    if (other.connecting) other.once('connect', begin as never)
    else loop.tick(begin, [])
    return this
  }
  private lend(): void {
    this.closed = true
    loop.handles.delete(this)
  }

  setTimeout(ms: number, callback?: () => void): this {
    if (callback && ms > 0) this.once('timeout', callback as never)
    this.timeout = ms
    this.touch()
    return this
  }
  /** Something happened: whoever waits for silence waits anew. */
  private touch(): void {
    loop.clear(this.idle)
    if (this.timeout > 0 && !this.closed)
      this.idle = loop.arm(() => this.emit('timeout'), this.timeout, [], false).unref()
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    this.counted = true
    if (this.fd >= 0) loop.handles.add(this)
    return this
  }
  unref(): this {
    this.counted = false
    loop.handles.delete(this)
    return this
  }
  address(): object {
    if (this.localAddress === undefined) return {}
    return { address: this.localAddress, family: this.localFamily, port: this.localPort }
  }
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', (() => this.destroy()) as never)
  }
  resetAndDestroy(): this {
    return this.destroy()
  }

  private fill(): void {
    if (this.reading || this.fd < 0 || this.closed) return
    this.reading = true
    pending.submit('read', [this.fd, 65536], undefined, false).then(
      ({ bytes }) => {
        this.reading = false
        if (this.closed) return
        this.bytesRead += bytes.length
        this.touch()
        this.push(bytes.length === 0 ? null : Buffer.from(bytes))
        // Whoever reads nothing hears of the end as well.
        if (bytes.length === 0) this.read(0)
      },
      (error: SystemFailure) => {
        if (!this.closed) this.destroy(broken(error, 'read'))
      },
    )
  }

  private send(chunk: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.connecting) return void this.once('connect', (() => this.send(chunk, done)) as never)
    this.bytesWritten += chunk.length
    this.touch()
    pending.submit('write', [this.fd], chunk, false).then(
      () => done(),
      (error: SystemFailure) => done(broken(error, 'write')),
    )
  }

  private finish(done: (error?: Error | null) => void): void {
    if (this.connecting) return void this.once('connect', (() => this.finish(done)) as never)
    if (this.fd < 0) return done()
    pending.submit('shutdown', [this.fd], undefined, false).then(
      () => done(),
      () => done(),
    )
  }

  private release(): void {
    if (this.closed) return
    this.closed = true
    loop.clear(this.idle)
    loop.handles.delete(this)
    if (this.fd >= 0) pending.tell('close', [this.fd])
  }
}

const broken = (error: SystemFailure, syscall: string): Error =>
  placed(error, `${syscall} ${error.code}`, syscall, {}, 'TCP.onStreamRead (node:internal/stream_base_commons:217:20)')

function refused(error: SystemFailure, { host = '127.0.0.1', port, path }: Place): Error {
  const { code = '' } = error
  if (path !== undefined)
    return placed(
      error,
      `connect ${code} ${path}`,
      'connect',
      { address: path },
      'PipeConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)',
    )
  if (code === 'ENOTFOUND')
    return placed(
      error,
      `getaddrinfo ENOTFOUND ${host}`,
      'getaddrinfo',
      { hostname: host },
      'GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26)',
    )
  return placed(
    error,
    `connect ${code} ${host}:${port}`,
    'connect',
    { address: host, port },
    'TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)',
  )
}

/** In a worker of a cluster the primary listens, and hands connections over. */
export const cluster: { listen?: (server: Server, place: Place, failed: (error: SystemFailure) => void) => void } = {}

/** A server for connections by TCP or a unix socket. */
export class Server extends EventEmitter {
  listening = false
  maxConnections: number | undefined
  private fd = -1
  private local: Address | string | undefined
  protected readonly sockets = new Set<Socket>()
  private readonly socketOptions: SocketOptions
  private counted = true

  constructor(...args: unknown[]) {
    super()
    this.socketOptions =
      (args.find((arg) => typeof arg === 'object' && arg !== null) as SocketOptions | undefined) ?? {}
    const listener = args.find((arg) => typeof arg === 'function')
    if (listener) this.on('connection', listener as never)
  }

  /** Without a name to look up the port is taken at once; whoever listens for that hears of it a tick later. */
  listen(...args: unknown[]): this {
    const callback = callbackIn(args)
    if (callback) this.once('listening', callback as never)
    const place = placeIn(args)
    checkPort(place.port, 'options.port')
    if (this.counted) loop.handles.add(this)
    if (place.host === undefined) this.bind(place)
    else loop.tick(() => this.bind(place), [])
    return this
  }

  /** The descriptor that listens, -1 for none. */
  get handleFd(): number {
    return this.fd
  }

  /** It listens as far as it is concerned, though another process does. */
  listenElsewhere(local: Address): void {
    this.local = local
    this.listening = true
    loop.tick(() => this.emit('listening'), [])
  }

  private bind({ host, port = 0, path, fd: given }: Place): void {
    const failed = (error: SystemFailure): void => {
      loop.handles.delete(this)
      const failure = unbound(error, { host, port, path })
      loop.tick(() => this.emit('error', failure), [])
    }
    if (given === undefined && path === undefined && cluster.listen) return cluster.listen(this, { host, port }, failed)
    const address = host === 'localhost' ? '127.0.0.1' : host || '::'
    try {
      const { value } =
        given !== undefined
          ? callSync('listening', [given])
          : path === undefined
            ? callSync('listen', [address, port])
            : callSync('listenUnix', [path])
      const { fd, local } = value as Connected
      this.fd = fd
      this.local = path ?? local
      this.listening = true
    } catch (error) {
      return failed(error as SystemFailure)
    }
    loop.tick(() => {
      if (this.fd >= 0) this.emit('listening')
    }, [])
    this.acceptNext()
  }

  address(): object | string | null {
    if (this.local === undefined || typeof this.local === 'string') return this.local ?? null
    return { address: this.local.address, family: familyOf(this.local.address), port: this.local.port }
  }

  close(callback?: (error?: Error) => void): this {
    if (callback) {
      if (this.listening) this.once('close', callback as never)
      else this.once('close', (() => callback(notRunning())) as never)
    }
    if (this.fd >= 0) pending.tell('close', [this.fd])
    if (typeof this.local === 'string') pending.tell('unlink', [this.local])
    this.fd = -1
    this.local = undefined
    this.listening = false
    loop.handles.delete(this)
    this.emit('unlisten' as never)
    this.closeWhenIdle()
    return this
  }

  getConnections(callback: (error: null, count: number) => void): this {
    loop.tick(() => callback(null, this.sockets.size), [])
    return this
  }
  ref(): this {
    this.counted = true
    if (this.listening) loop.handles.add(this)
    return this
  }
  unref(): this {
    this.counted = false
    loop.handles.delete(this)
    return this
  }

  private acceptNext(): void {
    if (this.fd < 0) return
    pending.submit('accept', [this.fd], undefined, false).then(
      ({ value }) => {
        this.accept(value as Connected)
        this.acceptNext()
      },
      () => undefined,
    )
  }

  accept(connected: Connected): void {
    const local = typeof this.local === 'object' ? { local: this.local } : {}
    this.welcome(new Socket(this.socketOptions).take({ ...connected, ...local }), 'connection')
  }

  /** @param event by which the connection is told of */
  protected welcome(socket: Socket, event: string): void {
    this.sockets.add(socket)
    socket.once('close', (() => {
      this.sockets.delete(socket)
      if (!this.listening) this.closeWhenIdle()
    }) as never)
    loop.guard(() => this.emit(event, socket), [])
  }

  private closeWhenIdle(): void {
    if (this.sockets.size === 0) loop.immediate(() => this.emit('close'), [])
  }
}

const notRunning = (): Error => Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' })

function unbound(error: SystemFailure, { host, port, path }: Place): Error {
  const { code = '' } = error
  const where = path ?? `${host ?? '::'}:${port}`
  const shown = path === undefined && host === undefined ? `:::${port}` : where
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: ': address already in use',
    EACCES: ': permission denied',
    EADDRNOTAVAIL: ': address not available',
  }
  return placed(
    error,
    words[code] === undefined ? `listen ${code}: ${shown}` : `listen ${code}${words[code]} ${shown}`,
    'listen',
    path === undefined ? { address: host ?? '::', port } : { address: path, port: -1 },
    'Server.setupListenHandle [as _listen2] (node:net:1817:16)',
    'listenInCluster (node:net:1865:12)',
    'Server.listen (node:net:1953:7)',
  )
}

const optionsOf = (args: readonly unknown[]): SocketOptions =>
  typeof args[0] === 'object' && args[0] !== null ? args[0] : {}

Object.defineProperty(Socket, 'name', { value: 'Socket' })
export const net = {
  Socket,
  Stream: Socket,
  Server,
  createServer: (...args: unknown[]) => new Server(...args),
  connect: (...args: unknown[]) => new Socket(optionsOf(args)).connect(...args),
  createConnection: (...args: unknown[]) => new Socket(optionsOf(args)).connect(...args),
  BlockList,
  SocketAddress,
  getDefaultAutoSelectFamily: () => true,
  setDefaultAutoSelectFamily: () => undefined,
  getDefaultAutoSelectFamilyAttemptTimeout: () => 250,
  setDefaultAutoSelectFamilyAttemptTimeout: () => undefined,
  isIP: (text: string) => (net.isIPv4(text) ? 4 : net.isIPv6(text) ? 6 : 0),
  isIPv4: (text: string) => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(String(text)),
  isIPv6: (text: string) => /^[\da-fA-F:.]+(?:%\w+)?$/.test(String(text)) && String(text).includes(':'),
}

const familyOf = (address: string): string => (address.includes(':') ? 'IPv6' : 'IPv4')
