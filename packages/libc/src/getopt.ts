/** A command line as getopt_long(3) reads it: GNU style, options and operands mixed unless `+` or POSIXLY_CORRECT. */
export type OptionSpec =
  | { readonly kind: 'flag'; readonly short?: string; readonly long?: string }
  | { readonly kind: 'value'; readonly short?: string; readonly long?: string; readonly list?: boolean }
  | { readonly kind: 'optional'; readonly short?: string; readonly long?: string }

/** `flag('l')`, `flag('l', 'lines')`: given or not; counts how often. `short` may hold several letters that mean the same. */
export const flag = (short: string, long?: string) => ({ kind: 'flag', short, ...(long ? { long } : {}) }) as const
/** An option with an argument; the last one wins. */
export const value = (short: string, long?: string) => ({ kind: 'value', short, ...(long ? { long } : {}) }) as const
/** An option with an argument that may be given many times. */
export const list = (short: string, long?: string) =>
  ({ kind: 'value', list: true, short, ...(long ? { long } : {}) }) as const
/** A long option whose `=ARG` may be left out (then the value is ''). */
export const optional = (short: string, long?: string) =>
  ({ kind: 'optional', short, ...(long ? { long } : {}) }) as const

export type OptionSpecs = Readonly<Record<string, OptionSpec>>
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]: S[K] extends { kind: 'flag' }
    ? number
    : S[K] extends { list: true }
      ? readonly string[]
      : string | undefined
}

export interface ParsedOptions<S extends OptionSpecs> {
  readonly options: OptionValues<S>
  readonly operands: readonly string[]
  /** The names of the options in the order given, for those where the last one wins. */
  readonly order: readonly (keyof S & string)[]
}

/** An option as manuals write it: `-n, --interval=VALUE`, `-l`, `--color[=WHEN]`. */
export function optionForms({ kind, short = '', long }: OptionSpec): string {
  const letters = [...short].map((letter) => `-${letter}`)
  if (long === undefined) return `${letters.join(', ')}${kind === 'value' ? ' VALUE' : ''}`
  const argument = { flag: '', value: '=VALUE', optional: '[=VALUE]' }[kind]
  return [...letters, `--${long}${argument}`].join(', ')
}

/** The column in which GNU programs tell what an option does. */
const HELP_COLUMN = 29

/** The lines of `--help` for options, by their letters: `  -w, --width=VALUE`. */
export function helpLines(specs: OptionSpecs): string[] {
  const rows = Object.values(specs).flatMap((spec) => optionRows(spec))
  const own = ['help', 'version'].filter((name) => !Object.values(specs).some(({ long }) => long === name))
  const about = { help: 'display this help and exit', version: 'output version information and exit' }
  const key = (row: string): string => row.trim().replace(/^-+/, '').toLowerCase()
  return [
    ...rows.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)),
    ...own.map((name) => `      --${name}`.padEnd(HELP_COLUMN) + about[name as keyof typeof about]),
  ]
}

/** Letters without a long name are options each of their own. */
function optionRows({ kind, short = '', long }: OptionSpec): string[] {
  const letters = [...short].map((letter) => `-${letter}`)
  if (long === undefined)
    return letters.map((letter) => `  ${letter}${{ flag: '', value: ' VALUE', optional: '[VALUE]' }[kind]}`)
  const argument = { flag: '', value: '=VALUE', optional: '[=VALUE]' }[kind]
  const head = letters.length ? `  ${letters.join(', ')}, ` : '      '
  return [`${head}--${long}${argument}`]
}

/** Message as GNU getopt words it, without the program's name. */
export class UsageError extends Error {}

interface Parse {
  values: Map<string, number | string | string[]>
  operands: string[]
  order: string[]
}

/**
 * @param argv without the program's name
 * @param settings.narrow  leaves out what a family of programs does not have of an option
 * @throws UsageError
 */
export function getopt<S extends OptionSpecs>(
  argv: readonly string[],
  specs: S,
  settings: { stopAtOperand?: boolean; narrow?: ((spec: OptionSpec) => OptionSpec | undefined) | undefined } = {},
): ParsedOptions<S> {
  const all = Object.entries(specs)
  const { narrow } = settings
  const entries = narrow ? narrowed(all, narrow) : all
  const parse: Parse = { values: new Map(), operands: [], order: [] }
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') {
      parse.operands.push(...argv.slice(i + 1))
      break
    }
    if (word.startsWith('--')) i += long(word.slice(2), argv[i + 1], entries, parse)
    else if (word.startsWith('-') && word !== '-') i += short(word.slice(1), argv[i + 1], entries, parse)
    else if (settings.stopAtOperand) {
      parse.operands.push(...argv.slice(i))
      break
    } else parse.operands.push(word)
  }
  const options = Object.fromEntries(all.map(([name, spec]) => [name, parse.values.get(name) ?? empty(spec)]))
  return { options: options as OptionValues<S>, operands: parse.operands, order: parse.order }
}

const narrowed = (
  entries: readonly [string, OptionSpec][],
  narrow: (spec: OptionSpec) => OptionSpec | undefined,
): [string, OptionSpec][] =>
  entries.flatMap(([name, spec]): [string, OptionSpec][] => {
    const left = narrow(spec)
    return left ? [[name, left]] : []
  })

const empty = (spec: OptionSpec): number | undefined | string[] =>
  spec.kind === 'flag' ? 0 : spec.kind === 'value' && spec.list ? [] : undefined

function take(parse: Parse, name: string, spec: OptionSpec, argument: string): void {
  parse.order.push(name)
  if (spec.kind === 'flag') parse.values.set(name, Number(parse.values.get(name) ?? 0) + 1)
  else if (spec.kind === 'value' && spec.list) {
    const sofar = parse.values.get(name)
    parse.values.set(name, [...(Array.isArray(sofar) ? sofar : []), argument])
  } else parse.values.set(name, argument)
}

/** @returns how many further words were used */
function long(text: string, next: string | undefined, entries: [string, OptionSpec][], parse: Parse): number {
  const equals = text.indexOf('=')
  const word = equals < 0 ? text : text.slice(0, equals)
  const exact = entries.filter(([, spec]) => spec.long === word)
  const found = exact.length ? exact : entries.filter(([, spec]) => spec.long?.startsWith(word))
  const [name, spec] = found[0] ?? []
  if (!name || !spec) throw new UsageError(`unrecognized option '--${text}'`)
  if (found.length > 1) throw new UsageError(`option '--${word}' is ambiguous`)
  if (spec.kind === 'flag') {
    if (equals >= 0) throw new UsageError(`option '--${spec.long}' doesn't allow an argument`)
    take(parse, name, spec, '')
    return 0
  }
  if (equals >= 0 || spec.kind === 'optional') {
    take(parse, name, spec, equals >= 0 ? text.slice(equals + 1) : '')
    return 0
  }
  if (next === undefined) throw new UsageError(`option '--${spec.long}' requires an argument`)
  take(parse, name, spec, next)
  return 1
}

function short(letters: string, next: string | undefined, entries: [string, OptionSpec][], parse: Parse): number {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at)
    const [name, spec] = entries.find(([, candidate]) => candidate.short?.includes(letter)) ?? []
    if (!name || !spec) throw new UsageError(`invalid option -- '${letter}'`)
    if (spec.kind === 'flag') {
      take(parse, name, spec, '')
      continue
    }
    const rest = letters.slice(at + 1)
    if (rest !== '' || spec.kind === 'optional') {
      take(parse, name, spec, rest)
      return 0
    }
    if (next === undefined) throw new UsageError(`option requires an argument -- '${letter}'`)
    take(parse, name, spec, next)
    return 1
  }
  return 0
}
