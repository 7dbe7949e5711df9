/** Passwords as `$2y$05$…`: "A Future-Adaptable Password Scheme", Provos and Mazières, 1999. */
import { concatBytes } from '@drydock/codec'
import type { Pause } from './rsa.ts'

const P_WORDS = 18
const S_WORDS = 1024
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** atan(1/x) in fixed point of so many bits. */
function inverseTangent(x: bigint, bits: bigint): bigint {
  let power = (1n << bits) / x
  let sum = power
  const square = x * x
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= square
    sum += sign * (power / n)
  }
  return sum
}

/** Blowfish's first state: the fraction of pi in words of 32 bits, by Machin's formula. */
function piWords(): Uint32Array {
  const wanted = BigInt((P_WORDS + S_WORDS) * 32)
  const bits = wanted + 64n
  const pi = 4n * (4n * inverseTangent(5n, bits) - inverseTangent(239n, bits))
  const hex = ((pi & ((1n << bits) - 1n)) >> 64n).toString(16).padStart(Number(wanted) / 4, '0')
  return Uint32Array.from({ length: P_WORDS + S_WORDS }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16))
}

class Blowfish {
  private readonly p: Uint32Array
  private readonly s: Uint32Array
  left = 0
  right = 0

  constructor(words: Uint32Array) {
    this.p = words.slice(0, P_WORDS)
    this.s = words.slice(P_WORDS)
  }

  private round(x: number): number {
    const { s } = this
    const a = s[x >>> 24] ?? 0
    const b = s[256 + ((x >>> 16) & 255)] ?? 0
    const c = s[512 + ((x >>> 8) & 255)] ?? 0
    return (((a + b) ^ c) + (s[768 + (x & 255)] ?? 0)) | 0
  }

  encipher(): void {
    const { p } = this
    let [l, r] = [this.left ^ (p[0] ?? 0), this.right]
    for (let i = 1; i <= 16; i += 2) {
      r ^= this.round(l) ^ (p[i] ?? 0)
      l ^= this.round(r) ^ (p[i + 1] ?? 0)
    }
    this.left = (r ^ (p[17] ?? 0)) >>> 0
    this.right = l >>> 0
  }

  expand(key: Uint32Array, salt: Uint32Array | undefined): void {
    for (let i = 0; i < P_WORDS; i++) this.p[i] = (this.p[i] ?? 0) ^ (key[i] ?? 0)
    this.left = 0
    this.right = 0
    let at = 0
    for (const box of [this.p, this.s])
      for (let i = 0; i < box.length; i += 2) {
        if (salt) {
          this.left ^= salt[at & 3] ?? 0
          this.right ^= salt[(at + 1) & 3] ?? 0
          at += 2
        }
        this.encipher()
        box[i] = this.left
        box[i + 1] = this.right
      }
  }
}

/** So many words, the bytes over and over. */
const cycle = (bytes: Uint8Array, count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => {
    const byte = (k: number): number => bytes[(4 * i + k) % bytes.length] ?? 0
    return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0
  })

function encode(bytes: Uint8Array, letters: number): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return Array.from({ length: letters }, (_, i) =>
    ALPHABET.charAt(Number.parseInt(bits.slice(6 * i, 6 * i + 6).padEnd(6, '0'), 2)),
  ).join('')
}

function decode(text: string): Uint8Array {
  let bits = ''
  for (const letter of text) bits += ALPHABET.indexOf(letter).toString(2).padStart(6, '0')
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2))
}

/** @param cost  log2 of the rounds, 4 to 31 @param salt  16 bytes */
export async function bcrypt(password: string, cost: number, salt: Uint8Array, pause: Pause): Promise<string> {
  const key = cycle(concatBytes([new TextEncoder().encode(password).subarray(0, 72), Uint8Array.of(0)]), P_WORDS)
  const saltWords = cycle(salt, 4)
  const saltKey = cycle(salt, P_WORDS)
  const cipher = new Blowfish(piWords())
  cipher.expand(key, saltWords)
  for (let round = 0; round < 2 ** cost; round++) {
    cipher.expand(key, undefined)
    cipher.expand(saltKey, undefined)
    const waiting = pause()
    if (waiting) await waiting
  }
  const text = cycle(new TextEncoder().encode('OrpheanBeholderScryDoubt'), 6)
  const out: number[] = []
  for (let i = 0; i < 6; i += 2) {
    cipher.left = text[i] ?? 0
    cipher.right = text[i + 1] ?? 0
    for (let n = 0; n < 64; n++) cipher.encipher()
    for (const word of [cipher.left, cipher.right])
      out.push(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255)
  }
  return `$2y$${String(cost).padStart(2, '0')}$${encode(salt, 22)}${encode(Uint8Array.from(out.slice(0, 23)), 31)}`
}

export async function bcryptFits(password: string, stored: string, pause: Pause): Promise<boolean> {
  const [, cost = '5', salt = '', rest = ''] = /^\$2[abxy]\$(\d\d)\$(.{22})(.{31})$/.exec(stored) ?? []
  if (rest === '') return false
  const made = await bcrypt(password, Number(cost), decode(salt), pause)
  return made.slice(29) === rest
}
