import { isErrno, type Process, type Program, SIGINT, SIGTERM } from '@drydock/abi'
import { flag, getopt, readTextFile, searchPath, Stdio, UsageError, value } from '@drydock/libc'
import { dump } from './dump.ts'
import { dumpAll } from './dump-all.ts'
import { maintenance } from './maintenance.ts'
import { pgbench } from './pgbench.ts'
import { restore } from './restore.ts'
import { ConnectionFailure, Session } from './session.ts'
import { statementTool } from './statement-tools.ts'
import { socketOf, type Target, targetOf } from './target.ts'

const CONNECTION = {
  host: value('h', 'host'),
  port: value('p', 'port'),
  user: value('U', 'username'),
  quiet: flag('q', 'quiet'),
  timeout: value('t', 'timeout'),
  database: value('d', 'dbname'),
} as const

const place = (target: Target): string => {
  const socket = socketOf(target)
  return socket === undefined ? `${target.host}:${target.port}` : `${socket.replace(/\/[^/]*$/, '')}:${target.port}`
}

async function isReady(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { options } = getopt(process.argv.slice(1), CONNECTION)
  const target = await targetOf(process, options)
  const say = async (text: string): Promise<void> => {
    if (options.quiet === 0) await io.print(`${place(target)} - ${text}\n`)
    await io.out.flush()
  }
  try {
    const session = await Session.open(process.sys, target, 'pg_isready')
    session.close()
    await say('accepting connections')
    return 0
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    // Whoever is told that it may not come in was answered all the same.
    const answered = error.needsPassword || error.message.startsWith('FATAL')
    await say(answered ? 'accepting connections' : 'no response')
    return answered ? 0 : 2
  }
}

const CONTROL = {
  data: value('D', 'pgdata'),
  options: value('o', 'options'),
  log: value('l', 'log'),
  mode: value('m', 'mode'),
  wait: flag('w', 'wait'),
  noWait: flag('W', 'no-wait'),
  silent: flag('s', 'silent'),
  timeout: value('t', 'timeout'),
} as const

/** pg_ctl start, stop, restart, status, reload. */
async function control(process: Process): Promise<number> {
  const { sys, env } = process
  const io = new Stdio(sys)
  const { options, operands } = getopt(process.argv.slice(1), CONTROL)
  const data = options.data ?? env.get('PGDATA') ?? ''
  const pid = await serverPid(process, data)
  const say = async (text: string): Promise<void> => {
    if (options.silent === 0) await io.print(text)
    await io.out.flush()
  }
  const stop = async (): Promise<number> => {
    if (pid === undefined) {
      await io.warn(`pg_ctl: PID file "${data}/postmaster.pid" does not exist\nIs server running?\n`)
      return 1
    }
    sys.kill(pid, options.mode?.startsWith('s') ? SIGTERM : SIGINT)
    await say('waiting for server to shut down...')
    while ((await serverPid(process, data)) !== undefined) await sys.sleep(100)
    await say('. done\nserver stopped\n')
    return 0
  }
  const actions: Readonly<Record<string, () => Promise<number>>> = {
    start: () => startServer(process, data, options.options ?? '', options.log, say),
    stop,
    restart: async () => (await stop(), startServer(process, data, options.options ?? '', options.log, say)),
    status: async () => {
      await say(pid === undefined ? 'pg_ctl: no server running\n' : `pg_ctl: server is running (PID: ${pid})\n`)
      return pid === undefined ? 3 : 0
    },
    reload: async () => {
      if (pid !== undefined) sys.kill(pid, 1)
      await say('server signaled\n')
      return pid === undefined ? 1 : 0
    },
  }
  const action = actions[operands[0] ?? '']
  if (action) return action()
  await io.warn('pg_ctl: no operation specified\nTry "pg_ctl --help" for more information.\n')
  return 1
}

async function serverPid({ sys }: Process, data: string): Promise<number | undefined> {
  try {
    const pid = Number((await readTextFile(sys, `${data}/postmaster.pid`)).split('\n')[0])
    sys.kill(pid, 0)
    return pid
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

async function startServer(
  process: Process,
  data: string,
  more: string,
  log: string | undefined,
  say: (text: string) => Promise<void>,
): Promise<number> {
  const { sys, env } = process
  await say('waiting for server to start....')
  const words = [...more.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((found) => joined(found[0]))
  const out = log === undefined ? 1 : sys.open(log, 0o1 | 0o100 | 0o2000, 0o600)
  const pid = await sys.spawn(searchPath(sys, 'postgres', env.get('PATH')), {
    argv: ['postgres', '-D', data, ...words],
    env,
    setsid: true,
    fds: new Map([
      [0, sys.open('/dev/null', 0)],
      [1, out],
      [2, log === undefined ? 2 : out],
    ]),
  })
  for (let i = 0; i < 600; i++) {
    const ended = await sys.wait(pid, 1)
    if (ended) {
      await say(' stopped waiting\npg_ctl: could not start server\nExamine the log output.\n')
      return 1
    }
    if (await answers(process, words)) break
    await sys.sleep(100)
  }
  await say(' done\nserver started\n')
  return 0
}

/** `-c listen_addresses=''` as the shell would join it. */
const joined = (word: string): string =>
  word.replace(/'([^']*)'|"([^"]*)"/g, (_whole, single: string, double: string) => single ?? double ?? '')

async function answers(process: Process, words: readonly string[]): Promise<boolean> {
  const at = words.indexOf('-p')
  const target = await targetOf(process, { host: '', port: at < 0 ? undefined : words[at + 1], database: 'postgres' })
  try {
    const session = await Session.open(process.sys, target, 'pg_ctl')
    session.close()
    return true
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    return error.message.startsWith('FATAL') || error.needsPassword
  }
}

const BIN = '/usr/lib/postgresql/18/bin'

function tool(name: string, summary: string, main: Program['main'], lacks: readonly string[] = []): Program {
  return {
    name: `postgres/${name}`,
    paths: [`${BIN}/${name}`, `/usr/bin/${name}`, `/usr/local/bin/${name}`],
    covers: lacks.length > 0 ? 'partial' : 'full',
    ...(lacks.length > 0 && { lacks }),
    summary,
    sizeBytes: 90_000,
    async main(process) {
      try {
        return await main(process)
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        await new Stdio(process.sys).warn(
          `${name}: ${error.message}\n${name}: hint: Try "${name} --help" for more information.\n`,
        )
        return 1
      }
    },
  }
}

/** The tools beside psql. */
export const postgresTools: readonly Program[] = [
  tool('pg_isready', 'check the connection status of a PostgreSQL server', isReady),
  tool('createdb', 'create a new PostgreSQL database', statementTool('createdb'), [
    '-D, -S, --lc-collate, --lc-ctype, --icu-locale and --locale-provider',
    '-W',
  ]),
  tool('dropdb', 'remove a PostgreSQL database', statementTool('dropdb'), ['-i, -W']),
  tool('createuser', 'define a new PostgreSQL user account', statementTool('createuser'), ['-P, -W, --interactive']),
  tool('dropuser', 'remove a PostgreSQL user account', statementTool('dropuser'), ['-i, -W']),
  tool('pg_dump', 'write a database as SQL or as an archive', dump, [
    'packing other than gzip; large objects; grants, comments, extensions, partitions, inheritance, domains, rules and policies',
    'patterns in -t and -n',
  ]),
  tool('pg_restore', 'restore a database from an archive made by pg_dump', restore, [
    '--filter; --transaction-size; large objects; archives packed by lz4 or zstd',
  ]),
  tool('pg_dumpall', 'write all databases of a server as SQL', dumpAll, [
    'tablespaces; settings of roles and databases; -t; --exclude-database',
  ]),
  tool('vacuumdb', 'garbage-collect and analyze a database', maintenance('vacuumdb'), [
    '-P; --analyze-in-stages; --skip-locked and the like; -n and -N',
  ]),
  tool('reindexdb', 'reindex a database', maintenance('reindexdb'), ['--concurrently; --tablespace']),
  tool('clusterdb', 'cluster the tables of a database', maintenance('clusterdb')),
  tool('pgbench', 'run a benchmark test', pgbench, [
    '-l, -L, -R and --rate; -M extended and prepared: all is said by simple queries; functions in \\set beside random(); \\if, \\gset, \\sleep; partitions',
  ]),
  tool('pg_ctl', 'start, stop or control a PostgreSQL server', control, ['init', 'promote', 'logrotate', 'kill']),
]
