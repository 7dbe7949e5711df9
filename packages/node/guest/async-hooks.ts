import { wantFrames } from './async-frames.ts'
import { loop } from './loop.ts'

let lastId = 1

/** async_hooks, as far as it can be had: a store goes along with timers, ticks, immediates, promises and `await`. */
export class AsyncResource {
  readonly type: string
  private readonly frame = loop.frame
  private readonly id = ++lastId
  constructor(type = 'AsyncResource') {
    this.type = type
  }
  runInAsyncScope<T>(call: (...args: unknown[]) => T, self?: unknown, ...args: unknown[]): T {
    return loop.within(this.frame, () => call.apply(self, args))
  }
  emitDestroy(): this {
    return this
  }
  asyncId(): number {
    return this.id
  }
  triggerAsyncId(): number {
    return 1
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
  constructor() {
    wantFrames()
  }
  static bind<T>(call: T): T {
    return AsyncResource.bind(call)
  }
  /** @returns what runs a function with the stores of now */
  static snapshot(): <T>(call: (...args: unknown[]) => T, ...args: unknown[]) => T {
    const frame = loop.frame
    return (call, ...args) => loop.within(frame, () => call(...args))
  }
  run<T>(store: unknown, call: (...args: unknown[]) => T, ...args: unknown[]): T {
    return loop.within(new Map([...loop.frame, [this, store]]), () => call(...args))
  }
  getStore(): unknown {
    return loop.frame.get(this)
  }
  enterWith(store: unknown): void {
    loop.frame = new Map([...loop.frame, [this, store]])
  }
  exit<T>(call: (...args: unknown[]) => T, ...args: unknown[]): T {
    return this.run(undefined, call, ...args)
  }
  disable(): void {
    this.enterWith(undefined)
  }
}

/** Nobody is told of what begins and ends: there is nothing that would tell. */
const hook = { enable: () => hook, disable: () => hook }
export const asyncHooks = {
  AsyncLocalStorage,
  AsyncResource,
  createHook: () => hook,
  executionAsyncId: () => 1,
  executionAsyncResource: () => ({}),
  triggerAsyncId: () => 0,
}
