import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag } from '@drydock/libc'
import { displayWidth } from '../text/width.ts'
import { displayed, FullScreen, reverse } from './full-screen.ts'
import { clip, columnsFrom } from './screen/cells.ts'
import { patternOf, TextBuffer } from './text-buffer.ts'
import { edit, runColon, translate, type ViState } from './vi-commands.ts'
import { MOTIONS, type Target } from './vi-motions.ts'
import { textObject } from './vi-text-objects.ts'

type Mode = 'command' | 'insert' | 'replace' | 'visual' | 'lines'
const OPERATORS = 'dcy<>'
const MODE_TEXT: Record<Mode, string> = {
  command: '',
  insert: '-- INSERT --',
  replace: '-- REPLACE --',
  visual: '-- VISUAL --',
  lines: '-- VISUAL LINE --',
}
/** Commands that stand for others. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['x', 'dl'],
  ['DELETE', 'dl'],
  ['X', 'dh'],
  ['D', 'd$'],
  ['C', 'c$'],
  ['Y', 'yy'],
  ['s', 'cl'],
  ['S', 'cc'],
])

class Vi implements ViState {
  readonly buffer = new TextBuffer()
  readonly sys: Sys
  path = ''
  message = ''
  numbers = false
  ignoreCase = false
  search = ''
  done = false
  private mode: Mode = 'command'
  private top = 0
  private register: { text: string; lines: boolean } = { text: '', lines: false }
  private anchor = { row: 0, column: 0 }
  private forward = true
  private finding: { key: string; char: string } | undefined
  /** Keys of the last change, for `.`; and those of the command that runs. */
  private lastChange: string[] = []
  private recorded: string[] = []
  private queue: string[] = []
  private readonly screen: FullScreen

  constructor(sys: Sys, screen: FullScreen) {
    this.sys = sys
    this.screen = screen
  }

  private get height(): number {
    return this.screen.size().rows - 1
  }

  private async key(): Promise<string> {
    const queued = this.queue.shift()
    const key = queued ?? (await this.typed())
    this.recorded.push(key)
    return key
  }

  private async typed(): Promise<string> {
    await this.draw()
    const key = await this.screen.key()
    if (key === undefined) this.done = true
    if (key?.startsWith('\x1b') === false) return key
    // ESC and a character typed fast are two keys here, unlike in nano.
    this.queue.push(...(key ?? '').slice(1))
    return '\x1b'
  }

  private async draw(prompt?: string): Promise<void> {
    const { buffer, height } = this
    const { cols } = this.screen.size()
    if (buffer.row < this.top) this.top = buffer.row
    if (buffer.row >= this.top + height) this.top = buffer.row - height + 1
    const gutter = this.numbers ? Math.max(3, String(buffer.lines.length).length) + 1 : 0
    const width = cols - gutter
    const column = displayWidth(displayed(buffer.line.slice(0, buffer.column)))
    const page = Math.floor(column / width) * width
    const rows = Array.from({ length: height }, (_, at) => this.row(this.top + at, gutter, width, page))
    const place = `${buffer.row + 1},${buffer.column + 1}`.padEnd(14)
    const left = prompt ?? (this.message || MODE_TEXT[this.mode])
    const status = prompt ?? left.slice(0, cols - 20).padEnd(cols - 18) + place
    const cursor =
      prompt === undefined
        ? { row: buffer.row - this.top, column: gutter + column - page }
        : { row: height, column: Math.min(cols - 1, prompt.length) }
    await this.screen.paint([...rows, status.slice(0, cols)], cursor)
  }

  private row(at: number, gutter: number, width: number, page: number): string {
    const line = this.buffer.lines[at]
    if (line === undefined) return '\x1b[94m~\x1b[m'
    const number = gutter ? `\x1b[33m${String(at + 1).padStart(gutter - 1)} \x1b[m` : ''
    const text = columnsFrom(displayed(line), at === this.buffer.row ? page : 0)
    const [from, to] = [this.anchor.row, this.buffer.row].sort((a, b) => a - b)
    const chosen =
      (this.mode === 'lines' || (this.mode === 'visual' && from !== to)) && at >= (from ?? 0) && at <= (to ?? 0)
    return number + (chosen ? reverse(clip(text, width)) : clip(text, width))
  }

  async run(path: string): Promise<void> {
    await edit(this, path)
    while (!this.done) {
      this.recorded = []
      await this.command()
      this.clamp()
    }
  }

  private clamp(): void {
    const { buffer } = this
    buffer.moveTo(
      buffer.row,
      this.mode === 'insert' ? buffer.column : Math.min(buffer.column, Math.max(0, buffer.line.length - 1)),
    )
  }

  private async number(first: string): Promise<{ count: number; counted: boolean; key: string }> {
    let digits = ''
    let key = first
    while (/^[1-9]$/.test(key) || (key === '0' && digits !== '')) {
      digits += key
      key = await this.key()
    }
    return { count: Number(digits || 1), counted: digits !== '', key }
  }

  private async command(): Promise<void> {
    const typed = await this.key()
    this.message = ''
    const { count, counted, key } = await this.number(typed)
    const short = SHORT.get(key)
    if (short && this.mode === 'command') {
      this.recorded.pop()
      this.queue.unshift(...short)
      const operator = await this.key()
      return this.operate(operator, count)
    }
    if (this.mode === 'visual' || this.mode === 'lines') return this.inVisual(key, count, counted)
    if (OPERATORS.includes(key)) return this.operate(key, count)
    const simple = this.simple(count).get(key)
    if (simple) return simple()
    const target = await this.motion(key, count, counted)
    if (target) this.buffer.moveTo(target.row, target.column)
  }

  private async motion(key: string, count: number, counted: boolean): Promise<Target | undefined> {
    let name = key
    let char = ''
    if (key === 'g') name = `g${await this.key()}`
    if (key === ';' && this.finding) {
      name = this.finding.key
      char = this.finding.char
    } else if ('fFtT'.includes(key)) {
      char = await this.key()
      this.finding = { key, char }
    }
    if (name === 'n' || name === 'N') return this.next(name === 'n' ? this.forward : !this.forward)
    if (name === '/' || name === '?') return this.ask(name)
    return MOTIONS.get(name)?.({ buffer: this.buffer, count, counted, char, height: this.height, top: this.top })
  }

  private async ask(mark: string): Promise<Target | undefined> {
    const text = await this.line(mark)
    if (text === undefined) return undefined
    if (text !== '') this.search = text
    this.forward = mark === '/'
    return this.next(this.forward)
  }

  private next(forward: boolean): Target | undefined {
    const { buffer } = this
    const { row, column } = buffer
    if (this.search === '') return undefined
    if (!buffer.search(patternOf(translate(this.search), this.ignoreCase), forward)) {
      this.message = `E486: Pattern not found: ${this.search}`
      return undefined
    }
    const found = { row: buffer.row, column: buffer.column }
    buffer.moveTo(row, column)
    return found
  }

  /** A line at the bottom; undefined when it was left by Escape. */
  private async line(mark: string): Promise<string | undefined> {
    let text = ''
    for (;;) {
      await this.draw(mark + text)
      const key = this.queue.shift() ?? (await this.screen.key())
      if (key === '\r' || key === '\n') return text
      if (key === undefined || key === '\x1b' || key === '\x03') return undefined
      if (key === '\x7f' || key === '\b') {
        if (text === '') return undefined
        text = text.slice(0, -1)
      } else if (key.length <= 2 && key >= ' ') text += key
    }
  }

  private async operate(operator: string, count: number): Promise<void> {
    const { buffer } = this
    const inner = await this.number(await this.key())
    const total = count * inner.count
    if (inner.key === 'i' || inner.key === 'a') return this.operateOnObject(operator, inner.key === 'a')
    const motionKey = operator === 'c' && inner.key === 'w' ? 'e' : inner.key
    const target: Target | undefined =
      inner.key === operator
        ? { row: Math.min(buffer.lines.length - 1, buffer.row + total - 1), column: 0, lines: true }
        : await this.motion(motionKey, total, inner.counted || count > 1)
    if (target) await this.apply(operator, { row: buffer.row, column: buffer.column }, target)
  }

  private async operateOnObject(operator: string, around: boolean): Promise<void> {
    const { row, line, column } = this.buffer
    const span = textObject(await this.key(), line, column, around)
    if (span) await this.apply(operator, { row, column: span[0] }, { row, column: span[1] })
  }

  private wordStart(): number {
    const before = /\w*$/.exec(this.buffer.line.slice(0, this.buffer.column))
    return this.buffer.column - (before?.[0].length ?? 0)
  }

  private async apply(operator: string, a: { row: number; column: number }, b: Target): Promise<void> {
    const { buffer } = this
    const backward = b.row < a.row || (b.row === a.row && b.column < a.column)
    const [from, to] = backward ? [b, a] : [a, b]
    if (operator !== 'y') buffer.remember()
    if (operator === '<' || operator === '>') {
      for (let row = from.row; row <= to.row; row++)
        buffer.lines[row] =
          operator === '>' ? `\t${buffer.lines[row]}` : (buffer.lines[row] ?? '').replace(/^(\t| {1,8})/, '')
      buffer.modified = true
      return this.changed()
    }
    if (b.lines) {
      const lines = buffer.lines.slice(from.row, to.row + 1)
      this.register = { text: lines.join('\n'), lines: true }
      if (operator === 'y') return buffer.moveTo(from.row)
      if (operator === 'c') {
        buffer.lines.splice(from.row, lines.length, '')
        buffer.moveTo(from.row, 0)
        buffer.modified = true
        return this.insert()
      }
      buffer.removeLines(from.row, lines.length)
      buffer.moveTo(buffer.row, Math.max(0, buffer.line.search(/\S|$/)))
      return this.changed()
    }
    const end = to.column + (b.inclusive ? 1 : 0)
    const wordOverEnd = !b.inclusive && to.row > from.row && to.column === 0 && !backward
    const last = wordOverEnd
      ? { row: to.row - 1, column: (buffer.lines[to.row - 1] ?? '').length }
      : { row: to.row, column: end }
    const head = (buffer.lines[from.row] ?? '').slice(0, from.column)
    const tail = (buffer.lines[last.row] ?? '').slice(last.column)
    const taken = buffer.lines.slice(from.row, last.row + 1)
    const cut = taken
      .map((line, at) => line.slice(at === 0 ? from.column : 0, at === taken.length - 1 ? last.column : undefined))
      .join('\n')
    this.register = { text: cut, lines: false }
    if (operator === 'y') return buffer.moveTo(from.row, from.column)
    buffer.lines.splice(from.row, taken.length, head + tail)
    buffer.modified = true
    buffer.moveTo(from.row, from.column)
    return operator === 'c' ? this.insert() : this.changed()
  }

  /** Keeps the keys for `.`. */
  private changed(): void {
    this.lastChange = [...this.recorded]
  }

  private put(after: boolean, count: number): void {
    const { buffer, register } = this
    buffer.remember()
    if (register.lines) {
      const row = buffer.row + (after ? 1 : 0)
      buffer.lines.splice(row, 0, ...Array.from({ length: count }, () => register.text.split('\n')).flat())
      buffer.modified = true
      buffer.moveTo(row, 0)
    } else {
      buffer.moveTo(buffer.row, buffer.column + (after && buffer.line !== '' ? 1 : 0))
      buffer.insert(register.text.repeat(count))
      buffer.moveTo(buffer.row, buffer.column - 1)
    }
    this.changed()
  }

  /** Typing until Escape. */
  private async insert(mode: 'insert' | 'replace' = 'insert'): Promise<void> {
    const { buffer } = this
    this.mode = mode
    while (!this.done) {
      const key = await this.key()
      if (key === '\x1b' || key === '\x03') break
      if (key === '\x7f' || key === '\b') buffer.backspace()
      else if (key === 'DELETE') buffer.delete()
      else if (key === '\r' || key === '\n') buffer.insert('\n')
      else if (key === '\x17') {
        const rest = buffer.line.slice(buffer.column)
        const kept = buffer.line.slice(0, buffer.column).replace(/\S*\s*$/, '')
        buffer.line = kept + rest
        buffer.column = kept.length
      } else if (key === '\t' || (key.length <= 2 && key >= ' ' && !key.startsWith('\x1b'))) {
        if (mode === 'replace' && buffer.column < buffer.line.length) buffer.delete()
        buffer.insert(key)
      } else this.arrow(key)
    }
    this.mode = 'command'
    buffer.moveTo(buffer.row, buffer.column - 1)
    this.changed()
  }

  private arrow(key: string): void {
    const { buffer } = this
    if (key === 'END') return buffer.moveTo(buffer.row, buffer.line.length)
    const target = MOTIONS.get(key)?.({
      buffer,
      count: 1,
      counted: false,
      char: '',
      height: this.height,
      top: this.top,
    })
    if (target) buffer.moveTo(target.row, target.column)
  }

  private insertAt(row: number, column: number, newLine = false): Promise<void> {
    const { buffer } = this
    buffer.remember()
    if (newLine) {
      buffer.lines.splice(row, 0, '')
      buffer.modified = true
    }
    buffer.moveTo(row, column)
    return this.insert()
  }

  private simple(count: number): ReadonlyMap<string, () => void | Promise<void>> {
    const { buffer } = this
    return new Map<string, () => void | Promise<void>>([
      ['i', () => this.insertAt(buffer.row, buffer.column)],
      ['INSERT', () => this.insertAt(buffer.row, buffer.column)],
      ['a', () => this.insertAt(buffer.row, buffer.column + 1)],
      ['I', () => this.insertAt(buffer.row, Math.max(0, buffer.line.search(/\S|$/)))],
      ['A', () => this.insertAt(buffer.row, buffer.line.length)],
      ['o', () => this.insertAt(buffer.row + 1, 0, true)],
      ['O', () => this.insertAt(buffer.row, 0, true)],
      ['R', () => (buffer.remember(), this.insert('replace'))],
      ['p', () => this.put(true, count)],
      ['P', () => this.put(false, count)],
      ['u', () => void (buffer.undo() || (this.message = 'Already at oldest change'))],
      ['\x12', () => void (buffer.redo() || (this.message = 'Already at newest change'))],
      ['J', () => this.join(count)],
      ['~', () => this.changeCase(count)],
      ['r', () => this.replaceOne(count)],
      ['.', () => void this.queue.push(...this.lastChange)],
      ['v', () => this.select('visual')],
      ['V', () => this.select('lines')],
      ['*', () => this.searchWord()],
      ['Z', async () => void ((await this.key()) === 'Z' ? await runColon(this, 'x') : (this.done = true))],
      [':', async () => void (await this.colon())],
    ])
  }

  private async colon(range = ''): Promise<void> {
    const text = await this.line(`:${range}`)
    if (text !== undefined) await runColon(this, range + text)
  }

  private searchWord(): void {
    const word = /^\w+/.exec(this.buffer.line.slice(this.wordStart()))?.[0]
    if (!word) return
    this.search = `\\<${word}\\>`
    const target = this.next(true)
    if (target) this.buffer.moveTo(target.row, target.column)
  }

  private join(count: number): void {
    const { buffer } = this
    buffer.remember()
    for (let i = 0; i < Math.max(1, count - 1) && buffer.row < buffer.lines.length - 1; i++) {
      const rest = (buffer.lines[buffer.row + 1] ?? '').trimStart()
      buffer.column = buffer.line.length
      buffer.line += rest === '' ? '' : ` ${rest}`
      buffer.lines.splice(buffer.row + 1, 1)
    }
    this.changed()
  }

  private changeCase(count: number): void {
    const { buffer } = this
    buffer.remember()
    const end = buffer.column + count
    const turned = [...buffer.line.slice(buffer.column, end)]
      .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
      .join('')
    buffer.line = buffer.line.slice(0, buffer.column) + turned + buffer.line.slice(end)
    buffer.column = end
    this.changed()
  }

  private async replaceOne(count: number): Promise<void> {
    const { buffer } = this
    const key = await this.key()
    if (key === '\x1b' || buffer.column + count > buffer.line.length) return
    buffer.remember()
    buffer.line = buffer.line.slice(0, buffer.column) + key.repeat(count) + buffer.line.slice(buffer.column + count)
    this.changed()
  }

  private select(mode: 'visual' | 'lines'): void {
    this.mode = mode
    this.anchor = { row: this.buffer.row, column: this.buffer.column }
  }

  private async inVisual(key: string, count: number, counted: boolean): Promise<void> {
    const { buffer } = this
    const operator = key === 'x' || key === 'DELETE' ? 'd' : key === 's' ? 'c' : key
    if (key === '\x1b' || key === '\x03' || key === 'v' || key === 'V') {
      this.mode = 'command'
      return
    }
    if (key === ':') {
      const [from = 0, to = 0] = [this.anchor.row, buffer.row].sort((a, b) => a - b)
      this.mode = 'command'
      return this.colon(`${from + 1},${to + 1}`)
    }
    if (OPERATORS.includes(operator)) {
      const lines = this.mode === 'lines' || operator === '<' || operator === '>'
      const here = { row: buffer.row, column: buffer.column }
      this.mode = 'command'
      const backward = here.row < this.anchor.row || (here.row === this.anchor.row && here.column < this.anchor.column)
      const [from, to] = backward ? [here, this.anchor] : [this.anchor, here]
      return this.apply(operator, from, lines ? { ...to, lines: true } : { ...to, inclusive: true })
    }
    const target = await this.motion(key, count, counted)
    if (target) buffer.moveTo(target.row, target.column)
  }
}

export const vi = defineProgram({
  name: 'editors/vi',
  paths: ['/usr/bin/vi', '/usr/bin/vim', '/bin/vi'],
  covers: 'partial',
  lacks: [
    'macros',
    'marks',
    'named registers',
    'splits and several files',
    'syntax colours',
    'shell escapes (:!)',
    'rectangles (^V)',
    'wrapping long lines (they scroll sideways)',
    'search highlighting',
    ':r, :N, :set hls and :s with c',
    'g~ gu gU and text objects over lines (ip, i{)',
  ],
  summary: 'a text editor',
  usage: 'vi [-R] [FILE]',
  sizeBytes: 1698520,
  options: { readonly: flag('R'), other: flag('Hn') },
  async main({ sys, operands, fail }) {
    const screen = new FullScreen(sys, 0)
    try {
      await screen.enter()
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail('Input is not from a terminal')
      return 1
    }
    try {
      const jump = operands.find((word) => /^\+\d*$/.test(word))
      const editor = new Vi(sys, screen)
      await editor.run(operands.find((word) => word !== jump) ?? '')
      return 0
    } finally {
      await screen.leave()
    }
  },
})
