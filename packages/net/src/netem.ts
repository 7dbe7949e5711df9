import type { Clock, Entropy, NetemSettings, QdiscStatistics } from '@drydock/abi'

const DEFAULT_LIMIT = 1000

type Chance = keyof NonNullable<NetemSettings['correlations']>

/** Delays, loses, doubles, spoils and slows down what leaves by an interface. tc-netem(8). */
export class Netem {
  readonly settings: NetemSettings
  private readonly clock: Clock
  private readonly entropy: Entropy
  private waiting = 0
  private busyUntilMs = 0
  private bytes = 0
  private packets = 0
  private dropped = 0
  private sinceOvertaking = 0
  private readonly last = new Map<Chance, number>()

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
    const { lossPercent, duplicatePercent, corruptPercent, limit = DEFAULT_LIMIT } = this.settings
    if (this.happens('loss', lossPercent) || this.waiting >= limit) {
      this.dropped++
      return
    }
    this.bytes += bytes
    this.packets++
    // Nobody takes a packet whose checksum is wrong.
    const arrive = this.happens('corrupt', corruptPercent) ? () => undefined : deliver
    this.later(this.delayOf(bytes), arrive)
    if (this.happens('duplicate', duplicatePercent)) this.later(this.delayOf(bytes), arrive)
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
    const { delayMs = 0, jitterMs = 0 } = this.settings
    const jitter = jitterMs === 0 ? 0 : jitterMs * this.deviation()
    const wait = this.overtakes() ? 0 : Math.max(0, delayMs + jitter)
    return wait + this.serialisationMs(bytes)
  }

  /** From -1 to 1, or as a normal distribution of that width. */
  private deviation(): number {
    const roll = this.correlated('delay')
    return this.settings.distribution === 'normal' ? normal(roll, this.roll()) : 2 * roll - 1
  }

  /** Only every `gap`th packet may. */
  private overtakes(): boolean {
    const { reorderPercent, gap = 1 } = this.settings
    if (reorderPercent === undefined || ++this.sinceOvertaking < gap) return false
    const now = this.happens('reorder', reorderPercent)
    if (now) this.sinceOvertaking = 0
    return now
  }

  /** How long until the line has carried what is before it, and this. */
  private serialisationMs(bytes: number): number {
    const { rateBitsPerSecond } = this.settings
    if (rateBitsPerSecond === undefined) return 0
    const now = this.clock.monotonic()
    this.busyUntilMs = Math.max(now, this.busyUntilMs) + (bytes * 8000) / rateBitsPerSecond
    return this.busyUntilMs - now
  }

  private happens(what: Chance, percent = 0): boolean {
    return percent > 0 && this.correlated(what) * 100 < percent
  }

  /** get_crandom of sch_netem: part of the last throw stays. */
  private correlated(what: Chance): number {
    const share = (this.settings.correlations?.[what] ?? 0) / 100
    if (share === 0) return this.roll()
    const before = this.last.get(what) ?? this.roll()
    const value = this.roll() * (1 - share) + before * share
    this.last.set(what, value)
    return value
  }

  private roll(): number {
    const [high = 0, low = 0] = this.entropy.bytes(2)
    return (high * 256 + low) / 65536
  }
}

/** Box and Muller's way from two even throws. */
const normal = (a: number, b: number): number => Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b)
