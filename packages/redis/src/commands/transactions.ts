import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NIL_ARRAY, OK } from '../resp/reply.ts'

function endTransaction({ client }: Call): void {
  client.queue = undefined
  client.queueBroken = false
  client.watched.clear()
  client.watchedChanged = false
}

const exec: Handler = (call) => {
  const { client, server } = call
  const { queue, queueBroken, watchedChanged } = client
  if (!queue) throw new CommandError('ERR EXEC without MULTI')
  // A watched key whose time is over has changed.
  for (const place of client.watched) {
    const [index = '', ...rest] = place.split(':')
    server.database(Number(index)).find(rest.join(':'))
  }
  const stale = watchedChanged || client.watchedChanged
  endTransaction(call)
  if (queueBroken) throw new CommandError('EXECABORT Transaction discarded because of previous errors.')
  if (stale) return NIL_ARRAY
  server.persistence.begin()
  const replies = queue.map((argv) => server.runQueued(client, argv))
  server.persistence.end(client.db)
  return replies
}

export const transactionCommands = commandTable({
  multi: [
    1,
    'fs',
    '',
    ({ client }) => {
      if (client.queue) throw new CommandError('ERR MULTI calls can not be nested')
      client.queue = []
      return OK
    },
  ],
  exec: [1, 's', '', exec],
  discard: [
    1,
    'fs',
    '',
    (call) => {
      if (!call.client.queue) throw new CommandError('ERR DISCARD without MULTI')
      endTransaction(call)
      return OK
    },
  ],
  watch: [
    -2,
    'fs',
    '1 -1',
    ({ client, db }, keys) => {
      if (client.queue) throw new CommandError('ERR WATCH inside MULTI is not allowed')
      for (const key of keys) {
        db.find(key)
        client.watched.add(`${db.index}:${key}`)
      }
      return OK
    },
  ],
  unwatch: [
    1,
    'fs',
    '',
    ({ client }) => {
      client.watched.clear()
      client.watchedChanged = false
      return OK
    },
  ],
})
