import { isErrno, type Process, type Program, SIGINT, SIGTERM, type Sys } from '@drydock/abi'
import { ApiError, ConnectionError, type DockerClient } from '@drydock/docker-api'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { readTextFile, Stdio } from '@drydock/libc'
import { parse } from 'yaml'
import { openPort, serveHttp } from '../http-server.ts'
import { Api } from './api.ts'
import { dockerClient, readContainers } from './docker-provider.ts'
import { type DynamicConfig, EMPTY, merged } from './dynamic-config.ts'
import { readFiles } from './file-provider.ts'
import { type DockerSettings, type EntryPoint, flatten, readFlags, type StaticConfig, staticConfig } from './flags.ts'
import { NOT_FOUND, Routing } from './routing.ts'

const DEFAULT_VERSION = '3.7.2'
const CONFIG_FILES = ['/etc/traefik/traefik.yml', '/etc/traefik/traefik.yaml']
const LEVELS: readonly string[] = ['DEBUG', 'INFO', 'WARN', 'ERROR']
const SHORT: Readonly<Record<string, string>> = { DEBUG: 'DBG', INFO: 'INF', WARN: 'WRN', ERROR: 'ERR' }
/** How long the docker provider waits before it asks again. */
const RETRY_MS = 2000
/** Names of sections that flags may begin with. */
const SECTIONS =
  /^(accesslog|api|certificatesresolvers|configfile|entrypoints|experimental|global|hostresolver|log|metrics|ping|providers|serverstransport|tcpserverstransport|tracing|core|spiffe|ocsp)(\.|$)/

class Traefik {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly settings: StaticConfig
  private readonly version: string
  private readonly routing: Routing
  private readonly api: Api
  private fromDocker: DynamicConfig = EMPTY
  private fromFiles: DynamicConfig = EMPTY
  private served = 0

  constructor({ sys }: Process, settings: StaticConfig, version: string) {
    this.sys = sys
    this.io = new Stdio(sys)
    this.settings = settings
    this.version = version
    this.routing = new Routing(sys)
    this.api = new Api(this.routing, settings, version)
  }

  async run(): Promise<number> {
    const { settings, sys } = this
    await this.log('INFO', `Traefik version ${this.version} built on 2026-05-06T14:01:40Z`, `version=${this.version}`)
    sys.sigaction(SIGTERM, () => sys.exit(0))
    sys.sigaction(SIGINT, () => sys.exit(0))
    const sockets: (readonly [EntryPoint, number])[] = []
    for (const point of settings.entryPoints) {
      const socket = await this.open(point)
      if (socket === undefined) return 1
      sockets.push([point, socket])
    }
    if (settings.file !== undefined) await this.readFiles(settings.file)
    if (settings.docker) void this.watchDocker(settings.docker)
    const serving = sockets.map(([point, socket]) =>
      serveHttp(sys, socket, (request, remote) => this.answer(point, request, remote)),
    )
    await Promise.all(serving)
    return 0
  }

  private async open({ name, address, port }: EntryPoint): Promise<number | undefined> {
    try {
      return openPort(this.sys, port, address)
    } catch (error) {
      if (!isErrno(error)) throw error
      const words = error.message.charAt(0).toLowerCase() + error.message.slice(1)
      await this.io.warn(
        `${this.now()} ERR Command error error="command traefik error: error while building entryPoint ${name}: error preparing server: error opening listener: listen tcp :${port}: bind: ${words}"\n`,
      )
      return undefined
    }
  }

  private now(): string {
    return `${new Date(this.sys.clock.now()).toISOString().slice(0, 19)}Z`
  }

  private async log(level: string, message: string, fields = ''): Promise<void> {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.settings.logLevel)) return
    await this.io.warn(`${this.now()} ${SHORT[level] ?? level} ${message}${fields === '' ? '' : ` ${fields}`}\n`)
  }

  private async readFiles(path: string): Promise<void> {
    try {
      this.fromFiles = await readFiles(this.sys, path)
      await this.update()
    } catch (error) {
      if (!(error instanceof Error) && !isErrno(error)) throw error
      await this.log('ERROR', 'Cannot start the provider *file.Provider', `error="${error.message}"`)
    }
  }

  /** Follows the engine: what starts or ends changes the routes at once. */
  private async watchDocker(settings: DockerSettings): Promise<void> {
    const client = dockerClient(this.sys, settings)
    for (;;) {
      try {
        await this.log('INFO', 'Starting provider *docker.Provider')
        await this.askDocker(client, settings)
        for await (const event of client.system.events({ filters: { type: ['container'] } }))
          if (/^(start|die|health_status)/.test(event.Action)) await this.askDocker(client, settings)
      } catch (error) {
        if (!(error instanceof ConnectionError || error instanceof ApiError || isErrno(error))) throw error
        const words = `Cannot connect to the Docker daemon at unix://${settings.socket}. Is the docker daemon running?`
        await this.log(
          'ERROR',
          'Failed to retrieve information of the docker client and server host',
          `error="${words}" providerName=docker`,
        )
      }
      await this.sys.sleep(RETRY_MS)
    }
  }

  private async askDocker(client: DockerClient, settings: DockerSettings): Promise<void> {
    this.fromDocker = readContainers(await client.containers.list(), settings)
    await this.update()
  }

  private async update(): Promise<void> {
    this.routing.use(merged([this.fromFiles, this.fromDocker]))
    for (const [router, problem] of this.routing.problems) await this.log('ERROR', problem, `routerName=${router}`)
  }

  private async answer(point: EntryPoint, request: ServerRequest, remote: string): Promise<ServerResponse | undefined> {
    const start = this.sys.clock.monotonic()
    const own = point.name === 'traefik' ? (this.api.answer(request) ?? NOT_FOUND) : this.redirected(point, request)
    if (
      own &&
      (own !== NOT_FOUND ||
        !this.settings.entryPoints.some(({ name }) => name === 'traefik' && point.name !== 'traefik'))
    )
      return own
    const { response, router, server } = await this.routing.serve(request, remote, point.name, point.port)
    if (this.settings.accessLog)
      await this.logAccess(request, remote, { response, router, server }, this.sys.clock.monotonic() - start)
    return response
  }

  /** An entry point that only sends on to another. */
  private redirected({ redirectTo }: EntryPoint, { headers, target }: ServerRequest): ServerResponse | undefined {
    if (redirectTo === undefined) return undefined
    const host = (headers.get('host') ?? '').replace(/:\d+$/, '')
    const port = this.settings.entryPoints.find(({ name }) => name === redirectTo)?.port ?? 443
    return {
      status: 308,
      headers: [['Location', `https://${host}${port === 443 ? '' : `:${port}`}${target}`]],
      body: 'Permanent Redirect',
    }
  }

  /** The Common Log Format with Traefik's own fields behind. */
  private async logAccess(
    request: ServerRequest,
    remote: string,
    { response, router, server }: { response: ServerResponse | undefined; router: string; server: string },
    tookMs: number,
  ): Promise<void> {
    const [day = '', month = '', year = '', clock = ''] = new Date(this.sys.clock.now())
      .toUTCString()
      .split(' ')
      .slice(1)
    const size =
      new Map(
        [...((response?.headers ?? []) as Iterable<readonly [string, string]>)].map(([name, value]) => [
          name.toLowerCase(),
          value,
        ]),
      ).get('content-length') ?? '-'
    const agent = request.headers.get('user-agent') ?? '-'
    this.served++
    await this.io.print(
      `${remote.replace(/:\d+$/, '')} - - [${day}/${month}/${year}:${clock} +0000] "${request.method} ${request.target} ${request.protocol}" ${response?.status ?? 101} ${size} "${request.headers.get('referer') ?? '-'}" "${agent}" ${this.served} "${router}" "${server}" ${Math.round(tookMs)}ms\n`,
    )
    await this.io.out.flush()
  }
}

const VERSION_WORDS = (version: string): string =>
  `Version:      ${version}\nCodename:     drydock\nGo version:   go1.25.1\nBuilt:        2026-05-06T14:01:40Z\nOS/Arch:      linux/amd64\n`

/** Rows of the configuration file, when there is one. */
async function fileRows(sys: Sys, path: string | undefined): Promise<Map<string, string>> {
  for (const file of path === undefined ? CONFIG_FILES : [path])
    try {
      return flatten(parse(await readTextFile(sys, file)))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  return new Map()
}

const environmentRows = (env: ReadonlyMap<string, string>): [string, string][] =>
  [...env]
    .filter(([name]) => name.startsWith('TRAEFIK_'))
    .map(([name, value]) => [name.slice(8).toLowerCase().replaceAll('_', '.'), value])

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const version = env.get('TRAEFIK_VERSION') ?? DEFAULT_VERSION
  const { rows, rest } = readFlags(argv.slice(1))
  if (rest[0] === 'version' || rows.has('version')) {
    await io.print(VERSION_WORDS(version))
    await io.out.flush()
    return 0
  }
  const strange = [...rows.keys()].find((name) => !SECTIONS.test(name))
  if (strange !== undefined) {
    await io.warn(
      `${new Date(sys.clock.now()).toISOString().slice(0, 19)}Z ERR Command error error="failed to decode configuration from flags: field not found, node: ${strange.split('.')[0] ?? ''}"\n`,
    )
    return 1
  }
  const all = new Map([...(await fileRows(sys, rows.get('configfile'))), ...environmentRows(env), ...rows])
  return new Traefik(process, staticConfig(all), version).run()
}

/** traefik(1). */
export const traefik: Program = {
  name: 'edge/traefik',
  paths: ['/usr/local/bin/traefik'],
  covers: 'partial',
  lacks: [
    'TLS and ACME',
    'TCP and UDP routers',
    'providers other than docker and file; changes of files',
    'rate limits, retries, circuit breakers, compress, forwardAuth',
    'health checks and weights of services',
    'tracing and metrics',
    'the real dashboard: a small page of our own is in its place',
    'Traefik 1',
  ],
  summary: 'reverse proxy that finds its routes in labels of containers',
  sizeBytes: 190_000_000,
  rssBytes: 40 << 20,
  main,
}
