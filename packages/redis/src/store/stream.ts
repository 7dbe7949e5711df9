/** `ms-seq`. */
export interface StreamId {
  readonly ms: number
  readonly seq: number
}

export interface StreamEntry {
  readonly id: StreamId
  /** Fields and values by turns. */
  readonly fields: readonly string[]
}

export interface Pending {
  readonly id: StreamId
  consumer: string
  deliveredMs: number
  deliveries: number
}

export interface Group {
  lastDelivered: StreamId
  /** By the text of the id. */
  readonly pending: Map<string, Pending>
  readonly consumers: Map<string, { seenMs: number }>
  entriesRead: number
}

export const ZERO: StreamId = { ms: 0, seq: 0 }
export const LARGEST: StreamId = { ms: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER }

export const compareIds = (a: StreamId, b: StreamId): number => a.ms - b.ms || a.seq - b.seq
export const idText = ({ ms, seq }: StreamId): string => `${ms}-${seq}`
export const nextId = ({ ms, seq }: StreamId): StreamId => ({ ms, seq: seq + 1 })

/** An append-only log of entries in the order of their ids, with the groups that read it. */
export class Stream {
  readonly entries: StreamEntry[] = []
  readonly groups = new Map<string, Group>()
  lastId: StreamId = ZERO
  /** The largest id that was deleted. */
  maxDeleted: StreamId = ZERO
  added = 0

  append(id: StreamId, fields: readonly string[]): void {
    this.entries.push({ id, fields })
    this.lastId = id
    this.added++
  }

  /** The index of the first entry at `id` or behind it. */
  indexOf(id: StreamId): number {
    let [low, high] = [0, this.entries.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const entry = this.entries[middle]
      if (entry && compareIds(entry.id, id) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  find(id: StreamId): StreamEntry | undefined {
    const entry = this.entries[this.indexOf(id)]
    return entry && compareIds(entry.id, id) === 0 ? entry : undefined
  }

  /** Both ends included. */
  range(from: StreamId, to: StreamId, count = Infinity): StreamEntry[] {
    const start = this.indexOf(from)
    const end = this.indexOf(nextId(to))
    return this.entries.slice(start, Math.min(end, start + count))
  }

  delete(id: StreamId): boolean {
    const at = this.indexOf(id)
    const entry = this.entries[at]
    if (!entry || compareIds(entry.id, id) !== 0) return false
    this.entries.splice(at, 1)
    if (compareIds(id, this.maxDeleted) > 0) this.maxDeleted = id
    return true
  }

  /** Drops the oldest. @returns how many */
  trim(drop: number): number {
    const gone = this.entries.splice(0, Math.max(0, drop))
    const last = gone.at(-1)
    if (last) this.maxDeleted = last.id
    return gone.length
  }
}
