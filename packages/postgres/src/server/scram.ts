import { fromBase64 } from '@drydock/codec'
import * as scram from '@drydock/crypto'

const MECHANISM = 'SCRAM-SHA-256'

/** As pg_authid keeps it: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`. */
function parseVerifier(text: string): scram.ScramKeys | undefined {
  const found = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(text)
  if (!found) return undefined
  const [, iterations, salt = '', stored = '', server = ''] = found
  return {
    iterations: Number(iterations),
    salt: fromBase64(salt),
    storedKey: fromBase64(stored),
    serverKey: fromBase64(server),
  }
}

/** The server's side, from what pg_authid has; '' for who has no password: the exchange goes on and fails at its end. */
export const scramServer = (secret: string, clientFirst: string, nonce: Uint8Array): scram.ScramServer =>
  new scram.ScramServer(MECHANISM, parseVerifier(secret), clientFirst, nonce)

/** The client's side; whose password it is the start-up message has said. */
export const scramClient = (password: string, nonce: Uint8Array): scram.ScramClient =>
  new scram.ScramClient(MECHANISM, '', password, nonce)
