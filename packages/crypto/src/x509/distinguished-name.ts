/** Names of subjects and issuers. RFC 5280 section 4.1.2.4; openssl-namedisplay-options(1). */
import { der, type DerNode, oid, oidText, sequence, TAG } from '../der.ts'
import { oidOf, shortName } from './oids.ts'

export type NamePart = readonly [oid: string, value: string]

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const IA5 = new Set(['1.2.840.113549.1.9.1', '0.9.2342.19200300.100.1.25'])
const COUNTRY = '2.5.4.6'

/** `/C=US/CN=x`; a part of several values has `+`. @returns what is wrong with it, or its parts */
export function parseSubject(text: string): { parts: NamePart[]; skipped: string[] } | { wrong: string } {
  if (!text.startsWith('/'))
    return {
      wrong: `name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${text}'`,
    }
  const parts: NamePart[] = []
  const skipped: string[] = []
  for (const piece of text.slice(1).match(/(?:\\.|[^/\\+])+/gs) ?? []) {
    const equals = piece.indexOf('=')
    const name = piece.slice(0, equals)
    const value = piece.slice(equals + 1).replace(/\\(.)/gs, '$1')
    const known = oidOf(name)
    if (equals < 0) return { wrong: `Hit end of string before finding the '='` }
    if (known === undefined) skipped.push(`req: Skipping unknown subject name attribute "${name}"`)
    else if (value === '') skipped.push(`req: No value provided for subject name attribute "${name}", skipped`)
    else parts.push([known, value])
  }
  return { parts, skipped }
}

/** How text stands in a name: OpenSSL writes UTF-8, Go what is printable as such. RFC 5280 section 4.1.2.4 */
export type NameStyle = 'utf8' | 'printable'

const PRINTABLE = /^[\w '()+,\-./:=?]*$/

function valueDer(type: string, value: string, style: NameStyle): Uint8Array {
  if (style === 'printable' && PRINTABLE.test(value) && !value.includes('_'))
    return der(TAG.printable, encoder.encode(value))
  if (type === COUNTRY) return der(TAG.printable, encoder.encode(value))
  return der(IA5.has(type) ? TAG.ia5 : TAG.utf8, encoder.encode(value))
}

export const encodeName = (parts: readonly NamePart[], style: NameStyle = 'utf8'): Uint8Array =>
  sequence(...parts.map(([type, value]) => der(TAG.set, sequence(oid(type), valueDer(type, value, style)))))

export const decodeName = (node: DerNode): NamePart[] =>
  node.children.flatMap((set) =>
    set.children.flatMap(({ children: [type, value] }): NamePart[] =>
      type && value ? [[oidText(type), decoder.decode(value.content)]] : [],
    ),
  )

/** As OpenSSL 3 prints it: `C = US, O = "A, B", CN = x`. */
export const nameText = (parts: readonly NamePart[]): string =>
  parts
    .map(
      ([type, value]) =>
        `${shortName(type)} = ${/[,+"\\<>;]|^[ #]| $/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`,
    )
    .join(', ')

/** `-nameopt compat` and `-subject` of old. */
export const slashName = (parts: readonly NamePart[]): string =>
  parts.map(([type, value]) => `/${shortName(type)}=${value}`).join('')

/** RFC 2253: backwards, without blanks. */
export const rfc2253Name = (parts: readonly NamePart[]): string =>
  parts
    .toReversed()
    .map(([type, value]) => `${shortName(type)}=${value.replace(/[,+"\\<>;]/g, '\\$&')}`)
    .join(',')
