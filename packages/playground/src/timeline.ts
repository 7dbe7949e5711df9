import type { StoredValue } from '@drydock/abi'
import type { Change } from './change.ts'
import type { Moment } from './rpc.ts'
import { Telling } from './telling.ts'

/** What a moment is told of; the timeline gives it its number and its time. */
export type NewMoment = Pick<Moment, 'kind' | 'host' | 'command'>

interface Entry {
  readonly moment: Moment
  /** What each key held then that was written since; undefined where it was not there. */
  readonly before: Map<string, StoredValue>
  bytes: number
  /** Something changed that is worth going back for. */
  telling: boolean
}

export interface TimelineOptions {
  readonly now: () => number
  /** Moments at most; default 60. */
  readonly most?: number
  /** What the moments hold together in bytes at most, default 256 MiB. */
  readonly mostBytes?: number
}

/**
 * The moments that one can go back to. It knows what the store holds of the session, and keeps at each moment the values
 * that were replaced after it: by reference, so that a moment costs what was written since and nothing is copied.
 */
export class Timeline {
  private readonly options: Required<TimelineOptions>
  private readonly kept: Map<string, StoredValue>
  private readonly telling: Telling
  private readonly entries: Entry[] = []
  private made = 0

  /** @param kept what the store holds; values must never change */
  constructor(kept: Iterable<[string, StoredValue]>, options: TimelineOptions) {
    this.kept = new Map(kept)
    this.telling = new Telling(this.kept)
    this.options = { most: 60, mostBytes: 256 * 2 ** 20, ...options }
  }

  /** Those worth going back to, the oldest first. */
  moments(): readonly Moment[] {
    return this.entries.filter(({ telling }) => telling).map(({ moment }) => moment)
  }

  /** The pairs below a prefix, with the prefix taken off their keys. */
  below(prefix: string): [string, StoredValue][] {
    const found: [string, StoredValue][] = []
    for (const [key, value] of this.kept) if (key.startsWith(prefix)) found.push([key.slice(prefix.length), value])
    return found
  }

  get(key: string): StoredValue {
    return this.kept.get(key)
  }

  /** Something is about to be done: all changes until now belong to what was done before. @returns the moment's number */
  mark(moment: NewMoment): number {
    const last = this.entries.at(-1)
    if (last?.telling && isSame(last.moment, moment)) return last.moment.id
    if (last && !last.telling) this.forgetLast(last)
    const id = ++this.made
    this.push({ ...moment, id, atMs: this.options.now() }, new Map(), false)
    return id
  }

  /** The store is being changed. */
  changed({ puts, deletes }: Change): void {
    for (const [key, value] of puts) this.remember(key, value)
    for (const key of deletes) this.remember(key, undefined)
    this.bound()
  }

  /**
   * What has to be written to have everything as it was at the moment: key -> value, undefined for what was not there.
   * @returns undefined when there is no such moment any more
   */
  wayBack(id: number): Map<string, StoredValue> | undefined {
    const first = this.entries.findIndex(({ moment, telling }) => telling && moment.id === id)
    if (first < 0) return undefined
    const way = new Map<string, StoredValue>()
    for (const { before } of this.entries.slice(first).reverse()) for (const [key, value] of before) way.set(key, value)
    return way
  }

  /** The change that goes that way, from a new moment that leads to where we were. */
  goBack(id: number, way: ReadonlyMap<string, StoredValue>): Change {
    const to = this.entries.find(({ moment }) => moment.id === id)?.moment
    const moment = { kind: 'return', command: to?.command ?? '', to: id } as const
    this.push({ ...moment, id: ++this.made, atMs: this.options.now() }, new Map(), true)
    const change = { puts: new Map<string, StoredValue>(), deletes: [] as string[] }
    for (const [key, value] of way) {
      if (value === undefined) change.deletes.push(key)
      else change.puts.set(key, value)
    }
    return change
  }

  private push(moment: Moment, before: Map<string, StoredValue>, telling: boolean): void {
    this.entries.push({ moment, before, bytes: 0, telling })
  }

  private remember(key: string, value: StoredValue): void {
    const entry = this.entries.at(-1)
    const was = this.kept.get(key)
    if (entry && !entry.before.has(key)) {
      entry.before.set(key, was)
      entry.bytes += sizeOf(was)
    }
    const tells = this.telling.tells(key, value, entry?.moment.atMs ?? 0)
    if (entry && tells) entry.telling = true
    if (value === undefined) this.kept.delete(key)
    else this.kept.set(key, value)
  }

  /** What came of a moment without consequences belongs to the one before it. */
  private forgetLast(last: Entry): void {
    this.entries.pop()
    const earlier = this.entries.at(-1)
    for (const [key, value] of last.before) {
      if (!earlier || earlier.before.has(key)) continue
      earlier.before.set(key, value)
      earlier.bytes += sizeOf(value)
    }
  }

  private bound(): void {
    const { most, mostBytes } = this.options
    let bytes = this.entries.reduce((sum, entry) => sum + entry.bytes, 0)
    while (this.entries.length > most || bytes > mostBytes) bytes -= this.entries.shift()?.bytes ?? 0
  }
}

/** What is saved again and again while somebody types is one moment. */
const isSame = (last: Moment, next: NewMoment): boolean =>
  next.kind === 'edit' && last.kind === 'edit' && last.host === next.host && last.command === next.command

/** More or less what a value takes. */
function sizeOf(value: StoredValue): number {
  if (value instanceof Uint8Array) return value.length
  if (typeof value === 'string') return value.length
  const inline = (value as { file?: { inline?: unknown } } | null | undefined)?.file?.inline
  return 200 + (inline instanceof Uint8Array ? inline.length : 0)
}
