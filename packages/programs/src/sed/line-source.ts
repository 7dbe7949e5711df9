import { isDirectory, isErrno, type MaybePromise, type Sys } from '@drydock/abi'
import { LineReader } from '../text/line-reader.ts'

export interface SourceLine {
  readonly text: string
  readonly terminated: boolean
}

/** Where sed reads its lines and writes what comes of them; one look ahead tells the last line. */
export interface LineSource {
  readonly line: number
  readonly fileName: string
  /** Nothing follows the current line. */
  readonly ended: boolean
  next(): MaybePromise<SourceLine | undefined>
  isLast(): Promise<boolean>
  output(data: string | Uint8Array): MaybePromise<void>
}

export class FileLines implements LineSource {
  line = 0
  fileName = '-'
  failed = false
  private ahead: SourceLine | undefined
  private looked = false
  private reader: LineReader | undefined
  private fd = -1
  private readonly sys: Sys
  private readonly paths: string[]
  private readonly separator: number
  private readonly write: (data: string | Uint8Array) => MaybePromise<void>
  private readonly complain: (message: string) => Promise<void>

  constructor(
    sys: Sys,
    paths: readonly string[],
    separator: number,
    write: (data: string | Uint8Array) => MaybePromise<void>,
    complain: (message: string) => Promise<void>,
  ) {
    this.sys = sys
    this.paths = [...paths]
    this.separator = separator
    this.write = write
    this.complain = complain
  }

  get ended(): boolean {
    return this.looked && this.ahead === undefined
  }

  output(data: string | Uint8Array): MaybePromise<void> {
    return this.write(data)
  }

  private read(): MaybePromise<SourceLine | undefined> {
    const text = this.reader?.next()
    if (typeof text !== 'string') return this.readOn(text)
    return { text, terminated: this.reader?.terminated ?? true }
  }

  /** Waits for more of the file, or goes on to the next one. */
  private async readOn(first: MaybePromise<string | undefined>): Promise<SourceLine | undefined> {
    let got = first
    for (;;) {
      if (!this.reader && !(await this.open())) return undefined
      const text = await (got ?? this.reader?.next())
      got = undefined
      if (text !== undefined) return { text, terminated: this.reader?.terminated ?? true }
      if (this.fd > 0) this.sys.close(this.fd)
      this.reader = undefined
    }
  }

  private async open(): Promise<boolean> {
    for (;;) {
      const path = this.paths.shift()
      if (path === undefined) return false
      try {
        this.fd = path === '-' ? 0 : this.sys.open(path, 0)
        if (isDirectory(this.sys.fstat(this.fd).mode)) {
          this.failed = true
          await this.complain(`read error on ${path}: Is a directory`)
          continue
        }
        this.fileName = path
        this.reader = new LineReader(this.sys, this.fd, this.separator)
        return true
      } catch (error) {
        if (!isErrno(error)) throw error
        this.failed = true
        await this.complain(`can't read ${path}: ${error.message}`)
      }
    }
  }

  next(): MaybePromise<SourceLine | undefined> {
    const line = this.looked ? this.ahead : this.read()
    if (line instanceof Promise) return line.then((came) => this.take(came))
    return this.take(line)
  }

  private take(line: SourceLine | undefined): MaybePromise<SourceLine | undefined> {
    this.looked = false
    if (line) this.line++
    // A last line without a newline is printed without one: whether it is the last must be known by then.
    return line && !line.terminated ? this.isLast().then(() => line) : line
  }

  async isLast(): Promise<boolean> {
    if (!this.looked) {
      this.ahead = await this.read()
      this.looked = true
    }
    return this.ahead === undefined
  }
}
