import type { LinkInfo, LinkKind, QdiscSettings, SharerMode } from '@drydock/abi'
import { BROADCAST_MAC, formatAddress, type Prefix } from './address.ts'
import { formatPrefix6, isGroupMac, type Prefix6 } from './address6.ts'
import { Bridge } from './bridge.ts'
import type { EventQueue } from './event-queue.ts'
import type { Link, LinkEnd } from './link.ts'
import type { Netem } from './netem.ts'
import { type Frame, frameSize, type Packet, wirePackets } from './packet.ts'
import { Sharers } from './sharers.ts'
import type { Tap } from './tap.ts'
import type { VxlanTunnel } from './vxlan.ts'

/** Who takes the frames that arrive at an interface: the stack it is in. */
export interface InterfaceOwner {
  readonly queue: EventQueue
  readonly taps: ReadonlySet<Tap>
  receiveFrame(at: Interface, frame: Frame): void
  /** Whether a frame may go from one port of a bridge to another. */
  passesBridge(bridge: Interface, frame: Frame): boolean
  /** Sends what a device that is routed by it wants to send. */
  sendFor(packet: Packet): void
}

export interface InterfaceRow {
  readonly index: number
  readonly name: string
  readonly kind: LinkKind
  readonly mac: string
  readonly mtu?: number
  readonly mode?: SharerMode | undefined
  readonly tag?: number
}

/** A network interface: what `ip link` lists. A bridge has ports in place of a link. */
export class Interface implements LinkEnd {
  index: number
  name: string
  readonly kind: LinkKind
  mac: string
  mtu: number
  up = false
  /** What is done to frames that leave; undefined: nothing. */
  netem: Netem | undefined
  /** How that was asked for. */
  qdisc: QdiscSettings | undefined
  addresses: Prefix[] = []
  addresses6: Prefix6[] = []
  /** net.ipv6.conf.IF.disable_ipv6 */
  ipv6Disabled = false
  owner: InterfaceOwner | undefined
  /** The segment it is plugged into. */
  link: Link | undefined
  /** The other end of a veth pair, wherever it is. */
  peer: Interface | undefined
  /** The bridge it is a port of. */
  master: Interface | undefined
  readonly bridge: Bridge | undefined
  /** Of macvlan, ipvlan and vlan: the one whose wire it shares. */
  parent: Interface | undefined
  /** Those that share its own. */
  readonly sharers: Sharers = new Sharers(this)
  /** Of macvlan and ipvlan. */
  readonly mode: SharerMode | undefined
  /** Of vlan. */
  readonly tag: number | undefined
  /** Of vxlan: what carries its frames to other hosts. */
  tunnel: VxlanTunnel | undefined
  alias: string | undefined
  private rxBytes = 0
  private rxPackets = 0
  private txBytes = 0
  private txPackets = 0

  constructor(row: InterfaceRow) {
    this.index = row.index
    this.name = row.name
    this.kind = row.kind
    this.mac = row.mac
    this.mtu = row.mtu ?? (row.kind === 'loopback' ? 65536 : 1500)
    this.mode = row.mode ?? (row.kind === 'macvlan' ? 'bridge' : row.kind === 'ipvlan' ? 'l2' : undefined)
    this.tag = row.tag
    this.bridge = row.kind === 'bridge' ? new Bridge(this) : undefined
  }

  /** Neighbours are not asked for: the host below routes. */
  get isRouted(): boolean {
    return this.mode === 'l3' || this.mode === 'l3s'
  }

  plug(link: Link): void {
    this.link = link
    link.attach(this)
  }

  unplug(): void {
    this.link?.detach(this)
    this.link = undefined
  }

  /** Shares the wire of `parent` from now on; undefined: no more. */
  share(parent: Interface | undefined): void {
    this.parent?.sharers.remove(this)
    this.parent = parent
    parent?.sharers.add(this)
  }

  setMaster(master: Interface | undefined): void {
    this.master?.bridge?.remove(this)
    this.master = master
    master?.bridge?.add(this)
  }

  transmit(frame: Frame): void {
    if (!this.up) return
    const { netem } = this
    if (netem) return netem.send(frameSize(frame), () => this.emit(frame))
    this.emit(frame)
  }

  private emit(frame: Frame): void {
    if (!this.up) return
    this.countSent(frameSize(frame))
    this.overhear(frame, 'out')
    if (this.bridge) this.bridge.send(frame)
    else this.put(frame)
  }

  /** On the wire that it is plugged into, or shares. */
  put(frame: Frame): void {
    if (this.parent) this.parent.sharers.send(this, frame)
    else if (this.tunnel) this.tunnel.send(frame)
    else this.link?.carry(frame, this)
  }

  receive(frame: Frame): void {
    if (!this.up) return
    if (this.sharers.size > 0 && this.sharers.receive(frame)) return
    // Tags are for those who were told of them.
    if (frame.vlan !== undefined && !this.master) return
    if (this.master?.bridge) {
      this.countReceived(frameSize(frame))
      this.overhear(frame, 'in')
      this.master.bridge.input(this, frame)
    } else if (this.isFor(frame)) this.take(frame)
    else this.overhear(frame, 'in')
  }

  private isFor({ destination }: Frame): boolean {
    return destination === this.mac || destination === BROADCAST_MAC || isGroupMac(destination)
  }

  /** Hands a frame to the stack. */
  take(frame: Frame): void {
    this.countReceived(frameSize(frame))
    this.overhear(frame, 'in')
    this.owner?.receiveFrame(this, frame)
  }

  /** Tells those who look on. */
  overhear(frame: Frame, direction: 'in' | 'out'): void {
    const taps = this.owner?.taps
    if (!taps || taps.size === 0) return
    for (const tap of taps) tap.hear(this, frame, direction)
  }

  /** Loopback traffic never becomes a frame; only its counters move. */
  countLoopback(bytes: number): void {
    this.countReceived(bytes)
    this.countSent(bytes)
  }

  private countReceived(bytes: number): void {
    this.rxBytes += bytes
    this.rxPackets += wirePackets(bytes)
  }

  private countSent(bytes: number): void {
    this.txBytes += bytes
    this.txPackets += wirePackets(bytes)
  }

  info(): LinkInfo {
    const { index, name, kind, mac, mtu, up, rxBytes, rxPackets, txBytes, txPackets } = this
    const addresses = this.addresses.map((each) => `${formatAddress(each.address)}/${each.length}`)
    const addresses6 = this.addresses6.map(formatPrefix6)
    return {
      ...{ index, name, kind, mac, mtu, up, addresses, addresses6, rxBytes, rxPackets, txBytes, txPackets },
      ...(this.master ? { master: this.master.name } : {}),
      ...(this.peer ? { peerIndex: this.peer.index } : {}),
      ...(this.alias ? { alias: this.alias } : {}),
      ...this.tunnel?.info(),
      ...this.sharing(),
    }
  }

  private sharing(): Partial<LinkInfo> {
    const { parent, tag } = this
    if (!parent) return {}
    return {
      parentIndex: parent.index,
      ...(parent.owner === this.owner ? { parent: parent.name } : {}),
      ...(this.mode ? { mode: this.mode } : {}),
      ...(tag === undefined ? {} : { tag }),
    }
  }
}
