import type { ByteStream, Sys } from '@drydock/abi'
import { HttpError } from '@drydock/http'
import { speaksClear } from '@drydock/libc'
import type { TlsIdentity } from '@drydock/tls'
import { Problem } from './problem.ts'

/** What a connection to a registry is believed by. */
export interface Trust {
  /** Certificates are not looked at. */
  readonly insecure: boolean
  /** PEM texts of the authorities that count beside the system's. */
  readonly authorities: readonly string[]
  /** PEM texts of who the client may be, where a server asks. */
  readonly identities: readonly ClientPair[]
}

export interface ClientPair {
  readonly certificate: string
  readonly key: string
}

/** A server that was asked by TLS has answered in HTTP. */
export class HttpToHttps extends Problem {
  constructor(message = 'http: server gave HTTP response to HTTPS client') {
    super('system', message)
  }
}

/** TLS over a connection; nothing to do where https goes in clear. @throws HttpToHttps, HttpError */
export async function secured(
  sys: Sys,
  stream: ByteStream,
  name: string,
  address: string,
  trust: Trust | undefined,
): Promise<ByteStream> {
  if (speaksClear(address)) return stream
  const { connectTls, goCertificateWords, readCertificates, TlsError } = await import('@drydock/tls')
  const identities = await readIdentities(trust?.identities ?? [])
  try {
    return await connectTls(stream, {
      identities,
      name,
      roots: (trust?.authorities ?? []).flatMap(readCertificates),
      insecure: trust?.insecure ?? false,
      nowMs: sys.clock.now(),
      random: (length) => sys.entropy.bytes(length),
      alpn: ['http/1.1'],
    })
  } catch (error) {
    if (!(error instanceof TlsError)) throw error
    const { failure } = error
    if (failure.kind === 'no tls' && String.fromCharCode(...failure.first.subarray(0, 5)) === 'HTTP/')
      throw new HttpToHttps()
    if (failure.kind === 'certificate')
      throw new HttpError(502, `tls: failed to verify certificate: ${goCertificateWords(failure.problem)}`)
    throw new HttpError(502, error.message)
  }
}

/** What ended a connection that was agreed upon; undefined where that was not TLS. */
export async function tlsFailure(error: unknown): Promise<Error | undefined> {
  const { TlsError } = await import('@drydock/tls')
  return error instanceof TlsError ? error : undefined
}

/** @throws HttpError when a pair is none, in the words of Go's crypto/tls */
async function readIdentities(pairs: readonly ClientPair[]): Promise<readonly TlsIdentity[]> {
  const { readIdentity } = await import('@drydock/tls')
  const read = await Promise.all(pairs.map(({ certificate, key }) => readIdentity(certificate, key)))
  return read.map((found) => {
    if (typeof found === 'string') throw new HttpError(502, found)
    return found
  })
}
