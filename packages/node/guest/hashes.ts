import { Buffer } from 'buffer'
import { Transform } from 'readable-stream'
import { invalidType, nodeError, received } from './errors.ts'
import { callSync } from './host.ts'
import { SecretKeyObject } from './keys.ts'

const BLOCKS: Readonly<Record<string, number>> = {
  ...{ md5: 64, sha1: 64, sha224: 64, sha256: 64, sha384: 128, sha512: 128, 'sha512-256': 128 },
  ...{ 'sha3-224': 144, 'sha3-256': 136, 'sha3-384': 104, 'sha3-512': 72 },
  ...{ shake128: 168, shake256: 136 },
  ...{ ripemd160: 64, rmd160: 64, blake2b512: 128, blake2s256: 64 },
}
/** Bytes of a digest whose length can be chosen. */
const EXTENDABLE: Readonly<Record<string, number>> = { shake128: 16, shake256: 32 }
const SIGNING = [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha512-256',
  'sha3-224',
  'sha3-256',
  'sha3-384',
]
export const getHashes = (): string[] => [
  ...[...SIGNING, 'sha3-512', 'ripemd160'].map((name) => `RSA-${name.toUpperCase()}`),
  ...Object.keys(BLOCKS),
  ...['sha224WithRSAEncryption', 'sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption'],
]

const bytesOf = (data: unknown, encoding?: string): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data, encoding)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  throw nodeError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${received(data)}`,
  )
}

function digestOf(algorithm: string, parts: readonly Uint8Array[], length?: number): Uint8Array {
  return callSync('hash', [algorithm, length], Buffer.concat(parts)).bytes
}

/** `RSA-SHA256`, `SHA-256` and `sha256` are the same. */
export const plainName = (algorithm: string): string =>
  algorithm.toLowerCase().replace(/^rsa-/, '').replace(/^sha-/, 'sha').replace('sha512/256', 'sha512-256')

/** A hash of node's crypto: what is fed is hashed by the machine in one go. It is a stream as well. */
export class Hash extends Transform {
  protected readonly algorithm: string
  protected readonly parts: Uint8Array[] = []
  private finished = false

  private readonly length: number | undefined

  constructor(algorithm: string, { outputLength }: { readonly outputLength?: number } = {}) {
    super({
      transform: (chunk, _encoding, done) => {
        this.parts.push(chunk.slice())
        done()
      },
      flush: (done) => {
        this.push(this.digest() as Buffer)
        done()
      },
    })
    const plain = plainName(String(algorithm))
    if (typeof algorithm !== 'string') throw invalidType('algorithm', 'of type string', algorithm)
    if (BLOCKS[plain] === undefined) throw this.unknown(algorithm)
    this.algorithm = plain
    this.length = outputLength ?? EXTENDABLE[plain]
  }

  protected unknown(_algorithm: string): Error {
    return new Error('Digest method not supported')
  }

  update(data: string | Uint8Array, encoding?: string): this {
    if (this.finished) throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called')
    this.parts.push(bytesOf(data, encoding).slice())
    return this
  }

  digest(encoding?: string): Buffer | string {
    if (this.finished) throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called')
    this.finished = true
    const result = Buffer.from(this.value())
    return encoding === undefined || encoding === 'buffer' ? result : result.toString(encoding)
  }

  copy(): Hash {
    if (this.finished) throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called')
    const other = new Hash(this.algorithm)
    other.parts.push(...this.parts)
    return other
  }

  protected value(): Uint8Array {
    return digestOf(this.algorithm, this.parts, this.length)
  }
}

const KEY_WORDS = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey'

/** RFC 2104. */
export class Hmac extends Hash {
  private readonly key: Uint8Array

  constructor(algorithm: string, key: string | Uint8Array | SecretKeyObject) {
    super(algorithm)
    if (key === undefined || key === null) throw invalidType('key', KEY_WORDS, key)
    const size = BLOCKS[this.algorithm] ?? 64
    const given = key instanceof SecretKeyObject ? key.bytes : bytesOf(key)
    const short = given.length > size ? digestOf(this.algorithm, [given]) : given
    this.key = new Uint8Array(size)
    this.key.set(short)
  }

  protected override unknown(algorithm: string): Error {
    return nodeError(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`)
  }

  protected override value(): Uint8Array {
    const padded = (byte: number): Uint8Array => this.key.map((each) => each ^ byte)
    return digestOf(this.algorithm, [padded(0x5c), digestOf(this.algorithm, [padded(0x36), ...this.parts])])
  }
}
