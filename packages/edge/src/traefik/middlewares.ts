import { gzip } from '@drydock/codec'
import { HeaderMap, reasonPhrase, type ServerRequest, type ServerResponse } from '@drydock/http'
import { wholeOf } from '../whole-body.ts'
import { type DynamicConfig, list, type MiddlewareConfig, qualified } from './dynamic-config.ts'
import { changeHeaders } from './header-options.ts'
import { type Limits, sourceOf } from './rate-limit.ts'
import { inNetwork } from './rule.ts'

/** A request on its way to a service: what middlewares change. */
export interface Passing {
  readonly request: ServerRequest
  /** Path and query. */
  target: string
  readonly headers: Map<string, string>
  /** Fields that do not go on. */
  readonly dropped: Set<string>
  /** Fields that the answer gets. */
  readonly answerHeaders: Map<string, string>
  /** What changes the whole answer; the last one first. */
  readonly afterwards: ((answer: ServerResponse) => Promise<ServerResponse>)[]
  /** How often the service is tried. */
  attempts: number
  readonly host: string
  readonly secure: boolean
  readonly clientAddress: string
  readonly nowMs: number
  readonly limits: Limits
  readonly authorised: (users: readonly string[]) => Promise<string | undefined>
  readonly readFile: (path: string) => Promise<string>
  /** Asks another server. @returns undefined when it cannot be had */
  readonly ask: (
    url: string,
    headers: readonly (readonly [string, string])[],
  ) => Promise<{ readonly status: number; readonly headers: HeaderMap; readonly body: Uint8Array } | undefined>
  /** Asks a service of the configuration by GET. */
  readonly askService: (service: string, target: string) => Promise<ServerResponse | undefined>
}

type Options = ReadonlyMap<string, string>

/** @param name the middleware's own, with its provider @returns an answer that ends the way, or nothing */
type Middleware = (
  passing: Passing,
  options: Options,
  name: string,
) => ServerResponse | undefined | Promise<ServerResponse | undefined>

const plain = (status: number, headers: readonly (readonly [string, string])[] = []): ServerResponse => ({
  status,
  headers: [...headers, ['Content-Type', 'text/plain; charset=utf-8']],
  body: reasonPhrase(status),
})

/** Other methods than GET are to stay what they are: 307 and 308. */
export const redirect = (to: string, permanent: boolean, method: string): ServerResponse =>
  plain(method === 'GET' ? (permanent ? 301 : 302) : permanent ? 308 : 307, [['Location', to]])

const pathOf = (target: string): string => target.split('?')[0] ?? ''
const withPath = (target: string, path: string): string =>
  path + (target.includes('?') ? target.slice(target.indexOf('?')) : '')

function stripped(passing: Passing, prefix: string): void {
  const rest = pathOf(passing.target).slice(prefix.length)
  passing.target = withPath(passing.target, rest.startsWith('/') ? rest : `/${rest}`)
  passing.headers.set('X-Forwarded-Prefix', prefix)
}

/** Go's `$1` and `${name}`. */
const replacement = (text: string): string =>
  text.replace(/\$\{(\w+)\}/g, (_, name: string) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`))

const allowList: Middleware = ({ clientAddress, request }, options) => {
  const depth = Number(options.get('ipstrategy.depth') ?? 0)
  const forwarded = request.headers.getAll('x-forwarded-for').flatMap((value) => value.split(/,\s*/))
  const address = depth > 0 ? (forwarded.at(-depth) ?? '') : clientAddress
  if (list(options.get('sourcerange')).some((each) => inNetwork(each, address))) return undefined
  return plain(Number(options.get('rejectstatuscode') ?? 403))
}

const unauthorized = (kind: string, realm: string): ServerResponse => ({
  status: 401,
  headers: [
    ['Content-Type', 'text/plain'],
    ['Www-Authenticate', `${kind} realm="${realm}"`],
  ],
  body: '401 Unauthorized\n',
})

const basicAuth: Middleware = async (passing, options) => {
  const file = options.get('usersfile')
  const written = file === undefined ? '' : await passing.readFile(file)
  const users = [...list(options.get('users')), ...written.split('\n').filter((line) => line.includes(':'))]
  const user = await passing.authorised(users)
  if (user === undefined) return unauthorized('Basic', options.get('realm') ?? 'traefik')
  const field = options.get('headerfield')
  if (field !== undefined) passing.headers.set(field, user)
  if (options.get('removeheader') === 'true') passing.dropped.add('authorization')
  return undefined
}

/** Another server decides; what it refuses with is the answer. */
const forwardAuth: Middleware = async (passing, options) => {
  const { request, target, headers, secure, host } = passing
  const asked = list(options.get('authrequestheaders')).map((each) => each.toLowerCase())
  const kept = [...request.headers].filter(
    ([name]) =>
      !['host', 'content-length', 'transfer-encoding'].includes(name.toLowerCase()) &&
      (asked.length === 0 || asked.includes(name.toLowerCase())),
  )
  const found = await passing.ask(options.get('address') ?? '', [
    ...kept,
    ['X-Forwarded-Method', request.method],
    ['X-Forwarded-Proto', secure ? 'https' : 'http'],
    ['X-Forwarded-Host', request.headers.get('host') ?? host],
    ['X-Forwarded-Uri', target],
    ['X-Forwarded-For', headers.get('X-Forwarded-For') ?? ''],
  ])
  if (!found) return plain(500)
  if (found.status < 200 || found.status >= 300)
    return {
      status: found.status,
      headers: [...found.headers].filter(([name]) => !/^(transfer-encoding|connection|content-length)$/i.test(name)),
      body: found.body,
    }
  for (const name of list(options.get('authresponseheaders'))) {
    const value = found.headers.get(name)
    if (value === undefined) passing.dropped.add(name.toLowerCase())
    else passing.headers.set(name, value)
  }
  return undefined
}

/** Bytes below which nothing is compressed. */
const LEAST_BYTES = 1024

const compress: Middleware = (passing, options) => {
  const { headers } = passing.request
  const accepts = (headers.get('accept-encoding') ?? '').split(/,\s*/).some((each) => /^(gzip|\*)\b/.test(each))
  if (!accepts || passing.request.method === 'HEAD') return undefined
  passing.afterwards.push(async (answer) => {
    const fields = new HeaderMap(answer.headers ?? [])
    const type = (fields.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
    const excluded = [...list(options.get('excludedcontenttypes')), 'application/grpc', 'text/event-stream']
    const length = fields.get('content-length')
    const least = Number(options.get('minresponsebodybytes') ?? LEAST_BYTES)
    if (fields.has('content-encoding') || excluded.includes(type) || answer.status === 304 || answer.status === 204)
      return answer
    if (length !== undefined && Number(length) < least) return answer
    const body = await wholeOf(answer.body)
    if (body.length < least) return { ...answer, body }
    fields.delete('content-length')
    fields.set('Content-Encoding', 'gzip')
    fields.append('Vary', 'Accept-Encoding')
    return { ...answer, headers: [...fields], body: gzip(body) }
  })
  return undefined
}

const isWithin = (ranges: readonly string[], status: number): boolean =>
  ranges.some((range) => {
    const [low = '', high = low] = range.split('-')
    return status >= Number(low) && status <= Number(high)
  })

/** The page of another service in place of an error's. */
const errors: Middleware = (passing, options) => {
  passing.afterwards.push(async (answer) => {
    if (!isWithin(list(options.get('status')), answer.status)) return answer
    const url = encodeURIComponent(passing.target)
    const target = (options.get('query') ?? '/').replaceAll('{status}', String(answer.status)).replaceAll('{url}', url)
    const page = await passing.askService(options.get('service') ?? '', target)
    return page ? { ...page, status: answer.status } : answer
  })
  return undefined
}

/** Middlewares that change nothing that is to be seen here. */
const untouched: Middleware = () => undefined

/** Traefik, "Middlewares". */
const MIDDLEWARES: Readonly<Record<string, Middleware>> = {
  stripprefix: (passing, options) => {
    const path = pathOf(passing.target)
    const prefix = list(options.get('prefixes')).find((each) => path.startsWith(each))
    if (prefix !== undefined) stripped(passing, prefix)
    return undefined
  },
  stripprefixregex: (passing, options) => {
    const path = pathOf(passing.target)
    const prefix = list(options.get('regex'))
      .map((each) => new RegExp(`^${each}`).exec(path)?.[0])
      .find((each) => each !== undefined)
    if (prefix !== undefined) stripped(passing, prefix)
    return undefined
  },
  addprefix: (passing, options) => void (passing.target = (options.get('prefix') ?? '') + passing.target),
  replacepath: (passing, options) => {
    passing.headers.set('X-Replaced-Path', pathOf(passing.target))
    passing.target = withPath(passing.target, options.get('path') ?? '/')
    return undefined
  },
  replacepathregex: (passing, options) => {
    const path = pathOf(passing.target)
    const changed = path.replace(
      new RegExp(options.get('regex') ?? '^$'),
      replacement(options.get('replacement') ?? ''),
    )
    if (changed !== path) passing.headers.set('X-Replaced-Path', path)
    passing.target = withPath(passing.target, changed)
    return undefined
  },
  redirectscheme: ({ host, target, secure, request }, options) => {
    const scheme = options.get('scheme') ?? 'https'
    const port = options.get('port')
    const usual = { http: '80', https: '443' }[scheme]
    const where = port === undefined || port === usual ? host : `${host}:${port}`
    return scheme === (secure ? 'https' : 'http')
      ? undefined
      : redirect(`${scheme}://${where}${target}`, options.get('permanent') === 'true', request.method)
  },
  redirectregex: ({ target, secure, request }, options) => {
    const url = `${secure ? 'https' : 'http'}://${request.headers.get('host') ?? ''}${target}`
    const pattern = new RegExp(options.get('regex') ?? '^$')
    const to = url.replace(pattern, replacement(options.get('replacement') ?? ''))
    return pattern.test(url) && to !== url
      ? redirect(to, options.get('permanent') === 'true', request.method)
      : undefined
  },
  headers: changeHeaders,
  basicauth: basicAuth,
  forwardauth: forwardAuth,
  ipallowlist: allowList,
  ipwhitelist: allowList,
  ratelimit: (passing, options, name) => {
    const waitMs = passing.limits.take(name, sourceOf(passing, options), options, passing.nowMs)
    if (waitMs === undefined) return undefined
    return plain(429, [
      ['Retry-After', String(Math.ceil(waitMs / 1000))],
      ['X-Retry-In', `${(waitMs / 1000).toFixed(3)}s`],
    ])
  },
  inflightreq: (passing, options, name) => {
    const leave = passing.limits.enter(name, sourceOf(passing, options), Number(options.get('amount') ?? 0))
    if (!leave) return plain(429)
    passing.afterwards.push(async (answer) => {
      leave()
      return answer
    })
    return undefined
  },
  retry: (passing, options) => void (passing.attempts = Math.max(1, Number(options.get('attempts') ?? 1))),
  compress,
  errors,
  buffering: ({ request }, options) => {
    const most = Number(options.get('maxrequestbodybytes') ?? 0)
    return most > 0 && Number(request.headers.get('content-length') ?? 0) > most ? plain(413) : undefined
  },
  circuitbreaker: untouched,
  contenttype: untouched,
  grpcweb: untouched,
  passtlsclientcert: untouched,
}

/** What is not carried out here is said aloud, as a middleware that is none. */
export const isKnownMiddleware = ({ kind }: MiddlewareConfig): boolean =>
  kind === 'chain' || Object.hasOwn(MIDDLEWARES, kind)

/** Runs a router's middlewares in their order. @returns an answer that one of them gives */
export async function runMiddlewares(
  passing: Passing,
  names: readonly string[],
  config: DynamicConfig,
  provider: string,
): Promise<ServerResponse | undefined> {
  for (const name of names) {
    const full = qualified(name, provider)
    const middleware = config.middlewares.get(full)
    if (!middleware)
      return { status: 404, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: '404 page not found\n' }
    const { kind, options } = middleware
    const answer =
      kind === 'chain'
        ? await runMiddlewares(passing, list(options.get('middlewares')), config, full.split('@')[1] ?? provider)
        : await MIDDLEWARES[kind]?.(passing, options, full)
    if (answer) return answer
  }
  return undefined
}
