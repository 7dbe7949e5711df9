import {
  EADDRNOTAVAIL,
  EAGAIN,
  ECONNREFUSED,
  EDESTADDRREQ,
  EHOSTUNREACH,
  EMSGSIZE,
  ENETUNREACH,
  type Entropy,
  type Errno,
} from '@drydock/abi'
import { type Address, ANY, LOOPBACK } from './address.ts'
import { ANY6, isAny, isMulticast6, LOOPBACK6 } from './address6.ts'
import { type Endpoint, endpointOf, type Readiness, type Socket } from './endpoint.ts'
import type { IcmpError, Packet, UdpDatagram } from './packet.ts'
import { PortTable } from './port-table.ts'
import type { IpOutput } from './tcp.ts'

const MOST_BYTES = 65507
const RECEIVE_BYTES = 212_992
const UNREACHABLE: Partial<Record<IcmpError, Errno>> = {
  'port-unreachable': ECONNREFUSED,
  'host-unreachable': EHOSTUNREACH,
  'net-unreachable': ENETUNREACH,
}

export interface Received {
  readonly data: Uint8Array
  readonly from: Endpoint
  /** Where it was sent to. */
  readonly to: Endpoint
  readonly ttl: number
}

/** A UDP socket. udp(7). */
export class UdpSocket implements Socket {
  onChange: () => void = () => {}
  local: Endpoint
  remote: Endpoint | undefined
  private readonly udp: Udp
  private waiting: Received[] = []
  private waitingBytes = 0
  private failure: Errno | undefined
  private closed = false
  /** Of IPv6: whether `::` is all of IPv4 as well. ipv6(7), IPV6_V6ONLY */
  dual: boolean
  /** Others may have its port on all addresses. socket(7), SO_REUSEADDR: here it is enough that one of both says so */
  reuse = false

  constructor(udp: Udp, family: 4 | 6 = 4) {
    this.udp = udp
    this.local = { address: family === 4 ? ANY : ANY6, port: 0 }
    this.dual = family === 6
  }

  get queued(): { receive: number; send: number } {
    return { receive: this.waitingBytes, send: 0 }
  }

  /** @throws EADDRINUSE, EADDRNOTAVAIL */
  bind(address: Address, port: number): void {
    this.local = { address, port: this.udp.bind(this, address, port) }
  }

  /** Only datagrams of `remote` are taken from now on. @throws ENETUNREACH */
  connect(remote: Endpoint): void {
    this.ensureBound()
    const address = isAny(this.local.address) ? this.udp.sourceFor(remote) : this.local.address
    this.local = { address, port: this.local.port }
    this.remote = remote
  }

  takeError(): Errno | undefined {
    const { failure } = this
    this.failure = undefined
    return failure
  }

  /** @throws EDESTADDRREQ, EMSGSIZE, ENETUNREACH, ECONNREFUSED of an earlier datagram */
  send(
    data: Uint8Array,
    to: Endpoint | undefined = this.remote,
    options: { from?: Endpoint; ttl?: number } = {},
  ): void {
    const failure = this.takeError()
    if (failure) throw failure
    if (!to) throw EDESTADDRREQ
    if (data.length > MOST_BYTES) throw EMSGSIZE
    this.ensureBound()
    this.udp.send(options.from ?? this.local, to, data.slice(), options.ttl)
  }

  /** @throws EAGAIN, ECONNREFUSED */
  receive(): Received {
    const first = this.waiting.shift()
    if (first) {
      this.waitingBytes -= first.data.length
      return first
    }
    throw this.takeError() ?? EAGAIN
  }

  readiness(): Readiness {
    const error = this.failure !== undefined
    return { readable: this.waiting.length > 0 || error, writable: true, hangup: false, error }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.onChange = () => {}
    this.udp.release(this, this.local.port)
  }

  /** From the network; more than fits is lost. */
  deliver(received: Received): void {
    if (this.waitingBytes > RECEIVE_BYTES) return
    this.waiting.push(received)
    this.waitingBytes += received.data.length
    this.onChange()
  }

  unreachable(kind: IcmpError, to: Endpoint): void {
    if (!this.remote || this.remote.address !== to.address || this.remote.port !== to.port) return
    this.failure = UNREACHABLE[kind]
    this.onChange()
  }

  /** Whether a datagram from `from` is for it. */
  takes(from: Endpoint): boolean {
    return !this.remote || (this.remote.address === from.address && this.remote.port === from.port)
  }

  private ensureBound(): void {
    if (this.local.port === 0) this.bind(this.local.address, 0)
  }
}

/** The UDP of one host. RFC 768. */
export class Udp {
  private readonly ip: IpOutput
  private readonly ports: PortTable<UdpSocket>

  constructor(ip: IpOutput, entropy: Entropy) {
    this.ip = ip
    this.ports = new PortTable(entropy)
  }

  bind(socket: UdpSocket, address: Address, port: number): number {
    if (!isAny(address) && !this.ip.isLocal(address) && !isMulticast(address)) throw EADDRNOTAVAIL
    return this.ports.bind(socket, address, port, socket)
  }

  release(socket: UdpSocket, port: number): void {
    this.ports.release(socket, port)
  }

  sourceFor({ address, scope }: Endpoint): Address {
    return this.ip.sourceFor(address, scope)
  }

  send(from: Endpoint, to: Endpoint, data: Uint8Array, ttl?: number): void {
    const destination = to.address === ANY ? LOOPBACK : to.address === ANY6 ? LOOPBACK6 : to.address
    const source = isAny(from.address) ? this.ip.sourceFor(destination, to.scope) : from.address
    const payload: UdpDatagram = { proto: 'udp', sourcePort: from.port, destinationPort: to.port, data }
    const { scope } = to
    this.ip.send({ source, destination, payload, ...(ttl ? { ttl } : {}), ...(scope === undefined ? {} : { scope }) })
  }

  /** @returns whether anybody took it */
  receive(packet: Packet, datagram: UdpDatagram): boolean {
    const from = endpointOf(packet.source, datagram.sourcePort, packet.scope)
    const to = { address: packet.destination, port: datagram.destinationPort }
    const socket = this.ports.find(to.address, to.port, (each) => each.takes(from))
    socket?.deliver({ data: datagram.data, from, to, ttl: packet.ttl })
    return socket !== undefined
  }

  unreachable(about: Packet, kind: IcmpError): void {
    const { sourcePort, destinationPort } = about.payload
    const to = { address: about.destination, port: destinationPort }
    this.ports.find(about.source, sourcePort, (each) => each.takes(to))?.unreachable(kind, to)
  }

  list(): UdpSocket[] {
    return this.ports.all()
  }
}

const isMulticast = (address: Address): boolean =>
  typeof address === 'number' ? address >>> 28 === 14 : isMulticast6(address)
