import type { MaybePromise } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { isRegular, isDirectory } from '@drydock/abi'
import { logAccess } from './access-log.ts'
import { type Answer, builtInPage, commonHeaders, reasonOf, textAnswer } from './answer.ts'
import { chooseLocation, chooseServer } from './choose.ts'
import type { Location } from './config.ts'
import { type Exchange, interpolate, type WorkerContext } from './exchange.ts'
import { proxy } from './proxy.ts'
import { keepGroups, type Rewritten, runRewrite } from './rewrite.ts'
import { fileName, requestWords, serveFile, statOr } from './static-file.ts'

/** How often a request may be sent round inside. */
const MOST_CYCLES = 10

interface Ends {
  readonly remote: { readonly address: string; readonly port: number }
  readonly local: { readonly address: string; readonly port: number }
}

/** Answers one request as the configuration says, and logs it. */
export async function handle(
  context: WorkerContext,
  request: ServerRequest,
  ends: Ends,
): Promise<ServerResponse | undefined> {
  context.counters.requests++
  const server = chooseServer(context.config, ends.local.port, request.headers.get('host') ?? '')
  if (!server) return undefined
  const [, query = ''] = /\?(.*)$/.exec(request.target) ?? []
  const exchange: Exchange = {
    ...{ context, request, server, ...ends },
    startMs: context.sys.clock.monotonic(),
    ...{ uri: normalise(request.path), args: query, variables: new Map<string, string>() },
    ...{ status: 0, bodyBytes: 0, upstream: '' },
  }
  const answer = await answerTo(exchange)
  return respond(exchange, answer)
}

/** Decoded, without `.`, `..` and double slashes. */
function normalise(path: string): string {
  const decoded = decode(path)
  const parts: string[] = []
  for (const part of decoded.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const slash = /(\/|\/\.|\/\.\.)$/.test(decoded) && parts.length > 0 ? '/' : ''
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
  const { server, context } = exchange
  const limit = size(server.scope.word('client_max_body_size', '1m'))
  if (limit > 0 && Number(exchange.request.headers.get('content-length') ?? 0) > limit) {
    await context.logError(
      'error',
      `client intended to send too large body: ${exchange.request.headers.get('content-length')} bytes${requestWords(exchange)}`,
    )
    return errorAnswer(exchange, undefined, 413)
  }
  const first = runRewrite(exchange, server.scope)
  if (first?.kind === 'answer') return first.answer
  if (first?.kind === 'error') return errorAnswer(exchange, undefined, first.status)
  return search(exchange)
}

const SIZES: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }
const size = (text: string): number => Number.parseInt(text, 10) * (SIZES[text.slice(-1).toLowerCase()] ?? 1)

/** Finds the location and what it says, again after each rewrite. */
async function search(exchange: Exchange): Promise<Answer> {
  for (let cycle = 0; cycle < MOST_CYCLES; cycle++) {
    const location = chooseLocation(exchange.server.locations, exchange.uri)
    const outcome = await inLocation(exchange, location)
    if (outcome !== 'search') return outcome
  }
  await exchange.context.logError(
    'error',
    `rewrite or internal redirection cycle while processing "${exchange.uri}"${requestWords(exchange)}`,
  )
  return errorAnswer(exchange, undefined, 500)
}

async function inLocation(exchange: Exchange, location: Location | undefined): Promise<Answer | 'search'> {
  const match = location?.regex?.exec(exchange.uri)
  if (match) keepGroups(exchange, match)
  const rewritten: Rewritten = location ? runRewrite(exchange, location.scope) : undefined
  if (rewritten?.kind === 'answer') return rewritten.answer
  if (rewritten?.kind === 'search') return 'search'
  if (rewritten?.kind === 'error') return errorAnswer(exchange, location, rewritten.status)
  if (denied(exchange, location)) {
    await exchange.context.logError('error', `access forbidden by rule${requestWords(exchange)}`)
    return errorAnswer(exchange, location, 403)
  }
  return content(exchange, location)
}

/** ngx_http_access_module, with single addresses, prefixes and `all`. */
function denied({ server, remote }: Exchange, location: Location | undefined): boolean {
  const scope = location?.scope ?? server.scope
  const own = scope.directives.filter(({ name }) => name === 'allow' || name === 'deny')
  const rules = own.length ? own : server.scope.directives.filter(({ name }) => name === 'allow' || name === 'deny')
  const rule = rules.find(({ args: [where = ''] }) => where === 'all' || covers(where, remote.address))
  return rule?.name === 'deny'
}

function covers(prefix: string, address: string): boolean {
  const [host = '', length = '32'] = prefix.split('/')
  const bits = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const rest = 2 ** (32 - Number(length))
  return Math.floor(bits(host) / rest) === Math.floor(bits(address) / rest)
}

async function content(exchange: Exchange, location: Location | undefined): Promise<Answer | 'search'> {
  const own = location?.scope.directives ?? []
  const pass = own.find(({ name }) => name === 'proxy_pass')?.args[0]
  if (pass !== undefined) {
    const answer = await proxy(exchange, location, pass)
    return typeof answer === 'number' ? errorAnswer(exchange, location, answer) : answer
  }
  if (own.some(({ name }) => name === 'fastcgi_pass')) return errorAnswer(exchange, location, 502)
  if (own.some(({ name }) => name === 'stub_status')) return stubStatus(exchange)
  const tries = location?.scope.find('try_files') ?? exchange.server.scope.find('try_files')
  if (tries) return tryFiles(exchange, location, tries)
  return file(exchange, location, exchange.uri)
}

function stubStatus({ context }: Exchange): Answer {
  const { connections, requests, active } = context.counters
  return textAnswer(
    200,
    'text/plain',
    `Active connections: ${active} \nserver accepts handled requests\n ${connections} ${connections} ${requests} \nReading: 0 Writing: 1 Waiting: ${Math.max(0, active - 1)} \n`,
  )
}

async function file(exchange: Exchange, location: Location | undefined, uri: string): Promise<Answer | 'search'> {
  const found = await serveFile(exchange, location, uri)
  if (found.kind === 'answer') return found.answer
  if (found.kind === 'error') return errorAnswer(exchange, location, found.status)
  exchange.uri = found.uri
  return 'search'
}

async function tryFiles(
  exchange: Exchange,
  location: Location | undefined,
  tries: readonly string[],
): Promise<Answer | 'search'> {
  const { sys } = exchange.context
  for (const each of tries.slice(0, -1)) {
    const uri = interpolate(exchange, each)
    const stat = statOr(sys, fileName(exchange, location, uri))
    if (!('mode' in stat) || (uri.endsWith('/') ? !isDirectory(stat.mode) : !isRegular(stat.mode))) continue
    if (!uri.endsWith('/')) return file(exchange, location, uri)
    return file(exchange, location, uri)
  }
  const last = interpolate(exchange, tries.at(-1) ?? '')
  if (last.startsWith('=')) return errorAnswer(exchange, location, Number(last.slice(1)))
  if (last.startsWith('@')) return named(exchange, last)
  const [path = '', query] = last.split('?')
  exchange.uri = path
  exchange.args = query ?? exchange.args
  return 'search'
}

async function named(exchange: Exchange, name: string): Promise<Answer> {
  const location = exchange.server.locations.find(({ pattern }) => pattern === name)
  if (!location) return errorAnswer(exchange, undefined, 500)
  const answer = await inLocation(exchange, location)
  return answer === 'search' ? search(exchange) : answer
}

/** The page for a status: what error_page says, else nginx's own. */
async function errorAnswer(exchange: Exchange, location: Location | undefined, status: number): Promise<Answer> {
  const scope = location?.scope ?? exchange.server.scope
  const page = exchange.variables.has('error_page')
    ? undefined
    : scope.every('error_page').find(({ args }) => args.slice(0, -1).includes(String(status)))
  if (!page) return builtInPage(exchange, status)
  exchange.variables.set('error_page', '1')
  const changed = page.args.find((each) => each.startsWith('='))
  const uri = page.args.at(-1) ?? ''
  if (/^https?:\/\//.test(uri)) return builtInPage(exchange, 302, [['Location', uri]])
  exchange.uri = uri
  const answer = uri.startsWith('@') ? await named(exchange, uri) : await search(exchange)
  if (answer.status >= 400 && answer.status !== status && changed === undefined && answer.type === 'text/html')
    return builtInPage(exchange, status)
  return {
    ...answer,
    status: changed === undefined ? status : changed === '=' ? answer.status : Number(changed.slice(1)),
  }
}

/** add_header: for good answers, or for all with `always`. */
function addedHeaders(exchange: Exchange, status: number): [string, string][] {
  const location = chooseLocation(exchange.server.locations, exchange.uri)
  const scope = location?.scope ?? exchange.server.scope
  const good = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308].includes(status)
  return scope
    .all('add_header')
    .filter(([, , always]) => good || always === 'always')
    .map(([name = '', text = '']): [string, string] => [name, interpolate(exchange, text)])
    .filter(([, text]) => text !== '')
}

async function respond(exchange: Exchange, answer: Answer): Promise<ServerResponse> {
  exchange.status = answer.status
  const headers = [...commonHeaders(exchange, answer), ...addedHeaders(exchange, answer.status)]
  const { send } = answer
  const bare = exchange.request.method === 'HEAD' || !send || answer.status === 304
  const done = (): Promise<void> => logAccess(exchange)
  const words = answer.reason ?? reasonOf(answer.status)
  const reason = words === undefined ? {} : { reason: words }
  if (bare) {
    await done()
    return { status: answer.status, ...reason, headers, body: async () => {} }
  }
  return {
    status: answer.status,
    ...reason,
    headers,
    body: async ({ write }) => {
      const counted = (bytes: Uint8Array): MaybePromise<void> => {
        exchange.bodyBytes += bytes.length
        return write(bytes)
      }
      try {
        await send(counted)
      } finally {
        await done()
      }
    },
  }
}
