import { contains6, isLinkLocal, macOfGroup, solicitedNode } from './address6.ts'
import type { Interface } from './interface.ts'
import { NeighbourTable } from './neighbour-table.ts'
import type { Frame, NeighbourMessage, Packet6 } from './packet.ts'

/** Routers pass none on: what has come with less was not of this link. RFC 4861 section 7.1 */
export const LINK_HOPS = 255

/** Neighbours of IPv6: asked for by multicast, and straight when they are known. RFC 4861 section 7. */
export class DiscoveryTable extends NeighbourTable<bigint> {
  protected override question(at: Interface, target: bigint, known: string | undefined): Frame {
    const destination = known === undefined ? solicitedNode(target) : target
    const ip = message(at, 'neighbour-solicitation', sourceFor(at, target), destination, target)
    return { source: at.mac, destination: known ?? macOfGroup(destination), body: { ip } }
  }

  receive(at: Interface, packet: Packet6, { kind, target, mac }: NeighbourMessage): void {
    if (packet.ttl !== LINK_HOPS) return
    if (kind === 'neighbour-advertisement') {
      if (this.knows(at, target)) this.learn(at, target, mac)
      return
    }
    if (!at.addresses6.some(({ address }) => address === target)) return
    this.learn(at, packet.source, mac)
    const ip = message(at, 'neighbour-advertisement', target, packet.source, target)
    at.transmit({ source: at.mac, destination: mac, body: { ip } })
  }
}

const message = (
  at: Interface,
  kind: NeighbourMessage['kind'],
  source: bigint,
  destination: bigint,
  target: bigint,
): Packet6 => ({
  ...{ source, destination, ttl: LINK_HOPS },
  payload: { proto: 'icmp', kind, sourcePort: 0, destinationPort: 0, target, mac: at.mac },
})

/** An address of the target's own kind, so that the answer finds back. */
function sourceFor({ addresses6 }: Interface, target: bigint): bigint {
  const own = addresses6.find((each) => contains6(each, target)) ?? addresses6.find((each) => isLinkLocal(each.address))
  return (own ?? addresses6[0])?.address ?? 0n
}
