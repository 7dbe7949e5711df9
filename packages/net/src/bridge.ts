import { BROADCAST_MAC } from './address.ts'
import { isGroupMac } from './address6.ts'
import { ForwardingTable } from './forwarding-table.ts'
import type { Interface } from './interface.ts'
import type { Frame } from './packet.ts'

/** The switch behind an interface of kind bridge: learns, then forwards to the one port or to all others. IEEE 802.1D. */
export class Bridge {
  readonly ports = new Set<Interface>()
  private readonly forwarding = new ForwardingTable<Interface>()
  private readonly self: Interface

  constructor(self: Interface) {
    this.self = self
  }

  /** Where addresses were last seen. */
  learned(): [string, Interface][] {
    return [...this.forwarding.entries()]
  }

  add(port: Interface): void {
    this.ports.add(port)
  }

  remove(port: Interface): void {
    this.ports.delete(port)
    this.forwarding.forget(port)
  }

  /** From the host that has the bridge. */
  send(frame: Frame): void {
    this.forward(frame, undefined)
  }

  /** From one of the ports. */
  input(from: Interface, frame: Frame): void {
    if (!this.self.up) return
    this.forwarding.learn(frame.source, from)
    const mine = frame.destination === this.self.mac
    if (mine || isForAll(frame)) this.self.take(frame)
    // Whoever looks on at a bridge hears what only passes it: the device is promiscuous then.
    else this.self.overhear(frame, 'in')
    if (!mine && (this.self.owner?.passesBridge(this.self, frame) ?? true)) this.forward(frame, from)
  }

  private forward(frame: Frame, from: Interface | undefined): void {
    const known = isForAll(frame) ? undefined : this.forwarding.find(frame.destination)
    if (known === from && known) return
    if (known) return known.transmit(frame)
    for (const port of this.ports) if (port !== from) port.transmit(frame)
  }
}

const isForAll = ({ destination }: Frame): boolean => destination === BROADCAST_MAC || isGroupMac(destination)
