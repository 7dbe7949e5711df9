/** RSA with BigInt: keys, PKCS #1 v1.5 signatures and encryption. RFC 8017. Not constant in time: for learning only. */
import { concatBytes, Hash, type HashName } from '@drydock/codec'

export interface RsaPublicKey {
  readonly n: bigint
  readonly e: bigint
}
export interface RsaPrivateKey extends RsaPublicKey {
  readonly d: bigint
  readonly p: bigint
  readonly q: bigint
}

/** Bytes that nobody can guess. */
export type RandomBytes = (length: number) => Uint8Array

export function toBigInt(bytes: Uint8Array): bigint {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

/** Big-endian, as short as can be or of `length` bytes. */
export function fromBigInt(value: bigint, length?: number): Uint8Array {
  const hex = value.toString(16)
  const digits = hex.padStart(length === undefined ? hex.length + (hex.length % 2) : length * 2, '0')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}

export const bitLength = (value: bigint): number => value.toString(2).length

export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export function modInverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n]
  while (a > 1n) {
    const quotient = a / b
    ;[a, b] = [b, a % b]
    ;[x, y] = [y, x - quotient * y]
  }
  return x < 0n ? x + modulus : x
}

const SMALL_PRIMES: readonly number[] = Array.from({ length: 2000 }, (_, i) => i + 2).filter((n) => {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
})

/** Miller and Rabin; twelve rounds are plenty for random candidates of this size (FIPS 186-4, table C.3). */
function isProbablePrime(candidate: bigint, random: RandomBytes): boolean {
  let odd = candidate - 1n
  let twos = 0
  while ((odd & 1n) === 0n) {
    odd >>= 1n
    twos++
  }
  for (let round = 0; round < 12; round++) {
    let x = modPow(2n + toBigInt(random(8)), odd, candidate)
    if (x === 1n || x === candidate - 1n) continue
    let composite = true
    for (let i = 1; i < twos && composite; i++) {
      x = (x * x) % candidate
      composite = x !== candidate - 1n
    }
    if (composite) return false
  }
  return true
}

/** A way to let others run: long computations await it. */
export type Pause = () => Promise<void> | undefined

async function prime(bits: number, e: bigint, random: RandomBytes, pause: Pause): Promise<bigint> {
  for (;;) {
    const bytes = random(bits / 8)
    bytes[0] = (bytes[0] ?? 0) | 0xc0
    let candidate = toBigInt(bytes) | 1n
    const rests = SMALL_PRIMES.map((small) => Number(candidate % BigInt(small)))
    for (let step = 0; step < 4096; step += 2) {
      const waiting = pause()
      if (waiting) await waiting
      if (SMALL_PRIMES.some((small, i) => ((rests[i] ?? 0) + step) % small === 0)) continue
      candidate = (toBigInt(bytes) | 1n) + BigInt(step)
      if ((candidate - 1n) % e !== 0n && isProbablePrime(candidate, random)) return candidate
    }
  }
}

/** @param bits  of the modulus, a multiple of 16 */
export async function generateRsa(bits: number, random: RandomBytes, pause: Pause, e = 65537n): Promise<RsaPrivateKey> {
  for (;;) {
    const a = await prime(bits / 2, e, random, pause)
    const b = await prime(bits / 2, e, random, pause)
    if (a === b || bitLength(a * b) !== bits) continue
    const [p, q] = a > b ? [a, b] : [b, a]
    return { n: p * q, e, d: modInverse(e, (p - 1n) * (q - 1n)), p, q }
  }
}

/** By the Chinese remainder theorem, four times as fast. */
export function privateOperation({ p, q, d }: RsaPrivateKey, message: bigint): bigint {
  const m1 = modPow(message % p, d % (p - 1n), p)
  const m2 = modPow(message % q, d % (q - 1n), q)
  const h = (modInverse(q, p) * (((m1 - m2) % p) + p)) % p
  return m2 + h * q
}

/** DigestInfo without the digest, RFC 8017 section 9.2 note 1. */
const DIGEST_INFO: Readonly<Record<HashName, string>> = {
  md5: '3020300c06082a864886f70d020505000410',
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
}

const hexBytes = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
const sizeOf = ({ n }: RsaPublicKey): number => Math.ceil(bitLength(n) / 8)

function padded(key: RsaPublicKey, hash: HashName, message: Uint8Array): Uint8Array {
  const info = concatBytes([hexBytes(DIGEST_INFO[hash]), new Hash(hash).update(message).digest()])
  const fill = new Uint8Array(sizeOf(key) - info.length - 3).fill(0xff)
  return concatBytes([Uint8Array.of(0, 1), fill, Uint8Array.of(0), info])
}

/** RSASSA-PKCS1-v1_5. */
export const signRsa = (key: RsaPrivateKey, hash: HashName, message: Uint8Array): Uint8Array =>
  fromBigInt(privateOperation(key, toBigInt(padded(key, hash, message))), sizeOf(key))

export const verifyRsa = (key: RsaPublicKey, hash: HashName, message: Uint8Array, signature: Uint8Array): boolean =>
  modPow(toBigInt(signature), key.e, key.n) === toBigInt(padded(key, hash, message))

/** RSAES-PKCS1-v1_5. @returns undefined when the message is too long */
export function encryptRsa(key: RsaPublicKey, message: Uint8Array, random: RandomBytes): Uint8Array | undefined {
  const size = sizeOf(key)
  if (message.length > size - 11) return undefined
  const fill = random(size - message.length - 3).map((byte) => byte || 1)
  const block = concatBytes([Uint8Array.of(0, 2), fill, Uint8Array.of(0), message])
  return fromBigInt(modPow(toBigInt(block), key.e, key.n), size)
}

/** @returns undefined when it was not made for this key */
export function decryptRsa(key: RsaPrivateKey, data: Uint8Array): Uint8Array | undefined {
  const block = fromBigInt(privateOperation(key, toBigInt(data)), sizeOf(key))
  const end = block.indexOf(0, 2)
  return block[1] === 2 && end >= 10 ? block.subarray(end + 1) : undefined
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))

/** MGF1, RFC 8017 appendix B.2.1. */
export function maskOf(hash: HashName, seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (let counter = 0, size = 0; size < length; counter++) {
    const part = new Hash(hash)
      .update(seed)
      .update(Uint8Array.of(0, 0, counter >> 8, counter & 255))
      .digest()
    parts.push(part)
    size += part.length
  }
  return concatBytes(parts).subarray(0, length)
}

const saltedDigest = (hash: HashName, message: Uint8Array, salt: Uint8Array): Uint8Array =>
  new Hash(hash).update(new Uint8Array(8)).update(new Hash(hash).update(message).digest()).update(salt).digest()

/** RSASSA-PSS, RFC 8017 section 8.1. @param saltLength by default that of the digest */
export function signPss(
  key: RsaPrivateKey,
  hash: HashName,
  message: Uint8Array,
  random: RandomBytes,
  saltLength = new Hash(hash).digest().length,
): Uint8Array {
  const bits = bitLength(key.n) - 1
  const size = Math.ceil(bits / 8)
  const salt = random(saltLength)
  const digest = saltedDigest(hash, message, salt)
  const block = new Uint8Array(size - digest.length - 1)
  block[block.length - salt.length - 1] = 1
  block.set(salt, block.length - salt.length)
  const masked = xor(block, maskOf(hash, digest, block.length))
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * size - bits))
  const encoded = concatBytes([masked, digest, Uint8Array.of(0xbc)])
  return fromBigInt(privateOperation(key, toBigInt(encoded)), sizeOf(key))
}

/** The salt may have any length. */
export function verifyPss(key: RsaPublicKey, hash: HashName, message: Uint8Array, signature: Uint8Array): boolean {
  const bits = bitLength(key.n) - 1
  const size = Math.ceil(bits / 8)
  const encoded = fromBigInt(modPow(toBigInt(signature), key.e, key.n), size)
  const length = new Hash(hash).digest().length
  if (encoded.length !== size || encoded[size - 1] !== 0xbc) return false
  const masked = encoded.subarray(0, size - length - 1)
  const digest = encoded.subarray(size - length - 1, size - 1)
  const block = xor(masked, maskOf(hash, digest, masked.length))
  block[0] = (block[0] ?? 0) & (0xff >> (8 * size - bits))
  const one = block.findIndex((byte) => byte !== 0)
  if (block[one] !== 1) return false
  const wanted = saltedDigest(hash, message, block.subarray(one + 1))
  return wanted.every((byte, i) => byte === digest[i])
}
