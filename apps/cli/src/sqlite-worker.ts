import { runSqlite } from '@drydock/playground/sqlite'
import { webcrypto } from 'node:crypto'
import { type MessagePort, workerData } from 'node:worker_threads'

/** The thread with the tables of `mysqld`. */
const { port } = workerData as { port: MessagePort }

runSqlite({
  post: (message) => port.postMessage(message),
  onMessage: (handler) => void port.on('message', handler),
  now: () => Date.now(),
  random: (length) => webcrypto.getRandomValues(new Uint8Array(length)),
})
