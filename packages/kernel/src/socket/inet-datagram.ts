import {
  AF_INET6,
  type Datagram,
  EDESTADDRREQ,
  EINVAL,
  ENOTCONN,
  type SocketAddress,
  type SocketOption,
} from '@drydock/abi'
import { type Endpoint, UdpSocket } from '@drydock/net'
import type { NetNamespace } from '../net/net-namespace.ts'
import { AddressFamily, getInetOption, type InetFamily, setInetOption } from './inet-address.ts'
import { pollBits, SocketDescription } from './socket-description.ts'

/** A UDP socket. udp(7). */
export class InetDatagramSocket extends SocketDescription {
  readonly addresses: AddressFamily
  private readonly namespace: NetNamespace
  private readonly socket: UdpSocket

  constructor(namespace: NetNamespace, family: InetFamily) {
    super(namespace.network.nextIno(), namespace.network.clock.now())
    this.namespace = namespace
    this.addresses = new AddressFamily(namespace.stack, family)
    this.socket = new UdpSocket(namespace.stack.udp, family === AF_INET6 ? 6 : 4)
    if (this.addresses.v6only) this.socket.dual = false
    this.socket.onChange = () => this.queue.wake()
    namespace.sockets.set(this.socket, this)
  }

  bind(address: SocketAddress): void {
    const { address: at, port } = this.addresses.endpoint(address)
    this.socket.bind(at, port)
  }

  connect(address: SocketAddress): void {
    this.socket.connect(this.addresses.endpoint(address))
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
    this.socket.send(data, this.addresses.endpoint(to), ttl === undefined ? {} : { ttl })
  }

  override recvfrom(): Datagram {
    const { data, from, ttl } = this.socket.receive()
    return { data, from: this.addresses.toAddress(from), ttl }
  }

  poll(): number {
    return pollBits(this.socket.readiness())
  }

  override shutdown(): void {
    if (!this.socket.remote) throw ENOTCONN
  }

  getsockname(): SocketAddress {
    return this.addresses.toAddress(this.socket.local)
  }

  override getpeername(): SocketAddress {
    const remote: Endpoint | undefined = this.socket.remote
    if (!remote) throw ENOTCONN
    return this.addresses.toAddress(remote)
  }

  override setOption(option: SocketOption, value: number): void {
    if (this.socket.local.port !== 0) throw EINVAL
    if (option === 'SO_REUSEADDR') this.socket.reuse = value !== 0
    else setInetOption(this.addresses, option, value)
    this.socket.dual = !this.addresses.v6only
  }

  override getOption(option: SocketOption): number {
    if (option === 'SO_REUSEADDR') return Number(this.socket.reuse)
    return getInetOption(this.addresses, option)
  }

  protected override dispose(): void {
    this.namespace.sockets.delete(this.socket)
    this.socket.close()
  }
}
