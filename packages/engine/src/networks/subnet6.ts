import { formatIpv6, parseIpv6 } from '@drydock/abi'

/** An IPv6 prefix; addresses are numbers of 128 bits. */
export interface Subnet6 {
  readonly base: bigint
  readonly bits: number
}

const baseOf = (address: bigint, bits: number): bigint => (address >> BigInt(128 - bits)) << BigInt(128 - bits)

/** Reads `fd00::/64`; the bits behind the prefix are dropped. */
export function parseSubnet6(text: string): Subnet6 | undefined {
  const [, host = '', length = ''] = /^([0-9a-f:]+)\/(\d{1,3})$/i.exec(text) ?? []
  const address = parseIpv6(host)
  const bits = Number(length)
  return address === undefined || bits > 128 ? undefined : { base: baseOf(address, bits), bits }
}

export const printSubnet6 = ({ base, bits }: Subnet6): string => `${formatIpv6(base)}/${bits}`
export const contains6 = ({ base, bits }: Subnet6, address: bigint): boolean => baseOf(address, bits) === base
export const overlaps6 = (a: Subnet6, b: Subnet6): boolean => contains6(a, b.base) || contains6(b, a.base)

/** Bits of the networks that a machine gives out by itself. */
const OWN_BITS = 64

/** Networks of a machine's own prefix, one after the other: a unique local one made of random bytes. RFC 4193 */
export function* ownSubnets(random: Uint8Array): Generator<Subnet6> {
  const prefix = random.slice(0, 5).reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0xfdn)
  for (let number = 0n; number < 0x10000n; number++) yield { base: (prefix << 80n) + (number << 64n), bits: OWN_BITS }
}
