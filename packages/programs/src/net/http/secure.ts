import { type ByteStream, type Sys } from '@drydock/abi'
import { readTextIfAny, SYSTEM_AUTHORITIES, speaksClear } from '@drydock/libc'

export interface SecureOptions {
  /** Whom the certificate has to name. */
  readonly name: string
  readonly address: string
  readonly insecure: boolean
  /** A file of authorities in place of the system's. */
  readonly authorities?: string | undefined
}

/** Why a server is not believed or not understood. */
export class SecureFailure extends Error {
  readonly kind: 'no tls' | 'certificate' | 'no authorities' | 'other'
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
  try {
    return await connectTls(stream, {
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
