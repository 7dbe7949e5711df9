import {
  type Datagram,
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EINVAL,
  EISCONN,
  ENOTCONN,
  EPIPE,
  EPROTOTYPE,
  type Errno,
  POLLHUP,
  POLLIN,
  POLLOUT,
  type PeerCredentials,
  type SocketAddress,
  unix,
  type UnixSocketInfo,
} from '@drydock/abi'
import { SHUTDOWN_READ, SHUTDOWN_WRITE } from '@drydock/net'
import { ByteQueue } from '../byte-queue.ts'
import type { FileDescription } from '../file-description.ts'
import type { Network } from '../net/network.ts'
import { pathOf } from './unix-address.ts'
import { shutdownBits, SocketDescription, type UnixNames } from './socket-description.ts'

/** net.core.wmem_default. socket(7). */
const BUFFER_BYTES = 212_992

/** A stream socket of the unix family: named by a node of the file system, or one of a pair. unix(7). */
export class UnixStreamSocket extends SocketDescription {
  protected readonly network: Network
  protected readonly incoming = new ByteQueue()
  /** Descriptions that were sent along, and how many bytes are before each. SCM_RIGHTS */
  private readonly rights: { before: number; readonly descriptions: readonly FileDescription[] }[] = []
  private credentials: PeerCredentials | undefined
  private peerIs: PeerCredentials | undefined
  private name = ''
  private unbind: (() => void) | undefined
  private peer: UnixStreamSocket | undefined
  private peerName = ''
  private connected = false
  private ended = false
  private readShut = false
  private writeShut = false
  private failure: Errno | undefined
  private pending: UnixStreamSocket[] | undefined
  private closed = false
  private backlog = 0

  constructor(network: Network) {
    super(network.nextIno(), network.clock.now())
    this.network = network
    network.unixSockets.add(this)
  }

  get boundTo(): string {
    return this.name.replace('\0', '@')
  }
  get listening(): boolean {
    return this.pending !== undefined
  }
  get linked(): boolean {
    return this.connected
  }

  /** Who opened it: what the other end learns when they are connected. */
  become(credentials: PeerCredentials): void {
    this.credentials = credentials
    if (this.peer) this.peer.peerIs = credentials
  }
  override peerCredentials(): PeerCredentials {
    if (!this.connected || !this.peerIs) throw ENOTCONN
    return this.peerIs
  }

  override sendRights(bytes: Uint8Array, descriptions: readonly FileDescription[]): number {
    const before = this.peer?.incoming.length ?? 0
    const taken = this.write(bytes)
    const held = descriptions.map((description) => description.retain())
    this.peer?.rights.push({ before, descriptions: held })
    return taken
  }

  /** Stops before the next descriptors: each arrive with the first byte that they were sent with. */
  override receiveRights(max: number): { data: Uint8Array; descriptions: readonly FileDescription[] } {
    const [first] = this.rights
    const arrived = first?.before === 0 ? this.rights.shift() : undefined
    const next = this.rights[0]?.before ?? Infinity
    try {
      return { data: this.read(Math.min(max, next)), descriptions: arrived?.descriptions ?? [] }
    } catch (error) {
      if (arrived) this.rights.unshift(arrived)
      throw error
    }
  }

  describe(): UnixSocketInfo {
    const { pending, peer, ino } = this
    return {
      state: pending ? 'LISTEN' : this.connected ? 'ESTAB' : 'UNCONN',
      path: this.boundTo,
      ino,
      peerIno: peer?.ino ?? 0,
      receiveQueue: pending ? pending.length : this.incoming.length,
      sendQueue: pending ? this.backlog : (peer?.incoming.length ?? 0),
    }
  }

  /** Two that are connected to each other. socketpair(2). */
  static pair(network: Network): [UnixStreamSocket, UnixStreamSocket] {
    const one = new UnixStreamSocket(network)
    const other = new UnixStreamSocket(network)
    one.link(other)
    return [one, other]
  }

  bind(address: SocketAddress, names: UnixNames): void {
    if (this.name !== '') throw EINVAL
    const path = pathOf(address)
    this.unbind = names.bind(path, this) ?? undefined
    this.name = path
  }

  override listen(backlog: number): void {
    if (this.name === '' || this.connected) throw EINVAL
    this.backlog = backlog
    this.pending ??= []
  }

  override accept(): { description: SocketDescription; peer: SocketAddress } {
    if (!this.pending) throw EINVAL
    const description = this.pending.shift()
    if (!description) throw EAGAIN
    this.queue.wake()
    return { description, peer: unix(description.peerName) }
  }

  /** Stands at once: other than on Linux a full backlog makes nobody wait. */
  connect(address: SocketAddress, names: UnixNames): void {
    if (this.connected) throw EISCONN
    const listener = names.find(pathOf(address))
    if (listener instanceof SocketDescription && listener.constructor !== this.constructor) throw EPROTOTYPE
    if (!(listener instanceof UnixStreamSocket) || !listener.pending || listener.closed) throw ECONNREFUSED
    const accepted = listener.sibling()
    accepted.name = listener.name
    accepted.credentials = listener.credentials
    this.join(accepted)
    accepted.join(this)
    listener.pending.push(accepted)
    listener.queue.wake()
  }

  read(max: number): Uint8Array {
    if (this.incoming.length > 0) {
      const bytes = this.takeIncoming(max)
      this.peer?.queue.wake()
      return bytes
    }
    if (this.failure) {
      const { failure } = this
      this.failure = undefined
      throw failure
    }
    if (!this.connected) throw this.pending ? EINVAL : ENOTCONN
    if (this.ended || this.readShut) return new Uint8Array(0)
    throw EAGAIN
  }

  write(bytes: Uint8Array): number {
    if (!this.connected) throw ENOTCONN
    const { peer } = this
    if (this.writeShut || !peer || peer.readShut) throw EPIPE
    const room = BUFFER_BYTES - peer.incoming.length
    if (room <= 0) throw EAGAIN
    const taken = bytes.slice(0, room)
    peer.incoming.push(taken)
    peer.queue.wake()
    return taken.length
  }

  override sendto(data: Uint8Array): void {
    this.write(data)
  }

  override recvfrom(): Datagram {
    return { data: this.read(65536), from: unix(this.peerName) }
  }

  poll(): number {
    if (this.pending) return this.pending.length > 0 ? POLLIN : 0
    if (!this.connected) return POLLOUT | POLLHUP
    const ended = this.ended || this.readShut
    const canWrite = !this.peer || this.writeShut || this.peer.incoming.length < BUFFER_BYTES / 2
    const readable = this.incoming.length > 0 || ended || this.failure
    return (readable ? POLLIN : 0) | (canWrite ? POLLOUT : 0) | (!this.peer ? POLLHUP : 0)
  }

  override shutdown(how: number): void {
    if (!this.connected) throw ENOTCONN
    const bits = shutdownBits(how)
    if (bits & SHUTDOWN_READ) this.readShut = true
    if (bits & SHUTDOWN_WRITE) {
      this.writeShut = true
      if (this.peer) this.peer.ended = true
    }
    this.queue.wake()
    this.peer?.queue.wake()
  }

  getsockname(): SocketAddress {
    return unix(this.name)
  }

  override getpeername(): SocketAddress {
    if (!this.connected) throw ENOTCONN
    return unix(this.peerName)
  }

  protected override dispose(): void {
    this.network.unixSockets.delete(this)
    this.unbind?.()
    this.closed = true
    for (const waiting of this.pending ?? []) waiting.release()
    this.pending = undefined
    for (const { descriptions } of this.rights.splice(0)) for (const each of descriptions) each.release()
    const { peer } = this
    this.peer = undefined
    if (!peer) return
    peer.peer = undefined
    peer.ended = true
    if (this.incoming.length > 0) peer.failure = ECONNRESET
    peer.queue.wake()
  }

  protected sibling(): UnixStreamSocket {
    return new UnixStreamSocket(this.network)
  }
  protected takeIncoming(max: number): Uint8Array {
    const bytes = this.incoming.take(max)
    for (const each of this.rights) each.before = Math.max(0, each.before - bytes.length)
    return bytes
  }

  protected get other(): UnixStreamSocket | undefined {
    return this.peer
  }
  /** Connects two to each other. */
  protected link(other: UnixStreamSocket): void {
    this.join(other)
    other.join(this)
  }
  /** A message goes in whole or not at all. @throws EAGAIN */
  requireRoom(bytes: number): void {
    if (this.incoming.length > 0 && this.incoming.length + bytes > BUFFER_BYTES) throw EAGAIN
  }

  private join(peer: UnixStreamSocket): void {
    this.peer = peer
    this.peerName = peer.name
    this.peerIs = peer.credentials
    this.connected = true
  }
}
