/** Who waits for a kernel object to change. Blocking is written once, around non-blocking operations: try, EAGAIN, wait, try again. */
export class WaitQueue {
  private readonly waiters = new Set<() => void>()

  /** Calls `callback` at every wake until disposed. */
  add(callback: () => void): () => void {
    this.waiters.add(callback)
    return () => this.waiters.delete(callback)
  }

  /** To be called after the object changed. */
  wake(): void {
    if (this.waiters.size === 0) return
    for (const waiter of Array.from(this.waiters)) waiter()
  }
}
