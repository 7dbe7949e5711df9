import { CallError } from './call-error.ts'
import type { CreateModule } from './snapshot.ts'
import type { SuspendingModule } from './thread-states.ts'
import { Threads } from './threads.ts'
import type { AnswerMessage, FromWorker, SignalMessage, ToWorker } from '../protocol.ts'

/** What the worker gives. */
export interface PyodideHost {
  /** The functions that pyodide.mjs and pyodide.asm.mjs export, with all files at hand. */
  load(progress: (loadedBytes: number, totalBytes: number) => void): Promise<{
    readonly loadPyodide: (options: object) => Promise<Pyodide>
    readonly createModule: CreateModule
    readonly options: object
  }>
  post(message: FromWorker): void
  onMessage(handler: (message: ToWorker) => void): void
  /** Stands still until the next message; absent where a worker cannot. */
  receiveBlocking?(): ToWorker
  /** A message that came meanwhile; absent where a worker cannot look. */
  poll?(): ToWorker | undefined
  /** Lets messages come in, where they do so only between two turns of the event loop. */
  turn?(): Promise<void>
  now(): number
}

/** So long an interpreter that computes hears nothing. */
const TURN_MS = 100

/** As much of Pyodide's interface as is used. */
export interface Pyodide {
  runPython(code: string, options?: object): unknown
  setInterruptBuffer(buffer: unknown): void
  readonly _module: SuspendingModule
  readonly globals: {
    set(name: string, value: unknown): void
    get(name: string): ((...args: readonly unknown[]) => unknown) & {
      callPromising(...args: readonly unknown[]): Promise<unknown>
    }
  }
}

/**
 * The way to the kernel. Where the worker can stand still an answer is there at once; elsewhere it is a promise, for
 * which WebAssembly is suspended.
 */
export class Bridge {
  private readonly host: PyodideHost
  /** The worker stands still for an answer: nothing is suspended, and there are no threads. */
  readonly blocking: boolean
  private nextId = 1
  private readonly waiting = new Map<number, (answer: AnswerMessage) => void>()
  private readonly signals: number[] = []
  private busySince: number
  private turnedAt = 0
  private toldBytes = 0
  heapBytes: () => number = () => 0
  readonly threads = new Threads((ms) => this.ask(this.nextId++, 'sleep', [ms]))

  constructor(host: PyodideHost) {
    this.host = host
    this.blocking = host.receiveBlocking !== undefined
    this.busySince = host.now()
  }

  call(op: string, args: readonly unknown[], bytes?: Uint8Array): AnswerMessage | Promise<AnswerMessage> {
    const id = this.nextId++
    this.tell()
    if (this.host.receiveBlocking) {
      this.host.post({ kind: 'call', id, op, args, bytes })
      return this.block(id, this.host.receiveBlocking.bind(this.host))
    }
    const back = this.threads.leave(op)
    const answered = this.ask(id, op, args, bytes)
    return (back ? answered.then((answer) => back().then(() => answer)) : answered).then((answer) => {
      this.busySince = this.turnedAt = this.host.now()
      return checked(answer)
    })
  }

  private ask(id: number, op: string, args: readonly unknown[], bytes?: Uint8Array): Promise<AnswerMessage> {
    this.host.post({ kind: 'call', id, op, args, bytes })
    return new Promise((resolve) => this.waiting.set(id, resolve))
  }

  receive(message: ToWorker): void {
    if (message.kind === 'signal') return this.note(message)
    if (message.kind !== 'answer') return
    this.waiting.get(message.id)?.(message)
    this.waiting.delete(message.id)
  }

  /** The next signal that came for Python; 0 for none. Looked at by the interpreter every few instructions. */
  pendingSignal(): number {
    if (!this.threads.handlesSignals) return 0
    for (let message = this.host.poll?.(); message; message = this.host.poll?.()) this.receive(message)
    return this.signals[0] ?? 0
  }

  /** What the interpreter asks every few instructions: lets messages come in first, when it is time. */
  checkSignals(): number | Promise<number> {
    const { turn, now } = this.host
    if (!turn || now() - this.turnedAt < TURN_MS) return this.takeSignal()
    const back = this.threads.leave()
    return turn().then(async () => {
      await back?.()
      this.turnedAt = now()
      return this.takeSignal()
    })
  }

  private takeSignal(): number {
    const signal = this.pendingSignal()
    if (signal !== 0) this.signalTaken()
    return signal
  }

  signalTaken(): void {
    this.signals.shift()
  }

  /** How much of CPython has come over the network. */
  progress(loadedBytes: number, totalBytes: number): void {
    this.host.post({ kind: 'progress', loadedBytes, totalBytes })
  }

  exit(code: number): void {
    this.tell()
    this.host.post({ kind: 'exit', code })
  }

  /** CPython itself gave up, or could not be loaded. */
  crash(error: unknown): void {
    const text = `python3: ${error instanceof Error ? error.message : String(error)}\n`
    this.host.post({ kind: 'call', id: 0, op: 'write', args: [2], bytes: new TextEncoder().encode(text) })
    this.exit(1)
  }

  private note({ signal }: SignalMessage): void {
    this.signals.push(signal)
    this.threads.interrupt()
  }

  private block(id: number, receive: () => ToWorker): AnswerMessage {
    for (;;) {
      const message = receive()
      if (message.kind === 'answer' && message.id === id) {
        this.busySince = this.host.now()
        return checked(message)
      }
      this.receive(message)
    }
  }

  /** Says what was used, before the interpreter waits. */
  private tell(): void {
    const cpuMs = this.host.now() - this.busySince
    const bytes = this.heapBytes()
    if (cpuMs >= 1 || bytes !== this.toldBytes)
      this.host.post({ kind: 'usage', cpuMs, heapBytes: bytes - this.toldBytes })
    this.toldBytes = bytes
    this.busySince = this.host.now()
  }
}

function checked(answer: AnswerMessage): AnswerMessage {
  if (answer.error !== undefined) throw new CallError(answer.error)
  return answer
}
