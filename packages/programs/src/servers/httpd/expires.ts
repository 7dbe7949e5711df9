import { httpDate } from '@drydock/http'
import type { Exchange } from './exchange.ts'

const UNITS: Readonly<Record<string, number>> = {
  ...{ year: 31_536_000, month: 2_592_000, week: 604_800, day: 86_400, hour: 3600, minute: 60, second: 1 },
}

/** `access plus 1 month`, `M3600`: seconds, from when the file was changed or from now. @returns undefined for none */
function readCode(words: readonly string[]): { readonly seconds: number; readonly modified: boolean } | undefined {
  const [, base, plain] = /^([AM])(\d+)$/i.exec(words[0] ?? '') ?? []
  if (base !== undefined) return { seconds: Number(plain), modified: /m/i.test(base) }
  const [first = '', ...rest] = words.flatMap((word) => word.split(/\s+/))
  let seconds = 0
  for (let at = rest[0]?.toLowerCase() === 'plus' ? 1 : 0; at < rest.length; at += 2)
    seconds += Number(rest[at]) * (UNITS[(rest[at + 1] ?? '').toLowerCase().replace(/s$/, '')] ?? 0)
  return { seconds, modified: /^modification$/i.test(first) }
}

/** mod_expires: Cache-Control and Expires of an answer of a type. */
export function expiryFields(exchange: Exchange, type: string | undefined): (readonly [string, string])[] {
  const { settings, context, stat } = exchange
  if (!settings.on('expiresactive')) return []
  const bare = type?.split(';')[0]?.trim() ?? ''
  const wild = `${bare.split('/')[0] ?? ''}/*`
  const byType = settings.all('expiresbytype')
  const own = byType.findLast(({ args }) => args[0] === bare) ?? byType.findLast(({ args }) => args[0] === wild)
  const words = own?.args.slice(1) ?? settings.last('expiresdefault')?.args
  const code = words && readCode(words)
  if (!code) return []
  const now = Math.floor(context.sys.clock.now() / 1000)
  const from = code.modified && stat ? Math.floor(stat.mtimeMs / 1000) : now
  const at = from + code.seconds
  return [
    ['Cache-Control', `max-age=${Math.max(0, at - now)}`],
    ['Expires', httpDate(at * 1000)],
  ]
}
