import type { Directive, Layer } from './directive.ts'
import type { Exchange } from './exchange.ts'
import { compileRegex } from './regex.ts'
import { substituted } from './alias.ts'
import { ownUrl } from './variables.ts'

/** A place that requests go on to. */
export interface ProxyTarget {
  readonly url: string
  /** The path that it stands for here. */
  readonly from: string
}

/** Directives of the virtual host, then those of the main server. */
function serverRules({ server, context }: Exchange): readonly Directive[] {
  const { main } = context.config
  return [...(server === main ? [] : server.layer.directives), ...main.layer.directives]
}

/** ProxyPass and ProxyPassMatch of the server: the first that fits. `!` leaves a path out. proxy_trans */
export function proxyPass(exchange: Exchange): ProxyTarget | undefined {
  for (const { key, args } of serverRules(exchange)) {
    const [from = '', to = ''] = args
    if (key !== 'proxypass' && key !== 'proxypassmatch') continue
    const found = key === 'proxypass' ? byPrefix(exchange, from, to) : byPattern(exchange, from, to)
    if (found === '!') return undefined
    if (found) return { ...found, url: withQuery(exchange, found.url) }
  }
  return undefined
}

/** Those that stand in Locations, which know their path. */
export function proxyPassHere(exchange: Exchange, layers: readonly Layer[]): ProxyTarget | undefined {
  for (const layer of layers.toReversed()) {
    const [to] = layer.all('proxypass').at(-1)?.args ?? []
    if (layer.location === undefined || to === undefined) continue
    if (to === '!') return undefined
    const found = byPrefix(exchange, layer.location, to)
    if (found && found !== '!') return { ...found, url: withQuery(exchange, found.url) }
  }
  return undefined
}

function byPrefix({ uri }: Exchange, from: string, to: string): ProxyTarget | '!' | undefined {
  const below = uri === from || (uri.startsWith(from) && (from.endsWith('/') || uri[from.length] === '/'))
  // A path with a slash at its end is not for the same without it.
  if (!below) return undefined
  return to === '!' ? '!' : { url: to + encodeURI(uri.slice(from.length)), from }
}

function byPattern({ uri }: Exchange, pattern: string, to: string): ProxyTarget | '!' | undefined {
  const match = compileRegex(pattern)?.exec(uri)
  if (!match) return undefined
  if (to === '!') return '!'
  const url = substituted(to, match)
  // Without groups the whole path goes behind.
  return { url: /\$\d|&/.test(to) ? url : url.replace(/\/$/, '') + uri, from: '/' }
}

const withQuery = ({ args }: Exchange, url: string): string => (args === '' ? url : `${url}?${args}`)

/** ProxyPassReverse: an address behind becomes the one that was asked. @param base of who answered */
export function reversed(exchange: Exchange, location: string, base: string): string {
  const rules: (readonly [string, string])[] = exchange.settings.layers
    .toReversed()
    .flatMap((layer) =>
      layer
        .all('proxypassreverse')
        .map(({ args: [first = '', second] }) =>
          second === undefined ? ([layer.location ?? '/', first] as const) : ([first, second] as const),
        ),
    )
  for (const [from, to] of rules) {
    // A rule for a balancer is for whichever of its members has answered.
    const real = to.startsWith('balancer://') ? to.replace(/^balancer:\/\/[^/]*/, base) : to
    if (location.startsWith(real)) return ownUrl(exchange, from + location.slice(real.length))
    if (to.startsWith('/') && location.startsWith(to)) return from + location.slice(to.length)
  }
  return location
}

/** ProxyPassReverseCookieDomain and …Path. */
export function reversedCookie({ settings }: Exchange, cookie: string): string {
  const swap = (text: string, key: string, name: string): string =>
    settings.all(key).reduce((all, { args: [from = '', to = ''] }) => {
      const pattern = new RegExp(`(;\\s*${name}=)([^;]*)`, 'i')
      return all.replace(pattern, (whole, head: string, value: string) => {
        if (name === 'Domain') return value.toLowerCase() === from.toLowerCase() ? head + to : whole
        return value.startsWith(from) ? head + to + value.slice(from.length) : whole
      })
    }, text)
  return swap(swap(cookie, 'proxypassreversecookiedomain', 'Domain'), 'proxypassreversecookiepath', 'Path')
}
