/** less while it runs: keys to commands, files to pagers. Commands are those of less(1), "COMMANDS". */
import { EISDIR, isDirectory, isErrno, isRegular, O_RDONLY, type Sys } from '@drydock/abi'
import { writeFile } from '@drydock/libc'
import { runCommand } from '../../exec/run-command.ts'
import type { FullScreen } from '../screen/full-screen.ts'
import { askLine } from './ask.ts'
import type { DisplayOptions } from './display.ts'
import { type Filter, FilteredLines, squeezed } from './filtered-lines.ts'
import { LineSource } from './line-source.ts'
import { HELP } from './help.ts'
import { Pager } from './pager.ts'
import { VERSION } from './version.ts'
import { compilePattern, type CaseRule, matchesOf } from './pattern.ts'
import { fileInfo, type PromptFacts, promptText } from './prompt.ts'

export interface LessOptions extends DisplayOptions {
  ignore: CaseRule['ignore']
  prompt: PromptFacts['style']
  /** -e: leaves at the second end of file; -E: at the first. */
  quitAtEnd: 'no' | 'second' | 'first'
  /** -s: several blank lines show as one. */
  squeeze: boolean
}

/** Files up to this size are read whole for the prompt that tells how many lines there are. */
const COUNTED_BYTES = 10 * 1024 ** 2

type Command = (less: LessSession, count: number | undefined, key: string) => void | Promise<void>

export class LessSession {
  pager: Pager
  message = ''
  /** What is shown waits for RETURN, which does nothing else. */
  private waiting = false
  done = false
  readonly sys: Sys
  readonly screen: FullScreen
  readonly options: LessOptions
  readonly names: string[]
  private readonly env: ReadonlyMap<string, string>
  private index = 0
  private first = true
  private size: number | undefined
  private pattern: RegExp | undefined
  private lastSearch: { forward: boolean; invert: boolean } = { forward: true, invert: false }
  private half = 0
  /** All lines of the file, when only some show. */
  private base: LineSource
  private filtered = false

  constructor(
    sys: Sys,
    env: ReadonlyMap<string, string>,
    screen: FullScreen,
    options: LessOptions,
    names: readonly string[],
    opened: { source: LineSource; size: number | undefined; index: number },
  ) {
    this.sys = sys
    this.env = env
    this.screen = screen
    this.options = options
    this.names = [...names]
    this.size = opened.size
    this.index = opened.index
    this.base = opened.source
    this.pager = new Pager(shownName(names[opened.index]), this.shownLines(), options)
  }

  /** The lines of the file that show: all, or those that -s and a filter leave. */
  private shownLines(filter?: Filter): LineSource | FilteredLines {
    const { squeeze } = this.options
    if (!filter && !squeeze) return this.base
    return new FilteredLines(
      this.base,
      (line, before) => (!squeeze || squeezed(line, before)) && (filter?.(line, before) ?? true),
    )
  }

  /** `&`: only lines that match show, or with `!` those that do not; without a pattern all of them again. */
  async askFilter(): Promise<void> {
    const text = await askLine(this.screen, '&/')
    if (text === undefined) return
    const invert = text.startsWith('\x0e') || text.startsWith('!')
    const wanted = invert ? text.slice(1) : text
    const pattern = wanted === '' ? undefined : compilePattern(wanted, this.options.ignore)
    if (wanted !== '' && !pattern) {
      this.message = 'Invalid pattern  (press RETURN)'
      return
    }
    const line = this.pager.source.numberOf(this.pager.top.line)
    this.filtered = pattern !== undefined
    const filter: Filter | undefined = pattern && ((line) => matchesOf(line, pattern).length > 0 !== invert)
    this.pager = new Pager(this.pager.name, this.shownLines(filter), this.options)
    this.pager.squished = false
    await this.pager.toNumber(line)
    this.screen.forget()
  }

  /** `v`: the file in an editor. */
  async edit(): Promise<void> {
    const name = this.names[this.index]
    if (name === undefined || name === '-') {
      this.message = 'Cannot edit standard input  (press RETURN)'
      return
    }
    const editor = this.env.get('VISUAL') || this.env.get('EDITOR') || 'vi'
    const line = this.pager.source.numberOf(this.pager.top.line)
    await this.screen.close()
    await runCommand(this.sys, [...editor.split(' '), `+${line}`, name], this.env)
    await this.screen.open()
    const { top } = this.pager
    await this.openFile(this.index, '')
    this.pager.top = top
    this.screen.forget()
  }

  /** `s`: what came through a pipe into a file. */
  async save(): Promise<void> {
    const name = (await askLine(this.screen, 'log file: '))?.trim()
    if (!name) return
    await this.base.ensure(Number.POSITIVE_INFINITY)
    try {
      await writeFile(this.sys, name, this.base.lines.map((line) => `${line}\n`).join(''))
    } catch (error) {
      if (!isErrno(error)) throw error
      this.message = `Cannot write to "${name}"  (press RETURN)`
    }
  }

  /** `{`, `}` and their like: the line of the bracket that belongs to one at the top or the bottom. */
  async bracket(open: string, close: string, forward: boolean): Promise<void> {
    const { pager } = this
    const from = forward ? pager.top.line : pager.bottom - 1
    const wanted = forward ? open : close
    if (!(pager.source.lines[from] ?? '').includes(wanted)) {
      this.message = `No bracket in ${forward ? 'top' : 'bottom'} line  (press RETURN)`
      return
    }
    let depth = 0
    for (let line = from; line >= 0; line += forward ? 1 : -1) {
      await pager.source.ensure(line)
      const text = pager.source.lines[line]
      if (text === undefined) break
      for (const char of forward ? text : [...text].toReversed()) {
        if (char === wanted) depth++
        else if (char === (forward ? close : open) && --depth === 0) {
          if (forward) pager.top = { line: Math.max(0, line - this.screen.rows + 2), row: 0 }
          else pager.top = { line, row: 0 }
          return
        }
      }
    }
    this.message = 'No matching bracket  (press RETURN)'
  }

  private facts(): PromptFacts {
    const { pager, options, size, index, names, first } = this
    return { pager, style: options.prompt, size, index, names, first }
  }

  async draw(): Promise<void> {
    const { screen, pager } = this
    pager.rows = screen.rows
    pager.cols = screen.cols
    if (this.options.prompt === 'long' && (this.size ?? COUNTED_BYTES) < COUNTED_BYTES)
      await this.base.ensure(Number.POSITIVE_INFINITY)
    const rows = await pager.window()
    const text = this.message || (this.filtered ? '& ' : '') + promptText(this.facts())
    const shown = text === '' ? ':' : `\x1b[7m${text.slice(0, screen.cols - 1)}\x1b[27m`
    const width = text === '' ? 1 : Math.min(text.length, screen.cols - 1)
    const row = pager.squished ? rows.length : screen.rows - 1
    await screen.paint([...rows, shown], { row, col: width })
    this.waiting = this.message.endsWith('(press RETURN)')
    this.message = ''
  }

  async run(start: string | undefined): Promise<void> {
    if (start !== undefined) await this.initial(start)
    while (!this.done) {
      if (!this.screen.typedAhead) await this.draw()
      if (this.options.quitAtEnd === 'first' && this.pager.atEnd) return
      await this.command()
    }
  }

  /** +COMMAND of the command line. */
  private async initial(start: string): Promise<void> {
    this.pager.rows = this.screen.rows
    this.pager.cols = this.screen.cols
    if (start.startsWith('/')) await this.search(start.slice(1), true, 1, 0)
    else if (start === 'F') await this.follow()
    else if (start === 'G') await this.pager.toEnd()
    else if (/^\d+g?$/.test(start)) await this.pager.toLine(Number.parseInt(start, 10) - 1)
  }

  private async command(): Promise<void> {
    let digits = ''
    let key = await this.screen.nextKey()
    while (/^\d$/.test(key)) {
      digits += key
      await this.screen.write(`\x1b[${this.screen.rows};1H\x1b[K:${digits}`)
      key = await this.screen.nextKey()
    }
    const asked = this.waiting || this.message.endsWith('(press RETURN)')
    const dismissed = asked && /^[\r\n]$/.test(key)
    this.waiting = false
    this.message = ''
    if (dismissed) return
    const run = COMMANDS.get(key)
    this.first = false
    if (run && !STILL.has(key)) this.pager.squished = false
    if (run) await run(this, digits === '' ? undefined : Number(digits), key)
    else if (key !== '<Interrupt>') await this.screen.write('\x07')
    this.screen.forgetLast()
  }

  async scrollHalf(count: number | undefined, direction: 1 | -1): Promise<void> {
    if (count) this.half = count
    const rows = this.half || Math.floor(this.screen.rows / 2)
    if (direction > 0) await this.forward(rows)
    else this.pager.backward(rows)
  }

  async forward(rows: number, past = false): Promise<void> {
    const moved = await this.pager.forward(rows, past)
    if (!moved && this.options.quitAtEnd === 'second' && this.pager.atEnd) this.done = true
  }

  async askSearch(forward: boolean, count: number): Promise<void> {
    const text = await askLine(this.screen, forward ? '/' : '?')
    if (text === undefined) return
    const invert = text.startsWith('\x0e') || text.startsWith('!')
    this.lastSearch = { forward, invert }
    // What shows is looked through as well: from its first line, or back from its last.
    const { top, bottom } = this.pager
    const from = text === '' ? undefined : forward ? top.line : bottom - 1
    await this.search(invert ? text.slice(1) : text, forward, count, from)
  }

  async search(text: string, forward: boolean, count: number, from?: number): Promise<void> {
    if (text !== '') {
      const pattern = compilePattern(text, this.options.ignore)
      if (!pattern) {
        this.message = 'Invalid pattern  (press RETURN)'
        return
      }
      this.pattern = pattern
    }
    await this.again(forward, count, from)
  }

  async repeat(same: boolean, count: number): Promise<void> {
    await this.again(this.lastSearch.forward === same, count)
  }

  private async again(forward: boolean, count: number, from?: number): Promise<void> {
    const { pattern, pager } = this
    if (!pattern) {
      this.message = 'No previous regular expression  (press RETURN)'
      return
    }
    this.options.highlight = pattern
    const { line } = pager.top
    const begin = from ?? (forward ? line + 1 : line - 1)
    pager.leave()
    const found = await pager.find(pattern, forward, count, this.lastSearch.invert, begin)
    if (!found) this.message = 'Pattern not found  (press RETURN)'
  }

  toggleHighlight(): void {
    this.options.highlight = this.options.highlight ? undefined : this.pattern
  }

  /** F: waits for what is written to the file until ^C. */
  async follow(): Promise<void> {
    const { pager, screen } = this
    for (;;) {
      await pager.toEnd()
      this.message = 'Waiting for data... (interrupt to abort)'
      await this.draw()
      const key = await screen.keyWithin(300)
      if (key === '<Interrupt>' || key === '\x03' || key === '<Hangup>') break
      await pager.source.more()
    }
  }

  async openFile(index: number, complaint: string): Promise<void> {
    const name = this.names[index]
    if (name === undefined) {
      this.message = `${complaint}  (press RETURN)`
      return
    }
    try {
      const opened = openSource(this.sys, name)
      this.pager.source.close()
      this.size = opened.size
      this.index = index
      this.base = opened.source
      this.filtered = false
      this.pager = new Pager(name, this.shownLines(), this.options)
      this.pager.squished = false
      this.first = true
    } catch (error) {
      if (!isErrno(error)) throw error
      this.message = `${openProblem(name, error.message, error === EISDIR)}  (press RETURN)`
    }
  }

  async neighbour(step: number): Promise<void> {
    await this.openFile(this.index + step, step > 0 ? 'No next file' : 'No previous file')
  }

  /** `:d`: takes the file out of the list. */
  async dropFile(): Promise<void> {
    if (this.names.length < 2) return
    this.names.splice(this.index, 1)
    await this.openFile(Math.min(this.index, this.names.length - 1), 'No next file')
  }

  async colon(): Promise<void> {
    await this.screen.write(`\x1b[${this.screen.rows};1H\x1b[K :`)
    const key = await this.screen.nextKey()
    const run = COLON.get(key)
    if (run) await run(this, undefined, key)
  }

  async examine(): Promise<void> {
    const name = (await askLine(this.screen, 'Examine: '))?.trim()
    if (!name) return
    this.names.splice(this.index + 1, 0, name)
    const before = this.pager
    await this.neighbour(1)
    if (this.pager === before) this.names.splice(this.index + 1, 1)
  }

  /** `-N` and the like: turns an option while less runs. */
  async toggle(): Promise<void> {
    const letter = await askOne(this.screen, '-')
    const turn = TOGGLES.get(letter)
    this.message = turn ? `${turn(this.options)}  (press RETURN)` : `There is no ${letter} option  (press RETURN)`
  }

  async info(): Promise<void> {
    await this.base.ensure(Number.POSITIVE_INFINITY)
    this.message = fileInfo(this.facts())
  }

  async shell(): Promise<void> {
    const text = await askLine(this.screen, '!')
    if (text === undefined) return
    await this.screen.close()
    await runCommand(this.sys, ['sh', '-c', text || 'sh'], this.env)
    await this.screen.write('!done  (press RETURN)')
    await this.screen.open()
    await this.screen.nextKey()
  }

  async help(): Promise<void> {
    const { pager, size } = this
    const text = helpSource(this.sys)
    text.lines.push(...HELP.split('\n'))
    this.pager = new Pager('HELP -- Press RETURN for more, or q when done', text, this.options)
    await this.run(undefined)
    this.done = false
    this.pager = pager
    this.size = size
    this.screen.forget()
  }

  /** A line by its number, or the end. */
  async goTo(number: number | undefined): Promise<void> {
    this.pager.leave()
    if (number === undefined) await this.pager.toEnd()
    else if (!(await this.pager.toLine(number - 1)))
      this.message = `Cannot seek to line number ${number}  (press RETURN)`
  }

  async mark(): Promise<void> {
    const letter = await askOne(this.screen, 'set mark: ')
    if (/^[a-zA-Z]$/.test(letter)) this.pager.marks.set(letter, { ...this.pager.top })
  }

  async toMark(): Promise<void> {
    const letter = await askOne(this.screen, 'goto mark: ')
    const { pager } = this
    if (letter === '^') pager.top = { line: 0, row: 0 }
    else if (letter === '$') await pager.toEnd()
    else if (letter === "'") pager.back()
    else {
      const place = pager.marks.get(letter)
      if (place) pager.top = { ...place }
      else this.message = 'Mark not set  (press RETURN)'
    }
  }
}

async function askOne(screen: FullScreen, label: string): Promise<string> {
  await screen.write(`\x1b[${screen.rows};1H\x1b[K${label}`)
  return screen.nextKey()
}

const shownName = (name: string | undefined): string => (name === undefined || name === '-' ? '' : name)
const helpSource = (sys: Sys): LineSource => {
  const source = new LineSource(sys, -1)
  source.complete = true
  return source
}

export const openProblem = (name: string, reason: string, folder: boolean): string =>
  folder ? `${name} is a directory` : `${name}: ${reason}`

/** @throws Errno; EISDIR for a directory */
export function openSource(sys: Sys, name: string): { source: LineSource; size: number | undefined } {
  if (name === '-') return { source: new LineSource(sys, 0), size: undefined }
  const fd = sys.open(name, O_RDONLY)
  const { mode, size } = sys.fstat(fd)
  if (isDirectory(mode)) {
    sys.close(fd)
    throw EISDIR
  }
  return { source: new LineSource(sys, fd), size: isRegular(mode) && size > 0 ? size : undefined }
}

const flip =
  (name: 'chop' | 'numbers' | 'rawColours', on: string, off: string) =>
  (o: LessOptions): string => {
    o[name] = !o[name]
    return o[name] ? on : off
  }

const TOGGLES: ReadonlyMap<string, (o: LessOptions) => string> = new Map<string, (o: LessOptions) => string>([
  ['S', flip('chop', 'Chop long lines', 'Fold long lines')],
  ['N', flip('numbers', 'Constantly display line numbers', "Don't use line numbers")],
  [
    'R',
    flip(
      'rawColours',
      'Display ANSI sequences directly, otherwise display as control characters',
      'Display control characters as ^X',
    ),
  ],
  [
    'i',
    (o) =>
      (o.ignore = o.ignore === 'smart' ? 'no' : 'smart') === 'no'
        ? 'Case is significant in searches'
        : 'Ignore case in searches',
  ],
  [
    'I',
    (o) =>
      (o.ignore = o.ignore === 'always' ? 'no' : 'always') === 'no'
        ? 'Case is significant in searches'
        : 'Ignore case in searches and in patterns',
  ],
  ['M', (o) => ((o.prompt = o.prompt === 'long' ? 'short' : 'long') === 'long' ? 'Long prompt' : 'Short prompt')],
  [
    'm',
    (o) => ((o.prompt = o.prompt === 'medium' ? 'short' : 'medium') === 'medium' ? 'Medium prompt' : 'Short prompt'),
  ],
])

const COLON: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['n', (less) => less.neighbour(1)],
  ['p', (less) => less.neighbour(-1)],
  ['x', (less) => less.openFile(0, 'No such file')],
  ['d', (less) => less.dropFile()],
  ['e', (less) => less.examine()],
  ['f', (less) => less.info()],
  ['q', (less) => void (less.done = true)],
  ['Q', (less) => void (less.done = true)],
])

const rows = (keys: readonly string[], command: Command): [string, Command][] => keys.map((key) => [key, command])
const page = (less: LessSession): number => less.screen.rows - 1
const shift = (less: LessSession, count: number | undefined, direction: 1 | -1): void => {
  const by = count ?? Math.floor(less.screen.cols / 2)
  less.options.shift = Math.max(0, less.options.shift + direction * by)
}
const toPercent: Command = async (less, count = 0) => {
  await less.pager.source.ensure(Number.POSITIVE_INFINITY)
  const { lines } = less.pager.source
  await less.pager.toLine(Math.min(lines.length - 1, Math.floor((lines.length * count) / 100)))
}

/** Commands that leave what shows as it stands. */
const STILL: ReadonlySet<string> = new Set(['=', '\x07', ':', '-', 'm', 'V'])

const BRACKETS = ['{}', '()', '[]'].map((pair) => [pair.charAt(0), pair.charAt(1)] as const)

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...rows(['q', 'Q', 'Z', '<Hangup>'], (less) => void (less.done = true)),
  ...rows([' ', 'f', 'z', '\x06', '\x16', '<PageDown>'], (less, count) => less.forward(count ?? page(less))),
  ...rows(['b', 'w', '\x02', '<PageUp>'], (less, count) => less.pager.backward(count ?? page(less))),
  ...rows(['j', 'e', '\r', '\n', '\x0e', '\x05', '<Down>'], (less, count) => less.forward(count ?? 1)),
  ...rows(['k', 'y', '\x10', '\x19', '\x0b', '<Up>'], (less, count) => less.pager.backward(count ?? 1)),
  ['J', (less, count) => less.forward(count ?? 1, true)],
  ...rows(['K', 'Y'], (less, count) => less.pager.backward(count ?? 1)),
  ...rows(['d', '\x04'], (less, count) => less.scrollHalf(count, 1)),
  ...rows(['u', '\x15'], (less, count) => less.scrollHalf(count, -1)),
  ...rows(['g', '<', '<Home>', '<M-<>'], (less, count) => less.goTo(count ?? 1)),
  ...rows(['G', '>', '<End>', '<M->>'], (less, count) => less.goTo(count)),
  ...rows(['p', '%'], toPercent),
  ['/', (less, count) => less.askSearch(true, count ?? 1)],
  ['?', (less, count) => less.askSearch(false, count ?? 1)],
  ['n', (less, count) => less.repeat(true, count ?? 1)],
  ['N', (less, count) => less.repeat(false, count ?? 1)],
  ...rows(['<M-u>'], (less) => less.toggleHighlight()),
  ...rows(['<Right>'], (less, count) => shift(less, count, 1)),
  ...rows(['<Left>'], (less, count) => shift(less, count, -1)),
  ['F', (less) => less.follow()],
  ...rows(['=', '\x07'], (less) => less.info()),
  [':', (less) => less.colon()],
  ['-', (less) => less.toggle()],
  ['!', (less) => less.shell()],
  ['V', (less) => void (less.message = `less ${VERSION}  (press RETURN)`)],
  ...rows(['t', 'T'], (less) => void (less.message = 'No tags file  (press RETURN)')),
  ['&', (less) => less.askFilter()],
  ['v', (less) => less.edit()],
  ['s', (less) => less.save()],
  ...BRACKETS.flatMap(([open, close]): [string, Command][] => [
    [open, (less) => less.bracket(open, close, true)],
    [close, (less) => less.bracket(open, close, false)],
  ]),
  ['P', toPercent],
  ['m', (less) => less.mark()],
  ["'", (less) => less.toMark()],
  ...rows(['h', 'H', '<F1>'], (less) => less.help()),
  ...rows(['r', 'R', '\x0c', '\x12', '<Resize>'], (less) => less.screen.forget()),
  ['<Suspend>', (less) => less.screen.suspend()],
])
