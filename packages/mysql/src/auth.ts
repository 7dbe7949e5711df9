import { fromHex, Hash, toHex } from '@drydock/codec'

const hash = (name: 'sha1' | 'sha256', ...parts: readonly Uint8Array[]): Uint8Array => {
  const state = new Hash(name)
  for (const part of parts) state.update(part)
  return state.digest()
}
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))
const encoder = new TextEncoder()

interface Plugin {
  /** What a client answers to the nonce. */
  answer(password: string, nonce: Uint8Array): Uint8Array
  /** @param kept the twice hashed password, in hexadecimal digits */
  fits(answer: Uint8Array, nonce: Uint8Array, kept: string): boolean
}

/** SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))) */
const native: Plugin = {
  answer(password, nonce) {
    const once = hash('sha1', encoder.encode(password))
    return xor(once, hash('sha1', nonce, hash('sha1', once)))
  },
  fits: (answer, nonce, kept) => toHex(hash('sha1', xor(answer, hash('sha1', nonce, fromHex(kept) ?? nonce)))) === kept,
}

/** SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce) */
const sha2: Plugin = {
  answer(password, nonce) {
    const once = hash('sha256', encoder.encode(password))
    return xor(once, hash('sha256', hash('sha256', once), nonce))
  },
  fits: (answer, nonce, kept) =>
    toHex(hash('sha256', xor(answer, hash('sha256', fromHex(kept) ?? nonce, nonce)))) === kept,
}

/** Ways to show that one knows the password. MySQL Client/Server Protocol, "Authentication Methods". */
export const PLUGINS: ReadonlyMap<string, Plugin> = new Map([
  ['mysql_native_password', native],
  ['caching_sha2_password', sha2],
])
