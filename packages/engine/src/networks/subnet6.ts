/** An IPv6 prefix; addresses are numbers of 128 bits. */
export interface Subnet6 {
  readonly base: bigint
  readonly bits: number
}

const GROUPS = 8

/** RFC 4291 section 2.2, without embedded IPv4. @returns undefined for anything else */
export function parseAddress6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2 || !/^[0-9a-f:]+$/i.test(text)) return undefined
  const [front = [], back = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = GROUPS - front.length - back.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...front, ...Array.from({ length: halves.length === 1 ? 0 : missing }, () => '0'), ...back]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
}

/** RFC 5952: small letters, the longest run of zeroes left out. */
export function printAddress6(address: bigint): string {
  const groups = Array.from({ length: GROUPS }, (_, at) => (address >> BigInt(112 - at * 16)) & 0xffffn)
  const text = groups.map((group) => group.toString(16)).join(':')
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)]
  const longest = runs.reduce<RegExpMatchArray | undefined>(
    (best, run) => (run[0].split('0').length > (best?.[0].split('0').length ?? 0) ? run : best),
    undefined,
  )
  if (!longest) return text
  const from = longest.index ?? 0
  return `${text.slice(0, from)}::${text.slice(from + longest[0].length).replace(/^:/, '')}`
}

const baseOf = (address: bigint, bits: number): bigint => (address >> BigInt(128 - bits)) << BigInt(128 - bits)

/** Reads `fd00::/64`; the bits behind the prefix are dropped. */
export function parseSubnet6(text: string): Subnet6 | undefined {
  const [, host = '', length = ''] = /^([0-9a-f:]+)\/(\d{1,3})$/i.exec(text) ?? []
  const address = parseAddress6(host)
  const bits = Number(length)
  return address === undefined || bits > 128 ? undefined : { base: baseOf(address, bits), bits }
}

export const printSubnet6 = ({ base, bits }: Subnet6): string => `${printAddress6(base)}/${bits}`
export const contains6 = ({ base, bits }: Subnet6, address: bigint): boolean => baseOf(address, bits) === base
export const overlaps6 = (a: Subnet6, b: Subnet6): boolean => contains6(a, b.base) || contains6(b, a.base)

/** Bits of the networks that a machine gives out by itself. */
const OWN_BITS = 64

/** Networks of a machine's own prefix, one after the other: a unique local one made of random bytes. RFC 4193 */
export function* ownSubnets(random: Uint8Array): Generator<Subnet6> {
  const prefix = random.slice(0, 5).reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0xfdn)
  for (let number = 0n; number < 0x10000n; number++) yield { base: (prefix << 80n) + (number << 64n), bits: OWN_BITS }
}
