import { isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, type Process, SIGINT, type Sys } from '@drydock/abi'
import { readFile, readLines, type Stdio, writeAll } from '@drydock/libc'
import { ConnectionFailure, failureText, type Result, Session, type Watcher } from '../client/session.ts'
import type { Target } from '../client/target.ts'
import { Conditions } from './conditions.ts'
import { errorText } from './problem-text.ts'
import { interpolate, scan } from './scan.ts'
import { print } from './print.ts'
import type { PrintOptions, Table } from './table.ts'
import { COPY_IN } from '../server/messages.ts'

const encoder = new TextEncoder()

/** Lines of input: standard input, a file, or a terminal. @returns undefined at the end */
export type LineSource = (prompt: string) => Promise<string | undefined>

/** psql's state between statements. */
export class Shell {
  readonly sys: Sys
  readonly io: Stdio
  readonly process: Process
  readonly print: PrintOptions
  readonly variables = new Map<string, string>([
    ['AUTOCOMMIT', 'on'],
    ['COMP_KEYWORD_CASE', 'preserve-upper'],
    ['ECHO', 'none'],
    ['ECHO_HIDDEN', 'off'],
    ['ERROR', 'false'],
    ['FETCH_COUNT', '0'],
    ['HIDE_TABLEAM', 'off'],
    ['HIDE_TOAST_COMPRESSION', 'off'],
    ['HISTCONTROL', 'none'],
    ['HISTSIZE', '500'],
    ['IGNOREEOF', '0'],
    ['LASTOID', '0'],
    ['LAST_ERROR_MESSAGE', ''],
    ['LAST_ERROR_SQLSTATE', '00000'],
    ['ON_ERROR_ROLLBACK', 'off'],
    ['ON_ERROR_STOP', 'off'],
    ['PROMPT1', '%/%R%x%# '],
    ['PROMPT2', '%/%R%x%# '],
    ['PROMPT3', '>> '],
    ['QUIET', 'off'],
    ['ROW_COUNT', '0'],
    ['SHOW_ALL_RESULTS', 'on'],
    ['SHOW_CONTEXT', 'errors'],
    ['SINGLELINE', 'off'],
    ['SINGLESTEP', 'off'],
    ['SQLSTATE', '00000'],
    ['VERBOSITY', 'default'],
    ['WATCH_INTERVAL', '2'],
  ])
  session: Session
  timing = false
  /** What failed last, for \errverbose. */
  lastError: ReadonlyMap<string, string> | undefined
  buffer = ''
  /** What `\!` hands on. */
  readonly environment: Map<string, string>
  /** A line of the input that is read. */
  readLine: LineSource = () => Promise.resolve(undefined)
  /** Of the input that is read. */
  conditions = new Conditions()
  lastQuery = ''
  quit = false
  failed = false
  /** Of the file that is read; for messages. */
  where = ''
  private outFd: number | undefined
  private copySource: AsyncIterable<Uint8Array> | undefined
  private copyTarget: number | undefined

  constructor(process: Process, io: Stdio, session: Session, print: PrintOptions) {
    this.process = process
    this.sys = process.sys
    this.io = io
    this.session = session
    this.print = print
    this.environment = new Map(process.env)
    this.noteConnection()
  }

  /** Variables that tell of the connection. psql(1), "Variables". */
  private noteConnection(): void {
    const { target, parameters } = this.session
    const server = parameters.get('server_version') ?? ''
    const [major = 0, minor = 0] = server.split('.').map((part) => Number.parseInt(part, 10))
    const facts = {
      ...{ DBNAME: target.database, USER: target.user, HOST: target.host || '/var/run/postgresql' },
      ...{ PORT: String(target.port), ENCODING: parameters.get('client_encoding') ?? 'UTF8' },
      ...{ SERVER_VERSION_NAME: server, SERVER_VERSION_NUM: String(major * 10_000 + minor) },
    }
    for (const [name, value] of Object.entries(facts)) this.variables.set(name, value)
  }

  /** What became of a statement, as variables. */
  private note({ error, tag, rows }: Result): void {
    const { variables } = this
    const state = error?.get('C') ?? '00000'
    variables.set('ERROR', error ? 'true' : 'false')
    variables.set('SQLSTATE', state)
    variables.set('ROW_COUNT', error ? '0' : (/ (\d+)$/.exec(tag)?.[1] ?? String(rows.length)))
    if (!error) return
    this.lastError = error
    variables.set('LAST_ERROR_MESSAGE', error.get('M') ?? '')
    variables.set('LAST_ERROR_SQLSTATE', state)
  }

  problemText(error: ReadonlyMap<string, string>, sql: string): string {
    return errorText(error, sql, this.variables.get('VERBOSITY') ?? 'default')
  }

  get quiet(): boolean {
    return this.variables.get('QUIET') === 'on'
  }

  get stopOnError(): boolean {
    return /^(on|1|true|yes)$/i.test(this.variables.get('ON_ERROR_STOP') ?? '')
  }

  async say(text: string): Promise<void> {
    if (this.outFd !== undefined) return void (await writeAll(this.sys, this.outFd, encoder.encode(text)))
    await this.io.print(text)
  }

  async complain(text: string): Promise<void> {
    this.failed = true
    await this.io.warn(`${this.where === '' ? '' : `psql:${this.where}: `}${text}\n`)
  }

  /** \o. */
  async output(path: string): Promise<void> {
    if (this.outFd !== undefined) this.sys.close(this.outFd)
    this.outFd = path === '' ? undefined : this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  }

  /** @throws ConnectionFailure */
  async connect(target: Target): Promise<void> {
    const next = await Session.open(this.sys, target, 'psql')
    this.session.close()
    this.session = next
    this.noteConnection()
  }

  get prompt(): { readonly first: string; mark(open: string): string } {
    const { target, status, parameters } = this.session
    const end = parameters.get('is_superuser') === 'on' ? '#' : '>'
    const state = status === 'T' ? '*' : status === 'E' ? '!' : ''
    return {
      first: `${target.database}=${state}${end} `,
      mark: (open) => `${target.database}${open}${state}${end} `,
    }
  }

  // statements --------------------------------------------------------------------------------------------------------

  /** Runs one statement and prints what comes. @returns whether it went well */
  async run(sql: string, print = this.print): Promise<boolean> {
    const text = interpolate(sql, this.variables)
    this.lastQuery = sql
    if (this.variables.get('ECHO') === 'queries' || this.variables.get('ECHO') === 'all') await this.say(`${sql}\n`)
    const start = this.sys.clock.monotonic()
    const before = this.sys.sigaction(SIGINT, () => this.interrupt(), { restart: true })
    try {
      const good = await this.guarded(text, print)
      if (this.timing) await this.say(`Time: ${(this.sys.clock.monotonic() - start).toFixed(3)} ms\n`)
      for (const line of this.session.notifications.splice(0)) await this.say(`${line}\n`)
      if (!good) this.failed = true
      return good
    } catch (error) {
      if (!(error instanceof ConnectionFailure)) throw error
      await this.complain(error.message)
      await this.reconnect()
      return false
    } finally {
      this.sys.sigaction(SIGINT, before)
    }
  }

  /** Inside of a transaction ON_ERROR_ROLLBACK takes a failed statement back, and that alone. */
  private async guarded(text: string, print: PrintOptions): Promise<boolean> {
    const kept =
      this.session.status === 'T' &&
      /^(on|1|true|yes)$/i.test(this.variables.get('ON_ERROR_ROLLBACK') ?? '') &&
      !/^\s*(commit|rollback|end|abort|begin|savepoint|release)\b/i.test(text)
    if (kept) await this.session.query('SAVEPOINT pg_psql_temporary_savepoint')
    const good = await this.session.run(text, this.watcher(print, text))
    if (kept) {
      if (!good) await this.session.query('ROLLBACK TO pg_psql_temporary_savepoint')
      await this.session.query('RELEASE pg_psql_temporary_savepoint')
    }
    return good
  }

  /** ^C while a statement runs. */
  private interrupt(): void {
    void this.session
      .cancel()
      .then(() => this.io.warn('Cancel request sent\n'))
      .catch((error: unknown) => {
        if (!(error instanceof ConnectionFailure) && !isErrno(error)) throw error
      })
  }

  /** The connection was lost: a terminal gets a new one, a script ends. */
  private async reconnect(): Promise<void> {
    if (!this.sys.isatty(0)) {
      this.quit = true
      await this.io.warn('connection to server was lost\n')
      return
    }
    await this.io.warn('The connection to the server was lost. Attempting reset: ')
    try {
      await this.connect(this.session.target)
      await this.io.warn('Succeeded.\n')
    } catch (error) {
      if (!(error instanceof ConnectionFailure)) throw error
      await this.io.warn('Failed.\n')
    }
  }

  /** Rows of a query of psql's own. */
  async ask(sql: string): Promise<Result | undefined> {
    const found = await this.session.query(sql)
    if (!found.error) return found
    this.note(found)
    await this.complain(this.problemText(found.error, sql))
    return undefined
  }

  async show(table: Table, options = this.print): Promise<void> {
    await this.say(print(table, { ...options, columns: this.sys.isatty(1) ? this.sys.getWindowSize(1).cols : 80 }))
  }

  private watcher(print: PrintOptions, sql: string): Watcher {
    return {
      result: async (result) => {
        this.note(result)
        if (result.error) {
          await this.io.out.flush()
          await this.io.warn(
            `${this.where === '' ? '' : `psql:${this.where}: `}${this.problemText(result.error, sql)}\n`,
          )
        } else if (result.columns.length > 0) await this.show(result, print)
        else if (!this.quiet && result.tag !== '') await this.say(`${result.tag}\n`)
      },
      notice: async (fields) => {
        await this.io.out.flush()
        await this.io.warn(
          `${this.where === '' ? '' : `psql:${this.where}: `}${fields.get('S')}:  ${fields.get('M')}\n`,
        )
      },
      copyOut: async (bytes) => {
        if (this.copyTarget !== undefined) await writeAll(this.sys, this.copyTarget, bytes)
        else await this.io.print(bytes)
      },
      copyIn: () => this.copySource,
    }
  }

  /** \copy … from 'file' and … to 'file'. */
  async copyWithFile(sql: string, path: string, into: boolean): Promise<void> {
    try {
      if (into) this.copyTarget = this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
      else this.copySource = once(await readFile(this.sys, path))
      await this.run(sql)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.complain(`${path}: ${error.message}`)
    } finally {
      if (this.copyTarget !== undefined) this.sys.close(this.copyTarget)
      this.copyTarget = this.copySource = undefined
    }
  }

  /**
   * Reads statements and commands to the end.
   * @param meta runs a backslash command
   */
  async readFrom(
    next: LineSource,
    meta: (shell: Shell, text: string) => Promise<void>,
    interactive: boolean,
  ): Promise<void> {
    let open = ''
    this.readLine = next
    while (!this.quit && !(this.failed && this.stopOnError && !interactive)) {
      const line = await next(this.buffer === '' ? this.prompt.first : this.prompt.mark(open || '-'))
      if (line === undefined) break
      if (interactive) this.failed = false
      if (!interactive && !this.stopOnError) this.failed = false
      const found = scan(`${this.buffer}${line}\n`)
      this.buffer = found.rest.trim() === '' ? '' : found.rest
      open = found.open
      for (const part of found.parts) {
        if (this.quit || (this.failed && this.stopOnError)) break
        if (part.kind === 'meta') {
          this.buffer = part.buffer
          // A semicolon that is not to send yet: the server gets both statements at once.
          if (part.text.startsWith('\\;')) {
            this.buffer = `${part.buffer};${part.text.slice(2)}\n`
            continue
          }
          await meta(this, part.text)
        } else if (!this.conditions.active) {
          if (interactive) await this.io.warn('query ignored; use \\endif or Ctrl-C to exit current \\if block\n')
        } else if (COPY_IN.test(part.text)) {
          this.copySource = linesAsData(next)
          await this.run(part.text)
          this.copySource = undefined
        } else await this.run(part.text)
      }
      if (interactive) await this.io.out.flush()
    }
    const left = this.conditions.active && this.buffer.replace(/--[^\n]*/g, '').trim() !== ''
    if (!interactive && left && !this.quit) await this.run(this.buffer)
    if (this.conditions.open && !this.quit) await this.complain('reached EOF without finding closing \\endif(s)')
    this.buffer = ''
    await this.io.out.flush()
  }

  /** \i, -f. */
  async readScript(path: string, meta: (shell: Shell, text: string) => Promise<void>): Promise<void> {
    const { buffer, where, conditions } = this
    this.buffer = ''
    this.conditions = new Conditions()
    let fd: number
    try {
      fd = this.sys.open(path, 0)
    } catch (error) {
      if (!isErrno(error)) throw error
      Object.assign(this, { buffer, conditions })
      return this.complain(`${path}: ${error.message}`)
    }
    const lines = readLines(this.sys, fd)
    let number = 0
    try {
      await this.readFrom(
        async () => {
          const { value, done } = await lines.next()
          this.where = `${path}:${++number}`
          return done ? undefined : value
        },
        meta,
        false,
      )
    } finally {
      this.sys.close(fd)
      Object.assign(this, { buffer, where, conditions })
    }
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Data of COPY in the input itself, up to a line with `\.`. */
async function* linesAsData(next: LineSource): AsyncIterable<Uint8Array> {
  for (let line = await next('>> '); line !== undefined && line !== '\\.'; line = await next('>> '))
    yield encoder.encode(`${line}\n`)
}

export const couldNotConnect = (target: Target, error: ConnectionFailure): string =>
  `psql: error: ${failureText(target, error)}`
