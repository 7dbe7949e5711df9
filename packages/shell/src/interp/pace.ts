import type { Clock, Sys } from '@drydock/abi'

/** Turns between two looks at the clock, at most. */
const MOST_TURNS = 32

/**
 * When a loop looks whether its time slice is used up. Turns are short, and a system call for each would be a good part of
 * them: their number between two calls is kept to what takes about a millisecond.
 */
export class Pace {
  private left = 1
  private turns = 1
  private lastMs = 0

  /** To be called in each turn. @returns as `sys.tick` */
  tick(sys: Sys): Promise<void> | undefined {
    return --this.left > 0 ? undefined : this.look(sys, sys.clock)
  }

  private look(sys: Sys, clock: Clock): Promise<void> | undefined {
    const now = clock.monotonic()
    const tookMs = now - this.lastMs
    this.turns = tookMs > 1 ? Math.max(1, Math.floor(this.turns / tookMs)) : Math.min(MOST_TURNS, this.turns << 1)
    this.left = this.turns
    this.lastMs = now
    return sys.tick()
  }
}
