import { type PyodideHost, runPyodide } from '@drydock/playground/pyodide'

/** Served as they are, beside the application's own files; `tools/pyodide-files.ts`. */
const HOME = new URL('../pyodide/', self.location.href).href
/** What has to be there before CPython can start. */
const LARGE: readonly string[] = ['pyodide.asm.wasm', 'python_stdlib.zip']

/** Fetches the large files with a word about how far it is; Pyodide finds them then. */
async function fetchAll(progress: (loaded: number, total: number) => void): Promise<void> {
  const kept = new Map<string, Blob>()
  let [loaded, total] = [0, 0]
  const one = async (name: string): Promise<void> => {
    const response = await fetch(HOME + name)
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
}

/** The worker in which CPython runs; it waits by suspending WebAssembly, and is ended from outside whatever it does. */
const host: PyodideHost = {
  async load(progress) {
    await fetchAll(progress)
    const { loadPyodide } = (await import(/* @vite-ignore */ `${HOME}pyodide.mjs`)) as { loadPyodide: never }
    return { loadPyodide, options: { indexURL: HOME } }
  },
  post: (message) => postMessage(message),
  onMessage(handler) {
    onmessage = (event) => handler(event.data)
  },
  now: () => performance.now(),
}

runPyodide(host, WebAssembly)
