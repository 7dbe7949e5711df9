import { sha256 } from '@noble/hashes/sha2.js'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'

const NONCE_BYTES = 24
const encoder = new TextEncoder()

/** NaCl's crypto_secretbox under a key made from a passphrase of much chance: the nonce comes first. */
export function sealBox(passphrase: string, plain: Uint8Array, random: (length: number) => Uint8Array): Uint8Array {
  const nonce = random(NONCE_BYTES)
  const box = xsalsa20poly1305(sha256(encoder.encode(passphrase)), nonce).encrypt(plain)
  const whole = new Uint8Array(NONCE_BYTES + box.length)
  whole.set(nonce)
  whole.set(box, NONCE_BYTES)
  return whole
}

/** @returns undefined for another passphrase, or bytes that were changed */
export function openBox(passphrase: string, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES) return undefined
  try {
    return xsalsa20poly1305(sha256(encoder.encode(passphrase)), sealed.subarray(0, NONCE_BYTES)).decrypt(
      sealed.subarray(NONCE_BYTES),
    )
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return undefined
  }
}
