import { singleQuote } from '../expand/quote.ts'

/** What `complete` says of a command's arguments. bash(1), "Programmable Completion". */
export interface CompletionSpec {
  /** `-o`: default, nospace, filenames… */
  readonly options: Set<string>
  readonly actions: ReadonlySet<string>
  readonly pattern?: string
  readonly words?: string
  readonly function?: string
  readonly command?: string
  readonly filter?: string
  readonly prefix?: string
  readonly suffix?: string
}

/** Names under which specs are kept that belong to no command: -D, -E and -I. */
export const DEFAULT_SPEC = '_DefaultCmD_'
export const EMPTY_SPEC = '_EmptycmD_'
export const INITIAL_SPEC = '_InitialWorD_'
export const SPECIAL_SPECS: ReadonlyMap<string, string> = new Map([
  [DEFAULT_SPEC, '-D'],
  [EMPTY_SPEC, '-E'],
  [INITIAL_SPEC, '-I'],
])

/** Options of `-o` in the order in which they are listed. */
export const SPEC_OPTIONS: readonly string[] = [
  'bashdefault',
  'default',
  'dirnames',
  'filenames',
  'noquote',
  'nosort',
  'nospace',
  'plusdirs',
]

/** Actions of `-A`, with the letter that some have, in the order in which candidates are made. */
export const ACTIONS: readonly (readonly [name: string, letter?: string])[] = [
  ['alias', 'a'],
  ['arrayvar'],
  ['binding'],
  ['builtin', 'b'],
  ['disabled'],
  ['enabled'],
  ['export', 'e'],
  ['function'],
  ['helptopic'],
  ['hostname'],
  ['job', 'j'],
  ['keyword', 'k'],
  ['running'],
  ['setopt'],
  ['shopt'],
  ['signal'],
  ['stopped'],
  ['variable', 'v'],
  ['command', 'c'],
  ['file', 'f'],
  ['user', 'u'],
  ['group', 'g'],
  ['service', 's'],
  ['directory', 'd'],
]
/** Actions as `complete -p` lists them: those with a letter first. */
const LISTED = [
  ...ACTIONS.filter(([, letter]) => letter).sort(([, a = ''], [, b = '']) => (a < b ? -1 : 1)),
  ...ACTIONS.filter(([, letter]) => !letter),
]

/** The line of `complete -p` for a command. */
export function specLine(spec: CompletionSpec, name: string): string {
  const actions = LISTED.filter(([each]) => spec.actions.has(each)).map(([each, letter]) =>
    letter ? `-${letter}` : `-A ${each}`,
  )
  const texts = (
    [
      ['-G', spec.pattern],
      ['-W', spec.words],
      ['-P', spec.prefix],
      ['-S', spec.suffix],
      ['-X', spec.filter],
      ['-C', spec.command],
    ] as const
  ).flatMap(([flag, text]) => (text === undefined ? [] : [`${flag} ${singleQuote(text)}`]))
  const words = [
    ...SPEC_OPTIONS.filter((each) => spec.options.has(each)).map((each) => `-o ${each}`),
    ...actions,
    ...texts,
    ...(spec.function === undefined ? [] : [`-F ${spec.function}`]),
    SPECIAL_SPECS.get(name) ?? name,
  ]
  return `complete ${words.join(' ')}\n`
}
