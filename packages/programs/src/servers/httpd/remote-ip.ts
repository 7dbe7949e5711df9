import type { Exchange } from './exchange.ts'
import { inNetwork, isNetwork } from './networks.ts'

/** mod_remoteip: the client that trusted proxies tell of, from the nearest on. */
export function remoteAddress(exchange: Exchange): void {
  const { settings, fields } = exchange
  const header = settings.word('remoteipheader')
  const told = header === undefined ? undefined : fields.get(header)
  if (told === undefined || header === undefined) return
  const trusted = ['remoteipinternalproxy', 'remoteiptrustedproxy']
    .flatMap((key) => settings.all(key))
    .flatMap(({ args }) => args)
  const isTrusted = (address: string): boolean =>
    trusted.length === 0 || trusted.some((each) => isNetwork(each) && inNetwork(address, each))
  const addresses = told.split(',').map((each) => each.trim())
  while (addresses.length > 0 && isTrusted(exchange.client)) {
    const next = addresses.pop() ?? ''
    if (!/^[\d.:a-f]+$/i.test(next)) break
    exchange.client = next
    if (trusted.length === 0) break
  }
  if (addresses.length > 0) fields.set(header, addresses.join(', '))
  else fields.delete(header)
}
