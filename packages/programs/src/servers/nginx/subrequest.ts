import type { ServerRequest } from '@drydock/http'
import { HeaderMap } from '@drydock/http'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import type { Refusal } from './access.ts'
import { requestWords } from './request-words.ts'
import { interpolate } from './variables.ts'

/** Runs a request made inside: finds its location and what that says. */
export type Run = (inner: Exchange) => Promise<Answer>

const OF_BODIES: readonly string[] = ['content-length', 'transfer-encoding', 'expect']

/** A request to another URI on behalf of one, without its body. ngx_http_subrequest. */
function subrequest(exchange: Exchange, to: string, method: string): Exchange {
  const [uri = '', args = ''] = to.split(/\?(.*)/s)
  const headers = new HeaderMap(
    [...exchange.request.headers].filter(([name]) => !OF_BODIES.includes(name.toLowerCase())),
  )
  const request: ServerRequest = { ...exchange.request, headers }
  return {
    ...exchange,
    ...{ request, method, uri, args, main: false, internal: true, rewritten: true, failing: false, limited: true },
    ...{ location: undefined, scope: exchange.server.scope, errorStatus: undefined, kept: [], release: [], visits: [] },
    ...{ givenType: undefined, variables: new Map(exchange.variables), sent: [], bodyBytes: 0, cacheStatus: undefined },
  }
}

/** ngx_http_auth_request_module: what another URI answers decides. */
export async function authRequest(exchange: Exchange, run: Run): Promise<Refusal | undefined> {
  const uri = exchange.scope.word('auth_request', 'off')
  if (uri === 'off' || !exchange.main) return undefined
  const inner = subrequest(exchange, interpolate(exchange, uri), 'GET')
  const answer = await run(inner)
  const { status } = answer
  inner.status = status
  inner.sent = answer.headers ?? []
  answer.cancel?.()
  for (const [name = '', text = ''] of exchange.scope.all('auth_request_set'))
    exchange.variables.set(name.slice(1), interpolate(inner, text))
  if (status >= 200 && status < 300) return undefined
  if (status === 403) return { status }
  if (status === 401)
    return { status, headers: inner.sent.filter(([name]) => name.toLowerCase() === 'www-authenticate') }
  await exchange.context.logError(
    'error',
    `auth request unexpected status: ${status} while sending to client${requestWords(exchange)}`,
  )
  return { status: 500 }
}

/** ngx_http_mirror_module: the request goes elsewhere too; nobody waits for the answer. */
export function mirror(exchange: Exchange, run: Run): void {
  if (!exchange.main) return
  for (const [uri = 'off'] of exchange.scope.all('mirror')) {
    if (uri === 'off') return
    void run(subrequest(exchange, interpolate(exchange, uri), exchange.method)).then(({ cancel }) => cancel?.())
  }
}
