import { BROADCAST_MAC, contains } from './address.ts'
import type { Interface } from './interface.ts'
import { NeighbourTable } from './neighbour-table.ts'
import type { Arp, Frame } from './packet.ts'

/** Neighbours of IPv4. RFC 826. */
export class ArpTable extends NeighbourTable<number> {
  protected override question(at: Interface, target: number): Frame {
    return question(at, sourceFor(at, target), target)
  }

  receive(at: Interface, arp: Arp, owns: (address: number) => boolean): void {
    const asked = arp.kind === 'request' && arp.target !== arp.sender && owns(arp.target)
    if (asked || this.knows(at, arp.sender)) this.learn(at, arp.sender, arp.senderMac)
    if (!asked) return
    const reply: Arp = {
      kind: 'reply',
      senderMac: at.mac,
      sender: arp.target,
      target: arp.sender,
      targetMac: arp.senderMac,
    }
    at.transmit({ source: at.mac, destination: arp.senderMac, body: { arp: reply } })
  }

  /** Tells everybody that the address is here now ("gratuitous"). RFC 5227 section 3. */
  announce(at: Interface, address: number): void {
    at.transmit(question(at, address, address))
  }
}

const sourceFor = (at: Interface, target: number): number =>
  (at.addresses.find((each) => contains(each, target)) ?? at.addresses[0])?.address ?? 0
const question = (at: Interface, sender: number, target: number): Frame => ({
  source: at.mac,
  destination: BROADCAST_MAC,
  body: { arp: { kind: 'request', senderMac: at.mac, sender, target } },
})
