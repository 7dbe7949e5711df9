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

export type Payload = TcpSegment | UdpDatagram | IcmpEcho | IcmpUnreachable

export interface Packet {
  readonly source: number
  readonly destination: number
  readonly ttl: number
  readonly payload: Payload
}

export type Proto = 'tcp' | 'udp' | 'icmp'

/** Which conversation a packet belongs to. */
export interface Tuple {
  readonly proto: Proto
  readonly source: number
  readonly sourcePort: number
  readonly destination: number
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

/** The packet with the addresses and ports of `tuple`. */
export function withTuple(packet: Packet, tuple: Tuple): Packet {
  const { source, destination, sourcePort, destinationPort } = tuple
  const { payload } = packet
  if (isIcmpError(payload)) return { ...packet, source, destination }
  return { ...packet, source, destination, payload: { ...payload, sourcePort, destinationPort } }
}

const MTU = 1500

/** Bytes on the wire below the link's own head, for the counters. */
export function packetSize({ payload }: Packet): number {
  const head = payload.proto === 'tcp' ? 52 : 28
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
