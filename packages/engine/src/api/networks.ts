import type { Network, NetworkConnectBody, NetworkCreateBody, NetworkDisconnectBody } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { EMPTY_ENDPOINT } from '../containers/create.ts'
import { Filters, matchesName } from '../filters.ts'
import type { Ipv6Record, NetworkRecord, Pool } from '../networks/network-record.ts'
import { isPredefined } from '../networks/network-store.ts'
import { attachToNetwork } from '../swarm/attach.ts'
import { createOverlay, removeOverlay } from '../swarm/overlay-networks.ts'
import { parseTime } from '../timestamps.ts'
import { parseUntil } from '../until.ts'
import { invalid, notFound, Problem } from '../problem.ts'
import { NETWORK_CONNECT, NETWORK_CREATE, NETWORK_DISCONNECT } from './body-shapes.ts'
import { type Call, json, noContent, param, requireJson, type Route, route } from './route.ts'

const FILTERS: readonly string[] = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']

/** GET /networks/{id}. @param verbose with the containers on it */
function describe({ parts }: Call, network: NetworkRecord, verbose: boolean): Network {
  const config = network.subnet
    ? [...[network, ...(network.further ?? [])].map(config4), ...(network.ipv6 ? [config6(network.ipv6)] : [])]
    : []
  const endpoints = verbose ? parts.networks.endpointsOf(network) : []
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: network.swarm ? 'swarm' : 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: network.ipv6 !== undefined,
    IPAM: { Driver: 'default', Options: isPredefined(network.name) || network.swarm ? null : {}, Config: config },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: network.swarm?.ingress ?? false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      endpoints.map(({ containerId, containerName, endpointId, mac, address, prefix, address6 }) => [
        containerId,
        {
          Name: containerName,
          EndpointID: endpointId,
          MacAddress: mac,
          IPv4Address: `${address}/${prefix}`,
          IPv6Address: address6 ?? '',
        },
      ]),
    ),
    Options: network.options,
    Labels: network.labels,
    ...(verbose && network.swarm ? { Peers: [...network.swarm.peers] } : {}),
  }
}

const config4 = ({ subnet, ipRange, gateway, auxiliary }: Pool) => ({
  Subnet: subnet,
  ...(ipRange ? { IPRange: ipRange } : {}),
  Gateway: gateway,
  ...(Object.keys(auxiliary).length > 0 ? { AuxiliaryAddresses: auxiliary } : {}),
})

const config6 = ({ subnet, gateway, ipRange }: Ipv6Record) => ({
  Subnet: subnet,
  ...(ipRange ? { IPRange: ipRange } : {}),
  Gateway: gateway,
})

function list(call: Call): ServerResponse {
  const filters = Filters.parse(call.query.get('filters'), FILTERS)
  for (const type of filters.get('type'))
    if (!['builtin', 'custom'].includes(type)) throw invalid(`invalid filter: 'type'='${type}'`)
  const { networks } = call.parts
  const dangling = filters.flag('dangling')
  const found = networks.store
    .all()
    .filter(
      (network) =>
        filters.any('driver', (value) => value === network.driver) &&
        filters.any('id', (value) => network.id.startsWith(value)) &&
        filters.any('name', (value) => matchesName(value, network.name)) &&
        filters.any('scope', (value) => value === (network.swarm ? 'swarm' : 'local')) &&
        filters.any('type', (value) => (value === 'builtin') === isPredefined(network.name)) &&
        filters.labels(network.labels) &&
        (dangling === undefined ||
          dangling === (!isPredefined(network.name) && networks.endpointsOf(network).length === 0)),
    )
  return json(found.map((network) => describe(call, network, false)))
}

async function create(call: Call): Promise<ServerResponse> {
  const wish = await requireJson<NetworkCreateBody>(call, NETWORK_CREATE)
  if (wish.Driver === 'overlay') return json({ Id: await createOverlay(call.parts, wish), Warning: '' }, 201)
  const network = call.parts.networks.create(wish)
  return json({ Id: network.id, Warning: '' }, 201)
}

const find = (call: Call): NetworkRecord => call.parts.networks.find(param(call, 'id'))

async function connect(call: Call): Promise<ServerResponse> {
  const { containers, networks } = call.parts
  const network = find(call)
  const body = await requireJson<NetworkConnectBody>(call, NETWORK_CONNECT)
  const container = containers.find(body.Container)
  networks.requireUnconnected(container, network)
  if (network.driver === 'overlay' && container.process) await attachToNetwork(call.parts, container, network)
  const record = { ...EMPTY_ENDPOINT, ...body.EndpointConfig }
  networks.plugRunning(container, network, record)
  container.record.Networks[network.name] = record
  containers.save(container)
  return { status: 200 }
}

async function disconnect(call: Call): Promise<ServerResponse> {
  const { containers, networks } = call.parts
  const network = find(call)
  const body = await requireJson<NetworkDisconnectBody>(call, NETWORK_DISCONNECT)
  const container = body.Force ? containers.peek(body.Container) : containers.find(body.Container)
  if (!container) throw notFound(`endpoint ${body.Container} not found`)
  networks.requireConnected(container, network)
  if (network.driver === 'host')
    throw new Problem('forbidden', 'container cannot be disconnected from host network or connected to host network')
  networks.unplugRunning(container, network)
  delete container.record.Networks[network.name]
  containers.save(container)
  return { status: 200 }
}

/** Networks of containers that are stopped are in use, too. */
function prune(call: Call): ServerResponse {
  const { parts } = call
  const filters = Filters.parse(call.query.get('filters'), ['label', 'label!', 'until'])
  const until = parseUntil(filters, parts.sys.clock.now())
  const used = new Set(
    parts.containers
      .all()
      .filter(({ running }) => running)
      .flatMap(({ record }) => Object.keys(record.Networks)),
  )
  const gone = parts.networks.store
    .all()
    .filter(
      ({ name, labels, created, swarm }) =>
        !isPredefined(name) &&
        swarm === undefined &&
        !used.has(name) &&
        filters.labels(labels) &&
        (until === undefined || parseTime(created) <= until),
    )
  for (const network of gone) parts.networks.remove(network)
  parts.events.publish('network', 'prune', '', { reclaimed: '0' })
  return json({ NetworksDeleted: gone.length > 0 ? gone.map(({ name }) => name) : null })
}

async function remove(call: Call): Promise<ServerResponse> {
  const network = find(call)
  if (network.swarm) await removeOverlay(call.parts, network)
  else call.parts.networks.remove(network)
  return noContent()
}

export const networkRoutes: readonly Route[] = [
  route('GET', '/networks', list),
  route('GET', '/networks/', list),
  route('POST', '/networks/create', create),
  route('POST', '/networks/prune', prune),
  route('GET', '/networks/{id}', (call) => json(describe(call, find(call), true))),
  route('POST', '/networks/{id}/connect', connect),
  route('POST', '/networks/{id}/disconnect', disconnect),
  route('DELETE', '/networks/{id}', remove),
]
