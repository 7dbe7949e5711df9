import { type Answer, builtInPage, textAnswer } from './answer.ts'
import { Scope } from './config.ts'
import type { Directive } from './config-parser.ts'
import { type Exchange, interpolate, variable } from './exchange.ts'

/** What the rewrite phase came to: an answer, a new search for a location, or nothing. */
export type Rewritten =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'search' }
  | { readonly kind: 'error'; readonly status: number }
  | { readonly kind: 'break' }
  | undefined

type Runner = (exchange: Exchange, directive: Directive, scope: Scope) => Rewritten

/** ngx_http_rewrite_module. */
const RUNNERS: ReadonlyMap<string, Runner> = new Map<string, Runner>([
  ['return', (exchange, { args }, scope) => doReturn(exchange, args, scope)],
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
    (exchange, { args, block = [] }, scope) =>
      holds(exchange, args) ? runRewrite(exchange, new Scope(block, scope)) : undefined,
  ],
])

/** Runs the directives of the module in their order. */
export function runRewrite(exchange: Exchange, scope: Scope): Rewritten {
  for (const directive of scope.directives) {
    const outcome = RUNNERS.get(directive.name)?.(exchange, directive, scope)
    if (outcome) return outcome
  }
  return undefined
}

function doReturn(exchange: Exchange, args: readonly string[], scope: Scope): Rewritten {
  const [first = '', second] = args
  if (!/^\d{3}$/.test(first)) return { kind: 'answer', answer: redirect(exchange, 302, first) }
  const status = Number(first)
  if ([301, 302, 303, 307, 308].includes(status) && second !== undefined)
    return { kind: 'answer', answer: redirect(exchange, status, second) }
  if (second === undefined)
    return status < 300 || status === 444
      ? { kind: 'answer', answer: textAnswer(status, undefined, '') }
      : { kind: 'error', status }
  const type = scope.word('default_type', 'text/plain')
  return { kind: 'answer', answer: textAnswer(status, type, interpolate(exchange, second)) }
}

function redirect(exchange: Exchange, status: number, text: string): Answer {
  const to = interpolate(exchange, text)
  const host = exchange.request.headers.get('host') ?? ''
  return builtInPage(exchange, status, [['Location', to.startsWith('/') ? `http://${host}${to}` : to]])
}

function doRewrite(exchange: Exchange, [pattern = '', replacement = '', how = '']: readonly string[]): Rewritten {
  const match = new RegExp(pattern.replaceAll('(?P<', '(?<')).exec(exchange.uri)
  if (!match) return undefined
  keepGroups(exchange, match)
  const to = interpolate(exchange, replacement)
  if (how === 'permanent' || how === 'redirect' || /^https?:\/\//.test(to))
    return { kind: 'answer', answer: redirect(exchange, how === 'permanent' ? 301 : 302, to) }
  const [path = '', query] = to.split('?')
  exchange.args =
    query === undefined ? exchange.args : query + (query !== '' && exchange.args !== '' ? `&${exchange.args}` : '')
  exchange.uri = path
  exchange.variables.set('rewritten', '1')
  return how === 'break' ? { kind: 'break' } : { kind: 'search' }
}

export function keepGroups(exchange: Exchange, match: RegExpExecArray): void {
  for (const [index, text] of match.entries()) exchange.variables.set(String(index), text ?? '')
  for (const [name, text] of Object.entries(match.groups ?? {})) exchange.variables.set(name, text ?? '')
}

/** The condition of `if`, its parentheses included. */
function holds(exchange: Exchange, args: readonly string[]): boolean {
  const [left = '', operator, ...rest] = args
    .join(' ')
    .replace(/^\(\s*|\s*\)$/g, '')
    .split(/\s+/)
  const value = left.startsWith('$') ? (variable(exchange, left.slice(1)) ?? '') : left
  if (operator === undefined) return value !== '' && value !== '0'
  const right = interpolate(exchange, rest.join(' ').replace(/^["']|["']$/g, ''))
  if (operator === '=') return value === right
  if (operator === '!=') return value !== right
  const match = new RegExp(right, operator.endsWith('*') ? 'i' : '').exec(value)
  if (match) keepGroups(exchange, match)
  return (match !== null) !== operator.startsWith('!')
}
