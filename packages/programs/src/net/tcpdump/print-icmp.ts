import { type Decoded, ipv4Text, ipv6Text, u16, u8 } from './decode.ts'
import type { Namer } from './print.ts'

const UNREACHABLE: Readonly<Record<number, string>> = { 0: 'net', 1: 'host' }

/** RFC 792, in tcpdump's words. */
export function printIcmp({ capture: { bytes }, ip }: Decoded, namer: Namer): string {
  if (!ip) return ''
  const at = ip.transport
  const [type, code] = [u8(bytes, at), u8(bytes, at + 1)]
  return `ICMP ${icmpText(bytes, at, type, code, namer)}, length ${ip.payloadLength}`
}

function icmpText(bytes: Uint8Array, at: number, type: number, code: number, namer: Namer): string {
  if (type === 8 || type === 0)
    return `echo ${type === 8 ? 'request' : 'reply'}, id ${u16(bytes, at + 4)}, seq ${u16(bytes, at + 6)}`
  if (type === 11) return 'time exceeded in-transit'
  if (type !== 3) return `type-#${type}`
  const about = at + 8
  const target = namer.host(ipv4Text(bytes, about + 16))
  const named = UNREACHABLE[code]
  if (named) return `${named} ${target} unreachable`
  const transport = about + (u8(bytes, about) & 15) * 4
  const proto = u8(bytes, about + 9) === 6 ? 'tcp' : 'udp'
  return `${target} ${proto} port ${namer.port(u16(bytes, transport + 2), proto)} unreachable`
}

/** RFC 4443 and 4861, in tcpdump's words. */
export function printIcmp6({ capture: { bytes }, ip }: Decoded, namer: Namer): string {
  if (!ip) return ''
  const at = ip.transport
  return `ICMP6, ${icmp6Text(bytes, at, u8(bytes, at), u8(bytes, at + 1), namer)}, length ${ip.payloadLength}`
}

function icmp6Text(bytes: Uint8Array, at: number, type: number, code: number, namer: Namer): string {
  if (type === 128 || type === 129)
    return `echo ${type === 128 ? 'request' : 'reply'}, id ${u16(bytes, at + 4)}, seq ${u16(bytes, at + 6)}`
  if (type === 135) return `neighbor solicitation, who has ${namer.host(ipv6Text(bytes, at + 8))}`
  if (type === 136) return `neighbor advertisement, tgt is ${namer.host(ipv6Text(bytes, at + 8))}`
  if (type === 3) return 'time exceeded in-transit'
  if (type !== 1) return `type-#${type}`
  const target = namer.host(ipv6Text(bytes, at + 8 + 24))
  if (code === 4) return `destination unreachable, unreachable port, ${target} udp port ${u16(bytes, at + 8 + 40 + 2)}`
  return `destination unreachable, unreachable ${code === 0 ? 'route' : 'address'} ${target}`
}
