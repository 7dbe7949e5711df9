import type { Clock, Timer } from '@drydock/abi'
import type { TcpSegment } from './packet.ts'

/** Smoothed round trip and retransmission timeout, RFC 6298; as Linux counts it, not below 200 ms. */
const FIRST_TIMEOUT_MS = 1000
const LEAST_TIMEOUT_MS = 200
const MOST_TIMEOUT_MS = 120_000
/** net.ipv4.tcp_retries2. tcp(7) */
const MOST_ATTEMPTS = 15
/** Three of them mean that a segment was lost. RFC 5681 section 3.2 */
const DUPLICATES = 3

interface InFlight {
  readonly segment: TcpSegment
  readonly end: number
  sentMs: number
  again: boolean
}

export interface RetransmissionOptions {
  readonly clock: Clock
  resend(segment: TcpSegment): void
  /** Nothing was heard for too long. */
  giveUp(): void
}

/** What was sent and not acknowledged, sent again when it seems lost: all of it, from the oldest on. RFC 9293 section 3.8.1. */
export class Retransmission {
  private readonly options: RetransmissionOptions
  private flight: InFlight[] = []
  private timer: Timer | undefined
  private roundTripMs: number | undefined
  private varianceMs = 0
  private attempts = 0
  private duplicates = 0

  constructor(options: RetransmissionOptions) {
    this.options = options
  }

  sent(segment: TcpSegment, end: number): void {
    this.flight.push({ segment, end, sentMs: this.options.clock.monotonic(), again: false })
    this.timer ??= this.options.clock.after(this.timeoutMs, () => this.expired())
  }

  acknowledged(upTo: number): void {
    const first = this.flight[0]
    if (first === undefined || first.end > upTo) return
    if (!first.again) this.measure(this.options.clock.monotonic() - first.sentMs)
    this.attempts = 0
    this.duplicates = 0
    let gone = 0
    while ((this.flight[gone]?.end ?? Infinity) <= upTo) gone++
    // The timer is left: it finds nothing to do, or serves what is sent next.
    this.flight.splice(0, gone)
  }

  /** The other side said once more what it has. */
  repeated(): void {
    if (this.flight.length > 0 && ++this.duplicates === DUPLICATES) this.sendAll()
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.flight = []
  }

  /** For TCP_INFO. */
  get measured() {
    const [first] = this.flight
    const due = first && first.sentMs + this.timeoutMs - this.options.clock.monotonic()
    return {
      ...(this.roundTripMs !== undefined && { roundTripMs: this.roundTripMs }),
      ...{ varianceMs: this.varianceMs, timeoutMs: this.timeoutMs, resends: this.attempts },
      ...(due !== undefined && { resendsInMs: Math.max(0, due) }),
    }
  }

  private get timeoutMs(): number {
    const base = this.roundTripMs === undefined ? FIRST_TIMEOUT_MS : this.roundTripMs + 4 * this.varianceMs
    return Math.min(MOST_TIMEOUT_MS, Math.max(LEAST_TIMEOUT_MS, base) * 2 ** this.attempts)
  }

  private measure(ms: number): void {
    if (this.roundTripMs === undefined) {
      this.roundTripMs = ms
      this.varianceMs = ms / 2
      return
    }
    this.varianceMs = 0.75 * this.varianceMs + 0.25 * Math.abs(this.roundTripMs - ms)
    this.roundTripMs = 0.875 * this.roundTripMs + 0.125 * ms
  }

  private expired(): void {
    this.timer = undefined
    const first = this.flight[0]
    if (first === undefined) return
    const left = first.sentMs + this.timeoutMs - this.options.clock.monotonic()
    if (left > 1) {
      this.timer = this.options.clock.after(left, () => this.expired())
      return
    }
    if (this.attempts++ === MOST_ATTEMPTS) return this.options.giveUp()
    this.sendAll()
    this.timer = this.options.clock.after(this.timeoutMs, () => this.expired())
  }

  private sendAll(): void {
    const now = this.options.clock.monotonic()
    for (const each of this.flight) {
      each.sentMs = now
      each.again = true
      this.options.resend(each.segment)
    }
  }
}
