import { type ByteStream, isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import type { TlsIdentity } from '@drydock/tls'
import { PeekedStream, TLS_HANDSHAKE } from '../files/peeked-stream.ts'
import type { Address, HttpdConfig, Server } from './config.ts'
import { HttpdConfigError } from './config-error.ts'
import type { Connection } from './exchange.ts'
import { serverFor, serversAt } from './hosts.ts'

/** The certificate of each server that speaks TLS. */
export type Identities = ReadonlyMap<Server, TlsIdentity>

const wordOf = ({ layer }: Server, main: Server, key: string): string | undefined =>
  layer.all(key).at(-1)?.args[0] ?? main.layer.all(key).at(-1)?.args[0]

/** SSLEngine on. */
export const isSecure = (server: Server): boolean =>
  /^on$/i.test(server.layer.all('sslengine').at(-1)?.args[0] ?? 'off')

/** Reads certificates and keys when the server starts. ssl_init_ConfigureServer @throws HttpdConfigError */
export async function readIdentities(sys: Sys, config: HttpdConfig): Promise<Identities> {
  const identities = new Map<Server, TlsIdentity>()
  const { main } = config
  for (const server of [main, ...config.hosts].filter(isSecure)) {
    const certificate = wordOf(server, main, 'sslcertificatefile')
    const name = server.name ?? 'localhost'
    if (certificate === undefined)
      throw new HttpdConfigError(
        `AH02572: Failed to configure at least one certificate and key for ${name}:${server.addresses[0]?.port ?? 443}`,
      )
    const key = wordOf(server, main, 'sslcertificatekeyfile') ?? certificate
    const chain = wordOf(server, main, 'sslcertificatechainfile')
    const inRoot = (path: string): string => (path.startsWith('/') ? path : `${config.root}/${path}`)
    identities.set(
      server,
      await readPair(sys, { name, certificate: inRoot(certificate), key: inRoot(key), chain: chain && inRoot(chain) }),
    )
  }
  return identities
}

interface Files {
  readonly name: string
  readonly certificate: string
  readonly key: string
  readonly chain: string | undefined
}

async function readPair(sys: Sys, { name, certificate, key, chain }: Files): Promise<TlsIdentity> {
  const { readIdentity } = await import('@drydock/tls')
  const rest = chain === undefined ? '' : `\n${await readTextFile(sys, chain)}`
  const identity = await readIdentity((await readTextFile(sys, certificate)) + rest, await readTextFile(sys, key))
  if (typeof identity !== 'string') return identity
  throw new HttpdConfigError(
    identity.includes('match')
      ? `AH02565: Certificate and private key ${name}:443:0 from ${certificate} and ${key} do not match`
      : `AH02562: Failed to configure certificate ${name}:443:0 (with chain), check ${certificate}`,
  )
}

/** Whether those who come to that address have to speak TLS. */
export function speaksTls(config: HttpdConfig, local: Address): boolean {
  const [first] = serversAt(config, local)
  return isSecure(first ?? config.main)
}

/** TLS where the address asks for it. @returns undefined when the client and TLS do not get on */
export async function agreed(
  { sys, config, identities }: { readonly sys: Sys; readonly config: HttpdConfig; readonly identities: Identities },
  stream: ByteStream,
  local: Address,
): Promise<
  { readonly stream: ByteStream; readonly tls: Connection['tls']; readonly misdirected: boolean } | undefined
> {
  if (!speaksTls(config, local)) return { stream, tls: undefined, misdirected: false }
  try {
    const [first, whole] = await PeekedStream.of(stream)
    if (first[0] !== TLS_HANDSHAKE) return { stream: whole, tls: undefined, misdirected: true }
    const { acceptTls } = await import('@drydock/tls')
    const tls = await acceptTls(
      whole,
      (name) => identities.get(serverFor(config, local, name ?? '')) ?? [...identities.values()][0],
      (length) => sys.entropy.bytes(length),
    )
    return { stream: tls, tls: { suite: tls.facts.suite, serverName: tls.facts.serverName }, misdirected: false }
  } catch (error) {
    if (isErrno(error) || error instanceof Error) return undefined
    throw error
  }
}
