import { ACKNOWLEDGED, Blocked, commandTable, type Handler } from '../command.ts'
import { CommandError, OK } from '../resp/reply.ts'
import { integer } from '../store/numbers.ts'
import { describeClient } from './connection.ts'

const replicaof: Handler = ({ server, client, now }, [host = '', port = '']) => {
  const by = describeClient(client, now)
  if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') {
    server.replication.lead(by)
    return OK
  }
  const number = integer(port, 'ERR Invalid master port')
  if (number < 0 || number > 65535) throw new CommandError('ERR Invalid master port')
  server.replication.follow(host, number, by)
  return OK
}

/** WAIT: until so many replicas have what was written, or the time is over. */
const wait: Handler = ({ server }, [count = '', timeout = '']) => {
  const [wanted, ms] = [integer(count), integer(timeout, 'ERR timeout is not an integer or out of range')]
  const { replication } = server
  if (replication.link)
    throw new CommandError(
      'ERR WAIT cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.',
    )
  if (ms < 0) throw new CommandError('ERR timeout is negative')
  const { offset } = replication
  if (replication.caughtUp(offset) >= wanted) return replication.caughtUp(offset)
  replication.askForAcknowledgements()
  const attempt = (): number | undefined => {
    const there = replication.caughtUp(offset)
    return there >= wanted ? there : undefined
  }
  return new Blocked([ACKNOWLEDGED], ms, () => replication.caughtUp(offset), attempt)
}

export const replicationCommands = commandTable({
  replicaof: [3, 'a', '', replicaof],
  slaveof: [3, 'a', '', replicaof],
  role: [1, 'f', '', ({ server }) => server.replication.describe()],
  wait: [3, '', '', wait],
  replconf: [-1, 'a', '', ({ server, client }, words) => server.replication.configure(client, words)],
  psync: [-3, 'a', '', ({ server, client }) => server.replication.sync(client, false)],
  sync: [1, 'a', '', ({ server, client }) => server.replication.sync(client, true)],
})
