import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { Binary } from 'bson'
import type { Connection } from './connection.ts'
import { MongoServerError } from './errors.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
  /** Whose account it is; the source, in an address. */
  readonly database: string
}

/** SCRAM-SHA-256. RFC 5802, RFC 7677 @throws MongoServerError */
export function logIn(connection: Connection, { user, password, database }: Credentials): void {
  const nonce = randomBytes(24).toString('base64')
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  const begun = connection.command(database, {
    saslStart: 1,
    mechanism: 'SCRAM-SHA-256',
    payload: new Binary(Buffer.from(`n,,${bare}`)),
    options: { skipEmptyExchange: true },
  })
  const first = String((begun.payload as Binary).toString('utf8'))
  const said = Object.fromEntries(first.split(',').map((part) => [part[0], part.slice(2)])) as Record<string, string>
  const salted = pbkdf2Sync(password, Buffer.from(said.s ?? '', 'base64'), Number(said.i), 32, 'sha256')
  const sign = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const clientKey = sign(salted, 'Client Key')
  const without = `c=biws,r=${said.r}`
  const exchange = `${bare},${first},${without}`
  const signature = sign(createHash('sha256').update(clientKey).digest(), exchange)
  const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))
  const ended = connection.command(database, {
    saslContinue: 1,
    conversationId: begun.conversationId,
    payload: new Binary(Buffer.from(`${without},p=${Buffer.from(proof).toString('base64')}`)),
  })
  const verifier = Buffer.from((ended.payload as Binary).toString('utf8').replace(/^v=/, ''), 'base64')
  const own = sign(sign(salted, 'Server Key'), exchange)
  if (verifier.length !== own.length || !timingSafeEqual(verifier, own))
    throw new MongoServerError({ errmsg: 'Server returned an invalid signature' })
}
