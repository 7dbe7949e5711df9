import type { Outcome, SessionState, Value, Warning } from '../protocol.ts'

/** A session while one statement of it runs: what that sets is seen by what comes next in it. */
export class SessionWork implements SessionState {
  readonly id: number
  readonly user: string
  database: string
  readonly variables: Map<string, Value>
  lastInsertId: number
  rowCount: number
  foundRows: number
  readonly warnings: readonly Warning[]
  private readonly assigned = new Map<string, Value>()

  constructor(session: SessionState) {
    this.id = session.id
    this.user = session.user
    this.database = session.database
    this.variables = new Map(session.variables)
    this.lastInsertId = session.lastInsertId
    this.rowCount = session.rowCount
    this.foundRows = session.foundRows ?? 0
    this.warnings = session.warnings ?? []
  }

  set(name: string, value: Value): void {
    this.variables.set(name, value)
    this.assigned.set(name, value)
  }

  /** After one statement of several. */
  note({ affected, insertId, columns, database, rows }: Outcome): void {
    if (columns.length > 0) this.foundRows = rows.length
    this.rowCount = columns.length > 0 ? -1 : affected
    if (insertId) this.lastInsertId = insertId
    if (database !== undefined) this.database = database
  }

  /** The outcome, with all that the session is to keep. */
  finished(outcome: Outcome): Outcome {
    const variables = [...this.assigned]
    return {
      ...outcome,
      insertId: outcome.insertId,
      ...(variables.length > 0 ? { variables } : {}),
    }
  }
}
