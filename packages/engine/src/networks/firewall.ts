import {
  bracketed,
  EEXIST,
  type FirewallRule,
  type FirewallTable,
  type IpFamily,
  isErrno,
  type Sys,
} from '@drydock/abi'
import { quietly, writeBytes } from '../state/files.ts'
import { type BridgeOptions, bridgeOptions } from './bridge-options.ts'
import type { NetworkRecord } from './network-record.ts'

/** The chains of Docker 28. moby libnetwork/drivers/bridge, setup_ip_tables_linux.go */
const CHAINS: readonly (readonly [FirewallTable, string])[] = [
  ['nat', 'DOCKER'],
  ['filter', 'DOCKER'],
  ['filter', 'DOCKER-BRIDGE'],
  ['filter', 'DOCKER-CT'],
  ['filter', 'DOCKER-FORWARD'],
  ['filter', 'DOCKER-ISOLATION-STAGE-1'],
  ['filter', 'DOCKER-ISOLATION-STAGE-2'],
  ['filter', 'DOCKER-USER'],
]

const jump = (chain: string): FirewallRule['target'] => ({ kind: 'JUMP', chain })

/** The host's own ports are its proxies' affair. */
const LOOPBACK: Readonly<Record<IpFamily, string>> = { 4: '!127.0.0.0/8', 6: '!::1/128' }

/** How packets get to those chains. */
const ENTRIES: readonly FirewallRule[] = [
  { table: 'nat', chain: 'PREROUTING', destinationLocal: true, target: jump('DOCKER') },
  { table: 'filter', chain: 'FORWARD', target: jump('DOCKER-USER') },
  { table: 'filter', chain: 'FORWARD', target: jump('DOCKER-FORWARD') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-CT') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-ISOLATION-STAGE-1') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-BRIDGE') },
]
const OWNER = 'docker'
const OWN_PORTS = 'docker-output'

/** Makes the chains once; what is forwarded and not Docker's is dropped. */
export function setUpFirewall(sys: Sys, family: IpFamily = 4, hairpin = false): void {
  let made = false
  for (const [table, chain] of CHAINS) made = makeChain(sys, table, chain, family) || made
  if (!made) return leadOwnPorts(sys, family, hairpin)
  for (const rule of ENTRIES) {
    sys.netlink({ op: 'rule-add', rule: { ...rule, owner: OWNER }, family })
  }
  leadOwnPorts(sys, family, hairpin)
  sys.netlink({ op: 'chain-policy', table: 'filter', chain: 'FORWARD', policy: 'DROP', family })
}

/** What the host asks of its own ports: where there are proxies, those have what goes to 127/8. */
function leadOwnPorts(sys: Sys, family: IpFamily, hairpin: boolean): void {
  quietly(() => sys.netlink({ op: 'rule-delete', owner: OWN_PORTS, family }))
  const rule = {
    table: 'nat',
    chain: 'OUTPUT',
    destinationLocal: true,
    target: jump('DOCKER'),
    owner: OWN_PORTS,
  } as const
  const proxied = hairpin ? {} : { destination: LOOPBACK[family] }
  sys.netlink({ op: 'rule-add', rule: { ...rule, ...proxied }, family })
}

function makeChain(sys: Sys, table: FirewallTable, chain: string, family: IpFamily): boolean {
  try {
    sys.netlink({ op: 'chain-add', table, chain, family })
    return true
  } catch (error) {
    if (isErrno(error) && error === EEXIST) return false
    throw error
  }
}

const ESTABLISHED = ['RELATED', 'ESTABLISHED'] as const

type RuleWish = Omit<FirewallRule, 'owner'>
const drop = { kind: 'DROP' } as const
const accept = { kind: 'ACCEPT' } as const
const STAGE_1 = 'DOCKER-ISOLATION-STAGE-1'
const STAGE_2 = 'DOCKER-ISOLATION-STAGE-2'

/** Nothing leaves an internal network, and nothing comes in. */
const internalRules = (bridge: string, subnet: string, icc: boolean): RuleWish[] => [
  { chain: STAGE_1, destination: `!${subnet}`, inLink: bridge, target: drop },
  { chain: STAGE_1, source: `!${subnet}`, outLink: bridge, target: drop },
  { chain: 'DOCKER-FORWARD', inLink: bridge, outLink: bridge, target: icc ? accept : drop },
]

/** Addresses of containers are the network's own affair, unless it is routed. */
function translationRules(bridge: string, subnet: string, { hairpin, ...options }: GuardOptions): RuleWish[] {
  const { masquerade, hostAddress } = options
  const away = { table: 'nat', chain: 'POSTROUTING' } as const
  const target: FirewallRule['target'] =
    hostAddress === undefined ? { kind: 'MASQUERADE' } : { kind: 'SNAT', to: hostAddress }
  return [
    ...(masquerade ? [{ ...away, source: subnet, outLink: `!${bridge}`, target }] : []),
    ...(hairpin && masquerade ? [{ ...away, sourceLocal: true, outLink: bridge, target }] : []),
    ...(hairpin ? [] : [{ table: 'nat', chain: 'DOCKER', inLink: bridge, target: { kind: 'RETURN' } } as const]),
  ]
}

/** From inside out everything, between networks nothing, from outside what the gateway's mode says. */
function filterRules(bridge: string, { icc, gatewayMode }: GuardOptions): RuleWish[] {
  const others = `!${bridge}`
  const open = gatewayMode === 'nat-unprotected'
  const routed = gatewayMode === 'routed'
  return [
    { chain: 'DOCKER-CT', outLink: bridge, states: ESTABLISHED, target: accept },
    { chain: STAGE_1, inLink: bridge, outLink: others, target: jump(STAGE_2) },
    { chain: STAGE_2, outLink: bridge, target: routed ? { kind: 'RETURN' } : drop },
    { chain: 'DOCKER-BRIDGE', outLink: bridge, target: jump('DOCKER') },
    ...(routed ? [{ chain: 'DOCKER', outLink: bridge, proto: 'icmp', target: accept } as const] : []),
    { chain: 'DOCKER', inLink: others, outLink: bridge, target: open ? accept : drop },
    ...(icc
      ? [{ chain: 'DOCKER-FORWARD', inLink: bridge, target: accept }]
      : [
          { chain: 'DOCKER-FORWARD', inLink: bridge, outLink: bridge, target: drop },
          { chain: 'DOCKER-FORWARD', inLink: bridge, outLink: others, target: accept },
        ]),
  ]
}

type GuardOptions = BridgeOptions & {
  /** Without proxies the rules lead back what a host asks of its own ports. */
  readonly hairpin: boolean
}

/** moby libnetwork/drivers/bridge, setupIPTablesInternal */
function rulesOf({ bridge, internal }: NetworkRecord, subnet: string, options: GuardOptions): RuleWish[] {
  if (internal) return internalRules(bridge, subnet, options.icc)
  const nat = options.gatewayMode === 'routed' ? [] : translationRules(bridge, subnet, options)
  return [...nat, ...filterRules(bridge, options)]
}

const networkOwner = (id: string): string => `docker-network:${id}`

/** @param hairpin  there are no proxies: the rules lead back what a host asks of its own ports */
export function guardNetwork(sys: Sys, network: NetworkRecord, hairpin: boolean): void {
  releaseNetwork(sys, network.id)
  const options = { ...bridgeOptions(network.options), hairpin }
  guardFamily(sys, network, network.subnet, 4, options)
  if (network.ipv6)
    guardFamily(sys, network, network.ipv6.subnet, 6, {
      ...options,
      hostAddress: undefined,
      gatewayMode: options.gatewayMode6,
    })
  if (!options.icc) askForBridges(sys)
}

/** What two containers of one bridge send each other passes no rule unless the kernel is told. moby setupBridgeNetFiltering */
function askForBridges(sys: Sys): void {
  for (const name of ['iptables', 'ip6tables'])
    quietly(() => writeBytes(sys, `/proc/sys/net/bridge/bridge-nf-call-${name}`, '1\n'))
}

function guardFamily(sys: Sys, network: NetworkRecord, subnet: string, family: IpFamily, options: GuardOptions): void {
  setUpFirewall(sys, family, options.hairpin)
  const owner = networkOwner(network.id)
  for (const rule of rulesOf(network, subnet, options)) {
    const first = rule.chain.startsWith('DOCKER-ISOLATION') || (rule.table === 'nat' && rule.chain !== 'POSTROUTING')
    sys.netlink({ op: 'rule-add', rule: { table: 'filter', ...rule, owner }, ...(first ? { at: 1 } : {}), family })
  }
}

export const releaseNetwork = (sys: Sys, id: string): void => releaseOwner(sys, networkOwner(id))

/** Rules of both families that somebody added go. */
export function releaseOwner(sys: Sys, owner: string): void {
  for (const family of [4, 6] as const) quietly(() => sys.netlink({ op: 'rule-delete', owner, family }))
}

export interface OpenedPort {
  readonly bridge: string
  readonly proto: 'tcp' | 'udp'
  /** `0.0.0.0` or `::` for all of the host's; of the family of `address`. */
  readonly hostIp: string
  readonly hostPort: number
  readonly address: string
  readonly port: number
  /** See guardNetwork. */
  readonly hairpin: boolean
}

/** A published port: translated on its way in, and let through. */
export function openPort(sys: Sys, owner: string, opened: OpenedPort): void {
  const { bridge, proto, hostIp, hostPort, address, port, hairpin } = opened
  const family = address.includes(':') ? 6 : 4
  const single = (host: string): string => `${host}/${family === 6 ? 128 : 32}`
  const destination = ['0.0.0.0', '::'].includes(hostIp) ? {} : { destination: single(hostIp) }
  const outside = `!${bridge}`
  const translation: FirewallRule = {
    ...{
      table: 'nat',
      chain: 'DOCKER',
      ...(hairpin ? {} : { inLink: outside }),
      proto,
      ...destination,
      destinationPort: String(hostPort),
      owner,
    },
    target: { kind: 'DNAT', to: `${bracketed(address)}:${port}` },
  }
  sys.netlink({ op: 'rule-add', rule: translation, family })
  letThrough(sys, owner, opened)
}

/** What comes for the container's own port may pass. */
export function letThrough(
  sys: Sys,
  owner: string,
  { bridge, proto, address, port }: Pick<OpenedPort, 'bridge' | 'proto' | 'address' | 'port'>,
): void {
  const family = address.includes(':') ? 6 : 4
  const passage: FirewallRule = {
    ...{ table: 'filter', chain: 'DOCKER', destination: `${address}/${family === 6 ? 128 : 32}` },
    ...{ inLink: `!${bridge}`, outLink: bridge },
    ...{ proto, destinationPort: String(port), target: accept, owner },
  }
  sys.netlink({ op: 'rule-add', rule: passage, at: 1, family })
}
