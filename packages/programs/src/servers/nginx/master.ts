import {
  AF_INET,
  AF_INET6,
  EEXIST,
  EINTR,
  exitStatus,
  inet,
  isErrno,
  type Process,
  SIGHUP,
  SIGINT,
  SIGNALS,
  SIGQUIT,
  SIGTERM,
  SIGUSR1,
  SIGWINCH,
  type Signal,
  SOCK_DGRAM,
  type Sys,
  signalName,
} from '@drydock/abi'
import { listen, readGroups, readPasswd, writeFile } from '@drydock/libc'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { LogFiles } from '../logs/log-files.ts'
import { absoluteLog, accessLogs } from './access-log.ts'
import { logError } from './error-log.ts'
import type { SharedMemory } from './exchange.ts'
import { Limits } from './limits.ts'
import { Caches } from './proxy-cache.ts'
import type { Identities } from './secure-servers.ts'
import type { Resolved } from './upstreams.ts'
import { Worker } from './worker.ts'

export interface MasterOptions {
  readonly version: string
  readonly loaded: Loaded
  /** Reads the configuration again. @throws ConfigError */
  readonly reload: (sys: Sys) => Promise<Loaded>
}

/** A configuration with the addresses of the names in it. */
export interface Loaded {
  readonly config: Config
  readonly resolved: Resolved
  readonly identities: Identities
}

/** The master process: owns the listening sockets, keeps the workers. nginx(8), "SIGNALS". */
export class Master {
  private sys: Sys
  private readonly options: MasterOptions
  private config: Config
  private resolved: Resolved
  private identities: Identities
  private readonly shared: SharedMemory = {
    counters: { connections: 0, requests: 0, active: 0, boundaries: 0 },
    limits: new Limits(),
    caches: new Caches(),
  }
  private logs: LogFiles
  private readonly listeners = new Map<string, number>()
  private workers = new Set<number>()
  private readonly signals: Signal[] = []
  private ending = false

  constructor(process: Process, options: MasterOptions) {
    this.sys = process.sys
    this.options = options
    this.config = options.loaded.config
    this.resolved = options.loaded.resolved
    this.identities = options.loaded.identities
    this.logs = new LogFiles(process.sys)
  }

  private log(severity: string, message: string): Promise<void> {
    return logError(this.sys, this.logs, this.config, severity, message)
  }

  /** Opens logs and ports, while complaints still have somebody who reads them. @throws ConfigError */
  async prepare(): Promise<void> {
    await this.makePaths(this.config)
    this.openLogs(this.config)
    this.openListeners(this.config)
  }

  /** Folders that workers write to. ngx_create_paths. */
  private async makePaths({ caches }: Config): Promise<void> {
    const owner = await this.workerOwner()
    for (const { path } of caches.values())
      try {
        await this.sys.mkdir(path, 0o700)
        if (owner) await this.sys.chown(path, owner.uid, owner.gid)
      } catch (error) {
        if (error === EEXIST) continue
        if (isErrno(error)) throw new ConfigError(`mkdir() "${path}" failed (${error.errno}: ${error.message})`)
        throw error
      }
  }

  /** @param process the one that goes on: the caller of `prepare` or its child, with its descriptors */
  async run({ sys }: Process): Promise<number> {
    this.sys = sys
    this.logs = this.logs.inherit(sys)
    await writeFile(this.sys, this.config.pid, `${this.sys.getpid()}\n`, 0o644)
    this.catchSignals()
    await this.greet()
    await this.startWorkers()
    await this.mind()
    await this.log('notice', 'exit')
    this.removePid()
    return 0
  }

  /** @throws ConfigError */
  private openLogs(config: Config): void {
    for (const path of [absoluteLog(config.errorLog), ...accessLogs(config)])
      try {
        this.logs.openFile(path)
      } catch (error) {
        if (!isErrno(error)) throw error
        throw new ConfigError(`open() "${path}" failed (${error.errno}: ${error.message})`)
      }
  }

  private removePid(): void {
    try {
      this.sys.unlink(this.config.pid)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private catchSignals(): void {
    for (const signal of [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGWINCH, SIGNALS.SIGIO])
      this.sys.sigaction(signal, (each) => void this.signals.push(each), { restart: false })
  }

  private async greet(): Promise<void> {
    const { sys } = this
    const limit = sys.prlimit('NOFILE')
    await this.log('notice', 'using the "epoll" event method')
    await this.log('notice', `nginx/${this.options.version}`)
    await this.log('notice', 'built by gcc 14.2.0 (Debian 14.2.0-19) ')
    await this.log('notice', `OS: Linux ${sys.uname().release}`)
    await this.log('notice', `getrlimit(RLIMIT_NOFILE): ${limit.soft}:${limit.hard}`)
  }

  /** @throws ConfigError when a port is taken */
  private openListeners(config: Config): void {
    const wanted = new Set([
      ...config.servers.flatMap(({ listens }) => listens.map(({ address, port }) => `${address}:${port}`)),
      ...config.stream.servers.flatMap(({ listens }) =>
        listens.map(({ address, port, udp }) => `${udp ? UDP : ''}${address}:${port}`),
      ),
    ])
    const covered = [...wanted].filter((each) => {
      const [kind, where] = each.startsWith(UDP) ? [UDP, each.slice(UDP.length)] : ['', each]
      const all = `${kind}${where.startsWith('[') ? '[::]' : '0.0.0.0'}:${portOf(each)}`
      return each === all || !wanted.has(all)
    })
    for (const each of covered) if (!this.listeners.has(each)) this.listeners.set(each, this.bind(each))
    for (const [each, fd] of this.listeners) {
      if (covered.includes(each)) continue
      this.sys.close(fd)
      this.listeners.delete(each)
    }
  }

  private bind(wanted: string): number {
    const udp = wanted.startsWith(UDP)
    const where = udp ? wanted.slice(UDP.length) : wanted
    const port = portOf(where)
    const address = where.slice(0, -port.length - 1).replace(/^\[(.*)\]$/, '$1')
    try {
      if (udp) return bindDatagrams(this.sys, address, Number(port))
      return listen(this.sys, inet(address, Number(port)), 511, { v6only: true })
    } catch (error) {
      if (isErrno(error)) throw new ConfigError(`bind() to ${where} failed (${error.errno}: ${error.message})`)
      throw error
    }
  }

  private async startWorkers(): Promise<void> {
    const { workers } = this.config
    const count = workers === 'auto' ? this.sys.sysinfo().cpus : workers
    await this.log('notice', 'start worker processes')
    for (let number = 0; number < count; number++) await this.startWorker()
  }

  private async startWorker(): Promise<void> {
    const { config, shared, resolved, identities } = this
    const { version } = this.options
    const listeners = [...this.listeners].map(([where, fd]) => ({ fd, udp: where.startsWith(UDP) }))
    const owner = await this.workerOwner()
    const fds = new Map([0, 1, 2, ...this.listeners.values(), ...this.logs.fds].map((fd): [number, number] => [fd, fd]))
    const pid = this.sys.fork(
      (process) =>
        new Worker(process, { config, version, listeners, logs: this.logs, shared, resolved, identities }).run(),
      {
        argv: ['nginx: worker process'],
        fds,
        ...owner,
      },
    )
    this.workers.add(pid)
    await this.log('notice', `start worker process ${pid}`)
  }

  private async workerOwner(): Promise<{ uid: number; gid: number } | undefined> {
    if (this.sys.geteuid() !== 0) return undefined
    const name = this.config.user ?? 'nobody'
    const found = (await readPasswd(this.sys)).find((each) => each.name === name)
    const group = (await readGroups(this.sys)).find((each) => each.name === name)
    return found ? { uid: found.uid, gid: group?.gid ?? found.gid } : undefined
  }

  /** Waits for children and signals until all workers are gone. */
  private async mind(): Promise<void> {
    while (this.workers.size > 0) {
      try {
        const ended = await this.sys.wait(-1)
        if (ended) await this.buried(ended.pid, exitStatus(ended.status))
      } catch (error) {
        if (error !== EINTR) throw error
      }
      for (let signal = this.signals.shift(); signal !== undefined; signal = this.signals.shift())
        await this.heed(signal)
    }
  }

  private async buried(pid: number, status: number): Promise<void> {
    if (!this.workers.delete(pid)) return
    await this.log('notice', `signal 17 (SIGCHLD) received from ${pid}`)
    await this.log(
      status > 128 ? 'alert' : 'notice',
      status > 128
        ? `worker process ${pid} exited on signal ${status - 128}`
        : `worker process ${pid} exited with code ${status}`,
    )
    if (!this.ending && status !== 0) await this.startWorker()
  }

  private async heed(signal: Signal): Promise<void> {
    const name = `signal ${signal} (${signalName(signal) ?? ''}) received`
    if (signal === SIGHUP) return this.reload(name)
    if (signal === SIGUSR1) return this.reopen(name)
    if (signal === SIGQUIT || signal === SIGTERM || signal === SIGINT) {
      this.ending = true
      await this.log('notice', `${name}, ${signal === SIGQUIT ? 'shutting down' : 'exiting'}`)
      for (const pid of this.workers) this.tell(pid, signal === SIGQUIT ? SIGQUIT : SIGTERM)
    }
  }

  private async reload(name: string): Promise<void> {
    await this.log('notice', `${name}, reconfiguring`)
    await this.log('notice', 'reconfiguring')
    try {
      const { config, resolved, identities } = await this.options.reload(this.sys)
      await this.makePaths(config)
      this.openLogs(config)
      this.openListeners(config)
      this.config = config
      this.resolved = resolved
      this.identities = identities
    } catch (error) {
      if (error instanceof ConfigError) return this.log('emerg', error.message)
      throw error
    }
    await this.replaceWorkers()
  }

  /** The workers have the old files open: others take their place. */
  private async reopen(name: string): Promise<void> {
    await this.log('notice', `${name}, reopening logs`)
    this.logs.reopen()
    await this.replaceWorkers()
  }

  private async replaceWorkers(): Promise<void> {
    const old = [...this.workers]
    await this.startWorkers()
    for (const pid of old) this.tell(pid, SIGQUIT)
  }

  private tell(pid: number, signal: Signal): void {
    try {
      this.sys.kill(pid, signal)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function bindDatagrams(sys: Sys, address: string, port: number): number {
  const fd = sys.socket(address.includes(':') ? AF_INET6 : AF_INET, SOCK_DGRAM)
  try {
    sys.bind(fd, inet(address, port))
    return fd
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

/** Before the addresses of listeners for datagrams. */
const UDP = 'udp '
const portOf = (where: string): string => where.slice(where.lastIndexOf(':') + 1)
