import { EINTR, isErrno, rawTermios, type Sys } from '@drydock/abi'
import { readTextFile, writeAll, writeFile } from './stdio.ts'

/** What came of a line that somebody typed. */
export type TypedLine =
  | { readonly kind: 'line'; readonly text: string }
  /** ^D on an empty line, or the end of the input. */
  | { readonly kind: 'end' }
  /** ^C. */
  | { readonly kind: 'interrupt' }

export interface LineEditorOptions {
  /** All that could stand in place of the word before the cursor. */
  complete?(before: string): readonly string[]
  /** What stands behind a word that is complete; a space by default. */
  readonly after?: string
  /** The file of past lines; read at the first line. */
  readonly historyFile?: string
}

const HISTORY_LINES = 500
const KEY = /^(?:\x1b\[[\d;]*[A-Za-z~]|\x1bO[A-Za-z]|\x1b[a-zA-Z\x7f]|\r\n|[^])/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u

const columns = (text: string): number => {
  let sum = 0
  for (const char of text) sum += WIDE.test(char) ? 2 : /\p{M}|\p{Cf}/u.test(char) ? 0 : 1
  return sum
}

/** Lines typed on a terminal, with emacs's keys and a history: readline(3) in small, for programs with a prompt. */
export class LineEditor {
  private readonly sys: Sys
  private readonly options: LineEditorOptions
  private readonly history: string[] = []
  private historyRead = false
  private readonly decoder = new TextDecoder()
  private typed = ''

  private prompt = ''
  private text: string[] = []
  private cursor = 0
  private drawnRow = 0
  private killed = ''
  /** Where in the history one is; its length for the line that is new. */
  private place = 0
  private draft = ''

  constructor(sys: Sys, options: LineEditorOptions = {}) {
    this.sys = sys
    this.options = options
  }

  /** Asks for one line; the terminal is as before afterwards. */
  async read(prompt: string): Promise<TypedLine> {
    await this.readHistory()
    const before = this.sys.tcgetattr(0)
    this.sys.tcsetattr(0, { ...rawTermios(before), opost: true, onlcr: true })
    this.prompt = prompt
    this.text = []
    this.cursor = this.drawnRow = 0
    this.place = this.history.length
    try {
      await this.draw()
      return await this.edit()
    } finally {
      this.sys.tcsetattr(0, before)
    }
  }

  /** Keeps a line, unless it is the last one again. */
  async remember(line: string): Promise<void> {
    if (line.trim() === '' || this.history.at(-1) === line) return
    this.history.push(line)
    if (this.history.length > HISTORY_LINES) this.history.shift()
    const { historyFile } = this.options
    if (historyFile === undefined) return
    try {
      await writeFile(this.sys, historyFile, `${this.history.join('\n')}\n`, 0o600)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private async readHistory(): Promise<void> {
    const { historyFile } = this.options
    if (this.historyRead || historyFile === undefined) return
    this.historyRead = true
    try {
      this.history.push(...(await readTextFile(this.sys, historyFile)).split('\n').filter(Boolean))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private async edit(): Promise<TypedLine> {
    for (;;) {
      const key = await this.key()
      if (key === '') return { kind: 'end' }
      if (key === '\r' || key === '\n' || key === '\r\n') return this.finish()
      if (key === '\x03') return this.interrupt()
      if (key === '\x04' && this.text.length === 0) return { kind: 'end' }
      const act = ACTIONS.get(key)
      if (act) await act(this)
      else if (!/^[\0-\x1f\x7f]/.test(key)) this.insert(key)
      if (this.typed === '') await this.draw()
    }
  }

  private async finish(): Promise<TypedLine> {
    this.cursor = this.text.length
    await this.draw()
    await this.put('\n')
    return { kind: 'line', text: this.text.join('') }
  }

  private async interrupt(): Promise<TypedLine> {
    this.cursor = this.text.length
    await this.draw()
    await this.put('^C\n')
    return { kind: 'interrupt' }
  }

  private async key(): Promise<string> {
    while (this.typed === '') {
      const bytes = await this.bytes()
      if (bytes.length === 0) return ''
      this.typed += this.decoder.decode(bytes, { stream: true })
    }
    const key = KEY.exec(this.typed)?.[0] ?? ''
    this.typed = this.typed.slice(key.length)
    return key
  }

  private async bytes(): Promise<Uint8Array> {
    for (;;)
      try {
        return await this.sys.read(0, 4096)
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }

  private put(text: string): Promise<void> | void {
    return writeAll(this.sys, 1, new TextEncoder().encode(text))
  }

  /** Prompt and line anew, over as many rows as they take, the cursor where it is. */
  private async draw(): Promise<void> {
    const width = Math.max(1, this.sys.getWindowSize(1).cols)
    const whole = this.prompt + this.text.join('')
    const end = columns(whole)
    const at = columns(this.prompt) + columns(this.text.slice(0, this.cursor).join(''))
    const up = this.drawnRow > 0 ? `\x1b[${this.drawnRow}A` : ''
    // At the very edge the cursor would hang in the last column.
    const wrap = end > 0 && end % width === 0 ? '\r\n' : ''
    const [row, lastRow] = [Math.floor(at / width), Math.floor(end / width)]
    const back = lastRow > row ? `\x1b[${lastRow - row}A` : ''
    const column = at % width
    await this.put(`\r${up}\x1b[J${whole}${wrap}\r${back}${column > 0 ? `\x1b[${column}C` : ''}`)
    this.drawnRow = row
  }

  insert(text: string): void {
    const chars = [...text]
    this.text.splice(this.cursor, 0, ...chars)
    this.cursor += chars.length
  }

  move(to: number): void {
    this.cursor = Math.max(0, Math.min(this.text.length, to))
  }

  moveBy(step: number): void {
    this.move(this.cursor + step)
  }

  end(): void {
    this.move(this.text.length)
  }

  /** Where the word before (-1) or behind (1) the cursor ends. */
  wordEdge(step: 1 | -1): number {
    const isWord = (at: number): boolean => /[\p{L}\p{N}]/u.test(this.text[step < 0 ? at - 1 : at] ?? '')
    const inside = (at: number): boolean => (step < 0 ? at > 0 : at < this.text.length)
    let at = this.cursor
    while (inside(at) && !isWord(at)) at += step
    while (inside(at) && isWord(at)) at += step
    return at
  }

  moveWord(step: 1 | -1): void {
    this.move(this.wordEdge(step))
  }

  /** @param keep for ^Y */
  erase(from: number, to: number, keep = true): void {
    const [start, end] = [Math.max(0, Math.min(from, to)), Math.max(from, to)]
    const gone = this.text.splice(start, end - start).join('')
    if (keep) this.killed = gone
    this.cursor = start
  }

  eraseBefore(): void {
    if (this.cursor > 0) this.erase(this.cursor - 1, this.cursor, false)
  }

  eraseUnder(): void {
    if (this.cursor < this.text.length) this.erase(this.cursor, this.cursor + 1, false)
  }

  killToStart(): void {
    this.erase(0, this.cursor)
  }

  killToEnd(): void {
    this.erase(this.cursor, this.text.length)
  }

  killWord(): void {
    this.erase(this.wordEdge(-1), this.cursor)
  }

  /** ^W: back to a blank. */
  killToBlank(): void {
    let at = this.cursor
    while (at > 0 && this.text[at - 1] === ' ') at--
    while (at > 0 && this.text[at - 1] !== ' ') at--
    this.erase(at, this.cursor)
  }

  yank(): void {
    this.insert(this.killed)
  }

  recall(step: 1 | -1): void {
    const to = this.place + step
    if (to < 0 || to > this.history.length) return
    if (this.place === this.history.length) this.draft = this.text.join('')
    this.place = to
    this.text = [...(this.history[to] ?? this.draft)]
    this.cursor = this.text.length
  }

  /** ^R: finds back while one types; whatever else is pressed takes the line as it stands. */
  async search(): Promise<void> {
    const [prompt, saved] = [this.prompt, this.text]
    let wanted = ''
    let from = this.history.length
    for (;;) {
      this.prompt = `(reverse-i-search)\`${wanted}': `
      await this.draw()
      const key = await this.key()
      if (key === '\x12') from = this.found(wanted, from - 1)
      else if (key === '\x7f') wanted = wanted.slice(0, -1)
      else if (/^[^\0-\x1f]$/u.test(key)) {
        wanted += key
        from = this.found(wanted, from)
      } else {
        this.prompt = prompt
        if (key === '\x03' || key === '\x07') this.text = saved
        else this.typed = key + this.typed
        return this.end()
      }
      const hit = wanted === '' ? undefined : this.history[from]
      if (hit !== undefined) this.text = [...hit]
      this.cursor = this.text.length
    }
  }

  private found(wanted: string, from: number): number {
    for (let at = Math.min(from, this.history.length - 1); at >= 0; at--)
      if (this.history[at]?.includes(wanted)) return at
    return from
  }

  async clear(): Promise<void> {
    await this.put('\x1b[H\x1b[2J')
    this.drawnRow = 0
  }

  /** Tab: what all that fit have in common; all of them when there is nothing more in common. */
  async complete(): Promise<void> {
    const before = this.text.slice(0, this.cursor).join('')
    const fitting = this.options.complete?.(before) ?? []
    const [first = ''] = fitting
    const word = /[^\s"'(,;]*$/.exec(before)?.[0] ?? ''
    let common = first.length
    for (const each of fitting) while (!each.toLowerCase().startsWith(first.slice(0, common).toLowerCase())) common--
    if (fitting.length === 0) return
    if (fitting.length > 1 && common <= word.length) {
      await this.put(`\n${fitting.join('  ')}\n`)
      this.drawnRow = 0
      return
    }
    this.erase(this.cursor - word.length, this.cursor, false)
    this.insert(first.slice(0, common) + (fitting.length === 1 ? (this.options.after ?? ' ') : ''))
  }
}

type Action = (editor: LineEditor) => Promise<void> | void
const left: Action = (editor) => editor.moveBy(-1)
const right: Action = (editor) => editor.moveBy(1)
const home: Action = (editor) => editor.move(0)
const end: Action = (editor) => editor.end()
const older: Action = (editor) => editor.recall(-1)
const newer: Action = (editor) => editor.recall(1)
const wordLeft: Action = (editor) => editor.moveWord(-1)
const wordRight: Action = (editor) => editor.moveWord(1)

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['\x1b[D', left],
  ['\x1bOD', left],
  ['\x02', left],
  ['\x1b[C', right],
  ['\x1bOC', right],
  ['\x06', right],
  ['\x1b[H', home],
  ['\x1bOH', home],
  ['\x1b[1~', home],
  ['\x01', home],
  ['\x1b[F', end],
  ['\x1bOF', end],
  ['\x1b[4~', end],
  ['\x05', end],
  ['\x1b[A', older],
  ['\x1bOA', older],
  ['\x10', older],
  ['\x1b[B', newer],
  ['\x1bOB', newer],
  ['\x0e', newer],
  ['\x1bb', wordLeft],
  ['\x1b[1;5D', wordLeft],
  ['\x1bf', wordRight],
  ['\x1b[1;5C', wordRight],
  ['\x7f', (editor) => editor.eraseBefore()],
  ['\b', (editor) => editor.eraseBefore()],
  ['\x1b[3~', (editor) => editor.eraseUnder()],
  ['\x04', (editor) => editor.eraseUnder()],
  ['\x15', (editor) => editor.killToStart()],
  ['\x0b', (editor) => editor.killToEnd()],
  ['\x17', (editor) => editor.killToBlank()],
  ['\x1b\x7f', (editor) => editor.killWord()],
  ['\x19', (editor) => editor.yank()],
  ['\x12', (editor) => editor.search()],
  ['\x0c', (editor) => editor.clear()],
  ['\t', (editor) => editor.complete()],
])
