import { EEXIST, type FirewallRule, type FirewallTable, isErrno, type Sys } from '@drydock/abi'
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

/** How packets get to those chains. */
const ENTRIES: readonly FirewallRule[] = [
  { table: 'nat', chain: 'PREROUTING', destinationLocal: true, target: jump('DOCKER') },
  { table: 'nat', chain: 'OUTPUT', destination: '!127.0.0.0/8', destinationLocal: true, target: jump('DOCKER') },
  { table: 'filter', chain: 'FORWARD', target: jump('DOCKER-USER') },
  { table: 'filter', chain: 'FORWARD', target: jump('DOCKER-FORWARD') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-CT') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-ISOLATION-STAGE-1') },
  { table: 'filter', chain: 'DOCKER-FORWARD', target: jump('DOCKER-BRIDGE') },
]
const OWNER = 'docker'

/** Makes the chains once; what is forwarded and not Docker's is dropped. */
export function setUpFirewall(sys: Sys): void {
  let made = false
  for (const [table, chain] of CHAINS) made = makeChain(sys, table, chain) || made
  if (!made) return
  for (const rule of ENTRIES) sys.netlink({ op: 'rule-add', rule: { ...rule, owner: OWNER } })
  sys.netlink({ op: 'chain-policy', table: 'filter', chain: 'FORWARD', policy: 'DROP' })
}

function makeChain(sys: Sys, table: FirewallTable, chain: string): boolean {
  try {
    sys.netlink({ op: 'chain-add', table, chain })
    return true
  } catch (error) {
    if (isErrno(error) && error === EEXIST) return false
    throw error
  }
}

const ESTABLISHED = ['RELATED', 'ESTABLISHED'] as const

/** What a network adds: from inside out and translated, between networks nothing, from outside only published ports. */
function rulesOf({ bridge, subnet, internal }: NetworkRecord): FirewallRule[] {
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
  setUpFirewall(sys)
  releaseNetwork(sys, network.id)
  const owner = networkOwner(network.id)
  for (const rule of rulesOf(network)) {
    const first = rule.chain.startsWith('DOCKER-ISOLATION') || (rule.table === 'nat' && rule.chain !== 'POSTROUTING')
    sys.netlink({ op: 'rule-add', rule: { table: 'filter', ...rule, owner }, ...(first ? { at: 1 } : {}) })
  }
}

export function releaseNetwork(sys: Sys, id: string): void {
  quietly(() => sys.netlink({ op: 'rule-delete', owner: networkOwner(id) }))
}

export interface OpenedPort {
  readonly bridge: string
  readonly proto: 'tcp' | 'udp'
  /** `0.0.0.0` for all of the host's. */
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
  const destination = hostIp === '0.0.0.0' ? {} : { destination: `${hostIp}/32` }
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
    target: { kind: 'DNAT', to: `${address}:${port}` },
  }
  const passage: FirewallRule = {
    ...{ table: 'filter', chain: 'DOCKER', destination: `${address}/32`, inLink: outside, outLink: bridge },
    ...{ proto, destinationPort: String(port), target: { kind: 'ACCEPT' }, owner },
  }
  sys.netlink({ op: 'rule-add', rule: translation })
  sys.netlink({ op: 'rule-add', rule: passage, at: 1 })
}
