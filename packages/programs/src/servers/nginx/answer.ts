import type { MaybePromise } from '@drydock/abi'
import { httpDate, reasonPhrase } from '@drydock/http'
import type { Exchange } from './exchange.ts'

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

/** The page that nginx makes itself for a status from 300 on. */
export function builtInPage(exchange: Exchange, status: number, headers: Answer['headers'] = []): Answer {
  if (NO_PAGE.includes(status) || (status < 300 && status >= 100)) return { status, headers, cut: status === 444 }
  if (!hasPage(status)) return textAnswer(status, undefined, '', headers)
  return textAnswer(status, 'text/html', page(status, serverField(exchange)), headers)
}

function page(status: number, signature: string): string {
  const text = statusText(status)
  const lines = [
    '<html>',
    `<head><title>${text}</title></head>`,
    '<body>',
    `<center><h1>${text}</h1></center>`,
    `<hr><center>${signature}</center>`,
    '</body>',
    '</html>',
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** For what is no request: there is nothing else to go by. */
export function badRequest({ version, sys }: Exchange['context']): { headers: [string, string][]; body: string } {
  const body = page(400, `nginx/${version}`)
  return {
    body,
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

/** Fields that stand before Connection, in the order of ngx_http_header_filter. */
const EARLY: readonly string[] = ['Last-Modified']

/** A path alone gets the server's own name and port before it. absolute_redirect, port_in_redirect. */
function completed(exchange: Exchange, own: readonly [string, string][]): [string, string][] {
  if (!exchange.scope.on('absolute_redirect', true)) return []
  return own
    .filter(([name, value]) => name === 'Location' && value.startsWith('/'))
    .map(([name, value]) => [name, ownAddress(exchange) + value])
}

function ownAddress({ request, scope, local, server }: Exchange): string {
  const asked = request.headers.get('host')?.replace(/:\d+$/, '').toLowerCase() ?? local.address
  const host = scope.on('server_name_in_redirect') ? server.names[0] : asked
  const port = local.port === 80 || !scope.on('port_in_redirect', true) ? '' : `:${local.port}`
  return `http://${host ?? ''}${port}`
}

/** Fields of filters that run after add_header. */
const LATE: readonly string[] = ['Accept-Ranges', 'Content-Range', 'Content-Encoding']
const OF_GOOD_ONES: readonly string[] = ['Last-Modified', 'Accept-Ranges']

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
  const others = locations.length > 0 ? own.filter(([name]) => name !== 'Location') : own
  return [
    ...(own.some(([name]) => name === 'Server') ? [] : [['Server', serverField(exchange)] as [string, string]]),
    ['Date', httpDate(context.sys.clock.now())],
    ...(answer.type === undefined ? [] : [['Content-Type', answer.type] as [string, string]]),
    ...lengthField(answer),
    ...EARLY.flatMap((early) => own.filter(([name]) => name === early)),
    ...locations,
    ...(chunked && request.method !== 'HEAD' ? [['Transfer-Encoding', 'chunked'] as [string, string]] : []),
    ['Connection', connectionField(exchange, answer)],
    ...own.filter(([name]) => name === 'Vary'),
    ...others.filter(([name]) => name !== 'Vary' && !EARLY.includes(name) && !LATE.includes(name)),
    ...added,
    ...own.filter(([name]) => LATE.includes(name)),
  ]
}

const lengthField = ({ length, status }: Answer): [string, string][] =>
  length === undefined || status === 304 || status === 204 ? [] : [['Content-Length', String(length)]]

function connectionField({ request, scope, connection }: Exchange, { length, send, status }: Answer): string {
  const { headers, protocol } = request
  const old = protocol !== 'HTTP/1.1'
  const endless = old && length === undefined && send !== undefined
  if (headers.hasToken('connection', 'close') || endless || (old && !headers.hasToken('connection', 'keep-alive')))
    return 'close'
  const most = Number(scope.word('keepalive_requests', '1000'))
  if (Number.parseInt(scope.word('keepalive_timeout', '75'), 10) === 0 || connection.requests >= most) return 'close'
  return [400, 413, 414, 494, 495, 496, 497, 500, 501].includes(status) ? 'close' : 'keep-alive'
}
