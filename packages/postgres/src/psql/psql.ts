import { isErrno, type Process, type Program, SIGPIPE } from '@drydock/abi'
import {
  askPassword,
  getopt,
  LineEditor,
  list,
  flag,
  type OptionValues,
  readLines,
  Stdio,
  UsageError,
  value,
} from '@drydock/libc'
import { ConnectionFailure, Session } from '../client/session.ts'
import { type Target, targetOf } from '../client/target.ts'
import { DEFAULT_VERSION } from '../server/postgres.ts'
import { runMeta } from './meta.ts'
import { couldNotConnect, Shell } from './shell.ts'
import { type PrintOptions, printDefaults } from './table.ts'

const OPTIONS = {
  command: list('c', 'command'),
  database: value('d', 'dbname'),
  file: list('f', 'file'),
  listDatabases: flag('l', 'list'),
  variables: list('v', 'set'),
  version: flag('V', 'version'),
  noRc: flag('X', 'no-psqlrc'),
  single: flag('1', 'single-transaction'),
  echoAll: flag('a', 'echo-all'),
  echoQueries: flag('e', 'echo-queries'),
  noReadline: flag('n', 'no-readline'),
  output: value('o', 'output'),
  quiet: flag('q', 'quiet'),
  noAlign: flag('A', 'no-align'),
  csv: flag('', 'csv'),
  fieldSeparator: value('F', 'field-separator'),
  pset: list('P', 'pset'),
  recordSeparator: value('R', 'record-separator'),
  tuplesOnly: flag('t', 'tuples-only'),
  expanded: flag('x', 'expanded'),
  host: value('h', 'host'),
  port: value('p', 'port'),
  user: value('U', 'username'),
  noPassword: flag('w', 'no-password'),
  password: flag('W', 'password'),
  help: flag('', 'help'),
} as const
type Options = OptionValues<typeof OPTIONS>

const USAGE = `psql is the PostgreSQL interactive terminal.

Usage:
  psql [OPTION]... [DBNAME [USERNAME]]

General options:
  -c, --command=COMMAND    run only single command (SQL or internal) and exit
  -d, --dbname=DBNAME      database name to connect to
  -f, --file=FILENAME      execute commands from file, then exit
  -l, --list               list available databases, then exit
  -v, --set=, --variable=NAME=VALUE
                           set psql variable NAME to VALUE
  -V, --version            output version information, then exit
  -X, --no-psqlrc          do not read startup file (~/.psqlrc)
  -1 ("one"), --single-transaction
                           execute as a single transaction (if non-interactive)

Output format options:
  -A, --no-align           unaligned table output mode
      --csv                CSV (Comma-Separated Values) table output mode
  -F, --field-separator=STRING
  -P, --pset=VAR[=ARG]     set printing option VAR to ARG (see \\pset command)
  -t, --tuples-only        print rows only
  -x, --expanded           turn on expanded table output

Connection options:
  -h, --host=HOSTNAME      database server host or socket directory
  -p, --port=PORT          database server port (default: "5432")
  -U, --username=USERNAME  database user name
  -w, --no-password        never prompt for password
  -W, --password           force password prompt
`

/** psql: PostgreSQL's interactive terminal. */
export const psql: Program = {
  name: 'postgres/psql',
  paths: ['/usr/bin/psql', '/usr/local/bin/psql'],
  covers: 'partial',
  lacks: [
    '\\e, \\bind, \\lo_…',
    '`commands` in arguments of backslash commands',
    'help on the syntax of SQL commands',
    '~/.psqlrc',
    '~/.pgpass',
    'the pager',
    'completion of names',
  ],
  summary: 'PostgreSQL interactive terminal',
  sizeBytes: 850_000,
  main,
}

const lastPart = (text: string): string => text.split('-')[0] ?? text

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  try {
    const { options, operands } = getopt(argv.slice(1), OPTIONS)
    if (options.help || options.version) {
      await io.print(options.help ? USAGE : `psql (PostgreSQL) ${lastPart(env.get('PG_VERSION') ?? DEFAULT_VERSION)}\n`)
      await io.out.flush()
      return 0
    }
    const target = await targetOf(process, {
      host: options.host,
      port: options.port,
      user: options.user ?? operands[1],
      database: options.database ?? operands[0] ?? (options.listDatabases ? 'postgres' : undefined),
    })
    const session = await openSession(process, io, target, options)
    if (!session) return 2
    const status = await run(process, io, session, options)
    await io.out.flush()
    return status
  } catch (error) {
    if (error instanceof UsageError) {
      await io.warn(`psql: ${error.message}\npsql: hint: Try "psql --help" for more information.\n`)
      return 1
    }
    if (!isErrno(error)) throw error
    return 1
  }
}

/** Asks for a password where the server wants one. */
async function openSession(
  process: Process,
  io: Stdio,
  target: Target,
  options: Options,
): Promise<Session | undefined> {
  const { sys } = process
  let given = target
  if (options.password)
    given = { ...target, password: await askPassword(process, io, `Password for user ${target.user}: `) }
  for (;;)
    try {
      return await Session.open(sys, given, 'psql')
    } catch (error) {
      if (!(error instanceof ConnectionFailure)) throw error
      if (!error.needsPassword || options.noPassword || given.password !== undefined || !sys.isatty(0)) {
        await io.warn(`${couldNotConnect(given, error)}\n`)
        return undefined
      }
      given = { ...given, password: await askPassword(process, io, `Password for user ${target.user}: `) }
    }
}

function printOptions(options: Options): PrintOptions {
  const print = printDefaults()
  if (options.noAlign) print.format = 'unaligned'
  if (options.csv) print.format = 'csv'
  if (options.fieldSeparator !== undefined) print.fieldSeparator = options.fieldSeparator
  if (options.recordSeparator !== undefined) print.recordSeparator = options.recordSeparator
  print.tuplesOnly = options.tuplesOnly > 0
  print.expanded = options.expanded > 0
  return print
}

async function run(process: Process, io: Stdio, session: Session, options: Options): Promise<number> {
  const shell = new Shell(process, io, session, printOptions(options))
  for (const each of options.variables ?? []) {
    const [name = '', ...rest] = each.split('=')
    shell.variables.set(name, rest.join('='))
  }
  const wasQuiet = options.quiet > 0
  shell.variables.set('QUIET', 'on')
  for (const each of options.pset ?? []) await runMeta(shell, `\\pset ${each.replace('=', ' ')}`)
  shell.variables.set('QUIET', wasQuiet ? 'on' : 'off')
  if (options.echoAll || options.echoQueries) shell.variables.set('ECHO', options.echoAll ? 'all' : 'queries')
  if (options.output !== undefined) await shell.output(options.output)
  const commands = options.command ?? []
  const files = options.file ?? []
  if (options.listDatabases) await runMeta(shell, '\\l')
  else if (commands.length + files.length > 0) return runGiven(shell, commands, files, options.single > 0)
  else if (process.sys.isatty(0)) await interact(shell, process)
  else await readInput(shell)
  session.close()
  return status(shell)
}

const status = (shell: Shell): number => (shell.failed && shell.stopOnError ? 3 : 0)

async function runGiven(
  shell: Shell,
  commands: readonly string[],
  files: readonly string[],
  single: boolean,
): Promise<number> {
  let good = true
  if (single) await shell.run('BEGIN')
  for (const command of commands) {
    if (command.startsWith('\\')) {
      shell.failed = false
      await runMeta(shell, command)
      good = !shell.failed
    } else good = await shell.run(command)
    if (!good && shell.stopOnError) break
  }
  for (const file of files) {
    if (file === '-') await readInput(shell)
    else await shell.readScript(file, runMeta)
    if (shell.failed && files.length > 0) {
      if (shell.where === '' && shell.stopOnError) good = false
      if (!(await exists(shell, file))) return 1
    }
  }
  if (single) await shell.run(good && !shell.failed ? 'COMMIT' : 'ROLLBACK')
  shell.session.close()
  if (files.length > 0) return status(shell)
  return good ? 0 : 1
}

async function exists(shell: Shell, path: string): Promise<boolean> {
  if (path === '-') return true
  try {
    shell.sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

async function readInput(shell: Shell): Promise<void> {
  const lines = readLines(shell.sys, 0)
  await shell.readFrom(
    async () => {
      const { value: line, done } = await lines.next()
      return done ? undefined : line
    },
    runMeta,
    false,
  )
}

async function interact(shell: Shell, { sys, env }: Process): Promise<void> {
  const editor = new LineEditor(sys, { historyFile: `${env.get('HOME') ?? '/root'}/.psql_history` })
  if (!shell.quiet) {
    const own = lastPart(env.get('PG_VERSION') ?? DEFAULT_VERSION)
    const server = lastPart(shell.session.parameters.get('server_version') ?? own)
    await shell.say(own === server ? `psql (${own})\n` : `psql (${own}, server ${server})\n`)
    await shell.say('Type "help" for help.\n\n')
  }
  await shell.io.out.flush()
  const next = async (prompt: string): Promise<string | undefined> => {
    for (;;) {
      const typed = await editor.read(shell.buffer === '' ? shell.prompt.first : prompt)
      if (typed.kind === 'end') {
        await shell.io.print('\\q\n')
        return undefined
      }
      if (typed.kind === 'interrupt') {
        if (shell.buffer === '') shell.conditions.leave()
        shell.buffer = ''
        continue
      }
      await editor.remember(typed.text)
      if (shell.buffer !== '' || !/^\s*(help|quit|exit)\s*;?\s*$/.test(typed.text)) return typed.text
      if (!/help/.test(typed.text)) return undefined
      await shell.say(
        'You are using psql, the command-line interface to PostgreSQL.\nType:  \\copyright for distribution terms\n       \\h for help with SQL commands\n       \\? for help with psql commands\n       \\g or terminate with semicolon to execute query\n       \\q to quit\n',
      )
      await shell.io.out.flush()
    }
  }
  await shell.readFrom(next, runMeta, true)
}
