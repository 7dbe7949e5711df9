import { EADDRNOTAVAIL, ENETUNREACH, isErrno } from '@drydock/abi'
import { contains, isLoopback, LOOPBACK } from './address.ts'
import { ArpTable } from './arp-table.ts'
import type { Hook } from './firewall-match.ts'
import { Icmp, ICMP, mayComplain } from './icmp.ts'
import type { Interface } from './interface.ts'
import { Netfilter } from './netfilter.ts'
import { type IcmpError, type Packet, packetSize } from './packet.ts'
import { RouteTable } from './route-table.ts'
import type { Stack, StackOptions } from './stack.ts'

/** What `--reject-with` says to the sender. */
const REJECTIONS: Readonly<Record<string, IcmpError>> = {
  'icmp-net-unreachable': 'net-unreachable',
  'icmp-host-unreachable': 'host-unreachable',
  'icmp-host-prohibited': 'host-unreachable',
  'icmp-admin-prohibited': 'host-unreachable',
}

/** The IPv4 of a host: routes, neighbours and rules, and the way of a packet through them; TCP and UDP are the host's. RFC 1122 */
export class Ip4 {
  readonly routes = new RouteTable(contains)
  readonly neighbours: ArpTable
  readonly netfilter: Netfilter
  readonly icmp: Icmp
  /** net.ipv4.ip_forward */
  forwarding = false
  private readonly promiscuous: boolean
  private readonly host: Stack

  constructor(host: Stack, { clock, entropy, log, promiscuous = false }: StackOptions) {
    this.host = host
    this.promiscuous = promiscuous
    this.neighbours = new ArpTable(clock, (packet) => this.complain(packet, 'host-unreachable'))
    this.netfilter = new Netfilter({ clock, entropy, log, isLocal: (address) => host.isLocal(address) })
    this.icmp = new Icmp(host, entropy, ICMP)
  }

  isLocal(address: number): boolean {
    if (isLoopback(address)) return this.host.loopback.up
    for (const at of this.host.interfaces.values())
      if (at.addresses.some((each) => each.address === address)) return true
    return this.promiscuous && this.routes.lookup(address) === undefined
  }

  /** @throws ENETUNREACH, EADDRNOTAVAIL */
  sourceFor(destination: number): number {
    if (isLoopback(destination)) {
      if (!this.host.loopback.up) throw ENETUNREACH
      return LOOPBACK
    }
    if (this.isLocal(destination)) return destination
    const route = this.routes.lookup(destination)
    if (!route) throw ENETUNREACH
    const source = route.source ?? route.at.addresses[0]?.address ?? this.anyAddress()
    if (source === undefined) throw EADDRNOTAVAIL
    return source
  }

  private anyAddress(): number | undefined {
    for (const at of this.host.interfaces.values())
      if (at !== this.host.loopback && at.addresses[0]) return at.addresses[0].address
    return undefined
  }

  /** A packet of this host's own. */
  send(whole: Packet<number>): void {
    const destinationLocal = this.isLocal(whole.destination)
    const outLink = destinationLocal ? 'lo' : this.routes.lookup(whole.destination)?.at.name
    const moved = this.netfilter.translateDestination('OUTPUT', whole, { outLink, destinationLocal }, LOOPBACK)
    if (moved === undefined || !this.passes('OUTPUT', moved, { outLink, destinationLocal })) return
    if (this.isLocal(moved.destination))
      return this.host.loop(moved, packetSize(moved), () => this.input(moved, this.host.loopback))
    this.route(moved, undefined)
  }

  /** Whether an address is one of its own, on a link that others see. */
  ownsOnLink(address: number): boolean {
    for (const each of this.host.interfaces.values())
      if (each !== this.host.loopback && each.addresses.some((prefix) => prefix.address === address)) return true
    return false
  }

  /** A packet came in. */
  input(packet: Packet<number>, at: Interface): void {
    const inLink = at.name
    const looped = at === this.host.loopback
    const hook = { inLink, destinationLocal: this.isLocal(packet.destination) }
    // Looped packets have passed OUTPUT: only answers to translated conversations are still to be turned back.
    const moved = looped
      ? this.netfilter.turnBack(packet)
      : this.netfilter.translateDestination('PREROUTING', packet, hook, at.addresses[0]?.address)
    if (moved === undefined) return
    if (!this.isLocal(moved.destination)) return looped ? this.route(moved, undefined) : this.forward(moved, at)
    if (!this.passes('INPUT', moved, { inLink, destinationLocal: true })) return
    this.netfilter.confirm(moved)
    // Who stands for the whole internet is still a router in front of it.
    if (moved.ttl <= 1 && !this.ownsOnLink(moved.destination) && !looped) return this.complain(moved, 'time-exceeded')
    this.host.deliver(moved)
  }

  private forward(packet: Packet<number>, at: Interface): void {
    if (!this.forwarding) return
    if (packet.ttl <= 1) return this.complain(packet, 'time-exceeded')
    const outLink = this.routes.lookup(packet.destination)?.at.name
    if (!this.passes('FORWARD', packet, { inLink: at.name, outLink, destinationLocal: false })) return
    this.route({ ...packet, ttl: packet.ttl - 1 }, at)
  }

  /** Asks the filter table; who is rejected hears of it. */
  passes(chain: 'INPUT' | 'FORWARD' | 'OUTPUT', packet: Packet<number>, hook: Omit<Hook, 'packet'>): boolean {
    const verdict = this.netfilter.verdict(chain, packet, hook)
    if (verdict === 'ACCEPT') return true
    if (verdict !== 'DROP') this.reject(packet, verdict.reject)
    return false
  }

  private reject(packet: Packet<number>, how: string): void {
    if (how === 'tcp-reset' && packet.payload.proto === 'tcp') return this.host.tcp.refusePacket(packet, packet.payload)
    this.complain(packet, REJECTIONS[how] ?? 'port-unreachable')
  }

  private route(packet: Packet<number>, from: Interface | undefined): void {
    const route = this.routes.lookup(packet.destination)
    if (!route?.at.up) return this.complain(packet, 'net-unreachable')
    const own = route.source ?? route.at.addresses[0]?.address
    const out = this.netfilter.translateSource(packet, from, route.at, own)
    this.neighbours.send(route.at, route.gateway ?? packet.destination, out)
  }

  /** Sends an ICMP error about the packet to whoever sent it. */
  complain(about: Packet<number>, kind: IcmpError): void {
    if (!mayComplain(about)) return
    try {
      const source = this.isLocal(about.source) ? about.source : this.sourceFor(about.source)
      const payload = { proto: 'icmp', kind, sourcePort: 0, destinationPort: 0, about } as const
      this.host.send({ source, destination: about.source, payload })
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
