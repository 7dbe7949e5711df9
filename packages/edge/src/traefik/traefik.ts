import {
  type ByteStream,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_WRONLY,
  type Process,
  type Program,
  SIGINT,
  SIGTERM,
  type Sys,
} from '@drydock/abi'
import { ApiError, ConnectionError, type DockerClient } from '@drydock/docker-api'
import { serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { type FdStream, readTextFile, Stdio, writeAll } from '@drydock/libc'
import { parse } from 'yaml'
import { acceptAll, openPort } from '../http-server.ts'
import { askedName, beginsTls, peeked } from '../peeked.ts'
import { commonLine, jsonLine } from './access-log.ts'
import { Api } from './api.ts'
import { Certificates } from './default-certificate.ts'
import { dockerClient, readContainers } from './docker-provider.ts'
import { type DynamicConfig, EMPTY, merged } from './dynamic-config.ts'
import { configOf, readTexts } from './file-provider.ts'
import { type DockerSettings, type EntryPoint, flatten, readFlags, type StaticConfig, staticConfig } from './flags.ts'
import { Health } from './health.ts'
import { Metrics } from './metrics.ts'
import { redirect } from './middlewares.ts'
import { type Arrived, NOT_FOUND, Routing, type Served } from './routing.ts'
import { TcpRouting } from './tcp-routing.ts'

const DEFAULT_VERSION = '3.7.2'
const CONFIG_FILES = ['/etc/traefik/traefik.yml', '/etc/traefik/traefik.yaml']
const LEVELS: readonly string[] = ['DEBUG', 'INFO', 'WARN', 'ERROR']
const SHORT: Readonly<Record<string, string>> = { DEBUG: 'DBG', INFO: 'INF', WARN: 'WRN', ERROR: 'ERR' }
/** How long the docker provider waits before it asks again. */
const RETRY_MS = 2000
/** Names of sections that flags may begin with. */
const SECTIONS =
  /^(accesslog|api|certificatesresolvers|configfile|entrypoints|experimental|global|hostresolver|log|metrics|ping|providers|serverstransport|tcpserverstransport|tracing|core|spiffe|ocsp)(\.|$)/

/** How often the file provider looks whether its files changed. Milliseconds. */
const LOOK_MS = 500

class Traefik {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly settings: StaticConfig
  private readonly version: string
  private readonly routing: Routing
  private readonly tcp: TcpRouting
  private readonly api: Api
  private readonly metrics = new Metrics()
  private readonly certificates: Certificates
  private fromDocker: DynamicConfig = EMPTY
  private fromFiles: DynamicConfig = EMPTY
  private served = 0
  private leaving = false

  constructor({ sys }: Process, settings: StaticConfig, version: string) {
    this.sys = sys
    this.io = new Stdio(sys)
    this.settings = settings
    this.version = version
    const syntax = settings.ruleSyntax === 'v2' || /^v?2\./.test(version) ? 'v2' : 'v3'
    const health = new Health(sys, (server, problem) => this.tellHealth(server, problem))
    this.routing = new Routing(sys, syntax, health)
    this.tcp = new TcpRouting(sys)
    this.api = new Api(this.routing, settings, version)
    this.certificates = new Certificates(sys, (problem) => this.log('ERROR', problem, 'tlsStoreName=default'))
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
    if (settings.file !== undefined) await this.followFiles(settings.file)
    if (settings.docker) void this.watchDocker(settings.docker)
    const serving = sockets.map(([point, socket]) =>
      acceptAll(sys, socket, (stream, remote) => this.arrived(point, stream, remote)),
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

  private tellHealth(server: string, problem: string | undefined): Promise<void> {
    return problem === undefined
      ? this.log('WARN', 'Health check up: adding to server list', `targetURL=${server}`)
      : this.log('WARN', 'Health check failed.', `error="${problem}" targetURL=${server}`)
  }

  /** What a connection begins with says whose it is: TCP's own, TLS or HTTP. */
  private async arrived(point: EntryPoint, stream: FdStream, remote: string): Promise<void> {
    try {
      const bare = this.tcp.plain(point.name)
      if (bare && !this.routing.wantsTls(point)) return await this.tcp.serve(stream, bare)
      const [first, whole] = await peeked(stream)
      if (!beginsTls(first)) return await (bare ? this.tcp.serve(whole, bare) : this.speak(point, whole, remote, false))
      const named = this.tcp.secure(point.name, askedName(first) ?? '')
      if (named?.tls === 'passed') return await this.tcp.serve(whole, named)
      const { acceptTls } = await import('@drydock/tls')
      const secure = await acceptTls(whole, this.certificates.choose, (length) => this.sys.entropy.bytes(length))
      return await (named ? this.tcp.serve(secure, named) : this.speak(point, secure, remote, true))
    } catch (error) {
      const { TlsError } = await import('@drydock/tls')
      if (!isErrno(error) && !(error instanceof TlsError)) throw error
    } finally {
      stream.close()
    }
  }

  private speak(point: EntryPoint, stream: ByteStream, remote: string, secure: boolean): Promise<void> {
    const { sys } = this
    return serveConnection(stream, (request) => this.answer({ entryPoint: point, remote, secure }, request), {
      now: () => sys.clock.now(),
    })
  }

  private now(): string {
    return `${new Date(this.sys.clock.now()).toISOString().slice(0, 19)}Z`
  }

  private async log(level: string, message: string, fields = ''): Promise<void> {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.settings.logLevel)) return
    await this.io.warn(`${this.now()} ${SHORT[level] ?? level} ${message}${fields === '' ? '' : ` ${fields}`}\n`)
  }

  /** Reads the files, and again whenever their text is another. */
  private async followFiles(path: string): Promise<void> {
    let known = await this.readFiles(path, undefined)
    if (!this.settings.watchFile) return
    void (async () => {
      while (!this.leaving) {
        await this.sys.sleep(LOOK_MS)
        known = await this.readFiles(path, known)
      }
    })()
  }

  /** @returns the texts, whether they can be used or not */
  private async readFiles(path: string, known: string | undefined): Promise<string | undefined> {
    try {
      const texts = await readTexts(this.sys, path)
      const all = texts.join('\n---\n')
      if (all === known) return known
      try {
        this.fromFiles = configOf(texts)
        await this.update()
      } catch (error) {
        if (!(error instanceof Error)) throw error
        await this.log(
          'ERROR',
          'Error occurred during watcher callback',
          `error="${path}: ${error.message.split('\n')[0] ?? ''}" providerName=file`,
        )
      }
      return all
    } catch (error) {
      if (!isErrno(error)) throw error
      if (known === undefined)
        await this.log('ERROR', 'Cannot start the provider *file.Provider', `error="${error.message}"`)
      return known ?? ''
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
    const config = merged([this.fromFiles, this.fromDocker])
    await this.certificates.use(config.certificates)
    this.routing.use(config)
    this.tcp.use(config)
    this.metrics.reloaded(this.sys.clock.now())
    for (const [name, problem] of this.routing.problems)
      await this.log('ERROR', problem, config.routers.has(name) ? `routerName=${name}` : `middlewareName=${name}`)
    for (const [name, { resolver }] of config.routers)
      if (resolver !== undefined && !this.settings.resolvers.includes(resolver))
        await this.log(
          'ERROR',
          'Router uses a nonexistent certificate resolver',
          `certificateResolver=${resolver} routerName=${name}`,
        )
  }

  private async answer(arrived: Arrived, request: ServerRequest): Promise<ServerResponse | undefined> {
    const start = this.sys.clock.monotonic()
    const { entryPoint } = arrived
    const own = this.ownAnswer(entryPoint, request) ?? this.redirected(entryPoint, request)
    if (own) return own
    const served = await this.routing.serve(request, arrived, (each) => this.internal(each))
    const tookMs = this.sys.clock.monotonic() - start
    this.metrics.count(entryPoint.name, served.response?.status ?? 101, request.method, served.service, tookMs)
    if (this.settings.accessLog) await this.logAccess(request, arrived, served, tookMs)
    return served.response
  }

  /** What an entry point itself is asked: ping, metrics, and the open API on `traefik`. */
  private ownAnswer({ name }: EntryPoint, request: ServerRequest): ServerResponse | undefined {
    const { settings } = this
    if (request.path === '/ping' && settings.ping && name === settings.pingPoint) return text('OK')
    if (request.path === '/metrics' && name === settings.metrics) return text(this.metrics.text())
    return name === 'traefik' && settings.insecureApi ? (this.api.answer(request) ?? NOT_FOUND) : undefined
  }

  /** `api@internal` and its kin. */
  private internal(request: ServerRequest): ServerResponse {
    if (request.path === '/ping') return text('OK')
    if (request.path === '/metrics') return text(this.metrics.text())
    return this.api.answer(request) ?? NOT_FOUND
  }

  /** An entry point that only sends on to another. */
  private redirected(
    { redirectTo, redirectScheme, redirectPermanent }: EntryPoint,
    { headers, target, method }: ServerRequest,
  ): ServerResponse | undefined {
    if (redirectTo === undefined) return undefined
    const host = (headers.get('host') ?? '').replace(/:\d+$/, '')
    const named = /^:?(\d+)$/.exec(redirectTo)?.[1]
    const port = Number(named ?? this.settings.entryPoints.find(({ name }) => name === redirectTo)?.port ?? 443)
    const usual = redirectScheme === 'https' ? 443 : 80
    return redirect(
      `${redirectScheme}://${host}${port === usual ? '' : `:${port}`}${target}`,
      redirectPermanent,
      method,
    )
  }

  private async logAccess(request: ServerRequest, arrived: Arrived, served: Served, tookMs: number): Promise<void> {
    const { accessLogJson, accessLogFile } = this.settings
    const number = ++this.served
    const { entryPoint, remote } = arrived
    const row = { request, remote, entryPoint: entryPoint.name, served, tookMs, number, nowMs: this.sys.clock.now() }
    const line = accessLogJson ? jsonLine(row) : commonLine(row)
    if (accessLogFile !== undefined) return this.appendLine(accessLogFile, line)
    await this.io.print(line)
    await this.io.out.flush()
  }

  private async appendLine(path: string, line: string): Promise<void> {
    const fd = this.sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    try {
      await writeAll(this.sys, fd, new TextEncoder().encode(line))
    } finally {
      this.sys.close(fd)
    }
  }
}

const text = (body: string): ServerResponse => ({
  status: 200,
  headers: [['Content-Type', 'text/plain; charset=utf-8']],
  body,
})

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
    'ACME: names without files get the default certificate; options of TLS, certificates of clients',
    'UDP routers, TCP middlewares',
    'providers other than docker and file; TOML; changes of labels of services of a swarm',
    'digestAuth and plugins; circuitBreaker, contentType and passTLSClientCert change nothing',
    'mirroring and failover are their first service; weights of single servers',
    'tracing, and metrics other than a few of Prometheus',
    'the real dashboard: a small page of our own is in its place',
    'Traefik 1',
  ],
  summary: 'reverse proxy that finds its routes in labels of containers',
  sizeBytes: 190_000_000,
  rssBytes: 40 << 20,
  main,
}
