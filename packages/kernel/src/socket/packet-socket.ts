import {
  AF_PACKET,
  type Datagram,
  EAFNOSUPPORT,
  EAGAIN,
  EINVAL,
  ENODEV,
  ENXIO,
  EOPNOTSUPP,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_OTHERHOST,
  PACKET_OUTGOING,
  type PacketAddress,
  POLLIN,
  POLLOUT,
  type SocketAddress,
} from '@drydock/abi'
import { BROADCAST_MAC, decodeArp, encodeFrame, type Frame, type Interface, type Tap } from '@drydock/net'
import type { NetNamespace } from '../net/net-namespace.ts'
import { SocketDescription } from './socket-description.ts'

/** net.core.rmem_default, as tcpdump raises it. */
const BUFFER_BYTES = 2 * 1024 * 1024

/** Frames as they pass the interfaces of a namespace, whole; of one's own only ARP is sent by it. packet(7), SOCK_RAW */
export class PacketSocket extends SocketDescription implements Tap {
  private readonly namespace: NetNamespace
  private readonly waiting: Datagram[] = []
  private waitingBytes = 0
  private interfaceIndex = 0
  /** Frames that found no room. */
  drops = 0

  constructor(namespace: NetNamespace) {
    super(namespace.network.nextIno(), namespace.network.clock.now())
    this.namespace = namespace
    namespace.stack.taps.add(this)
  }

  bind(address: SocketAddress): void {
    if (address.family !== AF_PACKET) throw EAFNOSUPPORT
    const known = [...this.namespace.stack.interfaces.values()].some(({ index }) => index === address.interfaceIndex)
    if (address.interfaceIndex !== 0 && !known) throw ENODEV
    this.interfaceIndex = address.interfaceIndex
  }

  connect(): void {
    throw EOPNOTSUPP
  }

  hear(at: Interface, frame: Frame, direction: 'in' | 'out'): void {
    if (this.interfaceIndex !== 0 && at.index !== this.interfaceIndex) return
    const { clock } = this.namespace.network
    const data = encodeFrame(frame, Math.floor(clock.monotonic()))
    if (this.waitingBytes + data.length > BUFFER_BYTES) {
      this.drops++
      return
    }
    this.waitingBytes += data.length
    this.waiting.push({ data, from: addressOf(at, frame, direction), timeMs: clock.now() })
    this.queue.wake()
  }

  /** A whole frame goes out by the interface it is bound to. @throws EINVAL for what is no ARP, ENXIO without an interface */
  override sendto(data: Uint8Array, to: SocketAddress): void {
    const index = to.family === AF_PACKET && to.interfaceIndex ? to.interfaceIndex : this.interfaceIndex
    const at = [...this.namespace.stack.interfaces.values()].find((each) => each.index === index)
    if (!at) throw ENXIO
    const frame = decodeArp(data)
    if (!frame) throw EINVAL
    at.transmit(frame)
  }

  read(max: number): Uint8Array {
    return this.recvfrom().data.subarray(0, max)
  }

  write(): number {
    throw EINVAL
  }

  override recvfrom(): Datagram {
    const first = this.waiting.shift()
    if (!first) throw EAGAIN
    this.waitingBytes -= first.data.length
    return first
  }

  poll(): number {
    return (this.waiting.length > 0 ? POLLIN : 0) | POLLOUT
  }

  getsockname(): SocketAddress {
    return { family: AF_PACKET, interfaceIndex: this.interfaceIndex }
  }

  protected override dispose(): void {
    this.namespace.stack.taps.delete(this)
  }
}

function addressOf(at: Interface, { source, destination }: Frame, direction: 'in' | 'out'): PacketAddress {
  return { family: AF_PACKET, interfaceIndex: at.index, packetType: typeOf(at, destination, direction), mac: source }
}

function typeOf(at: Interface, destination: string, direction: 'in' | 'out'): number {
  if (direction === 'out') return PACKET_OUTGOING
  if (destination === BROADCAST_MAC) return PACKET_BROADCAST
  return destination === at.mac ? PACKET_HOST : PACKET_OTHERHOST
}
