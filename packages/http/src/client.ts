import { type ByteStream, isErrno } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { Body } from './body.ts'
import { type OutgoingBody, sendPieces, wholeBody } from './body-writer.ts'
import { type HeaderInit, HeaderMap } from './header-map.ts'
import { HttpError } from './http-error.ts'
import { type Framing, framingOf, parseFields, parseStatusLine, printHead, type StatusLine } from './message-head.ts'
import { isBodiless } from './status.ts'
import { StreamReader } from './stream-reader.ts'

export interface ClientRequest {
  /** Without a body nothing is said of its length, whatever the method. */
  readonly bare?: boolean
  /** Default GET. */
  readonly method?: string
  /** Path and query: `/v2/`. */
  readonly target: string
  /** Host is added when it is missing, as `localhost`. */
  readonly headers?: HeaderInit | undefined
  readonly body?: OutgoingBody | undefined
  /** Default `HTTP/1.1`. */
  readonly protocol?: 'HTTP/1.0' | 'HTTP/1.1'
}

export interface ClientResponse {
  readonly status: number
  readonly reason: string
  readonly headers: HeaderMap
  readonly body: Body
  /** `HTTP/1.1` or `HTTP/1.0`. */
  readonly protocol: string
  /** Whether the connection may carry another request once the body is read. */
  readonly keepAlive: boolean
  /** The connection as a plain stream, behind the header: for 101 and Docker's attach. */
  hijack(): ByteStream
}

/**
 * Sends one request over a connection and waits for the head of the answer. A body that comes in pieces is sent while the
 * answer is read. Redirects are the caller's.
 * @throws HttpError when the other side speaks no HTTP or ends early; an Errno of the connection
 */
export async function request(stream: ByteStream, init: ClientRequest): Promise<ClientResponse> {
  const reader = new StreamReader(stream)
  const method = init.method ?? 'GET'
  const sending = new Sending(stream, method, init)
  try {
    return await receive(reader, method)
  } catch (error) {
    throw sending.failure ?? error
  }
}

/** The request on its way out; the answer may come before it is all gone. */
class Sending {
  failure: unknown

  constructor(stream: ByteStream, method: string, init: ClientRequest) {
    send(stream, method, init).catch((error: unknown) => {
      this.failure = error
      // A server that answers early may close its side; only other errors end the wait for the answer.
      if (!isErrno(error)) stream.close()
    })
  }
}

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

async function send(stream: ByteStream, method: string, init: ClientRequest): Promise<void> {
  const headers = new HeaderMap(init.headers ?? [])
  const whole = wholeBody(init.body)
  const named = headers.has('content-length')
  const all = new HeaderMap([...(headers.has('host') ? [] : [['Host', 'localhost'] as const]), ...headers])
  if (whole && !named && (whole.length > 0 || (METHODS_WITH_BODY.has(method) && !init.bare)))
    all.set('Content-Length', String(whole.length))
  const { protocol = 'HTTP/1.1' } = init
  if (!whole && !named) all.set('Transfer-Encoding', 'chunked')
  const start = printHead(`${method} ${init.target} ${protocol}`, all)
  await stream.write(whole && whole.length > 0 ? concatBytes([start, whole]) : start)
  const { body } = init
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    await sendPieces(stream, body, !named)
}

async function receive(reader: StreamReader, method: string): Promise<ClientResponse> {
  const { line, headers } = await finalHead(reader)
  const framing = responseFraming(method, line, headers)
  const close =
    headers.hasToken('connection', 'close') || (line.minor === 0 && !headers.hasToken('connection', 'keep-alive'))
  return {
    status: line.status,
    reason: line.reason,
    headers,
    body: new Body(reader, framing),
    protocol: `HTTP/1.${line.minor}`,
    keepAlive: !close && framing.kind !== 'close',
    hijack: () => reader.release(),
  }
}

/** 100 and other preliminary answers are passed over; 101 is final. RFC 9110 section 15.2. */
async function finalHead(reader: StreamReader): Promise<{ line: StatusLine; headers: HeaderMap }> {
  for (;;) {
    const first = await reader.line()
    if (first === undefined) throw new HttpError(502, 'EOF')
    const line = parseStatusLine(first)
    const headers = parseFields(await reader.block())
    if (line.status >= 200 || line.status === 101) return { line, headers }
  }
}

function responseFraming(method: string, line: StatusLine, headers: HeaderMap): Framing {
  if (method === 'HEAD' || (isBodiless(line.status) && line.status !== 101)) return { kind: 'none' }
  if (line.status === 101) return { kind: 'close' }
  return framingOf(headers, { kind: 'close' })
}
