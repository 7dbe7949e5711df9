import { CLONE_NEWNET, type IpFamily, isErrno, type Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { insideNamespaces } from '../runtime/launch.ts'
import { quietly, writeBytes } from '../state/files.ts'
import { guardNetwork, releaseNetwork } from './firewall.ts'
import { type BridgeOptions, bridgeOptions } from './bridge-options.ts'
import type { Ipv6Record, NetworkRecord } from './network-record.ts'
import { parseSubnet } from './subnet.ts'
import { parseSubnet6 } from './subnet6.ts'

/** Makes what a bridge network is on the host: a bridge with the gateway's address, and address translation outwards. */
export function makeBridge(sys: Sys, network: NetworkRecord, { hairpin }: { readonly hairpin: boolean }): void {
  const { bridge: name, subnet, gateway } = network
  const options = bridgeOptions(network.options)
  quietly(() => sys.netlink({ op: 'link-add', name, kind: 'bridge' }))
  const bits = parseSubnet(subnet)?.bits ?? 16
  if (options.mtu !== undefined) sys.netlink({ op: 'link-set', name, mtu: options.mtu })
  if (hasGateway(options)) quietly(() => sys.netlink({ op: 'address-add', link: name, address: `${gateway}/${bits}` }))
  sys.netlink({ op: 'link-set', name, up: true })
  if (network.ipv6 && options.gatewayMode6 !== 'isolated') raiseIpv6(sys, name, network.ipv6)
  guardNetwork(sys, network, hairpin)
}

/** Whether the host is on the network, too. */
const hasGateway = ({ gatewayMode, inhibitIpv4 }: BridgeOptions): boolean => gatewayMode !== 'isolated' && !inhibitIpv4

/** The gateway's address on the bridge, and a host that passes packets on. moby libnetwork, setup_ipv6_linux.go */
function raiseIpv6(sys: Sys, name: string, { subnet, gateway }: Ipv6Record): void {
  const bits = parseSubnet6(subnet)?.bits ?? 64
  quietly(() => sys.netlink({ op: 'address-add', link: name, address: `${gateway}/${bits}` }))
  for (const scope of ['default', 'all'])
    quietly(() => writeBytes(sys, `/proc/sys/net/ipv6/conf/${scope}/forwarding`, '1\n'))
}

export function removeBridge(sys: Sys, { bridge, id }: NetworkRecord): void {
  releaseNetwork(sys, id)
  quietly(() => sys.netlink({ op: 'link-delete', name: bridge }))
}

export interface Plug {
  readonly bridge: string
  /** With prefix length. */
  readonly address: string
  readonly mac: string
  /** Undefined where there is no way out. */
  readonly gateway: string | undefined
  /** Of networks with IPv6. */
  readonly six?: Plug6 | undefined
  readonly link?: LinkOptions
}

/** How the link in the container is to be. */
export type LinkOptions = Partial<Pick<BridgeOptions, 'mtu' | 'interfacePrefix'>>

export interface Plug6 {
  /** With prefix length. */
  readonly address: string
  readonly gateway: string | undefined
}

/** A veth pair between a bridge and the network namespace of process `pid`. @returns the name inside */
export function plugIn(sys: Sys, pid: number, { bridge, address, mac, gateway, six, link = {} }: Plug): string {
  const name = `veth${toHex(sys.entropy.bytes(4)).slice(0, 7)}`
  const peer = `${name}p`
  sys.netlink({ op: 'link-add', name, kind: 'veth', peer, peerMac: mac })
  if (link.mtu !== undefined) sys.netlink({ op: 'link-set', name, mtu: link.mtu })
  sys.netlink({ op: 'link-set', name, master: bridge })
  sys.netlink({ op: 'link-set', name, up: true })
  sys.netlink({ op: 'link-move', name: peer, pid })
  return insideNamespaces(sys, [{ pid, flags: CLONE_NEWNET }], () =>
    joinInside(sys, peer, address, gateway, { six, ...link }),
  )
}

/** A link that has come into the caller's namespace gets its name, address and way out. @returns the name */
export function joinInside(
  sys: Sys,
  link: string,
  address: string,
  gateway: string | undefined,
  { six, mtu, interfacePrefix = 'eth' }: { readonly six?: Plug6 | undefined } & LinkOptions = {},
): string {
  const inside = freeName(sys, interfacePrefix)
  sys.netlink({ op: 'link-set', name: link, rename: inside })
  if (mtu !== undefined) sys.netlink({ op: 'link-set', name: inside, mtu })
  // On networks without IPv6 a container has not even an address of the link.
  sys.netlink({ op: 'link-set', name: inside, ipv6: six !== undefined })
  sys.netlink({ op: 'address-add', link: inside, address })
  if (six) sys.netlink({ op: 'address-add', link: inside, address: six.address })
  sys.netlink({ op: 'link-set', name: inside, up: true })
  if (gateway && !hasDefault(sys))
    sys.netlink({ op: 'route-add', route: { destination: 'default', gateway, dev: inside } })
  if (six?.gateway && !hasDefault(sys, 6))
    sys.netlink({ op: 'route-add', route: { destination: 'default', gateway: six.gateway, dev: inside } })
  return inside
}

function freeName(sys: Sys, prefix: string): string {
  const names = new Set(sys.netlink({ op: 'link-list' }).map((link) => link.name))
  for (let n = 0; ; n++) if (!names.has(`${prefix}${n}`)) return `${prefix}${n}`
}

const hasDefault = (sys: Sys, family: IpFamily = 4): boolean =>
  sys.netlink({ op: 'route-list', family }).some((route) => route.destination === 'default')

/** Takes away the link with `address` from the namespace of process `pid`; its other end goes with it. */
export function unplug(sys: Sys, pid: number, address: string): void {
  try {
    insideNamespaces(sys, [{ pid, flags: CLONE_NEWNET }], () => {
      const link = sys.netlink({ op: 'link-list' }).find((each) => each.addresses.includes(address))
      if (link) sys.netlink({ op: 'link-delete', name: link.name })
    })
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Brings up `lo` in a fresh network namespace. */
export const raiseLoopback = (sys: Sys, pid: number): void =>
  insideNamespaces(sys, [{ pid, flags: CLONE_NEWNET }], () => {
    sys.netlink({ op: 'link-set', name: 'lo', up: true })
  })
