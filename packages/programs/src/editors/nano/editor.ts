import type { Sys } from '@drydock/abi'
import type { FullScreen } from '../screen/full-screen.ts'
import { Buffer } from './buffer.ts'
import { type Hint, MAIN_HINTS } from './keys.ts'
import type { Options } from './options.ts'
import { hintLines, messageLine, TextView, titleLine } from './view.ts'

/** Something of nano's own went wrong: the message for the status bar. */
export class Said {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** The terminal is gone. */
export class Gone {}

/** What is on the status bar instead of messages while it asks something. */
export interface Asking {
  readonly prompt: string
  readonly hints: readonly Hint[]
  /** Columns before the cursor. */
  readonly cursor: number
  /** Columns of a hint. */
  readonly hintWidth?: number
}

/** How a search goes. */
export interface SearchMode {
  backwards: boolean
  caseSensitive: boolean
  regexp: boolean
}

/** Columns of a letter to choose. */
const CHOICE_COLUMNS = 16
/** Keys after which a message goes. */
const MESSAGE_KEYS = 20

/** All that nano's commands share: the buffers, the cut text, what was asked before. */
export class Editor {
  readonly sys: Sys
  readonly screen: FullScreen
  readonly options: Options
  readonly env: ReadonlyMap<string, string>
  buffers: Buffer[] = [new Buffer('')]
  index = 0
  message = ''
  readonly: boolean
  done = false
  status = 0
  /** The cut text, and whether the next cut adds to it. */
  cutText = ''
  cutting = false
  readonly searches: string[] = []
  readonly replacements: string[] = []
  readonly commands: string[] = []
  readonly mode: SearchMode = { backwards: false, caseSensitive: false, regexp: false }
  /** Keys of the macro that is recorded, and of the last one. */
  recording: string[] | undefined
  macro: readonly string[] = []
  /** Keys that come before those that are typed. */
  readonly pending: string[] = []
  private center = false
  private aged = { message: '', keys: 0 }

  constructor(
    sys: Sys,
    screen: FullScreen,
    { options, env, readonly }: { options: Options; env: ReadonlyMap<string, string>; readonly: boolean },
  ) {
    this.sys = sys
    this.screen = screen
    this.options = options
    this.env = env
    this.readonly = readonly
  }

  get buffer(): Buffer {
    return this.buffers[this.index] ?? (this.buffers[0] = new Buffer(''))
  }

  /** The next frame has the cursor in the middle. */
  centerNext(): void {
    this.center = true
  }

  /** Rows of the text. */
  get height(): number {
    return Math.max(1, this.screen.rows - (this.options.has('hints') ? 4 : 2))
  }

  async draw(asking?: Asking): Promise<void> {
    const { screen, buffer, options } = this
    const { cols } = screen
    const view = new TextView(buffer, options, cols, this.height)
    view.follow(this.center)
    this.center = false
    const title = titleLine(buffer, cols, { index: this.index, count: this.buffers.length, readonly: this.readonly })
    const hints = options.has('hints') ? hintLines(asking?.hints ?? this.mainHints, cols, asking?.hintWidth) : []
    await screen.paint([title, ...view.rows(), this.statusBar(asking), ...hints], this.cursorOf(view, asking))
  }

  /** With several files ^X leaves only one of them. */
  private get mainHints(): readonly Hint[] {
    if (this.buffers.length === 1) return MAIN_HINTS
    return MAIN_HINTS.map(([key, text]) => [key, key === '^X' ? 'Close' : text])
  }

  /** A key was hit: what was said goes after so many of them. */
  ageMessage(): void {
    if (this.message !== this.aged.message) this.aged = { message: this.message, keys: 0 }
    this.aged.keys++
    if (this.aged.keys >= MESSAGE_KEYS || this.options.has('constantshow')) this.message = ''
  }

  private statusBar(asking: Asking | undefined): string {
    const { cols } = this.screen
    if (asking) return `\x1b[7m${asking.prompt.padEnd(cols).slice(-Math.max(cols, 1))}\x1b[0m`
    if (this.message === '' && this.options.has('constantshow')) return messageLine(this.location(), cols)
    return messageLine(this.message, cols)
  }

  private cursorOf(view: TextView, asking: Asking | undefined): { row: number; col: number } {
    if (asking) return { row: this.height + 1, col: Math.min(this.screen.cols - 1, asking.cursor) }
    const { row, col } = view.cursor()
    return { row: row + 1, col }
  }

  /** `line 1/3 (33%), col  1/ 4 ( 25%), char  1/15 ( 6%)` */
  location(): string {
    const { buffer, options } = this
    const { lines, row, col } = buffer
    const size = lines.reduce((sum, line) => sum + [...line].length + 1, -1)
    const before = lines.slice(0, row).reduce((sum, line) => sum + [...line].length + 1, 0)
    const at = before + [...buffer.line.slice(0, col)].length
    const column = buffer.columnAt(options.tabSize) + 1
    const full = buffer.columnAt(options.tabSize, row, buffer.line.length) + 1
    const percent = (part: number, all: number): number => (all === 0 ? 0 : Math.floor((100 * part) / all))
    const two = (value: number, width: number): string => String(value).padStart(width)
    return (
      `line ${two(row + 1, Math.max(2, String(lines.length).length))}/${lines.length} (${two(percent(row + 1, lines.length), 2)}%), ` +
      `col ${two(column, 2)}/${two(full, 2)} (${two(percent(column, full), 3)}%), ` +
      `char ${two(at, Math.max(2, String(size).length))}/${size} (${two(percent(at, size), 2)}%)`
    )
  }

  /** The next key; a new size has been painted already. @throws Gone */
  async key(asking?: Asking): Promise<string> {
    for (;;) {
      const waiting = this.pending.shift()
      if (waiting !== undefined) return waiting
      if (asking) this.message = ''
      await this.draw(asking)
      const key = await this.screen.nextKey()
      if (key === '<Hangup>') throw new Gone()
      if (key === '<Resize>') continue
      this.recording?.push(key)
      return key
    }
  }

  /** One of some letters; undefined for ^C. */
  async choose(prompt: string, hints: readonly Hint[], letters: string): Promise<string | undefined> {
    for (;;) {
      const key = await this.key({ prompt, hints, cursor: prompt.length, hintWidth: CHOICE_COLUMNS })
      if (key === '\x03' || key === '<Esc>') return undefined
      if (key === '\x19' && letters.includes('y')) return 'y'
      if (key === '\x0e' && letters.includes('n')) return 'n'
      if (key.length === 1 && letters.includes(key.toLowerCase())) return key.toLowerCase()
    }
  }
}
