import { BROADCAST_MAC } from './address.ts'
import { isGroupMac } from './address6.ts'
import type { Interface } from './interface.ts'
import type { Frame } from './packet.ts'

/**
 * Devices that share the wire of an interface without being it: macvlan by hardware addresses of their own, ipvlan by
 * IP addresses, vlan by a tag. What they send never reaches the interface itself, and what it sends never reaches them:
 * a host cannot talk to its own macvlan children. ip-link(8)
 */
export class Sharers {
  private readonly members = new Set<Interface>()
  private readonly below: Interface

  constructor(below: Interface) {
    this.below = below
  }

  get size(): number {
    return this.members.size
  }
  has(kind: Interface['kind']): boolean {
    return [...this.members].some((each) => each.kind === kind)
  }
  all(): Interface[] {
    return [...this.members]
  }
  add(member: Interface): void {
    this.members.add(member)
  }
  remove(member: Interface): void {
    this.members.delete(member)
  }

  /** From one of them: to siblings, and to the wire. */
  send(from: Interface, frame: Frame): void {
    const { below } = this
    if (!below.up) return
    if (from.kind === 'vlan') return below.put({ ...frame, vlan: from.tag ?? 0 })
    const siblings = this.wanting(frame).filter((each) => each !== from && sees(from, each))
    for (const sibling of siblings) below.owner?.queue.push(() => sibling.receive(frame))
    if (siblings.length > 0 && !isForAll(frame)) return
    if (!from.isRouted) below.put(frame)
    else if ('ip' in frame.body) below.owner?.sendFor(frame.body.ip)
  }

  /** From the wire. @returns whether it was for one of them and for nobody else */
  receive(frame: Frame): boolean {
    const wanting = this.wanting(frame)
    for (const each of wanting) each.receive(each.kind === 'vlan' ? untagged(frame) : frame)
    return wanting.length > 0 && (!isForAll(frame) || frame.vlan !== undefined)
  }

  private wanting(frame: Frame): Interface[] {
    return [...this.members].filter((each) => wants(each, frame))
  }
}

/** Whether what one sends comes to the other without leaving the machine. */
const sees = (from: Interface, to: Interface): boolean =>
  [from, to].every(({ mode }) => mode !== 'private' && mode !== 'vepa' && mode !== 'passthru')

function wants(member: Interface, frame: Frame): boolean {
  if (member.kind === 'vlan') return frame.vlan === member.tag
  if (frame.vlan !== undefined) return false
  if (member.mode === 'passthru') return true
  if (member.kind === 'macvlan') return frame.destination === member.mac || isForAll(frame)
  const { body } = frame
  if (member.isRouted && 'arp' in body) return false
  const target = 'arp' in body ? body.arp.target : body.ip.destination
  if (typeof target === 'number') return member.addresses.some(({ address }) => address === target)
  return isGroupMac(frame.destination) || member.addresses6.some(({ address }) => address === target)
}

const untagged = ({ source, destination, body }: Frame): Frame => ({ source, destination, body })
const isForAll = ({ destination }: Frame): boolean => destination === BROADCAST_MAC || isGroupMac(destination)
