import type { Directive, Layer } from './directive.ts'
import { type Exchange, inRoot } from './exchange.ts'
import { compileRegex } from './regex.ts'
import { ownUrl } from './variables.ts'

const STATUS: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303, gone: 410 }

/** `/a` is for `/a` and what is below it. @returns how much of the path it takes. alias_matches */
function taken(uri: string, prefix: string): number | undefined {
  const wanted = prefix.replace(/\/+/g, '/')
  if (!uri.startsWith(wanted)) return undefined
  return wanted.endsWith('/') || uri.length === wanted.length || uri[wanted.length] === '/' ? wanted.length : undefined
}

/** `$1` and `&` of a match. ap_pregsub */
export const substituted = (text: string, match: readonly (string | undefined)[]): string =>
  text.replace(
    /\\([$&])|\$(\d)|&/g,
    (whole, escaped?: string, group?: string) => escaped ?? (whole === '&' ? '&' : (match[Number(group)] ?? '')),
  )

/** A redirection as mod_alias makes it. */
export interface Redirection {
  readonly status: number
  readonly to: string | undefined
}

/** Redirect and RedirectMatch of some sections, the inner ones first. */
export function redirection(exchange: Exchange, layers: readonly Layer[]): Redirection | undefined {
  for (const layer of layers.toReversed())
    for (const directive of layer.directives) {
      const found = directive.key.startsWith('redirect') ? redirected(exchange, directive, layer) : undefined
      if (found) return found
    }
  return undefined
}

function redirected(exchange: Exchange, { key, args }: Directive, { location }: Layer): Redirection | undefined {
  const word = args[0]?.toLowerCase() ?? ''
  const named = key === 'redirectpermanent' ? 301 : key === 'redirecttemp' ? 302 : undefined
  const status = named ?? STATUS[word] ?? (/^\d{3}$/.test(word) ? Number(word) : 302)
  const rest = named === undefined && (STATUS[word] !== undefined || /^\d{3}$/.test(word)) ? args.slice(1) : args
  const without = status === 410 || (status >= 400 && status < 600)
  // Inside of a Location the path is that of the section.
  const short = location !== undefined && rest.length === (without ? 0 : 1)
  const [from = '', to] = short ? [location, rest[0]] : rest
  if (key === 'redirectmatch') {
    const match = compileRegex(from)?.exec(exchange.uri)
    return match
      ? { status, to: to === undefined ? undefined : withQuery(exchange, absolute(exchange, substituted(to, match))) }
      : undefined
  }
  const length = short ? exchange.uri.length : taken(exchange.uri, from)
  if (length === undefined) return undefined
  if (to === undefined) return { status, to: undefined }
  return { status, to: withQuery(exchange, absolute(exchange, to + encodeURI(exchange.uri.slice(length)))) }
}

const absolute = (exchange: Exchange, to: string): string => (to.startsWith('/') ? ownUrl(exchange, to) : to)

const withQuery = ({ args }: Exchange, url: string): string =>
  args === '' || url.includes('?') ? url : `${url}?${args}`

/** Alias and its kin: the file for a path. @returns undefined where no alias is for it */
export function aliased(exchange: Exchange): { readonly filename: string; readonly script: boolean } | undefined {
  const { context, server, uri } = exchange
  const { main } = context.config
  const own = server === main ? [] : server.layer.directives
  for (const { key, args } of [...own, ...main.layer.directives]) {
    if (!/^(script)?alias(match)?$/.test(key)) continue
    const [from = '', to = ''] = args
    const script = key.startsWith('script')
    if (key.endsWith('match')) {
      const match = compileRegex(from)?.exec(uri)
      if (match) return { filename: inRoot(context, substituted(to, match)), script }
      continue
    }
    const length = taken(uri, from)
    if (length !== undefined) return { filename: inRoot(context, to) + uri.slice(length), script }
  }
  return undefined
}
