/** The lines of an edited file and what can be undone of them. There is always one line. */
export interface Place {
  readonly row: number
  readonly col: number
}

interface Snapshot {
  readonly lines: readonly string[]
  readonly cursor: Place
  /** When it was made. */
  readonly ms: number
}

/** What undo or redo has done. */
export interface Travel {
  readonly place: Place
  /** Lines that there are more. */
  readonly lines: number
  /** Lines that differ. */
  readonly changed: number
  /** The step's number, counted from 1. */
  readonly number: number
  readonly back: boolean
  readonly ageMs: number
}

const DEEPEST_UNDO = 1000

export const samePlace = (a: Place, b: Place): boolean => a.row === b.row && a.col === b.col
export const isBefore = (a: Place, b: Place): boolean => a.row < b.row || (a.row === b.row && a.col < b.col)
export const firstText = (line: string): number => Math.max(0, line.search(/\S|$/))

export class Text {
  lines: string[] = ['']
  /** Changes since the file was read or written. */
  modified = false
  /** The last line of the file had no newline. */
  unterminated = false
  /** Where the last change was made, for `'.` and `g;`. */
  readonly changes: Place[] = []
  private past: Snapshot[] = []
  private future: Snapshot[] = []
  private base: readonly string[] = this.lines

  load(content: string): void {
    const lines = content.split('\n')
    this.unterminated = content !== '' && lines.at(-1) !== ''
    if (!this.unterminated && lines.length > 1) lines.pop()
    this.lines = lines
    this.modified = false
    this.past = []
    this.future = []
    this.base = [...lines]
  }

  get empty(): boolean {
    return this.lines.length === 1 && this.lines[0] === ''
  }

  line(row: number): string {
    return this.lines[row] ?? ''
  }

  /** Lines as they go into a file. */
  content(from = 0, to = this.lines.length - 1): string {
    return this.empty ? '' : `${this.lines.slice(from, to + 1).join('\n')}\n`
  }

  setLine(row: number, text: string, col = 0): void {
    this.lines[row] = text
    this.touch({ row, col })
  }

  splice(row: number, count: number, ...added: readonly string[]): string[] {
    const gone = this.lines.splice(row, count, ...added)
    if (this.lines.length === 0) this.lines = ['']
    this.touch({ row: Math.min(row, this.lines.length - 1), col: 0 })
    return gone
  }

  /** What stands between two places; the second is not part of it. */
  slice(from: Place, to: Place): string {
    if (from.row === to.row) return this.line(from.row).slice(from.col, to.col)
    const middle = this.lines.slice(from.row + 1, to.row)
    return [this.line(from.row).slice(from.col), ...middle, this.line(to.row).slice(0, to.col)].join('\n')
  }

  /** @returns where the new text ends */
  replace(from: Place, to: Place, text: string): Place {
    const head = this.line(from.row).slice(0, from.col)
    const tail = this.line(to.row).slice(to.col)
    const added = (head + text).split('\n')
    const last = added.at(-1) ?? ''
    this.lines.splice(from.row, to.row - from.row + 1, ...added.slice(0, -1), last + tail)
    this.touch(from)
    return { row: from.row + added.length - 1, col: last.length }
  }

  private touch(place: Place): void {
    this.modified = true
    if (this.changes.at(-1)?.row !== place.row) this.changes.push(place)
    if (this.changes.length > 100) this.changes.shift()
  }

  /** One command is over: what it changed is one step of undo. */
  commit(cursor: Place, ms: number): void {
    const { base, lines } = this
    if (base.length === lines.length && base.every((line, row) => line === lines[row])) return
    this.past.push({ lines: base, cursor, ms })
    if (this.past.length > DEEPEST_UNDO) this.past.shift()
    this.future = []
    this.base = [...lines]
  }

  undo(nowMs: number): Travel | undefined {
    return this.travel(this.past, this.future, nowMs)
  }

  redo(nowMs: number): Travel | undefined {
    return this.travel(this.future, this.past, nowMs)
  }

  private travel(from: Snapshot[], to: Snapshot[], nowMs: number): Travel | undefined {
    const snapshot = from.pop()
    if (!snapshot) return undefined
    to.push({ lines: this.base, cursor: snapshot.cursor, ms: snapshot.ms })
    const before = this.lines
    this.lines = [...snapshot.lines]
    this.base = snapshot.lines
    this.modified = true
    const row = this.lines.findIndex((line, at) => line !== before[at])
    const back = from === this.past
    return {
      place: { row: row < 0 ? Math.min(snapshot.cursor.row, this.lines.length - 1) : row, col: snapshot.cursor.col },
      lines: this.lines.length - before.length,
      changed: this.lines.filter((line, at) => line !== before[at]).length,
      number: back ? this.past.length + 1 : this.past.length,
      back,
      ageMs: nowMs - snapshot.ms,
    }
  }
}
