import { isErrno, type Process, type Program, SIGINT } from '@drydock/abi'
import { LineEditor, readLines, readTextFile, Stdio } from '@drydock/libc'
import { ClientError, type Result, Session, type Target } from './session.ts'
import { boxed, tabbed, vertical } from './table.ts'
import { clientVersion, parse, type Parsed } from './target.ts'
import { enterPassword } from './password.ts'
import { nextStatement } from './scan.ts'

export const mysql: Program = {
  name: 'mysql/mysql',
  paths: ['/usr/bin/mysql', '/usr/bin/mariadb'],
  covers: 'partial',
  lacks: ['option files', '\\e, \\P, \\T, \\d and most other commands', 'completion of names', '--html, --xml', 'TLS'],
  summary: 'the MySQL command-line client',
  sizeBytes: 7_700_000,
  main,
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const parsed = parse(process)
  if (parsed.options.has('version') || parsed.options.has('V')) {
    await io.print(`mysql  Ver ${clientVersion(process)} for Linux on x86_64 (MySQL Community Server - GPL)\n`)
    await io.out.flush()
    return 0
  }
  const [database = parsed.target.database] = parsed.operands
  const password = parsed.asks ? await enterPassword(process, io) : parsed.target.password
  const target: Target = { ...parsed.target, database, password }
  if (!parsed.asks && password !== '' && !process.env.has('MYSQL_PWD') && !process.env.has('MARIADB_VERSION'))
    await io.warn('mysql: [Warning] Using a password on the command line interface can be insecure.\n')
  try {
    const session = await Session.open(process.sys, target)
    const client = new Client(process, io, session, target, parsed)
    const status = await client.run()
    session.close()
    await io.out.flush()
    return status
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    await io.warn(`${error.line}\n`)
    return 1
  }
}

/** Statements that come, and what is printed of them. */
class Client {
  private readonly process: Process
  private readonly io: Stdio
  private readonly session: Session
  private readonly target: Target
  private readonly parsed: Parsed
  private readonly boxes: boolean
  private database: string
  private quit = false
  private delimiter = ';'

  constructor(process: Process, io: Stdio, session: Session, target: Target, parsed: Parsed) {
    this.process = process
    this.io = io
    this.session = session
    this.target = target
    this.parsed = parsed
    this.database = target.database
    const batch =
      parsed.options.has('B') || parsed.options.has('batch') || parsed.options.has('s') || parsed.options.has('silent')
    this.boxes = !batch && (process.sys.isatty(1) || parsed.options.has('t') || parsed.options.has('table'))
  }

  async run(): Promise<number> {
    const execute = this.parsed.options.get('execute')
    if (execute !== undefined) return this.script(execute, false)
    if (this.process.sys.isatty(0)) return this.interact()
    let text = ''
    for await (const line of readLines(this.process.sys, 0)) text += `${line}\n`
    return this.script(text, true)
  }

  /** @returns the exit status */
  private async script(text: string, numbered: boolean): Promise<number> {
    let at = 0
    for (;;) {
      const found = nextStatement(text, at, true, this.delimiter)
      if (!found) return 0
      if (found.delimiter !== undefined) {
        this.delimiter = found.delimiter
        at = found.end
        continue
      }
      const line = text.slice(0, text.length - text.slice(at).trimStart().length).split('\n').length
      at = found.end
      try {
        await this.statement(found.sql, found.vertical)
      } catch (error) {
        if (!(error instanceof ClientError)) throw error
        await this.io.out.flush()
        await this.io.warn(`${error.line.replace(': ', numbered ? ` at line ${line}: ` : ' at line 1: ')}\n`)
        if (!this.parsed.options.has('f') && !this.parsed.options.has('force')) return 1
      }
      if (this.quit) return 0
    }
  }

  private async statement(sql: string, asRecords: boolean): Promise<void> {
    const [, word = '', argument = ''] = /^\s*\\?(\w+)\s*(.*?)\s*;?\s*$/s.exec(sql) ?? []
    const command = COMMANDS.get(word.toLowerCase())
    if (command && (sql.trim().startsWith('\\') || command.bare))
      return command.run.call(this, argument.replace(/^[`'"]|[`'"]$/g, ''))
    const start = this.process.sys.clock.monotonic()
    for await (const result of this.session.results(sql))
      await this.print(result, asRecords, (this.process.sys.clock.monotonic() - start) / 1000)
    const [, used] = /^\s*use\s+`?([\w$-]+)`?/i.exec(sql) ?? []
    if (used !== undefined) this.database = used
  }

  private async print(result: Result, asRecords: boolean, seconds: number): Promise<void> {
    const { columns, rows, affected, info } = result
    const interactive = this.process.sys.isatty(0) && this.parsed.options.get('execute') === undefined
    const names = !this.parsed.options.has('N') && !this.parsed.options.has('skip-column-names')
    if (columns.length > 0 && (rows.length > 0 || !this.boxes))
      await this.io.print(
        asRecords ? vertical(result) : this.boxes ? boxed(result, names) : rows.length > 0 ? tabbed(result, names) : '',
      )
    if (!interactive) return
    const time = `(${seconds.toFixed(2)} sec)`
    const count = (n: number): string => `${n} row${n === 1 ? '' : 's'}`
    if (columns.length > 0)
      await this.io.print(rows.length === 0 ? `Empty set ${time}\n\n` : `${count(rows.length)} in set ${time}\n\n`)
    else await this.io.print(`Query OK, ${count(affected)} affected ${time}\n${info === '' ? '' : `${info}\n`}\n`)
  }

  // commands --------------------------------------------------------------------------------------------------------

  async use(name: string): Promise<void> {
    await this.session.query(`USE \`${name}\``)
    this.database = name
    await this.io.print(this.process.sys.isatty(0) ? 'Database changed\n' : '')
  }
  async leave(): Promise<void> {
    this.quit = true
  }
  async source(path: string): Promise<void> {
    try {
      await this.script(await readTextFile(this.process.sys, path), true)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`ERROR: Failed to open file '${path}', error: ${error.errno}\n`)
    }
  }
  async status(): Promise<void> {
    const { user, host } = this.target
    await this.io.print(
      `--------------\nmysql  Ver ${clientVersion(this.process)} for Linux on x86_64\n\nConnection id:\t\t${this.session.id}\nCurrent database:\t${this.database}\nCurrent user:\t\t${user}@${host === '' ? 'localhost' : host}\nServer version:\t\t${this.session.version}\n--------------\n\n`,
    )
  }
  async help(): Promise<void> {
    await this.io.print(
      "\nList of all client commands:\nNote that all text commands must be first on line and end with ';'\nexit      (\\q) Exit mysql. Same as quit.\nhelp      (\\h) Display this help.\nquit      (\\q) Quit mysql.\nsource    (\\.) Execute an SQL script file. Takes a file name as an argument.\nstatus    (\\s) Get status information from the server.\nuse       (\\u) Use another database. Takes database name as argument.\n\n",
    )
  }

  private async interact(): Promise<number> {
    const { sys, env } = this.process
    const maria = /maria/i.test(this.session.version)
    await this.io.print(
      maria
        ? `Welcome to the MariaDB monitor.  Commands end with ; or \\g.\nYour MariaDB connection id is ${this.session.id}\nServer version: ${this.session.version} mariadb.org binary distribution\n\nCopyright (c) 2000, 2018, Oracle, MariaDB Corporation Ab and others.\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n`
        : `Welcome to the MySQL monitor.  Commands end with ; or \\g.\nYour MySQL connection id is ${this.session.id}\nServer version: ${this.session.version} MySQL Community Server - GPL\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n`,
    )
    sys.sigaction(SIGINT, () => undefined)
    const editor = new LineEditor(sys, { historyFile: `${env.get('HOME') ?? '/root'}/.mysql_history` })
    let buffer = ''
    while (!this.quit) {
      await this.io.out.flush()
      const first = maria ? `MariaDB [${this.database || '(none)'}]> ` : 'mysql> '
      const typed = await editor.read(buffer === '' ? first : `${' '.repeat(first.length - 3)}-> `)
      if (typed.kind === 'end') break
      if (typed.kind === 'interrupt') {
        buffer = ''
        continue
      }
      await editor.remember(typed.text)
      buffer = await this.typed(buffer === '' ? typed.text : `${buffer}\n${typed.text}`)
    }
    await this.io.print('Bye\n')
    return 0
  }

  /** Runs what is whole. @returns what is not */
  private async typed(text: string): Promise<string> {
    const [, bare = ''] = /^\s*(\w+)\s*$/.exec(text) ?? []
    const alone = /^\s*(use|source)\s+\S+\s*$/i.test(text) || (COMMANDS.get(bare.toLowerCase())?.bare ?? false)
    let rest = alone ? `${text}${this.delimiter}` : text
    const next = (): ReturnType<typeof nextStatement> => nextStatement(rest, 0, false, this.delimiter)
    for (let found = next(); found; found = next()) {
      rest = rest.slice(found.end)
      this.delimiter = found.delimiter ?? this.delimiter
      try {
        if (!found.cleared) await this.statement(found.sql, found.vertical)
      } catch (error) {
        if (!(error instanceof ClientError)) throw error
        await this.io.out.flush()
        await this.io.warn(`${error.line}\n`)
      }
    }
    return rest.trim() === '' ? '' : rest
  }
}

interface Command {
  /** It is known without a backslash. */
  readonly bare: boolean
  readonly run: (this: Client, argument: string) => Promise<void>
}
const command = (bare: boolean, run: Command['run']): Command => ({ bare, run })
const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['use', command(true, Client.prototype.use)],
  ['u', command(false, Client.prototype.use)],
  ['exit', command(true, Client.prototype.leave)],
  ['quit', command(true, Client.prototype.leave)],
  ['q', command(false, Client.prototype.leave)],
  ['source', command(true, Client.prototype.source)],
  ['status', command(true, Client.prototype.status)],
  ['s', command(false, Client.prototype.status)],
  ['help', command(true, Client.prototype.help)],
  ['h', command(false, Client.prototype.help)],
])
