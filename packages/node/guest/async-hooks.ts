/** async_hooks, as far as it can be had: a store lasts as long as the call that it was given to. */
export class AsyncResource {
  readonly type: string
  constructor(type = 'AsyncResource') {
    this.type = type
  }
  runInAsyncScope<T>(call: (...args: unknown[]) => T, self?: unknown, ...args: unknown[]): T {
    return call.apply(self, args)
  }
  emitDestroy(): this {
    return this
  }
  bind<T>(call: T): T {
    return call
  }
  static bind<T>(call: T): T {
    return call
  }
}

export class AsyncLocalStorage {
  private store: unknown
  run<T>(store: unknown, call: (...args: unknown[]) => T, ...args: unknown[]): T {
    const before = this.store
    this.store = store
    try {
      return call(...args)
    } finally {
      this.store = before
    }
  }
  getStore(): unknown {
    return this.store
  }
  enterWith(store: unknown): void {
    this.store = store
  }
  exit<T>(call: () => T): T {
    return this.run(undefined, call)
  }
  disable(): void {
    this.store = undefined
  }
}
