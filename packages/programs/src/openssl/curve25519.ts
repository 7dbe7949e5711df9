import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { toHex } from '@drydock/codec'
import { bits, der, integer, octets, oid, oidText, parseDer, parsePem, pem, sequence, TAG } from '@drydock/crypto'
import type { Command } from './command.ts'

/** A key of Ed25519 or X25519, which openssl treats alike. RFC 8410 */
export interface Curve25519Key {
  readonly name: 'ED25519' | 'X25519'
  /** Undefined where only the public half is known. */
  readonly secret: Uint8Array | undefined
  readonly shared: Uint8Array
}

const OIDS: readonly (readonly [oid: string, name: Curve25519Key['name']])[] = [
  ['1.3.101.112', 'ED25519'],
  ['1.3.101.110', 'X25519'],
]
const BYTES = 32

const fromSecret = (name: Curve25519Key['name'], secret: Uint8Array): Curve25519Key => ({
  name,
  secret,
  shared: (name === 'ED25519' ? ed25519 : x25519).getPublicKey(secret),
})

export const newCurve25519 =
  (name: Curve25519Key['name']) =>
  (command: Command): Curve25519Key =>
    fromSecret(name, command.random(BYTES))

const algorithm = ({ name }: Curve25519Key): Uint8Array =>
  sequence(oid(OIDS.find(([, each]) => each === name)?.[0] ?? ''))

export function curve25519Pem(key: Curve25519Key, publicOnly = false): string {
  if (publicOnly || !key.secret) return pem('PUBLIC KEY', sequence(algorithm(key), bits(key.shared)))
  return pem('PRIVATE KEY', sequence(integer(0), algorithm(key), octets(der(TAG.octetString, key.secret))))
}

/** @returns undefined for keys of other kinds */
export function readCurve25519(text: string): Curve25519Key | undefined {
  try {
    return readAny(text)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readAny(text: string): Curve25519Key | undefined {
  for (const { label, bytes } of parsePem(text)) {
    if (label !== 'PRIVATE KEY' && label !== 'PUBLIC KEY') continue
    const { children } = parseDer(bytes)
    const [kind, value] = label === 'PRIVATE KEY' ? [children[1], children[2]] : [children[0], children[1]]
    const named = kind?.children[0]
    const name = named && OIDS.find(([dotted]) => dotted === oidText(named))?.[1]
    if (!name || !value) continue
    if (label === 'PRIVATE KEY') return fromSecret(name, parseDer(value.content).content)
    return { name, secret: undefined, shared: value.content.subarray(1) }
  }
  return undefined
}

const block = (title: string, bytes: Uint8Array): string => {
  const pairs = toHex(bytes).match(/../g) ?? []
  const rows = Array.from({ length: Math.ceil(pairs.length / 15) }, (_, row) => pairs.slice(row * 15, row * 15 + 15))
  const lines = rows.map((row, at) => `    ${row.join(':')}${at < rows.length - 1 ? ':' : ''}\n`)
  return `${title}:\n${lines.join('')}`
}

/** As -text prints it. */
export const curve25519Text = ({ name, secret, shared }: Curve25519Key): string =>
  `${name} ${secret ? 'Private' : 'Public'}-Key:\n${secret ? block('priv', secret) : ''}${block('pub', shared)}`

export const signEd25519 = (key: Curve25519Key, message: Uint8Array): Uint8Array | undefined =>
  key.secret && key.name === 'ED25519' ? ed25519.sign(message, key.secret) : undefined
export function verifyEd25519(key: Curve25519Key, message: Uint8Array, signature: Uint8Array): boolean {
  return key.name === 'ED25519' && signature.length === 64 && ed25519.verify(signature, message, key.shared)
}
export const deriveX25519 = (own: Curve25519Key, other: Curve25519Key): Uint8Array | undefined =>
  own.secret && own.name === 'X25519' && other.name === 'X25519'
    ? x25519.getSharedSecret(own.secret, other.shared)
    : undefined
