import type { Sys } from '@drydock/abi'
import { cellsOf } from '../screen/cells.ts'
import type { FullScreen } from '../screen/full-screen.ts'
import { compileVim } from './pattern.ts'
import { type Marks, Registers } from './registers.ts'
import { type MapMode, Maps } from './maps.ts'
import { Settings } from './settings.ts'
import type { Counted } from './substitute.ts'
import { type Place, Text } from './text.ts'
import { draw, View } from './view.ts'

export type Mode = 'normal' | 'insert' | 'replace' | 'visual' | 'lines' | 'block'

/** How long the rest of a mapping is waited for, in milliseconds: timeoutlen. */
const TIMEOUT_MS = 1000

/** Thrown where a command ends because it can't be done; macros stop there. */
export class Failed extends Error {}
/** The terminal is gone. */
export class Gone extends Error {}

/** How much was selected when a change began in visual mode. */
export interface Selection {
  readonly mode: Mode
  readonly rows: number
  readonly cols: number
}

interface Change {
  readonly keys: readonly string[]
  readonly register: string
  readonly selected?: Selection
}

/** Everything that commands read and change. */
export class Editor {
  readonly sys: Sys
  readonly env: ReadonlyMap<string, string>
  readonly screen: FullScreen
  readonly settings = new Settings()
  readonly registers = new Registers()
  readonly view = new View()
  text = new Text()
  marks: Marks = new Map()
  cursor: Place = { row: 0, col: 0 }
  /** Column that vertical motions aim at. */
  wanted = 0
  mode: Mode = 'normal'
  anchor: Place = { row: 0, col: 0 }
  /** `$` in a block: each line to its end. */
  ragged = false
  path = ''
  previousPath = ''
  readonly args: string[] = []
  argIndex = 0
  message = ''
  isError = false
  done = false
  /** `:q` has told that there are more files. */
  askedForMore = false
  status = 0
  search = { source: '', forward: true, offset: '' }
  highlight = true
  /** What `:s` has done since `:g` began. */
  tally: Counted | undefined
  /** The line of the latest change as it was before, for `U`. */
  latestLine: { readonly row: number; readonly text: string } | undefined
  readonly maps = new Maps()
  substituted = ''
  lastFind: { key: string; char: string } | undefined
  lastVisual: { mode: Mode; anchor: Place; cursor: Place } | undefined
  lastChange: Change | undefined
  lastSubstitute: { source: string; replacement: string; flags: string } | undefined
  lastShell = ''
  /** Keys of the command under way, for `.` and for the corner of the screen. */
  recorded: string[] = []
  pending = ''
  replaying = false
  macro: { name: string; keys: string[] } | undefined
  readonly history = new Map<string, string[]>()
  /** Reads and runs one command of normal mode. */
  readonly once: (editor: Editor) => Promise<void>
  private readonly queue: string[] = []

  constructor(sys: Sys, env: ReadonlyMap<string, string>, screen: FullScreen, once: (editor: Editor) => Promise<void>) {
    this.once = once
    this.sys = sys
    this.env = env
    this.screen = screen
  }

  get line(): string {
    return this.text.line(this.cursor.row)
  }

  get visual(): boolean {
    return this.mode === 'visual' || this.mode === 'lines' || this.mode === 'block'
  }

  get inserting(): boolean {
    return this.mode === 'insert' || this.mode === 'replace'
  }

  /** Moves the cursor, kept inside of the text. */
  moveTo(row: number, col: number, keepWanted = false): void {
    const to = Math.max(0, Math.min(this.text.lines.length - 1, row))
    const end = this.text.line(to).length
    const last = this.mode === 'normal' || this.mode === 'lines' ? Math.max(0, end - 1) : end
    this.cursor = { row: to, col: Math.max(0, Math.min(last, col)) }
    if (!keepWanted) this.wanted = this.cursor.col
  }

  say(message: string): void {
    this.message = message
    this.isError = false
  }

  /** Shows what is wrong, drops keys that wait, and ends the command. */
  fail(message: string): never {
    this.message = message
    this.isError = message !== ''
    this.queue.length = 0
    throw new Failed(message)
  }

  feed(keys: readonly string[]): void {
    this.queue.unshift(...keys)
  }

  get fed(): boolean {
    return this.queue.length > 0
  }

  /** Drops fed keys up to `mark`, where only what an unfinished command left stands before it. */
  takeFed(mark: string): boolean {
    const at = this.queue.indexOf(mark)
    const over = at >= 0 && this.queue.slice(0, at).every((key) => key === '\x1b')
    if (over) this.queue.splice(0, at + 1)
    return over || at < 0
  }

  /** The next key, of a macro or of the terminal. */
  async key(): Promise<string> {
    const key = this.queue.shift() ?? (await this.typed())
    this.recorded.push(key)
    return key
  }

  /** The next key of a command, or the first that a mapping puts in place of what is typed. */
  async mappedKey(mode: MapMode): Promise<string> {
    if (this.fed) return this.key()
    const keys = [await this.typed()]
    let found = this.maps.find(mode, keys)
    while (found.longer) {
      const more = this.screen.typedAhead ? await this.screen.nextKey() : await this.screen.keyWithin(TIMEOUT_MS)
      if (more === undefined || more === '<Resize>') break
      if (more === '<Hangup>') throw new Gone()
      this.macro?.keys.push(more)
      keys.push(more)
      found = this.maps.find(mode, keys)
    }
    this.feed(this.replaced(mode, keys))
    return this.key()
  }

  /** The longest mapping that the keys begin with is put in its place. */
  private replaced(mode: MapMode, keys: readonly string[]): readonly string[] {
    for (let length = keys.length; length > 0; length--) {
      const { text } = this.maps.find(mode, keys.slice(0, length))
      if (text) return [...text, ...keys.slice(length)]
    }
    return keys
  }

  private async typed(): Promise<string> {
    if (!this.screen.typedAhead) await draw(this)
    for (;;) {
      const key = await this.screen.nextKey()
      if (key === '<Hangup>') throw new Gone()
      if (key === '<Resize>') await draw(this)
      else {
        this.macro?.keys.push(key)
        return key
      }
    }
  }

  /** A key of a text asked for at the bottom, with the text shown there. */
  async promptKey(shown: string, at: number): Promise<string> {
    const queued = this.queue.shift()
    if (queued !== undefined) {
      this.recorded.push(queued)
      return queued
    }
    await draw(this, { text: shown, at })
    const key = await this.screen.nextKey()
    if (key === '<Hangup>') throw new Gone()
    if (key === '<Resize>') return ''
    this.macro?.keys.push(key)
    this.recorded.push(key)
    return key
  }

  compile(source: string): RegExp {
    const flags = { ignoreCase: this.settings.flag('ignorecase'), smartCase: this.settings.flag('smartcase') }
    return compileVim(source, flags) ?? this.fail(`E486: Pattern not found: ${source}`)
  }

  /** Columns in front of a place. */
  column({ row, col }: Place): number {
    const line = this.text.line(row)
    return cellsOf(line.slice(0, col), this.settings.number('tabstop')).reduce((sum, { width }) => sum + width, 0)
  }

  /** The index of the character at a screen column. */
  indexAt(row: number, column: number): number {
    const line = this.text.line(row)
    let used = 0
    for (const cell of cellsOf(line, this.settings.number('tabstop'))) {
      used += cell.width
      if (used > column) return cell.at
    }
    return line.length
  }

  setMark(name: string, place: Place = this.cursor): void {
    this.marks.set(name, place)
  }

  /** To be called before the cursor goes far: `''` comes back. */
  jump(): void {
    this.setMark("'")
  }
}
