import type { Sys } from '@drydock/abi'
import type { Outcome, SessionState, SqlProblem, Value } from '../protocol.ts'
import { SqlError } from '../sql/problem.ts'
import { NOTHING } from '../sql/work.ts'
import type { DataDirectory } from './data-directory.ts'
import type { WorkerLink } from './worker-link.ts'

/** innodb_lock_wait_timeout, in milliseconds. */
const LOCK_TIMEOUT_MS = 50_000

interface Waiter {
  readonly session: number
  readonly reads: boolean
  /** @param alone the tables are its own now; otherwise it may look at what is committed */
  go(alone: boolean): void
}

type Step = 'begin' | 'end' | 'read' | 'write'
const BEFORE = /^(?:\s+|\/\*(?!!)[^]*?\*\/|(?:--\s|#)[^\n]*\n|\()*/
const STEPS: readonly (readonly [Step, RegExp])[] = [
  ['begin', /^(?:begin\b|start\s+transaction\b(?![^]*\bconsistent\b))/i],
  ['end', /^(?:commit|rollback)\b(?![^]*\bto\b)/i],
  [
    'write',
    /^with\b[^]*\b(?:update|delete)\b|^select\b[^]*\b(?:for\s+(?:update|share)|lock\s+in\s+share\s+mode)\b|^set\b[^]*\b(?:foreign_key_checks|password)\b/i,
  ],
  ['read', /^(?:select|with|values|show|desc|describe|explain|use|set|do)\b/i],
]
const stepOf = (sql: string): Step => {
  const text = sql.replace(BEFORE, '')
  return STEPS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'write'
}

/**
 * The tables, and the sessions that take turns at them. Whoever has written in a transaction has them until it ends;
 * meanwhile others read what is committed, and wait when they want to write.
 */
export class Turns {
  private readonly sys: Sys
  private readonly link: WorkerLink
  readonly data: DataDirectory
  private owner: number | undefined
  /** Sessions that said BEGIN and have written nothing yet. */
  private readonly begun = new Set<number>()
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
    const { id } = session
    const step = stepOf(sql)
    if (this.owner !== id && step === 'begin') return (this.begun.add(id), [NOTHING, true])
    if (this.owner !== id && step === 'end') return (this.begun.delete(id), [NOTHING, false])
    if (!(await this.turn(id, step === 'read'))) return [await this.look(session, sql, parameters), this.begun.has(id)]
    try {
      if (step === 'write' && this.begun.delete(id))
        await this.link.ask({ kind: 'run', session, sql: 'BEGIN', parameters: [] })
      const done = await this.link.ask({ kind: 'run', session, sql, parameters })
      this.data.apply(done.changes)
      this.owner = done.inTransaction ? id : undefined
      if (done.problem) throw errorOf(done.problem)
      return [done.outcome as Outcome, done.inTransaction || this.begun.has(id)]
    } finally {
      this.busy = false
      this.next()
    }
  }

  /** A question about accounts: it has nothing to do with anybody's transaction, and waits for none. */
  peek(session: SessionState, sql: string): Promise<Outcome> {
    return this.look(session, sql, [])
  }

  private async look(session: SessionState, sql: string, parameters: readonly Value[]): Promise<Outcome> {
    const done = await this.link.ask({ kind: 'look', session, sql, parameters })
    this.data.apply(done.changes)
    if (done.problem) throw errorOf(done.problem)
    return done.outcome as Outcome
  }

  /** The session is over: its transaction is rolled back. */
  async leave(session: number): Promise<void> {
    this.begun.delete(session)
    if (this.owner !== session) return
    const { changes } = await this.link.ask({ kind: 'reset', session })
    this.data.apply(changes)
    this.owner = undefined
    this.next()
  }

  /** @returns whether the tables are the session's own now; false for one that reads beside a transaction */
  private turn(session: number, reads: boolean): Promise<boolean> | boolean {
    if (!this.busy && (this.owner === undefined || this.owner === session)) return (this.busy = true)
    if (reads && this.owner !== undefined && this.owner !== session) return false
    return new Promise((go, failed) => {
      const waiter = { session, reads, go }
      this.queue.push(waiter)
      void this.sys.sleep(LOCK_TIMEOUT_MS).then(() => {
        if (this.removed(waiter))
          failed(new SqlError(1205, 'HY000', 'Lock wait timeout exceeded; try restarting transaction'))
      })
    })
  }

  private removed(waiter: Waiter): boolean {
    const at = this.queue.indexOf(waiter)
    if (at >= 0) this.queue.splice(at, 1)
    return at >= 0
  }

  private next(): void {
    if (this.busy) return
    const { owner } = this
    const lookers = this.queue.filter(({ session, reads }) => reads && owner !== undefined && session !== owner)
    for (const waiter of lookers) if (this.removed(waiter)) waiter.go(false)
    const first = this.queue.find(({ session }) => owner === undefined || owner === session)
    if (!first || !this.removed(first)) return
    this.busy = true
    first.go(true)
  }
}

const errorOf = ({ code, state, message }: SqlProblem): SqlError => new SqlError(code, state, message)
