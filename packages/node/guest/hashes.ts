import { Buffer } from 'buffer'
import { callSync } from './host.ts'
import { nodeError } from './errors.ts'

const BLOCKS: Readonly<Record<string, number>> = { md5: 64, sha1: 64, sha224: 64, sha256: 64, sha384: 128, sha512: 128 }

const bytesOf = (data: string | Uint8Array, encoding?: string): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data, encoding) : data

function digestOf(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  return callSync('hash', [algorithm], Buffer.concat(parts)).bytes
}

/** A hash of node's crypto: what is fed is hashed by the machine in one go. */
export class Hash {
  protected readonly algorithm: string
  protected readonly parts: Uint8Array[] = []
  private finished = false

  constructor(algorithm: string) {
    const plain = algorithm.toLowerCase().replace(/^rsa-|-(?=\d)/g, '')
    if (BLOCKS[plain] === undefined) throw nodeError(Error, 'ERR_OSSL_EVP_UNSUPPORTED', 'Digest method not supported')
    this.algorithm = plain
  }

  update(data: string | Uint8Array, encoding?: string): this {
    this.parts.push(bytesOf(data, encoding).slice())
    return this
  }

  digest(encoding?: string): Buffer | string {
    if (this.finished) throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called')
    this.finished = true
    const result = Buffer.from(this.value())
    return encoding === undefined || encoding === 'buffer' ? result : result.toString(encoding)
  }

  protected value(): Uint8Array {
    return digestOf(this.algorithm, this.parts)
  }
}

/** RFC 2104. */
export class Hmac extends Hash {
  private readonly key: Uint8Array

  constructor(algorithm: string, key: string | Uint8Array) {
    super(algorithm)
    const size = BLOCKS[this.algorithm] ?? 64
    const given = bytesOf(key)
    const short = given.length > size ? digestOf(this.algorithm, [given]) : given
    this.key = new Uint8Array(size)
    this.key.set(short)
  }

  protected override value(): Uint8Array {
    const padded = (byte: number): Uint8Array => this.key.map((each) => each ^ byte)
    return digestOf(this.algorithm, [padded(0x5c), digestOf(this.algorithm, [padded(0x36), ...this.parts])])
  }
}
