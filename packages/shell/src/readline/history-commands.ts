/** Commands that look into the history. readline(3), "Commands for Manipulating the History". */
import type { Steps } from '../interp/flow.ts'
import { type Command, lineCommands, type LineResult } from './command.ts'
import type { LineEditor } from './editor.ts'

const MOVES = lineCommands([
  ['previous-history', (editor, { count }) => editor.goTo(editor.place - count)],
  ['next-history', (editor, { count }) => editor.goTo(editor.place + count)],
  ['beginning-of-history', (editor) => editor.goTo(0)],
  ['end-of-history', (editor) => editor.goTo(editor.history.length)],
  ['fetch-history', (editor, { count, counted }) => editor.goTo(counted ? count - 1 : editor.history.length)],
])

interface Direction {
  readonly by: 1 | -1
  /** Whether a line is what is looked for. */
  readonly matches: (line: string, wanted: string) => boolean
}

const starts = (line: string, wanted: string): boolean => line.startsWith(wanted)
const contains = (line: string, wanted: string): boolean => line.includes(wanted)

/** The next place in a direction whose line matches; -1 when there is none. */
export function findPlace(editor: LineEditor, from: number, wanted: string, { by, matches }: Direction): number {
  for (let place = from; place >= 0 && place < editor.history.length; place += by)
    if (matches(editor.history[place] ?? '', wanted)) return place
  return -1
}

/** Another line that has in it what stands before the cursor, which stays where it is. */
const searchByPrefix = (direction: Direction): Command =>
  function* (editor: LineEditor): Steps<undefined> {
    const { line } = editor
    const again = editor.lastCommand.startsWith('history-s')
    const wanted = again ? editor.sought : line.slice(0, line.cursor)
    editor.sought = wanted
    const place = findPlace(editor, editor.place + direction.by, wanted, {
      ...direction,
      matches: (text, part) => text !== line.text && direction.matches(text, part),
    })
    if (place < 0) {
      yield* editor.bell()
      return
    }
    editor.goTo(place)
    if (direction.matches === starts && wanted !== '') editor.line.cursor = [...wanted].length
  }

/** C-r and C-s. */
const incremental = (forward: boolean): Command =>
  function* (editor: LineEditor): Steps<LineResult | undefined> {
    return yield* new IncrementalSearch(editor, forward).run()
  }

/** A search that goes on with each key. */
class IncrementalSearch {
  private readonly editor: LineEditor
  private forward: boolean
  private wanted = ''
  private at: number
  private failing = false

  constructor(editor: LineEditor, forward: boolean) {
    this.editor = editor
    this.forward = forward
    this.at = editor.place
  }

  *run(): Steps<LineResult | undefined> {
    const { editor } = this
    const { line } = editor
    const start = { text: line.text, cursor: line.cursor, place: editor.place }
    for (;;) {
      yield* this.show()
      const key = yield* editor.keyboard.next()
      if (key === undefined) return { kind: 'end' }
      if (this.takes(key)) continue
      if (this.wanted !== '') editor.sought = this.wanted
      if (key === '\x07' || key === '\x03') {
        editor.place = start.place
        line.set(start.text, start.cursor)
      } else {
        if (this.wanted !== '') this.accept()
        if (key !== '\n') editor.keyboard.put([key])
      }
      yield* editor.reprompt()
      return undefined
    }
  }

  private accept(): void {
    const { editor } = this
    const found = editor.lineAt(this.at)
    if (this.at !== editor.place) editor.left.set(editor.place, editor.line.text)
    editor.place = this.at
    editor.line.set(found, this.column(found))
  }

  private column = (line: string): number => [...line.slice(0, Math.max(0, line.indexOf(this.wanted)))].length

  private *show(): Steps<void> {
    const { editor } = this
    const found = editor.lineAt(this.at)
    const name = this.forward ? 'i-search' : 'reverse-i-search'
    yield* editor.screen.reprompt(`(${this.failing ? 'failed ' : ''}${name})\`${this.wanted}': `)
    yield* editor.screen.draw([...found], this.column(found))
  }

  /** @returns false for a key that ends the search */
  private takes(key: string): boolean {
    const { editor } = this
    if (key === '\x12' || key === '\x13') {
      this.forward = key === '\x13'
      if (this.wanted === '') this.wanted = editor.sought
      this.find(this.at + (this.forward ? 1 : -1))
    } else if (key === '\x7f' || key === '\b') {
      this.wanted = [...this.wanted].slice(0, -1).join('')
      this.find(this.forward ? 0 : editor.history.length - 1)
    } else if (key >= ' ') {
      this.wanted += key
      this.find(Math.min(this.at, editor.history.length - 1))
    } else return false
    return true
  }

  private find(from: number): void {
    const place = findPlace(this.editor, from, this.wanted, { by: this.forward ? 1 : -1, matches: contains })
    this.failing = place < 0
    if (place >= 0) this.at = place
  }
}

/** M-p and M-n: asks for the whole text first. */
const asked = (by: 1 | -1): Command =>
  function* (editor: LineEditor): Steps<undefined> {
    const wanted = yield* askBelow(editor, ':')
    if (wanted === undefined) return
    yield* searchAgain(editor, wanted === '' ? editor.sought : wanted, by)
  }

export function* searchAgain(editor: LineEditor, wanted: string, by: 1 | -1): Steps<undefined> {
  editor.sought = wanted
  const matches = wanted.startsWith('^') ? (line: string) => line.startsWith(wanted.slice(1)) : contains
  const place = wanted === '' ? -1 : findPlace(editor, editor.place + by, wanted, { by, matches })
  if (place < 0) yield* editor.bell()
  else editor.goTo(place)
}

/** A text typed in place of the line. @returns undefined when it was called off */
export function* askBelow(editor: LineEditor, prompt: string): Steps<string | undefined> {
  let text: string[] = []
  for (;;) {
    yield* editor.screen.reprompt(prompt)
    yield* editor.screen.draw(text, text.length)
    const key = yield* editor.keyboard.next()
    if (key === '\r' || key === '\n') break
    const called = key === undefined || '\x03\x07\x1b'.includes(key) || (text.length === 0 && key === '\x7f')
    if (called) {
      yield* editor.reprompt()
      return undefined
    }
    if (key === '\x7f' || key === '\b') text.pop()
    else if (key === '\x15') text = []
    else if (key && key >= ' ') text.push(key)
  }
  yield* editor.reprompt()
  return text.join('')
}

/** C-o: runs the line, and has the one after it in the history ready. */
function* operateAndNext(editor: LineEditor): Steps<LineResult> {
  editor.next = editor.place < editor.history.length ? editor.place + 1 : undefined
  yield* editor.screen.leave()
  return { kind: 'line', text: editor.line.text }
}

const again =
  (by: 1 | -1): Command =>
  (editor) =>
    searchAgain(editor, editor.sought, by)

export const HISTORY_COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...MOVES,
  ['history-search-backward', searchByPrefix({ by: -1, matches: starts })],
  ['history-search-forward', searchByPrefix({ by: 1, matches: starts })],
  ['history-substring-search-backward', searchByPrefix({ by: -1, matches: contains })],
  ['history-substring-search-forward', searchByPrefix({ by: 1, matches: contains })],
  ['reverse-search-history', incremental(false)],
  ['forward-search-history', incremental(true)],
  ['non-incremental-reverse-search-history', asked(-1)],
  ['non-incremental-forward-search-history', asked(1)],
  ['non-incremental-reverse-search-history-again', again(-1)],
  ['non-incremental-forward-search-history-again', again(1)],
  ['operate-and-get-next', operateAndNext],
])
