import type { UpdateConfig, UpdateStatus } from '@drydock/docker-api'
import { type Powers, toMs } from '../powers.ts'
import { hasEnded, isWanted, type ServiceObject, type TaskObject } from '../store/objects.ts'
import { timestamp } from '../store/store.ts'
import { isJob } from './mode.ts'
import { newTask } from './new-task.ts'
import { sameSpec } from './same-spec.ts'
import { type Slot, slotKey, slotsOf, tasksOf } from './slots.ts'

const MONITOR_MS = 5000
const DEFAULTS: UpdateConfig = { Parallelism: 1, FailureAction: 'pause', MaxFailureRatio: 0, Order: 'stop-first' }

/** A task that was made from another spec than its service has now. */
export function isDirty(service: ServiceObject, task: TaskObject): boolean {
  if (task.SpecVersion.Index === service.SpecVersion.Index) return false
  const { TaskTemplate, EndpointSpec } = service.Spec
  return !sameSpec(TaskTemplate, task.Spec) || !sameSpec(EndpointSpec, task.internal.endpointSpec)
}

const isDirtySlot = (service: ServiceObject, { tasks }: Slot): boolean =>
  tasks.some((task) => isWanted(task) && isDirty(service, task))

/** The updates that are under way, one at most for each service. swarmkit manager/orchestrator/update */
export class Updates {
  private readonly running = new Map<string, Update>()
  private readonly powers: Powers
  private readonly changed: () => Promise<void>

  /** @param changed resolves at the next change of the store, or when the time that was asked for has come */
  constructor(powers: Powers, changed: () => Promise<void>) {
    this.powers = powers
    this.changed = changed
  }

  /** Begins what is to be done, and ends what is for another spec than there is now. */
  sync(): void {
    const { store } = this.powers
    for (const [id, update] of this.running)
      if (update.version !== store.get('service', id)?.SpecVersion.Index) this.end(id, update)
    for (const service of store.all('service')) {
      if (isJob(service.Spec) || this.running.has(service.ID) || !isToBegin(this.powers, service)) continue
      const update = new Update(this.powers, service, this.changed)
      this.running.set(service.ID, update)
      void update.run().then(() => this.running.get(service.ID) === update && this.running.delete(service.ID))
    }
  }

  stop(): void {
    for (const [id, update] of this.running) this.end(id, update)
  }

  private end(id: string, update: Update): void {
    update.cancelled = true
    this.running.delete(id)
  }
}

function isToBegin({ store }: Powers, service: ServiceObject): boolean {
  const state = service.UpdateStatus?.State
  if (state === 'paused' || state === 'rollback_paused') return false
  if (state === 'updating' || state === 'rollback_started') return true
  return slotsOf(store, service).some((slot) => isDirtySlot(service, slot))
}

class Update {
  readonly version: number | undefined
  cancelled = false
  private readonly powers: Powers
  private readonly serviceId: string
  private readonly changed: () => Promise<void>
  private readonly config: UpdateConfig
  private readonly rollback: boolean
  /** Ids of the tasks it made and what came after them, with when they ran first. */
  private readonly watched = new Map<string, number | undefined>()
  private readonly failed = new Set<string>()
  private slots = 0

  constructor(powers: Powers, service: ServiceObject, changed: () => Promise<void>) {
    this.powers = powers
    this.serviceId = service.ID
    this.version = service.SpecVersion.Index
    this.changed = changed
    this.rollback = service.UpdateStatus?.State === 'rollback_started'
    this.config = { ...DEFAULTS, ...(this.rollback ? service.Spec.RollbackConfig : service.Spec.UpdateConfig) }
    if (!service.UpdateStatus) this.tell({ State: 'updating', Message: 'update in progress' })
  }

  async run(): Promise<void> {
    const { service } = this
    if (!service) return
    const queue = slotsOf(this.powers.store, service).filter((slot) => isDirtySlot(service, slot))
    this.slots = queue.length
    const workers = this.config.Parallelism > 0 ? Math.min(this.config.Parallelism, queue.length) : queue.length
    await Promise.all(Array.from({ length: workers }, () => this.work(queue)))
    await this.until(() => this.isMonitored())
    if (this.goesOn) this.complete()
  }

  private get service(): ServiceObject | undefined {
    return this.powers.store.get('service', this.serviceId)
  }

  /** Nobody has paused it, rolled it back or asked for something else. */
  private get goesOn(): boolean {
    return !this.cancelled && this.service?.SpecVersion.Index === this.version
  }

  private async work(queue: Slot[]): Promise<void> {
    for (let slot = queue.shift(); slot && this.goesOn; slot = queue.shift()) {
      await this.updateSlot(slot.key)
      const delayMs = toMs(this.config.Delay)
      if (delayMs > 0 && queue.length > 0) await this.untilTime(this.powers.clock.now() + delayMs)
    }
  }

  private async updateSlot(key: string): Promise<void> {
    const { service } = this
    if (!service) return
    const { store } = this.powers
    const slot = slotsOf(store, service).find((each) => each.key === key)
    const old = (slot?.tasks ?? []).filter((task) => isWanted(task) && isDirty(service, task))
    const [first] = old
    if (!first) return
    const startFirst = this.config.Order === 'start-first'
    const fresh = store.batch(() => {
      if (!startFirst) this.shutDown(old)
      // Whoever led before may have made it already.
      const made = slot?.tasks.findLast((task) => isWanted(task) && !isDirty(service, task))
      if (made) return made
      const wait = startFirst ? undefined : { after: first.ID, startAtMs: this.powers.clock.now() }
      return newTask(this.powers, service, {
        slot: first.Slot ?? 0,
        ...(first.Slot || !first.NodeID ? {} : { nodeId: first.NodeID }),
        ...(wait ? { wait } : {}),
      })
    })
    this.watched.set(fresh.ID, undefined)
    const task = (): TaskObject | undefined => store.get('task', fresh.ID)
    await this.until(() => {
      const now = task()
      return now === undefined || now.Status.State === 'running' || hasEnded(now)
    })
    if (startFirst && task()?.Status.State === 'running') this.shutDown(old)
  }

  private shutDown(tasks: readonly TaskObject[]): void {
    for (const { ID } of tasks) this.powers.store.update('task', ID, { DesiredState: 'shutdown' })
  }

  /** Waits for a condition, and looks after failures meanwhile. Over at once when the update does not go on. */
  private async until(condition: () => boolean): Promise<void> {
    for (;;) {
      this.watch()
      if (!this.goesOn || condition()) return
      await this.changed()
    }
  }

  private untilTime(atMs: number): Promise<void> {
    const { powers } = this
    powers.wakeAt(atMs)
    return this.until(() => powers.clock.now() >= atMs)
  }

  private get monitorMs(): number {
    return toMs(this.config.Monitor, MONITOR_MS)
  }

  /** A task that fails within the monitor's time counts, and so does what follows it in its slot. */
  private watch(): void {
    const { service, powers } = this
    if (!service || !this.goesOn) return
    for (const task of tasksOf(powers.store, service.ID)) {
      if (!this.watched.has(task.ID) && !this.follows(task)) continue
      const since = this.watched.get(task.ID) ?? (task.Status.State === 'running' ? powers.clock.now() : undefined)
      this.watched.set(task.ID, since)
      const early = since === undefined || powers.clock.now() - since <= this.monitorMs
      if (hasEnded(task) && early && task.Status.State !== 'shutdown' && !this.failed.has(task.ID)) {
        this.failed.add(task.ID)
        if (this.failed.size / Math.max(1, this.slots) > this.config.MaxFailureRatio) this.act(task)
      }
    }
  }

  private follows(task: TaskObject): boolean {
    if (task.SpecVersion.Index !== this.version) return false
    const key = slotKey(task)
    return [...this.failed].some((id) => {
      const failed = this.powers.store.get('task', id)
      return failed !== undefined && slotKey(failed) === key
    })
  }

  private isMonitored(): boolean {
    const ends = [...this.watched.values()].map((since) => (since ?? 0) + this.monitorMs)
    const last = Math.max(0, ...ends)
    if (this.powers.clock.now() >= last) return true
    this.powers.wakeAt(last)
    return false
  }

  private act({ ID }: TaskObject): void {
    const { service } = this
    const action = this.config.FailureAction || 'pause'
    if (!service || action === 'continue') return
    const reason = `due to failure or early termination of task ${ID}`
    if (action === 'rollback' && !this.rollback && service.PreviousSpec) {
      const { PreviousSpec, PreviousSpecVersion } = service
      this.powers.store.update('service', service.ID, {
        Spec: PreviousSpec,
        SpecVersion: PreviousSpecVersion ?? {},
        PreviousSpec: null,
        UpdateStatus: { State: 'rollback_started', StartedAt: this.now(), Message: `update rolled back ${reason}` },
      })
    } else if (this.rollback) this.tell({ State: 'rollback_paused', Message: `rollback paused ${reason}` })
    else this.tell({ State: 'paused', Message: `update paused ${reason}` })
    this.cancelled = true
  }

  private complete(): void {
    const CompletedAt = this.now()
    if (this.rollback) this.tell({ State: 'rollback_completed', Message: 'rollback completed', CompletedAt })
    else this.tell({ State: 'completed', Message: 'update completed', CompletedAt })
  }

  private tell(status: UpdateStatus): void {
    const { service } = this
    if (!service) return
    const StartedAt = service.UpdateStatus?.StartedAt ?? this.now()
    this.powers.store.update('service', service.ID, { UpdateStatus: { StartedAt, ...status } })
  }

  private now(): string {
    return timestamp(this.powers.clock)
  }
}
