import type { Clock, Entropy, Timer } from '@drydock/abi'

/** A clock that stands still until it is advanced. */
export class ManualClock implements Clock {
  private nowMs = 0
  private timers: { readonly atMs: number; readonly callback: () => void }[] = []

  now(): number {
    return 1_700_000_000_000 + this.nowMs
  }
  monotonic(): number {
    return this.nowMs
  }
  after(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.nowMs + delayMs, callback }
    this.timers.push(timer)
    return { cancel: () => (this.timers = this.timers.filter((each) => each !== timer)) }
  }
  soon(callback: () => void): void {
    queueMicrotask(callback)
  }

  get pending(): number {
    return this.timers.length
  }

  /** Runs whatever is due within `ms`, with time for its consequences. */
  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms
    for (;;) {
      await settle()
      const next = this.timers.filter((each) => each.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      this.timers = this.timers.filter((each) => each !== next)
      this.nowMs = next.atMs
      next.callback()
    }
    this.nowMs = end
  }
}

/** Lets the network come to rest. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 200; turns++) await Promise.resolve()
}

/** The same bytes every time. */
export function countingEntropy(start = 1): Entropy {
  let next = start
  return { bytes: (length) => Uint8Array.from({ length }, () => next++ & 255) }
}
