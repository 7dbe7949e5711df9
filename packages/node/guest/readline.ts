import EventEmitter from 'events'
import type { Readable, Writable } from 'readable-stream'
import { StringDecoder } from 'string_decoder'
import { abortError, invalidType, nodeError } from './errors.ts'
import { emitKeypressEvents, type Key } from './keypress.ts'
import { LineEditor } from './line-editor.ts'
import { loop } from './loop.ts'

interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(name: string, call: () => void, options?: object): void
  removeEventListener(name: string, call: () => void): void
}
type Found = readonly [matches: readonly string[], typed: string]
type Completer = (line: string, done?: (error: unknown, found?: Found) => void) => Found | Promise<Found> | undefined
interface Options {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): void }
  readonly output?: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly prompt?: string
  readonly terminal?: boolean
  readonly completer?: Completer
  readonly history?: string[]
  readonly historySize?: number
  readonly removeHistoryDuplicates?: boolean
  readonly crlfDelay?: number
  readonly escapeCodeTimeout?: number
  readonly signal?: Signal
}

/** Lines of a stream, edited here where it is a terminal. https://nodejs.org/api/readline.html */
export class Interface extends EventEmitter {
  readonly terminal: boolean
  readonly input: Options['input']
  readonly output: Options['output']
  closed = false
  protected readonly editor: LineEditor
  protected readonly completer: Completer | undefined
  private rest = ''
  private waiting: ((answer: string) => void) | undefined
  private before: string | undefined
  private paused = false

  constructor(first: Options | Readable, output?: Writable, completer?: Completer, terminal?: boolean) {
    super()
    const given = ('input' in first ? first : { input: first, output, completer, terminal }) as Options
    if (given.history !== undefined && !Array.isArray(given.history))
      throw invalidType('history', 'an instance of Array', given.history)
    this.input = given.input
    this.output = given.output ?? undefined
    this.terminal = given.terminal ?? Boolean(this.output?.isTTY)
    this.completer = given.completer
    this.editor = new LineEditor(
      this.output,
      {
        line: (text) => this.heard(text),
        interrupt: () => this.interrupted(),
        end: () => this.close(),
        suspend: () => void (this.emit('SIGTSTP') || process_().kill(process_().pid, 'SIGTSTP')),
        complete: (text, done) => this.complete(text, done),
        history: (lines) => void this.emit('history', lines),
      },
      { ...given, distinct: given.removeHistoryDuplicates ?? false },
    )
    this.editor.prompt = given.prompt ?? '> '
    this.follow(given)
  }

  private follow({ signal, escapeCodeTimeout }: Options): void {
    const { input } = this
    if (this.terminal) {
      emitKeypressEvents(input, escapeCodeTimeout === undefined ? {} : { escapeCodeTimeout })
      input.on('keypress', this.pressed as never)
      this.raw(true)
    } else input.on('data', this.takeChunk as never)
    input.on('end', this.ended as never)
    input.resume()
    if (signal?.aborted) loop.tick(() => this.close(), [])
    signal?.addEventListener('abort', () => this.close(), { once: true })
  }
  private readonly pressed = (typed: string | undefined, key: Key): void => {
    if (!this.closed) this.editor.press(typed, key)
  }
  private raw(on: boolean): void {
    if (this.terminal) this.input.setRawMode?.(on)
  }
  private interrupted(): void {
    if (this.listenerCount('SIGINT') > 0) this.emit('SIGINT')
    else this.close()
  }
  private complete(text: string, done: (found: Found) => void): void {
    const { completer } = this
    if (!completer) return this.editor.insert('\t')
    if (completer.length === 2) return void completer(text, (error, found) => !error && found && done(found))
    Promise.resolve(completer(text) as Found).then(done, () => undefined)
  }

  get line(): string {
    return this.editor.line
  }
  set line(text: string) {
    this.editor.line = text
  }
  get cursor(): number {
    return this.editor.cursor
  }
  get history(): string[] {
    return this.editor.history
  }
  getPrompt(): string {
    return this.editor.prompt
  }
  getCursorPos(): { readonly rows: number; readonly cols: number } {
    return this.editor.cursorPlace
  }
  setPrompt(prompt: string): void {
    this.editor.prompt = prompt
  }
  prompt(_keep?: boolean): void {
    if (this.paused) this.resume()
    if (!this.terminal) return void this.output?.write(this.editor.prompt)
    this.editor.forget()
    this.editor.refresh()
  }

  question(text: string, ...rest: unknown[]): void {
    if (this.closed) throw nodeError(Error, 'ERR_USE_AFTER_CLOSE', 'readline was closed')
    const callback = rest.at(-1) as (answer: string) => void
    const { signal } = (rest.length > 1 ? rest[0] : {}) as { signal?: Signal }
    if (signal?.aborted || typeof callback !== 'function') return
    if (this.waiting) {
      this.prompt()
      return
    }
    this.waiting = callback
    this.before = this.editor.prompt
    this.editor.prompt = text
    const leave = (): void => void this.answered()
    signal?.addEventListener('abort', leave, { once: true })
    this.prompt()
  }
  /** The question is over: what prompts is as before. */
  private answered(): ((answer: string) => void) | undefined {
    const { waiting } = this
    if (this.before !== undefined) this.editor.prompt = this.before
    this.waiting = this.before = undefined
    return waiting
  }

  write(text: string | null, key?: Key): void {
    if (this.closed) throw nodeError(Error, 'ERR_USE_AFTER_CLOSE', 'readline was closed')
    if (this.paused) this.resume()
    if (!this.terminal) return this.takeChunk(text ?? '')
    if (key) return this.editor.press(text ?? undefined, key)
    for (const [at, part] of (text ?? '').split(/\r\n|\n|\r/).entries()) {
      if (at > 0) this.editor.submit()
      if (part !== '') this.editor.insert(part)
    }
  }
  pause(): this {
    if (this.paused) return this
    this.input.pause()
    this.paused = true
    this.emit('pause')
    return this
  }
  resume(): this {
    if (!this.paused) return this
    this.input.resume()
    this.paused = false
    this.emit('resume')
    return this
  }
  close(): void {
    if (this.closed) return
    this.pause()
    this.raw(false)
    this.closed = true
    for (const [event, call] of [
      ['data', this.takeChunk],
      ['keypress', this.pressed],
      ['end', this.ended],
    ] as const)
      this.input.off(event, call as never)
    this.emit('close')
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const lines: string[] = []
    let wake: (() => void) | undefined
    this.on('line', ((line: string) => {
      lines.push(line)
      wake?.()
    }) as never)
    this.on('close', (() => wake?.()) as never)
    try {
      while (!this.closed || lines.length > 0) {
        const line = lines.shift()
        if (line !== undefined) yield line
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.close()
    }
  }

  private readonly decoder = new StringDecoder('utf8')
  private readonly takeChunk = (chunk: Uint8Array | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.decoder.write(chunk)
    const lines = (this.rest + text).split(/\r\n|\n|\r(?=[^\n])/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) if (!this.closed) this.heard(line)
  }
  protected heard(text: string): void {
    const answer = this.answered()
    if (answer) answer(text)
    else this.emit('line', text)
  }
  private readonly ended = (): void => {
    const { rest } = this
    this.rest = ''
    if (rest !== '') this.heard(rest.replace(/\r$/, ''))
    this.close()
  }
}
const process_ = (): { kill(pid: number, signal: string): void; readonly pid: number } =>
  (globalThis as unknown as { process: { kill(pid: number, signal: string): void; readonly pid: number } }).process

class PromiseInterface extends Interface {
  override question(text: string, options: { signal?: Signal } = {}): Promise<string> & void {
    const { signal } = options
    const asked = new Promise<string>((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal.reason))
      signal?.addEventListener(
        'abort',
        () => {
          this.output?.write('\r\n')
          reject(abortError(signal.reason))
        },
        { once: true },
      )
      try {
        super.question(text, options, resolve)
      } catch (error) {
        reject(error as Error)
      }
    })
    return asked as Promise<string> & void
  }
}

// Cursors -----------------------------------------------------------------------------------------------------------------

type Written = () => void
const put = (out: Writable | null | undefined, text: string, done?: Written): boolean => {
  if (!out || text === '') {
    if (done) loop.tick(done, [])
    return true
  }
  return out.write(text, done)
}
const cursorTo = (out: Writable, x: number, y?: number | Written, done?: Written): boolean => {
  if (typeof x !== 'number' || Number.isNaN(x))
    throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'x' is invalid. Received ${String(x)}`)
  return typeof y === 'number' ? put(out, `\x1b[${y + 1};${x + 1}H`, done) : put(out, `\x1b[${x + 1}G`, y ?? done)
}
const steps = (by: number, forth: string, back: string): string =>
  by === 0 ? '' : `\x1b[${Math.abs(by)}${by > 0 ? forth : back}`
const moveCursor = (out: Writable, dx: number, dy: number, done?: Written): boolean =>
  put(out, steps(dx, 'C', 'D') + steps(dy, 'B', 'A'), done)
const clearLine = (out: Writable, way: number, done?: Written): boolean =>
  put(out, way < 0 ? '\x1b[1K' : way > 0 ? '\x1b[0K' : '\x1b[2K', done)
const clearScreenDown = (out: Writable, done?: Written): boolean => put(out, '\x1b[0J', done)
export const cursors = { clearLine, clearScreenDown, cursorTo, moveCursor }

/** Gathers what is to be done to a terminal. */
class Readline {
  private readonly out: Writable
  private readonly atOnce: boolean
  private held = ''
  constructor(out: Writable, { autoCommit = false }: { autoCommit?: boolean } = {}) {
    this.out = out
    this.atOnce = autoCommit
  }
  private add(call: (out: Writable) => void): this {
    if (this.atOnce) call(this.out)
    else call({ write: (text: string) => ((this.held += text), true) } as unknown as Writable)
    return this
  }
  clearLine(way: number): this {
    return this.add((out) => clearLine(out, way))
  }
  clearScreenDown(): this {
    return this.add((out) => clearScreenDown(out))
  }
  cursorTo(x: number, y?: number): this {
    return this.add((out) => cursorTo(out, x, y))
  }
  moveCursor(dx: number, dy: number): this {
    return this.add((out) => moveCursor(out, dx, dy))
  }
  commit(): Promise<void> {
    const { held } = this
    this.held = ''
    return new Promise((resolve) => put(this.out, held, resolve))
  }
  rollback(): this {
    this.held = ''
    return this
  }
}

type Given = ConstructorParameters<typeof Interface>
Object.defineProperty(PromiseInterface, 'name', { value: 'Interface' })
export const readline = {
  Interface,
  createInterface: (...given: Given) => new Interface(...given),
  emitKeypressEvents,
  ...cursors,
  promises: {
    Interface: PromiseInterface,
    Readline,
    createInterface: (...given: Given) => new PromiseInterface(...given),
  },
}
