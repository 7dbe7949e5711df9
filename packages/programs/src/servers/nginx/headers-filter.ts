import { httpDate } from '@drydock/http'
import type { Exchange } from './exchange.ts'
import { secondsOf } from './scope.ts'
import { interpolate } from './variables.ts'

const GOOD: readonly number[] = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308]
const TEN_YEARS = 315_360_000

/** What `expires` and `add_header` put into an answer. ngx_http_headers_module. */
export function addedHeaders(exchange: Exchange, status: number): [string, string][] {
  const good = GOOD.includes(status)
  return [
    ...(good ? expires(exchange) : []),
    ...exchange.scope
      .all('add_header')
      .filter(([, , always]) => good || always === 'always')
      .map(([name = '', text = '']): [string, string] => [name, interpolate(exchange, text)])
      .filter(([, text]) => text !== ''),
  ]
}

function expires(exchange: Exchange): [string, string][] {
  const args = exchange.scope.find('expires') ?? ['off']
  const word = interpolate(exchange, args.at(-1) ?? 'off')
  if (word === 'off' || word === '') return []
  if (word === 'epoch') return fields('Thu, 01 Jan 1970 00:00:01 GMT', 'no-cache')
  if (word === 'max') return fields('Thu, 31 Dec 2037 23:55:55 GMT', `max-age=${TEN_YEARS}`)
  const now = Math.floor(exchange.context.sys.clock.now() / 1000)
  const seconds = word.startsWith('@') ? untilDaytime(word.slice(1), now) : signed(word)
  const from = args[0] === 'modified' ? (modified(exchange) ?? now) : now
  const age = from + seconds - now
  return fields(httpDate((from + seconds) * 1000), age < 0 ? 'no-cache' : `max-age=${age}`)
}

const fields = (date: string, control: string): [string, string][] => [
  ['Expires', date],
  ['Cache-Control', control],
]

const signed = (word: string): number => (secondsOf(word.replace(/^[-+]/, '')) ?? 0) * (word.startsWith('-') ? -1 : 1)

const untilDaytime = (word: string, now: number): number => ((secondsOf(word) ?? 0) - (now % 86_400) + 86_400) % 86_400

function modified({ sent }: Exchange): number | undefined {
  const at = Date.parse(sent.find(([name]) => name === 'Last-Modified')?.[1] ?? '')
  return Number.isNaN(at) ? undefined : at / 1000
}
