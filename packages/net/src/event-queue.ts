import type { Clock } from '@drydock/abi'

/** Events that may run as microtasks before the host machine gets a turn of its own. */
const BATCH = 256

/** What is under way in the network. Runs in bounded batches, so that a flood of packets cannot starve the host machine. */
export class EventQueue {
  private events: (() => void)[] = []
  private next = 0
  private scheduled = false
  private left = BATCH
  private stopped = false
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  push(event: () => void): void {
    if (this.stopped) return
    this.events.push(event)
    if (!this.scheduled) this.schedule()
  }

  /** Nothing runs any more. */
  stop(): void {
    this.stopped = true
    this.events = []
  }

  private schedule(): void {
    this.scheduled = true
    if (this.left > 0) return queueMicrotask(this.drain)
    this.clock.soon(() => {
      this.left = BATCH
      this.drain()
    })
  }

  /** An event that throws is a bug of its own; those behind it still happen. */
  private readonly drain = (): void => {
    this.scheduled = true
    try {
      while (this.next < this.events.length && this.left > 0) {
        this.left--
        this.events[this.next++]?.()
      }
    } finally {
      if (this.next > 0) this.events.splice(0, this.next)
      this.next = 0
      this.scheduled = false
      if (this.events.length > 0) this.schedule()
    }
  }
}
