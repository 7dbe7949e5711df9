import type { Exchange } from './exchange.ts'
import type { UpstreamGroup, UpstreamServer } from './upstream-config.ts'
import { interpolate } from './variables.ts'

/** One address of an upstream's server. */
export interface Peer {
  /** `address:port` or `unix:/path`. */
  readonly address: string
  readonly server: UpstreamServer
  current: number
  effective: number
  active: number
  fails: number
  checkedMs: number
}

/** Addresses of each name that the configuration mentions, as they were when it was read. */
export type Resolved = ReadonlyMap<string, readonly string[]>

/** Peers of one upstream, and whose turn it is. Each worker counts for itself. */
export class PeerGroup {
  readonly group: UpstreamGroup
  private readonly peers: readonly Peer[]

  constructor(group: UpstreamGroup, resolved: Resolved) {
    this.group = group
    this.peers = group.servers.flatMap((server) =>
      (resolved.get(server.name) ?? []).map((address) => {
        const { weight } = server
        return { address, server, current: 0, effective: weight, active: 0, fails: 0, checkedMs: 0 }
      }),
    )
  }

  get size(): number {
    return this.peers.length
  }

  /** @param tried peers of this request that failed @returns undefined when none is left */
  choose(exchange: Exchange, tried: ReadonlySet<Peer>): Peer | undefined {
    const now = exchange.context.sys.clock.monotonic()
    const free = (backup: boolean): Peer[] =>
      this.peers.filter((peer) => !tried.has(peer) && peer.server.backup === backup && this.usable(peer, now))
    const main = free(false)
    return main.length > 0 ? CHOOSERS[this.group.method](main, exchange, this) : smooth(free(true))
  }

  failed(peer: Peer, now: number): void {
    peer.fails++
    peer.checkedMs = now
    peer.effective = Math.max(0, peer.effective - Math.floor(peer.server.weight / Math.max(1, peer.server.maxFails)))
  }

  private usable({ server, fails, checkedMs }: Peer, now: number): boolean {
    if (server.down) return false
    // The only server of an upstream is never taken for dead.
    const alone = this.peers.length === 1
    return alone || server.maxFails === 0 || fails < server.maxFails || now - checkedMs > server.failTimeoutMs
  }
}

/** Smooth weighted round robin: turns of heavier ones lie between those of the others. */
function smooth(peers: readonly Peer[]): Peer | undefined {
  let best: Peer | undefined
  let total = 0
  for (const peer of peers) {
    peer.current += peer.effective
    total += peer.effective
    if (peer.effective < peer.server.weight) peer.effective++
    if (!best || peer.current > best.current) best = peer
  }
  if (best) best.current -= total
  return best
}

type Chooser = (peers: readonly Peer[], exchange: Exchange, group: PeerGroup) => Peer | undefined

const CHOOSERS: Readonly<Record<UpstreamGroup['method'], Chooser>> = {
  'round robin': (peers) => smooth(peers),
  least_conn: (peers) => {
    const load = ({ active, server }: Peer): number => active / server.weight
    const least = Math.min(...peers.map(load))
    return smooth(peers.filter((peer) => load(peer) === least))
  },
  ip_hash: (peers, { remote }) => {
    const parts = remote.address.split('.').slice(0, 3).map(Number)
    return weighted(
      peers,
      parts.reduce((hash, part) => (hash * 113 + part) % 6271, 89),
    )
  },
  hash: (peers, exchange, { group }) => {
    const bytes = new TextEncoder().encode(interpolate(exchange, group.key))
    return weighted(
      peers,
      bytes.reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 7),
    )
  },
  random: (peers, { context }) => {
    const [high = 0, low = 0] = context.sys.entropy.bytes(2)
    return weighted(peers, high * 256 + low)
  },
}

function weighted(peers: readonly Peer[], hash: number): Peer | undefined {
  const total = peers.reduce((sum, { server }) => sum + server.weight, 0)
  let left = hash % Math.max(1, total)
  return peers.find(({ server }) => (left -= server.weight) < 0)
}

/** A worker's upstreams; names that only proxy_pass mentions are groups of one server. */
export class Upstreams {
  private readonly groups = new Map<string, PeerGroup>()
  private readonly configured: ReadonlyMap<string, UpstreamGroup>
  private readonly resolved: Resolved

  constructor(configured: ReadonlyMap<string, UpstreamGroup>, resolved: Resolved) {
    this.configured = configured
    this.resolved = resolved
  }

  /** @param name an upstream, or `host[:port]` @returns undefined for a host that was not known at the start */
  find(name: string): PeerGroup | undefined {
    const known = this.groups.get(name)
    if (known) return known
    const group =
      this.configured.get(name) ?? (this.resolved.has(name) || name.startsWith('unix:') ? single(name) : undefined)
    if (!group) return undefined
    const made = new PeerGroup(group, this.resolved)
    this.groups.set(name, made)
    return made
  }
}

/** An upstream that nobody wrote. */
export const single = (name: string): UpstreamGroup => ({
  name,
  method: 'round robin',
  key: '',
  servers: [{ name, weight: 1, maxFails: 1, failTimeoutMs: 10_000, backup: false, down: false, at: '' }],
})
