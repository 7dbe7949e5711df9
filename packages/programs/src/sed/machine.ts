import { isErrno, type MaybePromise, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { Output, readTextFile } from '@drydock/libc'
import { encodeText } from '../text/encoding.ts'
import { LineReader } from '../text/line-reader.ts'
import type { Address, Command, Substitution } from './script.ts'
import type { LineSource, SourceLine } from './line-source.ts'
import { Substituter } from './substitute.ts'
import { unambiguous } from './unambiguous.ts'

export interface MachineOptions {
  readonly quiet: boolean
  readonly separator: string
  readonly lineLength: number
  readonly posix: boolean
  /** What a shell command writes. */
  readonly shell: (command: string) => Promise<string>
}

type Appended = { readonly text: string } | { readonly file: string } | { readonly line: string }

/** Something wrong that shows only when the script runs or is put together. */
export class SedError extends Error {}

/** Runs a script over lines: pattern space, hold space, and the queue of what is printed at the end of a cycle. */
export class Machine {
  status = 0
  private space = ''
  private hold = ''
  private quit = false
  private substituted = false
  private missingNewline = false
  private lastRegex: RegExp | undefined
  private readonly ranges = new Map<Command, { active: boolean; end: number }>()
  private readonly appended: Appended[] = []
  private readonly files = new Map<string, Output>()
  private readonly readers = new Map<string, LineReader>()
  private readonly labels = new Map<string, number>()
  /** Whether the characters of `y` can be exchanged one after the other. */
  private readonly apart = new Map<ReadonlyMap<string, string>, boolean>()
  private readonly substituters = new Map<Substitution, Substituter>()
  /** The last line printed had no newline: what follows begins with one. */
  private owesNewline = false
  private readonly sys: Sys
  private readonly commands: readonly Command[]
  private readonly source: LineSource
  private readonly options: MachineOptions

  constructor(sys: Sys, commands: readonly Command[], source: LineSource, options: MachineOptions) {
    this.sys = sys
    this.commands = commands
    this.source = source
    this.options = options
    commands.forEach((command, i) => {
      if (command.name === ':') this.labels.set(command.text ?? '', i)
    })
    for (const { name, text = '' } of commands)
      if ('btT'.includes(name) && text !== '' && !this.labels.has(text))
        throw new SedError(`can't find label for jump to \`${text}'`)
  }

  async run(): Promise<void> {
    for (const command of this.commands) {
      const path = command.substitution?.file ?? ('wW'.includes(command.name) ? command.text : undefined)
      if (path !== undefined) this.file(path)
    }
    while (!this.quit) {
      const more = this.nextLine()
      if (!(more instanceof Promise ? await more : more)) break
      // `D` starts again without reading.
      for (let again: MaybePromise<boolean> = true; again === true; ) {
        const outcome = this.script(0)
        again = outcome instanceof Promise ? await outcome : outcome
      }
      const pause = this.sys.tick()
      if (pause) await pause
    }
    for (const file of this.files.values()) await file.flush()
  }

  private nextLine(): MaybePromise<boolean> {
    const line = this.source.next()
    return line instanceof Promise ? line.then((came) => this.take(came)) : this.take(line)
  }

  private take(line: SourceLine | undefined): boolean {
    if (line === undefined) return false
    this.space = line.text
    this.missingNewline = !line.terminated
    return true
  }

  private endCycle(print = true): MaybePromise<void> {
    const printed = print && !this.options.quiet ? this.print(this.space) : undefined
    if (this.appended.length === 0) return printed
    return printed instanceof Promise ? printed.then(() => this.flushAppended()) : this.flushAppended()
  }

  private print(text: string, end?: string): MaybePromise<void> {
    const line = end ?? (this.missingNewline && this.source.ended ? '' : this.options.separator)
    const printed = this.output(text + line)
    this.owesNewline = line === ''
    return printed
  }

  private output(text: string): MaybePromise<void> {
    const owed = this.owesNewline ? this.options.separator : ''
    this.owesNewline = false
    return this.source.output(owed + text)
  }

  private file(path: string): Output {
    const known = this.files.get(path)
    if (known) return known
    const fd =
      path === '/dev/stdout' ? 1 : path === '/dev/stderr' ? 2 : this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    const output = new Output(this.sys, fd)
    this.files.set(path, output)
    return output
  }

  private async flushAppended(): Promise<void> {
    for (const each of this.appended.splice(0)) {
      if ('text' in each) await this.output(each.text)
      else if ('line' in each) await this.output(`${each.line}\n`)
      else await this.output(await textOrNothing(this.sys, each.file))
    }
  }

  private matches(regex: RegExp | undefined): boolean {
    const used = regex ?? this.lastRegex
    if (!used) throw new SedError('no previous regular expression')
    this.lastRegex = used
    used.lastIndex = 0
    return used.test(this.space)
  }

  private at(address: Address): MaybePromise<boolean> {
    const { line } = this.source
    if (address.kind === 'line') return line === address.line
    if (address.kind === 'last') return this.source.isLast()
    if (address.kind === 'step')
      return address.step <= 0
        ? line === address.first
        : line >= address.first && (line - address.first) % address.step === 0
    return address.kind === 'regex' ? this.matches(address.regex) : false
  }

  private selected(command: Command): MaybePromise<boolean> {
    const { first, second, negated } = command
    if (!first) return !negated
    const inside = second ? this.inRange(command, first, second) : this.at(first)
    return inside instanceof Promise ? inside.then((is) => is !== negated) : inside !== negated
  }

  private async inRange(command: Command, first: Address, second: Address): Promise<boolean> {
    const { line } = this.source
    const state = this.ranges.get(command) ?? { active: first.kind === 'line' && first.line === 0, end: -1 }
    this.ranges.set(command, state)
    if (state.active) {
      if (second.kind === 'regex') state.active = !this.matches(second.regex)
      else if (second.kind === 'last') state.active = !(await this.source.isLast())
      else {
        const end = second.kind === 'line' ? second.line : state.end
        state.active = line < end
        if (line > end) return second.kind === 'line' ? this.startRange(state, first, second) : false
      }
      return true
    }
    return this.startRange(state, first, second)
  }

  private async startRange(state: { active: boolean; end: number }, first: Address, second: Address): Promise<boolean> {
    if (!(await this.at(first))) return false
    const { line } = this.source
    if (second.kind === 'plus') state.end = line + second.count
    else if (second.kind === 'multiple')
      state.end = second.count <= 0 ? line : Math.ceil(line / second.count) * second.count
    else if (second.kind === 'line') state.end = second.line
    else state.end = Infinity
    state.active = second.kind === 'last' ? !(await this.source.isLast()) : state.end > line
    return true
  }

  /**
   * Runs the script from a command to its end, with a promise only where it has to wait.
   * @returns true when it is to start again on what is left of the pattern space
   */
  private script(from: number): MaybePromise<boolean> {
    if (from === 0) this.substituted = false
    for (let at = from; at < this.commands.length; ) {
      const command = this.commands[at]
      if (!command) break
      const selected = this.selected(command)
      if (selected instanceof Promise) return selected.then((is) => this.goOn(this.perform(command, at, is)))
      const next = this.perform(command, at, selected)
      if (typeof next !== 'number') return this.goOn(next)
      at = next
    }
    const ended = this.endCycle()
    return ended instanceof Promise ? ended.then(() => false) : false
  }

  private goOn(next: MaybePromise<Next>): MaybePromise<boolean> {
    if (next instanceof Promise) return next.then((came) => this.goOn(came))
    if (typeof next === 'number') return this.script(next)
    return next === 'again'
  }

  private perform(command: Command, at: number, selected: boolean): MaybePromise<Next> {
    const { name } = command
    if (!selected) return name === '{' ? (command.end ?? this.commands.length) : at + 1
    if (name === 'b' || name === 't' || name === 'T') return this.jump(command, at)
    return this.execute(command, at)
  }

  private jump({ name, text = '' }: Command, at: number): MaybePromise<Next> {
    const jumps = name === 'b' || this.substituted === (name === 't')
    if (name !== 'b') this.substituted = false
    if (!jumps) return at + 1
    const target = text === '' ? this.commands.length : (this.labels.get(text) ?? at) + 1
    const pause = this.sys.tick()
    return pause ? pause.then(() => target) : target
  }

  private execute(command: Command, at: number): MaybePromise<Next> {
    const { name, text = '' } = command
    if (name === 's' && command.substitution) return following(this.substitute(command.substitution), at)
    if (name === 'd') {
      const ended = this.endCycle(false)
      return ended instanceof Promise ? ended.then(() => 'done' as const) : 'done'
    }
    const simple = this.simple.get(name)
    if (simple) return following(simple(text), at)
    if (name === 'y' && command.map) this.space = this.transliterated(command.map)
    else return this.flow(command).then((next) => (next === 'next' ? at + 1 : next))
    return at + 1
  }

  private readonly simple = new Map<string, (text: string) => unknown>([
    ['=', () => this.output(`${this.source.line}\n`)],
    ['a', (text) => this.appended.push({ text })],
    ['i', (text) => this.output(text)],
    ['r', (text) => this.appended.push({ file: text })],
    ['R', (text) => this.readOne(text)],
    ['g', () => (this.space = this.hold)],
    ['G', () => (this.space += `\n${this.hold}`)],
    ['h', () => (this.hold = this.space)],
    ['H', () => (this.hold += `\n${this.space}`)],
    ['x', () => ([this.space, this.hold] = [this.hold, this.space])],
    ['z', () => (this.space = '')],
    ['p', () => this.print(this.space)],
    ['P', () => this.print(this.space.split('\n')[0] ?? '', this.options.separator)],
    ['l', (text) => this.output(unambiguous(this.space, text === '' ? this.options.lineLength : Number(text)))],
    ['w', (text) => this.toFile(text, this.space)],
    ['W', (text) => this.toFile(text, this.space.split('\n')[0] ?? '')],
    ['e', (text) => this.runCommand(text)],
    ['F', () => this.output(`${this.source.fileName}\n`)],
  ])

  private async toFile(path: string, text: string): Promise<void> {
    if (path === '/dev/stdout') return void (await this.output(`${text}\n`))
    const output = this.file(path)
    await output.write(encodeText(`${text}\n`))
    await output.flush()
  }

  private async readOne(path: string): Promise<void> {
    let reader = this.readers.get(path)
    if (!reader) {
      try {
        reader = new LineReader(this.sys, this.sys.open(path, 0))
      } catch (error) {
        if (isErrno(error)) return
        throw error
      }
      this.readers.set(path, reader)
    }
    const line = await reader.next()
    if (line !== undefined) this.appended.push({ line })
  }

  /** Commands that end the cycle or read on. */
  private async flow({ name, text = '', second, negated }: Command): Promise<'next' | 'done' | 'again'> {
    if (name === 'c') {
      const active =
        second && !negated && [...this.ranges].some(([each, state]) => each.second === second && state.active)
      if (!active) await this.output(text)
      await this.endCycle(false)
      return 'done'
    }
    if (name === 'D') {
      const newline = this.space.indexOf('\n')
      await this.endCycle(false)
      if (newline < 0) return 'done'
      this.space = this.space.slice(newline + 1)
      return 'again'
    }
    if (name === 'n' || name === 'N') return this.readOn(name)
    if (name === 'q' || name === 'Q') {
      this.quit = true
      this.status = Number(text || 0)
      if (name === 'q') await this.endCycle()
      return 'done'
    }
    return 'next'
  }

  private async readOn(name: string): Promise<'next' | 'done'> {
    if (await this.source.isLast()) {
      this.quit = true
      if (name === 'N' && this.options.posix) return 'done'
      await this.endCycle()
      return 'done'
    }
    if (name === 'n' && !this.options.quiet) await this.print(this.space)
    await this.flushAppended()
    const before = this.space
    await this.nextLine()
    if (name === 'N') this.space = `${before}\n${this.space}`
    return 'next'
  }

  private transliterated(map: ReadonlyMap<string, string>): string {
    const apart = this.apart.get(map) ?? areApart(map)
    this.apart.set(map, apart)
    let out = ''
    if (!apart) {
      for (const char of this.space) out += map.get(char) ?? char
      return out
    }
    out = this.space
    for (const [from, to] of map) out = out.replaceAll(from, to)
    return out
  }

  private substitute(substitution: Substitution): MaybePromise<void> {
    const { regex, print, file, execute } = substitution
    const used = regex ?? this.lastRegex
    if (!used) throw new SedError('no previous regular expression')
    this.lastRegex = used
    const changed = this.substituterOf(substitution).apply(used, this.space)
    if (changed === undefined) return
    this.space = changed
    this.substituted = true
    if (execute) return this.executeSpace(print, file)
    if (print || file !== undefined) return this.show(print, file)
  }

  private substituterOf(substitution: Substitution): Substituter {
    const known = this.substituters.get(substitution)
    if (known) return known
    const substituter = new Substituter(substitution)
    this.substituters.set(substitution, substituter)
    return substituter
  }

  /** `s///e`: the pattern space is a command, and becomes what that writes. */
  private async executeSpace(print: boolean, file: string | undefined): Promise<void> {
    this.space = (await this.options.shell(this.space)).replace(/\n$/, '')
    await this.show(print, file)
  }

  /** `e`: runs its text and prints what comes before all else, or without text runs the pattern space. */
  private async runCommand(text: string): Promise<void> {
    if (text === '') return this.executeSpace(false, undefined)
    await this.output(await this.options.shell(text))
  }

  private async show(print: boolean, file: string | undefined): Promise<void> {
    if (print) await this.print(this.space)
    if (file !== undefined) await this.toFile(file, this.space)
  }
}

/** Where the script goes on, or that the cycle is over. */
type Next = number | 'done' | 'again'

const following = (done: unknown, at: number): MaybePromise<number> =>
  done instanceof Promise ? done.then(() => at + 1) : at + 1

/** No character becomes one that is changed too, and none is half of another. */
const areApart = (map: ReadonlyMap<string, string>): boolean => {
  for (const [from, to] of map) if (map.has(to) || /[\ud800-\udfff]/.test(from)) return false
  return true
}

async function textOrNothing(sys: Sys, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
