import { runWasi, type WasiHost } from '@drydock/playground/wasi'
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'

/** The thread in which a WebAssembly module of an image runs: it may block, since nothing else lives here. */
const { port, counter } = workerData as { port: MessagePort; counter: Int32Array }

runWasi({
  webAssembly: WebAssembly as unknown as WasiHost['webAssembly'],
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
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
})
