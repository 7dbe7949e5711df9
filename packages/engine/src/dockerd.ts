import {
  type ByteStream,
  type Process,
  SIGHUP,
  SIGINT,
  SIGPIPE,
  SIGTERM,
  type SocketAddress,
  type Sys,
} from '@drydock/abi'
import { serveConnection } from '@drydock/http'
import { defineProgram, FdStream, flag, list, optional, type ProgramContext, value } from '@drydock/libc'
import { Router } from './api/router.ts'
import { routes } from './api/routes.ts'
import { inBackground, logLine } from './background.ts'
import {
  CONFIG_FILE,
  ConfigError,
  type DaemonConfig,
  type GivenFlags,
  readConfig,
  reloadedValues,
  takeReloadable,
} from './config/daemon-config.ts'
import type { DaemonParts } from './daemon-parts.ts'
import { assemble, restoreContainers, shutDown } from './daemon.ts'
import { type ApiSecurity, readApiSecurity, securedApi } from './api-security.ts'
import { type Listener, ListenerError, openListeners, PLAIN_PORT, TLS_PORT } from './listeners.ts'
import { checkLogConfig, LOG_DRIVERS } from './logs/log-options.ts'
import { invalid, Problem } from './problem.ts'
import { ifExists, quietly, readText, replaceFile } from './state/files.ts'
import { startContainerd } from './runtime/containerd.ts'
import { ENGINE_VERSION, GIT_COMMIT } from './version.ts'

const DEFAULT_HOST = 'unix:///var/run/docker.sock'

const OPEN_FILES = 1_048_576

const OPTIONS = {
  hosts: list('H', 'host'),
  root: value('', 'data-root'),
  pidFile: value('p', 'pidfile'),
  version: flag('v', 'version'),
  debug: flag('D', 'debug'),
  logLevel: value('l', 'log-level'),
  insecure: list('', 'insecure-registry'),
  mirrors: list('', 'registry-mirror'),
  execRoot: value('', 'exec-root'),
  containerd: value('', 'containerd'),
  driver: value('s', 'storage-driver'),
  configFile: value('', 'config-file'),
  validate: flag('', 'validate'),
  logDriver: value('', 'log-driver'),
  labels: list('', 'label'),
  dns: list('', 'dns'),
  liveRestore: flag('', 'live-restore'),
  bip: value('', 'bip'),
  tls: optional('', 'tls'),
  tlsVerify: optional('', 'tlsverify'),
  tlsCa: value('', 'tlscacert'),
  tlsCert: value('', 'tlscert'),
  tlsKey: value('', 'tlskey'),
  group: value('G', 'group'),
} as const

/** The container engine. It needs nothing but system calls, so it runs in containers as well (docker:dind). */
export const dockerd = defineProgram({
  name: 'docker/dockerd',
  paths: ['/usr/bin/dockerd'],
  covers: 'partial',
  lacks: [
    'output of docker exec while there is no daemon',
    'TLS between the nodes of a swarm: they have certificates, renewed and rotated, but speak JSON over plain TCP, where tokens and secrets are all that keeps strangers out; external CAs',
    "the log of Raft: a swarm's managers send one another their whole state",
    'gossip among the nodes of a swarm: the leader tells each who is on its networks',
    'ipvs: virtual addresses and published ports of services are dealt out in turn by rules of netfilter',
    'overlay networks that are encrypted: `--opt encrypted` is kept and shown, frames go in clear',
    'overlay networks with IPv6, generic resources, cluster volumes, and plugins as services',
    '`network inspect --verbose` of services',
    'plugins',
    'logging drivers beside json-file and none',
  ],
  summary: 'A self-sufficient runtime for containers.',
  usage: 'dockerd [OPTIONS]',
  sizeBytes: 96_000_000,
  // Small, since a fork starts with its parent's memory: a container with a tight limit would die in its first step.
  rssBytes: 3_000_000,
  options: OPTIONS,
  main: run,
})

async function run({ sys, io, env, options, process }: ProgramContext<typeof OPTIONS>): Promise<number> {
  if (options.version > 0) {
    await io.print(`Docker version ${ENGINE_VERSION}, build ${GIT_COMMIT}\n`)
    return 0
  }
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  raiseFileLimit(sys)
  let config: DaemonConfig
  let listeners: Listener[]
  let security: ApiSecurity | undefined
  try {
    config = readConfig(sys, flagsOf(options), options.configFile)
    if (options.validate > 0) {
      await io.print('configuration OK\n')
      return 0
    }
    refuseSecond(sys, config.pidFile)
    refuseLog(config)
    logLine(sys, 'info', 'Starting up')
    const hosts = config.hosts.length > 0 ? config.hosts : [DEFAULT_HOST]
    security = config.tls && (await readApiSecurity(sys, env, config.tls))
    listeners = hosts.flatMap((host) => openListeners(sys, env, host, config.tls ? TLS_PORT : PLAIN_PORT))
  } catch (error) {
    if (!(error instanceof ListenerError) && !(error instanceof ConfigError)) throw error
    await io.warn(`${error.message}\n`)
    return 1
  }
  const ending = whenTold(sys)
  const endContainerd = startContainerd(sys)
  const parts = assemble(sys, config)
  const router = new Router(parts, routes)
  replaceFile(sys, config.pidFile, String(sys.getpid()), 0o644)
  sys.sigaction(SIGHUP, () => reload(parts, flagsOf(options), options.configFile), { restart: true })
  logLine(sys, 'info', 'Loading containers: start.')
  // Nobody is answered before what was running runs again, as in real life.
  await restoreContainers(parts)
  parts.swarm.start()
  logLine(sys, 'info', 'Loading containers: done.')
  for (const { fd, isTcp } of listeners)
    inBackground(sys, 'API', acceptAll(process, fd, router, isTcp ? security : undefined))
  logLine(sys, 'info', 'Daemon has completed initialization')
  for (const host of config.hosts.length > 0 ? config.hosts : [DEFAULT_HOST])
    logLine(sys, 'info', `API listen on ${host.replace(/^(unix|tcp):\/\//, '')}`)
  const signal = await ending
  logLine(sys, 'info', `Processing signal '${signal === SIGINT ? 'interrupt' : 'terminated'}'`)
  await shutDown(parts)
  for (const listener of listeners) listener.remove()
  quietly(() => sys.unlink(config.pidFile))
  quietly(endContainerd)
  logLine(sys, 'info', 'Daemon shutdown complete')
  return 0
}

/** A few descriptors for each container: the limit of docker.service, which containers inherit. */
function raiseFileLimit(sys: Sys): void {
  quietly(() => sys.prlimit('NOFILE', { soft: OPEN_FILES, hard: OPEN_FILES }))
}

/** Flags by the names that they have in the configuration file. */
const flagsOf = (options: ProgramContext<typeof OPTIONS>['options']): GivenFlags => ({
  hosts: options.hosts,
  'data-root': options.root,
  pidfile: options.pidFile,
  debug: options.debug > 0,
  'insecure-registries': options.insecure,
  'registry-mirrors': options.mirrors,
  'log-driver': options.logDriver,
  labels: options.labels,
  dns: options.dns,
  'live-restore': options.liveRestore > 0,
  bip: options.bip,
  // To say anything of clients, even that they need no certificate, means TLS.
  tls: isOn(options.tls) || options.tlsVerify !== undefined,
  tlsverify: isOn(options.tlsVerify),
  tlscacert: options.tlsCa,
  tlscert: options.tlsCert,
  tlskey: options.tlsKey,
})

/** `--tls`, `--tls=true` and `--tls=false`, as Go's flags take them. */
const isOn = (text: string | undefined): boolean => text !== undefined && !/^(0|f|false)$/i.test(text)

/** @throws ConfigError when a daemon with that file runs */
function refuseSecond(sys: Sys, pidFile: string): void {
  const pid = Number(ifExists(() => readText(sys, pidFile)) ?? 0)
  if (!(pid > 0) || pid === sys.getpid() || !isAlive(sys, pid)) return
  throw new ConfigError(
    `failed to start daemon, ensure docker is not running or delete ${pidFile}: process with PID ${pid} is still running`,
  )
}

/** @throws ConfigError */
function refuseLog({ log }: DaemonConfig): void {
  try {
    if (log.Type !== 'none' && !LOG_DRIVERS.includes(log.Type))
      throw invalid(`logger: no log driver named '${log.Type}' is registered`)
    checkLogConfig(log)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new ConfigError(`failed to start daemon: failed to set log opts: ${error.message}`)
  }
}

function isAlive(sys: Sys, pid: number): boolean {
  return sys.processes().some((each) => each.pid === pid && each.comm === 'dockerd')
}

/** What may change while the daemon runs is read again. dockerd(8), "Configuration reload behavior" */
function reload(parts: DaemonParts, flags: GivenFlags, file: string | undefined): void {
  const { sys, config, events } = parts
  logLine(sys, 'info', `Got signal to reload configuration, reloading from: ${file ?? CONFIG_FILE}`)
  try {
    takeReloadable(config, readConfig(sys, flags, file))
    const values = reloadedValues(config)
    logLine(sys, 'info', `Reloaded configuration: ${JSON.stringify(values)}`)
    const told = Object.entries(values).map(([name, value]) => [name, isText(value) ? value : JSON.stringify(value)])
    events.publish('daemon', 'reload', parts.engineId, { ...Object.fromEntries(told), name: sys.uname().nodename })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    logLine(sys, 'error', error.message)
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

const whenTold = (sys: Sys): Promise<number> =>
  new Promise((resolve) => {
    for (const signal of [SIGTERM, SIGINT]) sys.sigaction(signal, () => resolve(signal), { restart: true })
  })

async function acceptAll(
  { sys }: Process,
  socket: number,
  router: Router,
  security: ApiSecurity | undefined,
): Promise<never> {
  const serve = (stream: ByteStream): Promise<void> =>
    serveConnection(stream, (request) => router.handle(request), { now: () => sys.clock.now() })
  for (;;) {
    const { fd, peer } = await sys.accept(socket)
    const stream = new FdStream(sys, fd)
    inBackground(sys, 'connection', security ? serveSecured(sys, stream, peer, security, serve) : serve(stream))
  }
}

async function serveSecured(
  sys: Sys,
  stream: ByteStream,
  peer: SocketAddress,
  security: ApiSecurity,
  serve: (stream: ByteStream) => Promise<void>,
): Promise<void> {
  const secured = await securedApi(sys, stream, peer, security)
  if (secured) await serve(secured)
}
