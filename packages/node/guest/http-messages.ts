import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import { nodeError } from './errors.ts'
import type { Head } from './http-parser.ts'
import { inspect } from './inspect.ts'
import type { Socket } from './net.ts'

/** A request that a server got, or the answer that a client got. */
export class IncomingMessage extends Readable {
  readonly socket: Socket
  readonly connection: Socket
  readonly headers: Head['headers']
  readonly rawHeaders: readonly string[]
  readonly httpVersion: string
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
  method: string | null = null
  url = ''
  statusCode: number | null = null
  statusMessage: string | null = null
  /** What was asked, at an answer. */
  req: unknown
  complete = false
  aborted = false
  trailers: Head['headers'] = {}
  rawTrailers: readonly string[] = []

  constructor(socket: Socket, head: Head, response: boolean) {
    super({
      read: () => undefined,
      // Whoever is not to get the rest of it need not be sent it either.
      destroy: (error, done) => {
        if (!this.complete) socket.destroy()
        done(error)
      },
    })
    this.socket = socket
    this.connection = socket
    this.headers = head.headers
    this.rawHeaders = head.raw
    const [a, b, c] = head.first
    this.httpVersion = (response ? a : c).replace('HTTP/', '')
    const [major = 1, minor = 1] = this.httpVersion.split('.').map(Number)
    this.httpVersionMajor = major
    this.httpVersionMinor = minor
    if (response) {
      this.statusCode = Number(b)
      this.statusMessage = c
    } else {
      this.method = a
      this.url = b
    }
  }
  setTimeout(ms: number, callback?: () => void): this {
    this.socket.setTimeout(ms, callback)
    return this
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/
/** What no field may hold: control characters and what is beyond latin1. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNFIT = /[^\t\u0020-\u007e\u0080-\u00ff]/

export function validateHeaderName(name: unknown, label = 'Header name'): void {
  if (typeof name === 'string' && TOKEN.test(name)) return
  throw nodeError(TypeError, 'ERR_INVALID_HTTP_TOKEN', `${label} must be a valid HTTP token ["${String(name)}"]`)
}
export function validateHeaderValue(name: string, value: unknown): void {
  if (value === undefined)
    throw nodeError(TypeError, 'ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "undefined" for header "${name}"`)
  if (UNFIT.test(String(value)))
    throw nodeError(TypeError, 'ERR_INVALID_CHAR', `Invalid character in header content ["${name}"]`)
}

type FieldValue = string | number | readonly string[]

/** What both a server's answer and a client's request are: fields, then a body with a length or in chunks. */
export class OutgoingMessage extends Writable {
  headersSent = false
  sendDate = true
  protected readonly fields = new Map<string, { name: string; value: string | readonly string[] }>()
  protected chunked = false
  protected empty = false
  protected target: Socket | undefined
  private trailer = ''
  private held: { chunk: Uint8Array | undefined; done: (error?: Error | null) => void }[] = []

  constructor() {
    // Who has written all of a request still waits for its answer.
    super({
      autoDestroy: false,
      emitClose: false,
      write: (chunk, _encoding, done) => this.part(chunk, done),
      final: (done) => this.last(done),
    })
  }

  setHeader(name: string, value: FieldValue): this {
    if (this.headersSent)
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client')
    validateHeaderName(name)
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) validateHeaderValue(name, each)
    this.fields.set(name.toLowerCase(), { name, value: Array.isArray(value) ? value.map(String) : String(value) })
    return this
  }
  setHeaders(headers: Iterable<readonly [string, FieldValue]>): this {
    for (const [name, value] of headers) this.setHeader(name, value)
    return this
  }
  getHeader(name: string): string | readonly string[] | undefined {
    return this.fields.get(name.toLowerCase())?.value
  }
  hasHeader(name: string): boolean {
    return this.fields.has(name.toLowerCase())
  }
  removeHeader(name: string): void {
    if (this.headersSent)
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot remove headers after they are sent to the client')
    this.fields.delete(name.toLowerCase())
  }
  getHeaders(): Record<string, unknown> {
    const rows = [...this.fields].map(([key, { value }]) => [key, value])
    return Object.assign(Object.create(null), Object.fromEntries(rows)) as Record<string, unknown>
  }
  getHeaderNames(): string[] {
    return [...this.fields.keys()]
  }
  getRawHeaderNames(): string[] {
    return [...this.fields.values()].map(({ name }) => name)
  }
  appendHeader(name: string, value: string): this {
    const before = this.getHeader(name)
    return this.setHeader(
      name,
      before === undefined ? value : [...(Array.isArray(before) ? (before as string[]) : [String(before)]), value],
    )
  }
  addTrailers(fields: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(fields)) {
      validateHeaderName(name, 'Trailer name')
      this.trailer += `${name}: ${value}\r\n`
    }
  }
  flushHeaders(): void {
    if (this.target) this.sendHead(undefined)
    else this.early = true
  }
  /** The head is wanted before there is a body. */
  private early = false

  protected firstLine(): string {
    return ''
  }
  /** Fields that nobody set and that the message needs. */
  protected addUsual(_length: number | undefined): void {}

  /** @param length of the whole body where it is known */
  protected sendHead(length: number | undefined): void {
    if (this.headersSent || !this.target) return
    this.addUsual(length)
    if (!this.hasHeader('content-length') && !this.hasHeader('transfer-encoding') && !this.empty) {
      if (length === undefined || this.hasHeader('trailer')) this.setHeader('Transfer-Encoding', 'chunked')
      else this.setHeader('Content-Length', length)
    }
    this.chunked = /chunked/i.test(String(this.getHeader('transfer-encoding') ?? ''))
    const lines = [...this.fields.values()].flatMap(({ name, value }) =>
      (Array.isArray(value) ? value : [value]).map((each) => `${name}: ${each}`),
    )
    this.headersSent = true
    this.target.write(Buffer.from(`${[this.firstLine(), ...lines].join('\r\n')}\r\n\r\n`, 'latin1'))
  }

  /** A message whose end came with its first piece has a length. */
  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    if (!this.headersSent && this.target) this.sendHead(lengthOf(chunk))
    else if (!this.headersSent && !this.ending) this.wholeLength = lengthOf(chunk)
    this.ending = true
    return super.end(chunk, encoding, done)
  }
  private ending = false
  /** Of a message that ended before there was a connection. */
  private wholeLength: number | undefined

  protected connected(socket: Socket): void {
    this.target = socket
    const { held } = this
    if (this.early) this.sendHead(undefined)
    const single = held.length <= 2 && held.at(-1)?.chunk === undefined && this.wholeLength !== undefined
    if (held.length > 0 && single) this.sendHead(this.wholeLength)
    for (const { chunk, done } of held.splice(0)) {
      if (chunk) this.part(chunk, done)
      else this.last(done)
    }
  }

  private part(chunk: Uint8Array, done: (error?: Error | null) => void): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return done(new Error(inspect(chunk)))
    if (!this.target) return void this.held.push({ chunk, done })
    this.sendHead(undefined)
    if (this.empty) return done()
    // That a connection broke is told by the connection.
    const written = (): void => done()
    if (!this.chunked) return void this.target.write(chunk, undefined, written)
    this.target.write(`${chunk.length.toString(16)}\r\n`)
    this.target.write(chunk)
    this.target.write('\r\n', undefined, written)
  }

  private last(done: (error?: Error | null) => void): void {
    if (!this.target) return void this.held.push({ chunk: undefined, done })
    this.sendHead(0)
    if (this.chunked && !this.empty) this.target.write(`0\r\n${this.trailer}\r\n`)
    done()
  }
}

function lengthOf(chunk: unknown): number {
  if (chunk === undefined || chunk === null || typeof chunk === 'function') return 0
  return typeof chunk === 'string' ? Buffer.byteLength(chunk) : (chunk as Uint8Array).length
}
