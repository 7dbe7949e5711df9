import {
  ClusterStore,
  type ControlArgs,
  type ControlMethod,
  type ControlResult,
  Leader,
  perform,
  SwarmError,
} from '@drydock/swarm'
import type { DaemonParts } from '../daemon-parts.ts'
import type { NodeFiles } from './node-record.ts'
import { publishChanges } from './swarm-events.ts'

export const NO_LEADER =
  "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online."

/** What a manager has: the cluster's state and, when it leads, what brings all to it. */
export class Manager {
  readonly store: ClusterStore
  leader: Leader | undefined
  private readonly parts: DaemonParts
  private saving = false
  private stopped = false

  constructor(parts: DaemonParts, files: NodeFiles) {
    this.parts = parts
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

  lead(): Leader {
    const { clock, entropy } = this.parts.sys
    this.leader ??= new Leader(this.store, clock, entropy)
    return this.leader
  }

  follow(): void {
    this.leader?.stop()
    this.leader = undefined
  }

  stop(): void {
    this.stopped = true
    this.follow()
  }

  /** @throws SwarmError */
  perform<Method extends ControlMethod>(method: Method, args: ControlArgs<Method>): ControlResult<Method> {
    if (!this.leader) throw new SwarmError('Unknown', NO_LEADER)
    return perform(this.leader.powers, method, args)
  }
}
