import { CommandError, WRONG_TYPE } from '../resp/reply.ts'
import type { Deque } from './deque.ts'
import type { SortedSet } from './sorted-set.ts'
import type { Stream } from './stream.ts'

/** What a key holds. */
export interface Kinds {
  readonly string: { readonly kind: 'string'; value: string }
  readonly list: { readonly kind: 'list'; readonly items: Deque }
  readonly hash: { readonly kind: 'hash'; readonly fields: Map<string, string> }
  readonly set: { readonly kind: 'set'; readonly members: Set<string> }
  readonly zset: { readonly kind: 'zset'; readonly sorted: SortedSet }
  readonly stream: { readonly kind: 'stream'; readonly stream: Stream }
}
export type Kind = keyof Kinds
export type Entry = Kinds[Kind]

/** Told what becomes of keys. */
export interface KeyspaceWatcher {
  now(): number
  /** @param group the class of keyspace events: `g` generic, `$` string, `l`, `s`, `h`, `z`, `x` expired */
  changed(db: Keyspace, key: string, event: string, group: string): void
  /** A key's time was over: replicas and the AOF get a DEL. */
  expired(db: Keyspace, key: string): void
}

/** FNV-1a: where a key stands in the order of SCAN. */
export function scanHash(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** One numbered database: keys, what they hold, and when their time is over. */
export class Keyspace {
  readonly index: number
  readonly entries = new Map<string, Entry>()
  readonly deadlines = new Map<string, number>()
  /** For eviction: when a key was last looked at, counted in looks, and how often. Kept while memory has a limit. */
  private looks: Map<string, { last: number; count: number }> | undefined
  private clock = 0
  private readonly watcher: KeyspaceWatcher
  private order: { readonly hash: number; readonly key: string }[] | undefined

  constructor(index: number, watcher: KeyspaceWatcher) {
    this.index = index
    this.watcher = watcher
  }

  get size(): number {
    return this.entries.size
  }

  /** What is there and not over. */
  find(key: string): Entry | undefined {
    const entry = this.entries.get(key)
    if (this.looks && entry) this.look(this.looks, key)
    if (entry === undefined || this.deadlines.size === 0) return entry
    return this.isOver(key) ? (this.expire(key), undefined) : entry
  }

  private look(looks: Map<string, { last: number; count: number }>, key: string): void {
    const known = looks.get(key)
    looks.set(key, { last: ++this.clock, count: (known?.count ?? 0) + 1 })
  }

  /** Begins to remember uses of keys. */
  watchUse(): void {
    this.looks ??= new Map()
  }

  /** The smaller, the longer ago. */
  usedAt(key: string): number {
    return this.looks?.get(key)?.last ?? 0
  }

  uses(key: string): number {
    return this.looks?.get(key)?.count ?? 0
  }

  /** Gone to make room. */
  evict(key: string): void {
    this.remove(key)
    this.changed(key, 'evicted', 'e')
  }

  has(key: string): boolean {
    return this.find(key) !== undefined
  }

  /** @throws CommandError when the key holds something else */
  get<K extends Kind>(key: string, kind: K): Kinds[K] | undefined {
    const entry = this.find(key)
    if (entry !== undefined && entry.kind !== kind) throw new CommandError(WRONG_TYPE)
    return entry as Kinds[K] | undefined
  }

  /** @throws CommandError */
  getOrMake<K extends Kind>(key: string, kind: K, make: () => Kinds[K]): Kinds[K] {
    const known = this.get(key, kind)
    if (known) return known
    const made = make()
    this.put(key, made)
    return made
  }

  /** In place of what was there; its deadline stays. */
  put(key: string, entry: Entry): void {
    if (!this.entries.has(key)) this.order = undefined
    if (this.looks) this.look(this.looks, key)
    this.entries.set(key, entry)
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false
    this.remove(key)
    return true
  }

  private remove(key: string): void {
    this.entries.delete(key)
    this.deadlines.delete(key)
    this.looks?.delete(key)
    this.order = undefined
  }

  deadline(key: string): number | undefined {
    return this.deadlines.get(key)
  }

  setDeadline(key: string, atMs: number | undefined): void {
    if (atMs === undefined) this.deadlines.delete(key)
    else this.deadlines.set(key, atMs)
  }

  /** To be called after every change of a key. */
  changed(key: string, event: string, group: string): void {
    this.watcher.changed(this, key, event, group)
  }

  /** Lists, hashes and sets are gone with their last element. */
  dropIfEmpty(key: string, size: number): void {
    if (size > 0) return
    this.remove(key)
    this.changed(key, 'del', 'g')
  }

  clear(): void {
    for (const key of this.entries.keys()) this.changed(key, '', '')
    this.entries.clear()
    this.deadlines.clear()
    this.order = undefined
  }

  private isOver(key: string): boolean {
    const deadline = this.deadlines.get(key)
    return deadline !== undefined && deadline <= this.watcher.now()
  }

  private expire(key: string): void {
    this.remove(key)
    this.watcher.expired(this, key)
    this.changed(key, 'expired', 'x')
  }

  /** Drops keys whose time is over, `most` at a time. */
  sweep(most: number): void {
    let left = most
    for (const key of this.deadlines.keys()) {
      if (left-- <= 0) return
      if (this.isOver(key)) this.expire(key)
    }
  }

  /**
   * Keys in the order of their hashes from `cursor` on, about `count`. Whatever is there from the first call of a scan to
   * its last is seen, since a key's place never changes.
   * @returns the next cursor, 0 at the end
   */
  scan(cursor: number, count: number): { readonly next: number; readonly keys: readonly string[] } {
    this.order ??= sortedByHash(this.entries.keys())
    return scanOrder(this.order, cursor, count)
  }
}

export const sortedByHash = (keys: Iterable<string>): { hash: number; key: string }[] =>
  Array.from(keys, (key) => ({ hash: scanHash(key), key })).sort((a, b) => a.hash - b.hash)

export function scanOrder(
  order: readonly { readonly hash: number; readonly key: string }[],
  cursor: number,
  count: number,
): { readonly next: number; readonly keys: readonly string[] } {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((order[middle]?.hash ?? 0) < cursor) low = middle + 1
    else high = middle
  }
  const keys: string[] = []
  let at = low
  // Keys of one hash go together: the cursor cannot stand between them.
  while (at < order.length && (keys.length < count || order[at]?.hash === order[at - 1]?.hash))
    keys.push(order[at++]?.key ?? '')
  return { next: order[at]?.hash ?? 0, keys }
}
