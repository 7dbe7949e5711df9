import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha384, sha512 } from '@noble/hashes/sha2.js'
import { encodeUtf8 } from './bytes.ts'
import { RunningSha256, sha256Digest } from './sha256.ts'

/** The algorithms that md5sum, sha1sum … sha512sum print, by the name of the algorithm. */
const ALGORITHMS = { md5, sha1, sha224, sha256: { create: () => new RunningSha256() }, sha384, sha512 } as const
export type HashName = keyof typeof ALGORITHMS

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

/** @returns undefined when `text` is no even number of hexadecimal digits */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

/** A hash fed piece by piece. */
export class Hash {
  private readonly state: ReturnType<(typeof ALGORITHMS)[HashName]['create']>

  constructor(name: HashName) {
    this.state = ALGORITHMS[name].create()
  }

  update(data: Uint8Array | string): this {
    this.state.update(typeof data === 'string' ? encodeUtf8(data) : data)
    return this
  }

  /** To be called once, after the last update. */
  digest(): Uint8Array {
    return this.state.digest()
  }

  digestHex(): string {
    return toHex(this.digest())
  }
}

export class Sha256 extends Hash {
  constructor() {
    super('sha256')
  }
}

export const hashHex = (name: HashName, data: Uint8Array | string): string => new Hash(name).update(data).digestHex()
export const sha256 = (data: Uint8Array | string): Uint8Array =>
  sha256Digest(typeof data === 'string' ? encodeUtf8(data) : data)
export const sha256Hex = (data: Uint8Array | string): string => toHex(sha256(data))
