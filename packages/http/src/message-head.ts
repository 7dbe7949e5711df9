import { encodeUtf8 } from '@drydock/codec'
import { HeaderMap } from './header-map.ts'
import { HttpError } from './http-error.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Visible characters, blanks and tabs; bytes above ASCII are let through as they are. RFC 9110 section 5.5. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const ASCII = /^[\x00-\x7f]*$/
const PLAIN_VALUE = /^[\t\x20-\x7e]*$/

export interface RequestLine {
  readonly method: string
  readonly target: string
  /** Minor number of HTTP/1.x. */
  readonly minor: number
}

/** @throws HttpError 400, 505 */
export function parseRequestLine(line: string): RequestLine {
  const match = /^(\S+) (\S+) HTTP\/(\d)\.(\d)$/.exec(line)
  if (!match) throw new HttpError(400, 'malformed HTTP request')
  const [, method = '', target = '', major, minor] = match
  if (!TOKEN.test(method)) throw new HttpError(400, 'invalid method')
  if (major !== '1') throw new HttpError(505, 'unsupported protocol version')
  return { method, target, minor: Number(minor) }
}

export interface StatusLine {
  readonly minor: number
  readonly status: number
  readonly reason: string
}

/** @throws HttpError 502: the other side speaks no HTTP */
export function parseStatusLine(line: string): StatusLine {
  const match = /^HTTP\/1\.(\d) (\d{3})(?: (.*))?$/.exec(line)
  if (!match) throw new HttpError(502, `malformed HTTP response ${JSON.stringify(line.slice(0, 60))}`)
  return { minor: Number(match[1]), status: Number(match[2]), reason: match[3] ?? '' }
}

/** Fields up to the empty line, which is not among `lines`. Folded lines are refused: RFC 9112 section 5.2. */
export function parseFields(lines: readonly string[]): HeaderMap {
  const headers = new HeaderMap()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) throw new HttpError(400, 'malformed MIME header line')
    headers.append(name, value)
  }
  return headers
}

function bytesOf(text: string): Uint8Array {
  if (ASCII.test(text)) return encodeUtf8(text)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/** @throws HttpError 500 for a name or value that would break the message */
export function printHead(firstLine: string, headers: HeaderMap): Uint8Array {
  let text = `${firstLine}\r\n`
  for (const [name, value] of headers) text += `${checkedName(name)}: ${checkedValue(name, value)}\r\n`
  return bytesOf(`${text}\r\n`)
}

function checkedName(name: string): string {
  if (TOKEN.test(name)) return name
  throw new HttpError(500, `invalid header field ${name}`)
}

/** Text beyond ASCII goes out as its UTF-8 bytes, each a character here. */
function checkedValue(name: string, value: string): string {
  if (PLAIN_VALUE.test(value)) return value
  const latin = String.fromCharCode(...new TextEncoder().encode(value))
  if (FIELD_VALUE.test(latin)) return latin
  throw new HttpError(500, `invalid header field ${name}`)
}

/** How the length of a message's body is told. RFC 9112 section 6. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' }

/** @param fallback what a message without both fields has: nothing for requests, up to the end for responses */
export function framingOf(headers: HeaderMap, fallback: Framing): Framing {
  const coding = headers.get('transfer-encoding')
  const lengths = headers.getAll('content-length').flatMap((value) => value.split(',').map((each) => each.trim()))
  if (coding !== undefined) {
    // Both at once is how requests are smuggled past a proxy: RFC 9112 section 6.1.
    if (lengths.length > 0) throw new HttpError(400, 'both Transfer-Encoding and Content-Length')
    if (coding.toLowerCase() !== 'chunked') throw new HttpError(501, `unsupported transfer encoding: ${coding}`)
    return { kind: 'chunked' }
  }
  const [length] = lengths
  if (length === undefined) return fallback
  if (lengths.some((each) => each !== length) || !/^\d{1,15}$/.test(length))
    throw new HttpError(400, 'bad Content-Length')
  return Number(length) === 0 ? { kind: 'none' } : { kind: 'length', length: Number(length) }
}
