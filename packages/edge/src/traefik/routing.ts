import { ETIMEDOUT, inet, type Sys } from '@drydock/abi'
import { decodeBase64, encodeBase64, Hash } from '@drydock/codec'
import { bcryptFits, md5Crypt } from '@drydock/crypto'
import { request as ask, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, readTextIfAny, ResolveError, resolveHost } from '@drydock/libc'
import { forward, isUnreachable, passedFields } from '../forward.ts'
import { type DynamicConfig, EMPTY, qualified, type RouterConfig, type ServiceConfig } from './dynamic-config.ts'
import type { EntryPoint } from './flags.ts'
import type { Health } from './health.ts'
import { isKnownMiddleware, type Passing, runMiddlewares } from './middlewares.ts'
import { Limits } from './rate-limit.ts'
import { type Asked, type Matches, parseRule, RuleError, type Syntax } from './rule.ts'

interface Route {
  readonly name: string
  readonly provider: string
  readonly router: RouterConfig
  readonly matches: Matches
  readonly priority: number
}

const plain = (status: number, body: string): ServerResponse => ({
  status,
  headers: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
  ],
  body,
})
export const NOT_FOUND = plain(404, '404 page not found\n')

/** What one request came to, for the access log. */
export interface Served {
  readonly response: ServerResponse | undefined
  readonly router: string
  readonly server: string
  readonly service: string | undefined
}

/** Answers of Traefik's own services: `api@internal`, `dashboard@internal`, `ping@internal`. */
export type Internal = (request: ServerRequest, service: string) => ServerResponse

/** How an entry point's requests are taken. */
export interface Arrived {
  readonly entryPoint: EntryPoint
  /** `address:port` of the client. */
  readonly remote: string
  readonly secure: boolean
}

/** Sends requests where the configuration of the moment says. */
export class Routing {
  config: DynamicConfig = EMPTY
  /** Why routers and middlewares are out of use, by their names. */
  readonly problems = new Map<string, string>()
  readonly health: Health
  private readonly sys: Sys
  private readonly syntax: Syntax
  private readonly limits = new Limits()
  private routes: readonly Route[] = []
  private readonly turns = new Map<string, number>()
  private readonly shares = new Map<string, number>()

  constructor(sys: Sys, syntax: Syntax, health: Health) {
    this.sys = sys
    this.syntax = syntax
    this.health = health
  }

  /** Takes a new configuration; rules are read once, the longest first. */
  use(config: DynamicConfig): void {
    this.config = config
    this.problems.clear()
    this.health.use(config.services)
    for (const [name, each] of config.middlewares)
      if (!isKnownMiddleware(each))
        this.problems.set(
          name,
          `invalid middleware "${name}" configuration: invalid middleware type or middleware does not exist`,
        )
    this.routes = [...config.routers]
      .flatMap(([name, router]) => this.route(name, router))
      .toSorted((a, b) => b.priority - a.priority)
  }

  private route(name: string, router: RouterConfig): Route[] {
    const provider = name.split('@')[1] ?? ''
    try {
      const matches = parseRule(
        router.rule,
        router.syntax === 'v2' || router.syntax === 'v3' ? router.syntax : this.syntax,
      )
      const problem = this.problemOf(router, provider)
      if (problem !== undefined) this.problems.set(name, problem)
      return problem === undefined
        ? [{ name, provider, router, matches, priority: router.priority || router.rule.length }]
        : []
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      this.problems.set(name, error.message)
      return []
    }
  }

  private problemOf({ service, middlewares }: RouterConfig, provider: string): string | undefined {
    if (!this.config.services.has(service) && !service.endsWith('@internal'))
      return `the service "${service}" does not exist`
    for (const each of middlewares) {
      const full = qualified(each, provider)
      if (!this.config.middlewares.has(full)) return `middleware "${full}" does not exist`
      const own = this.problems.get(full)
      if (own !== undefined) return own
    }
    return undefined
  }

  /** Whether any router of the entry point wants TLS. */
  wantsTls({ name, tls }: EntryPoint): boolean {
    return tls || this.routes.some(({ router }) => router.tls && this.isAt(router, name))
  }

  private isAt({ entryPoints }: RouterConfig, name: string): boolean {
    return entryPoints.length === 0 ? name !== 'traefik' : entryPoints.includes(name)
  }

  async serve(request: ServerRequest, arrived: Arrived, internal: Internal): Promise<Served> {
    const { entryPoint, secure } = arrived
    const asked: Asked = {
      request,
      host: (request.headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase(),
      clientAddress: arrived.remote.replace(/:\d+$/, ''),
    }
    const route = this.routes.find(
      ({ router, matches }) =>
        this.isAt(router, entryPoint.name) && (router.tls || entryPoint.tls) === secure && matches(asked),
    )
    if (!route) return { response: NOT_FOUND, router: '-', server: '-', service: undefined }
    const passing = this.passing(asked, arrived)
    const names = [...entryPoint.middlewares, ...route.router.middlewares]
    const early = await runMiddlewares(passing, names, this.config, route.provider)
    const served = early
      ? { response: early, router: route.name, server: '-', service: undefined }
      : route.router.service.endsWith('@internal')
        ? { response: internal(request, route.router.service), router: route.name, server: '-', service: undefined }
        : await this.toService(passing, route.router.service, route.name)
    return { ...served, response: served.response && (await finished(served.response, passing)) }
  }

  private passing({ request, host, clientAddress }: Asked, { entryPoint, secure }: Arrived): Passing {
    const forwarded = [...request.headers.getAll('x-forwarded-for'), clientAddress].join(', ')
    const { sys, limits } = this
    return {
      ...{ request, host, secure, clientAddress, limits, target: request.target, attempts: 1 },
      ...{ nowMs: sys.clock.monotonic(), dropped: new Set<string>(), answerHeaders: new Map<string, string>() },
      afterwards: [],
      headers: new Map([
        ['X-Forwarded-For', forwarded],
        ['X-Forwarded-Host', request.headers.get('host') ?? ''],
        ['X-Forwarded-Port', String(entryPoint.port)],
        ['X-Forwarded-Proto', secure ? 'https' : 'http'],
        ['X-Forwarded-Server', sys.uname().nodename],
        ['X-Real-Ip', clientAddress],
      ]),
      authorised: (users) => authorised(sys, request, users),
      readFile: (path) => readTextIfAny(sys, path),
      ask: (url, headers) => askUrl(sys, url, headers),
      askService: (service, target) => this.askService(service, target),
    }
  }

  private async askService(service: string, target: string): Promise<ServerResponse | undefined> {
    const name = [...this.config.services.keys()].find(
      (each) => each === service || each.split('@')[0] === service.split('@')[0],
    )
    const [server] = (name === undefined ? undefined : this.config.services.get(name)?.servers) ?? []
    if (server === undefined) return undefined
    const found = await askUrl(this.sys, new URL(target, server).href, [])
    if (!found) return undefined
    const headers = [...found.headers].filter(
      ([field]) => !/^(transfer-encoding|connection|content-length)$/i.test(field),
    )
    return { status: found.status, headers, body: found.body }
  }

  private async toService(passing: Passing, wanted: string, router: string): Promise<Served> {
    const name = this.leafOf(wanted)
    const service = this.config.services.get(name)
    const up = service?.servers.filter((server) => this.health.isUp(server)) ?? []
    if (!service || up.length === 0) {
      const response = plain(503, 'no available server\n')
      return { response, router, server: '-', service: wanted }
    }
    let server = this.choose(name, service, up, passing.request)
    for (let attempt = 1; ; attempt++)
      try {
        const response = await forward(this.sys, passing.request, this.way(passing, service, server))
        return { response: response && answered(response, passing, service, server), router, server, service: name }
      } catch (error) {
        if (!isUnreachable(error)) throw error
        const body = error === ETIMEDOUT ? 'Gateway Timeout' : 'Bad Gateway'
        if (attempt >= passing.attempts || !passing.request.body.ended)
          return { response: plain(error === ETIMEDOUT ? 504 : 502, body), router, server, service: name }
        server = this.choose(name, service, up, passing.request)
      }
  }

  private way(passing: Passing, service: ServiceConfig, server: string) {
    const url = new URL(server)
    const own = new Set([...passing.headers.keys()].map((each) => each.toLowerCase()))
    const fields = passedFields(passing.request).filter(
      ([each]) => !own.has(each.toLowerCase()) && !passing.dropped.has(each.toLowerCase()),
    )
    const host: [string, string][] = service.passHostHeader ? [] : [['Host', url.host]]
    const kept = service.passHostHeader ? fields : fields.filter(([each]) => each.toLowerCase() !== 'host')
    const secure = url.protocol === 'https:'
    return {
      to: `${url.hostname}:${url.port || (secure ? 443 : 80)}`,
      target: passing.target,
      headers: [...host, ...kept, ...[...passing.headers].filter(([, value]) => value !== '')],
      ...(secure ? { tls: { name: url.hostname, insecure: true } } : {}),
    }
  }

  /** Of a weighted service the one whose turn it is. */
  private leafOf(name: string, depth = 0): string {
    const shares = this.config.services.get(name)?.shares ?? []
    if (shares.length === 0 || depth > MOST_NESTED) return name
    const total = shares.reduce((sum, { weight }) => sum + weight, 0)
    let best = shares[0]
    for (const share of shares) {
      const key = `${name} ${share.name}`
      this.shares.set(key, (this.shares.get(key) ?? 0) + share.weight)
      if (best && (this.shares.get(key) ?? 0) > (this.shares.get(`${name} ${best.name}`) ?? 0)) best = share
    }
    if (!best) return name
    const key = `${name} ${best.name}`
    this.shares.set(key, (this.shares.get(key) ?? 0) - total)
    return this.leafOf(best.name, depth + 1)
  }

  /** By turns, unless a cookie names one. */
  private choose(name: string, { sticky }: ServiceConfig, servers: readonly string[], request: ServerRequest): string {
    const cookie =
      sticky === undefined
        ? undefined
        : new RegExp(`(?:^|;\\s*)${sticky.name}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1]
    const held = servers.find((server) => stickyValue(server) === cookie)
    if (held !== undefined) return held
    const turn = this.turns.get(name) ?? 0
    this.turns.set(name, turn + 1)
    return servers[turn % servers.length] ?? ''
  }
}

/** Services within services, before one is taken for a circle. */
const MOST_NESTED = 10

/** What middlewares make of the whole answer. */
async function finished(response: ServerResponse, { afterwards }: Passing): Promise<ServerResponse> {
  let answer = response
  for (const change of afterwards.toReversed()) answer = await change(answer)
  return answer
}

function answered(
  response: ServerResponse,
  { answerHeaders, request }: Passing,
  { sticky }: ServiceConfig,
  server: string,
): ServerResponse {
  const changed = new Set([...answerHeaders.keys()].map((each) => each.toLowerCase()))
  const kept = [...((response.headers ?? []) as Iterable<readonly [string, string]>)].filter(
    ([name]) => !changed.has(name.toLowerCase()),
  )
  const value = stickyValue(server)
  const isHeld = sticky !== undefined && (request.headers.get('cookie') ?? '').includes(`${sticky.name}=${value}`)
  const cookie: [string, string][] =
    sticky === undefined || isHeld ? [] : [['Set-Cookie', `${sticky.name}=${value}${sticky.attributes}`]]
  return { ...response, headers: [...kept, ...cookie, ...[...answerHeaders].filter(([, text]) => text !== '')] }
}

/** As much of another server's answer is read. Bytes. */
const MOST_ANSWER = 4 << 20

async function askUrl(sys: Sys, address: string, headers: readonly (readonly [string, string])[]) {
  try {
    const url = new URL(address)
    const [host = url.hostname] = await resolveHost(sys, url.hostname)
    const stream = await dial(sys, inet(host, Number(url.port) || 80))
    try {
      const fields: (readonly [string, string])[] = [['Host', url.host], ...headers]
      const response = await ask(stream, { target: url.pathname + url.search, headers: fields })
      return { status: response.status, headers: response.headers, body: await response.body.readAll(MOST_ANSWER) }
    } finally {
      stream.close()
    }
  } catch (error) {
    if (isUnreachable(error) || error instanceof ResolveError || error instanceof TypeError) return undefined
    throw error
  }
}

const stickyValue = (server: string): string => new Hash('sha256').update(server).digestHex().slice(0, 16)

/** Users as htpasswd writes them. @returns the user's name */
async function authorised(sys: Sys, { headers }: ServerRequest, users: readonly string[]): Promise<string | undefined> {
  const given = decodeBase64(/^basic (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '')
  const [name = '', password = ''] = new TextDecoder().decode(given ?? new Uint8Array()).split(/:(.*)/s)
  const stored = users.find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1)
  if (stored === undefined || name === '') return undefined
  return (await fits(sys, password, stored)) ? name : undefined
}

async function fits(sys: Sys, password: string, stored: string): Promise<boolean> {
  if (stored.startsWith('$2')) return bcryptFits(password, stored, () => sys.tick())
  if (stored.startsWith('$apr1$')) return md5Crypt(password, stored.split('$')[2] ?? '', '$apr1$') === stored
  return stored === `{SHA}${encodeBase64(new Hash('sha1').update(password).digest())}`
}
