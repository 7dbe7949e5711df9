import { bracketed, type ByteStream, type Errno, isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import type { TlsIdentity } from '@drydock/tls'
import { PeekedStream, TLS_HANDSHAKE } from '../files/peeked-stream.ts'
import type { Config, VirtualServer } from './config.ts'
import { ConfigError } from './config-error.ts'
import { chooseServer } from './choose.ts'
import type { End } from './exchange.ts'

/** The certificate of each server that has one. */
export type Identities = ReadonlyMap<VirtualServer, TlsIdentity>

/** What was agreed upon with a client. $ssl_protocol and its kin. */
export interface TlsSession {
  readonly suite: string
  readonly serverName: string | undefined
}

/** Reads certificates and keys as ngx_http_ssl_module does when a configuration is read. @throws ConfigError */
export async function readIdentities(sys: Sys, { servers }: Config): Promise<Identities> {
  const identities = new Map<VirtualServer, TlsIdentity>()
  for (const server of servers) {
    const certificate = server.scope.find('ssl_certificate')?.[0]
    const secure = server.listens.find(({ ssl }) => ssl)
    if (certificate === undefined) {
      if (secure)
        throw new ConfigError(`no "ssl_certificate" is defined for the "listen ... ssl" directive in ${secure.at}`)
      continue
    }
    const key = server.scope.find('ssl_certificate_key')?.[0]
    if (key === undefined) throw new ConfigError(`no "ssl_certificate_key" is defined for certificate "${certificate}"`)
    // A name with variables is read when a client comes: none of that here.
    if (!certificate.includes('$')) identities.set(server, await readPair(sys, absolute(certificate), absolute(key)))
  }
  return identities
}

const absolute = (path: string): string => (path.startsWith('/') ? path : `/etc/nginx/${path}`)

/** @throws ConfigError in the words of nginx with OpenSSL 3 */
async function readPair(sys: Sys, certificate: string, key: string): Promise<TlsIdentity> {
  const { readCertificates, readIdentity } = await import('@drydock/tls')
  const chain = await readPem(sys, certificate, `cannot load certificate "${certificate}"`)
  if (readCertificates(chain).length === 0)
    throw new ConfigError(
      `cannot load certificate "${certificate}": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)`,
    )
  const identity = await readIdentity(chain, await readPem(sys, key, `cannot load certificate key "${key}"`))
  if (typeof identity !== 'string') return identity
  throw new ConfigError(
    identity.includes('match')
      ? `SSL_CTX_use_PrivateKey("${key}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`
      : `cannot load certificate key "${key}": PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)`,
  )
}

async function readPem(sys: Sys, path: string, what: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) throw new ConfigError(`${what}: BIO_new_file() failed (SSL: ${openWords(path, error)})`)
    throw error
  }
}

const openWords = (path: string, { errno, code, message }: Errno): string =>
  `error:${(0x80000000 + errno).toString(16)}:system library::${message}:calling fopen(${path}, r) error:${
    code === 'ENOENT' ? '10000080:BIO routines::no such file' : '10080002:BIO routines::system lib'
  }`

/** Whether those who come to that address have to speak TLS. */
export const speaksTls = (config: Config, local: End): boolean =>
  config.servers.some(({ listens }) =>
    listens.some(
      ({ ssl, port, address }) =>
        ssl && port === local.port && (address === bracketed(local.address) || /^(0\.0\.0\.0|\[::\])$/.test(address)),
    ),
  )

/** @returns the connection, with what was agreed; without that for a client who speaks plain HTTP to a port of TLS. @throws TlsError */
export async function secured(
  sys: Sys,
  { config, identities }: { readonly config: Config; readonly identities: Identities },
  stream: ByteStream,
  local: End,
): Promise<{ readonly stream: ByteStream; readonly tls: TlsSession | undefined }> {
  const [first, whole] = await PeekedStream.of(stream)
  if (first[0] !== TLS_HANDSHAKE) return { stream: whole, tls: undefined }
  const { acceptTls } = await import('@drydock/tls')
  const tls = await acceptTls(
    whole,
    (name) => identities.get(chooseServer(config, local, name ?? '', new Map()) ?? NOBODY),
    (length) => sys.entropy.bytes(length),
  )
  const { suite, serverName } = tls.facts
  return { stream: tls, tls: { suite, serverName } }
}

const NOBODY = {} as VirtualServer
