import type { Clock, Timer } from '@drydock/abi'
import type { CpuShare } from './cgroup/cpu-share.ts'
import { RunQueue } from './run-queue.ts'

/** How long the kernel keeps the host's thread before it lets others (input, rendering, other kernels) have their turn. */
export const SLICE_MS = 8
/** Nobody is billed for more at once: a host that slept (a laptop's lid, a tab in the background) is not our tasks' work. */
const MOST_CHARGED_MS = 50
/** Ticks between two looks at the clock, at most. */
const MOST_TICKS = 64

/** Hosts count their timers in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Who can be billed for processor time. */
export interface Billed {
  charge(ms: number): void
}

/**
 * Shares one thread among all tasks. They are async functions: a task that was woken goes on in a microtask while the
 * slice lasts, and in a later turn of the host's event loop when it is used up. Each turn is for the control group that
 * has had least, and goes in it by turns to those who were woken and to one of those who compute without end: a busy
 * loop slows nobody down by more than half, and a hundred of them in one group nobody in another.
 */
export class Scheduler {
  private readonly clock: Clock
  private readonly queue = new RunQueue()
  private readonly timers = new Set<Timer>()
  private readonly soon = Promise.resolve()
  private turnStart = 0
  /** The host's event loop had its turn since the last slice, and nobody waits: the next to be woken begins a new one. */
  private rested = true
  private armed = false
  private stopped = false
  private current: Billed | undefined
  private stamp = 0
  private watching = false
  private ticksLeft = 1
  private ticksPerLook = 8
  private lastLook = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** `run`, of a group with that share, goes on as soon as the slice allows. */
  resume(share: CpuShare, run: () => void): void {
    if (this.stopped) return
    if (this.rested) this.beginSlice()
    // Not queueMicrotask: Node makes an object of its own for each.
    if (!this.exhausted()) return void this.soon.then(run)
    this.queue.addWoken(share, run)
    this.arm()
  }

  /** `run` goes on in a later turn, after those of its group who gave way before. */
  yield(share: CpuShare, run: () => void): void {
    this.queue.addYielded(share, run)
    this.arm()
  }

  /** Calls `run` once after `delayMs`, unless the power is cut. */
  after(delayMs: number, run: () => void): Timer {
    const part = Math.min(delayMs, LONGEST_TIMER_MS)
    let rest = delayMs - part
    const expired = (): void => {
      if (this.stopped) return
      if (rest > 0) {
        const next = Math.min(rest, LONGEST_TIMER_MS)
        rest -= next
        timer = this.clock.after(next, expired)
        return
      }
      this.timers.delete(handle)
      run()
    }
    let timer = this.clock.after(part, expired)
    const handle: Timer = {
      cancel: () => {
        this.timers.delete(handle)
        timer.cancel()
      },
    }
    this.timers.add(handle)
    return handle
  }

  /** Whether a task in a long loop should give way. Looks at the clock only now and then. */
  due(): boolean {
    if (--this.ticksLeft > 0) return false
    const now = this.clock.monotonic()
    const steps = now - this.lastLook > 1 ? this.ticksPerLook >> 1 : this.ticksPerLook << 1
    this.ticksPerLook = Math.min(MOST_TICKS, Math.max(1, steps))
    this.ticksLeft = this.ticksPerLook
    this.lastLook = now
    return now - this.turnStart >= SLICE_MS
  }

  /** From now on the processor works for `who`; whoever had it before is billed. */
  enter(who: Billed): void {
    if (this.current === who) return
    if (this.rested) this.beginSlice()
    this.leave()
    this.current = who
    this.watchEnd()
  }

  worksFor(who: Billed): boolean {
    return this.current === who
  }

  /** The processor works for nobody. */
  leave(): void {
    const now = this.clock.monotonic()
    this.current?.charge(Math.min(now - this.stamp, MOST_CHARGED_MS))
    this.current = undefined
    this.stamp = now
  }

  /** Power cut: nothing runs any more. */
  stop(): void {
    this.stopped = true
    this.queue.clear()
    for (const timer of this.timers) timer.cancel()
  }

  /** A task may wait outside system calls: in the host's next turn the processor is free, whoever had it. */
  private watchEnd(): void {
    if (this.watching) return
    this.watching = true
    this.clock.soon(() => {
      this.watching = false
      if (this.stopped) return
      this.leave()
      this.rested = this.queue.empty
    })
  }

  private beginSlice(): void {
    this.rested = false
    this.turnStart = this.clock.monotonic()
  }

  private exhausted(): boolean {
    return this.clock.monotonic() - this.turnStart >= SLICE_MS
  }

  private arm(): void {
    if (this.armed || this.stopped) return
    this.armed = true
    this.clock.soon(() => this.turn())
  }

  private turn(): void {
    this.armed = false
    if (this.stopped) return
    // Whoever had the processor last pays before it is asked who comes next.
    this.leave()
    this.beginSlice()
    for (const run of this.queue.take()) run()
    if (!this.queue.empty) this.arm()
  }
}
