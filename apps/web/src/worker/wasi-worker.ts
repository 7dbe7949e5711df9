import { runWasi, type WasiHost } from '@drydock/playground/wasi'

/** The worker in which a WebAssembly module of an image runs; it is ended from outside, whatever the module does. */
const host: WasiHost = {
  webAssembly: WebAssembly as unknown as WasiHost['webAssembly'],
  post: (message) => postMessage(message),
  onMessage(handler) {
    onmessage = (event) => handler(event.data)
  },
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
}

runWasi(host)
