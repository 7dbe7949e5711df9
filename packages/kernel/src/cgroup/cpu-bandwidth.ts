/** cpu.max and the part of cpu.stat that goes with it. cgroup-v2.rst, "CPU Interface Files". */
export class CpuBandwidth {
  /** Microseconds in each period; Infinity is `max`. */
  quotaUs = Infinity
  periodUs = 100_000
  periods = 0
  throttledPeriods = 0
  throttledMs = 0
  /** The time by which what was used is paid for, on the kernel's clock. */
  private paidUntil = 0

  /** Linux counts in periods; here what was used in excess is paid by pausing, which comes to the same. */
  charge(ms: number, now: number): void {
    if (this.quotaUs === Infinity) return
    const periodMs = this.periodUs / 1000
    const share = this.quotaUs / this.periodUs
    const before = this.paidUntil
    this.paidUntil = Math.max(before, now - periodMs) + ms / share
    const passed = Math.max(0, Math.floor(this.paidUntil / periodMs) - Math.floor(before / periodMs))
    this.periods += passed
    if (this.paidUntil <= now) return
    this.throttledPeriods += Math.max(1, passed)
    this.throttledMs += Math.min(ms / share, this.paidUntil - now)
  }

  /** How long its tasks may not compute. */
  throttleMs(now: number): number {
    return this.quotaUs === Infinity ? 0 : Math.max(0, this.paidUntil - now)
  }
}
