import {
  AF_UNIX,
  type Datagram,
  EAGAIN,
  ECONNREFUSED,
  EINVAL,
  EMSGSIZE,
  ENOTCONN,
  EPIPE,
  EPROTOTYPE,
  POLLHUP,
  POLLIN,
  POLLOUT,
  type SocketAddress,
  unix,
  type UnixSocketInfo,
} from '@drydock/abi'
import { SHUTDOWN_READ, SHUTDOWN_WRITE } from '@drydock/net'
import type { Network } from '../net/network.ts'
import { pathOf } from './unix-address.ts'
import { shutdownBits, SocketDescription, type UnixNames } from './socket-description.ts'

/** net.unix.max_dgram_qlen. */
const QUEUE_LENGTH = 10
/** net.core.wmem_default, less what a message costs. */
const MESSAGE_MAX = 212_960
/** What a short message takes of a buffer. */
const MESSAGE_COST = 767

/** Sockets of the unix family that keep messages apart and in order, and lose none. SOCK_DGRAM, unix(7). */
export class UnixDatagramSocket extends SocketDescription {
  private readonly network: Network
  private readonly messages: { readonly data: Uint8Array; readonly from: string }[] = []
  private name = ''
  private unbind: (() => void) | undefined
  private peer: UnixDatagramSocket | undefined
  private readShut = false
  private writeShut = false
  private closed = false
  /** Who waits for room here. */
  private readonly senders = new Set<UnixDatagramSocket>()

  constructor(network: Network) {
    super(network.nextIno(), network.clock.now())
    this.network = network
    network.unixSockets.add(this)
  }

  static pair(network: Network): [UnixDatagramSocket, UnixDatagramSocket] {
    const one = new UnixDatagramSocket(network)
    const other = new UnixDatagramSocket(network)
    one.peer = other
    other.peer = one
    return [one, other]
  }

  get boundTo(): string {
    return this.name.replace('\0', '@')
  }
  readonly listening = false
  get linked(): boolean {
    return this.peer !== undefined
  }

  describe(): UnixSocketInfo {
    const { ino, peer } = this
    const receiveQueue = this.messages.reduce((sum, { data }) => sum + data.length, 0)
    const state = peer ? 'ESTAB' : 'UNCONN'
    return { state, type: 'dgram', path: this.boundTo, ino, peerIno: peer?.ino ?? 0, receiveQueue, sendQueue: 0 }
  }

  bind(address: SocketAddress, names: UnixNames): void {
    if (this.name !== '') throw EINVAL
    const path = pathOf(address)
    this.unbind = names.bind(path, this) ?? undefined
    this.name = path
  }

  connect(address: SocketAddress, names: UnixNames): void {
    this.peer = this.named(address, names)
  }

  private named(address: SocketAddress, names: UnixNames): UnixDatagramSocket {
    const found = names.find(pathOf(address))
    if (!(found instanceof UnixDatagramSocket)) throw found === undefined ? ECONNREFUSED : EPROTOTYPE
    if (found.closed) throw ECONNREFUSED
    return found
  }

  read(max: number): Uint8Array {
    return this.take().data.subarray(0, max)
  }

  write(bytes: Uint8Array): number {
    if (!this.peer) throw ENOTCONN
    return this.give(this.peer, bytes)
  }

  override sendto(data: Uint8Array, to: SocketAddress | undefined, names: UnixNames): void {
    const target = to === undefined || (to.family === AF_UNIX && to.path === '') ? this.peer : this.named(to, names)
    if (!target) throw ENOTCONN
    this.give(target, data)
  }

  override recvfrom(): Datagram {
    const { data, from } = this.take()
    return { data, from: unix(from) }
  }

  private take(): { data: Uint8Array; from: string } {
    const message = this.messages.shift()
    if (!message) {
      if (this.readShut) return { data: new Uint8Array(0), from: '' }
      throw EAGAIN
    }
    for (const sender of this.senders) sender.queue.wake()
    this.senders.clear()
    return message
  }

  private give(target: UnixDatagramSocket, bytes: Uint8Array): number {
    if (this.writeShut) throw EPIPE
    if (target.closed) throw ECONNREFUSED
    if (target.readShut) throw EPIPE
    if (bytes.length > MESSAGE_MAX) throw EMSGSIZE
    if (!target.hasRoomFor(this)) {
      target.senders.add(this)
      throw EAGAIN
    }
    target.messages.push({ data: bytes.slice(), from: this.name })
    target.queue.wake()
    return bytes.length
  }

  /** Between two that are connected to each other the sender's buffer counts, else the length of the queue. */
  private hasRoomFor(sender: UnixDatagramSocket): boolean {
    if (this.peer !== sender) return this.messages.length <= QUEUE_LENGTH
    return this.messages.reduce((sum, { data }) => sum + data.length + MESSAGE_COST, 0) < MESSAGE_MAX
  }

  poll(): number {
    const room = !this.peer || this.peer.hasRoomFor(this)
    if (!room) this.peer?.senders.add(this)
    const readable = this.messages.length > 0 || this.readShut
    return (readable ? POLLIN : 0) | (room ? POLLOUT : 0) | (this.readShut && this.writeShut ? POLLHUP : 0)
  }

  override shutdown(how: number): void {
    if (!this.peer) throw ENOTCONN
    const bits = shutdownBits(how)
    if (bits & SHUTDOWN_READ) this.readShut = true
    if (bits & SHUTDOWN_WRITE) this.writeShut = true
    this.queue.wake()
  }

  getsockname(): SocketAddress {
    return unix(this.name)
  }
  override getpeername(): SocketAddress {
    if (!this.peer) throw ENOTCONN
    return unix(this.peer.name)
  }

  protected override dispose(): void {
    this.network.unixSockets.delete(this)
    this.unbind?.()
    this.closed = true
    this.messages.length = 0
    for (const sender of this.senders) sender.queue.wake()
    this.senders.clear()
  }
}
