import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NO_REPLY, Push } from '../resp/reply.ts'
import { globMatcher } from '../store/glob.ts'

type Change = (call: Call, name: string) => void

const each =
  (kind: string, change: Change): Handler =>
  (call, names) => {
    for (const name of names) {
      change(call, name)
      call.client.reply(new Push([kind, name, countOf(kind, call)]))
    }
    return NO_REPLY
  }

/** Channels of shards are counted by themselves. */
const countOf = (kind: string, { client }: Call): number =>
  /^s(un)?subscribe$/.test(kind) ? client.shardChannels.size : client.subscriptions

/** Without names, of everything. */
const off =
  (kind: string, all: (call: Call) => Iterable<string>, change: Change): Handler =>
  (call, names) => {
    const given = names.length > 0 ? names : [...all(call)]
    if (given.length === 0) call.client.reply(new Push([kind, null, countOf(kind, call)]))
    return each(kind, change)(call, given)
  }

const pubsub: Handler = ({ server: { pubSub } }, [sub = '', ...names]) => {
  const word = sub.toUpperCase()
  if (word === 'CHANNELS') return [...pubSub.channels.keys()].filter(globMatcher(names[0] ?? '*'))
  if (word === 'NUMSUB') return names.flatMap((name) => [name, pubSub.channels.get(name)?.size ?? 0])
  if (word === 'NUMPAT') return pubSub.patterns.size
  if (word === 'SHARDCHANNELS') return [...pubSub.shardChannels.keys()].filter(globMatcher(names[0] ?? '*'))
  if (word === 'SHARDNUMSUB') return names.flatMap((name) => [name, pubSub.shardChannels.get(name)?.size ?? 0])
  throw new CommandError(`ERR unknown subcommand '${sub}'. Try PUBSUB HELP.`)
}

export const pubSubCommands = commandTable({
  subscribe: [-2, 'ps', '', each('subscribe', ({ server, client }, name) => server.pubSub.subscribe(client, name))],
  psubscribe: [-2, 'ps', '', each('psubscribe', ({ server, client }, name) => server.pubSub.psubscribe(client, name))],
  unsubscribe: [
    -1,
    'ps',
    '',
    off(
      'unsubscribe',
      ({ client }) => client.channels,
      ({ server, client }, name) => server.pubSub.unsubscribe(client, name),
    ),
  ],
  punsubscribe: [
    -1,
    'ps',
    '',
    off(
      'punsubscribe',
      ({ client }) => client.patterns,
      ({ server, client }, name) => server.pubSub.punsubscribe(client, name),
    ),
  ],
  ssubscribe: [-2, 'ps', '', each('ssubscribe', ({ server, client }, name) => server.pubSub.ssubscribe(client, name))],
  sunsubscribe: [
    -1,
    'ps',
    '',
    off(
      'sunsubscribe',
      ({ client }) => client.shardChannels,
      ({ server, client }, name) => server.pubSub.sunsubscribe(client, name),
    ),
  ],
  spublish: [3, 'pf', '', ({ server }, [channel = '', message = '']) => server.pubSub.spublish(channel, message)],
  publish: [3, 'pf', '', ({ server }, [channel = '', message = '']) => server.pubSub.publish(channel, message)],
  pubsub: [-2, 'p', '', pubsub],
})
