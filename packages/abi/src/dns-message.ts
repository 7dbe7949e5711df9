import { formatIpv6, ipv6Bytes, ipv6FromBytes, parseIpv6 } from './ipv6.ts'

/** DNS messages on the wire, one question each. RFC 1035 section 4. Read by resolvers, servers and forwarders alike. */
export const DNS_A = 1
export const DNS_CNAME = 5
export const DNS_PTR = 12
export const DNS_AAAA = 28
export const DNS_NOERROR = 0
export const DNS_SERVFAIL = 2
export const DNS_NXDOMAIN = 3

export interface DnsAnswer {
  readonly name: string
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  /** Dotted quad for A, an IPv6 address for AAAA, a name for PTR and CNAME. */
  readonly data: string
}

export interface DnsMessage {
  readonly id: number
  readonly response: boolean
  /** Response code: DNS_NOERROR, DNS_NXDOMAIN… */
  readonly code: number
  readonly name: string
  readonly type: number
  readonly answers: readonly DnsAnswer[]
  /** Answered by the zone's own server. */
  readonly authoritative?: boolean
}

const encodeName = (name: string): number[] => [
  ...name
    .split('.')
    .filter(Boolean)
    .flatMap((label) => [label.length & 63, ...Array.from(label.slice(0, 63), (c) => c.charCodeAt(0) & 255)]),
  0,
]
const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255]

function encodeAnswer(answer: DnsAnswer): number[] {
  const data = encodeData(answer)
  const head = [...encodeName(answer.name), ...u16(answer.type), 0, 1]
  return [...head, ...u16(answer.ttl >>> 16), ...u16(answer.ttl), ...u16(data.length), ...data]
}

function encodeData({ type, data }: DnsAnswer): number[] {
  if (type === DNS_A) return data.split('.').map(Number)
  return type === DNS_AAAA ? ipv6Bytes(parseIpv6(data) ?? 0n) : encodeName(data)
}

export function encodeDns(message: DnsMessage): Uint8Array {
  const flags = (message.response ? 0x8080 : 0) | 0x0100 | (message.authoritative ? 0x0400 : 0) | message.code
  const counts = [0, 1, ...u16(message.answers.length), 0, 0, 0, 0]
  const question = [...encodeName(message.name), ...u16(message.type), 0, 1]
  return Uint8Array.from([
    ...u16(message.id),
    ...u16(flags),
    ...counts,
    ...question,
    ...message.answers.flatMap(encodeAnswer),
  ])
}

/** @returns the name and the offset after it; compressed names (RFC 1035 4.1.4) are followed at most 32 steps */
function decodeName(bytes: Uint8Array, start: number): [string, number] {
  const labels: string[] = []
  let at = start
  let after = -1
  for (let steps = 0; steps < 32; steps++) {
    const length = bytes[at] ?? 0
    if (length === 0) return [labels.join('.'), after < 0 ? at + 1 : after]
    if (length >= 0xc0) {
      if (after < 0) after = at + 2
      at = ((length & 0x3f) << 8) | (bytes[at + 1] ?? 0)
      continue
    }
    labels.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
  return [labels.join('.'), after < 0 ? at + 1 : after]
}

function decodeData(bytes: Uint8Array, at: number, type: number): string {
  if (type === DNS_A) return bytes.subarray(at, at + 4).join('.')
  if (type === DNS_AAAA) return formatIpv6(ipv6FromBytes(bytes.subarray(at, at + 16)))
  return decodeName(bytes, at)[0]
}

/** @returns undefined for bytes that are no DNS message with a question */
export function decodeDns(bytes: Uint8Array): DnsMessage | undefined {
  const word = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  if (bytes.length < 17 || word(4) < 1) return undefined
  const [name, afterName] = decodeName(bytes, 12)
  const answers: DnsAnswer[] = []
  let at = afterName + 4
  for (let left = word(6); left > 0 && at < bytes.length; left--) {
    const [owner, head] = decodeName(bytes, at)
    const type = word(head)
    const length = word(head + 8)
    const data = decodeData(bytes, head + 10, type)
    answers.push({ name: owner, type, ttl: word(head + 4) * 65536 + word(head + 6), data })
    at = head + 10 + length
  }
  const flags = word(2)
  const authoritative = (flags & 0x0400) !== 0
  return {
    id: word(0),
    response: (flags & 0x8000) !== 0,
    code: flags & 15,
    name,
    type: word(afterName),
    answers,
    authoritative,
  }
}
