import { equalBytes } from '@drydock/codec'
import { type Certificate, isSignedBy, oidOf, oidText, parseDer, parsePem, readCertificate, TAG } from '@drydock/crypto'

/** Why a chain is not believed. */
export type VerifyProblem =
  | { readonly kind: 'unknown authority' }
  | { readonly kind: 'self signed' }
  | { readonly kind: 'expired'; readonly nowMs: number; readonly certificate: Certificate }
  | { readonly kind: 'not yet valid'; readonly nowMs: number; readonly certificate: Certificate }
  | { readonly kind: 'no names'; readonly wanted: string; readonly commonName: string }
  | { readonly kind: 'wrong name'; readonly wanted: string; readonly names: readonly string[] }
  | { readonly kind: 'wrong usage' }
  | { readonly kind: 'no certificate' }

export interface VerifyOptions {
  /** A DNS name or an IPv4 address; without one no name is asked for. */
  readonly name?: string
  readonly roots: readonly Certificate[]
  readonly nowMs: number
  /** Whether the common name counts where there are no other names: as OpenSSL has it, and Go no more. */
  readonly commonName?: boolean
  /** Which side the leaf is for, where it says for which. */
  readonly usage?: 'client' | 'server'
}

/** All certificates of a PEM file. */
export const readCertificates = (text: string): Certificate[] =>
  parsePem(text).flatMap(({ label, bytes }) => (label === 'CERTIFICATE' ? (readCertificate(bytes) ?? []) : []))

/** RFC 5280 section 6, as far as lessons go: times, signatures up to a root, CA:TRUE of issuers; RFC 6125 for names. */
export function verifyChain(chain: readonly Certificate[], options: VerifyOptions): VerifyProblem | undefined {
  const [leaf] = chain
  if (!leaf) return { kind: 'no certificate' }
  return (
    wrongTime(leaf, options.nowMs) ??
    wrongName(leaf, options) ??
    wrongIssuer(leaf, chain.slice(1), options) ??
    wrongUsage(leaf, options)
  )
}

function wrongTime(certificate: Certificate, nowMs: number): VerifyProblem | undefined {
  if (nowMs > certificate.notAfterMs) return { kind: 'expired', nowMs, certificate }
  if (nowMs < certificate.notBeforeMs) return { kind: 'not yet valid', nowMs, certificate }
  return undefined
}

function wrongIssuer(
  certificate: Certificate,
  others: readonly Certificate[],
  options: VerifyOptions,
): VerifyProblem | undefined {
  if (options.roots.some((root) => equalBytes(root.bytes, certificate.bytes))) return undefined
  const isIssuer = (each: Certificate): boolean =>
    equalBytes(each.subjectDer, certificate.issuerDer) && isAuthority(each) && isSignedBy(certificate, each.key)
  if (options.roots.some((root) => isIssuer(root) && !wrongTime(root, options.nowMs))) return undefined
  const between = others.filter((each) => isIssuer(each) && !equalBytes(each.bytes, certificate.bytes))
  const rest = others.filter((each) => !between.includes(each))
  if (between.some((each) => !wrongTime(each, options.nowMs) && !wrongIssuer(each, rest, options))) return undefined
  return equalBytes(certificate.subjectDer, certificate.issuerDer)
    ? { kind: 'self signed' }
    : { kind: 'unknown authority' }
}

const USAGES = { server: 'serverAuth', client: 'clientAuth' } as const

/** RFC 5280 section 4.2.1.12 */
function wrongUsage({ extensions }: Certificate, { usage }: VerifyOptions): VerifyProblem | undefined {
  const found = extensions.find(({ oid }) => oid === oidOf('extendedKeyUsage'))
  if (!found || usage === undefined) return undefined
  const purposes = parseDer(found.value).children.map(oidText)
  const fits = [USAGES[usage], 'anyExtendedKeyUsage'].some((name) => purposes.includes(oidOf(name) ?? name))
  return fits ? undefined : { kind: 'wrong usage' }
}

/** Version 1 knows no extensions: such a root may sign too. */
function isAuthority({ extensions, version }: Certificate): boolean {
  const found = extensions.find(({ oid }) => oid === oidOf('basicConstraints'))
  if (!found) return version < 3
  return parseDer(found.value).children.some(({ tag, content }) => tag === TAG.boolean && content[0] !== 0)
}

interface Names {
  readonly dns: readonly string[]
  readonly addresses: readonly string[]
}

function namesOf({ extensions }: Certificate): Names | undefined {
  const found = extensions.find(({ oid }) => oid === oidOf('subjectAltName'))
  if (!found) return undefined
  const nodes = parseDer(found.value).children
  const decoder = new TextDecoder()
  return {
    dns: nodes.filter(({ tag }) => tag === 0x82).map(({ content }) => decoder.decode(content).toLowerCase()),
    addresses: nodes.filter(({ tag }) => tag === 0x87).map(({ content }) => content.join('.')),
  }
}

/** Names that a server with this certificate may be asked for by: those of DNS, else the common name. */
export const certifiedNames = (certificate: Certificate): readonly string[] =>
  namesOf(certificate)?.dns ??
  certificate.subject.filter(([type]) => type === oidOf('CN')).map(([, name]) => name.toLowerCase())

function wrongName(certificate: Certificate, { name: wanted, commonName }: VerifyOptions): VerifyProblem | undefined {
  if (wanted === undefined) return undefined
  const names = namesOf(certificate)
  const isAddress = /^\d+(\.\d+){3}$/.test(wanted)
  if (!names) {
    const common = certificate.subject.find(([type]) => type === oidOf('CN'))?.[1] ?? ''
    return commonName && common === wanted ? undefined : { kind: 'no names', wanted, commonName: common }
  }
  const fits = isAddress
    ? names.addresses.includes(wanted)
    : names.dns.some((pattern) => dnsFits(pattern, wanted.toLowerCase()))
  return fits ? undefined : { kind: 'wrong name', wanted, names: isAddress ? names.addresses : names.dns }
}

/** A star stands for one label, the first. RFC 6125 section 6.4.3 */
const dnsFits = (pattern: string, name: string): boolean =>
  pattern.startsWith('*.') ? name.includes('.') && name.slice(name.indexOf('.')) === pattern.slice(1) : pattern === name
