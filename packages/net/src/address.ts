/** The value says its family: IPv4 addresses are unsigned 32-bit numbers, IPv6 addresses are bigints. */
export type Address = number | bigint

/** IPv4 prefixes, or those of the family of `A`. */
export interface Prefix<A extends Address = number> {
  readonly address: A
  /** 0 to 32, or to 128. */
  readonly length: number
}

export const ANY = 0
export const BROADCAST = 0xffffffff
export const LOOPBACK = 0x7f000001
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff'

/** @returns undefined for anything that is no dotted quad */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

export const formatAddress = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

export const maskOf = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0)
export const networkOf = (address: number, length: number): number => (address & maskOf(length)) >>> 0
export const broadcastOf = (address: number, length: number): number => (address | ~maskOf(length)) >>> 0
export const contains = (prefix: Prefix, address: number): boolean =>
  networkOf(address, prefix.length) === networkOf(prefix.address, prefix.length)
export const isLoopback = (address: number): boolean => address >>> 24 === 127

/** `172.17.0.0/16`; without a length a single host; `default` is 0.0.0.0/0. */
export function parsePrefix(text: string): Prefix | undefined {
  if (text === 'default') return { address: 0, length: 0 }
  const [head = '', tail] = text.split('/')
  const address = parseAddress(head)
  const length = tail === undefined ? 32 : Number(tail)
  if (address === undefined || !Number.isInteger(length) || length < 0 || length > 32) return undefined
  return { address, length }
}

export const formatPrefix = (prefix: Prefix): string =>
  prefix.length === 0 ? 'default' : `${formatAddress(prefix.address)}/${prefix.length}`

/** A locally administered hardware address from random bytes. */
export const macOf = (bytes: Uint8Array): string =>
  [0x02, ...bytes.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')

/** A hardware address from an address, so that no two on a link are the same. */
export const macOfAddress = (address: number): string => {
  const bytes = [0x02, 0x42, ...[24, 16, 8, 0].map((shift) => (address >>> shift) & 255)]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
