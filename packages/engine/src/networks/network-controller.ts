import type { Sys } from '@drydock/abi'
import type { AssignedNetwork } from '@drydock/swarm'
import type { DaemonConfig } from '../config/daemon-config.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Container } from '../containers/container.ts'
import type { EndpointRecord } from '../containers/record.ts'
import { randomBelow, randomId, shortId } from '../identifiers.ts'
import { conflict, notFound, Problem } from '../problem.ts'
import { allocateAddress, homeOf } from './address-pool.ts'
import { allocateAddress6 } from './address-pool6.ts'
import { bridgeOptions } from './bridge-options.ts'
import { makeBridge, type Plug6, plugIn, raiseLoopback, removeBridge, unplug } from './bridge-driver.ts'
import { type Names, serveNames } from './name-server.ts'
import type { Endpoint, NetworkRecord, NetworkWish } from './network-record.ts'
import { isPredefined, type NetworkConfig, NetworkStore } from './network-store.ts'
import { OverlayDriver } from './overlay-driver.ts'
import { IngressListeners } from './ingress-listeners.ts'
import { type PortBridge, PortMapper } from './port-mapper.ts'
import { quietly } from '../state/files.ts'
import { isSharing, makeParent, plugIntoWire, removeParent } from './sharing-driver.ts'
import { macOf, parseAddress, parseSubnet, printAddress } from './subnet.ts'
import { parseSubnet6 } from './subnet6.ts'

/** Networks and who is on them. */
export class NetworkController {
  readonly store: NetworkStore
  readonly ports: PortMapper
  /** Network id -> container id -> endpoint. */
  private readonly endpoints = new Map<string, Map<string, Endpoint>>()
  readonly overlays: OverlayDriver
  /** Names and virtual addresses of the swarm's networks, by network id. */
  private swarm = new Map<string, AssignedNetwork>()
  /** Addresses that the swarm gave to containers of docker run: `<network> <container>`. */
  private readonly granted = new Map<string, string>()
  /** How containers of overlay networks get out, by container. */
  private readonly gateways = new Map<string, EndpointRecord>()
  /** Told when a container leaves a network of the swarm that it was given an address on. */
  released: (containerId: string, networkId: string) => void = () => undefined
  /** Containers whose name server is up; it stays until they stop. */
  private readonly served = new Set<string>()
  /** What services publish on this node. */
  readonly ingress: IngressListeners
  /** Whether rules do what proxies do else. */
  readonly hairpin: boolean
  private readonly sys: Sys
  private readonly events: EventLog

  constructor(
    sys: Sys,
    directory: string,
    events: EventLog,
    config: NetworkConfig & Pick<DaemonConfig, 'userlandProxy'>,
  ) {
    this.sys = sys
    this.events = events
    this.store = new NetworkStore(sys, directory, config)
    this.hairpin = !config.userlandProxy
    this.ports = new PortMapper(sys, { ip: config.ip, hairpin: this.hairpin })
    this.overlays = new OverlayDriver(sys)
    this.ingress = new IngressListeners(sys)
  }

  /** @param assigned with the names that this node was told */
  showSwarm(records: readonly NetworkRecord[], assigned: readonly AssignedNetwork[]): void {
    this.store.showSwarm(records)
    this.swarm = new Map(assigned.map((each) => [each.network.ID, each]))
  }

  /** An address that no container gets. */
  reserve({ id }: NetworkRecord, containerId: string, containerName: string, withPrefix: string): void {
    const [address = '', prefix = ''] = withPrefix.split('/')
    const own = this.endpoints.get(id) ?? new Map<string, Endpoint>()
    this.endpoints.set(id, own)
    const mac = macOf(parseAddress(address) ?? 0)
    if (!own.has(containerId))
      own.set(containerId, {
        ...{ containerId, containerName, endpointId: randomId(this.sys), address, mac, dnsNames: [] },
        prefix: Number(prefix),
      })
  }

  /** What was reserved is free again. */
  unreserve({ id }: NetworkRecord, containerId: string): void {
    this.endpoints.get(id)?.delete(containerId)
  }

  grant(containerId: string, networkId: string, address: string): void {
    this.granted.set(`${networkId} ${containerId}`, address)
  }

  /** Where a container's published ports lead, when that is none of its networks. */
  gatewayOf({ id }: Container): EndpointRecord | undefined {
    return this.gateways.get(id)
  }

  load(): void {
    this.store.load()
    for (const network of this.store.all()) {
      if (network.driver === 'bridge') makeBridge(this.sys, network, this)
      else if (isSharing(network.driver)) quietly(() => makeParent(this.sys, network))
    }
  }

  /** The bridge that a network of this name is on the host, and how ports are published there. */
  bridgeOf(name: string): PortBridge | undefined {
    const network = this.store.byName(name)
    if (!network?.bridge) return undefined
    const { hostBinding, gatewayMode, gatewayMode6 } = bridgeOptions(network.options)
    return { bridge: network.bridge, hostBinding, routed: gatewayMode === 'routed', routed6: gatewayMode6 === 'routed' }
  }

  create(wish: NetworkWish): NetworkRecord {
    const network = this.store.create(wish)
    if (isSharing(network.driver)) this.makeParent(network)
    else makeBridge(this.sys, network, this)
    this.publish(network, 'create')
    return network
  }

  /** A network whose parent cannot be had is no network. @throws Problem */
  private makeParent(network: NetworkRecord): void {
    try {
      makeParent(this.sys, network)
    } catch (error) {
      this.store.remove(network)
      throw error
    }
  }

  /** @throws Problem forbidden, conflict */
  remove(network: NetworkRecord): void {
    if (isPredefined(network.name))
      throw new Problem('forbidden', `${network.name} is a pre-defined network and cannot be removed`)
    if (this.endpointsOf(network).length > 0)
      throw new Problem(
        'forbidden',
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
      )
    this.store.remove(network)
    if (isSharing(network.driver)) removeParent(this.sys, network)
    else removeBridge(this.sys, network)
    this.publish(network, 'destroy')
  }

  endpointsOf({ id }: NetworkRecord): Endpoint[] {
    return [...(this.endpoints.get(id)?.values() ?? [])]
  }

  /** Plugs every network of the container's record into its namespace, process `pid`'s. @throws Problem */
  connectAll(container: Container, pid: number): void {
    raiseLoopback(this.sys, pid)
    for (const [name, record] of sortedNetworks(container)) this.connect(container, this.store.find(name), record, pid)
    this.connectGateway(container, pid)
    if (userNetworks(container).length > 0) this.serveNames(container, pid)
  }

  /** A container that ran before this daemon did keeps its places. */
  adopt(container: Container, pid: number): void {
    for (const [name, record] of sortedNetworks(container)) {
      const network = this.store.byName(name)
      if (network && record.IPAddress) this.remember(container, network, record)
    }
    if (userNetworks(container).length > 0) this.serveNames(container, pid)
  }

  /** @throws Problem */
  connect(container: Container, network: NetworkRecord, record: EndpointRecord, pid: number): void {
    if (record.IPAMConfig?.IPv4Address && isPredefined(network.name))
      throw new Problem('invalid', 'user specified IP address is supported on user defined networks only')
    if (network.driver === 'overlay') return this.connectOverlay(container, network, record, pid)
    if (network.driver !== 'bridge' && !isSharing(network.driver)) return describeBare(record, network)
    if (record.IPAMConfig?.IPv4Address && network.chosenSubnet === false)
      throw new Problem(
        'invalid',
        'user specified IP address is supported only when connecting to networks with user configured subnets',
      )
    const taken = new Set(this.endpointsOf(network).map(({ address }) => address))
    // A container that comes back after a power cut gets the address it had, when nobody took it.
    const last = record.IPAddress && !taken.has(record.IPAddress) ? record.IPAddress : undefined
    const address = allocateAddress(network, taken, record.IPAMConfig?.IPv4Address || last)
    const home = homeOf(network, address)
    const prefix = parseSubnet(home.subnet)?.bits ?? 16
    const mac = record.IPAMConfig && record.MacAddress ? record.MacAddress : macOf(address)
    fill(record, home, { address: printAddress(address), prefix, mac, endpointId: randomId(this.sys) })
    const options = bridgeOptions(network.options)
    const gateway = network.internal ? undefined : home.gateway
    const six = this.connect6(network, record)
    const plug = { address: `${printAddress(address)}/${prefix}`, mac, gateway, six }
    if (isSharing(network.driver)) plugIntoWire(this.sys, pid, { network, ...plug })
    else plugIn(this.sys, pid, { bridge: network.bridge, ...plug, link: options })
    this.remember(container, network, record)
    this.publish(network, 'connect', container.id)
  }

  /** An address of the network's IPv6, where it has any. @throws Problem */
  private connect6({ ipv6, name, internal, ...network }: NetworkRecord, record: EndpointRecord): Plug6 | undefined {
    const wish = record.IPAMConfig?.IPv6Address
    if (wish && isPredefined(name))
      throw new Problem('invalid', 'user specified IP address is supported on user defined networks only')
    if (wish && !ipv6?.chosen)
      throw new Problem(
        'invalid',
        'user specified IP address is supported only when connecting to networks with user configured subnets',
      )
    if (!ipv6) return undefined
    const others = [...(this.endpoints.get(network.id)?.values() ?? [])]
    const taken = new Set(others.flatMap(({ address6 }) => address6?.split('/')[0] ?? []))
    const last = record.GlobalIPv6Address
    const address = allocateAddress6(ipv6, taken, wish || (last && !taken.has(last) ? last : undefined))
    record.GlobalIPv6Address = address
    record.GlobalIPv6PrefixLen = parseSubnet6(ipv6.subnet)?.bits ?? 64
    record.IPv6Gateway = internal ? '' : ipv6.gateway
    return { address: `${address}/${record.GlobalIPv6PrefixLen}`, gateway: internal ? undefined : ipv6.gateway }
  }

  /** The address is the swarm's to give: tasks bring theirs, other containers were granted one. */
  private connectOverlay(container: Container, network: NetworkRecord, record: EndpointRecord, pid: number): void {
    if (!this.overlays.has(network.id))
      throw new Problem('system', `network ${network.name} is not available on this node`)
    const granted = this.granted.get(`${network.id} ${container.id}`)?.split('/')[0]
    const address = granted ?? record.IPAMConfig?.IPv4Address ?? ''
    const prefix = parseSubnet(network.subnet)?.bits ?? 24
    const mac = macOf(parseAddress(address) ?? 0)
    fill(record, network, { address, prefix, mac, endpointId: randomId(this.sys) })
    record.Gateway = ''
    this.overlays.plug(network.id, pid, { address: `${address}/${prefix}`, mac })
    this.remember(container, network, record)
    this.publish(network, 'connect', container.id)
  }

  /** Overlay networks lead to no other: a bridge of the host does, where no other network of the container is one. */
  private connectGateway(container: Container, pid: number): void {
    const networks = Object.keys(container.record.Networks).map((name) => this.store.find(name))
    const gateway = this.store.byName('docker_gwbridge')
    if (!gateway || !networks.some(({ driver, internal }) => driver === 'overlay' && !internal)) return
    if (networks.some(({ driver }) => driver === 'bridge')) return
    const record: EndpointRecord = {}
    this.connect(container, gateway, record, pid)
    this.gateways.set(container.id, record)
  }

  /** Puts a running container on one more network. @throws Problem */
  plugRunning(container: Container, network: NetworkRecord, record: EndpointRecord): void {
    const { pid } = container.process ?? {}
    if (pid === undefined) return
    this.connect(container, network, record, pid)
    if (!isPredefined(network.name)) this.serveNames(container, pid)
  }

  unplugRunning(container: Container, network: NetworkRecord): void {
    const endpoint = this.endpoints.get(network.id)?.get(container.id)
    if (!endpoint) return
    if (container.process) unplug(this.sys, container.process.pid, `${endpoint.address}/${endpoint.prefix}`)
    this.forget(container, network)
  }

  /** A container stopped: its addresses are free again, its ports too. */
  releaseAll(container: Container): void {
    this.ports.release(container.id)
    for (const network of this.store.all())
      if (this.endpoints.get(network.id)?.has(container.id)) this.forget(container, network)
    this.gateways.delete(container.id)
    for (const record of Object.values(container.record.Networks)) clear(record)
    container.record.Ports = {}
  }

  /** @throws Problem */
  requireUnconnected(container: Container, network: NetworkRecord): void {
    if (container.record.Networks[network.name])
      throw new Problem('forbidden', `endpoint with name ${container.name} already exists in network ${network.name}`)
    if (network.driver === 'host')
      throw conflict('container cannot be disconnected from host network or connected to host network')
    if (network.driver === 'null' && Object.keys(container.record.Networks).length > 0)
      throw new Problem(
        'forbidden',
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      )
  }

  requireConnected(container: Container, network: NetworkRecord): void {
    if (!container.record.Networks[network.name])
      throw new Problem('forbidden', `container ${container.id} is not connected to network ${network.name}`)
  }

  private forget(container: Container, network: NetworkRecord): void {
    this.endpoints.get(network.id)?.delete(container.id)
    if (this.granted.delete(`${network.id} ${container.id}`)) this.released(container.id, network.id)
    this.publish(network, 'disconnect', container.id)
  }

  private remember(container: Container, network: NetworkRecord, record: EndpointRecord): void {
    const own = this.endpoints.get(network.id) ?? new Map<string, Endpoint>()
    this.endpoints.set(network.id, own)
    const dnsNames = isPredefined(network.name) ? [] : dnsNamesOf(container, record)
    if (!isPredefined(network.name)) record.DNSNames = dnsNames
    own.set(container.id, {
      containerId: container.id,
      containerName: container.name,
      endpointId: record.EndpointID ?? '',
      address: record.IPAddress ?? '',
      prefix: record.IPPrefixLen ?? 0,
      ...(record.GlobalIPv6Address ? { address6: `${record.GlobalIPv6Address}/${record.GlobalIPv6PrefixLen}` } : {}),
      mac: record.MacAddress ?? '',
      dnsNames,
    })
  }

  private serveNames(container: Container, pid: number): void {
    if (this.served.has(container.id)) return
    // A network of the swarm may go while a task that is on it still ends.
    const known = (): NetworkRecord[] => userNetworks(container).flatMap((name) => this.store.byName(name) ?? [])
    const peers = (): Endpoint[] => known().flatMap((network) => this.endpointsOf(network))
    const named = (name: string): string => linkTarget(container, stripNetwork(name, userNetworks(container)))
    const peersOf = (name: string): Endpoint[] =>
      peers().filter(({ dnsNames }) => dnsNames.some((each) => each.toLowerCase() === name.toLowerCase()))
    const names: Names = {
      upstream: container.hostConfig.Dns ?? [],
      addresses: (name) => {
        const linked = named(name)
        const ofSwarm = this.swarmAddresses(container, linked)
        return ofSwarm.length > 0 ? ofSwarm : peersOf(linked).map(({ address }) => address)
      },
      addresses6: (name) => peersOf(named(name)).flatMap(({ address6 }) => address6?.split('/')[0] ?? []),
      nameOf: (address) => {
        for (const record of known()) {
          const network = record.name
          const found = this.endpointsOf(record).find(
            (each) => each.address === address || each.address6?.split('/')[0] === address,
          )
          if (found) return `${found.containerName}.${network}`
          const names = this.swarm.get(record.id)?.names ?? []
          const [name] = names.filter(([, all]) => all.length === 1 && all[0] === address).at(-1) ?? []
          if (name !== undefined) return `${name}.${network}`
        }
        return undefined
      },
    }
    const stop = serveNames(this.sys, pid, names)
    this.served.add(container.id)
    container.cleanups.push(() => {
      this.served.delete(container.id)
      stop()
    })
  }

  /** What a name stands for on the container's networks of the swarm, each time beginning with another. */
  private swarmAddresses(container: Container, name: string): string[] {
    const found = userNetworks(container).flatMap((network) => {
      const { names = [] } = this.swarm.get(this.store.byName(network)?.id ?? '') ?? {}
      return names.filter(([each]) => each.toLowerCase() === name.toLowerCase()).flatMap(([, addresses]) => addresses)
    })
    const all = [...new Set(found)]
    const first = all.length > 1 ? randomBelow(this.sys, all.length) : 0
    return [...all.slice(first), ...all.slice(0, first)]
  }

  private publish(network: NetworkRecord, action: string, container?: string): void {
    this.events.publish('network', action, network.id, {
      ...(container ? { container } : {}),
      name: network.name,
      type: network.driver,
    })
  }

  /** @throws Problem not found */
  find(text: string): NetworkRecord {
    return this.store.find(text)
  }

  requireKnown(name: string): void {
    if (!this.store.byName(name) && !this.store.all().some(({ id }) => id === name))
      throw notFound(`network ${name} not found`)
  }
}

/** The network of NetworkMode first: its gateway is the way out. */
function sortedNetworks({ record, hostConfig }: Container): [string, EndpointRecord][] {
  const first = hostConfig.NetworkMode
  return Object.entries(record.Networks).sort(
    ([a], [b]) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1),
  )
}

export const userNetworks = ({ record }: Container): string[] =>
  Object.keys(record.Networks).filter((name) => !isPredefined(name))

/** `name`, wished aliases and the short id. */
function dnsNamesOf(container: Container, record: EndpointRecord): string[] {
  const hostname = container.record.Config.Hostname ?? ''
  return [...new Set([container.name, ...(record.Aliases ?? []), shortId(container.id), hostname])].filter(Boolean)
}

/** `web.app` is web on the network app. */
function stripNetwork(name: string, networks: readonly string[]): string {
  const network = networks.find((each) => name.endsWith(`.${each.toLowerCase()}`))
  return network ? name.slice(0, -network.length - 1) : name
}

/** What a --link alias stands for. */
function linkTarget({ record }: Container, name: string): string {
  const links = Object.values(record.Networks).flatMap(({ Links }) => Links ?? [])
  const link = links.map((each) => each.split(':')).find(([, alias]) => alias === name)
  return link?.[0] ?? name
}

function fill(
  record: EndpointRecord,
  network: NetworkRecord,
  { address, prefix, mac, endpointId }: { address: string; prefix: number; mac: string; endpointId: string },
): void {
  record.NetworkID = network.id
  record.EndpointID = endpointId
  record.Gateway = network.internal ? '' : network.gateway
  record.IPAddress = address
  record.IPPrefixLen = prefix
  record.MacAddress = mac
}

function describeBare(record: EndpointRecord, network: NetworkRecord): void {
  record.NetworkID = network.id
}

function clear(record: EndpointRecord): void {
  record.EndpointID = ''
  record.Gateway = ''
  record.IPAddress = ''
  record.IPPrefixLen = 0
  record.IPv6Gateway = ''
  record.GlobalIPv6Address = ''
  record.GlobalIPv6PrefixLen = 0
  record.MacAddress = ''
}
