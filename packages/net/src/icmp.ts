import { EAGAIN, type Entropy, EINVAL, type Errno } from '@drydock/abi'
import type { Endpoint, Readiness, Socket } from './endpoint.ts'
import { decodeEcho, encodeIcmp } from './icmp-message.ts'
import { type IcmpEcho, type IcmpUnreachable, isIcmpError, type Packet } from './packet.ts'
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
  remote: number | undefined
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
    this.icmp.sourceFor(remote.address)
    this.remote = remote.address
  }

  takeError(): Errno | undefined {
    return undefined
  }

  /** @throws EINVAL for anything but an echo request; ENETUNREACH */
  send(message: Uint8Array, to: number | undefined = this.remote, ttl?: number): void {
    const echo = decodeEcho(message)
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

/** Echo and errors of one host. RFC 792, RFC 1122 section 3.2.2. */
export class Icmp {
  private readonly ip: IpOutput
  private readonly sockets = new Map<number, PingSocket>()
  private next: number

  constructor(ip: IpOutput, entropy: Entropy) {
    this.ip = ip
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

  sourceFor(destination: number): number {
    return this.ip.sourceFor(destination)
  }

  ask(identifier: number, to: number, echo: { sequence: number; data: Uint8Array }, ttl?: number): void {
    const payload: IcmpEcho = {
      ...{ proto: 'icmp', kind: 'echo-request', sourcePort: identifier, destinationPort: identifier },
      ...echo,
    }
    const destination = to === 0 ? this.ip.sourceFor(0x7f000001) : to
    this.ip.send({ source: this.ip.sourceFor(destination), destination, payload, ...(ttl ? { ttl } : {}) })
  }

  receive(packet: Packet, payload: IcmpEcho): void {
    if (payload.kind === 'echo-reply') return this.tell(packet, payload.sourcePort)
    const reply: IcmpEcho = { ...payload, kind: 'echo-reply' }
    this.ip.send({ source: packet.destination, destination: packet.source, payload: reply })
  }

  /** An error about one of our own echo requests. */
  receiveError(packet: Packet, payload: IcmpUnreachable): void {
    this.tell(packet, payload.about.payload.sourcePort)
  }

  private tell(packet: Packet, identifier: number): void {
    const { payload } = packet
    if (payload.proto !== 'icmp') return
    const data = encodeIcmp(payload)
    this.sockets.get(identifier)?.deliver({ data, from: { address: packet.source, port: 0 }, ttl: packet.ttl })
  }
}

/** Whether an ICMP error may be sent about the packet: never about another error. RFC 1122 section 3.2.2. */
export const mayComplain = (packet: Packet): boolean =>
  !isIcmpError(packet.payload) && !(packet.payload.proto === 'tcp' && packet.payload.rst)
