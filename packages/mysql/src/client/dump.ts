import { isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Program } from '@drydock/abi'
import { Stdio, strftime, writeAll } from '@drydock/libc'
import { type DumpOptions, DumpProblem, DumpText } from './dump-text.ts'
import { enterPassword } from './password.ts'
import { ClientError, Session } from './session.ts'
import { clientVersion, parse } from './target.ts'

export const mysqldump: Program = {
  name: 'mysql/mysqldump',
  paths: ['/usr/bin/mysqldump', '/usr/bin/mariadb-dump'],
  covers: 'partial',
  lacks: [
    '--tab, --xml',
    '--events',
    '--master-data and its kin',
    'the accounts: --all-databases leaves the database mysql out',
    'option files',
  ],
  summary: 'write databases as SQL statements',
  sizeBytes: 7_600_000,
  main,
}

/** The letters that mean something else to the other clients. */
const LETTERS = { r: 'result-file', w: 'where' }
const LONG: Readonly<Record<string, string>> = {
  A: 'all-databases',
  B: 'databases',
  c: 'complete-insert',
  R: 'routines',
  d: 'no-data',
  n: 'no-create-db',
  t: 'no-create-info',
}
const SYSTEM = new Set(['information_schema', 'performance_schema', 'sys', 'mysql'])

/** What holds of options that stand at their default, are switched off by --skip-…, or come by a group. */
function optionsOf(given: ReadonlyMap<string, string>): DumpOptions {
  const all = new Map([...given].map(([name, value]) => [LONG[name] ?? name, value]))
  const asked = (name: string): boolean => all.has(name) && !/^(0|false|off)$/i.test(all.get(name) ?? '')
  const compact = asked('compact')
  const standing = (name: string, unless: boolean): boolean =>
    all.has(`skip-${name}`) ? false : all.has(name) ? asked(name) : !unless
  const bare = all.has('skip-opt')
  return {
    asked,
    where: all.get('where'),
    ignored: new Set((all.get('ignore-table') ?? '').split('\n')),
    compact,
    comments: standing('comments', compact),
    date: standing('dump-date', false),
    dropTable: standing('add-drop-table', compact || bare),
    locks: standing('add-locks', compact || bare),
    keys: standing('disable-keys', compact || bare),
    extended: standing('extended-insert', bare),
    charset: standing('set-charset', compact || bare),
    zone: standing('tz-utc', false),
  }
}

const USAGE = (name: string): string =>
  `Usage: ${name} [OPTIONS] database [tables]\nOR     ${name} [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\nOR     ${name} [OPTIONS] --all-databases [OPTIONS]\nFor more options, use ${name} --help\n`

async function main(process: Process): Promise<number> {
  const { sys, env, argv } = process
  const io = new Stdio(sys)
  const { target, asks, options: given, operands } = parse(process, LETTERS)
  const options = optionsOf(given)
  const maria = env.has('MARIADB_VERSION')
  const name = argv[0]?.replace(/.*\//, '') ?? 'mysqldump'
  const all = options.asked('all-databases')
  if (operands.length === 0 && !all) return (await io.warn(USAGE(name)), 1)
  if (!asks && target.password !== '' && !env.has('MYSQL_PWD') && !maria)
    await io.warn(`${name}: [Warning] Using a password on the command line interface can be insecure.\n`)
  const password = asks ? await enterPassword(process, io) : target.password
  const complain = async (text: string, status: number): Promise<number> => {
    await io.out.flush()
    await io.warn(`${name}: ${text}\n`)
    return status
  }
  let step = 'when trying to connect'
  const encoder = new TextEncoder()
  try {
    const session = await Session.open(sys, { ...target, password })
    const path = given.get('result-file')
    const file = path === undefined ? undefined : sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    const text = new DumpText({
      options,
      query: (sql) => session.query(sql),
      write: async (part) =>
        file === undefined ? io.print(part) : void (await writeAll(sys, file, encoder.encode(part))),
    })
    const several = all || options.asked('databases')
    const program = maria
      ? `MariaDB dump 10.19-${session.version}, for debian-linux-gnu`
      : `MySQL dump 10.13  Distrib ${clientVersion(process)}, for Linux`
    await text.head(program, target.host || 'localhost', several ? '' : (operands[0] ?? ''), session.version)
    const databases = all
      ? (await session.query('SHOW DATABASES')).rows.map(([each]) => each ?? '').filter((each) => !SYSTEM.has(each))
      : several
        ? operands
        : operands.slice(0, 1)
    step = 'when selecting the database'
    for (const database of databases) await text.database(database, several, several ? [] : operands.slice(1))
    await text.foot(strftime('%Y-%m-%d %H:%M:%S', sys.clock.now()))
    if (file !== undefined) sys.close(file)
    await io.out.flush()
    session.close()
    return 0
  } catch (error) {
    if (error instanceof DumpProblem) return complain(error.message, error.status)
    if (isErrno(error))
      return complain(
        `Can't create/write to file '${given.get('result-file')}' (Errcode: ${error.errno} "${error.message}")`,
        1,
      )
    if (!(error instanceof ClientError)) throw error
    const said = maria ? `"${error.message}"` : error.message
    return complain(`Got error: ${error.code}: ${said} ${step}`, 2)
  }
}
