import type { Client } from '../client.ts'
import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, OK, type Reply, ReplyMap, Status, SYNTAX, Verbatim } from '../resp/reply.ts'
import { integer } from '../store/numbers.ts'

const ping: Handler = ({ client }, [message]) => {
  if (client.subscriptions > 0 && client.protocol === 2) return ['pong', message ?? '']
  return message ?? new Status('PONG')
}

const auth: Handler = (call, words) => {
  if (words.length > 2) throw new CommandError(SYNTAX)
  const { acl } = call.server
  if (words.length === 1 && acl.users.get('default')?.hasPassword !== true)
    throw new CommandError(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    )
  const [user = '', password = ''] = words.length === 2 ? words : ['default', words[0]]
  acl.authenticate(call.client, user, password)
  return OK
}

const hello: Handler = (call, [version, ...words]) => {
  const { client, server } = call
  if (version !== undefined && !/^\d+$/.test(version))
    throw new CommandError('ERR Protocol version is not an integer or out of range')
  if (version !== undefined && version !== '2' && version !== '3')
    throw new CommandError('NOPROTO unsupported protocol version')
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    if (word === 'AUTH') server.acl.authenticate(client, words[++i] ?? '', words[++i] ?? '')
    else if (word === 'SETNAME') client.name = words[++i] ?? ''
    else throw new CommandError(`ERR Syntax error in HELLO option '${words[i]}'`)
  }
  if (!client.authenticated)
    throw new CommandError(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    )
  if (version !== undefined) client.protocol = version === '3' ? 3 : 2
  return new ReplyMap([
    ['server', 'redis'],
    ['version', server.version],
    ['proto', client.protocol],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', server.replication.role === 'master' ? 'master' : 'replica'],
    ['modules', []],
  ])
}

/** A line of CLIENT LIST. */
export function describeClient(client: Client, now: number): string {
  const seconds = (since: number): number => Math.floor((now - since) / 1000)
  const flags = client.monitor ? 'O' : client.wait ? 'b' : client.subscriptions > 0 ? 'P' : client.queue ? 'x' : 'N'
  return [
    `id=${client.id} addr=${client.address} laddr=127.0.0.1:6379 fd=${client.id + 7} name=${client.name}`,
    `age=${seconds(client.since)} idle=${seconds(client.lastActive)} flags=${flags} db=${client.db}`,
    `sub=${client.channels.size} psub=${client.patterns.size} ssub=0 multi=${client.queue?.length ?? -1}`,
    `qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22298`,
    `events=r cmd=${client.lastCommand} user=${client.user} redir=-1 resp=${client.protocol}`,
    `lib-name=${client.library} lib-ver=${client.libraryVersion}`,
  ].join(' ')
}

/** Of CLIENT KILL. @throws CommandError */
function checkFilter(word: string, value: string): void {
  if (!/^(ID|TYPE|USER|ADDR|LADDR|SKIPME|MAXAGE)$/.test(word)) throw new CommandError(SYNTAX)
  if (word === 'ID' && !/^\d+$/.test(value)) throw new CommandError('ERR client-id should be greater than 0')
  if (word === 'SKIPME' && !/^(yes|no)$/i.test(value)) throw new CommandError(SYNTAX)
  if (word === 'TYPE' && !/^(normal|master|replica|slave|pubsub)$/i.test(value))
    throw new CommandError(`ERR Unknown client type '${value}'`)
}

function kill({ server, client }: Call, words: readonly string[]): Reply {
  const old = words.length === 1
  const wanted = new Map<string, string>()
  if (old) wanted.set('ADDR', words[0] ?? '')
  else for (let i = 0; i < words.length; i += 2) wanted.set((words[i] ?? '').toUpperCase(), words[i + 1] ?? '')
  for (const [word, value] of wanted) checkFilter(word, value)
  const user = wanted.get('USER')
  if (user !== undefined && !server.acl.users.has(user)) throw new CommandError(`ERR No such user '${user}'`)
  const victims = [...server.clients.values()].filter(
    (each) =>
      (!wanted.has('ID') || String(each.id) === wanted.get('ID')) &&
      (!wanted.has('ADDR') || each.address === wanted.get('ADDR')) &&
      (!wanted.has('USER') || each.user === wanted.get('USER')) &&
      (!wanted.has('LADDR') || wanted.get('LADDR') === '127.0.0.1:6379') &&
      (!wanted.has('TYPE') || wanted.get('TYPE')?.toLowerCase() === (each.subscriptions > 0 ? 'pubsub' : 'normal')) &&
      (old || each !== client || /^no$/i.test(wanted.get('SKIPME') ?? '')),
  )
  if (old && victims.length === 0) throw new CommandError('ERR No such client')
  for (const victim of victims) victim.close()
  return old ? OK : victims.length
}

type Sub = (call: Call, words: readonly string[]) => Reply

/** @throws CommandError for another number of words */
const exactly =
  (name: string, count: number, run: Sub): Sub =>
  (call, words) => {
    if (words.length !== count) throw new CommandError(`ERR wrong number of arguments for 'client|${name}' command`)
    return run(call, words)
  }

/** What CLIENT LIST TYPE and ID choose. @throws CommandError */
function listed(words: readonly string[]): (client: Client) => boolean {
  const [word, ...rest] = words
  if (word === undefined) return () => true
  if (word.toUpperCase() === 'ID' && rest.length > 0) {
    const ids = new Set(rest.map((id) => integer(id, 'ERR Invalid client ID')))
    return ({ id }) => ids.has(id)
  }
  const [type = ''] = rest
  if (word.toUpperCase() !== 'TYPE' || rest.length !== 1) throw new CommandError(SYNTAX)
  if (!/^(normal|master|replica|slave|pubsub)$/i.test(type)) throw new CommandError(`ERR Unknown client type '${type}'`)
  return (client) =>
    type.toLowerCase() === (client.isMaster ? 'master' : client.subscriptions > 0 ? 'pubsub' : 'normal')
}

/** Whoever waits is answered as if the time were over, or by an error. */
function unblock({ server }: Call, [id = '', mode = 'TIMEOUT']: readonly string[]): Reply {
  const client = [...server.clients.values()].find((each) => each.id === integer(id))
  if (!/^(timeout|error)$/i.test(mode)) throw new CommandError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')
  return client?.wait ? server.unblock(client, mode.toUpperCase() === 'ERROR') : 0
}

const onOrOff: Sub = (_call, [mode = '', ...more]) => {
  if (more.length > 0 || !/^(on|off)$/i.test(mode)) throw new CommandError(SYNTAX)
  return OK
}

const CLIENT: ReadonlyMap<string, Sub> = new Map<string, Sub>([
  ['ID', exactly('id', 0, ({ client }) => client.id)],
  ['GETNAME', ({ client }) => (client.name === '' ? null : client.name)],
  [
    'SETNAME',
    ({ client }, [name = '']) => {
      if (/[^!-~]/.test(name))
        throw new CommandError('ERR Client names cannot contain spaces, newlines or special characters.')
      client.name = name
      return OK
    },
  ],
  [
    'SETINFO',
    ({ client }, [what = '', value = '']) => {
      if (what.toUpperCase() === 'LIB-NAME') client.library = value
      else if (what.toUpperCase() === 'LIB-VER') client.libraryVersion = value
      else throw new CommandError(`ERR Unrecognized option '${what}'`)
      return OK
    },
  ],
  [
    'LIST',
    ({ server, now }, words) => {
      const chosen = listed(words)
      const lines = [...server.clients.values()].filter(chosen).map((each) => `${describeClient(each, now)}\n`)
      return new Verbatim(lines.join(''))
    },
  ],
  ['INFO', ({ client, now }) => new Verbatim(`${describeClient(client, now)}\n`)],
  ['KILL', kill],
  ['NO-EVICT', onOrOff],
  ['NO-TOUCH', onOrOff],
  [
    'REPLY',
    exactly('reply', 1, (_call, [mode = '']) => {
      if (!/^(on|off|skip)$/i.test(mode)) throw new CommandError(SYNTAX)
      return OK
    }),
  ],
  ['UNPAUSE', () => OK],
  [
    'PAUSE',
    (_call, [ms = '', mode = 'all']) => {
      integer(ms, 'ERR timeout is not an integer or out of range')
      if (!/^(all|write)$/i.test(mode)) throw new CommandError('ERR CLIENT PAUSE mode must be WRITE or ALL')
      return OK
    },
  ],
  [
    'TRACKING',
    (_call, [mode = '']) => {
      if (/^off$/i.test(mode)) return OK
      if (!/^on$/i.test(mode)) throw new CommandError(SYNTAX)
      throw new CommandError('ERR client side caching is not simulated')
    },
  ],
  ['GETREDIR', () => -1],
  [
    'TRACKINGINFO',
    () =>
      new ReplyMap([
        ['flags', ['off']],
        ['redirect', -1],
        ['prefixes', []],
      ]),
  ],
  [
    'CACHING',
    exactly('caching', 1, () => {
      throw new CommandError(
        'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
      )
    }),
  ],
  ['UNBLOCK', unblock],
])

const client: Handler = (call, [sub = '', ...words]) => {
  const run = CLIENT.get(sub.toUpperCase())
  if (!run) throw new CommandError(`ERR unknown subcommand '${sub}'. Try CLIENT HELP.`)
  return run(call, words)
}

const reset: Handler = ({ client: each, server }) => {
  server.pubSub.drop(each)
  each.queue = undefined
  each.watched.clear()
  each.monitor = false
  each.protocol = 2
  each.db = 0
  each.name = ''
  each.user = 'default'
  each.authenticated = server.acl.open
  return new Status('RESET')
}

export const connectionCommands = commandTable({
  ping: [-1, 'fs', '', ping],
  echo: [2, 'f', '', (_call, [text = '']) => text],
  auth: [-2, 'nf', '', auth],
  hello: [-1, 'nf', '', hello],
  select: [
    2,
    'f',
    '',
    ({ client: each, server }, [index = '']) => {
      each.db = server.database(integer(index, 'ERR invalid DB index')).index
      return OK
    },
  ],
  quit: [-1, 'nfs', '', ({ client: each }) => (each.closeWhenSent(), OK)],
  reset: [1, 'nfs', '', reset],
  client: [-2, '', '', client],
  monitor: [1, 'a', '', ({ client: each }) => ((each.monitor = true), OK)],
})
