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
import { ANY } from './address.ts'
import type { Endpoint, Readiness, Socket } from './endpoint.ts'
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
  local: Endpoint = { address: ANY, port: 0 }
  remote: Endpoint | undefined
  private readonly udp: Udp
  private waiting: Received[] = []
  private waitingBytes = 0
  private failure: Errno | undefined
  private closed = false

  constructor(udp: Udp) {
    this.udp = udp
  }

  get queued(): { receive: number; send: number } {
    return { receive: this.waitingBytes, send: 0 }
  }

  /** @throws EADDRINUSE, EADDRNOTAVAIL */
  bind(address: number, port: number): void {
    this.local = { address, port: this.udp.bind(this, address, port) }
  }

  /** Only datagrams of `remote` are taken from now on. @throws ENETUNREACH */
  connect(remote: Endpoint): void {
    this.ensureBound()
    const address = this.local.address === ANY ? this.udp.sourceFor(remote.address) : this.local.address
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

  bind(socket: UdpSocket, address: number, port: number): number {
    if (address !== ANY && !this.ip.isLocal(address) && !isMulticast(address)) throw EADDRNOTAVAIL
    return this.ports.bind(socket, address, port)
  }

  release(socket: UdpSocket, port: number): void {
    this.ports.release(socket, port)
  }

  sourceFor(destination: number): number {
    return this.ip.sourceFor(destination)
  }

  send(from: Endpoint, to: Endpoint, data: Uint8Array, ttl?: number): void {
    const source = from.address === ANY ? this.ip.sourceFor(to.address) : from.address
    const destination = to.address === ANY ? this.ip.sourceFor(0x7f000001) : to.address
    const payload: UdpDatagram = { proto: 'udp', sourcePort: from.port, destinationPort: to.port, data }
    this.ip.send({ source, destination, payload, ...(ttl ? { ttl } : {}) })
  }

  /** @returns whether anybody took it */
  receive(packet: Packet, datagram: UdpDatagram): boolean {
    const from = { address: packet.source, port: datagram.sourcePort }
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

const isMulticast = (address: number): boolean => address >>> 28 === 14
