import {
  ClusterStore,
  type Consensus,
  type ControlArgs,
  type ControlMethod,
  type ControlResult,
  Leader,
  managersOf,
  perform,
  SwarmError,
} from '@drydock/swarm'
import type { Sys } from '@drydock/abi'
import type { DaemonParts } from '../daemon-parts.ts'
import type { NodeFiles } from './node-record.ts'
import { publishChanges } from './swarm-events.ts'

export const NO_LEADER =
  "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online."

/** What a manager has: the cluster's state and, when it leads, what brings all to it. */
export class Manager {
  readonly store: ClusterStore
  leader: Leader | undefined
  consensus: Consensus | undefined
  readonly sys: Sys
  private readonly parts: DaemonParts
  private saving = false
  private stopped = false

  constructor(parts: DaemonParts, files: NodeFiles) {
    this.parts = parts
    this.sys = parts.sys
    const { clock } = parts.sys
    this.store = new ClusterStore(clock)
    const snapshot = files.loadSnapshot()
    if (snapshot) this.store.restore(snapshot)
    this.store.listen((changes) => {
      publishChanges(parts.events, changes)
      this.save(files)
    })
  }

  private save(files: NodeFiles): void {
    if (this.saving) return
    this.saving = true
    this.parts.sys.clock.soon(() => {
      this.saving = false
      if (!this.stopped) files.saveSnapshot(this.store.snapshot())
    })
  }

  lead(nodeId: string): void {
    const { clock, entropy } = this.parts.sys
    this.leader ??= new Leader(this.store, clock, entropy)
    this.store.batch(() => {
      for (const { ID, ManagerStatus, internal } of managersOf(this.store)) {
        const { Leader: _led, ...status } = ManagerStatus ?? { Reachability: 'reachable', Addr: internal.managerAddr }
        const leads = ID === nodeId ? { Leader: true, Reachability: 'reachable' as const } : {}
        this.store.update('node', ID, { ManagerStatus: { ...status, ...leads } })
      }
    })
  }

  showReachable(peers: ReadonlyMap<string, boolean>): void {
    this.store.batch(() => {
      for (const [id, yes] of peers) {
        const status = this.store.get('node', id)?.ManagerStatus
        const Reachability = yes ? 'reachable' : 'unreachable'
        if (status && status.Reachability !== Reachability)
          this.store.update('node', id, { ManagerStatus: { ...status, Reachability } })
      }
    })
  }

  follow(): void {
    this.leader?.stop()
    this.leader = undefined
  }

  stop(): void {
    this.stopped = true
    this.consensus?.stop()
    this.follow()
  }

  /** @throws SwarmError */
  perform<Method extends ControlMethod>(method: Method, args: ControlArgs<Method>): ControlResult<Method> {
    if (!this.leader) throw new SwarmError('Unknown', NO_LEADER)
    return perform(this.leader.powers, method, args)
  }

  /** A change that a majority of the managers has, too. @throws (rejects) SwarmError */
  async change<Method extends ControlMethod>(method: Method, args: ControlArgs<Method>): Promise<Changed<Method>> {
    const result = this.perform(method, args)
    const { index } = this.store
    if ((await this.consensus?.committed()) === false) throw new SwarmError('Unknown', NO_LEADER)
    return { result, index }
  }
}

export interface Changed<Method extends ControlMethod> {
  readonly result: ControlResult<Method>
  /** Of the store, with the change. */
  readonly index: number
}
