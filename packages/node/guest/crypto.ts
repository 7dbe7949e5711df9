import { Buffer } from 'buffer'
import * as agreement from './agreement.ts'
import { X509Certificate } from './certificates.ts'
import {
  Cipheriv,
  createCipheriv,
  createDecipheriv,
  Decipheriv,
  getCipherInfo,
  getCiphers,
  scryptSync,
} from './ciphers.ts'
import { invalidType, nodeError, outOfRange } from './errors.ts'
import { getHashes, Hash, Hmac } from './hashes.ts'
import { callSync } from './host.ts'
import * as keys from './keys.ts'
import { loop } from './loop.ts'
import * as signing from './signing.ts'
import { CryptoKey, pbkdf2, subtle, SubtleCrypto } from './subtle.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
function randomUUID(): string {
  const bytes = callSync('random', [16]).bytes
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128
  return hex(bytes).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}

type Done<T> = (error: unknown, result?: T) => void
/** Work whose result comes after what runs now. */
function later<T>(work: () => T, callback: Done<T>): void {
  if (typeof callback !== 'function') throw invalidType('callback', 'of type function', callback)
  const result = work()
  loop.immediate(() => callback(null, result), [])
}

function randomBytes(size: number, callback?: Done<Buffer>): Buffer | undefined {
  if (typeof size !== 'number') throw invalidType('size', 'of type number', size)
  if (!(size >= 0 && size <= 2 ** 31 - 1)) throw outOfRange('size', '>= 0 && <= 2147483647', size)
  const bytes = Buffer.from(callSync('random', [size]).bytes)
  if (!callback) return bytes
  loop.immediate(() => callback(null, bytes), [])
  return undefined
}

const LARGEST = 2 ** 48 - 1
/** `[max]`, `[min, max]`, and a function behind them. */
function randomInt(...args: unknown[]): number | undefined {
  const callback = typeof args.at(-1) === 'function' ? (args.pop() as Done<number>) : undefined
  const [min, max] = (args.length < 2 ? [0, args[0]] : args) as [number, number]
  for (const [name, value] of [
    ['min', min],
    ['max', max],
  ] as const)
    if (!Number.isSafeInteger(value)) throw invalidType(name, 'a safe integer', value)
  if (max <= min) throw outOfRange('max', `greater than the value of "min" (${min})`, max)
  if (max - min > LARGEST) throw outOfRange('max - min', `<= ${LARGEST}`, max - min)
  const drawn = callSync('random', [6]).bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const value = min + (drawn % (max - min))
  if (!callback) return value
  loop.immediate(() => callback(null, value), [])
  return undefined
}

function randomFillSync<T extends ArrayBuffer | ArrayBufferView>(into: T, from = 0, size?: number): T {
  const bytes = keys.bytesOf(into as ArrayBuffer)
  const length = size ?? bytes.length - from
  bytes.set(callSync('random', [length]).bytes, from)
  return into
}

function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  const wanted = 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView'
  for (const [name, value] of [
    ['buf1', a],
    ['buf2', b],
  ] as const)
    if (!ArrayBuffer.isView(value) && !((value as unknown) instanceof ArrayBuffer))
      throw invalidType(name, wanted, value)
  const [one, two] = [keys.bytesOf(a), keys.bytesOf(b)]
  if (one.length === two.length) return hex(one) === hex(two)
  throw nodeError(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length')
}

type HkdfArguments = [key: keys.Data, salt: keys.Data, info: keys.Data, length: number]
function hkdfSync(digest: string, ...[key, salt, info, length]: HkdfArguments): ArrayBuffer {
  const secret = key instanceof keys.SecretKeyObject ? key.bytes : keys.bytesOf(key)
  const given = [digest.toLowerCase(), keys.base64(salt), keys.base64(info), length]
  return callSync('hkdf', given, secret).bytes.slice().buffer as ArrayBuffer
}

/** OpenSSL's numbers, as far as functions here take them. */
const constants = {
  ...{ RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6 },
  ...{ RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2 },
  ...{ POINT_CONVERSION_COMPRESSED: 2, POINT_CONVERSION_UNCOMPRESSED: 4, POINT_CONVERSION_HYBRID: 6 },
  ...{ SSL_OP_NO_SSLv2: 0, SSL_OP_NO_SSLv3: 33_554_432, SSL_OP_NO_TLSv1: 67_108_864, SSL_OP_NO_TLSv1_1: 268_435_456 },
  ...{ SSL_OP_NO_TLSv1_2: 134_217_728, SSL_OP_NO_TLSv1_3: 536_870_912, SSL_OP_CIPHER_SERVER_PREFERENCE: 4_194_304 },
  ...{ TLS1_2_VERSION: 771, TLS1_3_VERSION: 772, defaultCoreCipherList: '', defaultCipherList: '' },
}

/** https://w3c.github.io/webcrypto/#crypto-interface */
export class Crypto {
  get subtle(): SubtleCrypto {
    return subtle
  }
  getRandomValues<T extends ArrayBufferView>(into: T): T {
    return randomFillSync(into)
  }
  randomUUID(): string {
    return randomUUID()
  }
}
export const webCrypto = new Crypto()

/** node:crypto */
export const crypto = {
  ...{ Cipheriv, Decipheriv, Hash, Hmac, X509Certificate, KeyObject: keys.KeyObject },
  ...{ Sign: signing.Sign, Verify: signing.Verify, DiffieHellman: agreement.DiffieHellman, ECDH: agreement.ECDH },
  ...{ DiffieHellmanGroup: agreement.DiffieHellman, constants, subtle, webcrypto: webCrypto },
  ...{ randomBytes, pseudoRandomBytes: randomBytes, randomUUID, randomInt, randomFillSync, timingSafeEqual, hkdfSync },
  ...{ createCipheriv, createDecipheriv, getCiphers, getCipherInfo, getHashes, scryptSync, pbkdf2Sync: pbkdf2 },
  ...{ sign: signing.sign, verify: signing.verify, publicEncrypt: signing.publicEncrypt },
  ...{ publicDecrypt: signing.publicDecrypt, privateEncrypt: signing.privateEncrypt },
  ...{ privateDecrypt: signing.privateDecrypt, createSecretKey: keys.createSecretKey },
  ...{ generateKeyPair: keys.generateKeyPair, generateKeyPairSync: keys.generateKeyPairSync },
  ...{ generateKey: keys.generateKey, generateKeySync: keys.generateKeySync },
  ...{ createECDH: agreement.createECDH, getCurves: agreement.getCurves, diffieHellman: agreement.diffieHellman },
  ...{ createDiffieHellman: agreement.createDiffieHellman, getDiffieHellman: agreement.getDiffieHellman },
  ...{ createDiffieHellmanGroup: agreement.getDiffieHellman, generatePrimeSync: agreement.generatePrimeSync },
  fips: false,
  getFips: (): number => 0,
  getRandomValues: <T extends ArrayBufferView>(into: T): T => randomFillSync(into),
  randomFill(into: Uint8Array, ...rest: unknown[]): void {
    const [from, size] = rest.filter((each) => typeof each === 'number') as number[]
    later(() => randomFillSync(into, from, size), rest.at(-1) as Done<Uint8Array>)
  },
  createHash: (algorithm: string, options?: object) => new Hash(algorithm, options),
  createHmac: (algorithm: string, key: string | Uint8Array) => new Hmac(algorithm, key),
  createSign: (algorithm: string) => new signing.Sign(algorithm),
  createVerify: (algorithm: string) => new signing.Verify(algorithm),
  createPublicKey: (key: keys.KeyLike) => keys.asymmetricKey(key, 'public'),
  createPrivateKey: (key: keys.KeyLike) => keys.asymmetricKey(key, 'private'),
  generatePrime(bits: number, ...rest: unknown[]): void {
    const options = typeof rest[0] === 'object' ? (rest[0] as object) : {}
    later(() => agreement.generatePrimeSync(bits, options), rest.at(-1) as Done<unknown>)
  },
  hkdf(digest: string, ...rest: [...HkdfArguments, Done<ArrayBuffer>]): void {
    const [key, salt, info, length, callback] = rest
    later(() => hkdfSync(digest, key, salt, info, length), callback)
  },
  pbkdf2(...args: [...Parameters<typeof pbkdf2>, Done<Buffer>]): void {
    const [password, salt, iterations, length, digest, callback] = args
    if (typeof digest !== 'string') throw invalidType('digest', 'of type string', digest)
    later(() => pbkdf2(password, salt, iterations, length, digest), callback)
  },
  scrypt(...args: [...Parameters<typeof scryptSync>, Done<Buffer>]): void {
    const [password, salt, length, options] = args
    later(
      () => scryptSync(password, salt, length, typeof options === 'object' ? options : {}),
      args.at(-1) as Done<Buffer>,
    )
  },
  hash: (algorithm: string, data: string | Uint8Array, encoding = 'hex') =>
    new Hash(algorithm).update(data).digest(encoding),
}
export const cryptoGlobals = { Crypto, CryptoKey, SubtleCrypto }
