import { Gzip } from '@drydock/codec'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'

type Level = 1 | 6 | 9
const levelOf = (level: number): Level => (level < 4 ? 1 : level < 8 ? 6 : 9)

/** ngx_http_gzip_module: what goes compressed, and `Vary` for what might. */
export function gzipFilter(exchange: Exchange, answer: Answer): Answer {
  if (!exchange.scope.on('gzip') || !compressible(exchange, answer)) return answer
  const vary: readonly [string, string][] = exchange.scope.on('gzip_vary') ? [['Vary', 'Accept-Encoding']] : []
  const headers = [...vary, ...(answer.headers ?? [])]
  return asked(exchange) ? compressed(exchange, { ...answer, headers }) : { ...answer, headers }
}

function compressible({ scope, request }: Exchange, { status, headers = [], length, type, send }: Answer): boolean {
  if (!send || ![200, 403, 404].includes(status)) return false
  if (headers.some(([name]) => name.toLowerCase() === 'content-encoding')) return false
  if (length !== undefined && length < Number(scope.word('gzip_min_length', '20'))) return false
  const types = scope.find('gzip_types') ?? []
  const own = type?.split(';')[0]?.toLowerCase() ?? ''
  return (own === 'text/html' || types.includes(own) || types.includes('*')) && request.protocol !== 'HTTP/0.9'
}

function asked({ scope, request }: Exchange): boolean {
  const accepts = /(^|[\s,])gzip\s*(?:;\s*q=([\d.]+))?\s*(,|$)/i.exec(request.headers.get('accept-encoding') ?? '')
  if (!accepts || Number(accepts[2] ?? 1) === 0) return false
  const agent = request.headers.get('user-agent') ?? ''
  if ((scope.find('gzip_disable') ?? []).some((words) => disables(words, agent))) return false
  if (request.protocol === 'HTTP/1.0' && scope.word('gzip_http_version', '1.1') !== '1.0') return false
  return !request.headers.has('via') || (scope.find('gzip_proxied') ?? ['off'])[0] !== 'off'
}

/** `msie6` stands for a longer expression: ngx_http_gzip_disable. */
const disables = (words: string, agent: string): boolean =>
  new RegExp(words === 'msie6' ? 'MSIE [4-6]\\.(?!.*SV1)' : words, 'i').test(agent)

/** The length is unknown, and the entity is no longer the same byte by byte. */
function compressed(exchange: Exchange, answer: Answer): Answer {
  const { length: _, slice: __, send, ...rest } = answer
  if (!send) return answer
  const kept = (answer.headers ?? []).flatMap(([name, value]): [string, string][] => {
    if (name.toLowerCase() === 'accept-ranges') return []
    return [[name, name === 'ETag' && !value.startsWith('W/') ? `W/${value}` : value]]
  })
  const level = levelOf(Number(exchange.scope.word('gzip_comp_level', '1')))
  return {
    ...rest,
    headers: [...kept, ['Content-Encoding', 'gzip']],
    send: async (write) => {
      const gzip = new Gzip({ level })
      let before = 0
      await send((bytes) => {
        before += bytes.length
        gzip.push(bytes)
      })
      const bytes = gzip.finish()
      exchange.gzip = { before, after: bytes.length }
      await write(bytes)
    },
  }
}
