import {
  bracketed,
  EEXIST,
  type FirewallRule,
  type FirewallTable,
  type IpFamily,
  isErrno,
  type Sys,
} from '@drydock/abi'
import { quietly } from '../state/files.ts'
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
  { table: 'nat', chain: 'OUTPUT', destination: LOOPBACK[4], destinationLocal: true, target: jump('DOCKER') },
  { table: 'filter', chain: 'FORWARD', target: jump('DOCKER-USER') },
  { table: 'filter', chain: 'FORWARD', target: jump('DOCKER-FORWARD') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-CT') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-ISOLATION-STAGE-1') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-BRIDGE') },
]
const OWNER = 'docker'

/** Makes the chains once; what is forwarded and not Docker's is dropped. */
export function setUpFirewall(sys: Sys, family: IpFamily = 4): void {
  let made = false
  for (const [table, chain] of CHAINS) made = makeChain(sys, table, chain, family) || made
  if (!made) return
  for (const rule of ENTRIES) {
    const own = rule.destination === undefined ? rule : { ...rule, destination: LOOPBACK[family] }
    sys.netlink({ op: 'rule-add', rule: { ...own, owner: OWNER }, family })
  }
  sys.netlink({ op: 'chain-policy', table: 'filter', chain: 'FORWARD', policy: 'DROP', family })
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

/** What a network adds: from inside out and translated, between networks nothing, from outside only published ports. */
function rulesOf({ bridge, internal }: NetworkRecord, subnet: string): FirewallRule[] {
  const others = `!${bridge}`
  const drop = { kind: 'DROP' } as const
  const accept = { kind: 'ACCEPT' } as const
  const stage = 'DOCKER-ISOLATION-STAGE-1'
  if (internal)
    return [
      { chain: stage, destination: `!${subnet}`, inLink: bridge, target: drop },
      { chain: stage, source: `!${subnet}`, outLink: bridge, target: drop },
      { chain: 'DOCKER-FORWARD', inLink: bridge, outLink: bridge, target: accept },
    ]
  return [
    { table: 'nat', chain: 'POSTROUTING', source: subnet, outLink: others, target: { kind: 'MASQUERADE' } },
    { table: 'nat', chain: 'DOCKER', inLink: bridge, target: { kind: 'RETURN' } },
    { chain: 'DOCKER-CT', outLink: bridge, states: ESTABLISHED, target: accept },
    { chain: stage, inLink: bridge, outLink: others, target: jump('DOCKER-ISOLATION-STAGE-2') },
    { chain: 'DOCKER-ISOLATION-STAGE-2', outLink: bridge, target: drop },
    { chain: 'DOCKER-BRIDGE', outLink: bridge, target: jump('DOCKER') },
    { chain: 'DOCKER', inLink: others, outLink: bridge, target: drop },
    { chain: 'DOCKER-FORWARD', inLink: bridge, target: accept },
  ]
}

const networkOwner = (id: string): string => `docker-network:${id}`

export function guardNetwork(sys: Sys, network: NetworkRecord): void {
  releaseNetwork(sys, network.id)
  guardFamily(sys, network, network.subnet, 4)
  if (network.ipv6) guardFamily(sys, network, network.ipv6.subnet, 6)
}

function guardFamily(sys: Sys, network: NetworkRecord, subnet: string, family: IpFamily): void {
  setUpFirewall(sys, family)
  const owner = networkOwner(network.id)
  for (const rule of rulesOf(network, subnet)) {
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
}

/** A published port: translated on its way in, and let through. */
export function openPort(
  sys: Sys,
  owner: string,
  { bridge, proto, hostIp, hostPort, address, port }: OpenedPort,
): void {
  const family = address.includes(':') ? 6 : 4
  const single = (host: string): string => `${host}/${family === 6 ? 128 : 32}`
  const destination = ['0.0.0.0', '::'].includes(hostIp) ? {} : { destination: single(hostIp) }
  const outside = `!${bridge}`
  const translation: FirewallRule = {
    ...{
      table: 'nat',
      chain: 'DOCKER',
      inLink: outside,
      proto,
      ...destination,
      destinationPort: String(hostPort),
      owner,
    },
    target: { kind: 'DNAT', to: `${bracketed(address)}:${port}` },
  }
  const passage: FirewallRule = {
    ...{ table: 'filter', chain: 'DOCKER', destination: single(address), inLink: outside, outLink: bridge },
    ...{ proto, destinationPort: String(port), target: { kind: 'ACCEPT' }, owner },
  }
  sys.netlink({ op: 'rule-add', rule: translation, family })
  sys.netlink({ op: 'rule-add', rule: passage, at: 1, family })
}
