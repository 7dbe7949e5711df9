import {
  isInet,
  type ByteStream,
  EINTR,
  inet,
  isErrno,
  type Process,
  SIGTERM,
  type SocketAddress,
  type Sys,
  bracketed,
  plainAddress,
} from '@drydock/abi'
import { httpDate, serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { FdStream, listen } from '@drydock/libc'
import type { AccessController } from '../api/access.ts'
import { errorAnswer } from '../api/answers.ts'
import { DistributionApi } from '../api/distribution.ts'
import { RegistryClient } from '@drydock/distribution'
import { FileStore } from '../storage/file-store.ts'
import { FileTree } from '../storage/file-tree.ts'
import { ProxyStore } from '../storage/proxy-store.ts'
import type { RegistryConfig } from './configuration.ts'
import { HtpasswdAccess } from './htpasswd-access.ts'
import { Journal } from './journal.ts'
import { clientTrust, readSecurity, type Security } from './security.ts'
import type { RegistryVersion } from './version.ts'

const OPEN: AccessController = { check: () => undefined }
const WRITES: ReadonlySet<string> = new Set(['PUT', 'POST', 'PATCH', 'DELETE'])
const NO_SECRET =
  'No HTTP secret provided - generated random secret. This may cause problems with uploads if multiple registries are behind a load-balancer. To provide a shared secret, fill in http.secret in the configuration file or set the REGISTRY_HTTP_SECRET environment variable.'

export const storeOf = (sys: Sys, { root }: RegistryConfig): FileStore =>
  new FileStore(new FileTree(sys, root), sys.clock, sys.entropy)

/** Listens and answers until the process is ended. @returns 1 when it cannot listen */
export async function serveRegistry(
  process: Process,
  config: RegistryConfig,
  version: RegistryVersion,
): Promise<number> {
  const { sys } = process
  const journal = new Journal(process, version, config.level)
  // Version 3 ends in order; before it Go's runtime ends by itself, whatever number the process has.
  sys.sigaction(SIGTERM, () => sys.exit(version.major >= 3 ? 0 : 2))
  if (!config.secret) await journal.say('warning', NO_SECRET)
  await journal.say('info', 'redis not configured')
  await journal.say('info', 'Starting upload purge in 41m0s')
  await journal.say('info', 'using inmemory blob descriptor cache')
  if (config.proxy) {
    await journal.say('info', 'Starting cached object TTL expiration scheduler...')
    await journal.say('info', `Registry configured as a proxy cache to ${config.proxy.url}`)
  }
  const api = apiOf(sys, config, version)
  const [host = '', port = '5000'] = config.address.split(/:(?=\d*$)/)
  let listener: number
  try {
    listener = listen(sys, inet(host === '' || host === 'localhost' ? hostAddress(host) : host, Number(port)))
  } catch (error) {
    if (!isErrno(error)) throw error
    const reason = error.message.charAt(0).toLowerCase() + error.message.slice(1)
    await journal.say('fatal', `listen tcp ${config.address}: bind: ${reason}`)
    return 1
  }
  const security = config.tls && (await readSecurity(sys, config.tls))
  if (typeof security === 'string') {
    await journal.say('fatal', security)
    return 1
  }
  await journal.say('info', `listening on ${host === '' ? '[::]' : host}:${port}${config.tls ? ', tls' : ''}`)
  return accept(sys, listener, new Server(sys, config, api, journal, security))
}

const hostAddress = (host: string): string => (host === '' ? '::' : '127.0.0.1')

function apiOf(sys: Sys, config: RegistryConfig, version: RegistryVersion): DistributionApi {
  return new DistributionApi({
    store: config.proxy ? new ProxyStore(storeOf(sys, config), upstreamOf(sys, config.proxy)) : storeOf(sys, config),
    access: config.htpasswd ? new HtpasswdAccess(sys, config.htpasswd) : OPEN,
    deletes: config.deletes,
    untags: version.major >= 3,
    negotiates: true,
    relativeUrls: config.relativeUrls,
    scheme: config.tls ? 'https' : 'http',
    headers: config.headers,
  })
}

/** The Hub has a name of its own; others are where their URL says. */
const upstreamOf =
  (sys: Sys, { url, username, password }: NonNullable<RegistryConfig['proxy']>) =>
  (): RegistryClient => {
    const auth = username === '' ? undefined : { username, password }
    const host = new URL(url).host
    const source = { sys, config: { insecureRegistries: [] } }
    return host === 'registry-1.docker.io'
      ? new RegistryClient(source, 'docker.io', auth)
      : new RegistryClient(source, host, auth, url.replace(/\/+$/, ''))
  }

async function accept(sys: Sys, listener: number, server: Server): Promise<never> {
  for (;;) {
    try {
      const { fd, peer } = await sys.accept(listener)
      void server.serve(new FdStream(sys, fd), addressText(peer))
    } catch (error) {
      if (error !== EINTR) throw error
    }
  }
}

const addressText = (peer: SocketAddress): string =>
  isInet(peer) ? `${bracketed(plainAddress(peer.address))}:${peer.port}` : '@'

/** The registry's pages: its API, and an empty one at the root for those who look whether it is up. */
class Server {
  private readonly sys: Sys
  private readonly config: RegistryConfig
  private readonly api: DistributionApi
  private readonly journal: Journal
  private readonly security: Security | undefined

  constructor(
    sys: Sys,
    config: RegistryConfig,
    api: DistributionApi,
    journal: Journal,
    security: Security | undefined,
  ) {
    this.security = security
    this.sys = sys
    this.config = config
    this.api = api
    this.journal = journal
  }

  async serve(raw: FdStream, peer: string): Promise<void> {
    let startedMs = 0
    const stream = await this.secured(raw, peer)
    if (!stream) return
    const handler = (request: ServerRequest): Promise<ServerResponse> => {
      startedMs = this.sys.clock.monotonic()
      return this.answer(request)
    }
    await serveConnection(stream, handler, {
      now: () => this.sys.clock.now(),
      onResponse: (request, status, bytes = 0) =>
        void this.journal.exchanged({ request, peer, status, bytes, startedMs }, this.config.accessLog),
    })
  }

  /** @returns undefined when the client and TLS do not get on */
  private async secured(raw: FdStream, peer: string): Promise<ByteStream | undefined> {
    const { security, sys } = this
    if (!security) return raw
    const { acceptTls, TlsError } = await import('@drydock/tls')
    try {
      const clients = clientTrust(security, sys.clock.now())
      return await acceptTls(raw, security.identity, (length) => sys.entropy.bytes(length), { clients })
    } catch (error) {
      raw.close()
      if (!(error instanceof TlsError) && !isErrno(error)) throw error
      await this.journal.plain(`http: TLS handshake error from ${peer}: ${error.message}`)
      return undefined
    }
  }

  private async answer(request: ServerRequest): Promise<ServerResponse> {
    if (request.path === '/')
      return {
        status: 200,
        headers: [
          ['Cache-Control', 'no-cache'],
          ['Date', httpDate(this.sys.clock.now())],
        ],
        body: '',
      }
    const takesNothing = this.config.readOnly || this.config.proxy !== undefined
    if (takesNothing && WRITES.has(request.method) && request.path.startsWith('/v2/')) return errorAnswer('UNSUPPORTED')
    return this.api.handle(request)
  }
}
