import { runPyodide } from '@drydock/playground/pyodide'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { workerData } from 'node:worker_threads'
import { BlockingPort } from './blocking-port.ts'

/** The thread in which CPython runs: it may block, since nothing else lives here. */
const port = new BlockingPort(workerData)

const entry = createRequire(import.meta.url).resolve('pyodide/pyodide.mjs')

runPyodide(
  {
    async load() {
      const { loadPyodide } = (await import(pathToFileURL(entry).href)) as { loadPyodide: never }
      return { loadPyodide, options: { indexURL: dirname(entry) } }
    },
    post: port.post,
    onMessage: port.onMessage,
    receiveBlocking: port.receiveBlocking,
    poll: () => port.poll(),
    now: () => performance.now(),
  },
  WebAssembly,
)
