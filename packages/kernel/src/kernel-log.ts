import type { Clock } from '@drydock/abi'

const MOST_LINES = 1000
export const KERN_ERR = 3
export const KERN_WARNING = 4
export const KERN_NOTICE = 5
const KERN_INFO = 6

/** The kernel's ring buffer. dmesg(1). */
export class KernelLog {
  private readonly clock: Pick<Clock, 'monotonic'>
  private readonly start: number
  private readonly kept: string[] = []

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock
    this.start = clock.monotonic()
  }

  /** @param priority  eight times the facility and the level. syslog(2) */
  write(text: string, priority = KERN_INFO): void {
    const seconds = ((this.clock.monotonic() - this.start) / 1000).toFixed(6).padStart(12)
    for (const line of text.split('\n')) this.kept.push(`<${priority}>[${seconds}] ${line}`)
    if (this.kept.length > MOST_LINES) this.kept.splice(0, this.kept.length - MOST_LINES)
  }

  /** Each begins with `<6>[    0.004245] `. */
  lines(): readonly string[] {
    return [...this.kept]
  }

  clear(): void {
    this.kept.length = 0
  }
}
