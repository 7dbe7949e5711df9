import { nodeError } from './errors.ts'

interface Option {
  readonly type: 'boolean' | 'string'
  readonly short?: string
  readonly multiple?: boolean
  readonly default?: unknown
}
interface Config {
  readonly args?: readonly string[]
  readonly options?: Readonly<Record<string, Option>>
  readonly strict?: boolean
  readonly allowPositionals?: boolean
  readonly allowNegative?: boolean
  readonly tokens?: boolean
}
interface OptionToken {
  readonly kind: 'option'
  readonly name: string
  readonly rawName: string
  readonly index: number
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}
type Token =
  | OptionToken
  | { readonly kind: 'positional'; readonly index: number; readonly value: string }
  | { readonly kind: 'option-terminator'; readonly index: number }
type Options = Readonly<Record<string, Option>>

const own = (options: Options, name: string): Option | undefined =>
  Object.hasOwn(options, name) ? options[name] : undefined
const byShort = (options: Options, letter: string): string =>
  Object.keys(options).find((name) => options[name]?.short === letter) ?? letter

/** What the words are, before anything is said of them. lib/internal/util/parse_args, argsToTokens */
function tokensOf(args: readonly string[], options: Options): Token[] {
  const tokens: Token[] = []
  /** Words with their places; letters that stood together get a word each. */
  const words = args.map((word, index) => ({ word, index }))
  const option = (name: string, rawName: string, index: number, inline: string | undefined): void => {
    const wants = own(options, name)?.type === 'string' && inline === undefined
    const value = inline ?? (wants ? words.shift()?.word : undefined)
    const inlineValue = value === undefined ? undefined : inline !== undefined
    tokens.push({ kind: 'option', name, rawName, index, value, inlineValue })
  }
  for (let next = words.shift(); next; next = words.shift()) {
    const { word, index } = next
    if (word === '--') {
      tokens.push({ kind: 'option-terminator', index })
      for (const rest of words.splice(0)) tokens.push({ kind: 'positional', index: rest.index, value: rest.word })
    } else if (/^-[^-]$/.test(word)) option(byShort(options, word.slice(1)), word, index, undefined)
    else if (/^-[^-]/.test(word)) {
      const letters = [...word.slice(1)]
      const first = letters.findIndex((letter) => own(options, byShort(options, letter))?.type === 'string')
      if (first < 0 || first === letters.length - 1)
        words.unshift(...letters.map((letter) => ({ word: `-${letter}`, index })))
      else {
        const letter = letters[first] ?? ''
        const flags = letters.slice(0, first).map((each) => ({ word: `-${each}`, index }))
        if (flags.length > 0) words.unshift(...flags, { word: `-${letters.slice(first).join('')}`, index })
        else option(byShort(options, letter), `-${letter}`, index, letters.slice(1).join(''))
      }
    } else if (/^--[^=]+=/.test(word)) {
      const at = word.indexOf('=')
      option(word.slice(2, at), word.slice(0, at), index, word.slice(at + 1))
    } else if (word.startsWith('--')) option(word.slice(2), word, index, undefined)
    else tokens.push({ kind: 'positional', index, value: word })
  }
  return tokens
}

const wrong = (code: string, message: string): Error => nodeError(TypeError, `ERR_PARSE_ARGS_${code}`, message)

/** `--no-name` of an option that is on or off. */
function negated(token: OptionToken, options: Options, allowed: boolean): string | undefined {
  const name = token.name.startsWith('no-') ? token.name.slice(3) : undefined
  return allowed && name !== undefined && !own(options, token.name) && own(options, name) ? name : undefined
}

function checkOption(token: OptionToken, options: Options, allowPositionals: boolean): void {
  const { name, rawName, value } = token
  const option = own(options, name)
  if (!option) {
    const hint = allowPositionals
      ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- ${JSON.stringify(rawName).replace(/^"|"$/g, '"')}`
      : ''
    throw wrong('UNKNOWN_OPTION', `Unknown option '${rawName}'${hint}`)
  }
  const shown = `${option.short ? `-${option.short}, ` : ''}--${name}`
  if (option.type === 'string' && value === undefined)
    throw wrong('INVALID_OPTION_VALUE', `Option '${shown} <value>' argument missing`)
  if (option.type === 'boolean' && value !== undefined)
    throw wrong('INVALID_OPTION_VALUE', `Option '${shown}' does not take an argument`)
  if (option.type === 'string' && !token.inlineValue && value !== undefined && /^-./.test(value))
    throw wrong(
      'INVALID_OPTION_VALUE',
      `Option '${rawName}' argument is ambiguous.\nDid you forget to specify the option argument for '${rawName}'?\nTo specify an option argument starting with a dash use '${rawName.startsWith('--') ? `${rawName}=-XYZ` : `--${name}=-XYZ' or '${rawName}-XYZ`}'.`,
    )
}

/** util.parseArgs. */
export function parseArgs(config: Config = {}) {
  const { options = {}, strict = true, allowPositionals = !strict, allowNegative = false } = config
  const args = config.args ?? (globalThis as unknown as { process: { argv: string[] } }).process.argv.slice(2)
  const tokens = tokensOf(args.map(String), options)
  const values = Object.create(null) as Record<string, unknown>
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!allowPositionals)
        throw wrong(
          'UNEXPECTED_POSITIONAL',
          `Unexpected argument '${token.value}'. This command does not take positional arguments`,
        )
      positionals.push(token.value)
    }
    if (token.kind !== 'option') continue
    const off = negated(token, options, allowNegative)
    if (strict && off === undefined) checkOption(token, options, allowPositionals)
    const name = off ?? token.name
    const value = off === undefined ? (token.value ?? true) : false
    if (own(options, name)?.multiple) values[name] = [...((values[name] as unknown[] | undefined) ?? []), value]
    else values[name] = value
  }
  for (const [name, option] of Object.entries(options))
    if (option.default !== undefined) values[name] ??= option.default
  const shown = tokens.map((token) => {
    if (token.kind !== 'option') return token
    const off = negated(token, options, allowNegative)
    return off === undefined ? token : { ...token, name: off }
  })
  return { values, positionals, ...(config.tokens ? { tokens: shown } : {}) }
}
