import { inet, type Process, SIGINT, SIGPIPE, SIGTERM, type SocketAddress, type Sys, unix } from '@drydock/abi'
import { serveConnection } from '@drydock/http'
import { defineProgram, FdStream, flag, list, listen, type ProgramContext, value } from '@drydock/libc'
import { Router } from './api/router.ts'
import { routes } from './api/routes.ts'
import { inBackground, logLine } from './background.ts'
import { assemble, restoreContainers, shutDown } from './daemon.ts'
import { makeDirectories, quietly, replaceFile } from './state/files.ts'
import { ENGINE_VERSION, GIT_COMMIT } from './version.ts'

const DEFAULT_HOST = 'unix:///var/run/docker.sock'
const PID_FILE = '/var/run/docker.pid'
const DEFAULT_PORT = 2375

const OPTIONS = {
  hosts: list('H', 'host'),
  root: value('', 'data-root'),
  pidFile: value('p', 'pidfile'),
  version: flag('v', 'version'),
  debug: flag('D', 'debug'),
  logLevel: value('l', 'log-level'),
  insecure: list('', 'insecure-registry'),
  execRoot: value('', 'exec-root'),
  driver: value('s', 'storage-driver'),
} as const

/** The container engine. It needs nothing but system calls, so it runs in containers as well (docker:dind). */
export const dockerd = defineProgram({
  name: 'docker/dockerd',
  paths: ['/usr/bin/dockerd'],
  covers: 'partial',
  lacks: ['swarm mode', 'the builder', 'plugins', 'logging drivers beside json-file and none', 'configuration file'],
  summary: 'A self-sufficient runtime for containers.',
  usage: 'dockerd [OPTIONS]',
  sizeBytes: 96_000_000,
  // Small, since a fork starts with its parent's memory: a container with a tight limit would die in its first step.
  rssBytes: 3_000_000,
  options: OPTIONS,
  main: run,
})

async function run({ sys, io, options, process }: ProgramContext<typeof OPTIONS>): Promise<number> {
  if (options.version > 0) {
    await io.print(`Docker version ${ENGINE_VERSION}, build ${GIT_COMMIT}\n`)
    return 0
  }
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  const ending = whenTold(sys)
  const parts = assemble(sys, options.root ?? '/var/lib/docker')
  const router = new Router(parts, routes)
  const hosts = options.hosts.length > 0 ? options.hosts : [DEFAULT_HOST]
  const sockets = hosts.map((host) => open(sys, host))
  replaceFile(sys, options.pidFile ?? PID_FILE, String(sys.getpid()), 0o644)
  inBackground(sys, 'restore', restoreContainers(parts))
  for (const socket of sockets) inBackground(sys, 'API', acceptAll(process, socket, router))
  logLine(sys, 'info', 'Daemon has completed initialization')
  await ending
  await shutDown(parts)
  for (const host of hosts) if (host.startsWith('unix://')) quietly(() => sys.unlink(host.slice('unix://'.length)))
  quietly(() => sys.unlink(options.pidFile ?? PID_FILE))
  return 0
}

const whenTold = (sys: Sys): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of [SIGTERM, SIGINT]) sys.sigaction(signal, () => resolve(), { restart: true })
  })

function addressOf(host: string): SocketAddress {
  if (host.startsWith('unix://')) return unix(host.slice('unix://'.length))
  const [address = '', port] = host.replace(/^tcp:\/\//, '').split(':')
  return inet(address || '127.0.0.1', Number(port || DEFAULT_PORT))
}

function open(sys: Sys, host: string): number {
  const address = addressOf(host)
  if ('path' in address) {
    makeDirectories(sys, address.path.slice(0, address.path.lastIndexOf('/')))
    // A socket file that nobody listens on any more is in the way.
    quietly(() => sys.unlink(address.path))
  }
  const fd = listen(sys, address)
  if ('path' in address) sys.chmod(address.path, 0o660)
  return fd
}

async function acceptAll({ sys }: Process, socket: number, router: Router): Promise<never> {
  for (;;) {
    const { fd } = await sys.accept(socket)
    const connection = serveConnection(new FdStream(sys, fd), (request) => router.handle(request), { now: () => sys.clock.now() })
    inBackground(sys, 'connection', connection)
  }
}

