import { defineProgram, flag, value } from '@drydock/libc'
import { ENOTTY, isErrno, type Sys } from '@drydock/abi'
import { displayWidth } from '../text/width.ts'
import { displayed, FullScreen, reverse } from './full-screen.ts'
import { clip, columnsFrom } from './screen/cells.ts'
import { messageOf, patternOf, TextBuffer } from './text-buffer.ts'

const HELP: readonly (readonly [key: string, text: string])[] = [
  ['^G', 'Help'],
  ['^X', 'Exit'],
  ['^O', 'Write Out'],
  ['^R', 'Read File'],
  ['^W', 'Where Is'],
  ['^\\', 'Replace'],
  ['^K', 'Cut'],
  ['^J', 'Justify'],
  ['^U', 'Paste'],
  ['^/', 'Go To Line'],
  ['^C', 'Location'],
  ['M-U', 'Undo'],
]

const center = (text: string, width: number): string => {
  const left = Math.max(0, Math.floor((width - text.length) / 2))
  return (' '.repeat(left) + text).slice(0, width).padEnd(width)
}

class Nano {
  private readonly buffer = new TextBuffer()
  private top = 0
  private message = ''
  private cut: string[] = []
  private cutting = false
  private lastSearch = ''
  private readonly sys: Sys
  private readonly screen: FullScreen
  private path: string
  private readonly numbers: boolean

  constructor(sys: Sys, screen: FullScreen, path: string, numbers: boolean) {
    this.sys = sys
    this.screen = screen
    this.path = path
    this.numbers = numbers
  }

  async open(): Promise<void> {
    if (this.path === '') return
    try {
      const isNew = await this.buffer.load(this.sys, this.path)
      const { length } = this.buffer.lines
      this.message = isNew ? '[ New File ]' : `[ Read ${length} line${length === 1 ? '' : 's'} ]`
    } catch (error) {
      this.message = `[ Error reading ${this.path}: ${messageOf(error)} ]`
    }
  }

  private async draw(prompt?: string): Promise<void> {
    const { rows, cols } = this.screen.size()
    const height = rows - 4
    const { buffer } = this
    if (buffer.row < this.top || buffer.row >= this.top + height)
      this.top = Math.max(0, buffer.row - Math.floor(height / 2))
    const gutter = this.numbers ? String(buffer.lines.length).length + 1 : 0
    const width = cols - gutter
    const column = displayWidth(displayed(buffer.line.slice(0, buffer.column)))
    const page = column >= width ? Math.floor(column / (width - 1)) * (width - 1) : 0
    const body = Array.from({ length: height }, (_, at) => {
      const line = buffer.lines[this.top + at]
      if (line === undefined) return ''
      const number = gutter ? reverse(String(this.top + at + 1).padStart(gutter - 1)) + ' ' : ''
      return number + clip(columnsFrom(displayed(line), this.top + at === buffer.row ? page : 0), width)
    })
    const name = this.path === '' ? 'New Buffer' : this.path
    const left = '  GNU nano 7.2'
    const right = buffer.modified ? 'Modified  ' : ''
    const title = left + center(name, cols - left.length * 2).padEnd(cols - left.length - right.length) + right
    const status =
      prompt === undefined
        ? this.message
          ? center(this.message, cols)
          : ''
        : reverse(prompt.padEnd(cols).slice(0, cols))
    const shown = prompt === undefined && this.message ? status.replace(this.message, reverse(this.message)) : status
    const cell = Math.floor(cols / 6)
    const help = (offset: number): string =>
      HELP.filter((_, at) => at % 2 === offset)
        .map(([key, text]) => `${reverse(key)} ${text}`.padEnd(cell + 9).slice(0, cell + 9))
        .join('')
    const cursor =
      prompt === undefined
        ? { row: buffer.row - this.top + 1, column: gutter + column - page }
        : { row: rows - 3, column: Math.min(cols - 1, prompt.length) }
    await this.screen.paint([reverse(title.slice(0, cols).padEnd(cols)), ...body, shown, help(0), help(1)], cursor)
  }

  /** One line on the status bar; undefined when it was cancelled. */
  private async ask(label: string, initial = ''): Promise<string | undefined> {
    let text = initial
    for (;;) {
      await this.draw(label + text)
      const key = await this.screen.key()
      if (key === undefined || key === '\x03') {
        this.message = '[ Cancelled ]'
        return undefined
      }
      if (key === '\r' || key === '\n') return text
      if (key === '\x7f' || key === '\b') text = text.slice(0, -1)
      else if (key.length === 1 && key >= ' ') text += key
    }
  }

  /** @returns whether it was written */
  private async writeOut(): Promise<boolean> {
    const path = await this.ask('File Name to Write: ', this.path)
    if (path === undefined || path === '') return false
    try {
      const count = this.buffer.text === '' ? 0 : this.buffer.lines.length
      await this.buffer.save(this.sys, path)
      this.path = path
      this.message = `[ Wrote ${count} line${count === 1 ? '' : 's'} ]`
      return true
    } catch (error) {
      this.message = `[ Error writing ${path}: ${messageOf(error)} ]`
      return false
    }
  }

  /** @returns whether to leave */
  private async exit(): Promise<boolean> {
    if (!this.buffer.modified) return true
    for (;;) {
      await this.draw('Save modified buffer?  Y Yes  N No  ^C Cancel ')
      const key = (await this.screen.key())?.toLowerCase()
      if (key === 'y') return this.writeOut()
      if (key === 'n' || key === undefined) return true
      if (key === '\x03') {
        this.message = '[ Cancelled ]'
        return false
      }
    }
  }

  private async whereIs(): Promise<void> {
    const label = this.lastSearch ? `Search [${this.lastSearch}]: ` : 'Search: '
    const text = await this.ask(label)
    if (text === undefined) return
    this.lastSearch = text || this.lastSearch
    if (!this.lastSearch) return
    const quoted = this.lastSearch.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    if (!this.buffer.search(patternOf(quoted, true))) this.message = `[ "${this.lastSearch}" not found ]`
  }

  private async replace(): Promise<void> {
    const from = await this.ask('Search (to replace): ')
    if (!from) return
    const to = await this.ask('Replace with: ')
    if (to === undefined) return
    this.buffer.remember()
    let count = 0
    this.buffer.lines = this.buffer.lines.map((line) => {
      const parts = line.split(from)
      count += parts.length - 1
      return parts.join(to)
    })
    if (count) this.buffer.modified = true
    this.message = `[ Replaced ${count} occurrence${count === 1 ? '' : 's'} ]`
  }

  private async goTo(): Promise<void> {
    const text = await this.ask('Enter line number, column number: ')
    const [row, column] = (text ?? '').split(/[ ,]+/).map(Number)
    if (row) this.buffer.moveTo(row - 1, (column || 1) - 1)
  }

  private cutLine(): void {
    const { buffer } = this
    buffer.remember()
    const gone = buffer.removeLines(buffer.row, 1)
    this.cut = this.cutting ? [...this.cut, ...gone] : gone
    this.cutting = true
    buffer.column = 0
  }

  private paste(): void {
    const { buffer } = this
    if (this.cut.length === 0) return
    buffer.remember()
    buffer.column = 0
    buffer.insert(`${this.cut.join('\n')}\n`)
  }

  private edit(change: () => void): void {
    this.buffer.remember()
    change()
  }

  async run(): Promise<void> {
    const { buffer } = this
    const page = (): number => this.screen.size().rows - 6
    const keys: ReadonlyMap<string, () => void | Promise<void>> = new Map<string, () => void | Promise<void>>([
      ...(['UP', '\x10'] as const).map((key) => [key, () => buffer.moveTo(buffer.row - 1)] as const),
      ...(['DOWN', '\x0e'] as const).map((key) => [key, () => buffer.moveTo(buffer.row + 1)] as const),
      ...(['LEFT', '\x02'] as const).map(
        (key) =>
          [
            key,
            () =>
              (buffer.column > 0
                ? buffer.moveTo(buffer.row, buffer.column - 1)
                : buffer.row > 0 && buffer.moveTo(buffer.row - 1, Number.MAX_SAFE_INTEGER)) as undefined,
          ] as const,
      ),
      ...(['RIGHT', '\x06'] as const).map(
        (key) =>
          [
            key,
            () =>
              (buffer.column < buffer.line.length
                ? buffer.moveTo(buffer.row, buffer.column + 1)
                : buffer.row < buffer.lines.length - 1 && buffer.moveTo(buffer.row + 1, 0)) as undefined,
          ] as const,
      ),
      ...(['HOME', '\x01'] as const).map((key) => [key, () => buffer.moveTo(buffer.row, 0)] as const),
      ...(['END', '\x05'] as const).map(
        (key) => [key, () => buffer.moveTo(buffer.row, Number.MAX_SAFE_INTEGER)] as const,
      ),
      ...(['PAGEUP', '\x19'] as const).map((key) => [key, () => buffer.moveTo(buffer.row - page())] as const),
      ...(['PAGEDOWN', '\x16'] as const).map((key) => [key, () => buffer.moveTo(buffer.row + page())] as const),
      ...(['\x7f', '\b'] as const).map((key) => [key, () => this.edit(() => buffer.backspace())] as const),
      ...(['DELETE', '\x04'] as const).map((key) => [key, () => this.edit(() => buffer.delete())] as const),
      ['\r', () => this.edit(() => buffer.insert('\n'))],
      ['\n', () => this.edit(() => buffer.insert('\n'))],
      ['\t', () => this.edit(() => buffer.insert('\t'))],
      ['\x0b', () => this.cutLine()],
      ['\x15', () => this.paste()],
      ['\x17', () => this.whereIs()],
      ['\x1c', () => this.replace()],
      ['\x1f', () => this.goTo()],
      ['\x1bu', () => void (buffer.undo() || (this.message = '[ Nothing to undo ]'))],
      ['\x1be', () => void (buffer.redo() || (this.message = '[ Nothing to redo ]'))],
      ['\x1b\\', () => buffer.moveTo(0, 0)],
      ['\x1b/', () => buffer.moveTo(buffer.lines.length - 1, Number.MAX_SAFE_INTEGER)],
      ['\x0f', async () => void (await this.writeOut())],
      [
        '\x13',
        async () => void (this.path === '' ? await this.writeOut() : await this.buffer.save(this.sys, this.path)),
      ],
      [
        '\x03',
        () =>
          void (this.message = `[ line ${buffer.row + 1}/${buffer.lines.length} (${Math.floor((100 * (buffer.row + 1)) / buffer.lines.length)}%), col ${buffer.column + 1}/${buffer.line.length + 1} ]`),
      ],
    ])
    for (;;) {
      await this.draw()
      const key = await this.screen.key()
      if (key === undefined) return
      this.message = ''
      if (key !== '\x0b') this.cutting = false
      if (key === '\x18') {
        if (await this.exit()) return
      } else if (keys.has(key)) await keys.get(key)?.()
      else if (key.length <= 2 && key >= ' ' && !key.startsWith('\x1b')) this.edit(() => buffer.insert(key))
    }
  }
}

export const nano = defineProgram({
  name: 'editors/nano',
  paths: ['/usr/bin/nano', '/bin/nano', '/usr/bin/pico'],
  covers: 'partial',
  lacks: ['syntax colours', 'help (^G)', 'justify (^J)', 'read file (^R)', 'marks', 'several buffers'],
  summary: "Nano's ANOther editor",
  usage: 'nano [-l] [+LINE] [FILE]',
  sizeBytes: 283144,
  options: { numbers: flag('l', 'linenumbers'), other: flag('BEHLSTwix'), tab: value('T', 'tabsize') },
  async main({ sys, operands, options, fail }) {
    const line = operands.find((word) => /^\+\d+/.test(word))
    const path = operands.find((word) => word !== line) ?? ''
    const screen = new FullScreen(sys, 0)
    try {
      await screen.enter()
    } catch (error) {
      if (error !== ENOTTY && !isErrno(error)) throw error
      await fail('Standard input is not a terminal')
      return 1
    }
    try {
      const nanoEditor = new Nano(sys, screen, path, options.numbers > 0)
      await nanoEditor.open()
      await nanoEditor.run()
      return 0
    } finally {
      await screen.leave()
    }
  },
})
