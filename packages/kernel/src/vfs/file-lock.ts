import { EAGAIN } from '@drydock/abi'
import { WaitQueue } from '../wait-queue.ts'

/** Locks on a whole file, held by open file descriptions: all descriptors of one share it. flock(2) */
export class FileLock {
  readonly queue: WaitQueue = new WaitQueue()
  private readonly holders = new Map<object, 'shared' | 'exclusive'>()

  /** What `owner` held before is changed, not kept beside. @throws EAGAIN while others are in the way */
  take(owner: object, kind: 'shared' | 'exclusive'): void {
    const others = [...this.holders].filter(([holder]) => holder !== owner)
    if (others.some(([, held]) => kind === 'exclusive' || held === 'exclusive')) throw EAGAIN
    this.holders.set(owner, kind)
    if (kind === 'shared') this.queue.wake()
  }

  /** What an open file description holds. */
  heldBy(owner: object): 'shared' | 'exclusive' | undefined {
    return this.holders.get(owner)
  }

  release(owner: object): void {
    if (this.holders.delete(owner)) this.queue.wake()
  }
}
