import { EADDRINUSE, type Entropy } from '@drydock/abi'
import { ANY } from './address.ts'

/** net.ipv4.ip_local_port_range. ip(7). */
const FIRST_EPHEMERAL = 32768
const LAST_EPHEMERAL = 60999

/** Which sockets have which ports, of one protocol. A socket bound to a single address goes before one bound to all. */
export class PortTable<S> {
  private readonly bound = new Map<number, { readonly address: number; readonly socket: S }[]>()
  private next: number

  constructor(entropy: Entropy) {
    const [high = 0, low = 0] = entropy.bytes(2)
    this.next = FIRST_EPHEMERAL + ((high * 256 + low) % (LAST_EPHEMERAL - FIRST_EPHEMERAL))
  }

  /** @param port 0: any that is free @returns the port @throws EADDRINUSE */
  bind(socket: S, address: number, port: number, busy: (port: number) => boolean = () => false): number {
    const chosen = port === 0 ? this.ephemeral(address, busy) : port
    if (this.conflicts(address, chosen)) throw EADDRINUSE
    const sharing = this.bound.get(chosen)
    if (sharing) sharing.push({ address, socket })
    else this.bound.set(chosen, [{ address, socket }])
    return chosen
  }

  release(socket: S, port: number): void {
    const left = (this.bound.get(port) ?? []).filter((each) => each.socket !== socket)
    if (left.length) this.bound.set(port, left)
    else this.bound.delete(port)
  }

  find(address: number, port: number, accepts: (socket: S) => boolean = () => true): S | undefined {
    const rows = (this.bound.get(port) ?? []).filter((each) => accepts(each.socket))
    return (rows.find((each) => each.address === address) ?? rows.find((each) => each.address === ANY))?.socket
  }

  all(): S[] {
    return [...this.bound.values()].flat().map((each) => each.socket)
  }

  private conflicts(address: number, port: number): boolean {
    return (this.bound.get(port) ?? []).some(
      (each) => each.address === ANY || address === ANY || each.address === address,
    )
  }

  private ephemeral(address: number, busy: (port: number) => boolean): number {
    for (let tries = LAST_EPHEMERAL - FIRST_EPHEMERAL; tries >= 0; tries--) {
      const port = this.next
      this.next = port === LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1
      if (!this.conflicts(address, port) && !busy(port)) return port
    }
    throw EADDRINUSE
  }
}
