import type { LinkInfo, LinkKind, QdiscSettings } from '@drydock/abi'
import { formatAddress, type Prefix } from './address.ts'
import { Bridge } from './bridge.ts'
import type { Link, LinkEnd } from './link.ts'
import type { Netem } from './netem.ts'
import { type Frame, frameSize, wirePackets } from './packet.ts'
import type { Tap } from './tap.ts'

/** Who takes the frames that arrive at an interface: the stack it is in. */
export interface InterfaceOwner {
  readonly taps: ReadonlySet<Tap>
  receiveFrame(at: Interface, frame: Frame): void
}

export interface InterfaceRow {
  readonly index: number
  readonly name: string
  readonly kind: LinkKind
  readonly mac: string
  readonly mtu?: number
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
  owner: InterfaceOwner | undefined
  /** The segment it is plugged into. */
  link: Link | undefined
  /** The other end of a veth pair, wherever it is. */
  peer: Interface | undefined
  /** The bridge it is a port of. */
  master: Interface | undefined
  readonly bridge: Bridge | undefined
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
    this.bridge = row.kind === 'bridge' ? new Bridge(this) : undefined
  }

  plug(link: Link): void {
    this.link = link
    link.attach(this)
  }

  unplug(): void {
    this.link?.detach(this)
    this.link = undefined
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
    else this.link?.carry(frame, this)
  }

  receive(frame: Frame): void {
    if (!this.up) return
    if (this.master?.bridge) {
      this.countReceived(frameSize(frame))
      this.overhear(frame, 'in')
      this.master.bridge.input(this, frame)
    } else this.take(frame)
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
    return {
      ...{ index, name, kind, mac, mtu, up, addresses, rxBytes, rxPackets, txBytes, txPackets },
      ...(this.master ? { master: this.master.name } : {}),
      ...(this.peer ? { peerIndex: this.peer.index } : {}),
    }
  }
}
