import type { IcmpEcho, IcmpError, IcmpUnreachable, Packet } from './packet.ts'

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
export function decodeEcho(message: Uint8Array): { sequence: number; data: Uint8Array } | undefined {
  if (message.length < 8 || message[0] !== ECHO_REQUEST) return undefined
  return { sequence: (message[6] ?? 0) * 256 + (message[7] ?? 0), data: message.slice(8) }
}

/** The message on the wire; checksums are zero, for nothing here can be damaged. */
export function encodeIcmp(payload: IcmpEcho | IcmpUnreachable): Uint8Array {
  if ('about' in payload)
    return Uint8Array.from([...ERRORS[payload.kind], ...[0, 0, 0, 0, 0, 0], ...head(payload.about)])
  const type = payload.kind === 'echo-reply' ? ECHO_REPLY : ECHO_REQUEST
  const message = new Uint8Array(8 + payload.data.length)
  message.set([type, 0, 0, 0, ...u16(payload.sourcePort), ...u16(payload.sequence)])
  message.set(payload.data, 8)
  return message
}

/** IP header and the first eight bytes of what it carried. */
function head({ source, destination, ttl, payload }: Packet): number[] {
  const protocol = { icmp: 1, tcp: 6, udp: 17 }[payload.proto]
  const ip = [0x45, 0, 0, 28, 0, 0, 0, 0, ttl, protocol, 0, 0, ...u32(source), ...u32(destination)]
  const sequence = 'sequence' in payload ? payload.sequence : 0
  if (payload.proto === 'icmp') return [...ip, ECHO_REQUEST, 0, 0, 0, ...u16(payload.sourcePort), ...u16(sequence)]
  return [...ip, ...u16(payload.sourcePort), ...u16(payload.destinationPort), ...u32(sequence)]
}
