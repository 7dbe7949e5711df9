import { ipv6Bytes } from '@drydock/abi'
import {
  type IcmpEcho,
  type IcmpError,
  type IcmpUnreachable,
  isPacket6,
  type NeighbourMessage,
  type Packet,
  type Packet6,
} from './packet.ts'

const ECHO_REPLY = 0
const ECHO_REQUEST = 8
/** Type and code. RFC 792. */
const ERRORS: Readonly<Record<IcmpError, readonly [number, number]>> = {
  'net-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'port-unreachable': [3, 3],
  'time-exceeded': [11, 0],
}

const u16 = (value: number): [number, number] => [(value >> 8) & 255, value & 255]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)]

/** What a program hands to an ICMP socket; undefined for anything but an echo request. */
export const decodeEcho = (message: Uint8Array): Echo | undefined => decodeAs(ECHO_REQUEST, message)

interface Echo {
  readonly sequence: number
  readonly data: Uint8Array
}

function decodeAs(type: number, message: Uint8Array): Echo | undefined {
  if (message.length < 8 || message[0] !== type) return undefined
  return { sequence: (message[6] ?? 0) * 256 + (message[7] ?? 0), data: message.slice(8) }
}

const ECHO_REQUEST_6 = 128
const ECHO_REPLY_6 = 129
const NEIGHBOUR = { 'neighbour-solicitation': 135, 'neighbour-advertisement': 136 } as const
/** RFC 4443 section 3. */
const ERRORS_6: Readonly<Record<IcmpError, readonly [number, number]>> = {
  'net-unreachable': [1, 0],
  'host-unreachable': [1, 3],
  'port-unreachable': [1, 4],
  'time-exceeded': [3, 0],
}

/** As `decodeEcho`, of ICMPv6. RFC 4443 section 4.1 */
export const decodeEcho6 = (message: Uint8Array): Echo | undefined => decodeAs(ECHO_REQUEST_6, message)

/** As `encodeIcmp`, of ICMPv6. RFC 4443, RFC 4861 */
export function encodeIcmp6(payload: IcmpEcho | IcmpUnreachable | NeighbourMessage): Uint8Array {
  if ('target' in payload) return encodeNeighbour(payload)
  if ('about' in payload)
    return Uint8Array.from([
      ...ERRORS_6[payload.kind],
      ...[0, 0, 0, 0, 0, 0],
      ...(isPacket6(payload.about) ? head6(payload.about) : []),
    ])
  return encodeEcho(payload, payload.kind === 'echo-reply' ? ECHO_REPLY_6 : ECHO_REQUEST_6)
}

/** With the option that says the link's address; an answer to a question overrides what was known. */
function encodeNeighbour({ kind, target, mac }: NeighbourMessage): Uint8Array {
  const asks = kind === 'neighbour-solicitation'
  const macBytes = mac.split(':').map((part) => Number.parseInt(part, 16))
  const flags = asks ? 0 : 0x60
  return Uint8Array.from([NEIGHBOUR[kind], 0, 0, 0, flags, 0, 0, 0, ...ipv6Bytes(target), asks ? 1 : 2, 1, ...macBytes])
}

/** IPv6 header and the first eight bytes of what it carried. */
function head6({ source, destination, ttl, payload }: Packet6): number[] {
  const protocol = { icmp: 58, tcp: 6, udp: 17 }[payload.proto]
  const ip = [0x60, 0, 0, 0, 0, 8, protocol, ttl, ...ipv6Bytes(source), ...ipv6Bytes(destination)]
  return [...ip, ...firstBytes(payload, ECHO_REQUEST_6)]
}

/** The message on the wire; checksums are zero, for nothing here can be damaged. */
export function encodeIcmp(payload: IcmpEcho | IcmpUnreachable): Uint8Array {
  if ('about' in payload)
    return Uint8Array.from([...ERRORS[payload.kind], ...[0, 0, 0, 0, 0, 0], ...head(payload.about)])
  return encodeEcho(payload, payload.kind === 'echo-reply' ? ECHO_REPLY : ECHO_REQUEST)
}

function encodeEcho(payload: IcmpEcho, type: number): Uint8Array {
  const message = new Uint8Array(8 + payload.data.length)
  message.set([type, 0, 0, 0, ...u16(payload.sourcePort), ...u16(payload.sequence)])
  message.set(payload.data, 8)
  return message
}

/** IP header and the first eight bytes of what it carried. */
function head({ source, destination, ttl, payload }: Packet): number[] {
  const protocol = { icmp: 1, tcp: 6, udp: 17 }[payload.proto]
  const ends = [...u32(Number(source)), ...u32(Number(destination))]
  return [0x45, 0, 0, 28, 0, 0, 0, 0, ttl, protocol, 0, 0, ...ends, ...firstBytes(payload, ECHO_REQUEST)]
}

function firstBytes(payload: Packet['payload'], echo: number): number[] {
  const sequence = 'sequence' in payload ? payload.sequence : 0
  if (payload.proto === 'icmp') return [echo, 0, 0, 0, ...u16(payload.sourcePort), ...u16(sequence)]
  return [...u16(payload.sourcePort), ...u16(payload.destinationPort), ...u32(sequence)]
}
