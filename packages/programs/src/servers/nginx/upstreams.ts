import { concatBytes, crc32 } from '@drydock/codec'
import type { Sys } from '@drydock/abi'
import type { End, Exchange } from './exchange.ts'
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

/** Whom a peer is chosen for: a request, or a connection of `stream`. */
export interface Balanced {
  readonly sys: Sys
  readonly remote: End
  /** A text with its variables. */
  readonly filled: (text: string) => string
}

export const balancedRequest = (exchange: Exchange): Balanced => ({
  sys: exchange.context.sys,
  remote: exchange.remote,
  filled: (text) => interpolate(exchange, text),
})

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
  choose(asker: Balanced, tried: ReadonlySet<Peer>): Peer | undefined {
    const now = asker.sys.clock.monotonic()
    const free = (backup: boolean): Peer[] =>
      this.peers.filter((peer) => !tried.has(peer) && peer.server.backup === backup && this.usable(peer, now))
    const main = free(false)
    return main.length > 0 ? CHOOSERS[this.group.method](main, asker, this) : smooth(free(true))
  }

  /** @returns whether it is left alone for a while now */
  failed(peer: Peer, now: number): boolean {
    peer.fails++
    peer.checkedMs = now
    peer.effective = Math.max(0, peer.effective - Math.floor(peer.server.weight / Math.max(1, peer.server.maxFails)))
    return this.peers.length > 1 && peer.server.maxFails > 0 && peer.fails >= peer.server.maxFails
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

type Chooser = (peers: readonly Peer[], asker: Balanced, group: PeerGroup) => Peer | undefined

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
  hash: (peers, { filled }, { group }) => {
    const bytes = new TextEncoder().encode(filled(group.key))
    return group.consistent ? onRing(peers, crc32(bytes)) : weighted(peers, (crc32(bytes) >>> 16) & 0x7fff)
  },
  random: (peers, { sys }) => {
    const [high = 0, low = 0] = sys.entropy.bytes(2)
    return weighted(peers, high * 256 + low)
  },
}

/** Points of a peer of weight 1 on the ring. */
const POINTS = 160

/** Ketama, as ngx_http_upstream_init_chash lays it out. */
function onRing(peers: readonly Peer[], hash: number): Peer | undefined {
  const points = peers.flatMap((peer) => {
    const [host = '', port = ''] = peer.server.name.split(':')
    const base = new TextEncoder().encode(`${host}\0${port}`)
    let previous = 0
    return Array.from({ length: POINTS * peer.server.weight }, () => {
      const last = Uint8Array.of(previous, previous >>> 8, previous >>> 16, previous >>> 24)
      previous = crc32(concatBytes([base, last]))
      return { point: previous, peer }
    })
  })
  const ordered = points.toSorted((a, b) => a.point - b.point)
  return (ordered.find(({ point }) => point >= hash) ?? ordered[0])?.peer
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
  consistent: false,
  servers: [{ name, weight: 1, maxFails: 1, failTimeoutMs: 10_000, backup: false, down: false, at: '' }],
})
