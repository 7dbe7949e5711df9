import { assignScalar } from '../interp/assign.ts'
import { type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'

interface Step {
  /** What the variable gets: the letter, `?` or `:`. */
  readonly letter: string
  /** Undefined unsets OPTARG. */
  readonly argument: string | undefined
  /** Number of the next word, from 1. */
  readonly index: number
  /** Place in the current word; 0 when a new one begins. */
  readonly offset: number
  readonly complaint?: readonly [kind: 'unknown' | 'missing', letter: string]
}

/** The next option of the words; undefined behind the last one. POSIX, getopts. */
function nextOption(
  spec: string,
  words: readonly string[],
  start: { index: number; offset: number },
): Step | undefined {
  const word = words[start.index - 1]
  if (start.offset === 0 && (word === undefined || !/^-[^]/.test(word) || word === '--')) return undefined
  const silent = spec.startsWith(':')
  const at = start.offset || 1
  const letter = word?.charAt(at) ?? ''
  const last = at + 1 >= (word?.length ?? 0)
  const after = last ? { index: start.index + 1, offset: 0 } : { index: start.index, offset: at + 1 }
  const place = letter === ':' ? -1 : spec.indexOf(letter, silent ? 1 : 0)
  if (place < 0)
    return silent
      ? { letter: '?', argument: letter, ...after }
      : { letter: '?', argument: undefined, ...after, complaint: ['unknown', letter] }
  if (spec.charAt(place + 1) !== ':') return { letter, argument: undefined, ...after }
  if (!last) return { letter, argument: word?.slice(at + 1), index: start.index + 1, offset: 0 }
  const argument = words[start.index]
  if (argument !== undefined) return { letter, argument, index: start.index + 2, offset: 0 }
  const end = { index: start.index + 1, offset: 0 }
  return silent
    ? { letter: ':', argument: letter, ...end }
    : { letter: '?', argument: undefined, ...end, complaint: ['missing', letter] }
}

const MESSAGES = {
  bash: {
    unknown: (letter: string, name: string) => `${name}: illegal option -- ${letter}\n`,
    missing: (letter: string, name: string) => `${name}: option requires an argument -- ${letter}\n`,
  },
  ash: {
    unknown: (letter: string) => `Illegal option -${letter}\n`,
    missing: (letter: string) => `No arg for -${letter} option\n`,
  },
} as const

function* usage(shell: Shell): Steps<number> {
  if (shell.dialect.name === 'bash')
    yield* wait(shell.sys.write(2, encodeText('getopts: usage: getopts optstring name [arg ...]\n')))
  else if (shell.dialect.name === 'dash') yield* wait(shell.complain('getopts: Usage: getopts optstring var [arg...]'))
  else yield* wait(shell.complain('getopts: usage: getopts optstring var [arg]'))
  return 2
}

function* getopts(shell: Shell, args: readonly string[]): Steps<number> {
  const [spec, name, ...given] = args[0] === '--' ? args.slice(1) : args
  if (spec === undefined || name === undefined) return yield* usage(shell)
  const words = given.length ? given : shell.positional
  const index = Number(shell.variables.get('OPTIND') ?? 1) || 1
  const start = shell.getoptsOffset ? { index: shell.getoptsIndex, offset: shell.getoptsOffset } : { index, offset: 0 }
  const step = nextOption(spec, words, start)
  const bash = shell.dialect.name === 'bash'
  if (step?.complaint) yield* tell(shell, step.complaint)
  if (!step) {
    shell.variables.drop('OPTARG')
    const end = words[index - 1] === '--' ? index + 1 : Math.min(index, words.length + 1)
    store(shell, { letter: '?', argument: undefined, index: end, offset: 0 })
  } else {
    if (step.argument !== undefined) assignScalar(shell, 'OPTARG', step.argument, false)
    else if (bash || step.complaint) shell.variables.drop('OPTARG')
    else assignScalar(shell, 'OPTARG', '', false)
    store(shell, step)
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    yield* wait(
      shell.complain(bash ? `getopts: \`${name}': not a valid identifier` : `getopts: ${name}: bad variable name`),
    )
    return bash ? 1 : 2
  }
  assignScalar(shell, name, step?.letter ?? '?', false)
  return step ? 0 : 1
}

/** The shells of the Almquist family count a word as done when its first letter is taken. */
function store(shell: Shell, { index, offset }: Step): void {
  const shown = offset > 0 && shell.dialect.name !== 'bash' ? index + 1 : index
  assignScalar(shell, 'OPTIND', String(shown), false)
  shell.getoptsIndex = index
  shell.getoptsOffset = offset
}

function* tell(shell: Shell, [kind, letter]: readonly ['unknown' | 'missing', string]): Steps<void> {
  if (shell.dialect.name !== 'dash' && shell.variables.get('OPTERR') === '0') return
  const text = MESSAGES[shell.dialect.name === 'bash' ? 'bash' : 'ash'][kind](letter, shell.name)
  yield* wait(shell.sys.write(2, encodeText(text)))
}

export const getoptsBuiltins: readonly (readonly [string, Builtin])[] = [['getopts', { run: getopts, pure: true }]]
