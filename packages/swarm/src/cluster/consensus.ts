import type { Clock, Entropy, Timer } from '@drydock/abi'
import type { ClusterStore, Snapshot } from '../store/store.ts'

const HEARTBEAT_MS = 1000
/** Without word of a leader for so long a manager wants to be it; as much again by chance, lest two want it at once. */
const ELECTION_MS = 5000
/** A leader that hears of no majority for so long leads no more. */
const LEASE_MS = 5000

export interface Vote {
  readonly term: number
  readonly candidate: string
  /** How new its state is: the term of the leader that told it, then the count of changes. */
  readonly stateTerm: number
  readonly index: number
}
export interface Append {
  readonly term: number
  readonly leader: string
  readonly index: number
  /** Present where the follower is behind. */
  readonly snapshot?: Snapshot
}
/** What a manager must not forget when it is off. */
export interface SavedTerm {
  readonly term: number
  readonly votedFor: string
  readonly stateTerm: number
}
export interface Reply {
  readonly term: number
  readonly granted: boolean
  readonly index: number
}

/** The other managers, as far as they can be reached. */
export interface Peers {
  /** Ids of all managers, this one among them. */
  members(): readonly string[]
  vote(peer: string, wish: Vote): Promise<Reply>
  append(peer: string, entry: Append): Promise<Reply>
  /** This one leads from now on, or does no more. */
  leads(yes: boolean): void
  /** Who is to be heard of, as the leader sees it. */
  reachable(peers: ReadonlyMap<string, boolean>): void
  saveTerm(saved: SavedTerm): void
}

/**
 * Keeps the state of several managers the same: one leads, chosen by a majority for a term; what it changes goes to the
 * others as a whole, since a cluster's state is small. After Raft (Ongaro, Ousterhout 2014), without its log.
 */
export class Consensus {
  leader: string | undefined
  private readonly id: string
  private readonly store: ClusterStore
  private readonly peers: Peers
  private readonly clock: Clock
  private readonly entropy: Entropy
  private term: number
  private votedFor: string
  private stateTerm: number
  private timer: Timer | undefined
  private stopped = false
  /** When a majority was heard of last, and each of the others. */
  private quorumMs = 0
  private readonly heardMs = new Map<string, number>()
  private readonly behind = new Set<string>()
  private readonly asking = new Set<string>()
  /** How far each of the others has come. */
  private readonly sent = new Map<string, number>()
  private wonMs = 0
  private waiting: { readonly index: number; readonly resolve: (kept: boolean) => void }[] = []
  private readonly stopListening: () => void

  constructor(
    id: string,
    store: ClusterStore,
    peers: Peers,
    { clock, entropy }: { clock: Clock; entropy: Entropy },
    saved: SavedTerm = { term: 0, votedFor: '', stateTerm: 0 },
  ) {
    this.id = id
    this.store = store
    this.peers = peers
    this.clock = clock
    this.entropy = entropy
    this.term = saved.term
    this.votedFor = saved.votedFor
    this.stateTerm = saved.stateTerm
    this.stopListening = store.listen(() => {
      if (this.isLeader) this.clock.soon(() => this.isLeader && this.tellAll())
    })
    if (this.isAlone) this.win()
    else this.waitForLeader()
  }

  private get isAlone(): boolean {
    const members = this.peers.members()
    return members.length === 1 && members[0] === this.id
  }

  get isLeader(): boolean {
    return this.leader === this.id && !this.stopped
  }

  stop(): void {
    this.stopped = true
    this.timer?.cancel()
    this.stopListening()
    this.checkWaiting()
  }

  private get others(): string[] {
    return this.peers.members().filter((peer) => peer !== this.id)
  }
  private get majority(): number {
    return Math.floor(this.peers.members().length / 2) + 1
  }

  /** Another asks for this one's vote. */
  vote({ term, candidate, stateTerm, index }: Vote): Reply {
    // Who hears of a leader does not help to overthrow it.
    const led = this.leader !== undefined && this.leader !== candidate && this.clock.now() - this.quorumMs < ELECTION_MS
    if (!led) this.meet(term)
    const isNewEnough = stateTerm > this.stateTerm || (stateTerm === this.stateTerm && index >= this.store.index)
    const granted = !led && term === this.term && (this.votedFor === '' || this.votedFor === candidate) && isNewEnough
    if (granted) {
      this.setTerm(term, candidate)
      this.waitForLeader()
    }
    return { term: this.term, granted, index: this.store.index }
  }

  /** The leader tells what there is. */
  append({ term, leader, index, snapshot }: Append): Reply {
    if (term < this.term) return { term: this.term, granted: false, index: this.store.index }
    this.meet(term)
    if (this.leader === this.id && leader !== this.id) this.peers.leads(false)
    this.leader = leader
    this.quorumMs = this.clock.now()
    this.waitForLeader()
    if (snapshot) {
      this.store.restore(snapshot)
      this.setStateTerm(term)
    }
    const granted = this.store.index === index && this.stateTerm === term
    return { term: this.term, granted, index: granted ? index : 0 }
  }

  private meet(term: number): void {
    if (term <= this.term) return
    this.setTerm(term, '')
    this.stepDown()
  }

  private setTerm(term: number, votedFor: string): void {
    this.term = term
    this.votedFor = votedFor
    this.save()
  }

  private setStateTerm(term: number): void {
    if (this.stateTerm === term) return
    this.stateTerm = term
    this.save()
  }

  private save(): void {
    this.peers.saveTerm({ term: this.term, votedFor: this.votedFor, stateTerm: this.stateTerm })
  }

  private stepDown(): void {
    const led = this.leader === this.id
    this.leader = undefined
    if (led) this.peers.leads(false)
    this.checkWaiting()
    this.waitForLeader()
  }

  private waitForLeader(): void {
    const [chance = 0] = this.entropy.bytes(1)
    this.after(ELECTION_MS * (1 + chance / 256), () => void this.stand())
  }

  private after(ms: number, action: () => void): void {
    this.timer?.cancel()
    if (!this.stopped) this.timer = this.clock.after(ms, action)
  }

  /** Asks the others for their votes. */
  private async stand(): Promise<void> {
    if (this.stopped) return
    this.leader = undefined
    // Nobody has told it of the swarm yet.
    if (!this.peers.members().includes(this.id)) return this.waitForLeader()
    this.setTerm(this.term + 1, this.id)
    this.waitForLeader()
    const { term } = this
    let votes = 1
    const ask = async (peer: string): Promise<void> => {
      const reply = await this.peers
        .vote(peer, { term, candidate: this.id, stateTerm: this.stateTerm, index: this.store.index })
        .catch(() => undefined)
      if (!reply || this.stopped || this.term !== term || this.leader !== undefined) return
      if (reply.term > term) return this.meet(reply.term)
      if (reply.granted && ++votes >= this.majority) this.win()
    }
    if (votes >= this.majority) this.win()
    else await Promise.all(this.others.map(ask))
  }

  private win(): void {
    this.leader = this.id
    this.setStateTerm(this.term)
    this.quorumMs = this.clock.now()
    this.wonMs = this.quorumMs
    this.heardMs.clear()
    this.sent.clear()
    for (const peer of this.others) this.behind.add(peer)
    this.peers.leads(true)
    this.beat()
  }

  private beat(): void {
    if (!this.isLeader) return
    const now = this.clock.now()
    const heard = this.others.filter((peer) => now - (this.heardMs.get(peer) ?? 0) < LEASE_MS)
    if (heard.length + 1 >= this.majority) this.quorumMs = now
    else if (now - this.quorumMs >= LEASE_MS) return this.stepDown()
    const early = now - this.wonMs < LEASE_MS
    this.peers.reachable(new Map(this.others.map((peer) => [peer, early || heard.includes(peer)])))
    this.tellAll()
    this.after(HEARTBEAT_MS, () => this.beat())
  }

  private tellAll(): void {
    for (const peer of this.others) void this.tell(peer)
  }

  private async tell(peer: string): Promise<void> {
    if (this.asking.has(peer)) return
    this.asking.add(peer)
    const { term } = this
    const { index } = this.store
    const snapshot = this.behind.has(peer) || index !== this.sent.get(peer) ? { snapshot: this.store.snapshot() } : {}
    const reply = await this.peers.append(peer, { term, leader: this.id, index, ...snapshot }).catch(() => undefined)
    this.asking.delete(peer)
    if (!reply || !this.isLeader) return
    if (reply.term > this.term) return this.meet(reply.term)
    this.heardMs.set(peer, this.clock.now())
    this.sent.set(peer, reply.index)
    if (reply.granted) this.behind.delete(peer)
    else this.behind.add(peer)
    this.checkWaiting()
    if (this.store.index !== index) void this.tell(peer)
  }

  /** Whether a majority has the state as it is now; false when this one leads no more before that. */
  committed(): Promise<boolean> {
    return new Promise((resolve) => {
      this.waiting.push({ index: this.store.index, resolve })
      this.checkWaiting()
    })
  }

  private checkWaiting(): void {
    const reached = (index: number): number =>
      this.others.filter((peer) => (this.sent.get(peer) ?? 0) >= index).length + 1
    this.waiting = this.waiting.filter(({ index, resolve }) => {
      if (!this.isLeader) resolve(false)
      else if (reached(index) >= this.majority) resolve(true)
      else return true
      return false
    })
  }
}
