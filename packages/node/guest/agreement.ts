import { Buffer } from 'buffer'
import { nodeError } from './errors.ts'
import { GROUPS } from './dh-groups.ts'
import { callSync } from './host.ts'
import { askKeys, type AsymmetricKeyObject, base64, bytesOf, type Data } from './keys.ts'

const shown = (bytes: Uint8Array, encoding?: string): Buffer | string => {
  const buffer = Buffer.from(bytes)
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding)
}
const CURVES = ['prime256v1', 'secp256k1', 'secp384r1', 'secp521r1']
export const getCurves = (): string[] => [...CURVES]
const KNOWN: Readonly<Record<string, string>> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }
type Form = 'compressed' | 'uncompressed' | 'hybrid'

/** Elliptic-curve Diffie and Hellman. SEC 1 section 3.3 */
export class ECDH {
  private readonly curve: string
  private secret = ''
  private point: Uint8Array = new Uint8Array(0)

  constructor(curve: string) {
    this.curve = KNOWN[curve] ?? curve
    if (!CURVES.includes(this.curve)) throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_CURVE', 'Invalid EC curve name')
  }
  static convertKey(key: Data, curve: string, from?: string, to?: string, form?: Form): Buffer | string {
    return shown(askKeys('point', [curve, form === 'compressed'], bytesOf(key, from)).bytes, to)
  }
  generateKeys(encoding?: string, form?: Form): Buffer | string {
    const { der } = askKeys('make', [{ kind: 'ec', namedCurve: this.curve }]).value as { der: string }
    this.setPrivateKey(askKeys('ecSecret', [der]).bytes)
    return this.getPublicKey(encoding, form)
  }
  setPrivateKey(key: Data, encoding?: string): void {
    try {
      const { value, bytes } = askKeys('ecPrivate', [this.curve], bytesOf(key, encoding))
      ;[this.secret, this.point] = [String(value), bytes.slice()]
    } catch {
      throw nodeError(Error, 'ERR_CRYPTO_INVALID_KEYTYPE', 'Private key is not valid for specified curve.')
    }
  }
  getPrivateKey(encoding?: string): Buffer | string {
    if (this.secret === '') throw new Error('Failed to get ECDH private key')
    return shown(askKeys('ecSecret', [this.secret]).bytes, encoding)
  }
  getPublicKey(encoding?: string, form?: Form): Buffer | string {
    if (this.secret === '') throw new Error('Failed to get ECDH public key')
    return shown(askKeys('point', [this.curve, form === 'compressed'], this.point).bytes, encoding)
  }
  computeSecret(other: Data, from?: string, to?: string): Buffer | string {
    try {
      const { value } = askKeys('ecPublic', [this.curve], bytesOf(other, from))
      return shown(askKeys('agree', [this.secret, value]).bytes, to)
    } catch {
      const words = 'Public key is not valid for specified curve'
      throw nodeError(Error, 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY', words)
    }
  }
}

/** What two keys have in common. */
export function diffieHellman({
  privateKey,
  publicKey,
}: {
  privateKey: AsymmetricKeyObject
  publicKey: AsymmetricKeyObject
}): Buffer {
  const [own, other] = [privateKey.asymmetricKeyType, publicKey.asymmetricKeyType]
  if (own !== other)
    throw nodeError(
      Error,
      'ERR_CRYPTO_INCOMPATIBLE_KEY',
      `Incompatible key types for Diffie-Hellman: ${own} and ${other}`,
    )
  return Buffer.from(askKeys('agree', [privateKey.told.der, publicKey.told.der]).bytes)
}

/** Over numbers modulo a prime. RFC 2631 */
export class DiffieHellman {
  private readonly prime: Uint8Array
  private readonly generator: Uint8Array
  private secret: Uint8Array | undefined
  private open: Uint8Array | undefined
  readonly verifyError = 0

  constructor(prime: Uint8Array, generator: Uint8Array) {
    this.prime = prime
    this.generator = generator
  }
  private power(base: Uint8Array, exponent: Uint8Array): Uint8Array {
    return askKeys('power', [base, exponent, this.prime].map(base64)).bytes.slice()
  }
  generateKeys(encoding?: string): Buffer | string {
    this.secret ??= callSync('random', [Math.min(this.prime.length, 40)]).bytes.slice()
    this.open = this.power(this.generator, this.secret)
    return this.getPublicKey(encoding)
  }
  computeSecret(other: Data, from?: string, to?: string): Buffer | string {
    return shown(this.power(bytesOf(other, from), this.secret ?? new Uint8Array(1)), to)
  }
  getPrime(encoding?: string): Buffer | string {
    return shown(this.prime, encoding)
  }
  getGenerator(encoding?: string): Buffer | string {
    return shown(this.generator, encoding)
  }
  getPublicKey(encoding?: string): Buffer | string {
    if (!this.open)
      throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'No public key - did you forget to generate one?')
    return shown(this.open, encoding)
  }
  getPrivateKey(encoding?: string): Buffer | string {
    if (!this.secret)
      throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'No private key - did you forget to generate one?')
    return shown(this.secret, encoding)
  }
  setPublicKey(key: Data, encoding?: string): void {
    this.open = bytesOf(key, encoding).slice()
  }
  setPrivateKey(key: Data, encoding?: string): void {
    this.secret = bytesOf(key, encoding).slice()
  }
}

export const createECDH = (curve: string): ECDH => new ECDH(curve)
export function createDiffieHellman(prime: number | Data, ...rest: unknown[]): DiffieHellman {
  const generator = rest.find((each) => typeof each === 'number' || ArrayBuffer.isView(each)) ?? 2
  const encoding = typeof rest[0] === 'string' ? rest[0] : undefined
  const base = typeof generator === 'number' ? Uint8Array.of(generator) : (generator as Uint8Array)
  if (typeof prime !== 'number') return new DiffieHellman(bytesOf(prime, encoding).slice(), base)
  return new DiffieHellman(askKeys('prime', [prime]).bytes.slice(), base)
}
export function getDiffieHellman(name: string): DiffieHellman {
  const prime = GROUPS[name]
  if (prime === undefined) throw nodeError(Error, 'ERR_CRYPTO_UNKNOWN_DH_GROUP', 'Unknown DH group')
  return new DiffieHellman(Buffer.from(prime, 'hex'), Uint8Array.of(2))
}
export const generatePrimeSync = (bits: number, { bigint }: { bigint?: boolean } = {}): unknown => {
  const bytes = askKeys('prime', [bits]).bytes.slice()
  return bigint ? BigInt(`0x${Buffer.from(bytes).toString('hex')}`) : bytes.buffer
}
