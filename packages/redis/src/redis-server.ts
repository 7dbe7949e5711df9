import {
  isInet,
  EINTR,
  EMFILE,
  inet,
  isErrno,
  O_RDWR,
  type Process,
  type Program,
  SIGPIPE,
  type Sys,
  unix,
  bracketed,
} from '@drydock/abi'
import { listen, programName, readAll, readTextFile, Stdio, timeZone, writeFile, isAddress } from '@drydock/libc'
import { Config, ConfigError } from './config.ts'
import { makeLog } from './log.ts'
import { binaryOfText } from './resp/binary.ts'
import { splitArguments } from './resp/split-arguments.ts'
import { Server } from './server.ts'

export const DEFAULT_VERSION = '7.4.7'
/** How often keys whose time is over are looked for and saves are thought of. */
const CRON_MS = 250

const USAGE = `Usage: ./redis-server [/path/to/redis.conf] [options] [-]
       ./redis-server - (read config from stdin)
       ./redis-server -v or --version
       ./redis-server -h or --help
       ./redis-server --test-memory <megabytes>
       ./redis-server --check-system

Examples:
       ./redis-server (run the server with default conf)
       echo 'maxmemory 128mb' | ./redis-server -
       ./redis-server /etc/redis/6379.conf
       ./redis-server --port 7777
       ./redis-server --port 7777 --replicaof 127.0.0.1 8888
       ./redis-server /etc/myredis.conf --loglevel verbose -
       ./redis-server /etc/myredis.conf --loglevel verbose
`

export const redisServer: Program = {
  name: 'redis/redis-server',
  paths: ['/usr/local/bin/redis-server', '/usr/bin/redis-server'],
  covers: 'partial',
  lacks: [
    'streams in dump files that others can read',
    'FUNCTION DUMP and RESTORE; cmsgpack and struct in scripts, which run in Lua 5.3',
    'cluster, sentinels; a replica that comes back takes all data anew',
    'field expiry; hyperloglogs in their sparse form',
    'modules, client-side caching (CLIENT TRACKING), COMMAND DOCS',
    'files of ACL users, users in CONFIG REWRITE; keys of commands that both read and write count as written; what scripts may is what everybody may',
    'TLS',
  ],
  summary:
    'Redis: a database in memory (strings, lists, hashes, sets, sorted sets, pub/sub, transactions; RDB and AOF)',
  sizeBytes: 16_500_000,
  rssBytes: 9 * 1024 * 1024,
  main,
}

interface Setup {
  readonly config: Config
  /** '' for none. */
  readonly file: string
}

const versionOf = (env: ReadonlyMap<string, string>): string => env.get('REDIS_VERSION') ?? DEFAULT_VERSION

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const version = versionOf(env)
  const [, first = ''] = argv
  if (first === '-v' || first === '--version')
    return print(io, `Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=5bc71d8e7a3e5c\n`)
  if (first === '-h' || first === '--help') return print(io, USAGE)
  if (programName(process) === 'redis-sentinel') {
    await io.warn('redis-sentinel: sentinels are not simulated here\n')
    return 1
  }
  const setup = await readSetup(process, io, version)
  if (!setup) return 1
  if (setup.config.is('daemonize')) {
    sys.fork((child) => (detach(child.sys), run(child, setup, version)), { setsid: true })
    return 0
  }
  return run(process, setup, version)
}

async function print(io: Stdio, text: string): Promise<number> {
  await io.print(text)
  await io.out.flush()
  return 0
}

function detach(sys: Sys): void {
  const fd = sys.open('/dev/null', O_RDWR)
  for (const stream of [0, 1, 2]) sys.dup2(fd, stream)
  if (fd > 2) sys.close(fd)
}

/** `--name value…` words as lines; a file's lines come before them. */
function linesOfArguments(words: readonly string[]): string[] {
  const lines: string[] = []
  for (const word of words) {
    if (word.startsWith('--')) lines.push(word.slice(2))
    else if (lines.length > 0)
      lines[lines.length - 1] += word === '' ? ' ""' : ` ${/\s/.test(word) ? JSON.stringify(word) : word}`
  }
  return lines
}

async function readSetup({ sys, argv }: Process, io: Stdio, version: string): Promise<Setup | undefined> {
  const words = argv.slice(1)
  const file = words[0] !== undefined && !words[0].startsWith('-') ? words.shift() : undefined
  const config = new Config()
  const lines: string[] = []
  try {
    if (file !== undefined) lines.push(...(await readTextFile(sys, file)).split('\n'))
    if (words.includes('-')) lines.push(...new TextDecoder().decode(await readAll(sys, 0)).split('\n'))
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`Fatal error, can't open config file '${file ?? '-'}': ${error.message}\n`)
    return undefined
  }
  lines.push(...linesOfArguments(words.filter((word) => word !== '-')))
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    try {
      const [name = '', ...values] = splitArguments(binaryOfText(trimmed)) ?? []
      config.directive(name, values)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      await io.warn(
        `\n*** FATAL CONFIG FILE ERROR (Redis ${version}) ***\nReading the configuration file, at line ${index + 1}\n>>> '${trimmed}'\n${error.message}\n`,
      )
      return undefined
    }
  }
  if (config.get('dir') !== '') sys.chdir(config.get('dir'))
  config.set('dir', sys.getcwd())
  return { config, file: file === undefined ? '' : sys.realpath(file) }
}

async function run({ sys, env }: Process, { config, file }: Setup, version: string): Promise<number> {
  let ready = false
  const role = (): string => (!ready ? 'C' : server.replication.link ? 'S' : 'M')
  const log = makeLog(sys, config.get('logfile'), config.get('loglevel'), timeZone(env), role)
  const server = new Server(sys, config, log, version, file)
  log('*', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')
  log('*', `Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${sys.getpid()}, just started`)
  if (file === '')
    log(
      '#',
      'Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf',
    )
  else log('*', 'Configuration loaded')
  ready = true
  const [masterHost, masterPort] = config.get('replicaof').split(/\s+/)
  log('*', 'monotonic clock: POSIX clock_gettime')
  log('*', `Running mode=standalone, port=${config.get('port')}.`)
  const listeners = await openListeners(server)
  if (!listeners) return 1
  log('*', 'Server initialized')
  await server.persistence.load()
  if (server.stopping) return 1
  if (config.get('pidfile') !== '') await writeFile(sys, config.get('pidfile'), `${sys.getpid()}\n`)
  if (masterHost && masterPort !== undefined) server.replication.follow(masterHost, Number(masterPort), '')
  log('*', 'Ready to accept connections tcp')
  if (config.get('unixsocket') !== '') log('*', 'Ready to accept connections unix')
  return serve(server, listeners)
}

async function openListeners(server: Server): Promise<number[] | undefined> {
  const { sys, config, log } = server
  const listeners: number[] = []
  const port = config.number('port')
  const addresses = config
    .get('bind')
    .split(/\s+/)
    .map((address) =>
      address
        .replace(/^-/, '')
        .replace(/^\*$/, '0.0.0.0')
        .replace(/^::\*$/, '::'),
    )
    .filter(isAddress)
  try {
    if (port > 0)
      for (const address of addresses.length > 0 ? addresses : ['0.0.0.0', '::'])
        listeners.push(listen(sys, inet(address, port), config.number('tcp-backlog'), { v6only: true }))
    if (config.get('unixsocket') !== '') listeners.push(listen(sys, unix(config.get('unixsocket'))))
    return listeners
  } catch (error) {
    if (!isErrno(error)) throw error
    log('#', `Warning: Could not create server TCP listening socket *:${port}: bind: ${error.message}`)
    log('#', 'Failed listening on port 6379 (tcp), aborting.'.replace('6379', String(port)))
    return undefined
  }
}

const SIGNALS = [
  [15, 'SIGTERM'],
  [2, 'SIGINT'],
] as const

async function serve(server: Server, listeners: readonly number[]): Promise<number> {
  const { sys, log } = server
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  let asked = false
  for (const [signal, name] of SIGNALS)
    sys.sigaction(signal, () => {
      asked = true
      if (!server.stopping) log('*', `Received ${name} scheduling shutdown...`)
    })
  for (const listener of listeners) void acceptAll(server, listener)
  for (;;) {
    await nap(sys, CRON_MS)
    if (!asked) await server.cron()
    else if (await stop(server)) return 0
    else asked = false
  }
}

async function nap(sys: Sys, ms: number): Promise<void> {
  try {
    await sys.sleep(ms)
  } catch (error) {
    if (error !== EINTR) throw error
  }
}

async function stop(server: Server): Promise<boolean> {
  const { log, persistence, config, sys } = server
  log('*', 'User requested shutdown...')
  await persistence.flush()
  if (config.is('appendonly')) log('*', 'Calling fsync() on the AOF file.')
  const may = persistence.finish(server.stopping !== 'nosave')
  server.stopping = undefined
  if (!may) return false
  if (config.get('pidfile') !== '') {
    log('*', 'Removing the pid file.')
    try {
      sys.unlink(config.get('pidfile'))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  log('#', 'Redis is now ready to exit, bye bye...')
  return true
}

async function acceptAll(server: Server, listener: number): Promise<never> {
  const { sys, config } = server
  for (;;)
    try {
      const { fd, peer } = await sys.accept(listener)
      const address = isInet(peer) ? `${bracketed(peer.address)}:${peer.port}` : `${config.get('unixsocket')}:0`
      void server.newClient(fd, address).serve()
    } catch (error) {
      if (error === EMFILE) await nap(sys, 100)
      else if (error !== EINTR) throw error
    }
}
