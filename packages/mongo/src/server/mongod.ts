import {
  bracketed,
  EADDRINUSE,
  EINTR,
  EMFILE,
  inet,
  isErrno,
  isInet,
  O_RDWR,
  type Process,
  type Program,
  SIGINT,
  SIGPIPE,
  SIGTERM,
  type Sys,
  unix,
} from '@drydock/abi'
import { isAddress, listen, readTextFile, Stdio, writeFile } from '@drydock/libc'
import { Client } from './client.ts'
import { type Config, ConfigError, parseArguments, withFile } from './config.ts'
import { makeLog } from './log.ts'
import { Server } from './server.ts'
import { expire } from './expiry.ts'

export const DEFAULT_VERSION = '8.0.23'
/** How often cursors and documents whose time is over are looked for. */
const CRON_MS = 1000

const USAGE = `Options:

General options:
  -h [ --help ]                         Show this usage information
  --version                             Show version information
  -f [ --config ] arg                   Configuration file specifying 
                                        additional options
  --port arg                            Specify port number - 27017 by default
  --bind_ip arg                         Comma separated list of ip addresses to
                                        listen on - localhost by default
  --bind_ip_all                         Bind to all ip addresses
  --logpath arg                         Log file to send write to instead of 
                                        stdout
  --logappend                           Append to log file instead of 
                                        over-writing
  --pidfilepath arg                     Full path to pidfile (if not set, no 
                                        pidfile is created)
  --fork                                Fork server process
  --auth                                Run with security
  --noauth                              Run without security
  --keyFile arg                         Private key for cluster authentication
  --shutdown                            Kill a running server (for init 
                                        scripts)

Replication options:
  --replSet arg                         arg is <setname>

Storage options:
  --dbpath arg                          Directory for datafiles - defaults to 
                                        /data/db
`

export const mongod: Program = {
  name: 'mongodb/mongod',
  paths: ['/usr/bin/mongod'],
  covers: 'partial',
  lacks: [
    'replica sets of several members, sharding and change streams',
    'isolation of transactions: what one changes is seen at once, and taken back when it is aborted',
    'geospatial queries and indexes, $where and other scripts, Atlas search, GridFS beyond plain collections',
    'time slices: a query over very many documents runs in one piece, and the host waits for it',
    'collations beyond what the browser sorts; roles made by users; TLS, X.509, LDAP; its files are not WiredTiger’s',
    'numbers of an updated document: whole ones become int or double',
  ],
  summary: 'MongoDB’s server: collections of documents, queries, aggregation, indexes and users',
  sizeBytes: 190_000_000,
  rssBytes: 140 * 1024 * 1024,
  main,
}

const versionOf = (env: ReadonlyMap<string, string>): string => env.get('MONGO_VERSION') ?? DEFAULT_VERSION

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const version = versionOf(env)
  try {
    const given = parseArguments(argv.slice(1))
    if (given.help) return print(io, USAGE)
    if (given.version) return print(io, versionText(version))
    const config = await withFile(sys, given)
    if (config.shutdown) return await stopOther(sys, io, config)
    if (!config.fork) return await run(process, config, version)
    return await runForked(process, io, config, version)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    await io.warn(`${error.message}\ntry 'mongod --help' for more information\n`)
    return 2
  }
}

async function print(io: Stdio, text: string): Promise<number> {
  await io.print(text)
  await io.out.flush()
  return 0
}

const versionText = (version: string): string =>
  `db version v${version}\nBuild Info: {\n    "version": "${version}",\n    "modules": [],\n    "allocator": "tcmalloc-google",\n    "environment": {\n        "distmod": "ubuntu2404",\n        "distarch": "x86_64",\n        "target_arch": "x86_64"\n    }\n}\n`

/** `--fork`: the parent tells of the child and ends when it serves. */
async function runForked({ sys }: Process, io: Stdio, config: Config, version: string): Promise<number> {
  if (typeof config.logpath !== 'string')
    throw new ConfigError('BadValue: --fork has to be used with --logpath or --syslog')
  const [read, write] = sys.pipe()
  const entry = async (child: Process): Promise<number> => {
    const nothing = child.sys.open('/dev/null', O_RDWR)
    for (const stream of [0, 1, 2]) child.sys.dup2(nothing, stream)
    child.sys.close(read)
    return run(child, config, version, () => child.sys.close(write))
  }
  const pid = sys.fork(entry, { setsid: true })
  sys.close(write)
  await io.print(
    `about to fork child process, waiting until server is ready for connections.\nforked process: ${pid}\n`,
  )
  await sys.read(read, 1)
  const lives = sys.processes().some((each) => each.pid === pid)
  await io.print(
    lives ? 'child process started successfully, parent exiting\n' : 'ERROR: child process failed, exited with 1\n',
  )
  await io.out.flush()
  return lives ? 0 : 1
}

/** `--shutdown`: the server that holds the lock of the folder. */
async function stopOther(sys: Sys, io: Stdio, config: Config): Promise<number> {
  const folder = typeof config.dbpath === 'string' ? config.dbpath : '/data/db'
  const text = await readTextFile(sys, `${folder}/mongod.lock`).catch((error: unknown) => {
    if (!isErrno(error)) throw error
    return ''
  })
  const pid = Number(text.trim())
  if (!pid) {
    await io.warn(`There doesn't seem to be a server running with dbpath: ${folder}\n`)
    return 1
  }
  await io.print(`killing process with pid: ${pid}\n`)
  await io.out.flush()
  sys.kill(pid, SIGTERM)
  const lives = (): boolean => sys.processes().some((each) => each.pid === pid && each.state !== 'Z')
  while (lives()) await sys.sleep(20)
  return 0
}

async function run({ sys }: Process, config: Config, version: string, ready?: () => void): Promise<number> {
  const log = makeLog(sys, {
    path: typeof config.logpath === 'string' ? config.logpath : '',
    append: config.logappend === true,
    structured: !/^(?:[23]\.|4\.[0-2])/.test(version),
  })
  const server = new Server(sys, config, version, log)
  log('I', 'CONTROL', 4615611, 'initandlisten', 'MongoDB starting', {
    pid: sys.getpid(),
    port: server.port,
    dbPath: server.folder,
    architecture: '64-bit',
    host: sys.uname().nodename,
  })
  log('I', 'CONTROL', 23403, 'initandlisten', 'Build Info', { buildInfo: { version, modules: [] } })
  log('I', 'CONTROL', 21951, 'initandlisten', 'Options set by command line', { options: config })
  if (!(await openFolder(server))) return 100
  if (!server.needsPassword)
    log(
      'W',
      'CONTROL',
      22120,
      'initandlisten',
      'Access control is not enabled for the database. Read and write access to data and configuration is unrestricted',
      { tags: ['startupWarnings'] },
    )
  const listeners = openListeners(server)
  if (!listeners) return 48
  log('I', 'NETWORK', 23016, 'listener', 'Waiting for connections', { port: server.port, ssl: 'off' })
  log('I', 'CONTROL', 8423403, 'initandlisten', 'mongod startup complete')
  ready?.()
  return serve(server, listeners)
}

async function openFolder(server: Server): Promise<boolean> {
  const { sys, folder, log } = server
  try {
    sys.stat(folder)
    await writeFile(sys, `${folder}/mongod.lock`, `${sys.getpid()}\n`)
    if (typeof server.config.pidfilepath === 'string')
      await writeFile(sys, server.config.pidfilepath, `${sys.getpid()}\n`)
    await server.catalog.load()
    for (const name of ['startup_log']) server.catalog.require('local', name)
    server.catalog.require('admin', 'system.version')
    server.catalog.require('config', 'system.sessions')
    await server.catalog.flush()
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    const text = `Data directory ${folder} not found. Create the missing directory or specify another path using (1) the --dbpath command line option, or (2) by adding the 'storage.dbPath' option in the configuration file.`
    log('E', 'CONTROL', 20557, 'initandlisten', 'DBException in initAndListen, terminating', {
      error:
        error.code === 'ENOENT'
          ? `NonExistentPath: ${text}`
          : `IllegalOperation: Attempted to create a lock file on a read-only directory: ${folder}`,
    })
    return false
  }
}

function addressesOf(config: Config): string[] {
  if (config.bind_ip_all) return ['0.0.0.0']
  const given = typeof config.bind_ip === 'string' ? config.bind_ip : '127.0.0.1'
  return given
    .split(',')
    .map((each) =>
      each
        .trim()
        .replace(/^localhost$/, '127.0.0.1')
        .replace(/^\*$/, '0.0.0.0'),
    )
    .filter(isAddress)
}

function openListeners(server: Server): number[] | undefined {
  const { sys, config, log, port } = server
  const listeners: number[] = []
  try {
    for (const address of addressesOf(config)) {
      listeners.push(listen(sys, inet(address, port)))
      log('I', 'NETWORK', 23015, 'listener', 'Listening on', { address: `${address}:${port}` })
    }
    if (config.nounixsocket) return listeners
    const path = `${typeof config.unixSocketPrefix === 'string' ? config.unixSocketPrefix : '/tmp'}/mongodb-${port}.sock`
    forget(sys, path)
    listeners.push(listen(sys, unix(path)))
    log('I', 'NETWORK', 23015, 'listener', 'Listening on', { address: path })
    return listeners
  } catch (error) {
    if (!isErrno(error)) throw error
    const text = error === EADDRINUSE ? 'Address already in use' : error.message
    log('E', 'NETWORK', 23024, 'initandlisten', 'Failed to set up listener', {
      error: { code: 9001, codeName: 'SocketException', errmsg: text },
    })
    return undefined
  }
}

function forget(sys: Sys, path: string): void {
  try {
    sys.unlink(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

async function serve(server: Server, listeners: readonly number[]): Promise<number> {
  const { sys, log } = server
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  for (const signal of [SIGTERM, SIGINT])
    sys.sigaction(signal, () => {
      log('I', 'CONTROL', 23377, 'SignalHandler', 'Received signal', {
        signal,
        error: signal === SIGTERM ? 'Terminated' : 'Interrupt',
      })
      server.stopping = true
    })
  for (const listener of listeners) void acceptAll(server, listener)
  while (!server.stopping) {
    await nap(sys, CRON_MS, () => server.stopping)
    server.cursors.sweep()
    expire(server)
    await server.catalog.flush()
  }
  await server.catalog.flush()
  await writeFile(sys, `${server.folder}/mongod.lock`, '')
  log('I', 'CONTROL', 20565, 'SignalHandler', 'Now exiting')
  log('I', 'CONTROL', 23138, 'SignalHandler', 'Shutting down', { exitCode: 0 })
  return 0
}

/** Sleeps in short steps, so that a command can end the server. */
async function nap(sys: Sys, ms: number, over: () => boolean): Promise<void> {
  const STEP_MS = 100
  try {
    for (let left = ms; left > 0 && !over(); left -= STEP_MS) await sys.sleep(Math.min(left, STEP_MS))
  } catch (error) {
    if (error !== EINTR) throw error
  }
}

async function acceptAll(server: Server, listener: number): Promise<never> {
  const { sys } = server
  for (;;)
    try {
      const { fd, peer } = await sys.accept(listener)
      void greet(server, fd, isInet(peer) ? `${bracketed(peer.address)}:${peer.port}` : 'anonymous unix socket')
    } catch (error) {
      if (error === EMFILE) await nap(sys, 100, () => false)
      else if (error !== EINTR) throw error
    }
}

async function greet(server: Server, fd: number, remote: string): Promise<void> {
  const connectionId = ++server.connectionsMade
  server.connections++
  const attr = { remote, connectionId, connectionCount: server.connections }
  server.log('I', 'NETWORK', 22943, 'listener', 'Connection accepted', attr)
  const client = new Client(server, connectionId, remote, fd)
  await client.serve()
  server.connections--
  server.log('I', 'NETWORK', 22944, client.context, 'Connection ended', {
    ...attr,
    connectionCount: server.connections,
  })
}
