import { Buffer } from 'buffer'
import { invalidType, nodeError, received } from './errors.ts'
import { callSync } from './host.ts'
import { loop } from './loop.ts'

export type Data = string | Uint8Array | ArrayBuffer
export const bytesOf = (data: Data | ArrayBufferView, encoding?: string): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data, encoding)
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}
export const base64 = (data: Data | ArrayBufferView): string => Buffer.from(bytesOf(data)).toString('base64')
/** @see KEY_CALLS of the program's side */
export const askKeys = (call: string, args: readonly unknown[], bytes?: Uint8Array) =>
  callSync('key', [call, ...args], bytes)

/** What the program's side tells of a key. */
export interface ToldKey {
  readonly type: 'public' | 'private'
  readonly kind: string
  readonly der: string
  readonly details: { readonly modulusLength?: number; readonly publicExponent?: string; readonly namedCurve?: string }
}
interface ExportOptions {
  readonly format?: 'pem' | 'der' | 'jwk' | 'buffer'
  readonly type?: 'spki' | 'pkcs8' | 'pkcs1' | 'sec1'
  readonly cipher?: string
  readonly passphrase?: Data
}
export type KeyLike = Data | KeyObject | (ExportOptions & { readonly key?: unknown; readonly [more: string]: unknown })

const KIND: unique symbol = Symbol('kKeyType')
/** A key as scripts hold it. https://nodejs.org/api/crypto.html#class-keyobject */
export class KeyObject {
  readonly [KIND]: 'secret' | 'public' | 'private'
  constructor(type: 'secret' | 'public' | 'private') {
    this[KIND] = type
  }
  get type(): 'secret' | 'public' | 'private' {
    return this[KIND]
  }
  static from(key: { readonly [HIDDEN]: KeyObject }): KeyObject {
    return key[HIDDEN]
  }
  equals(other: KeyObject): boolean {
    if (!(other instanceof KeyObject)) throw invalidType('otherKeyObject', 'an instance of KeyObject', other)
    return this.type === other.type && Buffer.from(identityOf(this)).equals(identityOf(other))
  }
  toCryptoKey(): never {
    throw nodeError(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The toCryptoKey() method is not implemented')
  }
  get [Symbol.toStringTag](): string {
    return 'KeyObject'
  }
}
/** What a CryptoKey keeps. */
export const HIDDEN = Symbol('kKeyObject')
const identityOf = (key: KeyObject): Uint8Array =>
  key instanceof SecretKeyObject ? key.bytes : Buffer.from((key as AsymmetricKeyObject).told.der, 'base64')

export class SecretKeyObject extends KeyObject {
  readonly #bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    super('secret')
    this.#bytes = bytes
  }
  get bytes(): Uint8Array {
    return this.#bytes
  }
  get symmetricKeySize(): number {
    return this.#bytes.length
  }
  export({ format }: ExportOptions = {}): Buffer | object {
    if (format !== 'jwk') return Buffer.from(this.#bytes.slice())
    return { kty: 'oct', k: Buffer.from(this.#bytes).toString('base64url') }
  }
}

export class AsymmetricKeyObject extends KeyObject {
  readonly #told: ToldKey
  constructor(told: ToldKey) {
    super(told.type)
    this.#told = told
  }
  get told(): ToldKey {
    return this.#told
  }
  get asymmetricKeyType(): string {
    return this.#told.kind
  }
  get asymmetricKeyDetails(): object {
    const { publicExponent, ...rest } = this.#told.details
    return publicExponent === undefined ? rest : { ...rest, publicExponent: BigInt(publicExponent) }
  }
  export(options: ExportOptions = {}): string | Buffer | object {
    const { format, type = this.type === 'public' ? 'spki' : 'pkcs8', passphrase } = options
    if (format !== 'jwk' && options.type === undefined) throw invalidProperty('options.type', options.type)
    if (format !== 'jwk' && format !== 'pem' && format !== 'der') throw invalidProperty('options.format', format)
    const hidden = passphrase === undefined ? {} : { passphrase: Buffer.from(passphrase as string).toString() }
    const { value, bytes } = askKeys('write', [this.type, this.#told.der, { format, type, ...hidden }])
    return format === 'der' ? Buffer.from(bytes) : (value as string | object)
  }
}
export class PublicKeyObject extends AsymmetricKeyObject {}
export class PrivateKeyObject extends AsymmetricKeyObject {}
export const keyObject = (told: ToldKey): AsymmetricKeyObject =>
  told.type === 'public' ? new PublicKeyObject(told) : new PrivateKeyObject(told)

const invalidProperty = (name: string, value: unknown): Error =>
  nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The property '${name}' is invalid. Received ${String(value)}`)

interface Read {
  readonly format: string
  readonly type?: string | undefined
  readonly passphrase?: string
  readonly jwk?: object
}

const noKey = (type: string): Error =>
  Object.assign(
    new Error(
      type === 'private'
        ? 'error:1E08010C:DECODER routines::unsupported'
        : 'error:1E08010C:DECODER routines::unsupported',
    ),
    { library: 'DECODER routines', reason: 'unsupported', code: 'ERR_OSSL_UNSUPPORTED' },
  )

function readWith(read: Read, bytes: Uint8Array, wanted: 'public' | 'private'): AsymmetricKeyObject {
  const told = askKeys('read', [read], bytes).value as ToldKey | 'passphrase' | 'wrong passphrase' | null
  if (told === 'passphrase')
    throw Object.assign(new Error('error:07880109:common libcrypto routines::interrupted or cancelled'), {
      library: 'common libcrypto routines',
      reason: 'interrupted or cancelled',
      code: 'ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED',
    })
  if (told === 'wrong passphrase')
    throw Object.assign(new Error('error:1C800064:Provider routines::bad decrypt'), {
      ...{ library: 'Provider routines', reason: 'bad decrypt', code: 'ERR_OSSL_BAD_DECRYPT' },
    })
  if (!told) throw noKey(wanted)
  if (wanted === 'private' && told.type !== 'private') throw noKey(wanted)
  return keyObject(told)
}

const publicOf = (key: AsymmetricKeyObject): AsymmetricKeyObject =>
  key.type === 'public' ? key : keyObject(askKeys('public', [key.type, key.told.der]).value as ToldKey)

const KEY_KINDS = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey'

/** A key in any of the forms that functions take. */
export function asymmetricKey(given: KeyLike, wanted: 'public' | 'private'): AsymmetricKeyObject {
  const found = readAny(given, wanted)
  return wanted === 'public' ? publicOf(found) : found
}

function readAny(given: KeyLike, wanted: 'public' | 'private'): AsymmetricKeyObject {
  const hidden = (given as { [HIDDEN]?: KeyObject } | null)?.[HIDDEN]
  if (hidden) return readAny(hidden as KeyLike, wanted)
  if (given instanceof AsymmetricKeyObject) {
    if (wanted === 'private' && given.type === 'public')
      throw nodeError(
        TypeError,
        'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE',
        'Invalid key object type public, expected private.',
      )
    return given
  }
  if (given instanceof SecretKeyObject) {
    const words = `Invalid key object type secret, expected ${wanted === 'private' ? 'private' : 'private or public'}.`
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', words)
  }
  if (typeof given === 'string' || ArrayBuffer.isView(given) || given instanceof ArrayBuffer)
    return readWith({ format: 'pem' }, bytesOf(given as Data), wanted)
  if (typeof given !== 'object' || given === null || !('key' in given)) throw invalidType('key', KEY_KINDS, given)
  const { key, format = 'pem', type, passphrase } = given
  if (key instanceof KeyObject) return readAny(key as KeyLike, wanted)
  if (format === 'jwk') return readWith({ format, jwk: key as object }, new Uint8Array(0), wanted)
  if (typeof key !== 'string' && !ArrayBuffer.isView(key) && !(key instanceof ArrayBuffer))
    return readAny(key as KeyLike, wanted)
  const secret = passphrase === undefined ? {} : { passphrase: Buffer.from(passphrase as string).toString() }
  return readWith({ format, type, ...secret }, bytesOf(key as Data), wanted)
}

export function createSecretKey(data: Data, encoding?: string): SecretKeyObject {
  if (typeof data !== 'string' && !ArrayBuffer.isView(data) && !((data as unknown) instanceof ArrayBuffer))
    throw invalidType('key', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', data)
  return new SecretKeyObject(bytesOf(data, encoding).slice())
}

// Pairs ----------------------------------------------------------------------------------------------------------------

interface PairOptions {
  readonly modulusLength?: number
  readonly publicExponent?: number
  readonly namedCurve?: string
  readonly publicKeyEncoding?: ExportOptions
  readonly privateKeyEncoding?: ExportOptions
}
interface Pair {
  readonly publicKey: unknown
  readonly privateKey: unknown
}
const KINDS = ['rsa', 'rsa-pss', 'ec', 'ed25519', 'x25519']

export function generateKeyPairSync(kind: string, options: PairOptions = {}): Pair {
  if (typeof kind !== 'string') throw invalidType('type', 'of type string', kind)
  if (!KINDS.includes(kind))
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      `The argument 'type' must be a supported key type. Received '${kind}'`,
    )
  if (kind.startsWith('rsa') && typeof options.modulusLength !== 'number')
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "options.modulusLength" property must be of type number. Received ${received(options.modulusLength)}`,
    )
  const { modulusLength, publicExponent, namedCurve } = options
  const asked = { kind: kind.replace('-pss', ''), modulusLength, publicExponent, namedCurve }
  const key = made(asked, namedCurve)
  const [open, secret] = [options.publicKeyEncoding, options.privateKeyEncoding]
  const publicKey = publicOf(key)
  return {
    publicKey: open ? publicKey.export(open) : publicKey,
    privateKey: secret ? key.export(secret) : key,
  }
}

function made(asked: object, curve: string | undefined): AsymmetricKeyObject {
  try {
    return keyObject(askKeys('make', [asked]).value as ToldKey)
  } catch (error) {
    if (curve === undefined) throw error
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_CURVE', 'Invalid EC curve name')
  }
}

type Taken = (error: Error | null, publicKey?: unknown, privateKey?: unknown) => void
export function generateKeyPair(kind: string, options: PairOptions | Taken, callback?: Taken): void {
  const take = (typeof options === 'function' ? options : callback) as Taken
  const { publicKey, privateKey } = generateKeyPairSync(kind, typeof options === 'function' ? {} : options)
  loop.immediate(take as never, [null, publicKey, privateKey])
}
Object.defineProperty(generateKeyPair, Symbol.for('nodejs.util.promisify.custom'), {
  value: (kind: string, options: PairOptions) =>
    new Promise((resolve) => {
      const pair = generateKeyPairSync(kind, options)
      loop.immediate(resolve as never, [pair])
    }),
})

export function generateKeySync(kind: 'hmac' | 'aes', { length }: { length: number }): SecretKeyObject {
  if (kind === 'aes' && ![128, 192, 256].includes(length))
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      `The property 'options.length' must be one of: 128, 192, 256. Received ${String(length)}`,
    )
  return new SecretKeyObject(callSync('random', [Math.floor(length / 8)]).bytes.slice())
}
export function generateKey(kind: 'hmac' | 'aes', options: { length: number }, callback: (...args: unknown[]) => void) {
  const key = generateKeySync(kind, options)
  loop.immediate(callback, [null, key])
}
