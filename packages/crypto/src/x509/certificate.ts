/** Certificates and requests for them. RFC 5280, RFC 2986. */
import { Hash, type HashName } from '@drydock/codec'
import {
  bits,
  der,
  type DerNode,
  integer,
  nothing,
  octets,
  oid,
  oidText,
  parseDer,
  sequence,
  TAG,
  truth,
} from '../der.ts'
import { isEc, type PrivateKey, type PublicKey, sign, verify } from '../keys.ts'
import { type RandomBytes, toBigInt } from '../rsa.ts'
import { decodeName, encodeName, type NamePart, type NameStyle } from './distinguished-name.ts'
import { publicBytes, publicInfo, readPublicInfo } from './keys.ts'
import { oidOf } from './oids.ts'

export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** What is inside of the octet string. */
  readonly value: Uint8Array
}
export interface CertificateFields {
  readonly serial: bigint
  readonly issuer: readonly NamePart[]
  readonly subject: readonly NamePart[]
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly key: PublicKey
  readonly extensions: readonly Extension[]
  readonly style?: NameStyle
}
export interface Certificate extends CertificateFields {
  readonly bytes: Uint8Array
  readonly signed: Uint8Array
  readonly signatureOid: string
  readonly signature: Uint8Array
  readonly version: number
  /** Names as they stand in the file. */
  readonly issuerDer: Uint8Array
  readonly subjectDer: Uint8Array
}
export interface CertificateRequest {
  readonly bytes: Uint8Array
  readonly signed: Uint8Array
  readonly subject: readonly NamePart[]
  readonly key: PublicKey
  readonly extensions: readonly Extension[]
  readonly signatureOid: string
  readonly signature: Uint8Array
}

const RSA_SIGNATURES: ReadonlyMap<string, HashName> = new Map([
  ['1.2.840.113549.1.1.5', 'sha1'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
])
/** RFC 5758 section 3.2: no parameters follow. */
const EC_SIGNATURES: ReadonlyMap<string, HashName> = new Map([
  ['1.2.840.10045.4.1', 'sha1'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
])

function signatureKind(key: PublicKey, hash: HashName): Uint8Array {
  const [dotted] = [...(isEc(key) ? EC_SIGNATURES : RSA_SIGNATURES)].find(([, each]) => each === hash) ?? []
  if (dotted === undefined) return signatureKind(key, 'sha256')
  return isEc(key) ? sequence(oid(dotted)) : sequence(oid(dotted), nothing())
}

/** A serial number by chance, of as many bytes as there may be. RFC 5280 section 4.1.2.2 */
export function randomSerial(random: RandomBytes): bigint {
  const bytes = random(20)
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return toBigInt(bytes)
}

/** UTCTime up to 2049, GeneralizedTime after it. */
function time(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replace(/[-T:]|\.\d+/g, '')
  const old = Number(text.slice(0, 4)) < 2050
  return der(old ? TAG.utcTime : TAG.generalizedTime, new TextEncoder().encode(old ? text.slice(2) : text))
}

function readTime({ tag, content }: DerNode): number {
  const text = new TextDecoder().decode(content)
  const full = tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text
  const [year = 0, month = 1, day, hours, minutes, seconds] = (
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(full) ?? []
  )
    .slice(1)
    .map(Number)
  return Date.UTC(year, month - 1, day, hours, minutes, seconds)
}

const encodeExtensions = (extensions: readonly Extension[]): Uint8Array =>
  sequence(
    ...extensions.map((each) => sequence(oid(each.oid), ...(each.critical ? [truth()] : []), octets(each.value))),
  )

const readExtensions = (node: DerNode | undefined): Extension[] =>
  (node?.children ?? []).flatMap(({ children }): Extension[] => {
    const [type, second] = children
    const value = children.at(-1)
    return type && value
      ? [{ oid: oidText(type), critical: second?.tag === TAG.boolean && second.content[0] !== 0, value: value.content }]
      : []
  })

const signedWith = (body: Uint8Array, key: PrivateKey, hash: HashName): Uint8Array =>
  sequence(body, signatureKind(key, hash), bits(sign(key, hash, body)))

export function makeCertificate(fields: CertificateFields, key: PrivateKey, hash: HashName): Uint8Array {
  const body = sequence(
    // Without extensions a certificate is one of version 1, which is not told.
    ...(fields.extensions.length > 0 ? [der(0xa0, integer(2))] : []),
    integer(fields.serial),
    signatureKind(key, hash),
    encodeName(fields.issuer, fields.style),
    sequence(time(fields.notBeforeMs), time(fields.notAfterMs)),
    encodeName(fields.subject, fields.style),
    publicInfo(fields.key),
    ...(fields.extensions.length > 0 ? [der(0xa3, encodeExtensions(fields.extensions))] : []),
  )
  return signedWith(body, key, hash)
}

/** @throws RangeError for bytes that are no DER @returns undefined for what is no certificate of ours */
export function readCertificate(bytes: Uint8Array): Certificate | undefined {
  const [body, kind, signature] = parseDer(bytes).children
  if (!body || !kind?.children[0] || !signature) return undefined
  const parts = [...body.children]
  const version = parts[0]?.tag === 0xa0 ? Number(parts.shift()?.children[0]?.content[0] ?? 0) + 1 : 1
  const [serial, , issuer, validity, subject, info, ...rest] = parts
  const [from, to] = validity?.children ?? []
  const key = info && readPublicInfo(info)
  if (!serial || !issuer || !from || !to || !subject || !key) return undefined
  return {
    bytes,
    signed: body.whole,
    version,
    serial: toBigInt(serial.content),
    issuer: decodeName(issuer),
    issuerDer: issuer.whole,
    subject: decodeName(subject),
    subjectDer: subject.whole,
    notBeforeMs: readTime(from),
    notAfterMs: readTime(to),
    key,
    extensions: readExtensions(rest.find(({ tag }) => tag === 0xa3)?.children[0]),
    signatureOid: oidText(kind.children[0]),
    signature: signature.content.subarray(1),
  }
}

export function makeRequest(
  subject: readonly NamePart[],
  extensions: readonly Extension[],
  key: PrivateKey,
  hash: HashName,
): Uint8Array {
  const asked =
    extensions.length > 0 ? [sequence(oid(oidOf('extReq') ?? ''), der(TAG.set, encodeExtensions(extensions)))] : []
  return signedWith(sequence(integer(0), encodeName(subject), publicInfo(key), der(0xa0, ...asked)), key, hash)
}

export function readRequest(bytes: Uint8Array): CertificateRequest | undefined {
  const [body, kind, signature] = parseDer(bytes).children
  const [, subject, info, attributes] = body?.children ?? []
  const key = info && readPublicInfo(info)
  if (!body || !subject || !key || !kind?.children[0] || !signature) return undefined
  const asked = attributes?.children.find(({ children: [type] }) => type && oidText(type) === oidOf('extReq'))
  return {
    bytes,
    signed: body.whole,
    subject: decodeName(subject),
    key,
    extensions: readExtensions(asked?.children[1]?.children[0]),
    signatureOid: oidText(kind.children[0]),
    signature: signature.content.subarray(1),
  }
}

/** Whether a key has signed it. */
export function isSignedBy(
  { signed, signature, signatureOid }: Pick<Certificate, 'signed' | 'signature' | 'signatureOid'>,
  key: PublicKey,
): boolean {
  const hash = (isEc(key) ? EC_SIGNATURES : RSA_SIGNATURES).get(signatureOid)
  return hash !== undefined && verify(key, hash, signed, signature)
}

/** SHA-1 of the public key, RFC 5280 section 4.2.1.2 (1). */
export const keyIdentifier = (key: PublicKey): Uint8Array => new Hash('sha1').update(publicBytes(key)).digest()

/** The first half of the digest of a canonical name, as `-hash` prints it and /etc/ssl/certs uses it. */
export function nameHash(parts: readonly NamePart[]): string {
  const canonical = parts.map(([type, value]) => {
    const text = value.trim().replace(/\s+/g, ' ').toLowerCase()
    return der(TAG.set, sequence(oid(type), der(TAG.utf8, new TextEncoder().encode(text))))
  })
  const hash = new Hash('sha1')
  for (const part of canonical) hash.update(part)
  return [...hash.digest().subarray(0, 4)]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
