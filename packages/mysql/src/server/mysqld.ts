import {
  EINTR,
  inet,
  isErrno,
  type Process,
  type Program,
  SIGINT,
  SIGPIPE,
  SIGTERM,
  type Sys,
  unix,
} from '@drydock/abi'
import { listen, Stdio, strftime, writeAll, writeFile, isAddress } from '@drydock/libc'
import { Connection, type ConnectionHost } from './connection.ts'
import { DataDirectory } from './data-directory.ts'
import { Turns } from './turns.ts'
import { TablesFailure, WorkerLink } from './worker-link.ts'

export const DEFAULT_VERSION = '8.0.46'
const LACKS = [
  'the optimizer, locks of rows and several writers at the same time: SQLite keeps the tables, and one transaction writes at a time',
  'REPEATABLE READ: each statement of a transaction that has not written reads what is committed then',
  'events; triggers where several tables are changed at once',
  'DELETE from several tables at once, INTO OUTFILE, LOAD DATA, full-text search, spatial types',
  'privileges on columns and routines',
  'strict dates and sets: these are kept as they are given; collations other than case-insensitive',
  'DEFAULT as a value, XOR, changes of views, INSERT … RETURNING, sequences, roles, time zones other than UTC',
  'replication, the binary log, X Protocol, TLS, compression',
]

export const mysqld: Program = {
  name: 'mysql/mysqld',
  paths: ['/usr/sbin/mysqld', '/usr/bin/mysqld', '/usr/sbin/mariadbd'],
  covers: 'partial',
  lacks: LACKS,
  summary: "MySQL's and MariaDB's wire protocol and language over the tables of SQLite, compiled to WebAssembly",
  sizeBytes: 64_000_000,
  rssBytes: 380 * 1024 * 1024,
  main,
}

/** What it was called as, and what it says of itself. */
class Identity {
  readonly maria: boolean
  readonly version: string
  readonly name: string

  constructor({ argv, env }: Process) {
    this.maria = env.has('MARIADB_VERSION') || /maria/.test(argv[0] ?? '')
    const given = env.get(this.maria ? 'MARIADB_VERSION' : 'MYSQL_VERSION') ?? DEFAULT_VERSION
    const plain = /(\d+\.\d+\.\d+)/.exec(given)?.[1] ?? DEFAULT_VERSION
    this.version = this.maria ? `${plain}-MariaDB` : plain
    this.name = this.maria ? 'mariadbd' : '/usr/sbin/mysqld'
  }
  get plugin(): string {
    return this.maria || this.version.startsWith('5') ? 'mysql_native_password' : 'caching_sha2_password'
  }
}

/** Lines of the error log, on standard error. */
function logger(sys: Sys, { maria, version }: Identity) {
  return (level: 'System' | 'Note' | 'ERROR', code: string, text: string): void => {
    const ms = sys.clock.now()
    const stamp = maria
      ? `${strftime('%Y-%m-%d %H:%M:%S', ms)} 0 [${level === 'System' ? 'Note' : level}] `
      : `${strftime('%Y-%m-%dT%H:%M:%S', ms)}.${String(ms % 1000).padStart(3, '0')}000Z 0 [${version.startsWith('5') && level === 'System' ? 'Note' : level}] ${version.startsWith('5') ? '' : `[MY-${code}] [Server] `}`
    void say(sys, `${stamp}${text}\n`)
  }
}

async function say(sys: Sys, line: string): Promise<void> {
  try {
    await writeAll(sys, 2, new TextEncoder().encode(line))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

interface Settings {
  readonly values: ReadonlyMap<string, string>
  readonly initialize: boolean
}

/** `--name=value`, `--name value` for the few that are given so; my.cnf is left to its defaults. */
function settingsOf(argv: readonly string[]): Settings {
  const values = new Map<string, string>()
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const [name = '', ...rest] = word.replace(/^--?/, '').split('=')
    const plain = name.replaceAll('_', '-')
    const takesNext = rest.length === 0 && ['port', 'datadir', 'socket', 'bind-address', 'P', 'u'].includes(plain)
    values.set(plain, takesNext ? (argv[++at] ?? '') : rest.join('='))
  }
  return { values, initialize: values.has('initialize') || values.has('initialize-insecure') }
}

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys)
  const identity = new Identity(process)
  if (argv.includes('--version') || argv.includes('-V')) {
    await io.print(
      `${identity.name}  Ver ${identity.version} for Linux on x86_64 (${identity.maria ? 'mariadb.org binary distribution' : 'MySQL Community Server - GPL'})\n`,
    )
    await io.out.flush()
    return 0
  }
  const settings = settingsOf(argv)
  const log = logger(sys, identity)
  if (sys.geteuid() === 0 && settings.values.get('user') !== 'root') {
    log(
      'ERROR',
      '010123',
      "Fatal error: Please read 'Security' section of the manual to find out how to run mysqld as root!",
    )
    log('ERROR', '010119', 'Aborting')
    return 1
  }
  try {
    return await run(process, settings, identity, log)
  } catch (error) {
    if (!(error instanceof TablesFailure)) throw error
    log('ERROR', '010119', error.message)
    return 1
  }
}

async function run(
  { sys }: Process,
  { values, initialize }: Settings,
  identity: Identity,
  log: ReturnType<typeof logger>,
): Promise<number> {
  const data = new DataDirectory(sys, values.get('datadir') || '/var/lib/mysql')
  const { version } = identity
  log('System', '010116', `${identity.name} (mysqld ${version}) starting as process ${sys.getpid()}`)
  if (!initialize && !data.isInitialized) {
    log('ERROR', '011011', 'Failed to find valid data directory.')
    log('ERROR', '010020', 'Data Dictionary initialization failed.')
    return 1
  }
  const turns = new Turns(sys, new WorkerLink(sys), data)
  await turns.open(version)
  if (initialize) return 0
  if (!identity.maria) log('System', '013576', 'InnoDB initialization has started.')
  if (!identity.maria) log('System', '013577', 'InnoDB initialization has ended.')
  const port = Number(values.get('port') || 3306)
  const socket = values.get('socket') || '/var/run/mysqld/mysqld.sock'
  const listeners = openListeners(sys, values, socket, port, log)
  if (!listeners) return 1
  const comment = identity.maria ? 'mariadb.org binary distribution' : 'MySQL Community Server - GPL'
  const ready = `Version: '${version}'  socket: '${socket}'  port: ${values.has('skip-networking') ? 0 : port}  ${comment}.`
  log('System', '010931', `${identity.name}: ready for connections.${identity.maria ? '\n' : ' '}${ready}`)
  await writeFile(sys, `${data.path}/mysqld.pid`, `${sys.getpid()}\n`, 0o640)
  await serve(sys, listeners, (stop) => ({ sys, turns, version, plugin: identity.plugin, stop }))
  log('System', '013172', `Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: ${version}).`)
  log('System', '010910', `${identity.name}: Shutdown complete (mysqld ${version})  ${comment}.`)
  remove(sys, socket)
  remove(sys, `${data.path}/mysqld.pid`)
  return 0
}

function remove(sys: Sys, path: string): void {
  try {
    sys.unlink(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function openListeners(
  sys: Sys,
  values: ReadonlyMap<string, string>,
  socket: string,
  port: number,
  log: ReturnType<typeof logger>,
): number[] | undefined {
  const listeners: number[] = []
  try {
    if (!values.has('skip-networking')) {
      const bind = values.get('bind-address') ?? '*'
      listeners.push(listen(sys, inet(isAddress(bind) ? bind : '::', port)))
    }
    remove(sys, socket)
    listeners.push(listen(sys, unix(socket)))
    sys.chmod(socket, 0o777)
    return listeners
  } catch (error) {
    if (!isErrno(error)) throw error
    log('ERROR', '010262', `Can't start server: Bind on TCP/IP port: ${error.message}`)
    log('ERROR', '010119', 'Aborting')
    return undefined
  }
}

/** Until it is told to stop, by a signal or by a client. */
async function serve(
  sys: Sys,
  listeners: readonly number[],
  hostFor: (stop: () => void) => ConnectionHost,
): Promise<void> {
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  let [stopped, nextId] = [false, 8]
  for (const signal of [SIGTERM, SIGINT]) sys.sigaction(signal, () => (stopped = true))
  const self = sys.getpid()
  const host = hostFor(() => {
    stopped = true
    sys.kill(self, SIGTERM)
  })
  const acceptAll = async (listener: number): Promise<void> => {
    while (!stopped)
      try {
        const { fd, peer } = await sys.accept(listener)
        void new Connection(host, fd, peer, nextId++).serve()
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }
  for (const listener of listeners) void acceptAll(listener)
  while (!stopped)
    try {
      await sys.pause()
    } catch (error) {
      if (error !== EINTR) throw error
    }
}
