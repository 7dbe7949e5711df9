import { runSqlite } from '@drydock/playground/sqlite'

/** The worker with the tables of `mysqld`. */
runSqlite({
  post: (message) => postMessage(message),
  onMessage(handler) {
    onmessage = (event) => handler(event.data)
  },
  now: () => Date.now(),
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
})
