import { type ByteStream, type Sys } from '@drydock/abi'
import { readTextIfAny, SYSTEM_AUTHORITIES, speaksClear } from '@drydock/libc'
import type { TlsIdentity } from '@drydock/tls'

export interface SecureOptions {
  /** Whom the certificate has to name. */
  readonly name: string
  readonly address: string
  readonly insecure: boolean
  /** A file of authorities in place of the system's. */
  readonly authorities?: string | undefined
  /** Files of who the client is, where a server asks. */
  readonly identity?: { readonly certificate: string; readonly key: string } | undefined
}

/** Why a server is not believed or not understood. */
export class SecureFailure extends Error {
  readonly kind: 'no tls' | 'certificate' | 'no authorities' | 'no identity' | 'alert' | 'other'
  /** For curl's exit status: 60 for certificates. */
  constructor(kind: SecureFailure['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** TLS over a connection; nothing to do where https goes in clear. @throws SecureFailure in OpenSSL's words */
export async function secure(sys: Sys, stream: ByteStream, options: SecureOptions): Promise<ByteStream> {
  if (speaksClear(options.address)) return stream
  const { connectTls, opensslCertificateWords, readCertificates, TlsError } = await import('@drydock/tls')
  const texts = await authorities(sys, options)
  const identities = options.identity ? [await identityOf(sys, options.identity)] : []
  try {
    return await connectTls(stream, {
      identities,
      name: options.name,
      roots: texts.flatMap(readCertificates),
      insecure: options.insecure,
      commonName: true,
      nowMs: sys.clock.now(),
      random: (length) => sys.entropy.bytes(length),
      alpn: ['http/1.1'],
    })
  } catch (error) {
    if (!(error instanceof TlsError)) throw error
    const { failure } = error
    if (failure.kind === 'certificate') throw new SecureFailure('certificate', opensslCertificateWords(failure.problem))
    if (failure.kind === 'no tls')
      throw new SecureFailure('no tls', 'error:0A00010B:SSL routines::wrong version number')
    throw new SecureFailure('other', failure.kind === 'eof' ? 'unexpected eof while reading' : error.message)
  }
}

async function authorities(sys: Sys, { authorities, insecure }: SecureOptions): Promise<readonly string[]> {
  if (insecure) return []
  if (authorities !== undefined) {
    const text = await readTextIfAny(sys, authorities)
    if (text === '') throw new SecureFailure('no authorities', authorities)
    return [text]
  }
  return Promise.all(SYSTEM_AUTHORITIES.map((path) => readTextIfAny(sys, path)))
}

/** @throws SecureFailure in curl's words */
async function identityOf(
  sys: Sys,
  { certificate, key }: NonNullable<SecureOptions['identity']>,
): Promise<TlsIdentity> {
  const { readIdentity } = await import('@drydock/tls')
  const [chain, secret] = [await readTextIfAny(sys, certificate), await readTextIfAny(sys, key)]
  if (chain === '') throw new SecureFailure('no identity', `could not load PEM client certificate from ${certificate}`)
  const found = await readIdentity(chain, secret)
  if (typeof found === 'string')
    throw new SecureFailure('no identity', `unable to set private key file: '${key}' type PEM`)
  return found
}

/** How OpenSSL names the alerts that a server ends a connection with. openssl errstr */
const ALERTS: ReadonlyMap<number, string> = new Map([
  [42, '0A000412:SSL routines::sslv3 alert bad certificate'],
  [45, '0A000415:SSL routines::sslv3 alert certificate expired'],
  [48, '0A000418:SSL routines::tlsv1 alert unknown ca'],
  [116, '0A00045C:SSL routines::tlsv13 alert certificate required'],
])

/** What ended a connection while it was read; undefined when that was no alert of TLS. */
export async function alertOf(error: unknown): Promise<SecureFailure | undefined> {
  if (!(error instanceof Error)) return undefined
  const { TlsError } = await import('@drydock/tls')
  if (!(error instanceof TlsError) || error.failure.kind !== 'alert') return undefined
  const words =
    ALERTS.get(error.failure.alert) ??
    `0A000${(1000 + error.failure.alert).toString(16).toUpperCase()}:SSL routines::alert`
  return new SecureFailure('alert', `OpenSSL SSL_read: OpenSSL/3.0.17: error:${words}, errno 0`)
}
