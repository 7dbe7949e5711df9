import { runPyodide } from '@drydock/playground/pyodide'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'

/** The thread in which CPython runs: it may block, since nothing else lives here. */
const { port, counter } = workerData as { port: MessagePort; counter: Int32Array }

const entry = createRequire(import.meta.url).resolve('pyodide/pyodide.mjs')

runPyodide(
  {
    async load() {
      const { loadPyodide } = (await import(pathToFileURL(entry).href)) as { loadPyodide: never }
      return { loadPyodide, options: { indexURL: dirname(entry) } }
    },
    post: (message) => port.postMessage(message),
    onMessage: (handler) => void port.on('message', handler),
    receiveBlocking() {
      for (;;) {
        const before = Atomics.load(counter, 0)
        const received = receiveMessageOnPort(port)
        if (received) return received.message as never
        Atomics.wait(counter, 0, before)
      }
    },
    poll: () => receiveMessageOnPort(port)?.message as never,
    now: () => performance.now(),
  },
  WebAssembly,
)
