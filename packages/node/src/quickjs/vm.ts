import { EvalFlags, type JSValueHandle, QuickJS } from 'quickjs-wasi'

/** The parts of WebAssembly's promise integration that are used; absent where the host has none. */
interface Integration {
  readonly Suspending: new (fn: (...args: never[]) => unknown) => object
  readonly promising: (fn: unknown) => (...args: number[]) => Promise<number>
}
type HostCall = (...args: number[]) => number
interface WebAssemblyHost {
  instantiate(module: unknown, imports: { env: Record<string, unknown> }): Promise<{ exports: Record<string, unknown> }>
}

/** What the binding keeps to itself and the promising entries need. */
interface Internals {
  readonly exports: Record<'qjs_is_job_pending' | 'qjs_execute_pending_job', () => number> & {
    qjs_eval(...args: number[]): number
    qjs_promise_state(pointer: number): number
    qjs_promise_result(pointer: number): number
    qjs_set_interrupt_handler(on: 0 | 1): void
    wasm_free(pointer: number): void
    readonly memory: { readonly buffer: ArrayBuffer }
  }
  writeString(text: string): { ptr: number; len: number }
  throwIfException(handle: JSValueHandle): JSValueHandle
}

export interface VmOptions {
  readonly wasm: unknown
  /** The memory of a machine that has read the guest. */
  readonly memory: Uint8Array<ArrayBuffer>
  /** Minutes behind UTC at a time in seconds. */
  readonly timezoneOffset: (timeSeconds: number) => number
  /** Where WebAssembly lives: the global of the worker. */
  readonly webAssembly: object
  readonly memoryLimit: number
  /** Module sources by their full names, for import statements: the machine cannot wait while it loads one. */
  readonly loadModule: (name: string) => string
  /** Called now and then while a script runs: it goes on when the promise settles. */
  readonly onTurn: () => Promise<void> | undefined
}

type Entry = (...args: number[]) => number | Promise<number>

/**
 * A QuickJS virtual machine whose host functions may make the script wait: with WebAssembly's promise integration by
 * suspending it, elsewhere by really blocking the worker. One entry may be under way at a time.
 */
export class Vm {
  readonly quickjs: QuickJS
  private readonly evaluate: Entry
  private readonly runJob: Entry
  /** Set by a host function: the script goes on when it settles. */
  private pending: Promise<void> | undefined
  /** An entry that may be suspended is under way. */
  private inside = false

  static async create(options: VmOptions): Promise<Vm> {
    const box: { vm?: Vm } = {}
    const suspends = 'Suspending' in options.webAssembly && 'promising' in options.webAssembly
    const entries = await withSuspension(
      options.webAssembly,
      () => box.vm?.takePending(),
      () => (box.vm?.inside ? options.onTurn() : undefined),
      () =>
        QuickJS.restore(QuickJS.deserializeSnapshot(options.memory), {
          wasm: options.wasm as never,
          memoryLimit: options.memoryLimit,
          maxStackSize: 256 * 1024,
          timezoneOffset: options.timezoneOffset,
          interruptHandler: () => {
            // Where nothing can be suspended the turn itself stands still.
            if (!suspends && box.vm?.inside) void options.onTurn()
            return false
          },
          moduleLoader: { load: options.loadModule },
          onUnhandledRejection: (promise: JSValueHandle, reason: JSValueHandle, handled: boolean) =>
            box.vm?.rejected(promise, reason, handled),
        }),
    )
    box.vm = new Vm(entries.result, entries.integration)
    return box.vm
  }

  private constructor(quickjs: QuickJS, integration: Integration | undefined) {
    this.quickjs = quickjs
    const { exports } = this.internals()
    const promising = (name: 'qjs_eval' | 'qjs_execute_pending_job'): Entry =>
      integration ? integration.promising(exports[name]) : (exports[name] as Entry)
    this.evaluate = promising('qjs_eval')
    this.runJob = promising('qjs_execute_pending_job')
  }

  /** The script waits for `promise` at the end of the host function that calls this. */
  suspendFor(promise: Promise<void>): void {
    this.pending = promise
  }

  /** Evaluates a script, then what it put off: ticks before promises' jobs, over and over, as node orders them. @throws JSException */
  async run(code: string, filename: string, flags: number = EvalFlags.TYPE_GLOBAL): Promise<JSValueHandle> {
    const result = await this.evaluateOnly(code, filename, flags)
    let more = true
    // What a job puts off for the next tick comes before anything else.
    while (more) {
      const ticked = await this.ranTicks()
      more = (await this.ranJobs()) || ticked
    }
    return result
  }

  private async ranTicks(): Promise<boolean> {
    const ran = await this.evaluateOnly(
      'globalThis.__drydock?.ticks() === true',
      'node:internal/ticks',
      EvalFlags.TYPE_GLOBAL,
    )
    const any = ran.toBoolean()
    ran.dispose()
    return any
  }

  private async evaluateOnly(code: string, filename: string, flags: number): Promise<JSValueHandle> {
    const internals = this.internals()
    const source = internals.writeString(code)
    const name = internals.writeString(filename)
    const pointer = await this.within(() => this.evaluate(source.ptr, source.len, name.ptr, flags))
    internals.exports.wasm_free(source.ptr)
    internals.exports.wasm_free(name.ptr)
    return internals.throwIfException(this.handle(pointer))
  }

  private handle(pointer: number): JSValueHandle {
    const Handle = this.quickjs.getUndefined().constructor as new (vm: QuickJS, pointer: number) => JSValueHandle
    return new Handle(this.quickjs, pointer)
  }

  /** @returns an object with `state`, 1 when fulfilled, 2 when rejected, and `result` */
  promiseParts(promise: JSValueHandle): JSValueHandle {
    const { exports } = this.internals()
    const pointer = (promise as unknown as { ptr: number }).ptr
    const state = exports.qjs_promise_state(pointer)
    const parts = this.quickjs.newObject()
    parts.setProp('state', this.quickjs.newNumber(state))
    if (state > 0) parts.setProp('result', this.handle(exports.qjs_promise_result(pointer)))
    return parts
  }

  private rejected(promise: JSValueHandle, reason: JSValueHandle, handled: boolean): void {
    const { quickjs } = this
    const global = quickjs.getGlobal()
    const listener = global.getProp('__drydock').getProp('rejected')
    const told = handled ? quickjs.getTrue() : quickjs.getFalse()
    this.nested(() => quickjs.callFunction(listener, quickjs.getUndefined(), promise, reason, told)).dispose()
    listener.dispose()
    global.dispose()
  }

  /**
   * Enters the machine from one of its own calls. The frames of JavaScript between cannot be suspended, and what could
   * suspend them must not even be called: the script has no turns until the entry ends.
   */
  nested<Result>(entry: () => Result): Result {
    const { exports } = this.internals()
    exports.qjs_set_interrupt_handler(0)
    try {
      return entry()
    } finally {
      exports.qjs_set_interrupt_handler(1)
    }
  }

  private async ranJobs(): Promise<boolean> {
    const { exports } = this.internals()
    const any = exports.qjs_is_job_pending() !== 0
    while (exports.qjs_is_job_pending())
      if ((await this.within(() => this.runJob())) < 0) this.quickjs.getException().dispose()
    return any
  }

  private async within(entry: () => number | Promise<number>): Promise<number> {
    this.inside = true
    try {
      return await entry()
    } finally {
      this.inside = false
    }
  }

  /** Bytes of the machine's memory, which only grows. */
  get memoryBytes(): number {
    const { memory } = this.internals().exports
    return memory.buffer.byteLength
  }

  private takePending(): Promise<void> | undefined {
    const { pending } = this
    this.pending = undefined
    return pending
  }

  private internals(): Internals {
    return this.quickjs as unknown as Internals
  }
}

/**
 * Runs `create` with an instantiation that makes `host_call` able to suspend. The binding has no hook for it, so the
 * worker's own `instantiate` stands aside for that moment.
 */
async function withSuspension(
  webAssembly: object,
  pending: () => Promise<void> | undefined,
  turn: () => Promise<void> | undefined,
  create: () => Promise<QuickJS>,
) {
  const host = webAssembly as WebAssemblyHost & Partial<Integration>
  const { Suspending, promising } = host
  const instantiate = host.instantiate
  if (!Suspending || !promising) return { result: await create(), integration: undefined }
  host.instantiate = (module, imports) => {
    const hostCall = imports.env.host_call as HostCall
    const suspending = (...args: number[]): number | Promise<number> => {
      const result = hostCall(...args)
      const wait = pending()
      return wait ? wait.then(() => result) : result
    }
    const hostInterrupt = imports.env.host_interrupt as HostCall
    const turning = (...args: number[]): number | Promise<number> => {
      const result = hostInterrupt(...args)
      const wait = turn()
      return wait ? wait.then(() => result) : result
    }
    return instantiate.call(webAssembly, module, {
      ...imports,
      env: {
        ...imports.env,
        host_call: new Suspending(suspending as never),
        host_interrupt: new Suspending(turning as never),
      },
    })
  }
  try {
    return { result: await create(), integration: { Suspending, promising } }
  } finally {
    host.instantiate = instantiate
  }
}
