import { wasiErrno } from '@drydock/abi'
import type { AnswerMessage } from '../protocol.ts'
import { CallError } from './call-error.ts'
import type { Memory } from './memory.ts'
import { after, guarded, type Result } from './result.ts'

type Loose = (...args: readonly (number | bigint)[]) => unknown
type Row = (original: Loose, ...args: number[]) => Result<unknown>

interface Powers {
  call(op: string, args: readonly unknown[], bytes?: Uint8Array): Result<AnswerMessage>
  memory(): Memory
  malloc(bytes: number): number
  original(name: string, ...args: readonly number[]): unknown
}

const AF_UNIX = 1
const AF_INET = 2
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const MSG_PEEK = 2
const MSG_DONTWAIT = 0x40
const POLLIN = 1
const EAI_NONAME = -2
const SOL_SOCKET = 1
const SO_ERROR = 4
/** SO_SNDBUF and SO_RCVBUF of a fresh socket. tcp(7) */
const BUFFERS: ReadonlyMap<number, number> = new Map([
  [7, 16_384],
  [8, 131_072],
])
const optionKey = (fd: number, level: number, option: number): string => `${fd}:${level}:${option}`
const SO_TYPE = 3

type Address = { readonly path: string } | { readonly address: string; readonly port: number }

/** Sockets of C over the kernel's. */
export class SocketCalls {
  private readonly powers: Powers
  /** Type of each socket: datagrams say where they come from. */
  private readonly types = new Map<number, number>()
  /** What was looked at with MSG_PEEK and not taken yet. */
  private readonly peeked = new Map<number, AnswerMessage>()
  private readonly options = new Map<string, number>()
  /** Where sockets are on their way to. */
  private readonly connecting = new Map<number, Address>()

  constructor(powers: Powers) {
    this.powers = powers
  }

  table(): Record<string, Row> {
    const { call } = this.powers
    const plain = (op: string, ...args: readonly unknown[]): Result<number> => after(call(op, args), () => 0)
    return {
      __syscall_socket: (_, family = 0, type = 0) => this.socket(family, type),
      __syscall_bind: (_, fd = 0, at = 0, length = 0) => plain('bind', fd, this.readAddress(at, length)),
      __syscall_listen: (_, fd = 0, backlog = 0) => plain('listen', fd, backlog),
      __syscall_connect: (_, fd = 0, at = 0, length = 0) => this.connect(fd, this.readAddress(at, length)),
      __syscall_accept4: (_, fd = 0, at = 0, length = 0, flags = 0) => this.accept(fd, at, length, flags),
      __syscall_getsockname: (_, fd = 0, at = 0, length = 0) => this.name('getsockname', fd, at, length),
      __syscall_getpeername: (_, fd = 0, at = 0, length = 0) => this.name('getpeername', fd, at, length),
      __syscall_sendto: (_, ...args) => this.sendto(args),
      __syscall_recvfrom: (_, ...args) => this.recvfrom(args),
      __syscall_sendmsg: (_, fd = 0, message = 0) => this.sendmsg(fd, message),
      __syscall_recvmsg: (_, fd = 0, message = 0, flags = 0) => this.recvmsg(fd, message, flags),
      __syscall_getsockopt: (_, fd = 0, __ = 0, option = 0, value = 0, length = 0) =>
        this.getsockopt(fd, option, value, length),
      __syscall_poll: (_, fds = 0, count = 0, timeout = 0) => this.poll(fds, count, timeout),
      getaddrinfo: (original, ...args) => this.getaddrinfo(original, args),
      _emscripten_lookup_name: (_, name = 0) => this.lookup(this.powers.memory().text(name)),
    }
  }

  private readAddress(at: number, length: number): Address {
    const memory = this.powers.memory()
    if (memory.getI16(at) === AF_UNIX) {
      const bytes = memory.bytes(at + 2, Math.max(0, length - 2))
      const end = bytes.indexOf(0, 1)
      return { path: new TextDecoder().decode(bytes.slice(0, end < 0 ? undefined : end)) }
    }
    const [high = 0, low = 0, ...quad] = memory.bytes(at + 2, 6)
    return { address: quad.join('.'), port: high * 256 + low }
  }

  private writeAddress(at: number, length: number, address: Address): void {
    if (at === 0) return
    const memory = this.powers.memory()
    if ('path' in address) {
      const bytes = new TextEncoder().encode(address.path)
      memory.setU16(at, AF_UNIX)
      memory.bytes(at + 2, bytes.length).set(bytes)
      memory.setU8(at + 2 + bytes.length, 0)
      if (length) memory.setU32(length, bytes.length === 0 ? 2 : bytes.length + 3)
      return
    }
    const quad = address.address.split('.').map(Number)
    memory.bytes(at, 16).fill(0)
    memory.setU16(at, AF_INET)
    memory.bytes(at + 2, 6).set([address.port >> 8, address.port & 255, ...quad])
    if (length) memory.setU32(length, 16)
  }

  private socket(family: number, type: number): Result<number> {
    const bare = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)
    if (family !== AF_INET && family !== AF_UNIX) return -wasiErrno('EAFNOSUPPORT')
    return after(this.powers.call('socket', [family, bare]), ({ value }) => {
      const fd = Number(value)
      this.types.set(fd, bare)
      return this.flagged(fd, type)
    })
  }

  private flagged(fd: number, flags: number): Result<number> {
    const wanted = { nonblock: (flags & SOCK_NONBLOCK) !== 0, cloexec: (flags & SOCK_CLOEXEC) !== 0 }
    if (!wanted.nonblock && !wanted.cloexec) return fd
    return after(this.powers.call('setFlags', [fd, wanted]), () => fd)
  }

  private accept(listener: number, at: number, length: number, flags: number): Result<number> {
    return after(this.powers.call('accept', [listener]), ({ value }) => {
      const { fd, peer } = value as { fd: number; peer: Address }
      this.types.set(fd, 1)
      this.writeAddress(at, length, peer)
      return this.flagged(fd, flags)
    })
  }

  private name(op: string, fd: number, at: number, length: number): Result<number> {
    return after(this.powers.call(op, [fd]), ({ value }) => {
      this.writeAddress(at, length, value as Address)
      return 0
    })
  }

  private sendto(args: readonly number[]): Result<number> {
    const [fd = 0, at = 0, length = 0, , to = 0, toLength = 0] = args
    const bytes = this.powers.memory().bytes(at, length).slice()
    const sent = to
      ? this.powers.call('sendto', [fd, this.readAddress(to, toLength)], bytes)
      : this.powers.call('send', [fd], bytes)
    return after(sent, ({ value }) => Number(value))
  }

  /** recv(2) with MSG_PEEK and MSG_DONTWAIT; what was only looked at comes first the next time. */
  private receive(fd: number, max: number, flags = 0): Result<AnswerMessage> {
    const seen = this.peeked.get(fd)
    if (seen) {
      if (!(flags & MSG_PEEK)) this.take(fd, seen, max)
      return { ...seen, bytes: seen.bytes?.slice(0, max) }
    }
    if (flags & MSG_DONTWAIT) {
      const ready = this.powers.call('poll', [[{ fd, events: POLLIN }], 0])
      return after(ready, ({ value }) => {
        if ((value as readonly number[])[0] === 0) throw new CallError('EAGAIN')
        return this.receive(fd, max, flags & ~MSG_DONTWAIT)
      })
    }
    const datagram = this.types.get(fd) === SOCK_DGRAM
    const read = datagram ? this.powers.call('recvfrom', [fd]) : this.powers.call('read', [fd, max])
    if (!(flags & MSG_PEEK)) return read
    return after(read, (found) => {
      if (found.bytes?.length) this.peeked.set(fd, found)
      return found
    })
  }

  /** A datagram is taken as a whole. */
  private take(fd: number, seen: AnswerMessage, max: number): void {
    const rest = this.types.get(fd) === SOCK_DGRAM ? undefined : seen.bytes?.slice(max)
    if (rest?.length) this.peeked.set(fd, { ...seen, bytes: rest })
    else this.peeked.delete(fd)
  }

  /** What read(2) finds of a socket that was peeked into. */
  readPeeked(fd: number, max: number): Uint8Array | undefined {
    const seen = this.peeked.get(fd)
    if (seen) this.take(fd, seen, max)
    return seen?.bytes?.slice(0, max)
  }

  forget(fd: number): void {
    for (const each of [this.peeked, this.types, this.connecting]) each.delete(fd)
    for (const key of this.options.keys()) if (key.startsWith(`${fd}:`)) this.options.delete(key)
  }

  private recvfrom(args: readonly number[]): Result<number> {
    const [fd = 0, at = 0, max = 0, flags = 0, from = 0, fromLength = 0] = args
    return after(this.receive(fd, max, flags), ({ bytes = new Uint8Array(0), value }) => {
      const taken = bytes.subarray(0, max)
      this.powers.memory().bytes(at, taken.length).set(taken)
      if (from && value) this.writeAddress(from, fromLength, value as Address)
      return taken.length
    })
  }

  private sendmsg(fd: number, message: number): Result<number> {
    const memory = this.powers.memory()
    const bytes = memory.gather(memory.getU32(message + 8), memory.getI32(message + 12))
    const to = memory.getU32(message)
    const sent = to
      ? this.powers.call('sendto', [fd, this.readAddress(to, memory.getU32(message + 4))], bytes)
      : this.powers.call('send', [fd], bytes)
    return after(sent, ({ value }) => Number(value))
  }

  private recvmsg(fd: number, message: number, flags: number): Result<number> {
    const memory = this.powers.memory()
    const [iov, count] = [memory.getU32(message + 8), memory.getI32(message + 12)]
    const max = memory.vectors(iov, count).reduce((sum, { length }) => sum + length, 0)
    return after(this.receive(fd, max, flags), ({ bytes = new Uint8Array(0), value }) => {
      const from = memory.getU32(message)
      if (from && value) this.writeAddress(from, message + 4, value as Address)
      return this.powers.memory().scatter(iov, count, bytes)
    })
  }

  private connect(fd: number, to: Address): Result<number> {
    this.connecting.set(fd, to)
    return after(this.powers.call('connect', [fd, to]), () => {
      this.connecting.delete(fd)
      return 0
    })
  }

  private getsockopt(fd: number, option: number, value: number, length: number): Result<number> {
    const wanted = option === SO_ERROR ? this.connectError(fd) : this.option(fd, SOL_SOCKET, option)
    return after(wanted, (number) => {
      this.powers.memory().setU32(value, number)
      this.powers.memory().setU32(length, 4)
      return 0
    })
  }

  /** setsockopt(2): what the kernel has no setting for is kept all the same. */
  setOption(fd: number, level: number, option: number, value: number): void {
    this.options.set(optionKey(fd, level, option), value)
  }

  /** getsockopt(2) */
  option(fd: number, level: number, option: number): number {
    const set = this.options.get(optionKey(fd, level, option))
    // Linux doubles the sizes of buffers, for its own bookkeeping. socket(7)
    if (set !== undefined) return level === SOL_SOCKET && BUFFERS.has(option) ? 2 * set : set
    if (level !== SOL_SOCKET) return 0
    return option === SO_TYPE ? (this.types.get(fd) ?? 1) : (BUFFERS.get(option) ?? 0)
  }

  /** How a connection ended that was not waited for: a second call tells. connect(2), EINPROGRESS */
  private connectError(fd: number): Result<number> {
    const to = this.connecting.get(fd)
    if (to === undefined) return 0
    this.connecting.delete(fd)
    const settled = [wasiErrno('EISCONN'), wasiErrno('EALREADY'), wasiErrno('EINPROGRESS')]
    return guarded(
      () => after(this.powers.call('connect', [fd, to]), () => 0),
      (errno) => (settled.includes(errno) ? 0 : errno),
    )
  }

  /** poll(2); what has no descriptor of the container is never ready. */
  private poll(at: number, count: number, timeoutMs: number): Result<number> {
    const memory = this.powers.memory()
    const asked = Array.from({ length: count }, (_, i) => ({
      fd: memory.getI32(at + 8 * i),
      events: memory.getI16(at + 8 * i + 4),
    }))
    if (count === 0) return after(this.powers.call('sleep', [Math.max(0, timeoutMs)]), () => 0)
    const waitMs = asked.some((each) => this.peekedEvents(each) !== 0) ? 0 : timeoutMs
    return after(this.powers.call('poll', [asked, waitMs]), ({ value }) => {
      const found = (value as readonly number[]).map((events, i) => events | this.peekedEvents(asked[i]))
      found.forEach((events, i) => this.powers.memory().setU16(at + 8 * i + 6, events))
      return found.filter((events) => events !== 0).length
    })
  }

  private peekedEvents(asked: { fd: number; events: number } | undefined): number {
    return asked && this.peeked.has(asked.fd) ? asked.events & POLLIN : 0
  }

  /** The name is resolved by the kernel's resolver; C makes the list of what is then an address. */
  private getaddrinfo(original: Loose, args: readonly number[]): Result<unknown> {
    const [node = 0, ...rest] = args
    if (node === 0) return original(node, ...rest)
    const host = this.powers.memory().text(node)
    if (/^[\d.]+$|:/.test(host) || host === '') return original(node, ...rest)
    const resolved = guarded<readonly string[]>(
      () => after(this.powers.call('resolve', [host]), ({ value }) => value as readonly string[]),
      () => [],
    )
    return after(resolved, ([address]) => {
      if (address === undefined) return EAI_NONAME
      const bytes = new TextEncoder().encode(`${address}\0`)
      const name = this.powers.malloc(bytes.length)
      this.powers.memory().bytes(name, bytes.length).set(bytes)
      return original(name, ...rest)
    })
  }

  private lookup(host: string): Result<number> {
    return after(this.powers.call('resolve', [host]), ({ value }) => {
      const [address] = value as readonly string[]
      if (address === undefined) throw new CallError('ENOENT')
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
      return a | (b << 8) | (c << 16) | (d << 24)
    })
  }
}
