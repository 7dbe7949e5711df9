import { runPyodide } from '@drydock/playground/pyodide'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { BlockingPort } from './blocking-port.ts'

/** The thread in which CPython runs: it may block, since nothing else lives here. */
const port = new BlockingPort(workerData)

const entry = createRequire(import.meta.url).resolve('pyodide/pyodide.mjs')

/** What `tools/python-image.mjs` made, if it did: CPython starts in a third of the time with it. */
function image(): { stdLibURL?: string; _loadSnapshot?: Uint8Array } {
  const { version } = createRequire(import.meta.url)('pyodide/package.json') as { version: string }
  const folder = join(dirname(entry), '..', '.cache', `drydock-python-${version}`)
  try {
    const stdLibURL = join(folder, 'python_stdlib.zip')
    const _loadSnapshot = gunzipSync(readFileSync(join(folder, 'snapshot.bin.gz')))
    return { _loadSnapshot, ...(existsSync(stdLibURL) && { stdLibURL }) }
  } catch {
    return {}
  }
}

/** Where WebAssembly can be suspended Python has threads; elsewhere this thread stands still while it waits. */
const suspends = 'Suspending' in WebAssembly

runPyodide(
  {
    async load() {
      const own = (name: string): Promise<unknown> => import(pathToFileURL(join(dirname(entry), name)).href)
      const { loadPyodide } = (await own('pyodide.mjs')) as { loadPyodide: never }
      const { default: createModule } = (await own('pyodide.asm.mjs')) as { default: never }
      return { loadPyodide, createModule, options: { indexURL: dirname(entry), ...image() } }
    },
    post: port.post,
    onMessage: port.onMessage,
    ...(suspends
      ? { turn: () => new Promise<void>((done) => setImmediate(done)) }
      : { receiveBlocking: port.receiveBlocking, poll: () => port.poll() }),
    now: () => performance.now(),
  },
  WebAssembly,
)
