import { cbc, ctr, ecb, gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { EINVAL } from '@drydock/abi'

interface Cipher {
  encrypt(bytes: Uint8Array): Uint8Array
  decrypt(bytes: Uint8Array): Uint8Array
}
type Make = (key: Uint8Array, iv: Uint8Array, more: Uint8Array) => Cipher

/** By what is left of OpenSSL's name without the length of the key. */
const CIPHERS: Readonly<Record<string, Make>> = {
  'aes-cbc': (key, iv) => cbc(key, iv),
  'aes-ctr': (key, iv) => ctr(key, iv),
  'aes-ecb': (key) => ecb(key),
  'aes-gcm': (key, iv, more) => gcm(key, iv, more.length > 0 ? more : undefined),
  'chacha20-poly1305': (key, iv, more) => chacha20poly1305(key, iv, more.length > 0 ? more : undefined),
}

/**
 * A whole text at once; the tag of an authenticated cipher stands behind it.
 * @param name      as OpenSSL has it, aes-256-gcm for instance
 * @param given     key, initialization vector and additional data
 * @throws EINVAL for what does not fit together
 */
export function ciphered(name: string, encrypt: boolean, given: readonly Uint8Array[], bytes: Uint8Array): Uint8Array {
  const make = CIPHERS[name.toLowerCase().replace(/-(128|192|256)-/, '-')]
  const [key = new Uint8Array(0), iv = new Uint8Array(0), more = new Uint8Array(0)] = given
  if (!make) throw EINVAL
  try {
    const cipher = make(key, iv, more)
    return encrypt ? cipher.encrypt(bytes) : cipher.decrypt(bytes)
  } catch {
    throw EINVAL
  }
}
