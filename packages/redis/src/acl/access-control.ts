import type { Client } from '../client.ts'
import type { Command } from '../command.ts'
import { CommandError } from '../resp/reply.ts'
import type { Server } from '../server.ts'
import { type CommandNames, User } from './user.ts'

/** A refusal, for ACL LOG. */
export interface Refusal {
  readonly reason: 'auth' | 'command' | 'key' | 'channel'
  readonly object: string
  readonly user: string
  readonly client: Client
  readonly atMs: number
  count: number
}

/** Commands that have words of their own behind them. */
const WITH_SUBCOMMANDS: ReadonlySet<string> = new Set(
  'acl client cluster command config debug function latency memory object pubsub script slowlog xgroup xinfo'.split(
    ' ',
  ),
)
/** What anybody may say, whoever they are. */
const FREE: ReadonlySet<string> = new Set(['auth', 'hello', 'quit', 'reset'])
const HEARING: Readonly<Record<string, 'names' | 'patterns' | 'first'>> = {
  subscribe: 'names',
  ssubscribe: 'names',
  psubscribe: 'patterns',
  publish: 'first',
  spublish: 'first',
}

/** The words of a selector, from `(` to `)`, are one rule. @throws CommandError */
function joined(rules: readonly string[]): readonly string[] {
  const out: string[] = []
  let open: string[] = []
  for (const rule of rules) {
    if (open.length === 0 && !rule.startsWith('(')) out.push(rule)
    else {
      open.push(rule)
      if (!rule.endsWith(')')) continue
      out.push(open.join(' '))
      open = []
    }
  }
  if (open.length > 0) throw new CommandError(`ERR Unmatched parenthesis in acl selector starting at '${open[0]}'.`)
  return out
}

/** What somebody may not, with redis's words. */
interface Judgement {
  readonly reason: Refusal['reason']
  readonly object: string
  readonly words: string
}

/** Users and what they may. acl.c */
export class AccessControl {
  readonly users = new Map<string, User>()
  readonly refusals: Refusal[] = []
  private readonly server: Server
  private readonly names: CommandNames

  constructor(server: Server, names: CommandNames) {
    this.server = server
    this.names = names
    const user = User.default(names)
    const password = server.config.get('requirepass')
    if (password !== '') user.addPassword(password)
    this.users.set('default', user)
  }

  /** Whether a client that says nothing is somebody. */
  get open(): boolean {
    const user = this.users.get('default')
    return user?.enabled === true && user.noPassword
  }

  /** All of the words or none. @throws CommandError */
  set(name: string, rules: readonly string[]): void {
    const user = this.users.get(name)?.copy() ?? new User(name, this.names)
    for (const rule of joined(rules)) user.apply(rule)
    this.users.set(name, user)
  }

  /** CONFIG SET requirepass. */
  passwordChanged(password: string): void {
    const user = this.users.get('default')
    user?.clearPasswords(password === '')
    if (password !== '') user?.addPassword(password)
  }

  /** @returns whether there was such a user; its clients are cut off */
  delete(name: string): boolean {
    if (name === 'default') throw new CommandError("ERR The 'default' user cannot be removed")
    if (!this.users.delete(name)) return false
    for (const client of this.server.clients.values()) if (client.user === name) client.close()
    return true
  }

  /** @throws CommandError WRONGPASS */
  authenticate(client: Client, name: string, password: string): void {
    if (this.users.get(name)?.fits(password) !== true) {
      this.refused(client, 'auth', 'AUTH', name)
      throw new CommandError('WRONGPASS invalid username-password pair or user is disabled.')
    }
    client.user = name
    client.authenticated = true
  }

  /** @throws CommandError NOPERM */
  check(client: Client, command: Command, argv: readonly string[]): void {
    if (client.isMaster || FREE.has(command.name)) return
    const refusal = this.judge(this.users.get(client.user), command, argv)
    if (!refusal) return
    this.refused(client, refusal.reason, refusal.object, client.user)
    throw new CommandError(`NOPERM ${refusal.words}`)
  }

  /** What a user may not about a command, with redis's words; undefined for nothing. */
  judge(user: User | undefined, command: Command, argv: readonly string[]): Judgement | undefined {
    const judgements = user?.alternatives.map((each) => this.judgeOne(each, command, argv)) ?? []
    if (judgements.some((each) => each === undefined)) return undefined
    // The one that came furthest says what is missing.
    const order: readonly (Judgement['reason'] | undefined)[] = ['channel', 'key', 'command']
    const found = order.map((reason) => judgements.find((each) => each?.reason === reason)).find((each) => each)
    return found ?? this.judgeOne(user, command, argv)
  }

  private judgeOne(
    user: User | undefined,
    { name, flags, keys: [first, last, step] }: Command,
    argv: readonly string[],
  ): Judgement | undefined {
    const sub = WITH_SUBCOMMANDS.has(name) ? (argv[1] ?? '').toLowerCase() : ''
    const whole = sub === '' ? name : `${name}|${sub}`
    if (!user?.mayRun(name, sub))
      return {
        reason: 'command',
        object: whole,
        words: `User ${user?.name ?? ''} has no permissions to run the '${whole}' command`,
      }
    const end = last < 0 ? argv.length + last : last
    const keys = first === 0 ? [] : argv.filter((_, at) => at >= first && at <= end && (at - first) % step === 0)
    const how = flags.includes('w') ? 'write' : 'read'
    const key = keys.find((each) => !user.mayTouch([each], how))
    if (key !== undefined) return { reason: 'key', object: key, words: 'No permissions to access a key' }
    const heard = HEARING[name]
    const channels = heard === undefined ? [] : heard === 'first' ? argv.slice(1, 2) : argv.slice(1)
    const channel = channels.find((each) => !user.mayHear([each], heard === 'patterns'))
    return channel === undefined
      ? undefined
      : { reason: 'channel', object: channel, words: 'No permissions to access a channel' }
  }

  private refused(client: Client, reason: Refusal['reason'], object: string, user: string): void {
    const known = this.refusals.find((each) => each.reason === reason && each.object === object && each.user === user)
    if (known) known.count++
    else this.refusals.unshift({ reason, object, user, client, atMs: this.server.now(), count: 1 })
    this.refusals.length = Math.min(this.refusals.length, 128)
  }
}
