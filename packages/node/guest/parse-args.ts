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
}

/** util.parseArgs, without its tokens. */
export function parseArgs({ args, options = {}, strict = true, allowPositionals = !strict }: Config = {}) {
  const words = [...(args ?? (globalThis as unknown as { process: { argv: string[] } }).process.argv.slice(2))]
  const values: Record<string, unknown> = {}
  const positionals: string[] = []
  const keep = (name: string, value: unknown): void => {
    values[name] = options[name]?.multiple ? [...((values[name] as unknown[] | undefined) ?? []), value] : value
  }
  const take = (name: string, shown: string, given: string | undefined): void => {
    const option = options[name]
    if (!option && strict) throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${shown}'`)
    if (option?.type !== 'string') return keep(name, given ?? true)
    const value = given ?? words.shift()
    if (value === undefined)
      throw nodeError(TypeError, 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${shown} <value>' argument missing`)
    keep(name, value)
  }
  const byShort = (letter: string): string =>
    Object.keys(options).find((name) => options[name]?.short === letter) ?? letter
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') positionals.push(...words.splice(0))
    else if (word.startsWith('--')) {
      const [name = '', ...rest] = word.slice(2).split('=')
      take(name, `--${name}`, rest.length > 0 ? rest.join('=') : undefined)
    } else if (word.startsWith('-') && word.length > 1)
      for (const letter of word.slice(1)) take(byShort(letter), `-${letter}`, undefined)
    else if (allowPositionals) positionals.push(word)
    else
      throw nodeError(
        TypeError,
        'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL',
        `Unexpected argument '${word}'. This command does not take positional arguments`,
      )
  }
  for (const [name, option] of Object.entries(options))
    if (option.default !== undefined) values[name] ??= option.default
  return { values, positionals }
}
