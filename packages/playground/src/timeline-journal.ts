import type { StoredValue } from '@drydock/abi'
import type { Change } from './change.ts'
import type { Moment } from './rpc.ts'
import { Entry } from './timeline-entry.ts'

/** What stands in the store of a moment, beside the pieces of what was replaced after it. */
export interface Head {
  readonly moment: Moment
  readonly telling: boolean
  readonly bytes: number
  readonly pieces: number
}

export interface JournalPlaces {
  /** Prefix of the heads' keys; the moment's number follows. */
  readonly heads: string
  /** Prefix of the pieces' keys; `<moment>/<n>` follows, n from 0. */
  readonly pieces: string
}

/**
 * Keeps a timeline in the store: for each moment a head, and what was replaced after it in pieces, one for each commit that
 * brought something new. They are in the same commit as the changes they belong to, so that what is found there leads back
 * from exactly what is found beside it.
 */
export class TimelineJournal {
  private readonly places: JournalPlaces
  private readonly mostBytes: number
  private readonly written = new Map<number, Head>()

  /** @param mostBytes what is kept: the newest moments that hold no more together */
  constructor(places: JournalPlaces, mostBytes: number) {
    this.places = places
    this.mostBytes = mostBytes
  }

  /** The heads that an earlier tab has left, the oldest first. */
  readHeads(values: Iterable<[string, StoredValue]>): Head[] {
    const heads = Array.from(values, ([, value]) => value).filter(isHead)
    for (const head of heads) this.written.set(head.moment.id, head)
    return heads.sort((a, b) => a.moment.id - b.moment.id)
  }

  /** The entry of a head. @returns undefined when pieces are missing */
  readEntry({ moment, telling, pieces }: Head, values: ReadonlyMap<string, StoredValue>): Entry | undefined {
    const entry = new Entry(moment, telling)
    for (let piece = 0; piece < pieces; piece++) {
      const pairs = values.get(this.pieceKey(moment.id, piece))
      if (!isPairs(pairs)) return undefined
      for (const [key, was] of pairs) entry.remember(key, was)
    }
    entry.takeFresh()
    return entry
  }

  /**
   * What brings the store from what it holds to these moments.
   * @param earlier those whose pieces were not read yet
   * @param entries later ones, the oldest first
   */
  collect(earlier: readonly Head[], entries: readonly Entry[]): Change {
    const puts = new Map<string, StoredValue>()
    const held = new Set(this.held([...earlier, ...entries]))
    const ids = new Set(Array.from(held, ({ moment }) => moment.id))
    const deletes = [...this.written.values()]
      .filter(({ moment }) => !ids.has(moment.id))
      .flatMap((head) => this.drop(head))
    for (const entry of entries) if (held.has(entry)) this.write(entry, puts)
    return { puts, deletes }
  }

  /** The newest that are not too much together: to an older one leads no way but through all of them. */
  private held<Sized extends { readonly bytes: number }>(all: readonly Sized[]): readonly Sized[] {
    let room = this.mostBytes
    const tooOld = all.findLastIndex(({ bytes }) => (room -= bytes) < 0)
    return all.slice(tooOld + 1)
  }

  private drop({ moment: { id }, pieces }: Head): readonly string[] {
    this.written.delete(id)
    return [this.headKey(id), ...Array.from({ length: pieces }, (_, piece) => this.pieceKey(id, piece))]
  }

  private write(entry: Entry, puts: Map<string, StoredValue>): void {
    const { moment, telling, before, bytes } = entry
    const known = this.written.get(moment.id)
    const fresh = entry.takeFresh()
    const pairs = known ? fresh : [...before]
    if (known?.telling === telling && pairs.length === 0) return
    const first = known?.pieces ?? 0
    const head: Head = { moment, telling, bytes, pieces: pairs.length > 0 ? first + 1 : first }
    if (pairs.length > 0) puts.set(this.pieceKey(moment.id, first), pairs)
    puts.set(this.headKey(moment.id), head)
    this.written.set(moment.id, head)
  }

  private headKey(id: number): string {
    return `${this.places.heads}${id}`
  }

  private pieceKey(id: number, piece: number): string {
    return `${this.places.pieces}${id}/${piece}`
  }
}

const isHead = (value: StoredValue): value is Head => {
  const { moment, telling, bytes, pieces } = (value ?? {}) as Partial<Head>
  const numbers = [moment?.id, bytes, pieces]
  return numbers.every((each) => typeof each === 'number') && typeof telling === 'boolean' && isText(moment?.command)
}

const isText = (value: unknown): boolean => typeof value === 'string'

const isPairs = (value: StoredValue): value is readonly (readonly [string, StoredValue])[] =>
  Array.isArray(value) && value.every((pair) => Array.isArray(pair) && isText(pair[0]))
