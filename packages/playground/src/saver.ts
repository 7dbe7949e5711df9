import type { BlockStore, Clock, StoredValue, Timer } from '@drydock/abi'
import { below, type Change, isEmpty, merged, NO_CHANGE } from './change.ts'
import type { StorageState } from './rpc.ts'

/** Something whose state is kept. */
export interface Saved {
  /** What changed since the last call; undefined for nothing. Values never change afterwards. */
  collect(): Change | undefined
}

interface SaverOptions {
  readonly store: BlockStore
  readonly clock: Clock
  /** Why nothing can be kept at all, if so. */
  readonly unavailable?: string | undefined
  readonly onState: (state: StorageState) => void
  /** A change is on its way to the store. */
  readonly onChange?: (change: Change) => void
  /** What has to be in the store together with all changes up to now. */
  readonly beside?: () => Change
}

const SETTLE_MS = 50
const RETRY_MS = 5000

/**
 * Brings changes to the store, all that belong together in one commit: whoever is stopped in between reopens to the
 * last complete one. After a failure the playground goes on and the saver tries again.
 */
export class Saver {
  private readonly options: SaverOptions
  private readonly members = new Map<string, Saved>()
  private timer: Timer | undefined
  private running: Promise<void> | undefined
  private stopped = false
  /** Collected, and not yet in the store. */
  private pending: Change = NO_CHANGE
  state: StorageState

  constructor(options: SaverOptions) {
    this.options = options
    this.state =
      options.unavailable === undefined ? { kind: 'saved' } : { kind: 'unavailable', reason: options.unavailable }
  }

  /** @param prefix stands in front of the member's keys */
  add(prefix: string, member: Saved): void {
    this.members.set(prefix, member)
  }

  remove(prefix: string): void {
    this.members.delete(prefix)
  }

  /** Something changed: save it when things have settled a little. */
  readonly dirty = (): void => {
    if (this.stopped || this.timer) return
    if (this.state.kind === 'saved') this.show({ kind: 'saving' })
    this.schedule(this.state.kind === 'failing' ? RETRY_MS : SETTLE_MS)
  }

  /** Takes in what changed up to now: whatever changes later is told apart from it. */
  gather(): void {
    for (const [prefix, member] of this.members) {
      const change = member.collect()
      if (change) this.hold(below(prefix, change))
    }
  }

  /** A change to the store that no member collects. */
  take(change: Change): void {
    this.hold(change)
    this.dirty()
  }

  /** Resolves when everything up to now is saved, or could not be. */
  async flush(): Promise<void> {
    this.timer?.cancel()
    this.timer = undefined
    while (this.running) await this.running
    this.running = this.commit().finally(() => {
      this.running = undefined
    })
    await this.running
  }

  stop(): void {
    this.stopped = true
    this.timer?.cancel()
  }

  private hold(change: Change): void {
    this.options.onChange?.(change)
    this.pending = merged([this.pending, change])
  }

  private schedule(delayMs: number): void {
    this.timer = this.options.clock.after(delayMs, () => {
      this.timer = undefined
      void this.flush()
    })
  }

  private async commit(): Promise<void> {
    this.gather()
    const change = merged([this.pending, this.options.beside?.() ?? NO_CHANGE])
    this.pending = NO_CHANGE
    try {
      if (!isEmpty(change)) await this.options.store.commit(change)
      if (this.state.kind !== 'unavailable') this.show({ kind: this.timer ? 'saving' : 'saved' })
    } catch (error) {
      this.pending = merged([change, this.pending])
      this.show({ kind: 'failing', reason: error instanceof Error ? error.message : String(error) })
      if (!this.stopped && !this.timer) this.schedule(RETRY_MS)
    }
  }

  private show(state: StorageState): void {
    if (state.kind === this.state.kind && state.kind !== 'failing') return
    this.state = state
    this.options.onState(state)
  }
}

/** A few values by key, kept as they are. */
export class SavedValues implements Saved {
  private readonly values: Map<string, StoredValue>
  private readonly changed = new Set<string>()
  private readonly onDirty: () => void

  constructor(values: Iterable<[string, StoredValue]>, onDirty: () => void) {
    this.values = new Map(values)
    this.onDirty = onDirty
  }

  get(key: string): StoredValue {
    return this.values.get(key)
  }

  set(key: string, value: StoredValue): void {
    this.values.set(key, value)
    this.touch(key)
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.touch(key)
  }

  keys(): IterableIterator<string> {
    return this.values.keys()
  }

  collect(): Change | undefined {
    if (this.changed.size === 0) return undefined
    const puts = new Map<string, StoredValue>()
    const deletes: string[] = []
    for (const key of this.changed) {
      if (this.values.has(key)) puts.set(key, this.values.get(key))
      else deletes.push(key)
    }
    this.changed.clear()
    return { puts, deletes }
  }

  private touch(key: string): void {
    this.changed.add(key)
    this.onDirty()
  }
}
