import type { StoredValue } from '@drydock/abi'
import type { Change } from './change.ts'
import type { Moment } from './rpc.ts'
import { Telling } from './telling.ts'
import { Entry } from './timeline-entry.ts'
import { type Head, type JournalPlaces, TimelineJournal } from './timeline-journal.ts'

/** What a moment is told of; the timeline gives it its number and its time. */
export type NewMoment = Pick<Moment, 'kind' | 'host' | 'command'>

export interface TimelineOptions {
  readonly now: () => number
  /** Moments at most; default 60. */
  readonly most?: number
  /** What the moments hold together in bytes at most, default 256 MiB. */
  readonly mostBytes?: number
  /** Where those are kept that outlive the tab. */
  readonly places: JournalPlaces
  /** What they hold together at most, default 64 MiB. */
  readonly mostKeptBytes?: number
}

/**
 * The moments that one can go back to. It knows what the store holds of the session, and keeps at each moment the values
 * that were replaced after it: by reference, so that a moment costs what was written since and nothing is copied.
 */
export class Timeline {
  private readonly options: Required<TimelineOptions>
  private readonly kept: Map<string, StoredValue>
  private readonly telling: Telling
  private readonly journal: TimelineJournal
  private readonly entries: Entry[] = []
  /** Moments of an earlier tab. What was replaced after them is read when somebody wants to go back there. */
  private earlier: readonly Head[]
  /** What was replaced since the session was opened and before anything was done, if there are earlier moments. */
  private opening: Entry | undefined
  private made: number

  /**
   * @param kept what the store holds; values must never change
   * @param heads what it holds of earlier moments
   */
  constructor(
    kept: Iterable<[string, StoredValue]>,
    options: TimelineOptions,
    heads: Iterable<[string, StoredValue]> = [],
  ) {
    this.kept = new Map(kept)
    this.telling = new Telling(this.kept)
    this.options = { most: 60, mostBytes: 256 * 2 ** 20, mostKeptBytes: 64 * 2 ** 20, ...options }
    this.journal = new TimelineJournal(options.places, this.options.mostKeptBytes)
    this.earlier = this.journal.readHeads(heads)
    this.made = this.earlier.at(-1)?.moment.id ?? 0
    if (this.earlier.length > 0) this.opening = this.push({ kind: 'command', command: '' }, false)
  }

  /** Those worth going back to, the oldest first. */
  moments(): readonly Moment[] {
    return [...this.earlier, ...this.entries].filter(({ telling }) => telling).map(({ moment }) => moment)
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
    if (last && !last.telling && last !== this.opening) this.forgetLast(last)
    return this.push(moment, false).moment.id
  }

  /** The store is being changed. */
  changed(change: Change): void {
    const entry = this.entries.at(-1)
    if (!entry || entry.telling || entry === this.opening) this.telling.learn(change.puts)
    else entry.telling = this.telling.tells(change, this.kept)
    for (const [key, value] of change.puts) this.remember(key, value)
    for (const key of change.deletes) this.remember(key, undefined)
    this.bound()
  }

  /** The machine whose disk has its keys below the prefix was switched on. */
  engineStarts(disk: string): void {
    this.telling.engineStarts(disk)
  }

  /** All changes that its engine's start made were told. */
  engineAnswers(disk: string): void {
    this.telling.engineAnswers(disk)
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
    this.push({ kind: 'return', command: to?.command ?? '', to: id }, true)
    const change = { puts: new Map<string, StoredValue>(), deletes: [] as string[] }
    for (const [key, value] of way) {
      if (value === undefined) change.deletes.push(key)
      else change.puts.set(key, value)
    }
    return change
  }

  /** What has to be in the next commit so that the moments outlive the tab. */
  collect(): Change {
    return this.journal.collect(this.earlier, this.entries)
  }

  /** Whether it is a moment that has to be recalled before one can go back there. */
  isEarlier(id: number): boolean {
    return this.earlier.some(({ moment }) => moment.id === id)
  }

  /** @param pieces what the store holds of what was replaced after earlier moments */
  recall(pieces: Iterable<[string, StoredValue]>): void {
    const values = new Map(pieces)
    const read = this.earlier.map((head) => this.journal.readEntry(head, values))
    // Where something is missing no way leads on.
    const recalled = read.slice(read.lastIndexOf(undefined) + 1).filter((entry) => entry !== undefined)
    this.earlier = []
    if (this.opening && this.entries.includes(this.opening)) {
      this.entries.shift()
      this.entries.unshift(...recalled)
      for (const [key, was] of this.opening.before) recalled.at(-1)?.remember(key, was)
    }
    this.opening = undefined
    this.bound()
  }

  private push(moment: Omit<Moment, 'id' | 'atMs'>, telling: boolean): Entry {
    const entry = new Entry({ ...moment, id: ++this.made, atMs: this.options.now() }, telling)
    this.entries.push(entry)
    return entry
  }

  private remember(key: string, value: StoredValue): void {
    this.entries.at(-1)?.remember(key, this.kept.get(key))
    if (value === undefined) this.kept.delete(key)
    else this.kept.set(key, value)
  }

  /** What came of a moment without consequences belongs to the one before it. */
  private forgetLast(last: Entry): void {
    this.entries.pop()
    const earlier = this.entries.at(-1)
    for (const [key, was] of last.before) earlier?.remember(key, was)
  }

  private bound(): void {
    const { most, mostBytes } = this.options
    let bytes = [...this.earlier, ...this.entries].reduce((sum, entry) => sum + entry.bytes, 0)
    while (this.earlier.length + this.entries.length > most || bytes > mostBytes) bytes -= this.dropOldest()?.bytes ?? 0
  }

  private dropOldest(): Entry | Head | undefined {
    const [oldest, ...others] = this.earlier
    if (!oldest) return this.entries.shift()
    this.earlier = others
    return oldest
  }
}

/** What is saved again and again while somebody types is one moment. */
const isSame = (last: Moment, next: NewMoment): boolean =>
  next.kind === 'edit' && last.kind === 'edit' && last.host === next.host && last.command === next.command
