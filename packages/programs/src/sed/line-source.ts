import { isDirectory, isErrno, type Sys } from '@drydock/abi'
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
  next(): Promise<SourceLine | undefined>
  isLast(): Promise<boolean>
  output(bytes: Uint8Array): Promise<void> | void
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
  private readonly write: (bytes: Uint8Array) => Promise<void> | void
  private readonly complain: (message: string) => Promise<void>

  constructor(
    sys: Sys,
    paths: readonly string[],
    separator: number,
    write: (bytes: Uint8Array) => Promise<void> | void,
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

  output(bytes: Uint8Array): Promise<void> | void {
    return this.write(bytes)
  }

  private async read(): Promise<SourceLine | undefined> {
    for (;;) {
      if (!this.reader && !(await this.open())) return undefined
      const text = await this.reader?.next()
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

  async next(): Promise<SourceLine | undefined> {
    const line = this.looked ? this.ahead : await this.read()
    this.looked = false
    if (line) this.line++
    // A last line without a newline is printed without one: whether it is the last must be known by then.
    if (line && !line.terminated) await this.isLast()
    return line
  }

  async isLast(): Promise<boolean> {
    if (!this.looked) {
      this.ahead = await this.read()
      this.looked = true
    }
    return this.ahead === undefined
  }
}
