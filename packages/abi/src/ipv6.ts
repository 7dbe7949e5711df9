/** IPv6 addresses as text and as numbers of 128 bits. RFC 4291, RFC 5952. Both sides of the line of system calls read them. */
const GROUPS = 8
const MAPPED = 0xffffn

/** RFC 4291 section 2.2, an IPv4 address at the end included. @returns undefined for anything else */
export function parseIpv6(text: string): bigint | undefined {
  if (!text.includes(':')) return undefined
  const halves = withoutQuad(text).split('::')
  if (halves.length > 2) return undefined
  const [front = [], back = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = GROUPS - front.length - back.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
}

/** `::ffff:10.0.0.1` with its end as two groups. */
function withoutQuad(text: string): string {
  const found = /:(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!found) return text
  const [a = 0, b = 0, c = 0, d = 0] = found.slice(1).map(Number)
  if ([a, b, c, d].some((byte) => byte > 255)) return ''
  return `${text.slice(0, found.index + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/** RFC 5952: small letters, the first longest run of zeroes left out, mapped IPv4 addresses as dotted quads. */
export function formatIpv6(address: bigint): string {
  if (address >> 32n === MAPPED) return `::ffff:${quadOf(address)}`
  const text = groupsOf(address).join(':')
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)]
  const longest = runs.reduce<RegExpMatchArray | undefined>(
    (best, run) => (run[0].split('0').length > (best?.[0].split('0').length ?? 0) ? run : best),
    undefined,
  )
  if (!longest) return text
  const from = longest.index ?? 0
  return `${text.slice(0, from)}::${text.slice(from + longest[0].length).replace(/^:/, '')}`
}

const groupsOf = (address: bigint): string[] =>
  Array.from({ length: GROUPS }, (_, at) => ((address >> BigInt(112 - at * 16)) & 0xffffn).toString(16))
const quadOf = (address: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.')

/** The 16 bytes of an address, and back. */
export const ipv6Bytes = (address: bigint): number[] =>
  Array.from({ length: 16 }, (_, at) => Number((address >> BigInt(120 - at * 8)) & 255n))
export const ipv6FromBytes = (bytes: ArrayLike<number>): bigint =>
  Array.from(bytes).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/** Whether `text` is an IPv6 address, with or without a zone (`fe80::1%eth0`). */
export const isIpv6 = (text: string): boolean => parseIpv6(text.replace(/%[^%]+$/, '')) !== undefined

/** An address as a URL or a list with ports shows it: IPv6 in brackets. RFC 3986 section 3.2.2 */
export const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** An IPv4 address out of `::ffff:10.0.0.1`, as servers write it that listen on `::`. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
