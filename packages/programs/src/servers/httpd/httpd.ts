import {
  isInet,
  ECONNABORTED,
  EINTR,
  inet,
  isErrno,
  type Process,
  type Program,
  SIGINT,
  SIGNALS,
  SIGTERM,
  SIGWINCH,
  type Signal,
  signalName,
  type Sys,
  plainAddress,
} from '@drydock/abi'
import { serveConnection } from '@drydock/http'
import {
  FdStream,
  getopt,
  flag,
  list,
  listen,
  readPasswd,
  Stdio,
  UsageError,
  value,
  writeFile,
  hostPort,
} from '@drydock/libc'
import { detach } from '../files/detach.ts'
import { LogFiles } from '../logs/log-files.ts'
import { type HttpdConfig, HttpdConfigError, readHttpdConfig } from './config.ts'
import { respond } from './respond.ts'

const DEFAULT_VERSION = '2.4.65'
/** StartServers of mpm_event. */
const CHILDREN = 3
const OPTIONS = {
  define: list('D'),
  file: value('f'),
  directive: list('c'),
  root: value('d'),
  version: flag('v'),
  build: flag('V'),
  test: flag('t'),
  command: value('k'),
  help: flag('h'),
  modules: flag('M'),
  servers: flag('S'),
  foreground: flag('X'),
} as const

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

function errorTime(ms: number): string {
  const at = new Date(ms)
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}.${String(at.getUTCMilliseconds()).padStart(3, '0')}000`
  return `${DAYS[at.getUTCDay()] ?? ''} ${MONTHS[at.getUTCMonth()] ?? ''} ${two(at.getUTCDate())} ${clock} ${at.getUTCFullYear()}`
}

/** The parent: opens ports and logs, keeps the children, ends on SIGTERM or, after open requests, SIGWINCH. */
class Parent {
  private sys: Sys
  private readonly config: HttpdConfig
  private readonly version: string
  private readonly words: string
  private logs: LogFiles
  private listeners: readonly number[] = []
  private readonly children = new Set<number>()
  private readonly signals: Signal[] = []
  private ending = false

  constructor(sys: Sys, config: HttpdConfig, version: string, words: string) {
    this.sys = sys
    this.config = config
    this.version = version
    this.words = words
    this.logs = new LogFiles(sys)
  }

  private async note(module: string, text: string): Promise<void> {
    const pid = this.sys.getpid()
    await this.logs.write(
      this.config.errorLog,
      `[${errorTime(this.sys.clock.now())}] [${module}:notice] [pid ${pid}:tid ${pid}] ${text}\n`,
    )
  }

  /** Opens logs and ports. @throws HttpdConfigError */
  prepare(): void {
    const { config } = this
    for (const path of [config.errorLog, ...config.accessLogs.map((each) => each.path)]) this.logs.openFile(path)
    this.listeners = config.listens.map(({ address, port }) => this.bind(address, port))
  }

  /** @param sys of the process that goes on: the caller of `prepare` or its child */
  async run(sys: Sys): Promise<number> {
    const { config, listeners } = this
    this.sys = sys
    this.logs = this.logs.inherit(sys)
    for (const signal of [SIGTERM, SIGINT, SIGWINCH, SIGNALS.SIGUSR1, SIGNALS.SIGHUP])
      sys.sigaction(signal, (each) => void this.signals.push(each), { restart: false })
    await writeFile(sys, config.pidFile, `${sys.getpid()}\n`)
    for (let number = 0; number < CHILDREN; number++) await this.start(listeners)
    await this.note('mpm_event', `AH00489: Apache/${this.version} (Unix) configured -- resuming normal operations`)
    await this.note('core', `AH00094: Command line: '${this.words}'`)
    await this.mind(listeners)
    removeQuietly(sys, config.pidFile)
    return 0
  }

  private bind(address: string, port: number): number {
    try {
      return listen(this.sys, inet(address, port), 511)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new HttpdConfigError(
        `(${error.errno})${error.message}: AH00072: make_sock: could not bind to address ${hostPort(address, port)}\nno listening sockets available, shutting down\nAH00015: Unable to open logs`,
      )
    }
  }

  private async start(listeners: readonly number[]): Promise<void> {
    const { config, version, logs } = this
    const owner = (await readPasswd(this.sys)).find((each) => each.name === config.user)
    const fds = new Map([0, 1, 2, ...listeners, ...logs.fds].map((fd): [number, number] => [fd, fd]))
    const child = (process: Process): Promise<number> =>
      serve(process.sys, { config, version, logs: logs.inherit(process.sys) }, listeners)
    this.children.add(
      this.sys.fork(child, { fds, ...(owner && this.sys.geteuid() === 0 ? { uid: owner.uid, gid: owner.gid } : {}) }),
    )
  }

  private async mind(listeners: readonly number[]): Promise<void> {
    while (this.children.size > 0) {
      try {
        const ended = await this.sys.wait(-1)
        if (ended && this.children.delete(ended.pid) && !this.ending) await this.start(listeners)
      } catch (error) {
        if (error !== EINTR) throw error
      }
      for (let signal = this.signals.shift(); signal !== undefined; signal = this.signals.shift())
        await this.heed(signal)
    }
  }

  private async heed(signal: Signal): Promise<void> {
    if (signal === SIGNALS.SIGUSR1 || signal === SIGNALS.SIGHUP)
      return this.note('mpm_event', `AH00493: ${signalName(signal) ?? ''} received.  Doing graceful restart`)
    this.ending = true
    const graceful = signal === SIGWINCH
    await this.note(
      'mpm_event',
      graceful ? 'AH00492: caught SIGWINCH, shutting down gracefully' : 'AH00491: caught SIGTERM, shutting down',
    )
    for (const pid of this.children) this.sys.kill(pid, SIGTERM)
  }
}

function removeQuietly(sys: Sys, path: string): void {
  try {
    sys.unlink(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

async function serve(
  sys: Sys,
  context: Omit<Parameters<typeof respond>[0], 'sys'>,
  listeners: readonly number[],
): Promise<number> {
  for (const signal of [SIGINT, SIGWINCH]) sys.sigaction(signal, 'SIG_IGN')
  sys.sigaction(SIGTERM, () => sys.exit(0))
  const whole = { ...context, sys }
  await Promise.all(listeners.map((listener) => accept(sys, whole, listener)))
  return 0
}

async function accept(sys: Sys, context: Parameters<typeof respond>[0], listener: number): Promise<void> {
  for (;;) {
    try {
      const { fd, peer } = await sys.accept(listener)
      const client = isInet(peer) ? plainAddress(peer.address) : '-'
      void serveConnection(new FdStream(sys, fd), (request) => respond(context, request, client))
    } catch (error) {
      if (error !== EINTR && error !== ECONNABORTED) throw error
    }
  }
}

/** The warning that every container of httpd begins with. */
async function nameWarning(sys: Sys, io: Stdio, config: HttpdConfig, name: string): Promise<void> {
  if (config.serverName !== undefined) return
  const links = sys.netlink({ op: 'link-list' }).filter(({ kind }) => kind !== 'loopback')
  const address = links.flatMap(({ addresses }) => addresses)[0]?.split('/')[0] ?? '127.0.0.1'
  const line = `AH00558: ${name}: Could not reliably determine the server's fully qualified domain name, using ${address}. Set the 'ServerName' directive globally to suppress this message\n`
  await io.warn(line)
}

/** Every build has the place of its configuration compiled in: httpd.apache.org's, Red Hat's, Debian's and Alpine's. */
const CONFIGS = [
  '/usr/local/apache2/conf/httpd.conf',
  '/etc/httpd/conf/httpd.conf',
  '/etc/apache2/apache2.conf',
  '/etc/apache2/httpd.conf',
]

function configFile(sys: Sys, { file, root }: { file?: string | undefined; root?: string | undefined }): string {
  if (file !== undefined) return file
  if (root !== undefined) return `${root}/conf/httpd.conf`
  const there = CONFIGS.find((path) => {
    try {
      return sys.stat(path)
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  })
  return there ?? `${CONFIGS[0]}`
}

async function main(process: Process): Promise<number> {
  const { sys, env, argv } = process
  const io = new Stdio(sys)
  const name = argv[0]?.split('/').pop() ?? 'httpd'
  const version = env.get('HTTPD_VERSION') ?? DEFAULT_VERSION
  try {
    const { options } = getopt(argv.slice(1), OPTIONS)
    if (options.version || options.build) {
      await io.print(`Server version: Apache/${version} (Unix)\nServer built:   Jul 22 2025 00:00:00\n`)
      await io.out.flush()
      return 0
    }
    const config = await readHttpdConfig(sys, configFile(sys, options), options.directive)
    if (options.test) {
      await nameWarning(sys, io, config, name)
      await io.warn('Syntax OK\n')
      return 0
    }
    const words = [name, ...options.define.flatMap((each) => ['-D', each])].join(' ')
    // Said once for the check of the configuration and once for the start.
    for (let time = 0; time < 2; time++) await nameWarning(sys, io, config, name)
    const parent = new Parent(sys, config, version, words)
    parent.prepare()
    if (options.define.includes('FOREGROUND') || options.foreground) return await parent.run(sys)
    const daemon = (child: Process): Promise<number> => {
      detach(child.sys)
      return parent.run(child.sys)
    }
    sys.fork(daemon, { setsid: true })
    return 0
  } catch (error) {
    if (error instanceof UsageError)
      await io.warn(
        `httpd: ${error.message}\nUsage: httpd [-D name] [-d directory] [-f file]\n             [-C "directive"] [-c "directive"]\n             [-k start|restart|graceful|graceful-stop|stop]\n             [-v] [-V] [-h] [-l] [-L] [-t] [-T] [-S] [-X]\n`,
      )
    else if (error instanceof HttpdConfigError) await io.warn(`${error.message}\n`)
    else throw error
    return 1
  }
}

/** Apache httpd. httpd(8). */
export const httpd: Program = {
  name: 'httpd/httpd',
  paths: ['/usr/local/apache2/bin/httpd', '/usr/sbin/httpd', '/usr/sbin/apache2'],
  covers: 'partial',
  lacks: [
    'virtual hosts',
    'sections for folders, files and locations',
    '.htaccess',
    'modules (rewrite, ssl, cgi…); of proxy only ProxyPass to http',
    'ranges',
    '-k',
    '-M',
    '-S',
  ],
  summary: 'Apache Hypertext Transfer Protocol Server',
  sizeBytes: 771_416,
  rssBytes: 7 * 1024 * 1024,
  main,
}
