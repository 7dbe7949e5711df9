import type { Sys } from '@drydock/abi'
import { Hash } from '@drydock/codec'
import { concat } from '@drydock/libc'

/** Passwords as `$6$salt$hash`. "Unix crypt using SHA-256 and SHA-512", U. Drepper; crypt(5). */
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ROUNDS = 5000
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = new Hash('sha512')
  for (const part of parts) hash.update(part)
  const hex = hash.digestHex()
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16))
}

/** `source` over and over, `length` bytes. */
const stretch = (source: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => source[i % source.length] ?? 0)
const repeat = (bytes: Uint8Array, times: number): Uint8Array => concat(Array.from({ length: times }, () => bytes))

function firstDigest(key: Uint8Array, salt: Uint8Array): Uint8Array {
  const other = sha512(key, salt, key)
  const parts = [key, salt, stretch(other, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? other : key)
  return sha512(...parts)
}

/** Six bits a letter, three bytes at a time, in the order of the specification: 0 21 42, 22 43 1, 44 2 23… */
function letters(digest: Uint8Array): string {
  const byte = (i: number): number => digest[i] ?? 0
  const four = (word: number, count: number): string =>
    Array.from({ length: count }, (_, i) => ALPHABET.charAt((word >> (6 * i)) & 63)).join('')
  let text = ''
  let [a, b, c] = [0, 21, 42]
  for (let i = 0; i < 21; i++) {
    text += four((byte(a) << 16) | (byte(b) << 8) | byte(c), 4)
    const next: [number, number, number] = [b + 1, c + 1, a + 1]
    ;[a, b, c] = next
  }
  return text + four(byte(63), 2)
}

/** Calls the scheduler now and then: five thousand rounds take their time. */
export async function sha512Crypt(sys: Sys, password: string, saltText: string): Promise<string> {
  const key = encode(password)
  const salt = encode(saltText.slice(0, 16))
  let digest = firstDigest(key, salt)
  const p = stretch(sha512(repeat(key, key.length)), key.length)
  const s = stretch(sha512(repeat(salt, 16 + (digest[0] ?? 0))), salt.length)
  for (let round = 0; round < ROUNDS; round++) {
    const parts = [round & 1 ? p : digest]
    if (round % 3) parts.push(s)
    if (round % 7) parts.push(p)
    parts.push(round & 1 ? digest : p)
    digest = sha512(...parts)
    const pause = sys.tick()
    if (pause) await pause
  }
  return `$6$${saltText}$${letters(digest)}`
}

/** A password under a new salt. */
export const hashPassword = (sys: Sys, password: string): Promise<string> =>
  sha512Crypt(sys, password, Array.from(sys.entropy.bytes(16), (byte) => ALPHABET.charAt(byte & 63)).join(''))

export async function passwordFits(sys: Sys, password: string, stored: string): Promise<boolean> {
  if (stored === '') return true
  const salt = /^\$6\$([^$]+)\$/.exec(stored)?.[1]
  return salt !== undefined && (await sha512Crypt(sys, password, salt)) === stored
}
