import { type ByteStream, isErrno, type MaybePromise } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { Body } from './body.ts'
import { type OutgoingBody, sendPieces, wholeBody } from './body-writer.ts'
import { type HeaderInit, HeaderMap } from './header-map.ts'
import { HttpError } from './http-error.ts'
import { framingOf, parseFields, parseRequestLine, printHead, type RequestLine } from './message-head.ts'
import { isBodiless, reasonPhrase } from './status.ts'
import { StreamReader } from './stream-reader.ts'

export interface ServerRequest {
  readonly method: string
  /** As it stands in the request line: `/v1.50/containers/json?all=1`. */
  readonly target: string
  /** The target without its query, not decoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: HeaderMap
  readonly body: Body
  /** `HTTP/1.1` or `HTTP/1.0`. */
  readonly protocol: string
  /**
   * Takes the connection over, with the bytes that came early. Nothing was written; the taker writes the answer and closes
   * the stream, and what the handler returns is not looked at.
   */
  hijack(): ByteStream
  /** Resolves when the client has gone or closed its side: what ends a stream that has nothing to say. */
  disconnected(): Promise<void>
}

export interface ServerResponse {
  readonly status: number
  readonly reason?: string
  readonly headers?: HeaderInit
  readonly body?: OutgoingBody
}

export type Handler = (request: ServerRequest) => MaybePromise<ServerResponse | undefined>

export interface ServerOptions {
  /** Milliseconds since the epoch for the Date field; without it there is none. */
  readonly now?: () => number
  /** The Server field. */
  readonly server?: string
  /** What a client gets that speaks no HTTP; without it a line of plain text. */
  readonly refusal?: (error: HttpError) => {
    readonly headers: HeaderInit
    readonly body: string
    readonly reason?: string
  }
  /** Called after each answer; for access logs. */
  readonly onResponse?: (request: ServerRequest, status: number, bodyBytes: number | undefined) => void
}

/** As much of a body that nobody read is thrown away to keep the connection. */
const DRAIN_LIMIT = 256 * 1024

/**
 * Answers the requests of one connection until either side ends it, then closes the stream (unless it was hijacked).
 * Errors of the connection end it quietly. An Errno or HttpError that the handler lets pass is answered; anything else is
 * thrown on.
 */
export async function serveConnection(
  stream: ByteStream,
  handler: Handler,
  options: ServerOptions = {},
): Promise<void> {
  const reader = new StreamReader(stream)
  const fields: OwnFields = { ...options, date: options.now && dateTold(options.now) }
  let outcome: Outcome = 'close'
  try {
    do outcome = await serveOne(reader, handler, fields)
    while (outcome === 'again')
  } catch (error) {
    if (error instanceof HttpError) await refuse(stream, error, options)
    else if (!isErrno(error)) throw error
  } finally {
    if (outcome !== 'hijacked') stream.close()
  }
}

/** What the server itself says of an answer. */
interface OwnFields extends Omit<ServerOptions, 'now'> {
  readonly date: (() => string) | undefined
}

type Outcome = 'again' | 'close' | 'hijacked'

async function serveOne(reader: StreamReader, handler: Handler, options: OwnFields): Promise<Outcome> {
  const line = await firstLine(reader)
  if (line === undefined) return 'close'
  const exchange = await readHead(reader, line)
  const answered = answer(exchange.request, handler)
  // Most are answered at once: a promise each would make a short call half as long again.
  const response = answered instanceof Promise ? await answered : answered
  if (exchange.hijacked) return 'hijacked'
  const sent = exchange.send(response, options)
  const keep = sent instanceof Promise ? await sent : sent
  return keep ? 'again' : 'close'
}

/** @throws HttpError, which knows the line */
async function readHead(reader: StreamReader, line: string): Promise<Exchange> {
  try {
    const start = parseRequestLine(line)
    const headers = parseFields(await reader.block())
    if (start.minor >= 1 && headers.getAll('host').length !== 1)
      throw new HttpError(400, 'missing required Host header')
    return new Exchange(reader, start, headers)
  } catch (error) {
    if (error instanceof HttpError) error.requestLine = line
    throw error
  }
}

/** Empty lines before a request are passed over. RFC 9112 section 2.2. */
async function firstLine(reader: StreamReader): Promise<string | undefined> {
  for (let blank = 0; blank < 4; blank++) {
    const line = await reader.line()
    if (line !== '') return line
  }
  throw new HttpError(400, 'malformed HTTP request')
}

function answer(request: ServerRequest, handler: Handler): MaybePromise<ServerResponse> {
  try {
    const answered = handler(request)
    return answered instanceof Promise ? answered.then(orNotFound, failed) : orNotFound(answered)
  } catch (error) {
    return failed(error)
  }
}

const orNotFound = (answered: ServerResponse | undefined): ServerResponse =>
  answered ?? { status: 404, body: 'page not found\n' }

function failed(error: unknown): ServerResponse {
  if (error instanceof HttpError) return plainAnswer(error.status, error.message)
  if (isErrno(error)) return plainAnswer(500, error.message)
  throw error
}

const plainAnswer = (status: number, message: string): ServerResponse => ({
  status,
  headers: [['Content-Type', 'text/plain; charset=utf-8']],
  body: `${message}\n`,
})

/** The last words to a client that speaks no HTTP. */
async function refuse(stream: ByteStream, error: HttpError, { refusal }: ServerOptions): Promise<void> {
  const own = refusal?.(error)
  const body = own?.body ?? `${error.status} ${reasonPhrase(error.status)}: ${error.message}`
  const headers = new HeaderMap(
    own?.headers ?? [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', String(body.length)],
      ['Connection', 'close'],
    ],
  )
  try {
    await stream.write(concatBytes([head(error.status, own?.reason, headers), new TextEncoder().encode(body)]))
  } catch (failure) {
    if (!isErrno(failure)) throw failure
  }
}

const head = (status: number, reason: string | undefined, headers: HeaderMap): Uint8Array =>
  printHead(`HTTP/1.1 ${status} ${reason ?? reasonPhrase(status)}`, headers)

/** One request and its answer. */
class Exchange {
  readonly request: ServerRequest
  hijacked = false
  private readonly reader: StreamReader
  private readonly minor: number

  constructor(reader: StreamReader, start: RequestLine, headers: HeaderMap) {
    this.reader = reader
    this.minor = start.minor
    const [path = '', ...rest] = start.target.split('?')
    const expects = start.minor >= 1 && headers.hasToken('expect', '100-continue')
    const goOn = async (): Promise<void> => reader.stream.write(head(100, undefined, new HeaderMap()))
    this.request = {
      method: start.method,
      target: start.target,
      path: /^https?:\/\//i.test(path) ? path.replace(/^https?:\/\/[^/]*/i, '') || '/' : path,
      query: new URLSearchParams(rest.join('?')),
      headers,
      body: new Body(reader, framingOf(headers, { kind: 'none' }), expects ? goOn : undefined),
      protocol: `HTTP/1.${start.minor}`,
      hijack: () => {
        this.hijacked = true
        return reader.release()
      },
      disconnected: () => reader.untilEnd(),
    }
  }

  /** @returns whether another request may follow */
  send(response: ServerResponse, options: OwnFields): MaybePromise<boolean> {
    const { method } = this.request
    const headers = new HeaderMap(response.headers ?? [])
    const whole = wholeBody(response.body)
    const bare = method === 'HEAD' || isBodiless(response.status)
    const chunked = whole === undefined && this.minor >= 1 && !headers.has('content-length')
    this.frame(headers, response.status, whole, chunked)
    const keep = this.keepAlive(headers, whole, chunked || headers.has('content-length'))
    if (options.server !== undefined && !headers.has('server')) headers.append('Server', options.server)
    if (options.date && !headers.has('date')) headers.append('Date', options.date())
    if (!keep && !headers.hasToken('connection', 'close')) headers.set('Connection', 'close')
    else if (keep && this.minor === 0) headers.set('Connection', 'keep-alive')
    const start = head(response.status, response.reason, headers)
    const written = this.reader.stream.write(whole && !bare ? concatBytes([start, whole]) : start)
    const rest = bare || whole !== undefined ? undefined : response.body
    const told = (): void => options.onResponse?.(this.request, response.status, bare ? 0 : whole?.length)
    if (rest !== undefined || written instanceof Promise || !this.request.body.ended)
      return this.finish(written, rest, chunked).then(() => {
        told()
        return keep && this.drain()
      })
    told()
    return keep
  }

  /** What is left of an answer when its head is on the way. */
  private async finish(written: MaybePromise<void>, body: OutgoingBody | undefined, chunked: boolean): Promise<void> {
    await written
    if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
      await sendPieces(this.reader.stream, body, chunked)
  }

  private frame(headers: HeaderMap, status: number, whole: Uint8Array | undefined, chunked: boolean): void {
    if (isBodiless(status)) return
    if (chunked && this.request.method !== 'HEAD') headers.set('Transfer-Encoding', 'chunked')
    // An answer to HEAD may tell the length that a GET would have.
    else if (whole && !isTold(headers, whole.length, this.request.method))
      headers.set('Content-Length', String(whole.length))
  }

  private keepAlive(headers: HeaderMap, whole: Uint8Array | undefined, delimited: boolean): boolean {
    const asked = this.request.headers
    if (headers.hasToken('connection', 'close') || asked.hasToken('connection', 'close')) return false
    if (!delimited && whole === undefined) return false
    return this.minor >= 1 || asked.hasToken('connection', 'keep-alive')
  }

  private async drain(): Promise<boolean> {
    const { body, headers } = this.request
    if (body.ended) return true
    // The client still waits for leave to send: whether it will is unknown.
    if (headers.hasToken('expect', '100-continue')) return false
    let size = 0
    while (!body.ended && size <= DRAIN_LIMIT) size += (await body.read()).length
    return body.ended
  }
}

/** Whether the length stands there already, in the handler's own spelling. */
const isTold = (headers: HeaderMap, length: number, method: string): boolean => {
  const told = headers.get('content-length')
  return method === 'HEAD' ? told !== undefined : told === String(length)
}

/** The Date field, made once a second: a client that asks often does so many times in one. */
function dateTold(now: () => number): () => string {
  let second = Number.NaN
  let text = ''
  return () => {
    const current = Math.floor(now() / 1000)
    if (current !== second) text = httpDate(current * 1000)
    second = current
    return text
  }
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110 section 5.6.7. @param ms since the epoch */
export const httpDate = (ms: number): string => new Date(ms).toUTCString()
