import { isErrno } from '@drydock/abi'
import { HeaderMap } from '@drydock/http'
import { resolveHost, ResolveError } from '@drydock/libc'
import { forward, isUnreachable, passedFields } from '../forward.ts'
import type { HandlerConfig } from './config.ts'
import { type Exchange, HandlerError, type Handler, hostAndPort } from './exchange.ts'
import { changeFields, type FieldChanges } from './fields.ts'
import { filled } from './placeholders.ts'
import { rewrite } from './rewrite.ts'

interface Settings {
  readonly upstreams?: readonly { readonly dial: string }[]
  readonly headers?: { readonly request?: FieldChanges; readonly response?: FieldChanges }
  readonly load_balancing?: { readonly selection_policy?: { readonly policy: string } }
  readonly rewrite?: { readonly uri?: string }
  readonly transport?: { readonly tls?: object }
}

interface Upstream {
  readonly dial: string
  active: number
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

/** https://caddyserver.com/docs/caddyfile/directives/reverse_proxy; of upstreams by https the words are that there are none. */
export const reverseProxy = (config: HandlerConfig): Handler => {
  const settings = config as Settings & HandlerConfig
  const upstreams = (settings.upstreams ?? []).map(({ dial }): Upstream => ({ dial, active: 0 }))
  const policy = POLICIES[settings.load_balancing?.selection_policy?.policy ?? 'random'] ?? atRandom
  let turn = 0
  return async (exchange) => {
    const upstream = policy(upstreams, exchange, turn++)
    if (!upstream) throw new HandlerError(503, 'no upstreams available')
    const to = filled(upstream.dial, exchange.valueOf)
    exchange.upstream = to
    if (settings.rewrite) rewrite(exchange, settings.rewrite)
    upstream.active++
    try {
      return await passed(exchange, settings, to, () => upstream.active--)
    } catch (error) {
      if (error instanceof ResolveError) {
        upstream.active--
        throw new HandlerError(502, `dial tcp: lookup ${hostAndPort(to)[0]}: no such host`)
      }
      if (!isUnreachable(error)) throw error
      const words = isErrno(error) ? `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}` : String(error)
      throw new HandlerError(502, `dial tcp ${exchange.upstream}: connect: ${words}`)
    }
  }
}

async function passed(exchange: Exchange, settings: Settings, to: string, done: () => void): ReturnType<Handler> {
  const { sys } = exchange
  if (settings.transport?.tls) throw new HandlerError(502, 'upstreams by TLS are not supported here')
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
      done,
    },
  )
  if (!answer) return undefined
  const own = new HeaderMap(answer.headers ?? [])
  own.append('Via', '1.1 Caddy')
  if (settings.headers?.response) changeFields(own, settings.headers.response, exchange)
  return { ...answer, headers: [...own] }
}
