import { fromBase64, toBase64 } from '@drydock/codec'
import {
  bits,
  type DerNode,
  der,
  fromBigInt,
  integer,
  modInverse,
  nothing,
  octets,
  oid,
  oidText,
  parseDer,
  privatePkcs1,
  publicPkcs1,
  readPkcs1,
  type RsaPrivateKey,
  sequence,
  toBigInt,
} from '@drydock/crypto'
import { BYTE_KEYS, type ByteKind, type Curve, curveNamed, curveOfOid, isByteKind } from './curves.ts'

/** A key of two halves; without its secret it is the public one. */
export type Key =
  | { readonly kind: 'rsa'; readonly n: bigint; readonly e: bigint; readonly secret?: RsaPrivateKey | undefined }
  | { readonly kind: 'ec'; readonly curve: Curve; readonly point: Uint8Array; readonly secret?: Uint8Array | undefined }
  | { readonly kind: ByteKind; readonly point: Uint8Array; readonly secret?: Uint8Array | undefined }

const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'
const byteKindOf = (dotted: string): ByteKind | undefined =>
  (Object.keys(BYTE_KEYS) as ByteKind[]).find((kind) => BYTE_KEYS[kind].oid === dotted)

export const rsaKey = (secret: RsaPrivateKey): Key => ({ kind: 'rsa', n: secret.n, e: secret.e, secret })
export const ecKey = (curve: Curve, secret: Uint8Array): Key => ({
  ...{ kind: 'ec', curve, secret },
  point: curve.curve.getPublicKey(secret, false),
})
export const byteKey = (kind: ByteKind, secret: Uint8Array): Key => ({
  ...{ kind, secret },
  point: BYTE_KEYS[kind].publicOf(secret),
})
export function publicHalf(key: Key): Key {
  return { ...key, secret: undefined }
}

const algorithm = (key: Key): Uint8Array => {
  if (key.kind === 'rsa') return sequence(oid(RSA), nothing())
  return key.kind === 'ec' ? sequence(oid(EC), oid(key.curve.oid)) : sequence(oid(BYTE_KEYS[key.kind].oid))
}
/** SubjectPublicKeyInfo, RFC 5280 section 4.1. */
export const spki = (key: Key): Uint8Array =>
  sequence(algorithm(key), bits(key.kind === 'rsa' ? publicPkcs1(key) : key.point))
/** RFC 5915. @param named with the curve, which PKCS #8 tells elsewhere */
export function sec1(key: Key & { kind: 'ec' }, named: boolean): Uint8Array {
  const curve = named ? [der(0xa0, oid(key.curve.oid))] : []
  return sequence(integer(1), octets(key.secret ?? new Uint8Array(0)), ...curve, der(0xa1, bits(key.point)))
}
/** RFC 5958. */
export function pkcs8(key: Key): Uint8Array {
  const inner =
    key.kind === 'rsa' && key.secret
      ? privatePkcs1(key.secret)
      : key.kind === 'ec'
        ? sec1(key, false)
        : octets(('secret' in key ? (key.secret as Uint8Array | undefined) : undefined) ?? new Uint8Array(0))
  return sequence(integer(0), algorithm(key), octets(inner))
}

export function readSpki(node: DerNode): Key | undefined {
  const [type, parameters] = node.children[0]?.children ?? []
  const held = node.children[1]?.content.subarray(1)
  if (!type || !held) return undefined
  const dotted = oidText(type)
  if (dotted === RSA) return readRsaPublic(parseDer(held))
  const kind = byteKindOf(dotted)
  if (kind) return { kind, point: held }
  const curve = parameters && curveOfOid(oidText(parameters))
  return dotted === EC && curve ? { kind: 'ec', curve, point: held } : undefined
}
export function readRsaPublic(node: DerNode): Key {
  const [n = 0n, e = 0n] = node.children.map(({ content }) => toBigInt(content))
  return { kind: 'rsa', n, e }
}
export function readRsaPrivate(node: DerNode): Key | undefined {
  const secret = readPkcs1(node)
  return secret && rsaKey(secret)
}
export function readSec1(node: DerNode, known?: Curve): Key | undefined {
  const [, secret, ...more] = node.children
  const named = more.find(({ tag }) => tag === 0xa0)?.children[0]
  const curve = known ?? (named && curveOfOid(oidText(named)))
  return secret && curve && ecKey(curve, secret.content)
}
export function readPkcs8(node: DerNode): Key | undefined {
  const [, kind, inner] = node.children
  const [type, parameters] = kind?.children ?? []
  if (!type || !inner) return undefined
  const dotted = oidText(type)
  const bytes = byteKindOf(dotted)
  if (bytes) return byteKey(bytes, parseDer(inner.content).content)
  if (dotted === RSA) return readRsaPrivate(parseDer(inner.content))
  const curve = parameters && curveOfOid(oidText(parameters))
  return dotted === EC && curve ? readSec1(parseDer(inner.content), curve) : undefined
}

// JSON web keys, RFC 7518 section 6 and RFC 8037 ------------------------------------------------------------------------

export type Jwk = Readonly<Record<string, string>>
const url = (bytes: Uint8Array): string => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const bytesOf = (text = ''): Uint8Array => fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
const number = (value: bigint): string => url(fromBigInt(value))

export function toJwk(key: Key): Jwk {
  if (key.kind === 'rsa') {
    const open = { kty: 'RSA', n: number(key.n), e: number(key.e) }
    if (!key.secret) return open
    const { d, p, q } = key.secret
    const more = { dp: number(d % (p - 1n)), dq: number(d % (q - 1n)), qi: number(modInverse(q, p)) }
    return { ...open, d: number(d), p: number(p), q: number(q), ...more }
  }
  if (key.kind === 'ec') {
    const { size, name } = key.curve
    const [x, y] = [key.point.subarray(1, 1 + size), key.point.subarray(1 + size)]
    return { kty: 'EC', x: url(x), y: url(y), crv: name, ...(key.secret && { d: url(key.secret) }) }
  }
  const { crv } = BYTE_KEYS[key.kind]
  return { crv, ...(key.secret && { d: url(key.secret) }), x: url(key.point), kty: 'OKP' }
}

export function fromJwk(jwk: Jwk): Key | undefined {
  const value = (name: string): bigint => toBigInt(bytesOf(jwk[name]))
  if (jwk.kty === 'RSA') {
    const open = { n: value('n'), e: value('e') }
    if (jwk.d === undefined) return { kind: 'rsa', ...open }
    return rsaKey({ ...open, d: value('d'), p: value('p'), q: value('q') })
  }
  const curve = jwk.kty === 'EC' ? curveNamed(jwk.crv ?? '') : undefined
  if (curve && jwk.d !== undefined) return ecKey(curve, bytesOf(jwk.d))
  if (curve) return { kind: 'ec', curve, point: Uint8Array.of(4, ...bytesOf(jwk.x), ...bytesOf(jwk.y)) }
  const kind = (jwk.crv ?? '').toLowerCase()
  if (jwk.kty !== 'OKP' || !isByteKind(kind)) return undefined
  return jwk.d === undefined ? { kind, point: bytesOf(jwk.x) } : byteKey(kind, bytesOf(jwk.d))
}
