import { ConfigError } from './config-error.ts'
import type { Directive } from './config-parser.ts'
import { isEmbedded } from './variables.ts'

/** Which arguments of a directive are texts with variables. */
const TEXTS: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  ...Object.fromEntries(
    `access_log add_header add_trailer alias auth_basic error_page expires fastcgi_param index proxy_pass proxy_set_header
    limit_conn_zone limit_req_zone root try_files sub_filter auth_request auth_request_set mirror proxy_cache_key proxy_cache_bypass proxy_no_cache`
      .split(/\s+/)
      .map((name) => [name, (args: readonly string[]) => args]),
  ),
  // An expression's `$` is its end.
  proxy_redirect: (args) => args.filter((word) => !word.startsWith('~')),
  log_format: (args) => args.slice(1),
  return: (args) => args.slice(-1),
  rewrite: (args) => args.slice(1, 2),
  set: (args) => args.slice(1),
  if: (args) => args.slice(0, 1).map((word) => word.replace(/^\(/, '')),
}

/** Names that blocks define: by `set`, `map`, `geo`, `split_clients` and groups of expressions. */
function* defined(directives: readonly Directive[]): Generator<string> {
  for (const { name, args, block } of directives) {
    if (name === 'set' || name === 'auth_request_set') yield args[0]?.slice(1) ?? ''
    if (name === 'map' || name === 'split_clients') yield args[1]?.slice(1) ?? ''
    if (name === 'geo') yield args.at(-1)?.slice(1) ?? ''
    for (const [, group = ''] of [name, ...args].join(' ').matchAll(/\(\?P?<([a-zA-Z_]\w*)>/g)) yield group
    if (block) yield* defined(block)
  }
}

function* used(directives: readonly Directive[]): Generator<string> {
  for (const directive of directives) {
    for (const text of TEXTS[directive.name]?.(directive.args) ?? []) yield* namesIn(text, directive)
    if (directive.block && !['map', 'geo', 'types'].includes(directive.name)) yield* used(directive.block)
  }
}

/** @throws ConfigError where a `$` begins no name */
function* namesIn(text: string, { file, line }: Directive): Generator<string> {
  for (const [, open, name = '', close] of text.matchAll(/\$(\{?)(\w*)(\}?)/g)) {
    if (name === '') throw new ConfigError(`invalid variable name in ${file}:${line}`)
    if (open !== '' && close === '')
      throw new ConfigError(`the closing bracket in "${name}" variable is missing in ${file}:${line}`)
    yield /^\d/.test(name) ? name.charAt(0) : name
  }
}

/** @throws ConfigError for the first name that nobody defines */
export function refuseUnknownVariables(http: readonly Directive[]): void {
  const known = new Set(defined(http))
  for (const name of used(http))
    if (!known.has(name) && !isEmbedded(name)) throw new ConfigError(`unknown "${name}" variable`)
}
