/** Passwords as `$1$salt$hash` of FreeBSD and `$apr1$…` of Apache. crypt(5), apr_md5.c. */
import { concatBytes, Hash } from '@drydock/codec'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ROUNDS = 1000
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const md5 = (...parts: readonly Uint8Array[]): Uint8Array => new Hash('md5').update(concatBytes(parts)).digest()

/** Letters of a salt from random bytes. */
export const saltText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => ALPHABET.charAt(byte & 63)).join('')

function letters(digest: Uint8Array): string {
  const at = (i: number): number => digest[i] ?? 0
  const four = (value: number, count: number): string =>
    Array.from({ length: count }, (_, i) => ALPHABET.charAt((value >> (6 * i)) & 63)).join('')
  const groups = [0, 1, 2, 3, 4].map((i) => four((at(i) << 16) | (at(i + 6) << 8) | at(i === 4 ? 5 : i + 12), 4))
  return groups.join('') + four(at(11), 2)
}

/** @param magic  `$1$` or `$apr1$` */
export function md5Crypt(password: string, salt: string, magic: string): string {
  const key = encode(password)
  const salted = encode(salt.slice(0, 8))
  const other = md5(key, salted, key)
  const parts = [key, encode(magic), salted]
  for (let left = key.length; left > 0; left -= 16) parts.push(other.subarray(0, Math.min(16, left)))
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? Uint8Array.of(0) : key.subarray(0, 1))
  let digest = md5(...parts)
  for (let round = 0; round < ROUNDS; round++) {
    const step = [round & 1 ? key : digest]
    if (round % 3) step.push(salted)
    if (round % 7) step.push(key)
    step.push(round & 1 ? digest : key)
    digest = md5(...step)
  }
  return `${magic}${salt.slice(0, 8)}$${letters(digest)}`
}
