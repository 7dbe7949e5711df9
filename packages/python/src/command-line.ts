import type { HelpTopic } from './help-text.ts'
import type { Command, Flags } from './protocol.ts'

export type Choice =
  | { readonly kind: 'run'; readonly command: Command }
  /** A script that comes on standard input. */
  | { readonly kind: 'stdin'; readonly args: readonly string[]; readonly flags: Flags }
  | { readonly kind: 'print'; readonly text: string; readonly status: number }
  | { readonly kind: 'help'; readonly topic: HelpTopic }

/** Options of one letter that take no word, and those that take one. */
const LETTERS = 'bBdEiIOPqRsSuvx'
const WITH_WORD = 'WX'
const HELP: Readonly<Record<string, HelpTopic>> = {
  '--help': 'options',
  '-?': 'options',
  '--help-env': 'env',
  '--help-xoptions': 'xoptions',
  '--help-all': 'all',
}
const HASH_SEED = /^(random|\d{1,10})$/

type Variables = ReadonlyMap<string, string>
const isSet = (env: Variables, name: string): boolean => (env.get(name) ?? '') !== ''
/** An option that may be given several times, and the variable that says the same. */
const level = (given: number, env: Variables, name: string): number =>
  Math.max(given, isSet(env, name) ? Number(env.get(name)) || 1 : 0)

/** What was read of the options so far. */
class Options {
  readonly warnings: string[] = []
  readonly extras: string[] = []
  private readonly given = new Map<string, number>()

  add(letter: string): void {
    this.given.set(letter, this.times(letter) + 1)
  }

  times(letter: string): number {
    return this.given.get(letter) ?? 0
  }

  flags(all: Variables): Flags {
    const isolated = this.times('I') > 0
    const env: Variables = isolated || this.times('E') > 0 ? new Map() : all
    const extra = new Map(this.extras.map((word): [string, string | true] => extraOption(word)))
    const enabled = (name: string, variable: string): boolean => extra.has(name) || isSet(env, variable)
    return {
      unbuffered: this.times('u') > 0 || isSet(env, 'PYTHONUNBUFFERED'),
      interactive: this.times('i') > 0 || isSet(env, 'PYTHONINSPECT'),
      dontWriteBytecode: this.times('B') > 0 || isSet(env, 'PYTHONDONTWRITEBYTECODE'),
      quiet: this.times('q') > 0,
      warnings: [...(env.get('PYTHONWARNINGS') ?? '').split(',').filter((each) => each !== ''), ...this.warnings],
      optimize: level(this.times('O'), env, 'PYTHONOPTIMIZE'),
      isolated,
      ignoreEnvironment: isolated || this.times('E') > 0,
      noSite: this.times('S') > 0,
      noUserSite: isolated || this.times('s') > 0 || isSet(env, 'PYTHONNOUSERSITE'),
      devMode: enabled('dev', 'PYTHONDEVMODE'),
      bytesWarning: this.times('b'),
      verbose: level(this.times('v'), env, 'PYTHONVERBOSE'),
      debug: level(this.times('d'), env, 'PYTHONDEBUG'),
      safePath: isolated || this.times('P') > 0 || isSet(env, 'PYTHONSAFEPATH'),
      utf8: enabled('utf8', 'PYTHONUTF8'),
      faultHandler: enabled('faulthandler', 'PYTHONFAULTHANDLER'),
      traceMalloc: enabled('tracemalloc', 'PYTHONTRACEMALLOC'),
      cachePrefix: stringOr(extra.get('pycache_prefix'), env.get('PYTHONPYCACHEPREFIX')),
      extraOptions: Object.fromEntries(extra),
      skipFirstLine: this.times('x') > 0,
    }
  }
}

const stringOr = (first: string | true | undefined, second: string | undefined): string | null =>
  typeof first === 'string' ? first : (second ?? '') === '' ? null : (second ?? null)

function extraOption(word: string): [string, string | true] {
  const [, name = word, value] = /^([^=]*)=(.*)$/s.exec(word) ?? []
  return [name, value ?? true]
}

/** What to do, read from python's arguments. python3(1). @param typed whether standard input is a terminal */
export function readCommand(argv: readonly string[], env: Variables, version: string, typed: boolean): Choice {
  const options = new Options()
  const usage = usageOf(argv[0] ?? 'python3', version)
  const run = (command: Omit<Command, 'flags'>): Choice => {
    const seed = env.get('PYTHONHASHSEED') ?? ''
    const flags = options.flags(env)
    if (seed !== '' && !flags.ignoreEnvironment && !(HASH_SEED.test(seed) && (Number(seed) || 0) < 2 ** 32))
      return badSeed
    return { kind: 'run', command: { ...command, flags } as Command }
  }
  const stdin = (args: readonly string[]): Choice => ({ kind: 'stdin', args, flags: options.flags(env) })
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const rest = argv.slice(at + 1)
    const topic = HELP[word]
    if (word === '-' || word === '--') return stdin(rest)
    if (!word.startsWith('-')) return run({ kind: 'file', path: word, args: rest } as never)
    if (word === '--version') return printVersion(version)
    if (topic) return { kind: 'help', topic }
    if (word.startsWith('--')) return { kind: 'print', text: `unknown option ${word}\n${usage}`, status: 2 }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i] ?? ''
      const tail = word.slice(i + 1)
      if (letter === 'V' && /^-\w*V\w*V/.test(word)) return run({ kind: 'text', text: FULL_VERSION, args: [] } as never)
      if (letter === 'V') return printVersion(version)
      if (letter === 'h') return { kind: 'help', topic: 'options' }
      if (letter === 'c' || letter === 'm') {
        const [value = tail, ...args] = tail === '' ? [rest[0], ...rest.slice(1)] : [tail, ...rest]
        if (value === undefined || (tail === '' && rest.length === 0)) return missing(letter, usage)
        return run(
          (letter === 'c' ? { kind: 'text', text: value, args } : { kind: 'module', name: value, args }) as never,
        )
      }
      if (WITH_WORD.includes(letter)) {
        if (tail === '' && rest.length === 0) return missing(letter, usage)
        ;(letter === 'W' ? options.warnings : options.extras).push(tail === '' ? (rest[0] ?? '') : tail)
        if (tail === '') at++
        break
      }
      if (!LETTERS.includes(letter)) return { kind: 'print', text: `Unknown option: -${letter}\n${usage}`, status: 2 }
      options.add(letter)
    }
  }
  return typed || options.times('i') > 0 ? run({ kind: 'repl', args: [] } as never) : stdin([])
}

const FULL_VERSION = 'import sys; print("Python", sys.version)'
const printVersion = (version: string): Choice => ({ kind: 'print', text: `Python ${version}\n`, status: 0 })
const missing = (letter: string, usage: string): Choice => ({
  kind: 'print',
  text: `Argument expected for the -${letter} option\n${usage}`,
  status: 2,
})
/** Before 3.12 the quotes were not the same on both sides. */
const usageOf = (name: string, version: string): string => {
  const open = Number(version.split('.')[1]) < 12 ? '`' : "'"
  return `usage: ${name} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry ${open}python -h' for more information.\n`
}
const badSeed: Choice = {
  kind: 'print',
  text: 'Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295]\nPython runtime state: preinitialized\n\n',
  status: 1,
}
