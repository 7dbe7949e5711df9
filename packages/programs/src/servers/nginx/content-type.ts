import type { Exchange } from './exchange.ts'

const WITH_CHARSET: readonly string[] = [
  ...['text/html', 'text/xml', 'text/plain', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml'],
]

/** By the extension of the URI, else `default_type`. */
export function contentType(exchange: Exchange): string {
  const { scope, context, givenType } = exchange
  if (givenType !== undefined) return givenType
  const extension = /\.([^./]+)$/.exec(exchange.uri)?.[1]?.toLowerCase() ?? ''
  const own = scope.rows(['types']).at(-1)?.block
  const types = own
    ? new Map(own.flatMap(({ name, args }) => args.map((each): [string, string] => [each, name])))
    : context.config.types
  return types.get(extension) ?? scope.word('default_type', 'text/plain')
}

/** ngx_http_charset_module. */
export function withCharset({ scope }: Exchange, type: string): string {
  if (/;\s*charset=/i.test(type)) return type
  const charset = scope.word('charset', 'off')
  const types = scope.find('charset_types') ?? WITH_CHARSET
  return charset !== 'off' && (types.includes(type) || type === 'text/html') ? `${type}; charset=${charset}` : type
}
