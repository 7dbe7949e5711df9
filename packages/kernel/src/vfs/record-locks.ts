import { EAGAIN, EDEADLK, type RecordLock } from '@drydock/abi'
import { WaitQueue } from '../wait-queue.ts'

/** A lock that stands, of one process. `end` is the first byte behind it, Infinity for the end of the file. */
export interface HeldRecord<O> {
  readonly owner: O
  readonly type: RecordLock['type']
  readonly start: number
  readonly end: number
}

type Range = Omit<RecordLock, 'type'>

const endOf = ({ start, length }: Range): number => (length === 0 ? Infinity : start + length)
const overlaps = (held: HeldRecord<unknown>, range: Range): boolean =>
  held.start < endOf(range) && held.end > range.start

/** Locks of processes on parts of one file. fcntl(2), "Advisory record locking". */
export class RecordLocks<O extends object = object> {
  readonly queue: WaitQueue = new WaitQueue()
  private held: readonly HeldRecord<O>[] = []
  /** Who waits for whom, by whom they last found in their way. */
  private readonly waiting = new Map<O, O>()

  get all(): readonly HeldRecord<O>[] {
    return this.held
  }

  /** What stands in the way of a lock. */
  conflict(owner: O, lock: RecordLock): HeldRecord<O> | undefined {
    return this.held.find(
      (each) => each.owner !== owner && (each.type === 'write' || lock.type === 'write') && overlaps(each, lock),
    )
  }

  /** @param waits the owner is about to wait for it @throws EAGAIN, EDEADLK */
  take(owner: O, lock: RecordLock, waits = false): void {
    const conflict = this.conflict(owner, lock)
    if (conflict) {
      if (waits) this.waitFor(owner, conflict.owner)
      throw EAGAIN
    }
    this.waiting.delete(owner)
    this.cut(owner, lock)
    this.held = joined([...this.held, { owner, type: lock.type, start: lock.start, end: endOf(lock) }])
    this.queue.wake()
  }

  /** Gives a part back. */
  release(owner: O, range: Range): void {
    this.cut(owner, range)
    this.queue.wake()
  }

  releaseAll(owner: O): void {
    this.waiting.delete(owner)
    if (this.held.some((each) => each.owner === owner)) this.release(owner, { start: 0, length: 0 })
  }

  /** @throws EDEADLK where that one waits for the owner already */
  private waitFor(owner: O, other: O): void {
    this.waiting.set(owner, other)
    for (let at = this.waiting.get(other); at !== undefined; at = this.waiting.get(at)) {
      if (at !== owner) continue
      this.waiting.delete(owner)
      throw EDEADLK
    }
  }

  private cut(owner: O, range: Range): void {
    const end = endOf(range)
    this.held = this.held.flatMap((each) => {
      if (each.owner !== owner || !overlaps(each, range)) return [each]
      const before = each.start < range.start ? [{ ...each, end: range.start }] : []
      const after = each.end > end ? [{ ...each, start: end }] : []
      return [...before, ...after]
    })
  }
}

/** Neighbours of one owner and type become one. */
function joined<O>(locks: readonly HeldRecord<O>[]): HeldRecord<O>[] {
  const result: HeldRecord<O>[] = []
  for (const lock of [...locks].sort((a, b) => a.start - b.start)) {
    const at = result.findIndex(
      (each) => each.owner === lock.owner && each.type === lock.type && each.end === lock.start,
    )
    const before = result[at]
    if (before) result[at] = { ...before, end: lock.end }
    else result.push(lock)
  }
  return result
}
