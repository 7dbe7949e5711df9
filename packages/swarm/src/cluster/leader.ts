import type { Clock, Entropy, Timer } from '@drydock/abi'
import type { TaskStatus } from '@drydock/docker-api'
import { allocate, allocateNodes } from '../allocator/allocator.ts'
import { orchestrate } from '../orchestrator/orchestrator.ts'
import { forgetOldTasks } from '../orchestrator/reaper.ts'
import { Updates } from '../orchestrator/update.ts'
import type { Powers } from '../powers.ts'
import { schedule } from '../scheduler/scheduler.ts'
import { rank } from '../store/objects.ts'
import type { ClusterStore } from '../store/store.ts'
import { Dispatcher } from './dispatcher.ts'

/** What the manager that leads does: after every change of the store all is brought to where it should be. */
export class Leader {
  readonly powers: Powers
  readonly dispatcher: Dispatcher
  private readonly updates: Updates
  private readonly clock: Clock
  private waiters: (() => void)[] = []
  private alarm: { readonly atMs: number; readonly timer: Timer } | undefined
  private due = false
  private stopped = false
  private readonly stopListening: () => void

  constructor(store: ClusterStore, clock: Clock, entropy: Entropy) {
    this.clock = clock
    this.powers = { store, clock, entropy, wakeAt: (ms) => this.wakeAt(ms) }
    this.updates = new Updates(this.powers, () => new Promise((resolve) => this.waiters.push(resolve)))
    this.dispatcher = new Dispatcher(this.powers)
    this.stopListening = store.listen(() => this.settleSoon())
    this.settleSoon()
  }

  stop(): void {
    this.stopped = true
    this.stopListening()
    this.alarm?.timer.cancel()
    this.updates.stop()
    this.dispatcher.stop()
    this.wake()
  }

  /** What a node tells of its tasks. States only go forward. */
  report(nodeId: string, statuses: readonly (readonly [taskId: string, status: TaskStatus])[]): void {
    const { store } = this.powers
    store.batch(() => {
      for (const [id, status] of statuses) {
        const task = store.get('task', id)
        if (!task || task.NodeID !== nodeId || rank(status.State) < rank(task.Status.State)) continue
        if (JSON.stringify(task.Status) !== JSON.stringify(status)) store.update('task', id, { Status: status })
      }
    })
  }

  private settleSoon(): void {
    if (this.due || this.stopped) return
    this.due = true
    this.clock.soon(() => {
      this.due = false
      if (!this.stopped) this.settle()
    })
  }

  private settle(): void {
    const { powers } = this
    powers.store.batch(() => {
      this.dispatcher.checkHeartbeats()
      orchestrate(powers)
      this.updates.sync()
      allocate(powers)
      schedule(powers)
      allocateNodes(powers)
      forgetOldTasks(powers)
    })
    this.dispatcher.assign()
    this.wake()
  }

  private wake(): void {
    for (const wake of this.waiters.splice(0)) wake()
  }

  /** Of many wishes the earliest counts: whoever waits for longer asks again then. */
  private wakeAt(ms: number): void {
    if (this.stopped || (this.alarm && this.alarm.atMs <= ms && this.alarm.atMs > this.clock.now())) return
    this.alarm?.timer.cancel()
    const timer = this.clock.after(Math.max(0, ms - this.clock.now()), () => {
      this.alarm = undefined
      this.settleSoon()
    })
    this.alarm = { atMs: ms, timer }
  }
}
