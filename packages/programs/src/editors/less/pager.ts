/** One file under less: where the window stands in it, and what the prompt says. less(1). */
import { type DisplayOptions, rowsOfLine, searchText } from './display.ts'
import type { Lines } from './line-source.ts'

/** The top of the window: a row of a line's rows. */
export interface Place {
  line: number
  row: number
}

export class Pager {
  readonly name: string
  readonly source: Lines
  readonly options: DisplayOptions
  top: Place = { line: 0, row: 0 }
  private left: Place = { line: 0, row: 0 }
  rows = 24
  cols = 80
  /** The line after the last that shows. */
  bottom = 0
  /** The end of the file shows. */
  atEnd = false
  readonly marks = new Map<string, Place>()
  /** A file shorter than the screen, as it is shown at first: the prompt stands right below it. */
  squished = true

  constructor(name: string, source: Lines, options: DisplayOptions) {
    this.name = name
    this.source = source
    this.options = options
  }

  private rowsAt(line: number): string[] {
    return rowsOfLine(this.source.lines[line] ?? '', this.source.numberOf(line), this.cols, this.options)
  }

  /** The rows of the window, with `~` after the end. */
  async window(): Promise<string[]> {
    const height = this.rows - 1
    const shown: string[] = []
    let line = this.top.line
    let skip = this.top.row
    while (shown.length < height) {
      await this.source.ensure(line)
      if (line >= this.source.lines.length) break
      shown.push(...this.rowsAt(line).slice(skip))
      skip = 0
      line += 1
    }
    if (shown.length <= height) await this.source.ensure(line)
    this.bottom = Math.min(line, this.source.lines.length)
    this.atEnd = shown.length <= height && line >= this.source.lines.length && this.source.complete
    this.squished &&= shown.length < height && this.top.line === 0
    while (!this.squished && shown.length < height) shown.push('\x1b[1m~\x1b[0m')
    return shown.slice(0, height)
  }

  /** Before a jump: `''` comes back here. */
  leave(): void {
    this.left = { ...this.top }
  }

  /** `''`: where the last jump began, or the beginning. */
  back(): void {
    const here = { ...this.top }
    this.top = this.left
    this.left = here
  }

  /** The first line that shows of those from a number of the file on. */
  async toNumber(number: number): Promise<void> {
    for (let line = 0; ; line++) {
      await this.source.ensure(line)
      if (line >= this.source.lines.length) return
      if (this.source.numberOf(line) >= number) return void (this.top = { line, row: 0 })
    }
  }

  /** @returns false when the end stops it */
  async forward(rows: number, past = false): Promise<boolean> {
    for (let i = 0; i < rows; i++) {
      if (!past && (await this.endShows())) return i > 0
      const here = this.rowsAt(this.top.line).length
      if (this.top.row + 1 < here) this.top = { line: this.top.line, row: this.top.row + 1 }
      else if (this.top.line + 1 < this.source.lines.length) this.top = { line: this.top.line + 1, row: 0 }
      else return i > 0
    }
    return true
  }

  private async endShows(): Promise<boolean> {
    let count = -this.top.row
    for (let line = this.top.line; count <= this.rows - 1; line++) {
      await this.source.ensure(line)
      if (line >= this.source.lines.length) return count <= this.rows - 1
      count += this.rowsAt(line).length
    }
    return false
  }

  backward(rows: number): void {
    for (let i = 0; i < rows; i++) {
      if (this.top.row > 0) this.top = { line: this.top.line, row: this.top.row - 1 }
      else if (this.top.line > 0) this.top = { line: this.top.line - 1, row: this.rowsAt(this.top.line - 1).length - 1 }
      else return
    }
  }

  /** Puts the last line at the bottom. @returns false when reading was interrupted */
  async toEnd(): Promise<boolean> {
    const whole = await this.source.ensure(Number.POSITIVE_INFINITY)
    this.top = { line: this.source.lines.length, row: 0 }
    this.backward(this.rows - 1)
    return whole
  }

  async toLine(line: number): Promise<boolean> {
    await this.source.ensure(line)
    if (line >= this.source.lines.length) return false
    this.top = { line, row: 0 }
    return true
  }

  /** The `nth` line that matches (or does not, with `invert`) from the window on. @returns false when there is none */
  async find(regexp: RegExp, forward: boolean, nth: number, invert: boolean, from: number): Promise<boolean> {
    const step = forward ? 1 : -1
    let left = nth
    for (let line = from; line >= 0; line += step) {
      if (!(await this.source.ensure(line)) || line >= this.source.lines.length) return false
      regexp.lastIndex = 0
      const hit = regexp.test(searchText(this.source.lines[line] ?? '', this.options)) !== invert
      if (!hit || --left > 0) continue
      this.top = { line, row: 0 }
      if (await this.endShows()) await this.keepFull()
      return true
    }
    return false
  }

  /** A match near the end: the window stays full, as long as the line shows. */
  private async keepFull(): Promise<void> {
    const { line } = this.top
    await this.toEnd()
    if (this.top.line > line) this.top = { line, row: 0 }
  }

  /** 0 to 100, of bytes; undefined while the size is not known. @param size  of a file, undefined for a pipe */
  percent(size: number | undefined): number | undefined {
    const whole = this.source.complete ? this.source.bytes : size
    if (!whole) return undefined
    return Math.floor((this.source.offset(this.bottom) / whole) * 100)
  }
}
