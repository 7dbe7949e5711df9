import type { IpFamily } from '@drydock/abi'
import { type Link, parseAddress, Stack } from '@drydock/net'
import type { UserNamespace } from '../namespace/user-namespace.ts'
import type { AddressFamily } from '../socket/inet-address.ts'
import type { Network } from './network.ts'

export interface LanOptions {
  readonly link: Link
  /** Dotted quad. */
  readonly address: string
  readonly prefix: number
  readonly gateway: string
  readonly mac?: string
}

/** A socket of IPv4 or IPv6, as lists of sockets tell of it. */
export interface InetSocketView {
  readonly ino: number
  readonly addresses: AddressFamily
}

/** A network namespace: an IP host, for as long as somebody holds it. network_namespaces(7). */
export class NetNamespace {
  /** Numbers of others, as they came into sight. ip-netns(8), NETNSA_NSID */
  private readonly ids = new WeakMap<object, number>()
  private nextId = 0
  readonly network: Network
  readonly stack: Stack
  /** As /proc/PID/ns/net shows it. */
  readonly ino: number
  /** Unix sockets with abstract names, which begin with a zero byte. unix(7) */
  readonly abstractNames = new Map<string, object>()
  /** The open sockets, by what is behind them. */
  readonly sockets = new Map<object, InetSocketView>()
  /** The user namespace it belongs to; undefined for the first. */
  owner: UserNamespace | undefined = undefined
  /** net.ipv4.ip_unprivileged_port_start */
  unprivilegedPorts = 1024
  private readonly onGone: () => void
  private references = 1

  /** @param stack  the other one's */
  knownId(stack: object): number | undefined {
    return this.ids.get(stack)
  }
  idOf(stack: object, wanted = this.nextId): number {
    const known = this.ids.get(stack)
    if (known !== undefined) return known
    this.ids.set(stack, wanted)
    this.nextId = Math.max(this.nextId, wanted + 1)
    return wanted
  }

  constructor(network: Network, onGone: () => void) {
    this.network = network
    this.onGone = onGone
    this.ino = network.nextIno()
    const { clock, entropy, queue, log } = network
    this.stack = new Stack({ clock, entropy, queue, log })
  }

  /** net.bridge.bridge-nf-call-iptables and -ip6tables: whether the rules are asked for what only crosses a bridge. */
  get bridgeFilter(): Record<IpFamily, boolean> {
    return this.stack.bridgeFilter
  }

  /** A process joins, or a bind mount holds it. */
  retain(): this {
    this.references++
    return this
  }

  /** The last one to leave takes its devices and connections with it. */
  release(): void {
    if (--this.references > 0) return
    this.stack.dispose()
    this.onGone()
  }

  /** The machine's network card eth0, up, with the default route; loopback is brought up as well. */
  attachLan({ link, address, prefix, gateway, mac }: LanOptions): void {
    const { stack } = this
    stack.setUp(stack.loopback, true)
    const at = stack.addInterface(link, { name: 'eth0', address, prefix, ...(mac ? { mac } : {}) })
    const destination = { address: 0, length: 0 }
    stack.routes.add({ destination, gateway: parseAddress(gateway), at, source: undefined, connected: false })
    stack.forwarding = true
  }
}
