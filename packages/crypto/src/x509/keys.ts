/** RSA keys in files: PKCS #1 (RFC 8017), PKCS #8 (RFC 5958) and its encrypted form PBES2 (RFC 8018). */
import { cbc } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bits, type DerNode, integer, nothing, octets, oid, oidText, parseDer, sequence } from '../der.ts'
import { modInverse, type RandomBytes, type RsaPrivateKey, type RsaPublicKey, toBigInt } from '../rsa.ts'
import { oidOf } from './oids.ts'
import { parsePem, pem } from './pem.ts'

const RSA = '1.2.840.113549.1.1.1'
const ITERATIONS = 2048
const id = (name: string): Uint8Array => oid(oidOf(name) ?? '0.0')
const algorithm = (): Uint8Array => sequence(oid(RSA), nothing())

export const publicPkcs1 = ({ n, e }: RsaPublicKey): Uint8Array => sequence(integer(n), integer(e))
/** SubjectPublicKeyInfo. */
export const publicInfo = (key: RsaPublicKey): Uint8Array => sequence(algorithm(), bits(publicPkcs1(key)))

export const privatePkcs1 = ({ n, e, d, p, q }: RsaPrivateKey): Uint8Array =>
  sequence(...[0n, n, e, d, p, q, d % (p - 1n), d % (q - 1n), modInverse(q, p)].map((value) => integer(value)))
export const privatePkcs8 = (key: RsaPrivateKey): Uint8Array =>
  sequence(integer(0), algorithm(), octets(privatePkcs1(key)))

const derive = (passphrase: string, salt: Uint8Array, iterations: number, length: number): Uint8Array =>
  pbkdf2(sha256, passphrase, salt, { c: iterations, dkLen: length })

export function encryptPkcs8(key: RsaPrivateKey, passphrase: string, random: RandomBytes): Uint8Array {
  const [salt, iv] = [random(16), random(16)]
  const data = cbc(derive(passphrase, salt, ITERATIONS, 32), iv).encrypt(privatePkcs8(key))
  const kdf = sequence(
    id('PBKDF2'),
    sequence(octets(salt), integer(ITERATIONS), sequence(id('hmacWithSHA256'), nothing())),
  )
  const scheme = sequence(id('PBES2'), sequence(kdf, sequence(id('AES-256-CBC'), octets(iv))))
  return sequence(scheme, octets(data))
}

/** @returns undefined for the wrong passphrase */
function decryptPkcs8(bytes: Uint8Array, passphrase: string): Uint8Array | undefined {
  const [scheme, data] = parseDer(bytes).children
  const [kdf, cipher] = scheme?.children[1]?.children ?? []
  const [salt, iterations] = kdf?.children[1]?.children ?? []
  const iv = cipher?.children[1]
  if (!salt || !iterations || !iv || !data || !cipher?.children[0]) return undefined
  const length = oidText(cipher.children[0]) === oidOf('AES-128-CBC') ? 16 : 32
  try {
    return cbc(derive(passphrase, salt.content, Number(toBigInt(iterations.content)), length), iv.content).decrypt(
      data.content,
    )
  } catch {
    return undefined
  }
}

function readPkcs1(node: DerNode): RsaPrivateKey | undefined {
  const [, n = 0n, e = 0n, d = 0n, p = 0n, q = 0n] = node.children.map(({ content }) => toBigInt(content))
  return q > 0n ? { n, e, d, p, q } : undefined
}

function readPkcs8(bytes: Uint8Array): RsaPrivateKey | undefined {
  const inner = parseDer(bytes).children[2]
  return inner && readPkcs1(parseDer(inner.content))
}

export function readPublicInfo(node: DerNode): RsaPublicKey | undefined {
  const [kind, key] = node.children
  if (!kind?.children[0] || !key || oidText(kind.children[0]) !== RSA) return undefined
  const [n = 0n, e = 0n] = parseDer(key.content.subarray(1)).children.map(({ content }) => toBigInt(content))
  return { n, e }
}

/** @param passphrase  asked for when the file is encrypted */
export async function readPrivateKey(
  text: string,
  passphrase: () => Promise<string | undefined>,
): Promise<RsaPrivateKey | 'wrong passphrase' | undefined> {
  try {
    for (const { label, bytes } of parsePem(text)) {
      if (label === 'RSA PRIVATE KEY') return readPkcs1(parseDer(bytes))
      if (label === 'PRIVATE KEY') return readPkcs8(bytes)
      if (label !== 'ENCRYPTED PRIVATE KEY') continue
      const plain = decryptPkcs8(bytes, (await passphrase()) ?? '')
      return plain ? readPkcs8(plain) : 'wrong passphrase'
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

export function readPublicKey(text: string): RsaPublicKey | undefined {
  try {
    for (const { label, bytes } of parsePem(text)) {
      if (label === 'PUBLIC KEY') return readPublicInfo(parseDer(bytes))
      if (label === 'RSA PUBLIC KEY') {
        const [n = 0n, e = 0n] = parseDer(bytes).children.map(({ content }) => toBigInt(content))
        return { n, e }
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

export const privatePem = (key: RsaPrivateKey, traditional = false): string =>
  traditional ? pem('RSA PRIVATE KEY', privatePkcs1(key)) : pem('PRIVATE KEY', privatePkcs8(key))
export const encryptedPem = (key: RsaPrivateKey, passphrase: string, random: RandomBytes): string =>
  pem('ENCRYPTED PRIVATE KEY', encryptPkcs8(key, passphrase, random))

export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(sha256, key, data)
