/** A line; marks and lists of lines hold it, so equal texts are not the same line. */
export interface Line {
  text: string
}

interface Snapshot {
  readonly lines: readonly Line[]
  readonly texts: readonly string[]
  readonly current: number
  readonly modified: boolean
}

/** The text, counted from 1, with the line that commands are about; 0 is before the first. */
export class Buffer {
  lines: Line[] = []
  current = 0
  modified = false
  readonly marks = new Map<string, Line>()
  /** What was deleted or yanked last. */
  cut: readonly string[] = []
  private before: Snapshot | undefined

  get last(): number {
    return this.lines.length
  }

  line(number: number): Line | undefined {
    return this.lines[number - 1]
  }

  numberOf(line: Line | undefined): number {
    return line ? this.lines.indexOf(line) + 1 : 0
  }

  texts(from: number, to: number): string[] {
    return this.lines.slice(from - 1, to).map(({ text }) => text)
  }

  /** Puts texts behind a line; the last of them is the current one. */
  insert(after: number, texts: readonly string[]): void {
    if (texts.length === 0) return
    this.lines.splice(after, 0, ...texts.map((text) => ({ text })))
    this.current = after + texts.length
    this.modified = true
  }

  remove(from: number, to: number): void {
    this.cut = this.texts(from, to)
    this.lines.splice(from - 1, to - from + 1)
    this.current = Math.min(from, this.last)
    this.modified = true
  }

  move(from: number, to: number, after: number): void {
    const moved = this.lines.splice(from - 1, to - from + 1)
    const place = after > to ? after - moved.length : after
    this.lines.splice(place, 0, ...moved)
    this.current = place + moved.length
    this.modified = true
  }

  /** To be called before a command changes anything. */
  remember(): void {
    this.before = this.snapshot()
  }

  /** @returns whether there was something to undo; undone twice, all is as before */
  undo(): boolean {
    const { before } = this
    if (!before) return false
    this.before = this.snapshot()
    this.lines = [...before.lines]
    for (const [at, line] of this.lines.entries()) line.text = before.texts[at] ?? ''
    this.current = before.current
    this.modified = before.modified
    return true
  }

  forgetChanges(): void {
    this.before = undefined
  }

  private snapshot(): Snapshot {
    const { lines, current, modified } = this
    return { lines: [...lines], texts: lines.map(({ text }) => text), current, modified }
  }
}
