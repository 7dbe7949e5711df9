import { type Datagram, inet, type SocketAddress } from '@drydock/abi'
import type { PingSocket } from '@drydock/net'
import type { NetNamespace } from '../net/net-namespace.ts'
import { endpoint, toAddress } from './inet-stream.ts'
import { pollBits, SocketDescription } from './socket-description.ts'

/** An ICMP socket for echo requests: whole ICMP messages in and out, the identifier is the socket's. icmp(7). */
export class InetIcmpSocket extends SocketDescription {
  private readonly socket: PingSocket

  constructor(namespace: NetNamespace) {
    super(namespace.network.nextIno(), namespace.network.clock.now())
    this.socket = namespace.stack.icmp.open()
    this.socket.onChange = () => this.queue.wake()
  }

  bind(address: SocketAddress): void {
    endpoint(address)
  }

  connect(address: SocketAddress): void {
    this.socket.connect(endpoint(address))
  }

  read(): Uint8Array {
    return this.socket.receive().data
  }

  write(bytes: Uint8Array): number {
    this.socket.send(bytes)
    return bytes.length
  }

  override sendto(data: Uint8Array, to: SocketAddress): void {
    this.socket.send(data, endpoint(to).address, 'ttl' in to ? to.ttl : undefined)
  }

  override recvfrom(): Datagram {
    const { data, from, ttl } = this.socket.receive()
    return { data, from: toAddress(from), ttl }
  }

  poll(): number {
    return pollBits(this.socket.readiness())
  }

  getsockname(): SocketAddress {
    return inet('0.0.0.0', this.socket.identifier)
  }

  protected override dispose(): void {
    this.socket.close()
  }
}
