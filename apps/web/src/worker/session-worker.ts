import { createPlayground, isEndOfProgram, type PlaygroundApi, type SessionState } from '@drydock/playground'
import { expose } from 'comlink'
import { IdbBlockStore, MemoryBlockStore } from '../storage/idb-block-store.ts'
import { BegunSession } from './begun-session.ts'
import { browserClock, browserEntropy, browserForeignHost } from './powers.ts'
import { orderIn } from './order.ts'
import { acquireSession } from './session-lock.ts'

/** The session's worker: host powers of the browser around the playground, and nothing else. */
export interface WorkerApi extends PlaygroundApi {
  /** The view is posted on `port` whenever it changes. */
  follow(port: MessagePort): Promise<void>
}

const listeners: MessagePort[] = []
const foreign = browserForeignHost(
  new Map([
    ['quickjs', () => new Worker(new URL('./quickjs-worker.ts', import.meta.url), { type: 'module' })],
    ['wasi', () => new Worker(new URL('./wasi-worker.ts', import.meta.url), { type: 'module' })],
    ['sqlite', () => new Worker(new URL('./sqlite-worker.ts', import.meta.url), { type: 'module' })],
    ['pyodide', () => new Worker(new URL('./pyodide-worker.ts', import.meta.url), { type: 'module' })],
    ['pglite', () => new Worker(new URL('./pglite-worker.ts', import.meta.url), { type: 'module' })],
  ]),
)

const playground = createPlayground({
  clock: browserClock(),
  entropy: browserEntropy,
  foreign,
  openStore,
  acquire: acquireSession,
  openMemory: () => new MemoryBlockStore(),
  onChange: (state: SessionState) => {
    for (const port of listeners) port.postMessage(state)
  },
})

/** The store, tried once; in memory, with the reason, where the browser gives none. */
async function openStore() {
  try {
    const store = new IdbBlockStore()
    await store.load('probe/')
    return { store }
  } catch (error) {
    return { store: new MemoryBlockStore(), unavailable: error instanceof Error ? error.message : String(error) }
  }
}

const begun = new BegunSession(playground, orderIn(self.name))
const api: WorkerApi = Object.assign(Object.create(playground) as PlaygroundApi, {
  open: (id: string, wait: boolean) => begun.take(id) ?? playground.open(id, wait),
  openNew: (id: string) => begun.take(id) ?? playground.openNew(id),
  async follow(port: MessagePort) {
    listeners.push(port)
  },
})

// A killed program's loose ends are no failure of the page.
addEventListener('unhandledrejection', (event) => {
  if (isEndOfProgram(event.reason)) event.preventDefault()
})

expose(api)
