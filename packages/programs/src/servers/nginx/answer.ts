import type { MaybePromise } from '@drydock/abi'
import { httpDate, reasonPhrase } from '@drydock/http'
import type { Exchange } from './exchange.ts'
import { schemeOf } from './variables.ts'

/** An answer before it has its common headers. */
export interface Answer {
  readonly status: number
  readonly reason?: string
  readonly type?: string | undefined
  readonly headers?: readonly (readonly [string, string])[]
  /** Bytes, when known. */
  readonly length?: number
  readonly send?: (write: (bytes: Uint8Array) => MaybePromise<void>) => Promise<void>
  /** Lets go of what `send` would have used, when nobody wants the body. */
  readonly cancel?: () => void
  /** The same body from one byte to before another: answers that have it may be given in ranges. */
  readonly slice?: (from: number, to: number) => Exclude<Answer['send'], undefined>
  /** What `If-Modified-Since` and its kin are held against, seconds since the epoch and an entity tag. */
  readonly validators?: { readonly modified: number | undefined; readonly tag: string | undefined }
  /** Last-Modified of a file, which stands before what upstreams say. */
  readonly modified?: string
  /** Where the upstream wants the client to be sent inside: X-Accel-Redirect. */
  readonly accel?: string
  /** The connection is cut without a word: status 444. */
  readonly cut?: boolean
}

export const textAnswer = (
  status: number,
  type: string | undefined,
  text: string,
  headers: Answer['headers'] = [],
): Answer => {
  const bytes = new TextEncoder().encode(text)
  return { status, type, headers, length: bytes.length, send: async (write) => void (await write(bytes)) }
}

/** nginx words some of them in its own way. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: '401 Authorization Required',
  405: 'Not Allowed',
  408: 'Request Time-out',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  416: 'Requested Range Not Satisfiable',
  429: 'Too Many Requests',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}
const TITLES_OF_PAGES: Readonly<Record<number, string>> = { 302: '302 Found', 401: '401 Authorization Required' }

/** Reason phrase of the status line, where it is another than HTTP's. */
export const reasonOf = (status: number): string | undefined =>
  status === 302 ? 'Moved Temporarily' : status === 401 ? undefined : isKnown(status) ? TITLES[status] : ''

/** For others nginx has no words. ngx_http_status_lines. */
const isKnown = (status: number): boolean =>
  [200, 201, 202, 204, 206].includes(status) || hasPage(status) || status === 304
export const statusText = (status: number): string =>
  TITLES_OF_PAGES[status] ?? `${status} ${TITLES[status] ?? reasonPhrase(status)}`

const NO_PAGE: readonly number[] = [304, 408, 444, 499]

/** Errors behind which a connection is not trusted any more. ngx_http_special_response_handler. */
export const endsConnection = (status: number): boolean =>
  [400, 413, 414, 494, 495, 496, 497, 500, 501].includes(status)

/** The page that nginx makes itself for a status from 300 on. */
export function builtInPage(exchange: Exchange, status: number, headers: Answer['headers'] = []): Answer {
  if (NO_PAGE.includes(status) || (status < 300 && status >= 100))
    return { status, headers, cut: status === 444 || status === 499 }
  if (!hasPage(status)) return textAnswer(status, undefined, '', headers)
  const own = OWN_STATUS[status]
  if (own !== undefined)
    return textAnswer(400, 'text/html', page('400 Bad Request', serverField(exchange), own), headers)
  return textAnswer(status, 'text/html', page(statusText(status), serverField(exchange)), headers)
}

/** Statuses of nginx's own: clients get 400, with these words. */
const OWN_STATUS: Readonly<Record<number, string>> = {
  494: 'Request Header Or Cookie Too Large',
  495: 'The SSL certificate error',
  496: 'No required SSL certificate was sent',
  497: 'The plain HTTP request was sent to HTTPS port',
}

/** @param reason a second line, which the title tells too */
function page(text: string, signature: string, reason?: string): string {
  const lines = [
    '<html>',
    `<head><title>${reason === undefined ? text : `400 ${reason}`}</title></head>`,
    '<body>',
    `<center><h1>${text}</h1></center>`,
    ...(reason === undefined ? [] : [`<center>${reason}</center>`]),
    `<hr><center>${signature}</center>`,
    '</body>',
    '</html>',
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** For what is no request: there is nothing else to go by. */
export function badRequest(
  { version, sys }: Exchange['context'],
  status: number,
): { headers: [string, string][]; body: string; reason?: string } {
  const own = OWN_STATUS[status]
  const body = page(own === undefined ? statusText(status) : '400 Bad Request', `nginx/${version}`, own)
  const reason = reasonOf(status)
  return {
    body,
    ...(reason === undefined || own !== undefined ? {} : { reason }),
    headers: [
      ['Server', `nginx/${version}`],
      ['Date', httpDate(sys.clock.now())],
      ['Content-Type', 'text/html'],
      ['Content-Length', String(body.length)],
      ['Connection', 'close'],
    ],
  }
}

/** ngx_http_error_pages: for others the answer is empty. */
const hasPage = (status: number): boolean =>
  (status >= 301 && status <= 308) ||
  [...Array(17).keys()].some((offset) => status === 400 + offset) ||
  [421, 429, 494, 495, 496, 497].includes(status) ||
  (status >= 500 && status <= 507)

export const serverField = (exchange: Exchange): string =>
  exchange.scope.word('server_tokens', 'on') === 'off' ? 'nginx' : `nginx/${exchange.context.version}`

/** A path alone gets the server's own name and port before it. absolute_redirect, port_in_redirect. */
function completed(exchange: Exchange, own: readonly [string, string][]): [string, string][] {
  if (!exchange.scope.on('absolute_redirect', true)) return []
  return own
    .filter(([name, value]) => name === 'Location' && value.startsWith('/'))
    .map(([name, value]) => [name, ownAddress(exchange) + value])
}

function ownAddress({ request, scope, local, server, connection }: Exchange): string {
  const asked = request.headers.get('host')?.replace(/:\d+$/, '').toLowerCase() ?? local.address
  const host = scope.on('server_name_in_redirect') ? server.names[0] : asked
  const usual = connection.tls ? 443 : 80
  const port = local.port === usual || !scope.on('port_in_redirect', true) ? '' : `:${local.port}`
  return `${schemeOf(connection)}://${host ?? ''}${port}`
}

/** Fields of filters that run after add_header. */
const LATE: readonly string[] = ['Accept-Ranges', 'Content-Range', 'Content-Encoding']
const OF_GOOD_ONES: readonly string[] = ['Last-Modified', 'Accept-Ranges']

/** Of these an added one takes the place of what there was. ngx_http_set_last_modified. */
const SINGLE: readonly string[] = ['last-modified', 'etag']

/** The order of nginx: Server, Date, Content-Type, Content-Length, Last-Modified, Location, Connection, Vary, others. */
export function commonHeaders(
  exchange: Exchange,
  answer: Answer,
  added: readonly [string, string][],
): [string, string][] {
  const { request, context } = exchange
  const own = (answer.headers ?? [])
    .filter(([name]) => answer.status < 400 || !OF_GOOD_ONES.includes(name))
    .map(([name, value]): [string, string] => [name, value])
  const chunked = answer.length === undefined && answer.send !== undefined && request.protocol === 'HTTP/1.1'
  const locations = completed(exchange, own)
  const replaced = new Set(added.map(([name]) => name.toLowerCase()).filter((name) => SINGLE.includes(name)))
  const others = locations.length > 0 ? own.filter(([name]) => name !== 'Location') : own
  return [
    ...(own.some(([name]) => name === 'Server') ? [] : [['Server', serverField(exchange)] as [string, string]]),
    ['Date', httpDate(context.sys.clock.now())],
    ...(answer.type === undefined ? [] : [['Content-Type', answer.type] as [string, string]]),
    ...lengthField(answer),
    ...(answer.modified === undefined || answer.status >= 400 || replaced.has('last-modified')
      ? []
      : [['Last-Modified', answer.modified] as [string, string]]),
    ...locations,
    ...(chunked && request.method !== 'HEAD' ? [['Transfer-Encoding', 'chunked'] as [string, string]] : []),
    ['Connection', connectionField(exchange, answer)],
    ...own.filter(([name]) => name === 'Vary'),
    ...others.filter(([name]) => name !== 'Vary' && !LATE.includes(name) && !replaced.has(name.toLowerCase())),
    ...added,
    ...own.filter(([name]) => LATE.includes(name)),
  ]
}

const lengthField = ({ length, status }: Answer): [string, string][] =>
  length === undefined || status === 304 || status === 204 ? [] : [['Content-Length', String(length)]]

function connectionField({ request, scope, connection, closes }: Exchange, { length, send }: Answer): string {
  const { headers, protocol } = request
  const old = protocol !== 'HTTP/1.1'
  const endless = old && length === undefined && send !== undefined
  if (headers.hasToken('connection', 'close') || endless || (old && !headers.hasToken('connection', 'keep-alive')))
    return 'close'
  const most = Number(scope.word('keepalive_requests', '1000'))
  if (Number.parseInt(scope.word('keepalive_timeout', '75'), 10) === 0 || connection.requests >= most) return 'close'
  return closes ? 'close' : 'keep-alive'
}
