import { EAGAIN, EBADF, EINTR, type Errno, isErrno, type MaybePromise, type Signal, type Timer } from '@drydock/abi'
import type { WaitQueue } from '../wait-queue.ts'
import type { Task } from './task.ts'
import { UNWIND } from './unwind.ts'

/** A system call that waits, as signals and the end of its task see it. */
export interface PendingCall {
  /** The descriptor it waits on. */
  readonly fd: number | undefined
  interrupt(signal: Signal, restart: boolean): void
  fail(error: Errno): void
  /** The task is gone: the call never ends. */
  abandon(): void
}

export interface BlockOptions<T> {
  /** It is known that the first attempt would be in vain, and nothing is lost by waiting at once. */
  readonly inVain?: boolean
  readonly fd?: number
  /** Handlers set with `restart` do not end it. signal(7), "Interruption of system calls"; default true. */
  readonly restartable?: boolean
  /** A signal ends the call with this instead of EINTR: what a write has done so far. */
  readonly partial?: () => T | undefined
  /** After this time the call ends with what `onTimeout` gives. */
  readonly timeoutMs?: number
  readonly onTimeout?: () => T
}

/**
 * "Block until", written once: tries a non-blocking operation, and while it says EAGAIN waits for its queues to wake.
 * @throws what the operation throws, EINTR
 */
export function block<T>(
  task: Task,
  queues: readonly WaitQueue[],
  attempt: () => T,
  options: BlockOptions<T> = {},
): MaybePromise<T> {
  if (task.mayRun && !options.inVain) {
    try {
      return attempt()
    } catch (error) {
      if (error !== EAGAIN) throw error
    }
  }
  return new Promise<T>((resolve, reject) => {
    const call = new BlockedCall(task, attempt, options, resolve, reject)
    call.start(queues)
  })
}

class BlockedCall<T> implements PendingCall {
  readonly fd: number | undefined
  private readonly task: Task
  private readonly attempt: () => T
  private readonly options: BlockOptions<T>
  private readonly resolve: (value: T) => void
  private readonly reject: (reason: unknown) => void
  private disposers: (() => void)[] = []
  private timer: Timer | undefined
  private queued = false
  private settled = false

  constructor(
    task: Task,
    attempt: () => T,
    options: BlockOptions<T>,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.task = task
    this.attempt = attempt
    this.options = options
    this.fd = options.fd
    this.resolve = resolve
    this.reject = reject
  }

  start(queues: readonly WaitQueue[]): void {
    const { task, options } = this
    task.pending.add(this)
    this.disposers = queues.map((queue) => queue.add(this.retry))
    if (options.timeoutMs !== undefined)
      this.timer = task.parts.scheduler.after(options.timeoutMs, () => task.resume(() => this.timeout()))
    if (task.mayRun) task.parts.scheduler.leave()
    else this.retry()
  }

  /** Something changed: tries again as soon as the task may run. */
  private readonly retry = (): void => {
    if (this.queued || this.settled) return
    this.queued = true
    this.task.resume(() => {
      this.queued = false
      this.run()
    })
  }

  private run(): void {
    if (this.settled) return
    this.task.parts.scheduler.enter(this.task)
    try {
      this.finish(this.attempt())
    } catch (error) {
      if (error === EAGAIN) this.task.parts.scheduler.leave()
      else this.give(error)
    }
  }

  private timeout(): void {
    if (this.settled || !this.options.onTimeout) return
    try {
      this.finish(this.options.onTimeout())
    } catch (error) {
      this.give(error)
    }
  }

  interrupt(_signal: Signal, restart: boolean): void {
    if (restart && this.options.restartable !== false) return
    const partial = this.options.partial?.()
    if (partial !== undefined) this.finish(partial)
    else this.fail(EINTR)
  }

  fail(error: Errno): void {
    this.task.resume(() => {
      if (this.settled) return
      this.task.parts.scheduler.enter(this.task)
      this.give(error)
    })
  }

  abandon(): void {
    this.settle()
  }

  private finish(value: T): void {
    if (this.settled) return
    this.settle()
    this.task.parts.scheduler.enter(this.task)
    this.resolve(value)
  }

  private give(error: unknown): void {
    if (this.settled) return
    this.settle()
    this.reject(error)
  }

  private settle(): void {
    this.settled = true
    this.task.pending.delete(this)
    this.timer?.cancel()
    for (const dispose of this.disposers) dispose()
  }
}

/** Calls on a descriptor that was closed under them end with EBADF. */
export function failCallsOn(task: Task, fd: number): void {
  let hit: PendingCall[] | undefined
  for (const call of task.pending) if (call.fd === fd) (hit ??= []).push(call)
  for (const call of hit ?? []) call.fail(EBADF)
}

/** An end of time slice: resolves in a later turn, or when the task may run again. */
export function giveWay(task: Task, delayMs: number): Promise<void> {
  const { scheduler } = task.parts
  scheduler.leave()
  return new Promise((resolve) => {
    const abandon = (): void => {
      task.pending.delete(call)
      task.yielding = false
    }
    const settle = (): void => {
      if (!task.pending.has(call)) return
      abandon()
      scheduler.enter(task)
      resolve()
    }
    const call: PendingCall = { fd: undefined, interrupt: () => {}, fail: () => {}, abandon }
    task.pending.add(call)
    task.yielding = true
    const go = (): void => {
      if (task.alive) task.resume(settle)
    }
    if (delayMs > 0) scheduler.after(delayMs, go)
    else scheduler.yield(task.cgroup.share, () => (task.mayRun ? settle() : go()))
  })
}

export const isUnexpected = (error: unknown): boolean => error !== UNWIND && !isErrno(error)
