import { ENOENT, isDirectory, EISDIR, isErrno, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'

interface Snapshot {
  readonly lines: readonly string[]
  readonly row: number
  readonly column: number
}

/** The text of an editor: lines, a cursor, and what can be undone. There is always one line. */
export class TextBuffer {
  lines: string[] = ['']
  row = 0
  column = 0
  modified = false
  /** The last line of the file had no newline. */
  unterminated = false
  private past: Snapshot[] = []
  private future: Snapshot[] = []

  get line(): string {
    return this.lines[this.row] ?? ''
  }

  set line(text: string) {
    this.lines[this.row] = text
    this.modified = true
  }

  /** @returns whether the file is new @throws Errno when it cannot be read */
  async load(sys: Sys, path: string): Promise<boolean> {
    try {
      if (isDirectory(sys.stat(path).mode)) throw EISDIR
      this.setText(await readTextFile(sys, path))
      return false
    } catch (error) {
      if (error !== ENOENT) throw error
      this.setText('')
      return true
    }
  }

  setText(text: string): void {
    const lines = text.split('\n')
    this.unterminated = lines.at(-1) !== '' && text !== ''
    if (!this.unterminated && lines.length > 1) lines.pop()
    this.lines = lines
    this.row = 0
    this.column = 0
    this.modified = false
    this.past = []
    this.future = []
  }

  /** The text as it goes into the file. */
  get text(): string {
    return this.lines.length === 1 && this.lines[0] === '' ? '' : `${this.lines.join('\n')}\n`
  }

  /** @returns bytes written */
  async save(sys: Sys, path: string): Promise<number> {
    const { text } = this
    await writeFile(sys, path, text)
    this.modified = false
    return new TextEncoder().encode(text).length
  }

  /** To be called before each change. */
  remember(): void {
    this.past.push({ lines: [...this.lines], row: this.row, column: this.column })
    if (this.past.length > 200) this.past.shift()
    this.future = []
  }

  undo(): boolean {
    return this.travel(this.past, this.future)
  }

  redo(): boolean {
    return this.travel(this.future, this.past)
  }

  private travel(from: Snapshot[], to: Snapshot[]): boolean {
    const snapshot = from.pop()
    if (!snapshot) return false
    to.push({ lines: [...this.lines], row: this.row, column: this.column })
    this.lines = [...snapshot.lines]
    this.row = snapshot.row
    this.column = snapshot.column
    this.modified = true
    return true
  }

  insert(text: string): void {
    const before = this.line.slice(0, this.column)
    const after = this.line.slice(this.column)
    const added = (before + text).split('\n')
    const last = added.at(-1) ?? ''
    this.lines.splice(this.row, 1, ...added.slice(0, -1), last + after)
    this.row += added.length - 1
    this.column = last.length
    this.modified = true
  }

  /** The character before the cursor goes. */
  backspace(): void {
    if (this.column > 0) {
      this.line = this.line.slice(0, this.column - 1) + this.line.slice(this.column)
      this.column--
    } else if (this.row > 0) {
      const rest = this.line
      this.lines.splice(this.row, 1)
      this.row--
      this.column = this.line.length
      this.line += rest
    }
  }

  /** The character at the cursor goes. */
  delete(): void {
    if (this.column < this.line.length) this.line = this.line.slice(0, this.column) + this.line.slice(this.column + 1)
    else if (this.row < this.lines.length - 1) {
      this.line += this.lines[this.row + 1] ?? ''
      this.lines.splice(this.row + 1, 1)
    }
  }

  removeLines(from: number, count: number): string[] {
    const gone = this.lines.splice(from, count)
    if (this.lines.length === 0) this.lines = ['']
    this.row = Math.min(from, this.lines.length - 1)
    this.modified = true
    return gone
  }

  moveTo(row: number, column = this.column): void {
    this.row = Math.max(0, Math.min(this.lines.length - 1, row))
    this.column = Math.max(0, Math.min(this.line.length, column))
  }

  /** Goes to the next match behind the cursor, around the end. @returns false when there is none */
  search(pattern: RegExp, forward = true): boolean {
    const count = this.lines.length
    for (let step = 0; step <= count; step++) {
      const row = (this.row + (forward ? step : count - step)) % count
      const places = [
        ...(this.lines[row] ?? '').matchAll(new RegExp(pattern.source, pattern.ignoreCase ? 'gi' : 'g')),
      ].map((match) => match.index)
      const first = step === 0
      const last = step === count
      const found = forward
        ? places.find((at) => (first ? at > this.column : last ? at <= this.column : true))
        : places.findLast((at) => (first ? at < this.column : last ? at >= this.column : true))
      if (found === undefined) continue
      this.moveTo(row, found)
      return true
    }
    return false
  }
}

/** A pattern as typed; text when it is no regular expression. */
export function patternOf(text: string, ignoreCase = false): RegExp {
  try {
    return new RegExp(text, ignoreCase ? 'i' : '')
  } catch {
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), ignoreCase ? 'i' : '')
  }
}

export const messageOf = (error: unknown): string => {
  if (isErrno(error)) return error.message
  throw error
}
