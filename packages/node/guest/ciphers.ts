import { Buffer } from 'buffer'
import { Transform } from 'readable-stream'
import { invalidType, nodeError } from './errors.ts'
import { callSync } from './host.ts'
import { base64, bytesOf, type Data, KeyObject, type SecretKeyObject } from './keys.ts'

const TAG_BYTES = 16
const BLOCK = 16
interface CipherInfo {
  readonly mode: string
  readonly name: string
  readonly nid: number
  readonly blockSize?: number
  readonly ivLength?: number
  readonly keyLength: number
}
/** OpenSSL's numbers of the ciphers, for keys of 128, 192 and 256 bits. */
const NIDS: Readonly<Record<string, readonly number[]>> = {
  cbc: [419, 423, 427],
  cfb: [421, 425, 429],
  ctr: [904, 905, 906],
  ecb: [418, 422, 426],
  gcm: [895, 898, 901],
}
const BLOCKS = new Set(['cbc', 'ecb'])
const CIPHERS: ReadonlyMap<string, CipherInfo> = new Map([
  ...Object.entries(NIDS).flatMap(([mode, nids]) =>
    nids.map((nid, at): [string, CipherInfo] => {
      const name = `aes-${128 + at * 64}-${mode}`
      const ivLength = mode === 'gcm' ? 12 : BLOCK
      const shape = { blockSize: BLOCKS.has(mode) ? BLOCK : 1, ...(mode !== 'ecb' && { ivLength }) }
      return [name, { mode, name, nid, ...shape, keyLength: 16 + at * 8 }]
    }),
  ),
  ['chacha20-poly1305', { mode: 'stream', name: 'chacha20-poly1305', nid: 1018, ivLength: 12, keyLength: 32 }] as [
    string,
    CipherInfo,
  ],
])
const known = (name: string): CipherInfo | undefined =>
  CIPHERS.get(
    name
      .toLowerCase()
      .replace(/^aes(\d)/, 'aes-$1')
      .replace(/^id-aes(\d+)-gcm$/i, 'aes-$1-gcm'),
  )
export const getCiphers = (): string[] => [...CIPHERS.keys()]
export function getCipherInfo(name: string | number, wanted: { keyLength?: number; ivLength?: number } = {}) {
  const info = typeof name === 'number' ? [...CIPHERS.values()].find(({ nid }) => nid === name) : known(name)
  if (!info || (wanted.keyLength !== undefined && wanted.keyLength !== info.keyLength)) return undefined
  return wanted.ivLength !== undefined && info.mode !== 'gcm' && wanted.ivLength !== info.ivLength
    ? undefined
    : { ...info }
}

const providerError = (number: string, reason: string): Error =>
  Object.assign(new Error(`error:${number}:Provider routines::${reason}`), {
    library: 'Provider routines',
    reason,
    code: `ERR_OSSL_${reason.toUpperCase().replaceAll(' ', '_')}`,
  })
const rawKey = (key: Data | KeyObject): Uint8Array =>
  key instanceof KeyObject ? (key as SecretKeyObject).bytes : bytesOf(key)

/** A cipher of node's crypto, and a stream of what it works on. */
export class Cipheriv extends Transform {
  protected readonly way: 'encrypt' | 'decrypt' = 'encrypt'
  private readonly info: CipherInfo
  private readonly key: string
  private iv: Uint8Array
  /** What is not given back yet of a cipher of blocks, all of what was fed otherwise. */
  private held: Uint8Array = new Uint8Array(0)
  private given = 0
  private more: Uint8Array = new Uint8Array(0)
  private padded = true
  private over = false
  protected tag: Uint8Array | undefined

  constructor(name: string, key: Data | KeyObject, iv: Data | null, _options?: object) {
    super({
      transform: (chunk, encoding, done) => settle(this, () => this.update(chunk, encoding), done),
      flush: (done) => settle(this, () => this.final(), done),
    })
    if (typeof name !== 'string') throw invalidType('cipher', 'of type string', name)
    const info = known(name)
    if (!info) throw nodeError(Error, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher')
    const bytes = rawKey(key)
    if (bytes.length !== info.keyLength) throw nodeError(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length')
    this.iv = iv === null || iv === undefined ? new Uint8Array(0) : bytesOf(iv).slice()
    const fits = info.mode === 'gcm' ? this.iv.length > 0 : this.iv.length === (info.ivLength ?? this.iv.length)
    if (!fits) throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector')
    this.info = info
    this.key = base64(bytes)
  }

  private get authenticated(): boolean {
    return this.info.mode === 'gcm' || this.info.mode === 'stream'
  }

  private run(way: string, bytes: Uint8Array, bare = true): Uint8Array {
    return callSync('cipher', [this.info.name, way, this.key, base64(this.iv), base64(this.more), bare], bytes).bytes
  }

  update(data: Data | ArrayBufferView, encoding?: string, output?: string): Buffer | string {
    if (typeof data !== 'string' && !ArrayBuffer.isView(data))
      throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data)
    if (this.over) throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'Trying to add data in unsupported state')
    this.held = Buffer.concat([this.held, bytesOf(data, encoding)])
    return shown(BLOCKS.has(this.info.mode) ? this.blocks() : this.stream(), output)
  }

  /** Whole blocks; the last one may have to be looked at for its padding. */
  private blocks(): Uint8Array {
    const kept = this.way === 'decrypt' && this.padded ? 1 : 0
    const length = Math.max(0, Math.floor((this.held.length - kept) / BLOCK) * BLOCK)
    if (length === 0) return new Uint8Array(0)
    const input = this.held.slice(0, length)
    const output = this.run(this.way, input).slice()
    this.held = this.held.slice(length)
    if (this.info.mode === 'cbc') this.iv = (this.way === 'encrypt' ? output : input).slice(-BLOCK)
    return output
  }

  /** Such a cipher does the same to each byte wherever the text ends. */
  private stream(): Uint8Array {
    const way = this.info.mode === 'cfb' ? this.way : 'encrypt'
    const from = this.given
    this.given = this.held.length
    return this.run(way, this.held).slice(from, this.held.length)
  }

  final(output?: string): Buffer | string {
    if (this.over) throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'Unsupported state')
    this.over = true
    if (BLOCKS.has(this.info.mode)) return shown(this.lastBlock(), output)
    if (this.authenticated) this.authenticate()
    return shown(new Uint8Array(0), output)
  }

  private lastBlock(): Uint8Array {
    if (!this.padded && this.held.length === 0) return this.held
    if (!this.padded || (this.way === 'decrypt' && this.held.length !== BLOCK))
      throw providerError('1C80006B', 'wrong final block length')
    try {
      return this.run(this.way, this.held, false)
    } catch {
      throw providerError('1C800064', 'bad decrypt')
    }
  }

  private authenticate(): void {
    if (this.way === 'encrypt') {
      this.tag = this.run('encrypt', this.held).slice(-TAG_BYTES)
      return
    }
    try {
      this.run('decrypt', Buffer.concat([this.held, this.tag ?? new Uint8Array(0)]))
    } catch {
      throw new Error('Unsupported state or unable to authenticate data')
    }
  }

  setAAD(data: Data, _options?: object): this {
    this.more = bytesOf(data).slice()
    return this
  }
  setAutoPadding(padded = true): this {
    this.padded = padded
    return this
  }
  getAuthTag(): Buffer {
    if (!this.tag || this.way === 'decrypt')
      throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation getAuthTag')
    return Buffer.from(this.tag)
  }
}

export class Decipheriv extends Cipheriv {
  protected override readonly way = 'decrypt'
  setAuthTag(tag: Data, encoding?: string): this {
    const bytes = bytesOf(tag, encoding).slice()
    if (bytes.length < 4 || bytes.length > TAG_BYTES)
      throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${bytes.length}`)
    this.tag = bytes
    return this
  }
}

const shown = (bytes: Uint8Array, encoding?: string): Buffer | string => {
  const buffer = Buffer.from(bytes)
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding)
}
function settle(stream: Transform, work: () => Buffer | string, done: (error?: Error | null) => void): void {
  try {
    const out = work()
    if (out.length > 0) stream.push(out)
    done()
  } catch (error) {
    done(error as Error)
  }
}

type Given = [name: string, key: Data | KeyObject, iv: Data | null, options?: object]
export const createCipheriv = (...given: Given): Cipheriv => new Cipheriv(...given)
export const createDecipheriv = (...given: Given): Decipheriv => new Decipheriv(...given)

interface ScryptOptions {
  readonly N?: number
  readonly cost?: number
  readonly r?: number
  readonly blockSize?: number
  readonly p?: number
  readonly parallelization?: number
}
/** RFC 7914. */
export function scryptSync(password: Data, salt: Data, length: number, options: ScryptOptions = {}): Buffer {
  const { N = options.cost ?? 16_384, r = options.blockSize ?? 8, p = options.parallelization ?? 1 } = options
  return Buffer.from(callSync('scrypt', [base64(salt), length, N, r, p], bytesOf(password)).bytes)
}
