import type { Process, Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { enterPassword } from './password.ts'
import { ClientError, Session } from './session.ts'
import { boxed } from './table.ts'
import { clientVersion, parse } from './target.ts'

export const mysqladmin: Program = {
  name: 'mysql/mysqladmin',
  paths: ['/usr/bin/mysqladmin', '/usr/bin/mariadb-admin'],
  covers: 'partial',
  lacks: ['debug, flush-*, kill, start-replica, stop-replica', '--sleep, --count', 'option files'],
  summary: 'administer a MySQL server',
  sizeBytes: 7_500_000,
  main,
}

type Action = (session: Session, argument: string, process: Process) => Promise<string>
const tick = (name: string): string => `\`${name.replaceAll('`', '``')}\``

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['ping', async (session) => (await session.ping(), 'mysqld is alive\n')],
  ['status', async (session) => `${await session.statistics()}\n`],
  [
    'version',
    async (session, _argument, process) =>
      `mysqladmin  Ver ${clientVersion(process)} for Linux on x86_64 (MySQL Community Server - GPL)\n\nServer version\t\t${session.version}\nProtocol version\t10\n\n${await session.statistics()}\n`,
  ],
  ['shutdown', async (session) => (await session.query('SHUTDOWN'), '')],
  ['create', async (session, name) => (await session.query(`CREATE DATABASE ${tick(name)}`), '')],
  [
    'drop',
    async (session, name) => (await session.query(`DROP DATABASE ${tick(name)}`), `Database "${name}" dropped\n`),
  ],
  ['password', async (session, word) => (await session.query(`SET PASSWORD = '${word.replaceAll("'", "''")}'`), '')],
  ['processlist', async (session) => boxed(await session.query('SHOW PROCESSLIST'))],
  ['variables', async (session) => boxed(await session.query('SHOW VARIABLES'))],
  ['extended-status', async (session) => boxed(await session.query('SHOW STATUS'))],
  ['reload', async () => ''],
  ['refresh', async () => ''],
  ['flush-privileges', async () => ''],
])
const WITH_ARGUMENT = new Set(['create', 'drop', 'password'])

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { target, asks, options, operands } = parse(process)
  const password = asks ? await enterPassword(process, io) : target.password
  const silent = options.has('s') || options.has('silent')
  try {
    const session = await Session.open(process.sys, { ...target, password })
    for (let at = 0; at < operands.length; at++) {
      const word = operands[at] ?? ''
      const action = ACTIONS.get(word)
      if (!action) {
        await io.warn(`mysqladmin: Unknown command: '${word}'\n`)
        return 1
      }
      const said = await action(session, WITH_ARGUMENT.has(word) ? (operands[++at] ?? '') : '', process)
      if (!silent) await io.print(said)
    }
    await io.out.flush()
    session.close()
    return 0
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    // Whoever is turned away was answered: the server lives.
    if (operands.includes('ping') && error.code === 1045)
      return (await io.print('mysqld is alive\n'), await io.out.flush(), 0)
    if (!silent)
      await io.warn(
        `mysqladmin: connect to server at '${target.host || 'localhost'}' failed\nerror: '${error.message}'\n`,
      )
    return 1
  }
}
