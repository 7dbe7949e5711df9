import { displayWidth } from '../../text/width.ts'

/** A place in the text: index of the line, UTF-16 index in it. */
export interface Place {
  readonly row: number
  readonly col: number
}

/** What a change was, for the message of undo. nano's own words. */
export type Change =
  | 'addition'
  | 'deletion'
  | 'line break'
  | 'line join'
  | 'cut'
  | 'paste'
  | 'replacement'
  | 'justification'
  | 'insertion'
  | 'indent'
  | 'unindent'
  | 'comment'
  | 'erasure'

interface Step {
  readonly change: Change
  readonly lines: readonly string[]
  readonly cursor: Place
  readonly modified: boolean
}

/** Where a typed run of one kind may go on as one change. */
const JOINING: ReadonlySet<Change> = new Set(['addition', 'deletion', 'cut'])

const before = (a: Place, b: Place): boolean => a.row < b.row || (a.row === b.row && a.col < b.col)

/** A text as nano holds it: its last line is empty, so that the cursor can go behind the last newline. */
export class Buffer {
  path: string
  lines: string[] = ['']
  row = 0
  col = 0
  /** The column that moves up and down try to keep. */
  wanted = 0
  /** The first line on the screen. */
  top = 0
  modified = false
  mark: Place | undefined
  /** What a search shows as found, until the next key. */
  spotlight: { readonly row: number; readonly from: number; readonly to: number } | undefined
  private past: Step[] = []
  private future: Step[] = []
  private joins: Change | undefined

  constructor(path: string) {
    this.path = path
  }

  load(text: string): void {
    this.lines = text.split('\n')
    if (this.lines.at(-1) !== '') this.lines.push('')
  }

  get text(): string {
    return this.lines.join('\n')
  }

  get line(): string {
    return this.lines[this.row] ?? ''
  }

  get cursor(): Place {
    return { row: this.row, col: this.col }
  }

  /** Column on the screen, tabs counted. */
  columnAt(tab: number, row = this.row, col = this.col): number {
    return widthOf((this.lines[row] ?? '').slice(0, col), tab)
  }

  moveTo(row: number, col: number): void {
    this.row = Math.max(0, Math.min(this.lines.length - 1, row))
    this.col = Math.max(0, Math.min(this.line.length, col))
    this.joins = undefined
  }

  /** Another line, as near as can be to a column of the screen. */
  moveToColumn(row: number, column: number, tab: number): void {
    this.moveTo(row, 0)
    this.col = indexAt(this.line, column, tab)
  }

  /** To be called before a change. Changes of one kind that follow each other are undone at once. */
  remember(change: Change): void {
    if (this.joins === change && JOINING.has(change) && this.past.length > 0) return
    this.past.push(this.step(change))
    this.future = []
    this.joins = change
  }

  /** The next change is undone by itself. */
  separate(): void {
    this.joins = undefined
  }

  private step(change: Change): Step {
    return { change, lines: [...this.lines], cursor: this.cursor, modified: this.modified }
  }

  /** @returns what was undone */
  undo(): Change | undefined {
    return this.travel(this.past, this.future)
  }

  redo(): Change | undefined {
    return this.travel(this.future, this.past)
  }

  private travel(from: Step[], to: Step[]): Change | undefined {
    const step = from.pop()
    if (!step) return undefined
    to.push(this.step(step.change))
    this.lines = [...step.lines]
    this.moveTo(step.cursor.row, step.cursor.col)
    this.modified = step.modified
    return step.change
  }

  /** Puts text at the cursor and goes behind it. */
  insert(text: string): void {
    const head = this.line.slice(0, this.col)
    const added = (head + text).split('\n')
    const last = added.at(-1) ?? ''
    const tail = this.line.slice(this.col)
    this.lines.splice(this.row, 1, ...added.slice(0, -1), last + tail)
    this.row += added.length - 1
    this.col = last.length
    this.changed()
  }

  /** Takes out what is between two places and goes there. @returns it */
  remove(from: Place, to: Place): string {
    const text = this.between(from, to)
    const head = (this.lines[from.row] ?? '').slice(0, from.col)
    const tail = (this.lines[to.row] ?? '').slice(to.col)
    this.lines.splice(from.row, to.row - from.row + 1, head + tail)
    this.row = from.row
    this.col = from.col
    this.changed()
    return text
  }

  between(from: Place, to: Place): string {
    if (from.row === to.row) return (this.lines[from.row] ?? '').slice(from.col, to.col)
    const middle = this.lines.slice(from.row + 1, to.row)
    return [(this.lines[from.row] ?? '').slice(from.col), ...middle, (this.lines[to.row] ?? '').slice(0, to.col)].join(
      '\n',
    )
  }

  changed(): void {
    this.modified = true
    if (this.lines.at(-1) !== '') this.lines.push('')
  }

  /** What is marked, from its beginning to its end. */
  get region(): readonly [from: Place, to: Place] | undefined {
    if (!this.mark) return undefined
    return before(this.mark, this.cursor) ? [this.mark, this.cursor] : [this.cursor, this.mark]
  }

  /** Lines that the mark reaches into, or the one of the cursor. */
  get rowsMarked(): readonly [first: number, last: number] {
    const region = this.region
    if (!region) return [this.row, this.row]
    const [from, to] = region
    return [from.row, to.col === 0 && to.row > from.row ? to.row - 1 : to.row]
  }
}

const COMBINING = /\p{M}/u

/** Columns of a text, tabs to the next stop, control characters as `^X`. */
export function widthOf(text: string, tab: number): number {
  let column = 0
  for (const char of text) {
    if (char === '\t') column += tab - (column % tab)
    else if (char < ' ' || char === '\x7f') column += 2
    else column += char < '\x7f' ? 1 : displayWidth(char)
  }
  return column
}

/** The character that stands at a column of the screen, or before it. */
export function indexAt(line: string, column: number, tab: number): number {
  let at = 0
  let used = 0
  for (const char of line) {
    const width = widthOf(char === '\t' ? '\t' : char, tab)
    used += char === '\t' ? tab - (used % tab) : width
    if (used > column) break
    at += char.length
  }
  while (at < line.length && COMBINING.test(line.charAt(at))) at++
  return at
}
