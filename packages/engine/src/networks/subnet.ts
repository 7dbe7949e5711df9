/** IPv4 addresses as numbers, and prefixes. */
export interface Subnet {
  readonly base: number
  readonly bits: number
}

/** @returns undefined for anything but a dotted quad */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

export const printAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')

/** Reads `172.18.0.0/16`; the bits behind the prefix are dropped. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', bits = '', more] = text.split('/')
  const number = parseAddress(address)
  if (number === undefined || more !== undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined
  const size = 2 ** (32 - Number(bits))
  return { base: Math.floor(number / size) * size, bits: Number(bits) }
}

export const sizeOf = ({ bits }: Subnet): number => 2 ** (32 - bits)
export const contains = (subnet: Subnet, address: number): boolean =>
  address >= subnet.base && address < subnet.base + sizeOf(subnet)
export const overlaps = (a: Subnet, b: Subnet): boolean => contains(a, b.base) || contains(b, a.base)
export const printSubnet = ({ base, bits }: Subnet): string => `${printAddress(base)}/${bits}`

/** Where networks without a wish get their subnet: 172.17 to 172.31, then pieces of 192.168. libnetwork ipamutils */
export const DEFAULT_POOLS: readonly Subnet[] = [
  ...Array.from({ length: 15 }, (_, i) => ({ base: (172 * 256 + 17 + i) * 65536, bits: 16 })),
  ...Array.from({ length: 15 }, (_, i) => ({ base: (192 * 256 + 168) * 65536 + (i + 1) * 4096, bits: 20 })),
]

/** `02:42:` and the address, as the bridge driver makes it. */
export const macOf = (address: number): string =>
  [
    '02',
    '42',
    ...[24, 16, 8, 0].map((shift) => (Math.floor(address / 2 ** shift) % 256).toString(16).padStart(2, '0')),
  ].join(':')
