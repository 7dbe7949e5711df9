import { isErrno, type Sys } from '@drydock/abi'
import { HeaderMap, type ServerRequest, type ServerResponse } from '@drydock/http'
import { openPort, serveHttp } from '../http-server.ts'
import { unknownMatchers } from './conditions.ts'
import type { CaddyConfig, HttpServer, Route } from './config.ts'
import { Abort, Exchange, HandlerError, type Handler } from './exchange.ts'
import { makeHandler } from './handlers.ts'
import type { Journal } from './journal.ts'
import { compiledRoutes } from './routes.ts'

/** A configuration that cannot be carried out. */
export class ConfigError extends Error {}

interface Running {
  readonly name: string
  readonly config: HttpServer
  readonly routes: Handler
  readonly errors: Handler | undefined
}

const HTTP_PORT = 80

/** Listens where the configuration says, and answers by its routes. */
export class CaddyServers {
  private readonly sys: Sys
  private readonly journal: Journal
  private readonly sockets = new Map<string, number>()
  private byListen = new Map<string, Running>()
  current: CaddyConfig = {}

  constructor(sys: Sys, journal: Journal) {
    this.sys = sys
    this.journal = journal
  }

  /** Takes a configuration over, from the first request on; what is open already stays open. @throws ConfigError, Errno */
  async load(config: CaddyConfig): Promise<void> {
    const servers = Object.entries(config.apps?.http?.servers ?? {}).map(([name, each]) => compiled(name, each))
    const next = new Map(servers.flatMap((server) => (server.config.listen ?? []).map((listen) => [listen, server])))
    for (const [listen, { name, config: server }] of next) {
      await this.tellOfHttps(name, server)
      if (!this.sockets.has(listen)) this.sockets.set(listen, this.open(listen))
    }
    for (const [listen, socket] of this.sockets)
      if (!next.has(listen)) {
        this.sys.close(socket)
        this.sockets.delete(listen)
      }
    const fresh = [...next].filter(([listen]) => !this.byListen.has(listen))
    this.byListen = next
    this.current = config
    for (const { name } of servers)
      await this.journal.tell('info', 'http.log', 'server running', { name, protocols: ['h1', 'h2', 'h3'] })
    for (const [listen] of fresh) this.serve(listen)
  }

  /** Whether it could be taken over. @throws ConfigError */
  check(config: CaddyConfig): void {
    for (const [name, server] of Object.entries(config.apps?.http?.servers ?? {})) compiled(name, server)
  }

  private open(listen: string): number {
    const [, host = '', port = ''] = /^(?:tcp\/)?(.*):(\d+)$/.exec(listen) ?? []
    try {
      return openPort(this.sys, Number(port), host === '' || host === 'localhost' ? '::' : host)
    } catch (error) {
      if (!isErrno(error)) throw error
      const words = error.message.charAt(0).toLowerCase() + error.message.slice(1)
      throw new ConfigError(
        `loading new config: http app module: start: listening on ${listen}: listen tcp ${listen}: bind: ${words}`,
      )
    }
  }

  private async tellOfHttps(name: string, { listen = [], automatic_https, routes = [] }: HttpServer): Promise<void> {
    if (automatic_https?.disable) return
    if (listen.every((each) => each.endsWith(`:${HTTP_PORT}`)))
      return this.journal.tell(
        'warn',
        'http.auto_https',
        'server is listening only on the HTTP port, so no automatic HTTPS will be applied to this server',
        { server_name: name, http_port: HTTP_PORT },
      )
    const hosts = hostsOf(routes).filter((host) => !automatic_https?.skip?.includes(host))
    if (hosts.length > 0)
      await this.journal.tell(
        'error',
        'tls.obtain',
        'certificates are not made in this playground: HTTP is served here in clear',
        {
          server_name: name,
          identifiers: hosts,
        },
      )
  }

  private serve(listen: string): void {
    const socket = this.sockets.get(listen)
    if (socket === undefined) return
    void serveHttp(this.sys, socket, (request, remote) => {
      const server = this.byListen.get(listen)
      return server ? this.answer(server, request, remote) : Promise.resolve({ status: 404 })
    })
  }

  private async answer(server: Running, request: ServerRequest, remote: string): Promise<ServerResponse | undefined> {
    const startedMs = this.sys.clock.monotonic()
    const exchange = new Exchange(this.sys, request, remote, false)
    const answer = await this.outcome(server, exchange, startedMs)
    if (!answer) {
      request.hijack().close()
      return undefined
    }
    const fields = new HeaderMap([...exchange.fields])
    for (const [name] of new HeaderMap(answer.headers ?? [])) fields.delete(name)
    for (const [name, value] of new HeaderMap(answer.headers ?? [])) fields.append(name, value)
    for (const change of exchange.deferred.toReversed()) change(fields)
    if (server.config.logs)
      await this.journal.access(exchange, answer.status, sizeOf(answer, fields), startedMs, fields)
    return { ...answer, headers: [...fields] }
  }

  /** @returns undefined where the connection is to be dropped */
  private async outcome(server: Running, exchange: Exchange, startedMs: number): Promise<ServerResponse | undefined> {
    const end = async (): Promise<ServerResponse> => ({ status: exchange.error?.status ?? 200, body: '' })
    try {
      return await server.routes(exchange, end)
    } catch (error) {
      if (error instanceof Abort) return undefined
      if (!(error instanceof HandlerError)) throw error
      if (error.message !== '' && error.status >= 500)
        await this.journal.failure(exchange, error.status, error.message, startedMs)
      exchange.error = error
    }
    try {
      return server.errors ? await server.errors(exchange, end) : await end()
    } catch (error) {
      if (error instanceof HandlerError) return { status: error.status, body: '' }
      throw error
    }
  }
}

const sizeOf = ({ body }: ServerResponse, fields: HeaderMap): number =>
  typeof body === 'string' ? new TextEncoder().encode(body).length : Number(fields.get('content-length') ?? 0)

function compiled(name: string, config: HttpServer): Running {
  const routes = [...(config.routes ?? []), ...(config.errors?.routes ?? [])]
  const [unknown] = unknownMatchers(routes.flatMap(({ match }) => match ?? []))
  if (unknown !== undefined)
    throw new ConfigError(
      `loading http app module: provision http: server ${name}: the matcher ${unknown} is not supported here`,
    )
  try {
    return {
      name,
      config,
      routes: compiledRoutes(config.routes ?? [], makeHandler),
      errors: config.errors?.routes && compiledRoutes(config.errors.routes, makeHandler),
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new ConfigError(
      `loading http app module: provision http: server ${name}: setting up route handlers: ${error.message}`,
    )
  }
}

/** Names that the routes of a server ask for. */
export const hostsOf = (routes: readonly Route[]): readonly string[] =>
  routes.flatMap(({ match }) => (match ?? []).flatMap(({ host }) => (host as readonly string[] | undefined) ?? []))
