import type { PortConfig, ServiceSpec } from '@drydock/docker-api'
import { invalidArgument } from '../problem.ts'
import type { ServiceObject } from '../store/objects.ts'
import type { ClusterStore } from '../store/store.ts'

/** What is given to ports that ask for none. swarmkit manager/allocator/portallocator.go */
const FIRST_PORT = 30000
const LAST_PORT = 32767

const protocolOf = ({ Protocol }: PortConfig): string => Protocol || 'tcp'
export const isIngress = ({ PublishMode }: PortConfig): boolean => (PublishMode || 'ingress') === 'ingress'
const keyOf = (port: PortConfig): string => `${port.PublishedPort ?? 0}/${protocolOf(port)}`

/** @param self the service that is being changed @throws SwarmError */
export function checkPortConflicts(store: ClusterStore, spec: ServiceSpec, self = ''): void {
  const wished = (spec.EndpointSpec?.Ports ?? []).filter(({ PublishedPort }) => PublishedPort)
  for (const service of store.all('service').filter(({ ID }) => ID !== self))
    for (const port of [...(service.Spec.EndpointSpec?.Ports ?? []), ...(service.Endpoint?.Ports ?? [])])
      for (const wish of wished) if (port.PublishedPort && keyOf(wish) === keyOf(port)) refuse(wish, port, service)
}

function refuse(wish: PortConfig, port: PortConfig, { Spec, ID }: ServiceObject): void {
  if (!isIngress(port) && !isIngress(wish)) return
  const how = isIngress(port) ? 'an ingress port' : 'a host-published port'
  throw invalidArgument(`port '${port.PublishedPort}' is already in use by service '${Spec.Name}' (${ID}) as ${how}`)
}

/** The ports as they are published: those without a wish keep what they had, or get a free one. */
export function publishedPorts(store: ClusterStore, service: ServiceObject): PortConfig[] {
  const before = service.Endpoint?.Ports ?? []
  const taken = new Set(
    store
      .all('service')
      .flatMap(({ ID, Endpoint, Spec }) =>
        ID === service.ID ? (Spec.EndpointSpec?.Ports ?? []) : (Endpoint?.Ports ?? []),
      )
      .filter(isIngress)
      .map(keyOf),
  )
  return (service.Spec.EndpointSpec?.Ports ?? []).map((port) => {
    const filled = { ...port, Protocol: protocolOf(port), PublishMode: port.PublishMode || 'ingress' }
    if (port.PublishedPort || !isIngress(port)) return filled
    const had = before.find((each) => each.TargetPort === port.TargetPort && protocolOf(each) === protocolOf(port))
    const PublishedPort = had?.PublishedPort ?? freePort(taken, filled)
    taken.add(keyOf({ ...filled, PublishedPort }))
    return { ...filled, PublishedPort }
  })
}

function freePort(taken: ReadonlySet<string>, port: PortConfig): number {
  for (let number = FIRST_PORT; number <= LAST_PORT; number++)
    if (!taken.has(keyOf({ ...port, PublishedPort: number }))) return number
  return 0
}
