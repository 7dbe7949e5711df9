import { AF_INET6, type Datagram, type SocketAddress } from '@drydock/abi'
import type { PingSocket } from '@drydock/net'
import type { NetNamespace } from '../net/net-namespace.ts'
import { AddressFamily, type InetFamily } from './inet-address.ts'
import { pollBits, SocketDescription } from './socket-description.ts'

/** An ICMP socket for echo requests: whole ICMP messages in and out, the identifier is the socket's. icmp(7). */
export class InetIcmpSocket extends SocketDescription {
  private readonly addresses: AddressFamily
  private readonly socket: PingSocket

  constructor({ network, stack }: NetNamespace, family: InetFamily) {
    super(network.nextIno(), network.clock.now())
    this.addresses = new AddressFamily(stack, family)
    this.socket = (family === AF_INET6 ? stack.ip6.icmp : stack.icmp).open()
    this.socket.onChange = () => this.queue.wake()
  }

  bind(address: SocketAddress): void {
    this.addresses.endpoint(address)
  }

  connect(address: SocketAddress): void {
    this.socket.connect(this.addresses.endpoint(address))
  }

  read(): Uint8Array {
    return this.socket.receive().data
  }

  write(bytes: Uint8Array): number {
    this.socket.send(bytes)
    return bytes.length
  }

  override sendto(data: Uint8Array, to: SocketAddress): void {
    this.socket.send(data, this.addresses.endpoint(to), 'ttl' in to ? to.ttl : undefined)
  }

  override recvfrom(): Datagram {
    const { data, from, ttl } = this.socket.receive()
    return { data, from: this.addresses.toAddress(from), ttl }
  }

  poll(): number {
    return pollBits(this.socket.readiness())
  }

  getsockname(): SocketAddress {
    return this.addresses.toAddress({ ...this.addresses.any, port: this.socket.identifier })
  }

  protected override dispose(): void {
    this.socket.close()
  }
}
