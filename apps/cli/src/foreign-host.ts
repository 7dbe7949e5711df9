import type { ForeignHost, ForeignWorker } from '@drydock/playground'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

/** Beside the bundle of the command. */
const ENTRIES: ReadonlyMap<string, string> = new Map([['quickjs', 'quickjs.mjs']])

/**
 * Threads for foreign code. Each has a counter in shared memory that grows with every message, so that a thread may
 * stand still until the next one.
 */
export const nodeForeignHost: ForeignHost = {
  spawn(kind): ForeignWorker {
    const entry = ENTRIES.get(kind)
    if (entry === undefined) throw new Error(`no foreign worker ${kind}`)
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
