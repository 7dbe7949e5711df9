import type { Clock, ConnectionState, Entropy } from '@drydock/abi'
import { type Address, isLoopback } from './address.ts'
import { Conntrack } from './conntrack.ts'
import { Firewall, type NatTarget, type Verdict } from './firewall.ts'
import type { Hook } from './firewall-match.ts'
import type { Interface } from './interface.ts'
import { inverse, isIcmpError, type Packet, type Tuple, tupleOf, withTuple } from './packet.ts'

const FIRST_PORT = 32768
const LAST_PORT = 60999

export interface NetfilterOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log?: ((text: string) => void) | undefined
  isLocal(address: Address): boolean
}

/** Where a packet is, as far as the host knows without asking anybody. */
type Place = Pick<Hook, 'inLink' | 'outLink' | 'destinationLocal'>

/** What few rules ask for is found out when the first one does. */
class PacketHook implements Hook {
  readonly packet: Packet
  readonly inLink: string | undefined
  readonly outLink: string | undefined
  readonly destinationLocal: boolean
  private readonly findSourceLocal: () => boolean
  private readonly findState: () => ConnectionState
  private knownSourceLocal: boolean | undefined
  private knownState: ConnectionState | undefined

  constructor(packet: Packet, place: Place, sourceLocal: () => boolean, state: () => ConnectionState) {
    this.packet = packet
    this.inLink = place.inLink
    this.outLink = place.outLink
    this.destinationLocal = place.destinationLocal
    this.findSourceLocal = sourceLocal
    this.findState = state
  }

  get sourceLocal(): boolean {
    this.knownSourceLocal ??= this.findSourceLocal()
    return this.knownSourceLocal
  }

  get state(): ConnectionState {
    this.knownState ??= this.findState()
    return this.knownState
  }
}

/** Firewall and address translation at the five hooks of an IP host. */
export class Netfilter {
  readonly firewall: Firewall
  readonly conntrack: Conntrack
  private readonly isLocal: (address: Address) => boolean

  constructor({ clock, entropy, log, isLocal }: NetfilterOptions) {
    this.conntrack = new Conntrack(clock)
    this.isLocal = isLocal
    this.firewall = new Firewall({
      log: (text) => log?.(text),
      random: () => (entropy.bytes(1)[0] ?? 0) / 256,
      now: () => clock.monotonic(),
    })
  }

  get idle(): boolean {
    return this.firewall.empty
  }

  /** The filter table with all it may ask about a packet. */
  verdict(chain: 'INPUT' | 'FORWARD' | 'OUTPUT', packet: Packet, hook: Place): Verdict {
    return this.idle ? 'ACCEPT' : this.firewall.verdict(chain, this.hookOf(packet, hook))
  }

  private hookOf(packet: Packet, hook: Place): Hook {
    return new PacketHook(
      packet,
      hook,
      () => this.isLocal(packet.source),
      () => this.stateOf(packet),
    )
  }

  /** What `-m conntrack --ctstate` goes by. */
  private stateOf(packet: Packet): ConnectionState {
    if (isIcmpError(packet.payload))
      return this.conntrack.find(inverse(tupleOf(packet.payload.about))) ? 'RELATED' : 'INVALID'
    const tuple = tupleOf(packet)
    // A packet that was translated already is known by what its answer looks like.
    const connection = this.conntrack.find(tuple) ?? this.conntrack.find(inverse(tuple))
    return connection?.answered ? 'ESTABLISHED' : 'NEW'
  }

  /**
   * PREROUTING or OUTPUT: turns back what is answered, sends new conversations where the rules say.
   * @param own the address that REDIRECT leads to @returns undefined for a packet that is dropped
   */
  translateDestination<A extends Address>(
    chain: 'PREROUTING' | 'OUTPUT',
    packet: Packet<A>,
    hook: Place,
    own: A | undefined,
  ): Packet<A> | undefined {
    if (this.idle) return packet
    const asked = this.hookOf(packet, hook)
    if (!this.firewall.admits(chain, asked)) return undefined
    const known = this.conntrack.translate(packet)
    if (known) return known
    if (isIcmpError(packet.payload)) return packet
    const original = tupleOf(packet)
    const target = this.firewall.destinationNat(chain, asked, own)
    const moved = target ? withTuple(packet, toTarget(original, target)) : packet
    if (target || chain === 'OUTPUT') this.conntrack.track(original, inverse(tupleOf(moved)))
    return moved
  }

  /** INPUT has let a packet in: its conversation is followed, so that answers are known as such. */
  confirm(packet: Packet): void {
    if (this.idle || isIcmpError(packet.payload)) return
    const tuple = tupleOf(packet)
    if (!this.conntrack.find(tuple) && !this.conntrack.find(inverse(tuple))) this.conntrack.track(tuple, inverse(tuple))
  }

  /** Answers to translated conversations only. */
  turnBack<A extends Address>(packet: Packet<A>): Packet<A> {
    return this.idle ? packet : (this.conntrack.translate(packet) ?? packet)
  }

  /**
   * POSTROUTING: a new conversation that is to hide its sender gets the address of the link it leaves by. So does one
   * that NAT sent back through the link it came from, and one from 127/8, for their answers would not find back
   * (what Docker's hairpin rule and its userland proxy are for).
   */
  translateSource<A extends Address>(
    packet: Packet<A>,
    from: Interface | undefined,
    to: Interface,
    own: A | undefined,
  ): Packet<A> {
    const loopback = typeof packet.source === 'number' && isLoopback(packet.source)
    if (this.idle && !loopback) return packet
    if (own === undefined || isIcmpError(packet.payload)) return packet
    const connection = this.conntrack.find(inverse(tupleOf(packet)))
    if (connection && connection.original.source !== packet.source) return packet
    if (this.isAnswer(packet)) return packet
    const looped = connection !== undefined && from === to && connection.original.destination !== packet.destination
    if (looped || loopback) return this.masquerade(packet, connection?.original ?? tupleOf(packet), own)
    if (connection?.answered) return packet
    const hook = { packet, inLink: from?.name, outLink: to.name, destinationLocal: false }
    const target = this.firewall.sourceNat({ ...hook, sourceLocal: this.isLocal(packet.source) })
    if (target !== undefined) {
      const address = target === 'masquerade' ? own : target.address
      const port = target === 'masquerade' ? undefined : target.port
      return this.masquerade(packet, connection?.original ?? tupleOf(packet), address, port)
    }
    if (!connection) this.conntrack.track(tupleOf(packet), inverse(tupleOf(packet)))
    return packet
  }

  private isAnswer(packet: Packet): boolean {
    const connection = this.conntrack.find(tupleOf(packet))
    return (
      connection !== undefined &&
      connection.reply.source === packet.source &&
      connection.original.source !== packet.source
    )
  }

  private masquerade<A extends Address>(packet: Packet<A>, original: Tuple, own: Address, port?: number): Packet<A> {
    const wanted = { ...tupleOf(packet), source: own, ...(port === undefined ? {} : { sourcePort: port }) }
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
