import type { Clock } from '@drydock/abi'
import type { Address } from './address.ts'
import {
  type IcmpUnreachable,
  inverse,
  isIcmpError,
  type Packet,
  type Tuple,
  tupleKey,
  tupleOf,
  withTuple,
} from './packet.ts'

/** How long a conversation is remembered after its last packet. nf_conntrack(4), shortened where nothing depends on it. */
const IDLE_MS: Readonly<Record<Tuple['proto'], number>> = { tcp: 432_000_000, udp: 120_000, icmp: 30_000 }
const CLOSED_MS = 10_000
const SWEEP_AT = 4096

/** One conversation: its packets as the one who began it sends them, and as the other side answers. */
export interface Connection {
  readonly original: Tuple
  /** What the answers look like: differs from the inverse of `original` where NAT applies. */
  reply: Tuple
  lastMs: number
  /** Which sides have said that they send no more (TCP). */
  readonly finished: Set<'original' | 'reply'>
  closed: boolean
  /** The other side has sent something. */
  answered: boolean
}

/** Which conversations pass through, so that their later packets are translated like the first. */
export class Conntrack {
  private readonly byTuple = new Map<string, Connection>()
  private sweepAt = SWEEP_AT
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  find(tuple: Tuple): Connection | undefined {
    const found = this.byTuple.get(tupleKey(tuple))
    if (found && this.expired(found)) {
      this.drop(found)
      return undefined
    }
    return found
  }

  /** Begins to follow a conversation; its answers look like `reply`. */
  track(original: Tuple, reply: Tuple): Connection {
    if (this.byTuple.size > this.sweepAt) this.sweep()
    const before = this.byTuple.get(tupleKey(original))
    if (before) this.drop(before)
    const connection: Connection = {
      original,
      reply,
      lastMs: this.clock.monotonic(),
      finished: new Set(),
      closed: false,
      answered: false,
    }
    this.byTuple.set(tupleKey(original), connection)
    this.byTuple.set(tupleKey(reply), connection)
    return connection
  }

  /** Every conversation that is remembered. */
  list(): { connection: Connection; seconds: number }[] {
    const now = this.clock.monotonic()
    return [...new Set(this.byTuple.values())]
      .filter((each) => !this.expired(each))
      .map((connection) => ({
        connection,
        seconds: Math.ceil((this.limitOf(connection) - (now - connection.lastMs)) / 1000),
      }))
  }

  /** The packet as it goes on; undefined when nobody here knows its conversation. */
  translate<A extends Address>(packet: Packet<A>): Packet<A> | undefined {
    if (isIcmpError(packet.payload)) return this.translateError(packet, packet.payload)
    const tuple = tupleOf(packet)
    const connection = this.find(tuple)
    if (!connection) return undefined
    const way = isOriginal(connection, tuple) ? 'original' : 'reply'
    if (this.begunAnew(connection, packet, way)) return undefined
    if (way === 'reply') connection.answered = true
    return withTuple(packet, inverse(way === 'original' ? connection.reply : connection.original))
  }

  /** An error is about a packet that was translated already: both are turned back. RFC 5508 section 4. */
  private translateError<A extends Address>(packet: Packet<A>, error: IcmpUnreachable): Packet<A> | undefined {
    const answer = inverse(tupleOf(error.about))
    const connection = this.find(answer)
    if (!connection) return undefined
    const seen = isOriginal(connection, answer) ? connection.reply : connection.original
    const payload = { ...error, about: withTuple(error.about, seen) }
    return withTuple({ ...packet, payload }, { ...tupleOf(packet), destination: seen.source })
  }

  /** Keeps the books; true when the packet opens a second connection with the ports of one that has ended. */
  private begunAnew(connection: Connection, { payload }: Packet, way: 'original' | 'reply'): boolean {
    if (payload.proto === 'tcp') {
      if (connection.closed && payload.syn && !payload.ack) {
        this.drop(connection)
        return true
      }
      if (payload.fin) connection.finished.add(way)
      connection.closed ||= payload.rst || connection.finished.size === 2
    }
    connection.lastMs = this.clock.monotonic()
    return false
  }

  private limitOf({ closed, original }: Connection): number {
    return closed ? CLOSED_MS : IDLE_MS[original.proto]
  }
  private expired(connection: Connection): boolean {
    return this.clock.monotonic() - connection.lastMs > this.limitOf(connection)
  }

  private drop(connection: Connection): void {
    this.byTuple.delete(tupleKey(connection.original))
    this.byTuple.delete(tupleKey(connection.reply))
  }

  private sweep(): void {
    for (const each of new Set(this.byTuple.values())) if (this.expired(each)) this.drop(each)
    this.sweepAt = Math.max(SWEEP_AT, this.byTuple.size * 2)
  }
}

const isOriginal = (connection: Connection, tuple: Tuple): boolean =>
  connection.original.source === tuple.source &&
  connection.original.sourcePort === tuple.sourcePort &&
  connection.original.destination === tuple.destination &&
  connection.original.destinationPort === tuple.destinationPort
