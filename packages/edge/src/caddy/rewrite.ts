import type { Exchange } from './exchange.ts'
import { filled } from './placeholders.ts'

/** https://caddyserver.com/docs/json/apps/http/servers/routes/handle/rewrite/ */
export interface Rewrite {
  readonly uri?: string
  readonly method?: string
  readonly strip_path_prefix?: string
  readonly strip_path_suffix?: string
  readonly uri_substring?: readonly { find: string; replace: string }[]
  readonly path_regexp?: readonly { find: string; replace: string }[]
}

export function rewrite(exchange: Exchange, change: Rewrite): void {
  const { valueOf } = exchange
  if (change.method !== undefined) exchange.method = filled(change.method, valueOf).toUpperCase()
  if (change.uri !== undefined) changeUri(exchange, filled(change.uri, valueOf))
  const prefix = filled(change.strip_path_prefix ?? '', valueOf)
  if (prefix !== '' && exchange.path.startsWith(prefix)) changePath(exchange, exchange.path.slice(prefix.length))
  const suffix = filled(change.strip_path_suffix ?? '', valueOf)
  if (suffix !== '' && exchange.path.endsWith(suffix)) changePath(exchange, exchange.path.slice(0, -suffix.length))
  for (const { find, replace } of change.uri_substring ?? [])
    changeUri(exchange, exchange.uri.replaceAll(find, filled(replace, valueOf)))
  for (const { find, replace } of change.path_regexp ?? [])
    changePath(exchange, exchange.path.replaceAll(new RegExp(find, 'g'), filled(replace, valueOf)))
}

const changePath = (exchange: Exchange, path: string): void =>
  void (exchange.path = path.startsWith('/') ? path : `/${path}`)

/** Without a question mark the query stays as it is. */
function changeUri(exchange: Exchange, uri: string): void {
  const [path = '', query] = uri.split(/\?(.*)/s)
  if (path !== '') changePath(exchange, path)
  if (query !== undefined) exchange.query = query
}
