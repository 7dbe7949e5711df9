import { Buffer } from 'buffer'

export interface Head {
  /** Request line or status line, split. */
  readonly first: readonly [string, string, string]
  readonly raw: readonly string[]
  readonly headers: Record<string, string | string[]>
}

/** Reads messages of HTTP/1.1 from the pieces of a stream. RFC 9112. */
export class HttpParser {
  onHead: (head: Head) => void = () => undefined
  onBody: (bytes: Buffer) => void = () => undefined
  onEnd: () => void = () => undefined
  /** What comes is no HTTP: nothing more is read. */
  onError: (error: Error) => void = () => undefined
  /** Fields behind a body in chunks, names and values in turn. */
  rawTrailers: string[] = []
  /** Answers to HEAD, and 204 and 304, have no body whatever their fields say. */
  bodyless = false
  private readonly response: boolean
  private buffer: Buffer = Buffer.alloc(0)
  private state: 'head' | 'length' | 'chunk-size' | 'chunk' | 'trailer' | 'until-close' = 'head'
  private left = 0

  constructor(response: boolean) {
    this.response = response
  }

  push(bytes: Uint8Array): void {
    if (this.failed) return
    this.buffer = this.buffer.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.buffer, bytes])
    while (!this.failed && this.step());
  }

  /** Stops reading, in `onHead`. @returns what came behind the head */
  release(): Buffer {
    this.released = true
    return this.take(this.buffer.length)
  }
  private released = false

  /** The stream has ended: so has a body without a length. */
  finish(): void {
    if (this.state === 'until-close') this.end()
  }

  get trailers(): Head['headers'] {
    return fold(this.rawTrailers)
  }

  private failed = false
  private fail(code: string, reason: string): false {
    this.failed = true
    const words = { code, bytesParsed: 0, reason, rawPacket: this.buffer }
    this.onError(Object.assign(new Error(`Parse Error: ${reason}`), words))
    return false
  }

  private step(): boolean {
    if (this.buffer.length === 0) return false
    if (this.state === 'head') return this.head()
    if (this.state === 'length' || this.state === 'chunk') return this.body()
    if (this.state === 'chunk-size') return this.chunkSize()
    if (this.state === 'trailer') return this.trailer()
    this.onBody(this.take(this.buffer.length))
    return false
  }

  private head(): boolean {
    const text = this.buffer.toString('latin1').replace(/^(?:\r\n)+/, '')
    if (text.length < this.buffer.length) this.take(this.buffer.length - text.length)
    if (!this.response && !METHOD.test(text)) return this.fail('HPE_INVALID_METHOD', 'Invalid method encountered')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return false
    if (this.response && !/^HTTP\/\d\.\d \d{3}/.test(text)) return this.fail('HPE_INVALID_CONSTANT', 'Expected HTTP/')
    if (!this.response && !/^\S+ \S+ HTTP\/\d\.\d\r\n/.test(text))
      return this.fail('HPE_INVALID_CONSTANT', 'Expected HTTP/')
    this.take(end + 4)
    const [line = '', ...lines] = text.slice(0, end).split('\r\n')
    const [a = '', b = '', ...c] = line.split(' ')
    const raw = lines.flatMap(fieldOf)
    const head: Head = { first: [a, b, c.join(' ')], raw, headers: fold(raw) }
    this.state = this.bodyState(head)
    this.onHead(head)
    if (this.released) return false
    if (this.state === 'length' && this.left === 0) this.end()
    return true
  }

  private bodyState(head: Head): HttpParser['state'] {
    const status = Number(head.first[1])
    this.left = 0
    if (this.response && (this.bodyless || status === 204 || status === 304 || status < 200)) return 'length'
    if (/chunked/i.test(String(head.headers['transfer-encoding'] ?? ''))) return 'chunk-size'
    const length = head.headers['content-length']
    if (length !== undefined) this.left = Number(length)
    return length === undefined && this.response ? 'until-close' : 'length'
  }

  private body(): boolean {
    const bytes = this.take(Math.min(this.left, this.buffer.length))
    this.left -= bytes.length
    if (bytes.length > 0) this.onBody(bytes)
    if (this.left > 0) return false
    if (this.state === 'length') this.end()
    else this.state = 'trailer'
    return true
  }

  /** After a chunk comes an empty line, after the last one the trailer and an empty line. */
  private trailer(): boolean {
    const at = this.buffer.toString('latin1').indexOf('\r\n')
    if (at < 0) return false
    const line = this.take(at + 2)
      .toString('latin1')
      .trimEnd()
    if (this.last && at === 0) this.end()
    else if (!this.last) this.state = 'chunk-size'
    else this.rawTrailers.push(...fieldOf(line))
    return true
  }
  private last = false

  private chunkSize(): boolean {
    const text = this.buffer.toString('latin1')
    const at = text.indexOf('\r\n')
    if (at < 0) return false
    this.take(at + 2)
    this.left = Number.parseInt(text.slice(0, at), 16)
    this.last = this.left === 0
    this.state = this.last ? 'trailer' : 'chunk'
    return true
  }

  private take(count: number): Buffer {
    const taken = this.buffer.subarray(0, count) as Buffer
    this.buffer = this.buffer.subarray(count) as Buffer
    return taken
  }

  private end(): void {
    this.state = 'head'
    this.last = false
    this.onEnd()
  }
}

/** As much of a method as has come. */
const METHOD =
  /^(?:[A-Z-]*$|(?:ACL|BIND|CHECKOUT|CONNECT|COPY|DELETE|GET|HEAD|LINK|LOCK|M-SEARCH|MERGE|MKACTIVITY|MKCALENDAR|MKCOL|MOVE|NOTIFY|OPTIONS|PATCH|POST|PROPFIND|PROPPATCH|PURGE|PUT|QUERY|REBIND|REPORT|SEARCH|SOURCE|SUBSCRIBE|TRACE|UNBIND|UNLINK|UNLOCK|UNSUBSCRIBE) )/

const fieldOf = (line: string): [string, string] => {
  const at = line.indexOf(':')
  return [line.slice(0, at), line.slice(at + 1).trim()]
}

function fold(raw: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const value = raw[at + 1] ?? ''
    const before = headers[name]
    if (name === 'set-cookie') headers[name] = [...(Array.isArray(before) ? before : []), value]
    else headers[name] = before === undefined ? value : `${String(before)}, ${value}`
  }
  return headers
}
