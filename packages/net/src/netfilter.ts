import type { Clock } from '@drydock/abi'
import { isLoopback } from './address.ts'
import { Conntrack } from './conntrack.ts'
import { Firewall, type Hook, type NatTarget } from './firewall.ts'
import type { Interface } from './interface.ts'
import { inverse, isIcmpError, type Packet, type Tuple, tupleOf, withTuple } from './packet.ts'

const FIRST_PORT = 32768
const LAST_PORT = 60999

/** Firewall and address translation at the five hooks of an IP host. */
export class Netfilter {
  readonly firewall = new Firewall()
  private readonly conntrack: Conntrack

  constructor(clock: Clock) {
    this.conntrack = new Conntrack(clock)
  }

  get idle(): boolean {
    return this.firewall.empty
  }

  /** PREROUTING or OUTPUT: turns back what is answered, sends new conversations where the rules say. */
  translateDestination(chain: 'PREROUTING' | 'OUTPUT', packet: Packet, hook: Omit<Hook, 'packet'>): Packet {
    if (this.idle) return packet
    const known = this.conntrack.translate(packet)
    if (known) return known
    if (isIcmpError(packet.payload)) return packet
    const target = this.firewall.destinationNat(chain, { packet, ...hook })
    if (!target) return packet
    const original = tupleOf(packet)
    const moved = withTuple(packet, toTarget(original, target))
    this.conntrack.track(original, inverse(tupleOf(moved)))
    return moved
  }

  /** Answers to translated conversations only. */
  turnBack(packet: Packet): Packet {
    return this.idle ? packet : (this.conntrack.translate(packet) ?? packet)
  }

  /**
   * POSTROUTING: a new conversation that is to hide its sender gets the address of the link it leaves by. So does one
   * that NAT sent back through the link it came from, and one from 127/8, for their answers would not find back
   * (what Docker's hairpin rule and its userland proxy are for).
   */
  translateSource(packet: Packet, from: Interface | undefined, to: Interface, own: number | undefined): Packet {
    if (this.idle && !isLoopback(packet.source)) return packet
    if (own === undefined || isIcmpError(packet.payload)) return packet
    const connection = this.conntrack.find(inverse(tupleOf(packet)))
    if (connection && connection.original.source !== packet.source) return packet
    if (this.isAnswer(packet)) return packet
    const looped = connection !== undefined && from === to && connection.original.destination !== packet.destination
    const hook = { packet, inLink: from?.name, outLink: to.name, destinationLocal: false }
    if (!looped && !isLoopback(packet.source) && !this.firewall.masquerades(hook)) {
      if (!connection) this.conntrack.track(tupleOf(packet), inverse(tupleOf(packet)))
      return packet
    }
    return this.masquerade(packet, connection?.original ?? tupleOf(packet), own)
  }

  private isAnswer(packet: Packet): boolean {
    const connection = this.conntrack.find(tupleOf(packet))
    return (
      connection !== undefined &&
      connection.reply.source === packet.source &&
      connection.original.source !== packet.source
    )
  }

  private masquerade(packet: Packet, original: Tuple, own: number): Packet {
    const wanted = { ...tupleOf(packet), source: own }
    const moved = withTuple(packet, { ...wanted, ...this.freePort(wanted) })
    this.conntrack.track(original, inverse(tupleOf(moved)))
    return moved
  }

  private freePort(wanted: Tuple): { sourcePort: number; destinationPort: number } {
    const at = (port: number) =>
      wanted.proto === 'icmp'
        ? { sourcePort: port, destinationPort: port }
        : { sourcePort: port, destinationPort: wanted.destinationPort }
    const free = (port: number): boolean => !this.conntrack.find(inverse({ ...wanted, ...at(port) }))
    if (free(wanted.sourcePort)) return at(wanted.sourcePort)
    for (let port = FIRST_PORT; port <= LAST_PORT; port++) if (free(port)) return at(port)
    return at(wanted.sourcePort)
  }
}

const toTarget = (tuple: Tuple, target: NatTarget): Tuple => ({
  ...tuple,
  destination: target.address,
  destinationPort: target.port ?? tuple.destinationPort,
})
