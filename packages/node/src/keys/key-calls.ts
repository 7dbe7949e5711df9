import { concatBytes, fromBase64, toBase64 } from '@drydock/codec'
import {
  fromBigInt,
  generateRsa,
  modPow,
  openPkcs8,
  parseDer,
  parsePem,
  pem,
  privatePkcs1,
  publicPkcs1,
  sealPkcs8,
  toBigInt,
} from '@drydock/crypto'
import { EINVAL, type Sys } from '@drydock/abi'
import { answer, type ForeignAnswer, type ForeignCall } from '@drydock/libc'
import { curveNamed, isByteKind } from './curves.ts'
import * as keys from './key.ts'
import { agreed, crypted, type CryptOptions, signed, type SignOptions, verified } from './operations.ts'
import { certificateParts } from './certificate-parts.ts'

type Key = keys.Key

/** A key as the script keeps it: its DER in base64, and what is told of it. */
const told = (key: Key): object => ({
  type: key.secret ? 'private' : 'public',
  kind: key.kind,
  der: toBase64(key.secret ? keys.pkcs8(key) : keys.spki(key)),
  details:
    key.kind === 'rsa'
      ? { modulusLength: key.n.toString(2).length, publicExponent: String(key.e) }
      : key.kind === 'ec'
        ? { namedCurve: key.curve.openssl }
        : {},
})

/** What `told` wrote. @throws EINVAL for bytes that are no key */
function keyOf(type: unknown, der: unknown): Key {
  const key = guarded(() => {
    const node = parseDer(fromBase64(String(der)))
    return type === 'private' ? keys.readPkcs8(node) : keys.readSpki(node)
  })
  if (!key) throw EINVAL
  return key
}

function guarded<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (error) {
    // DER that is cut short, a point that is on no curve.
    if (!(error instanceof Error)) throw error
    return undefined
  }
}

interface Reading {
  readonly format: 'pem' | 'der' | 'jwk'
  readonly type?: string
  readonly passphrase?: string
  readonly jwk?: keys.Jwk
}
type Labelled = readonly [label: string, bytes: Uint8Array]
const LABELS: Readonly<Record<string, string>> = { pkcs8: 'PRIVATE KEY', sec1: 'EC PRIVATE KEY', spki: 'PUBLIC KEY' }

function blocksOf({ format, type = 'pkcs8' }: Reading, bytes: Uint8Array): readonly Labelled[] {
  if (format === 'pem') return parsePem(new TextDecoder().decode(bytes)).map(({ label, bytes: own }) => [label, own])
  if (type !== 'pkcs1') return [[LABELS[type] ?? '', bytes]]
  return [[(guarded(() => parseDer(bytes).children.length) ?? 0) > 2 ? 'RSA PRIVATE KEY' : 'RSA PUBLIC KEY', bytes]]
}

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Key | undefined>> = {
  'PUBLIC KEY': (bytes) => keys.readSpki(parseDer(bytes)),
  'RSA PUBLIC KEY': (bytes) => keys.readRsaPublic(parseDer(bytes)),
  'PRIVATE KEY': (bytes) => keys.readPkcs8(parseDer(bytes)),
  'RSA PRIVATE KEY': (bytes) => keys.readRsaPrivate(parseDer(bytes)),
  'EC PRIVATE KEY': (bytes) => keys.readSec1(parseDer(bytes)),
  CERTIFICATE: (bytes) => {
    const node = parseDer(bytes).children[0]
    const fields = node?.children ?? []
    const info = fields[fields[0]?.tag === 0xa0 ? 6 : 5]
    return info && keys.readSpki(info)
  },
}

/** @returns a key, or why there is none */
function readKey(reading: Reading, bytes: Uint8Array): Key | 'passphrase' | 'wrong passphrase' | undefined {
  const { jwk } = reading
  if (reading.format === 'jwk') return jwk && guarded(() => keys.fromJwk(jwk))
  for (const [label, own] of blocksOf(reading, bytes)) {
    if (label === 'ENCRYPTED PRIVATE KEY') {
      if (reading.passphrase === undefined) return 'passphrase'
      const plain = openPkcs8(own, reading.passphrase)
      return (plain && guarded(() => keys.readPkcs8(parseDer(plain)))) ?? 'wrong passphrase'
    }
    const found = guarded(() => READERS[label]?.(own))
    if (found) return found
  }
  return undefined
}

interface Writing {
  readonly format: 'pem' | 'der' | 'jwk'
  readonly type: string
  readonly passphrase?: string
}

function writeKey(sys: Sys, key: Key, { format, type, passphrase }: Writing): ForeignAnswer {
  if (format === 'jwk') return answer(keys.toJwk(key))
  const bare = bytesFor(key, type)
  const hidden = passphrase !== undefined && type === 'pkcs8'
  const bytes = hidden ? sealPkcs8(bare, passphrase, random(sys)) : bare
  if (format === 'der') return { bytes }
  const label = type === 'pkcs1' ? `RSA ${key.secret ? 'PRIVATE' : 'PUBLIC'} KEY` : (LABELS[type] ?? '')
  return answer(pem(hidden ? `ENCRYPTED ${label}` : label, bytes))
}

function bytesFor(key: Key, type: string): Uint8Array {
  if (type === 'spki') return keys.spki(key)
  if (type === 'sec1' && key.kind === 'ec') return keys.sec1(key, true)
  if (type === 'pkcs1' && key.kind === 'rsa') return key.secret ? privatePkcs1(key.secret) : publicPkcs1(key)
  return key.secret ? keys.pkcs8(key) : keys.spki(key)
}

const random = (sys: Sys) => (length: number) => sys.entropy.bytes(length)

interface Making {
  readonly kind: string
  readonly modulusLength?: number
  readonly publicExponent?: number
  readonly namedCurve?: string
}

async function makeKey(sys: Sys, { kind, modulusLength = 2048, publicExponent, namedCurve }: Making): Promise<Key> {
  if (kind === 'rsa')
    return keys.rsaKey(await generateRsa(modulusLength, random(sys), () => sys.tick(), BigInt(publicExponent ?? 65537)))
  if (isByteKind(kind)) return keys.byteKey(kind, sys.entropy.bytes(32))
  const curve = curveNamed(namedCurve ?? '')
  if (!curve) throw EINVAL
  return keys.ecKey(curve, curve.curve.utils.randomSecretKey(sys.entropy.bytes(curve.curve.lengths.seed ?? 72)))
}

const decoded = (text: unknown): Uint8Array => fromBase64(String(text ?? ''))
const found = (bytes: Uint8Array | undefined): ForeignAnswer => {
  if (!bytes) throw EINVAL
  return { bytes }
}

/** A point on a curve in the form that is asked for. @returns nothing for bytes that are no point */
function pointOf(curve: string, bytes: Uint8Array, compressed: boolean): Uint8Array | undefined {
  const named = curveNamed(curve)
  return named && guarded(() => named.curve.Point.fromBytes(bytes).toBytes(compressed))
}

/** What a script asks about keys, of a room that is loaded when the first asks. Keys are `type` and DER in base64. */
export const KEY_CALLS: Readonly<Record<string, ForeignCall>> = {
  read: (_, [reading], bytes) => {
    const key = readKey(reading as Reading, bytes)
    return answer(typeof key === 'object' ? told(key) : (key ?? null))
  },
  public: (_, [type, der]) => answer(told(keys.publicHalf(keyOf(type, der)))),
  write: (sys, [type, der, writing]) => writeKey(sys, keyOf(type, der), writing as Writing),
  make: async (sys, [making]) => answer(told(await makeKey(sys, making as Making))),
  sign: (sys, [type, der, options], message) =>
    found(signed(keyOf(type, der), message, options as SignOptions, random(sys))),
  verify: (_, [type, der, options, signature], message) =>
    answer(verified(keyOf(type, der), message, decoded(signature), options as SignOptions)),
  crypt: (sys, [type, der, options], data) => {
    const given = options as CryptOptions
    return found(crypted(keyOf(type, der), data, { ...given, label: decoded(given.label) }, random(sys)))
  },
  agree: (_, [own, other]) => found(guarded(() => agreed(keyOf('private', own), keyOf('public', other)))),
  ecPrivate: (_, [curve], secret) => {
    const named = curveNamed(String(curve))
    const key = named && guarded(() => keys.ecKey(named, secret))
    if (!key || key.kind !== 'ec') throw EINVAL
    return { value: toBase64(keys.pkcs8(key)), bytes: key.point }
  },
  ecPublic: (_, [curve], point) => {
    const named = curveNamed(String(curve))
    const whole = pointOf(String(curve), point, false)
    if (!named || !whole) throw EINVAL
    return answer(toBase64(keys.spki({ kind: 'ec', curve: named, point: whole })))
  },
  ecSecret: (_, [der]) => {
    const key = keyOf('private', der)
    return found(key.kind === 'ec' ? key.secret : undefined)
  },
  point: (_, [curve, compressed], bytes) => found(pointOf(String(curve), bytes, compressed === true)),
  power: (_, [base, exponent, modulus]) => {
    const m = toBigInt(decoded(modulus))
    return {
      bytes: fromBigInt(modPow(toBigInt(decoded(base)), toBigInt(decoded(exponent)), m), decoded(modulus).length),
    }
  },
  prime: async (sys, [bits]) => {
    const size = Math.max(16, Number(bits))
    const { p } = await generateRsa(size * 2, random(sys), () => sys.tick())
    return { bytes: fromBigInt(p) }
  },
  certificate: (_, _args, bytes) => {
    const parts = guarded(() => certificateParts(bytes))
    return answer(parts ?? null)
  },
  isIssued: (_, [type, der], bytes) => answer(guarded(() => issued(keyOf(type, der), bytes)) ?? false),
}

/** Whether a certificate is signed with a key. */
function issued(key: Key, bytes: Uint8Array): boolean {
  const [body, algorithm, signature] = parseDer(bytes).children
  if (!body || !algorithm || !signature) return false
  const hash = certificateParts(bytes)?.hash
  return verified(key, body.whole, concatBytes([signature.content.subarray(1)]), { hash })
}
