import { isErrno } from '@drydock/abi'
import { HeaderMap, type ServerResponse } from '@drydock/http'
import { resolveHost, ResolveError } from '@drydock/libc'
import { forward, isUnreachable, passedFields } from '../forward.ts'
import type { HandlerConfig, Route } from './config.ts'
import { type Answer, type Exchange, HandlerError, type Handler, hostAndPort } from './exchange.ts'
import { changeFields, type FieldChanges } from './fields.ts'
import { filled } from './placeholders.ts'
import { type Rewrite, rewrite } from './rewrite.ts'

interface UpstreamTls {
  readonly insecure_skip_verify?: boolean
  readonly server_name?: string
}

interface Settings {
  readonly upstreams?: readonly { readonly dial: string }[]
  readonly headers?: { readonly request?: FieldChanges; readonly response?: FieldChanges }
  readonly load_balancing?: { readonly selection_policy?: { readonly policy: string }; readonly try_duration?: number }
  readonly health_checks?: { readonly passive?: { readonly fail_duration?: number; readonly max_fails?: number } }
  readonly rewrite?: Rewrite
  readonly handle_response?: readonly ResponseHandler[]
  readonly transport?: { readonly tls?: UpstreamTls }
}

/** What is done with answers of some statuses in place of giving them. */
interface ResponseHandler {
  readonly match?: { readonly status_code?: readonly number[] }
  readonly routes?: readonly Route[]
}

interface Upstream {
  readonly dial: string
  active: number
  /** Left alone until then, monotonic milliseconds. */
  downUntilMs: number
}

type Policy = (upstreams: readonly Upstream[], exchange: Exchange, turn: number) => Upstream | undefined

/** FNV-1a, as far as it only has to be steady. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash
}
const byHash =
  (textOf: (exchange: Exchange) => string): Policy =>
  (upstreams, exchange) =>
    upstreams[hashOf(textOf(exchange)) % upstreams.length]
const atRandom: Policy = (upstreams, { sys }) => upstreams[(sys.entropy.bytes(1)[0] ?? 0) % upstreams.length]

const POLICIES: Readonly<Record<string, Policy>> = {
  random: atRandom,
  random_choose: atRandom,
  first: ([upstream]) => upstream,
  round_robin: (upstreams, _, turn) => upstreams[turn % upstreams.length],
  least_conn: (upstreams) => upstreams.toSorted((a, b) => a.active - b.active)[0],
  ip_hash: byHash(({ remote }) => hostAndPort(remote)[0]),
  client_ip_hash: byHash(({ remote }) => hostAndPort(remote)[0]),
  uri_hash: byHash(({ request }) => request.target),
  header: byHash(({ hostport }) => hostport),
  cookie: byHash(({ remote }) => hostAndPort(remote)[0]),
}

/** Between tries, where another is tried at all. Milliseconds. */
const RETRY_MS = 250
const MS = 1e6

/** https://caddyserver.com/docs/caddyfile/directives/reverse_proxy @param compile routes of `handle_response` */
export const reverseProxy = (config: HandlerConfig, compile: (routes: readonly Route[]) => Handler): Handler => {
  const settings = config as Settings & HandlerConfig
  const upstreams = (settings.upstreams ?? []).map(({ dial }): Upstream => ({ dial, active: 0, downUntilMs: 0 }))
  const policy = POLICIES[settings.load_balancing?.selection_policy?.policy ?? 'random'] ?? atRandom
  const tryMs = (settings.load_balancing?.try_duration ?? 0) / MS
  const failMs = (settings.health_checks?.passive?.fail_duration ?? 0) / MS
  const responses = (settings.handle_response ?? []).map(({ match, routes }) => ({ match, run: compile(routes ?? []) }))
  let turn = 0
  return async (exchange, next) => {
    const { clock } = exchange.sys
    const start = clock.monotonic()
    const asked = { method: exchange.method, path: exchange.path, query: exchange.query }
    if (settings.rewrite) rewrite(exchange, settings.rewrite)
    for (;;) {
      const up = upstreams.filter(({ downUntilMs }) => downUntilMs <= clock.monotonic())
      const upstream = policy(up, exchange, turn++)
      const outcome = upstream
        ? await tried(exchange, settings, upstream)
        : new HandlerError(503, 'no upstreams available')
      if (!(outcome instanceof HandlerError)) {
        Object.assign(exchange, asked)
        const own = responses.find(({ match }) => statusFits(match?.status_code, outcome?.status ?? 0))
        if (!own || !outcome) return outcome
        keepAnswer(exchange, outcome)
        return own.run(exchange, next)
      }
      if (upstream) upstream.downUntilMs = clock.monotonic() + failMs
      if (clock.monotonic() - start + RETRY_MS > tryMs || !exchange.request.body.ended) throw outcome
      await exchange.sys.sleep(RETRY_MS)
    }
  }
}

/** `2` stands for all of 200 to 299. */
const statusFits = (codes: readonly number[] | undefined, status: number): boolean =>
  codes === undefined || codes.some((code) => (code < 10 ? Math.floor(status / 100) === code : status === code))

/** What placeholders tell of an answer that is not given. */
function keepAnswer({ vars }: Exchange, { status, headers }: ServerResponse): void {
  vars.set('reverse_proxy.status_code', String(status))
  for (const [name, value] of new HeaderMap(headers ?? []))
    vars.set(`reverse_proxy.header.${name.toLowerCase()}`, value)
}

/** @returns the answer, or why the upstream could not be had */
async function tried(exchange: Exchange, settings: Settings, upstream: Upstream): Promise<Answer | HandlerError> {
  const to = filled(upstream.dial, exchange.valueOf)
  exchange.upstream = to
  upstream.active++
  try {
    return await passed(exchange, settings, to, () => upstream.active--)
  } catch (error) {
    if (error instanceof ResolveError) {
      upstream.active--
      return new HandlerError(502, `dial tcp: lookup ${hostAndPort(to)[0]}: no such host`)
    }
    if (!isUnreachable(error)) throw error
    const words = isErrno(error) ? `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}` : String(error)
    return new HandlerError(502, `dial tcp ${exchange.upstream}: connect: ${words}`)
  }
}

async function passed(exchange: Exchange, settings: Settings, to: string, done: () => void): Promise<Answer> {
  const { sys } = exchange
  const [host, port] = hostAndPort(to)
  const [address = host] = await resolveHost(sys, host === '' ? 'localhost' : host)
  exchange.upstream = `${address}:${port}`
  const fields = new HeaderMap(passedFields({ ...exchange.request, headers: exchange.headers }))
  fields.set('X-Forwarded-For', hostAndPort(exchange.remote)[0])
  fields.set('X-Forwarded-Host', exchange.hostport)
  fields.set('X-Forwarded-Proto', exchange.secure ? 'https' : 'http')
  fields.append('Via', '1.1 Caddy')
  if (settings.headers?.request) changeFields(fields, settings.headers.request, exchange)
  const answer = await forward(
    sys,
    { ...exchange.request, method: exchange.method },
    {
      to: exchange.upstream,
      target: exchange.uri,
      headers: [...fields],
      ...(settings.transport?.tls ? { tls: upstreamTls(settings.transport.tls, host) } : {}),
      done,
    },
  )
  if (!answer) return undefined
  const own = new HeaderMap(answer.headers ?? [])
  own.append('Via', '1.1 Caddy')
  if (settings.headers?.response) changeFields(own, settings.headers.response, exchange)
  return { ...answer, headers: [...own] }
}

/** Authorities of the system are not asked here: servers of the internet are spoken to in clear. */
const upstreamTls = ({ insecure_skip_verify = false, server_name }: UpstreamTls, host: string) => ({
  name: server_name ?? host,
  insecure: insecure_skip_verify,
  authorities: '/etc/ssl/certs/ca-certificates.crt',
})
