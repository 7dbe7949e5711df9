import { Binary } from 'bson'
import { ScramServer, scramUser } from '@drydock/crypto'
import { Failure } from '../failure.ts'
import type { Client } from '../server/client.ts'
import { asDocument } from '../server/command.ts'
import type { Document } from '../wire/message.ts'
import { isMechanism, keysOf } from './credential.ts'

/** One exchange under way: PLAIN and others than SCRAM are refused. */
export interface Login {
  readonly exchange: ScramServer
  readonly database: string
  readonly user: string
  /** It ends with the server's last word, without an empty one of the client's. */
  readonly brief: boolean
  /** The password was right; the client still has to say an empty word. */
  done: boolean
}

const textOf = (payload: unknown): string =>
  payload instanceof Binary ? payload.toString('utf8') : new TextDecoder().decode(payload as Uint8Array)
const answer = (id: number, done: boolean, text: string): Document => ({
  conversationId: id,
  done,
  payload: new Binary(new TextEncoder().encode(text)),
})

/** The first message of a client. @throws Failure */
export function begin(client: Client, database: string, { mechanism, payload, options }: Document): Document {
  if (!isMechanism(mechanism))
    throw new Failure(
      'AuthenticationFailed',
      `Received authentication for mechanism ${String(mechanism)} which is unknown or not enabled`,
    )
  const { server } = client
  const first = textOf(payload)
  const user = scramUser(first)
  const credential = server.users.credential(database, user, mechanism)
  if (!credential) {
    tellFailure(client, user, database, `UserNotFound: Could not find user "${user}" for db "${database}"`)
    throw new Failure('AuthenticationFailed', 'Authentication failed.')
  }
  const exchange = new ScramServer(mechanism, keysOf(credential), first, server.sys.entropy.bytes(18))
  const id = client.nextLogin++
  client.logins.set(id, {
    exchange,
    database,
    user,
    brief: asDocument(options).skipEmptyExchange === true,
    done: false,
  })
  return answer(id, false, exchange.first)
}

/** What follows. @throws Failure */
export function go(client: Client, { conversationId, payload }: Document): Document {
  const id = Number(conversationId)
  const login = client.logins.get(id)
  if (!login) throw new Failure('AuthenticationFailed', 'No SASL session state found')
  if (login.done) {
    client.logins.delete(id)
    return answer(id, true, '')
  }
  const last = login.exchange.finish(textOf(payload))
  if (last === undefined) {
    client.logins.delete(id)
    tellFailure(
      client,
      login.user,
      login.database,
      'AuthenticationFailed: SCRAM authentication failed, storedKey mismatch',
    )
    throw new Failure('AuthenticationFailed', 'Authentication failed.')
  }
  const account = client.server.users.find(login.database, login.user)
  if (account) client.accounts.set(login.database, account)
  login.done = true
  if (login.brief) client.logins.delete(id)
  return answer(id, login.brief, last)
}

function tellFailure(client: Client, user: string, database: string, error: string): void {
  client.server.log('I', 'ACCESS', 5286307, client.context, 'Failed to authenticate', {
    client: client.address,
    user,
    db: database,
    error,
  })
}
