import { encodeText, type ProgramContext } from '@drydock/libc'
import { runCommand } from '../exec/run-command.ts'
import { compileRegex, RegexError } from '../regex/posix.ts'
import { LineReader } from '../text/line-reader.ts'
import { windowSize } from '../text/terminal.ts'
import { Addresses, type Range } from './addresses.ts'
import { Buffer, type Line } from './buffer.ts'
import { readNamed, writeNamed } from './named-files.ts'
import type { edOptions } from './options.ts'
import { plain, type Printer, PRINTERS } from './printers.ts'
import { EdError, Scanner } from './scanner.ts'
import { commandList } from './command-list.ts'
import { hits, readReplacement, substituteLines, type Substitution } from './substitution.ts'

type Context = ProgramContext<typeof edOptions>

/** `q` was given, or the input is at its end. */
class Quit {}

type Action = (range: Range, scanner: Scanner, name: string) => Promise<void>

const MODIFIED = 'Warning: buffer modified'

/** A text under ed's commands. */
export class Editor {
  status = 0
  private readonly buffer = new Buffer()
  private readonly addresses = new Addresses(this.buffer, (scanner, delimiter) => this.readPattern(scanner, delimiter))
  private readonly context: Context
  private readonly input: LineReader
  private readonly silent: boolean
  /** Commands of a global command that are still to be run; undefined outside of one. */
  private pending: string[] | undefined
  private file = ''
  private pattern: RegExp | undefined
  private substitution: Substitution | undefined
  private shellCommand = ''
  private window: number
  private message = ''
  private explains: boolean
  private prompt: string | undefined
  private readonly usualPrompt: string
  /** The last command asked for what it would lose, and the same again is meant. */
  private warned = false

  constructor(context: Context) {
    const { options: o, sys } = context
    this.context = context
    this.input = new LineReader(sys, 0)
    this.silent = o.silent + o.silentToo > 0
    this.explains = o.verbose > 0
    this.usualPrompt = o.prompt ?? '*'
    this.prompt = o.prompt
    this.window = windowSize(sys).rows - 2
  }

  async run(path: string | undefined): Promise<number> {
    if (path !== undefined) await this.start(path)
    try {
      for (;;) await this.step()
    } catch (error) {
      if (!(error instanceof Quit)) throw error
      return this.context.options.loose ? 0 : this.status
    }
  }

  private async start(path: string): Promise<void> {
    try {
      await this.load(path, 0)
    } catch (error) {
      if (!(error instanceof EdError)) throw error
    }
    this.buffer.modified = false
    if (!path.startsWith('!')) this.file = path
  }

  private async step(): Promise<void> {
    if (this.prompt !== undefined) await this.print(this.prompt)
    const { io } = this.context
    await io.out.flush()
    const line = await this.input.next()
    if (line === undefined || !this.input.terminated) return this.atEnd()
    try {
      await this.command(line)
    } catch (error) {
      await this.fail(error)
    }
  }

  private async fail(error: unknown): Promise<void> {
    if (!(error instanceof EdError) && !(error instanceof RegexError)) throw error
    this.pending = undefined
    this.status = 1
    this.message = error.message
    await this.print(this.explains ? `?\n${this.message}\n` : '?\n')
  }

  /** The end of the input is `q`, once more where that was refused. */
  private atEnd(): never {
    if (this.buffer.modified && !this.warned) this.status = 2
    throw new Quit()
  }

  private async print(text: string): Promise<void> {
    await this.context.io.print(text)
  }

  private async nextLine(): Promise<string | undefined> {
    return this.pending ? this.pending.shift() : this.input.next()
  }

  private async command(text: string): Promise<void> {
    const scanner = new Scanner(text)
    const range = this.addresses.range(scanner)
    scanner.skipBlanks()
    const name = scanner.peek()
    scanner.at++
    if (name === '') return this.blank(range)
    const action = this.actions.get(name)
    if (!action) throw new EdError('Unknown command')
    const warned = this.warned
    if (CHANGES.has(name) && !this.pending) this.buffer.remember()
    await action(range, scanner, name)
    if (warned) this.warned = false
  }

  private async blank({ to, given }: Range): Promise<void> {
    const line = given ? to : this.buffer.current + 1
    await this.show(this.checked({ from: line, to: line, given }), plain)
  }

  private readPattern(scanner: Scanner, delimiter: string): RegExp {
    const { text } = scanner.upTo(delimiter)
    if (text !== '')
      this.pattern = compileRegex(text, this.context.options.extended ? 'extended' : 'basic', { global: true })
    if (!this.pattern) throw new EdError('No previous pattern')
    return this.pattern
  }

  /** @throws EdError when the lines are not there */
  private checked(range: Range, lowest = 1): Range {
    if (range.from > range.to || range.from < lowest || range.to > this.buffer.last)
      throw new EdError('Invalid address')
    return range
  }

  private defaulted(range: Range, from: number, to: number, lowest = 1): Range {
    return this.checked(range.given ? range : { from, to, given: 0 }, lowest)
  }

  /** The letters behind a command that print its last line. */
  private async suffix(scanner: Scanner): Promise<void> {
    const letters = scanner.take(/[lnp]*/) ?? ''
    if (scanner.rest.trim() !== '') throw new EdError('Invalid command suffix')
    const printer = PRINTERS.get(letters.at(-1) ?? '')
    const { current } = this.buffer
    if (printer) await this.show({ from: current, to: current, given: 0 }, printer)
  }

  private async show({ from, to }: Range, printer: Printer): Promise<void> {
    const texts = this.buffer.texts(from, to)
    await this.print(texts.map((text, at) => `${printer(text, from + at)}\n`).join(''))
    this.buffer.current = to
  }

  private readonly printLines: Action = async (range, scanner, name) => {
    const { current } = this.buffer
    const printer = PRINTERS.get(scanner.take(/[lnp]+/)?.at(-1) ?? name) ?? plain
    if (scanner.rest.trim() !== '') throw new EdError('Invalid command suffix')
    await this.show(this.defaulted(range, current, current), printer)
  }

  private readonly scroll: Action = async (range, scanner) => {
    const { current, last } = this.buffer
    const count = scanner.take(/\d+/)
    if (count !== undefined) this.window = Number(count)
    const { to } = this.defaulted(range, current + 1, current + 1)
    const printer = PRINTERS.get(scanner.take(/[lnp]/) ?? '') ?? plain
    await this.show({ from: to, to: Math.min(last, to + this.window - 1), given: 0 }, printer)
  }

  private async typed(): Promise<string[]> {
    const texts: string[] = []
    for (let line = await this.nextLine(); line !== undefined && line !== '.'; line = await this.nextLine())
      texts.push(line)
    return texts
  }

  private readonly add: Action = async (range, scanner, name) => {
    const { current, last } = this.buffer
    const { from, to } = this.defaulted(range, current, current, 0)
    await this.suffix(scanner)
    const texts = await this.typed()
    if (name === 'c') {
      if (to === 0) throw new EdError('Invalid address')
      this.buffer.remove(from, to)
      this.buffer.insert(from - 1, texts)
      if (texts.length === 0) this.buffer.current = Math.min(from, this.buffer.last)
      return
    }
    this.buffer.current = Math.min(to, last)
    this.buffer.insert(name === 'i' ? Math.max(0, to - 1) : to, texts)
  }

  private readonly remove: Action = async (range, scanner) => {
    const { current } = this.buffer
    const { from, to } = this.defaulted(range, current, current)
    this.buffer.remove(from, to)
    await this.suffix(scanner)
  }

  private destination(scanner: Scanner): number {
    scanner.skipBlanks()
    const address = this.addresses.address(scanner)
    if (address === undefined || address > this.buffer.last || address < 0)
      throw new EdError(address === undefined ? 'Destination expected' : 'Invalid address')
    return address
  }

  private readonly move: Action = async (range, scanner, name) => {
    const { current } = this.buffer
    const { from, to } = this.defaulted(range, current, current)
    const after = this.destination(scanner)
    if (name === 't') this.buffer.insert(after, this.buffer.texts(from, to))
    else if (after >= from && after < to) throw new EdError('Invalid destination')
    else this.buffer.move(from, to, after)
    await this.suffix(scanner)
  }

  private readonly joinLines: Action = async (range, scanner) => {
    const { current } = this.buffer
    const { from, to } = this.defaulted(range, current, current + 1)
    if (from < to) {
      const text = this.buffer.texts(from, to).join('')
      this.buffer.remove(from, to)
      this.buffer.insert(from - 1, [text])
    }
    await this.suffix(scanner)
  }

  private readonly mark: Action = async ({ to }, scanner) => {
    const letter = scanner.take(/[a-z]/)
    if (letter === undefined) throw new EdError('Invalid mark character')
    const line = this.buffer.line(to)
    if (!line) throw new EdError('Invalid address')
    this.buffer.marks.set(letter, line)
    await this.suffix(scanner)
  }

  private readonly yank: Action = async (range, scanner, name) => {
    const { current } = this.buffer
    if (name === 'y') {
      const { from, to } = this.defaulted(range, current, current)
      this.buffer.cut = this.buffer.texts(from, to)
    } else {
      if (this.buffer.cut.length === 0) throw new EdError('Nothing to put')
      this.buffer.insert(this.defaulted(range, current, current, 0).to, this.buffer.cut)
    }
    await this.suffix(scanner)
  }

  private readonly undo: Action = async ({ given }, scanner) => {
    if (given) throw new EdError('Unexpected address')
    if (!this.buffer.undo()) throw new EdError('Nothing to undo')
    await this.suffix(scanner)
  }

  private readonly tellNumber: Action = async (range, scanner) => {
    await this.print(`${range.given ? range.to : this.buffer.last}\n`)
    await this.suffix(scanner)
  }

  private readonly substitute: Action = async (range, scanner) => {
    const { current } = this.buffer
    const lines = this.defaulted(range, current, current)
    const delimiter = scanner.peek()
    let printer: Printer | undefined
    if (/^[gprln\d]*$/.test(scanner.rest)) printer = this.repeated(scanner)
    else {
      scanner.at++
      printer = await this.readSubstitution(scanner, delimiter)
    }
    if (!this.substitution) throw new EdError('No previous substitution')
    if (!substituteLines(this.buffer, lines, this.substitution) && !this.pending) throw new EdError('No match')
    const at = this.buffer.current
    if (printer) await this.show({ from: at, to: at, given: 0 }, printer)
  }

  /** `s` alone, or with flags, is the last substitution again. */
  private repeated(scanner: Scanner): Printer | undefined {
    const flags = scanner.rest
    if (!this.substitution) throw new EdError('No previous substitution')
    if (flags.includes('g')) this.substitution = { ...this.substitution, global: !this.substitution.global }
    if (flags.includes('r') && this.pattern) this.substitution = { ...this.substitution, pattern: this.pattern }
    return PRINTERS.get(/[lnp]/.exec(flags)?.[0] ?? '')
  }

  private async readSubstitution(scanner: Scanner, delimiter: string): Promise<Printer | undefined> {
    if (delimiter === ' ' || delimiter === '') throw new EdError('Invalid pattern delimiter')
    const pattern = this.readPattern(scanner, delimiter)
    const { text, closed } = await readReplacement(scanner, delimiter, () => this.nextLine())
    const flags = scanner.rest
    if (!/^[\dgilnpI]*$/.test(flags)) throw new EdError('Invalid command suffix')
    const replacement = text === '%' && this.substitution ? this.substitution.replacement : text
    const count = Number(/\d+/.exec(flags)?.[0] ?? 1)
    this.substitution = { pattern, replacement, count, global: flags.includes('g') }
    return closed ? PRINTERS.get(/[lnp]/.exec(flags)?.[0] ?? '') : plain
  }

  private readonly globally: Action = async (range, scanner, name) => {
    if (this.pending) throw new EdError('Cannot nest global commands')
    const { from, to } = this.defaulted(range, 1, this.buffer.last)
    const delimiter = scanner.take(/./) ?? ''
    const pattern = this.readPattern(scanner, delimiter)
    const wanted = name === 'g' || name === 'G'
    const chosen = this.buffer.lines.slice(from - 1, to).filter((line) => hits(pattern, line) === wanted)
    if (name === 'G' || name === 'V') return this.interactively(chosen)
    const commands = await commandList(scanner.rest, () => this.input.next())
    for (const line of chosen) {
      const number = this.buffer.numberOf(line)
      if (number === 0) continue
      this.buffer.current = number
      await this.runAll(commands)
    }
  }

  private async runAll(commands: readonly string[]): Promise<void> {
    this.pending = [...commands]
    for (let next = this.pending.shift(); next !== undefined; next = this.pending?.shift()) await this.command(next)
    this.pending = undefined
  }

  private async interactively(chosen: readonly Line[]): Promise<void> {
    let last = ''
    for (const line of chosen) {
      const number = this.buffer.numberOf(line)
      if (number === 0) continue
      await this.show({ from: number, to: number, given: 0 }, plain)
      const typed = await this.input.next()
      if (typed === undefined) throw new EdError('Unexpected end-of-file')
      if (typed === '&' && last === '') throw new EdError('No previous command')
      const command = typed === '&' ? last : typed
      if (command !== '') await this.runAll([command])
      last = command === '' ? last : command
    }
  }

  private name(scanner: Scanner): string {
    if (scanner.rest !== '' && !/^[ \t!]/.test(scanner.rest)) throw new EdError('Unexpected command suffix')
    scanner.skipBlanks()
    const given = scanner.rest
    if (given === '' && this.file === '') throw new EdError('No current filename')
    return given === '' ? this.file : given
  }

  /** Puts a file's lines, or a command's output, behind a line. */
  private async load(name: string, after: number): Promise<void> {
    const text = await readNamed(this.context, name)
    const lines = text.split('\n')
    const cutOff = lines.pop() ?? ''
    if (cutOff !== '') {
      lines.push(cutOff)
      await this.print('Newline appended\n')
    }
    this.buffer.insert(after, lines)
    if (!this.silent) await this.print(`${encodeText(text).length + (cutOff === '' ? 0 : 1)}\n`)
  }

  private readonly read: Action = async (range, scanner) => {
    const name = this.name(scanner)
    const { last } = this.buffer
    const { to } = this.defaulted(range, last, last, 0)
    if (this.file === '' && !name.startsWith('!')) this.file = name
    await this.load(name, to)
  }

  private readonly edit: Action = async ({ given }, scanner, command) => {
    if (given) throw new EdError('Unexpected address')
    const name = this.name(scanner)
    if (command === 'e') this.mayLose()
    this.buffer.lines = []
    this.buffer.current = 0
    this.buffer.marks.clear()
    this.buffer.forgetChanges()
    await this.load(name, 0)
    if (!name.startsWith('!')) this.file = name
    this.buffer.modified = false
  }

  private mayLose(): void {
    if (!this.buffer.modified || this.warned) return
    this.warned = true
    throw new EdError(MODIFIED)
  }

  private readonly nameFile: Action = async ({ given }, scanner) => {
    if (given) throw new EdError('Unexpected address')
    const name = this.name(scanner)
    if (name.startsWith('!')) throw new EdError('Invalid redirection')
    this.file = name
    await this.print(`${name}\n`)
  }

  private readonly write: Action = async (range, scanner, command) => {
    const { last } = this.buffer
    const quits = scanner.take(/q/) !== undefined
    const name = this.name(scanner)
    const { from, to } = last === 0 && !range.given ? { from: 1, to: 0 } : this.defaulted(range, 1, last)
    const text = this.buffer
      .texts(from, to)
      .map((line) => `${line}\n`)
      .join('')
    await writeNamed(this.context, name, text, command === 'W')
    if (!this.silent) await this.print(`${encodeText(text).length}\n`)
    if (this.file === '' && !name.startsWith('!')) this.file = name
    if (from <= 1 && to === last && !name.startsWith('!')) this.buffer.modified = false
    if (quits) throw new Quit()
  }

  private readonly shell: Action = async (_, scanner) => {
    const { sys, io, env } = this.context
    const given = scanner.rest
    const command = given.startsWith('!') ? this.shellCommand + given.slice(1) : given
    const text = command.replace(/(^|[^\\])%/g, (_all, before: string) => before + this.file)
    this.shellCommand = command
    if (text !== given) await this.print(`${text}\n`)
    await io.out.flush()
    await runCommand(sys, ['sh', '-c', text], env)
    if (!this.silent) await this.print('!\n')
  }

  private readonly quit: Action = async ({ given }, scanner, name) => {
    if (given) throw new EdError('Unexpected address')
    if (scanner.rest.trim() !== '') throw new EdError('Invalid command suffix')
    if (name === 'q') this.mayLose()
    throw new Quit()
  }

  private readonly explain: Action = async (_, scanner, name) => {
    if (scanner.rest.trim() !== '') throw new EdError('Invalid command suffix')
    if (name === 'H') this.explains = !this.explains
    if (this.message !== '' && (name === 'h' || this.explains)) await this.print(`${this.message}\n`)
  }

  private readonly togglePrompt: Action = async () => {
    this.prompt = this.prompt === undefined ? this.usualPrompt : undefined
  }

  private readonly actions: ReadonlyMap<string, Action> = new Map<string, Action>([
    ...[...'aic'].map((letter) => [letter, this.add] as const),
    ...[...'lnp'].map((letter) => [letter, this.printLines] as const),
    ...[...'gGvV'].map((letter) => [letter, this.globally] as const),
    ...[...'mt'].map((letter) => [letter, this.move] as const),
    ...[...'xy'].map((letter) => [letter, this.yank] as const),
    ...[...'eE'].map((letter) => [letter, this.edit] as const),
    ...[...'wW'].map((letter) => [letter, this.write] as const),
    ...[...'qQ'].map((letter) => [letter, this.quit] as const),
    ...[...'hH'].map((letter) => [letter, this.explain] as const),
    ['d', this.remove],
    ['f', this.nameFile],
    ['j', this.joinLines],
    ['k', this.mark],
    ['P', this.togglePrompt],
    ['r', this.read],
    ['s', this.substitute],
    ['u', this.undo],
    ['z', this.scroll],
    ['=', this.tellNumber],
    ['!', this.shell],
    ['#', async () => undefined],
  ])
}

/** Commands that `u` takes back. */
const CHANGES: ReadonlySet<string> = new Set('acdgGijmrstvVx')
