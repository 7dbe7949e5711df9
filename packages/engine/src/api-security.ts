import { type ByteStream, isErrno, isInet, plainAddress, type SocketAddress, type Sys } from '@drydock/abi'
import type { Certificate } from '@drydock/crypto'
import { readTextFile, readTextIfAny, Stdio } from '@drydock/libc'
import type { TlsIdentity } from '@drydock/tls'
import { ConfigError, type TlsFiles } from './config/daemon-config.ts'

/** Who the engine is on its TCP sockets, and whom it knows there. */
export interface ApiSecurity {
  readonly identity: TlsIdentity
  /** Authorities of clients; undefined: anybody may come. */
  readonly clients: readonly Certificate[] | undefined
}

/** @throws ConfigError in the words of moby and go-connections */
export async function readApiSecurity(
  sys: Sys,
  env: ReadonlyMap<string, string>,
  { verify, ...files }: TlsFiles,
): Promise<ApiSecurity> {
  const { readCertificates, readIdentity } = await import('@drydock/tls')
  const folder = env.get('DOCKER_CERT_PATH') || `${env.get('HOME') ?? '/root'}/.docker`
  const usual = async (file: string): Promise<string> =>
    (await readTextIfAny(sys, `${folder}/${file}.pem`)) === '' ? '' : `${folder}/${file}.pem`
  const [cert, key] = [files.cert ?? (await usual('cert')), files.key ?? (await usual('key'))]
  const pair = `X509 key pair (cert: ${JSON.stringify(cert)}, key: ${JSON.stringify(key)})`
  const chain = await readNamed(sys, cert, `could not load ${pair}`)
  const identity = await readIdentity(chain, await readNamed(sys, key, `could not load ${pair}`))
  if (typeof identity === 'string')
    throw invalid(
      `error reading X509 key pair - make sure the key is not encrypted (cert: "${cert}", key: "${key}"): ${identity}`,
    )
  if (!verify) return { identity, clients: undefined }
  const ca = files.ca ?? `${folder}/ca.pem`
  const clients = readCertificates(await readNamed(sys, ca, `could not read CA certificate ${JSON.stringify(ca)}`))
  if (clients.length === 0) throw invalid(`failed to append certificates from PEM file: ${JSON.stringify(ca)}`)
  return { identity, clients }
}

const invalid = (why: string): ConfigError => new ConfigError(`invalid TLS configuration: ${why}`)

async function readNamed(sys: Sys, path: string, failure: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw invalid(`${failure}: open ${path}: ${error.message.toLowerCase()}`)
  }
}

/** @returns undefined when the client and TLS do not get on, which is told on standard error as Go's server does */
export async function securedApi(
  sys: Sys,
  stream: ByteStream,
  peer: SocketAddress,
  { identity, clients }: ApiSecurity,
): Promise<ByteStream | undefined> {
  const { acceptTls, TlsError } = await import('@drydock/tls')
  const nowMs = sys.clock.now()
  try {
    return await acceptTls(stream, identity, (length) => sys.entropy.bytes(length), {
      clients: clients && { roots: clients, required: true, nowMs },
    })
  } catch (error) {
    stream.close()
    if (!(error instanceof TlsError) && !isErrno(error)) throw error
    const from = isInet(peer) ? `${plainAddress(peer.address)}:${peer.port}` : '@'
    const at = new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')
    await new Stdio(sys).warn(`${at} http: TLS handshake error from ${from}: ${error.message}\n`)
    return undefined
  }
}
