/** Who waits for a kernel object to change. Blocking is written once, around non-blocking operations: try, EAGAIN, wait, try again. */
export class WaitQueue {
  /** Made for the first: on most objects nobody ever waits. */
  private waiters: Set<() => void> | undefined = undefined

  /** Calls `callback` at every wake until disposed. */
  add(callback: () => void): () => void {
    const waiters = (this.waiters ??= new Set())
    waiters.add(callback)
    return () => waiters.delete(callback)
  }

  /** To be called after the object changed. */
  wake(): void {
    const { waiters } = this
    if (waiters === undefined || waiters.size === 0) return
    for (const waiter of Array.from(waiters)) waiter()
  }
}
