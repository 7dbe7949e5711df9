import type { HashName } from '@drydock/codec'
import {
  decryptRsa,
  encryptRsa,
  fromBigInt,
  maskOf,
  modPow,
  privateOperation,
  type RandomBytes,
  signPss,
  signRsa,
  toBigInt,
  verifyPss,
  verifyRsa,
} from '@drydock/crypto'
import { concatBytes } from '@drydock/codec'
import { digest } from '../digests.ts'
import { ed25519, x25519 } from './curves.ts'
import type { Key } from './key.ts'

export interface SignOptions {
  /** OpenSSL's name; nothing for keys that have a hash of their own. */
  readonly hash?: string | undefined
  readonly pss?: boolean
  readonly saltLength?: number | undefined
  /** r and s one behind the other in place of DER. */
  readonly plain?: boolean
}

const shape = (plain = false) => ({ prehash: false, lowS: false, format: plain ? 'compact' : 'der' }) as const

/** @returns undefined when the key cannot sign */
export function signed(key: Key, message: Uint8Array, options: SignOptions, random: RandomBytes) {
  if (!key.secret) return undefined
  const hash = options.hash ?? 'sha256'
  if ('curve' in key) return key.curve.curve.sign(digest(hash, message), key.secret, shape(options.plain))
  if (!('n' in key)) return key.kind === 'ed25519' ? ed25519.sign(message, key.secret) : undefined
  const name = hash as HashName
  return options.pss
    ? signPss(key.secret, name, message, random, options.saltLength)
    : signRsa(key.secret, name, message)
}

export function verified(key: Key, message: Uint8Array, signature: Uint8Array, options: SignOptions): boolean {
  const hash = options.hash ?? 'sha256'
  try {
    if ('curve' in key) return key.curve.curve.verify(signature, digest(hash, message), key.point, shape(options.plain))
    if (!('n' in key)) return key.kind === 'ed25519' && ed25519.verify(signature, message, key.point)
    const check = options.pss ? verifyPss : verifyRsa
    return check(key, hash as HashName, message, signature)
  } catch (error) {
    // Bytes that are no signature.
    if (!(error instanceof Error)) throw error
    return false
  }
}

type Rsa = Key & { readonly kind: 'rsa' }
const sizeOf = ({ n }: Rsa): number => Math.ceil(n.toString(2).length / 8)
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))

/** RSAES-OAEP, RFC 8017 section 7.1. @returns undefined when the message is too long */
function sealOaep(key: Rsa, message: Uint8Array, hash: HashName, label: Uint8Array, random: RandomBytes) {
  const start = digest(hash, label)
  const size = sizeOf(key)
  const fill = size - message.length - 2 * start.length - 2
  if (fill < 0) return undefined
  const block = concatBytes([start, new Uint8Array(fill), Uint8Array.of(1), message])
  const seed = random(start.length)
  const masked = xor(block, maskOf(hash, seed, block.length))
  const encoded = concatBytes([Uint8Array.of(0), xor(seed, maskOf(hash, masked, seed.length)), masked])
  return fromBigInt(modPow(toBigInt(encoded), key.e, key.n), size)
}

function openOaep(key: Rsa, data: Uint8Array, hash: HashName, label: Uint8Array): Uint8Array | undefined {
  if (!key.secret || data.length !== sizeOf(key)) return undefined
  const start = digest(hash, label)
  const encoded = fromBigInt(privateOperation(key.secret, toBigInt(data)), sizeOf(key))
  const masked = encoded.subarray(1 + start.length)
  const seed = xor(encoded.subarray(1, 1 + start.length), maskOf(hash, masked, start.length))
  const block = xor(masked, maskOf(hash, seed, masked.length))
  const end = block.findIndex((byte, at) => at >= start.length && byte !== 0)
  const fits = encoded[0] === 0 && start.every((byte, at) => byte === block[at]) && block[end] === 1
  return fits ? block.subarray(end + 1) : undefined
}

/** Type 1 of PKCS #1 v1.5: what the private key hides and the public one opens. */
function padWithOnes(key: Rsa, message: Uint8Array): Uint8Array {
  const fill = new Uint8Array(Math.max(8, sizeOf(key) - message.length - 3)).fill(0xff)
  return concatBytes([Uint8Array.of(0, 1), fill, Uint8Array.of(0), message])
}

export interface CryptOptions {
  readonly way: 'publicEncrypt' | 'privateDecrypt' | 'privateEncrypt' | 'publicDecrypt'
  readonly oaep: boolean
  readonly hash: string
  readonly label: Uint8Array
}

/** @returns undefined for what does not fit the key */
export function crypted(key: Key, data: Uint8Array, options: CryptOptions, random: RandomBytes) {
  if (key.kind !== 'rsa') return undefined
  const hash = options.hash as HashName
  if (options.way === 'publicEncrypt')
    return options.oaep ? sealOaep(key, data, hash, options.label, random) : encryptRsa(key, data, random)
  if (options.way === 'publicDecrypt') {
    const block = fromBigInt(modPow(toBigInt(data), key.e, key.n), sizeOf(key))
    return block[1] === 1 ? block.subarray(block.indexOf(0, 2) + 1) : undefined
  }
  if (!key.secret) return undefined
  if (options.way === 'privateEncrypt')
    return fromBigInt(privateOperation(key.secret, toBigInt(padWithOnes(key, data))), sizeOf(key))
  return options.oaep ? openOaep(key, data, hash, options.label) : decryptRsa(key.secret, data)
}

/** What two sides have in common. @returns undefined for keys of different kinds */
export function agreed(own: Key, other: Key): Uint8Array | undefined {
  if (own.kind === 'x25519' && other.kind === 'x25519' && own.secret)
    return x25519.getSharedSecret(own.secret as Uint8Array, other.point)
  if (own.kind !== 'ec' || other.kind !== 'ec' || own.curve !== other.curve || !own.secret) return undefined
  return own.curve.curve.getSharedSecret(own.secret, other.point, true).subarray(1)
}
