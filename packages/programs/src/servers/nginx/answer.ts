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
  /** Headers of a proxied answer: nothing but Server and Date is added. */
  readonly proxied?: boolean
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
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}
/** Reason phrase of the status line, where it is another than HTTP's. */
export const reasonOf = (status: number): string | undefined => (status === 302 ? 'Moved Temporarily' : TITLES[status])
export const statusText = (status: number): string => `${status} ${TITLES[status] ?? reasonPhrase(status)}`

/** The page that nginx makes itself for a status from 300 on. */
export function builtInPage(exchange: Exchange, status: number, headers: Answer['headers'] = []): Answer {
  const text = statusText(status)
  const signature =
    exchange.server.scope.word('server_tokens', 'on') === 'off' ? 'nginx' : `nginx/${exchange.context.version}`
  const lines = [
    '<html>',
    `<head><title>${text}</title></head>`,
    '<body>',
    `<center><h1>${text}</h1></center>`,
    `<hr><center>${signature}</center>`,
    '</body>',
    '</html>',
  ]
  return textAnswer(status, 'text/html', `${lines.join('\r\n')}\r\n`, headers)
}

export const serverField = (exchange: Exchange): string =>
  exchange.server.scope.word('server_tokens', 'on') === 'off' ? 'nginx' : `nginx/${exchange.context.version}`

/** The order of nginx: Server, Date, Content-Type, Content-Length, Last-Modified, Connection… */
export function commonHeaders(exchange: Exchange, answer: Answer): [string, string][] {
  const { request, context } = exchange
  const own = answer.headers ?? []
  const early = own.filter(([name]) => name === 'Last-Modified')
  const late = own.filter(([name]) => name !== 'Last-Modified')
  const keep = request.headers.hasToken('connection', 'close') ? 'close' : 'keep-alive'
  return [
    ['Server', serverField(exchange)],
    ['Date', httpDate(context.sys.clock.now())],
    ...(answer.type === undefined ? [] : [['Content-Type', answer.type] as [string, string]]),
    ...(answer.length === undefined || answer.status === 304
      ? []
      : [['Content-Length', String(answer.length)] as [string, string]]),
    ...early.map(([name, value]): [string, string] => [name, value]),
    ['Connection', keep],
    ...late.map(([name, value]): [string, string] => [name, value]),
  ]
}
