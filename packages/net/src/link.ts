import type { Clock } from '@drydock/abi'
import { BROADCAST_MAC } from './address.ts'
import { EventQueue } from './event-queue.ts'
import { ForwardingTable } from './forwarding-table.ts'
import type { Frame } from './packet.ts'

/** What can be plugged into a link. */
export interface LinkEnd {
  readonly mac: string
  receive(frame: Frame): void
}

/**
 * A segment of a local network: whatever is attached hears the others. With two ends it is a cable (a veth pair), with
 * more a switch. Frames arrive in order, none is lost, and never before the sender has returned.
 */
export class Link {
  private readonly attached = new Set<LinkEnd>()
  private readonly forwarding = new ForwardingTable<LinkEnd>()
  private readonly queue: EventQueue

  constructor(options: { clock: Clock } | { queue: EventQueue }) {
    this.queue = 'queue' in options ? options.queue : new EventQueue(options.clock)
  }

  get ends(): ReadonlySet<LinkEnd> {
    return this.attached
  }

  attach(end: LinkEnd): void {
    this.attached.add(end)
  }

  detach(end: LinkEnd): void {
    this.attached.delete(end)
    this.forwarding.forget(end)
  }

  carry(frame: Frame, from: LinkEnd): void {
    this.queue.push(() => this.arrive(frame, from))
  }

  private arrive(frame: Frame, from: LinkEnd): void {
    if (this.attached.has(from)) this.forwarding.learn(frame.source, from)
    const known = frame.destination === BROADCAST_MAC ? undefined : this.forwarding.find(frame.destination)
    if (known && known !== from) return known.receive(frame)
    for (const end of [...this.attached]) if (end !== from) end.receive(frame)
  }
}
