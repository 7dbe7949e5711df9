import type { Clock, Entropy, NetemSettings, QdiscStatistics } from '@drydock/abi'

const DEFAULT_LIMIT = 1000

/** Delays, loses, doubles and slows down what leaves by an interface. tc-netem(8). */
export class Netem {
  readonly settings: NetemSettings
  private readonly clock: Clock
  private readonly entropy: Entropy
  private waiting = 0
  private busyUntilMs = 0
  private bytes = 0
  private packets = 0
  private dropped = 0

  constructor(settings: NetemSettings, powers: { readonly clock: Clock; readonly entropy: Entropy }) {
    this.settings = settings
    this.clock = powers.clock
    this.entropy = powers.entropy
  }

  get statistics(): QdiscStatistics {
    const { bytes, packets, dropped, waiting } = this
    return { bytes, packets, dropped, backlogPackets: waiting }
  }

  /** Whether and when a frame goes out: `deliver` is called for each copy of it. */
  send(bytes: number, deliver: () => void): void {
    const { lossPercent = 0, duplicatePercent = 0, limit = DEFAULT_LIMIT } = this.settings
    if (this.chance(lossPercent) || this.waiting >= limit) {
      this.dropped++
      return
    }
    this.bytes += bytes
    this.packets++
    this.later(this.delayOf(bytes), deliver)
    if (this.chance(duplicatePercent)) this.later(this.delayOf(bytes), deliver)
  }

  private later(ms: number, deliver: () => void): void {
    if (ms <= 0) return deliver()
    this.waiting++
    this.clock.after(ms, () => {
      this.waiting--
      deliver()
    })
  }

  private delayOf(bytes: number): number {
    const { delayMs = 0, jitterMs = 0, reorderPercent = 0 } = this.settings
    const jitter = jitterMs === 0 ? 0 : jitterMs * (2 * this.roll() - 1)
    const wait = this.chance(reorderPercent) ? 0 : Math.max(0, delayMs + jitter)
    return wait + this.serialisationMs(bytes)
  }

  /** How long until the line has carried what is before it, and this. */
  private serialisationMs(bytes: number): number {
    const { rateBitsPerSecond } = this.settings
    if (rateBitsPerSecond === undefined) return 0
    const now = this.clock.monotonic()
    this.busyUntilMs = Math.max(now, this.busyUntilMs) + (bytes * 8000) / rateBitsPerSecond
    return this.busyUntilMs - now
  }

  private chance(percent: number): boolean {
    return percent > 0 && this.roll() * 100 < percent
  }

  private roll(): number {
    const [high = 0, low = 0] = this.entropy.bytes(2)
    return (high * 256 + low) / 65536
  }
}
