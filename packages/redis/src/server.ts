import { isErrno, type Sys } from '@drydock/abi'
import { AccessControl } from './acl/access-control.ts'
import { categoryOf } from './acl/categories.ts'
import { Client } from './client.ts'
import { ACKNOWLEDGED, Blocked, type Call, type Command } from './command.ts'
import type { Config } from './config.ts'
import { commands } from './commands/index.ts'
import { Persistence } from './persistence/persistence.ts'
import type { Log } from './log.ts'
import { makeRoom } from './eviction.ts'
import { PubSub } from './pub-sub.ts'
import { CommandError, type Reply, Status } from './resp/reply.ts'
import { Functions } from './scripting/functions.ts'
import { Scripts } from './scripting/scripts.ts'
import { Replication } from './replication/replication.ts'
import { Keyspace, type KeyspaceWatcher } from './store/keyspace.ts'

const IN_SUBSCRIBER_MODE = new Set([
  'subscribe',
  'unsubscribe',
  'psubscribe',
  'punsubscribe',
  'ssubscribe',
  'sunsubscribe',
  'ping',
  'quit',
  'reset',
])
/** Run at once between MULTI and EXEC. */
const NEVER_QUEUED = new Set(['multi', 'exec', 'discard', 'watch', 'quit', 'reset'])
/** What clients wait for whose scripts can't run yet: no key has that name. */
const SCRIPTS_LOADED = '\0scripts'
const SWEEP = 200

export interface Stats {
  connections: number
  commands: number
  hits: number
  misses: number
  expired: number
  evicted: number
  readonly perCommand: Map<string, { calls: number; microseconds: number }>
  readonly errors: Map<string, number>
}

export interface SlowEntry {
  readonly id: number
  readonly time: number
  readonly microseconds: number
  readonly argv: readonly string[]
  readonly client: Client
}

/** The data and whoever works on them. All commands run in one line, one after another. */
export class Server implements KeyspaceWatcher {
  readonly sys: Sys
  readonly config: Config
  readonly version: string
  readonly startedMs: number
  readonly runId: string
  readonly clients = new Map<number, Client>()
  readonly pubSub = new PubSub()
  readonly acl: AccessControl
  readonly persistence: Persistence
  readonly scripts: Scripts
  readonly functions: Functions
  readonly replication: Replication
  readonly stats: Stats = {
    connections: 0,
    commands: 0,
    hits: 0,
    misses: 0,
    expired: 0,
    evicted: 0,
    perCommand: new Map(),
    errors: new Map(),
  }
  readonly slowLog: SlowEntry[] = []
  readonly log: Log
  /** Where its configuration came from. */
  readonly configFile: string
  /** Changes since the last save. */
  dirty = 0
  stopping: 'save' | 'nosave' | undefined
  private readonly keyspaces: Keyspace[]
  private readonly waiting = new Map<string, Client[]>()
  private ready: string[] = []
  private nextClient = 1
  private nextSlow = 0

  constructor(sys: Sys, config: Config, log: Log, version: string, configFile: string) {
    this.sys = sys
    this.log = log
    this.config = config
    this.version = version
    this.configFile = configFile
    this.startedMs = sys.clock.now()
    this.runId = [...sys.entropy.bytes(20)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    this.acl = new AccessControl(this, {
      has: (name) => commands.has(name),
      category: (name) => categoryOf(commands, name),
    })
    for (const [name = '', ...rules] of config.users) this.acl.set(name, rules)
    this.keyspaces = Array.from({ length: config.number('databases') }, (_, i) => new Keyspace(i, this))
    this.persistence = new Persistence(this)
    this.scripts = new Scripts(this)
    this.functions = new Functions(this)
    this.replication = new Replication(this)
  }

  now(): number {
    return this.sys.clock.now()
  }

  random(below: number): number {
    const [a = 0, b = 0, c = 0] = this.sys.entropy.bytes(3)
    return below > 0 ? ((a << 16) | (b << 8) | c) % below : 0
  }

  get databases(): readonly Keyspace[] {
    return this.keyspaces
  }

  /** @throws CommandError */
  database(index: number): Keyspace {
    const db = this.keyspaces[index]
    if (!db) throw new CommandError('ERR DB index is out of range')
    return db
  }

  swap(a: number, b: number): void {
    const [first, second] = [this.database(a), this.database(b)]
    const take = (db: Keyspace) => ({ entries: [...db.entries], deadlines: [...db.deadlines] })
    const [one, two] = [take(first), take(second)]
    const give = (db: Keyspace, { entries, deadlines }: ReturnType<typeof take>): void => {
      db.clear()
      for (const [key, entry] of entries) db.put(key, entry)
      for (const [key, at] of deadlines) db.setDeadline(key, at)
      for (const [key] of entries) this.changed(db, key, '', '')
    }
    give(first, two)
    give(second, one)
  }

  // clients ---------------------------------------------------------------------------------------------------------

  /** @param fd none for the client that reads the AOF */
  newClient(fd: number | undefined, address: string): Client {
    const client = new Client(this, this.nextClient++, address, fd)
    if (fd !== undefined) {
      this.clients.set(client.id, client)
      this.stats.connections++
    }
    return client
  }

  gone(client: Client): void {
    this.clients.delete(client.id)
    this.pubSub.drop(client)
    this.replication.gone(client)
    this.stopWaiting(client)
  }

  // commands --------------------------------------------------------------------------------------------------------

  /** Runs one command and writes its answer, or queues it, or lets the client wait. */
  execute(client: Client, argv: readonly string[]): void {
    client.lastActive = this.now()
    try {
      const command = this.commandFor(client, argv)
      client.lastCommand = command.name
      const call = this.call(client, argv)
      const reply = this.answer(command, call)
      if (reply instanceof Blocked) this.letWait(client, { blocked: reply, call })
      else client.reply(reply)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      this.failed(error)
      client.reply(error)
    }
    this.serveReady()
  }

  private answer(command: Command, call: Call): Reply | Blocked {
    const { client, argv } = call
    if (command.flags.includes('u') && !this.scripts.ready) return this.afterLoading(command, call)
    if (!client.queue || NEVER_QUEUED.has(command.name)) return this.run(command, call)
    client.queue.push(argv)
    return new Status('QUEUED')
  }

  /** The machine for scripts is fetched when the first of them comes. */
  private afterLoading(command: Command, call: Call): Blocked {
    call.effects = []
    void this.scripts.load().then(() => {
      this.ready.push(`${call.db.index}:${SCRIPTS_LOADED}`)
      this.serveReady()
    })
    const again = { ...call, effects: undefined }
    return new Blocked([SCRIPTS_LOADED], 0, null, () => {
      if (!this.scripts.ready) return undefined
      const reply = this.answer(command, again)
      return reply instanceof Blocked ? reply.givenUp() : reply
    })
  }

  /** The command, when this client may run it now. @throws CommandError */
  private commandFor(client: Client, argv: readonly string[]): Command {
    const name = (argv[0] ?? '').toLowerCase()
    const command = commands.get(name)
    const refuse = (message: string): never => {
      if (client.queue) client.queueBroken = true
      throw new CommandError(message)
    }
    if (!command)
      return refuse(
        `ERR unknown command '${(argv[0] ?? '').slice(0, 128)}', with args beginning with: ${argv
          .slice(1, 21)
          .map((word) => `'${word.slice(0, 128)}' `)
          .join('')}`,
      )
    const { arity, flags } = command
    if (arity > 0 ? argv.length !== arity : argv.length < -arity)
      return refuse(`ERR wrong number of arguments for '${command.name}' command`)
    if (
      flags.includes('w') &&
      this.replication.link &&
      !client.isMaster &&
      this.config.is('replica-read-only') &&
      client.address !== 'aof'
    )
      return refuse("READONLY You can't write against a read only replica.")
    if (!client.authenticated && !flags.includes('n')) return refuse('NOAUTH Authentication required.')
    try {
      this.acl.check(client, command, argv)
    } catch (error) {
      if (client.queue) client.queueBroken = true
      throw error
    }
    if (client.protocol === 2 && client.subscriptions + client.shardChannels.size > 0 && !IN_SUBSCRIBER_MODE.has(name))
      return refuse(
        `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      )
    return command
  }

  call(client: Client, argv: readonly string[]): Call {
    return { server: this, client, db: this.database(client.db), now: this.now(), argv, effects: undefined }
  }

  /** Runs a command that may be run. @throws CommandError */
  run(command: Command, call: Call): Reply | Blocked {
    if (this.config.number('maxmemory') > 0) {
      for (const db of this.keyspaces) db.watchUse()
      makeRoom(this, command)
    }
    const before = this.dirty
    const start = this.sys.clock.monotonic()
    this.stats.commands++
    this.feedMonitors(call)
    try {
      return command.run(call, call.argv.slice(1))
    } finally {
      this.account(command, call, (this.sys.clock.monotonic() - start) * 1000)
      if (this.dirty > before && command.flags.includes('w')) this.propagate(call)
    }
  }

  /** As EXEC runs it: nothing waits, and an error is a value. */
  runQueued(client: Client, argv: readonly string[]): Reply {
    const command = commands.get((argv[0] ?? '').toLowerCase())
    if (!command) return new CommandError('ERR unknown command')
    try {
      const reply = this.run(command, this.call(client, argv))
      return reply instanceof Blocked ? reply.givenUp() : reply
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      this.failed(error)
      return error
    }
  }

  private propagate(call: Call): void {
    this.persistence.append(call.db.index, call.effects ?? [call.argv])
    call.effects = undefined
  }

  private failed(error: CommandError): void {
    const kind = error.message.split(' ', 1)[0] ?? 'ERR'
    this.stats.errors.set(kind, (this.stats.errors.get(kind) ?? 0) + 1)
  }

  private account({ name }: Command, call: Call, microseconds: number): void {
    const known = this.stats.perCommand.get(name)
    if (known) {
      known.calls++
      known.microseconds += microseconds
    } else this.stats.perCommand.set(name, { calls: 1, microseconds })
    const limit = this.config.number('slowlog-log-slower-than')
    if (limit < 0 || microseconds < limit || name === 'exec') return
    this.slowLog.unshift({
      id: this.nextSlow++,
      time: Math.floor(this.now() / 1000),
      microseconds: Math.round(microseconds),
      argv: call.argv,
      client: call.client,
    })
    this.slowLog.length = Math.min(this.slowLog.length, this.config.number('slowlog-max-len'))
  }

  private feedMonitors({ client, argv, now }: Call): void {
    for (const each of this.clients.values()) {
      if (!each.monitor || argv[0]?.toLowerCase() === 'auth') continue
      const words = argv.map((word) => JSON.stringify(word)).join(' ')
      each.line(`${(now / 1000).toFixed(6)} [${client.db} ${client.address}] ${words}`)
    }
  }

  // waiting clients ---------------------------------------------------------------------------------------------------

  private letWait(client: Client, wait: NonNullable<Client['wait']>): void {
    client.wait = wait
    const { db } = wait.call
    for (const key of wait.blocked.keys) {
      const place = `${db.index}:${key}`
      this.waiting.set(place, [...(this.waiting.get(place) ?? []), client])
    }
    if (wait.blocked.timeoutMs > 0) void this.endWait(client, wait)
  }

  private async endWait(client: Client, wait: NonNullable<Client['wait']>): Promise<void> {
    const end = this.sys.clock.monotonic() + wait.blocked.timeoutMs
    for (let left = wait.blocked.timeoutMs; left > 0; left = end - this.sys.clock.monotonic())
      await this.sys.sleep(left).catch((error: unknown) => {
        if (!isErrno(error)) throw error
      })
    if (client.wait !== wait) return
    this.stopWaiting(client)
    client.resume(wait.blocked.givenUp())
  }

  /** CLIENT UNBLOCK. @returns 1: the client waited */
  unblock(client: Client, byError: boolean): number {
    const { wait } = client
    if (!wait) return 0
    this.stopWaiting(client)
    client.resume(byError ? new CommandError('UNBLOCKED client unblocked via CLIENT UNBLOCK') : wait.blocked.givenUp())
    return 1
  }

  private stopWaiting(client: Client): void {
    if (!client.wait) return
    for (const key of client.wait.blocked.keys) {
      const place = `${client.wait.call.db.index}:${key}`
      const left = (this.waiting.get(place) ?? []).filter((each) => each !== client)
      if (left.length > 0) this.waiting.set(place, left)
      else this.waiting.delete(place)
    }
    client.wait = undefined
  }

  /** Replicas told how far they are. */
  wakeWaiters(): void {
    for (const { index } of this.keyspaces) this.ready.push(`${index}:${ACKNOWLEDGED}`)
    this.serveReady()
  }

  /** Whoever waited longest for a key that changed gets what there is. */
  private serveReady(): void {
    while (this.ready.length > 0) {
      const places = this.ready
      this.ready = []
      for (const place of places) for (const client of this.waiting.get(place) ?? []) this.serveWaiting(client)
    }
  }

  private serveWaiting(client: Client): void {
    const { wait } = client
    if (!wait) return
    let reply: Reply | undefined
    try {
      reply = wait.blocked.attempt()
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      reply = error
    }
    if (reply === undefined) return
    this.propagate(wait.call)
    this.stopWaiting(client)
    client.resume(reply)
  }

  // what becomes of keys --------------------------------------------------------------------------------------------

  changed(db: Keyspace, key: string, event: string, group: string): void {
    this.dirty++
    const place = `${db.index}:${key}`
    if (this.waiting.size > 0 && this.waiting.has(place)) this.ready.push(place)
    for (const client of this.clients.values())
      if (client.watched.size > 0 && client.watched.has(place)) client.watchedChanged = true
    if (event !== '') this.notify(db, key, event, group)
  }

  /** Keyspace notifications. */
  private notify(db: Keyspace, key: string, event: string, group: string): void {
    const flags = this.config.get('notify-keyspace-events')
    if (flags === '' || !(flags.includes(group) || (flags.includes('A') && group !== 'm' && group !== 'n'))) return
    if (flags.includes('K')) this.pubSub.publish(`__keyspace@${db.index}__:${key}`, event)
    if (flags.includes('E')) this.pubSub.publish(`__keyevent@${db.index}__:${event}`, key)
  }

  expired(db: Keyspace, key: string): void {
    this.stats.expired++
    this.persistence.append(db.index, [['DEL', key]])
  }

  evicted(db: Keyspace, key: string): void {
    this.stats.evicted++
    this.persistence.append(db.index, [['DEL', key]])
  }

  /** Before the server waits for more: the AOF goes out first. */
  afterCommands(): Promise<void> | void {
    return this.persistence.flush()
  }

  /** What is done now and then. */
  async cron(): Promise<void> {
    for (const db of this.keyspaces) if (db.deadlines.size > 0) db.sweep(SWEEP)
    this.serveReady()
    this.replication.cron()
    await this.persistence.cron()
  }
}
