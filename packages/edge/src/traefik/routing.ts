import type { Sys } from '@drydock/abi'
import { decodeBase64, encodeBase64, Hash } from '@drydock/codec'
import { bcryptFits, md5Crypt } from '@drydock/crypto'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { forward, isUnreachable, passedFields } from '../forward.ts'
import { type DynamicConfig, EMPTY, type RouterConfig, type ServiceConfig } from './dynamic-config.ts'
import { isKnownMiddleware, type Passing, runMiddlewares } from './middlewares.ts'
import { type Asked, type Matches, parseRule, RuleError } from './rule.ts'

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
}

/** Sends requests where the configuration of the moment says. */
export class Routing {
  config: DynamicConfig = EMPTY
  /** Why routers are out of use, by their names. */
  readonly problems = new Map<string, string>()
  private readonly sys: Sys
  private routes: readonly Route[] = []
  private readonly turns = new Map<string, number>()

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** Takes a new configuration; rules are read once, the longest first. */
  use(config: DynamicConfig): void {
    this.config = config
    this.problems.clear()
    this.routes = [...config.routers]
      .flatMap(([name, router]) => this.route(name, router))
      .toSorted((a, b) => b.priority - a.priority)
  }

  private route(name: string, router: RouterConfig): Route[] {
    const provider = name.split('@')[1] ?? ''
    const missing = router.middlewares.find(
      (each) => !this.config.middlewares.has(each.includes('@') ? each : `${each}@${provider}`),
    )
    try {
      const matches = parseRule(router.rule)
      if (!this.config.services.has(router.service))
        this.problems.set(name, `the service "${router.service}" does not exist`)
      else if (missing !== undefined) this.problems.set(name, `middleware "${missing}@${provider}" does not exist`)
      const unknown = [...this.config.middlewares].find(([, each]) => !isKnownMiddleware(each))
      if (unknown)
        this.problems.set(
          unknown[0],
          `invalid middleware "${unknown[0]}" configuration: invalid middleware type or middleware does not exist`,
        )
      if (this.problems.has(name)) return []
      return [{ name, provider, router, matches, priority: router.priority || router.rule.length }]
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      this.problems.set(name, error.message)
      return []
    }
  }

  /** @param entryPoint where it came in @param port of that */
  async serve(request: ServerRequest, remote: string, entryPoint: string, port: number): Promise<Served> {
    const asked: Asked = {
      request,
      host: (request.headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase(),
      clientAddress: remote.replace(/:\d+$/, ''),
    }
    const route = this.routes.find(
      ({ router, matches }) =>
        (router.entryPoints.length === 0 ? entryPoint !== 'traefik' : router.entryPoints.includes(entryPoint)) &&
        matches(asked),
    )
    if (!route) return { response: NOT_FOUND, router: '-', server: '-' }
    const passing = this.passing(asked, port)
    const early = await runMiddlewares(passing, route.router.middlewares, this.config, route.provider)
    if (early) return { response: early, router: route.name, server: '-' }
    return this.toService(passing, route)
  }

  private passing({ request, host, clientAddress }: Asked, port: number): Passing {
    const forwarded = [...request.headers.getAll('x-forwarded-for'), clientAddress].join(', ')
    return {
      request,
      host,
      target: request.target,
      headers: new Map([
        ['X-Forwarded-For', forwarded],
        ['X-Forwarded-Host', request.headers.get('host') ?? ''],
        ['X-Forwarded-Port', String(port)],
        ['X-Forwarded-Proto', 'http'],
        ['X-Forwarded-Server', this.sys.uname().nodename],
        ['X-Real-Ip', clientAddress],
      ]),
      answerHeaders: new Map(),
      authorised: (users) => authorised(this.sys, request, users),
    }
  }

  private async toService(passing: Passing, { name, router }: Route): Promise<Served> {
    const service = this.config.services.get(router.service)
    if (!service || service.servers.length === 0)
      return { response: plain(503, 'no available server\n'), router: name, server: '-' }
    const server = this.choose(router.service, service, passing.request)
    const url = new URL(server)
    const own = new Set([...passing.headers.keys()].map((each) => each.toLowerCase()))
    const fields = passedFields(passing.request).filter(([each]) => !own.has(each.toLowerCase()))
    const host: [string, string][] = service.passHostHeader ? [] : [['Host', url.host]]
    const kept = service.passHostHeader ? fields : fields.filter(([each]) => each.toLowerCase() !== 'host')
    try {
      const response = await forward(this.sys, passing.request, {
        to: `${url.hostname}:${url.port || 80}`,
        target: passing.target,
        headers: [...host, ...kept, ...[...passing.headers].filter(([, value]) => value !== '')],
      })
      return { response: response && this.answered(response, passing, service, server), router: name, server }
    } catch (error) {
      if (!isUnreachable(error)) throw error
      return { response: plain(502, 'Bad Gateway'), router: name, server }
    }
  }

  private answered(
    response: ServerResponse,
    { answerHeaders }: Passing,
    { sticky }: ServiceConfig,
    server: string,
  ): ServerResponse {
    const changed = new Set([...answerHeaders.keys()].map((each) => each.toLowerCase()))
    const kept = [...((response.headers ?? []) as Iterable<readonly [string, string]>)].filter(
      ([name]) => !changed.has(name.toLowerCase()),
    )
    const cookie: [string, string][] =
      sticky === undefined ? [] : [['Set-Cookie', `${sticky}=${stickyValue(server)}; Path=/`]]
    return { ...response, headers: [...kept, ...cookie, ...[...answerHeaders].filter(([, value]) => value !== '')] }
  }

  /** By turns, unless a cookie names one. */
  private choose(name: string, { servers, sticky }: ServiceConfig, request: ServerRequest): string {
    const cookie =
      sticky === undefined
        ? undefined
        : new RegExp(`(?:^|;\\s*)${sticky}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1]
    const held = servers.find((server) => stickyValue(server) === cookie)
    if (held !== undefined) return held
    const turn = this.turns.get(name) ?? 0
    this.turns.set(name, turn + 1)
    return servers[turn % servers.length] ?? ''
  }
}

const stickyValue = (server: string): string => new Hash('sha256').update(server).digestHex().slice(0, 16)

/** Users as htpasswd writes them. */
async function authorised(sys: Sys, { headers }: ServerRequest, users: readonly string[]): Promise<boolean> {
  const given = decodeBase64(/^basic (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '')
  const [name = '', password = ''] = new TextDecoder().decode(given ?? new Uint8Array()).split(/:(.*)/s)
  const stored = users.find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1)
  if (stored === undefined || name === '') return false
  if (stored.startsWith('$2')) return bcryptFits(password, stored, () => sys.tick())
  if (stored.startsWith('$apr1$')) return md5Crypt(password, stored.split('$')[2] ?? '', '$apr1$') === stored
  return stored === `{SHA}${encodeBase64(new Hash('sha1').update(password).digest())}`
}
