import { isErrno, type Sys } from '@drydock/abi'
import type { Stdio } from '@drydock/libc'
import { bytesOf } from '../resp/binary.ts'
import { CommandError, Push, type Reply } from '../resp/reply.ts'
import { Connection, ConnectionError, targetText } from './connection.ts'
import { format, type Style } from './format.ts'
import type { CliOptions } from './options.ts'

const NEVER_ENDING = new Set(['subscribe', 'psubscribe', 'monitor'])

/** What redis-cli keeps between commands: the connection, the database, whether a transaction is open. */
export class CliSession {
  readonly sys: Sys
  readonly io: Stdio
  readonly options: CliOptions
  readonly style: Style
  db: number
  inTransaction = false
  private connection: Connection | undefined

  constructor(sys: Sys, io: Stdio, options: CliOptions, style: Style) {
    this.sys = sys
    this.io = io
    this.options = options
    this.style = style
    this.db = options.db
  }

  get connected(): boolean {
    return this.connection !== undefined
  }

  get prompt(): string {
    if (!this.connection) return 'not connected> '
    return `${targetText(this.options)}${this.db > 0 ? `[${this.db}]` : ''}${this.inTransaction ? '(TX)' : ''}> `
  }

  /** @throws ConnectionError */
  async connect(): Promise<Connection> {
    if (this.connection) return this.connection
    const connection = await Connection.open(this.sys, this.options)
    const { password, user, protocol } = this.options
    this.connection = connection
    if (password !== '')
      await this.prepare(user === '' ? ['AUTH', password] : ['AUTH', user, password], 'AUTH failed: ')
    if (protocol === 3) await this.prepare(['HELLO', '3'], 'HELLO 3 failed: ')
    if (this.db > 0) await this.prepare(['SELECT', String(this.db)], `SELECT ${this.db} failed: `)
    return connection
  }

  private async prepare(argv: readonly string[], words: string): Promise<void> {
    const reply = await this.connection?.ask(argv)
    if (reply instanceof CommandError) await this.io.warn(`${words}${reply.message}\n`)
  }

  drop(): void {
    this.connection?.close()
    this.connection = undefined
    this.inTransaction = false
  }

  print(reply: Reply): Promise<void> | void {
    const text = format(reply, this.style)
    return this.io.print(this.style === 'raw' ? bytesOf(text) : text)
  }

  /** Runs one command and shows what comes. @returns the reply @throws ConnectionError */
  async run(argv: readonly string[]): Promise<Reply> {
    const connection = await this.connect()
    const name = (argv[0] ?? '').toLowerCase()
    const reply = await connection.ask(argv)
    this.note(name, argv, reply)
    await this.print(reply)
    await this.io.out.flush()
    if (NEVER_ENDING.has(name) && !(reply instanceof CommandError)) await this.listen(connection)
    return reply
  }

  private note(name: string, argv: readonly string[], reply: Reply): void {
    if (reply instanceof CommandError) return
    if (name === 'select') this.db = Number(argv[1])
    if (name === 'multi') this.inTransaction = true
    if (name === 'exec' || name === 'discard' || name === 'reset') this.inTransaction = false
    if (name === 'quit') this.drop()
  }

  /** Shows what comes until ^C. */
  private async listen(connection: Connection): Promise<void> {
    if (this.style === 'standard') await this.io.warn('Reading messages... (press Ctrl-C to quit)\n')
    for (;;) {
      const reply = await connection.reply()
      await this.print(reply instanceof Push ? reply.items : reply)
      await this.io.out.flush()
    }
  }

  /** Says what went wrong. @returns the status */
  async failed(error: unknown): Promise<number> {
    if (!(error instanceof ConnectionError) && !isErrno(error)) throw error
    this.drop()
    await this.io.warn(`${error.message.startsWith('Could not') ? '' : 'Error: '}${error.message}\n`)
    return 1
  }
}
