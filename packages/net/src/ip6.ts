import { EADDRNOTAVAIL, EEXIST, ENETUNREACH, isErrno } from '@drydock/abi'
import {
  ALL_NODES,
  ALL_ROUTERS,
  commonPrefix,
  contains6,
  isLinkLocal,
  isMulticast6,
  linkLocalOf,
  LOOPBACK6,
  macOfGroup,
  networkOf6,
  type Prefix6,
  solicitedNode,
} from './address6.ts'
import { DiscoveryTable } from './discovery-table.ts'
import type { Hook } from './firewall-match.ts'
import { Icmp, ICMPV6, mayComplain } from './icmp.ts'
import type { Interface } from './interface.ts'
import { Netfilter } from './netfilter.ts'
import { type IcmpError, isNeighbourMessage, type Packet6, packetSize } from './packet.ts'
import { RouteTable } from './route-table.ts'
import type { Stack, StackOptions } from './stack.ts'

const DEFAULT_HOPS = 64
const REJECTIONS: Readonly<Record<string, IcmpError>> = {
  'icmp6-no-route': 'net-unreachable',
  'icmp6-addr-unreachable': 'host-unreachable',
  'icmp6-adm-prohibited': 'host-unreachable',
}
/** Metric of routes that come with an address. */
const KERNEL_METRIC = 256

/**
 * The IPv6 of a host: addresses, routes, neighbours and rules of its own beside those of IPv4; TCP and UDP are the
 * host's. RFC 8200, RFC 4861. Addresses are good at once: nobody is asked whether they are taken (RFC 4862 section 5.4).
 */
export class Ip6 {
  readonly routes = new RouteTable<bigint>(contains6)
  readonly neighbours: DiscoveryTable
  readonly netfilter: Netfilter
  readonly icmp: Icmp
  /** net.ipv6.conf.all.forwarding */
  forwarding = false
  /** net.ipv6.conf.default.disable_ipv6: of interfaces to come; and that of `all`. */
  disabled = false
  allDisabled = false
  /** net.ipv6.bindv6only */
  bindOnly = false
  private readonly host: Stack

  constructor(host: Stack, { clock, entropy, log }: StackOptions) {
    this.host = host
    this.neighbours = new DiscoveryTable(clock, (packet) => this.complain(packet, 'host-unreachable'))
    this.netfilter = new Netfilter({
      ...{ clock, entropy, log },
      isLocal: (address) => typeof address === 'bigint' && this.isLocal(address),
    })
    this.icmp = new Icmp(host, entropy, ICMPV6)
  }

  // addresses ---------------------------------------------------------------------------------------------------------

  /** The interface came up: its own address on the link, and the routes of all it has. */
  raise(at: Interface): void {
    if (at.ipv6Disabled) return
    if (at === this.host.loopback) this.give(at, { address: LOOPBACK6, length: 128 })
    // A bridge without ports has no carrier, and no address of the link before it has had one.
    else if (!at.bridge || at.bridge.ports.size > 0) this.give(at, { address: linkLocalOf(at.mac), length: 64 })
    for (const prefix of at.addresses6) this.connect(at, prefix)
  }

  lower(at: Interface): void {
    this.routes.deleteOf(at)
    this.neighbours.forget(at)
    at.addresses6 = []
  }

  /** net.ipv6.conf.IF.disable_ipv6 */
  setDisabled(at: Interface, disabled: boolean): void {
    at.ipv6Disabled = disabled
    if (disabled) this.lower(at)
    else if (at.up) this.raise(at)
  }

  private give(at: Interface, prefix: Prefix6): void {
    if (!at.addresses6.some(({ address }) => address === prefix.address)) at.addresses6.push(prefix)
  }

  /** @throws EEXIST; EADDRNOTAVAIL where IPv6 is turned off */
  addAddress(at: Interface, prefix: Prefix6): void {
    if (at.ipv6Disabled) throw EADDRNOTAVAIL
    if (at.addresses6.some(({ address }) => address === prefix.address)) throw EEXIST
    // The latest comes first, as the kernel lists them; what is of the link stays behind.
    at.addresses6.unshift(prefix)
    if (at.up) this.connect(at, prefix)
  }

  /** @throws EADDRNOTAVAIL */
  deleteAddress(at: Interface, { address }: Prefix6): void {
    const found = at.addresses6.find((each) => each.address === address)
    if (!found) throw EADDRNOTAVAIL
    at.addresses6 = at.addresses6.filter((each) => each !== found)
    const { length } = found
    if (at.addresses6.some((each) => each.length === length && contains6(each, address))) return
    this.routes.delete({ address: networkOf6(address, length), length }, at)
  }

  private connect(at: Interface, { address, length }: Prefix6): void {
    const destination = { address: networkOf6(address, length), length }
    const row = { gateway: undefined, source: undefined, connected: true, metric: KERNEL_METRIC }
    if (length < 128) this.routes.add({ destination, at, ...row })
  }

  isLocal(address: bigint): boolean {
    if (address === LOOPBACK6) return this.host.loopback.up && !this.host.loopback.ipv6Disabled
    for (const at of this.host.interfaces.values())
      if (at.addresses6.some((each) => each.address === address)) return true
    return false
  }

  /** RFC 6724 section 5, of the addresses of the link it leaves by before those of others. @throws ENETUNREACH, EADDRNOTAVAIL */
  sourceFor(destination: bigint, scope: number | undefined): bigint {
    if (this.isLocal(destination)) return destination
    const at = this.way(destination, scope)?.at
    if (!at || at === this.host.loopback) throw ENETUNREACH
    const route = this.routes.lookup(destination, at.index)
    const source = route?.source ?? best(at.addresses6, destination) ?? this.anyGlobal(destination)
    if (source === undefined) throw EADDRNOTAVAIL
    return source
  }

  private anyGlobal(destination: bigint): bigint | undefined {
    const all = [...this.host.interfaces.values()].filter((at) => at !== this.host.loopback)
    return best(
      all.flatMap((at) => at.addresses6.filter(({ address }) => !isLinkLocal(address))),
      destination,
    )
  }

  /** By which link, and to whom there. Groups have no route of their own: without a scope it is the first link that is up. */
  private way(
    destination: bigint,
    scope: number | undefined,
  ): { at: Interface; gateway: bigint | undefined } | undefined {
    if (!isMulticast6(destination)) return this.routes.lookup(destination, scope)
    for (const at of this.host.interfaces.values())
      if (at.up && (scope === undefined ? at !== this.host.loopback : at.index === scope))
        return { at, gateway: undefined }
    return undefined
  }

  // packets -----------------------------------------------------------------------------------------------------------

  /** A packet of this host's own. */
  send(packet: Omit<Packet6, 'ttl'> & { ttl?: number }): void {
    const whole: Packet6 = { ...packet, ttl: packet.ttl ?? DEFAULT_HOPS }
    const destinationLocal = this.isLocal(whole.destination)
    const outLink = destinationLocal ? 'lo' : this.way(whole.destination, whole.scope)?.at.name
    const moved = this.netfilter.translateDestination('OUTPUT', whole, { outLink, destinationLocal }, LOOPBACK6)
    if (moved === undefined || !this.passes('OUTPUT', moved, { outLink, destinationLocal })) return
    if (this.isLocal(moved.destination))
      this.host.loop(moved, packetSize(moved), () => this.input(moved, this.host.loopback))
    else this.route(moved, undefined)
  }

  /** A packet came in. */
  input(packet: Packet6, at: Interface): void {
    if (at.ipv6Disabled) return
    const { payload } = packet
    if (isNeighbourMessage(payload)) return this.neighbours.receive(at, packet, payload)
    if (isMulticast6(packet.destination)) return this.deliverGroup(packet, at)
    const inLink = at.name
    const looped = at === this.host.loopback
    const hook = { inLink, destinationLocal: this.isLocal(packet.destination) }
    const moved = looped
      ? this.netfilter.turnBack(packet)
      : this.netfilter.translateDestination('PREROUTING', packet, hook, own(at))
    if (moved === undefined) return
    if (!this.isLocal(moved.destination)) return looped ? this.route(moved, undefined) : this.forward(moved, at)
    if (!this.passes('INPUT', moved, { inLink, destinationLocal: true })) return
    this.netfilter.confirm(moved)
    this.host.deliver(scoped(moved, at))
  }

  private deliverGroup(packet: Packet6, at: Interface): void {
    const { destination } = packet
    const member =
      destination === ALL_NODES ||
      (destination === ALL_ROUTERS && this.forwarding) ||
      at.addresses6.some(({ address }) => solicitedNode(address) === destination)
    if (member && this.passes('INPUT', packet, { inLink: at.name, destinationLocal: true }))
      this.host.deliver(scoped(packet, at))
  }

  private forward(packet: Packet6, at: Interface): void {
    if (!this.forwarding || isLinkLocal(packet.destination) || isLinkLocal(packet.source)) return
    if (packet.ttl <= 1) return this.complain(packet, 'time-exceeded')
    const outLink = this.routes.lookup(packet.destination)?.at.name
    if (!this.passes('FORWARD', packet, { inLink: at.name, outLink, destinationLocal: false })) return
    this.route({ ...packet, ttl: packet.ttl - 1 }, at)
  }

  passes(chain: 'INPUT' | 'FORWARD' | 'OUTPUT', packet: Packet6, hook: Omit<Hook, 'packet'>): boolean {
    const verdict = this.netfilter.verdict(chain, packet, hook)
    if (verdict === 'ACCEPT') return true
    if (verdict !== 'DROP') this.reject(packet, verdict.reject)
    return false
  }

  private reject(packet: Packet6, how: string): void {
    if (how === 'tcp-reset' && packet.payload.proto === 'tcp') return this.host.tcp.refusePacket(packet, packet.payload)
    this.complain(packet, REJECTIONS[how] ?? 'port-unreachable')
  }

  private route(packet: Packet6, from: Interface | undefined): void {
    const { destination, scope } = packet
    const way = this.way(destination, scope)
    if (!way?.at.up || way.at === this.host.loopback) return this.complain(packet, 'net-unreachable')
    const { at, gateway } = way
    const out = this.netfilter.translateSource(packet, from, at, own(at))
    if (isMulticast6(destination))
      return at.transmit({ source: at.mac, destination: macOfGroup(destination), body: { ip: out } })
    this.neighbours.send(at, gateway ?? destination, out)
  }

  /** Sends an ICMPv6 error about the packet to whoever sent it. RFC 4443 section 2.4 */
  complain(about: Packet6, kind: IcmpError): void {
    if (!mayComplain(about)) return
    const { source: destination, scope } = about
    try {
      const source = this.isLocal(destination) ? destination : this.sourceFor(destination, scope)
      const payload = { proto: 'icmp', kind, sourcePort: 0, destinationPort: 0, about } as const
      this.send({ source, destination, payload, ...(scope === undefined ? {} : { scope }) })
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

/** What comes from an address of the link is answered on that link. */
const scoped = (packet: Packet6, at: Interface): Packet6 =>
  isLinkLocal(packet.source) ? { ...packet, scope: at.index } : packet

/** The address that a link's packets hide behind. */
const own = ({ addresses6 }: Interface): bigint | undefined =>
  addresses6.find(({ address }) => !isLinkLocal(address))?.address

/** Of the scope that is asked for, the one that begins most alike. */
function best(addresses: readonly Prefix6[], destination: bigint): bigint | undefined {
  const onLink = isLinkLocal(destination) || isMulticast6(destination)
  const fitting = addresses.filter(({ address }) => isLinkLocal(address) === onLink)
  return fitting
    .map(({ address }) => address)
    .toSorted((a, b) => commonPrefix(b, destination) - commonPrefix(a, destination))[0]
}
