/** IPv4 addresses as numbers. */
export const parseAddress = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
export const printAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')

export interface Prefix {
  readonly base: number
  readonly bits: number
}

/** Undefined for what is no `10.0.1.0/24`. */
export function parsePrefix(text: string): Prefix | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text)
  const bits = Number(match?.[2])
  if (!match?.[1] || bits > 32) return undefined
  const size = 2 ** (32 - bits)
  return { base: Math.floor(parseAddress(match[1]) / size) * size, bits }
}

export const printPrefix = ({ base, bits }: Prefix): string => `${printAddress(base)}/${bits}`
export const sizeOf = ({ bits }: Prefix): number => 2 ** (32 - bits)
export const overlaps = (a: Prefix, b: Prefix): boolean =>
  (a.base >= b.base && a.base < b.base + sizeOf(b)) || (b.base >= a.base && b.base < a.base + sizeOf(a))
/** `10.0.1.5/24` without its length. */
export const bare = (address: string): string => address.split('/')[0] ?? ''
