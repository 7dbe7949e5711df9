import {
  type ByteStream,
  type Clock,
  EADDRNOTAVAIL,
  EBUSY,
  EEXIST,
  EINVAL,
  type Entropy,
  type IpFamily,
  type LinkKind,
  type SharerMode,
  type QdiscSettings,
} from '@drydock/abi'
import type { ArpTable } from './arp-table.ts'
import { type Address, LOOPBACK, macOf, macOfAddress, networkOf, type Prefix, parseAddress } from './address.ts'
import { isPrefix6, type Prefix6 } from './address6.ts'
import { Ip4 } from './ip4.ts'
import { Ip6 } from './ip6.ts'
import { bindUdp, dialStream, type HandleDatagram, listenStream, type ServeStream } from './local-services.ts'
import { EventQueue } from './event-queue.ts'
import type { Icmp } from './icmp.ts'
import { Interface, type InterfaceOwner, type InterfaceRow } from './interface.ts'
import { Link } from './link.ts'
import { Netem } from './netem.ts'
import type { Netfilter } from './netfilter.ts'
import {
  type Frame,
  type IcmpError,
  isIcmpError,
  isNeighbourMessage,
  isPacket4,
  isPacket6,
  type Packet,
  type Packet6,
  type UdpDatagram,
} from './packet.ts'
import type { Sharers } from './sharers.ts'
import type { RouteTable } from './route-table.ts'
import type { Tap } from './tap.ts'
import { type IpOutput, Tcp } from './tcp.ts'
import { Udp } from './udp.ts'
import { VXLAN_MTU, VXLAN_PORT, VxlanTunnel } from './vxlan.ts'

const DEFAULT_TTL = 64
const NO_MAC = '00:00:00:00:00:00'

export interface StackOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  /** Shared by stacks that live in one kernel; default a queue of its own. */
  readonly queue?: EventQueue
  /** What LOG rules write; default nowhere. */
  readonly log?: ((text: string) => void) | undefined
  /** Every address that is not on one of its links is its own: the whole internet in one host. */
  readonly promiscuous?: boolean
}

export interface InterfaceOptions {
  readonly name: string
  /** Dotted quad. */
  readonly address?: string
  readonly prefix?: number
  readonly mac?: string
}

/** One IP host, which is also one network namespace: interfaces, addresses, routes, firewall, sockets. */
export class Stack implements IpOutput, InterfaceOwner {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly queue: EventQueue
  readonly interfaces = new Map<string, Interface>()
  readonly ip4: Ip4
  readonly ip6: Ip6
  /** Those of IPv4, which most ask for. */
  readonly routes: RouteTable<number>
  readonly neighbours: ArpTable
  readonly netfilter: Netfilter
  readonly tcp: Tcp
  readonly udp: Udp
  readonly icmp: Icmp
  readonly loopback: Interface
  /** net.bridge.bridge-nf-call-iptables and -ip6tables */
  readonly bridgeFilter: Record<IpFamily, boolean> = { 4: false, 6: false }
  /** Who looks on at its interfaces. */
  readonly taps = new Set<Tap>()
  /** Networks that are carried to other hosts from here, by their number. */
  readonly tunnels = new Map<number, VxlanTunnel>()
  private nextIndex = 1

  constructor(options: StackOptions) {
    const { clock, entropy } = options
    this.clock = clock
    this.entropy = entropy
    this.queue = options.queue ?? new EventQueue(clock)
    this.ip4 = new Ip4(this, options)
    this.routes = this.ip4.routes
    this.neighbours = this.ip4.neighbours
    this.netfilter = this.ip4.netfilter
    this.tcp = new Tcp(this, clock, entropy)
    this.udp = new Udp(this, entropy)
    this.icmp = this.ip4.icmp
    this.ip6 = new Ip6(this, options)
    this.loopback = this.create('lo', 'loopback', NO_MAC)
  }

  /** net.ipv4.ip_forward */
  get forwarding(): boolean {
    return this.ip4.forwarding
  }
  set forwarding(on: boolean) {
    this.ip4.forwarding = on
  }

  // interfaces --------------------------------------------------------------------------------------------------------

  /** Plugs a new network card into `link`; with an address it is up at once. */
  addInterface(link: Link, options: InterfaceOptions): Interface {
    const address = options.address === undefined ? undefined : parseAddress(options.address)
    if (options.address !== undefined && address === undefined) throw EINVAL
    const at = this.create(
      options.name,
      'ether',
      options.mac ?? (address === undefined ? undefined : macOfAddress(address)),
    )
    at.plug(link)
    if (address !== undefined) this.addAddress(at, { address, length: options.prefix ?? 24 })
    this.setUp(at, true)
    return at
  }

  /** A device without a link: bridge, dummy, one end of a veth pair. @throws EEXIST */
  create(name: string, kind: LinkKind, mac?: string): Interface {
    if (this.interfaces.has(name)) throw EEXIST
    const at = new Interface({ index: this.nextIndex++, name, kind, mac: mac ?? macOf(this.entropy.bytes(5)) })
    at.owner = this
    at.ipv6Disabled = this.ip6.disabled
    this.interfaces.set(name, at)
    return at
  }

  /** Two devices with a cable between them. veth(4). */
  createPair(name: string, peerName: string, mac?: string, peerMac?: string): [Interface, Interface] {
    if (name === peerName || this.interfaces.has(peerName)) throw EEXIST
    const one = this.create(name, 'veth', mac)
    const other = this.create(peerName, 'veth', peerMac)
    const cable = new Link({ queue: this.queue })
    one.plug(cable)
    other.plug(cable)
    one.peer = other
    other.peer = one
    return [one, other]
  }

  /** A device that shares the wire of another. @throws EEXIST, EINVAL, EBUSY */
  createSharer(parent: Interface, row: Omit<InterfaceRow, 'index' | 'mac'> & { mac?: string | undefined }): Interface {
    if (parent.kind === 'loopback' || parent.kind === 'macvlan' || parent.kind === 'ipvlan') throw EINVAL
    const other = row.kind === 'macvlan' ? 'ipvlan' : row.kind === 'ipvlan' ? 'macvlan' : undefined
    if (other && parent.sharers.has(other)) throw EBUSY
    if (row.kind === 'macvlan' && !fitsBeside(parent.sharers, row.mode)) throw EINVAL
    if (this.interfaces.has(row.name)) throw EEXIST
    const mac = row.kind === 'macvlan' ? (row.mac ?? macOf(this.entropy.bytes(5))) : parent.mac
    const at = new Interface({ ...row, index: this.nextIndex++, mac, mtu: parent.mtu })
    at.owner = this
    at.ipv6Disabled = this.ip6.disabled
    at.share(parent)
    this.interfaces.set(row.name, at)
    return at
  }

  /** A device whose frames this host carries to others, also when it is moved to another namespace. @throws EEXIST */
  createVxlan(name: string, id: number): Interface {
    if (this.tunnels.has(id)) throw EEXIST
    const at = this.create(name, 'vxlan')
    at.mtu = VXLAN_MTU
    at.tunnel = new VxlanTunnel(this, at, id)
    this.tunnels.set(id, at.tunnel)
    return at
  }

  /** The interface leaves with nothing but its name and hardware address. */
  release(at: Interface): void {
    this.setUp(at, false)
    at.setMaster(undefined)
    at.addresses = []
    at.addresses6 = []
    this.interfaces.delete(at.name)
    at.owner = undefined
  }

  /** Takes an interface that another namespace has released. @throws EEXIST */
  adopt(at: Interface): void {
    if (this.interfaces.has(at.name)) throw EEXIST
    at.index = this.nextIndex++
    at.owner = this
    at.ipv6Disabled = this.ip6.disabled
    this.interfaces.set(at.name, at)
  }

  /** Deletes it, and with one end of a veth pair the other, wherever it is. */
  destroy(at: Interface): void {
    const { peer } = at
    for (const port of [...(at.bridge?.ports ?? [])]) port.setMaster(undefined)
    for (const sharer of at.sharers.all()) if (sharer.owner instanceof Stack) sharer.owner.destroy(sharer)
    this.release(at)
    at.tunnel?.close()
    at.tunnel = undefined
    at.share(undefined)
    at.unplug()
    at.peer = undefined
    if (!peer) return
    peer.peer = undefined
    const { owner } = peer
    if (owner instanceof Stack) owner.destroy(peer)
  }

  rename(at: Interface, name: string): void {
    if (this.interfaces.has(name)) throw EEXIST
    this.interfaces.delete(at.name)
    at.name = name
    this.interfaces.set(name, at)
  }

  setUp(at: Interface, up: boolean): void {
    if (at.up === up) return
    at.up = up
    if (!up) {
      this.routes.deleteOf(at)
      this.neighbours.forget(at)
      this.ip6.lower(at)
      return
    }
    if (at.kind === 'loopback' && at.addresses.length === 0) at.addresses.push({ address: LOOPBACK, length: 8 })
    for (const prefix of at.addresses) this.connect(at, prefix)
    this.ip6.raise(at)
  }

  /** A port of the bridge `to`; undefined: of none. */
  setMaster(at: Interface, to: Interface | undefined): void {
    at.setMaster(to)
    if (to?.up) this.ip6.raise(to)
  }

  /** @throws EEXIST */
  addAddress(at: Interface, prefix: Prefix | Prefix6): void {
    if (isPrefix6(prefix)) return this.ip6.addAddress(at, prefix)
    if (at.addresses.some((each) => each.address === prefix.address)) throw EEXIST
    at.addresses.push(prefix)
    if (at.up) this.connect(at, prefix)
  }

  /** @throws EADDRNOTAVAIL */
  deleteAddress(at: Interface, prefix: Prefix | Prefix6): void {
    if (isPrefix6(prefix)) return this.ip6.deleteAddress(at, prefix)
    const left = at.addresses.filter((each) => each.address !== prefix.address)
    if (left.length === at.addresses.length) throw EADDRNOTAVAIL
    at.addresses = left
    this.routes.delete({ address: networkOf(prefix.address, prefix.length), length: prefix.length }, at)
  }

  private connect(at: Interface, { address, length }: Prefix): void {
    if (at.kind === 'loopback') return
    const destination = { address: networkOf(address, length), length }
    if (length < 32) this.routes.add({ destination, gateway: undefined, at, source: address, connected: true })
    this.neighbours.announce(at, address)
  }

  // conveniences for who lives outside of a kernel ----------------------------------------------------------------------

  /** Every connection to `port` is handed to `serve`. @returns closes the port @throws EADDRINUSE */
  listenStream(port: number, serve: ServeStream): () => void {
    return listenStream(this, port, serve)
  }
  /** @throws EINVAL for no address, ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT… */
  dialStream(address: string, port: number): Promise<ByteStream> {
    return dialStream(this, address, port)
  }
  /** Every datagram to `port` is handed to `handle`, with a way to answer it. @returns closes the port */
  bindUdp(port: number, handle: HandleDatagram): () => void {
    return bindUdp(this, port, handle)
  }

  // IP ----------------------------------------------------------------------------------------------------------------

  isLocal(address: Address): boolean {
    if (typeof address === 'bigint') return this.ip6.isLocal(address)
    return this.ip4.isLocal(address)
  }

  sourceFor(destination: number): number
  sourceFor(destination: Address, scope?: number): Address
  sourceFor(destination: Address, scope?: number): Address {
    if (typeof destination === 'bigint') return this.ip6.sourceFor(destination, scope)
    return this.ip4.sourceFor(destination)
  }

  /** A packet of this host's own. */
  send(packet: Omit<Packet, 'ttl'> & { ttl?: number }): void {
    const { source, destination } = packet
    if (typeof source === 'bigint' || typeof destination === 'bigint')
      return this.ip6.send(packet as Omit<Packet6, 'ttl'>)
    this.ip4.send({ source, destination, ttl: packet.ttl ?? DEFAULT_TTL, payload: packet.payload })
  }

  /** A frame came in. */
  receiveFrame(at: Interface, { body }: Frame): void {
    if ('arp' in body) return this.neighbours.receive(at, body.arp, (address) => this.ip4.ownsOnLink(address))
    const { ip } = body
    if (isPacket4(ip)) this.ip4.input(ip, at)
    else if (isPacket6(ip)) this.ip6.input(ip, at)
  }

  sendFor(packet: Packet): void {
    this.send(packet)
  }

  /** br_netfilter: what only crosses a bridge is forwarded, too, for the rules. */
  passesBridge(bridge: Interface, { body }: Frame): boolean {
    if ('arp' in body) return true
    const { ip } = body
    const hook = { inLink: bridge.name, outLink: bridge.name, destinationLocal: false }
    if (isPacket4(ip)) return !this.bridgeFilter[4] || this.ip4.passes('FORWARD', ip, hook)
    return !this.bridgeFilter[6] || !isPacket6(ip) || this.ip6.passes('FORWARD', ip, hook)
  }

  /** Sets what is done to frames that leave by an interface. tc(8) */
  setQdisc(at: Interface, qdisc: QdiscSettings | undefined): void {
    at.qdisc = qdisc
    at.netem = qdisc && new Netem(qdisc, this)
  }

  /** Over the loopback device to `arrive`. */
  loop(packet: Packet, bytes: number, arrive: () => void): void {
    const carry = (): void => {
      this.loopback.countLoopback(bytes)
      this.loopback.overhear({ source: NO_MAC, destination: NO_MAC, body: { ip: packet } }, 'in')
      this.queue.push(arrive)
    }
    if (this.loopback.netem) this.loopback.netem.send(bytes, carry)
    else carry()
  }

  /** A packet of either family has arrived. */
  deliver(packet: Packet): void {
    const { payload } = packet
    if (payload.proto === 'tcp') return this.tcp.receive(packet, payload)
    if (payload.proto === 'udp') {
      if (payload.carried && isPacket4(packet) && this.receiveCarried(packet, payload)) return
      if (this.udp.receive(packet, payload)) return
      if (isPacket4(packet)) this.ip4.complain(packet, 'port-unreachable')
      else if (isPacket6(packet)) this.ip6.complain(packet, 'port-unreachable')
      return
    }
    if (isNeighbourMessage(payload)) return
    if (isIcmpError(payload)) this.heed(packet, payload.about, payload.kind)
    else this.icmpOf(packet).receive(packet, payload)
  }

  private icmpOf(packet: Packet): Icmp {
    return isPacket6(packet) ? this.ip6.icmp : this.icmp
  }

  private receiveCarried({ source }: Packet<number>, { destinationPort, carried }: UdpDatagram): boolean {
    const tunnel = destinationPort === VXLAN_PORT && carried ? this.tunnels.get(carried.id) : undefined
    if (!tunnel || !carried) return false
    tunnel.receive(source, carried.frame)
    return true
  }

  private heed(packet: Packet, about: Packet, kind: IcmpError): void {
    if (about.payload.proto === 'tcp') this.tcp.unreachable(about, kind)
    else if (about.payload.proto === 'udp') this.udp.unreachable(about, kind)
    else if (isIcmpError(packet.payload)) this.icmpOf(packet).receiveError(packet, packet.payload)
  }

  /**
   * The namespace is gone: connections are reset, its own devices deleted. What is on its cables already still arrives: a
   * process that answers and exits is heard.
   */
  dispose(): void {
    this.queue.push(() => {
      this.tcp.dispose()
      for (const at of [...this.interfaces.values()]) this.destroy(at)
      this.neighbours.dispose()
      this.ip6.neighbours.dispose()
    })
  }

  /** Power cut: the cables are pulled, nobody is told. */
  halt(): void {
    for (const at of this.interfaces.values()) at.unplug()
    this.tcp.halt()
    this.neighbours.dispose()
    this.ip6.neighbours.dispose()
    this.queue.stop()
  }
}

/** A macvlan in mode passthru has its parent for itself. */
const fitsBeside = (sharers: Sharers, mode: SharerMode | undefined): boolean => {
  const others = sharers.all().filter(({ kind }) => kind === 'macvlan')
  return others.length === 0 || (mode !== 'passthru' && others.every((each) => each.mode !== 'passthru'))
}
