/** Extensions as they are written in configuration files and printed. x509v3_config(5). */
import {
  bits,
  der,
  type DerNode,
  type Extension,
  integer,
  keyIdentifier,
  longName,
  octets,
  oid,
  oidOf,
  oidText,
  parseDer,
  type PublicKey,
  sequence,
  shortName,
  TAG,
  toBigInt,
  truth,
} from '@drydock/crypto'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]
const USAGE_TEXTS = [
  'Digital Signature',
  'Non Repudiation',
  'Key Encipherment',
  'Data Encipherment',
  'Key Agreement',
  'Certificate Sign',
  'CRL Sign',
  'Encipher Only',
  'Decipher Only',
]

export interface ExtensionKeys {
  readonly subject: PublicKey
  readonly issuer: PublicKey
}

/** A section of the configuration, for `@alt_names`. */
export type Section = (name: string) => readonly (readonly [string, string])[]

function alternativeName(kind: string, value: string): Uint8Array | undefined {
  if (kind === 'DNS') return der(0x82, encoder.encode(value))
  if (kind === 'email') return der(0x81, encoder.encode(value))
  if (kind === 'URI') return der(0x86, encoder.encode(value))
  if (kind === 'IP') return der(0x87, Uint8Array.from(value.split('.').map(Number)))
  return undefined
}

function alternativeNames(text: string, section: Section): Uint8Array | undefined {
  const pairs = text.startsWith('@')
    ? section(text.slice(1)).map(([name, value]) => [name.replace(/\.\d+$/, ''), value] as const)
    : text.split(',').map((each) => [each.trim().split(':')[0] ?? '', each.trim().replace(/^[^:]*:/, '')] as const)
  const names = pairs.map(([kind, value]) => alternativeName(kind, value))
  return names.includes(undefined) ? undefined : sequence(...names.filter((name) => name !== undefined))
}

function usage(words: readonly string[]): Uint8Array | undefined {
  const places = words.map((word) => USAGES.indexOf(word))
  if (places.includes(-1)) return undefined
  const last = Math.max(...places)
  const bytes = new Uint8Array(Math.floor(last / 8) + 1)
  for (const place of places) bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (0x80 >> (place & 7))
  return bits(bytes, 7 - (last & 7))
}

function constraints(words: readonly string[]): Uint8Array {
  const isCa = words.some((word) => /^CA:true$/i.test(word))
  const length = words.find((word) => /^pathlen:\d+$/.test(word))
  return sequence(...(isCa ? [truth()] : []), ...(length ? [integer(Number(length.slice(8)))] : []))
}

/** @param line  `basicConstraints = critical, CA:TRUE` @returns undefined for one that is not understood */
export function readExtensionLine(
  name: string,
  text: string,
  keys: ExtensionKeys,
  section: Section,
): Extension | undefined {
  const type = oidOf(name)
  const words = text.split(',').map((word) => word.trim())
  const critical = words[0] === 'critical'
  const rest = critical ? words.slice(1) : words
  const value = encodeValue(name, rest, critical ? text.replace(/^\s*critical\s*,\s*/, '') : text, keys, section)
  return type && value ? { oid: type, critical, value } : undefined
}

function encodeValue(
  name: string,
  words: readonly string[],
  text: string,
  keys: ExtensionKeys,
  section: Section,
): Uint8Array | undefined {
  if (name === 'basicConstraints') return constraints(words)
  if (name === 'keyUsage') return usage(words)
  if (name === 'subjectAltName') return alternativeNames(text, section)
  if (name === 'subjectKeyIdentifier') return octets(keyIdentifier(keys.subject))
  if (name === 'authorityKeyIdentifier') return sequence(der(0x80, keyIdentifier(keys.issuer)))
  if (name === 'extendedKeyUsage') {
    const ids = words.map((word) => oidOf(word))
    return ids.includes(undefined) ? undefined : sequence(...ids.map((id) => oid(id ?? '')))
  }
  return undefined
}

export const colons = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')

function generalName({ tag, content }: DerNode): string {
  if (tag === 0x87) return `IP Address:${content.join('.')}`
  const text = decoder.decode(content)
  return `${{ 0x82: 'DNS', 0x81: 'email', 0x86: 'URI' }[tag] ?? 'othername'}:${text}`
}

/** The lines below the extension's name. */
export function extensionText({ oid: type, value }: Extension): string {
  const node = parseDer(value)
  switch (shortName(type)) {
    case 'subjectKeyIdentifier':
      return colons(node.content)
    case 'authorityKeyIdentifier':
      return colons(node.children[0]?.content ?? new Uint8Array(0))
    case 'basicConstraints': {
      const ca = node.children.some(({ tag, content }) => tag === TAG.boolean && content[0] !== 0)
      const length = node.children.find(({ tag }) => tag === TAG.integer)
      return `CA:${ca ? 'TRUE' : 'FALSE'}${length ? `, pathlen:${toBigInt(length.content)}` : ''}`
    }
    case 'keyUsage': {
      const bytes = node.content.subarray(1)
      return USAGE_TEXTS.filter((_, at) => (bytes[at >> 3] ?? 0) & (0x80 >> (at & 7))).join(', ')
    }
    case 'extendedKeyUsage':
      return node.children.map((each) => longName(oidText(each))).join(', ')
    case 'subjectAltName':
      return node.children.map(generalName).join(', ')
    default:
      return colons(value)
  }
}
