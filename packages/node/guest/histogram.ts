import { customInspect, inspect } from './inspect.ts'
import { outOfRange } from './errors.ts'
import { loop } from './loop.ts'

declare function __now(): number

/** How values are spread. https://nodejs.org/api/perf_hooks.html#class-histogram */
export class Histogram {
  private readonly values: number[] = []
  exceeds = 0
  get count(): number {
    return this.values.length
  }
  get min(): number {
    return this.count === 0 ? 9_223_372_036_854_776_000 : Math.min(...this.values)
  }
  get max(): number {
    return this.count === 0 ? 0 : Math.max(...this.values)
  }
  get mean(): number {
    return this.values.reduce((sum, value) => sum + value, 0) / this.count
  }
  get stddev(): number {
    const { mean } = this
    return Math.sqrt(this.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / this.count)
  }
  percentile(wanted: number): number {
    if (!(wanted > 0 && wanted <= 100)) throw outOfRange('percentile', '> 0 && <= 100', wanted)
    const sorted = this.values.toSorted((a, b) => a - b)
    return sorted[Math.max(0, Math.ceil((wanted / 100) * sorted.length) - 1)] ?? 0
  }
  get percentiles(): Map<number, number> {
    const rows: [number, number][] = [[0, this.count === 0 ? 0 : this.min]]
    for (let step = 50; this.count > 0 && step < 100 && (rows.at(-1)?.[1] ?? 0) < this.max; step += (100 - step) / 2)
      rows.push([step, this.percentile(step)])
    rows.push([100, this.max])
    return new Map(rows)
  }
  record(value: number | bigint): void {
    if (!(Number(value) >= 1)) throw outOfRange('val', '>= 1 && <= 9007199254740991', value)
    this.note(Number(value))
  }
  protected note(value: number): void {
    this.values.push(value)
    if (this.values.length > 100_000) this.values.shift()
  }
  add(other: Histogram): void {
    for (const value of other.values) this.note(value)
  }
  private before = 0
  recordDelta(): void {
    const now = __now() * 1e6
    if (this.before > 0) this.note(Math.max(1, Math.round(now - this.before)))
    this.before = now
  }
  reset(): void {
    this.values.length = 0
    this.exceeds = 0
  }
  [customInspect](_depth: number, options: object): string {
    const { min, max, mean, exceeds, stddev, count, percentiles } = this
    return `Histogram ${inspect({ min, max, mean, exceeds, stddev, count, percentiles }, options)}`
  }
}

/** How late the loop is, asked for again and again. */
export class LoopDelay extends Histogram {
  private readonly resolution: number
  private timer: { unref(): unknown } | undefined
  constructor({ resolution = 10 }: { resolution?: number } = {}) {
    super()
    this.resolution = resolution
  }
  enable(): boolean {
    if (this.timer) return false
    let last = __now()
    const look = (): void => {
      const now = __now()
      this.note(Math.round((now - last) * 1e6))
      last = now
    }
    this.timer = loop.arm(look, this.resolution, [], true).unref()
    return true
  }
  disable(): boolean {
    if (!this.timer) return false
    loop.clear(this.timer)
    this.timer = undefined
    return true
  }
}
