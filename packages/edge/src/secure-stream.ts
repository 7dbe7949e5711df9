import { type ByteStream, ECONNRESET, type Sys } from '@drydock/abi'
import { readTextIfAny } from '@drydock/libc'

export interface TlsWish {
  /** Whom the certificate has to name. */
  readonly name: string
  readonly insecure: boolean
  /** A file of authorities. */
  readonly authorities?: string | undefined
}

/** TLS as the client over a connection. @throws ECONNRESET where the two do not get on */
export async function overTls(sys: Sys, stream: ByteStream, wish: TlsWish): Promise<ByteStream> {
  const { connectTls, readCertificates, TlsError } = await import('@drydock/tls')
  const text = wish.authorities === undefined ? '' : await readTextIfAny(sys, wish.authorities)
  const agreed = connectTls(stream, {
    ...{ name: wish.name, insecure: wish.insecure, commonName: true },
    roots: readCertificates(text),
    nowMs: sys.clock.now(),
    random: (length) => sys.entropy.bytes(length),
    alpn: ['http/1.1'],
  })
  return agreed.catch((error: unknown) => {
    throw error instanceof TlsError ? ECONNRESET : error
  })
}
