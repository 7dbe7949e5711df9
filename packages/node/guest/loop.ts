import { pending } from './host.ts'

declare function __now(): number

type Callback = (...args: unknown[]) => void
const LONGEST_MS = 2 ** 31 - 1

/** What setTimeout and setInterval give. */
export class Timeout {
  readonly id: number
  private readonly loop: Loop
  counted = true
  constructor(loop: Loop, id: number) {
    this.loop = loop
    this.id = id
  }
  ref(): this {
    this.counted = true
    return this
  }
  unref(): this {
    this.counted = false
    return this
  }
  hasRef(): boolean {
    return this.counted
  }
  refresh(): this {
    this.loop.refresh(this)
    return this
  }
  close(): void {
    this.loop.clear(this)
  }
  [Symbol.toPrimitive](): number {
    return this.id
  }
}

/** What asynchronous code has with it: the store of each AsyncLocalStorage. */
type Frame = ReadonlyMap<object, unknown>

interface Armed {
  readonly frame: Frame
  readonly timeout: Timeout
  readonly callback: Callback
  readonly args: unknown[]
  readonly delayMs: number
  readonly repeat: boolean
  at: number
}

/** Timers, immediates, ticks, and the question whether anything is left to live for. */
export class Loop {
  private readonly timers = new Map<number, Armed>()
  private immediates: { callback: Callback; args: unknown[]; id: number; frame: Frame }[] = []
  private tickQueue: { callback: Callback; args: unknown[]; frame: Frame }[] = []
  frame: Frame = new Map()
  private nextId = 1
  /** Open sockets, servers and the like that keep the script alive. */
  readonly handles = new Set<object>()
  onError: (error: unknown) => void = () => undefined

  arm(callback: Callback, delay: unknown, args: unknown[], repeat: boolean): Timeout {
    if (typeof callback !== 'function')
      throw Object.assign(
        new TypeError(`The "callback" argument must be of type function. Received ${String(callback)}`),
        { code: 'ERR_INVALID_ARG_TYPE' },
      )
    const wanted = Number(delay)
    const delayMs = wanted >= 1 && wanted <= LONGEST_MS ? Math.trunc(wanted) : 1
    const timeout = new Timeout(this, this.nextId++)
    this.timers.set(timeout.id, { frame: this.frame, timeout, callback, args, delayMs, repeat, at: __now() + delayMs })
    return timeout
  }

  clear(timeout: unknown): void {
    if (timeout === undefined || timeout === null) return
    this.timers.delete(Number(timeout))
  }

  refresh(timeout: Timeout): void {
    const armed = this.timers.get(timeout.id)
    if (armed) armed.at = __now() + armed.delayMs
  }

  immediate(callback: Callback, args: unknown[]): object {
    const id = this.nextId++
    this.immediates.push({ callback, args, id, frame: this.frame })
    return { [Symbol.toPrimitive]: () => id, ref() {}, unref() {} }
  }

  clearImmediate(handle: unknown): void {
    this.immediates = this.immediates.filter(({ id }) => id !== Number(handle))
  }

  tick(callback: Callback, args: unknown[]): void {
    this.tickQueue.push({ callback, args, frame: this.frame })
  }

  /** Runs the ticks; @returns whether there were any */
  runTicks(): boolean {
    const any = this.tickQueue.length > 0
    for (let next = this.tickQueue.shift(); next; next = this.tickQueue.shift()) {
      const { callback, args, frame } = next
      this.within(frame, () => this.guard(callback, args))
    }
    return any
  }

  /**
   * Runs what is due. One timer or one round of immediates a turn, so that their ticks and promises come in between.
   * @returns whether anything was
   */
  runDue(now: number): boolean {
    const due = [...this.timers.values()]
      .filter(({ at }) => at <= now)
      .sort((a, b) => a.at - b.at || a.timeout.id - b.timeout.id)[0]
    if (due) {
      this.fire(due, now)
      return true
    }
    const immediates = this.immediates.splice(0)
    for (const { callback, args, frame } of immediates) this.within(frame, () => this.guard(callback, args))
    return immediates.length > 0
  }

  /** Milliseconds until the next timer that counts; 0 when something is due, -1 for none. */
  timeoutMs(now: number): number {
    if (this.immediates.length > 0 || this.tickQueue.length > 0) return 0
    let next = Number.POSITIVE_INFINITY
    for (const { at } of this.timers.values()) next = Math.min(next, at)
    return next === Number.POSITIVE_INFINITY ? -1 : Math.max(0, next - now)
  }

  get alive(): boolean {
    if (this.immediates.length > 0 || this.tickQueue.length > 0 || pending.alive || this.handles.size > 0) return true
    for (const { timeout } of this.timers.values()) if (timeout.counted) return true
    return false
  }

  within<T>(frame: Frame, call: () => T): T {
    const before = this.frame
    this.frame = frame
    try {
      return call()
    } finally {
      this.frame = before
    }
  }

  guard(callback: Callback, args: unknown[]): void {
    try {
      callback(...args)
    } catch (error) {
      this.onError(error)
    }
  }

  private fire(armed: Armed, now: number): void {
    if (armed.repeat) armed.at = now + armed.delayMs
    else this.timers.delete(armed.timeout.id)
    this.within(armed.frame, () => this.guard(armed.callback, armed.args))
  }
}

export const loop = new Loop()
