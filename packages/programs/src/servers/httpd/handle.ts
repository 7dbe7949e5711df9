import type { ServerRequest, ServerResponse } from '@drydock/http'
import { httpDate } from '@drydock/http'
import { logAccess } from './access-log.ts'
import { deflated } from './deflate.ts'
import { errorPage, reasonOf } from './error-page.ts'
import { note } from './error-log.ts'
import { type Answer, type Connection, type Exchange, type ServerContext, serverWord } from './exchange.ts'
import { expiryFields } from './expires.ts'
import { type Handled, invokeHandler } from './handlers.ts'
import { editResponse } from './header-rules.ts'
import { serverFor } from './hosts.ts'
import { inPlaceOf, makeExchange, sentRound } from './make-exchange.ts'
import { type MediaType, mediaTypeOf } from './mime.ts'
import { preparePhases, type Turn } from './phases.ts'
import { inRanges, meetsConditions } from './static-file.ts'
import { bannerOf } from './variables.ts'

/** LimitInternalRecursion. */
const MOST_ROUNDS = 10
/** After these the connection is of no use. ap_status_drops_connection */
const DROPS: ReadonlySet<number> = new Set([400, 408, 411, 413, 414, 500, 501, 503])

/** What came of a request. */
interface Finished {
  readonly first: Exchange
  readonly last: Exchange
  readonly answer: Answer
  /** A page of errors of Apache's own, which fewer rules touch. */
  readonly canned: boolean
}

/** Answers one request as the configuration says, and logs it. */
export async function handle(
  context: ServerContext,
  request: ServerRequest,
  connection: Connection,
): Promise<ServerResponse | undefined> {
  connection.requests++
  context.board.busy++
  const server = serverFor(context.config, connection.local, request.headers.get('host') ?? '')
  const path = cleaned(request.path)
  const exchange = makeExchange(context, server, { request, connection, path: path ?? request.path })
  const finished =
    path === undefined || connection.misdirected
      ? await died(exchange, exchange, {
          kind: 'status',
          status: path === undefined && /%2f/i.test(request.path) ? 404 : 400,
        })
      : await processed(exchange)
  return response(finished)
}

/** Decoded, without `.`, `..` and double slashes. @returns undefined for what is no path. ap_getparents, ap_unescape_url */
function cleaned(path: string): string | undefined {
  if (!path.startsWith('/') && path !== '*') return undefined
  if (/%(?![0-9a-f]{2})|%00|%2f/i.test(path)) return undefined
  const decoded = decodedBytes(path)
  const parts: string[] = []
  for (const part of decoded.split('/').slice(1))
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '.' && part !== '') parts.push(part)
  const slash = /\/(\.{0,2})$/.test(decoded) && parts.length > 0 ? '/' : ''
  return `/${parts.join('/')}${slash}`
}

function decodedBytes(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function processed(start: Exchange): Promise<Finished> {
  let first = start
  let current = start
  for (let rounds = 0; rounds < MOST_ROUNDS; ) {
    const turn = await preparePhases(current)
    if (turn?.kind === 'index') {
      // The folder was never asked for: its index was.
      const index = inPlaceOf(current, turn.uri)
      if (first === current) first = index
      current = index
      rounds++
    } else if (turn?.kind === 'again') {
      current = sentRound(current, turn.uri, turn.args)
      rounds++
    } else {
      const handled = turn ?? (await invokeHandler(current))
      return finish(first, current, handled)
    }
  }
  await note(
    current,
    'core:error',
    `AH00124: Request exceeded the limit of ${MOST_ROUNDS} internal redirects due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.`,
  )
  return died(first, current, { kind: 'status', status: 500 })
}

async function finish(first: Exchange, last: Exchange, handled: Handled | Turn): Promise<Finished> {
  if (typeof handled === 'number') return died(first, last, { kind: 'status', status: handled })
  if ('kind' in handled) return died(first, last, handled)
  const elsewhere = scriptedRedirect(handled)
  if (elsewhere !== undefined) return died(first, last, { kind: 'status', status: 302, location: elsewhere })
  const condition = handled.status === 200 ? meetsConditions(last, handled) : undefined
  if (condition === 412) return unmet(first, last, handled)
  const ranged = condition === undefined ? inRanges(last, handled) : { ...handled, status: condition }
  if (ranged === 416) return died(first, last, { kind: 'status', status: 416 })
  last.status = ranged.status
  first.status = ranged.status
  return { first, last, answer: { reason: reasonOf(ranged.status), ...ranged }, canned: false }
}

/** A script that says where to go and nothing else: the page is the server's. */
const scriptedRedirect = ({ scripted, headers }: Answer): string | undefined =>
  scripted ? headers.find(([name]) => /^location$/i.test(name))?.[1] : undefined

/** The head of what is not sent. */
function unmet(first: Exchange, last: Exchange, { headers, type }: Answer): Finished {
  first.status = 412
  last.status = 412
  const sized = headers.map(([name, value]) => [name, /^content-length$/i.test(name) ? '0' : value] as const)
  return { first, last, answer: { status: 412, reason: reasonOf(412), headers: sized, type, length: 0 }, canned: false }
}

/** ErrorDocument, or the server's own page. ap_die */
async function died(first: Exchange, last: Exchange, turn: Turn): Promise<Finished> {
  const { status, location } = turn.kind === 'status' ? turn : { status: 500, location: undefined }
  last.status = status
  if (first.status === 0) first.status = status
  const custom = last.settings.all('errordocument').findLast(({ args }) => args[0] === String(status))
  const to = custom?.raw.replace(/^\S+\s+/, '') ?? ''
  if (to === '' || /^default$/i.test(to) || location !== undefined) return canned(first, last, status, location)
  const unquoted = to.replace(/^(["'])(.*?)\1?$/s, '$2')
  if (/^(https?|ftp):\/\//.test(unquoted)) {
    last.status = 302
    return canned(first, last, 302, unquoted)
  }
  if (!unquoted.startsWith('/')) return spoken(first, last, status, unquoted)
  // A page that fails as well is not asked for a page of its own.
  if (isErrorRound(last)) return canned(first, last, first.status, undefined, status)
  return errorRound(first, last, status, unquoted)
}

const isErrorRound = ({ notes }: Exchange): boolean => notes.has('error-round')

function spoken(first: Exchange, last: Exchange, status: number, text: string): Finished {
  const bytes = new TextEncoder().encode(text)
  const answer: Answer = {
    ...{ status, reason: reasonOf(status), headers: [], type: 'text/html; charset=iso-8859-1', length: bytes.length },
    send: async (write) => write(bytes),
  }
  return { first, last, answer, canned: true }
}

async function errorRound(first: Exchange, last: Exchange, status: number, uri: string): Promise<Finished> {
  const [path = '', args = ''] = uri.split(/\?(.*)/s)
  const round = sentRound(last, path, args)
  round.method = last.method === 'HEAD' ? 'HEAD' : 'GET'
  round.notes.set('error-round', '1')
  const { last: end, answer, canned: own } = await processedRound(first, round)
  // The page has the status of what it is for, unless it went wrong itself or leads elsewhere.
  if (own && answer.status >= 300 && answer.status < 400) return { first, last: end, answer, canned: own }
  const kept = answer.status === 200 || answer.status === 304 || own ? status : answer.status
  end.status = kept
  return { first, last: end, answer: { ...answer, status: kept, reason: reasonOf(kept) }, canned: own }
}

async function processedRound(first: Exchange, round: Exchange): Promise<Finished> {
  let current = round
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    const turn = await preparePhases(current)
    if (turn?.kind === 'index') current = inPlaceOf(current, turn.uri)
    else if (turn?.kind === 'again') current = sentRound(current, turn.uri, turn.args)
    else {
      const handled = turn ?? (await invokeHandler(current))
      if (typeof handled === 'number') return died(first, current, { kind: 'status', status: handled })
      if ('kind' in handled) return died(first, current, handled)
      return { first, last: current, answer: handled, canned: false }
    }
  }
  return canned(first, current, 500)
}

function canned(first: Exchange, last: Exchange, status: number, location?: string, second?: number): Finished {
  last.status = status
  if (first.before === undefined && location !== undefined) first.status = status
  const page = errorPage(last, status, location, second)
  const headers = location === undefined ? page.headers : [...page.headers, ['Location', location] as const]
  const sized = [...headers, ['Content-Length', String(page.length ?? 0)] as const]
  return { first, last, answer: { ...page, headers: sized }, canned: true }
}

/** What is about the body goes when there is none. */
const DROPPED_WHEN_SAME: readonly string[] = [
  ...['content-length', 'content-type', 'content-encoding', 'content-language', 'transfer-encoding'],
]

async function response(finished: Finished): Promise<ServerResponse | undefined> {
  const { last, canned: own } = finished
  const { context, request } = last
  if (finished.answer.status === 101) return undefined
  const answer = own ? finished.answer : await deflated(last, finished.answer)
  const media = own || last.proxied ? undefined : mediaTypeOf(last)
  const varied = own ? undefined : last.notes.get('vary')
  const described: (readonly [string, string])[] = [
    ...(varied === undefined ? [] : [['Vary', varied] as const]),
    ...answer.headers,
    ...(own ? [] : expiryFields(last, answer.type)),
    ...(answer.length !== undefined && !answer.headers.some(([name]) => /^content-length$/i.test(name))
      ? [['Content-Length', String(answer.length)] as const]
      : []),
  ]
  const edited = editResponse(last, described, { succeeded: !own })
  const fields =
    answer.status === 304 ? edited.filter(([name]) => !DROPPED_WHEN_SAME.includes(name.toLowerCase())) : edited
  const typed =
    answer.type === undefined || answer.status === 304 || fields.some(([name]) => /^content-type$/i.test(name))
      ? []
      : [['Content-Type', answer.type] as const]
  const beside = typed.length === 0 ? [] : describing(media)
  const proxied = last.proxied !== undefined && !own
  const headers: (readonly [string, string])[] = [
    ...(proxied && fields.some(([name]) => /^date$/i.test(name))
      ? []
      : [['Date', httpDate(context.sys.clock.now())] as const]),
    ...(proxied && fields.some(([name]) => /^server$/i.test(name)) ? [] : [['Server', bannerOf(context)] as const]),
    ...fields,
    ...(answer.send &&
    answer.status !== 304 &&
    !fields.some(([name]) => /^content-length$/i.test(name)) &&
    request.protocol === 'HTTP/1.1'
      ? [['Transfer-Encoding', 'chunked'] as const]
      : []),
    ...persistence(last, answer.status),
    ...typed,
    ...beside,
  ]
  last.sent = headers
  const bare = request.method === 'HEAD' || answer.status === 304 || answer.status === 204
  const done = (bytes: number): Promise<void> => ended(finished, headers, bytes)
  if (bare || !answer.send) {
    await done(0)
    if (!bare) return { status: answer.status, reason: answer.reason ?? '', headers, body: '' }
    return { status: answer.status, reason: answer.reason ?? '', headers, body: async () => {} }
  }
  const { send } = answer
  return {
    ...{ status: answer.status, reason: answer.reason ?? reasonOf(answer.status), headers },
    body: async ({ write }) => {
      let sent = 0
      try {
        await send((bytes) => {
          sent += bytes.length
          return write(bytes)
        })
      } finally {
        await done(sent)
      }
    },
  }
}

const describing = (media: MediaType | undefined): (readonly [string, string])[] => [
  ...(media?.encoding === undefined ? [] : [['Content-Encoding', media.encoding] as const]),
  ...(media?.language === undefined ? [] : [['Content-Language', media.language] as const]),
]

/** Keep-Alive for those who ask for it, close where it must be. ap_set_keepalive */
function persistence(exchange: Exchange, status: number): (readonly [string, string])[] {
  const { fields, connection, request } = exchange
  const asked = request.headers
  const most = Number(serverWord(exchange, 'maxkeepaliverequests') ?? 100)
  const off = /^off$/i.test(serverWord(exchange, 'keepalive') ?? 'on')
  const used = most > 0 && connection.requests >= most
  if (DROPS.has(status) || off || used || asked.hasToken('connection', 'close')) return [['Connection', 'close']]
  if (!fields.hasToken('connection', 'keep-alive')) return []
  const timeout = serverWord(exchange, 'keepalivetimeout') ?? '5'
  return [
    ['Keep-Alive', `timeout=${timeout}${most > 0 ? `, max=${most - connection.requests + 1}` : ''}`],
    ['Connection', 'Keep-Alive'],
  ]
}

async function ended(
  { first, last, answer }: Finished,
  headers: readonly (readonly [string, string])[],
  bodyBytes: number,
): Promise<void> {
  const { board, sys } = last.context
  const tookMs = sys.clock.monotonic() - first.startMs
  const headBytes = headers.reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    17 + (answer.reason ?? '').length,
  )
  board.busy--
  board.accesses++
  board.bytes += bodyBytes + headBytes
  board.durationMs += tookMs
  await logAccess({ first, last, bodyBytes, headBytes, tookMs })
}
