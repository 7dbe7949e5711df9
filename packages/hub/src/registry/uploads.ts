import type { Entropy } from '@drydock/abi'
import { concatBytes, toHex } from '@drydock/codec'

/** Blobs on their way in, in pieces. */
export class Uploads {
  private readonly parts = new Map<string, Uint8Array[]>()
  private readonly entropy: Entropy

  constructor(entropy: Entropy) {
    this.entropy = entropy
  }

  start(): string {
    const id = uuidOf(this.entropy)
    this.parts.set(id, [])
    return id
  }

  /** Pieces of unknown uploads are dropped; `size` tells. */
  append(id: string, bytes: Uint8Array): void {
    this.parts.get(id)?.push(bytes)
  }

  size(id: string): number | undefined {
    return this.parts.get(id)?.reduce((sum, part) => sum + part.length, 0)
  }

  /** Ends the upload. @returns its bytes; undefined when it is unknown */
  finish(id: string): Uint8Array | undefined {
    const parts = this.parts.get(id)
    this.parts.delete(id)
    return parts && concatBytes(parts)
  }
}

/** A random id in the shape of a UUID of version 4. RFC 9562. */
function uuidOf(entropy: Entropy): string {
  const hex = toHex(entropy.bytes(16))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
