import { contains, type Prefix } from './address.ts'
import type { Interface } from './interface.ts'

export interface Route {
  readonly destination: Prefix
  /** Undefined: the destination is on the link itself. */
  readonly gateway: number | undefined
  readonly at: Interface
  /** Source address for packets that have none yet. */
  readonly source: number | undefined
  /** Made by the kernel for an address of the interface. */
  readonly connected: boolean
}

/** The main routing table: the longest prefix wins. ip-route(8). */
export class RouteTable {
  private rows: Route[] = []

  get routes(): readonly Route[] {
    return this.rows
  }

  /** @returns false when there is such a route already */
  add(route: Route): boolean {
    if (
      this.rows.some((each) => same(each, route.destination) && each.gateway === route.gateway && each.at === route.at)
    )
      return false
    this.rows = [...this.rows, route].sort((a, b) => b.destination.length - a.destination.length)
    return true
  }

  /** @returns whether there was one */
  delete(destination: Prefix, at?: Interface): boolean {
    const found = this.rows.find((each) => same(each, destination) && (!at || each.at === at))
    this.rows = this.rows.filter((each) => each !== found)
    return found !== undefined
  }

  deleteOf(at: Interface): void {
    this.rows = this.rows.filter((each) => each.at !== at)
  }

  lookup(address: number): Route | undefined {
    return this.rows.find((each) => contains(each.destination, address))
  }
}

const same = (route: Route, destination: Prefix): boolean =>
  route.destination.length === destination.length && route.destination.address === destination.address
