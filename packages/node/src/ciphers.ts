import { cbc, cfb, ctr, ecb, gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { EINVAL } from '@drydock/abi'

interface Cipher {
  encrypt(bytes: Uint8Array): Uint8Array
  decrypt(bytes: Uint8Array): Uint8Array
}
interface Given {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  /** Additional data of an authenticated cipher. */
  readonly more: Uint8Array
  /** Whole blocks, which nothing is added to. */
  readonly bare: boolean
}
type Make = (given: Given) => Cipher

/** By what is left of OpenSSL's name without the length of the key. */
const CIPHERS: Readonly<Record<string, Make>> = {
  'aes-cbc': ({ key, iv, bare }) => cbc(key, iv, { disablePadding: bare }),
  'aes-cfb': ({ key, iv }) => cfb(key, iv),
  'aes-ctr': ({ key, iv }) => ctr(key, iv),
  'aes-ecb': ({ key, bare }) => ecb(key, { disablePadding: bare }),
  'aes-gcm': ({ key, iv, more }) => gcm(key, iv, more.length > 0 ? more : undefined),
  'chacha20-poly1305': ({ key, iv, more }) => chacha20poly1305(key, iv, more.length > 0 ? more : undefined),
}

/**
 * A whole text at once; the tag of an authenticated cipher stands behind it.
 * @param name  as OpenSSL has it, aes-256-gcm for instance
 * @throws EINVAL for what does not fit together
 */
export function ciphered(name: string, encrypt: boolean, given: Given, bytes: Uint8Array): Uint8Array {
  const make = CIPHERS[name.toLowerCase().replace(/-(128|192|256)-/, '-')]
  if (!make) throw EINVAL
  try {
    const cipher = make(given)
    return encrypt ? cipher.encrypt(bytes) : cipher.decrypt(bytes)
  } catch {
    throw EINVAL
  }
}
