import { type ByteStream, isErrno, unix } from '@drydock/abi'
import { type ClientResponse, HttpError, request as ask } from '@drydock/http'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import { connect } from '../../net/http/connect.ts'
import { secure, SecureFailure } from '../../net/http/secure.ts'
import { passUpgraded } from '../files/upgraded.ts'
import type { Member } from './balancer.ts'
import { note } from './error-log.ts'
import { type Answer, type Exchange, serverOn, serverWord } from './exchange.ts'
import { reversed, reversedCookie } from './proxy-rules.ts'
import { serverName } from './variables.ts'

const HOP_BY_HOP: readonly string[] = [
  ...[
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'proxy-connection',
    'content-length',
  ],
]
const HANDLED = /^(https?|wss?):$/

/** mod_proxy: passes a request on. @returns a status where nobody answers */
export async function passOn(exchange: Exchange): Promise<Answer | number> {
  const { proxied, uri } = exchange
  const { url = '' } = proxied ?? {}
  if (url.startsWith('balancer://')) return throughBalancer(exchange, url)
  const scheme = /^unix:[^|]*\|([a-z]+:)/.exec(url)?.[1] ?? /^[a-z]+:/.exec(url)?.[0] ?? ''
  if (!HANDLED.test(scheme)) {
    await note(
      exchange,
      'proxy:warn',
      `AH01144: No protocol handler was valid for the URL ${uri} (scheme '${scheme.slice(0, -1)}'). If you are using a DSO version of mod_proxy, make sure the proxy submodules are included in the configuration using LoadModule.`,
    )
    return 500
  }
  return askServer(exchange, url)
}

async function throughBalancer(exchange: Exchange, url: string): Promise<Answer | number> {
  const { balancers, sys } = exchange.context
  const [, name = '', path = ''] = /^balancer:\/\/([^/?]*)(.*)$/s.exec(url) ?? []
  const balancer = balancers.find(name)
  const tried = new Set<Member>()
  for (;;) {
    const member = balancers.choose(name, tried, sys.clock.monotonic(), routeOf(exchange, balancer?.sticky))
    if (!member) break
    tried.add(member)
    exchange.env.set('BALANCER_WORKER_ROUTE', member.route)
    exchange.env.set('BALANCER_NAME', `balancer://${name}`)
    exchange.env.set('BALANCER_WORKER_NAME', member.url)
    const answer = await askServer(exchange, member.url + path)
    if (typeof answer !== 'number' || answer !== 503) {
      member.failedMs = undefined
      return answer
    }
    member.failedMs = sys.clock.monotonic()
  }
  const route = routeOf(exchange, balancer?.sticky)
  const words = `balancer://${name}: All workers are in error state`
  await note(
    exchange,
    'proxy_balancer:error',
    route === undefined ? `AH01167: ${words}` : `AH01167: ${words} for route (${route})`,
  )
  return 503
}

/** What a session's cookie says behind its dot: the member that it keeps to. */
function routeOf({ fields }: Exchange, sticky: string | undefined): string | undefined {
  const [name = ''] = sticky?.split('|') ?? []
  if (name === '') return undefined
  const cookies = (fields.get('cookie') ?? '').split(/;\s*/)
  const value = cookies.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
  return value?.includes('.') ? value.slice(value.lastIndexOf('.') + 1) : undefined
}

interface Backend {
  readonly url: URL
  readonly socket: string | undefined
  readonly secure: boolean
  /** As logs name it: `127.0.0.1:8080`. */
  readonly shown: string
}

function backendOf(text: string): Backend {
  const [, socket, rest = text] = /^unix:([^|]*)\|(.*)$/s.exec(text) ?? []
  const url = new URL(rest.replace(/^ws/, 'http'))
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  return { url, socket, secure: url.protocol === 'https:', shown: `${url.hostname}:${port}` }
}

async function askServer(exchange: Exchange, text: string): Promise<Answer | number> {
  const backend = backendOf(text)
  const stream = await open(exchange, backend)
  if (typeof stream === 'number') return stream
  try {
    const response = await ask(stream, {
      method: exchange.method,
      target: text
        .replace(/^unix:[^|]*\|/, '')
        .replace(/^\w+:\/\/[^/?]*/, '')
        .replace(/^(?!\/)/, '/'),
      headers: fieldsFor(exchange, backend),
      ...(hasBody(exchange) ? { body: exchange.request.body } : {}),
    })
    if (response.status !== 101) return answerOf(exchange, response, stream, backend)
    await passUpgraded(exchange.request, response)
    return { status: 101, headers: [] }
  } catch (error) {
    stream.close()
    if (!isErrno(error) && !(error instanceof HttpError)) throw error
    await note(
      exchange,
      'proxy_http:error',
      `(20014)Internal error (specific information not available): AH01102: error reading status line from remote server ${backend.shown}`,
    )
    await note(exchange, 'proxy:error', `AH00898: Error reading from remote server returned by ${exchange.uri}`)
    exchange.notes.set('proxy-error', 'Error reading from remote server')
    return 502
  }
}

const hasBody = ({ fields }: Exchange): boolean => fields.has('content-length') || fields.has('transfer-encoding')

async function open(exchange: Exchange, { url, socket, secure: tls, shown }: Backend): Promise<ByteStream | number> {
  const { sys } = exchange.context
  const timeoutMs = Number(serverWord(exchange, 'proxytimeout') ?? serverWord(exchange, 'timeout') ?? 60) * 1000
  try {
    if (socket !== undefined) return await dial(sys, unix(socket))
    const [address = ''] = await resolveHost(sys, url.hostname.replace(/^\[|\]$/g, ''))
    const stream = await connect(sys, address, Number(shown.slice(shown.lastIndexOf(':') + 1)), timeoutMs)
    if (!tls) return stream
    return await secure(sys, stream, {
      name: url.hostname,
      address,
      insecure: !/^require$/i.test(serverWord(exchange, 'sslproxyverify') ?? 'none'),
    })
  } catch (error) {
    return failed(exchange, error, url.hostname, shown)
  }
}

async function failed(exchange: Exchange, error: unknown, host: string, shown: string): Promise<number> {
  if (error instanceof ResolveError) {
    await note(exchange, 'proxy:error', `AH00898: DNS lookup failure for: ${host} returned by ${exchange.uri}`)
    exchange.notes.set('proxy-error', `DNS lookup failure for: ${host}`)
    return 500
  }
  if (error instanceof SecureFailure) {
    await note(
      exchange,
      'proxy:error',
      `AH00898: Error during SSL Handshake with remote server returned by ${exchange.uri}`,
    )
    return 502
  }
  if (!isErrno(error)) throw error
  await note(
    exchange,
    'proxy:error',
    `(${error.errno})${error.message}: AH00957: http: attempt to connect to ${shown} (${host}:${shown.slice(shown.lastIndexOf(':') + 1)}) failed`,
  )
  await note(exchange, 'proxy_http:error', `AH01114: HTTP: failed to make connection to backend: ${host}`)
  return 503
}

/** ap_proxy_create_hdrbrgd. */
function fieldsFor(exchange: Exchange, { url }: Backend): [string, string][] {
  const { fields, client, settings } = exchange
  const upgrades = fields.hasToken('connection', 'upgrade')
  const length = fields.get('content-length')
  const host = fields.get('host')
  const kept = settings.on('proxypreservehost') && host !== undefined
  const passed = [...fields].filter(
    ([name]) => !HOP_BY_HOP.includes(name.toLowerCase()) && !/^(host|x-forwarded-(for|host|server))$/i.test(name),
  )
  const forwarded = (name: string, value: string): [string, string] => [
    name,
    [...fields.getAll(name), value].join(', '),
  ]
  return [
    ['Host', kept ? host : url.host],
    ...passed,
    ...(settings.on('proxyaddheaders', true)
      ? [
          forwarded('X-Forwarded-For', exchange.connection.client.host || client),
          forwarded('X-Forwarded-Host', host ?? ''),
          forwarded('X-Forwarded-Server', serverName(exchange)),
        ]
      : []),
    ...(length === undefined ? [] : [['Content-Length', length] as [string, string]]),
    ...(upgrades
      ? [['Upgrade', fields.get('upgrade') ?? ''] as [string, string], ['Connection', 'Upgrade'] as [string, string]]
      : [['Connection', 'Keep-Alive'] as [string, string]]),
  ]
}

function answerOf(exchange: Exchange, response: ClientResponse, stream: ByteStream, { url }: Backend): Answer | number {
  const override = serverOn(exchange, 'proxyerroroverride') || exchange.settings.on('proxyerroroverride')
  if (override && response.status >= 400) {
    stream.close()
    return response.status
  }
  const length = response.headers.get('content-length')
  const headers = [...response.headers]
    .filter(([name]) => !HOP_BY_HOP.includes(name.toLowerCase()) || /^content-length$/i.test(name))
    .filter(([name]) => !/^content-type$/i.test(name))
    .map(([name, value]): [string, string] => {
      if (/^(content-)?location$|^uri$/i.test(name))
        return [name, reversed(exchange, value, `${url.protocol}//${url.host}`)]
      return [name, /^set-cookie$/i.test(name) ? reversedCookie(exchange, value) : value]
    })
  return {
    status: response.status,
    reason: response.reason,
    headers,
    type: response.headers.get('content-type'),
    length: length === undefined ? undefined : Number(length),
    send: async (write) => {
      try {
        for await (const bytes of response.body) await write(bytes)
      } finally {
        stream.close()
      }
    },
  }
}
