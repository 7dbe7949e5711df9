/** Key files of OpenSSH: public lines, openssh-key-v1 private files, fingerprints and signatures. PROTOCOL.key. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { decodeBase64, encodeBase64, sha256 } from '@drydock/codec'
import { concat } from '@drydock/libc'
import {
  bitLength,
  fromBigInt,
  generateRsa,
  modInverse,
  type Pause,
  type RandomBytes,
  type RsaPrivateKey,
  signRsa,
  toBigInt,
  verifyRsa,
} from '@drydock/crypto'

export type KeyType = 'ed25519' | 'rsa'

export interface KeyPair {
  readonly type: KeyType
  /** The public key as it goes over the wire, RFC 4253 section 6.6. */
  readonly blob: Uint8Array
  readonly secret: Uint8Array | RsaPrivateKey
  readonly comment: string
}
export interface PublicKey {
  readonly algorithm: string
  readonly blob: Uint8Array
  readonly comment: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const ALGORITHMS: Readonly<Record<KeyType, string>> = { ed25519: 'ssh-ed25519', rsa: 'ssh-rsa' }
export const KEY_NAMES: ReadonlyMap<string, string> = new Map([
  ['ssh-ed25519', 'ED25519'],
  ['ssh-rsa', 'RSA'],
  ['ecdsa-sha2-nistp256', 'ECDSA'],
])

export function string(data: Uint8Array | string): Uint8Array {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return concat([length, bytes])
}

/** mpint of RFC 4251: a zero in front where the first bit is set. */
function mpint(value: bigint): Uint8Array {
  const bytes = fromBigInt(value)
  return string((bytes[0] ?? 0) & 0x80 ? concat([Uint8Array.of(0), bytes]) : bytes)
}

export class Reader {
  private at = 0
  private readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  uint32(): number {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, 4)
    this.at += 4
    return view.getUint32(0)
  }
  string(): Uint8Array {
    const length = this.uint32()
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
  text(): string {
    return decoder.decode(this.string())
  }
  skip(count: number): void {
    this.at += count
  }
}

export async function generateKey(
  type: KeyType,
  bits: number,
  comment: string,
  random: RandomBytes,
  pause: Pause,
): Promise<KeyPair> {
  if (type === 'ed25519') {
    const secret = random(32)
    return { type, secret, comment, blob: concat([string(ALGORITHMS.ed25519), string(ed25519.getPublicKey(secret))]) }
  }
  const secret = await generateRsa(bits, random, pause)
  return { type, secret, comment, blob: concat([string(ALGORITHMS.rsa), mpint(secret.e), mpint(secret.n)]) }
}

export const publicLine = ({ type, blob, comment }: KeyPair): string =>
  `${ALGORITHMS[type]} ${encodeBase64(blob)}${comment ? ` ${comment}` : ''}`

/** @returns undefined for a line that holds no key */
export function parsePublicLine(line: string): PublicKey | undefined {
  const [, algorithm = '', text = '', comment = ''] =
    /(?:^|\s)((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/=]+)\s*(.*)$/.exec(line.trim()) ?? []
  const blob = decodeBase64(text)
  return algorithm && blob ? { algorithm, blob, comment } : undefined
}

export function keyBits({ algorithm, blob }: Pick<PublicKey, 'algorithm' | 'blob'>): number {
  if (algorithm !== 'ssh-rsa') return 256
  const reader = new Reader(blob)
  reader.string()
  reader.string()
  return bitLength(toBigInt(reader.string()))
}

export const fingerprint = (blob: Uint8Array): string => `SHA256:${encodeBase64(sha256(blob)).replace(/=+$/, '')}`

export function privatePart(key: KeyPair): Uint8Array {
  if (key.secret instanceof Uint8Array) {
    const publicKey = key.blob.slice(-32)
    return concat([string(ALGORITHMS.ed25519), string(publicKey), string(concat([key.secret, publicKey]))])
  }
  const { n, e, d, p, q } = key.secret
  return concat([string(ALGORITHMS.rsa), mpint(n), mpint(e), mpint(d), mpint(modInverse(q, p)), mpint(p), mpint(q)])
}

const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----'
const END = '-----END OPENSSH PRIVATE KEY-----'

export function privateFile(key: KeyPair, random: RandomBytes): string {
  const check = random(4)
  const secret = concat([check, check, privatePart(key), string(key.comment)])
  const padding = Uint8Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1)
  const none = [string('none'), string('none'), string('')]
  const count = Uint8Array.of(0, 0, 0, 1)
  const magic = encoder.encode('openssh-key-v1\0')
  const whole = concat([magic, ...none, count, string(key.blob), string(concat([secret, padding]))])
  return `${BEGIN}\n${encodeBase64(whole).replace(/.{70}(?=.)/g, '$&\n')}\n${END}\n`
}

/** @returns undefined for a file that is no private key of ours */
export function parsePrivateFile(text: string): KeyPair | undefined {
  const [, body = ''] = new RegExp(`${BEGIN}([^-]*)${END}`).exec(text) ?? []
  const bytes = decodeBase64(body.replace(/\s/g, ''))
  if (!bytes || bytes.length < 60) return undefined
  const reader = new Reader(bytes.subarray(15))
  if (reader.text() !== 'none') return undefined
  reader.string()
  reader.string()
  reader.uint32()
  const blob = Uint8Array.from(reader.string())
  const secret = new Reader(Uint8Array.from(reader.string()))
  secret.skip(8)
  return readPrivatePart(secret, blob)
}

/** As private files and agents hold a key: its kind, its numbers, its comment. */
export function readPrivatePart(secret: Reader, known?: Uint8Array): KeyPair | undefined {
  const algorithm = secret.text()
  if (algorithm === ALGORITHMS.ed25519) {
    const publicKey = Uint8Array.from(secret.string())
    const blob = known ?? concat([string(ALGORITHMS.ed25519), string(publicKey)])
    const key = Uint8Array.from(secret.string().subarray(0, 32))
    return { type: 'ed25519', blob, secret: key, comment: secret.text() }
  }
  const [n = 0n, e = 0n, d = 0n, , p = 0n, q = 0n] = Array.from({ length: 6 }, () => toBigInt(secret.string()))
  if (algorithm !== ALGORITHMS.rsa) return undefined
  const blob = known ?? concat([string(ALGORITHMS.rsa), mpint(e), mpint(n)])
  return { type: 'rsa', blob, secret: { n, e, d, p, q }, comment: secret.text() }
}

export const signWith = ({ secret }: KeyPair, message: Uint8Array): Uint8Array =>
  secret instanceof Uint8Array ? ed25519.sign(message, secret) : signRsa(secret, 'sha256', message)

export function verifyWith({ algorithm, blob }: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const reader = new Reader(blob)
  if (reader.text() !== algorithm) return false
  if (algorithm === ALGORITHMS.ed25519)
    return signature.length === 64 && ed25519.verify(signature, message, reader.string())
  if (algorithm !== ALGORITHMS.rsa) return false
  const e = toBigInt(reader.string())
  return verifyRsa({ e, n: toBigInt(reader.string()) }, 'sha256', message, signature)
}
