import { Failure } from '../failure.ts'
import type { Undo } from '../store/collection.ts'
import type { Document } from '../wire/message.ts'
import type { Call } from './command.ts'

/*
 * Transactions of sessions. What they change is there at once for everybody, and goes away when they are taken back:
 * nobody is kept from seeing it meanwhile.
 */

/** The session and the number of the transaction that a call is in. */
const keyOf = ({ body }: Call): string | undefined =>
  body.autocommit === false ? `${JSON.stringify(body.lsid ?? null)}/${String(body.txnNumber)}` : undefined

/** @throws Failure where transactions cannot be, or the one that is meant is over */
export async function inTransaction(call: Call, run: () => Document | Promise<Document>): Promise<Document> {
  const { body, name, server } = call
  const key = keyOf(call)
  if (key === undefined) return run()
  if (server.replicaSet.name === undefined)
    throw new Failure('IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos')
  if (body.startTransaction) server.transactions.set(key, [])
  if (!server.transactions.has(key))
    throw new Failure(
      'NoSuchTransaction',
      `Given transaction number ${String(body.txnNumber)} does not match any in-progress transactions.`,
      { errorLabels: ['TransientTransactionError'] },
    )
  try {
    return await run()
  } catch (error) {
    if (name !== 'abortTransaction') takeBack(call, key)
    throw error
  }
}

function takeBack({ server }: Call, key: string): void {
  for (const undo of (server.transactions.get(key) ?? []).toReversed()) undo()
  server.transactions.delete(key)
}

/** commitTransaction and abortTransaction. @throws Failure outside of one */
export function endTransaction(call: Call, keep: boolean): void {
  const key = keyOf(call)
  if (key === undefined) throw new Failure('NoSuchTransaction', 'no transaction is in progress')
  if (!keep) takeBack(call, key)
  call.server.transactions.delete(key)
}

/** A change that the call's transaction, where it is in one, may have to take back. */
export function changed(call: Call, undo: Undo): void {
  const key = keyOf(call)
  if (key !== undefined) call.server.transactions.get(key)?.push(undo)
}
