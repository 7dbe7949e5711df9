/** `-text` of certificates, requests and keys. */
import {
  bitLength,
  type Certificate,
  type CertificateRequest,
  CURVE_NAMES,
  type EcPublicKey,
  type Extension,
  fromBigInt,
  isEc,
  keyBits,
  longName,
  modInverse,
  nameText,
  type PrivateKey,
  type PublicKey,
} from '@drydock/crypto'
import { extensionText } from './extensions.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

/** `Nov 28 06:34:19 2026 GMT`. */
export function dateText(ms: number): string {
  const date = new Date(ms)
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${clock} ${date.getUTCFullYear()} GMT`
}

const hexPairs = (bytes: Uint8Array): string[] => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))

/** Bytes with colons, so many a line. */
function hexBlock(bytes: Uint8Array, indent: number, perLine: number): string {
  const pairs = hexPairs(bytes)
  const lines: string[] = []
  for (let at = 0; at < pairs.length; at += perLine) {
    const more = at + perLine < pairs.length
    lines.push(`${' '.repeat(indent)}${pairs.slice(at, at + perLine).join(':')}${more ? ':' : ''}\n`)
  }
  return lines.join('')
}

/** A number with a zero in front where its first bit is set. */
function numberBlock(value: bigint, indent: number): string {
  const bytes = fromBigInt(value)
  return hexBlock((bytes[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...bytes) : bytes, indent, 15)
}

function serialText(serial: bigint): string {
  const bytes = fromBigInt(serial)
  if (bytes.length <= 8) return ` ${serial} (0x${serial.toString(16)})`
  return `\n            ${hexPairs(bytes).join(':')}`
}

function curveText({ curve, point }: EcPublicKey, indent: number): string {
  const pad = ' '.repeat(indent)
  const [, name] = CURVE_NAMES.find(([each]) => each === curve) ?? []
  return `${pad}pub:\n${hexBlock(point, indent + 4, 15)}${pad}ASN1 OID: ${name}\n${pad}NIST CURVE: ${curve}\n`
}

function keyText(key: PublicKey, indent: number): string {
  const pad = ' '.repeat(indent)
  const head = `${pad}Public Key Algorithm: ${algorithmName(key)}\n${pad}    Public-Key: (${keyBits(key)} bit)\n`
  if (isEc(key)) return head + curveText(key, indent + 4)
  const { n, e } = key
  return `${head}${pad}    Modulus:\n${numberBlock(n, indent + 8)}${pad}    Exponent: ${e} (0x${e.toString(16)})\n`
}

export const algorithmName = (key: PublicKey): string => (isEc(key) ? 'id-ecPublicKey' : 'rsaEncryption')

/** `-modulus`. */
export const modulusText = (key: PublicKey): string =>
  `Modulus=${isEc(key) ? 'No modulus for this public key type' : key.n.toString(16).toUpperCase()}\n`

function extensionsText(extensions: readonly Extension[], indent: number): string {
  const pad = ' '.repeat(indent)
  return extensions
    .map(
      (each) => `${pad}${longName(each.oid)}: ${each.critical ? 'critical' : ''}\n${pad}    ${extensionText(each)}\n`,
    )
    .join('')
}

const signatureText = (algorithm: string, signature: Uint8Array): string =>
  `    Signature Algorithm: ${longName(algorithm)}\n    Signature Value:\n${hexBlock(signature, 8, 18)}`

export function certificateText(certificate: Certificate): string {
  const { version, serial, issuer, subject, notBeforeMs, notAfterMs, key, extensions, signatureOid, signature } =
    certificate
  const dates = `            Not Before: ${dateText(notBeforeMs)}\n            Not After : ${dateText(notAfterMs)}\n`
  const more = extensions.length > 0 ? `        X509v3 extensions:\n${extensionsText(extensions, 12)}` : ''
  return `Certificate:
    Data:
        Version: ${version} (0x${version - 1})
        Serial Number:${serialText(serial)}
        Signature Algorithm: ${longName(signatureOid)}
        Issuer: ${nameText(issuer)}
        Validity
${dates}        Subject: ${nameText(subject)}
        Subject Public Key Info:
${keyText(key, 12)}${more}${signatureText(signatureOid, signature)}`
}

export function requestText({ subject, key, extensions, signatureOid, signature }: CertificateRequest): string {
  const asked = `            Requested Extensions:
${extensionsText(extensions, 16)}`
  return `Certificate Request:
    Data:
        Version: 1 (0x0)
        Subject: ${nameText(subject)}
        Subject Public Key Info:
${keyText(key, 12)}        Attributes:
${extensions.length > 0 ? '' : '            (none)\n'}${asked}${signatureText(signatureOid, signature)}`
}

export function privateKeyText(key: PrivateKey): string {
  if (isEc(key)) return `Private-Key: (${keyBits(key)} bit)\npriv:\n${hexBlock(key.secret, 4, 15)}${curveText(key, 0)}`
  const { n, e, d, p, q } = key
  const parts: [string, bigint][] = [
    ['privateExponent', d],
    ['prime1', p],
    ['prime2', q],
    ['exponent1', d % (p - 1n)],
    ['exponent2', d % (q - 1n)],
    ['coefficient', modInverse(q, p)],
  ]
  const head = `Private-Key: (${bitLength(n)} bit, 2 primes)\nmodulus:\n${numberBlock(n, 4)}publicExponent: ${e} (0x${e.toString(16)})\n`
  return head + parts.map(([name, value]) => `${name}:\n${numberBlock(value, 4)}`).join('')
}

export function publicKeyText(key: PublicKey): string {
  const head = `Public-Key: (${keyBits(key)} bit)\n`
  if (isEc(key)) return head + curveText(key, 0)
  return `${head}Modulus:\n${numberBlock(key.n, 4)}Exponent: ${key.e} (0x${key.e.toString(16)})\n`
}
