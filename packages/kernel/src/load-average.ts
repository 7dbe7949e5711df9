/** How often Linux looks how many tasks want the processor. LOAD_FREQ */
const SAMPLE_MS = 5000
const MINUTES = [1, 5, 15] as const

/**
 * Exponentially damped averages of runnable tasks. proc_loadavg(5). Nothing samples while nobody looks: when asked, the
 * time since the last look counts as busy as the processor was in it.
 */
export class LoadAverage {
  private readonly now: () => number
  /** Processor time used by all tasks so far, in milliseconds. */
  private readonly busyMs: () => number
  private averages_: readonly number[] = [0, 0, 0]
  private lastAt: number
  private lastBusy = 0

  constructor(now: () => number, busyMs: () => number) {
    this.now = now
    this.busyMs = busyMs
    this.lastAt = now()
  }

  averages(): readonly [number, number, number] {
    const at = this.now()
    const passed = at - this.lastAt
    if (passed >= SAMPLE_MS) {
      const busy = this.busyMs()
      const active = (busy - this.lastBusy) / passed
      this.averages_ = this.averages_.map((average, i) => {
        const keep = Math.exp(-passed / ((MINUTES[i] ?? 1) * 60_000))
        return average * keep + active * (1 - keep)
      })
      this.lastAt = at
      this.lastBusy = busy
    }
    const [one = 0, five = 0, fifteen = 0] = this.averages_
    return [one, five, fifteen]
  }
}
