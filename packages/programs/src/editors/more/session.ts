import { isErrno, type Sys } from '@drydock/abi'
import { runCommand } from '../../exec/run-command.ts'
import { cellsOf, paintCells, wrapCells } from '../screen/cells.ts'
import type { FullScreen } from '../screen/full-screen.ts'

export interface ShownFile {
  readonly name: string
  readonly text: string
  /** How long it is was known beforehand: the prompt tells how much of it was shown. */
  readonly sized: boolean
}
export interface MoreOptions {
  /** Rows of a screenful, default the terminal's but one. */
  readonly lines: number | undefined
  /** -d: the prompt says which keys there are. */
  readonly hints: boolean
  /** -p, -c: each screenful on an empty screen. */
  readonly clears: boolean
  readonly squeezes: boolean
  readonly leavesAtEnd: boolean
}

type Command = (more: MoreSession, count: number | undefined) => void | Promise<void>

const HALF_ROWS = 11
/** Lines above a match that are shown with it. */
const ABOVE_MATCH = 2
const TAB = 8
const RULE = '------------------------'
const reverse = (text: string): string => `\x1b[7m${text}\x1b[27m`

/** more while it runs: text goes by, and the last row asks how to go on. */
export class MoreSession {
  private readonly sys: Sys
  private readonly env: ReadonlyMap<string, string>
  private readonly screen: FullScreen
  private readonly files: readonly ShownFile[]
  private readonly options: MoreOptions
  private index = 0
  private lines: readonly string[] = []
  /** The next line to be shown. */
  private at = 0
  private pattern: RegExp | undefined
  private searchedFrom = 0
  private step = 1
  private half = HALF_ROWS
  private window: number | undefined
  private done = false
  /** The prompt stands in the last row. */
  private prompted = false
  private last: { readonly key: string; readonly count: number | undefined } | undefined

  constructor(
    sys: Sys,
    env: ReadonlyMap<string, string>,
    screen: FullScreen,
    files: readonly ShownFile[],
    options: MoreOptions,
  ) {
    this.sys = sys
    this.env = env
    this.screen = screen
    this.files = files
    this.options = options
  }

  private get file(): ShownFile {
    return this.files[this.index] ?? { name: '', text: '', sized: false }
  }

  /** Rows that a page has. */
  get screenful(): number {
    return this.window ?? this.options.lines ?? Math.max(1, this.screen.rows - 1)
  }

  private write(text: string): Promise<void> {
    return this.screen.write(text.replaceAll('\n', '\r\n'))
  }

  private load(index: number): void {
    this.index = index
    const lines = this.file.text.split('\n')
    if (lines.at(-1) === '') lines.pop()
    this.lines = this.options.squeezes
      ? lines.filter((line, at) => line !== '' || at === 0 || lines[at - 1] !== '')
      : lines
    this.at = 0
  }

  /** @param start  +LINE or +/PATTERN of the command line */
  async run(start: string | undefined): Promise<void> {
    this.load(0)
    if (start?.startsWith('/')) await this.find(new RegExp(start.slice(1)), 1)
    else {
      if (start !== undefined) this.at = Math.max(0, Number(start) - 1)
      await this.begin()
    }
    while (!this.done) {
      if (this.ended && this.options.leavesAtEnd && this.index === this.files.length - 1) return
      await this.command()
    }
  }

  private get ended(): boolean {
    return this.at >= this.lines.length
  }

  /** The first screenful of a file, with its name above where there are several. */
  private async begin(): Promise<void> {
    const named = this.files.length > 1
    if (named) await this.write(`${this.taken()}::::::::::::::\n${this.file.name}\n::::::::::::::\n`)
    await this.show(this.screenful - (named ? 3 : 0))
  }

  /** What takes the prompt away. */
  private taken(): string {
    const text = this.prompted ? '\r\x1b[K' : ''
    this.prompted = false
    return text
  }

  /** So many rows; blank ones where there is no more text. */
  async show(rows: number): Promise<void> {
    let out = this.options.clears && rows >= this.screenful ? '\x1b[H\x1b[2J' : this.taken()
    let left = rows
    while (left > 0 && !this.ended) {
      const shown = wrapCells(cellsOf(this.lines[this.at] ?? '', TAB), this.screen.cols)
      for (const cells of shown) out += `${paintCells(cells)}\n`
      left -= Math.max(1, shown.length)
      this.at++
    }
    if (this.ended && left > 0 && !this.options.leavesAtEnd) out += '\n'.repeat(left)
    await this.write(out)
    await this.prompt()
  }

  private async prompt(): Promise<void> {
    if (this.ended && this.options.leavesAtEnd) return
    const hint = this.options.hints ? "[Press space to continue, 'q' to quit.]" : ''
    await this.write(this.ended ? reverse('--More--\r\x1b[K(END)') : reverse(`--More--${this.share()}${hint}`))
    this.prompted = true
  }

  private share(): string {
    const { text, sized } = this.file
    if (!sized || text === '') return ''
    const bytes = (part: string): number => new TextEncoder().encode(part).length
    const shown = this.lines.slice(0, this.at).join('\n')
    return `(${Math.floor((bytes(shown) + 1) / (bytes(text) / 100))}%)`
  }

  private async command(): Promise<void> {
    let digits = ''
    let key = await this.screen.nextKey()
    for (; /^\d$/.test(key); key = await this.screen.nextKey()) digits += key
    const count = digits === '' ? undefined : Number(digits)
    const again = key === '.' ? this.last : { key, count }
    if (!again) return this.write('\x07')
    this.last = again
    await COMMANDS.get(again.key)?.(this, again.count)
  }

  // what keys do --------------------------------------------------------------------------------------------------------

  leave(): Promise<void> {
    this.done = true
    return this.write(this.taken())
  }

  async page(count: number | undefined, keeps: boolean): Promise<void> {
    if (this.ended && this.index < this.files.length - 1) return this.toFile(this.index + 1)
    if (keeps && count !== undefined) this.window = count
    await this.show(count ?? this.screenful)
  }

  async byStep(count: number | undefined): Promise<void> {
    this.step = count ?? this.step
    await this.show(this.step)
  }

  async byHalf(count: number | undefined): Promise<void> {
    this.half = count ?? this.half
    await this.show(this.half)
  }

  async skip(lines: number): Promise<void> {
    this.prompted = false
    await this.write(`\r\r\x1b[K\n...skipping ${lines} line${lines === 1 ? '' : 's'}\n\r`)
    this.at += lines
    await this.show(this.screenful)
  }

  async back(pages: number): Promise<void> {
    await this.write(`${this.taken()}...back ${pages} page${pages === 1 ? '' : 's'}\n\r`)
    this.at = Math.max(0, this.at - this.screenful * (pages + 1))
    await this.show(this.screenful)
  }

  async backToSearch(): Promise<void> {
    await this.write(`${this.taken()}\n***Back***\n\n\r`)
    this.at = this.searchedFrom
    await this.show(this.screenful)
  }

  async redraw(): Promise<void> {
    this.prompted = false
    await this.write('\x1b[H\x1b[2J')
    this.at = Math.max(0, this.at - this.screenful)
    await this.show(this.screenful)
  }

  say(text: string): Promise<void> {
    return this.write(this.taken() + text)
  }

  lineNumber(): Promise<void> {
    return this.say(String(this.at))
  }

  whereami(): Promise<void> {
    return this.say(this.file.name === '' ? `[Not a file] line ${this.at}` : `"${this.file.name}" line ${this.at}`)
  }

  async search(count: number): Promise<void> {
    const text = await this.ask('/')
    if (text === undefined) return this.prompt()
    if (text === '') return this.again(count)
    try {
      await this.find(new RegExp(text), count)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      await this.say(reverse('Invalid regular expression'))
    }
  }

  again(count: number): Promise<void> {
    return this.pattern ? this.find(this.pattern, count) : this.say(reverse('No previous regular expression'))
  }

  private async find(pattern: RegExp, count: number): Promise<void> {
    this.pattern = pattern
    let left = count
    const found = this.lines.findIndex((line, at) => at >= this.at && pattern.test(line) && --left === 0)
    if (found < 0) return this.say(reverse('Pattern not found'))
    this.searchedFrom = Math.max(0, this.at - this.screenful)
    await this.write(`${this.taken()}\n...skipping\n`)
    this.at = Math.max(0, found - ABOVE_MATCH)
    await this.show(this.screenful)
  }

  /** @returns undefined when it was called off */
  private async ask(mark: string): Promise<string | undefined> {
    await this.say(mark)
    for (let text = ''; ; ) {
      const key = await this.screen.nextKey()
      if (key === '\r' || key === '\n') return text
      if (key === '\x1b' || key === '\x03' || key === '<Hangup>') return undefined
      if (key === '\x7f' || key === '\b') {
        if (text === '') return undefined
        text = text.slice(0, -1)
        await this.write('\b \b')
      } else if (key >= ' ' && key.length === 1) {
        text += key
        await this.write(key)
      }
    }
  }

  async colon(): Promise<void> {
    const key = await this.screen.nextKey()
    await COLON.get(key)?.(this, undefined)
  }

  /** `:n` and `:p`. Behind the last there is nothing to stay for. */
  async neighbour(by: 1 | -1): Promise<void> {
    const next = Math.max(0, this.index + by)
    this.prompted = false
    await this.write('\r\r\x1b[K')
    if (next >= this.files.length) {
      this.done = true
      return
    }
    const name = this.files[next]?.name ?? ''
    await this.write(`\n...Skipping \n...Skipping ${by > 0 ? 'to' : 'back to'} file ${name}\n\n\r`)
    this.load(next)
    await this.write(reverse(`--More--(Next file: ${name})`))
    this.prompted = true
  }

  private async toFile(index: number): Promise<void> {
    this.load(index)
    await this.begin()
  }

  /** `!`: a command of the shell's, and `v`: the file in an editor. */
  async shell(): Promise<void> {
    const text = await this.ask('!')
    if (text !== undefined) await this.outside(['sh', '-c', text])
    await this.prompt()
  }

  async edit(): Promise<void> {
    const editor = this.env.get('VISUAL') || this.env.get('EDITOR') || 'vi'
    await this.say(`${editor} +${this.at} ${this.file.name}`)
    await this.outside([...editor.split(' '), `+${this.at}`, this.file.name])
    await this.prompt()
  }

  private async outside(argv: readonly string[]): Promise<void> {
    await this.write('\n')
    await this.screen.close()
    try {
      await runCommand(this.sys, argv, this.env)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    await this.screen.open()
    await this.write(`${RULE}\n`)
  }

  async help(): Promise<void> {
    await this.write(`${this.taken()}${HELP}`)
    await this.prompt()
  }
}

const HELP = `A number before a key says how many; with a star it stays so.
${'-'.repeat(79)}
<space>, z*             as many lines as the screen has
<return>*               one line
d, ^D*                  half a screen
s, f                    leaves out lines, screens
b, ^B                   back by screens
'                       where the last search began
=                       the number of the line
/<pattern>, n           searches, and again
!<command>              a command of the shell's
v                       the file in an editor
^L                      shows the screen again
:n, :p                  the next file, the one before
:f                      the file's name and the line
.                       the last command again
q, Q                    ends
${'-'.repeat(79)}
`

const rows = (keys: readonly string[], command: Command): [string, Command][] => keys.map((key) => [key, command])

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...rows([' ', '<PageDown>'], (more, count) => more.page(count, false)),
  ['z', (more, count) => more.page(count, true)],
  ...rows(['\r', '\n', '<Down>'], (more, count) => more.byStep(count)),
  ...rows(['d', '\x04'], (more, count) => more.byHalf(count)),
  ...rows(['q', 'Q', '\x03', '<Hangup>', '<Interrupt>'], (more) => more.leave()),
  ['s', (more, count) => more.skip(count ?? 1)],
  ['f', (more, count) => more.skip((count ?? 1) * more.screenful)],
  ...rows(['b', '\x02', '<PageUp>'], (more, count) => more.back(count ?? 1)),
  ["'", (more) => more.backToSearch()],
  ['=', (more) => more.lineNumber()],
  ['/', (more, count) => more.search(count ?? 1)],
  ['n', (more, count) => more.again(count ?? 1)],
  ['!', (more) => more.shell()],
  ['v', (more) => more.edit()],
  ...rows(['h', '?'], (more) => more.help()),
  ['\x0c', (more) => more.redraw()],
  [':', (more) => more.colon()],
])

const COLON: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['n', (more) => more.neighbour(1)],
  ['p', (more) => more.neighbour(-1)],
  ['f', (more) => more.whereami()],
  ['q', (more) => more.leave()],
  ['!', (more) => more.shell()],
])
