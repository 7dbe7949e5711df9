import { type Call, type Command, commandTable, type Handler } from '../command.ts'
import { CommandError, NO_REPLY, OK, type Reply, ReplyMap, Status, SYNTAX, Verbatim } from '../resp/reply.ts'
import { categoryOf } from '../acl/categories.ts'
import { globMatcher } from '../store/glob.ts'
import { integer } from '../store/numbers.ts'
import { infoText } from './info.ts'

type Sub = (call: Call, words: readonly string[]) => Reply

const subcommands =
  (name: string, subs: Readonly<Record<string, Sub>>): Handler =>
  (call, [sub = '', ...words]) => {
    const run = subs[sub.toUpperCase()]
    if (!run) throw new CommandError(`ERR unknown subcommand '${sub}'. Try ${name} HELP.`)
    return run(call, words)
  }

const configSet: Sub = ({ server }, words) => {
  if (words.length === 0 || words.length % 2)
    throw new CommandError("ERR wrong number of arguments for 'config|set' command")
  const names = words.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    throw new CommandError(`ERR CONFIG SET failed (possibly related to argument '${twice}') - duplicate parameter`)
  for (let i = 0; i < words.length; i += 2) {
    server.config.set(words[i] ?? '', words[i + 1] ?? '')
    if (words[i]?.toLowerCase() === 'requirepass') server.acl.passwordChanged(words[i + 1] ?? '')
  }
  server.persistence.configured()
  return OK
}

const config = subcommands('CONFIG', {
  GET: ({ server }, patterns) => {
    if (patterns.length === 0) throw new CommandError("ERR wrong number of arguments for 'config|get' command")
    return new ReplyMap(server.config.matching(patterns))
  },
  SET: configSet,
  RESETSTAT: ({ server: { stats } }) => {
    Object.assign(stats, { connections: 0, commands: 0, hits: 0, misses: 0, expired: 0 })
    stats.perCommand.clear()
    stats.errors.clear()
    return OK
  },
  REWRITE: ({ server }) => {
    if (server.configFile === '') throw new CommandError('ERR The server is running without a config file')
    server.persistence.rewriteConfig()
    return OK
  },
})

const flush =
  (all: boolean): Handler =>
  ({ server, db }, [mode, ...more]) => {
    if (more.length > 0 || (mode !== undefined && !/^a?sync$/i.test(mode))) throw new CommandError(SYNTAX)
    for (const each of all ? server.databases : [db]) each.clear()
    server.dirty++
    return OK
  }

const save: Handler = ({ server }) => {
  if (!server.persistence.save()) throw new CommandError('ERR')
  return OK
}

const bgsave: Handler = ({ server }, [mode]) => {
  if (mode !== undefined && mode.toUpperCase() !== 'SCHEDULE') throw new CommandError(SYNTAX)
  server.persistence.saveSoon()
  return new Status('Background saving started')
}

const withoutCluster: Handler = () => {
  throw new CommandError('ERR This instance has cluster support disabled')
}

const failover: Handler = (_call, [word]) => {
  if (/^abort$/i.test(word ?? '')) throw new CommandError('ERR No failover in progress.')
  throw new CommandError('ERR FAILOVER requires connected replicas.')
}

const modules = subcommands('MODULE', {
  LIST: () => [],
  LOAD: () => {
    throw new CommandError(
      'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
    )
  },
})

const shutdown: Handler = ({ server, client }, words) => {
  const word = (words[0] ?? '').toUpperCase()
  if (words.some((each) => !/^(nosave|save|now|force|abort)$/i.test(each))) throw new CommandError(SYNTAX)
  if (word === 'ABORT') throw new CommandError('ERR No shutdown in progress.')
  server.stopping = word === 'NOSAVE' ? 'nosave' : 'save'
  client.close()
  server.sys.kill(server.sys.getpid(), 15)
  return NO_REPLY
}

const BAD_COUNT = 'ERR count should be greater than or equal to -1'
const slowlog = subcommands('SLOWLOG', {
  GET: ({ server }, [word = '10']) => {
    const count = integer(word, BAD_COUNT)
    if (count < -1) throw new CommandError(BAD_COUNT)
    return server.slowLog
      .slice(0, count < 0 ? server.slowLog.length : count)
      .map(({ id, time, microseconds, argv, client }) => [id, time, microseconds, argv, client.address, client.name])
  },
  LEN: ({ server }) => server.slowLog.length,
  RESET: ({ server }) => ((server.slowLog.length = 0), OK),
})

/** MEMORY DOCTOR has nothing to say of less. */
const SMALL_BYTES = 5 * 1024 * 1024
const memory = subcommands('MEMORY', {
  USAGE: ({ db, server }, [key = '']) => {
    const entry = db.find(key)
    return entry ? server.persistence.sizeOf(key, entry) : null
  },
  DOCTOR: ({ server }) =>
    server.persistence.usedBytes() < SMALL_BYTES
      ? "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n"
      : "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n",
  'MALLOC-STATS': () => 'Stats not supported for the current allocator',
  PURGE: () => OK,
  STATS: ({ server }) =>
    new ReplyMap([
      ['total.allocated', server.persistence.usedBytes()],
      ['keys.count', server.databases.reduce((sum, { size }) => sum + size, 0)],
    ]),
})

const latency = subcommands('LATENCY', {
  LATEST: () => [],
  HISTORY: () => [],
  RESET: () => 0,
  GRAPH: (_call, [event = '']) => {
    throw new CommandError(`ERR No samples available for event '${event}'`)
  },
  HISTOGRAM: () => new ReplyMap([]),
  DOCTOR: ({ server }) =>
    new Verbatim(
      server.config.number('latency-monitor-threshold') > 0
        ? 'Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n'
        : "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n",
    ),
})

const debug: Handler = ({ server, db }, [sub = '', ...words]) => {
  const word = sub.toUpperCase()
  if (word === 'SET-ACTIVE-EXPIRE' || word === 'CHANGE-REPL-ID') return OK
  if (word === 'OBJECT') {
    const entry = db.find(words[0] ?? '')
    if (!entry) throw new CommandError('ERR no such key')
    return new Status(
      `Value at:0x7f0000000000 refcount:1 encoding:raw serializedlength:${server.persistence.sizeOf('', entry)} lru:0 lru_seconds_idle:0`,
    )
  }
  throw new CommandError(
    `ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  )
}

const MARKS: readonly (readonly [string, string])[] = [
  ['w', 'write'],
  ['r', 'readonly'],
  ['a', 'admin'],
  ['p', 'pubsub'],
  ['n', 'no_auth'],
  ['f', 'fast'],
  ['b', 'blocking'],
]

const describe = ({ name, arity, flags, keys }: Command): Reply => [
  name,
  arity,
  MARKS.filter(([mark]) => flags.includes(mark)).map(([, word]) => new Status(word)),
  ...keys,
  [],
  [],
  [],
  [],
]

/** The keys of a command line, by its command's row. */
function keysOf(table: ReadonlyMap<string, Command>, argv: readonly string[]): string[] {
  const command = table.get((argv[0] ?? '').toLowerCase())
  if (!command) throw new CommandError('ERR Invalid command specified')
  const [first, last, step] = command.keys
  if (first === 0) throw new CommandError('ERR The command has no key arguments')
  const end = last < 0 ? argv.length + last : last
  return argv.filter((_, i) => i >= first && i <= end && (i - first) % step === 0)
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function listed(table: ReadonlyMap<string, Command>, words: readonly string[]): Reply {
  const names = [...table.keys()]
  if (words.length === 0) return names
  const [by = '', kind = '', value = '', ...more] = words
  if (!/^filterby$/i.test(by) || value === '' || more.length > 0) throw new CommandError(SYNTAX)
  if (/^pattern$/i.test(kind)) return names.filter(globMatcher(value.toLowerCase()))
  if (/^module$/i.test(kind)) return []
  if (!/^aclcat$/i.test(kind)) throw new CommandError(SYNTAX)
  const category = categoryOf(table, value.toLowerCase())
  return names.filter((name) => category?.has(name))
}

const commandCommand =
  (table: () => ReadonlyMap<string, Command>): Handler =>
  (_call, [sub, ...words]) => {
    const rows = [...table().values()]
    const word = sub?.toUpperCase()
    if (word === undefined) return rows.map(describe)
    if (word === 'COUNT') return rows.length
    if (word === 'LIST') return listed(table(), words)
    if (word === 'INFO')
      return (words.length ? words : rows.map(({ name }) => name)).map((name) => {
        const row = table().get(name.toLowerCase())
        return row ? describe(row) : null
      })
    if (word === 'DOCS') return new ReplyMap([])
    if (word === 'GETKEYS') return keysOf(table(), words)
    throw new CommandError(`ERR unknown subcommand '${sub}'. Try COMMAND HELP.`)
  }

const time: Handler = ({ server }) => {
  const ms = server.now()
  return [String(Math.floor(ms / 1000)), String((ms % 1000) * 1000)]
}

const lolwut: Handler = ({ server }) => new Verbatim(`Redis ver. ${server.version}\n`)

export const serverCommands = (table: () => ReadonlyMap<string, Command>): readonly Command[] =>
  commandTable({
    info: [-1, '', '', ({ server }, sections) => new Verbatim(infoText(server, sections))],
    config: [-2, 'a', '', config],
    readonly: [1, 'f', '', withoutCluster],
    readwrite: [1, 'f', '', withoutCluster],
    asking: [1, 'f', '', withoutCluster],
    module: [-2, 'a', '', modules],
    failover: [-1, 'a', '', failover],
    dbsize: [1, 'rf', '', ({ db }) => db.size],
    flushdb: [-1, 'w', '', flush(false)],
    flushall: [-1, 'w', '', flush(true)],
    swapdb: [3, 'wf', '', ({ server }, [a = '', b = '']) => (server.swap(integer(a), integer(b)), OK)],
    save: [1, 'a', '', save],
    bgsave: [-1, 'a', '', bgsave],
    bgrewriteaof: [
      1,
      'a',
      '',
      ({ server }) => {
        server.persistence.rewrite()
        return new Status('Background append only file rewriting started')
      },
    ],
    lastsave: [1, 'f', '', ({ server }) => server.persistence.lastSave],
    shutdown: [-1, 'a', '', shutdown],
    time: [1, 'f', '', time],
    slowlog: [-2, 'a', '', slowlog],
    memory: [-2, 'r', '', memory],
    latency: [-2, 'a', '', latency],
    debug: [-2, 'a', '', debug],
    lolwut: [-1, 'rf', '', lolwut],
    command: [-1, '', '', commandCommand(table)],
    cluster: [
      -2,
      'a',
      '',
      () => {
        throw new CommandError('ERR This instance has cluster support disabled')
      },
    ],
  })
