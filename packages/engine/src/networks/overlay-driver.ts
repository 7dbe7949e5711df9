import { CLONE_NEWNET, type FirewallRule, type Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { type AssignedNetwork, bare } from '@drydock/swarm'
import { insideNamespaces } from '../runtime/launch.ts'
import { quietly } from '../state/files.ts'
import { joinInside } from './bridge-driver.ts'
import { insideSandbox, makeSandbox, removeSandbox, sandboxPath } from './net-sandbox.ts'

const BRIDGE = 'br0'
const TUNNEL = 'vxlan0'
/** Of the ingress: its way to the host. */
const UPLINK = 'eth1'

/** Where the ingress network meets the host: an address on docker_gwbridge. */
export interface Uplink {
  readonly bridge: string
  /** With prefix length. */
  readonly address: string
  readonly gateway: string
}

export const sandboxOf = ({ network }: Pick<AssignedNetwork, 'network'>): string => `1-${network.ID.slice(0, 10)}`

/**
 * Overlay networks on this host: each is a network namespace with a bridge, a VXLAN device to the other hosts, and the
 * virtual addresses of services, which are translated to the addresses of tasks in turn.
 */
export class OverlayDriver {
  /** Networks that are built, as they were last set up. */
  private readonly built = new Map<string, AssignedNetwork>()
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** @param own this host's address, where frames for it come in */
  configure(networks: readonly AssignedNetwork[], own: string, uplink: Uplink): void {
    const wanted = new Set(networks.filter(({ balancer }) => balancer).map(({ network }) => network.ID))
    for (const [id, network] of this.built) if (!wanted.has(id)) this.tearDown(network)
    for (const network of networks) {
      if (!wanted.has(network.network.ID)) continue
      const before = this.built.get(network.network.ID)
      if (!before) this.build(network, uplink)
      if (!before || changed(before, network)) this.setUp(network, own)
      this.built.set(network.network.ID, network)
    }
  }

  dispose(): void {
    for (const network of [...this.built.values()]) this.tearDown(network)
  }

  has(id: string): boolean {
    return this.built.has(id)
  }

  /** A veth pair between the network's bridge and the namespace of process `pid`. */
  plug(id: string, pid: number, { address, mac }: { address: string; mac: string }): void {
    const network = this.built.get(id)
    if (!network) return
    const name = `veth${toHex(this.sys.entropy.bytes(4)).slice(0, 7)}`
    const peer = `${name}p`
    insideSandbox(this.sys, sandboxOf(network), () => {
      this.sys.netlink({ op: 'link-add', name, kind: 'veth', peer, peerMac: mac })
      this.sys.netlink({ op: 'link-set', name, master: BRIDGE })
      this.sys.netlink({ op: 'link-set', name, up: true })
      this.sys.netlink({ op: 'link-move', name: peer, pid })
    })
    insideNamespaces(this.sys, [{ pid, flags: CLONE_NEWNET }], () =>
      joinInside(this.sys, peer, address, undefined, { mtu: MTU }),
    )
  }

  private build(assigned: AssignedNetwork, uplink: Uplink): void {
    const { sys } = this
    const { network } = assigned
    const tunnel = `vx-${network.vni.toString(16).padStart(6, '0')}-${network.ID.slice(0, 5)}`
    const name = sandboxOf(assigned)
    // What an earlier daemon left is built anew.
    quietly(() => insideSandbox(sys, name, () => sys.netlink({ op: 'link-delete', name: TUNNEL })))
    removeSandbox(sys, name)
    makeSandbox(sys, name, () => {
      sys.netlink({ op: 'link-add', name: BRIDGE, kind: 'bridge' })
      sys.netlink({ op: 'link-set', name: BRIDGE, up: true })
    })
    sys.netlink({ op: 'link-add', name: tunnel, kind: 'vxlan', id: network.vni })
    sys.netlink({ op: 'link-move', name: tunnel, path: sandboxPath(name) })
    insideSandbox(sys, name, () => {
      sys.netlink({ op: 'link-set', name: tunnel, rename: TUNNEL })
      sys.netlink({ op: 'link-set', name: TUNNEL, master: BRIDGE })
      sys.netlink({ op: 'link-set', name: TUNNEL, up: true })
    })
    if (network.Spec.Ingress) this.connectUplink(name, uplink)
  }

  private connectUplink(sandbox: string, { bridge, address, gateway }: Uplink): void {
    const { sys } = this
    const name = `veth${toHex(sys.entropy.bytes(4)).slice(0, 7)}`
    sys.netlink({ op: 'link-add', name, kind: 'veth', peer: `${name}p` })
    sys.netlink({ op: 'link-set', name, master: bridge })
    sys.netlink({ op: 'link-set', name, up: true })
    sys.netlink({ op: 'link-move', name: `${name}p`, path: sandboxPath(sandbox) })
    insideSandbox(sys, sandbox, () => {
      sys.netlink({ op: 'link-set', name: `${name}p`, rename: UPLINK })
      sys.netlink({ op: 'address-add', link: UPLINK, address })
      sys.netlink({ op: 'link-set', name: UPLINK, up: true })
      sys.netlink({ op: 'route-add', route: { destination: 'default', gateway, dev: UPLINK } })
    })
  }

  private setUp(assigned: AssignedNetwork, own: string): void {
    const { sys } = this
    const { network, balancer = '', peers, virtual } = assigned
    const bits = network.subnet.split('/')[1] ?? '24'
    // The balancer's own address comes first: what it passes on comes from there.
    const addresses = [balancer, `${network.gateway}/${bits}`, ...virtual.map(({ address }) => `${address}/32`)]
    insideSandbox(sys, sandboxOf(assigned), () => {
      const link = sys.netlink({ op: 'link-list' }).find(({ name }) => name === BRIDGE)
      const present = link?.addresses ?? []
      for (const address of present)
        if (!addresses.includes(address)) sys.netlink({ op: 'address-delete', link: BRIDGE, address })
      for (const address of addresses)
        if (!present.includes(address)) quietly(() => sys.netlink({ op: 'address-add', link: BRIDGE, address }))
      const remotes = peers.map(({ address }) => address).filter((address) => address !== own)
      const proxied = [network.gateway, ...virtual.map(({ address }) => address)]
      sys.netlink({ op: 'vxlan-set', name: TUNNEL, remotes, proxied: proxied.map(bare) })
      sys.netlink({ op: 'rule-delete', owner: OWNER })
      for (const rule of rulesOf(assigned))
        sys.netlink({ op: 'rule-add', rule: { ...rule, table: 'nat', owner: OWNER } })
    })
  }

  private tearDown(assigned: AssignedNetwork): void {
    this.built.delete(assigned.network.ID)
    const name = sandboxOf(assigned)
    quietly(() => insideSandbox(this.sys, name, () => this.sys.netlink({ op: 'link-delete', name: TUNNEL })))
    quietly(() => insideSandbox(this.sys, name, () => this.sys.netlink({ op: 'link-delete', name: UPLINK })))
    removeSandbox(this.sys, name)
  }
}

const OWNER = 'swarm'
/** What VXLAN leaves of an Ethernet's. */
const MTU = 1450

function changed(before: AssignedNetwork, now: AssignedNetwork): boolean {
  const text = ({ balancer, peers, virtual, ports }: AssignedNetwork): string =>
    JSON.stringify([balancer, peers, virtual, ports])
  return text(before) !== text(now)
}

/** Whoever asks for a virtual address, or for a published port, gets the next of the tasks. */
function rulesOf({ virtual, ports }: AssignedNetwork): FirewallRule[] {
  const services = virtual.flatMap(({ address, targets }) =>
    ['PREROUTING', 'OUTPUT'].flatMap((chain) => inTurn({ chain, destination: `${address}/32` }, targets)),
  )
  const published = ports.flatMap(({ port, targets }) =>
    inTurn(
      {
        chain: 'PREROUTING',
        inLink: UPLINK,
        proto: port.Protocol === 'udp' ? 'udp' : 'tcp',
        destinationPort: String(port.PublishedPort),
      },
      targets.map((target) => `${target}:${port.TargetPort}`),
    ),
  )
  return [...services, ...published, { chain: 'POSTROUTING', outLink: BRIDGE, target: { kind: 'MASQUERADE' } }]
}

/** Of three the first gets every third packet, the second every second of what is left, the last the rest. */
const inTurn = (match: Omit<FirewallRule, 'target'>, targets: readonly string[]): FirewallRule[] =>
  targets.map((to, at) => ({
    ...match,
    ...(targets.length - at > 1 ? { nth: { every: targets.length - at, packet: 0 } } : {}),
    target: { kind: 'DNAT', to },
  }))
