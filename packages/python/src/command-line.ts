import type { Command } from './protocol.ts'

export type Choice =
  | { readonly kind: 'run'; readonly command: Command }
  /** A script that comes on standard input. */
  | { readonly kind: 'stdin'; readonly args: readonly string[]; readonly flags: Command['flags'] }
  | { readonly kind: 'print'; readonly text: string; readonly status: number }

const USAGE = `usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...
`
const HELP = `${USAGE}Options (and corresponding environment variables):
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; forces a prompt even
         if stdin does not appear to be a terminal
-m mod : run library module as a script (terminates option list)
-q     : don't print version and copyright messages on interactive startup
-u     : force the stdout and stderr streams to be unbuffered;
         this option has no effect on stdin; also PYTHONUNBUFFERED=x
-V     : print the Python version number and exit (also --version)
file   : program read from script file
-      : program read from stdin (default; interactive mode if a tty)
arg ...: arguments passed to program in sys.argv[1:]
`
/** Options that change nothing here, and those of them that take a word. */
const IGNORED = 'bdEIOPRsSvx'
const WITH_WORD = 'WX'

/** What to do, read from python's arguments. python3(1). @param typed whether standard input is a terminal */
export function readCommand(
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
  version: string,
  typed: boolean,
): Choice {
  const set = new Set<string>()
  const warnings: string[] = []
  const extras: string[] = []
  const optimised = (): number => (set.has('OO') ? 2 : set.has('O') ? 1 : Number(env.get('PYTHONOPTIMIZE') ?? 0) || 0)
  const flags = (): Command['flags'] => ({
    unbuffered: set.has('u') || (env.get('PYTHONUNBUFFERED') ?? '') !== '',
    interactive: set.has('i'),
    dontWriteBytecode: set.has('B') || (env.get('PYTHONDONTWRITEBYTECODE') ?? '') !== '',
    quiet: set.has('q'),
    warnings: [...(env.get('PYTHONWARNINGS') ?? '').split(',').filter((each) => each !== ''), ...warnings],
    optimize: optimised(),
    isolated: set.has('I'),
    ignoreEnvironment: set.has('E') || set.has('I'),
    noSite: set.has('S'),
    devMode: extras.includes('dev') || (env.get('PYTHONDEVMODE') ?? '') !== '',
  })
  const run = (command: Omit<Command, 'flags'>): Choice => ({
    kind: 'run',
    command: { ...command, flags: flags() } as Command,
  })
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const rest = argv.slice(at + 1)
    if (word === '-' || word === '--') return { kind: 'stdin', args: rest, flags: flags() }
    if (!word.startsWith('-')) return run({ kind: 'file', path: word, args: rest } as never)
    if (word === '--version') return { kind: 'print', text: `Python ${version}\n`, status: 0 }
    if (word === '--help' || word === '-?') return { kind: 'print', text: HELP, status: 0 }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i] ?? ''
      const tail = word.slice(i + 1)
      if (letter === 'V') return { kind: 'print', text: `Python ${version}\n`, status: 0 }
      if (letter === 'h') return { kind: 'print', text: HELP, status: 0 }
      if (letter === 'c' || letter === 'm') {
        const [value = tail, ...args] = tail === '' ? [rest[0], ...rest.slice(1)] : [tail, ...rest]
        if (value === undefined || (tail === '' && rest.length === 0)) return missing(letter)
        return run(
          (letter === 'c' ? { kind: 'text', text: value, args } : { kind: 'module', name: value, args }) as never,
        )
      }
      if (WITH_WORD.includes(letter)) {
        ;(letter === 'W' ? warnings : extras).push(tail === '' ? (rest[0] ?? '') : tail)
        if (tail === '') at++
        break
      }
      if (!IGNORED.includes(letter) && !'uiBq'.includes(letter)) return unknown(letter)
      set.add(letter === 'O' && set.has('O') ? 'OO' : letter)
    }
  }
  return typed || set.has('i') ? run({ kind: 'repl', args: [] } as never) : { kind: 'stdin', args: [], flags: flags() }
}

const missing = (letter: string): Choice => ({
  kind: 'print',
  text: `Argument expected for the -${letter} option\n${USAGE}Try 'python -h' for more information.\n`,
  status: 2,
})
const unknown = (letter: string): Choice => ({
  kind: 'print',
  text: `Unknown option: -${letter}\n${USAGE}Try 'python -h' for more information.\n`,
  status: 2,
})
