import type { Sys } from '@drydock/abi'
import { randomId } from '../identifiers.ts'
import { conflict, invalid, notFound, Problem } from '../problem.ts'
import { listNames, makeDirectories, readRecord, writeRecord } from '../state/files.ts'
import { timestamp } from '../timestamps.ts'
import type { NetworkRecord, NetworkWish } from './network-record.ts'
import {
  contains,
  DEFAULT_POOLS,
  overlaps,
  parseAddress,
  parseSubnet,
  printAddress,
  printSubnet,
  type Subnet,
} from './subnet.ts'

export const NOT_A_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'
const PREDEFINED: readonly string[] = ['bridge', 'host', 'none']
export const isPredefined = (name: string): boolean => PREDEFINED.includes(name)

/** The networks there are, on disk. Knows nothing of links and containers. */
export class NetworkStore {
  private readonly networks = new Map<string, NetworkRecord>()
  private readonly sys: Sys
  private readonly directory: string

  constructor(sys: Sys, directory: string) {
    this.sys = sys
    this.directory = directory
  }

  load(): void {
    makeDirectories(this.sys, this.directory, 0o750)
    for (const file of listNames(this.sys, this.directory)) {
      const record = readRecord<NetworkRecord>(this.sys, `${this.directory}/${file}`)
      if (record) this.networks.set(record.id, record)
    }
    for (const [name, driver] of [
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ] as const)
      if (!this.byName(name)) this.keep(this.predefined(name, driver))
  }

  /** Newest last. */
  all(): NetworkRecord[] {
    return [...this.networks.values()]
  }

  byName(name: string): NetworkRecord | undefined {
    return this.all().find((network) => network.name === name)
  }

  /** By name, id or beginning of an id. @throws Problem not found */
  find(text: string): NetworkRecord {
    const exact = this.networks.get(text) ?? this.byName(text === 'default' ? 'bridge' : text)
    if (exact) return exact
    const matches = text === '' ? [] : this.all().filter(({ id }) => id.startsWith(text))
    if (matches.length > 1) throw invalid(`network ${text} is ambiguous (${matches.length} matches found on ID prefix)`)
    if (!matches[0]) throw notFound(`network ${text} not found`)
    return matches[0]
  }

  /** @throws Problem conflict, invalid, not found, forbidden */
  create(wish: NetworkWish): NetworkRecord {
    const driver = wish.Driver || 'bridge'
    if (!wish.Name?.trim()) throw invalid('invalid name: name is empty')
    if (isPredefined(wish.Name))
      throw new Problem('forbidden', `operation is not permitted on predefined ${wish.Name} network`)
    if (this.byName(wish.Name)) throw conflict(`network with name ${wish.Name} already exists`)
    if (driver === 'host' || driver === 'null')
      throw new Problem('forbidden', `only one instance of "${driver}" network is allowed`)
    if (driver === 'overlay') throw new Problem('unavailable', NOT_A_MANAGER)
    // What the kernel would have to make is not there.
    if (['macvlan', 'ipvlan'].includes(driver)) throw new Problem('system', 'operation not supported')
    if (driver !== 'bridge') throw notFound(`plugin "${driver}" not found`)
    checkOptions(wish.Options ?? {})
    const record = this.describe(wish, driver)
    this.keep(record)
    return record
  }

  remove({ id }: NetworkRecord): void {
    this.networks.delete(id)
    this.sys.unlink(`${this.directory}/${id}.json`)
  }

  private describe(wish: NetworkWish, driver: string): NetworkRecord {
    const id = randomId(this.sys)
    const config = wish.IPAM?.Config?.find(({ Subnet: subnet }) => !subnet?.includes(':'))
    const subnet = config?.Subnet ? this.requireFree(config.Subnet) : this.freePool()
    return {
      id,
      name: wish.Name,
      driver,
      created: timestamp(this.sys.clock),
      internal: wish.Internal ?? false,
      attachable: wish.Attachable ?? false,
      options: wish.Options ?? {},
      labels: wish.Labels ?? {},
      subnet: printSubnet(subnet),
      gateway: gatewayOf(subnet, config?.Gateway),
      ipRange: config?.IPRange ?? '',
      auxiliary: config?.AuxiliaryAddresses ?? {},
      chosenSubnet: config?.Subnet !== undefined && config.Subnet !== '',
      bridge: wish.Options?.['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`,
    }
  }

  private predefined(name: string, driver: string): NetworkRecord {
    const [subnet = '', gateway = ''] = name === 'bridge' ? ['172.17.0.0/16', '172.17.0.1'] : []
    return {
      id: randomId(this.sys),
      name,
      driver,
      created: timestamp(this.sys.clock),
      internal: false,
      attachable: false,
      options: name === 'bridge' ? BRIDGE_OPTIONS : {},
      labels: {},
      subnet,
      gateway,
      ipRange: '',
      auxiliary: {},
      bridge: name === 'bridge' ? 'docker0' : '',
    }
  }

  private used(): Subnet[] {
    return this.all().flatMap(({ subnet }) => parseSubnet(subnet) ?? [])
  }

  private requireFree(text: string): Subnet {
    const subnet = parseSubnet(text)
    if (!subnet) throw invalid(`Invalid subnet ${text} : invalid CIDR address: ${text}`)
    if (this.used().some((other) => overlaps(other, subnet)))
      throw new Problem('forbidden', 'Pool overlaps with other one on this address space')
    return subnet
  }

  private freePool(): Subnet {
    const used = this.used()
    const free = DEFAULT_POOLS.find((pool) => !used.some((other) => overlaps(other, pool)))
    if (free) return free
    throw new Problem('system', 'all predefined address pools have been fully subnetted')
  }

  private keep(record: NetworkRecord): void {
    this.networks.set(record.id, record)
    writeRecord(this.sys, `${this.directory}/${record.id}.json`, record)
  }
}

const MTU = 'com.docker.network.driver.mtu'

/** @throws Problem invalid */
function checkOptions(options: Readonly<Record<string, string>>): void {
  const mtu = options[MTU]
  if (mtu === undefined || /^[+-]?\d+$/.test(mtu)) return
  throw invalid(`failed to parse ${MTU} value: ${mtu} (strconv.Atoi: parsing ${JSON.stringify(mtu)}: invalid syntax)`)
}

function gatewayOf(subnet: Subnet, wish: string | undefined): string {
  if (!wish) return printAddress(subnet.base + 1)
  const address = parseAddress(wish)
  if (address === undefined || !contains(subnet, address)) throw invalid(`no matching subnet for gateway ${wish}`)
  return wish
}

const BRIDGE_OPTIONS: Record<string, string> = {
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': 'true',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
  'com.docker.network.bridge.name': 'docker0',
  'com.docker.network.driver.mtu': '1500',
}
