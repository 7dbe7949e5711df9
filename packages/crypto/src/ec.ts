/** Keys on NIST's curves and their signatures. SEC 1, FIPS 186-5, RFC 5480. */
import { Hash, type HashName } from '@drydock/codec'
import { p256, p384 } from '@noble/curves/nist.js'
import type { RandomBytes } from './rsa.ts'

const CURVES = { 'P-256': p256, 'P-384': p384 } as const
export type CurveName = keyof typeof CURVES

export interface EcPublicKey {
  readonly curve: CurveName
  /** Uncompressed: 4, x, y. */
  readonly point: Uint8Array
}
export interface EcPrivateKey extends EcPublicKey {
  readonly secret: Uint8Array
}

/** Bits of a key. */
export const curveBits = (curve: CurveName): number => CURVES[curve].Point.Fn.BITS

export function generateEc(curve: CurveName, random: RandomBytes): EcPrivateKey {
  const { lengths, utils } = CURVES[curve]
  return ecKeyOf(curve, utils.randomSecretKey(random(lengths.seed ?? 48)))
}

export const ecKeyOf = (curve: CurveName, secret: Uint8Array): EcPrivateKey => ({
  ...{ curve, secret },
  point: CURVES[curve].getPublicKey(secret, false),
})

const digest = (hash: HashName, message: Uint8Array): Uint8Array => new Hash(hash).update(message).digest()

/** @returns ECDSA-Sig-Value, as DER */
export const signEc = ({ curve, secret }: EcPrivateKey, hash: HashName, message: Uint8Array): Uint8Array =>
  CURVES[curve].sign(digest(hash, message), secret, { prehash: false, format: 'der', lowS: false })

export function verifyEc(
  { curve, point }: EcPublicKey,
  hash: HashName,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return CURVES[curve].verify(signature, digest(hash, message), point, { prehash: false, format: 'der', lowS: false })
  } catch (error) {
    // Bytes that are no signature, or no point of the curve.
    if (!(error instanceof Error)) throw error
    return false
  }
}
