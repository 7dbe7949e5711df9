import { Buffer } from 'buffer'
import { nodeError } from './errors.ts'
import { Hash, Hmac } from './hashes.ts'
import { callSync } from './host.ts'

type Bytes = ArrayBuffer | ArrayBufferView
type Algorithm = string | { readonly name: string; readonly hash?: Algorithm }
interface Key {
  readonly type: 'secret'
  readonly algorithm: { readonly name: string; readonly hash: string }
  readonly bytes: Uint8Array
}

const view = (data: Bytes): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
const nameOf = (algorithm: Algorithm | undefined): string =>
  (typeof algorithm === 'string' ? algorithm : (algorithm?.name ?? '')).toUpperCase()
/** `SHA-256` is `sha256` for hashes. */
const hashOf = (algorithm: Algorithm | undefined): string => nameOf(algorithm).replace('-', '').toLowerCase()
const whole = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer as ArrayBuffer

/** PBKDF2, RFC 8018 section 5.2. */
export function pbkdf2(
  password: string | Uint8Array,
  salt: string | Uint8Array,
  iterations: number,
  length: number,
  digest: string,
): Buffer {
  if (!['sha1', 'sha224', 'sha256', 'sha384', 'sha512'].includes(digest))
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${digest}`)
  const given = [digest, Buffer.from(salt as string).toString('base64'), iterations, length]
  return Buffer.from(callSync('pbkdf2', given, Buffer.from(password as string)).bytes)
}

const unsupported = (algorithm: Algorithm): never => {
  throw nodeError(Error, 'ERR_CRYPTO_UNSUPPORTED_OPERATION', `Unrecognized algorithm name ${nameOf(algorithm)}`)
}

/** As much of Web Crypto as clients of databases sign in with: digests, HMAC and PBKDF2. */
export const subtle = {
  async digest(algorithm: Algorithm, data: Bytes): Promise<ArrayBuffer> {
    return whole(new Hash(hashOf(algorithm)).update(view(data)).digest() as Buffer)
  },
  async importKey(format: string, data: Bytes, algorithm: Algorithm): Promise<Key> {
    if (format !== 'raw' || !['HMAC', 'PBKDF2'].includes(nameOf(algorithm))) unsupported(algorithm)
    const hash = typeof algorithm === 'string' ? '' : hashOf(algorithm.hash)
    return { type: 'secret', algorithm: { name: nameOf(algorithm), hash }, bytes: view(data).slice() }
  },
  async sign(_algorithm: Algorithm, key: Key, data: Bytes): Promise<ArrayBuffer> {
    return whole(new Hmac(key.algorithm.hash, key.bytes).update(view(data)).digest() as Buffer)
  },
  async verify(algorithm: Algorithm, key: Key, signature: Bytes, data: Bytes): Promise<boolean> {
    const expected = new Uint8Array(await subtle.sign(algorithm, key, data))
    const given = view(signature)
    return expected.length === given.length && expected.every((byte, i) => byte === given[i])
  },
  async deriveBits(
    { hash, salt, iterations }: { hash: Algorithm; salt: Bytes; iterations: number },
    key: Key,
    bits: number,
  ): Promise<ArrayBuffer> {
    return whole(pbkdf2(key.bytes, view(salt), iterations, bits / 8, hashOf(hash)))
  },
}
