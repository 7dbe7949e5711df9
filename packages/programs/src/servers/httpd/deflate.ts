import { Gzip } from '@drydock/codec'
import type { Answer, Exchange } from './exchange.ts'

/** Whether DEFLATE is among the filters for an answer of that type. */
function isFiltered({ settings, context }: Exchange, type: string | undefined): boolean {
  if (!context.modules.has('deflate_module')) return false
  const named = (filters: string | undefined): boolean => /(^|;)deflate(;|$)/i.test(filters ?? '')
  if (named(settings.word('setoutputfilter'))) return true
  const bare = type?.split(';')[0]?.trim().toLowerCase() ?? ''
  return settings
    .all('addoutputfilterbytype')
    .some(({ args: [filters, ...types] }) => named(filters) && types.includes(bare))
}

/** mod_deflate: gzip for who takes it, Vary for all. */
export async function deflated(exchange: Exchange, answer: Answer): Promise<Answer> {
  const { send, headers, status, type } = answer
  // What is as short as this only grows.
  if (answer.length !== undefined && answer.length < 60) return answer
  if (!send || status === 304 || status === 206 || !isFiltered(exchange, type)) return answer
  if (exchange.env.has('no-gzip') || headers.some(([name]) => /^content-encoding$/i.test(name))) return answer
  const varied = [...headers, ['Vary', 'Accept-Encoding'] as const]
  const accepted = /(^|[\s,])gzip\s*(;\s*q=([\d.]+))?\s*(,|$)/i.exec(exchange.fields.get('accept-encoding') ?? '')
  if (!accepted || Number(accepted[3] ?? 1) === 0) return { ...answer, headers: varied }
  const gzip = new Gzip({ level: 6 })
  await send((bytes) => gzip.push(bytes))
  const bytes = gzip.finish()
  return {
    ...answer,
    headers: [
      ...varied.flatMap(([name, value]): (readonly [string, string])[] => {
        if (/^content-length$/i.test(name)) return []
        return [[name, name === 'ETag' ? value.replace(/"$/, '-gzip"') : value]]
      }),
      ['Content-Encoding', 'gzip'],
      ['Content-Length', String(bytes.length)],
    ],
    length: bytes.length,
    send: async (write) => write(bytes),
  }
}
