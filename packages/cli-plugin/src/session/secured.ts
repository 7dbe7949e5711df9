import type { ByteStream, Sys } from '@drydock/abi'
import { UnreachableError } from '@drydock/docker-api'
import type { TlsClientOptions, TlsIdentity } from '@drydock/tls'
import { CliError } from './cli-error.ts'

/** What connections to an engine are secured with. docker(1), --tls and its kin */
export interface EngineTls {
  /** Authorities of the engine. */
  readonly roots: TlsClientOptions['roots']
  /** Who the client is, where the engine asks. */
  readonly identities: readonly TlsIdentity[]
  /** Whether it has to be the engine that the address names. */
  readonly verify: boolean
}

/** PEM texts; '' for what is not there. */
export interface TlsTexts {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** @throws CliError when there is a pair that does not fit */
export async function readEngineTls({ ca, cert, key }: TlsTexts, verify: boolean): Promise<EngineTls> {
  const { readCertificates, readIdentity } = await import('@drydock/tls')
  const identity = cert === '' || key === '' ? undefined : await readIdentity(cert, key)
  if (typeof identity === 'string') throw new CliError(`failed to retrieve context tls info: ${identity}`)
  return { roots: readCertificates(ca), identities: identity ? [identity] : [], verify }
}

/** TLS over a connection, as Go's client speaks it. @throws UnreachableError in Go's words */
export async function securedEngine(
  sys: Sys,
  stream: ByteStream,
  name: string,
  { roots, identities, verify }: EngineTls,
): Promise<ByteStream> {
  const { connectTls, goCertificateWords, TlsError } = await import('@drydock/tls')
  const told = (error: unknown): unknown => {
    if (!(error instanceof TlsError)) return error
    const { failure } = error
    if (failure.kind !== 'certificate') return new UnreachableError(error.message)
    return new UnreachableError(`tls: failed to verify certificate: ${goCertificateWords(failure.problem)}`)
  }
  try {
    const secured = await connectTls(stream, {
      ...{ name, roots, identities, insecure: !verify },
      nowMs: sys.clock.now(),
      random: (length) => sys.entropy.bytes(length),
      alpn: ['http/1.1'],
    })
    return new ToldStream(secured, told)
  } catch (error) {
    stream.close()
    throw told(error)
  }
}

/** An engine that does not know the client says so only when it is read from. */
class ToldStream implements ByteStream {
  private readonly stream: ByteStream
  private readonly told: (error: unknown) => unknown

  constructor(stream: ByteStream, told: (error: unknown) => unknown) {
    this.stream = stream
    this.told = told
  }

  async read(max?: number): Promise<Uint8Array> {
    try {
      return await this.stream.read(max)
    } catch (error) {
      throw this.told(error)
    }
  }

  write(bytes: Uint8Array): Promise<void> | void {
    return this.stream.write(bytes)
  }

  shutdown(): void {
    this.stream.shutdown()
  }

  close(): void {
    this.stream.close()
  }
}
