import { runQuickJs, type QuickJsHost } from '@drydock/playground/quickjs'
import wasmUrl from 'quickjs-wasi/quickjs.wasm?url'

/** The worker in which a script of `node` runs; it is ended from outside, whatever the script does. */
const host: QuickJsHost = {
  wasm: fetch(wasmUrl).then((response) => response.arrayBuffer()),
  webAssembly: WebAssembly,
  async inflate(packed) {
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(plain).arrayBuffer())
  },
  post: (message) => postMessage(message),
  onMessage(handler) {
    onmessage = (event) => handler(event.data)
  },
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  now: () => performance.timeOrigin + performance.now(),
}

runQuickJs(host)
