import { md5 } from '@noble/hashes/legacy.js'
import { fromBase64, toBase64, toHex } from '@drydock/codec'
import { type ScramKeys, scramKeys, type ScramMechanism } from '@drydock/crypto'

/** What `system.users` keeps of a password, in base64. */
export interface Credential {
  readonly iterationCount: number
  readonly salt: string
  readonly storedKey: string
  readonly serverKey: string
}

interface Kind {
  readonly saltBytes: number
  readonly iterations: number
  /** What stands for the password in the exchange. MONGODB-CR's digest lives on in SCRAM-SHA-1. */
  readonly secret: (user: string, password: string) => string
}

const KINDS: Readonly<Record<ScramMechanism, Kind>> = {
  'SCRAM-SHA-1': {
    saltBytes: 16,
    iterations: 10_000,
    secret: (user, password) => toHex(md5(new TextEncoder().encode(`${user}:mongo:${password}`))),
  },
  'SCRAM-SHA-256': { saltBytes: 28, iterations: 15_000, secret: (_, password) => password.normalize('NFKC') },
}
export const MECHANISMS = Object.keys(KINDS) as readonly ScramMechanism[]
export const isMechanism = (name: unknown): name is ScramMechanism => Object.hasOwn(KINDS, String(name))

export const secretOf = (mechanism: ScramMechanism, user: string, password: string): string =>
  KINDS[mechanism].secret(user, password)

/** @param chance  random bytes for the salt */
export function makeCredential(
  mechanism: ScramMechanism,
  user: string,
  password: string,
  chance: (length: number) => Uint8Array,
): Credential {
  const { saltBytes, iterations, secret } = KINDS[mechanism]
  const { salt, storedKey, serverKey } = scramKeys(mechanism, secret(user, password), chance(saltBytes), iterations)
  return {
    iterationCount: iterations,
    salt: toBase64(salt),
    storedKey: toBase64(storedKey),
    serverKey: toBase64(serverKey),
  }
}

export const keysOf = ({ iterationCount, salt, storedKey, serverKey }: Credential): ScramKeys => ({
  iterations: iterationCount,
  salt: fromBase64(salt),
  storedKey: fromBase64(storedKey),
  serverKey: fromBase64(serverKey),
})
