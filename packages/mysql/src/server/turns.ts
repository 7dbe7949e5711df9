import type { Sys } from '@drydock/abi'
import type { Outcome, SessionState, SqlProblem, Value } from '../protocol.ts'
import { SqlError } from '../sql/problem.ts'
import type { DataDirectory } from './data-directory.ts'
import type { WorkerLink } from './worker-link.ts'

/** innodb_lock_wait_timeout, in milliseconds. */
const LOCK_TIMEOUT_MS = 50_000

interface Waiter {
  readonly session: number
  go(): void
}

/** The tables, and the sessions that take turns at them: whoever is in a transaction has them until it ends. */
export class Turns {
  private readonly sys: Sys
  private readonly link: WorkerLink
  readonly data: DataDirectory
  private owner: number | undefined
  private busy = false
  private readonly queue: Waiter[] = []

  constructor(sys: Sys, link: WorkerLink, data: DataDirectory) {
    this.sys = sys
    this.link = link
    this.data = data
  }

  async open(version: string): Promise<void> {
    const { changes } = await this.link.ask({ kind: 'open', files: await this.data.read(), version })
    this.data.apply(changes)
  }

  /** @throws SqlError @throws TablesFailure */
  async run(
    session: SessionState,
    sql: string,
    parameters: readonly Value[],
  ): Promise<readonly [Outcome, inTransaction: boolean]> {
    await this.turn(session.id)
    try {
      const done = await this.link.ask({ kind: 'run', session, sql, parameters })
      this.data.apply(done.changes)
      this.owner = done.inTransaction ? session.id : undefined
      if (done.problem) throw errorOf(done.problem)
      return [done.outcome as Outcome, done.inTransaction]
    } finally {
      this.busy = false
      this.next()
    }
  }

  /** A question about accounts: it has nothing to do with anybody's transaction, and waits for none. */
  async peek(session: SessionState, sql: string): Promise<Outcome> {
    const done = await this.link.ask({ kind: 'run', session, sql, parameters: [] })
    if (done.problem) throw errorOf(done.problem)
    return done.outcome as Outcome
  }

  /** The session is over: its transaction is rolled back. */
  async leave(session: number): Promise<void> {
    if (this.owner !== session) return
    const { changes } = await this.link.ask({ kind: 'reset', session })
    this.data.apply(changes)
    this.owner = undefined
    this.next()
  }

  private turn(session: number): Promise<void> | void {
    if (!this.busy && (this.owner === undefined || this.owner === session)) {
      this.busy = true
      return
    }
    return new Promise((go, failed) => {
      const waiter = { session, go }
      this.queue.push(waiter)
      void this.sys.sleep(LOCK_TIMEOUT_MS).then(() => {
        const at = this.queue.indexOf(waiter)
        if (at < 0) return
        this.queue.splice(at, 1)
        failed(new SqlError(1205, 'HY000', 'Lock wait timeout exceeded; try restarting transaction'))
      })
    })
  }

  private next(): void {
    if (this.busy) return
    const at = this.queue.findIndex(({ session }) => this.owner === undefined || this.owner === session)
    if (at < 0) return
    const [first] = this.queue.splice(at, 1)
    this.busy = true
    first?.go()
  }
}

const errorOf = ({ code, state, message }: SqlProblem): SqlError => new SqlError(code, state, message)
