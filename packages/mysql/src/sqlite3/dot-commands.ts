import { isErrno } from '@drydock/abi'
import { dump, schema } from './dump.ts'
import { importFile } from './import-file.ts'
import { literal, MODES } from './output-modes.ts'
import { Quit } from './quit.ts'
import type { Shell } from './shell.ts'

/** @returns whether it went well */
type Command = (shell: Shell, args: readonly string[]) => Promise<boolean> | boolean

/** Words of a line: in quotes as they are, or with escapes of C. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'((?:[^'])*)'|"((?:\\.|[^"\\])*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? (double === undefined ? (bare ?? '') : unescaped(double)),
  )
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{1,3}|.)/g, (_, escape: string) =>
    /^[0-7]/.test(escape) ? String.fromCharCode(Number.parseInt(escape, 8)) : (ESCAPED[escape] ?? escape),
  )

async function truth(shell: Shell, word: string | undefined): Promise<boolean> {
  if (/^(on|yes|1|true)$/i.test(word ?? '')) return true
  if (!/^(off|no|0|false)$/i.test(word ?? ''))
    await shell.warn(`ERROR: Not a boolean value: "${word ?? ''}". Assuming "no".\n`)
  return false
}

const usage = async (shell: Shell, text: string): Promise<boolean> => {
  await shell.warn(`Usage: ${text}\n`)
  return false
}

/** Names in columns of one width, downwards, eighty places wide. */
function columned(names: readonly string[]): string {
  if (names.length === 0) return ''
  const width = Math.max(...names.map((name) => name.length))
  const across = Math.max(1, Math.floor(80 / (width + 2)))
  const down = Math.ceil(names.length / across)
  const lines = Array.from({ length: down }, (_, row) =>
    names
      .filter((_name, at) => at % down === row)
      .map((name) => name.padEnd(width))
      .join('  '),
  )
  return lines.map((line) => `${line}\n`).join('')
}

const namesOf =
  (types: string): Command =>
  async (shell, [pattern]) => {
    const like =
      pattern === undefined
        ? ''
        : ` AND ${types === 'index' ? 'tbl_name' : 'name'} LIKE ${literal({ type: 'text', text: pattern })}`
    const where =
      types === 'index' ? "type='index'" : "type IN ('table','view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    const { rows } = await shell.connection.run(`SELECT name FROM sqlite_schema WHERE ${where}${like} ORDER BY 1`)
    await shell.print(columned(rows.map(([name]) => name?.text ?? '')))
    return true
  }

async function mode(shell: Shell, [name, table]: readonly string[]): Promise<boolean> {
  if (name === undefined) {
    await shell.print(`current output mode: ${shell.look.mode}\n`)
    return true
  }
  const found =
    Object.keys(MODES).find((each) => each.startsWith(name) && name.length >= 1) ??
    (/^lines?$/.test(name) ? 'line' : /^columns?$/.test(name) ? 'column' : undefined)
  if (found === undefined) {
    await shell.warn(
      'Error: mode should be one of: ascii box column csv html insert json line list markdown qbox quote table tabs tcl\n',
    )
    return false
  }
  shell.setMode(found)
  if (found === 'insert') shell.look.table = table ?? '"table"'
  return true
}

const shown = (text: string): string =>
  `"${text.replace(/[\n\t\r\x1e\x1f"\\]/g, (each) => ({ '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' })[each] ?? `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`

async function show(shell: Shell): Promise<boolean> {
  const { look, connection } = shell
  const rows: readonly (readonly [string, string])[] = [
    ['echo', shell.echo ? 'on' : 'off'],
    ['eqp', 'off'],
    ['explain', 'auto'],
    ['headers', look.headers ? 'on' : 'off'],
    ['mode', look.mode],
    ['nullvalue', shown(look.nullValue)],
    ['output', shell.output?.path ?? 'stdout'],
    ['colseparator', shown(look.separator)],
    ['rowseparator', shown(look.rowSeparator)],
    ['stats', 'off'],
    ['width', look.widths.map((width) => `${width} `).join('')],
    ['filename', connection.path === '' ? ':memory:' : connection.path],
  ]
  await shell.print(rows.map(([name, value]) => `${name.padStart(12)}: ${value}\n`).join(''))
  return true
}

const output =
  (once: boolean): Command =>
  async (shell, [path]) => {
    if (shell.output) await shell.settleOutput()
    if (path === undefined || path === 'stdout') return true
    try {
      shell.process.sys.close(shell.process.sys.open(path, 0o1101, 0o644))
    } catch (error) {
      if (!isErrno(error)) throw error
      await shell.warn(`Error: cannot open "${path}"\nError: cannot write to "${path}"\n`)
      return false
    }
    shell.output = { path, once }
    return true
  }

async function backup(shell: Shell, args: readonly string[]): Promise<boolean> {
  const path = args.findLast((each) => !each.startsWith('-'))
  if (path === undefined) {
    await shell.warn('missing FILENAME argument on .backup\n')
    return false
  }
  const { file } = await shell.connection.run('PRAGMA user_version')

  try {
    shell.connection.save(path, file ?? new Uint8Array(0))
  } catch (error) {
    if (!isErrno(error)) throw error
    await shell.warn(`Error: cannot open "${path}"\n`)
    return false
  }
  return true
}

async function run(shell: Shell, args: readonly string[]): Promise<boolean> {
  const { sys, env } = shell.process
  await shell.io.out.flush()
  const pid = await sys.spawn('/bin/sh', { argv: ['sh', '-c', args.join(' ')], env })
  const ended = await sys.wait(pid)
  const status = ended?.status.kind === 'exited' ? ended.status.code : 1
  if (status !== 0) await shell.warn(`System command returns ${status}\n`)
  return true
}

const HELP: readonly (readonly [string, string])[] = [
  ['.backup ?DB? FILE', 'Backup DB (default "main") to FILE'],
  ['.bail on|off', 'Stop after hitting an error.  Default OFF'],
  ['.cd DIRECTORY', 'Change the working directory to DIRECTORY'],
  ['.changes on|off', 'Show number of rows changed by SQL'],
  ['.databases', 'List names and files of attached databases'],
  ['.dump ?OBJECTS?', 'Render database content as SQL'],
  ['.echo on|off', 'Turn command echo on or off'],
  ['.exit ?CODE?', 'Exit this program with return-code CODE'],
  ['.headers on|off', 'Turn display of headers on or off'],
  ['.help ?-all? ?PATTERN?', 'Show help text for PATTERN'],
  ['.import FILE TABLE', 'Import data from FILE into TABLE'],
  ['.indexes ?TABLE?', 'Show names of indexes'],
  ['.mode MODE ?OPTIONS?', 'Set output mode'],
  ['.nullvalue STRING', 'Use STRING in place of NULL values'],
  ['.once ?OPTIONS? ?FILE?', 'Output for the next SQL command only to FILE'],
  ['.open ?OPTIONS? ?FILE?', 'Close existing database and reopen FILE'],
  ['.output ?FILE?', 'Send output to FILE or stdout if FILE is omitted'],
  ['.print STRING...', 'Print literal STRING'],
  ['.quit', 'Exit this program'],
  ['.read FILE', 'Read input from FILE or command output'],
  ['.save ?OPTIONS? FILE', 'Write database to FILE (an alias for .backup ...)'],
  ['.schema ?PATTERN?', 'Show the CREATE statements matching PATTERN'],
  ['.separator COL ?ROW?', 'Change the column and row separators'],
  ['.shell CMD ARGS...', 'Run CMD ARGS... in a system shell'],
  ['.show', 'Show the current values for various settings'],
  ['.system CMD ARGS...', 'Run CMD ARGS... in a system shell'],
  ['.tables ?TABLE?', 'List names of tables matching LIKE pattern TABLE'],
  ['.timer on|off', 'Turn SQL timer on or off'],
  ['.width NUM1 NUM2 ...', 'Set minimum column widths for columnar output'],
]

async function help(shell: Shell, [pattern]: readonly string[]): Promise<boolean> {
  const rows = HELP.filter(([form]) => pattern === undefined || form.startsWith(`.${pattern.replace(/^\./, '')}`))
  await shell.print(
    rows.length === 0
      ? `Nothing matches '${pattern ?? ''}'\n`
      : rows.map(([form, text]) => `${form.padEnd(24)} ${text}\n`).join(''),
  )
  return true
}

const COMMANDS: Readonly<Record<string, Command>> = {
  tables: namesOf('table'),
  indexes: namesOf('index'),
  indices: namesOf('index'),
  mode,
  show,
  help,
  backup,
  save: backup,
  read: (shell, [path]) => (path === undefined ? usage(shell, '.read FILE') : shell.readFile(path)),
  output: output(false),
  once: output(true),
  import: importFile,
  shell: run,
  system: run,
  schema: async (shell, args) => {
    await shell.print(
      await schema(
        shell.connection,
        args.find((each) => !each.startsWith('-')),
      ),
    )
    return true
  },
  fullschema: async (shell) => {
    await shell.print(await schema(shell.connection, undefined))
    await shell.print('/* No STAT tables available */\n')
    return true
  },
  dump: async (shell, args) => {
    await shell.print(
      await dump(
        shell.connection,
        args.find((each) => !each.startsWith('-')),
      ),
    )
    return true
  },
  databases: async (shell) => {
    const { connection } = shell
    const way = connection.readonly ? 'r/o' : 'r/w'
    await shell.print(
      `main: ${connection.isFile ? absolute(shell.process.sys.getcwd(), connection.path) : '""'} ${way}\n`,
    )
    return true
  },
  headers: async (shell, [word]) => {
    shell.look.headers = await truth(shell, word)
    shell.look.headersSaid = true
    return true
  },
  nullvalue: (shell, [text]) => {
    if (text === undefined) return usage(shell, '.nullvalue STRING')
    shell.look.nullValue = text
    return true
  },
  separator: (shell, [column, row]) => {
    if (column === undefined) return usage(shell, '.separator COL ?ROW?')
    shell.look.separator = column
    shell.look.rowSeparator = row ?? shell.look.rowSeparator
    return true
  },
  width: (shell, words) => {
    shell.look.widths = words.map(Number)
    return true
  },
  timer: async (shell, [word]) => {
    shell.timer = await truth(shell, word)
    return true
  },
  echo: async (shell, [word]) => {
    shell.echo = await truth(shell, word)
    return true
  },
  bail: async (shell, [word]) => {
    shell.bail = await truth(shell, word)
    return true
  },
  changes: async (shell, [word]) => {
    shell.countsChanges = await truth(shell, word)
    return true
  },
  print: async (shell, words) => {
    await shell.print(`${words.join(' ')}\n`)
    return true
  },
  cd: (shell, [path]) => {
    if (path === undefined) return usage(shell, '.cd DIRECTORY')
    shell.process.sys.chdir(path)
    return true
  },
  open: async (shell, args) => {
    await shell.connection.open(args.find((each) => !each.startsWith('-')) ?? '')
    return true
  },
  quit: () => {
    throw new Quit(0)
  },
  exit: (_shell, [code]) => {
    throw new Quit(Number(code ?? 0))
  },
}

const absolute = (folder: string, path: string): string =>
  path.startsWith('/') ? path : `${folder.replace(/\/$/, '')}/${path}`

/** One line that begins with a dot; names may be cut short. @returns whether it went well */
export async function dotCommand(shell: Shell, line: string): Promise<boolean> {
  const [name = '', ...args] = wordsOf(line.slice(1))
  const found = COMMANDS[name] ? name : Object.keys(COMMANDS).find((each) => name !== '' && each.startsWith(name))
  const command = found === undefined ? undefined : COMMANDS[found]
  await shell.io.out.flush()
  if (!command) {
    await shell.warn(`Error: unknown command or invalid arguments:  "${name}". Enter ".help" for help\n`)
    return false
  }
  try {
    return await command(shell, args)
  } catch (error) {
    if (!isErrno(error)) throw error
    await shell.warn(`Error: ${error.message}\n`)
    return false
  }
}
