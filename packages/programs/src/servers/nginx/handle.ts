import { isDirectory, isRegular } from '@drydock/abi'
import { HeaderMap, type HttpError, reasonPhrase, type ServerRequest, type ServerResponse } from '@drydock/http'
import { decodeBase64, toHex } from '@drydock/codec'
import { access } from './access.ts'
import { logAccess } from './access-log.ts'
import { type Answer, badRequest, builtInPage, commonHeaders, endsConnection, reasonOf, textAnswer } from './answer.ts'
import { chooseLocation, chooseServer } from './choose.ts'
import type { Location } from './config.ts'
import type { Connection, End, Exchange, WorkerContext } from './exchange.ts'
import { gzipFilter } from './gzip-filter.ts'
import { addedHeaders } from './headers-filter.ts'
import { conditionalStatus } from './conditions.ts'
import { withCharset } from './content-type.ts'
import { rangeFilter } from './range-filter.ts'
import { paced } from './pace.ts'
import { limitConnections, limitRequests } from './limits.ts'
import { proxy } from './proxy.ts'
import { requestWords } from './request-words.ts'
import { redirect, type Rewritten, runRewrite } from './rewrite.ts'
import { Scope, sizeOf } from './scope.ts'
import { authRequest, mirror } from './subrequest.ts'
import { subFilter } from './sub-filter.ts'
import { fileName, serveFile, statOr } from './static-file.ts'
import { covers } from './variable-maps.ts'
import { interpolate, keepGroups } from './variables.ts'

/** How often a request may be sent round inside. */
const MOST_CYCLES = 10

/** Answers one request as the configuration says, and logs it. */
export async function handle(
  context: WorkerContext,
  request: ServerRequest,
  connection: Connection,
): Promise<ServerResponse | undefined> {
  context.shared.counters.requests++
  connection.requests++
  const exchange = begun(context, request, connection)
  if (!exchange) return undefined
  const wrong = faultOf(exchange)
  const answer = wrong === undefined ? await answerTo(exchange) : await errorAnswer(exchange, wrong)
  return respond(exchange, answer)
}

/** What is no request gets its page at once; the log has the line as it came. */
export function refuseRequest(
  context: WorkerContext,
  { status, requestLine = '' }: HttpError,
  connection: Connection,
): ReturnType<typeof badRequest> {
  context.shared.counters.requests++
  connection.requests++
  const answer = badRequest(context, status === 431 ? 494 : status)
  const headers = new HeaderMap()
  const request = { ...{ method: requestLine, target: '', path: '/', protocol: '', headers }, body: { ended: true } }
  const exchange = begun(context, request as ServerRequest, connection)
  if (exchange) {
    exchange.status = status === 431 ? 400 : status
    exchange.bodyBytes = answer.body.length
    void ended(exchange)
  }
  return answer
}

/** A request before it is looked up. @returns undefined where no server listens */
function begun(context: WorkerContext, request: ServerRequest, connection: Connection): Exchange | undefined {
  const { local } = connection
  const variables = new Map<string, string>()
  const server = chooseServer(context.config, local, request.headers.get('host') ?? '', variables)
  if (!server) return undefined
  const [, query = ''] = /\?(.*)$/s.exec(request.target) ?? []
  return {
    ...{ context, request, server, connection, local, scope: server.scope },
    remote: realAddress(server.scope, request, connection.remote),
    startMs: context.sys.clock.monotonic(),
    id: toHex(context.sys.entropy.bytes(16)),
    ...{ uri: normalise(request.path, server.scope.on('merge_slashes', true)), args: query, location: undefined },
    ...{
      redirected: false,
      internal: false,
      rewritten: false,
      strayed: false,
      failing: false,
      limited: false,
      limits: {},
      givenType: undefined,
      taken: undefined,
      release: [],
      visits: [],
      sent: [],
    },
    ...{ variables, status: 0, bodyBytes: 0, headBytes: 0, gzip: undefined },
    ...{
      errorStatus: undefined,
      kept: [],
      method: request.method,
      main: true,
      closes: request.method === 'TRACE',
      done: false,
      cacheStatus: undefined,
    },
  }
}

/** What is wrong with a request before anything is looked up. @returns a status */
function faultOf({ request, connection, server }: Exchange): number | undefined {
  const long = tooLong(server.scope, request)
  if (long !== undefined) return long
  if (!isSound(request) || !isHost(request.headers.get('host') ?? '')) return 400
  return connection.misdirected ? 497 : undefined
}

/** large_client_header_buffers: the first line and each field have to fit into one. */
function tooLong(scope: Scope, { method, target, protocol, headers }: ServerRequest): number | undefined {
  const size = sizeOf(scope.find('large_client_header_buffers')?.[1] ?? '8k')
  if (`${method} ${target} ${protocol}\r\n`.length > size) return 414
  return [...headers].some(([name, value]) => name.length + value.length + 4 > size) ? 494 : undefined
}

/** A name with characters that no host has is no request. ngx_http_validate_host. */
const isHost = (host: string): boolean => /^[^\s/\0]*$/.test(host)

/** Neither above the root nor wrongly encoded. ngx_http_parse_complex_uri. */
function isSound({ method, path }: ServerRequest): boolean {
  if (!/^[A-Z_-]+$/.test(method) || method === 'CONNECT') return false
  if (/%(?![0-9a-f]{2})|%00/i.test(path)) return false
  let depth = 0
  for (const part of decode(path).split('/').slice(1))
    if (part === '..') {
      if (--depth < 0) return false
    } else if (part !== '' && part !== '.') depth++
  return true
}

/** ngx_http_realip_module. */
function realAddress(scope: Scope, request: ServerRequest, peer: End): End {
  const trusted = scope.all('set_real_ip_from').map(([network = '']) => network)
  const isTrusted = (address: string): boolean => trusted.some((network) => covers(network, address))
  if (!isTrusted(peer.address)) return peer
  const said = (request.headers.get(scope.word('real_ip_header', 'X-Real-IP')) ?? '')
    .split(',')
    .map((each) => each.trim())
  const address = scope.on('real_ip_recursive') ? (said.findLast((each) => !isTrusted(each)) ?? said[0]) : said.at(-1)
  return address !== undefined && /^[\d.]+$/.test(address) ? { ...peer, address } : peer
}

/** Decoded, without `.`, `..` and double slashes. */
function normalise(path: string, merged: boolean): string {
  const decoded = decode(path)
  const parts: string[] = []
  for (const part of decoded.slice(1).split('/')) {
    if (part === '..') parts.pop()
    else if ((part !== '' || !merged) && part !== '.') parts.push(part)
  }
  const slash = merged && /(\/|\/\.|\/\.\.)$/.test(decoded) && parts.length > 0 ? '/' : ''
  return `/${parts.join('/')}${slash}`
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function answerTo(exchange: Exchange): Promise<Answer> {
  const first = runRewrite(exchange, exchange.server.scope.directives)
  if (first?.kind === 'answer') return first.answer
  if (first?.kind === 'error') return errorAnswer(exchange, first.status)
  return search(exchange)
}

/** Finds the location and what it says, again after each rewrite. */
async function search(exchange: Exchange): Promise<Answer> {
  for (let cycle = 0; cycle <= MOST_CYCLES; cycle++) {
    const location = chooseLocation(exchange.server.locations, exchange.uri)
    const outcome =
      location?.scope.own('internal') && !exchange.internal
        ? await errorAnswer(exchange, 404)
        : await inLocation(exchange, location)
    if (outcome !== 'search') return outcome
  }
  await exchange.context.logError(
    'error',
    `rewrite or internal redirection cycle while ${exchange.redirected ? 'internally redirecting to' : 'processing'} "${exchange.uri}"${requestWords(exchange)}`,
  )
  // The error's page could not be gone to either: nothing is left to go round.
  exchange.failing = true
  return errorAnswer(exchange, 500)
}

async function inLocation(exchange: Exchange, location: Location | undefined): Promise<Answer | 'search'> {
  exchange.location = location
  exchange.strayed = false
  exchange.scope = location?.scope ?? exchange.server.scope
  const match = location?.regex?.exec(exchange.uri)
  if (match) keepGroups(exchange, match)
  if (await tooLarge(exchange)) return errorAnswer(exchange, 413)
  const slash = missingSlash(exchange, location)
  if (slash) return slash
  const rewritten: Rewritten = location ? runRewrite(exchange, location.scope.directives) : undefined
  if (rewritten?.kind === 'answer') return rewritten.answer
  if (rewritten?.kind === 'search') return 'search'
  if (rewritten?.kind === 'error') return errorAnswer(exchange, rewritten.status)
  limitExcept(exchange)
  return (await refused(exchange)) ?? content(exchange)
}

async function tooLarge(exchange: Exchange): Promise<boolean> {
  const limit = sizeOf(exchange.scope.word('client_max_body_size', '1m'))
  const length = exchange.request.headers.get('content-length')
  if (exchange.internal || limit === 0 || Number(length ?? 0) <= limit) return false
  await exchange.context.logError(
    'error',
    `client intended to send too large body: ${length ?? ''} bytes${requestWords(exchange)}`,
  )
  return true
}

/** `/app` goes to `/app/` where that is the prefix of a location that passes on. */
function missingSlash(exchange: Exchange, location: Location | undefined): Answer | undefined {
  const wanted = `${exchange.uri}/`
  if (location?.pattern === exchange.uri || location?.regex) return undefined
  const passes = exchange.server.locations.find(
    ({ pattern, regex, scope }) =>
      pattern === wanted &&
      !regex &&
      (scope.own('proxy_pass') !== undefined || scope.own('fastcgi_pass') !== undefined),
  )
  const query = exchange.args === '' ? '' : `?${exchange.args}`
  return passes && redirect(exchange, 301, encodeURI(wanted) + query)
}

/** What `limit_except` says to other methods; HEAD goes with GET. */
function limitExcept(exchange: Exchange): void {
  const { method } = exchange.request
  const row = exchange.location?.scope.directives.find(({ name }) => name === 'limit_except')
  if (!row) return
  const allowed = row.args.includes('GET') ? [...row.args, 'HEAD'] : row.args
  if (!allowed.includes(method)) exchange.scope = new Scope(row.block ?? [], exchange.scope)
}

/** The phases before content: limits, then access. */
async function refused(exchange: Exchange): Promise<Answer | undefined> {
  if (!exchange.limited) {
    const status = (await limitRequests(exchange)) ?? (await limitConnections(exchange))
    if (status !== undefined) return errorAnswer(exchange, status)
    exchange.limited = exchange.scope.find('limit_req') !== undefined || exchange.scope.find('limit_conn') !== undefined
  }
  const refusal = (await access(exchange)) ?? (await authRequest(exchange, search))
  return refusal && errorAnswer(exchange, refusal.status, refusal.headers)
}

async function content(exchange: Exchange): Promise<Answer | 'search'> {
  mirror(exchange, search)
  const { scope, location } = exchange
  const tries = (location?.scope ?? scope).own('try_files') ?? (location ? undefined : scope.own('try_files'))
  const tried = tries && (await tryFiles(exchange, tries))
  if (tried !== undefined && tried !== 'go on') return tried
  const pass = ownHandler(exchange, 'proxy_pass')
  if (pass !== undefined) {
    const answer = await proxy(exchange, pass)
    if (typeof answer === 'number') return errorAnswer(exchange, answer)
    return answer.accel === undefined ? intercepted(exchange, answer) : accelerated(exchange, answer, answer.accel)
  }
  if (ownHandler(exchange, 'fastcgi_pass') !== undefined) return errorAnswer(exchange, 502)
  if (scope.own('stub_status'))
    return ['GET', 'HEAD'].includes(exchange.method) ? stubStatus(exchange) : errorAnswer(exchange, 405)
  if (scope.own('empty_gif')) return emptyGif()
  return file(exchange, exchange.uri)
}

/** ngx_http_empty_gif_module: one transparent pixel. */
const emptyGif = (): Answer => ({
  ...{ status: 200, type: 'image/gif', length: EMPTY_GIF.length, modified: 'Mon, 28 Sep 1970 06:00:00 GMT' },
  send: async (write) => void (await write(EMPTY_GIF)),
})
const EMPTY_GIF = decodeBase64('R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICTAEAOw==') ?? new Uint8Array(0)

/** Handlers are not inherited by locations, but an `if` goes on with its location's. */
function ownHandler({ scope, location }: Exchange, name: string): string | undefined {
  for (let each: Scope | undefined = scope; each; each = each.parent) {
    const own = each.own(name)?.[0]
    if (own !== undefined || each === location?.scope) return own
  }
  return undefined
}

/** Fields of an upstream's that stay with what it sends the client to. */
const WITH_ACCEL: readonly string[] = ['content-disposition', 'set-cookie', 'cache-control', 'expires']

/** X-Accel-Redirect: the upstream names what is to be served in its place. ngx_http_upstream_process_headers. */
function accelerated(exchange: Exchange, answer: Answer, to: string): Promise<Answer> | 'search' {
  answer.cancel?.()
  exchange.kept = [
    ...exchange.kept,
    ...(answer.headers ?? []).filter(([name]) => WITH_ACCEL.includes(name.toLowerCase())),
  ]
  exchange.givenType = answer.type
  exchange.internal = true
  exchange.redirected = true
  if (to.startsWith('@')) return named(exchange, to)
  const [path = '', query = ''] = to.split(/\?(.*)/s)
  exchange.method = exchange.request.method === 'HEAD' ? 'HEAD' : 'GET'
  exchange.uri = path
  exchange.args = query
  return 'search'
}

/** proxy_intercept_errors: an upstream's error gives way to a page of our own, if there is one. */
async function intercepted(exchange: Exchange, answer: Answer): Promise<Answer> {
  if (answer.status < 300 || !exchange.scope.on('proxy_intercept_errors') || !errorPage(exchange, answer.status))
    return answer
  answer.cancel?.()
  return errorAnswer(exchange, answer.status)
}

function stubStatus({ context }: Exchange): Answer {
  const { connections, requests, active } = context.shared.counters
  return textAnswer(
    200,
    'text/plain',
    `Active connections: ${active} \nserver accepts handled requests\n ${connections} ${connections} ${requests} \nReading: 0 Writing: 1 Waiting: ${Math.max(0, active - 1)} \n`,
  )
}

async function file(exchange: Exchange, uri: string): Promise<Answer | 'search'> {
  const found = await serveFile(exchange, uri)
  if (found.kind === 'answer') return found.answer
  if (found.kind === 'error') return errorAnswer(exchange, found.status, found.headers)
  exchange.uri = found.uri
  exchange.internal = true
  exchange.redirected = true
  return 'search'
}

async function tryFiles(exchange: Exchange, tries: readonly string[]): Promise<Answer | 'search' | 'go on'> {
  const { sys } = exchange.context
  for (const each of tries.slice(0, -1)) {
    // `$uri/` names a directory, and the slash is not part of its name.
    const isFolder = each.endsWith('/')
    const uri = interpolate(exchange, isFolder ? each.slice(0, -1) : each)
    const stat = statOr(sys, fileName(exchange, uri))
    if (!('mode' in stat) || (isFolder ? !isDirectory(stat.mode) : !isRegular(stat.mode))) continue
    exchange.uri = uri.startsWith('/') ? uri : `/${uri}`
    return 'go on'
  }
  const last = interpolate(exchange, tries.at(-1) ?? '')
  if (last.startsWith('=')) return errorAnswer(exchange, Number(last.slice(1)))
  exchange.internal = true
  exchange.redirected = true
  if (last.startsWith('@')) return named(exchange, last)
  const [path = '', query] = last.split(/\?(.*)/s)
  exchange.uri = path
  exchange.args = query ?? ''
  return 'search'
}

async function named(exchange: Exchange, name: string): Promise<Answer> {
  const location = exchange.server.locations.find(({ pattern }) => pattern === name)
  if (!location) {
    await exchange.context.logError('error', `could not find named location "${name}"${requestWords(exchange)}`)
    return errorAnswer(exchange, 500)
  }
  const answer = await inLocation(exchange, location)
  return answer === 'search' ? search(exchange) : answer
}

const errorPage = ({ scope }: Exchange, status: number): readonly string[] | undefined =>
  scope.all('error_page').find((args) => args.slice(0, -1).includes(String(status)))

/** The page for a status: what error_page says, else nginx's own. @param headers that go with it in either case */
async function errorAnswer(exchange: Exchange, status: number, headers: Answer['headers'] = []): Promise<Answer> {
  if (endsConnection(status)) exchange.closes = true
  const page = exchange.failing ? undefined : errorPage(exchange, status)
  exchange.kept = [...exchange.kept, ...headers]
  if (!page) {
    exchange.errorStatus = undefined
    return builtInPage(exchange, status)
  }
  const changed = page.find((each) => each.startsWith('='))
  exchange.failing = !exchange.scope.on('recursive_error_pages')
  exchange.internal = true
  exchange.errorStatus = changed === undefined ? status : changed === '=' ? undefined : Number(changed.slice(1))
  const uri = interpolate(exchange, page.at(-1) ?? '')
  if (uri.startsWith('@')) return named(exchange, uri)
  if (!uri.startsWith('/')) {
    const to = exchange.errorStatus ?? 302
    exchange.errorStatus = undefined
    return redirect(exchange, to >= 301 && to <= 308 ? to : 302, uri)
  }
  exchange.method = exchange.request.method === 'HEAD' ? 'HEAD' : 'GET'
  const [path = '', query] = uri.split(/\?(.*)/s)
  exchange.uri = path
  exchange.args = query ?? exchange.args
  return search(exchange)
}

async function respond(exchange: Exchange, plain: Answer): Promise<ServerResponse | undefined> {
  if (plain.cut === true) return cut(exchange)
  const conditional = exchange.errorStatus === undefined ? conditionalStatus(exchange, plain) : undefined
  if (conditional === 412) return respond(exchange, await refusedLate(exchange, plain, 412))
  const status = exchange.errorStatus ?? conditional ?? plain.status
  const type = plain.type === undefined || conditional === 304 ? undefined : charsetOf(exchange, plain.type, status)
  const { reason: _, ...unsaid } = plain
  const given: Answer = {
    ...(status === plain.status ? plain : unsaid),
    status,
    type,
    headers: [...(plain.headers ?? []), ...exchange.kept],
  }
  const filtered = conditional === 304 ? given : gzipFilter(exchange, subFilter(exchange, given))
  const answer = rangeFilter(exchange, filtered)
  if (!answer) {
    const answered = await refusedLate(exchange, plain, 416)
    return respond(exchange, {
      ...answered,
      headers: [...(answered.headers ?? []), ['Content-Range', `bytes */${plain.length ?? 0}`]],
    })
  }
  return finish(exchange, answer, plain.status === answer.status ? plain.reason : undefined)
}

/** Pages of redirections say no charset. */
const charsetOf = (exchange: Exchange, type: string, status: number): string =>
  status >= 300 && status < 400 ? type : withCharset(exchange, type)

/** An answer that was there already gives way to an error's page. */
function refusedLate(exchange: Exchange, { cancel }: Answer, status: number): Promise<Answer> {
  cancel?.()
  return errorAnswer(exchange, status)
}

/** @param said the reason phrase of whoever made the answer */
function finish(exchange: Exchange, answer: Answer, said: string | undefined): ServerResponse {
  const { status } = answer
  exchange.status = status
  exchange.sent = [
    ...(answer.type === undefined ? [] : [['Content-Type', answer.type] as const]),
    ...(answer.modified === undefined ? [] : [['Last-Modified', answer.modified] as const]),
    ...(answer.headers ?? []),
  ]
  const headers = commonHeaders(exchange, answer, addedHeaders(exchange, status))
  exchange.sent = headers
  const words = said ?? answer.reason ?? reasonOf(status)
  exchange.headBytes = headLength(status, words, headers)
  const reason = words === undefined ? {} : { reason: words }
  return { status, ...reason, headers, body: bodyOf(exchange, answer) }
}

type Body = Exclude<ServerResponse['body'], undefined>

function bodyOf(exchange: Exchange, { send, status, cancel }: Answer): Body {
  const done = (): Promise<void> => ended(exchange)
  if (exchange.request.method === 'HEAD' || !send || status === 304 || status === 204) {
    cancel?.()
    void done()
    return async () => {}
  }
  return async ({ write }) => {
    const pace = paced(exchange)
    const counted = async (bytes: Uint8Array): Promise<void> => {
      exchange.bodyBytes += bytes.length
      return pace ? pace(bytes, write) : write(bytes)
    }
    try {
      await send(counted)
    } finally {
      await done()
    }
  }
}

async function ended(exchange: Exchange): Promise<void> {
  exchange.done = true
  for (const release of exchange.release.splice(0)) release()
  await logAccess(exchange)
}

const headLength = (
  status: number,
  reason: string | undefined,
  headers: readonly (readonly [string, string])[],
): number =>
  `HTTP/1.1 ${status} ${reason ?? reasonPhrase(status)}\r\n\r\n`.length +
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)

/** Status 444: the connection ends without a word. */
async function cut(exchange: Exchange): Promise<undefined> {
  exchange.status = 444
  exchange.request.hijack().close()
  await ended(exchange)
  return undefined
}
