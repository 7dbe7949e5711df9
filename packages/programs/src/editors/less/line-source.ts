/** Lines of a file or pipe, read only as far as somebody asks: a file of gigabytes opens as fast as a small one. */
import { isErrno, type Sys } from '@drydock/abi'
import { decodeText } from '../../text/encoding.ts'

const CHUNK = 65_536
const NEWLINE = 10

/** Lines as a pager sees them. */
export interface Lines {
  readonly lines: readonly string[]
  readonly complete: boolean
  readonly bytes: number
  ensure(index: number): Promise<boolean>
  more(): Promise<boolean>
  offset(index: number): number
  /** The number that -N shows, from 1. */
  numberOf(index: number): number
  close(): void
}

export class LineSource implements Lines {
  readonly lines: string[] = []
  /** All was read: what `lines` holds is the whole file. */
  complete = false
  /** Bytes before each line. */
  private readonly offsets: number[] = [0]
  private readonly sys: Sys
  private readonly fd: number
  private rest: Uint8Array[] = []
  private restLength = 0
  private bytesRead = 0

  constructor(sys: Sys, fd: number) {
    this.sys = sys
    this.fd = fd
  }

  /** Reads until line `index` is there or the input ends. @returns false when it was interrupted by a signal */
  async ensure(index: number): Promise<boolean> {
    while (this.lines.length <= index && !this.complete) {
      const wait = this.sys.tick()
      if (wait) await wait
      if (!(await this.readChunk())) return false
    }
    return true
  }

  /** Reads what was written to the file since its end was met. @returns whether there was any */
  async more(): Promise<boolean> {
    const before = this.bytesRead
    this.reopenLastLine()
    this.complete = false
    while (!this.complete) if (!(await this.readChunk())) break
    return this.bytesRead > before
  }

  /** Bytes before line `index`, for the percentages of prompts. */
  offset(index: number): number {
    return this.offsets[Math.min(index, this.offsets.length - 1)] ?? 0
  }

  numberOf(index: number): number {
    return index + 1
  }

  get bytes(): number {
    return this.bytesRead
  }

  close(): void {
    if (this.fd > 2) this.sys.close(this.fd)
  }

  private async readChunk(): Promise<boolean> {
    try {
      const got = this.sys.read(this.fd, CHUNK)
      const bytes = got instanceof Promise ? await got : got
      this.bytesRead += bytes.length
      if (bytes.length === 0) this.finish()
      else this.split(bytes)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code === 'EINTR') return false
      this.finish()
      return true
    }
  }

  private split(bytes: Uint8Array): void {
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.push(bytes.subarray(start, end))
      start = end + 1
      this.offsets.push(this.bytesRead - bytes.length + start)
    }
    if (start < bytes.length) this.keep(bytes.subarray(start))
  }

  private keep(bytes: Uint8Array): void {
    this.rest.push(bytes)
    this.restLength += bytes.length
  }

  private push(tail: Uint8Array): void {
    const line = this.restLength === 0 ? tail : joined([...this.rest, tail], this.restLength + tail.length)
    this.rest = []
    this.restLength = 0
    this.lines.push(decodeText(line))
  }

  private finish(): void {
    this.complete = true
    if (this.restLength === 0) return
    const kept = this.rest
    const length = this.restLength
    this.push(new Uint8Array(0))
    this.unfinished = { kept, length }
  }

  /** A last line without newline: more of it may be written. */
  private unfinished: { kept: Uint8Array[]; length: number } | undefined
  private reopenLastLine(): void {
    if (!this.unfinished) return
    this.rest = this.unfinished.kept
    this.restLength = this.unfinished.length
    this.unfinished = undefined
    this.lines.pop()
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
