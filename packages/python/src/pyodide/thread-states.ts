import type { States } from './threads.ts'

/** As much of Pyodide's module as threads need. */
export interface SuspendingModule {
  readonly HEAP32: Int32Array
  readonly StackState: new () => { restore(): void }
  readonly validSuspender: { value: boolean }
  /** @returns the PyThreadState of the running call, which gives way to that of the event loop */
  _captureThreadState(): number
  _restoreThreadState(state: number): void
  /** @returns 0 while C is in a call that needs no interpreter: Py_BEGIN_ALLOW_THREADS */
  _PyThreadState_GetUnchecked(): number
  _PyThreadState_Swap(state: number): number
}

interface Kept {
  readonly stack: { restore(): void }
  readonly thread: number
  readonly attached: boolean
}

/** What a call into Python that is suspended leaves behind: its part of the stack, and its PyThreadState. */
export class ThreadStates implements States {
  private readonly module: SuspendingModule
  private readonly own = new Map<number, number>()
  /** Where Python reads which thread it is in. */
  private readonly cell: number

  constructor(module: SuspendingModule, cell: number) {
    this.module = module
    this.cell = cell
  }

  begin(thread: number): void {
    this.own.set(thread, this.module._PyThreadState_GetUnchecked())
  }

  end(thread: number): void {
    this.own.delete(thread)
  }

  enter(thread: number): void {
    this.module.HEAP32[this.cell / 4] = thread
  }

  save(thread: number): unknown {
    const { module } = this
    const attached = module._PyThreadState_GetUnchecked() !== 0
    if (!attached) module._PyThreadState_Swap(this.own.get(thread) ?? 0)
    return { stack: new module.StackState(), thread: module._captureThreadState(), attached }
  }

  restore(state: unknown): void {
    const { stack, thread, attached } = state as Kept
    stack.restore()
    this.module._restoreThreadState(thread)
    if (!attached) this.module._PyThreadState_Swap(0)
    this.module.validSuspender.value = true
  }
}
