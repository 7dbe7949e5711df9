import type { Clock, Timer } from '@drydock/abi'
import { BROADCAST_MAC, contains } from './address.ts'
import type { Interface } from './interface.ts'
import type { Arp, Frame, Packet } from './packet.ts'

/** As in neigh/default of Linux: three questions, one a second. arp(7). */
const ATTEMPTS = 3
const RETRY_MS = 1000
/** An entry in use that is older is asked for again while it still serves. */
const REACHABLE_MS = 5000
const MOST_WAITING = 256

interface Neighbour {
  readonly at: Interface
  readonly address: number
  mac: string | undefined
  confirmedMs: number
  waiting: Packet[]
  attempts: number
  timer: Timer | undefined
}

/** Hardware addresses of the hosts on the links. RFC 826. */
export class NeighbourTable {
  private readonly rows = new Map<string, Neighbour>()
  private readonly clock: Clock
  private readonly unreachable: (packet: Packet) => void

  /** @param unreachable told of every packet whose next hop does not answer */
  constructor(clock: Clock, unreachable: (packet: Packet) => void) {
    this.clock = clock
    this.unreachable = unreachable
  }

  entries(): { address: number; mac: string; at: Interface }[] {
    return [...this.rows.values()].flatMap(({ address, mac, at }) => (mac ? [{ address, mac, at }] : []))
  }

  send(at: Interface, nextHop: number, packet: Packet): void {
    const row = this.row(at, nextHop)
    if (row.mac) {
      at.transmit({ source: at.mac, destination: row.mac, body: { ip: packet } })
      this.refresh(row)
      return
    }
    if (row.waiting.length < MOST_WAITING) row.waiting.push(packet)
    if (!row.timer) this.ask(row)
  }

  receive(at: Interface, arp: Arp, owns: (address: number) => boolean): void {
    const asked = arp.kind === 'request' && arp.target !== arp.sender && owns(arp.target)
    if (asked || this.rows.has(key(at, arp.sender))) this.learn(at, arp)
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

  private row(at: Interface, address: number): Neighbour {
    const name = key(at, address)
    const known = this.rows.get(name)
    if (known) return known
    const row = { at, address, mac: undefined, confirmedMs: 0, waiting: [], attempts: 0, timer: undefined }
    this.rows.set(name, row)
    return row
  }

  private learn(at: Interface, arp: Arp): void {
    const row = this.row(at, arp.sender)
    row.mac = arp.senderMac
    row.confirmedMs = this.clock.monotonic()
    row.timer?.cancel()
    row.timer = undefined
    row.attempts = 0
    const { waiting } = row
    row.waiting = []
    for (const packet of waiting) at.transmit({ source: at.mac, destination: arp.senderMac, body: { ip: packet } })
  }

  private ask(row: Neighbour): void {
    if (row.attempts++ === ATTEMPTS) return this.giveUp(row)
    row.at.transmit(question(row.at, sourceFor(row.at, row.address), row.address))
    row.timer = this.clock.after(RETRY_MS, () => this.ask(row))
  }

  private refresh(row: Neighbour): void {
    const now = this.clock.monotonic()
    if (now - row.confirmedMs < REACHABLE_MS) return
    row.confirmedMs = now
    row.at.transmit(question(row.at, sourceFor(row.at, row.address), row.address))
  }

  private giveUp(row: Neighbour): void {
    this.rows.delete(key(row.at, row.address))
    for (const packet of row.waiting) this.unreachable(packet)
  }
}

const key = (at: Interface, address: number): string => `${at.index} ${address}`
const sourceFor = (at: Interface, target: number): number =>
  (at.addresses.find((each) => contains(each, target)) ?? at.addresses[0])?.address ?? 0
const question = (at: Interface, sender: number, target: number): Frame => ({
  source: at.mac,
  destination: BROADCAST_MAC,
  body: { arp: { kind: 'request', senderMac: at.mac, sender, target } },
})
