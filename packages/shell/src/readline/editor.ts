import { rawTermios, type Termios } from '@drydock/abi'
import type { Steps } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { completeLine, type Completion, listing } from './completion.ts'
import { readKey } from './keys.ts'
import { LineBuffer } from './line-buffer.ts'
import { Screen } from './screen.ts'

export type LineResult =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'interrupt' }

type Edit = (line: LineBuffer) => void
/** Keys that only change the line. readline(3), "EDITING COMMANDS". */
const EDITS: ReadonlyMap<string, Edit> = new Map<string, Edit>([
  ['\x01', (line) => void (line.cursor = 0)],
  ['\x05', (line) => void (line.cursor = line.chars.length)],
  ['\x02', (line) => void (line.cursor = Math.max(0, line.cursor - 1))],
  ['\x06', (line) => void (line.cursor = Math.min(line.chars.length, line.cursor + 1))],
  ['\x08', (line) => line.cursor > 0 && line.remove(line.cursor - 1, line.cursor, false)],
  ['\x7f', (line) => line.cursor > 0 && line.remove(line.cursor - 1, line.cursor, false)],
  ['\x04', (line) => line.remove(line.cursor, line.cursor + 1, false)],
  ['\x1b[3~', (line) => line.remove(line.cursor, line.cursor + 1, false)],
  ['\x0b', (line) => line.remove(line.cursor, line.chars.length)],
  ['\x15', (line) => line.remove(0, line.cursor)],
  ['\x17', (line) => line.remove(line.wordLeft(line.cursor, /\s/), line.cursor)],
  ['\x1b\x7f', (line) => line.remove(line.wordLeft(), line.cursor)],
  ['\x1b\x08', (line) => line.remove(line.wordLeft(), line.cursor)],
  ['\x1bd', (line) => line.remove(line.cursor, line.wordRight())],
  ['\x19', (line) => line.insert(line.killed)],
  ['\x14', (line) => line.transpose()],
  ['\x1bb', (line) => void (line.cursor = line.wordLeft())],
  ['\x1bf', (line) => void (line.cursor = line.wordRight())],
  ['\x1b[1;5D', (line) => void (line.cursor = line.wordLeft())],
  ['\x1b[1;5C', (line) => void (line.cursor = line.wordRight())],
  ['\x1bu', (line) => line.changeWord((word) => word.toUpperCase())],
  ['\x1bl', (line) => line.changeWord((word) => word.toLowerCase())],
  ['\x1bc', (line) => line.changeWord((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())],
  ['\x1bt', (line) => line.transposeWords()],
  ['\x1b\\', (line) => line.deleteBlanks()],
  ['\x1b[3;5~', (line) => line.remove(line.cursor, line.wordRight())],
  ['\x1f', (line) => line.undo()],
])
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['\x1b[D', '\x02'],
  ['\x1bOD', '\x02'],
  ['\x1b[C', '\x06'],
  ['\x1bOC', '\x06'],
  ['\x1b[H', '\x01'],
  ['\x1bOH', '\x01'],
  ['\x1b[1~', '\x01'],
  ['\x1b[F', '\x05'],
  ['\x1bOF', '\x05'],
  ['\x1b[4~', '\x05'],
  ['\x1b[A', '\x10'],
  ['\x1bOA', '\x10'],
  ['\x1b[B', '\x0e'],
  ['\x1bOB', '\x0e'],
  ['\n', '\r'],
])
const MOVES: ReadonlySet<string> = new Set([
  '\x01',
  '\x05',
  '\x02',
  '\x06',
  '\x1bb',
  '\x1bf',
  '\x1b[1;5D',
  '\x1b[1;5C',
  '\x1f',
])

/** Reads lines with editing, history and completion from the terminal on standard input. */
export class LineEditor {
  private readonly shell: Shell
  private readonly screen: Screen
  private line = new LineBuffer()
  private prompt = ''
  /** Place in the history; its length is the new line. */
  private place = 0
  private draft = ''
  private lastTab = false
  private yanked = 0
  /** What the last search looked for. */
  private sought = ''
  /** The line that C-o wants next. */
  private next: number | undefined

  constructor(shell: Shell) {
    this.shell = shell
    this.screen = new Screen(shell)
  }

  *read(prompt: string): Steps<LineResult> {
    const { sys, dialect } = this.shell
    const old = sys.tcgetattr(0)
    const paste = dialect.name === 'bash'
    sys.tcsetattr(0, editing(old))
    try {
      if (paste) yield* this.screen.write('\x1b[?2004h')
      const result = yield* this.keys(prompt)
      if (paste) yield* this.screen.write('\x1b[?2004l\r')
      return result
    } finally {
      sys.tcsetattr(0, old)
    }
  }

  private *keys(prompt: string): Steps<LineResult> {
    const { killed } = this.line
    this.line = new LineBuffer()
    this.line.killed = killed
    this.prompt = prompt
    this.place = this.shell.history.length
    this.draft = ''
    yield* this.screen.begin(prompt)
    if (this.next !== undefined) yield* this.recall(this.next)
    for (;;) {
      const raw = yield* readKey(this.shell)
      if (raw === undefined) return { kind: 'end' }
      const result = yield* this.key(ALIASES.get(raw) ?? raw)
      if (result) return result
    }
  }

  private *recall(place: number): Steps<void> {
    this.next = undefined
    this.place = Math.min(place, this.shell.history.length)
    this.line.set(this.shell.history[this.place] ?? '')
    yield* this.screen.draw(this.line.chars, this.line.cursor)
  }

  private *key(key: string): Steps<LineResult | undefined> {
    const { line, screen } = this
    const tab = key === '\t'
    const wasTab = this.lastTab
    this.lastTab = tab
    if (key !== '\x1b.' && key !== '\x1b_') this.yanked = 0
    if (key === '\r') {
      yield* screen.leave()
      return { kind: 'line', text: line.text }
    }
    if (key === '\x03') {
      yield* screen.leave('^C')
      return { kind: 'interrupt' }
    }
    if (key === '\x04' && line.chars.length === 0) return { kind: 'end' }
    if (tab) yield* this.complete(wasTab)
    else if (key === '\x0c') yield* screen.clear()
    else if (key === '\x12' || key === '\x13') return yield* this.search(key === '\x13')
    else if (key === '\x16') yield* this.quotedInsert()
    else if (key === '\x1b#') {
      line.set(`#${line.text}`)
      yield* screen.draw(line.chars, line.cursor)
      yield* screen.leave()
      return { kind: 'line', text: line.text }
    } else if (key === '\x0f') return yield* this.operateAndNext()
    else if (key === '\x1b\x1f' || key === '\x1br') this.revert()
    else if (key === '\x10') this.browse(-1)
    else if (key === '\x0e') this.browse(1)
    else if (key === '\x1b<') this.browse(-this.place)
    else if (key === '\x1b>') this.browse(this.shell.history.length - this.place)
    else if (key === '\x1b.' || key === '\x1b_') this.yankLast()
    else if (key === '\x1b[200~') yield* this.paste()
    else this.edit(key)
    yield* screen.draw(line.chars, line.cursor)
    return undefined
  }

  private edit(key: string): void {
    const { line } = this
    const change = EDITS.get(key)
    if (change) {
      if (!MOVES.has(key)) line.remember()
      change(line)
    } else if (key >= ' ' && !key.startsWith('\x1b')) {
      line.remember()
      line.insert(key)
    }
  }

  private browse(by: number): void {
    const { history } = this.shell
    const to = Math.min(history.length, Math.max(0, this.place + by))
    if (to === this.place) return
    if (this.place === history.length) this.draft = this.line.text
    this.place = to
    this.line.set(to === history.length ? this.draft : (history[to] ?? ''))
  }

  /** M-. : the last word of an earlier line. */
  private yankLast(): void {
    const { history } = this.shell
    const word = (text: string | undefined): string => text?.trim().split(/\s+/).pop() ?? ''
    const old = this.yanked > 0 ? [...word(history.at(-this.yanked))].length : 0
    this.line.remove(this.line.cursor - old, this.line.cursor, false)
    this.yanked = Math.min(history.length, this.yanked + 1)
    this.line.insert(word(history.at(-this.yanked)))
  }

  private *paste(): Steps<void> {
    let text = ''
    for (;;) {
      const key = yield* readKey(this.shell)
      if (key === undefined || key === '\x1b[201~') break
      text += key === '\r' ? '\n' : key
    }
    this.line.remember()
    this.line.insert(text.replace(/\n$/, ''))
  }

  private *complete(listAll: boolean): Steps<void> {
    const { line, shell, screen } = this
    const before = line.chars.slice(0, line.cursor).join('')
    const found: Completion = yield* completeLine(shell, before)
    if (found.candidates.length === 0) return yield* screen.write('\x07')
    const typed = before.slice(found.start)
    if (found.insert !== typed) {
      line.remember()
      line.remove(line.cursor - [...typed].length, line.cursor, false)
      line.insert(found.insert)
      return
    }
    if (!listAll) return yield* screen.write('\x07')
    yield* screen.below(listing(found.candidates, screen.width), this.prompt)
  }

  /** C-v: the next key as it is. */
  private *quotedInsert(): Steps<void> {
    const key = yield* readKey(this.shell)
    if (key === undefined) return
    this.line.remember()
    this.line.insert(key)
  }

  /** C-o: runs the line, and has the one after it in the history ready. */
  private *operateAndNext(): Steps<LineResult> {
    this.next = this.place < this.shell.history.length ? this.place + 1 : undefined
    yield* this.screen.leave()
    return { kind: 'line', text: this.line.text }
  }

  /** M-r: the line as it was before it was edited. */
  private revert(): void {
    const { history } = this.shell
    this.line.remember()
    this.line.set(this.place === history.length ? '' : (history[this.place] ?? ''))
  }

  /** C-r, and C-s the other way. */
  private *search(forward = false): Steps<LineResult | undefined> {
    const { shell, screen, line } = this
    let wanted = ''
    let at = shell.history.length
    let failing = false
    let ahead = forward
    if (forward) at = this.place
    const find = (from: number): void => {
      const place = ahead
        ? shell.history.findIndex((each, index) => index >= from && each.includes(wanted))
        : shell.history.slice(0, from).findLastIndex((each) => each.includes(wanted))
      failing = place < 0
      if (place >= 0) at = place
    }
    for (;;) {
      const found = wanted === '' ? '' : (shell.history[at] ?? '')
      yield* screen.write(`\r\x1b[J`)
      yield* screen.begin(`\r(${failing ? 'failed ' : ''}${ahead ? 'i-search' : 'reverse-i-search'})\`${wanted}': `)
      yield* screen.draw([...found], Math.max(0, found.indexOf(wanted)))
      const key = yield* readKey(shell)
      if (key === '\x12' || key === '\x13') {
        ahead = key === '\x13'
        if (wanted === '') wanted = this.sought
        find(ahead ? at + 1 : at)
      } else if (key === '\x7f' || key === '\x08') {
        wanted = wanted.slice(0, -1)
        find(ahead ? 0 : shell.history.length)
      } else if (key !== undefined && key >= ' ' && key !== '\x7f' && !key.startsWith('\x1b')) {
        wanted += key
        find(ahead ? at : Math.min(shell.history.length, at + 1))
      } else {
        if (wanted !== '') this.sought = wanted
        if (key !== '\x07' && key !== '\x03') {
          line.set(found, Math.max(0, found.indexOf(wanted)))
          this.place = at
        }
        yield* screen.write('\r\x1b[J')
        yield* screen.begin(this.prompt.split('\n').pop() ?? '')
        yield* screen.draw(line.chars, line.cursor)
        return key === undefined
          ? { kind: 'end' }
          : key === '\x07'
            ? undefined
            : yield* this.key(ALIASES.get(key) ?? key)
      }
    }
  }
}

/** Every key comes as it is; output is still cooked. */
const editing = (old: Termios): Termios => ({
  ...rawTermios(old),
  opost: old.opost,
  onlcr: old.onlcr,
  cc: { ...old.cc, vmin: 1, vtime: 0 },
})
