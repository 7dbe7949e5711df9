import { type ContainerSummary, DockerClient } from '@drydock/docker-api'
import { unix, type Sys } from '@drydock/abi'
import { dial } from '@drydock/libc'
import {
  type DynamicConfig,
  EMPTY,
  grouped,
  qualified,
  readMiddlewares,
  readBalancer,
  readRouter,
  readTcpRouter,
  type RouterConfig,
  type ServiceConfig,
  type MiddlewareConfig,
  type TcpRouterConfig,
  type TcpServiceConfig,
} from './dynamic-config.ts'
import type { DockerSettings } from './flags.ts'

const PROVIDER = 'docker'

export const dockerClient = (sys: Sys, { socket }: DockerSettings): DockerClient =>
  new DockerClient({ dial: () => dial(sys, unix(socket)), host: `unix://${socket}`, userAgent: 'Traefik' })

const normalize = (name: string): string => name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')

/** `service-project` for containers of Compose, else the container's own name. */
function nameOf({ Names, Labels }: ContainerSummary): string {
  const project = Labels?.['com.docker.compose.project']
  const service = Labels?.['com.docker.compose.service']
  return project !== undefined && service !== undefined ? `${service}_${project}` : (Names[0] ?? '').slice(1)
}

/** Routers and services from the labels of what runs; replicas of one service share its load. */
export function readContainers(containers: readonly ContainerSummary[], settings: DockerSettings): DynamicConfig {
  const routers = new Map<string, RouterConfig>()
  const services = new Map<string, ServiceConfig>()
  const middlewares = new Map<string, MiddlewareConfig>()
  const tcpRouters = new Map<string, TcpRouterConfig>()
  const tcpServices = new Map<string, TcpServiceConfig>()
  for (const container of containers) {
    const labels = new Map(Object.entries(container.Labels ?? {}))
    const enabled = labels.get('traefik.enable')
    if (container.State !== 'running' || (enabled ?? String(settings.exposedByDefault)) !== 'true') continue
    if (/\((health: starting|unhealthy)\)/.test(container.Status)) continue
    const tcp = tcpServicesOf(container, labels, settings)
    for (const [name, { servers }] of tcp)
      tcpServices.set(name, { servers: [...(tcpServices.get(name)?.servers ?? []), ...servers] })
    for (const [name, router] of tcpRoutersOf(labels, tcp)) tcpRouters.set(name, router)
    // Whoever is told of by TCP alone has no routes of HTTP.
    if (tcp.length > 0 && grouped(labels, 'traefik.http.routers').size === 0) continue
    const own = servicesOf(container, labels, settings)
    for (const [name, service] of own) {
      const known = services.get(name)
      services.set(name, known ? { ...service, servers: [...known.servers, ...service.servers] } : service)
    }
    for (const [name, middleware] of readMiddlewares(labels, 'traefik.http.middlewares'))
      middlewares.set(qualified(name, PROVIDER), middleware)
    for (const [name, router] of routersOf(container, labels, settings, own)) routers.set(name, router)
  }
  return { ...EMPTY, routers, services, middlewares, tcpRouters, tcpServices }
}

function servicesOf(
  container: ContainerSummary,
  labels: ReadonlyMap<string, string>,
  settings: DockerSettings,
): [string, ServiceConfig][] {
  const groups = grouped(labels, 'traefik.http.services')
  const named = groups.size > 0 ? [...groups] : [[normalize(nameOf(container)), new Map<string, string>()] as const]
  const address = addressOf(container, labels.get('traefik.docker.network') ?? settings.network)
  return named.map(([name, options]) => {
    const port = options.get('loadbalancer.server.port') ?? firstPort(container)
    const scheme = options.get('loadbalancer.server.scheme') ?? 'http'
    const balancer = new Map(
      [...options].flatMap(([key, value]): [string, string][] =>
        key.startsWith('loadbalancer.') ? [[key.slice('loadbalancer.'.length), value]] : [],
      ),
    )
    const url = options.get('loadbalancer.server.url')
    const service: ServiceConfig = {
      ...readBalancer(balancer, normalize(name)),
      servers:
        url !== undefined ? [url] : address === '' || port === undefined ? [] : [`${scheme}://${address}:${port}`],
      shares: [],
    }
    return [qualified(name, PROVIDER), service]
  })
}

function tcpServicesOf(
  container: ContainerSummary,
  labels: ReadonlyMap<string, string>,
  settings: DockerSettings,
): [string, TcpServiceConfig][] {
  const groups = grouped(labels, 'traefik.tcp.services')
  const hasRouters = grouped(labels, 'traefik.tcp.routers').size > 0
  const named: readonly (readonly [string, ReadonlyMap<string, string>])[] =
    groups.size > 0 || !hasRouters ? [...groups] : [[normalize(nameOf(container)), new Map()]]
  const address = addressOf(container, labels.get('traefik.docker.network') ?? settings.network)
  return named.map(([name, options]) => {
    const port = options.get('loadbalancer.server.port') ?? firstPort(container)
    return [qualified(name, PROVIDER), { servers: address === '' || port === undefined ? [] : [`${address}:${port}`] }]
  })
}

const tcpRoutersOf = (
  labels: ReadonlyMap<string, string>,
  services: readonly [string, TcpServiceConfig][],
): [string, TcpRouterConfig][] =>
  [...grouped(labels, 'traefik.tcp.routers')].map(([name, options]) => {
    const router = readTcpRouter(options, services[0]?.[0] ?? '')
    return [qualified(name, PROVIDER), { ...router, service: qualified(router.service, PROVIDER) }]
  })

const firstPort = ({ Ports }: ContainerSummary): string | undefined => {
  const ports = Ports.filter(({ Type }) => Type === 'tcp').map(({ PrivatePort }) => PrivatePort)
  return ports.length === 0 ? undefined : String(Math.min(...ports))
}

function addressOf({ NetworkSettings, HostConfig }: ContainerSummary, network: string): string {
  if (HostConfig.NetworkMode === 'host') return '127.0.0.1'
  const networks = NetworkSettings?.Networks ?? {}
  const wanted = network === '' ? undefined : networks[network]
  return (wanted ?? Object.values(networks)[0])?.IPAddress ?? ''
}

function routersOf(
  container: ContainerSummary,
  labels: ReadonlyMap<string, string>,
  settings: DockerSettings,
  services: readonly [string, ServiceConfig][],
): [string, RouterConfig][] {
  const groups = grouped(labels, 'traefik.http.routers')
  const name = normalize(nameOf(container))
  const named = groups.size > 0 ? [...groups] : [[name, new Map<string, string>()] as const]
  const fallback = { rule: defaultRule(settings.defaultRule, name, labels), service: services[0]?.[0] ?? '' }
  return named.map(([each, options]) => {
    const router = readRouter(options, fallback)
    return [qualified(each, PROVIDER), { ...router, service: qualified(router.service, PROVIDER) }]
  })
}

/** The few forms of Go's templates that default rules are written in. */
const defaultRule = (template: string, name: string, labels: ReadonlyMap<string, string>): string =>
  template
    .replace(/\{\{\s*(normalize\s+)?(trimPrefix `\/` )?\.Name\s*\}\}/g, name)
    .replace(/\{\{\s*index \.Labels "([^"]+)"\s*\}\}/g, (_, label: string) => labels.get(label) ?? '')
