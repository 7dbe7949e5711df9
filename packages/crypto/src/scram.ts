import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { fromBase64, toBase64 } from '@drydock/codec'

/** RFC 5802, and RFC 7677 for the second. */
export type ScramMechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256'

const HASHES = { 'SCRAM-SHA-1': sha1, 'SCRAM-SHA-256': sha256 } as const

/** What a server keeps of a password. */
export interface ScramKeys {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

const encoder = new TextEncoder()
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])
const attribute = (text: string, name: string): string => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(text)?.[1] ?? ''

const signed = (mechanism: ScramMechanism, key: Uint8Array, text: string): Uint8Array =>
  hmac(HASHES[mechanism], key, encoder.encode(text))

const salted = (mechanism: ScramMechanism, password: string, salt: Uint8Array, iterations: number): Uint8Array => {
  const hash = HASHES[mechanism]
  return pbkdf2(hash, encoder.encode(password), salt, { c: iterations, dkLen: hash.outputLen })
}

export function scramKeys(
  mechanism: ScramMechanism,
  password: string,
  salt: Uint8Array,
  iterations: number,
): ScramKeys {
  const secret = salted(mechanism, password, salt, iterations)
  const storedKey = HASHES[mechanism](signed(mechanism, secret, 'Client Key'))
  return { iterations, salt, storedKey, serverKey: signed(mechanism, secret, 'Server Key') }
}

/** Whose password a client's first message says that it knows. */
export const scramUser = (clientFirst: string): string =>
  attribute(clientFirst, 'n').replaceAll('=2C', ',').replaceAll('=3D', '=')

/** What is told to who has no password: the exchange goes on and fails at its end. */
const NO_KEYS = { iterations: 4096, salt: new Uint8Array(16) }

/** The server's side of one exchange. */
export class ScramServer {
  /** The answer to the client's first message. */
  readonly first: string
  private readonly mechanism: ScramMechanism
  private readonly keys: ScramKeys | undefined
  private readonly clientFirst: string

  constructor(mechanism: ScramMechanism, keys: ScramKeys | undefined, clientFirst: string, nonce: Uint8Array) {
    this.mechanism = mechanism
    this.keys = keys
    this.clientFirst = clientFirst.replace(/^[^,]*,[^,]*,/, '')
    const { iterations, salt } = keys ?? NO_KEYS
    this.first = `r=${attribute(clientFirst, 'r')}${toBase64(nonce)},s=${toBase64(salt)},i=${iterations}`
  }

  /** @returns the server's last message; undefined when the password is wrong */
  finish(clientFinal: string): string | undefined {
    const { mechanism, keys } = this
    if (!keys) return undefined
    const exchange = `${this.clientFirst},${this.first},${clientFinal.replace(/,p=.*$/, '')}`
    const clientKey = xor(fromBase64(attribute(clientFinal, 'p')), signed(mechanism, keys.storedKey, exchange))
    if (!same(HASHES[mechanism](clientKey), keys.storedKey)) return undefined
    return `v=${toBase64(signed(mechanism, keys.serverKey, exchange))}`
  }
}

/** The client's side. */
export class ScramClient {
  private readonly mechanism: ScramMechanism
  private readonly password: string
  private readonly bare: string

  /** @param user  '' where the protocol around it has said whose password it is */
  constructor(mechanism: ScramMechanism, user: string, password: string, nonce: Uint8Array) {
    this.mechanism = mechanism
    this.password = password
    this.bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${toBase64(nonce)}`
  }

  first(): string {
    return `n,,${this.bare}`
  }

  final(serverFirst: string): string {
    const { mechanism } = this
    const salt = fromBase64(attribute(serverFirst, 's'))
    const secret = salted(mechanism, this.password, salt, Number(attribute(serverFirst, 'i')))
    const clientKey = signed(mechanism, secret, 'Client Key')
    const without = `c=biws,r=${attribute(serverFirst, 'r')}`
    const storedKey = HASHES[mechanism](clientKey)
    const proof = xor(clientKey, signed(mechanism, storedKey, `${this.bare},${serverFirst},${without}`))
    return `${without},p=${toBase64(proof)}`
  }
}
