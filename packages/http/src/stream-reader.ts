import { type ByteStream, isErrno, type MaybePromise } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { HttpError } from './http-error.ts'

const HEAD_LIMIT = 1 << 20
const PIECE = 65536

/** The reading side of a connection with the bytes that came early. */
export class StreamReader {
  readonly stream: ByteStream
  private held: Uint8Array = new Uint8Array(0)
  private ended = false
  private filling: Promise<void> | undefined

  constructor(stream: ByteStream) {
    this.stream = stream
  }

  /** Waits for more bytes; one read at a time however many wait. */
  private fill(): MaybePromise<void> {
    if (this.filling) return this.filling
    const bytes = this.stream.read(PIECE)
    if (!(bytes instanceof Promise)) return this.keep(bytes)
    const filling = bytes
      .then((got) => this.keep(got))
      .finally(() => {
        this.filling = undefined
      })
    this.filling = filling
    return filling
  }

  private keep(bytes: Uint8Array): void {
    if (bytes.length === 0) this.ended = true
    else this.held = this.held.length === 0 ? bytes : concatBytes([this.held, bytes])
  }

  /** Something as soon as it is there, at most `max`; empty at the end. */
  async read(max: number = PIECE): Promise<Uint8Array> {
    while (this.held.length === 0 && !this.ended) await this.fill()
    const bytes = this.held.subarray(0, max)
    this.held = this.held.subarray(bytes.length)
    return bytes
  }

  /**
   * One line without CR LF (a bare LF is taken too).
   * @returns undefined at the end, if nothing came @throws HttpError 400 when it breaks off or 431 when too long
   */
  async line(limit = HEAD_LIMIT): Promise<string | undefined> {
    let from = 0
    for (;;) {
      const end = this.held.indexOf(10, from)
      if (end > limit || (end < 0 && this.held.length > limit)) throw new HttpError(431, 'header too large')
      if (end >= 0) {
        const line = this.held.subarray(0, end > 0 && this.held[end - 1] === 13 ? end - 1 : end)
        this.held = this.held.subarray(end + 1)
        return latin1(line)
      }
      if (this.ended) {
        if (this.held.length === 0) return undefined
        throw new HttpError(400, 'unexpected EOF')
      }
      from = this.held.length
      await this.fill()
    }
  }

  /** Lines up to an empty one. @throws HttpError */
  async block(): Promise<string[]> {
    const lines: string[] = []
    let size = 0
    for (;;) {
      const line = await this.line()
      if (line === undefined) throw new HttpError(400, 'unexpected EOF')
      if (line === '') return lines
      size += line.length
      if (size > HEAD_LIMIT) throw new HttpError(431, 'header too large')
      lines.push(line)
    }
  }

  /**
   * Resolves when the other side has closed its end; bytes that come meanwhile are kept for the next read. Of a client
   * that sends more than a piece ahead nothing is known any more: then it stays pending.
   */
  async untilEnd(): Promise<void> {
    try {
      while (!this.ended && this.held.length < PIECE) await this.fill()
    } catch (error) {
      if (!isErrno(error)) throw error
      return
    }
    if (!this.ended) await new Promise<never>(() => undefined)
  }

  /** The connection as a plain stream, beginning with what was read too early. */
  release(): ByteStream {
    const { stream } = this
    return {
      read: (max?: number) =>
        this.held.length > 0 || this.ended || this.filling ? this.read(max ?? PIECE) : stream.read(max),
      write: (bytes) => stream.write(bytes),
      shutdown: () => stream.shutdown(),
      close: () => stream.close(),
    }
  }
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}
