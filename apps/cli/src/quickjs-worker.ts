import { runQuickJs } from '@drydock/playground/quickjs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { BlockingPort } from './blocking-port.ts'

/** The thread in which a script of `node` runs: it may block, since nothing else lives here. */
const port = new BlockingPort(workerData)

runQuickJs({
  wasm: readFile(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')),
  webAssembly: {},
  inflate: async (packed) => new Uint8Array(gunzipSync(packed)),
  post: port.post,
  onMessage: port.onMessage,
  receiveBlocking: port.receiveBlocking,
  poll: port.poll,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  now: () => performance.timeOrigin + performance.now(),
})
