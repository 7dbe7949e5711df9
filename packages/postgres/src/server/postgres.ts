import { EINTR, inet, isErrno, type Process, type Program, SIGPIPE, type Sys, unix } from '@drydock/abi'
import { listen, readTextFile, Stdio, writeFile } from '@drydock/libc'
import { Backend } from './backend.ts'
import { Connection, type ConnectionHost } from './connection.ts'
import { DataDirectory } from './data-directory.ts'
import { Roles } from './roles.ts'
import { serverLog, type ServerLog } from './log.ts'
import { readSuperuser } from './superuser.ts'
import { BackendFailure } from './worker-link.ts'

export const DEFAULT_VERSION = '18.6'
const SOCKET_FOLDER = '/var/run/postgresql'

export const postgres: Program = {
  name: 'postgres/postgres',
  paths: ['/usr/lib/postgresql/18/bin/postgres', '/usr/local/bin/postgres'],
  covers: 'partial',
  lacks: [
    'versions other than 18',
    'sessions at the same time: they take turns at one backend, a transaction at a time, and give up after 30 s',
    'databases used at the same time: a change of database starts the backend anew',
    'extensions beyond plpgsql',
    'replication',
    'md5 passwords',
    'a cancelled statement that runs ends the backend, which starts again; pg_cancel_backend()',
    'COPY in binary form from clients, COPY to and from programs',
    'TLS',
  ],
  summary: 'PostgreSQL (PGlite, PostgreSQL compiled to WebAssembly) behind its own wire protocol',
  sizeBytes: 10_600_000,
  rssBytes: 28 * 1024 * 1024,
  main,
}

interface Settings {
  readonly data: string
  readonly values: ReadonlyMap<string, string>
}

function readArguments(argv: readonly string[], env: ReadonlyMap<string, string>): Settings {
  let data = env.get('PGDATA') ?? ''
  const values = new Map<string, string>()
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const value = word.length > 2 && /^-[DpchNk]/.test(word) && !word.startsWith('--') ? word.slice(2) : undefined
    const given = (): string => value ?? argv[++at] ?? ''
    if (word.startsWith('-D')) data = given()
    else if (word.startsWith('-p')) values.set('port', given())
    else if (word.startsWith('-h')) values.set('listen_addresses', given())
    else if (word.startsWith('-k')) values.set('unix_socket_directories', given())
    else if (word.startsWith('-c') || word.startsWith('--')) {
      const [name = '', ...rest] = (word.startsWith('--') ? word.slice(2) : given()).split('=')
      values.set(name.replaceAll('-', '_'), rest.join('='))
    }
  }
  return { data, values }
}

async function settingsOf({ sys, argv, env }: Process): Promise<Settings> {
  const { data, values } = readArguments(argv, env)
  const file = new Map<string, string>()
  try {
    for (const line of (await readTextFile(sys, `${data}/postgresql.conf`)).split('\n')) {
      const [, name, value] = /^\s*([\w.]+)\s*=?\s*('[^']*'|[^#\s]+)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) file.set(name, value.replace(/^'|'$/g, ''))
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return { data, values: new Map([...file, ...values]) }
}

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  if (argv.some((word) => word === '--version' || word === '-V')) {
    await io.print(`postgres (PostgreSQL) ${env.get('PG_VERSION')?.split('-')[0] ?? DEFAULT_VERSION}\n`)
    await io.out.flush()
    return 0
  }
  if (sys.geteuid() === 0) {
    await io.warn(
      '"root" execution of the PostgreSQL server is not permitted.\nThe server must be started under an unprivileged user ID to prevent\npossible system security compromise.  See the documentation for\nmore information on how to properly start the server.\n',
    )
    return 1
  }
  const settings = await settingsOf(process)
  const data = new DataDirectory(sys, settings.data)
  if (settings.data === '' || !data.isCluster) {
    await io.warn(
      settings.data === ''
        ? 'postgres does not know where to find the server configuration file.\nYou must specify the --config-file or -D invocation option or set the PGDATA environment variable.\n'
        : `postgres: could not access the server configuration file "${settings.data}/postgresql.conf": No such file or directory\n`,
    )
    return 2
  }
  return run(process, settings, data)
}

async function run({ sys, env }: Process, settings: Settings, data: DataDirectory): Promise<number> {
  const log = serverLog(sys)
  const backend = new Backend(sys, data, await readSuperuser(sys, data.path))
  const version = env.get('PG_VERSION') ?? DEFAULT_VERSION
  log('LOG', `starting PostgreSQL ${version} on x86_64-pc-linux-gnu, compiled by gcc (Debian 14.2.0-19) 14.2.0, 64-bit`)
  const listeners = openListeners(sys, settings, log)
  if (!listeners) return 1
  await writeFile(
    sys,
    `${data.path}/postmaster.pid`,
    `${sys.getpid()}\n${data.path}\n${Math.floor(sys.clock.now() / 1000)}\n`,
    0o600,
  )
  try {
    await backend.start('postgres')
    const [row] = await backend.query('SHOW server_version')
    log('LOG', 'database system was shut down cleanly')
    log('LOG', 'database system is ready to accept connections')
    const host: ConnectionHost = {
      sys,
      backend,
      roles: new Roles(backend),
      connections: new Map(),
      version: row?.[0] ?? version,
      log,
      logStatements: ['all', 'mod', 'ddl'].includes(settings.values.get('log_statement') ?? 'none'),
    }
    await serve(host, listeners, log)
    await backend.query('CHECKPOINT')
  } catch (error) {
    if (!(error instanceof BackendFailure)) throw error
    log('FATAL', error.message)
    return 1
  } finally {
    remove(sys, `${data.path}/postmaster.pid`)
  }
  backend.close()
  log('LOG', 'database system is shut down')
  return 0
}

function remove(sys: Sys, path: string): void {
  try {
    sys.unlink(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** What words of listen_addresses stand for. */
const LISTENED: ReadonlyMap<string, readonly string[]> = new Map([
  ['*', ['0.0.0.0', '::']],
  ['localhost', ['::1', '127.0.0.1']],
])

function openListeners(sys: Sys, { values }: Settings, log: ServerLog): number[] | undefined {
  const port = Number(values.get('port') ?? 5432)
  const addresses = (values.get('listen_addresses') ?? '*')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
  const listeners: number[] = []
  try {
    for (const address of addresses) {
      for (const plain of LISTENED.get(address) ?? [address]) {
        listeners.push(listen(sys, inet(plain, port), 128, { v6only: true }))
        log('LOG', `listening on ${plain.includes(':') ? 'IPv6' : 'IPv4'} address "${plain}", port ${port}`)
      }
    }
    const socket = `${values.get('unix_socket_directories') ?? SOCKET_FOLDER}/.s.PGSQL.${port}`
    remove(sys, socket)
    listeners.push(listen(sys, unix(socket)))
    sys.chmod(socket, 0o777)
    log('LOG', `listening on Unix socket "${socket}"`)
    return listeners
  } catch (error) {
    if (!isErrno(error)) throw error
    log('LOG', `could not bind IPv4 address "0.0.0.0": ${error.message}`)
    log('FATAL', 'could not create any TCP/IP sockets')
    return undefined
  }
}

const SHUTDOWNS = [
  [15, 'smart'],
  [2, 'fast'],
  [3, 'immediate'],
] as const

/** Until it is told to stop. */
async function serve(host: ConnectionHost, listeners: readonly number[], log: ServerLog): Promise<void> {
  const { sys } = host
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  let asked: string | undefined
  for (const [signal, how] of SHUTDOWNS)
    sys.sigaction(signal, () => {
      asked ??= how
      log('LOG', `received ${how} shutdown request`)
    })
  sys.sigaction(1, () => log('LOG', 'received SIGHUP, reloading configuration files'))
  let nextId = 1
  const acceptAll = async (listener: number): Promise<void> => {
    while (asked === undefined)
      try {
        const { fd, peer } = await sys.accept(listener)
        void new Connection(host, fd, peer, nextId++).serve()
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }
  for (const listener of listeners) void acceptAll(listener)
  while (asked === undefined)
    try {
      await sys.pause()
    } catch (error) {
      if (error !== EINTR) throw error
    }
  if (asked === 'fast') log('LOG', 'aborting any active transactions')
  log('LOG', 'shutting down')
}
