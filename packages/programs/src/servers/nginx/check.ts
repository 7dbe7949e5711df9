import { ConfigError } from './config-error.ts'
import type { Directive } from './config-parser.ts'
import { DIRECTIVES, type DirectiveRule, type ValueKind } from './directives.ts'
import { SENSE } from './sense.ts'

/** Blocks whose directives are data. */
const DATA_BLOCKS: readonly string[] = ['types', 'map', 'geo', 'split_clients']
/** Which context a block opens; that of `if` depends on where it stands. */
const OPENS: Readonly<Record<string, string>> = {
  ...{ events: 'e', http: 'h', server: 's', location: 'l', upstream: 'u', limit_except: 'x', stream: 'T' },
}
/** The same for blocks within `stream`. */
const OPENS_IN_STREAM: Readonly<Record<string, string>> = { server: 'V', upstream: 'W' }
/** Modules that are not here: their blocks are read over. */
const FOREIGN: readonly string[] = ['mail']

const at = ({ file, line }: Directive): string => ` in ${file}:${line}`
const refuse = (directive: Directive, words: string): never => {
  throw new ConfigError(words + at(directive))
}

/** What nginx says of directives' places, arguments and sense, in the order of the file. ngx_conf_handler. @throws ConfigError */
export function checkDirectives(directives: readonly Directive[], context = 'm', around?: Directive): void {
  const seen = new Set<string>()
  for (const directive of directives) {
    const { name, block } = directive
    const rule = placeAndArguments(directive, context)
    duplicates(directive, rule, seen)
    if (block && !DATA_BLOCKS.includes(name) && !FOREIGN.includes(name))
      checkDirectives(block, opens(name, context), directive)
    const words = SENSE[name]?.(directive, { context, around })
    if (words !== undefined) refuse(directive, words)
  }
}

const opens = (name: string, context: string): string =>
  name === 'if'
    ? context === 'l' || context === 'L'
      ? 'L'
      : 'S'
    : ((context === 'T' ? OPENS_IN_STREAM[name] : undefined) ?? OPENS[name] ?? context)

function placeAndArguments(directive: Directive, context: string): DirectiveRule {
  const { name, args, block } = directive
  const rules = DIRECTIVES.get(name) ?? []
  const rule = rules.find(({ contexts }) => contexts.includes(context))
  if (rules.length === 0) return refuse(directive, `unknown directive "${name}"`)
  if (!rule) return refuse(directive, `"${name}" directive is not allowed here`)
  if (block && !rule.block) refuse(directive, `directive "${name}" is not terminated by ";"`)
  if (!block && rule.block) refuse(directive, `directive "${name}" has no opening "{"`)
  if (args.length < rule.least || args.length > rule.most)
    refuse(directive, `invalid number of arguments in "${name}" directive`)
  checkValue(directive, rule.kind)
  return rule
}

const EITHER: Readonly<Record<string, string>> = { root: 'alias', alias: 'root' }

/** @param seen keys of what came before in the block */
function duplicates(directive: Directive, rule: DirectiveRule, seen: Set<string>): void {
  const { name, args } = directive
  const other = EITHER[name]
  if (other !== undefined && seen.has(other))
    refuse(directive, `"${name}" directive is duplicate, "${other}" directive was specified earlier`)
  if (seen.has(name) && !rule.repeatable) refuse(directive, `"${name}" directive is duplicate`)
  if (name === 'location' || name === 'upstream') {
    const key = `${name} ${args.join(' ')}`
    if (seen.has(key) && !args[0]?.startsWith('~')) refuse(directive, `duplicate ${name} "${args.at(-1) ?? ''}"`)
    seen.add(key)
  }
  seen.add(name)
}

type Value = readonly [RegExp, (name: string, word: string) => string]
const VALUES: Readonly<Record<Exclude<ValueKind, undefined>, Value>> = {
  flag: [/^(on|off)$/i, (name, word) => `invalid value "${word}" in "${name}" directive, it must be "on" or "off"`],
  num: [/^\d+$/, (name) => `"${name}" directive invalid number`],
  size: [/^\d+[kKmMgG]?$/, (name) => `"${name}" directive invalid value`],
  time: [/^(\d+(ms|[yMwdhms])?)+$/, (name) => `"${name}" directive invalid value`],
}

function checkValue(directive: Directive, kind: ValueKind): void {
  const {
    name,
    args: [word = ''],
  } = directive
  const row = kind && VALUES[kind]
  if (row && !row[0].test(word)) refuse(directive, row[1](name, word))
}
