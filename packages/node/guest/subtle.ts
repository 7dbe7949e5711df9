import { Buffer } from 'buffer'
import { createCipheriv, createDecipheriv } from './ciphers.ts'
import { nodeError } from './errors.ts'
import { Hash, Hmac } from './hashes.ts'
import { callSync } from './host.ts'
import { customInspect, inspect } from './inspect.ts'
import {
  askKeys,
  asymmetricKey,
  type AsymmetricKeyObject,
  bytesOf,
  createSecretKey,
  type Data,
  generateKeyPairSync,
  HIDDEN,
  type KeyObject,
  SecretKeyObject,
} from './keys.ts'
import { privateDecrypt, publicEncrypt, sign, verify } from './signing.ts'
import { DOMException_ } from './web-events.ts'

type Bytes = ArrayBuffer | ArrayBufferView
type Named = string | (Parameters_ & { readonly name: string })
interface Parameters_ {
  readonly hash?: Named
  readonly length?: number
  readonly namedCurve?: string
  readonly modulusLength?: number
  readonly publicExponent?: Uint8Array
  readonly iv?: Bytes
  readonly counter?: Bytes
  readonly additionalData?: Bytes
  readonly salt?: Bytes
  readonly info?: Bytes
  readonly iterations?: number
  readonly saltLength?: number
  readonly public?: CryptoKey
}
type Algorithm = Parameters_ & { readonly name: string }

const view = (data: Bytes): Uint8Array => bytesOf(data as Data)
const whole = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer as ArrayBuffer
const NAMES = [
  ...['AES-GCM', 'AES-CBC', 'AES-CTR', 'AES-KW', 'HMAC', 'PBKDF2', 'HKDF', 'ECDSA', 'ECDH', 'Ed25519', 'X25519'],
  ...['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'],
]
const failure = (name: string, message: string): Error => new DOMException_(message, name)

function algorithmOf(given: Named): Algorithm {
  const name = typeof given === 'string' ? given : given.name
  const known = NAMES.find((each) => each.toLowerCase() === String(name).toLowerCase())
  if (known === undefined) throw failure('NotSupportedError', 'Unrecognized algorithm name')
  return typeof given === 'string' ? { name: known } : { ...given, name: known }
}
/** `SHA-256` is `sha256` for hashes. */
const hashOf = (given: Named | undefined): string =>
  algorithmOf(given ?? 'SHA-256')
    .name.replace('-', '')
    .toLowerCase()

/** https://w3c.github.io/webcrypto/#cryptokey-interface */
export class CryptoKey {
  readonly #type: string
  readonly #extractable: boolean
  readonly #algorithm: object
  readonly #usages: readonly string[]
  declare readonly [HIDDEN]: KeyObject
  constructor(key: KeyObject, algorithm: object, extractable: boolean, usages: readonly string[]) {
    Object.defineProperty(this, HIDDEN, { value: key })
    this.#type = key.type
    this.#algorithm = algorithm
    this.#extractable = extractable
    this.#usages = usages
  }
  get type(): string {
    return this.#type
  }
  get extractable(): boolean {
    return this.#extractable
  }
  get algorithm(): Algorithm {
    return this.#algorithm as Algorithm
  }
  get usages(): readonly string[] {
    return this.#usages
  }
  [customInspect](_depth: number, options: object): string {
    const { type, extractable, algorithm, usages } = this
    return `CryptoKey ${inspect({ type, extractable, algorithm, usages }, options)}`
  }
}

/** PBKDF2, RFC 8018 section 5.2. */
export function pbkdf2(password: Data, salt: Data, iterations: number, length: number, digest: string): Buffer {
  if (!['sha1', 'sha224', 'sha256', 'sha384', 'sha512'].includes(digest))
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${digest}`)
  const given = [digest, Buffer.from(bytesOf(salt)).toString('base64'), iterations, length]
  return Buffer.from(callSync('pbkdf2', given, bytesOf(password)).bytes)
}
function hkdf(digest: string, key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64')
  return callSync('hkdf', [digest, base64(salt), base64(info), length], key).bytes.slice()
}

const isRsa = (name: string): boolean => name.startsWith('RSA')
const PUBLIC_USAGES = ['encrypt', 'verify', 'wrapKey']
const secretBytes = (key: CryptoKey): Uint8Array => (key[HIDDEN] as SecretKeyObject).bytes

/** What a key tells of itself. */
function described(algorithm: Algorithm, key: KeyObject): object {
  const { name, hash, namedCurve } = algorithm
  const hashed = hash === undefined ? {} : { hash: { name: algorithmOf(hash).name } }
  if (isRsa(name)) {
    const { modulusLength, publicExponent = 65537n } = (key as AsymmetricKeyObject).asymmetricKeyDetails as {
      modulusLength: number
      publicExponent?: bigint
    }
    const hex = publicExponent.toString(16)
    const exponent = new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
    return { name, modulusLength, publicExponent: exponent, ...hashed }
  }
  if (namedCurve !== undefined) return { name, namedCurve }
  if (!(key instanceof SecretKeyObject)) return { name }
  if (name.startsWith('AES')) return { name, length: key.bytes.length * 8 }
  return name === 'HMAC' ? { name, length: key.bytes.length * 8, ...hashed } : { name }
}

function pair(algorithm: Algorithm, extractable: boolean, usages: readonly string[]): object {
  const { name, modulusLength, namedCurve } = algorithm
  const kind = isRsa(name) ? 'rsa' : namedCurve === undefined ? name.toLowerCase() : 'ec'
  const keys = generateKeyPairSync(kind, {
    ...(modulusLength !== undefined && { modulusLength }),
    ...(namedCurve !== undefined && { namedCurve }),
  }) as { publicKey: KeyObject; privateKey: KeyObject }
  const made = (key: KeyObject, own: boolean): CryptoKey =>
    new CryptoKey(
      key,
      described(algorithm, key),
      own || extractable,
      usages.filter((usage) => PUBLIC_USAGES.includes(usage) === own),
    )
  return { publicKey: made(keys.publicKey, true), privateKey: made(keys.privateKey, false) }
}

const BLOCK_BITS: Readonly<Record<string, number>> = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 }
const ALGS: Readonly<Record<string, string>> = { 'AES-GCM': 'GCM', 'AES-CBC': 'CBC', 'AES-CTR': 'CTR', 'AES-KW': 'KW' }

function jwkName({ name, length, hash }: Algorithm): string | undefined {
  if (ALGS[name] !== undefined) return `A${length}${ALGS[name]}`
  if (hash === undefined) return undefined
  const bits = algorithmOf(hash).name.slice(4)
  return { HMAC: `HS${bits}`, 'RSASSA-PKCS1-v1_5': `RS${bits}`, 'RSA-PSS': `PS${bits}` }[name]
}

interface Kind {
  readonly encrypt: (algorithm: Algorithm, key: CryptoKey, data: Uint8Array) => Uint8Array
  readonly decrypt: (algorithm: Algorithm, key: CryptoKey, data: Uint8Array) => Uint8Array
}
const aes = (mode: string, key: CryptoKey): string => `aes-${secretBytes(key).length * 8}-${mode}`
const through =
  (mode: string, iv: (algorithm: Algorithm) => Bytes | undefined): Kind['encrypt'] =>
  (algorithm, key, data) => {
    const cipher = createCipheriv(aes(mode, key), secretBytes(key), view(iv(algorithm) ?? new Uint8Array(16)))
    return Buffer.concat([cipher.update(data) as Buffer, cipher.final() as Buffer])
  }
const back =
  (mode: string, iv: (algorithm: Algorithm) => Bytes | undefined): Kind['decrypt'] =>
  (algorithm, key, data) => {
    const cipher = createDecipheriv(aes(mode, key), secretBytes(key), view(iv(algorithm) ?? new Uint8Array(16)))
    return Buffer.concat([cipher.update(data) as Buffer, cipher.final() as Buffer])
  }
const TAG = 16
const KINDS: Readonly<Record<string, Kind>> = {
  'AES-CBC': { encrypt: through('cbc', ({ iv }) => iv), decrypt: back('cbc', ({ iv }) => iv) },
  'AES-CTR': { encrypt: through('ctr', ({ counter }) => counter), decrypt: back('ctr', ({ counter }) => counter) },
  'AES-GCM': {
    encrypt: ({ iv, additionalData }, key, data) => {
      const cipher = createCipheriv(aes('gcm', key), secretBytes(key), view(iv ?? new Uint8Array(12)))
      if (additionalData) cipher.setAAD(view(additionalData))
      return Buffer.concat([cipher.update(data) as Buffer, cipher.final() as Buffer, cipher.getAuthTag()])
    },
    decrypt: ({ iv, additionalData }, key, data) => {
      const cipher = createDecipheriv(aes('gcm', key), secretBytes(key), view(iv ?? new Uint8Array(12)))
      if (additionalData) cipher.setAAD(view(additionalData))
      cipher.setAuthTag(data.slice(-TAG))
      return Buffer.concat([cipher.update(data.slice(0, -TAG)) as Buffer, cipher.final() as Buffer])
    },
  },
  'RSA-OAEP': {
    encrypt: (_, key, data) => publicEncrypt({ key: key[HIDDEN], oaepHash: hashOf(key.algorithm.hash) } as never, data),
    decrypt: (_, key, data) =>
      privateDecrypt({ key: key[HIDDEN], oaepHash: hashOf(key.algorithm.hash) } as never, data),
  },
}

function crypt(way: 'encrypt' | 'decrypt', given: Named, key: CryptoKey, data: Bytes): ArrayBuffer {
  const algorithm = algorithmOf(given)
  allowed(algorithm, key, way)
  const run = KINDS[algorithm.name]?.[way]
  if (!run) throw failure('NotSupportedError', 'Unrecognized algorithm name')
  try {
    return whole(run(algorithm, key, view(data)))
  } catch (error) {
    throw Object.assign(failure('OperationError', 'The operation failed for an operation-specific reason'), {
      cause: error,
    })
  }
}

function allowed({ name }: Algorithm, key: CryptoKey, usage: string): void {
  if (key.algorithm.name !== name) throw failure('InvalidAccessError', 'Key algorithm mismatch')
  if (!key.usages.includes(usage)) throw failure('InvalidAccessError', `Unable to use this key to ${usage}`)
}

function signOptions(algorithm: Algorithm, key: CryptoKey): readonly [string | null, object] {
  const { name } = algorithm
  if (name === 'ECDSA') return [hashOf(algorithm.hash), { key: key[HIDDEN], dsaEncoding: 'ieee-p1363' }]
  if (name === 'RSA-PSS')
    return [hashOf(key.algorithm.hash), { key: key[HIDDEN], padding: 6, saltLength: algorithm.saltLength }]
  return [isRsa(name) ? hashOf(key.algorithm.hash) : null, { key: key[HIDDEN] }]
}

function derive(given: Named, key: CryptoKey, bits: number): ArrayBuffer {
  const algorithm = algorithmOf(given)
  const { name, salt = new Uint8Array(0), info = new Uint8Array(0), iterations = 1, hash } = algorithm
  if (name === 'PBKDF2') return whole(pbkdf2(secretBytes(key), view(salt), iterations, bits / 8, hashOf(hash)))
  if (name === 'HKDF') return whole(hkdf(hashOf(hash), secretBytes(key), view(salt), view(info), bits / 8))
  const [own, other] = [key[HIDDEN], algorithm.public?.[HIDDEN]] as AsymmetricKeyObject[]
  const shared = askKeys('agree', [own?.told.der, other?.told.der]).bytes
  return whole(bits > 0 ? shared.slice(0, Math.ceil(bits / 8)) : shared)
}

/** Web Crypto. https://w3c.github.io/webcrypto/ */
export class SubtleCrypto {
  async digest(algorithm: Named, data: Bytes): Promise<ArrayBuffer> {
    return whole(new Hash(hashOf(algorithm)).update(view(data)).digest() as Buffer)
  }

  async generateKey(given: Named, extractable: boolean, usages: readonly string[]): Promise<object> {
    const algorithm = algorithmOf(given)
    if (usages.length === 0) throw failure('SyntaxError', 'Usages cannot be empty when creating a key.')
    const { name, length, hash } = algorithm
    if (!name.startsWith('AES') && name !== 'HMAC') return pair(algorithm, extractable, usages)
    const bits = length ?? (hash === undefined ? 256 : (BLOCK_BITS[algorithmOf(hash).name] ?? 512))
    const key = createSecretKey(callSync('random', [bits / 8]).bytes)
    return new CryptoKey(key, described(algorithm, key), extractable, usages)
  }

  async importKey(
    format: string,
    data: Bytes | Record<string, string>,
    given: Named,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey> {
    const algorithm = algorithmOf(given)
    const key = imported(format, data, algorithm)
    return new CryptoKey(key, described(algorithm, key), extractable, usages)
  }

  async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer | object> {
    if (!key.extractable) throw failure('InvalidAccessException', 'key is not extractable')
    const object = key[HIDDEN]
    if (format === 'jwk') {
      const alg = jwkName(key.algorithm)
      const jwk = (object as AsymmetricKeyObject).export({ format: 'jwk' }) as object
      const { name } = key.algorithm
      return {
        key_ops: [...key.usages],
        ext: true,
        ...jwk,
        ...(alg === undefined ? {} : { alg }),
        ...(name === '' && {}),
      }
    }
    if (object instanceof SecretKeyObject) return whole(object.bytes)
    const asymmetric = object as AsymmetricKeyObject
    if (format === 'raw') {
      const { x = '', y = '' } = asymmetric.export({ format: 'jwk' }) as { x?: string; y?: string }
      const [one, two] = [x, y].map((part) => Buffer.from(part, 'base64url'))
      return whole(
        y === ''
          ? (one ?? Buffer.alloc(0))
          : Buffer.concat([Uint8Array.of(4), one ?? Buffer.alloc(0), two ?? Buffer.alloc(0)]),
      )
    }
    return whole(asymmetric.export({ format: 'der', type: format as 'spki' }) as Buffer)
  }

  async sign(given: Named, key: CryptoKey, data: Bytes): Promise<ArrayBuffer> {
    const algorithm = algorithmOf(given)
    allowed(algorithm, key, 'sign')
    if (algorithm.name === 'HMAC')
      return whole(new Hmac(hashOf(key.algorithm.hash), secretBytes(key)).update(view(data)).digest() as Buffer)
    const [hash, options] = signOptions(algorithm, key)
    return whole(sign(hash, view(data), options as never) as Buffer)
  }
  async verify(given: Named, key: CryptoKey, signature: Bytes, data: Bytes): Promise<boolean> {
    const algorithm = algorithmOf(given)
    allowed(algorithm, key, 'verify')
    const [hash, options] = signOptions(algorithm, key)
    if (algorithm.name !== 'HMAC') return verify(hash, view(data), options as never, view(signature)) as boolean
    const wanted = new Hmac(hashOf(key.algorithm.hash), secretBytes(key)).update(view(data)).digest() as Buffer
    return wanted.equals(view(signature))
  }

  async encrypt(algorithm: Named, key: CryptoKey, data: Bytes): Promise<ArrayBuffer> {
    return crypt('encrypt', algorithm, key, data)
  }
  async decrypt(algorithm: Named, key: CryptoKey, data: Bytes): Promise<ArrayBuffer> {
    return crypt('decrypt', algorithm, key, data)
  }

  async deriveBits(algorithm: Named, key: CryptoKey, bits: number): Promise<ArrayBuffer> {
    return derive(algorithm, key, bits)
  }
  async deriveKey(
    algorithm: Named,
    key: CryptoKey,
    wanted: Named,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey> {
    const { length, hash } = algorithmOf(wanted)
    const bits = length ?? (hash === undefined ? 256 : (BLOCK_BITS[algorithmOf(hash).name] ?? 512))
    return this.importKey('raw', derive(algorithm, key, bits), wanted, extractable, usages)
  }

  async wrapKey(format: string, key: CryptoKey, wrapping: CryptoKey, algorithm: Named): Promise<ArrayBuffer> {
    const exported = await this.exportKey(format, key)
    const bytes = format === 'jwk' ? Buffer.from(JSON.stringify(exported)) : new Uint8Array(exported as ArrayBuffer)
    return whole(
      new Uint8Array(KINDS[algorithmOf(algorithm).name]?.encrypt(algorithmOf(algorithm), wrapping, bytes) ?? []),
    )
  }
  async unwrapKey(
    format: string,
    wrapped: Bytes,
    unwrapping: CryptoKey,
    algorithm: Named,
    ...[own, extractable, usages]: [Named, boolean, readonly string[]]
  ): Promise<CryptoKey> {
    const plain = KINDS[algorithmOf(algorithm).name]?.decrypt(algorithmOf(algorithm), unwrapping, view(wrapped))
    const bytes = plain ?? new Uint8Array(0)
    const data = format === 'jwk' ? (JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>) : bytes
    return this.importKey(format, data, own, extractable, usages)
  }
}

function imported(format: string, data: Bytes | Record<string, string>, algorithm: Algorithm): KeyObject {
  const { name, namedCurve } = algorithm
  const secret = name.startsWith('AES') || ['HMAC', 'PBKDF2', 'HKDF'].includes(name)
  if (format === 'jwk') {
    const jwk = data as Record<string, string>
    if (secret) return createSecretKey(Buffer.from(jwk.k ?? '', 'base64url'))
    return asymmetricKey({ key: jwk, format: 'jwk' } as never, jwk.d === undefined ? 'public' : 'private')
  }
  const bytes = view(data as Bytes)
  if (secret) return createSecretKey(bytes)
  const url = (part: Uint8Array): string => Buffer.from(part).toString('base64url')
  if (format !== 'raw')
    return asymmetricKey({ key: bytes, format: 'der', type: format } as never, format === 'spki' ? 'public' : 'private')
  const half = (bytes.length - 1) / 2
  const jwk =
    namedCurve === undefined
      ? { kty: 'OKP', crv: name, x: url(bytes) }
      : { kty: 'EC', crv: namedCurve, x: url(bytes.slice(1, 1 + half)), y: url(bytes.slice(1 + half)) }
  return asymmetricKey({ key: jwk, format: 'jwk' } as never, 'public')
}

export const subtle = new SubtleCrypto()
