import { Failure } from '../failure.ts'
import type { Document } from '../wire/message.ts'
import type { Call } from './command.ts'
import type { Server } from './server.ts'

const sessionOf = (body: Document): string => JSON.stringify(body.lsid ?? null)

/**
 * Transactions of sessions. What they change is there at once for everybody, and goes away when they are taken back:
 * nobody is kept from seeing it meanwhile.
 */
export class TransactionState {
  private readonly server: Server

  constructor(server: Server) {
    this.server = server
  }

  /** @throws Failure where transactions cannot be, or the one that is meant is over */
  async around(call: Call, run: () => Document | Promise<Document>): Promise<Document> {
    const { body, name } = call
    if (body.autocommit !== false) return run()
    if (this.server.replicaSet.name === undefined)
      throw new Failure('IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos')
    const key = `${sessionOf(body)}/${String(body.txnNumber)}`
    if (body.startTransaction) this.server.transactions.set(key, [])
    if (!this.server.transactions.has(key))
      throw new Failure(
        'NoSuchTransaction',
        `Given transaction number ${String(body.txnNumber)} does not match any in-progress transactions.`,
        { errorLabels: ['TransientTransactionError'] },
      )
    try {
      return await run()
    } catch (error) {
      if (name !== 'abortTransaction') this.takeBack(key)
      throw error
    }
  }

  private takeBack(key: string): void {
    for (const undo of [...(this.server.transactions.get(key) ?? [])].reverse()) undo()
    this.server.transactions.delete(key)
  }

  static keyOf(call: Call): string | undefined {
    return call.body.autocommit === false ? `${sessionOf(call.body)}/${String(call.body.txnNumber)}` : undefined
  }

  static end(call: Call, keep: boolean): void {
    const key = TransactionState.keyOf(call)
    if (key === undefined) throw new Failure('NoSuchTransaction', 'no transaction is in progress')
    if (!keep) new TransactionState(call.server).takeBack(key)
    call.server.transactions.delete(key)
  }
}

/** A change that the call's transaction, where it is in one, may have to take back. */
export function changed(call: Call, undo: () => void): void {
  const key = TransactionState.keyOf(call)
  if (key !== undefined) call.server.transactions.get(key)?.push(undo)
}
