import {
  EINTR,
  inet,
  isErrno,
  type Process,
  SIGINT,
  SIGNALS,
  SIGTERM,
  SIGWINCH,
  type Signal,
  signalName,
  type Sys,
} from '@drydock/abi'
import { hostPort, listen, readGroups, readPasswd, writeFile } from '@drydock/libc'
import { LogFiles } from '../logs/log-files.ts'
import { Balancers } from './balancer.ts'
import { serveChild } from './child.ts'
import type { Listen } from './config.ts'
import { HttpdConfigError } from './config-error.ts'
import { errorLogOf, logError } from './error-log.ts'
import { inRoot } from './exchange.ts'
import { checkLogs, type Loaded } from './loaded.ts'
import { Scoreboard } from './scoreboard.ts'

/** StartServers of mpm_event. */
const CHILDREN = 3

export interface ParentOptions {
  readonly loaded: Loaded
  readonly version: string
  readonly platform: string
  /** The command as it is logged. */
  readonly words: string
  readonly hostname: string
  /** Reads the configuration anew. @throws HttpdConfigError */
  readonly reload: (sys: Sys) => Promise<Loaded>
}

export const pidFileOf = (loaded: Pick<Loaded, 'config'>, platform: string): string =>
  inRoot(
    loaded,
    loaded.config.main.layer.all('pidfile').at(-1)?.args[0] ??
      (platform === 'Debian' ? '/var/run/apache2.pid' : 'logs/httpd.pid'),
  )

/** The parent: opens ports and logs, keeps the children, ends on SIGTERM or, after open requests, SIGWINCH. */
export class Parent {
  private sys: Sys
  private readonly options: ParentOptions
  private loaded: Loaded
  private logs: LogFiles
  private readonly listeners = new Map<string, number>()
  private readonly children = new Set<number>()
  private readonly signals: Signal[] = []
  private ending = false
  private board: Scoreboard

  constructor(sys: Sys, options: ParentOptions) {
    this.sys = sys
    this.options = options
    this.loaded = options.loaded
    this.logs = new LogFiles(sys)
    this.board = new Scoreboard(sys.clock.now(), 0)
  }

  private note(where: string, text: string): Promise<void> {
    const { sys, loaded, logs } = this
    return logError({ sys, config: loaded.config, logs }, where, text)
  }

  /** Opens logs and ports. @throws HttpdConfigError */
  prepare(): void {
    checkLogs(this.sys, this.loaded.config)
    this.openLogs()
    this.openListeners()
  }

  private openLogs(): void {
    const { config } = this.loaded
    const servers = [config.main, ...config.hosts]
    const access = servers.flatMap(({ layer }) =>
      ['customlog', 'transferlog', 'globallog'].flatMap((key) =>
        layer.all(key).map(({ args }) => inRoot({ config }, args[0] ?? '')),
      ),
    )
    for (const path of new Set([...servers.map((server) => errorLogOf({ config }, server)), ...access]))
      try {
        this.logs.openFile(path)
      } catch (error) {
        if (!isErrno(error)) throw error
        throw new HttpdConfigError(
          `(${error.errno})${error.message}: AH00091: ${this.options.platform === 'Debian' ? 'apache2' : 'httpd'}: could not open error log file ${path}.\nAH00015: Unable to open logs`,
        )
      }
  }

  private openListeners(): void {
    const { listens } = this.loaded.config
    if (listens.length === 0)
      throw new HttpdConfigError('no listening sockets available, shutting down\nAH00015: Unable to open logs')
    const wanted = new Map(listens.map((each) => [`${each.host}:${each.port}`, each]))
    for (const [place, fd] of this.listeners)
      if (!wanted.has(place)) {
        this.sys.close(fd)
        this.listeners.delete(place)
      }
    for (const [place, each] of wanted) if (!this.listeners.has(place)) this.listeners.set(place, this.bind(each))
  }

  /** Sockets of IPv6 take both families, as configured with --enable-v4-mapped. */
  private bind({ host, port }: Listen): number {
    const address = host === '*' ? '::' : host
    try {
      return listen(this.sys, inet(address, port), 511)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new HttpdConfigError(
        `(${error.errno})${error.message}: AH00072: make_sock: could not bind to address ${hostPort(address, port)}\nno listening sockets available, shutting down\nAH00015: Unable to open logs`,
      )
    }
  }

  /** @param sys of the process that goes on: the caller of `prepare` or its child */
  async run(sys: Sys): Promise<number> {
    this.sys = sys
    this.logs = this.logs.inherit(sys)
    for (const signal of [SIGTERM, SIGINT, SIGWINCH, SIGNALS.SIGUSR1, SIGNALS.SIGHUP])
      sys.sigaction(signal, (each) => void this.signals.push(each), { restart: false })
    const pidFile = pidFileOf(this.loaded, this.options.platform)
    await writeFile(sys, pidFile, `${sys.getpid()}\n`)
    for (let number = 0; number < CHILDREN; number++) await this.start()
    await this.resume()
    await this.mind()
    removeQuietly(sys, pidFile)
    return 0
  }

  private async resume(): Promise<void> {
    const { version, platform, words } = this.options
    await this.note(
      'mpm_event:notice',
      `AH00489: Apache/${version} (${platform})${this.libraries()} configured -- resuming normal operations`,
    )
    await this.note('core:notice', `AH00094: Command line: '${words}'`)
  }

  private libraries(): string {
    return this.loaded.modules.has('ssl_module') ? ' OpenSSL/3.0.17' : ''
  }

  private async start(): Promise<void> {
    const { loaded, logs, board, options } = this
    const owner = await this.owner()
    const listeners = [...this.listeners.values()]
    const fds = new Map([0, 1, 2, ...listeners, ...logs.fds].map((fd): [number, number] => [fd, fd]))
    const { config, modules, types, defines, identities } = loaded
    const { version, platform, hostname } = options
    const shared = { config, modules, types, defines, version, platform, hostname, board, balancers: this.balancers }
    const child = ({ sys }: Process): Promise<number> =>
      serveChild({ ...shared, sys, logs: logs.inherit(sys) }, identities, listeners)
    this.children.add(this.sys.fork(child, { fds, ...owner }))
  }

  private get balancers(): Balancers {
    this.known ??= new Balancers(this.loaded.config)
    return this.known
  }
  private known: Balancers | undefined

  /** User and Group, for who starts as root. */
  private async owner(): Promise<{ readonly uid?: number; readonly gid?: number }> {
    const { layer } = this.loaded.config.main
    const [user = '', group = ''] = ['user', 'group'].map((key) => layer.all(key).at(-1)?.args[0] ?? '')
    const found = (await readPasswd(this.sys)).find((each) => each.name === user)
    if (!found || this.sys.geteuid() !== 0) return {}
    const own = (await readGroups(this.sys)).find((each) => each.name === group)
    return { uid: found.uid, gid: own?.gid ?? found.gid }
  }

  private async mind(): Promise<void> {
    while (this.children.size > 0) {
      try {
        const ended = await this.sys.wait(-1)
        if (ended && this.children.delete(ended.pid) && !this.ending) await this.start()
      } catch (error) {
        if (error !== EINTR) throw error
      }
      for (let signal = this.signals.shift(); signal !== undefined; signal = this.signals.shift())
        await this.heed(signal)
    }
  }

  private async heed(signal: Signal): Promise<void> {
    if (signal === SIGNALS.SIGUSR1 || signal === SIGNALS.SIGHUP) return this.restart(signal)
    this.ending = true
    await this.note(
      'mpm_event:notice',
      signal === SIGWINCH
        ? 'AH00492: caught SIGWINCH, shutting down gracefully'
        : 'AH00491: caught SIGTERM, shutting down',
    )
    for (const pid of this.children) this.sys.kill(pid, signal === SIGWINCH ? SIGWINCH : SIGTERM)
  }

  /** A configuration that is wrong ends the server, as it does in life. */
  private async restart(signal: Signal): Promise<void> {
    await this.note(
      'mpm_event:notice',
      signal === SIGNALS.SIGUSR1
        ? `AH00493: ${signalName(signal) ?? ''} received.  Doing graceful restart`
        : 'AH00494: SIGHUP received.  Attempting to restart',
    )
    try {
      this.loaded = await this.options.reload(this.sys)
      this.known = undefined
      this.board = new Scoreboard(this.sys.clock.now(), this.board.generation + 1)
      this.prepare()
    } catch (error) {
      if (!(error instanceof HttpdConfigError)) throw error
      for (const line of error.message.split('\n')) await this.logs.write(errorLogOf(this.loaded), `${line}\n`)
      this.ending = true
      for (const pid of this.children) this.sys.kill(pid, SIGTERM)
      return
    }
    const old = [...this.children]
    for (let number = 0; number < CHILDREN; number++) await this.start()
    for (const pid of old) {
      this.children.delete(pid)
      this.sys.kill(pid, signal === SIGNALS.SIGUSR1 ? SIGWINCH : SIGTERM)
    }
    await this.resume()
  }
}

function removeQuietly(sys: Sys, path: string): void {
  try {
    sys.unlink(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
