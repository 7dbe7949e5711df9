import { EAGAIN, type Entropy, EINVAL, type Errno } from '@drydock/abi'
import { type Address, LOOPBACK } from './address.ts'
import { isAny, isMulticast6, LOOPBACK6 } from './address6.ts'
import type { Endpoint, Readiness, Socket } from './endpoint.ts'
import { decodeEcho, decodeEcho6, encodeIcmp, encodeIcmp6 } from './icmp-message.ts'
import { type IcmpEcho, type IcmpUnreachable, isIcmpError, isNeighbourMessage, type Packet } from './packet.ts'
import type { IpOutput } from './tcp.ts'

export interface IcmpReceived {
  /** The ICMP message, without the IP header. */
  readonly data: Uint8Array
  readonly from: Endpoint
  readonly ttl: number
}

/**
 * Sends echo requests and hears their answers, and the errors about them. Like a raw socket it reads and writes whole
 * ICMP messages; like a ping socket (icmp(7)) it hears only of its own identifier, which replaces the program's.
 */
export class PingSocket implements Socket {
  onChange: () => void = () => {}
  readonly identifier: number
  remote: Endpoint | undefined
  private readonly icmp: Icmp
  private readonly waiting: IcmpReceived[] = []

  constructor(icmp: Icmp, identifier: number) {
    this.icmp = icmp
    this.identifier = identifier
  }

  get queued(): { receive: number; send: number } {
    return { receive: this.waiting.length, send: 0 }
  }

  connect(remote: Endpoint): void {
    this.icmp.sourceFor(remote)
    this.remote = remote
  }

  takeError(): Errno | undefined {
    return undefined
  }

  /** @throws EINVAL for anything but an echo request; ENETUNREACH */
  send(message: Uint8Array, to: Endpoint | undefined = this.remote, ttl?: number): void {
    const echo = this.icmp.decode(message)
    if (!echo || to === undefined) throw EINVAL
    this.icmp.ask(this.identifier, to, echo, ttl)
  }

  /** @throws EAGAIN */
  receive(): IcmpReceived {
    const first = this.waiting.shift()
    if (!first) throw EAGAIN
    return first
  }

  readiness(): Readiness {
    return { readable: this.waiting.length > 0, writable: true, hangup: false, error: false }
  }

  close(): void {
    this.onChange = () => {}
    this.icmp.release(this)
  }

  deliver(received: IcmpReceived): void {
    this.waiting.push(received)
    this.onChange()
  }
}

/** How messages look, and who is meant when nobody is. */
export interface IcmpFamily {
  readonly decode: typeof decodeEcho
  readonly encode: (payload: IcmpEcho | IcmpUnreachable) => Uint8Array
  readonly loopback: Address
}
export const ICMP: IcmpFamily = { decode: decodeEcho, encode: encodeIcmp, loopback: LOOPBACK }
export const ICMPV6: IcmpFamily = { decode: decodeEcho6, encode: encodeIcmp6, loopback: LOOPBACK6 }

/** Echo and errors of one host, of one family. RFC 792, RFC 1122 section 3.2.2; RFC 4443. */
export class Icmp {
  private readonly ip: IpOutput
  private readonly family: IcmpFamily
  private readonly sockets = new Map<number, PingSocket>()
  private next: number

  constructor(ip: IpOutput, entropy: Entropy, family: IcmpFamily) {
    this.ip = ip
    this.family = family
    const [high = 0, low = 0] = entropy.bytes(2)
    this.next = (high * 256 + low) % 65536
  }

  open(): PingSocket {
    while (this.sockets.has(this.next)) this.next = (this.next + 1) % 65536
    const socket = new PingSocket(this, this.next)
    this.sockets.set(this.next, socket)
    this.next = (this.next + 1) % 65536
    return socket
  }

  release(socket: PingSocket): void {
    this.sockets.delete(socket.identifier)
  }

  sourceFor({ address, scope }: Endpoint): Address {
    return this.ip.sourceFor(address, scope)
  }

  decode(message: Uint8Array): ReturnType<typeof decodeEcho> {
    return this.family.decode(message)
  }

  ask(
    identifier: number,
    { address, scope }: Endpoint,
    echo: { sequence: number; data: Uint8Array },
    ttl?: number,
  ): void {
    const payload: IcmpEcho = {
      ...{ proto: 'icmp', kind: 'echo-request', sourcePort: identifier, destinationPort: identifier },
      ...echo,
    }
    const destination = isAny(address) ? this.family.loopback : address
    const source = this.ip.sourceFor(destination, scope)
    this.ip.send({ source, destination, payload, ...(ttl ? { ttl } : {}), ...(scope === undefined ? {} : { scope }) })
  }

  receive(packet: Packet, payload: IcmpEcho): void {
    if (payload.kind === 'echo-reply') return this.tell(packet, payload.sourcePort)
    const reply: IcmpEcho = { ...payload, kind: 'echo-reply' }
    const { source: destination, scope } = packet
    const source = isGroup(packet.destination) ? this.ip.sourceFor(destination, scope) : packet.destination
    this.ip.send({ source, destination, payload: reply, ...(scope === undefined ? {} : { scope }) })
  }

  /** An error about one of our own echo requests. */
  receiveError(packet: Packet, payload: IcmpUnreachable): void {
    this.tell(packet, payload.about.payload.sourcePort)
  }

  private tell(packet: Packet, identifier: number): void {
    const { payload } = packet
    if (payload.proto !== 'icmp' || isNeighbourMessage(payload)) return
    const data = this.family.encode(payload)
    const from = { address: packet.source, port: 0, ...(packet.scope === undefined ? {} : { scope: packet.scope }) }
    this.sockets.get(identifier)?.deliver({ data, from, ttl: packet.ttl })
  }
}

const isGroup = (address: Address): boolean => typeof address === 'bigint' && isMulticast6(address)

/** Whether an ICMP error may be sent about the packet: never about another error, or to a group. RFC 1122 section 3.2.2. */
export const mayComplain = ({ payload, destination }: Packet): boolean =>
  !isIcmpError(payload) &&
  !isNeighbourMessage(payload) &&
  !(payload.proto === 'tcp' && payload.rst) &&
  !isGroup(destination)
