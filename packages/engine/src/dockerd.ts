import { type Process, SIGINT, SIGPIPE, SIGTERM, type Sys } from '@drydock/abi'
import { serveConnection } from '@drydock/http'
import { defineProgram, FdStream, flag, list, type ProgramContext, value } from '@drydock/libc'
import { Router } from './api/router.ts'
import { routes } from './api/routes.ts'
import { inBackground, logLine } from './background.ts'
import { assemble, restoreContainers, shutDown } from './daemon.ts'
import { type Listener, ListenerError, openListeners } from './listeners.ts'
import { quietly, replaceFile } from './state/files.ts'
import { ENGINE_VERSION, GIT_COMMIT } from './version.ts'

const DEFAULT_HOST = 'unix:///var/run/docker.sock'
const PID_FILE = '/var/run/docker.pid'

const OPTIONS = {
  hosts: list('H', 'host'),
  root: value('', 'data-root'),
  pidFile: value('p', 'pidfile'),
  version: flag('v', 'version'),
  debug: flag('D', 'debug'),
  logLevel: value('l', 'log-level'),
  insecure: list('', 'insecure-registry'),
  execRoot: value('', 'exec-root'),
  containerd: value('', 'containerd'),
  driver: value('s', 'storage-driver'),
} as const

/** The container engine. It needs nothing but system calls, so it runs in containers as well (docker:dind). */
export const dockerd = defineProgram({
  name: 'docker/dockerd',
  paths: ['/usr/bin/dockerd'],
  covers: 'partial',
  lacks: ['swarm mode', 'plugins', 'logging drivers beside json-file and none', 'configuration file'],
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
  const hosts = options.hosts.length > 0 ? options.hosts : [DEFAULT_HOST]
  let listeners: Listener[]
  try {
    listeners = hosts.flatMap((host) => openListeners(sys, env, host))
  } catch (error) {
    if (!(error instanceof ListenerError)) throw error
    await io.warn(`${error.message}\n`)
    return 1
  }
  const ending = whenTold(sys)
  const parts = assemble(sys, options.root ?? '/var/lib/docker')
  const router = new Router(parts, routes)
  replaceFile(sys, options.pidFile ?? PID_FILE, String(sys.getpid()), 0o644)
  // Nobody is answered before what was running runs again, as in real life.
  await restoreContainers(parts)
  for (const { fd } of listeners) inBackground(sys, 'API', acceptAll(process, fd, router))
  logLine(sys, 'info', 'Daemon has completed initialization')
  await ending
  await shutDown(parts)
  for (const listener of listeners) listener.remove()
  quietly(() => sys.unlink(options.pidFile ?? PID_FILE))
  return 0
}

const whenTold = (sys: Sys): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of [SIGTERM, SIGINT]) sys.sigaction(signal, () => resolve(), { restart: true })
  })

async function acceptAll({ sys }: Process, socket: number, router: Router): Promise<never> {
  for (;;) {
    const { fd } = await sys.accept(socket)
    const connection = serveConnection(new FdStream(sys, fd), (request) => router.handle(request), {
      now: () => sys.clock.now(),
    })
    inBackground(sys, 'connection', connection)
  }
}
