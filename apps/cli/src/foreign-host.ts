import type { ForeignHost, ForeignWorker } from '@drydock/playground'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

/** Beside the bundle of the command. */
const ENTRIES: ReadonlyMap<string, string> = new Map([
  ['quickjs', 'quickjs.mjs'],
  ['pglite', 'pglite.mjs'],
  ['wasi', 'wasi.mjs'],
  ['sqlite', 'sqlite.mjs'],
  ['pyodide', 'pyodide.mjs'],
])

/**
 * V8 compiles equal bytes once in a process while somebody holds the result: a backend that is started again and again
 * starts in a fraction of the time.
 */
const compiled = new Map<string, Promise<unknown>>()
const KEPT: ReadonlyMap<string, () => string> = new Map([
  ['pglite', () => resolved('@electric-sql/pglite').replace(/[^/]*$/, 'pglite.wasm')],
  ['quickjs', () => resolved('quickjs-wasi/quickjs.wasm')],
])
const resolved = (name: string): string => createRequire(import.meta.url).resolve(name)

function keepCompiled(kind: string): void {
  const file = KEPT.get(kind)?.()
  if (file === undefined || compiled.has(kind)) return
  compiled.set(
    kind,
    readFile(file)
      .then((bytes) => WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>))
      .catch(() => undefined),
  )
}

/**
 * Threads for foreign code. Each has a counter in shared memory that grows with every message, so that a thread may
 * stand still until the next one.
 */
export const nodeForeignHost: ForeignHost = {
  spawn(kind): ForeignWorker {
    const entry = ENTRIES.get(kind)
    if (entry === undefined) throw new Error(`no foreign worker ${kind}`)
    keepCompiled(kind)
    const counter = new Int32Array(new SharedArrayBuffer(4))
    const { port1, port2 } = new MessageChannel()
    const file = join(dirname(fileURLToPath(import.meta.url)), entry)
    const worker = new Worker(file, { workerData: { port: port2, counter }, transferList: [port2] })
    return {
      post(message) {
        port1.postMessage(message)
        Atomics.add(counter, 0, 1)
        Atomics.notify(counter, 0)
      },
      onMessage: (handler) => void port1.on('message', handler),
      onError: (handler) => void worker.on('error', (error: Error) => handler(error.message)),
      terminate() {
        port1.close()
        void worker.terminate()
      },
    }
  },
}
