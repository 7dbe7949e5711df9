import { hmac } from '@noble/hashes/hmac.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'

const encoder = new TextEncoder()

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])
const sign = (key: Uint8Array, text: string): Uint8Array => hmac(sha256, key, encoder.encode(text))

interface Verifier {
  readonly iterations: string
  readonly salt: string
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** As pg_authid keeps it: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`. */
function parseVerifier(text: string): Verifier | undefined {
  const found = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(text)
  if (!found) return undefined
  const [, iterations = '', salt = '', stored = '', server = ''] = found
  return { iterations, salt, storedKey: fromBase64(stored), serverKey: fromBase64(server) }
}

const attribute = (text: string, name: string): string => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(text)?.[1] ?? ''

/** The server's side of SCRAM-SHA-256, RFC 5802 and RFC 7677. */
export class ScramServer {
  private readonly verifier: Verifier | undefined
  private readonly nonce: string
  private clientFirst = ''
  private serverFirst = ''

  /** @param secret as in pg_authid; '' for who has no password: the exchange goes on and fails at its end */
  constructor(secret: string, nonce: Uint8Array) {
    this.verifier = parseVerifier(secret)
    this.nonce = toBase64(nonce)
  }

  /** @param text the client's first message @returns the server's first message */
  begin(text: string): string {
    this.clientFirst = text.replace(/^[^,]*,[^,]*,/, '')
    const { iterations, salt } = this.verifier ?? { iterations: '4096', salt: 'AAAAAAAAAAAAAAAAAAAAAA==' }
    this.serverFirst = `r=${attribute(text, 'r')}${this.nonce},s=${salt},i=${iterations}`
    return this.serverFirst
  }

  /** @returns the server's last message; undefined when the password is wrong */
  finish(text: string): string | undefined {
    if (!this.verifier) return undefined
    const proof = fromBase64(attribute(text, 'p'))
    const exchange = `${this.clientFirst},${this.serverFirst},${text.replace(/,p=.*$/, '')}`
    const clientKey = xor(proof, sign(this.verifier.storedKey, exchange))
    if (!same(sha256(clientKey), this.verifier.storedKey)) return undefined
    return `v=${toBase64(sign(this.verifier.serverKey, exchange))}`
  }
}

/** The client's side. */
export class ScramClient {
  private readonly password: string
  private readonly nonce: string
  private readonly bare: string

  constructor(password: string, nonce: Uint8Array) {
    this.password = password
    this.nonce = toBase64(nonce)
    this.bare = `n=,r=${this.nonce}`
  }

  first(): string {
    return `n,,${this.bare}`
  }

  final(serverFirst: string): string {
    const salted = pbkdf2(sha256, encoder.encode(this.password), fromBase64(attribute(serverFirst, 's')), {
      c: Number(attribute(serverFirst, 'i')),
      dkLen: 32,
    })
    const clientKey = sign(salted, 'Client Key')
    const without = `c=biws,r=${attribute(serverFirst, 'r')}`
    const proof = xor(clientKey, sign(sha256(clientKey), `${this.bare},${serverFirst},${without}`))
    return `${without},p=${toBase64(proof)}`
  }
}
