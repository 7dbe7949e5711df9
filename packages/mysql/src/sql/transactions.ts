import type { Databases } from '../sqlite/databases.ts'
import { quoteName } from './quoting.ts'
import type { Outcome } from '../protocol.ts'
import { SqlError } from './problem.ts'
import { NOTHING, type Work } from './work.ts'

export interface TransactionsHost {
  readonly databases: Databases
  /** The connection for a statement. */
  at(work: Work): string
  /** What was known of tables may not be so any more. */
  forget(): void
}

/** BEGIN, COMMIT, ROLLBACK and savepoints. */
export class Transactions {
  private readonly host: TransactionsHost
  private readonly databases: Databases

  constructor(host: TransactionsHost) {
    this.host = host
    this.databases = host.databases
  }

  get isOpen(): boolean {
    return this.databases.names.some((name) => this.databases.inTransaction(name))
  }

  /** Statements of a transaction are undone. */
  reset(): void {
    this.databases.rollback()
    this.host.forget()
  }

  run(work: Work): Outcome {
    const words = work.tokens.map(({ upper }) => upper)
    const database = this.host.at(work)
    const [first = ''] = words
    if (first === 'BEGIN' || first === 'START') {
      if (this.isOpen) this.commit()
      this.databases.run(database, 'BEGIN')
    } else if (first === 'COMMIT') this.commit()
    else if (first === 'SAVEPOINT' || first === 'RELEASE' || words.includes('TO')) {
      const name = work.tokens.at(-1)?.text ?? ''
      if (this.databases.inTransaction(database)) this.savepoint(database, first, name)
      this.host.forget()
    } else this.reset()
    return NOTHING
  }

  /** @throws SqlError for a name that is not there */
  private savepoint(database: string, verb: string, name: string): void {
    const words = { SAVEPOINT: 'SAVEPOINT', RELEASE: 'RELEASE' }[verb] ?? 'ROLLBACK TO'
    try {
      this.databases.run(database, `${words} ${quoteName(name)}`)
    } catch (error) {
      if (!/no such savepoint/.test(String(error))) throw error
      throw new SqlError(1305, '42000', `SAVEPOINT ${name} does not exist`)
    }
  }

  private commit(): void {
    for (const name of this.databases.names) if (this.databases.inTransaction(name)) this.databases.run(name, 'COMMIT')
  }
}
