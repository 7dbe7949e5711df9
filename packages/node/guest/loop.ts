import { pending } from './host.ts'

declare function __now(): number

type Callback = (...args: unknown[]) => void
const LONGEST_MS = 2 ** 31 - 1

/** What setTimeout and setInterval give. */
export class Timeout {
  readonly id: number
  readonly #loop: Loop
  counted = true
  constructor(loop: Loop, id: number) {
    this.#loop = loop
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
  /** Whether it will not fire any more. */
  get _destroyed(): boolean {
    return !this.#loop.isArmed(this)
  }
  refresh(): this {
    this.#loop.refresh(this)
    return this
  }
  close(): void {
    this.#loop.clear(this)
  }
  [Symbol.toPrimitive](): number {
    return this.id
  }
  /** What V8 shows of it. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect: Shown): string {
    const told = this.#loop.toldOf(this)
    const fields = {
      _idleTimeout: told?.delayMs ?? -1,
      _idlePrev: told ? TIMERS : null,
      _idleNext: told ? TIMERS : null,
      _idleStart: told ? Math.round(told.startedMs) : 0,
      _onTimeout: told?.callback ?? null,
      _timerArgs: told && told.args.length > 0 ? told.args : undefined,
      _repeat: told?.repeat ? told.delayMs : null,
      _destroyed: this._destroyed,
      [Symbol('refed')]: this.counted,
      [Symbol('kHasPrimitive')]: false,
      [Symbol('asyncId')]: this.id,
      [Symbol('triggerId')]: 1,
    }
    return `Timeout ${inspect(fields, options)}`
  }
}
type Shown = (value: unknown, options: object) => string
const TIMERS = { [Symbol.for('nodejs.util.inspect.custom')]: (): string => '[TimersList]' }

/** What setImmediate gives. */
export class Immediate {
  readonly #id: number
  #counted = true
  constructor(id: number) {
    this.#id = id
  }
  ref(): this {
    this.#counted = true
    return this
  }
  unref(): this {
    this.#counted = false
    return this
  }
  hasRef(): boolean {
    return this.#counted
  }
  [Symbol.toPrimitive](): number {
    return this.#id
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
    if (wanted > LONGEST_MS) this.tellOverflow(wanted)
    const timeout = new Timeout(this, this.nextId++)
    this.timers.set(timeout.id, { frame: this.frame, timeout, callback, args, delayMs, repeat, at: __now() + delayMs })
    return timeout
  }

  /** Set by whoever warns. */
  onOverflow: (words: string) => void = () => undefined
  private tellOverflow(ms: number): void {
    this.onOverflow(`${ms} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`)
  }

  clear(timeout: unknown): void {
    if (timeout === undefined || timeout === null) return
    this.timers.delete(Number(timeout))
  }

  /** What is known of a timer that is armed. */
  toldOf({
    id,
  }: Timeout): (Pick<Armed, 'delayMs' | 'callback' | 'args' | 'repeat'> & { startedMs: number }) | undefined {
    const armed = this.timers.get(id)
    return armed && { ...armed, startedMs: armed.at - armed.delayMs - this.startedAt }
  }
  startedAt = 0
  isArmed({ id }: Timeout): boolean {
    return this.timers.has(id)
  }
  refresh(timeout: Timeout): void {
    const armed = this.timers.get(timeout.id)
    if (armed) armed.at = __now() + armed.delayMs
  }

  immediate(callback: Callback, args: unknown[]): Immediate {
    const id = this.nextId++
    this.immediates.push({ callback, args, id, frame: this.frame })
    return new Immediate(id)
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
    return this.runTimer(now) || this.runImmediate()
  }

  /** Timers of one round, those that were due when it began: immediates have their turn behind them. */
  private round: Armed[] | undefined
  private runTimer(now: number): boolean {
    this.round ??= [...this.timers.values()]
      .filter(({ at }) => at <= now)
      .sort((a, b) => a.at - b.at || a.timeout.id - b.timeout.id)
    for (let next = this.round.shift(); next; next = this.round.shift()) {
      if (this.timers.get(next.timeout.id) !== next || next.at > now) continue
      this.fire(next, now)
      return true
    }
    return false
  }
  /** How many immediates of this round are left: what they put off comes in the next. */
  private left = 0
  private runImmediate(): boolean {
    if (this.left === 0) this.left = this.immediates.length
    const next = this.left > 0 ? this.immediates.shift() : undefined
    this.left = Math.max(0, Math.min(this.left - 1, this.immediates.length))
    if (this.left === 0) this.round = undefined
    if (!next) return false
    this.within(next.frame, () => this.guard(next.callback, next.args))
    return true
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
