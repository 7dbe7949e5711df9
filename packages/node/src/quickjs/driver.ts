import { EvalFlags, JSException, type JSValueHandle } from 'quickjs-wasi'
import type { AnswerMessage, CallMessage, FromWorker, StartMessage, ToWorker } from '../protocol.ts'
import { guestMemory } from './guest-memory.ts'
import { Vm } from './vm.ts'
import { askWeb } from './web-host.ts'
import { zoneOffset } from './zone.ts'

/** What the worker gives. */
export interface QuickJsHost {
  /** The bytes or the module of quickjs.wasm. */
  readonly wasm: Promise<unknown>
  readonly webAssembly: object
  /** Unpacks gzip. */
  inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  post(message: FromWorker): void
  onMessage(handler: (message: ToWorker) => void): void
  /** Stands still until the next message; absent where a worker cannot. */
  receiveBlocking?(): ToWorker
  /** The next message, waiting for one when asked to; absent where a worker cannot. */
  poll?(wait: boolean): ToWorker | undefined
  after(delayMs: number, callback: () => void): { cancel(): void }
  now(): number
}

/** How long a script runs before it lets messages in. */
const TURN_MS = 20
const MEMORY_LIMIT = 512 * 1024 * 1024

/** Runs one script from its start message to its exit. */
export function runQuickJs(host: QuickJsHost): void {
  const driver = new Driver(host)
  host.onMessage((message) => driver.receive(message))
}

interface LoopState {
  readonly alive: boolean
  /** Until the next timer; -1 for none. */
  readonly timeoutMs: number
  readonly exitCode: number
}

/** The guest numbers the calls whose answers are events; the others get numbers here. */
type GuestCall = Omit<CallMessage, 'kind' | 'id' | 'bytes'> & { readonly id?: number }

class Driver {
  private readonly host: QuickJsHost
  private vm: Vm | undefined
  private readonly events: ToWorker[] = []
  private readonly answers = new Map<number, (answer: AnswerMessage) => void>()
  private wake: (() => void) | undefined
  private answer: AnswerMessage | undefined
  private readonly modules = new Map<string, string>()
  private nextId = 1

  constructor(host: QuickJsHost) {
    this.host = host
  }

  // time and memory ------------------------------------------------------------------------------------------------------

  private busySince = 0
  private lastTurn = 0
  private toldBytes = 0
  private held = false
  private release: (() => void) | undefined

  /** Says what was used; called before the script waits and now and then while it runs. */
  private tell(): void {
    const now = this.host.now()
    const cpuMs = now - this.busySince
    const bytes = this.vm?.memoryBytes ?? 0
    this.busySince = now
    if (cpuMs >= 1 || bytes !== this.toldBytes)
      this.host.post({ kind: 'usage', cpuMs, heapBytes: bytes - this.toldBytes })
    this.toldBytes = bytes
  }

  /** A script that runs for long lets messages in, and stands still while its process may not run. */
  private turn(): Promise<void> | undefined {
    const now = this.host.now()
    if (now - this.lastTurn < TURN_MS) return undefined
    this.lastTurn = now
    this.tell()
    const { poll } = this.host
    if (poll) return this.standStill(poll)
    return new Promise<void>((later) => void this.host.after(0, later))
      .then(() => (this.held ? new Promise<void>((go) => (this.release = go)) : undefined))
      .then(() => void (this.busySince = this.lastTurn = this.host.now()))
  }

  private standStill(poll: (wait: boolean) => ToWorker | undefined): undefined {
    for (let message = poll(this.held); message; message = poll(this.held)) this.receive(message)
    this.busySince = this.lastTurn = this.host.now()
    return undefined
  }

  private hold(on: boolean): void {
    this.held = on
    if (on) return
    this.release?.()
    this.release = undefined
  }

  receive(message: ToWorker): void {
    if (message.kind === 'pause') return this.hold(message.on)
    if (message.kind === 'start') {
      this.main(message).catch((error: unknown) => this.crash(error))
      return
    }
    const waiting = message.kind === 'answer' ? this.answers.get(message.id) : undefined
    if (message.kind === 'answer' && waiting) {
      this.answers.delete(message.id)
      return waiting(message)
    }
    this.events.push(message)
    this.wake?.()
  }

  private async main(start: StartMessage): Promise<void> {
    const [wasm, memory] = await Promise.all([this.host.wasm, guestMemory(this.host.inflate)])
    this.vm = await Vm.create({
      wasm,
      memory,
      timezoneOffset: zoneOffset(start.env.TZ),
      webAssembly: this.host.webAssembly,
      memoryLimit: MEMORY_LIMIT,
      loadModule: (name) => this.moduleSource(name),
      onTurn: () => this.turn(),
    })
    this.toldBytes = this.vm.memoryBytes
    this.defineHost(this.vm)
    this.busySince = this.host.now()
    await this.guestCall('start', start)
    for (;;) {
      const state = (await this.guestCall('next', this.host.now())) as LoopState
      if (!state.alive) return this.exit(state.exitCode)
      await this.waitForEvent(state.timeoutMs)
      for (const event of this.events.splice(0)) await this.dispatch(event)
    }
  }

  private moduleSource(name: string): string {
    // The machine cannot be told while it loads: the module itself tells the script.
    return this.modules.get(name) ?? `throw new Error(${JSON.stringify(`Cannot find module '${name}'`)})`
  }

  private async dispatch(event: ToWorker): Promise<void> {
    if (event.kind === 'answer') this.answer = event
    await this.guestCall('dispatch', event.kind === 'answer' ? { ...event, bytes: undefined } : event)
  }

  /** Calls a function of the guest with a value that survives JSON. */
  private async guestCall(name: string, value: unknown): Promise<unknown> {
    if (!this.vm) return undefined
    const result = await this.vm.run(`__drydock.${name}(${JSON.stringify(value)})`, 'node:internal/loop')
    const text = result.toString()
    result.dispose()
    return text.startsWith('{') ? JSON.parse(text) : undefined
  }

  private async waitForEvent(timeoutMs: number): Promise<void> {
    this.tell()
    await this.nextEvent(timeoutMs)
    if (this.held) await new Promise<void>((go) => (this.release = go))
    this.busySince = this.host.now()
  }

  private nextEvent(timeoutMs: number): Promise<void> {
    if (this.events.length > 0 || timeoutMs === 0) return new Promise((later) => void this.host.after(0, later))
    return new Promise((resolve) => {
      const timer = timeoutMs > 0 ? this.host.after(timeoutMs, resolve) : undefined
      this.wake = () => {
        timer?.cancel()
        resolve()
      }
    })
  }

  private exit(code: number): void {
    this.tell()
    this.host.post({ kind: 'exit', code })
  }

  /** The guest handles its own errors; what comes here is the machine's end, out of memory for instance. */
  private crash(error: unknown): void {
    const text = error instanceof JSException ? `${error.message}\n${error.stack ?? ''}\n` : `${String(error)}\n`
    this.host.post({ kind: 'call', id: 0, op: 'write', args: [2], bytes: new TextEncoder().encode(text), wait: false })
    this.exit(error instanceof JSException && /out of memory/.test(text) ? 134 : 1)
  }

  // host functions -----------------------------------------------------------------------------------------

  private defineHost(vm: Vm): void {
    const { quickjs } = vm
    const nothing = quickjs.getUndefined()
    // The guest has functions of these names, which look for them here.
    const define = (name: string, fn: (args: readonly JSValueHandle[]) => JSValueHandle): void =>
      quickjs.registerHostCallback(name, (...args) => fn(args))
    define('__call', (args) => (this.call(vm, args), nothing))
    define('__answer', () => quickjs.newString(JSON.stringify({ ...this.answer, bytes: undefined })))
    define('__answerBytes', () => (this.answer?.bytes ? quickjs.newArrayBuffer(this.answer.bytes) : nothing))
    define('__now', () => quickjs.newNumber(this.host.now()))
    define('__compile', ([code, name]) => this.compile(vm, code?.toString() ?? '', name?.toString() ?? ''))
    define(
      '__defineModule',
      ([name, code]) => (this.modules.set(name?.toString() ?? '', code?.toString() ?? ''), nothing),
    )
    define('__promise', ([promise]) => (promise ? vm.promiseParts(promise) : nothing))
    define('__web', ([name, args]) => quickjs.newString(askWeb(name?.toString() ?? '', args?.toString() ?? '[]')))
  }

  /** A function expression under its file's name; what is wrong with it is left in `__thrown`, as it was. */
  private compile(vm: Vm, code: string, name: string): JSValueHandle {
    const { quickjs } = vm
    try {
      return vm.nested(() => quickjs.evalCode(code, name, EvalFlags.TYPE_GLOBAL))
    } catch (error) {
      if (!(error instanceof JSException)) throw error
      const global = quickjs.getGlobal()
      global.setProp('__thrown', error.handle)
      global.dispose()
      return quickjs.getUndefined()
    }
  }

  /** `__call(json, bytes)`: with `wait` the script stands still until the answer, which `__answer` then gives. */
  private call(vm: Vm, [request, bytes]: readonly JSValueHandle[]): void {
    const { op, args, wait, id = this.nextId++ } = JSON.parse(request?.toString() ?? '{}') as GuestCall
    const copy = bytes && vm.quickjs.typeof(bytes) === 'object' ? bytes.toUint8Array() : undefined
    this.host.post({ kind: 'call', id, op, args, bytes: copy, wait })
    if (!wait) return
    this.tell()
    if (this.host.receiveBlocking) return this.blockFor(id, this.host.receiveBlocking.bind(this.host))
    vm.suspendFor(
      new Promise((resume) => {
        this.answers.set(id, (answer) => {
          this.answer = answer
          this.busySince = this.host.now()
          resume()
        })
      }),
    )
  }

  private blockFor(id: number, receive: () => ToWorker): void {
    for (;;) {
      const message = receive()
      if (message.kind === 'answer' && message.id === id) {
        this.answer = message
        this.busySince = this.host.now()
        return
      }
      if (message.kind === 'pause') this.hold(message.on)
      else this.events.push(message)
    }
  }
}
