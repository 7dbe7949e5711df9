import { loop } from './loop.ts'

type Anything = (this: unknown, ...args: never[]) => unknown
interface Call {
  readonly arguments: readonly unknown[]
  readonly result: unknown
  readonly error: unknown
  readonly target: unknown
  readonly this: unknown
  readonly stack: Error
}

/** How a mocked function has been called, and what stands for it. */
class MockContext {
  readonly calls: Call[] = []
  private readonly once = new Map<number, Anything>()
  private now: Anything
  private readonly undo: () => void
  constructor(now: Anything, undo: () => void) {
    this.now = now
    this.undo = undo
  }
  callCount(): number {
    return this.calls.length
  }
  mockImplementation(replaced: Anything): void {
    this.now = replaced
  }
  mockImplementationOnce(replaced: Anything, onCall = this.calls.length): void {
    this.once.set(onCall, replaced)
  }
  resetCalls(): void {
    this.calls.length = 0
  }
  restore(): void {
    this.undo()
  }
  run(self: unknown, args: readonly unknown[]): unknown {
    const call = this.once.get(this.calls.length) ?? this.now
    this.once.delete(this.calls.length)
    const told = { arguments: args, target: undefined, this: self, stack: new Error('call') }
    try {
      const result = call.apply(self, args as never)
      this.calls.push({ ...told, error: undefined, result })
      return result
    } catch (error) {
      this.calls.push({ ...told, error, result: undefined })
      throw error
    }
  }
}

/** Functions, methods and clocks that a test puts in place of others. test.mock */
export class MockTracker {
  private readonly made: MockContext[] = []
  readonly timers = new MockTimers()

  fn(original?: unknown, replaced?: unknown): Anything {
    const own = typeof original === 'function' ? (original as Anything) : () => undefined
    return this.track(typeof replaced === 'function' ? (replaced as Anything) : own, own, () => undefined)
  }

  method(object: object, name: string, replaced?: unknown, { getter = false, setter = false } = {}): Anything {
    const owner = ownerOf(object, name)
    const descriptor = Object.getOwnPropertyDescriptor(owner, name) ?? { value: undefined }
    const key = getter ? 'get' : setter ? 'set' : 'value'
    const original = descriptor[key] as Anything
    const restore = (): void => void Object.defineProperty(object, name, { ...descriptor, configurable: true })
    const mocked = this.track(typeof replaced === 'function' ? (replaced as Anything) : original, original, restore)
    Object.defineProperty(object, name, { ...descriptor, [key]: mocked, configurable: true })
    return mocked
  }
  getter(object: object, name: string, replaced?: unknown): Anything {
    return this.method(object, name, replaced, { getter: true })
  }
  setter(object: object, name: string, replaced?: unknown): Anything {
    return this.method(object, name, replaced, { setter: true })
  }

  reset(): void {
    this.restoreAll()
    this.made.length = 0
  }
  restoreAll(): void {
    for (const each of this.made) each.restore()
    this.timers.reset()
  }

  private track(now: Anything, original: Anything, restore: () => void): Anything {
    const context: MockContext = new MockContext(now, () => {
      context.mockImplementation(original)
      restore()
    })
    this.made.push(context)
    function mocked(this: unknown, ...args: unknown[]): unknown {
      return context.run(this, args)
    }
    Object.defineProperty(mocked, 'name', { value: original?.name ?? '', configurable: true })
    return Object.defineProperty(mocked, 'mock', { value: context }) as Anything
  }
}

function ownerOf(object: object, name: string): object {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at) as object | null)
    if (Object.hasOwn(at, name)) return at
  return object
}

interface Waiting {
  readonly id: number
  readonly call: (...args: unknown[]) => void
  readonly args: readonly unknown[]
  readonly every: number | undefined
  at: number
}
type Scope = Record<string, unknown>
const scope = globalThis as unknown as Scope

/** Timers and a clock that stand still until they are told to go on. */
export class MockTimers {
  private now = 0
  private lastId = 0
  private waiting: Waiting[] = []
  private readonly kept: Scope = {}

  enable(given: { apis?: readonly string[]; now?: number | Date } | readonly string[] = {}): void {
    const { apis = ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now = 0 } = Array.isArray(given)
      ? { apis: given as string[] }
      : (given as { apis?: string[]; now?: number })
    this.now = Number(now)
    const warning = 'The MockTimers API is an experimental feature and might change at any time'
    ;(scope.process as { emitWarning(text: string, type: string): void }).emitWarning(warning, 'ExperimentalWarning')
    for (const name of apis) {
      this.replace(name)
      if (name.startsWith('set')) this.replace(name.replace('set', 'clear'))
    }
  }

  private replace(name: string): void {
    if (!(name in this.kept)) this.kept[name] = scope[name]
    scope[name] = this.replacements[name]
  }

  private readonly replacements: Scope = {
    setTimeout: (call: Waiting['call'], ms = 1, ...args: unknown[]) => this.arm(call, Math.max(1, ms), undefined, args),
    setInterval: (call: Waiting['call'], ms = 1, ...args: unknown[]) =>
      this.arm(call, Math.max(1, ms), Math.max(1, ms), args),
    setImmediate: (call: Waiting['call'], ...args: unknown[]) => this.arm(call, 0, undefined, args),
    ...Object.fromEntries(
      ['clearTimeout', 'clearInterval', 'clearImmediate'].map((name) => [name, (id: unknown) => this.clear(id)]),
    ),
    Date: mockDate(() => this.now),
  }

  private arm(call: Waiting['call'], ms: number, every: number | undefined, args: readonly unknown[]): object {
    const id = ++this.lastId
    this.waiting.push({ id, call, args, every, at: this.now + ms })
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => true, [Symbol.toPrimitive]: () => id }
    return timer
  }
  private clear(id: unknown): void {
    this.waiting = this.waiting.filter((each) => each.id !== Number(id))
  }

  tick(ms = 1): void {
    const until = this.now + ms
    for (;;) {
      const next = this.waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.id - b.id)[0]
      if (!next) break
      this.now = Math.max(this.now, next.at)
      if (next.every === undefined) this.clear(next.id)
      else next.at += next.every
      loop.guard(next.call as never, [...next.args])
    }
    this.now = until
  }
  runAll(): void {
    const last = Math.max(this.now, ...this.waiting.map(({ at }) => at))
    this.tick(last - this.now)
  }
  setTime(ms: number): void {
    this.now = ms
  }
  reset(): void {
    for (const [name, value] of Object.entries(this.kept)) {
      scope[name] = value
      Reflect.deleteProperty(this.kept, name)
    }
    this.waiting = []
  }
}

function mockDate(now: () => number): unknown {
  const Real = Date
  function MockDate(...args: []): unknown {
    if (!new.target) return new Real(now()).toString()
    return args.length === 0 ? new Real(now()) : new Real(...args)
  }
  Object.defineProperties(MockDate, Object.getOwnPropertyDescriptors(Real))
  return Object.defineProperty(MockDate, 'now', { value: now, configurable: true })
}
