import type { Clock, Timer } from '@drydock/abi'

/** Timers of the JavaScript host that runs the tests; the packages themselves must do without. */
interface TestHost {
  setTimeout(callback: () => void, ms: number): unknown
  setImmediate(callback: () => void): unknown
}
const host = globalThis as unknown as TestHost

/** Real milliseconds without any work after which the clock jumps to its next timer. */
const IDLE_MS = 2
/** How far each look at the clock moves it: time passes for those who compute, the same in every run. */
const STEP_MS = 0.01
/** 2026-01-01T00:00:00Z. */
const START_MS = 1767225600000

interface Entry {
  readonly at: number
  readonly callback: () => void
}

export interface TestClockOptions {
  readonly startMs?: number
  /** Jump to the next timer when nothing else happens (default). Otherwise time passes by `advance` only. */
  readonly auto?: boolean
}

/** A clock without waiting: hours of `sleep` pass in milliseconds, and the same commands see the same times. */
export class TestClock implements Clock {
  private time = 0
  private looks = 0
  private checking = false
  private readonly startMs: number
  private readonly auto: boolean
  private readonly entries = new Set<Entry>()

  constructor(options: TestClockOptions = {}) {
    this.startMs = options.startMs ?? START_MS
    this.auto = options.auto ?? true
  }

  now(): number {
    return this.startMs + Math.floor(this.time)
  }

  monotonic(): number {
    this.looks++
    this.time += STEP_MS
    return this.time
  }

  after(delayMs: number, callback: () => void): Timer {
    this.looks++
    const entry = { at: this.time + Math.max(0, delayMs), callback }
    this.entries.add(entry)
    this.watchIdle()
    return { cancel: () => this.entries.delete(entry) }
  }

  soon(callback: () => void): void {
    this.looks++
    host.setImmediate(() => {
      callback()
      this.advance(0)
    })
  }

  /** Lets time pass: runs the timers that come due, in order. */
  advance(ms: number): void {
    const end = this.time + ms
    for (let next = this.next(); next && next.at <= end; next = this.next()) this.fire(next)
    this.time = Math.max(this.time, end)
  }

  private next(): Entry | undefined {
    let first: Entry | undefined
    for (const entry of this.entries) if (!first || entry.at < first.at) first = entry
    return first
  }

  private fire(entry: Entry): void {
    this.entries.delete(entry)
    this.time = Math.max(this.time, entry.at)
    entry.callback()
  }

  private watchIdle(): void {
    if (!this.auto || this.checking) return
    this.checking = true
    const { looks } = this
    host.setTimeout(() => {
      this.checking = false
      const next = this.next()
      if (!next) return
      if (this.looks === looks) this.fire(next)
      this.watchIdle()
    }, IDLE_MS)
  }
}

/** A clock that moves only by `advance`. */
export class ManualClock extends TestClock {
  constructor(startMs?: number) {
    super({ auto: false, ...(startMs === undefined ? {} : { startMs }) })
  }
}
