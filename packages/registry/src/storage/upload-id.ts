import type { Entropy } from '@drydock/abi'
import { toHex } from '@drydock/codec'

/** A random id in the shape of a UUID of version 4. RFC 9562. */
export function uploadId(entropy: Entropy): string {
  const hex = toHex(entropy.bytes(16))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
