import {
  isEc,
  type PrivateKey,
  type PublicKey,
  type RandomBytes,
  signEc,
  signPss,
  verifyEc,
  verifyPss,
} from '@drydock/crypto'

interface Scheme {
  readonly id: number
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  /** Of the key; undefined: an RSA key, with PSS. */
  readonly curve?: 'P-256' | 'P-384'
}

/** Signatures of a handshake. RFC 8446 section 4.2.3 */
const SCHEMES: readonly Scheme[] = [
  { id: 0x0403, hash: 'sha256', curve: 'P-256' },
  { id: 0x0503, hash: 'sha384', curve: 'P-384' },
  { id: 0x0804, hash: 'sha256' },
  { id: 0x0805, hash: 'sha384' },
  { id: 0x0806, hash: 'sha512' },
]

export const SCHEME_IDS: readonly number[] = SCHEMES.map(({ id }) => id)

const fits = ({ curve }: Scheme, key: PublicKey): boolean => (isEc(key) ? key.curve === curve : curve === undefined)

/** @param offered  what the other side understands @returns undefined where that is nothing this key can do */
export function signHandshake(
  key: PrivateKey,
  offered: readonly number[],
  content: Uint8Array,
  random: RandomBytes,
): { readonly id: number; readonly signature: Uint8Array } | undefined {
  const scheme = SCHEMES.find((each) => fits(each, key) && offered.includes(each.id))
  if (!scheme) return undefined
  const { id, hash } = scheme
  return { id, signature: isEc(key) ? signEc(key, hash, content) : signPss(key, hash, content, random) }
}

/** @returns undefined for a scheme that is not known, or not of this key's kind */
export function verifyHandshake(
  key: PublicKey,
  id: number,
  content: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  const scheme = SCHEMES.find((each) => each.id === id && fits(each, key))
  if (!scheme) return undefined
  return isEc(key) ? verifyEc(key, scheme.hash, content, signature) : verifyPss(key, scheme.hash, content, signature)
}
