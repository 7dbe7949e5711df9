import type { Client } from './client.ts'
import type { Reply } from './resp/reply.ts'
import type { Server } from './server.ts'
import type { Keyspace } from './store/keyspace.ts'

/** What clients wait for that want replicas to have caught up: no key has that name. */
export const ACKNOWLEDGED = '\0acknowledged'

/** A command that has to wait until one of its keys changes. */
export class Blocked {
  readonly keys: readonly string[]
  /** 0 waits for ever. */
  readonly timeoutMs: number
  /** What the client gets when the time is over. */
  readonly late: Reply | (() => Reply)
  /** @returns undefined while there is still nothing */
  readonly attempt: () => Reply | undefined

  constructor(
    keys: readonly string[],
    timeoutMs: number,
    late: Reply | (() => Reply),
    attempt: () => Reply | undefined,
  ) {
    this.keys = keys
    this.timeoutMs = timeoutMs
    this.late = late
    this.attempt = attempt
  }

  /** Its answer when the time is over. */
  givenUp(): Reply {
    return typeof this.late === 'function' ? this.late() : this.late
  }
}

/** One command being run for one client. */
export interface Call {
  readonly server: Server
  readonly client: Client
  readonly db: Keyspace
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Command name included. */
  readonly argv: readonly string[]
  /** What the AOF gets in place of the command itself: the same effect, whenever it is read. */
  effects: (readonly string[])[] | undefined
}

export type Handler = (call: Call, args: readonly string[]) => Reply | Blocked

/** w writes, r reads, a admin, p pub/sub, n allowed without a password, s in subscriber mode, f fast, l while loading. */
export interface Command {
  readonly name: string
  /** Words with the name; negative for at least so many. */
  readonly arity: number
  readonly flags: string
  /** First key, last key, step; 0 for none. */
  readonly keys: readonly [number, number, number]
  readonly run: Handler
}

export type CommandRow = readonly [arity: number, flags: string, keys: string, run: Handler]

/** @param rows keys are written `1`, `1 -1` or `1 -1 2` */
export const commandTable = (rows: Readonly<Record<string, CommandRow>>): readonly Command[] =>
  Object.entries(rows).map(([name, [arity, flags, keys, run]]) => {
    const [first = 0, last = first, step = first ? 1 : 0] = keys === '' ? [] : keys.split(' ').map(Number)
    return { name, arity, flags, keys: [first, last, step], run }
  })
