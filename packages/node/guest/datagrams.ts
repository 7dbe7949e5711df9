import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { nodeError, received } from './errors.ts'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'

interface Address {
  readonly address: string
  readonly port: number
}
type SystemFailure = Error & { code?: string; errno?: number }
type Sent = (error: Error | null, bytes?: number) => void
interface Options {
  readonly type: string
  readonly reuseAddr?: boolean
  readonly ipv6Only?: boolean
  readonly signal?: { addEventListener(name: string, call: () => void): void }
}

const FAMILIES: Readonly<Record<string, { readonly family: string; readonly any: string; readonly own: string }>> = {
  udp4: { family: 'IPv4', any: '0.0.0.0', own: '127.0.0.1' },
  udp6: { family: 'IPv6', any: '::', own: '::1' },
}

const functionIn = (args: readonly unknown[]): ((...args: never[]) => void) | undefined =>
  args.find((each) => typeof each === 'function') as never

const notRunning = (): Error => nodeError(Error, 'ERR_SOCKET_DGRAM_NOT_RUNNING', 'Not running')

function failed(error: SystemFailure, syscall: string, { address, port }: Address): Error {
  const { code, errno } = error
  return Object.assign(new Error(`${syscall} ${code} ${address}${port > 0 ? `:${port}` : ''}`), {
    ...{ errno, code, syscall, address },
    ...(port > 0 && { port }),
  })
}

function bytesOf(message: unknown): Uint8Array {
  if (Array.isArray(message)) return Buffer.concat(message.map((each) => Buffer.from(bytesOf(each))))
  if (typeof message === 'string') return Buffer.from(message)
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength)
  throw nodeError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "buffer" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${received(message)}`,
  )
}

function checkedPort(port: unknown): number {
  const number = Number(port)
  if (port !== undefined && port !== null && number > 0 && number < 65536) return number
  throw nodeError(RangeError, 'ERR_SOCKET_BAD_PORT', `Port should be > 0 and < 65536. Received ${received(port)}.`)
}

/** A socket for datagrams of UDP. dgram */
export class Socket extends EventEmitter {
  readonly type: string
  private fd = -1
  private state: 'unbound' | 'binding' | 'bound' | 'closed' = 'unbound'
  private peer: Address | undefined
  private counted = true
  /** What waits for it to be bound. */
  private readonly later: (() => void)[] = []

  constructor({ type, signal }: Options, listener?: unknown) {
    super()
    if (!FAMILIES[type])
      throw nodeError(TypeError, 'ERR_SOCKET_BAD_TYPE', 'Bad socket type specified. Valid types are: udp4, udp6')
    this.type = type
    if (typeof listener === 'function') this.on('message', listener as never)
    signal?.addEventListener('abort', () => this.close())
  }

  private get family() {
    return FAMILIES[this.type] ?? { family: 'IPv4', any: '0.0.0.0', own: '127.0.0.1' }
  }

  bind(...args: unknown[]): this {
    this.requireOpen()
    if (this.state !== 'unbound') throw nodeError(Error, 'ERR_SOCKET_ALREADY_BOUND', 'Socket is already bound')
    this.state = 'binding'
    const callback = functionIn(args)
    if (callback) this.once('listening', callback as never)
    const given = typeof args[0] === 'object' && args[0] !== null ? (args[0] as Partial<Address>) : undefined
    const port = Number(given?.port ?? (typeof args[0] === 'function' ? 0 : (args[0] ?? 0)))
    const host = given?.address ?? (typeof args[1] === 'string' ? args[1] : undefined)
    loop.tick(() => this.take(host === 'localhost' ? this.family.own : host || this.family.any, port), [])
    return this
  }

  private take(address: string, port: number): void {
    if (this.state === 'closed') return
    try {
      this.fd = Number(callSync('bindDatagrams', [address, port]).value)
    } catch (error) {
      this.state = 'unbound'
      this.emit('error', failed(error as SystemFailure, 'bind', { address, port }))
      return
    }
    this.state = 'bound'
    if (this.counted) loop.handles.add(this)
    void this.receive()
    this.emit('listening')
    for (const each of this.later.splice(0)) each()
  }

  private async receive(): Promise<void> {
    while (this.fd >= 0) {
      const got = await pending.submit('recvfrom', [this.fd], undefined, false).catch(() => undefined)
      if (!got || this.fd < 0) return
      const { address, port } = got.value as Address
      const from = { address, family: this.family.family, port, size: got.bytes.length }
      loop.guard(() => this.emit('message', Buffer.from(got.bytes), from), [])
    }
  }

  private whenBound(call: () => void): void {
    if (this.state === 'bound') return call()
    this.later.push(call)
    if (this.state === 'unbound') this.bind(0)
  }

  /** `(message[, offset, length][, port][, address][, callback])` */
  send(message: unknown, ...rest: unknown[]): void {
    const callback = functionIn(rest) as Sent | undefined
    const words = rest.filter((each) => typeof each !== 'function')
    let bytes = bytesOf(message)
    const sliced = this.peer ? words.length >= 2 : typeof words[1] === 'number' && words.length >= 3
    if (sliced) {
      const [offset, length] = words.splice(0, 2).map(Number)
      bytes = bytes.subarray(offset, (offset ?? 0) + (length ?? 0))
    }
    const [port, host] = this.peer ? [this.peer.port, this.peer.address] : words
    const to = { port: checkedPort(port), address: host ? String(host) : this.family.own }
    this.requireOpen()
    this.whenBound(() => this.sendTo(bytes, to, callback))
  }

  private sendTo(bytes: Uint8Array, { address, port }: Address, callback: Sent | undefined): void {
    pending.submit('sendto', [this.fd, address, port], bytes).then(
      () => callback?.(null, bytes.length),
      (error: SystemFailure) => {
        const failure = failed(error, 'send', { address, port })
        if (callback) callback(failure)
        else this.emit('error', failure)
      },
    )
  }

  connect(port: unknown, ...rest: unknown[]): void {
    const callback = functionIn(rest)
    const address = typeof rest[0] === 'string' ? rest[0] : this.family.own
    const to = { address, port: checkedPort(port) }
    if (callback) this.once('connect', callback as never)
    this.whenBound(() =>
      loop.tick(() => {
        this.peer = to
        this.emit('connect')
      }, []),
    )
  }
  disconnect(): void {
    if (!this.peer) throw nodeError(Error, 'ERR_SOCKET_DGRAM_NOT_CONNECTED', 'Not connected')
    this.peer = undefined
  }
  remoteAddress(): object {
    if (!this.peer) throw nodeError(Error, 'ERR_SOCKET_DGRAM_NOT_CONNECTED', 'Not connected')
    return { address: this.peer.address, family: this.family.family, port: this.peer.port }
  }

  address(): object {
    this.requireOpen()
    if (this.fd < 0)
      throw Object.assign(new Error('getsockname EBADF'), { code: 'EBADF', errno: -9, syscall: 'getsockname' })
    const { local } = callSync('socketNames', [this.fd]).value as { local: Address }
    return { address: local.address, family: this.family.family, port: local.port }
  }

  close(callback?: () => void): this {
    if (callback) this.once('close', callback as never)
    this.requireOpen()
    if (this.fd >= 0) pending.tell('close', [this.fd])
    this.fd = -1
    this.state = 'closed'
    loop.handles.delete(this)
    loop.tick(() => this.emit('close'), [])
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
  // What changes nothing between the machines of one LAN.
  setBroadcast(): void {}
  setTTL(ttl: number): number {
    return ttl
  }
  setMulticastTTL(ttl: number): number {
    return ttl
  }
  setMulticastLoopback(on: boolean): boolean {
    return on
  }
  getRecvBufferSize(): number {
    return 212_992
  }
  getSendBufferSize(): number {
    return 212_992
  }
  setRecvBufferSize(): void {}
  setSendBufferSize(): void {}

  private requireOpen(): void {
    if (this.state === 'closed') throw notRunning()
  }
}

export const dgram = {
  Socket,
  createSocket: (options: string | Options, listener?: unknown) =>
    new Socket(typeof options === 'string' ? { type: options } : options, listener),
}
