import { ENOMEM, type MaybePromise, type Process, type Signal, type SignalDisposition, type Sys } from '@drydock/abi'
import { Heap } from '@drydock/libc'
import type { FormatPiece } from '../builtins/printf-format.ts'
import type { Separators } from '../builtins/read-fields.ts'
import { Patterns } from '../expand/pattern.ts'
import type { CompiledArithmetic } from '../expand/arithmetic.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type {
  Assignment,
  Command,
  FunctionDefinition,
  List,
  Part,
  ProcessSubstitution,
  SimpleCommand,
  Word,
} from '../syntax/ast.ts'
import type { SyntaxOptions } from '../syntax/cursor.ts'
import type { CompletionSpec } from '../completion/spec.ts'
import type { LineSettings } from '../readline/settings.ts'
import type { Dialect } from './dialect.ts'
import { FatalError, type Outcome, type Steps } from './flow.ts'
import { JobTable } from './job-table.ts'
import { KeptScripts } from './kept-scripts.ts'
import { OptionSet } from './option-set.ts'
import { SHOPT_DEFAULTS } from './options.ts'
import { Pace } from './pace.ts'
import { Variables } from './variables.ts'

export type BuiltinResult = number | Promise<number> | Steps<number>
export interface Builtin {
  readonly run: (shell: Shell, args: readonly string[], name: string) => BuiltinResult
  /** POSIX special builtins: found before functions, and assignments before them stay (in POSIX mode). */
  readonly special?: boolean
  /** Changes nothing but its output: may run for `$( )` without a process of its own. */
  readonly pure?: boolean
}

/** The parts of the interpreter that state cannot import: they are handed over when a shell is made. */
export interface Machinery {
  execute(shell: Shell, command: Command): Steps<number>
  /** As far as it goes without waiting. */
  run(shell: Shell, command: Command): Outcome
  substitute(shell: Shell, body: List): Steps<string>
  processSubstitution(shell: Shell, part: ProcessSubstitution): Steps<string>
  expandText(shell: Shell, word: Word): Steps<string>
  expandQuoted(shell: Shell, parts: readonly Part[]): Steps<string>
  readonly builtins: ReadonlyMap<string, Builtin>
}

/** A jump that lists and loops look for after each command. */
export interface Jump {
  kind: 'break' | 'continue' | 'return'
  levels: number
  /** `$?` before `return`: the RETURN trap sees that one. */
  readonly before?: number
}

export interface Call {
  /** `source` for a file that `.` runs. */
  readonly name: string
  /** The line that called. */
  readonly line: number
  /** The file of the function's definition. */
  readonly source: string
  readonly words: readonly string[]
}

export interface FunctionEntry {
  readonly definition: FunctionDefinition
  readonly source: string
  exported?: boolean
  readonly?: boolean
  trace?: boolean
}

const OPTIONS_AT_FIRST: readonly string[] = ['braceexpand', 'hashall', 'interactive-comments']

/** Most tables of most shells are empty, and a copy of nothing costs as much as one of a few rows. */
const copyOf = <K, V>(table: Map<K, V> | undefined): Map<K, V> =>
  table === undefined || table.size === 0 ? new Map() : new Map(table)

/** What a shell begins with where it will hardly ever have any: whoever has something puts another in its place. */
const NO_NAMES: ReadonlySet<string> = new Set()
const NO_DECLARATIONS: ReadonlyMap<number, Assignment> = new Map()
const NO_DISPOSITIONS: ReadonlyMap<Signal, SignalDisposition> = new Map()

const seedFrom = ([a = 1, b = 2, c = 3]: Uint8Array): number => a * 65536 + b * 256 + c

/** State of one shell process. A subshell gets a copy (`fork`), as fork(2) would give it. */
export class Shell {
  process: Process
  sys: Sys
  readonly dialect: Dialect
  readonly machinery: Machinery
  variables: Variables
  functions: Map<string, FunctionEntry>
  readonly aliases: Map<string, string>
  options: OptionSet
  /** A subshell has the same map until one of them sets an option. */
  shopt: ReadonlyMap<string, boolean>
  /** Builtins that `enable -n` took away; a subshell has the same set until one of them changes it. */
  disabled: ReadonlySet<string>
  /** Where commands were found, with the number of times used. */
  readonly hashed: Map<string, { path: string; hits: number }>
  readonly completions: Map<string, CompletionSpec>
  /** What inputrc and `bind` said; made when somebody first edits a line or binds a key. */
  lineSettings: LineSettings | undefined
  /** They are the parent's: to be copied before they are changed. */
  borrowsLineSettings = false
  /** A completion function runs, and these are the options of its spec now. */
  completing = false
  completionOptions = NO_NAMES
  /** $0 and what messages begin with. */
  name: string
  /** The file that runs, for BASH_SOURCE. */
  source = ''
  /** The script that the shell was started for. */
  script = ''
  scriptWords: readonly string[] = []
  positional: readonly string[] = []
  status = 0
  pipeStatus: readonly number[] = []
  lastArgument = ''
  lastBackground = 0
  pid: number
  line = 1
  calls: Call[] = []
  /** How many `source` run now: `return` is allowed in them. */
  sourcing = 0
  loops = 0
  /** Status of the last command substitution of the command that runs. */
  substituted: number | undefined
  /** Subscripts that waited for a process, while the arithmetic they stand in is tried again. */
  subscripts: Map<string, string> | undefined = undefined
  /** Assignments among the arguments of the builtin that runs, by their place. */
  declarations = NO_DECLARATIONS
  jump: Jump | undefined
  /** `set -e` is off in tests: if, while, && ||, !. */
  tested = 0
  subshell = 0
  interactive = false
  /** It is interactive, or a child of one that is. */
  talks = false
  jobControl = false
  login = false
  directories: string[] = []
  umask = 0o22
  readonly traps: Map<string, string>
  /** Signals that came and wait for their trap. */
  readonly pendingTraps = new Set<string>()
  inTrap = false
  /** How deep in command substitutions, eval and source: PS4 begins so many times. */
  indirection = 0
  /** The command that runs, or that a trap was run for: BASH_COMMAND. */
  told: SimpleCommand | string = ''
  interrupted = false
  /** The descriptor of the controlling terminal, for job control. */
  terminal = 0
  private ownJobs: JobTable | undefined
  history: string[] = []
  /** `\#` of prompts: commands read in this session, and one. */
  commandNumber = 1
  /** Lines that no file has yet, lines of the file that were read, and lines that HISTSIZE made go. */
  readonly historyCounts = { unsaved: 0, inFile: 0, dropped: 0 }
  seed: number
  startedMs: number
  getoptsIndex = 1
  getoptsOffset = 0
  /** Where standard output goes while `$( )` runs without a process of its own. */
  captured: string[] | undefined
  /** In the child of a pipe or `( )`: the last command may replace the process. */
  mayExec = false
  /** Files made for process substitution, to be closed after the command. */
  substitutions: { fd: number; pid: number }[] = []
  readonly pace = new Pace()
  /** What `read` split by last. */
  separators: Separators | undefined = undefined
  readonly patterns: Patterns
  readonly scripts: KeptScripts
  readonly arithmeticCache: Map<string, CompiledArithmetic>
  /** Formats of printf, taken apart. */
  readonly formats: Map<string, readonly FormatPiece[]>

  /**
   * @param parent what is forked: what was made of texts is the same for all, and costs much to make anew
   * @param still the parent does nothing as long as this one runs
   */
  constructor(process: Process, dialect: Dialect, machinery: Machinery, parent?: Shell, still = false) {
    this.process = process
    this.sys = process.sys
    this.dialect = dialect
    this.machinery = machinery
    this.name = dialect.name
    this.pid = parent?.pid ?? process.sys.getpid()
    this.variables = parent?.variables.copy(still) ?? new Variables()
    this.options = new OptionSet(parent?.options ?? OPTIONS_AT_FIRST)
    this.shopt = parent?.shopt ?? new Map(SHOPT_DEFAULTS)
    this.patterns = parent?.patterns ?? new Patterns()
    this.scripts = parent?.scripts ?? new KeptScripts()
    this.arithmeticCache = parent?.arithmeticCache ?? new Map()
    this.formats = parent?.formats ?? new Map()
    this.ownJobs = parent?.ownJobs?.jobs.size ? parent.ownJobs.copy() : undefined
    this.functions = copyOf(parent?.functions)
    this.aliases = copyOf(parent?.aliases)
    this.hashed = copyOf(parent?.hashed)
    this.completions = copyOf(parent?.completions)
    this.traps = copyOf(parent?.traps)
    this.disabled = parent?.disabled ?? NO_NAMES
    this.startedMs = parent?.startedMs ?? process.sys.clock.now()
    this.seed = parent?.random() ?? seedFrom(process.sys.entropy.bytes(3))
    if (!parent) this.countLongValues()
  }

  /** Made when it is first looked at: most subshells neither start nor await anybody. */
  get jobs(): JobTable {
    return (this.ownJobs ??= new JobTable())
  }

  /** A forked child's own system calls, once it runs. */
  attach(process: Process): void {
    this.process = process
    this.sys = process.sys
    this.countLongValues()
  }

  private countLongValues(): void {
    const heap = new Heap(this.sys)
    this.variables.onLongValue = (bytes) => {
      try {
        heap.add(bytes)
      } catch (error) {
        if (error !== ENOMEM) throw error
        throw new FatalError(`xrealloc: cannot allocate ${bytes} bytes`, 2)
      }
    }
  }

  /**
   * What a child process starts with: to be made before it is forked, because it begins to run later.
   * @param waited the shell waits until the child has ended, whatever comes
   */
  fork(waited = false): Shell {
    const still = waited && !this.interactive && !this.jobControl && this.traps.size === 0
    const child = new Shell(this.process, this.dialect, this.machinery, this, still)
    child.name = this.name
    child.source = this.source
    child.script = this.script
    child.scriptWords = this.scriptWords
    child.told = this.told
    child.positional = this.positional
    child.status = this.status
    child.pipeStatus = this.pipeStatus
    child.lastArgument = this.lastArgument
    child.lastBackground = this.lastBackground
    child.line = this.line
    child.calls = [...this.calls]
    child.sourcing = this.sourcing
    child.tested = this.tested
    child.subshell = this.subshell + 1
    child.indirection = this.indirection
    // In dash and ash a loop goes on inside of a subshell: break and continue end that.
    child.loops = this.dialect.name === 'bash' ? 0 : this.loops
    child.directories = [...this.directories]
    child.umask = this.umask
    child.history = [...this.history]
    child.talks = this.talks
    child.lineSettings = this.lineSettings
    child.borrowsLineSettings = this.lineSettings !== undefined
    child.getoptsIndex = this.getoptsIndex
    child.getoptsOffset = this.getoptsOffset
    return child
  }

  setShopt(name: string, on: boolean): void {
    this.shopt = new Map(this.shopt).set(name, on)
  }

  option(name: string): boolean {
    return this.options.has(name)
  }

  get posix(): boolean {
    return !this.dialect.bash || this.options.has('posix')
  }

  get ifs(): string {
    const variable = this.variables.find('IFS')
    return variable ? (variable.value ?? ' \t\n') : ' \t\n'
  }

  get syntax(): SyntaxOptions {
    return {
      bash: this.dialect.bash,
      exact: this.dialect.name === 'bash' && !this.options.has('posix'),
      extglob: () => this.shopt.get('extglob') ?? false,
      alias: (name) => (this.expandsAliases ? this.aliases.get(name) : undefined),
    }
  }

  private get expandsAliases(): boolean {
    return (
      this.aliases.size > 0 &&
      (this.interactive ||
        !this.dialect.bash ||
        this.options.has('posix') ||
        (this.shopt.get('expand_aliases') ?? false))
    )
  }

  /** Standard output of builtins. */
  print(text: string): MaybePromise<number> {
    if (this.captured) {
      this.captured.push(text)
      return 0
    }
    return text === '' ? 0 : this.sys.write(1, encodeText(text))
  }

  /** A message with the shell's prefix on standard error. */
  complain(message: string): MaybePromise<number> {
    return this.sys.write(2, encodeText(`${this.prefix()}${message}\n`))
  }

  /** A line on standard error. */
  say(text: string): MaybePromise<number> {
    return this.sys.write(2, encodeText(`${text}\n`))
  }

  prefix(line = this.line): string {
    const inner = this.calls.length > 0 || this.sourcing > 0
    const name = inner && this.source !== '' ? this.source : this.name
    const lines = inner || (!this.talks && !(this.dialect.scriptLinesOnly && this.options.has('commandString')))
    if (lines && this.shopt.get('gnu_errfmt')) return `${name}:${line}: `
    return this.dialect.prefix(name, line, !lines)
  }

  /** What the shell itself does with a signal when no trap is set: set up by an interactive shell. */
  ownDispositions = NO_DISPOSITIONS
  ownDisposition(signal: Signal): SignalDisposition {
    return this.ownDispositions.get(signal) ?? 'SIG_DFL'
  }

  /** Rolls the RANDOM generator. */
  random(): number {
    this.seed = (Math.imul(this.seed, 1103515245) + 12345) & 0x7fffffff
    return (this.seed >>> 8) & 0x7fff
  }
}
