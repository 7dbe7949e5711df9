import type { ByteStream, Sys } from '@drydock/abi'
import { UnreachableError } from '@drydock/docker-api'
import type { TlsIdentity } from '@drydock/tls'
import { CliError } from './cli-error.ts'

/** What a connection to an engine is secured with: PEM texts. docker(1), --tls and its kin */
export interface EngineTls {
  /** Authorities of the engine; undefined: the system's. */
  readonly authorities: string | undefined
  /** Who the client is, where the engine asks. */
  readonly identity: { readonly certificate: string; readonly key: string } | undefined
  /** Whether it has to be the engine that the address names. */
  readonly verify: boolean
}

/** @throws CliError when there is a pair that does not fit */
export async function readClientIdentity({ identity }: EngineTls): Promise<TlsIdentity | undefined> {
  if (!identity) return undefined
  const { readIdentity } = await import('@drydock/tls')
  const found = await readIdentity(identity.certificate, identity.key)
  if (typeof found === 'string') throw new CliError(`failed to retrieve context tls info: ${found}`)
  return found
}

/** TLS over a connection, as Go's client speaks it. @throws UnreachableError in Go's words */
export async function securedEngine(sys: Sys, stream: ByteStream, name: string, tls: EngineTls): Promise<ByteStream> {
  const { connectTls, goCertificateWords, readCertificates, TlsError } = await import('@drydock/tls')
  const told = (error: unknown): unknown => {
    if (!(error instanceof TlsError)) return error
    const { failure } = error
    if (failure.kind !== 'certificate') return new UnreachableError(error.message)
    return new UnreachableError(`tls: failed to verify certificate: ${goCertificateWords(failure.problem)}`)
  }
  try {
    const identity = await readClientIdentity(tls)
    const secured = await connectTls(stream, {
      name,
      roots: tls.authorities === undefined ? [] : readCertificates(tls.authorities),
      insecure: !tls.verify,
      identities: identity ? [identity] : [],
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
