import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { Duplex } from 'readable-stream'
import { pending } from './host.ts'
import { loop } from './loop.ts'

interface Address {
  readonly address: string
  readonly port: number
}
interface Connected {
  readonly fd: number
  readonly local?: Address
  readonly peer?: Address
}

/** A TCP connection. */
export class Socket extends Duplex {
  fd = -1
  remoteAddress: string | undefined
  remotePort: number | undefined
  get remoteFamily(): string {
    return familyOf(this.remoteAddress)
  }
  localAddress: string | undefined
  localPort: number | undefined
  connecting = false
  private reading = false
  private closed = false
  private idle: unknown

  constructor() {
    super({
      allowHalfOpen: false,
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
  }

  /** Takes over a connection that is there. */
  take({ fd, local, peer }: Connected): this {
    this.fd = fd
    this.remoteAddress = peer?.address
    this.remotePort = peer?.port
    this.localAddress = local?.address
    this.localPort = local?.port
    loop.handles.add(this)
    this.fill()
    return this
  }

  connect(...args: unknown[]): this {
    const [first, second] = args
    const options =
      typeof first === 'object' && first !== null
        ? (first as { host?: string; port?: number })
        : { port: Number(first), host: typeof second === 'string' ? second : undefined }
    const callback = args.find((arg) => typeof arg === 'function')
    if (callback) this.once('connect', callback as never)
    this.connecting = true
    pending.submit('connect', [options.host ?? '127.0.0.1', options.port ?? 0]).then(
      ({ value }) => {
        this.connecting = false
        this.take(value as Connected)
        this.emit('connect')
        this.emit('ready')
      },
      (error: Error) => {
        const place = `${options.host ?? '127.0.0.1'}:${options.port}`
        Reflect.deleteProperty(error, 'path')
        if ((error as { code?: string }).code === 'ENOTFOUND') {
          const told = {
            message: `getaddrinfo ENOTFOUND ${options.host}`,
            syscall: 'getaddrinfo',
            hostname: options.host,
          }
          return void this.destroy(Object.assign(error, told))
        }
        this.destroy(
          Object.assign(error, {
            message: `connect ${(error as { code?: string }).code} ${place}`,
            address: options.host,
            port: options.port,
          }),
        )
      },
    )
    return this
  }

  setTimeout(ms: number, callback?: () => void): this {
    if (callback) this.once('timeout', callback as never)
    loop.clear(this.idle)
    if (ms > 0) this.idle = loop.arm(() => this.emit('timeout'), ms, [], false).unref()
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    if (this.fd >= 0) loop.handles.add(this)
    return this
  }
  unref(): this {
    loop.handles.delete(this)
    return this
  }
  address(): object {
    return { address: this.localAddress, port: this.localPort, family: familyOf(this.localAddress) }
  }

  private fill(): void {
    if (this.reading || this.fd < 0 || this.closed) return
    this.reading = true
    pending.submit('read', [this.fd, 65536], undefined, false).then(
      ({ bytes }) => {
        this.reading = false
        this.push(bytes.length === 0 ? null : Buffer.from(bytes))
      },
      (error: Error) => {
        if (!this.closed) this.destroy(error)
      },
    )
  }

  private send(chunk: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.connecting) return void this.once('connect', (() => this.send(chunk, done)) as never)
    pending.submit('write', [this.fd], chunk, false).then(() => done(), done)
  }

  private finish(done: (error?: Error | null) => void): void {
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

/** A TCP server. */
export class Server extends EventEmitter {
  listening = false
  private fd = -1
  private local: Address | undefined
  private readonly sockets = new Set<Socket>()

  constructor(...args: unknown[]) {
    super()
    const listener = args.find((arg) => typeof arg === 'function')
    if (listener) this.on('connection', listener as never)
  }

  listen(...args: unknown[]): this {
    const callback = args.find((arg) => typeof arg === 'function')
    if (callback) this.once('listening', callback as never)
    const [first, second] = args
    const options =
      typeof first === 'object' && first !== null
        ? (first as { host?: string; port?: number })
        : {
            port: Number(typeof first === 'function' ? 0 : (first ?? 0)),
            host: typeof second === 'string' ? second : undefined,
          }
    const host = options.host === 'localhost' ? '127.0.0.1' : options.host || '::'
    loop.handles.add(this)
    pending.submit('listen', [host, options.port ?? 0]).then(
      ({ value }) => this.started(value as Connected, options.host),
      (error: Error) => {
        loop.handles.delete(this)
        const place = `${options.host ?? ':::'}${options.host ? ':' : ''}${options.port}`
        Reflect.deleteProperty(error, 'path')
        const words =
          (error as { code?: string }).code === 'EADDRINUSE'
            ? `listen EADDRINUSE: address already in use ${place}`
            : `listen ${(error as { code?: string }).code}: ${place}`
        this.fail(
          Object.assign(error, {
            message: words,
            syscall: 'listen',
            address: options.host ?? '::',
            port: options.port,
          }),
        )
      },
    )
    return this
  }

  address(): object | null {
    return this.local
      ? {
          address: this.local.address,
          family: familyOf(this.local.address),
          port: this.local.port,
        }
      : null
  }

  close(callback?: (error?: Error) => void): this {
    if (callback) this.once('close', callback as never)
    if (this.fd >= 0) pending.tell('close', [this.fd])
    this.fd = -1
    this.listening = false
    loop.handles.delete(this)
    this.closeWhenIdle()
    return this
  }

  closeAllConnections(): void {
    for (const socket of this.sockets) socket.destroy()
  }
  closeIdleConnections(): void {
    this.closeAllConnections()
  }
  getConnections(callback: (error: null, count: number) => void): void {
    callback(null, this.sockets.size)
  }
  ref(): this {
    if (this.listening) loop.handles.add(this)
    return this
  }
  unref(): this {
    loop.handles.delete(this)
    return this
  }

  private started({ fd, local }: Connected, _host: string | undefined): void {
    this.fd = fd
    this.local = local
    this.listening = true
    loop.guard(() => this.emit('listening'), [])
    this.acceptNext()
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

  private accept(connected: Connected): void {
    const socket = new Socket().take(this.local ? { ...connected, local: this.local } : connected)
    this.sockets.add(socket)
    socket.once('close', (() => {
      this.sockets.delete(socket)
      if (!this.listening) this.closeWhenIdle()
    }) as never)
    loop.guard(() => this.emit('connection', socket), [])
  }

  private closeWhenIdle(): void {
    if (this.sockets.size === 0) loop.immediate(() => this.emit('close'), [])
  }

  private fail(error: Error): void {
    loop.guard(() => {
      if (!this.emit('error', error)) throw error
    }, [])
  }
}

export const net = {
  Socket,
  Server,
  createServer: (...args: unknown[]) => new Server(...args),
  connect: (...args: unknown[]) => new Socket().connect(...args),
  createConnection: (...args: unknown[]) => new Socket().connect(...args),
  isIP: (text: string) => (/^\d+\.\d+\.\d+\.\d+$/.test(text) ? 4 : text.includes(':') ? 6 : 0),
  isIPv4: (text: string) => /^\d+\.\d+\.\d+\.\d+$/.test(text),
  isIPv6: (text: string) => text.includes(':'),
}

const familyOf = (address: unknown): string => (String(address).includes(':') ? 'IPv6' : 'IPv4')
