import type { StoredValue } from '@drydock/abi'
import type { Moment } from './rpc.ts'

/** A moment, and what has been replaced from then until the next one. */
export class Entry {
  readonly moment: Moment
  /** What each key held then that was written since; undefined where it was not there. */
  readonly before = new Map<string, StoredValue>()
  /** More or less what that takes. */
  bytes = 0
  /** Something changed that is worth going back for. */
  telling: boolean
  /** Pairs of `before` that came since somebody last took them from here. */
  private fresh: [string, StoredValue][] = []

  constructor(moment: Moment, telling: boolean, before: Iterable<readonly [string, StoredValue]> = []) {
    this.moment = moment
    this.telling = telling
    for (const [key, was] of before) this.remember(key, was)
  }

  /** What a key held before it was written; only the first time counts. */
  remember(key: string, was: StoredValue): void {
    if (this.before.has(key)) return
    this.before.set(key, was)
    this.bytes += sizeOf(was)
    this.fresh.push([key, was])
  }

  takeFresh(): readonly (readonly [string, StoredValue])[] {
    const { fresh } = this
    this.fresh = []
    return fresh
  }
}

function sizeOf(value: StoredValue): number {
  if (value instanceof Uint8Array) return value.length
  if (typeof value === 'string') return value.length
  const inline = (value as { file?: { inline?: unknown } } | null | undefined)?.file?.inline
  return 200 + (inline instanceof Uint8Array ? inline.length : 0)
}
