import type { LazyContent } from '@drydock/abi'
import type { TarHeader } from '@drydock/codec'

/** The pax record of members whose content is made up when read: `<size>:<seed>`; the member's bytes are the prefix. */
export const LAZY_KEY = 'DRYDOCK.lazy'

/** @returns undefined for a member whose bytes are all there */
export function readLazy(header: TarHeader, prefix: Uint8Array): LazyContent | undefined {
  const text = header.pax.get(LAZY_KEY)
  if (text === undefined) return undefined
  const [size = 0, seed = 0] = text.split(':').map(Number)
  return { prefix, size, seed }
}

export const printLazy = ({ size, seed }: LazyContent): string => `${size}:${seed}`
