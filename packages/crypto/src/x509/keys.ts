/** Keys in files: PKCS #1 (RFC 8017), SEC 1 (RFC 5915), PKCS #8 (RFC 5958) and its encrypted form PBES2 (RFC 8018). */
import { cbc } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bits, der, type DerNode, integer, nothing, octets, oid, oidText, parseDer, sequence } from '../der.ts'
import { type CurveName, ecKeyOf, type EcPrivateKey } from '../ec.ts'
import { isEc, type PrivateKey, type PublicKey } from '../keys.ts'
import { modInverse, type RandomBytes, type RsaPrivateKey, type RsaPublicKey, toBigInt } from '../rsa.ts'
import { oidOf } from './oids.ts'
import { parsePem, pem } from './pem.ts'

const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'
/** RFC 5480 section 2.1.1.1; the second name is OpenSSL's. */
export const CURVE_NAMES: readonly (readonly [curve: CurveName, name: string, oid: string])[] = [
  ['P-256', 'prime256v1', '1.2.840.10045.3.1.7'],
  ['P-384', 'secp384r1', '1.3.132.0.34'],
]
export const curveOid = (curve: CurveName): Uint8Array =>
  oid(CURVE_NAMES.find(([name]) => name === curve)?.[2] ?? '0.0')
const curveOf = (node: DerNode | undefined): CurveName | undefined =>
  node && CURVE_NAMES.find(([, , dotted]) => dotted === oidText(node))?.[0]

const ITERATIONS = 2048
const id = (name: string): Uint8Array => oid(oidOf(name) ?? '0.0')
const algorithm = (key: PublicKey): Uint8Array =>
  isEc(key) ? sequence(oid(EC), curveOid(key.curve)) : sequence(oid(RSA), nothing())

export const publicPkcs1 = ({ n, e }: RsaPublicKey): Uint8Array => sequence(integer(n), integer(e))
/** What a bit string of SubjectPublicKeyInfo holds. */
export const publicBytes = (key: PublicKey): Uint8Array => (isEc(key) ? key.point : publicPkcs1(key))
/** SubjectPublicKeyInfo. */
export const publicInfo = (key: PublicKey): Uint8Array => sequence(algorithm(key), bits(publicBytes(key)))

export const privatePkcs1 = ({ n, e, d, p, q }: RsaPrivateKey): Uint8Array =>
  sequence(...[0n, n, e, d, p, q, d % (p - 1n), d % (q - 1n), modInverse(q, p)].map((value) => integer(value)))
/** @param named  with the curve, which PKCS #8 tells elsewhere */
const privateSec1 = ({ curve, secret, point }: EcPrivateKey, named: boolean): Uint8Array =>
  sequence(integer(1), octets(secret), ...(named ? [der(0xa0, curveOid(curve))] : []), der(0xa1, bits(point)))
export const privatePkcs8 = (key: PrivateKey): Uint8Array =>
  sequence(integer(0), algorithm(key), octets(isEc(key) ? privateSec1(key, false) : privatePkcs1(key)))

const derive = (passphrase: string, salt: Uint8Array, iterations: number, length: number): Uint8Array =>
  pbkdf2(sha256, passphrase, salt, { c: iterations, dkLen: length })

export const encryptPkcs8 = (key: PrivateKey, passphrase: string, random: RandomBytes): Uint8Array =>
  sealPkcs8(privatePkcs8(key), passphrase, random)

/** @param plain PKCS #8 of a key of any kind */
export function sealPkcs8(plain: Uint8Array, passphrase: string, random: RandomBytes): Uint8Array {
  const [salt, iv] = [random(16), random(16)]
  const data = cbc(derive(passphrase, salt, ITERATIONS, 32), iv).encrypt(plain)
  const kdf = sequence(
    id('PBKDF2'),
    sequence(octets(salt), integer(ITERATIONS), sequence(id('hmacWithSHA256'), nothing())),
  )
  const scheme = sequence(id('PBES2'), sequence(kdf, sequence(id('AES-256-CBC'), octets(iv))))
  return sequence(scheme, octets(data))
}

/** @returns PKCS #8; undefined for the wrong passphrase */
export function openPkcs8(bytes: Uint8Array, passphrase: string): Uint8Array | undefined {
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

export function readPkcs1(node: DerNode): RsaPrivateKey | undefined {
  const [, n = 0n, e = 0n, d = 0n, p = 0n, q = 0n] = node.children.map(({ content }) => toBigInt(content))
  return q > 0n ? { n, e, d, p, q } : undefined
}

function readSec1(node: DerNode, curve: CurveName | undefined): EcPrivateKey | undefined {
  const [, secret, ...more] = node.children
  const named = curve ?? curveOf(more.find(({ tag }) => tag === 0xa0)?.children[0])
  return secret && named && ecKeyOf(named, secret.content)
}

function readPkcs8(bytes: Uint8Array): PrivateKey | undefined {
  const [, kind, inner] = parseDer(bytes).children
  const [type, parameters] = kind?.children ?? []
  if (!inner || !type) return undefined
  const node = parseDer(inner.content)
  return oidText(type) === EC ? readSec1(node, curveOf(parameters)) : readPkcs1(node)
}

export function readPublicInfo(node: DerNode): PublicKey | undefined {
  const [kind, key] = node.children
  const [type, parameters] = kind?.children ?? []
  if (!type || !key) return undefined
  const point = key.content.subarray(1)
  const curve = curveOf(parameters)
  if (oidText(type) === EC) return curve && { curve, point }
  if (oidText(type) !== RSA) return undefined
  const [n = 0n, e = 0n] = parseDer(point).children.map(({ content }) => toBigInt(content))
  return { n, e }
}

/** @param passphrase  asked for when the file is encrypted */
export async function readPrivateKey(
  text: string,
  passphrase: () => Promise<string | undefined>,
): Promise<PrivateKey | 'wrong passphrase' | undefined> {
  try {
    for (const { label, bytes } of parsePem(text)) {
      if (label === 'RSA PRIVATE KEY') return readPkcs1(parseDer(bytes))
      if (label === 'EC PRIVATE KEY') return readSec1(parseDer(bytes), undefined)
      if (label === 'PRIVATE KEY') return readPkcs8(bytes)
      if (label !== 'ENCRYPTED PRIVATE KEY') continue
      const plain = openPkcs8(bytes, (await passphrase()) ?? '')
      return plain ? readPkcs8(plain) : 'wrong passphrase'
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

export function readPublicKey(text: string): PublicKey | undefined {
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

/** @param traditional  in the form of the key's own kind */
export function privatePem(key: PrivateKey, traditional = false): string {
  if (!traditional) return pem('PRIVATE KEY', privatePkcs8(key))
  return isEc(key) ? pem('EC PRIVATE KEY', privateSec1(key, true)) : pem('RSA PRIVATE KEY', privatePkcs1(key))
}
export const encryptedPem = (key: PrivateKey, passphrase: string, random: RandomBytes): string =>
  pem('ENCRYPTED PRIVATE KEY', encryptPkcs8(key, passphrase, random))

export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(sha256, key, data)
