import { strftime, UTC } from '@drydock/libc'
import { type Decoded, hex, type Ip, LINK_SLL2, macText, u16, u32, u8, ipv4Text } from './decode.ts'
import { printDns } from './print-dns.ts'
import { printIcmp, printIcmp6 } from './print-icmp.ts'
import { Conversations, printTcp } from './print-tcp.ts'

export interface Namer {
  host(address: string): string
  port(port: number, proto: 'tcp' | 'udp'): string
}

export interface PrintStyle {
  /** -t, -tt, -ttt, -tttt, -ttttt */
  readonly time: number
  readonly verbose: number
  readonly quick: boolean
  readonly linkHead: boolean
  readonly absolute: boolean
  readonly ascii: boolean
  /** -x or -X, twice with the link's head. */
  readonly dump: { readonly ascii: boolean; readonly whole: boolean } | undefined
  /** -# */
  readonly numbers: boolean
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' }
const ETHER_TYPES: Readonly<Record<number, string>> = { 0x0800: 'IPv4', 0x0806: 'ARP', 0x86dd: 'IPv6' }
const PACKET_TYPES = ['In', 'B', 'M', 'P', 'Out']

/** Packets in tcpdump's words, a line or more each. tcpdump(8), "OUTPUT FORMAT" */
export class Printer {
  private readonly style: PrintStyle
  private readonly namer: Namer
  private readonly interfaceName: (index: number) => string
  private readonly conversations = new Conversations()
  private firstMs: number | undefined
  private lastMs: number | undefined
  private count = 0

  constructor(style: PrintStyle, namer: Namer, interfaceName: (index: number) => string) {
    this.style = style
    this.namer = namer
    this.interfaceName = interfaceName
  }

  print(packet: Decoded): string {
    this.count++
    const number = this.style.numbers ? `${String(this.count).padStart(5)}  ` : ''
    return `${number}${this.stamp(packet.capture.timeMs)}${this.link(packet)}${this.body(packet)}\n${this.dump(packet)}`
  }

  private stamp(timeMs: number): string {
    const { time } = this.style
    if (time === 1) return ''
    const micros = String(Math.floor((timeMs % 1000) * 1000 + 0.5) % 1_000_000).padStart(6, '0')
    if (time === 2) return `${Math.floor(timeMs / 1000)}.${micros} `
    if (time === 3 || time === 5) {
      const since = (time === 3 ? this.lastMs : this.firstMs) ?? timeMs
      this.firstMs ??= timeMs
      this.lastMs = timeMs
      const apart = Math.max(0, timeMs - since)
      return ` ${strftime('%H:%M:%S', apart, UTC)}.${String(Math.floor((apart % 1000) * 1000)).padStart(6, '0')} `
    }
    return `${strftime(time === 4 ? '%Y-%m-%d %H:%M:%S' : '%H:%M:%S', timeMs, UTC)}.${micros} `
  }

  private link(packet: Decoded): string {
    const { capture, sourceMac, destinationMac, packetType } = packet
    if (capture.link === LINK_SLL2) {
      const index = u32(capture.bytes, 4)
      const start = `${this.interfaceName(index).padEnd(5)} ${(PACKET_TYPES[packetType] ?? '?').padEnd(3)} `
      return this.style.linkHead ? `${start}ifindex ${index} ${sourceMac} ${this.linkType(packet)}` : start
    }
    if (!this.style.linkHead) return ''
    return `${sourceMac} > ${destinationMac}, ${this.linkType(packet)}`
  }

  private linkType({ etherType, capture }: Decoded): string {
    return `ethertype ${ETHER_TYPES[etherType] ?? 'Unknown'} (0x${hex(etherType, 4)}), length ${capture.length}: `
  }

  private body(packet: Decoded): string {
    const named = this.style.linkHead
    if (packet.etherType === 0x0806) return `${named ? '' : 'ARP, '}${this.arp(packet)}`
    const { ip } = packet
    if (!ip) return `ethertype 0x${hex(packet.etherType, 4)}, length ${packet.capture.length}`
    return `${named ? '' : ip.version === 4 ? 'IP ' : 'IP6 '}${this.ipHead(ip)}${this.ends(packet, ip)}: ${this.transport(packet, ip)}`
  }

  private arp({ capture: { bytes }, network }: Decoded): string {
    const address = (offset: number): string => this.namer.host(ipv4Text(bytes, network + offset))
    const length = bytes.length - network
    const detail = this.style.verbose > 0 ? 'Ethernet (len 6), IPv4 (len 4), ' : ''
    if (u16(bytes, network + 6) === 1)
      return `${detail}Request who-has ${address(24)} tell ${address(14)}, length ${length}`
    return `${detail}Reply ${address(14)} is-at ${macText(bytes, network + 8)}, length ${length}`
  }

  /** -v */
  private ipHead({ version, tos, ttl, id, fragment, protocol, totalLength, payloadLength }: Ip): string {
    if (this.style.verbose === 0) return ''
    const name = PROTOCOLS[protocol] ?? 'unknown'
    if (version === 6)
      return `(${id ? `flowlabel 0x${hex(id, 5)}, ` : ''}hlim ${ttl}, next-header ${name} (${protocol}) payload length: ${payloadLength}) `
    const flags = fragment & 0x4000 ? 'DF' : fragment & 0x2000 ? '+' : 'none'
    return `(tos 0x${hex(tos)}, ttl ${ttl}, id ${id}, offset ${(fragment & 0x1fff) * 8}, flags [${flags}], proto ${name} (${protocol}), length ${totalLength})\n    `
  }

  private ends({ ports }: Decoded, { source, destination, protocol }: Ip): string {
    const proto = protocol === 6 ? 'tcp' : 'udp'
    const end = (address: string, port: number | undefined): string =>
      port === undefined ? this.namer.host(address) : `${this.namer.host(address)}.${this.namer.port(port, proto)}`
    return `${end(source, ports?.sourcePort)} > ${end(destination, ports?.destinationPort)}`
  }

  private transport(packet: Decoded, ip: Ip): string {
    if (ip.protocol === 6) return printTcp(packet, this.conversations, this.style)
    if (ip.protocol === 17) return this.udp(packet, ip)
    if (ip.protocol === 1) return printIcmp(packet, this.namer)
    if (ip.protocol === 58) return printIcmp6(packet, this.namer)
    return `ip-proto-${ip.protocol} ${ip.payloadLength}`
  }

  private udp({ capture: { bytes }, ports }: Decoded, ip: Ip): string {
    const length = u16(bytes, ip.transport + 4) - 8
    const data = bytes.subarray(ip.transport + 8, ip.transport + 8 + length)
    if (this.style.quick) return `UDP, length ${length}`
    const sum = this.style.verbose > 1 ? '[udp sum ok] ' : ''
    if (ports && (ports.sourcePort === 53 || ports.destinationPort === 53))
      return `${sum}${printDns(data, this.style.verbose)}`
    return `${sum}UDP, length ${length}`
  }

  private dump({ capture: { bytes }, network }: Decoded): string {
    const { dump, ascii } = this.style
    if (dump) return hexDump(dump.whole ? bytes : bytes.subarray(network), dump.ascii)
    return ascii ? `${asciiDump(bytes.subarray(network))}\n` : ''
  }
}

const isGraph = (byte: number): boolean => byte > 0x20 && byte < 0x7f

function hexDump(bytes: Uint8Array, ascii: boolean): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16)
    const pairs = Array.from({ length: 8 }, (_, i) =>
      Array.from(row.subarray(2 * i, 2 * i + 2), (b) => hex(b, 2)).join(''),
    )
    const shown = Array.from(row, (byte) => (isGraph(byte) ? String.fromCharCode(byte) : '.')).join('')
    const columns = pairs.join(' ').trimEnd()
    text += `\t0x${hex(at, 4)}:  ${ascii ? `${columns.padEnd(39)}  ${shown}` : columns}\n`
  }
  return text
}

/** -A: what is no character is a dot; lines stay lines. */
function asciiDump(bytes: Uint8Array): string {
  let text = ''
  for (const [at, byte] of bytes.entries()) {
    if (byte === 13 && u8(bytes, at + 1) === 10) continue
    text += isGraph(byte) || byte === 9 || byte === 32 || byte === 10 ? String.fromCharCode(byte) : '.'
  }
  return text
}
