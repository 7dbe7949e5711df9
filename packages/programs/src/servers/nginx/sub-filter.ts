import { concatBytes } from '@drydock/codec'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { interpolate } from './variables.ts'

const LATIN = new TextDecoder('latin1')
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))
/** A text's bytes as one character each, so that nothing of a page is taken apart wrongly. */
const octets = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))

/** ngx_http_sub_module: puts other words into pages; upper and lower case are the same. */
export function subFilter(exchange: Exchange, answer: Answer): Answer {
  const { scope } = exchange
  const rules = scope.all('sub_filter')
  const { send } = answer
  if (rules.length === 0 || !send || !wanted(exchange, answer)) return answer
  const pairs = rules.map(([from = '', to = '']): [string, string] => [
    octets(interpolate(exchange, from)),
    octets(interpolate(exchange, to)),
  ])
  const keepsDate = scope.on('sub_filter_last_modified')
  const headers = (answer.headers ?? []).flatMap(([name, value]): [string, string][] => {
    const lower = name.toLowerCase()
    if (lower === 'accept-ranges' || (!keepsDate && (lower === 'last-modified' || lower === 'etag'))) return []
    return [[name, lower === 'etag' && !value.startsWith('W/') ? `W/${value}` : value]]
  })
  const { length: _, slice: __, modified, ...rest } = answer
  return {
    ...rest,
    ...(keepsDate && modified !== undefined ? { modified } : {}),
    headers,
    send: async (write) => {
      const parts: Uint8Array[] = []
      await send((bytes) => void parts.push(bytes.slice()))
      await write(bytesOf(replaced(LATIN.decode(concatBytes(parts)), pairs, scope.on('sub_filter_once', true))))
    },
  }
}

function wanted({ scope }: Exchange, { status, type, headers = [] }: Answer): boolean {
  if (status === 204 || status === 304 || headers.some(([name]) => name.toLowerCase() === 'content-encoding'))
    return false
  const own = type?.split(';')[0]?.toLowerCase() ?? ''
  const types = scope.find('sub_filter_types') ?? []
  return own === 'text/html' || types.includes(own) || types.includes('*')
}

/** The longest rule that fits goes first; with `once` each rule is used up by its first find. */
function replaced(text: string, pairs: readonly (readonly [string, string])[], once: boolean): string {
  let left = pairs.filter(([from]) => from !== '').toSorted(([a], [b]) => b.length - a.length)
  const lower = text.toLowerCase()
  let done = ''
  let at = 0
  while (left.length > 0) {
    const found = left
      .map(([from, to]) => ({ from, to, start: lower.indexOf(from.toLowerCase(), at) }))
      .filter(({ start }) => start >= 0)
      .toSorted((a, b) => a.start - b.start)[0]
    if (!found) break
    done += text.slice(at, found.start) + found.to
    at = found.start + found.from.length
    if (once) left = left.filter(([from]) => from !== found.from)
  }
  return done + text.slice(at)
}
