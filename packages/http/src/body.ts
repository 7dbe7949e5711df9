import { concatBytes, decodeUtf8 } from '@drydock/codec'
import type { HeaderMap } from './header-map.ts'
import { HttpError } from './http-error.ts'
import { type Framing, parseFields } from './message-head.ts'
import type { StreamReader } from './stream-reader.ts'

/** The body of a message as it comes in: read it piece by piece, iterate it, or take it whole. */
export class Body implements AsyncIterable<Uint8Array> {
  /** Fields behind a chunked body, once it was read to its end. RFC 9112 section 7.1.2. */
  trailers: HeaderMap | undefined
  private readonly reader: StreamReader
  private readonly framing: Framing
  /** Bytes left of the body or of the chunk. */
  private left: number
  private done: boolean
  private firstChunk = true
  private beforeRead: (() => Promise<void>) | undefined

  /** @param beforeRead called once before the first byte is read: sends 100 Continue */
  constructor(reader: StreamReader, framing: Framing, beforeRead?: () => Promise<void>) {
    this.reader = reader
    this.framing = framing
    this.left = framing.kind === 'length' ? framing.length : 0
    this.done = framing.kind === 'none'
    this.beforeRead = beforeRead
  }

  /** Content-Length, where it was told. */
  get length(): number | undefined {
    return this.framing.kind === 'length' ? this.framing.length : this.framing.kind === 'none' ? 0 : undefined
  }

  /** Whether all of it was read. */
  get ended(): boolean {
    return this.done
  }

  /** The next bytes; empty at the end. @throws HttpError 400 when it breaks off or its chunks are malformed */
  async read(max = 65536): Promise<Uint8Array> {
    if (this.done) return new Uint8Array(0)
    const before = this.beforeRead
    this.beforeRead = undefined
    if (before) await before()
    if (this.framing.kind === 'chunked') return this.readChunk(max)
    if (this.framing.kind === 'close') return this.readToEnd(max)
    const bytes = await this.take(max)
    if (this.left === 0) this.done = true
    return bytes
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const bytes = await this.read()
      if (bytes.length === 0) return
      yield bytes
    }
  }

  /** @throws HttpError 413 when it is longer than `limit` bytes */
  async readAll(limit = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of this) {
      size += part.length
      if (size > limit) throw new HttpError(413, 'request body too large')
      parts.push(part)
    }
    return concatBytes(parts)
  }

  async text(limit?: number): Promise<string> {
    return decodeUtf8(await this.readAll(limit))
  }

  /** @throws SyntaxError */
  async json(limit?: number): Promise<unknown> {
    return JSON.parse(await this.text(limit))
  }

  private async take(max: number): Promise<Uint8Array> {
    const bytes = await this.reader.read(Math.min(max, this.left))
    if (bytes.length === 0) throw new HttpError(400, 'unexpected EOF')
    this.left -= bytes.length
    return bytes
  }

  private async readToEnd(max: number): Promise<Uint8Array> {
    const bytes = await this.reader.read(max)
    this.done = bytes.length === 0
    return bytes
  }

  private async readChunk(max: number): Promise<Uint8Array> {
    if (this.left === 0) {
      if (!this.firstChunk && (await this.reader.line()) !== '') throw new HttpError(400, 'malformed chunked encoding')
      this.firstChunk = false
      this.left = chunkSize(await this.reader.line(4096))
      if (this.left === 0) {
        this.trailers = parseFields(await this.reader.block())
        this.done = true
        return new Uint8Array(0)
      }
    }
    return this.take(max)
  }
}

/** Extensions behind the size are passed over. RFC 9112 section 7.1.1. */
function chunkSize(line: string | undefined): number {
  const digits = line?.split(';')[0]?.trim() ?? ''
  if (!/^[0-9a-fA-F]{1,13}$/.test(digits)) throw new HttpError(400, 'malformed chunked encoding')
  return Number.parseInt(digits, 16)
}
