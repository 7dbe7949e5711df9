import type { Writable } from 'readable-stream'
import type { Key } from './keypress.ts'
import { columnsOf } from './table.ts'

/** What the editor does to its surroundings. */
export interface EditorEvents {
  line(text: string): void
  /** ^C, ^D, ^Z and the like. */
  interrupt(): void
  end(): void
  suspend(): void
  complete(text: string, done: (found: readonly [matches: readonly string[], typed: string]) => void): void
  history(lines: string[]): void
}
interface Output extends Writable {
  readonly columns?: number
}

const CLEAR = '\x1b[0J'
const to = (column: number): string => `\x1b[${column + 1}G`
const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '')
const WORD_BACK = /(?:[^\w\s]+|\w+|)\s*$/
const WORD_ON = /^(?:\s+|[^\w\s]+|\w+)\s*/

/** Edits a line on a terminal that echoes nothing itself, with a history; lib/internal/readline/interface.js */
export class LineEditor {
  line = ''
  cursor = 0
  prompt = '> '
  readonly history: string[]
  private readonly output: Output | undefined
  private readonly events: EditorEvents
  private readonly historySize: number
  private readonly distinct: boolean
  private at = -1
  /** What was typed before going back in history. */
  private own = ''
  private rows = 0
  private killed = ''
  private undone: { line: string; cursor: number }[] = []
  private lastTab = false

  constructor(
    output: Output | undefined,
    events: EditorEvents,
    given: { history?: string[]; historySize?: number; distinct?: boolean },
  ) {
    this.output = output
    this.events = events
    this.history = [...(given.history ?? [])]
    this.historySize = given.historySize ?? 30
    this.distinct = given.distinct ?? false
  }

  private put(text: string): void {
    this.output?.write(text)
  }
  private get columns(): number {
    return this.output?.columns ?? Number.POSITIVE_INFINITY
  }
  private place(text: string): { readonly rows: number; readonly column: number } {
    const width = columnsOf(text)
    if (!Number.isFinite(this.columns)) return { rows: 0, column: width }
    return { rows: Math.floor(width / this.columns), column: width % this.columns }
  }
  get cursorPlace(): { readonly rows: number; readonly cols: number } {
    const { rows, column } = this.place(this.prompt + this.line.slice(0, this.cursor))
    return { rows, cols: column }
  }

  /** Draws prompt and line anew, and puts the cursor where it is. */
  refresh(): void {
    const whole = this.place(this.prompt + this.line)
    const own = this.place(this.prompt + this.line.slice(0, this.cursor))
    this.put(`${up(this.rows)}${to(0)}${CLEAR}${this.prompt}${this.line}`)
    if (whole.column === 0 && whole.rows > 0) this.put(' ')
    this.put(`${to(own.column)}${up(whole.rows - own.rows)}`)
    this.rows = own.rows
  }
  forget(): void {
    this.rows = 0
  }

  insert(text: string): void {
    this.remember()
    const { line, cursor } = this
    this.line = line.slice(0, cursor) + text + line.slice(cursor)
    this.cursor += text.length
    if (cursor < line.length || this.place(this.prompt + this.line).column === 0) this.refresh()
    else this.put(text)
  }
  private remember(): void {
    this.undone.push({ line: this.line, cursor: this.cursor })
    if (this.undone.length > 2048) this.undone.shift()
  }
  private undo(): void {
    const before = this.undone.pop()
    if (!before) return
    ;({ line: this.line, cursor: this.cursor } = before)
    this.refresh()
  }
  private remove(from: number, until: number, kept = false): void {
    if (from >= until) return
    this.remember()
    if (kept) this.killed = this.line.slice(from, until)
    this.line = this.line.slice(0, from) + this.line.slice(until)
    this.cursor = from
    this.refresh()
  }
  private move(wanted: number): void {
    const before = this.cursorPlace
    this.cursor = Math.max(0, Math.min(this.line.length, wanted))
    const now = this.cursorPlace
    if (before.rows !== now.rows) return this.refresh()
    const by = now.cols - before.cols
    if (by !== 0) this.put(by > 0 ? `\x1b[${by}C` : `\x1b[${-by}D`)
  }
  private get back(): number {
    return this.cursor - (WORD_BACK.exec(this.line.slice(0, this.cursor))?.[0].length ?? 0)
  }
  private get on(): number {
    return this.cursor + (WORD_ON.exec(this.line.slice(this.cursor))?.[0].length ?? 0)
  }

  private recall(way: 1 | -1): void {
    if (this.at < 0) this.own = this.line
    let next = this.at + way
    // Only what begins as the line did, and none twice.
    while (next >= 0 && next < this.history.length && !this.fits(this.history[next] ?? '')) next += way
    if (next >= this.history.length || next < -1) {
      if (way < 0 || this.at < 0) return
      return
    }
    this.at = Math.max(-1, next)
    this.line = this.at < 0 ? this.own : (this.history[this.at] ?? '')
    this.cursor = this.line.length
    this.refresh()
  }
  private fits(text: string): boolean {
    return text.startsWith(this.own) && text !== this.line
  }

  private keep(text: string): void {
    if (text.trim() === '' || this.historySize === 0 || this.history[0] === text) return
    const before = this.distinct ? this.history.indexOf(text) : -1
    if (before >= 0) this.history.splice(before, 1)
    this.history.unshift(text)
    if (this.history.length > this.historySize) this.history.pop()
    this.events.history(this.history)
  }

  submit(): void {
    this.move(this.line.length)
    this.put('\r\n')
    const text = this.line
    this.clear()
    this.keep(text)
    this.events.line(text)
  }
  clear(): void {
    this.line = ''
    this.cursor = 0
    this.rows = 0
    this.at = -1
    this.undone = []
  }

  private tab(): void {
    const again = this.lastTab
    this.events.complete(this.line.slice(0, this.cursor), ([matches, typed]) => {
      const found = matches.filter((each) => each !== '')
      if (found.length === 0) return
      const shared = sharedBeginning(found)
      if (shared.length > typed.length && shared.startsWith(typed)) return this.insert(shared.slice(typed.length))
      if (found.length === 1 || !again) {
        this.lastTab = true
        return
      }
      this.put(`\r\n${listed(matches, Number.isFinite(this.columns) ? this.columns : 80)}`)
      this.rows = 0
      this.refresh()
    })
  }

  /** One key. @param typed the text of it, where it has one */
  press(typed: string | undefined, key: Key): void {
    const name = `${key.ctrl ? 'C-' : ''}${key.meta && key.name !== 'escape' ? 'M-' : ''}${key.name ?? ''}`
    const wasTab = name === 'tab'
    const action = ACTIONS[name]
    if (!wasTab) this.lastTab = false
    if (wasTab) {
      this.tab()
      if (!this.lastTab) this.lastTab = true
    } else if (action) action(this)
    else if (typed !== undefined && !key.ctrl && !key.meta && typed >= ' ') this.insert(typed)
  }

  static readonly actions: Readonly<Record<string, (editor: LineEditor) => void>> = {
    'C-c': (e) => e.events.interrupt(),
    'C-d': (e) => (e.line === '' ? e.events.end() : e.remove(e.cursor, e.cursor + 1)),
    'C-z': (e) => e.events.suspend(),
    'C-l': (e) => (e.put('\x1b[1;1H\x1b[0J'), (e.rows = 0), e.refresh()),
    'C-u': (e) => e.remove(0, e.cursor, true),
    'C-k': (e) => e.remove(e.cursor, e.line.length, true),
    'C-w': (e) => e.remove(e.back, e.cursor, true),
    'C-backspace': (e) => e.remove(e.back, e.cursor, true),
    'M-backspace': (e) => e.remove(e.back, e.cursor, true),
    'M-d': (e) => e.remove(e.cursor, e.on, true),
    'C-delete': (e) => e.remove(e.cursor, e.on, true),
    'C-y': (e) => e.insert(e.killed),
    'C-_': (e) => e.undo(),
    'C-a': (e) => e.move(0),
    'C-e': (e) => e.move(e.line.length),
    'C-b': (e) => e.move(e.cursor - 1),
    'C-f': (e) => e.move(e.cursor + 1),
    'C-h': (e) => e.remove(e.cursor - 1, e.cursor),
    'C-left': (e) => e.move(e.back),
    'M-b': (e) => e.move(e.back),
    'C-right': (e) => e.move(e.on),
    'M-f': (e) => e.move(e.on),
    'C-p': (e) => e.recall(1),
    'C-n': (e) => e.recall(-1),
    'C-j': (e) => e.submit(),
    'C-m': (e) => e.submit(),
    return: (e) => e.submit(),
    enter: (e) => e.submit(),
    backspace: (e) => e.remove(e.cursor - 1, e.cursor),
    delete: (e) => e.remove(e.cursor, e.cursor + 1),
    left: (e) => e.move(e.cursor - 1),
    right: (e) => e.move(e.cursor + 1),
    home: (e) => e.move(0),
    end: (e) => e.move(e.line.length),
    up: (e) => e.recall(1),
    down: (e) => e.recall(-1),
  }
}
const ACTIONS = LineEditor.actions

function sharedBeginning(words: readonly string[]): string {
  let [shared = ''] = words
  for (const word of words) while (!word.startsWith(shared)) shared = shared.slice(0, -1)
  return shared
}

/** Words in columns, two blanks apart. */
function listed(words: readonly string[], width: number): string {
  const widest = Math.max(...words.map(columnsOf)) + 2
  const perRow = Math.max(1, Math.floor(width / widest))
  let [text, held] = ['', 0]
  for (const [at, word] of words.entries()) {
    if (word === '' || held === perRow) {
      text = `${text.trimEnd()}\r\n`
      held = 0
    }
    if (word === '') continue
    const last = held === perRow - 1 || at === words.length - 1
    text += last ? word : word.padEnd(widest)
    held++
  }
  return `${text.trimEnd()}\r\n\r\n`
}
