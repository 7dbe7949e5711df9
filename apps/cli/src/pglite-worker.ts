import { makeTemplate, runPglite } from '@drydock/playground/pglite'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type MessagePort, workerData } from 'node:worker_threads'

/** The thread with PostgreSQL's backend. */
const { port } = workerData as { port: MessagePort }
/** A fresh cluster, made once and kept beside the bundle. */
const TEMPLATE = fileURLToPath(new URL('postgres-cluster.tar', import.meta.url))

async function template(): Promise<Uint8Array> {
  try {
    return await readFile(TEMPLATE)
  } catch {
    const made = await makeTemplate()
    await writeFile(`${TEMPLATE}.${process.pid}`, made)
    await rename(`${TEMPLATE}.${process.pid}`, TEMPLATE)
    return made
  }
}

runPglite({
  template,
  blob: (bytes) => new Blob([bytes as Uint8Array<ArrayBuffer>]),
  post: (message) => port.postMessage(message),
  onMessage: (handler) => void port.on('message', handler),
  now: () => performance.now(),
})
