import { Buffer } from 'buffer'
import { Writable } from 'readable-stream'
import { getHashes, plainName } from './hashes.ts'
import { invalidType, nodeError } from './errors.ts'
import { askKeys, asymmetricKey, base64, bytesOf, type Data, type KeyLike } from './keys.ts'
import { loop } from './loop.ts'

/** RSA_PKCS1_PSS_PADDING and the lengths of salts that stand for one. */
const PSS = 6
const SALTS: Readonly<Record<number, number | undefined>> = { [-1]: undefined, [-2]: undefined }

interface Options {
  readonly padding?: number
  readonly saltLength?: number
  readonly dsaEncoding?: 'der' | 'ieee-p1363'
}

function optionsOf(hash: string | null | undefined, given: KeyLike): object {
  const { padding, saltLength = -1, dsaEncoding } = (typeof given === 'object' ? given : {}) as Options
  const salt = saltLength in SALTS ? {} : { saltLength }
  return {
    ...(hash === null || hash === undefined ? {} : { hash: plainName(hash) }),
    ...(padding === PSS && { pss: true, ...salt }),
    ...(dsaEncoding === 'ieee-p1363' && { plain: true }),
  }
}

function checkHash(hash: string | null | undefined): void {
  if (hash === null || hash === undefined || getHashes().includes(plainName(hash))) return
  throw nodeError(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${hash}`)
}

type Done<T> = (error: Error | null, result?: T) => void
function later<T>(result: T, callback: Done<T> | undefined): T | undefined {
  if (!callback) return result
  loop.immediate(callback as never, [null, result])
  return undefined
}

export function sign(hash: string | null, data: Data, key: KeyLike, callback?: Done<Buffer>): Buffer | undefined {
  checkHash(hash)
  if (key === undefined || key === null) throw invalidType('key', KEY_WORDS, key)
  const { type, told } = asymmetricKey(key, 'private')
  return later(Buffer.from(askKeys('sign', [type, told.der, optionsOf(hash, key)], bytesOf(data)).bytes), callback)
}
const KEY_WORDS = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey'

export function verify(
  hash: string | null,
  data: Data,
  key: KeyLike,
  signature: Data,
  callback?: Done<boolean>,
): boolean | undefined {
  checkHash(hash)
  const { type, told } = asymmetricKey(key, 'public')
  const given = [type, told.der, optionsOf(hash, key), base64(signature)]
  return later(askKeys('verify', given, bytesOf(data)).value as boolean, callback)
}

/** What Sign and Verify share: they gather what is written. */
class Gatherer extends Writable {
  protected readonly hash: string
  private readonly parts: Uint8Array[] = []
  constructor(hash: string) {
    super({
      write: (chunk, _encoding, done) => {
        this.parts.push(chunk.slice())
        done()
      },
    })
    if (typeof hash !== 'string') throw invalidType('algorithm', 'of type string', hash)
    if (!getHashes().includes(plainName(hash))) throw nodeError(Error, 'ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest')
    this.hash = hash
  }
  update(data: Data, encoding?: string): this {
    if (typeof data !== 'string' && !ArrayBuffer.isView(data))
      throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data)
    this.parts.push(bytesOf(data, encoding).slice())
    return this
  }
  protected get gathered(): Uint8Array {
    return Buffer.concat(this.parts)
  }
}

export class Sign extends Gatherer {
  sign(key: KeyLike, encoding?: string): Buffer | string {
    if (!key) throw nodeError(Error, 'ERR_CRYPTO_SIGN_KEY_REQUIRED', 'No key provided to sign')
    const signature = sign(this.hash, this.gathered, key) as Buffer
    return encoding === undefined || encoding === 'buffer' ? signature : signature.toString(encoding)
  }
}
export class Verify extends Gatherer {
  verify(key: KeyLike, signature: Data, encoding?: string): boolean {
    return verify(this.hash, this.gathered, key, bytesOf(signature, encoding)) as boolean
  }
}

// RSA as a cipher ------------------------------------------------------------------------------------------------------

const OAEP = 4
interface CryptGiven {
  readonly padding?: number
  readonly oaepHash?: string
  readonly oaepLabel?: Data
}
const crypt =
  (way: 'publicEncrypt' | 'privateDecrypt' | 'privateEncrypt' | 'publicDecrypt') =>
  (given: KeyLike, data: Data): Buffer => {
    const { padding, oaepHash = 'sha1', oaepLabel = '' } = (typeof given === 'object' ? given : {}) as CryptGiven
    const hidden = way.startsWith('private')
    const { type, told } = asymmetricKey(given, hidden ? 'private' : 'public')
    const oaep = (padding ?? (/^p\w+Encrypt$/.test(way) && hidden ? 1 : way === 'publicDecrypt' ? 1 : OAEP)) === OAEP
    const options = { way, oaep, hash: plainName(oaepHash), label: base64(oaepLabel) }
    try {
      return Buffer.from(askKeys('crypt', [type, told.der, options], bytesOf(data)).bytes)
    } catch {
      throw cryptFailure(way, oaep)
    }
  }
function cryptFailure(way: string, oaep: boolean): Error {
  const [code, reason] = way.endsWith('Encrypt')
    ? ['0200006E', 'data too large for key size']
    : oaep
      ? ['02000079', 'oaep decoding error']
      : ['0200009F', 'pkcs decoding error']
  const name = `ERR_OSSL_RSA_${(reason ?? '').toUpperCase().replaceAll(' ', '_')}`
  const more = { library: 'rsa routines', reason, code: name }
  return Object.assign(new Error(`error:${code}:rsa routines::${reason}`), more)
}
export const publicEncrypt = crypt('publicEncrypt')
export const publicDecrypt = crypt('publicDecrypt')
export const privateEncrypt = crypt('privateEncrypt')
export const privateDecrypt = crypt('privateDecrypt')
