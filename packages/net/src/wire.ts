import { ipv6Bytes } from '@drydock/abi'
import type { Address } from './address.ts'
import { encodeIcmp, encodeIcmp6 } from './icmp-message.ts'
import {
  type Arp,
  type Frame,
  isNeighbourMessage,
  isPacket6,
  type Packet,
  type Packet6,
  type TcpSegment,
  type UdpDatagram,
} from './packet.ts'

/** Frames as the bytes a real wire would carry, for those who look on. RFC 791, 8200, 768, 9293, 826; IEEE 802.3. */
const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const
const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17 } as const
const PROTOCOLS_6 = { ...PROTOCOLS, icmp: 58 } as const
/** Scale factor of windows, as both sides offer it. RFC 7323 */
const WINDOW_SCALE = 7
const MSS = 1460

const u16 = (value: number): [number, number] => [(value >> 8) & 255, value & 255]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)]
const macBytes = (mac: string): number[] => mac.split(':').map((part) => Number.parseInt(part, 16))

/** The ones' complement sum of RFC 1071. */
export function checksum(bytes: Uint8Array, start = 0): number {
  let sum = start
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** A number that looks drawn by chance and is the same for the same words: FNV-1a. */
function hashOf(...words: readonly number[]): number {
  let hash = 0x811c9dc5
  for (const word of words) for (const byte of u32(word)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

const concat = (...parts: readonly ArrayLike<number>[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** @param nowMs  for TCP's timestamps */
export function encodeFrame({ source, destination, body, vlan }: Frame, nowMs: number): Uint8Array {
  const tag = vlan === undefined ? [] : [...u16(0x8100), ...u16(vlan)]
  const macs = [...macBytes(destination), ...macBytes(source), ...tag]
  if ('arp' in body) return concat(macs, u16(ETHERTYPE.arp), encodeArp(body.arp))
  return concat(macs, u16(isPacket6(body.ip) ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4), encodePacket(body.ip, nowMs))
}

const ARP_HEAD = [...u16(1), ...u16(ETHERTYPE.ipv4), 6, 4]
function encodeArp({ kind, senderMac, sender, target, targetMac }: Arp): number[] {
  const operation = u16(kind === 'request' ? 1 : 2)
  const to = kind === 'reply' ? macBytes(targetMac ?? '00:00:00:00:00:00') : [0, 0, 0, 0, 0, 0]
  return [...ARP_HEAD, ...operation, ...macBytes(senderMac), ...u32(sender), ...to, ...u32(target)]
}

/** @returns undefined for a frame that is no ARP of IPv4 on Ethernet */
export function decodeArp(bytes: Uint8Array): Frame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 42 || view.getUint16(12) !== ETHERTYPE.arp) return undefined
  const mac = (at: number): string =>
    Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':')
  const kind = view.getUint16(20) === 1 ? 'request' : 'reply'
  const ends = { senderMac: mac(22), sender: view.getUint32(28), target: view.getUint32(38) }
  const arp: Arp = kind === 'reply' ? { kind, ...ends, targetMac: mac(32) } : { kind, ...ends }
  return { source: mac(6), destination: mac(0), body: { arp } }
}

/** An IP packet, without a link's head. */
export function encodePacket(packet: Packet, nowMs: number): Uint8Array {
  if (isPacket6(packet)) return encodePacket6(packet, nowMs)
  const { source, destination, ttl, payload } = packet
  const carried = encodePayload(packet, nowMs)
  const fragments = payload.proto === 'icmp' && 'about' in payload ? 0 : 0x4000
  const head = Uint8Array.from([
    ...[0x45, 'about' in payload ? 0xc0 : 0, ...u16(20 + carried.length), ...u16(identification(packet, nowMs))],
    ...[...u16(fragments), ttl, PROTOCOLS[payload.proto], 0, 0, ...bytesOf(source), ...bytesOf(destination)],
  ])
  head.set(u16(checksum(head)), 10)
  return concat(head, carried)
}

/** RFC 8200 section 3, with a flow label that is the same for all of a conversation. */
function encodePacket6(packet: Packet6, nowMs: number): Uint8Array {
  const { source, destination, ttl, payload } = packet
  const carried = encodePayload(packet, nowMs)
  const label = 'about' in payload || isNeighbourMessage(payload) ? 0 : flowLabel(packet)
  const head = [...u32((0x60000000 | label) >>> 0), ...u16(carried.length), PROTOCOLS_6[payload.proto], ttl]
  return concat(head, bytesOf(source), bytesOf(destination), carried)
}

const flowLabel = ({ source, destination, payload }: Packet6): number =>
  hashOf(wordOf(source), wordOf(destination), payload.sourcePort, payload.destinationPort) & 0xfffff

const bytesOf = (address: Address): number[] => (typeof address === 'number' ? u32(address) : ipv6Bytes(address))
/** 32 bits that stand for an address. */
const wordOf = (address: Address): number =>
  typeof address === 'number' ? address : Number((address ^ (address >> 64n)) & 0xffff_ffffn)

const identification = ({ source, payload }: Packet, nowMs: number): number =>
  hashOf(wordOf(source), payload.sourcePort, 'sequence' in payload ? payload.sequence : nowMs) & 0xffff

function encodePayload(packet: Packet, nowMs: number): Uint8Array {
  const { payload } = packet
  if (payload.proto === 'icmp') return encodeIcmpMessage(packet)
  const bytes = payload.proto === 'tcp' ? encodeTcp(packet, payload, nowMs) : encodeUdp(payload, nowMs)
  bytes.set(u16(transportChecksum(packet, bytes)), payload.proto === 'tcp' ? 16 : 6)
  return bytes
}

/** ICMPv6 has the pseudo header in its checksum, ICMP has not. RFC 4443 section 2.3 */
function encodeIcmpMessage(packet: Packet): Uint8Array {
  const { payload } = packet
  if (payload.proto !== 'icmp') return new Uint8Array(0)
  const six = isPacket6(packet) || isNeighbourMessage(payload)
  const message = six ? encodeIcmp6(payload) : encodeIcmp(payload)
  message.set(u16(six ? transportChecksum(packet, message) : checksum(message)), 2)
  return message
}

/** Over the pseudo header as well. RFC 9293 section 3.1 */
function transportChecksum(packet: Packet, bytes: Uint8Array): number {
  const { source, destination, payload } = packet
  const protocol = (isPacket6(packet) ? PROTOCOLS_6 : PROTOCOLS)[payload.proto]
  const pseudo = [...bytesOf(source), ...bytesOf(destination), 0, protocol, ...u16(bytes.length)]
  return checksum(concat(pseudo, bytes))
}

function encodeUdp({ sourcePort, destinationPort, data, carried }: UdpDatagram, nowMs: number): Uint8Array {
  const frame = carried ? encodeFrame(carried.frame, nowMs) : []
  return concat(u16(sourcePort), u16(destinationPort), u16(8 + data.length + frame.length), [0, 0], data, frame)
}

/** Sequence numbers here start at zero: on the wire each side's begin where chance would have put them. */
function encodeTcp({ source, destination }: Packet, segment: TcpSegment, nowMs: number): Uint8Array {
  const { sourcePort, destinationPort, syn, ack, fin, rst, data } = segment
  const [from, to] = [wordOf(source), wordOf(destination)]
  const own = hashOf(from, sourcePort, destinationPort)
  const other = hashOf(to, destinationPort, sourcePort)
  const flags = (fin ? 1 : 0) | (syn ? 2 : 0) | (rst ? 4 : 0) | (data.length > 0 ? 8 : 0) | (ack ? 16 : 0)
  const options = rst ? [] : tcpOptions(segment, hashOf(from) + nowMs, hashOf(to) + nowMs)
  const length = 20 + options.length
  const window = syn ? Math.min(65535, segment.window) : Math.min(65535, segment.window >> WINDOW_SCALE)
  return concat(
    [...u16(sourcePort), ...u16(destinationPort)],
    u32((own + segment.sequence) >>> 0),
    u32(ack ? (other + segment.acknowledgment) >>> 0 : 0),
    [(length / 4) << 4, flags, ...u16(rst ? 0 : window), 0, 0, 0, 0],
    options,
    data,
  )
}

function tcpOptions({ syn, ack }: TcpSegment, own: number, other: number): number[] {
  const stamps = [8, 10, ...u32(own >>> 0), ...u32(ack ? other >>> 0 : 0)]
  return syn ? [2, 4, ...u16(MSS), 4, 2, ...stamps, 1, 3, 3, WINDOW_SCALE] : [1, 1, ...stamps]
}
