import type { LinkInfo } from '@drydock/abi'

/** A link as iproute2 and net-tools see it: with the words that follow from its kind and state. */
export interface LinkFacts extends LinkInfo {
  /** `eth0@if5`: with the other end of its cable. */
  readonly fullName: string
  readonly carrier: boolean
  readonly flags: readonly string[]
  readonly state: 'UP' | 'DOWN' | 'UNKNOWN'
  readonly qdisc: string
  readonly broadcastMac: string
  /** The other end is in another network namespace. */
  readonly peerElsewhere: boolean
  /** What ip-netns(8) calls that one. */
  readonly netnsName?: string
}

export function linkFacts(links: readonly LinkInfo[]): LinkFacts[] {
  return links.map((link) => {
    const peer = links.find(
      (other) =>
        // Another namespace may have given the other end this one's number.
        other !== link &&
        link.kind === 'veth' &&
        other.kind === 'veth' &&
        other.index === link.peerIndex &&
        other.peerIndex === link.index,
    )
    const carrier = hasCarrier(link, links, peer)
    const loopback = link.kind === 'loopback'
    const below = link.peerIndex ?? link.parentIndex
    return {
      ...link,
      fullName: below === undefined ? link.name : `${link.name}@${peer?.name ?? link.parent ?? `if${below}`}`,
      carrier,
      flags: flagsOf(link, carrier),
      state: !link.up ? 'DOWN' : loopback || link.kind === 'dummy' ? 'UNKNOWN' : carrier ? 'UP' : 'DOWN',
      qdisc: !link.up ? 'noop' : link.kind === 'ether' ? 'fq_codel' : 'noqueue',
      broadcastMac: loopback ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
      peerElsewhere: below !== undefined && !peer && link.parent === undefined,
    }
  })
}

/** A bridge has a carrier with its first port that is up; a veth when the other end is up as well. */
function hasCarrier(link: LinkInfo, links: readonly LinkInfo[], peer: LinkInfo | undefined): boolean {
  if (!link.up) return false
  if (link.kind === 'bridge') return links.some((each) => each.master === link.name && each.up)
  return peer === undefined || peer.up
}

function flagsOf(link: LinkInfo, carrier: boolean): string[] {
  const kind =
    link.kind === 'loopback'
      ? ['LOOPBACK']
      : link.kind === 'dummy'
        ? ['BROADCAST', 'NOARP']
        : ['BROADCAST', 'MULTICAST', ...(link.mode === 'l3' || link.mode === 'l3s' ? ['NOARP'] : [])]
  if (!link.up) return kind
  return [...(carrier ? [] : ['NO-CARRIER']), ...kind, 'UP', ...(carrier ? ['LOWER_UP'] : [])]
}
