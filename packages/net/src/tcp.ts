import { type Clock, EADDRINUSE, EADDRNOTAVAIL, type Entropy } from '@drydock/abi'
import { type Address, ANY, LOOPBACK } from './address.ts'
import { ANY6, isAny, LOOPBACK6 } from './address6.ts'
import { type Endpoint, endpointOf } from './endpoint.ts'
import type { IcmpError, Packet, TcpSegment } from './packet.ts'
import { PortTable } from './port-table.ts'
import { TcpConnection } from './tcp-connection.ts'
import { TcpListener } from './tcp-listener.ts'

/** How long an ended connection is still listed. tcp(7). */
const TIME_WAIT_MS = 60_000

/** What TCP asks of the host below it. */
export interface IpOutput {
  /** The address that packets to `destination` start from. @throws ENETUNREACH */
  sourceFor(destination: Address, scope?: number): Address
  isLocal(address: Address): boolean
  /** Never throws: what cannot be sent comes back as an ICMP error, or not at all. */
  send(packet: Omit<Packet, 'ttl'> & { ttl?: number }): void
}

/** A connection in TIME-WAIT. */
interface Ended {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly untilMs: number
}

/** A port taken by bind(2), before it is known what for. */
export interface TcpReservation {
  readonly local: Endpoint
  /** Bound to `::`, and to all of IPv4 with it. */
  readonly dual: boolean
}

/** The TCP of one host: its connections and listeners. */
export class Tcp {
  readonly clock: Clock
  private readonly ip: IpOutput
  private readonly ports: PortTable<TcpReservation>
  private readonly listeners = new Map<TcpReservation, TcpListener>()
  private readonly connections = new Map<string, TcpConnection>()
  /** The oldest first: all wait equally long. */
  private readonly timeWait = new Map<string, Ended>()

  constructor(ip: IpOutput, clock: Clock, entropy: Entropy) {
    this.ip = ip
    this.clock = clock
    this.ports = new PortTable(entropy)
  }

  /** bind(2). @throws EADDRINUSE, EADDRNOTAVAIL */
  reserve(address: Address, port: number, dual = false): TcpReservation {
    if (!isAny(address) && !this.ip.isLocal(address)) throw EADDRNOTAVAIL
    const reservation: { local: Endpoint; dual: boolean } = { local: { address, port }, dual }
    reservation.local = { address, port: this.ports.bind(reservation, address, port, { dual }) }
    return reservation
  }

  release(reservation: TcpReservation): void {
    this.ports.release(reservation, reservation.local.port)
    this.listeners.delete(reservation)
  }

  listen(reservation: TcpReservation, backlog: number): TcpListener {
    const listener = new TcpListener(this, reservation.local, backlog)
    this.listeners.set(reservation, listener)
    return listener
  }

  closeListener(listener: TcpListener): void {
    for (const [reservation, each] of this.listeners) if (each === listener) this.listeners.delete(reservation)
  }

  /** connect(2); the connection is in SYN-SENT. @throws ENETUNREACH, EADDRINUSE */
  connect(remote: Endpoint, from?: TcpReservation): TcpConnection {
    const to = remote.address === ANY ? LOOPBACK : remote.address === ANY6 ? LOOPBACK6 : remote.address
    const address = from && !isAny(from.local.address) ? from.local.address : this.ip.sourceFor(to, remote.scope)
    const target = endpointOf(to, remote.port, remote.scope)
    const port = from?.local.port ?? this.ephemeral(address, target)
    const local = { address, port }
    if (this.connections.has(key(local, target))) throw EADDRINUSE
    const connection = new TcpConnection(this, local, target, 'SYN-SENT')
    this.adopt(connection)
    connection.open()
    return connection
  }

  adopt(connection: TcpConnection): void {
    this.connections.set(key(connection.local, connection.remote), connection)
  }

  ended(connection: TcpConnection): void {
    const { local, remote, state } = connection
    this.connections.delete(key(local, remote))
    if (state !== 'TIME-WAIT') return
    this.forgetEnded()
    const name = key(local, remote)
    this.timeWait.delete(name)
    this.timeWait.set(name, { local, remote, untilMs: this.clock.monotonic() + TIME_WAIT_MS })
  }

  private forgetEnded(): void {
    const now = this.clock.monotonic()
    for (const [name, { untilMs }] of this.timeWait) {
      if (untilMs > now) return
      this.timeWait.delete(name)
    }
  }

  receive(packet: Packet, segment: TcpSegment): void {
    const local = { address: packet.destination, port: segment.destinationPort }
    const remote = endpointOf(packet.source, segment.sourcePort, packet.scope)
    const connection = this.connections.get(key(local, remote))
    if (connection) return connection.receive(segment)
    if (segment.rst) return
    const listener = segment.syn && !segment.ack ? this.listenerAt(local) : undefined
    if (listener) return listener.receive(local, remote, segment)
    if (!this.isAfterwards(local, remote, segment)) this.refuse(local, remote, segment)
  }

  unreachable(about: Packet, kind: IcmpError): void {
    const local = { address: about.source, port: about.payload.sourcePort }
    const remote = { address: about.destination, port: about.payload.destinationPort }
    this.connections.get(key(local, remote))?.unreachable(kind)
  }

  send(local: Endpoint, remote: Endpoint, segment: TcpSegment): void {
    const { address: destination, scope } = remote
    if (scope === undefined) this.ip.send({ source: local.address, destination, payload: segment })
    else this.ip.send({ source: local.address, destination, payload: segment, scope })
  }

  /** For ss(8) and /proc/net/tcp. */
  list(): {
    state: string
    local: Endpoint
    remote: Endpoint
    queued: { receive: number; send: number }
    socket: object
  }[] {
    this.forgetEnded()
    const waiting = [...this.timeWait.values()]
    return [
      ...[...this.listeners.values()].map((each) => row('LISTEN', each.local, nobody(each.local), each.queued, each)),
      ...[...this.connections.values()].map((each) => row(each.state, each.local, each.remote, each.queued, each)),
      ...waiting.map((each) => row('TIME-WAIT', each.local, each.remote, { receive: 0, send: 0 }, each)),
    ]
  }

  /** Resets whatever is open. */
  dispose(): void {
    for (const connection of [...this.connections.values()]) connection.leave()
    this.listeners.clear()
  }

  /** Power cut: nobody is told. */
  halt(): void {
    for (const connection of this.connections.values()) connection.dispose()
    this.connections.clear()
    this.listeners.clear()
  }

  private listenerAt(local: Endpoint): TcpListener | undefined {
    const reservation = this.ports.find(local.address, local.port, (each) => this.listeners.has(each))
    return reservation && this.listeners.get(reservation)
  }

  /** For a connection in TIME-WAIT: its last acknowledgment may have been lost, and is said again. */
  private isAfterwards(local: Endpoint, remote: Endpoint, segment: TcpSegment): boolean {
    if (segment.data.length > 0 || segment.syn) return false
    this.forgetEnded()
    if (!this.timeWait.has(key(local, remote))) return false
    if (segment.fin) this.answer(local, remote, segment, false)
    return true
  }

  /** RFC 9293 section 3.10.7.1. */
  private refuse(local: Endpoint, remote: Endpoint, segment: TcpSegment): void {
    this.answer(local, remote, segment, true)
  }

  /** An acknowledgment of a segment that no connection is there for. */
  private answer(local: Endpoint, remote: Endpoint, segment: TcpSegment, rst: boolean): void {
    this.send(local, remote, {
      ...segment,
      sourcePort: local.port,
      destinationPort: remote.port,
      sequence: segment.acknowledgment,
      acknowledgment: segment.sequence + segment.data.length + (segment.syn || segment.fin ? 1 : 0),
      ...{ syn: false, fin: false, rst, ack: true, window: 0, data: new Uint8Array(0) },
    })
  }

  /** A firewall answers with a reset in the place of whoever was meant. */
  refusePacket(packet: Packet, segment: TcpSegment): void {
    if (segment.rst) return
    const local = { address: packet.destination, port: segment.destinationPort }
    this.refuse(local, endpointOf(packet.source, segment.sourcePort, packet.scope), segment)
  }

  private ephemeral(address: Address, remote: Endpoint): number {
    const busy = (port: number): boolean => this.connections.has(key({ address, port }, remote))
    const probe: TcpReservation = { local: { address, port: 0 }, dual: false }
    const port = this.ports.bind(probe, address, 0, { busy })
    this.ports.release(probe, port)
    return port
  }
}

const key = (local: Endpoint, remote: Endpoint): string => {
  const ends = `${local.address}:${local.port} ${remote.address}:${remote.port}`
  return typeof local.address === 'number' ? ends : `6 ${ends}`
}

const nobody = ({ address }: Endpoint): Endpoint => ({ address: typeof address === 'number' ? ANY : ANY6, port: 0 })

const row = (
  state: string,
  local: Endpoint,
  remote: Endpoint,
  queued: { receive: number; send: number },
  socket: object,
) => ({ state, local, remote, queued, socket })
