import { ECONNREFUSED, type Errno, isErrno, unix } from '@drydock/abi'
import { type ClientResponse, HttpError, request as ask } from '@drydock/http'
import { dial, type FdStream, ResolveError, resolveHost } from '@drydock/libc'
import { connect } from '../../net/http/connect.ts'
import type { Answer } from './answer.ts'
import type { Location } from './config.ts'
import { type Exchange, interpolate } from './exchange.ts'
import { requestWords } from './static-file.ts'

const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'content-length',
  'expect',
]
const CONNECT_MS = 60_000

interface Target {
  /** Addresses to try, `host:port` or `unix:/path`. */
  readonly servers: readonly string[]
  /** What Host and the log call it. */
  readonly name: string
  readonly uri: string
}

/** ngx_http_proxy_module: passes the request on. */
export async function proxy(
  exchange: Exchange,
  location: Location | undefined,
  pass: string,
): Promise<Answer | number> {
  const target = targetOf(exchange, location, interpolate(exchange, pass))
  const { context } = exchange
  // Workers, whose numbers follow one another, do not all begin with the same server.
  const turn = context.sys.getpid() + context.counters.requests
  const addresses = (await Promise.all(target.servers.map((server) => addressesOf(exchange, server)))).flat()
  for (let attempt = 0; attempt < addresses.length; attempt++) {
    const address = addresses[(turn + attempt) % addresses.length] ?? ''
    exchange.upstream = address
    const stream = await open(exchange, address, target)
    if (typeof stream === 'number') {
      if (attempt + 1 < addresses.length) continue
      return stream
    }
    return forward(exchange, location, stream, target)
  }
  return 502
}

function targetOf(exchange: Exchange, location: Location | undefined, pass: string): Target {
  const [, authority = '', path = ''] = /^https?:\/\/(unix:[^:]+:?|[^/]+)(.*)$/.exec(pass) ?? []
  const servers = exchange.context.config.upstreams.get(authority) ?? [authority]
  const { args } = exchange
  const query = args === '' ? '' : `?${args}`
  const rest = location && !location.regex ? exchange.uri.slice(location.pattern.length) : ''
  const uri =
    path === ''
      ? exchange.variables.has('rewritten')
        ? encodeURI(exchange.uri) + query
        : exchange.request.target
      : `${path}${encodeURI(rest)}${path.includes('?') ? '' : query}`
  return { servers, name: authority, uri }
}

/** A name stands for all its addresses, in turn: an upstream that nobody wrote. None where it can't be resolved. */
async function addressesOf(exchange: Exchange, server: string): Promise<readonly string[]> {
  if (server.startsWith('unix:')) return [server]
  const [host = '', port = '80'] = server.split(':')
  try {
    return (await resolveHost(exchange.context.sys, host)).toSorted().map((address) => `${address}:${port}`)
  } catch (error) {
    if (!(error instanceof ResolveError)) throw error
    await exchange.context.logError('error', `${server} could not be resolved${requestWords(exchange)}`)
    return []
  }
}

async function open(exchange: Exchange, server: string, target: Target): Promise<FdStream | number> {
  const { context } = exchange
  const { sys } = context
  try {
    if (server.startsWith('unix:')) return await dial(sys, unix(server.slice(5).replace(/:$/, '')))
    const colon = server.lastIndexOf(':')
    return await connect(sys, server.slice(0, colon), Number(server.slice(colon + 1)), CONNECT_MS)
  } catch (error) {
    if (!isErrno(error)) throw error
    await context.logError(
      'error',
      `connect() failed (${error.errno}: ${error.message}) while connecting to upstream${requestWords(exchange)}, upstream: "http://${server}${target.uri}"`,
    )
    return statusFor(error)
  }
}

const statusFor = (error: Errno): number => (error !== ECONNREFUSED && error.code === 'ETIMEDOUT' ? 504 : 502)

function requestHeaders(exchange: Exchange, location: Location | undefined, target: Target): [string, string][] {
  const scope = location?.scope ?? exchange.server.scope
  const set = scope
    .all('proxy_set_header')
    .map(([name = '', text = '']): [string, string] => [name, interpolate(exchange, text)])
  const replaced = new Set(set.map(([name]) => name.toLowerCase()))
  const upgrade = set.some(([name, text]) => name.toLowerCase() === 'upgrade' && text !== '')
  const passed = [...exchange.request.headers].filter(([name]) => {
    const lower = name.toLowerCase()
    return lower !== 'host' && !HOP_BY_HOP.includes(lower) && !replaced.has(lower)
  })
  const host: [string, string][] = replaced.has('host') ? [] : [['Host', target.name]]
  const connection: [string, string][] = replaced.has('connection') || upgrade ? [] : [['Connection', 'close']]
  const length = exchange.request.headers.get('content-length')
  const body: [string, string][] = length === undefined ? [] : [['Content-Length', length]]
  return [
    ...set.filter(([, text]) => text !== ''),
    ...host,
    ...connection,
    ...body,
    ...passed.map(([name, text]): [string, string] => [name, text]),
  ]
}

async function forward(
  exchange: Exchange,
  location: Location | undefined,
  stream: FdStream,
  target: Target,
): Promise<Answer | number> {
  const { request, context } = exchange
  try {
    const headers = requestHeaders(exchange, location, target)
    const hasBody = request.headers.has('content-length') || request.headers.has('transfer-encoding')
    const response = await ask(stream, {
      method: request.method,
      target: target.uri,
      headers,
      ...(hasBody ? { body: request.body } : {}),
    })
    if (response.status === 101) return upgrade(exchange, response)
    return answerOf(exchange, response, stream, target)
  } catch (error) {
    stream.close()
    if (!isErrno(error) && !(error instanceof HttpError)) throw error
    const how = isErrno(error)
      ? `recv() failed (${error.errno}: ${error.message})`
      : 'upstream prematurely closed connection'
    await context.logError(
      'error',
      `${how} while reading response header from upstream${requestWords(exchange)}, upstream: "http://${exchange.upstream}${target.uri}"`,
    )
    return 502
  }
}

function answerOf(exchange: Exchange, response: ClientResponse, stream: FdStream, target: Target): Answer {
  const dropped = [...HOP_BY_HOP, 'server', 'date', 'content-type', 'x-accel-expires']
  const kept = [...response.headers].filter(([name]) => !dropped.includes(name.toLowerCase()))
  const headers = kept.map(([name, text]): [string, string] => [
    name,
    name.toLowerCase() === 'location' ? ownLocation(exchange, text, target) : text,
  ])
  const length = response.headers.get('content-length')
  return {
    status: response.status,
    reason: response.reason,
    type: response.headers.get('content-type'),
    headers,
    ...(length === undefined ? {} : { length: Number(length) }),
    proxied: true,
    send: async (write) => {
      try {
        for await (const bytes of response.body) await write(bytes)
      } finally {
        stream.close()
      }
    },
  }
}

/** proxy_redirect default: the upstream's own address becomes ours. */
function ownLocation(exchange: Exchange, location: string, target: Target): string {
  const theirs = `http://${target.name}`
  const host = exchange.request.headers.get('host') ?? ''
  return location.startsWith(`${theirs}/`) ? `http://${host}${location.slice(theirs.length)}` : location
}

/** WebSocket and the like: bytes both ways until either side ends. */
async function upgrade(exchange: Exchange, response: ClientResponse): Promise<Answer | number> {
  const theirs = response.hijack()
  const ours = exchange.request.hijack()
  const fields = [...response.headers].map(([name, text]) => `${name}: ${text}\r\n`).join('')
  await ours.write(new TextEncoder().encode(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`))
  const pump = async (from: typeof ours, to: typeof ours): Promise<void> => {
    try {
      for (let bytes = await from.read(); bytes.length > 0; bytes = await from.read()) await to.write(bytes)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    to.shutdown()
  }
  await Promise.all([pump(ours, theirs), pump(theirs, ours)])
  theirs.close()
  ours.close()
  return { status: 101 }
}
