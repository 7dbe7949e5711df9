import { runPglite } from '@drydock/playground/pglite'
import clusterUrl from 'virtual:postgres-cluster'

/** The first byte of every gzip file. RFC 1952 */
const GZIP = 0x1f

/** The worker with PostgreSQL's backend; its WebAssembly and the fresh cluster are fetched when it is first wanted. */
runPglite({
  async template() {
    const archive = await (await fetch(clusterUrl)).blob()
    // Some servers unpack what is called .gz on its way.
    const [first] = new Uint8Array(await archive.slice(0, 1).arrayBuffer())
    const plain = first === GZIP ? archive.stream().pipeThrough(new DecompressionStream('gzip')) : archive.stream()
    return new Uint8Array(await new Response(plain).arrayBuffer())
  },
  blob: (bytes) => new Blob([bytes as Uint8Array<ArrayBuffer>]),
  post: (message) => postMessage(message),
  onMessage(handler) {
    onmessage = (event) => handler(event.data)
  },
  now: () => performance.now(),
})
