import type { Sys } from '@drydock/abi'
import type { ServerRequest } from '@drydock/http'
import type { LogFiles } from '../logs/log-files.ts'
import type { LogFormats } from './access-log.ts'
import type { Config, VariableMap, VirtualServer } from './config.ts'

/** What a worker knows while it answers. */
export interface WorkerContext {
  readonly sys: Sys
  readonly config: Config
  readonly version: string
  readonly hostname: string
  readonly logs: LogFiles
  readonly logFormats: LogFormats
  readonly logError: (level: string, message: string) => Promise<void>
  /** Counts connections for stub_status, requests for upstream turns. */
  readonly counters: { connections: number; requests: number; active: number }
}

/** One request on its way through the configuration. */
export interface Exchange {
  readonly context: WorkerContext
  readonly request: ServerRequest
  readonly server: VirtualServer
  readonly remote: { readonly address: string; readonly port: number }
  readonly local: { readonly address: string; readonly port: number }
  readonly startMs: number
  /** Decoded and normalised; rewrites change it. */
  uri: string
  args: string
  /** What `set` and the groups of expressions gave. */
  readonly variables: Map<string, string>
  status: number
  bodyBytes: number
  upstream: string
}

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

const dash = (text: string | undefined): string => text ?? ''

/** ngx_http_core_module, "Embedded Variables". */
const VARIABLES: Readonly<Record<string, (exchange: Exchange) => string>> = {
  args: ({ args }) => args,
  query_string: ({ args }) => args,
  is_args: ({ args }) => (args === '' ? '' : '?'),
  body_bytes_sent: ({ bodyBytes }) => String(bodyBytes),
  bytes_sent: ({ bodyBytes }) => String(bodyBytes),
  connection: ({ context }) => String(context.counters.connections),
  content_length: ({ request }) => dash(request.headers.get('content-length')),
  content_type: ({ request }) => dash(request.headers.get('content-type')),
  document_root: ({ server }) => server.scope.word('root', '/etc/nginx/html'),
  document_uri: ({ uri }) => uri,
  uri: ({ uri }) => uri,
  host: hostOf,
  hostname: ({ context }) => context.hostname,
  http_host: ({ request }) => dash(request.headers.get('host')),
  msec: ({ context }) => (context.sys.clock.now() / 1000).toFixed(3),
  nginx_version: ({ context }) => context.version,
  pid: ({ context }) => String(context.sys.getpid()),
  proxy_add_x_forwarded_for: ({ request, remote }) =>
    [...request.headers.getAll('x-forwarded-for'), remote.address].join(', '),
  proxy_host: ({ upstream }) => upstream,
  remote_addr: ({ remote }) => remote.address,
  remote_port: ({ remote }) => String(remote.port),
  remote_user: ({ request }) => userOf(request),
  request: ({ request }) => `${request.method} ${request.target} ${request.protocol}`,
  request_id: ({ context }) =>
    Array.from(context.sys.entropy.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  request_method: ({ request }) => request.method,
  request_time: ({ context, startMs }) => ((context.sys.clock.monotonic() - startMs) / 1000).toFixed(3),
  request_uri: ({ request }) => request.target,
  scheme: () => 'http',
  server_addr: ({ local }) => local.address,
  server_name: ({ server }) => server.names[0] ?? '',
  server_port: ({ local }) => String(local.port),
  server_protocol: ({ request }) => request.protocol,
  status: ({ status }) => String(status),
  time_iso8601: ({ context }) => `${new Date(context.sys.clock.now()).toISOString().slice(0, 19)}+00:00`,
  time_local: ({ context }) => logTime(context.sys.clock.now()),
  upstream_addr: ({ upstream }) => upstream,
}

function userOf(request: ServerRequest): string {
  const basic = /^basic (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (basic === undefined) return ''
  try {
    return atob(basic).split(':')[0] ?? ''
  } catch {
    return ''
  }
}

export function variable(exchange: Exchange, name: string): string | undefined {
  const own = exchange.variables.get(name)
  if (own !== undefined) return own
  const map = exchange.context.config.maps.get(name)
  if (map) return mapped(exchange, map)
  const known = VARIABLES[name]
  if (known) return known(exchange)
  const { request } = exchange
  if (name.startsWith('http_')) return dash(request.headers.get(name.slice(5).replaceAll('_', '-')))
  if (name.startsWith('arg_')) return dash(new URLSearchParams(exchange.args).get(name.slice(4)) ?? undefined)
  if (name.startsWith('cookie_')) return cookie(request, name.slice(7))
  return undefined
}

function mapped(exchange: Exchange, { source, rows, fallback }: VariableMap): string {
  const value = interpolate(exchange, source)
  const plain = rows.find(([key]) => key === value.toLowerCase())
  const found = plain ?? rows.find(([key]) => typeof key !== 'string' && key.test(value))
  return interpolate(exchange, found?.[1] ?? fallback)
}

const cookie = (request: ServerRequest, name: string): string =>
  (request.headers.get('cookie') ?? '')
    .split(/;\s*/)
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? ''

/** Text with its `$variables`. @param missing what an empty variable becomes: `-` in logs */
export const interpolate = (exchange: Exchange, text: string, missing = ''): string =>
  text.includes('$') ? filled(exchange, templateOf(text), missing) : text

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/

/** Literal text and names of variables by turns. */
export const templateOf = (text: string): readonly string[] => {
  const parts = text.split(VARIABLE)
  return parts
    .filter((_, at) => at % 3 === 0)
    .flatMap((literal, at) => [literal, parts[at * 3 + 1] ?? parts[at * 3 + 2] ?? ''])
}

export function filled(exchange: Exchange, template: readonly string[], missing = ''): string {
  let text = ''
  for (let at = 0; at < template.length; at += 2) {
    const name = template[at + 1] ?? ''
    text += template[at] ?? ''
    if (name !== '') text += variable(exchange, name) || missing
  }
  return text
}
