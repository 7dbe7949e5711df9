import { Hash, toBase64, toHex } from '@drydock/codec'
import { type Certificate, longName, oidOf, oidText, parseDer, readCertificate, shortName, TAG } from '@drydock/crypto'

/** What node's X509Certificate tells of a certificate. */
export interface CertificateParts {
  readonly subject: string
  readonly issuer: string
  readonly subjectAltName?: string
  readonly validFrom: string
  readonly validTo: string
  readonly fromMs: number
  readonly toMs: number
  readonly serialNumber: string
  readonly fingerprint: string
  readonly fingerprint256: string
  readonly fingerprint512: string
  readonly ca: boolean
  readonly keyUsage?: readonly string[]
  /** The name's parts by their short names. */
  readonly subjectParts: Readonly<Record<string, string>>
  readonly issuerParts: Readonly<Record<string, string>>
  readonly names: readonly string[]
  readonly addresses: readonly string[]
  /** What it was signed with. */
  readonly hash: string
  readonly raw: string
}

type Names = Certificate['subject']
const lines = (names: Names): string => names.map(([oid, value]) => `${shortName(oid)}=${value}`).join('\n')
const parts = (names: Names): Record<string, string> =>
  Object.fromEntries(names.map(([oid, value]) => [shortName(oid), value]))
const fingerprint = (hash: 'sha1' | 'sha256' | 'sha512', bytes: Uint8Array): string =>
  toHex(new Hash(hash).update(bytes).digest())
    .toUpperCase()
    .replace(/..(?=.)/g, '$&:')

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
/** `Jan  2 03:04:05 2026 GMT`, as OpenSSL prints it. */
function timeText(ms: number): string {
  const time = new Date(ms)
  const day = String(time.getUTCDate()).padStart(2)
  return `${MONTHS[time.getUTCMonth()]} ${day} ${time.toISOString().slice(11, 19)} ${time.getUTCFullYear()} GMT`
}

const valueOf = ({ extensions }: Certificate, name: string): Uint8Array | undefined =>
  extensions.find(({ oid }) => oid === oidOf(name))?.value

function otherNames(certificate: Certificate): { dns: string[]; addresses: string[]; text: string[] } {
  const value = valueOf(certificate, 'subjectAltName')
  const [dns, addresses, text]: [string[], string[], string[]] = [[], [], []]
  for (const { tag, content } of value ? parseDer(value).children : []) {
    const word = new TextDecoder().decode(content)
    if (tag === 0x82) dns.push(word)
    if (tag === 0x87) addresses.push(content.join('.'))
    const shown = { 0x81: `email:${word}`, 0x82: `DNS:${word}`, 0x86: `URI:${word}` }[tag]
    text.push(shown ?? (tag === 0x87 ? `IP Address:${content.join('.')}` : 'othername:<unsupported>'))
  }
  return { dns, addresses, text }
}

const SIGNATURES: readonly (readonly [pattern: RegExp, hash: string])[] = [
  [/sha1/i, 'sha1'],
  [/sha384/i, 'sha384'],
  [/sha512/i, 'sha512'],
]

/** @returns undefined for bytes that are no certificate */
export function certificateParts(bytes: Uint8Array): CertificateParts | undefined {
  const certificate = readCertificate(bytes)
  if (!certificate) return undefined
  const names = otherNames(certificate)
  const constraints = valueOf(certificate, 'basicConstraints')
  const usage = valueOf(certificate, 'extendedKeyUsage')
  const signature = longName(certificate.signatureOid)
  return {
    subject: lines(certificate.subject),
    issuer: lines(certificate.issuer),
    ...(names.text.length > 0 && { subjectAltName: names.text.join(', ') }),
    validFrom: timeText(certificate.notBeforeMs),
    validTo: timeText(certificate.notAfterMs),
    fromMs: certificate.notBeforeMs,
    toMs: certificate.notAfterMs,
    serialNumber: certificate.serial
      .toString(16)
      .toUpperCase()
      .replace(/^(?=(?:..)*.$)/, '0'),
    fingerprint: fingerprint('sha1', bytes),
    fingerprint256: fingerprint('sha256', bytes),
    fingerprint512: fingerprint('sha512', bytes),
    ca: constraints !== undefined && parseDer(constraints).children.some(({ tag }) => tag === TAG.boolean),
    ...(usage && { keyUsage: parseDer(usage).children.map(oidText) }),
    subjectParts: parts(certificate.subject),
    issuerParts: parts(certificate.issuer),
    names: names.dns,
    addresses: names.addresses,
    hash: SIGNATURES.find(([pattern]) => pattern.test(signature))?.[1] ?? 'sha256',
    raw: toBase64(bytes),
  }
}
