import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { charWidth, promptWidth, visible } from './width.ts'

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

/** Shows a line behind its prompt, over as many rows as it takes, and keeps the cursor. */
export class Screen {
  private readonly shell: Shell
  private prompt = ''
  private promptColumns = 0
  /** Row of the cursor below the row of the prompt. */
  private row = 0
  private shown: readonly string[] = []
  private shownCursor = 0

  constructor(shell: Shell) {
    this.shell = shell
  }

  *begin(prompt: string): Steps<void> {
    const lines = prompt.split('\n')
    const last = lines.pop() ?? ''
    this.promptColumns = promptWidth(last)
    this.prompt = last.replace(/[\x01\x02]/g, '')
    const head = lines.map((line) => `${line.replace(/[\x01\x02]/g, '')}\n`).join('')
    this.row = 0
    this.shown = []
    this.shownCursor = 0
    yield* this.write(head + this.prompt)
  }

  /** Another prompt on the row of the old one; the line has to be drawn again. */
  *reprompt(prompt: string): Steps<void> {
    yield* this.hide()
    yield* this.begin(prompt)
  }

  /** Takes prompt and line off the screen. */
  *hide(): Steps<void> {
    yield* this.write(`\r${this.row > 0 ? `\x1b[${this.row}A` : ''}\x1b[J`)
    this.row = 0
  }

  *write(text: string): Steps<void> {
    yield* wait(this.shell.sys.write(2, encodeText(text)))
  }

  get height(): number {
    try {
      return this.shell.sys.getWindowSize(0).rows || DEFAULT_ROWS
    } catch {
      return DEFAULT_ROWS
    }
  }

  private columns(): number {
    try {
      return this.shell.sys.getWindowSize(0).cols || DEFAULT_COLUMNS
    } catch {
      return DEFAULT_COLUMNS
    }
  }

  /** Columns from the start of the prompt to a place in the text. */
  private offset(chars: readonly string[], end: number, columns: number): number {
    let at = this.promptColumns
    for (let i = 0; i < end; i++) {
      const width = charWidth(chars[i] ?? '')
      if (width === 2 && at % columns === columns - 1) at++
      at += width
    }
    return at
  }

  *draw(chars: readonly string[], cursor: number): Steps<void> {
    const columns = this.columns()
    const appended =
      cursor === chars.length && this.shownCursor === this.shown.length && chars.length === this.shown.length + 1
    const end = this.offset(chars, chars.length, columns)
    if (appended && end % columns !== 0 && chars.length > 0 && charWidth(chars.at(-1) ?? '') === 1) {
      yield* this.write(chars.at(-1) ?? '')
    } else {
      const up = this.row > 0 ? `\x1b[${this.row}A` : ''
      const text = chars.map(visible).join('')
      const wrap = end > 0 && end % columns === 0 ? ' \r' : ''
      const endRow = Math.floor(end / columns)
      const target = this.offset(chars, cursor, columns)
      const row = Math.floor(target / columns)
      const back = endRow > row ? `\x1b[${endRow - row}A` : ''
      const column = target % columns
      yield* this.write(
        `\r${up}${this.prompt}${text}${wrap}\x1b[J${cursor === chars.length ? '' : `${back}\r${column > 0 ? `\x1b[${column}C` : ''}`}`,
      )
    }
    this.row = Math.floor(this.offset(chars, cursor, columns) / columns)
    this.shown = [...chars]
    this.shownCursor = cursor
  }

  /** Goes below the line. */
  *leave(mark = ''): Steps<void> {
    if (this.shownCursor < this.shown.length) yield* this.draw(this.shown, this.shown.length)
    yield* this.write(`${mark}\n`)
  }

  /** @param display  what has scrolled off goes too */
  *clear(display = false): Steps<undefined> {
    yield* this.write(`\x1b[H\x1b[2J${display ? '\x1b[3J' : ''}`)
    this.row = 0
    const { shown, shownCursor } = this
    this.shown = []
    yield* this.draw(shown, shownCursor)
    return undefined
  }

  /** Shows something below and the line again. */
  *below(text: string, prompt: string): Steps<void> {
    const { shown, shownCursor } = this
    yield* this.leave()
    yield* this.write(text)
    yield* this.begin(prompt)
    yield* this.draw(shown, shownCursor)
  }

  get width(): number {
    return this.columns()
  }
}
