import type { StartMessage } from './protocol.ts'

/** What to do, read from node's arguments. node(1). */
export type Command =
  | { readonly kind: 'print'; readonly text: string; readonly status: number }
  | { readonly kind: 'fail'; readonly text: string; readonly status: number }
  | { readonly kind: 'stdin'; readonly args: readonly string[]; readonly execArgv: readonly string[] }
  | {
      readonly kind: 'run'
      readonly entry: StartMessage['entry']
      readonly args: readonly string[]
      readonly execArgv: readonly string[]
    }

/** Options that change nothing here. */
const IGNORED =
  /^--(no-)?(warnings|deprecation|trace-\S+|enable-source-maps|use-strict|experimental-\S+|max-old-space-size\S*|stack-size\S*|inspect\S*|preserve-symlinks\S*|throw-deprecation|unhandled-rejections\S*)$/

const HELP = `Usage: node [options] [ script.js ] [arguments]
       node [options] -e script [arguments]

Options:
  -                     script read from stdin (default if no file name is provided)
  -c, --check           syntax check script without executing
  -e, --eval=...        evaluate script
  -h, --help            print node command line options
  -i, --interactive     always enter the REPL even if stdin does not appear to be a terminal
  -p, --print [...]     evaluate script and print result
  --test                launch test runner on startup
  -v, --version         print Node.js version
  --watch               run in watch mode
`

export function readCommand(argv: readonly string[], version: string, typed: boolean): Command {
  const execArgv: string[] = []
  const run = (entry: StartMessage['entry'], args: readonly string[]): Command => ({
    kind: 'run',
    entry,
    args,
    execArgv,
  })
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const rest = argv.slice(at + 1)
    if (word === '-' || word === '--')
      return word === '-' || rest.length === 0
        ? { kind: 'stdin', args: word === '-' ? ['-', ...rest] : rest, execArgv }
        : run({ kind: 'file', path: rest[0] ?? '' }, rest.slice(1))
    if (!word.startsWith('-')) return run({ kind: 'file', path: word }, rest)
    execArgv.push(word)
    if (word === '-v' || word === '--version') return { kind: 'print', text: `${version}\n`, status: 0 }
    if (word === '-h' || word === '--help') return { kind: 'print', text: HELP, status: 0 }
    if (word === '-i' || word === '--interactive') return run({ kind: 'repl' }, rest)
    if (word === '--test' || word === '--watch' || word === '-c' || word === '--check')
      return run(
        {
          kind: 'mode',
          mode: word.startsWith('-c') || word === '--check' ? 'check' : word === '--test' ? 'test' : 'watch',
        },
        rest,
      )
    const evaluated = /^(?:-e|--eval|-p|--print|-pe)(?:=([\s\S]*))?$/.exec(word)
    if (evaluated)
      return evaluation(word, evaluated[1] ?? rest[0], evaluated[1] === undefined ? rest.slice(1) : rest, run)
    if (!IGNORED.test(word)) return { kind: 'fail', text: `${argv[0] ?? 'node'}: bad option: ${word}\n`, status: 9 }
  }
  return typed ? run({ kind: 'repl' }, []) : { kind: 'stdin', args: [], execArgv }
}

function evaluation(
  word: string,
  text: string | undefined,
  args: readonly string[],
  run: (entry: StartMessage['entry'], args: readonly string[]) => Command,
): Command {
  if (text === undefined) return { kind: 'fail', text: `node: ${word} requires an argument\n`, status: 9 }
  return run({ kind: 'text', text, print: word.startsWith('-p') || word.startsWith('--print') }, args)
}
