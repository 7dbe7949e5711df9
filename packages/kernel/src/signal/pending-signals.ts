import { isRealTime, type Signal } from '@drydock/abi'

/**
 * Signals that wait for a task to be able to take them. A standard signal waits once, however often it was sent; each
 * sending of a real-time signal waits. signal(7), "Queueing and delivery semantics for real-time signals".
 */
export class PendingSignals {
  private queue: Signal[] = []

  get size(): number {
    return this.queue.length
  }

  /** @param limit RLIMIT_SIGPENDING: beyond it a real-time signal too waits only once. kill(2) does not fail for that. */
  add(signal: Signal, limit: number): void {
    const again = isRealTime(signal) && this.queue.length < limit
    if (again || !this.queue.includes(signal)) this.queue.push(signal)
  }

  delete(signal: Signal): void {
    this.queue = this.queue.filter((other) => other !== signal)
  }

  /** Takes the next: those of lower numbers first, equal ones in the order of their coming. */
  shift(): Signal | undefined {
    if (this.queue.length === 0) return undefined
    const next = Math.min(...this.queue)
    this.queue.splice(this.queue.indexOf(next), 1)
    return next
  }

  /** Each signal once. */
  *[Symbol.iterator](): IterableIterator<Signal> {
    yield* new Set(this.queue)
  }
}
