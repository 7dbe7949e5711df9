import { isIpv4, ResolveError, resolveHost, reverseHost } from '@drydock/libc'
import type { Sys } from '@drydock/abi'

export interface Target {
  readonly address: string
  /** As it was asked for, where that was a name. */
  readonly asked: string | undefined
  /** What the address is called. */
  readonly name: string | undefined
}

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const toAddress = (number: number): string => [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.')

/** Addresses of `10.0.0.0/30` and `10.0.0-1.1,5-7`. @returns undefined for a name */
export function addressesOf(text: string): string[] | undefined {
  const [base = '', bits] = text.split('/')
  if (bits !== undefined && isIpv4(base)) {
    const size = 2 ** (32 - Number(bits))
    const first = Math.floor(toNumber(base) / size) * size
    return Array.from({ length: size }, (_, i) => toAddress(first + i))
  }
  const parts = text.split('.')
  if (parts.length !== 4 || !/^[\d.,*-]+$/.test(text)) return undefined
  return parts
    .map(octets)
    .reduce<string[]>(
      (made, next) =>
        made.length === 0 ? next.map(String) : made.flatMap((each) => next.map((octet) => `${each}.${octet}`)),
      [],
    )
}

const octets = (part: string): number[] =>
  part.split(',').flatMap((each) => {
    const [from = '', to] = each === '*' ? ['0', '255'] : each.split('-')
    const [first, last] = [Number(from), to === undefined ? Number(from) : Number(to || 255)]
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })

/** @returns nothing where a name has no address */
export async function targetsOf(sys: Sys, text: string): Promise<Target[]> {
  const addresses = addressesOf(text)
  if (addresses) return addresses.map((address) => ({ address, asked: undefined, name: undefined }))
  try {
    const [address = ''] = await resolveHost(sys, text)
    return [{ address, asked: text, name: undefined }]
  } catch (error) {
    if (error instanceof ResolveError) return []
    throw error
  }
}

/** The target with its name asked for, where /etc/hosts has none. */
export async function named(sys: Sys, target: Target): Promise<Target> {
  if (target.name !== undefined) return target
  return { ...target, name: (await reverseHost(sys, target.address).catch(() => undefined)) ?? undefined }
}
