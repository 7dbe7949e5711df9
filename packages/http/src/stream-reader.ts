import { type ByteStream, isErrno, type MaybePromise } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { HttpError } from './http-error.ts'

const HEAD_LIMIT = 1 << 20
const PIECE = 65536

/** The reading side of a connection with the bytes that came early. */
export class StreamReader {
  readonly stream: ByteStream
  private held: Uint8Array = new Uint8Array(0)
  /** So much of it holds no end of a line. */
  private searched = 0
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
    this.searched = 0
    this.held = this.held.subarray(bytes.length)
    return bytes
  }

  /**
   * One line without CR LF (a bare LF is taken too).
   * @returns undefined at the end, if nothing came @throws HttpError 400 when it breaks off or 431 when too long
   */
  async line(limit = HEAD_LIMIT): Promise<string | undefined> {
    for (;;) {
      const line = this.heldLine(limit)
      if (line !== undefined) return line
      if (this.ended) {
        if (this.held.length === 0) return undefined
        throw new HttpError(400, 'unexpected EOF')
      }
      await this.fill()
    }
  }

  /** Lines up to an empty one. @throws HttpError */
  async block(): Promise<string[]> {
    const lines: string[] = []
    let size = 0
    for (;;) {
      // Mostly the whole head came in one piece: nothing is waited for then.
      const line = this.heldLine(HEAD_LIMIT) ?? (await this.line())
      if (line === undefined) throw new HttpError(400, 'unexpected EOF')
      if (line === '') return lines
      size += line.length
      if (size > HEAD_LIMIT) throw new HttpError(431, 'header too large')
      lines.push(line)
    }
  }

  /** The next line, when all of it is here. */
  private heldLine(limit: number): string | undefined {
    const end = this.held.indexOf(10, this.searched)
    if (end > limit || (end < 0 && this.held.length > limit)) throw new HttpError(431, 'header too large')
    this.searched = end < 0 ? this.held.length : 0
    if (end < 0) return undefined
    const line = latin1(this.held, end > 0 && this.held[end - 1] === 13 ? end - 1 : end)
    this.held = this.held.subarray(end + 1)
    return line
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

function latin1(bytes: Uint8Array, end: number): string {
  let text = ''
  for (let at = 0; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}
