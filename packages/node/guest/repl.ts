import { Buffer } from 'buffer'
import { invalidType } from './errors.ts'
import { fs as everything } from './fs.ts'
import { callSync } from './host.ts'
import { inspect, type InspectOptions } from './inspect.ts'
import { loop } from './loop.ts'
import { Exit, type NodeProcess } from './process.ts'
import { Interface } from './readline.ts'
import { completions } from './repl-completion.ts'
import { asObject, awaiting, awaits, checkSource, type Declared, rewritten } from './repl-source.ts'
import { misspellings, noteEval } from './stack.ts'
import type { Readable, Writable } from 'readable-stream'

const fs = everything as unknown as {
  readFileSync(path: string, encoding: 'utf8'): string
  writeFileSync(path: string, text: string): void
}
type Evaluated = (error: unknown, value?: unknown) => void
type Evaluate = (this: REPLServer, text: string, context: object, file: string, done: Evaluated) => void
type Input = Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): void }
export interface ReplOptions {
  readonly prompt?: string
  readonly input?: Input
  readonly output?: Writable & { readonly isTTY?: boolean }
  readonly terminal?: boolean
  readonly eval?: Evaluate
  readonly useColors?: boolean
  readonly useGlobal?: boolean
  readonly ignoreUndefined?: boolean
  readonly writer?: (value: unknown) => string
  readonly completer?: ConstructorParameters<typeof Interface>[2]
}
interface ReplCommand {
  readonly help?: string
  readonly action: (this: REPLServer, rest: string) => void
}

/** What `eval` of a script says when its text is not whole. */
export class Recoverable extends SyntaxError {
  readonly err: Error
  constructor(error: Error) {
    super()
    this.err = error
  }
}

const scope = globalThis as unknown as Record<string, unknown>
const writer = Object.assign((value: unknown): string => inspect(value, writer.options), {
  options: { showProxy: true } as InspectOptions,
})
const process_ = (): NodeProcess => scope.process as NodeProcess
/** Indirect eval: the text runs in the global scope and its errors come back as they are. */
// oxlint-disable-next-line no-eval -- evaluating what is typed is the task
const evaluate = (text: string): unknown => (0, eval)(text)

/** Reads, evaluates, prints. https://nodejs.org/api/repl.html#class-replserver */
export class REPLServer extends Interface {
  readonly context = globalThis
  readonly commands: Record<string, ReplCommand> = Object.create(null) as Record<string, ReplCommand>
  readonly useColors: boolean
  readonly useGlobal: boolean
  ignoreUndefined: boolean
  writer: (value: unknown) => string
  readonly eval: Evaluate
  last: unknown
  lastError: unknown
  underscoreAssigned = false
  underscoreErrAssigned = false
  /** Lines of what is not whole yet. */
  private typed = ''
  /** Everything that was evaluated, for .save. */
  private readonly said: string[] = []
  private readonly declared = new Map<string, Declared>()
  private readonly shown: string
  private editing = false
  private working = false
  private readonly waitingLines: string[] = []
  private interrupts = 0
  private count = 0

  constructor(given: ReplOptions | string = {}) {
    const options: ReplOptions = typeof given === 'string' ? { prompt: given } : given
    const { stdin, stdout } = process_() as unknown as { stdin: Input; stdout: Writable & { isTTY?: boolean } }
    const output = options.output ?? stdout
    const box: { server?: REPLServer } = {}
    super({
      input: options.input ?? stdin,
      output,
      terminal: options.terminal ?? Boolean(output.isTTY),
      completer: options.completer ?? ((line: string) => completions(line, box.server?.commands ?? {})),
      prompt: options.prompt ?? '> ',
      historySize: 1000,
    } as ConstructorParameters<typeof Interface>[0])
    box.server = this
    this.shown = options.prompt ?? '> '
    this.useColors = options.useColors ?? this.terminal
    this.useGlobal = options.useGlobal ?? false
    this.ignoreUndefined = options.ignoreUndefined ?? false
    const ownWriter =
      options.writer ?? ((value: unknown) => inspect(value, { ...writer.options, colors: this.useColors }))
    this.writer = ownWriter
    this.eval = options.eval ?? this.usual
    for (const [name, command] of Object.entries(COMMANDS))
      if (name !== 'editor' || this.terminal) this.commands[name] = command
    this.keepLast('_', 'last', 'underscoreAssigned')
    this.keepLast('_error', 'lastError', 'underscoreErrAssigned')
    this.on('line', ((line: string) => this.hear(line)) as never)
    this.on('SIGINT', (() => this.stopped()) as never)
    this.on('close', (() => this.left()) as never)
    this.displayPrompt()
  }

  /** `_` and `_error` are the server's until a script assigns them. */
  private keepLast(name: string, field: 'last' | 'lastError', flag: 'underscoreAssigned' | 'underscoreErrAssigned') {
    Object.defineProperty(this.context, name, {
      configurable: true,
      get: () => this[field],
      set: (value: unknown) => {
        this[field] = value
        if (this[flag]) return
        this[flag] = true
        this.output?.write(`Expression assignment to ${name} now disabled.\n`)
      },
    })
  }

  defineCommand(name: string, given: ReplCommand | ReplCommand['action']): void {
    const command = typeof given === 'function' ? { action: given } : given
    if (typeof command?.action !== 'function') throw invalidType('cmd.action', 'of type function', command?.action)
    this.commands[name] = command
  }
  override setPrompt(prompt: string): void {
    super.setPrompt(prompt)
  }
  displayPrompt(_keep?: boolean): void {
    if (this.closed) return
    super.setPrompt(this.typed === '' && !this.editing ? this.shown : this.editing ? '' : '... ')
    this.prompt()
  }
  clearBufferedCommand(): void {
    this.typed = ''
  }
  setupHistory(path: string, callback: (error: Error | null, server: REPLServer) => void): void {
    this.readHistory(path)
    callback(null, this)
  }
  private readHistory(path: string): void {
    try {
      const text = fs.readFileSync(path, 'utf8')
      this.history.push(...text.split('\n').filter((line) => line !== ''))
    } catch {
      // There is none yet.
    }
    this.on('close', (() => {
      try {
        fs.writeFileSync(path, `${this.history.join('\n')}\n`)
      } catch {
        // The home may be read-only.
      }
    }) as never)
  }

  private left(): void {
    if (this.typed !== '' && this.editing) this.run(this.typed)
    this.emit('exit')
  }
  private stopped(): void {
    const idle = this.typed === '' && this.line === '' && !this.editing
    this.editor.clear()
    this.output?.write('\n')
    this.typed = ''
    this.editing = false
    if (idle && ++this.interrupts > 1) return this.close()
    if (idle) this.output?.write('(To exit, press Ctrl+C again or Ctrl+D or type .exit)\n')
    else this.interrupts = 0
    this.displayPrompt()
  }

  private hear(line: string): void {
    if (this.working) return void this.waitingLines.push(line)
    this.interrupts = 0
    if (this.editing) {
      this.typed += `${line}\n`
      return
    }
    const [, keyword, rest = ''] = /^\s*\.([^\s]+)\s*(.*)$/.exec(line) ?? []
    if (
      keyword !== undefined &&
      Number.isNaN(Number.parseFloat(`.${keyword}`)) &&
      !(this.typed !== '' && !(keyword in this.commands))
    ) {
      const command = this.commands[keyword]
      if (command) return command.action.call(this, rest.trim())
      this.output?.write('Invalid REPL keyword\n')
      return this.displayPrompt()
    }
    this.run(`${this.typed}${line}\n`)
  }

  /** ^D ends what .editor began. */
  editorMode(): void {
    this.editing = this.terminal
    if (!this.terminal) return this.displayPrompt()
    this.output?.write('// Entering editor mode (Ctrl+D to finish, Ctrl+C to cancel)\n')
    this.displayPrompt()
  }
  override close(): void {
    if (!this.editing) return super.close()
    this.editing = false
    const { typed } = this
    this.output?.write('\n')
    this.typed = ''
    this.run(typed)
  }

  run(text: string): void {
    if (text.trim() === '') {
      this.typed = ''
      return this.displayPrompt()
    }
    this.working = true
    let told = false
    this.eval.call(this, text, this.context, 'REPL', (error, value) => {
      if (told) return
      told = true
      this.working = false
      this.answer(text, error, value)
      for (let next = this.waitingLines.shift(); next !== undefined; next = this.waitingLines.shift()) {
        this.hear(next)
        if (this.working) break
      }
    })
  }

  private answer(text: string, error: unknown, value: unknown): void {
    if (error instanceof Recoverable) {
      this.typed = text
      return this.displayPrompt()
    }
    this.typed = ''
    this.said.push(text.trimEnd())
    if (error !== undefined && error !== null) return this.report(error)
    if (!this.underscoreAssigned) this.last = value
    if (value !== undefined || !this.ignoreUndefined) this.output?.write(`${this.writer(value)}\n`)
    this.displayPrompt()
  }

  /** What nobody caught. */
  report(error: unknown): void {
    const thrown = error instanceof Thrown ? error.value : error
    if (!this.underscoreErrAssigned) this.lastError = thrown
    this.output?.write(uncaughtWords(thrown, this.writer))
    this.typed = ''
    this.displayPrompt()
  }

  private usual(text: string, _context: object, _file: string, done: Evaluated): void {
    const name = `REPL${++this.count}`
    const source = text.replace(/\n$/, '')
    const checked = checkSource(source, name)
    if (checked === 'unfinished') return done(new Recoverable(new SyntaxError('Unexpected end of input')))
    if (checked !== 'whole') return done(withLine(checked, source))
    noteEval(name)
    try {
      this.evaluateWhole(source, done)
    } catch (error) {
      done(error instanceof Exit ? undefined : new Thrown(error))
      if (error instanceof Exit) loop.onError(error)
    }
  }

  private evaluateWhole(source: string, done: Evaluated): void {
    const waits = awaits(source)
    const { text, names } = waits ? awaiting(source) : rewritten(asObject(source))
    const again = names.find(({ name }) => this.declared.has(name))
    if (again) throw new SyntaxError(`Identifier '${again.name}' has already been declared`)
    for (const each of names) if (each.lexical) this.declared.set(each.name, each)
    const value = evaluate(text)
    if (!waits) {
      for (const { name, constant } of names) if (constant) freeze(name)
      return done(null, value)
    }
    ;(value as Promise<unknown>).then(
      (result) => {
        for (const { name, constant } of names) if (constant) freeze(name)
        done(null, result)
      },
      (error: unknown) => done(new Thrown(error)),
    )
  }

  /** @internal */
  get session(): readonly string[] {
    return this.said
  }
}

/** Marks what was thrown, whatever it is: `throw null` is told as well. */
class Thrown {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/** A constant cannot be assigned to. */
function freeze(name: string): void {
  const value = scope[name]
  Reflect.deleteProperty(scope, name)
  const assigned = (): never => {
    throw new TypeError('Assignment to constant variable.')
  }
  Object.defineProperty(scope, name, { get: () => value, set: assigned, configurable: true, enumerable: true })
}

/** The line that makes no sense stands above the words. */
function withLine(error: Error, source: string): Thrown {
  const place = misspellings.get(error)
  const line = source.split('\n')[(place?.line ?? 1) - 1] ?? ''
  const at = Math.max(0, (place?.column ?? 1) - 1)
  const marked = `${line}\n${' '.repeat(at)}${'^'.repeat(place?.width ?? 1)}\n\n`
  const imports = error.message.startsWith('Cannot use import') ? importWords(source) : undefined
  const stack = `${marked}Uncaught${imports === undefined ? ' ' : ':\n'}SyntaxError: ${imports ?? error.message}`
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  return new Thrown(error)
}

/** How the same is had with `import()`. */
function importWords(source: string): string {
  const [, names = '', from = ''] = /^\s*import\s+(?:([^'"]+?)\s+from\s+)?(['"][^'"]+['"])/.exec(source) ?? []
  const [, usual, rest = ''] = /^([\w$]+)?\s*,?\s*([^]*)$/.exec(names) ?? []
  const [, space] = /^\*\s*as\s+([\w$]+)/.exec(rest) ?? []
  const inside = rest.replace(/^\{\s*|\s*\}$/g, '').replaceAll(/\s+as\s+/g, ': ')
  const fields = [usual === undefined ? '' : `default: ${usual}`, inside].filter((each) => each !== '').join(', ')
  const target = space ?? `{ ${fields} }`
  const code = names === '' ? `await import(${from});` : `const ${target} = await import(${from});`
  return `Cannot use import statement inside the Node.js REPL, alternatively use dynamic import: ${code}`
}

/** Frames of the REPL itself are not shown. */
function uncaughtWords(thrown: unknown, write: (value: unknown) => string): string {
  if (!(thrown instanceof Error)) return `Uncaught ${write(thrown)}\n`
  const stack = String(thrown.stack ?? '')
  if (misspellings.has(thrown)) return `${stack}\n`
  const kept: string[] = []
  for (const frame of stack.split('\n')) {
    if (/^ {4}at (?:REPL\d+:|Object\.<anonymous> \(REPL|node:internal|process\.)/.test(frame)) break
    kept.push(frame)
  }
  try {
    Object.defineProperty(thrown, 'stack', { value: kept.join('\n'), configurable: true, writable: true })
  } catch {
    // It is frozen.
  }
  const text = write(thrown)
  return `Uncaught ${text.startsWith('[') && kept.length < 2 ? text.replace(/^\[([^]*?)\](?= \{|$)/, '$1') : text}\n`
}

const COMMANDS: Readonly<Record<string, ReplCommand>> = {
  break: {
    help: 'Sometimes you get stuck, this gets you out',
    action() {
      this.clearBufferedCommand()
      this.displayPrompt()
    },
  },
  clear: {
    help: 'Alias for .break',
    action() {
      this.clearBufferedCommand()
      this.displayPrompt()
    },
  },
  editor: {
    help: 'Enter editor mode',
    action: function () {
      this.editorMode()
    },
  },
  exit: {
    help: 'Exit the REPL',
    action: function () {
      this.close()
    },
  },
  help: {
    help: 'Print this help message',
    action() {
      const names = Object.keys(this.commands).filter((name) => name !== 'editor' || this.terminal)
      const widest = Math.max(...names.map((name) => name.length))
      for (const name of names.sort()) {
        const { help } = this.commands[name] ?? {}
        const told =
          name === 'clear' && !this.useGlobal && this.commands.clear === COMMANDS.clear && this !== main.server
        const words = told ? 'Break, and also clear the local context' : (help ?? '')
        this.output?.write(`.${name}${words === '' ? '' : `${' '.repeat(widest - name.length + 3)}${words}`}\n`)
      }
      this.output?.write('\nPress Ctrl+C to abort current expression, Ctrl+D to exit the REPL\n')
      this.displayPrompt()
    },
  },
  load: {
    help: 'Load JS from a file into the REPL session',
    action(file) {
      if (file === '') this.output?.write('The "file" argument must be specified\n')
      else
        try {
          const text = fs.readFileSync(file, 'utf8')
          for (const line of text.replace(/\n$/, '').split('\n')) this.write(`${line}\n`)
          return
        } catch {
          this.output?.write(`Failed to load: ${file}\n`)
        }
      this.displayPrompt()
    },
  },
  save: {
    help: 'Save all evaluated commands in this REPL session to a file',
    action(file) {
      if (file === '') this.output?.write('The "file" argument must be specified\n')
      else
        try {
          fs.writeFileSync(file, this.session.join('\n'))
          this.output?.write(`Session saved to: ${file}\n`)
        } catch {
          this.output?.write(`Failed to save: ${file}\n`)
        }
      this.displayPrompt()
    },
  },
}

/** The one that `node` itself has started. */
const main: { server?: REPLServer } = {}

export function startRepl(process: NodeProcess, require: unknown): void {
  scope.require = require
  callSync('write', [1], Buffer.from(`Welcome to Node.js ${process.version}.\nType ".help" for more information.\n`))
  const { stdin, stdout, env } = process as unknown as {
    stdin: Input
    stdout: Writable & { isTTY?: boolean }
    env: Record<string, string>
  }
  const usual = loop.onError
  const terminal = Boolean(stdout.isTTY && stdin.isTTY)
  const server = new REPLServer({ input: stdin, output: stdout, terminal, useGlobal: true })
  main.server = server
  const history = env.NODE_REPL_HISTORY ?? `${env.HOME ?? ''}/.node_repl_history`
  if (terminal && history !== '') server.setupHistory(history, () => undefined)
  loop.onError = (error) => (error instanceof Exit ? usual(error) : server.report(error))
  server.on('exit', (() => {
    if (terminal) callSync('write', [1], Buffer.from('\n'))
    usual(new Exit(process.exitCode ?? 0))
  }) as never)
}

/** node:repl */
export const replModule = {
  REPLServer,
  Recoverable,
  start: (given?: ReplOptions | string) => new REPLServer(given),
  writer,
  REPL_MODE_SLOPPY: Symbol('repl-sloppy'),
  REPL_MODE_STRICT: Symbol('repl-strict'),
  isValidSyntax: (text: string) => checkSource(text, 'REPL') === 'whole',
}
