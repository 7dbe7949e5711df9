import type { ServerRequest } from '@drydock/http'
import { decodeBase64 } from '@drydock/codec'
import type { Exchange } from './exchange.ts'
import type { TlsSession } from './secure-servers.ts'
import type { VariableMap } from './variable-maps.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

/** `24/Nov/2026:03:46:47 +0000`. @param ms since the epoch */
export function logTime(ms: number): string {
  const at = new Date(ms)
  const date = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()] ?? ''}/${at.getUTCFullYear()}`
  return `${date}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

const hostOf = ({ request, server }: Exchange): string =>
  request.headers.get('host')?.replace(/:\d+$/, '').toLowerCase() ?? server.names[0] ?? ''

/** The first name, without the dot that stands for its subdomains too. */
export const primaryName = ([name = '']: readonly string[]): string => name.replace(/^\./, '')

export const schemeOf = ({ tls }: Exchange['connection']): 'http' | 'https' => (tls ? 'https' : 'http')

const serverName = ({ server }: Exchange): string => primaryName(server.names)

const given = (text: string): string | undefined => (text === '' ? undefined : text)

/** Name and password of HTTP's basic authentication, RFC 7617. */
export function credentials(request: ServerRequest): readonly [user: string, password: string] | undefined {
  const basic = /^basic (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const bytes = basic === undefined ? undefined : decodeBase64(basic)
  if (!bytes) return undefined
  const [user = '', ...rest] = new TextDecoder().decode(bytes).split(':')
  return rest.length === 0 ? undefined : [user, rest.join(':')]
}

const visited = (exchange: Exchange, what: (visit: Exchange['visits'][number]) => string): string | undefined =>
  given(exchange.visits.map(what).join(', '))

const requestLength = ({ request }: Exchange): number =>
  `${request.method} ${request.target} ${request.protocol}\r\n\r\n`.length +
  [...request.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0) +
  (request.body.ended ? Number(request.headers.get('content-length') ?? 0) : 0)

/** ngx_http_core_module, "Embedded Variables", and those of other modules. */
const VARIABLES: Readonly<Record<string, (exchange: Exchange) => string | undefined>> = {
  args: ({ args }) => given(args),
  query_string: ({ args }) => given(args),
  is_args: ({ args }) => (args === '' ? '' : '?'),
  binary_remote_addr: ({ remote }) => remote.address,
  body_bytes_sent: ({ bodyBytes }) => String(bodyBytes),
  bytes_sent: ({ bodyBytes, headBytes }) => String(bodyBytes + headBytes),
  connection: ({ connection }) => String(connection.number),
  connection_requests: ({ connection }) => String(connection.requests),
  connections_active: ({ context }) => String(context.shared.counters.active),
  connections_reading: () => '0',
  connections_waiting: ({ context: { shared } }) => String(Math.max(0, shared.counters.active - 1)),
  connections_writing: () => '1',
  content_length: ({ request }) => request.headers.get('content-length'),
  content_type: ({ request }) => request.headers.get('content-type'),
  document_root: ({ scope }) => rootOf(scope.word('root', 'html')),
  document_uri: ({ uri }) => uri,
  uri: ({ uri }) => uri,
  gzip_ratio: ({ gzip }) => (gzip && gzip.after > 0 ? (gzip.before / gzip.after).toFixed(2) : undefined),
  host: hostOf,
  hostname: ({ context }) => context.hostname,
  https: ({ connection }) => (connection.tls ? 'on' : ''),
  limit_rate: ({ scope }) => scope.word('limit_rate', '0'),
  limit_req_status: ({ limits }) => limits.requests,
  limit_conn_status: ({ limits }) => limits.connections,
  msec: ({ context }) => (context.sys.clock.now() / 1000).toFixed(3),
  nginx_version: ({ context }) => context.version,
  pid: ({ context }) => String(context.sys.getpid()),
  pipe: () => '.',
  proxy_add_x_forwarded_for: ({ request, remote }) =>
    [...request.headers.getAll('x-forwarded-for'), remote.address].join(', '),
  proxy_host: ({ variables }) => variables.get('\0proxy_host'),
  proxy_port: ({ variables }) => /:(\d+)$/.exec(variables.get('\0proxy_host') ?? '')?.[1] ?? '80',
  realip_remote_addr: ({ connection }) => connection.remote.address,
  realip_remote_port: ({ connection }) => String(connection.remote.port),
  remote_addr: ({ remote }) => remote.address,
  remote_port: ({ remote }) => String(remote.port),
  remote_user: ({ request }) => credentials(request)?.[0],
  realpath_root: ({ scope }) => rootOf(scope.word('root', 'html')),
  request: ({ request }) => `${request.method} ${request.target} ${request.protocol}`.trimEnd(),
  request_body: () => undefined,
  request_completion: ({ done }) => (done ? 'OK' : ''),
  request_filename: ({ scope, uri }) => rootOf(scope.word('root', 'html')) + uri,
  request_id: ({ id }) => id,
  request_length: (exchange) => String(requestLength(exchange)),
  request_method: ({ request }) => request.method,
  request_time: ({ context, startMs }) => ((context.sys.clock.monotonic() - startMs) / 1000).toFixed(3),
  request_uri: ({ request }) => request.target,
  scheme: ({ connection }) => schemeOf(connection),
  server_addr: ({ local }) => local.address,
  server_name: serverName,
  server_port: ({ local }) => String(local.port),
  server_protocol: ({ request }) => request.protocol,
  status: ({ errorStatus, status: own }) => {
    const status = errorStatus ?? own
    return String(status).padStart(3, '0')
  },
  time_iso8601: ({ context }) => `${new Date(context.sys.clock.now()).toISOString().slice(0, 19)}+00:00`,
  time_local: ({ context }) => logTime(context.sys.clock.now()),
  upstream_addr: (exchange) => visited(exchange, ({ address }) => address),
  upstream_cache_status: ({ cacheStatus }) => cacheStatus,
  upstream_connect_time: (exchange) => visited(exchange, ({ time }) => time),
  upstream_header_time: (exchange) => visited(exchange, ({ time }) => time),
  upstream_response_length: (exchange) =>
    visited(exchange, (visit) =>
      visit === exchange.visits.at(-1) && visit.headers ? String(exchange.bodyBytes) : '0',
    ),
  upstream_response_time: (exchange) => visited(exchange, ({ time }) => time),
  upstream_status: (exchange) => visited(exchange, ({ status }) => status),
}

const rootOf = (root: string): string => (root.startsWith('/') ? root : `/etc/nginx/${root}`).replace(/\/$/, '')

/** ngx_http_ssl_module, "Embedded Variables", without those of the client's certificate: it is asked for none. */
const SSL: Readonly<Record<string, (tls: TlsSession) => string | undefined>> = {
  protocol: () => 'TLSv1.3',
  cipher: ({ suite }) => suite,
  ciphers: ({ suite }) => suite,
  curve: () => 'X25519',
  curves: () => 'X25519',
  server_name: ({ serverName }) => serverName,
  session_reused: () => '.',
  client_verify: () => 'NONE',
}

/** Prefixes of names that are made as they are asked for. */
const FAMILIES: readonly (readonly [string, (exchange: Exchange, rest: string) => string | undefined])[] = [
  ['http_', ({ request }, rest) => request.headers.get(rest.replaceAll('_', '-'))],
  ['sent_http_', ({ sent }, rest) => sent.find(([name]) => sameName(name, rest))?.[1]],
  ['upstream_http_', ({ visits }, rest) => visits.at(-1)?.headers?.get(rest.replaceAll('_', '-'))],
  ['arg_', ({ args }, rest) => argument(args, rest)],
  ['cookie_', ({ request }, rest) => cookie(request, rest)],
  ['ssl_', ({ connection: { tls } }, rest) => tls && SSL[rest]?.(tls)],
  ['upstream_cookie_', () => undefined],
  ['sent_trailer_', () => undefined],
]

const sameName = (field: string, name: string): boolean =>
  field.toLowerCase().replaceAll('-', '_') === name.toLowerCase()

/** As it stands in the query, not decoded. */
const argument = (args: string, name: string): string | undefined =>
  args
    .split('&')
    .find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}=`))
    ?.slice(name.length + 1)

const cookie = (request: ServerRequest, name: string): string | undefined =>
  (request.headers.get('cookie') ?? '')
    .split(/;\s*/)
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** Whether nginx itself has such a variable. */
export const isEmbedded = (name: string): boolean =>
  Object.hasOwn(VARIABLES, name) || /^\d$/.test(name) || FAMILIES.some(([prefix]) => name.startsWith(prefix))

export function variable(exchange: Exchange, name: string): string | undefined {
  const own = exchange.variables.get(name)
  if (own !== undefined) return own
  const map = exchange.context.config.maps.get(name)
  if (map) return mapped(exchange, map)
  const known = VARIABLES[name]
  if (known) return known(exchange)
  const [prefix = '', read] = FAMILIES.find(([each]) => name.startsWith(each)) ?? []
  return read?.(exchange, name.slice(prefix.length))
}

function mapped(exchange: Exchange, map: VariableMap): string {
  const { text, match } = map.find(interpolate(exchange, map.source))
  if (match) keepGroups(exchange, match)
  return interpolate(exchange, text)
}

export function keepGroups(exchange: Exchange, match: RegExpExecArray): void {
  for (const [index, text] of match.entries()) exchange.variables.set(String(index), text ?? '')
  for (const [name, text] of Object.entries(match.groups ?? {})) exchange.variables.set(name, text ?? '')
}

/** Text with its `$variables`. */
export const interpolate = (exchange: Exchange, text: string): string =>
  text.includes('$') ? filled(exchange, templateOf(text), (value) => value ?? '') : text

const VARIABLE = /\$(?:\{(\w+)\}|(\d|[a-zA-Z_]\w*))/

/** Literal text and names of variables by turns. */
export const templateOf = (text: string): readonly string[] => {
  const parts = text.split(VARIABLE)
  return parts
    .filter((_, at) => at % 3 === 0)
    .flatMap((literal, at) => [literal, parts[at * 3 + 1] ?? parts[at * 3 + 2] ?? ''])
}

/** @param show how a variable's value is written, and one that isn't there */
export const filled = (
  exchange: Exchange,
  template: readonly string[],
  show: (value: string | undefined) => string,
): string => fill(template, (name) => show(variable(exchange, name)))

/** @param valueOf what stands for a name */
export function fill(template: readonly string[], valueOf: (name: string) => string): string {
  let text = ''
  for (let at = 0; at < template.length; at += 2) {
    const name = template[at + 1] ?? ''
    text += template[at] ?? ''
    if (name !== '') text += valueOf(name)
  }
  return text
}
