import { type PyodideHost, runPyodide } from '@drydock/playground/pyodide'

/** Served as they are, beside the application's own files; `tools/pyodide-files.ts`. */
const HOME = new URL('../pyodide/', self.location.href).href
/** What has to be there before CPython can start. */
const LARGE: readonly string[] = ['pyodide.asm.wasm', 'python_stdlib.zip', 'snapshot.bin.gz']

/**
 * Fetches the large files with a word about how far it is; Pyodide finds them then.
 * @returns the memory of a started interpreter, where the build has it
 */
async function fetchAll(progress: (loaded: number, total: number) => void): Promise<Uint8Array | undefined> {
  const kept = new Map<string, Blob>()
  let [loaded, total] = [0, 0]
  const one = async (name: string): Promise<void> => {
    const response = await fetch(HOME + name)
    if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) return
    total += Number(response.headers.get('content-length') ?? 0)
    const parts: Uint8Array<ArrayBuffer>[] = []
    const reader = response.body?.getReader()
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      parts.push(part.value)
      loaded += part.value.length
      progress(loaded, Math.max(total, loaded))
    }
    kept.set(HOME + name, new Blob(parts, { type: response.headers.get('content-type') ?? '' }))
  }
  await Promise.all(LARGE.map(one))
  const plain = self.fetch.bind(self)
  self.fetch = async (input, init) => {
    const blob = kept.get(input instanceof Request ? input.url : String(input))
    return blob ? new Response(blob, { headers: { 'content-type': blob.type } }) : plain(input, init)
  }
  const packed = kept.get(`${HOME}snapshot.bin.gz`)?.stream().pipeThrough(new DecompressionStream('gzip'))
  return packed && new Uint8Array(await new Response(packed).arrayBuffer())
}

/** The worker in which CPython runs; it waits by suspending WebAssembly, and is ended from outside whatever it does. */
const host: PyodideHost = {
  async load(progress) {
    const snapshot = await fetchAll(progress)
    const [{ loadPyodide }, { default: createModule }] = (await Promise.all([
      import(/* @vite-ignore */ `${HOME}pyodide.mjs`),
      import(/* @vite-ignore */ `${HOME}pyodide.asm.mjs`),
    ])) as [{ loadPyodide: never }, { default: never }]
    return { loadPyodide, createModule, options: { indexURL: HOME, ...(snapshot && { _loadSnapshot: snapshot }) } }
  },
  post: (message) => postMessage(message),
  onMessage(handler) {
    onmessage = (event) => handler(event.data)
  },
  turn: () =>
    new Promise((done) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        done()
      }
      port2.postMessage(0)
    }),
  now: () => performance.now(),
}

runPyodide(host, WebAssembly)
