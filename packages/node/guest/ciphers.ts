import { Buffer } from 'buffer'
import { nodeError } from './errors.ts'
import { callSync } from './host.ts'

const TAG_BYTES = 16
const KEY_BYTES: Readonly<Record<string, number>> = { '128': 16, '192': 24, '256': 32 }
const isAuthenticated = (name: string): boolean => /gcm|poly1305/.test(name)
const NAMES = ['cbc', 'ctr', 'ecb', 'gcm'].flatMap((mode) =>
  Object.keys(KEY_BYTES).map((bits) => `aes-${bits}-${mode}`),
)
export const getCiphers = (): string[] => [...NAMES, 'chacha20-poly1305']

const base64 = (data: string | Uint8Array | null): string => Buffer.from((data ?? '') as string).toString('base64')

/** A cipher of node's crypto: what is fed is worked on in one go, at `final`. */
class Cipher {
  private readonly name: string
  private readonly way: 'encrypt' | 'decrypt'
  private readonly key: string
  private readonly iv: string
  private readonly parts: Uint8Array[] = []
  private more: Uint8Array = new Uint8Array(0)
  private tag: Uint8Array | undefined

  constructor(way: 'encrypt' | 'decrypt', name: string, key: string | Uint8Array, iv: string | Uint8Array | null) {
    const wanted = KEY_BYTES[/-(\d+)-/.exec(name)?.[1] ?? '256'] ?? 0
    if (!getCiphers().includes(name.toLowerCase()))
      throw nodeError(Error, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher')
    if (Buffer.from(key as string).length !== wanted)
      throw nodeError(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length')
    ;[this.way, this.name, this.key, this.iv] = [way, name, base64(key), base64(iv)]
  }

  update(data: string | Uint8Array, encoding?: string, output?: string): Buffer | string {
    this.parts.push(typeof data === 'string' ? Buffer.from(data, encoding) : data.slice())
    return output === undefined ? Buffer.alloc(0) : ''
  }

  final(output?: string): Buffer | string {
    const closed = isAuthenticated(this.name)
    const given = Buffer.concat([
      ...this.parts,
      ...(closed && this.way === 'decrypt' ? [this.tag ?? Buffer.alloc(TAG_BYTES)] : []),
    ])
    const result = Buffer.from(this.run(given))
    if (!closed || this.way === 'decrypt') return output === undefined ? result : result.toString(output)
    this.tag = result.slice(result.length - TAG_BYTES)
    const text = Buffer.from(result.slice(0, result.length - TAG_BYTES))
    return output === undefined ? text : text.toString(output)
  }

  private run(given: Uint8Array): Uint8Array {
    try {
      return callSync('cipher', [this.name, this.way, this.key, this.iv, base64(this.more)], given).bytes
    } catch {
      throw isAuthenticated(this.name)
        ? new Error('Unsupported state or unable to authenticate data')
        : Object.assign(new Error('error:1C800064:Provider routines::bad decrypt'), { code: 'ERR_OSSL_BAD_DECRYPT' })
    }
  }

  setAAD(data: Uint8Array): this {
    this.more = data
    return this
  }
  setAuthTag(tag: Uint8Array): this {
    this.tag = tag
    return this
  }
  getAuthTag(): Buffer {
    return Buffer.from(this.tag ?? [])
  }
  setAutoPadding(): this {
    return this
  }
}

export const createCipheriv = (name: string, key: string | Uint8Array, iv: string | Uint8Array | null): Cipher =>
  new Cipher('encrypt', name, key, iv)
export const createDecipheriv = (name: string, key: string | Uint8Array, iv: string | Uint8Array | null): Cipher =>
  new Cipher('decrypt', name, key, iv)

interface ScryptOptions {
  readonly N?: number
  readonly cost?: number
  readonly r?: number
  readonly blockSize?: number
  readonly p?: number
  readonly parallelization?: number
}
/** RFC 7914. */
export function scryptSync(
  password: string | Uint8Array,
  salt: string | Uint8Array,
  length: number,
  options: ScryptOptions = {},
): Buffer {
  const { N = options.cost ?? 16_384, r = options.blockSize ?? 8, p = options.parallelization ?? 1 } = options
  return Buffer.from(callSync('scrypt', [base64(salt), length, N, r, p], Buffer.from(password as string)).bytes)
}
