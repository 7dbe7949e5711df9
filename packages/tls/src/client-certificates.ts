import { equalBytes } from '@drydock/codec'
import { type Certificate, readCertificate } from '@drydock/crypto'
import { ByteReader } from './byte-reader.ts'
import { u16, vector8, vector16 } from './byte-writer.ts'
import { checkVerifyMessage, readCertificateMessage, type TlsIdentity } from './certificates.ts'
import { extension, extensionsOf, numbersOf } from './extensions.ts'
import { EXTENSION, type Handshake, MESSAGE, message } from './handshake.ts'
import { SCHEME_IDS } from './signatures.ts'
import { ALERT, protocolError, TlsError } from './tls-error.ts'
import { verifyChain } from './verify.ts'

/** Whom a server wants to know among its clients. */
export interface ClientTrust {
  /** Authorities that may have signed a client's certificate. */
  readonly roots: readonly Certificate[]
  /** Whether those without one are turned away. */
  readonly required: boolean
  readonly nowMs: number
}

/** RFC 8446 section 4.3.2, with the names of the authorities. */
export function certificateRequest({ roots }: ClientTrust): Uint8Array {
  const names = roots.map(({ subjectDer }) => vector16(subjectDer))
  const extensions = [
    extension(EXTENSION.signatureAlgorithms, vector16(...SCHEME_IDS.map(u16))),
    ...(names.length > 0 ? [extension(EXTENSION.certificateAuthorities, vector16(...names))] : []),
  ]
  return message(MESSAGE.certificateRequest, vector8(), vector16(...extensions))
}

export interface CertificateRequest {
  /** Signatures that the server understands. */
  readonly schemes: readonly number[]
  /** Names of authorities as DER; none where any will do. */
  readonly authorities: readonly Uint8Array[]
}

export function readCertificateRequest(body: Uint8Array): CertificateRequest {
  const reader = new ByteReader(body)
  reader.vector(1)
  const extensions = new Map(extensionsOf(reader))
  const schemes = extensions.get(EXTENSION.signatureAlgorithms)
  return {
    schemes: schemes ? numbersOf(schemes.vector(2)) : [],
    authorities: namesIn(extensions.get(EXTENSION.certificateAuthorities)?.vector(2)),
  }
}

function namesIn(list: ByteReader | undefined): Uint8Array[] {
  const names: Uint8Array[] = []
  while (list && !list.done) names.push(list.vector(2).rest().slice())
  return names
}

/** Whether one of the authorities signed it, as Go's client has it. */
export function isAskedFor({ chain }: TlsIdentity, { authorities }: CertificateRequest): boolean {
  const issuers = chain.map((bytes) => readCertificate(bytes)?.issuerDer)
  return (
    authorities.length === 0 || issuers.some((issuer) => issuer && authorities.some((name) => equalBytes(name, issuer)))
  )
}

/**
 * What the client says of itself after a CertificateRequest.
 * @throws TlsError when it says nothing and has to, and when it is not believed
 */
export async function readClientCertificates(
  handshake: Handshake,
  trust: ClientTrust,
): Promise<readonly Certificate[]> {
  const chain = readCertificateMessage(new ByteReader(await handshake.expect(MESSAGE.certificate)))
  const [leaf] = chain
  if (!leaf) {
    if (trust.required) throw protocolError(ALERT.certificateRequired, "client didn't provide a certificate")
    return []
  }
  const transcript = handshake.digest()
  const problem = verifyChain(chain, { roots: trust.roots, nowMs: trust.nowMs, usage: 'client' })
  if (problem) throw new TlsError({ kind: 'certificate', problem })
  checkVerifyMessage('client', new ByteReader(await handshake.expect(MESSAGE.certificateVerify)), leaf, transcript)
  return chain
}
