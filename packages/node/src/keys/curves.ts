import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** Curves of ECDSA and ECDH by the name of JSON web keys and that of OpenSSL, SEC 2. */
export const CURVES = [
  { name: 'P-256', openssl: 'prime256v1', oid: '1.2.840.10045.3.1.7', curve: p256, size: 32 },
  { name: 'P-384', openssl: 'secp384r1', oid: '1.3.132.0.34', curve: p384, size: 48 },
  { name: 'P-521', openssl: 'secp521r1', oid: '1.3.132.0.35', curve: p521, size: 66 },
  { name: 'secp256k1', openssl: 'secp256k1', oid: '1.3.132.0.10', curve: secp256k1, size: 32 },
] as const
export type Curve = (typeof CURVES)[number]

/** @param name in either spelling */
export const curveNamed = (name: string): Curve | undefined =>
  CURVES.find((each) => each.name === name || each.openssl === name)
export const curveOfOid = (oid: string): Curve | undefined => CURVES.find((each) => each.oid === oid)

/** RFC 8410: keys that are a string of bytes. */
export const BYTE_KEYS = {
  ed25519: { oid: '1.3.101.112', crv: 'Ed25519', publicOf: ed25519.getPublicKey },
  x25519: { oid: '1.3.101.110', crv: 'X25519', publicOf: x25519.getPublicKey },
} as const
export type ByteKind = keyof typeof BYTE_KEYS
export const isByteKind = (kind: string): kind is ByteKind => kind in BYTE_KEYS
export { ed25519, x25519 }
