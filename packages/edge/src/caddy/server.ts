import { type ByteStream, isErrno, type Sys } from '@drydock/abi'
import { HeaderMap, serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import type { FdStream } from '@drydock/libc'
import { acceptAll, openPort } from '../http-server.ts'
import { unknownMatchers } from './conditions.ts'
import type { CaddyConfig, HttpServer } from './config.ts'
import { Abort, Exchange, HandlerError, type Handler } from './exchange.ts'
import { makeHandler } from './handlers.ts'
import { Certificates, redirectsFor, securedHosts } from './https.ts'
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
  private readonly certificates: Certificates
  private byListen = new Map<string, Running>()
  current: CaddyConfig = {}

  /** @param data where certificates are kept, as XDG_DATA_HOME has it */
  constructor(sys: Sys, journal: Journal, data: string) {
    this.sys = sys
    this.journal = journal
    this.certificates = new Certificates(sys, journal, data)
  }

  /** Takes a configuration over, from the first request on; what is open already stays open. @throws ConfigError, Errno */
  async load(config: CaddyConfig): Promise<void> {
    const wanted = withRedirects(config.apps?.http?.servers ?? {})
    const servers = Object.entries(wanted).map(([name, each]) => compiled(name, each))
    const next = new Map(servers.flatMap((server) => (server.config.listen ?? []).map((listen) => [listen, server])))
    for (const { name, config: server } of servers) await this.tellOfHttps(name, server)
    for (const listen of next.keys()) if (!this.sockets.has(listen)) this.sockets.set(listen, this.open(listen))
    await this.certificates.prepare(config, Object.values(wanted))
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

  private async tellOfHttps(name: string, server: HttpServer): Promise<void> {
    if (server.automatic_https?.disable || name === REDIRECTS) return
    if ((server.listen ?? []).every((each) => each.endsWith(`:${HTTP_PORT}`)))
      await this.journal.tell(
        'warn',
        'http.auto_https',
        'server is listening only on the HTTP port, so no automatic HTTPS will be applied to this server',
        { server_name: name, http_port: HTTP_PORT },
      )
    else if (securedHosts(server).length > 0 && !server.automatic_https?.disable_redirects)
      await this.journal.tell('info', 'http.auto_https', 'enabling automatic HTTP->HTTPS redirects', {
        server_name: name,
      })
  }

  private serve(listen: string): void {
    const socket = this.sockets.get(listen)
    if (socket !== undefined)
      void acceptAll(this.sys, socket, (stream, remote) => this.converse(listen, stream, remote))
  }

  private async converse(listen: string, raw: FdStream, remote: string): Promise<void> {
    const server = this.byListen.get(listen)
    const secure = server !== undefined && securedHosts(server.config).length > 0
    try {
      const stream = secure ? await this.secured(raw) : raw
      if (!stream || !server) return
      const now = (): number => this.sys.clock.now()
      // What is loaded later counts for later requests of the connection, too.
      await serveConnection(
        stream,
        (request) => this.answer(this.byListen.get(listen) ?? server, request, remote, secure),
        { now },
      )
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      // TLS says its goodbye first, and closes the connection then.
      if (!secure) raw.close()
    }
  }

  /** @returns undefined when the client and TLS do not get on */
  private async secured(raw: FdStream): Promise<ByteStream | undefined> {
    const { acceptTls, TlsError } = await import('@drydock/tls')
    try {
      return await acceptTls(raw, this.certificates.choose, (length) => this.sys.entropy.bytes(length))
    } catch (error) {
      raw.close()
      if (!(error instanceof TlsError)) throw error
      await this.journal.tell('debug', 'http.stdlib', `http: TLS handshake error: ${error.message}`)
      return undefined
    }
  }

  private async answer(
    server: Running,
    request: ServerRequest,
    remote: string,
    secure: boolean,
  ): Promise<ServerResponse | undefined> {
    const startedMs = this.sys.clock.monotonic()
    const exchange = new Exchange(this.sys, request, remote, secure)
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

const REDIRECTS = 'remaining_auto_https_redirects'

/** Servers with the redirects that go with certificates: with the server in clear where there is one, else with one of their own. */
function withRedirects(servers: Readonly<Record<string, HttpServer>>): Readonly<Record<string, HttpServer>> {
  const redirect = redirectsFor(Object.values(servers))
  if (!redirect) return servers
  const clear = Object.entries(servers).find(([, { listen }]) => listen?.some((each) => each.endsWith(`:${HTTP_PORT}`)))
  if (!clear) return { ...servers, [REDIRECTS]: { listen: [`:${HTTP_PORT}`], routes: [redirect] } }
  const [name, server] = clear
  return { ...servers, [name]: { ...server, routes: [...(server.routes ?? []), redirect] } }
}
