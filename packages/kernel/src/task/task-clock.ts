import type { Clock, Timer } from '@drydock/abi'
import { oops } from './exit.ts'
import { isUnexpected } from './pending-call.ts'
import type { Image, Task } from './task.ts'

/**
 * Time as one program sees it. Its timers are gone with it, as timer_create(2) has it for exec and exit; while it is
 * stopped or frozen they wait.
 */
export class TaskClock implements Clock {
  private readonly task: Task
  private readonly image: Image

  constructor(task: Task) {
    this.task = task
    this.image = task.image
  }

  now(): number {
    return this.task.parts.clock.now()
  }

  monotonic(): number {
    return this.task.parts.clock.monotonic()
  }

  after(delayMs: number, callback: () => void): Timer {
    const { task } = this
    if (!this.isCurrent) return { cancel: () => {} }
    const cancel = (): void => {
      task.closers.delete(cancel)
      timer.cancel()
    }
    const timer = task.parts.scheduler.after(delayMs, () => {
      task.closers.delete(cancel)
      this.resume(callback)
    })
    task.closers.add(cancel)
    return { cancel }
  }

  soon(callback: () => void): void {
    this.task.parts.clock.soon(() => this.resume(callback))
  }

  private get isCurrent(): boolean {
    return this.task.alive && this.task.image === this.image
  }

  private resume(callback: () => void): void {
    this.task.resume(() => {
      if (this.isCurrent) this.run(callback)
    })
  }

  /** What a timer throws is as what main throws. */
  private run(callback: () => void): void {
    this.task.parts.scheduler.enter(this.task)
    try {
      callback()
    } catch (error) {
      if (isUnexpected(error)) oops(this.task, error)
    }
  }
}
