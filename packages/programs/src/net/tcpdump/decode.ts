/** What a captured frame holds, read from its bytes. IEEE 802.3, RFC 826, 791, 8200, 9293, 768, 792, 4443. */
export const LINK_ETHERNET = 1
/** Linux cooked capture v2: what -i any gives. */
export const LINK_SLL2 = 276

export interface Capture {
  readonly timeMs: number
  readonly link: number
  readonly bytes: Uint8Array
  /** Of the frame on the wire, where less of it was kept. */
  readonly length: number
}

export interface Transport {
  readonly sourcePort: number
  readonly destinationPort: number
}

export interface Decoded {
  readonly capture: Capture
  readonly sourceMac: string
  readonly destinationMac: string
  /** 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6. */
  readonly etherType: number
  /** Where the network layer begins. */
  readonly network: number
  /** Of IPv4 and IPv6. */
  readonly ip?: Ip
  readonly ports?: Transport
  /** Of SLL2: PACKET_HOST… */
  readonly packetType: number
}

export interface Ip {
  readonly version: 4 | 6
  readonly source: string
  readonly destination: string
  readonly protocol: number
  readonly ttl: number
  readonly tos: number
  readonly id: number
  readonly fragment: number
  /** Head and content. */
  readonly totalLength: number
  readonly headerLength: number
  /** Where the transport layer begins. */
  readonly transport: number
  /** Bytes of the transport layer. */
  readonly payloadLength: number
}

const SLL2_HEAD = 20
const ETHERNET_HEAD = 14

export const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
export const u16 = (bytes: Uint8Array, at: number): number => (u8(bytes, at) << 8) | u8(bytes, at + 1)
export const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65536 + u16(bytes, at + 2)
export const hex = (value: number, width = 0): string => value.toString(16).padStart(width, '0')

export const macText = (bytes: Uint8Array, at: number): string =>
  Array.from(bytes.subarray(at, at + 6), (byte) => hex(byte, 2)).join(':')
export const ipv4Text = (bytes: Uint8Array, at: number): string => bytes.subarray(at, at + 4).join('.')

/** The longest run of zero words is left out. RFC 5952 */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  const words = Array.from({ length: 8 }, (_, i) => hex(u16(bytes, at + 2 * i)))
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (words[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  if (best.start < 0) return words.join(':')
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`
}

export function decode(capture: Capture): Decoded {
  const { bytes, link } = capture
  const cooked = link === LINK_SLL2
  const network = cooked ? SLL2_HEAD : ETHERNET_HEAD
  const etherType = u16(bytes, cooked ? 0 : 12)
  const ip = etherType === 0x0800 ? ipv4(bytes, network) : etherType === 0x86dd ? ipv6(bytes, network) : undefined
  const ported = ip && (ip.protocol === 6 || ip.protocol === 17) && (ip.fragment & 0x1fff) === 0
  return {
    capture,
    sourceMac: macText(bytes, cooked ? 12 : 6),
    destinationMac: cooked ? '' : macText(bytes, 0),
    etherType,
    network,
    packetType: cooked ? u8(bytes, 10) : 0,
    ...(ip ? { ip } : {}),
    ...(ported
      ? { ports: { sourcePort: u16(bytes, ip.transport), destinationPort: u16(bytes, ip.transport + 2) } }
      : {}),
  }
}

function ipv4(bytes: Uint8Array, at: number): Ip {
  const headerLength = (u8(bytes, at) & 15) * 4
  const totalLength = u16(bytes, at + 2)
  return {
    version: 4,
    source: ipv4Text(bytes, at + 12),
    destination: ipv4Text(bytes, at + 16),
    protocol: u8(bytes, at + 9),
    ttl: u8(bytes, at + 8),
    tos: u8(bytes, at + 1),
    id: u16(bytes, at + 4),
    fragment: u16(bytes, at + 6),
    totalLength,
    headerLength,
    transport: at + headerLength,
    payloadLength: totalLength - headerLength,
  }
}

function ipv6(bytes: Uint8Array, at: number): Ip {
  const payloadLength = u16(bytes, at + 4)
  return {
    version: 6,
    source: ipv6Text(bytes, at + 8),
    destination: ipv6Text(bytes, at + 24),
    protocol: u8(bytes, at + 6),
    ttl: u8(bytes, at + 7),
    tos: (u16(bytes, at) >> 4) & 255,
    id: u32(bytes, at) % 0x100000,
    fragment: 0,
    totalLength: payloadLength + 40,
    headerLength: 40,
    transport: at + 40,
    payloadLength,
  }
}
