import { isErrno, O_RDONLY, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readAll, readFile } from '@drydock/libc'
import { displayed, FullScreen, reverse, RESIZED } from './full-screen.ts'

/** A pattern as typed; text when it is no regular expression. */
function patternOf(text: string, ignoreCase = false): RegExp {
  try {
    return new RegExp(text, ignoreCase ? 'i' : '')
  } catch {
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), ignoreCase ? 'i' : '')
  }
}

const messageOf = (error: unknown): string => {
  if (isErrno(error)) return error.message
  throw error
}

interface PagerOptions {
  readonly raw: boolean
  readonly chop: boolean
  readonly numbers: boolean
  readonly quitIfOne: boolean
  readonly keepScreen: boolean
  readonly ignoreCase: boolean
  /** more(1): leaves at the end, shows `--More--`. */
  readonly more: boolean
}

/** Rows of the screen that a line takes. Escape sequences pass with -R and take no room. */
function wrap(line: string, width: number, { raw, chop }: PagerOptions): string[] {
  const rows: string[] = []
  let row = ''
  let columns = 0
  const text = raw ? line.replaceAll('\t', '        ') : displayed(line)
  for (const [piece] of text.matchAll(/\x1b\[[0-9;]*m|[^]/gu)) {
    if (piece.startsWith('\x1b') && piece.length > 1) row += piece
    else if (columns === width) {
      rows.push(row)
      if (chop) return rows
      row = piece
      columns = 1
    } else {
      row += piece
      columns++
    }
  }
  return [...rows, row]
}

class Pager {
  private top = 0
  private message = ''
  private pattern: RegExp | undefined
  private shown = 0
  private readonly screen: FullScreen
  private readonly lines: readonly string[]
  private readonly name: string
  private readonly options: PagerOptions
  private first = true

  constructor(screen: FullScreen, lines: readonly string[], name: string, options: PagerOptions) {
    this.screen = screen
    this.lines = lines
    this.name = name
    this.options = options
  }

  private get height(): number {
    return this.screen.size().rows - 1
  }

  private rowsOf(at: number): string[] {
    const number = this.options.numbers ? `${String(at + 1).padStart(7)} ` : ''
    const width = this.screen.size().cols - number.length
    const rows = wrap(this.lines[at] ?? '', width, this.options)
    const { pattern } = this
    const marked = pattern
      ? rows.map((row) =>
          row.replace(new RegExp(pattern.source, `g${pattern.flags}`), (match) => (match ? reverse(match) : '')),
        )
      : rows
    return marked.map((row, part) => (part === 0 ? number : ' '.repeat(number.length)) + row)
  }

  private async draw(): Promise<void> {
    const rows: string[] = []
    let at = this.top
    while (rows.length < this.height && at < this.lines.length) rows.push(...this.rowsOf(at++))
    this.shown = at
    while (rows.length < this.height) rows.push('~')
    const status = this.status()
    await this.screen.paint([...rows.slice(0, this.height), status], {
      row: this.height,
      column: status.replace(/\x1b\[\d+m/g, '').length,
    })
    this.first = false
    this.message = ''
  }

  private get atEnd(): boolean {
    return this.shown >= this.lines.length
  }

  private status(): string {
    if (this.message) return reverse(this.message)
    if (this.options.more)
      return reverse(`--More--(${Math.floor((100 * this.shown) / Math.max(1, this.lines.length))}%)`)
    if (this.first && this.name) return reverse(this.atEnd ? `${this.name} (END)` : this.name)
    return this.atEnd ? reverse('(END)') : ':'
  }

  private scroll(by: number): void {
    if (by > 0 && this.atEnd) return
    const last = Math.max(0, this.lines.length - this.height)
    this.top = Math.max(0, Math.min(by > 0 ? Math.max(last, this.top) : this.lines.length - 1, this.top + by))
  }

  private find(forward: boolean): void {
    const { pattern } = this
    if (!pattern) {
      this.message = 'No previous regular expression'
      return
    }
    const rows = this.lines.map((line, at) => [line, at] as const).filter(([line]) => pattern.test(line))
    const found = forward ? rows.find(([, at]) => at > this.top) : rows.findLast(([, at]) => at < this.top)
    if (found) this.top = found[1]
    else this.message = 'Pattern not found  (press RETURN)'
  }

  private async ask(mark: string): Promise<string> {
    let text = ''
    for (;;) {
      await this.screen.write(`\r\x1b[K${mark}${text}`)
      const key = await this.screen.key()
      if (key === '\r' || key === '\n') return text
      if (key === undefined || key === '\x1b' || key === '\x03') return ''
      if (key === '\x7f' || key === '\b') {
        if (text === '') return ''
        text = text.slice(0, -1)
      } else if (key.length === 1 && key >= ' ') text += key
    }
  }

  /** Until `q`. */
  async run(): Promise<void> {
    const half = (): number => Math.floor(this.height / 2)
    const moves: ReadonlyMap<string, () => void> = new Map<string, () => void>([
      ...[' ', 'f', '\x06', '\x16', 'PAGEDOWN', 'z'].map((key) => [key, () => this.scroll(this.height)] as const),
      ...['b', '\x02', 'PAGEUP', 'w'].map((key) => [key, () => this.scroll(-this.height)] as const),
      ...['j', 'e', '\r', '\n', 'DOWN', '\x0e', '\x05'].map((key) => [key, () => this.scroll(1)] as const),
      ...['k', 'y', 'UP', '\x10', '\x19'].map((key) => [key, () => this.scroll(-1)] as const),
      ...['d', '\x04'].map((key) => [key, () => this.scroll(half())] as const),
      ...['u', '\x15'].map((key) => [key, () => this.scroll(-half())] as const),
      ...['g', '<', 'HOME', 'p'].map((key) => [key, () => void (this.top = 0)] as const),
      ...['G', '>', 'END'].map(
        (key) => [key, () => void (this.top = Math.max(0, this.lines.length - this.height))] as const,
      ),
      ['n', () => this.find(true)],
      ['N', () => this.find(false)],
      [RESIZED, () => undefined],
    ])
    for (;;) {
      await this.draw()
      if (this.options.more && this.atEnd) return
      const key = await this.screen.key()
      if (key === undefined || key === 'q' || key === 'Q' || (this.options.more && key === '\x03')) return
      if (key === '/' || key === '?') {
        const text = await this.ask(key)
        if (text) this.pattern = patternOf(text, this.options.ignoreCase && text === text.toLowerCase())
        this.find(key === '/')
      } else if (key === 'h') this.message = 'SPACE b j k d u g G / n N q'
      else if (key === '=') this.message = `${this.name} lines ${this.top + 1}-${this.shown}/${this.lines.length}`
      else moves.get(key)?.()
    }
  }

  /** All of it fits on one screen. */
  get fits(): boolean {
    let rows = 0
    for (let at = 0; at < this.lines.length && rows <= this.height; at++) rows += this.rowsOf(at).length
    return rows <= this.height
  }
}

const isTerminal = (sys: Sys, fd: number): boolean => {
  try {
    return sys.isatty(fd)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

async function page(
  {
    sys,
    io,
    operands,
    fail,
    name,
  }: Pick<ProgramContext<Record<never, never>>, 'sys' | 'io' | 'operands' | 'fail' | 'name'>,
  options: PagerOptions,
): Promise<number> {
  if (operands.length === 0 && isTerminal(sys, 0)) {
    await io.warn(
      options.more
        ? `more: bad usage\nTry 'more --help' for more information.\n`
        : 'Missing filename ("less --help" for help)\n',
    )
    return 1
  }
  const parts: Uint8Array[] = []
  for (const path of operands.length ? operands : ['-']) {
    try {
      parts.push(path === '-' ? await readAll(sys, 0) : await readFile(sys, path))
    } catch (error) {
      if (options.more) await fail(`cannot open ${path}: ${messageOf(error)}`)
      else await io.warn(`${path}: ${messageOf(error)}\n`)
      return 1
    }
  }
  if (!isTerminal(sys, 1)) {
    for (const part of parts) await io.print(part)
    return 0
  }
  const text = parts.map((part) => new TextDecoder().decode(part)).join('')
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const input = isTerminal(sys, 0) ? 0 : sys.open('/dev/tty', O_RDONLY)
  const screen = new FullScreen(sys, input, { alternate: !options.keepScreen })
  const pager = new Pager(screen, lines, operands[0] ?? '', options)
  if (options.quitIfOne && pager.fits) {
    await io.print(text)
    return 0
  }
  await screen.enter()
  try {
    await pager.run()
  } finally {
    await screen.leave()
  }
  return name ? 0 : 1
}

export const more = defineProgram({
  name: 'editors/more',
  paths: ['/usr/bin/more', '/bin/more'],
  covers: 'partial',
  lacks: ['starting at a pattern (+/)'],
  summary: 'display the contents of a file in a terminal',
  usage: 'more [FILE]...',
  sizeBytes: 59704,
  options: { other: flag('dfpcsu') },
  main: (context) =>
    page(context, {
      raw: true,
      chop: false,
      numbers: false,
      quitIfOne: true,
      keepScreen: true,
      ignoreCase: false,
      more: true,
    }),
})
