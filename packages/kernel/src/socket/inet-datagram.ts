import { type Datagram, EDESTADDRREQ, ENOTCONN, type SocketAddress } from '@drydock/abi'
import { type Endpoint, UdpSocket } from '@drydock/net'
import type { NetNamespace } from '../net/net-namespace.ts'
import { endpoint, toAddress } from './inet-stream.ts'
import { pollBits, SocketDescription } from './socket-description.ts'

/** A UDP socket. udp(7). */
export class InetDatagramSocket extends SocketDescription {
  private readonly namespace: NetNamespace
  private readonly socket: UdpSocket

  constructor(namespace: NetNamespace) {
    super(namespace.network.nextIno(), namespace.network.clock.now())
    this.namespace = namespace
    this.socket = new UdpSocket(namespace.stack.udp)
    this.socket.onChange = () => this.queue.wake()
    namespace.sockets.set(this.socket, this.ino)
  }

  bind(address: SocketAddress): void {
    const { address: at, port } = endpoint(address)
    this.socket.bind(at, port)
  }

  connect(address: SocketAddress): void {
    this.socket.connect(endpoint(address))
  }

  read(): Uint8Array {
    return this.socket.receive().data
  }

  write(bytes: Uint8Array): number {
    if (!this.socket.remote) throw EDESTADDRREQ
    this.socket.send(bytes)
    return bytes.length
  }

  override sendto(data: Uint8Array, to: SocketAddress): void {
    const ttl = 'ttl' in to ? to.ttl : undefined
    this.socket.send(data, endpoint(to), ttl === undefined ? {} : { ttl })
  }

  override recvfrom(): Datagram {
    const { data, from, ttl } = this.socket.receive()
    return { data, from: toAddress(from), ttl }
  }

  poll(): number {
    return pollBits(this.socket.readiness())
  }

  override shutdown(): void {
    if (!this.socket.remote) throw ENOTCONN
  }

  getsockname(): SocketAddress {
    return toAddress(this.socket.local)
  }

  override getpeername(): SocketAddress {
    const remote: Endpoint | undefined = this.socket.remote
    if (!remote) throw ENOTCONN
    return toAddress(remote)
  }

  protected override dispose(): void {
    this.namespace.sockets.delete(this.socket)
    this.socket.close()
  }
}
