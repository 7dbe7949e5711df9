import { isErrno, type Process, type Program } from '@drydock/abi'
import { LineEditor, readLines, Stdio } from '@drydock/libc'
import { Connection, LibraryFailure } from './connection.ts'
import { dotCommand } from './dot-commands.ts'
import { type Look, MODES } from './output-modes.ts'
import { Quit } from './quit.ts'
import { problemText, Shell } from './shell.ts'

const VERSION = '3.50.4 2025-07-30 19:33:53 4d8adfb30e03f9cf27f800a2c1ba3c48fb4ca1b08b0f5ed59a4d5ecbf45e20a3'

/** SQLite's own shell. sqlite3(1) */
export const sqlite3: Program = {
  name: 'sqlite/sqlite3',
  paths: ['/usr/bin/sqlite3'],
  covers: 'partial',
  lacks: [
    'ATTACH of other files; the journal: a file is written as a whole after each statement',
    'locks of files: who writes last wins',
    '.archive, .auth, .clone, .expert, .eqp, .lint, .parameter, .recover, .session, .stats, .trace and other rare commands; .mode qbox, --wrap',
  ],
  summary: "SQLite's command line, over its library compiled to WebAssembly",
  sizeBytes: 1_600_000,
  main,
}

const look = (): Look => ({
  ...{ mode: 'list', headers: false, headersSaid: false, separator: '|', rowSeparator: '\n', nullValue: '' },
  ...{ widths: [], table: '"table"' },
})

interface Arguments {
  readonly settings: (readonly [string, string])[]
  readonly operands: string[]
  readonly commands: string[]
  readonly unknown: string | undefined
}

const VALUED = ['separator', 'nullvalue', 'newline', 'init', 'cmd', 'mmap', 'vfs', 'maxsize', 'nonce']
const FLAGS = [
  ...['header', 'noheader', 'bail', 'batch', 'echo', 'interactive', 'readonly', 'version', 'help', 'safe', 'stats'],
  ...['deserialize', 'nofollow', ...Object.keys(MODES)],
]

function parse(argv: readonly string[]): Arguments {
  const found: Arguments = { settings: [], operands: [], commands: [], unknown: undefined }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const name = word.replace(/^--?/, '')
    if (!word.startsWith('-') || word === '-') found.operands.push(word)
    else if (VALUED.includes(name)) {
      const value = argv[++at] ?? ''
      if (name === 'cmd') found.commands.push(value)
      else found.settings.push([name, value])
    } else if (FLAGS.includes(name)) found.settings.push([name, ''])
    else return { ...found, unknown: word }
  }
  return found
}

const SETTINGS: Readonly<Record<string, (shell: Shell, value: string) => void>> = {
  header: ({ look: own }) => void Object.assign(own, { headers: true, headersSaid: true }),
  noheader: ({ look: own }) => void Object.assign(own, { headers: false, headersSaid: true }),
  bail: (shell) => void (shell.bail = true),
  echo: (shell) => void (shell.echo = true),
  separator: ({ look: own }, value) => void (own.separator = value),
  newline: ({ look: own }, value) => void (own.rowSeparator = value),
  nullvalue: ({ look: own }, value) => void (own.nullValue = value),
}

const USAGE = `Usage: sqlite3 [OPTIONS] FILENAME [SQL]
FILENAME is the name of an SQLite database. A new database is created
if the file does not previously exist.
OPTIONS include:
   -ascii               set output mode to 'ascii'
   -bail                stop after hitting an error
   -batch               force batch I/O
   -box                 set output mode to 'box'
   -column              set output mode to 'column'
   -cmd COMMAND         run "COMMAND" before reading stdin
   -csv                 set output mode to 'csv'
   -echo                print inputs before execution
   -init FILENAME       read/process named file
   -[no]header          turn headers on or off
   -help                show this message
   -html                set output mode to HTML
   -interactive         force interactive I/O
   -json                set output mode to 'json'
   -line                set output mode to 'line'
   -list                set output mode to 'list'
   -markdown            set output mode to 'markdown'
   -newline SEP         set output row separator. Default: '\\n'
   -nullvalue TEXT      set text string for NULL values. Default ''
   -quote               set output mode to 'quote'
   -readonly            open the database read-only
   -separator SEP       set output column separator. Default: '|'
   -table               set output mode to 'table'
   -tabs                set output mode to 'tabs'
   -version             show SQLite version
`

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const asked = parse(process.argv.slice(1))
  const has = (name: string): boolean => asked.settings.some(([each]) => each === name)
  if (asked.unknown !== undefined) {
    await io.warn(`sqlite3: Error: unknown option: ${asked.unknown}\nUse -help for a list of options.\n`)
    return 1
  }
  if (has('version') || has('help')) {
    if (has('help')) await io.warn(USAGE)
    else await io.print(`${VERSION}\n`)
    await io.out.flush()
    return has('help') ? 1 : 0
  }
  const interactive = has('interactive') || (process.sys.isatty(0) && !has('batch'))
  let connection: Connection | undefined
  try {
    connection = new Connection(process.sys, has('readonly'))
    const shell = new Shell(process, io, connection, look(), interactive)
    return await work(shell, asked)
  } catch (error) {
    if (error instanceof Quit) {
      await io.out.flush()
      return error.status
    }
    if (!isErrno(error) && !(error instanceof LibraryFailure)) throw error
    await io.warn(
      `Error: ${isErrno(error) ? `unable to open database "${asked.operands[0] ?? ''}": unable to open database file` : error.message}\n`,
    )
    return 1
  } finally {
    connection?.close()
  }
}

async function work(shell: Shell, { settings, operands, commands }: Arguments): Promise<number> {
  const [path = '', ...sql] = operands
  await shell.connection.open(path)
  for (const [name, value] of settings) {
    if (MODES[name]) optionMode(shell, name)
    else SETTINGS[name]?.(shell, value)
  }
  for (const [name, value] of settings) if (name === 'init') await shell.readFile(value)
  for (const text of [...commands, ...sql]) {
    const status = await given(shell, text)
    if (status !== 0 && (shell.bail || sql.includes(text))) return status
  }
  const failed = sql.length > 0 ? 0 : await read(shell)
  if (shell.output) await shell.settleOutput()
  await shell.io.out.flush()
  return failed > 0 ? 1 : 0
}

/** An option for a mode leaves heads as they are, and csv ends its lines plainly. */
function optionMode(shell: Shell, name: string): void {
  const { headers } = shell.look
  shell.setMode(name)
  shell.look.headers = headers
  if (name === 'csv') shell.look.rowSeparator = '\n'
}

/** A command of the command line: a dot, or statements. */
async function given(shell: Shell, text: string): Promise<number> {
  if (text.startsWith('.')) return (await dotCommand(shell, text)) ? 0 : 1
  const problem = await shell.run(text)
  await shell.io.out.flush()
  if (!problem) return 0
  await shell.warn(
    `Error: ${problem.when === 'prepare' ? 'in prepare' : 'stepping'}, ${problemText(problem, problem.sql)}\n`,
  )
  return problem.code
}

async function read(shell: Shell): Promise<number> {
  const { process, io, interactive, connection } = shell
  if (!interactive) return shell.lines(readLines(process.sys, 0))
  await io.print(`SQLite version ${VERSION.split(' ').slice(0, 3).join(' ')}\nEnter ".help" for usage hints.\n`)
  if (connection.path === '')
    await io.print(
      'Connected to a transient in-memory database.\nUse ".open FILENAME" to reopen on a persistent database.\n',
    )
  await io.out.flush()
  const home = process.env.get('HOME') ?? ''
  return shell.interact(new LineEditor(process.sys, { historyFile: `${home}/.sqlite_history` }))
}
