import type { Clock } from '@drydock/abi'

const MOST_LINES = 1000

/** The kernel's ring buffer. dmesg(1). */
export class KernelLog {
  private readonly clock: Pick<Clock, 'monotonic'>
  private readonly start: number
  private readonly kept: string[] = []

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock
    this.start = clock.monotonic()
  }

  write(text: string): void {
    const seconds = ((this.clock.monotonic() - this.start) / 1000).toFixed(6).padStart(12)
    for (const line of text.split('\n')) this.kept.push(`[${seconds}] ${line}`)
    if (this.kept.length > MOST_LINES) this.kept.splice(0, this.kept.length - MOST_LINES)
  }

  lines(): readonly string[] {
    return [...this.kept]
  }
}
