import { EADDRINUSE, type Entropy } from '@drydock/abi'
import { type Address, ANY } from './address.ts'
import { ANY6, isAny } from './address6.ts'

/** net.ipv4.ip_local_port_range. ip(7). */
const FIRST_EPHEMERAL = 32768
const LAST_EPHEMERAL = 60999

interface Row<S> {
  readonly address: Address
  readonly socket: S
  /** Bound to `::`, and to all of IPv4 with it. ipv6(7), IPV6_V6ONLY */
  readonly dual: boolean
  /** Bound to one address: others may have the port on all. */
  readonly reuse: boolean
}

/** Which sockets have which ports, of one protocol. A socket bound to a single address goes before one bound to all. */
export class PortTable<S> {
  private readonly bound = new Map<number, Row<S>[]>()
  private next: number

  constructor(entropy: Entropy) {
    const [high = 0, low = 0] = entropy.bytes(2)
    this.next = FIRST_EPHEMERAL + ((high * 256 + low) % (LAST_EPHEMERAL - FIRST_EPHEMERAL))
  }

  /** @param port 0: any that is free @returns the port @throws EADDRINUSE */
  bind(
    socket: S,
    address: Address,
    port: number,
    { busy = never, dual = false, reuse = false }: BindOptions = {},
  ): number {
    const row = { address, socket, dual: dual && address === ANY6, reuse: reuse && !isAny(address) }
    const chosen = port === 0 ? this.ephemeral(row, busy) : port
    if (this.conflicts(row, chosen)) throw EADDRINUSE
    const sharing = this.bound.get(chosen)
    if (sharing) sharing.push(row)
    else this.bound.set(chosen, [row])
    return chosen
  }

  release(socket: S, port: number): void {
    const left = (this.bound.get(port) ?? []).filter((each) => each.socket !== socket)
    if (left.length) this.bound.set(port, left)
    else this.bound.delete(port)
  }

  find(address: Address, port: number, accepts: (socket: S) => boolean = () => true): S | undefined {
    const rows = (this.bound.get(port) ?? []).filter((each) => accepts(each.socket))
    return (rows.find((each) => each.address === address) ?? rows.find((each) => isForAll(each, address)))?.socket
  }

  all(): S[] {
    return [...this.bound.values()].flat().map((each) => each.socket)
  }

  private conflicts(row: Omit<Row<S>, 'socket'>, port: number): boolean {
    return (this.bound.get(port) ?? []).some((each) => overlap(each, row))
  }

  private ephemeral(row: Omit<Row<S>, 'socket'>, busy: (port: number) => boolean): number {
    for (let tries = LAST_EPHEMERAL - FIRST_EPHEMERAL; tries >= 0; tries--) {
      const port = this.next
      this.next = port === LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1
      if (!this.conflicts(row, port) && !busy(port)) return port
    }
    throw EADDRINUSE
  }
}

export interface BindOptions {
  /** Whether a port that is free here is taken all the same. */
  readonly busy?: (port: number) => boolean
  readonly dual?: boolean
  readonly reuse?: boolean
}
const never = (): boolean => false

type Bound = Omit<Row<unknown>, 'socket'>
const isForAll = ({ address, dual }: Bound, wanted: Address): boolean =>
  typeof wanted === 'number' ? address === ANY || dual : address === ANY6

function overlap(a: Bound, b: Bound): boolean {
  if (a.address === b.address) return true
  if (a.reuse || b.reuse) return false
  if (typeof a.address === typeof b.address) return isAny(a.address) || isAny(b.address)
  return a.dual || b.dual
}
