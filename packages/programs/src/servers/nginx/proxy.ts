import { type ByteStream, ECONNREFUSED, type Errno, ETIMEDOUT, isErrno, POLLIN, type Sys, unix } from '@drydock/abi'
import { type ClientResponse, HttpError, request as ask } from '@drydock/http'
import { dial, FdStream, ResolveError, resolveHost } from '@drydock/libc'
import { connect } from '../../net/http/connect.ts'
import { secure, SecureFailure } from '../../net/http/secure.ts'
import { passUpgraded } from '../files/upgraded.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { isCaching, throughCache } from './proxy-cache.ts'
import { requestWords } from './request-words.ts'
import { bodyToSend, refusedBody, type SentBody } from './request-body.ts'
import { mayTryNext } from './next-upstream.ts'
import { secondsOf } from './scope.ts'
import { balancedRequest, type Peer, PeerGroup, single } from './upstreams.ts'
import { compile } from './pattern.ts'
import { interpolate, keepGroups } from './variables.ts'

const HOP_BY_HOP: readonly string[] = [
  ...['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'content-length', 'expect'],
]

interface Target {
  readonly peers: PeerGroup
  /** What Host and the log call it. */
  readonly name: string
  readonly uri: string
  readonly scheme: 'http' | 'https'
  /** The URL of proxy_pass, where answers' Locations have it replaced by the location's prefix. */
  readonly base: string | undefined
}

/** ngx_http_proxy_module: passes the request on. @returns a status when no upstream answers */
export async function proxy(exchange: Exchange, pass: string): Promise<Answer | number> {
  const target = await targetOf(exchange, interpolate(exchange, pass), pass.includes('$'))
  if (typeof target === 'number') return target
  const refused = await refusedBody(exchange)
  if (refused !== undefined) return refused
  exchange.variables.set('\0proxy_host', target.name)
  return isCaching(exchange)
    ? throughCache(exchange, `${target.scheme}://${target.name}${target.uri}`, () => askPeers(exchange, target))
    : askPeers(exchange, target)
}

async function askPeers(exchange: Exchange, target: Target): Promise<Answer | number> {
  const tried = new Set<Peer>()
  let status = 502
  const asker = balancedRequest(exchange)
  for (let peer = target.peers.choose(asker, tried); peer; peer = target.peers.choose(asker, tried)) {
    tried.add(peer)
    const answer = await askPeer(exchange, peer, target)
    if (typeof answer === 'number') {
      await countFailure(exchange, peer, target, 'connecting to upstream')
      status = answer
      if (target.peers.size === tried.size || !mayTryNext(exchange, answer === 504 ? 'timeout' : 'error', tried.size))
        return status
      continue
    }
    if (target.peers.size === tried.size || !mayTryNext(exchange, `http_${answer.status}`, tried.size)) return answer
    answer.cancel?.()
    if (answer.status >= 500) await countFailure(exchange, peer, target, 'reading response header from upstream')
  }
  if (tried.size > 0) return status
  await exchange.context.logError(
    'error',
    `no live upstreams while connecting to upstream${requestWords(exchange, `${target.scheme}://${target.name}${target.uri}`)}`,
  )
  exchange.visits.push({ address: target.name, status: '502', time: '0.000', headers: undefined })
  return 502
}

async function countFailure(exchange: Exchange, peer: Peer, target: Target, doing: string): Promise<void> {
  if (!target.peers.failed(peer, exchange.context.sys.clock.monotonic())) return
  await exchange.context.logError(
    'warn',
    `upstream server temporarily disabled while ${doing}${requestWords(exchange, `${target.scheme}://${peer.address}${target.uri}`)}`,
  )
}

async function targetOf(exchange: Exchange, pass: string, dynamic: boolean): Promise<Target | number> {
  const [, scheme = '', authority = '', path = ''] = /^(https?):\/\/(unix:[^:]+:?|[^/]+)(.*)$/s.exec(pass) ?? []
  const peers = exchange.context.upstreams.find(authority) ?? (dynamic ? await atOnce(exchange, authority) : undefined)
  if (!peers) return 502
  const name = authority.startsWith('unix:') ? 'localhost' : authority
  const regex = exchange.location?.regex !== undefined
  const base =
    dynamic || (regex && path === '')
      ? undefined
      : path === ''
        ? `${scheme}://${name}${exchange.location?.pattern ?? '/'}`
        : `${scheme}://${name}${path}`
  return {
    ...{ peers, name, base, uri: uriFor(exchange, path, dynamic) },
    scheme: scheme === 'https' ? 'https' : 'http',
  }
}

/** With a path in proxy_pass, it takes the place of the location's prefix; else the request goes on as it came. */
function uriFor(
  { args, uri, rewritten, strayed, request, location }: Exchange,
  path: string,
  dynamic: boolean,
): string {
  const query = args === '' ? '' : `?${args}`
  // Behind `rewrite … break` the URI goes on as it was changed, whatever proxy_pass says.
  if (path === '' || (strayed && !dynamic)) return rewritten ? encodeURI(uri) + query : request.target
  if (dynamic) return path
  const rest = location && !location.regex ? uri.slice(location.pattern.length) : ''
  return path + encodeURI(rest) + query
}

/** A name that variables made is asked for when it is needed, at the `resolver`. */
async function atOnce(exchange: Exchange, authority: string): Promise<PeerGroup | undefined> {
  const { context, scope } = exchange
  const [host = '', port = '80'] = authority.split(':')
  const isAddress = /^\d+(\.\d+){3}$/.test(host)
  if (!isAddress && scope.find('resolver') === undefined) {
    await context.logError('error', `no resolver defined to resolve ${host}${requestWords(exchange)}`)
    return undefined
  }
  try {
    const addresses = isAddress ? [host] : await resolveHost(context.sys, host)
    return new PeerGroup(single(authority), new Map([[authority, addresses.map((each) => `${each}:${port}`)]]))
  } catch (error) {
    if (!(error instanceof ResolveError)) throw error
    await context.logError('error', `${host} could not be resolved (3: Host not found)${requestWords(exchange)}`)
    return undefined
  }
}

/** Connects and asks. @returns a status where that fails */
async function askPeer(exchange: Exchange, peer: Peer, target: Target): Promise<Answer | number> {
  const { clock } = exchange.context.sys
  const visit: Exchange['visits'][number] = { address: peer.address, status: '502', time: '-', headers: undefined }
  const start = clock.monotonic()
  exchange.visits.push(visit)
  peer.active++
  const stream = await open(exchange, peer.address, target)
  const answer = typeof stream === 'number' ? stream : await forward(exchange, stream, target, visit)
  visit.time = ((clock.monotonic() - start) / 1000).toFixed(3)
  if (typeof answer === 'number') {
    visit.status = String(answer)
    peer.active--
    return answer
  }
  peer.fails = 0
  return atEnd(answer, () => peer.active--)
}

/** @param done called once, when the body is through or given up */
function atEnd(answer: Answer, done: () => void): Answer {
  const { send, cancel } = answer
  if (!send) {
    done()
    return answer
  }
  return {
    ...answer,
    send: (write) => send(write).finally(done),
    cancel: () => {
      cancel?.()
      done()
    },
  }
}

async function open(exchange: Exchange, address: string, target: Target): Promise<ByteStream | number> {
  const { context, scope } = exchange
  const { sys } = context
  const timeoutMs = (secondsOf(scope.word('proxy_connect_timeout', '60s')) ?? 60) * 1000
  try {
    const { fd } = await connected(sys, address, timeoutMs)
    const readMs = (secondsOf(scope.word('proxy_read_timeout', '60s')) ?? 60) * 1000
    const stream = new ImpatientStream(sys, fd, readMs)
    if (target.scheme === 'http') return stream
    return await secure(sys, stream, {
      name: interpolate(exchange, scope.word('proxy_ssl_name', target.name)).replace(/:\d+$/, ''),
      address: address.slice(0, address.lastIndexOf(':')),
      insecure: !scope.on('proxy_ssl_verify'),
      authorities: scope.find('proxy_ssl_trusted_certificate')?.[0],
    })
  } catch (error) {
    if (error instanceof SecureFailure) return handshakeFailed(exchange, error, address, target)
    if (!isErrno(error)) throw error
    const how = error.code === 'ETIMEDOUT' ? 'upstream timed out' : 'connect() failed'
    await context.logError(
      'error',
      `${how} (${error.errno}: ${error.message}) while connecting to upstream${requestWords(exchange, `${target.scheme}://${address}${target.uri}`)}`,
    )
    return statusFor(error)
  }
}

function connected(sys: Sys, address: string, timeoutMs: number): Promise<FdStream> {
  if (address.startsWith('unix:')) return dial(sys, unix(address.slice(5).replace(/:$/, '')))
  const colon = address.lastIndexOf(':')
  return connect(sys, address.slice(0, colon), Number(address.slice(colon + 1)), timeoutMs)
}

async function handshakeFailed(
  exchange: Exchange,
  { message }: SecureFailure,
  address: string,
  { uri }: Target,
): Promise<number> {
  await exchange.context.logError(
    'error',
    `SSL_do_handshake() failed (SSL: ${message}) while SSL handshaking to upstream${requestWords(exchange, `https://${address}${uri}`)}`,
  )
  return 502
}

const statusFor = (error: Errno): number => (error !== ECONNREFUSED && error.code === 'ETIMEDOUT' ? 504 : 502)

/** Fields of proxy_set_header first, as nginx sends them; then Host, Connection and what the client sent. */
function requestHeaders(exchange: Exchange, target: Target, sent: SentBody | undefined): [string, string][] {
  const { scope, request } = exchange
  const set = scope
    .all('proxy_set_header')
    .map(([name = '', text = '']): [string, string] => [name, interpolate(exchange, text)])
  const replaced = new Set(set.map(([name]) => name.toLowerCase()))
  const passed = [...request.headers].filter(([name]) => {
    const lower = name.toLowerCase()
    if (isCaching(exchange) && CONDITIONS.includes(lower)) return false
    return lower !== 'host' && !HOP_BY_HOP.includes(lower) && !replaced.has(lower)
  })
  const host: [string, string][] = replaced.has('host') ? [] : [['Host', target.name]]
  const connection: [string, string][] = replaced.has('connection') ? [] : [['Connection', 'close']]
  const length = sent === undefined ? undefined : (sent.length ?? request.headers.get('content-length'))
  const body: [string, string][] =
    length === undefined || replaced.has('content-length') ? [] : [['Content-Length', String(length)]]
  const kept = scope.on('proxy_pass_request_headers', true) ? passed : []
  return [...set.filter(([, text]) => text !== ''), ...host, ...connection, ...body, ...kept]
}

/** Fields that would make less of an answer than is to be kept. */
const CONDITIONS: readonly string[] = [
  ...['if-modified-since', 'if-unmodified-since', 'if-none-match', 'if-match', 'range', 'if-range'],
]

async function forward(
  exchange: Exchange,
  stream: ByteStream,
  target: Target,
  visit: Exchange['visits'][number],
): Promise<Answer | number> {
  const { scope, method } = exchange
  try {
    const body = await bodyToSend(exchange)
    const response = await ask(stream, {
      method: scope.word('proxy_method', isCaching(exchange) && method === 'HEAD' ? 'GET' : method),
      target: target.uri,
      headers: requestHeaders(exchange, target, body),
      ...(body === undefined ? {} : { body: body.content }),
    })
    visit.status = String(response.status)
    visit.headers = response.headers
    return response.status === 101 ? await upgrade(exchange, response) : answerOf(exchange, response, stream, target)
  } catch (error) {
    stream.close()
    if (!isErrno(error) && !(error instanceof HttpError)) throw error
    return failed(exchange, target, error, visit)
  }
}

/** A connection on which nothing may be awaited for longer than a limit. */
class ImpatientStream extends FdStream {
  private readonly limit: { readonly sys: Sys; readonly timeoutMs: number }

  constructor(sys: Sys, fd: number, timeoutMs: number) {
    super(sys, fd)
    this.limit = { sys, timeoutMs }
  }

  /** @throws ETIMEDOUT */
  override async read(max?: number): Promise<Uint8Array> {
    const { sys, timeoutMs } = this.limit
    const [found = 0] = await sys.poll([{ fd: this.fd, events: POLLIN }], timeoutMs)
    if (found === 0) throw ETIMEDOUT
    return super.read(max)
  }
}

async function failed(
  exchange: Exchange,
  target: Target,
  error: unknown,
  { address }: Exchange['visits'][number],
): Promise<number> {
  const late = error === ETIMEDOUT
  const how = late
    ? `upstream timed out (${ETIMEDOUT.errno}: ${ETIMEDOUT.message})`
    : isErrno(error)
      ? `recv() failed (${error.errno}: ${error.message})`
      : 'upstream prematurely closed connection'
  await exchange.context.logError(
    'error',
    `${how} while reading response header from upstream${requestWords(exchange, `${target.scheme}://${address}${target.uri}`)}`,
  )
  return late ? 504 : 502
}

const NOT_PASSED: readonly string[] = [...HOP_BY_HOP, 'server', 'date', 'content-type']

function answerOf(exchange: Exchange, response: ClientResponse, stream: ByteStream, target: Target): Answer {
  const { scope } = exchange
  const passed = scope.all('proxy_pass_header').map(([name = '']) => name.toLowerCase())
  const hidden = scope.all('proxy_hide_header').map(([name = '']) => name.toLowerCase())
  const dropped = [...NOT_PASSED.filter((name) => !passed.includes(name)), ...hidden]
  const headers = [...response.headers]
    .filter(([name]) => !dropped.includes(name.toLowerCase()) && !name.toLowerCase().startsWith('x-accel-'))
    .map(([name, text]): [string, string] => [
      properName(name),
      RENAMED[name.toLowerCase()]?.(exchange, text, target) ?? text,
    ])
  const length = response.headers.get('content-length')
  const ignored = scope.find('proxy_ignore_headers') ?? []
  const accel = ignored.includes('X-Accel-Redirect') ? undefined : response.headers.get('x-accel-redirect')
  return {
    ...(accel === undefined ? {} : { accel }),
    status: response.status,
    reason: response.reason,
    type: response.headers.get('content-type'),
    headers,
    ...(length === undefined ? {} : { length: Number(length) }),
    cancel: () => stream.close(),
    send: async (write) => {
      try {
        for await (const bytes of response.body) await write(bytes)
      } finally {
        stream.close()
      }
    },
  }
}

/** Fields that nginx keeps itself get its spelling. */
const PROPER = new Map(
  ['Last-Modified', 'Location', 'ETag', 'Accept-Ranges', 'Vary'].map((name) => [name.toLowerCase(), name]),
)
const properName = (name: string): string => PROPER.get(name.toLowerCase()) ?? name

/** proxy_redirect: what the configuration says, else the upstream's own address becomes ours. */
function ownLocation(exchange: Exchange, location: string, target: Target): string {
  const rules = exchange.scope.all('proxy_redirect')
  for (const [from = '', to = ''] of rules) {
    if (from === 'off') return location
    const match = from.startsWith('~')
      ? compile(from.replace(/^~\*?\s*/, ''), from.startsWith('~*')).exec(location)
      : null
    if (match) {
      keepGroups(exchange, match)
      return interpolate(exchange, to)
    }
    const prefix = interpolate(exchange, from)
    if (from !== 'default' && !from.startsWith('~') && location.startsWith(prefix))
      return interpolate(exchange, to) + location.slice(prefix.length)
  }
  // Rules take the place of the one that is there without any.
  const usual = rules.length === 0 || rules.some(([from]) => from === 'default')
  if (!usual || target.base === undefined || !location.startsWith(target.base)) return location
  return (exchange.location?.pattern ?? '/') + location.slice(target.base.length)
}

/** proxy_cookie_domain and proxy_cookie_path: the first rule that fits. */
function ownCookie(exchange: Exchange, text: string): string {
  const [pair = '', ...attributes] = text.split(/;\s*/)
  const changed = attributes.map((attribute) => {
    const [name = '', value = ''] = attribute.split(/=(.*)/s)
    const rules = exchange.scope.all(`proxy_cookie_${name.toLowerCase()}`)
    const fitting = ['domain', 'path'].includes(name.toLowerCase()) ? replaced(exchange, rules, value, name) : value
    return value === '' ? attribute : `${name}=${fitting}`
  })
  return [pair, ...changed].join('; ')
}

function replaced(exchange: Exchange, rules: readonly (readonly string[])[], value: string, name: string): string {
  for (const [from = '', to = ''] of rules) {
    if (from === 'off') return value
    if (from.startsWith('~')) {
      const match = compile(from.replace(/^~\*?/, ''), from.startsWith('~*')).exec(value)
      if (!match) continue
      keepGroups(exchange, match)
      return interpolate(exchange, to)
    }
    const wanted = interpolate(exchange, from)
    if (name.toLowerCase() === 'domain' && value.toLowerCase() === wanted.toLowerCase())
      return interpolate(exchange, to)
    if (name.toLowerCase() === 'path' && value.startsWith(wanted))
      return interpolate(exchange, to) + value.slice(wanted.length)
  }
  return value
}

/** Fields of an upstream's answer that name itself. */
const RENAMED: Readonly<Record<string, (exchange: Exchange, text: string, target: Target) => string>> = {
  location: ownLocation,
  'set-cookie': ownCookie,
}

/** WebSocket and the like: bytes both ways until either side ends. */
async function upgrade(exchange: Exchange, response: ClientResponse): Promise<Answer> {
  await passUpgraded(exchange.request, response)
  return { status: 101 }
}
