import type { EndpointSettings, HostConfig, NetworkingConfig } from '@drydock/docker-api'
import type { Project } from '../load/project.ts'
import type { Service, ServiceEndpoint } from '../model/types.ts'

/** Networks of a service, the main one first: by priority, then by name. */
export const networksByPriority = (service: Service): string[] =>
  [...(service.networks ?? [])]
    .toSorted(([a, x], [b, y]) => (y?.priority ?? 0) - (x?.priority ?? 0) || (a < b ? -1 : 1))
    .map(([name]) => name)

export interface EndpointWishes {
  readonly containerName: string
  readonly serviceName: string
  readonly links: readonly string[]
  /** Whether other containers find it by the service's name. */
  readonly aliases: boolean
}

/** How a container is attached. The first is part of its creation; older engines get the others afterwards. */
export function endpointConfig(
  project: Project,
  service: Service,
  wishes: EndpointWishes,
): { mode: Pick<HostConfig, 'NetworkMode'>; endpoints: ReadonlyMap<string, EndpointSettings> } {
  if (service.network_mode) return { mode: { NetworkMode: service.network_mode }, endpoints: new Map() }
  const names = networksByPriority(service)
  const [first] = names
  if (first === undefined) return { mode: { NetworkMode: 'none' }, endpoints: new Map() }
  const engineName = (key: string): string => project.networks.get(key)?.name ?? key
  const endpoints = names.map((key, i): [string, EndpointSettings] => {
    const spec = service.networks?.get(key) ?? undefined
    const mac = spec?.mac_address ?? (i === 0 ? service.mac_address : undefined)
    return [engineName(key), settings(spec, wishes, mac)]
  })
  return { mode: { NetworkMode: engineName(first) }, endpoints: new Map(endpoints) }
}

function settings(
  spec: ServiceEndpoint | undefined,
  wishes: EndpointWishes,
  mac: string | undefined,
): EndpointSettings {
  const aliases = wishes.aliases
    ? [wishes.containerName, wishes.serviceName, ...(spec?.aliases ?? [])]
    : [wishes.containerName]
  const options = new Map(spec?.driver_opts ?? [])
  if (spec?.interface_name) options.set('com.docker.network.endpoint.ifname', spec.interface_name)
  const ipam = {
    ...(spec?.ipv4_address ? { IPv4Address: spec.ipv4_address } : {}),
    ...(spec?.ipv6_address ? { IPv6Address: spec.ipv6_address } : {}),
    ...(spec?.link_local_ips ? { LinkLocalIPs: spec.link_local_ips } : {}),
  }
  return {
    Aliases: aliases,
    ...(wishes.links.length > 0 ? { Links: [...wishes.links] } : {}),
    ...(Object.keys(ipam).length > 0 ? { IPAMConfig: ipam } : {}),
    ...(mac ? { MacAddress: mac } : {}),
    ...(options.size > 0 ? { DriverOpts: Object.fromEntries(options) } : {}),
    ...(spec?.gw_priority ? { GwPriority: spec.gw_priority } : {}),
  }
}

export const networkingConfig = (endpoints: ReadonlyMap<string, EndpointSettings>): NetworkingConfig => ({
  EndpointsConfig: Object.fromEntries(endpoints),
})
