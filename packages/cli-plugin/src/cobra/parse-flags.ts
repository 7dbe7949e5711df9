import { type Flag, type FlagTable, FlagValueError } from './flag.ts'

/** A command line that pflag would refuse; the message is pflag's. */
export class FlagError extends Error {}
/** `--help` or `-h` was found. */
export class HelpWanted extends Error {
  readonly deprecatedShorthand: boolean
  constructor(deprecatedShorthand: boolean) {
    super('help requested')
    this.deprecatedShorthand = deprecatedShorthand
  }
}

export interface ParsedFlags {
  readonly values: Map<string, unknown>
  /** Names of flags that were given. */
  readonly changed: ReadonlySet<string>
  readonly operands: readonly string[]
  /** Words about deprecated flags, for standard error. */
  readonly warnings: readonly string[]
}

interface Parse {
  readonly table: FlagTable
  readonly values: Map<string, unknown>
  readonly changed: Set<string>
  readonly operands: string[]
  readonly warnings: string[]
}

const initialValues = (table: FlagTable): Map<string, unknown> =>
  new Map(Object.entries(table).map(([name, flag]) => [name, flag.initial]))

/**
 * Reads flags anywhere among the operands, or (not `interspersed`) only before the first.
 * @throws FlagError, HelpWanted
 */
export function parseFlags(words: readonly string[], table: FlagTable, interspersed = true): ParsedFlags {
  const parse: Parse = { table, values: initialValues(table), changed: new Set(), operands: [], warnings: [] }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      parse.operands.push(...words.slice(at + 1))
      break
    }
    if (word.startsWith('--')) at += readLong(parse, word, words[at + 1])
    else if (word.startsWith('-') && word !== '-') at += readShort(parse, word.slice(1), word, words[at + 1])
    else if (interspersed) parse.operands.push(word)
    else {
      parse.operands.push(...words.slice(at))
      break
    }
  }
  return parse
}

const lookUp = (table: FlagTable, name: string): Flag<unknown> | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

function assign(parse: Parse, name: string, flag: Flag<unknown>, text: string): void {
  const target = flag.aliasOf ?? name
  try {
    const before = parse.changed.has(target) ? parse.values.get(target) : flag.initial
    parse.values.set(target, flag.parse(text, before))
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error
    const shown = flag.short ? `-${flag.short}, --${name}` : `--${name}`
    throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${error.message}`)
  }
  parse.changed.add(target)
  parse.changed.add(name)
  if (flag.deprecated !== undefined) parse.warnings.push(`Flag --${name} has been deprecated, ${flag.deprecated}`)
}

/** strconv.ParseBool's words for no. */
const isOff = (text: string): boolean => ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)

/** @returns how many further words were used */
function readLong(parse: Parse, word: string, next: string | undefined): number {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
  if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${word}`)
  const flag = lookUp(parse.table, name)
  if (name === 'help' && isOff(word.slice(equals + 1))) return 0
  if (name === 'help') throw new HelpWanted(false)
  if (!flag) throw new FlagError(`unknown flag: --${name}`)
  if (equals >= 0 || flag.bare !== undefined) {
    assign(parse, name, flag, equals >= 0 ? word.slice(equals + 1) : (flag.bare ?? ''))
    return 0
  }
  if (next === undefined) throw new FlagError(`flag needs an argument: --${name}`)
  assign(parse, name, flag, next)
  return 1
}

function readShort(parse: Parse, letters: string, word: string, next: string | undefined): number {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at)
    const [name, flag] = Object.entries(parse.table).find(([, candidate]) => candidate.short === letter) ?? []
    if (name === undefined || !flag) {
      if (letter === 'h') throw new HelpWanted(true)
      throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters.slice(at)}`)
    }
    const rest = letters.slice(at + 1)
    if (rest.startsWith('=')) return done(parse, name, flag, rest.slice(1))
    if (flag.bare !== undefined) {
      assign(parse, name, flag, flag.bare)
      continue
    }
    if (rest !== '') return done(parse, name, flag, rest)
    if (next === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${word}`)
    assign(parse, name, flag, next)
    return 1
  }
  return 0
}

function done(parse: Parse, name: string, flag: Flag<unknown>, text: string): number {
  assign(parse, name, flag, text)
  return 0
}
