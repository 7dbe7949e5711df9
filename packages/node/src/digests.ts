import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { ripemd160, sha1 } from '@noble/hashes/legacy.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha224, sha256, sha384, sha512, sha512_256 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512, shake128, shake256 } from '@noble/hashes/sha3.js'
import { Hash, type HashName } from '@drydock/codec'

type Digest = typeof sha256

/** Beside those that codec has, by the names OpenSSL gives them. */
const MORE: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  'sha512-256': sha512_256,
  'sha3-224': sha3_224,
  'sha3-256': sha3_256,
  'sha3-384': sha3_384,
  'sha3-512': sha3_512,
  ripemd160,
  rmd160: ripemd160,
  blake2b512: (bytes) => blake2b(bytes, { dkLen: 64 }),
  blake2s256: (bytes) => blake2s(bytes, { dkLen: 32 }),
}

const EXTENDABLE: Readonly<Record<string, (bytes: Uint8Array, options: { dkLen: number }) => Uint8Array>> = {
  shake128,
  shake256,
}

/** @param length bytes of the digest, where that can be chosen */
export const digest = (algorithm: string, bytes: Uint8Array, length = 0): Uint8Array =>
  EXTENDABLE[algorithm]?.(bytes, { dkLen: length }) ??
  MORE[algorithm]?.(bytes) ??
  new Hash(algorithm as HashName).update(bytes).digest()

/** What keys are derived with. */
const KEYED: Readonly<Record<string, Digest>> = {
  sha1: sha1 as never,
  sha224,
  sha256,
  sha384: sha384 as never,
  sha512: sha512 as never,
}
const keyed = (algorithm: string): Digest => KEYED[algorithm] ?? sha256

/** PBKDF2, RFC 8018 section 5.2. */
export const stretched = (algorithm: string, password: Uint8Array, salt: Uint8Array, c: number, dkLen: number) =>
  pbkdf2(keyed(algorithm), password, salt, { c, dkLen })

/** HKDF, RFC 5869. */
export const derived = (algorithm: string, key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) =>
  hkdf(keyed(algorithm), key, salt, info, length)
