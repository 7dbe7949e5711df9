import { formatIpv6, parseIpv6 } from '@drydock/abi'
import { type Address, ANY, formatAddress, formatPrefix, type Prefix, parseAddress, parsePrefix } from './address.ts'

/** IPv6 addresses as bigints of 128 bits. RFC 4291 */
export type Prefix6 = Prefix<bigint>

export const ANY6 = 0n
export const LOOPBACK6 = 1n
/** ff02::1, ff02::2. RFC 4291 section 2.7.1 */
export const ALL_NODES = (0xff02n << 112n) | 1n
export const ALL_ROUTERS = (0xff02n << 112n) | 2n
const SOLICITED = (0xff02n << 112n) | 0x1_ff00_0000n
const MAPPED = 0xffffn

export const isAny = (address: Address): boolean => address === ANY || address === ANY6
export const isMulticast6 = (address: bigint): boolean => address >> 120n === 0xffn
export const isLinkLocal = (address: bigint): boolean => address >> 118n === 0x3fan

/** The IPv4 address in `::ffff:0:0/96`. RFC 4291 section 2.5.5.2 */
export const mappedAddress = (address: bigint): number | undefined =>
  address >> 32n === MAPPED ? Number(address & 0xffff_ffffn) : undefined
export const mapAddress = (address: number): bigint => (MAPPED << 32n) | BigInt(address)

export const networkOf6 = (address: bigint, length: number): bigint => {
  const rest = BigInt(128 - length)
  return (address >> rest) << rest
}
export const contains6 = ({ address: base, length }: Prefix6, address: bigint): boolean => {
  const rest = BigInt(128 - length)
  return address >> rest === base >> rest
}

/** How many bits two addresses begin with alike. RFC 6724 section 2.2 */
export function commonPrefix(a: bigint, b: bigint): number {
  const differing = a ^ b
  return differing === 0n ? 128 : 128 - differing.toString(2).length
}

/** Where those who have `address` listen when they are asked for. RFC 4291 section 2.7.1 */
export const solicitedNode = (address: bigint): bigint => SOLICITED | (address & 0xff_ffffn)

/** `fe80::` with the hardware address in it. RFC 4291 appendix A, EUI-64 */
export function linkLocalOf(mac: string): bigint {
  const [first = 0, ...rest] = mac.split(':').map((part) => Number.parseInt(part, 16))
  const bytes = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)]
  return (0xfe80n << 112n) | bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

const GROUP_MAC = '33:33:'
/** Frames for a multicast group. RFC 2464 section 7 */
export const macOfGroup = (address: bigint): string =>
  GROUP_MAC + [24n, 16n, 8n, 0n].map((shift) => ((address >> shift) & 255n).toString(16).padStart(2, '0')).join(':')
export const isGroupMac = (mac: string): boolean => mac.startsWith(GROUP_MAC)

/** `fd00::/64`; without a length a single host; `default` is ::/0. */
export function parsePrefix6(text: string): Prefix6 | undefined {
  if (text === 'default') return { address: ANY6, length: 0 }
  const [head = '', tail] = text.split('/')
  const address = parseIpv6(head)
  const length = tail === undefined ? 128 : Number(tail)
  if (address === undefined || tail === '' || !Number.isInteger(length) || length < 0 || length > 128) return undefined
  return { address, length }
}

export const formatPrefix6 = ({ address, length }: Prefix6): string =>
  length === 0 ? 'default' : `${formatIpv6(address)}/${length}`

// either family -------------------------------------------------------------------------------------------------------

export const parseIp = (text: string): Address | undefined => parseAddress(text) ?? parseIpv6(text)
export const formatIp = (address: Address): string =>
  typeof address === 'number' ? formatAddress(address) : formatIpv6(address)
export const parseIpPrefix = (text: string): Prefix | Prefix6 | undefined =>
  text.includes(':') ? parsePrefix6(text) : parsePrefix(text)
export const isPrefix6 = (prefix: Prefix | Prefix6): prefix is Prefix6 => typeof prefix.address === 'bigint'
export const formatIpPrefix = (prefix: Prefix | Prefix6): string =>
  isPrefix6(prefix) ? formatPrefix6(prefix) : formatPrefix(prefix)
