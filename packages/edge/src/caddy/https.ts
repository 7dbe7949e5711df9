import type { Sys } from '@drydock/abi'
import { readTextIfAny } from '@drydock/libc'
import type { ChooseIdentity, TlsIdentity } from '@drydock/tls'
import { LocalAuthority } from './authority.ts'
import type { CaddyConfig, HttpServer, Route } from './config.ts'
import type { Journal } from './journal.ts'

const HTTP_PORT = '80'
const LOCAL = /^(localhost|.*\.(localhost|local|internal|home\.arpa)|\d+(\.\d+){3}|::1)$/

const portOf = (listen: string): string => listen.slice(listen.lastIndexOf(':') + 1)

/** Names that the routes of a server ask for. */
const hostsOf = (routes: readonly Route[]): readonly string[] =>
  routes.flatMap(({ match }) => (match ?? []).flatMap(({ host }) => (host as readonly string[] | undefined) ?? []))

/** Names that a server is to have certificates for. https://caddyserver.com/docs/automatic-https */
export function securedHosts({ listen = [], routes = [], automatic_https }: HttpServer): readonly string[] {
  if (automatic_https?.disable || listen.every((each) => portOf(each) === HTTP_PORT)) return []
  return hostsOf(routes).filter((host) => !automatic_https?.skip?.includes(host))
}

/** Who asks in clear for a name with a certificate is sent to where it is spoken with one. */
export function redirectsFor(servers: readonly HttpServer[]): Route | undefined {
  const hosts = servers.flatMap((server) => (server.automatic_https?.disable_redirects ? [] : securedHosts(server)))
  if (hosts.length === 0) return undefined
  const headers = { Connection: ['close'], Location: ['https://{http.request.host}{http.request.uri}'] }
  return {
    match: [{ protocol: 'http', host: hosts }],
    handle: [{ handler: 'static_response', headers, status_code: 308 }],
    terminal: true,
  }
}

interface Policy {
  readonly subjects?: readonly string[]
  readonly issuers?: readonly { readonly module: string }[]
}

/** Certificates by their names: from files, or by Caddy's own authority; of names of the internet there are none here. */
export class Certificates {
  private readonly sys: Sys
  private readonly journal: Journal
  private readonly data: string
  private authority: LocalAuthority | undefined
  private readonly identities = new Map<string, TlsIdentity>()
  private fallback: TlsIdentity | undefined

  constructor(sys: Sys, journal: Journal, data: string) {
    this.sys = sys
    this.journal = journal
    this.data = data
  }

  readonly choose: ChooseIdentity = (name) => {
    if (name === undefined) return this.fallback ?? [...this.identities.values()][0]
    const [, parent = ''] = name.split(/\.(.*)/s)
    return this.identities.get(name) ?? this.identities.get(`*.${parent}`) ?? this.fallback
  }

  async prepare(config: CaddyConfig, servers: readonly HttpServer[]): Promise<void> {
    await this.fromFiles(config)
    const policies = (config.apps?.tls?.automation?.policies ?? []) as readonly Policy[]
    const internal = (host: string): boolean =>
      LOCAL.test(host) ||
      policies.some(
        ({ subjects, issuers }) =>
          issuers?.some(({ module }) => module === 'internal') && (!subjects || subjects.includes(host)),
      )
    for (const host of new Set(servers.flatMap(securedHosts)))
      if (!this.identities.has(host) && !this.fallback) await (internal(host) ? this.make(host) : this.refuse(host))
  }

  private async fromFiles({ apps }: CaddyConfig): Promise<void> {
    const { readIdentity } = await import('@drydock/tls')
    for (const { certificate, key } of apps?.tls?.certificates?.load_files ?? []) {
      const identity = await readIdentity(
        await readTextIfAny(this.sys, certificate),
        await readTextIfAny(this.sys, key),
      )
      if (typeof identity === 'string') await this.journal.tell('error', 'tls', identity, { certificate, key })
      else this.fallback = identity
    }
  }

  private async make(host: string): Promise<void> {
    this.authority ??= await LocalAuthority.open(this.sys, this.data)
    await this.journal.tell('info', 'tls.obtain', 'obtaining certificate', { identifier: host })
    this.identities.set(host, this.authority.identityFor(host))
    await this.journal.tell('info', 'tls.obtain', 'certificate obtained successfully', {
      identifier: host,
      issuer: 'local',
    })
  }

  private refuse(host: string): Promise<void> {
    const error = `[${host}] Obtain: registering account: performing request: Get "https://acme-v02.api.letsencrypt.org/directory": dial tcp: lookup acme-v02.api.letsencrypt.org: no such host`
    return this.journal.tell('error', 'tls.obtain', 'could not get certificate from issuer', {
      ...{ identifier: host, issuer: 'acme-v02.api.letsencrypt.org-directory', error },
    })
  }
}
