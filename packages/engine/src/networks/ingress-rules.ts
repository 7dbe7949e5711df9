import { EEXIST, type FirewallRule, type FirewallTable, isErrno, type Sys } from '@drydock/abi'
import type { AssignedNetwork } from '@drydock/swarm'
import { quietly } from '../state/files.ts'
import { setUpFirewall } from './firewall.ts'

const CHAIN = 'DOCKER-INGRESS'
const OWNER = 'docker-ingress'
const PORTS = 'docker-ingress-ports'

/** What leads from the host's published ports to the ingress network. libnetwork service_linux.go, programIngress */
export function guideIngress(sys: Sys, ports: AssignedNetwork['ports'], bridge: string, to: string): void {
  setUpFirewall(sys)
  for (const table of ['nat', 'filter'] as const) makeChain(sys, table, bridge)
  quietly(() => sys.netlink({ op: 'rule-delete', owner: PORTS }))
  for (const { port } of ports) {
    const proto = port.Protocol === 'udp' ? ('udp' as const) : ('tcp' as const)
    const number = String(port.PublishedPort)
    const translation: FirewallRule = {
      chain: CHAIN,
      proto,
      destinationPort: number,
      target: { kind: 'DNAT', to: `${to}:${number}` },
    }
    sys.netlink({ op: 'rule-add', rule: { ...translation, table: 'nat', owner: PORTS }, at: 1 })
    for (const direction of ['destinationPort', 'sourcePort'] as const) {
      const passage: FirewallRule = { chain: CHAIN, proto, [direction]: number, target: { kind: 'ACCEPT' } }
      sys.netlink({ op: 'rule-add', rule: { ...passage, table: 'filter', owner: PORTS }, at: 1 })
    }
  }
}

function makeChain(sys: Sys, table: FirewallTable, bridge: string): void {
  try {
    sys.netlink({ op: 'chain-add', table, chain: CHAIN })
  } catch (error) {
    if (isErrno(error) && error === EEXIST) return
    throw error
  }
  const jump = { kind: 'JUMP', chain: CHAIN } as const
  const entries: FirewallRule[] =
    table === 'nat'
      ? [
          { chain: 'PREROUTING', destinationLocal: true, target: jump },
          { chain: 'OUTPUT', destinationLocal: true, target: jump },
          { chain: 'POSTROUTING', sourceLocal: true, outLink: bridge, target: { kind: 'MASQUERADE' } },
        ]
      : [{ chain: 'FORWARD', target: jump }]
  for (const rule of entries) sys.netlink({ op: 'rule-add', rule: { ...rule, table, owner: OWNER }, at: 1 })
}

export function removeIngress(sys: Sys): void {
  quietly(() => sys.netlink({ op: 'rule-delete', owner: PORTS }))
  quietly(() => sys.netlink({ op: 'rule-delete', owner: OWNER }))
  for (const table of ['nat', 'filter'] as const)
    quietly(() => sys.netlink({ op: 'chain-delete', table, chain: CHAIN }))
}
