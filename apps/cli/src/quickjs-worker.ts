import { runQuickJs } from '@drydock/playground/quickjs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'

/** The thread in which a script of `node` runs: it may block, since nothing else lives here. */
const { port, counter } = workerData as { port: MessagePort; counter: Int32Array }

runQuickJs({
  wasm: readFile(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')),
  webAssembly: {},
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
  poll(wait) {
    for (;;) {
      const before = Atomics.load(counter, 0)
      const received = receiveMessageOnPort(port)
      if (received || !wait) return received?.message as never
      Atomics.wait(counter, 0, before)
    }
  },
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  now: () => performance.timeOrigin + performance.now(),
})
