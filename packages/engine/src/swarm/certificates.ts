import { encodeUtf8, equalBytes, sha256, toBase64 } from '@drydock/codec'
import {
  bits,
  type Certificate,
  der,
  type EcPrivateKey,
  type Extension,
  encodeName,
  generateEc,
  isSignedBy,
  keyIdentifier,
  makeCertificate,
  makeRequest,
  type NamePart,
  oid,
  oidOf,
  octets,
  parsePem,
  pem,
  privatePem,
  publicInfo,
  type RandomBytes,
  randomSerial,
  readCertificate,
  readPrivateKey,
  readRequest,
  sequence,
  truth,
} from '@drydock/crypto'
import type { TLSInfo } from '@drydock/docker-api'
import { authorityDigest, type RootCa } from '@drydock/swarm'
import { invalid } from '../problem.ts'

const STYLE = 'printable'
const HOUR_MS = 3_600_000
/** swarmkit ca.RootCAExpiration */
const ROOT_MS = 7300 * 24 * HOUR_MS
/** Clocks of nodes differ. swarmkit ca.CertBackdate */
const BACKDATE_MS = HOUR_MS
const ROOT_NAME = 'swarm-ca'

const id = (name: string): string => oidOf(name) ?? ''
const named = (...parts: readonly (readonly [string, string])[]): NamePart[] =>
  parts.map(([name, value]) => [id(name), value])
const extension = (name: string, critical: boolean, value: Uint8Array): Extension => ({
  ...{ oid: id(name), critical, value },
})

/** What RFC 5280 calls keyCertSign and cRLSign; digitalSignature and keyEncipherment. */
const SIGNS = bits(Uint8Array.of(0x06), 1)
const SERVES = bits(Uint8Array.of(0xa0), 5)

/** The authority of a new swarm, or of one whose authority is changed. swarmkit ca.CreateRootCA */
export function makeRoot(nowMs: number, random: RandomBytes): RootCa {
  const key = generateEc('P-256', random)
  const name = named(['CN', ROOT_NAME])
  const bytes = makeCertificate(
    {
      ...{ serial: randomSerial(random), issuer: name, subject: name, key, style: STYLE },
      ...{ notBeforeMs: nowMs, notAfterMs: nowMs + ROOT_MS },
      extensions: [
        extension('keyUsage', true, SIGNS),
        extension('basicConstraints', true, sequence(truth())),
        extension('subjectKeyIdentifier', false, octets(keyIdentifier(key))),
      ],
    },
    key,
    'sha256',
  )
  return rootOf(pem('CERTIFICATE', bytes), privatePem(key, true))
}

/** An authority that somebody brings along. @throws Problem invalid */
export async function readRoot(certificate: string, key: string): Promise<RootCa> {
  const found = certificateIn(certificate)
  if (!found) throw invalid('invalid CA certificate: could not parse PEM')
  const secret = await readPrivateKey(key, async () => undefined)
  if (!secret || secret === 'wrong passphrase') throw invalid('invalid CA key: could not parse PEM')
  if (!equalBytes(publicInfo(secret), publicInfo(found.key))) throw invalid('certificate key mismatch')
  return rootOf(certificate.trim() + '\n', key)
}

const rootOf = (certificate: string, key: string): RootCa => ({
  ...{ certificate, key, info: tlsInfo(certificate), digest: digestOf(certificate) },
})

/** As join tokens name it. */
export const digestOf = (certificate: string): string => authorityDigest(sha256(encodeUtf8(certificate)))

export function certificateIn(text: string): Certificate | undefined {
  const block = parsePem(text).find(({ label }) => label === 'CERTIFICATE')
  return block && readCertificate(block.bytes)
}

/** What the API tells of an authority. */
function tlsInfo(certificate: string): TLSInfo {
  const found = certificateIn(certificate)
  if (!found) return {}
  return {
    TrustRoot: certificate,
    CertIssuerSubject: toBase64(encodeName(found.subject, STYLE)),
    CertIssuerPublicKey: toBase64(publicInfo(found.key)),
  }
}

/** A node's new key and what it asks the authority to sign. */
export function askForCertificate(random: RandomBytes): { readonly key: string; readonly request: string } {
  const key: EcPrivateKey = generateEc('P-256', random)
  const bytes = makeRequest(named(['CN', 'swarm-test']), [], key, 'sha256')
  return { key: privatePem(key, true), request: pem('CERTIFICATE REQUEST', bytes) }
}

export interface Subject {
  readonly nodeId: string
  readonly clusterId: string
  readonly role: 'manager' | 'worker'
  readonly validMs: number
}

/** A node's certificate, by its role. @returns PEM; undefined where the request is none. swarmkit ca.ParseValidateAndSignCSR */
export async function signRequest(
  root: RootCa,
  text: string,
  { nodeId, clusterId, role, validMs }: Subject,
  nowMs: number,
  random: RandomBytes,
): Promise<string | undefined> {
  const block = parsePem(text)[0]
  const request = block && readRequest(block.bytes)
  const issuer = certificateIn(root.certificate)
  const key = await readPrivateKey(root.key, async () => undefined)
  if (!request || !isSignedBy(request, request.key) || !issuer || !key || key === 'wrong passphrase') return undefined
  const unit = `swarm-${role}`
  const names = [unit, nodeId, ...(role === 'manager' ? [ROOT_NAME] : [])]
  const bytes = makeCertificate(
    {
      ...{ serial: randomSerial(random), issuer: issuer.subject, key: request.key, style: STYLE },
      subject: named(['O', clusterId], ['OU', unit], ['CN', nodeId]),
      ...{ notBeforeMs: nowMs - BACKDATE_MS, notAfterMs: nowMs + validMs },
      extensions: [
        extension('keyUsage', true, SERVES),
        extension('extendedKeyUsage', false, sequence(oid(id('serverAuth')), oid(id('clientAuth')))),
        extension('basicConstraints', true, sequence()),
        extension('subjectKeyIdentifier', false, octets(keyIdentifier(request.key))),
        extension('authorityKeyIdentifier', false, sequence(der(0x80, keyIdentifier(issuer.key)))),
        extension('subjectAltName', false, sequence(...names.map((name) => der(0x82, encodeUtf8(name))))),
      ],
    },
    key,
    'sha256',
  )
  return pem('CERTIFICATE', bytes)
}

/** The role that a node's certificate tells. */
export function roleOf({ subject }: Certificate): 'manager' | 'worker' | undefined {
  const unit = subject.find(([type]) => type === id('OU'))?.[1]
  return unit === 'swarm-manager' ? 'manager' : unit === 'swarm-worker' ? 'worker' : undefined
}
