import { CallError } from './call-error.ts'

/** What Emscripten's side of Pyodide keeps of a call into WebAssembly that is suspended: its stack, and Python's state. */
export interface States {
  /** The thread runs for the first time. */
  begin(thread: number): void
  end(thread: number): void
  /** Which thread runs from now on. */
  enter(thread: number): void
  save(thread: number): unknown
  restore(state: unknown): void
}

/** Calls that may take long: other threads run meanwhile. All else is done in one go, as if nobody else were there. */
const LETTING: ReadonlySet<string> = new Set([
  'read',
  'recvfrom',
  'accept',
  'connect',
  'send',
  'sendto',
  'poll',
  'sleep',
  'wait',
  'resolve',
])
const MAIN = 0

interface Parked {
  readonly thread: number
  readonly settle: (how: 'woken' | 'late' | 'interrupted') => void
}

/**
 * Python's threads. Each is a call of its own into WebAssembly, which is suspended while it waits; whoever holds the one
 * lock runs, as with CPython's global interpreter lock. Python's own locks are made of `park` and `unpark`: a ticket is
 * good for one of each, in any order.
 */
export class Threads {
  /** Which thread runs; 0 is the main thread. */
  current = MAIN
  private states: States | undefined
  private readonly sleep: (ms: number) => Promise<unknown>
  private last = MAIN
  private alive = 0
  private taken = true
  private readonly queue: (() => void)[] = []
  private readonly parked = new Map<number, Parked>()
  private readonly permits = new Set<number>()

  constructor(sleep: (ms: number) => Promise<unknown>) {
    this.sleep = sleep
  }

  /** From here on threads may be started. Python says so in its main thread. */
  allow(states: States): void {
    this.states = states
    this.begun()
  }

  /** Said by each thread, as the first thing it does. */
  begun(): void {
    this.states?.begin(this.current)
  }

  /** @param run calls Python, and gives a promise since that is suspended. It begins when the running thread waits */
  start(run: () => Promise<unknown>): number {
    const thread = ++this.last
    this.alive++
    void this.begin(thread, run)
    return thread
  }

  private async begin(thread: number, run: () => Promise<unknown>): Promise<void> {
    await this.take()
    this.enter(thread)
    try {
      await run()
    } finally {
      this.states?.end(thread)
      this.alive--
      this.give()
    }
  }

  /**
   * The running thread is about to wait for a call of the kernel.
   * @returns what it has to wait for before it goes on; nothing while there is no other thread, or for a short call
   */
  leave(op?: string): (() => Promise<void>) | undefined {
    const { states, current } = this
    if (this.alive === 0 || !states || (op !== undefined && !LETTING.has(op))) return undefined
    const state = states.save(current)
    this.give()
    return async () => {
      await this.take()
      this.enter(current)
      states.restore(state)
    }
  }

  private enter(thread: number): void {
    this.current = thread
    this.states?.enter(thread)
  }

  private take(): Promise<void> | undefined {
    if (this.taken) return new Promise((go) => this.queue.push(go))
    this.taken = true
    return undefined
  }

  private give(): void {
    const next = this.queue.shift()
    if (next) next()
    else this.taken = false
  }

  /**
   * Waits until somebody unparks this ticket.
   * @returns false when that took longer
   * @throws CallError EINTR when a signal came for the main thread
   */
  park(ticket: number, timeoutMs: number | null): boolean | Promise<boolean> {
    if (this.permits.delete(ticket)) return true
    const back = this.leave()
    const thread = this.current
    const settled = new Promise<'woken' | 'late' | 'interrupted'>((settle) =>
      this.parked.set(ticket, { thread, settle }),
    )
    if (timeoutMs !== null) void this.sleep(timeoutMs).then(() => this.parked.get(ticket)?.settle('late'))
    return settled.then(async (how) => {
      this.parked.delete(ticket)
      await back?.()
      if (how === 'interrupted') throw new CallError('EINTR')
      return how === 'woken'
    })
  }

  unpark(ticket: number): void {
    const parked = this.parked.get(ticket)
    this.parked.delete(ticket)
    if (parked) parked.settle('woken')
    else this.permits.add(ticket)
  }

  /** A signal has come, which is the main thread's to handle. signal(7); Python does the same */
  interrupt(): void {
    for (const { thread, settle } of this.parked.values()) if (thread === MAIN) settle('interrupted')
  }

  /** Whether signals may be shown to whoever runs. */
  get handlesSignals(): boolean {
    return this.current === MAIN
  }

  /** Calls of Python that never reach the kernel. */
  readonly calls: ReadonlyMap<string, (...args: readonly never[]) => unknown> = new Map<
    string,
    (...args: readonly never[]) => unknown
  >([
    ['park', (ticket: number, timeoutMs: number | null) => this.park(ticket, timeoutMs)],
    ['unpark', (ticket: number) => this.unpark(ticket)],
  ])
}
