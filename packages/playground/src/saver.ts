import type { BlockStore, Clock, StoredValue, Timer } from '@drydock/abi'
import type { StorageState } from './rpc.ts'

export interface Change {
  readonly puts: Map<string, StoredValue>
  readonly deletes: string[]
}

/** Something whose state is kept. */
export interface Saved {
  /** What changed since the last call; undefined for nothing. */
  collect(): Change | undefined
  /** The change did not reach the store: it counts as not collected. */
  restore(change: Change): void
}

interface SaverOptions {
  readonly store: BlockStore
  readonly clock: Clock
  /** Why nothing can be kept at all, if so. */
  readonly unavailable?: string | undefined
  readonly onState: (state: StorageState) => void
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

  private schedule(delayMs: number): void {
    this.timer = this.options.clock.after(delayMs, () => {
      this.timer = undefined
      void this.flush()
    })
  }

  private async commit(): Promise<void> {
    const changes = [...this.members].flatMap(([prefix, member]) => {
      const change = member.collect()
      return change ? [{ prefix, member, change }] : []
    })
    try {
      if (changes.length > 0) await this.options.store.commit(joined(changes))
      if (this.state.kind !== 'unavailable') this.show({ kind: 'saved' })
    } catch (error) {
      for (const { member, change } of changes) member.restore(change)
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

function joined(changes: readonly { prefix: string; change: Change }[]): Change {
  const puts = new Map<string, StoredValue>()
  const deletes: string[] = []
  for (const { prefix, change } of changes) {
    for (const [key, value] of change.puts) puts.set(prefix + key, value)
    for (const key of change.deletes) deletes.push(prefix + key)
  }
  return { puts, deletes }
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

  restore(change: Change): void {
    for (const key of [...change.puts.keys(), ...change.deletes]) this.changed.add(key)
  }

  private touch(key: string): void {
    this.changed.add(key)
    this.onDirty()
  }
}
