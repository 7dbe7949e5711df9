import { isInet, EINTR, isErrno, type SocketAddress, type Sys } from '@drydock/abi'
import { concat, FdStream } from '@drydock/libc'
import { type Backend, Cancelled, type User } from './backend.ts'
import type { Roles } from './roles.ts'
import { methodFor } from './hba.ts'
import {
  bytesOf,
  int32At,
  message,
  type Message,
  MessageReader,
  problem,
  problemFields,
  readyForQuery,
  textAt,
  COPY_IN,
  COPY_PROGRAM,
} from './messages.ts'
import { scramClient, scramServer } from './scram.ts'
import { BackendFailure } from './worker-link.ts'

const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What connections need of the server. */
export interface ConnectionHost {
  readonly sys: Sys
  readonly backend: Backend
  readonly roles: Roles
  /** Connections by the process id that their clients were told. */
  readonly connections: Map<number, Connection>
  readonly version: string
  /** Lines of the log; statements and errors go there too. */
  log(level: string, text: string): void
  readonly logStatements: boolean
}

const NO_PROGRAM = 'COPY to and from programs is not simulated'

/** The client is turned away: severity FATAL. */
class Refused extends Error {
  readonly code: string
  constructor(code: string, text: string) {
    super(text)
    this.code = code
  }
}

/** A session setting that has to be there again when the session has its next turn. */
const SETTING = /^\s*set\s+(?!local\b|transaction\b)(?:session\s+)?("[^"]+"|[\w.]+)/i

/** One client: who it is, and its messages in order. */
export class Connection implements User {
  role = ''
  database = ''
  readonly settings = new Map<string, string>()
  readonly channels = new Set<string>()
  private readonly host: ConnectionHost
  private readonly stream: FdStream
  private readonly peer: SocketAddress
  private readonly reader = new MessageReader()
  private readonly id: number
  /** Messages of the extended protocol until Sync. */
  private batch: Uint8Array[] = []
  /** A COPY … FROM STDIN that waits for its data. */
  private copying: { sql: string; data: Uint8Array[] } | undefined
  readonly statements = new Map<string, Uint8Array>()
  /** Of the batch that is on its way. */
  private readonly parsing = new Map<string, Uint8Array>()
  /** After a batch that failed before its Sync: the rest up to it counts for nothing. */
  private skipping = false
  private readonly secret: Uint8Array

  constructor(host: ConnectionHost, fd: number, peer: SocketAddress, id: number) {
    this.host = host
    this.stream = new FdStream(host.sys, fd)
    this.peer = peer
    this.id = id
    this.secret = host.sys.entropy.bytes(4)
  }

  /** The number that the client knows this connection by, beside the secret. */
  private get pid(): number {
    return this.host.sys.getpid() + this.id
  }

  notified(bytes: Uint8Array): void {
    void this.send(bytes).catch(() => undefined)
  }

  async serve(): Promise<void> {
    const { backend } = this.host
    try {
      if (!(await this.startUp())) return
      backend.join(this)
      this.host.connections.set(this.pid, this)
      for (let next = await this.next(); next && next.type !== 'X'; next = await this.next()) await this.handle(next)
    } catch (error) {
      if (error instanceof Refused) await this.refuse(error)
      else if (!isErrno(error)) throw error
    } finally {
      this.host.connections.delete(this.pid)
      await this.forgetStatements()
      await backend.leave(this)
      this.stream.close()
    }
  }

  /** The backend lives on without the session: its prepared statements go. */
  private async forgetStatements(): Promise<void> {
    const sql = [...this.statements.keys()]
      .map((name) => `DEALLOCATE "s${this.id}_${name.replaceAll('"', '""')}";`)
      .join('')
    if (sql === '') return
    try {
      await this.host.backend.run(this, message('Q', sql))
    } catch (error) {
      if (!(error instanceof BackendFailure) && !(error instanceof Cancelled)) throw error
    }
  }

  private async refuse({ code, message: text }: Refused): Promise<void> {
    this.host.log('FATAL', text)
    try {
      await this.send(problem('FATAL', code, text))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private async send(bytes: Uint8Array): Promise<void> {
    await this.stream.write(bytes)
  }

  private async fill(): Promise<boolean> {
    for (;;)
      try {
        const bytes = await this.stream.read(65536)
        this.reader.feed(bytes)
        return bytes.length > 0
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }

  private async next(): Promise<Message | undefined> {
    for (;;) {
      const found = this.reader.next()
      if (found || !(await this.fill())) return found
    }
  }

  // start-up --------------------------------------------------------------------------------------------------------

  /** @returns whether the client is in */
  private async startUp(): Promise<boolean> {
    let first = this.reader.first()
    while (!first) {
      if (!(await this.fill())) return false
      first = this.reader.first()
    }
    const code = int32At(first, 0)
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      await this.send(encoder.encode('N'))
      return this.startUp()
    }
    if (code === CANCEL_REQUEST) {
      this.host.connections.get(int32At(first, 4))?.cancel(first.subarray(8))
      return false
    }
    const words = decoder.decode(first.subarray(4)).split('\0')
    const parameters = new Map<string, string>()
    for (let i = 0; i + 1 < words.length && words[i] !== ''; i += 2) parameters.set(words[i] ?? '', words[i + 1] ?? '')
    this.role = parameters.get('user') ?? ''
    this.database = parameters.get('database') ?? this.role
    await this.authenticate()
    await this.checkDatabase()
    this.takeOptions(parameters)
    await this.welcome(parameters)
    return true
  }

  /** What a cancel request asks for, when it knows the secret. */
  private cancel(secret: Uint8Array): void {
    if (secret.length === 4 && secret.every((byte, i) => byte === this.secret[i])) this.host.backend.cancel(this)
  }

  private async authenticate(): Promise<void> {
    const { sys, backend, roles } = this.host
    const method = await methodFor(sys, `${backend.data.path}/pg_hba.conf`, this.peer, this.role, this.database)
    const from = isInet(this.peer) ? `host "${this.peer.address}"` : 'host "[local]"'
    if (method === undefined || method === 'reject')
      throw new Refused(
        '28000',
        `no pg_hba.conf entry for ${from}, user "${this.role}", database "${this.database}", no encryption`,
      )
    const role = (await roles.current()).roles.get(this.role)
    const trusted = method === 'trust' || method === 'peer'
    if (trusted && !role) throw new Refused('28000', `role "${this.role}" does not exist`)
    if (!trusted && !(await this.passwordFits(method, role?.secret ?? '')))
      throw new Refused('28P01', `password authentication failed for user "${this.role}"`)
    if (role?.canLogin === false) throw new Refused('28000', `role "${this.role}" is not permitted to log in`)
    await this.send(message('R', 0))
  }

  private async passwordFits(method: string, secret: string): Promise<boolean> {
    if (method === 'password') {
      await this.send(message('R', 3))
      const given = await this.next()
      return given !== undefined && this.plainFits(textAt(given.body), secret)
    }
    await this.send(message('R', 10, 'SCRAM-SHA-256', Uint8Array.of(0)))
    const first = await this.next()
    if (!first || first.type !== 'p') return false
    const start = textAt(first.body).length + 1
    const said = decoder.decode(first.body.subarray(start + 4))
    const scram = scramServer(secret, said, this.host.sys.entropy.bytes(18))
    await this.send(message('R', 11, encoder.encode(scram.first)))
    const final = await this.next()
    const verdict = final && scram.finish(decoder.decode(final.body))
    if (verdict === undefined) return false
    await this.send(message('R', 12, encoder.encode(verdict)))
    return true
  }

  /** A password in clear text, against the verifier that is kept. */
  private plainFits(password: string, secret: string): boolean {
    const { entropy } = this.host.sys
    const client = scramClient(password, entropy.bytes(18))
    const server = scramServer(secret, client.first(), entropy.bytes(18))
    return server.finish(client.final(server.first)) !== undefined
  }

  private async checkDatabase(): Promise<void> {
    const { databases } = await this.host.roles.current()
    if (!databases.has(this.database)) throw new Refused('3D000', `database "${this.database}" does not exist`)
  }

  private takeOptions(parameters: ReadonlyMap<string, string>): void {
    const set = (name: string, value: string): void => void this.settings.set(name, `SET ${name} = ${literal(value)}`)
    for (const [name, value] of parameters)
      if (!['user', 'database', 'options', 'replication', 'client_encoding'].includes(name)) set(name, value)
    for (const [, name = '', value = ''] of (parameters.get('options') ?? '').matchAll(/-c\s*([\w.]+)=(\S+)/g))
      set(name, value)
  }

  private async welcome(parameters: ReadonlyMap<string, string>): Promise<void> {
    const { version } = this.host
    const facts: readonly (readonly [string, string])[] = [
      ['in_hot_standby', 'off'],
      ['integer_datetimes', 'on'],
      ['TimeZone', parameters.get('TimeZone') ?? 'Etc/UTC'],
      ['IntervalStyle', 'postgres'],
      ['is_superuser', this.role === this.host.backend.superuser ? 'on' : 'off'],
      ['application_name', parameters.get('application_name') ?? ''],
      ['default_transaction_read_only', 'off'],
      ['scram_iterations', '4096'],
      ['DateStyle', 'ISO, MDY'],
      ['standard_conforming_strings', 'on'],
      ['session_authorization', this.role],
      ['client_encoding', 'UTF8'],
      ['server_version', version],
      ['server_encoding', 'UTF8'],
    ]
    const key = message('K', this.pid, this.secret)
    await this.send(concat([...facts.map(([name, value]) => message('S', name, value)), key, readyForQuery('I')]))
  }

  // statements --------------------------------------------------------------------------------------------------------

  private async handle(next: Message): Promise<void> {
    if (this.copying) return this.copyData(next)
    if (this.skipping) {
      if (next.type !== 'S') return
      this.skipping = false
      return this.send(readyForQuery('I'))
    }
    if (next.type === 'Q') return this.simple(textAt(next.body))
    if (next.type === 'S' || next.type === 'H') {
      this.batch.push(bytesOf(next))
      const bytes = concat(this.batch)
      this.batch = []
      return this.forward(bytes, '', next.type === 'H')
    }
    if ('PBDEC'.includes(next.type)) this.batch.push(this.renamed(next))
  }

  private async simple(sql: string): Promise<void> {
    if (this.host.logStatements) this.host.log('LOG', `statement: ${sql}`)
    if (COPY_PROGRAM.test(sql)) {
      this.host.log('ERROR', NO_PROGRAM)
      return this.send(concat([problem('ERROR', '0A000', NO_PROGRAM), readyForQuery('I')]))
    }
    if (COPY_IN.test(sql)) {
      this.copying = { sql, data: [] }
      return this.send(message('G', Uint8Array.of(0, 0, 0)))
    }
    this.note(sql)
    await this.forward(message('Q', sql))
  }

  /** What the session has set, for its next turn, and the channels it listens to. */
  private note(sql: string): void {
    for (const part of sql.split(';')) {
      const [, name] = SETTING.exec(part) ?? []
      if (name !== undefined) this.settings.set(name.toLowerCase(), part.trim())
      const [, verb, channel = '*'] = /^\s*(listen|unlisten)\s+("?[\w$]+"?|\*)/i.exec(part) ?? []
      const plain = channel.startsWith('"') ? channel.slice(1, -1) : channel.toLowerCase()
      if (verb?.toLowerCase() === 'listen') this.channels.add(plain)
      else if (verb !== undefined && plain === '*') this.channels.clear()
      else if (verb !== undefined) this.channels.delete(plain)
    }
  }

  private async copyData(next: Message): Promise<void> {
    const { copying } = this
    if (!copying) return
    if (next.type === 'd') {
      copying.data.push(bytesOf(next))
      return
    }
    if (next.type !== 'c' && next.type !== 'f') return
    this.copying = undefined
    if (next.type === 'f')
      return this.send(
        concat([problem('ERROR', '57014', `COPY from stdin failed: ${textAt(next.body)}`), readyForQuery('I')]),
      )
    // In one call: a backend that finds no data behind the statement ends.
    await this.forward(concat([message('Q', copying.sql), ...copying.data, message('c')]), 'G')
  }

  /**
   * @param without a kind of message that the client has had already
   * @param unfinished a Sync is still to come
   */
  private async forward(bytes: Uint8Array, without = '', unfinished = false): Promise<void> {
    try {
      const found = await this.host.backend.run(this, bytes)
      for (const [name, parse] of this.parsing) this.statements.set(name, parse)
      for (const { type, body } of found) if (type === 'E') this.logProblem(body)
      await this.send(concat(found.filter(({ type }) => type !== without).map(bytesOf)))
    } catch (error) {
      if (error instanceof Cancelled) return this.cancelled(error, unfinished)
      if (!(error instanceof BackendFailure)) throw error
      this.host.log('LOG', `server process was terminated: ${error.message}`)
      throw new Refused('57P02', 'terminating connection because of crash of another server process')
    } finally {
      this.parsing.clear()
    }
  }

  private async cancelled({ code, message: text, hint }: Cancelled, unfinished: boolean): Promise<void> {
    this.host.log('ERROR', text)
    this.skipping = unfinished
    const told = problem('ERROR', code, text, hint)
    await this.send(unfinished ? told : concat([told, readyForQuery('I')]))
  }

  private logProblem(body: Uint8Array): void {
    const fields = problemFields(body)
    this.host.log(fields.get('S') ?? 'ERROR', fields.get('M') ?? '')
  }

  /** Prepared statements of all sessions are in one backend: each session's have a mark of its own. */
  private renamed({ type, body }: Message): Uint8Array {
    const mark = (name: string): string => (name === '' ? '' : `s${this.id}_${name}`)
    const nameEnd = (at: number): number => body.indexOf(0, at) + 1
    if (type === 'P') {
      const name = textAt(body)
      const sql = textAt(body, nameEnd(0))
      if (this.host.logStatements) this.host.log('LOG', `execute ${name === '' ? '<unnamed>' : name}: ${sql}`)
      this.note(sql)
      const parse = message('P', mark(name), body.subarray(nameEnd(0)))
      if (name !== '') this.parsing.set(name, parse)
      return parse
    }
    if (type === 'B') {
      const portal = nameEnd(0)
      return message('B', body.subarray(0, portal), mark(textAt(body, portal)), body.subarray(nameEnd(portal)))
    }
    if (type === 'C' && body[0] === 'S'.charCodeAt(0)) this.statements.delete(textAt(body, 1))
    if ((type === 'D' || type === 'C') && body[0] === 'S'.charCodeAt(0))
      return message(type, body.subarray(0, 1), mark(textAt(body, 1)))
    return message(type, body)
  }
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
