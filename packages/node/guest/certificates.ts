import { Buffer } from 'buffer'
import { nodeError } from './errors.ts'
import { askKeys, type AsymmetricKeyObject, asymmetricKey, bytesOf, type Data } from './keys.ts'

export interface Parts {
  readonly subject: string
  readonly issuer: string
  readonly subjectAltName?: string
  readonly validFrom: string
  readonly validTo: string
  readonly serialNumber: string
  readonly fingerprint: string
  readonly fingerprint256: string
  readonly fingerprint512: string
  readonly ca: boolean
  readonly keyUsage?: readonly string[]
  readonly subjectParts: Readonly<Record<string, string>>
  readonly issuerParts: Readonly<Record<string, string>>
  readonly names: readonly string[]
  readonly addresses: readonly string[]
  readonly raw: string
}

const pemBody = (text: string): Uint8Array | undefined => {
  const [, body] = /-----BEGIN CERTIFICATE-----([^-]*)-----END/.exec(text) ?? []
  return body === undefined ? undefined : Buffer.from(body.replaceAll(/\s/g, ''), 'base64')
}
const matches = (pattern: string, host: string): boolean =>
  pattern.toLowerCase() === host.toLowerCase() ||
  (pattern.startsWith('*.') && host.slice(host.indexOf('.')).toLowerCase() === pattern.slice(1).toLowerCase())

/** https://nodejs.org/api/crypto.html#class-x509certificate */
export class X509Certificate {
  readonly #parts: Parts
  readonly #der: Uint8Array
  constructor(data: Data) {
    const given = bytesOf(data)
    this.#der = (pemBody(Buffer.from(given).toString('latin1')) ?? given).slice()
    const parts = askKeys('certificate', [], this.#der).value as Parts | null
    if (!parts)
      throw Object.assign(new Error('error:0680007B:asn1 encoding routines::header too long'), {
        ...{ library: 'asn1 encoding routines', reason: 'header too long', code: 'ERR_OSSL_ASN1_HEADER_TOO_LONG' },
      })
    this.#parts = parts
  }
  get subject(): string {
    return this.#parts.subject
  }
  get subjectAltName(): string | undefined {
    return this.#parts.subjectAltName
  }
  get issuer(): string {
    return this.#parts.issuer
  }
  get infoAccess(): undefined {
    return undefined
  }
  get validFrom(): string {
    return this.#parts.validFrom
  }
  get validTo(): string {
    return this.#parts.validTo
  }
  get fingerprint(): string {
    return this.#parts.fingerprint
  }
  get fingerprint256(): string {
    return this.#parts.fingerprint256
  }
  get fingerprint512(): string {
    return this.#parts.fingerprint512
  }
  get keyUsage(): readonly string[] | undefined {
    return this.#parts.keyUsage
  }
  get serialNumber(): string {
    return this.#parts.serialNumber
  }
  get raw(): Buffer {
    return Buffer.from(this.#der)
  }
  get publicKey(): AsymmetricKeyObject {
    return asymmetricKey(this.toString(), 'public')
  }
  get ca(): boolean {
    return this.#parts.ca
  }
  checkHost(name: string): string | undefined {
    const { names, subjectParts } = this.#parts
    const known = names.length > 0 ? names : [subjectParts.CN ?? '']
    return known.some((each) => matches(each, name)) ? name : undefined
  }
  checkIP(address: string): string | undefined {
    return this.#parts.addresses.includes(address) ? address : undefined
  }
  checkEmail(email: string): string | undefined {
    return this.#parts.subjectAltName?.includes(`email:${email}`) ? email : undefined
  }
  checkIssued(other: X509Certificate): boolean {
    return this.issuer === other.subject && this.verify(other.publicKey)
  }
  checkPrivateKey(key: AsymmetricKeyObject): boolean {
    if (key?.type !== 'private')
      throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', "The argument 'pkey' must be a private key")
    return asymmetricKey(key, 'public').equals(this.publicKey)
  }
  verify(key: AsymmetricKeyObject): boolean {
    return askKeys('isIssued', [key.type, key.told.der], this.#der).value as boolean
  }
  toString(): string {
    const body = Buffer.from(this.#der)
      .toString('base64')
      .replace(/.{64}(?=.)/g, '$&\n')
    return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`
  }
  toJSON(): string {
    return this.toString()
  }
  toLegacyObject(): object {
    return legacyCertificate(this.#parts)
  }
}

/** What TLSSocket.getPeerCertificate gives. */
export function legacyCertificate(parts: Parts): object {
  const { subjectAltName, keyUsage } = parts
  return {
    subject: { __proto__: null, ...parts.subjectParts },
    issuer: { __proto__: null, ...parts.issuerParts },
    ...(subjectAltName !== undefined && { subjectaltname: subjectAltName }),
    ca: parts.ca,
    valid_from: parts.validFrom,
    valid_to: parts.validTo,
    fingerprint: parts.fingerprint,
    fingerprint256: parts.fingerprint256,
    fingerprint512: parts.fingerprint512,
    ...(keyUsage && { ext_key_usage: keyUsage }),
    serialNumber: parts.serialNumber,
    raw: Buffer.from(parts.raw, 'base64'),
  }
}
