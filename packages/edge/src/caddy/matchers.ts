import type { MatcherSet } from './config.ts'
import type { Segment } from './parse.ts'
import { longPlaceholders } from './placeholders.ts'
import { CaddyfileError } from './tokens.ts'

type Values = readonly string[]
type ToJson = (args: Values, block: readonly Segment[]) => unknown

/** `name value…` for each line, as `header` and `query` collect them. */
const byName = (args: Values): Record<string, string[]> => ({ [args[0] ?? '']: args.slice(1) })

/** Matchers of the Caddyfile. https://caddyserver.com/docs/caddyfile/matchers */
const MATCHERS: Readonly<Record<string, ToJson>> = {
  path: (args) => args,
  host: (args) => args,
  method: (args) => args.map((each) => each.toUpperCase()),
  protocol: ([name = '']) => name,
  expression: (args) => args.join(' '),
  remote_ip: (args) => ({ ranges: args.flatMap(rangesOf) }),
  client_ip: (args) => ({ ranges: args.flatMap(rangesOf) }),
  header: byName,
  query: (args) =>
    Object.fromEntries(
      args.map((pair) => [pair.split('=')[0] ?? '', [pair.slice(pair.indexOf('=') + 1)]] as [string, string[]]),
    ),
  path_regexp: (args) => (args.length > 1 ? { name: args[0], pattern: args[1] } : { pattern: args[0] }),
  header_regexp: (args) => {
    const [name, field = '', pattern = ''] = args.length > 2 ? args : [undefined, ...args]
    return { [canonicalField(field)]: { ...(name !== undefined && { name }), pattern } }
  },
  file: (args, block) => {
    const line = (name: string): Values | undefined => block.find((each) => each.name === name)?.args
    const tried = line('try_files') ?? (args.length > 0 ? args : undefined)
    const root = line('root')?.[0]
    return {
      ...(root !== undefined && { root }),
      ...(tried && { try_files: tried.map(longPlaceholders) }),
    }
  },
  not: (args, block) =>
    args.length > 0
      ? [matcherOf(args[0] ?? '', args.slice(1), [], '')]
      : [Object.assign({}, ...block.map((each) => matcherOf(each.name, each.args, each.block ?? [], '')))],
  vars: byName,
}
const canonicalField = (name: string): string =>
  name.replaceAll(/[^-]+/g, (part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
const PRIVATE = ['192.168.0.0/16', '172.16.0.0/12', '10.0.0.0/8', '127.0.0.1/8', 'fd00::/8', '::1']
const rangesOf = (text: string): readonly string[] => (text === 'private_ranges' ? PRIVATE : [text])

function matcherOf(name: string, args: Values, block: readonly Segment[], place: string): MatcherSet {
  const make = MATCHERS[name]
  if (!make)
    throw new CaddyfileError(`${place}getting matcher module '${name}': module not registered: http.matchers.${name}`)
  return { [name]: make(args.map(longPlaceholders), block) }
}

/** Lines of one matcher that are there twice count together. */
function joined(sets: readonly MatcherSet[]): MatcherSet {
  const all: Record<string, unknown> = {}
  for (const set of sets)
    for (const [name, value] of Object.entries(set)) {
      const had = all[name]
      if (Array.isArray(had) && Array.isArray(value)) all[name] = [...had, ...value]
      else if (had !== undefined && typeof had === 'object') all[name] = { ...had, ...(value as object) }
      else all[name] = value
    }
  return all
}

/** `@name` and what it stands for. @throws CaddyfileError */
export function namedMatcher({ name, args, block, line, file }: Segment): readonly [string, MatcherSet] {
  const place = `${file}:${line}: `
  if (block) return [name, joined(block.map((each) => matcherOf(each.name, each.args, each.block ?? [], place)))]
  const [first = '', ...rest] = args
  const isExpression = args.length === 1 && !(first in MATCHERS)
  return [name, isExpression ? { expression: longPlaceholders(first) } : matcherOf(first, rest, [], place)]
}

/** Takes the matcher off the front of a directive's arguments. @throws CaddyfileError */
export function splitMatcher(
  { args, line, file, name }: Segment,
  named: ReadonlyMap<string, MatcherSet>,
): { readonly match: MatcherSet | undefined; readonly rest: readonly string[] } {
  const [first = ''] = args
  if (first === '*') return { match: undefined, rest: args.slice(1) }
  if (first.startsWith('/')) return { match: { path: [first] }, rest: args.slice(1) }
  if (!first.startsWith('@')) return { match: undefined, rest: args }
  const match = named.get(first)
  if (!match)
    throw new CaddyfileError(
      `parsing caddyfile tokens for '${name}': ${file}:${line} - Error during parsing: unrecognized matcher name: ${first}`,
    )
  return { match, rest: args.slice(1) }
}
