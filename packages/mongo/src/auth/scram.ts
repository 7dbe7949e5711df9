import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { fromBase64, toBase64, toHex } from '@drydock/codec'

export type Mechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256'

/** What `system.users` keeps of a password, in base64. */
export interface Credential {
  readonly iterationCount: number
  readonly salt: string
  readonly storedKey: string
  readonly serverKey: string
}

interface Kind {
  readonly hash: typeof sha1 | typeof sha256
  readonly bytes: number
  readonly saltBytes: number
  readonly iterations: number
  /** What stands for the password in the exchange. MONGODB-CR's digest lives on in SCRAM-SHA-1. */
  readonly secret: (user: string, password: string) => string
}

const encoder = new TextEncoder()
const KINDS: Readonly<Record<Mechanism, Kind>> = {
  'SCRAM-SHA-1': {
    hash: sha1,
    bytes: 20,
    saltBytes: 16,
    iterations: 10_000,
    secret: (user, password) => toHex(md5(encoder.encode(`${user}:mongo:${password}`))),
  },
  'SCRAM-SHA-256': {
    hash: sha256,
    bytes: 32,
    saltBytes: 28,
    iterations: 15_000,
    secret: (_, password) => password.normalize('NFKC'),
  },
}
export const MECHANISMS = Object.keys(KINDS) as readonly Mechanism[]
export const isMechanism = (name: unknown): name is Mechanism => Object.hasOwn(KINDS, String(name))

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])
const attribute = (text: string, name: string): string => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(text)?.[1] ?? ''

/** @param chance  random bytes for the salt */
export function makeCredential(
  mechanism: Mechanism,
  user: string,
  password: string,
  chance: (length: number) => Uint8Array,
): Credential {
  const { hash, bytes, saltBytes, iterations, secret } = KINDS[mechanism]
  const salt = chance(saltBytes)
  const salted = pbkdf2(hash, encoder.encode(secret(user, password)), salt, { c: iterations, dkLen: bytes })
  return {
    iterationCount: iterations,
    salt: toBase64(salt),
    storedKey: toBase64(hash(hmac(hash, salted, encoder.encode('Client Key')))),
    serverKey: toBase64(hmac(hash, salted, encoder.encode('Server Key'))),
  }
}

/** Whose password a client says it knows. RFC 5802: `n,,n=user,r=nonce` */
export const userOfFirst = (text: string): string => attribute(text, 'n').replaceAll('=2C', ',').replaceAll('=3D', '=')

/** The server's side of one exchange. RFC 5802, RFC 7677 */
export class ScramExchange {
  readonly user: string
  readonly first: string
  private readonly kind: Kind
  private readonly credential: Credential
  private readonly clientFirst: string

  constructor(mechanism: Mechanism, credential: Credential, clientFirst: string, nonce: Uint8Array) {
    this.kind = KINDS[mechanism]
    this.credential = credential
    this.user = userOfFirst(clientFirst)
    this.clientFirst = clientFirst.replace(/^[^,]*,[^,]*,/, '')
    this.first = `r=${attribute(clientFirst, 'r')}${toBase64(nonce)},s=${credential.salt},i=${credential.iterationCount}`
  }

  /** @returns the server's last message; undefined when the password is wrong */
  finish(text: string): string | undefined {
    const { hash } = this.kind
    const exchange = encoder.encode(`${this.clientFirst},${this.first},${text.replace(/,p=.*$/, '')}`)
    const stored = fromBase64(this.credential.storedKey)
    const key = xor(fromBase64(attribute(text, 'p')), hmac(hash, stored, exchange))
    if (!same(hash(key), stored)) return undefined
    return `v=${toBase64(hmac(hash, fromBase64(this.credential.serverKey), exchange))}`
  }
}

/** The client's side, by SCRAM-SHA-256. */
export class ScramClient {
  private readonly password: string
  private readonly nonce: string
  private readonly bare: string

  constructor(user: string, password: string, nonce: Uint8Array) {
    this.password = password
    this.nonce = toBase64(nonce)
    this.bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${this.nonce}`
  }

  first(): string {
    return `n,,${this.bare}`
  }

  final(serverFirst: string): string {
    const { hash, bytes, secret } = KINDS['SCRAM-SHA-256']
    const salt = fromBase64(attribute(serverFirst, 's'))
    const rounds = Number(attribute(serverFirst, 'i'))
    const salted = pbkdf2(hash, encoder.encode(secret('', this.password)), salt, { c: rounds, dkLen: bytes })
    const clientKey = hmac(hash, salted, encoder.encode('Client Key'))
    const without = `c=biws,r=${attribute(serverFirst, 'r')}`
    const exchange = encoder.encode(`${this.bare},${serverFirst},${without}`)
    return `${without},p=${toBase64(xor(clientKey, hmac(hash, hash(clientKey), exchange)))}`
  }
}
