import { runWasi, type WasiHost } from '@drydock/playground/wasi'
import { workerData } from 'node:worker_threads'
import { BlockingPort } from './blocking-port.ts'

/** The thread in which a WebAssembly module of an image runs: it may block, since nothing else lives here. */
const port = new BlockingPort(workerData)

runWasi({
  webAssembly: WebAssembly as unknown as WasiHost['webAssembly'],
  post: port.post,
  onMessage: port.onMessage,
  receiveBlocking: port.receiveBlocking,
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
})
