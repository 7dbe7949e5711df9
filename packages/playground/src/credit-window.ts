/** Output under way to the screen at most, however fast that is: the worker has to hear of the next credit in time. */
const MOST_BYTES = 96 * 1024
/** At least: one piece is drawn while the next is on its way. */
const LEAST_BYTES = 32 * 1024
/** How long output may be on its way before the window narrows. What is typed is echoed behind it. */
const SLOW_MS = 60

/**
 * How much output may be under way to the screen before the shell has to wait. It narrows where the screen is slow, so
 * that keys are echoed in time, and widens again as the screen catches up.
 */
export class CreditWindow {
  private bytes = MOST_BYTES
  private inFlight = 0
  private sentBytes = 0
  /** A piece that is watched on its way: when it was sent, and the count of bytes that says it has arrived. */
  private watched: { readonly atMs: number; readonly end: number } | undefined

  get full(): boolean {
    return this.inFlight >= this.bytes
  }
  get empty(): boolean {
    return this.inFlight === 0
  }

  /** Another screen takes over: what was under way to the last one is nobody's. */
  reset(): void {
    this.inFlight = 0
    this.watched = undefined
  }

  sent(bytes: number, nowMs: number): void {
    this.inFlight += bytes
    this.sentBytes += bytes
    this.watched ??= { atMs: nowMs, end: this.sentBytes }
  }

  credited(bytes: number, nowMs: number): void {
    // What an earlier terminal sent to the same screen was not counted here.
    this.inFlight -= Math.min(bytes, this.inFlight)
    const arrived = this.sentBytes - this.inFlight
    if (this.watched && arrived >= this.watched.end) this.adapt(nowMs - this.watched.atMs)
  }

  private adapt(tookMs: number): void {
    this.watched = undefined
    const wanted = tookMs > SLOW_MS ? this.bytes / 2 : this.bytes * 1.25
    this.bytes = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, wanted))
  }
}
