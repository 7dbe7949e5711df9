import { EINTR, type Sys } from '@drydock/abi'
import { concat } from '@drydock/libc'
import { DataDirectory } from './data-directory.ts'
import { message, type Message, messagesOf, problemFields, textAt } from './messages.ts'
import { BackendFailure, WorkerLink } from './worker-link.ts'

/** Whoever uses the backend: a connection, or the server itself. */
export interface User {
  readonly role: string
  readonly database: string
  /** SET statements of the session, by the name that is set. */
  readonly settings: ReadonlyMap<string, string>
  /** Told of NOTIFY on a channel that it listens to. */
  readonly channels: ReadonlySet<string>
  /** Parse messages of its prepared statements, by name: a backend that is started anew has to hear them again. */
  readonly statements: ReadonlyMap<string, Uint8Array>
  notified(bytes: Uint8Array): void
}

/** Whoever waits for a turn gives up after so long: two clients that wait for one another would never end. */
const LOCK_TIMEOUT_MS = 30_000

/** A statement that was stopped, or never had its turn: an ERROR to its client, who stays. */
export class Cancelled extends Error {
  /** SQLSTATE */
  readonly code: string
  readonly hint: string
  constructor(code: string, text: string, hint = '') {
    super(text)
    this.code = code
    this.hint = hint
  }
}

const onRequest = (): Cancelled => new Cancelled('57014', 'canceling statement due to user request')

interface Waiter {
  readonly user: User
  go(): void
  giveUp(why: Cancelled): void
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The one backend and those who take turns at it: whoever is in a transaction has it until the transaction ends. */
export class Backend {
  readonly data: DataDirectory
  /** The bootstrap superuser. */
  readonly superuser: string
  private readonly sys: Sys
  private link: WorkerLink | undefined
  private database = ''
  private current: User | undefined
  private owner: User | undefined
  private busy = false
  /** Whose statement runs now. */
  private running: User | undefined
  private cancelled = false
  private readonly queue: Waiter[] = []
  /** Who has told this backend of its prepared statements. */
  private prepared = new WeakSet<User>()
  private readonly users = new Set<User>()

  constructor(sys: Sys, data: DataDirectory, superuser: string) {
    this.sys = sys
    this.data = data
    this.superuser = superuser
  }

  /** Starts it at a database. @throws BackendFailure */
  async start(database: string): Promise<void> {
    this.link?.close()
    this.link = new WorkerLink(this.sys)
    this.current = undefined
    this.prepared = new WeakSet()
    this.database = database
    this.data.apply(await this.link.open({ files: await this.data.read(), database }))
  }

  close(): void {
    this.link?.close()
    this.link = undefined
  }

  join(user: User): void {
    this.users.add(user)
  }

  /** @returns whether it was in the middle of a transaction */
  async leave(user: User): Promise<void> {
    this.users.delete(user)
    if (this.owner === user) await this.run(user, message('Q', 'ROLLBACK')).catch(() => undefined)
    if (this.current === user) this.current = undefined
  }

  /**
   * Runs messages for a user when it is its turn.
   * @returns what the backend said, without notifications, which go to those who listen
   * @throws BackendFailure
   * @throws Cancelled when it was cancelled, or had no turn in time
   */
  async run(user: User, bytes: Uint8Array): Promise<Message[]> {
    await this.turn(user)
    this.cancelled = false
    try {
      await this.switchTo(user)
      this.running = user
      const found = await this.exec(bytes)
      this.setOwner(user, found)
      return found
    } catch (error) {
      this.running = undefined
      if (error instanceof BackendFailure) await this.restart()
      throw this.cancelled ? onRequest() : error
    } finally {
      this.running = undefined
      this.busy = false
      this.next()
    }
  }

  /** Nobody else has an open transaction: a question now is answered at once, or nearly. */
  get isFree(): boolean {
    return this.owner === undefined
  }

  /**
   * Stops what the user waits for. What runs cannot be interrupted: the backend is ended, and the next one recovers from
   * the log.
   */
  cancel(user: User): void {
    const waiting = this.queue.find((each) => each.user === user)
    if (waiting) return waiting.giveUp(onRequest())
    if (this.running !== user) return
    this.cancelled = true
    this.link?.abort()
  }

  /** Rows of one statement as the server itself asks it. */
  async query(sql: string, database = this.database): Promise<string[][]> {
    const self = { ...NOBODY, role: this.superuser, database }
    const found = await this.run(self, message('Q', sql))
    return found.filter(({ type }) => type === 'D').map(({ body }) => columnsOf(body))
  }

  /** Statements for a cluster that nobody else uses yet, as they are. @throws BackendFailure */
  async script(statements: readonly string[]): Promise<void> {
    for (const sql of statements)
      for (const { type, body } of await this.exec(message('Q', sql)))
        if (type === 'E') throw new BackendFailure(problemFields(body).get('M') ?? sql)
  }

  private setOwner(user: User, found: readonly Message[]): void {
    const ready = found.findLast(({ type }) => type === 'Z')
    if (!ready) this.owner = user
    else this.owner = textAt(ready.body) === 'I' ? undefined : user
  }

  private turn(user: User): Promise<void> | void {
    if (!this.busy && (this.owner === undefined || this.owner === user)) {
      this.busy = true
      return
    }
    return new Promise((go, failed) => {
      const giveUp = (why: Cancelled): void => {
        const at = this.queue.indexOf(waiter)
        if (at >= 0) this.queue.splice(at, 1)
        failed(why)
      }
      const waiter = { user, go, giveUp }
      this.queue.push(waiter)
      void this.timeOut(waiter)
    })
  }

  private async timeOut(waiter: Waiter): Promise<void> {
    await this.sleepOn(LOCK_TIMEOUT_MS)
    const hint = 'Another session has an open transaction, and sessions take turns here.'
    if (this.queue.includes(waiter))
      waiter.giveUp(new Cancelled('55P03', 'canceling statement due to lock timeout', hint))
  }

  /** Sleeps through signals: what they ask of the server is not the sleeper's business. */
  private async sleepOn(ms: number): Promise<void> {
    const { sys } = this
    const until = sys.clock.monotonic() + ms
    for (let left = ms; left > 0; left = until - sys.clock.monotonic())
      try {
        await sys.sleep(left)
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }

  private next(): void {
    const at = this.queue.findIndex(({ user }) => this.owner === undefined || this.owner === user)
    if (at < 0 || this.busy) return
    const [first] = this.queue.splice(at, 1)
    this.busy = true
    first?.go()
  }

  /** The session of the one who comes: database, role, and what was set. */
  private async switchTo(user: User): Promise<void> {
    if (user.database !== this.database) await this.start(user.database)
    await this.restoreStatements(user)
    if (this.current === user || this.owner === user) return
    const settings = [...user.settings.values()].map((sql) => `${sql};`).join('')
    this.current = user
    await this.exec(
      message('Q', `RESET ALL; UNLISTEN *; SET SESSION AUTHORIZATION ${quoteName(user.role)};${settings}`),
    )
    for (const channel of this.channels()) await this.exec(message('Q', `LISTEN ${quoteName(channel)}`))
  }

  private async restoreStatements(user: User): Promise<void> {
    if (this.prepared.has(user)) return
    this.prepared.add(user)
    if (user.statements.size > 0) await this.exec(concat([...user.statements.values(), message('S')]))
  }

  private channels(): Set<string> {
    return new Set([...this.users].flatMap(({ channels }) => [...channels]))
  }

  private async exec(bytes: Uint8Array): Promise<Message[]> {
    if (!this.link) throw new BackendFailure('the database system is shut down')
    const answer = await this.link.exec(bytes)
    this.data.apply(answer.changes)
    const found = messagesOf(answer.bytes)
    for (const each of found) if (each.type === 'A') this.notify(each)
    return found.filter(({ type }) => type !== 'A')
  }

  private notify({ body }: Message): void {
    const channel = textAt(body, 4)
    for (const user of this.users) if (user.channels.has(channel)) user.notified(message('A', body))
  }

  /** A backend that failed is started anew, as the postmaster does. */
  private async restart(): Promise<void> {
    this.owner = undefined
    await this.start(this.database)
  }
}

export const NOBODY: User = {
  role: '',
  database: '',
  settings: new Map(),
  channels: new Set(),
  statements: new Map(),
  notified: () => undefined,
}

/** Columns of a DataRow as text; NULL as ''. */
export function columnsOf(body: Uint8Array): string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const decoder = new TextDecoder()
  let at = 2
  return Array.from({ length: view.getInt16(0) }, () => {
    const length = view.getInt32(at)
    at += 4
    if (length < 0) return ''
    at += length
    return decoder.decode(body.subarray(at - length, at))
  })
}
