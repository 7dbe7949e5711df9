import type { ServerRequest, ServerResponse } from '@drydock/http'
import type { StaticConfig } from './flags.ts'
import type { Routing } from './routing.ts'
import { dashboardPage } from './dashboard.ts'

const json = (value: unknown): ServerResponse => ({
  status: 200,
  headers: [['Content-Type', 'application/json']],
  body: `${JSON.stringify(value)}\n`,
})

const providerOf = (name: string): string => name.split('@')[1] ?? ''

/** Traefik's API, as far as its dashboard asks: https://doc.traefik.io/traefik/operations/api/ */
export class Api {
  private readonly routing: Routing
  private readonly settings: StaticConfig
  private readonly version: string

  constructor(routing: Routing, settings: StaticConfig, version: string) {
    this.routing = routing
    this.settings = settings
    this.version = version
  }

  /** @returns undefined for paths that are not its own */
  answer({ path }: ServerRequest): ServerResponse | undefined {
    if (path === '/' && this.settings.dashboard) return { status: 302, headers: [['Location', '/dashboard/']] }
    if (path === '/dashboard') return { status: 302, headers: [['Location', '/dashboard/']] }
    if (path === '/dashboard/' && this.settings.dashboard)
      return { status: 200, headers: [['Content-Type', 'text/html; charset=utf-8']], body: dashboardPage(this.version) }
    return this.resource(path)
  }

  private resource(path: string): ServerResponse | undefined {
    const [, kind = '', name] =
      /^\/api\/((?:tcp\/)?(?:http\/)?[a-z]+)(?:\/([^/]+))?$/.exec(path.replace('/http/', '/')) ?? []
    const rows = this.rows()[kind]
    if (rows === undefined) return undefined
    if (name === undefined) return json(rows)
    const one = Array.isArray(rows)
      ? (rows as readonly { name?: string }[]).find((each) => each.name === name)
      : undefined
    return one
      ? json(one)
      : {
          status: 404,
          headers: [['Content-Type', 'application/json']],
          body: `${JSON.stringify({ message: `${kind.slice(0, -1)} not found: ${name}` })}\n`,
        }
  }

  private rows(): Readonly<Record<string, unknown>> {
    const routers = this.routers()
    const services = this.services()
    const middlewares = this.middlewares()
    const entrypoints = this.settings.entryPoints.map(({ name, address, port }) => ({
      name,
      address: `${address === '0.0.0.0' ? '' : address}:${port}`,
    }))
    const count = (rows: readonly { status: string }[]): object => ({
      total: rows.length,
      warnings: 0,
      errors: rows.filter(({ status }) => status !== 'enabled').length,
    })
    return {
      ...{ routers, services, middlewares, entrypoints },
      'tcp/routers': this.tcpRouters(),
      'tcp/services': this.tcpServices(),
      version: { Version: this.version, Codename: 'drydock', startDate: '', disableDashboardAd: true },
      overview: {
        http: { routers: count(routers), services: count(services), middlewares: count(middlewares) },
        tcp: { routers: count(this.tcpRouters()), services: count(this.tcpServices()) },
        providers: [...(this.settings.docker ? ['Docker'] : []), ...(this.settings.file === undefined ? [] : ['File'])],
      },
      rawdata: { routers: byName(routers), services: byName(services), middlewares: byName(middlewares) },
    }
  }

  private routers() {
    const { config, problems } = this.routing
    return [...config.routers].map(([name, router]) => ({
      entryPoints:
        router.entryPoints.length > 0
          ? router.entryPoints
          : this.settings.entryPoints.map((each) => each.name).filter((each) => each !== 'traefik'),
      ...(router.middlewares.length > 0 ? { middlewares: router.middlewares } : {}),
      service: router.service.split('@')[0] ?? '',
      rule: router.rule,
      ...(router.tls ? { tls: router.resolver === undefined ? {} : { certResolver: router.resolver } } : {}),
      priority: router.priority || router.rule.length,
      ...(problems.has(name) ? { error: [problems.get(name) ?? ''] } : {}),
      status: problems.has(name) ? 'disabled' : 'enabled',
      name,
      provider: providerOf(name),
    }))
  }

  private services() {
    const { services, routers } = this.routing.config
    return [...services].map(([name, { servers, passHostHeader, shares }]) => ({
      ...(shares.length > 0
        ? { weighted: { services: shares } }
        : { loadBalancer: { servers: servers.map((url) => ({ url })), passHostHeader } }),
      status: 'enabled',
      usedBy: [...routers].filter(([, router]) => router.service === name).map(([router]) => router),
      serverStatus: Object.fromEntries(servers.map((url) => [url, this.routing.health.isUp(url) ? 'UP' : 'DOWN'])),
      name,
      provider: providerOf(name),
      type: shares.length > 0 ? 'weighted' : 'loadbalancer',
    }))
  }

  private tcpRouters() {
    return [...this.routing.config.tcpRouters].map(([name, { rule, entryPoints, service, tls }]) => ({
      ...{ entryPoints, service: service.split('@')[0] ?? '', rule },
      ...(tls === 'none' ? {} : { tls: { passthrough: tls === 'passed' } }),
      ...{ status: 'enabled', name, provider: providerOf(name) },
    }))
  }

  private tcpServices() {
    return [...this.routing.config.tcpServices].map(([name, { servers }]) => ({
      loadBalancer: { servers: servers.map((address) => ({ address })) },
      ...{ status: 'enabled', name, provider: providerOf(name), type: 'loadbalancer' },
    }))
  }

  private middlewares() {
    const { middlewares } = this.routing.config
    const { problems } = this.routing
    return [...middlewares].map(([name, { kind, options }]) => ({
      [kind]: Object.fromEntries(options),
      ...(problems.has(name) ? { error: [problems.get(name) ?? ''] } : {}),
      status: problems.has(name) ? 'disabled' : 'enabled',
      name,
      provider: providerOf(name),
      type: kind,
    }))
  }
}

const byName = (rows: readonly { readonly name: unknown }[]): object =>
  Object.fromEntries(rows.map((row) => [String(row.name), row]))
