import type { StartMessage } from './protocol.ts'

/** What to do, read from node's arguments. node(1). */
export type Command =
  | { readonly kind: 'print'; readonly text: string; readonly status: number }
  | { readonly kind: 'fail'; readonly text: string; readonly status: number }
  | {
      readonly kind: 'stdin'
      readonly args: readonly string[]
      readonly execArgv: readonly string[]
      readonly options: StartMessage['options']
    }
  | {
      readonly kind: 'run'
      readonly entry: StartMessage['entry']
      readonly args: readonly string[]
      readonly execArgv: readonly string[]
      readonly options: StartMessage['options']
    }

/** Options that change nothing here. */
const IGNORED =
  /^--(no-)?(warnings|deprecation|trace-\S+|pending-deprecation|enable-source-maps|use-strict|experimental-\S+|disable-warning\S*|track-heap-objects|frozen-intrinsics|insecure-http-parser|max-old-space-size\S*|max-semi-space-size\S*|max-http-header-size\S*|stack-size\S*|inspect\S*|preserve-symlinks\S*|throw-deprecation|harmony\S*|expose-gc|use-openssl-ca|use-bundled-ca|dns-result-order\S*|icu-data-dir\S*|interpreted-frames-native-stack|watch-preserve-output|test-force-exit|experimental-test-\S+|abort-on-uncaught-exception|zero-fill-buffers)$/
/** Options that are followed by a value, in the same word behind `=` or in the next. */
const VALUED = new Set([
  ...['env-file', 'env-file-if-exists', 'import', 'require', 'input-type', 'unhandled-rejections', 'conditions'],
  ...['test-reporter', 'test-reporter-destination', 'test-name-pattern', 'test-skip-pattern', 'test-concurrency'],
  ...['test-timeout', 'watch-path', 'title', 'stack-trace-limit', 'loader', 'experimental-loader'],
])
const SHORT: Readonly<Record<string, string>> = { '-r': '--require', '-C': '--conditions' }

type Options = Record<string, string[]>

/** Takes an option with its value off the words. @returns whether it is one that has a value, or what is wrong */
function takeValued(word: string, words: string[], options: Options): boolean | string {
  const [, long = '', given] = /^--([\w-]+)(?:=([^]*))?$/.exec(SHORT[word] ?? word) ?? []
  if (!VALUED.has(long)) return false
  const value = given ?? words.shift()
  if (value === undefined) return `${word} requires an argument`
  ;(options[long] ??= []).push(value)
  return true
}

const HELP = `Usage: node [options] [ script.js ] [arguments]
       node [options] -e script [arguments]

Options:
  -                     script read from stdin (default if no file name is provided)
  -c, --check           syntax check script without executing
  -e, --eval=...        evaluate script
  -h, --help            print node command line options
  -i, --interactive     always enter the REPL even if stdin does not appear to be a terminal
  -p, --print [...]     evaluate script and print result
  -r, --require=...     CommonJS module to preload (option can be repeated)
  --env-file=...        set environment variables from supplied file
  --import=...          ES module to preload (option can be repeated)
  --input-type=...      set module type for string input
  --test                launch test runner on startup
  -v, --version         print Node.js version
  --watch               run in watch mode
`

/** What node's flags say that have a word of their own to run. */
const MODES: Readonly<Record<string, 'check' | 'test' | 'watch'>> = {
  '-c': 'check',
  '--check': 'check',
  '--test': 'test',
  '--watch': 'watch',
}

/** @param more words of NODE_OPTIONS, which stand before those of the command line */
export function readCommand(
  argv: readonly string[],
  version: string,
  typed: boolean,
  more: readonly string[] = [],
): Command {
  const execArgv: string[] = []
  const options: Options = {}
  const early = [...more]
  while (early.length > 0) if (takeValued(early.shift() ?? '', early, options) !== true) continue
  let mode: 'check' | 'test' | 'watch' | undefined
  const run = (entry: StartMessage['entry'], args: readonly string[]): Command => ({
    kind: 'run',
    entry,
    args,
    execArgv,
    options,
  })
  const words = argv.slice(1)
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-' || (word === '--' && words.length === 0))
      return { kind: 'stdin', args: word === '-' ? ['-', ...words] : [], execArgv, options }
    if (word === '--' || !word.startsWith('-')) {
      const [file = '', ...args] = word === '--' ? words : [word, ...words]
      return mode ? run({ kind: 'mode', mode }, [file, ...args]) : run({ kind: 'file', path: file }, args)
    }
    const before = words.length
    const valued = takeValued(word, words, options)
    if (typeof valued === 'string') return { kind: 'fail', text: `${argv[0] ?? 'node'}: ${valued}\n`, status: 9 }
    execArgv.push(word, ...(valued && words.length < before ? [String(options[longOf(word)]?.at(-1))] : []))
    if (valued) continue
    if (word === '-v' || word === '--version') return { kind: 'print', text: `${version}\n`, status: 0 }
    if (word === '-h' || word === '--help') return { kind: 'print', text: HELP, status: 0 }
    if (word === '-i' || word === '--interactive') return run({ kind: 'repl' }, words)
    if (word === '--v8-options')
      return {
        kind: 'fail',
        text: `${argv[0] ?? 'node'}: --v8-options: there is no V8 here, scripts run in QuickJS\n`,
        status: 9,
      }
    const found = MODES[word]
    if (found) {
      mode = found
      continue
    }
    const evaluated = /^(?:-e|--eval|-p|--print|-pe)(?:=([\s\S]*))?$/.exec(word)
    if (evaluated) {
      const inWord = evaluated[1] !== undefined
      return evaluation(word, evaluated[1] ?? words[0], inWord ? words : words.slice(1), run)
    }
    if (word === '--test-only') {
      options['test-only'] = ['true']
      continue
    }
    if (!IGNORED.test(word)) return { kind: 'fail', text: `${argv[0] ?? 'node'}: bad option: ${word}\n`, status: 9 }
  }
  if (mode) return run({ kind: 'mode', mode }, [])
  return typed ? run({ kind: 'repl' }, []) : { kind: 'stdin', args: [], execArgv, options }
}

const longOf = (word: string): string => (SHORT[word] ?? word).replace(/^--/, '').split('=')[0] ?? ''

function evaluation(
  word: string,
  text: string | undefined,
  args: readonly string[],
  run: (entry: StartMessage['entry'], args: readonly string[]) => Command,
): Command {
  if (text === undefined) return { kind: 'fail', text: `node: ${word} requires an argument\n`, status: 9 }
  return run({ kind: 'text', name: '[eval]', text, print: word.startsWith('-p') || word.startsWith('--print') }, args)
}
