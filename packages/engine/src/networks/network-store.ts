import { formatIpv6, parseIpv6, type Sys } from '@drydock/abi'
import { randomId } from '../identifiers.ts'
import type { AddressPool, DaemonConfig } from '../config/daemon-config.ts'
import { conflict, invalid, notFound, Problem } from '../problem.ts'
import { listNames, makeDirectories, readRecord, writeRecord } from '../state/files.ts'
import { timestamp } from '../timestamps.ts'
import { BRIDGE_LABELS, checkBridgeOptions, MTU } from './bridge-options.ts'
import type { Ipv6Record, NetworkRecord, NetworkWish, Pool } from './network-record.ts'
import { checkMode, dummyParent, isSharing, type SharingDriver } from './sharing-driver.ts'
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
import { contains6, overlaps6, ownSubnets, parseSubnet6, printSubnet6, type Subnet6 } from './subnet6.ts'

type IpamPool = NonNullable<NonNullable<NetworkWish['IPAM']>['Config']>[number]

export const NOT_A_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'
const PREDEFINED: readonly string[] = ['bridge', 'host', 'none']
export const isPredefined = (name: string): boolean => PREDEFINED.includes(name)

export type NetworkConfig = Pick<
  DaemonConfig,
  'bip' | 'fixedCidr' | 'addressPools' | 'ip' | 'icc' | 'masquerade' | 'mtu' | 'networkOptions'
>

/** The networks there are, on disk. Knows nothing of links and containers. */
export class NetworkStore {
  private readonly networks = new Map<string, NetworkRecord>()
  /** Those of the swarm, which are not this machine's to keep. */
  private swarm: readonly NetworkRecord[] = []
  private readonly sys: Sys
  private readonly directory: string
  private readonly config: NetworkConfig
  private readonly pools: readonly Subnet[]

  constructor(sys: Sys, directory: string, config: NetworkConfig) {
    this.sys = sys
    this.directory = directory
    this.config = config
    this.pools = config.addressPools.length > 0 ? config.addressPools.flatMap(piecesOf) : DEFAULT_POOLS
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
      if (!this.byName(name) || name === 'bridge') this.keepPredefined(name, driver)
  }

  /** The default bridge follows the configuration, with the id it had. */
  private keepPredefined(name: string, driver: string): void {
    const known = this.byName(name)
    const fresh = this.predefined(name, driver, known)
    this.keep(known ? { ...fresh, id: known.id, created: known.created } : fresh)
  }

  /** Newest last. */
  all(): NetworkRecord[] {
    return [...this.networks.values(), ...this.swarm]
  }

  showSwarm(records: readonly NetworkRecord[]): void {
    this.swarm = records
  }

  byName(name: string): NetworkRecord | undefined {
    return this.all().find((network) => network.name === name)
  }

  /** By name, id or beginning of an id. @throws Problem not found */
  find(text: string): NetworkRecord {
    const exact = this.all().find(({ id }) => id === text) ?? this.byName(text === 'default' ? 'bridge' : text)
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
    if (driver !== 'bridge' && !isSharing(driver)) throw notFound(`plugin "${driver}" not found`)
    checkBridgeOptions(wish.Options ?? {}, wish.Internal ?? false)
    checkIpam(wish)
    if (isSharing(driver)) this.checkParent(driver, wish.Options ?? {})
    const record = this.describe(wish, driver)
    this.requireOwnBridge(record)
    this.keep(record)
    return record
  }

  remove({ id }: NetworkRecord): void {
    this.networks.delete(id)
    this.sys.unlink(`${this.directory}/${id}.json`)
  }

  /** @throws Problem when another network has a bridge of that name */
  private requireOwnBridge({ id, bridge }: NetworkRecord): void {
    const other = bridge === '' ? undefined : this.all().find((network) => network.bridge === bridge)
    if (other)
      throw new Problem(
        'forbidden',
        `cannot create network ${id} (${bridge}): conflicts with network ${other.id} (${bridge}): networks have same bridge name`,
      )
  }

  private describe(wish: NetworkWish, driver: string): NetworkRecord {
    const id = randomId(this.sys)
    const [config, ...further] = (wish.IPAM?.Config ?? []).filter(({ Subnet: subnet }) => !subnet?.includes(':'))
    if (further.length > 0 && driver === 'bridge') throw invalid("bridge driver doesn't support multiple subnets")
    const subnet = config?.Subnet ? this.requireFree(config.Subnet) : this.freePool()
    return {
      id,
      name: wish.Name,
      driver,
      created: timestamp(this.sys.clock),
      internal: (wish.Internal ?? false) || (isSharing(driver) && !wish.Options?.parent),
      attachable: wish.Attachable ?? false,
      options: { ...this.config.networkOptions[driver], ...wish.Options },
      labels: wish.Labels ?? {},
      subnet: printSubnet(subnet),
      gateway: gatewayOf(subnet, config?.Gateway),
      ipRange: config?.IPRange ?? '',
      auxiliary: config?.AuxiliaryAddresses ?? {},
      chosenSubnet: config?.Subnet !== undefined && config.Subnet !== '',
      ...(further.length > 0 ? { further: further.map((each) => this.describePool(each)) } : {}),
      ...(wish.EnableIPv6 ? { ipv6: this.describe6(wish) } : {}),
      ...(isSharing(driver)
        ? { bridge: '', parent: wish.Options?.parent || dummyParent(id, driver) }
        : { bridge: wish.Options?.[BRIDGE_LABELS.name] ?? `br-${id.slice(0, 12)}` }),
    }
  }

  private describePool({ Subnet: text = '', Gateway, IPRange = '', AuxiliaryAddresses = {} }: IpamPool): Pool {
    const subnet = this.requireFree(text)
    return {
      subnet: printSubnet(subnet),
      gateway: gatewayOf(subnet, Gateway),
      ipRange: IPRange,
      auxiliary: AuxiliaryAddresses,
    }
  }

  private describe6(wish: NetworkWish): Ipv6Record {
    const config = wish.IPAM?.Config?.find(({ Subnet: text }) => text?.includes(':'))
    const subnet = config?.Subnet ? this.requireFree6(config.Subnet) : this.ownFree6()
    const gateway = config?.Gateway ? parseIpv6(config.Gateway) : subnet.base + 1n
    if (gateway === undefined || !contains6(subnet, gateway))
      throw invalid(`no matching subnet for gateway ${config?.Gateway ?? ''}`)
    return {
      subnet: printSubnet6(subnet),
      gateway: formatIpv6(gateway),
      ipRange: config?.IPRange ?? '',
      chosen: !!config?.Subnet,
    }
  }

  private used6(): Subnet6[] {
    return this.all().flatMap(({ ipv6 }) => (ipv6 && parseSubnet6(ipv6.subnet)) ?? [])
  }

  private requireFree6(text: string): Subnet6 {
    const subnet = parseSubnet6(text)
    if (!subnet) throw invalid(`Invalid subnet ${text} : invalid CIDR address: ${text}`)
    if (this.used6().some((other) => overlaps6(other, subnet)))
      throw new Problem('forbidden', 'Pool overlaps with other one on this address space')
    return subnet
  }

  /** The next of the machine's own prefix, which goes by the id that its default bridge was given by chance. */
  private ownFree6(): Subnet6 {
    const used = this.used6()
    const id = this.byName('bridge')?.id ?? randomId(this.sys)
    const bytes = Uint8Array.from({ length: 5 }, (_, at) => Number.parseInt(id.slice(at * 2, at * 2 + 2), 16))
    for (const subnet of ownSubnets(bytes)) if (!used.some((other) => overlaps6(other, subnet))) return subnet
    throw new Problem('system', 'all predefined address pools have been fully subnetted')
  }

  /** @throws Problem when another network has the interface already */
  private checkParent(driver: SharingDriver, options: Readonly<Record<string, string>>): void {
    checkMode(driver, options)
    const { parent } = options
    const other = parent ? this.all().find((network) => network.parent === parent) : undefined
    if (!other) return
    const shown = dummyParent(other.id, driver)
    throw new Problem('forbidden', `network ${shown} is already using parent interface ${parent}`)
  }

  private predefined(name: string, driver: string, known: NetworkRecord | undefined): NetworkRecord {
    const [subnet, gateway] = name === 'bridge' ? this.defaultBridge(known) : ['', '']
    return {
      id: randomId(this.sys),
      name,
      driver,
      created: timestamp(this.sys.clock),
      internal: false,
      attachable: false,
      options: name === 'bridge' ? optionsOf(this.config) : {},
      labels: {},
      subnet,
      gateway,
      ipRange: name === 'bridge' ? this.config.fixedCidr : '',
      auxiliary: {},
      bridge: name === 'bridge' ? 'docker0' : '',
    }
  }

  /** Subnet and gateway of docker0. */
  private defaultBridge(known: NetworkRecord | undefined): [string, string] {
    const { bip, fixedCidr } = this.config
    const wish = bip || fixedCidr || known?.subnet || printSubnet(this.freePool())
    const subnet = parseSubnet(wish) ?? { base: 0, bits: 0 }
    const gateway = bip === '' ? printAddress(subnet.base + 1) : (bip.split('/')[0] ?? '')
    return [printSubnet(subnet), gateway]
  }

  private used(): Subnet[] {
    return this.all().flatMap(({ subnet, further = [] }) =>
      [subnet, ...further.map((each) => each.subnet)].flatMap((each) => parseSubnet(each) ?? []),
    )
  }

  /** What the machine reaches already: a container that runs docker must not hide its own network. libnetwork netutils */
  private reached(): Subnet[] {
    return this.sys.netlink({ op: 'route-list' }).flatMap(({ destination }) => parseSubnet(destination) ?? [])
  }

  private requireFree(text: string): Subnet {
    const subnet = parseSubnet(text)
    if (!subnet) throw invalid(`Invalid subnet ${text} : invalid CIDR address: ${text}`)
    if (this.used().some((other) => overlaps(other, subnet)))
      throw new Problem('forbidden', 'Pool overlaps with other one on this address space')
    return subnet
  }

  private freePool(): Subnet {
    const used = [...this.used(), ...this.reached()]
    const free = this.pools.find((pool) => !used.some((other) => overlaps(other, pool)))
    if (free) return free
    throw new Problem('system', 'all predefined address pools have been fully subnetted')
  }

  private keep(record: NetworkRecord): void {
    this.networks.set(record.id, record)
    writeRecord(this.sys, `${this.directory}/${record.id}.json`, record)
  }
}

/** The subnets of a pool, each as large as it says. */
function piecesOf({ Base, Size }: AddressPool): Subnet[] {
  const whole = parseSubnet(Base)
  if (!whole || Size < whole.bits || Size > 30) return []
  const step = 2 ** (32 - Size)
  return Array.from({ length: Math.min(MOST_PIECES, 2 ** (Size - whole.bits)) }, (_, i) => ({
    base: whole.base + i * step,
    bits: Size,
  }))
}

/** More networks than anybody makes. */
const MOST_PIECES = 4096

/** moby network.ValidateIPAM @throws Problem invalid, not found */
function checkIpam({ IPAM }: NetworkWish): void {
  const driver = IPAM?.Driver || 'default'
  if (driver !== 'default' && driver !== 'null') throw notFound(`plugin "${driver}" not found`)
  for (const { Subnet = '' } of IPAM?.Config ?? []) {
    const subnet = parseSubnet(Subnet)
    const whole = subnet === undefined ? Subnet : printSubnet(subnet)
    if (whole !== Subnet) throw invalid(`invalid network config:\ninvalid subnet ${Subnet}: it should be ${whole}`)
  }
}

function gatewayOf(subnet: Subnet, wish: string | undefined): string {
  if (!wish) return printAddress(subnet.base + 1)
  const address = parseAddress(wish)
  if (address === undefined || !contains(subnet, address)) throw invalid(`no matching subnet for gateway ${wish}`)
  return wish
}

/** What the default bridge says of itself. */
const optionsOf = ({ icc, masquerade, ip, mtu }: NetworkConfig): Record<string, string> => ({
  'com.docker.network.bridge.default_bridge': 'true',
  [BRIDGE_LABELS.icc]: String(icc),
  [BRIDGE_LABELS.masquerade]: String(masquerade),
  [BRIDGE_LABELS.hostBinding]: ip || '0.0.0.0',
  [BRIDGE_LABELS.name]: 'docker0',
  [MTU]: String(mtu),
})
