/** Keys of either kind, and what they sign. */
import type { HashName } from '@drydock/codec'
import { curveBits, type EcPrivateKey, type EcPublicKey, signEc, verifyEc } from './ec.ts'
import { bitLength, type RsaPrivateKey, type RsaPublicKey, signRsa, verifyRsa } from './rsa.ts'

export type PublicKey = RsaPublicKey | EcPublicKey
export type PrivateKey = RsaPrivateKey | EcPrivateKey

export const isEc = <Key extends PublicKey>(key: Key): key is Extract<Key, EcPublicKey> => 'curve' in key

export const keyBits = (key: PublicKey): number => ('curve' in key ? curveBits(key.curve) : bitLength(key.n))

/** PKCS #1 version 1.5 or ECDSA. */
export const sign = (key: PrivateKey, hash: HashName, message: Uint8Array): Uint8Array =>
  'curve' in key ? signEc(key, hash, message) : signRsa(key, hash, message)

export const verify = (key: PublicKey, hash: HashName, message: Uint8Array, signature: Uint8Array): boolean =>
  'curve' in key ? verifyEc(key, hash, message, signature) : verifyRsa(key, hash, message, signature)
