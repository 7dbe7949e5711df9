import type { Clock, Timer } from '@drydock/abi'
import type { Address } from './address.ts'
import type { Interface } from './interface.ts'
import type { Frame, Packet } from './packet.ts'

/** As in neigh/default of Linux: three questions, one a second. arp(7). */
const ATTEMPTS = 3
const RETRY_MS = 1000
/** An entry in use that is older is asked for again while it still serves. */
const REACHABLE_MS = 5000
const MOST_WAITING = 256

interface Neighbour<A extends Address> {
  readonly at: Interface
  readonly address: A
  mac: string | undefined
  confirmedMs: number
  waiting: Packet<A>[]
  attempts: number
  timer: Timer | undefined
  /** Set by hand: never asked for. */
  permanent: boolean
}

/** As ip-neighbour(8) says it. */
export type NeighbourState = 'REACHABLE' | 'STALE' | 'INCOMPLETE' | 'PERMANENT'

export interface NeighbourEntry<A extends Address> {
  readonly address: A
  readonly mac: string | undefined
  readonly at: Interface
  readonly state: NeighbourState
}

/** Hardware addresses of the hosts on the links, for one family; how they are asked for is its own affair. */
export abstract class NeighbourTable<A extends Address> {
  private readonly rows = new Map<string, Neighbour<A>>()
  private readonly clock: Clock
  private readonly unreachable: (packet: Packet<A>) => void

  /** @param unreachable told of every packet whose next hop does not answer */
  constructor(clock: Clock, unreachable: (packet: Packet<A>) => void) {
    this.clock = clock
    this.unreachable = unreachable
  }

  /** A frame that asks who has `target`. @param known  where it was last seen, undefined when nobody knows */
  protected abstract question(at: Interface, target: A, known: string | undefined): Frame

  entries(): NeighbourEntry<A>[] {
    return [...this.rows.values()].map((row) => ({
      address: row.address,
      mac: row.mac,
      at: row.at,
      state: this.stateOf(row),
    }))
  }

  private stateOf({ permanent, mac, confirmedMs }: Neighbour<A>): NeighbourState {
    if (permanent) return 'PERMANENT'
    if (mac === undefined) return 'INCOMPLETE'
    return this.clock.monotonic() - confirmedMs < STALE_MS ? 'REACHABLE' : 'STALE'
  }

  send(at: Interface, nextHop: A, packet: Packet<A>): void {
    if (at.isRouted) return at.transmit({ source: at.mac, destination: at.mac, body: { ip: packet } })
    const row = this.row(at, nextHop)
    if (row.mac) {
      at.transmit({ source: at.mac, destination: row.mac, body: { ip: packet } })
      this.refresh(row)
      return
    }
    if (row.waiting.length < MOST_WAITING) row.waiting.push(packet)
    if (!row.timer) this.ask(row)
  }

  protected knows(at: Interface, address: A): boolean {
    return this.rows.has(key(at, address))
  }

  protected learn(at: Interface, address: A, mac: string): void {
    const row = this.row(at, address)
    if (row.permanent) return
    row.mac = mac
    row.confirmedMs = this.clock.monotonic()
    row.timer?.cancel()
    row.timer = undefined
    row.attempts = 0
    const { waiting } = row
    row.waiting = []
    for (const packet of waiting) at.transmit({ source: at.mac, destination: mac, body: { ip: packet } })
  }

  /** An entry that stays as it is. ip-neighbour(8) */
  fix(at: Interface, address: A, mac: string): void {
    this.learn(at, address, mac)
    const row = this.row(at, address)
    row.mac = mac
    row.permanent = true
  }

  /** @returns whether there was one */
  delete(at: Interface, address: A): boolean {
    this.rows.get(key(at, address))?.timer?.cancel()
    return this.rows.delete(key(at, address))
  }

  forget(at: Interface): void {
    for (const [name, row] of this.rows) {
      if (row.at !== at) continue
      row.timer?.cancel()
      this.rows.delete(name)
    }
  }

  dispose(): void {
    for (const row of this.rows.values()) row.timer?.cancel()
    this.rows.clear()
  }

  private row(at: Interface, address: A): Neighbour<A> {
    const name = key(at, address)
    const known = this.rows.get(name)
    if (known) return known
    const row: Neighbour<A> = {
      ...{ at, address, mac: undefined, confirmedMs: 0, waiting: [], attempts: 0, timer: undefined, permanent: false },
    }
    this.rows.set(name, row)
    return row
  }

  private ask(row: Neighbour<A>): void {
    if (row.attempts++ === ATTEMPTS) return this.giveUp(row)
    row.at.transmit(this.question(row.at, row.address, undefined))
    row.timer = this.clock.after(RETRY_MS, () => this.ask(row))
  }

  private refresh(row: Neighbour<A>): void {
    const now = this.clock.monotonic()
    if (row.permanent || now - row.confirmedMs < REACHABLE_MS) return
    row.confirmedMs = now
    row.at.transmit(this.question(row.at, row.address, row.mac))
  }

  private giveUp(row: Neighbour<A>): void {
    this.rows.delete(key(row.at, row.address))
    for (const packet of row.waiting) this.unreachable(packet)
  }
}

/** base_reachable_time of Linux, about. */
const STALE_MS = 30_000
const key = (at: Interface, address: Address): string => `${at.index} ${address}`
