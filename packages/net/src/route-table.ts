import type { Address, Prefix } from './address.ts'
import type { Interface } from './interface.ts'

/** A route of IPv4, or of the family of `A`. */
export interface Route<A extends Address = number> {
  readonly destination: Prefix<A>
  /** Undefined: the destination is on the link itself. */
  readonly gateway: A | undefined
  readonly at: Interface
  /** Source address for packets that have none yet. */
  readonly source: A | undefined
  /** Made by the kernel for an address of the interface. */
  readonly connected: boolean
  /** Of two routes to the same place the lower is taken; default 0. */
  readonly metric?: number
}

/** The main routing table of one family: the longest prefix wins. ip-route(8). */
export class RouteTable<A extends Address = number> {
  private rows: Route<A>[] = []
  private readonly contains: (prefix: Prefix<A>, address: A) => boolean

  constructor(contains: (prefix: Prefix<A>, address: A) => boolean) {
    this.contains = contains
  }

  get routes(): readonly Route<A>[] {
    return this.rows
  }

  /** @returns false when there is such a route already */
  add(route: Route<A>): boolean {
    if (
      this.rows.some((each) => same(each, route.destination) && each.gateway === route.gateway && each.at === route.at)
    )
      return false
    this.rows = [...this.rows, route].sort(
      (a, b) => b.destination.length - a.destination.length || (a.metric ?? 0) - (b.metric ?? 0),
    )
    return true
  }

  /** @returns whether there was one */
  delete(destination: Prefix<A>, at?: Interface): boolean {
    const found = this.rows.find((each) => same(each, destination) && (!at || each.at === at))
    this.rows = this.rows.filter((each) => each !== found)
    return found !== undefined
  }

  deleteOf(at: Interface): void {
    this.rows = this.rows.filter((each) => each.at !== at)
  }

  /** @param scope  the index of the only interface that will do */
  lookup(address: A, scope?: number): Route<A> | undefined {
    return this.rows.find(
      (each) => this.contains(each.destination, address) && (scope === undefined || each.at.index === scope),
    )
  }
}

const same = <A extends Address>(route: Route<A>, destination: Prefix<A>): boolean =>
  route.destination.length === destination.length && route.destination.address === destination.address
