import type { Address } from './address.ts'

/**
 * IP packets as plain objects: what is on a wire, without its bytes. RFC 791, 792, 768, 9293. They are never changed
 * once sent, so that receivers may share them; NAT and routers make changed copies.
 */
export interface TcpSegment {
  readonly proto: 'tcp'
  readonly sourcePort: number
  readonly destinationPort: number
  /** Counted from zero and without wrapping at 2^32: no connection here lives that long. */
  readonly sequence: number
  readonly acknowledgment: number
  readonly syn: boolean
  readonly ack: boolean
  readonly fin: boolean
  readonly rst: boolean
  /** Bytes, never scaled. */
  readonly window: number
  readonly data: Uint8Array
}

export interface UdpDatagram {
  readonly proto: 'udp'
  readonly sourcePort: number
  readonly destinationPort: number
  readonly data: Uint8Array
  /** Behind `data`, which is then the head of VXLAN. */
  readonly carried?: VxlanFrame
}

/** A frame of another network, on its way from host to host. RFC 7348 */
export interface VxlanFrame {
  readonly id: number
  readonly frame: Frame
}

export type IcmpError = 'net-unreachable' | 'host-unreachable' | 'port-unreachable' | 'time-exceeded'

/** An echo's identifier travels as both "ports", so that NAT treats it like the others. */
export interface IcmpEcho {
  readonly proto: 'icmp'
  readonly kind: 'echo-request' | 'echo-reply'
  readonly sourcePort: number
  readonly destinationPort: number
  readonly sequence: number
  readonly data: Uint8Array
}

export interface IcmpUnreachable {
  readonly proto: 'icmp'
  readonly kind: IcmpError
  readonly sourcePort: 0
  readonly destinationPort: 0
  /** The packet that could not go on. */
  readonly about: Packet
}

/** Who has an address on this link, and the answer. RFC 4861 sections 4.3 and 4.4 */
export interface NeighbourMessage {
  readonly proto: 'icmp'
  readonly kind: 'neighbour-solicitation' | 'neighbour-advertisement'
  readonly sourcePort: 0
  readonly destinationPort: 0
  readonly target: bigint
  /** Of who asks, of who has it. */
  readonly mac: string
}

export type Payload = TcpSegment | UdpDatagram | IcmpEcho | IcmpUnreachable | NeighbourMessage

/** Of IPv4 or IPv6: both addresses are of one family. */
export interface Packet<A extends Address = Address> {
  readonly source: A
  readonly destination: A
  /** Time to live, or hop limit. */
  readonly ttl: number
  readonly payload: Payload
  /** Of IPv6, where an address is good on one link only: the index of the interface. Means nothing on the wire. */
  readonly scope?: number
}
export type Packet6 = Packet<bigint>
export const isPacket4 = (packet: Packet): packet is Packet<number> => typeof packet.destination === 'number'
export const isPacket6 = (packet: Packet): packet is Packet6 => typeof packet.destination === 'bigint'

export type Proto = 'tcp' | 'udp' | 'icmp'

/** Which conversation a packet belongs to. */
export interface Tuple {
  readonly proto: Proto
  readonly source: Address
  readonly sourcePort: number
  readonly destination: Address
  readonly destinationPort: number
}

export const tupleOf = ({ source, destination, payload }: Packet): Tuple => ({
  proto: payload.proto,
  source,
  sourcePort: payload.sourcePort,
  destination,
  destinationPort: payload.destinationPort,
})

export const inverse = (tuple: Tuple): Tuple => ({
  proto: tuple.proto,
  source: tuple.destination,
  sourcePort: tuple.destinationPort,
  destination: tuple.source,
  destinationPort: tuple.sourcePort,
})

export const tupleKey = (tuple: Tuple): string =>
  `${tuple.proto} ${tuple.source}:${tuple.sourcePort} ${tuple.destination}:${tuple.destinationPort}`

export const isIcmpError = (payload: Payload): payload is IcmpUnreachable => 'about' in payload
export const isNeighbourMessage = (payload: Payload): payload is NeighbourMessage => 'target' in payload

/** The packet with the addresses and ports of `tuple`, which is of its family. */
export function withTuple<A extends Address>(packet: Packet<A>, tuple: Tuple): Packet<A> {
  const { sourcePort, destinationPort } = tuple
  const { source, destination } = tuple as Tuple & { source: A; destination: A }
  const { payload } = packet
  if (isIcmpError(payload) || isNeighbourMessage(payload)) return { ...packet, source, destination }
  return { ...packet, source, destination, payload: { ...payload, sourcePort, destinationPort } }
}

const MTU = 1500
/** An IPv6 head is longer by these bytes. */
const IP6_MORE = 20

/** Bytes on the wire below the link's own head, for the counters. */
export function packetSize({ payload, destination }: Packet): number {
  const head = (payload.proto === 'tcp' ? 52 : 28) + (typeof destination === 'number' ? 0 : IP6_MORE)
  const carried = payload.proto === 'udp' && payload.carried ? frameSize(payload.carried.frame) : 0
  return head + carried + ('data' in payload ? payload.data.length : 28)
}

/** How many packets a real wire would have carried it in: segments here are as large as with segmentation offload. */
export const wirePackets = (bytes: number): number => Math.max(1, Math.ceil(bytes / MTU))

/** ARP asks and tells who has an address. RFC 826. */
export interface Arp {
  readonly kind: 'request' | 'reply'
  readonly senderMac: string
  readonly sender: number
  readonly target: number
  /** Of a reply: who asked. */
  readonly targetMac?: string
}

export interface Frame {
  readonly source: string
  readonly destination: string
  readonly body: { readonly ip: Packet } | { readonly arp: Arp }
  /** The number of the virtual network it belongs to. IEEE 802.1Q */
  readonly vlan?: number
}

export const frameSize = ({ body }: Frame): number => 14 + ('ip' in body ? packetSize(body.ip) : 28)
