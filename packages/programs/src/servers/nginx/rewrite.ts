import { type Answer, builtInPage, textAnswer } from './answer.ts'
import type { Directive } from './config-parser.ts'
import { statOrUndefined } from '../files/open-static.ts'
import type { Exchange } from './exchange.ts'
import { contentType } from './content-type.ts'
import { Scope } from './scope.ts'
import { interpolate, keepGroups, variable } from './variables.ts'
import { isDirectory, isRegular, type Stat } from '@drydock/abi'

/** What the rewrite phase came to: an answer, an error's page, a new search for a location, or nothing. */
export type Rewritten =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'search' }
  | { readonly kind: 'error'; readonly status: number }
  | { readonly kind: 'break' }
  | undefined

type Runner = (exchange: Exchange, directive: Directive) => Rewritten

/** ngx_http_rewrite_module. */
const RUNNERS: ReadonlyMap<string, Runner> = new Map<string, Runner>([
  ['return', (exchange, { args }) => doReturn(exchange, args)],
  ['rewrite', (exchange, { args }) => doRewrite(exchange, args)],
  [
    'set',
    (exchange, { args: [name = '', text = ''] }) => {
      exchange.variables.set(name.slice(1), interpolate(exchange, text))
      return undefined
    },
  ],
  ['break', () => ({ kind: 'break' })],
  [
    'if',
    (exchange, { args, block = [] }) => {
      if (!holds(exchange, args)) return undefined
      exchange.scope = new Scope(block, exchange.location?.scope ?? exchange.server.scope)
      return run(exchange, block)
    },
  ],
])

/** Runs the directives of the module in their order; a URI that changed on the way is looked up anew. */
export function runRewrite(exchange: Exchange, directives: readonly Directive[]): Rewritten {
  const before = exchange.uri
  const outcome = run(exchange, directives)
  if (outcome?.kind === 'break') return undefined
  return outcome ?? (exchange.uri === before ? undefined : { kind: 'search' })
}

function run(exchange: Exchange, directives: readonly Directive[]): Rewritten {
  for (const directive of directives) {
    const outcome = RUNNERS.get(directive.name)?.(exchange, directive)
    if (outcome) return outcome
  }
  return undefined
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

function doReturn(exchange: Exchange, args: readonly string[]): Rewritten {
  const [first = '', second] = args
  if (!/^\d+$/.test(first)) return { kind: 'answer', answer: redirect(exchange, 302, interpolate(exchange, first)) }
  const status = Number(first)
  if (second === undefined) return bareReturn(exchange, status)
  exchange.status = status
  const text = interpolate(exchange, second)
  if (REDIRECTS.includes(status)) return { kind: 'answer', answer: redirect(exchange, status, text) }
  return { kind: 'answer', answer: textAnswer(status, contentType(exchange), text) }
}

function bareReturn(exchange: Exchange, status: number): Rewritten {
  if (REDIRECTS.includes(status)) return { kind: 'answer', answer: redirect(exchange, status, '') }
  return status < 300
    ? { kind: 'answer', answer: textAnswer(status, status === 204 ? undefined : contentType(exchange), '') }
    : { kind: 'error', status }
}

export const redirect = (exchange: Exchange, status: number, to: string): Answer =>
  builtInPage(exchange, status, [['Location', to]])

function doRewrite(exchange: Exchange, [pattern = '', replacement = '', how = '']: readonly string[]): Rewritten {
  const match = new RegExp(
    pattern.replaceAll('(?P<', '(?<').replace(/^\(\?i\)/, ''),
    pattern.startsWith('(?i)') ? 'i' : '',
  ).exec(exchange.uri)
  if (!match) return undefined
  keepGroups(exchange, match)
  const bare = replacement.endsWith('?')
  const sends = how === 'permanent' || how === 'redirect' || /^(https?:\/\/|\$scheme)/.test(replacement)
  const to = replacedBy(exchange, bare ? replacement.slice(0, -1) : replacement, match, sends)
  const { args } = exchange
  if (sends) {
    const query = bare || args === '' ? '' : `${to.includes('?') ? '&' : '?'}${args}`
    return { kind: 'answer', answer: redirect(exchange, how === 'permanent' ? 301 : 302, to + query) }
  }
  const [path = '', query] = to.split(/\?(.*)/s)
  const added = query ?? ''
  exchange.args = bare ? added : [added, args].filter((each) => each !== '').join('&')
  exchange.uri = path
  exchange.internal = true
  exchange.rewritten = true
  exchange.strayed = how === 'break'
  return how === 'break' ? { kind: 'break' } : how === 'last' ? { kind: 'search' } : undefined
}

/**
 * The new URI. Where the client's was quoted, groups that become an argument or part of an address that it is sent to are
 * quoted anew. ngx_http_script_copy_capture_code.
 */
function replacedBy(exchange: Exchange, text: string, match: RegExpExecArray, sends: boolean): string {
  if (!/[%+]/.test(exchange.request.path)) return interpolate(exchange, text)
  const quotes = sends ? 0 : text.indexOf('?')
  if (quotes < 0) return interpolate(exchange, text)
  const quoted = text
    .slice(quotes)
    .split(/\$(\d)/)
    .map((part, at) => (at % 2 === 0 ? interpolate(exchange, part) : quotedArgument(match[Number(part)] ?? '')))
  return interpolate(exchange, text.slice(0, quotes)) + quoted.join('')
}

/** NGX_ESCAPE_ARGS. */
const quotedArgument = (text: string): string =>
  text.replace(/[\s"#%&+?<>\\^`{|}]|[^\x20-\x7e]/gu, (char) => encodeURIComponent(char))

type FileTest = (stat: Stat | undefined) => boolean
const FILE_TESTS: Readonly<Record<string, FileTest>> = {
  '-f': (stat) => stat !== undefined && isRegular(stat.mode),
  '-d': (stat) => stat !== undefined && isDirectory(stat.mode),
  '-e': (stat) => stat !== undefined,
  '-x': (stat) => stat !== undefined && (stat.mode & 0o111) !== 0,
}

/** The condition of `if`, its parentheses included. */
function holds(exchange: Exchange, args: readonly string[]): boolean {
  const words = args.join(' ').replace(/^\(\s*|\s*\)$/g, '')
  const [left = '', operator, ...rest] = words.split(/\s+/)
  const test = FILE_TESTS[left.replace('!', '')]
  if (test && operator !== undefined) {
    const found = test(statOrUndefined(exchange.context.sys, interpolate(exchange, [operator, ...rest].join(' '))))
    return found !== left.startsWith('!')
  }
  const value = left.startsWith('$') ? (variable(exchange, left.slice(1)) ?? '') : left
  if (operator === undefined) return value !== '' && value !== '0'
  const right = rest.join(' ').replace(/^["']|["']$/g, '')
  if (operator === '=') return value === interpolate(exchange, right)
  if (operator === '!=') return value !== interpolate(exchange, right)
  const match = new RegExp(right, operator.endsWith('*') ? 'i' : '').exec(value)
  if (match) keepGroups(exchange, match)
  return (match !== null) !== operator.startsWith('!')
}
