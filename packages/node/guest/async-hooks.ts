import { loop } from './loop.ts'

/** async_hooks, as far as it can be had: a store goes along with timers, ticks and immediates, but not with `await`. */
export class AsyncResource {
  readonly type: string
  private readonly frame = loop.frame
  constructor(type = 'AsyncResource') {
    this.type = type
  }
  runInAsyncScope<T>(call: (...args: unknown[]) => T, self?: unknown, ...args: unknown[]): T {
    return loop.within(this.frame, () => call.apply(self, args))
  }
  emitDestroy(): this {
    return this
  }
  bind<T>(call: T): T {
    return AsyncResource.bind(call)
  }
  static bind<T>(call: T): T {
    const frame = loop.frame
    const bound = (...args: unknown[]): unknown =>
      loop.within(frame, () => (call as (...args: unknown[]) => unknown)(...args))
    return bound as T
  }
}

export class AsyncLocalStorage {
  run<T>(store: unknown, call: (...args: unknown[]) => T, ...args: unknown[]): T {
    return loop.within(new Map([...loop.frame, [this, store]]), () => call(...args))
  }
  getStore(): unknown {
    return loop.frame.get(this)
  }
  enterWith(store: unknown): void {
    loop.frame = new Map([...loop.frame, [this, store]])
  }
  exit<T>(call: () => T): T {
    return this.run(undefined, call)
  }
  disable(): void {
    this.enterWith(undefined)
  }
}
