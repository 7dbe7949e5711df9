import { type Guest, IMPORTS, type Later } from './imports.ts'
import { Memory } from './memory.ts'
import type { AnswerMessage, FromWorker, StartMessage, ToWorker } from './protocol.ts'

/** The parts of WebAssembly that are used; the last two where it can wait for promises. */
export interface WebAssemblyHost {
  compile(bytes: Uint8Array): Promise<object>
  instantiate(module: object, imports: Record<string, Record<string, unknown>>): Promise<{ exports: Exports }>
  readonly Module: {
    imports(module: object): { readonly module: string; readonly name: string; readonly kind: string }[]
  }
  readonly Suspending?: new (fn: (...args: never[]) => unknown) => object
  readonly promising?: (fn: unknown) => () => Promise<void>
}

interface Exports {
  readonly memory?: { readonly buffer: ArrayBuffer }
  readonly _start?: () => void
}

/** What the worker gives. */
export interface WasiHost {
  readonly webAssembly: WebAssemblyHost
  post(message: FromWorker): void
  onMessage(handler: (message: ToWorker) => void): void
  /** Stands still until the next message; absent where a worker cannot. */
  receiveBlocking?(): ToWorker
  /** Milliseconds: since 1970, and since some moment. */
  now(): number
  monotonic(): number
}

/** The module asked for its end. */
class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

/** The module cannot be run at all. */
class Unusable extends Error {}

/** As a process that was ended by SIGABRT: what wasmtime gives for a trap. */
const TRAPPED = 134
const PREVIEW1 = new Set(['wasi_snapshot_preview1', 'wasi_unstable'])

/** Runs one module from its start message to its exit. */
export function runWasi(host: WasiHost): void {
  const answers = new Map<number, (answer: AnswerMessage) => void>()
  host.onMessage((message) => {
    if (message.kind === 'answer') return answers.get(message.id)?.(message)
    start(host, message, answers).then(
      () => host.post({ kind: 'exit', code: 0 }),
      (error: unknown) => host.post(endOf(error)),
    )
  })
}

function endOf(error: unknown): FromWorker {
  if (error instanceof Exit) return { kind: 'exit', code: error.code }
  const problem = error instanceof Error ? error.message : String(error)
  if (error instanceof Unusable) return { kind: 'exit', code: 1, problem }
  return { kind: 'exit', code: TRAPPED, problem: `wasm trap: ${problem}` }
}

async function start(
  host: WasiHost,
  { module: bytes, argv, env }: StartMessage,
  answers: Map<number, (answer: AnswerMessage) => void>,
): Promise<void> {
  const { webAssembly } = host
  const { Suspending, promising } = webAssembly
  if (!host.receiveBlocking && !(Suspending && promising))
    throw new Unusable('this browser cannot let WebAssembly wait (JavaScript promise integration)')
  const module = await compiled(webAssembly, bytes)
  const box: { memory?: Memory } = {}
  const encoded = (texts: readonly string[]): Uint8Array[] => texts.map((text) => new TextEncoder().encode(text))
  const guest: Guest = {
    get memory() {
      if (!box.memory) throw new Unusable('missing required memory export')
      return box.memory
    },
    argv: encoded(argv),
    env: encoded(env),
    ask: asker(host, answers),
    now: () => host.now(),
    monotonic: () => host.monotonic(),
    exit(code) {
      throw new Exit(code)
    },
  }
  const bound = (name: string): unknown => {
    const call = (...args: number[]): Later<number> => IMPORTS[name]?.(guest, ...args) ?? 0
    return Suspending && !host.receiveBlocking ? new Suspending(call) : call
  }
  const { exports } = await webAssembly.instantiate(module, importsOf(webAssembly, module, bound))
  if (exports.memory) box.memory = new Memory(exports.memory)
  if (!exports._start) throw new Unusable('no `_start` function was exported')
  if (promising && !host.receiveBlocking) await promising(exports._start)()
  else exports._start()
}

/** @throws Unusable */
async function compiled(webAssembly: WebAssemblyHost, bytes: Uint8Array): Promise<object> {
  try {
    return await webAssembly.compile(bytes)
  } catch (error) {
    throw new Unusable(error instanceof Error ? error.message : String(error))
  }
}

/** @throws Unusable when the module wants what is not there */
function importsOf(
  { Module }: WebAssemblyHost,
  module: object,
  bound: (name: string) => unknown,
): Record<string, Record<string, unknown>> {
  const rooms: Record<string, Record<string, unknown>> = {}
  for (const { module: room, name } of Module.imports(module)) {
    if (!PREVIEW1.has(room) || !Object.hasOwn(IMPORTS, name))
      throw new Unusable(`unknown import: \`${room}::${name}\` has not been defined`)
    rooms[room] = { ...rooms[room], [name]: bound(name) }
  }
  return rooms
}

/** Questions are numbered; the module stands still until its answer is there. */
function asker(host: WasiHost, answers: Map<number, (answer: AnswerMessage) => void>): Guest['ask'] {
  let id = 0
  return (op, args, bytes) => {
    const mine = ++id
    host.post({ kind: 'call', id: mine, op, args, ...(bytes ? { bytes } : {}) })
    const { receiveBlocking } = host
    if (!receiveBlocking)
      return new Promise<AnswerMessage>((resolve) => {
        answers.set(mine, (answer) => {
          answers.delete(mine)
          resolve(answer)
        })
      })
    for (;;) {
      const message = receiveBlocking.call(host)
      if (message.kind === 'answer' && message.id === mine) return message
    }
  }
}
