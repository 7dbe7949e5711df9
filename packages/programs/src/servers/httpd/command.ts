import { isErrno, type Process, SIGNALS, SIGTERM, SIGWINCH, type Signal, type Sys } from '@drydock/abi'
import { flag, getopt, list, readGroups, readPasswd, readTextFile, Stdio, UsageError, value } from '@drydock/libc'
import { detach } from '../files/detach.ts'
import { HttpdConfigError } from './config-error.ts'
import { errorLogOf, errorTime } from './error-log.ts'
import { inRoot } from './exchange.ts'
import { dumpHosts } from './hosts.ts'
import { type Asked, checkLogs, load, type Loaded } from './loaded.ts'
import { COMPILED_IN } from './modules.ts'
import { Parent, pidFileOf } from './parent.ts'
import { BUILT } from './status-page.ts'

const DEFAULT_VERSION = '2.4.65'
const OPTIONS = {
  define: list('D'),
  file: value('f'),
  before: list('C'),
  after: list('c'),
  root: value('d'),
  level: value('e'),
  startLog: value('E'),
  version: flag('v'),
  build: flag('V'),
  compiled: flag('l'),
  directives: flag('L'),
  test: flag('t'),
  untested: flag('T'),
  command: value('k'),
  help: flag('h'),
  modules: flag('M'),
  servers: flag('S'),
  foreground: flag('X'),
} as const

/** Every build has the place of its configuration compiled in: httpd.apache.org's, Red Hat's, Debian's and Alpine's. */
const BUILDS = [
  { root: '/usr/local/apache2', file: 'conf/httpd.conf', platform: 'unix' },
  { root: '/etc/httpd', file: 'conf/httpd.conf', platform: 'unix' },
  { root: '/etc/apache2', file: 'apache2.conf', platform: 'debian' },
  { root: '/etc/apache2', file: 'httpd.conf', platform: 'unix' },
] as const
const DEBIAN = BUILDS[2]

type Build = (typeof BUILDS)[number]

function buildOf(sys: Sys, name: string): Build {
  if (name === 'apache2') return DEBIAN
  const there = BUILDS.find(({ root, file }) => {
    try {
      return sys.stat(`${root}/${file}`)
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  })
  return there ?? BUILDS[0]
}

/** What the options mean together. */
class Command {
  private readonly process: Process
  private readonly io: Stdio
  private readonly name: string
  private readonly build: Build
  private readonly version: string

  constructor(process: Process) {
    this.process = process
    this.io = new Stdio(process.sys)
    this.name = process.argv[0]?.split('/').pop() ?? 'httpd'
    this.build = buildOf(process.sys, this.name)
    this.version = process.env.get('HTTPD_VERSION') ?? DEFAULT_VERSION
  }

  private get platform(): string {
    return this.build.platform === 'debian' ? 'Debian' : 'Unix'
  }

  async run(): Promise<number> {
    try {
      const { options } = getopt(this.process.argv.slice(1), OPTIONS)
      const status = await this.obey(options)
      await this.io.out.flush()
      return status
    } catch (error) {
      if (error instanceof UsageError) {
        await this.io.warn(`${this.name}: ${illegal(error.message)}\n${this.usage()}`)
        return 1
      }
      if (!(error instanceof HttpdConfigError)) throw error
      await this.io.warn(`${error.message}\n`)
      return 1
    }
  }

  private async obey(options: ReturnType<typeof getopt<typeof OPTIONS>>['options']): Promise<number> {
    if (options.help) return this.print(this.usage())
    if (options.version) return this.print(this.versionText())
    if (options.build) return this.print(this.versionText() + this.buildText())
    if (options.compiled)
      return this.print(
        `Compiled in modules:\n${COMPILED_IN[this.build.platform].map((file) => `  ${file}\n`).join('')}`,
      )
    const asked = this.asked(options)
    const { command } = options
    if (command !== undefined && !(command in COMMANDS)) {
      await this.io.warn(`Action '${command}' failed.\nThe Apache error log may have more information.\n`)
      return 1
    }
    const loaded = await load(this.process.sys, asked)
    await this.warnings(loaded)
    if (options.directives) return this.print(directivesText(loaded))
    const dumps = new Set([
      ...options.define,
      ...(options.servers ? ['DUMP_VHOSTS', 'DUMP_RUN_CFG'] : []),
      ...(options.modules ? ['DUMP_MODULES'] : []),
    ])
    if (options.test || options.servers || options.modules) return this.check(loaded, dumps)
    if (command !== undefined && command !== 'start') return this.control(loaded, command, asked)
    if (command === 'start') {
      const pid = await runningPid(this.process.sys, this.pidFile(loaded))
      if (pid !== undefined) return this.print(`httpd (pid ${pid}) already running\n`)
    }
    return this.start(loaded, asked, options.define.includes('FOREGROUND') || options.foreground > 0)
  }

  private async print(text: string): Promise<number> {
    await this.io.print(text)
    return 0
  }

  private asked(options: ReturnType<typeof getopt<typeof OPTIONS>>['options']): Asked {
    const root = (options.root ?? this.build.root).replace(/\/$/, '')
    const file = options.file ?? this.build.file
    return {
      file: file.startsWith('/') ? file : `${root}/${file}`,
      ...{ root, program: this.name, version: this.version, platform: this.build.platform },
      ...{ defines: options.define, before: options.before, after: options.after, env: this.process.env },
    }
  }

  private usage(): string {
    const gap = ' '.repeat(`Usage: ${this.name} `.length)
    return `Usage: ${this.name} [-D name] [-d directory] [-f file]
${gap}[-C "directive"] [-c "directive"]
${gap}[-k start|restart|graceful|graceful-stop|stop]
${gap}[-v] [-V] [-h] [-l] [-L] [-t] [-T] [-S] [-X]
${HELP}`
  }

  private versionText(): string {
    return `Server version: Apache/${this.version} (${this.platform})\nServer built:   ${BUILT}\n`
  }

  private buildText(): string {
    const { root, file } = this.build
    const rows = [
      ...['APR_HAS_SENDFILE', 'APR_HAS_MMAP', 'APR_HAVE_IPV6 (IPv4-mapped addresses enabled)'],
      ...['APR_USE_PROC_PTHREAD_SERIALIZE', 'APR_USE_PTHREAD_SERIALIZE', 'SINGLE_LISTEN_UNSERIALIZED_ACCEPT'],
      ...['APR_HAS_OTHER_CHILD', 'AP_HAVE_RELIABLE_PIPED_LOGS', 'DYNAMIC_MODULE_LIMIT=256', `HTTPD_ROOT="${root}"`],
      `SUEXEC_BIN="${root}/bin/suexec"`,
      this.build === DEBIAN ? 'DEFAULT_PIDLOG="/var/run/apache2.pid"' : 'DEFAULT_PIDLOG="logs/httpd.pid"',
      ...['DEFAULT_SCOREBOARD="logs/apache_runtime_status"', 'DEFAULT_ERRORLOG="logs/error_log"'],
      this.build === DEBIAN ? 'AP_TYPES_CONFIG_FILE="mime.types"' : 'AP_TYPES_CONFIG_FILE="conf/mime.types"',
      `SERVER_CONFIG_FILE="${file}"`,
    ]
    return `Server's Module Magic Number: 20120211:142
Server loaded:  APR 1.7.5, APR-UTIL 1.6.3, PCRE 10.46 2025-08-27
Compiled using: APR 1.7.5, APR-UTIL 1.6.3, PCRE 10.46 2025-08-27
Architecture:   64-bit
Server MPM:     event
  threaded:     yes (fixed thread count)
    forked:     yes (variable process count)
Server compiled with....
${rows.map((row) => ` -D ${row}\n`).join('')}`
  }

  private async warnings({ warnings }: Loaded): Promise<void> {
    const { sys } = this.process
    const pid = sys.getpid()
    for (const text of warnings) {
      const module = text.startsWith('AH01574') ? 'so' : 'core'
      await this.io.warn(`[${errorTime(sys.clock.now())}] [${module}:warn] [pid ${pid}:tid ${pid}] ${text}\n`)
    }
  }

  private async check(loaded: Loaded, dumps: ReadonlySet<string>): Promise<number> {
    await this.nameWarning(loaded)
    if (dumps.has('DUMP_MODULES'))
      await this.io.print(
        `Loaded Modules:\n${loaded.modules
          .listing()
          .map((line) => `${line}\n`)
          .join('')}`,
      )
    if (dumps.has('DUMP_VHOSTS')) await this.io.print(dumpHosts(loaded.config, this.hostname()))
    if (dumps.has('DUMP_RUN_CFG')) await this.io.print(await this.runningConfig(loaded, dumps))
    if (dumps.size > 0 && [...dumps].some((name) => name.startsWith('DUMP_'))) return 0
    checkLogs(this.process.sys, loaded.config)
    await this.io.warn('Syntax OK\n')
    return 0
  }

  private pidFile(loaded: Loaded): string {
    return pidFileOf(loaded, this.platform)
  }

  private async runningConfig(loaded: Loaded, dumps: ReadonlySet<string>): Promise<string> {
    const { config, defines } = loaded
    const { layer } = config.main
    const word = (key: string, otherwise: string): string => layer.all(key).at(-1)?.args[0] ?? otherwise
    const user = word('user', 'www-data')
    const group = word('group', user)
    const uid = (await readPasswd(this.process.sys)).find(({ name }) => name === user)?.uid
    const gid = (await readGroups(this.process.sys)).find(({ name }) => name === group)?.gid
    const names = new Set([...defines.keys(), ...dumps])
    return [
      `ServerRoot: "${config.root}"`,
      `Main DocumentRoot: "${inRoot(loaded, word('documentroot', 'htdocs'))}"`,
      `Main ErrorLog: "${errorLogOf(loaded)}"`,
      `Mutex default: dir="${this.build === DEBIAN ? '/var/run/apache2/' : `${config.root}/logs/`}" mechanism=default `,
      ...(this.build === DEBIAN ? ['Mutex watchdog-callback: using_defaults'] : []),
      `PidFile: "${this.pidFile(loaded)}"`,
      ...[...names].map((name) => {
        const text = defines.get(name) ?? ''
        return text === '' ? `Define: ${name}` : `Define: ${name}=${text}`
      }),
      `User: name="${user}" id=${uid ?? 'unknown'}`,
      `Group: name="${group}" id=${gid ?? 'unknown'}`,
      '',
    ].join('\n')
  }

  /** What a server without ServerName is called: the first address that is not the machine's own. */
  private hostname(): string {
    const links = this.process.sys.netlink({ op: 'link-list' }).filter(({ kind }) => kind !== 'loopback')
    return links.flatMap(({ addresses }) => addresses)[0]?.split('/')[0] ?? '127.0.0.1'
  }

  /** The warning that every container of httpd begins with. */
  private async nameWarning({ config }: Loaded): Promise<void> {
    if (config.main.name !== undefined) return
    await this.io.warn(
      `AH00558: ${this.name}: Could not reliably determine the server's fully qualified domain name, using ${this.hostname()}. Set the 'ServerName' directive globally to suppress this message\n`,
    )
  }

  /** -k: what a running server is told. */
  private async control(loaded: Loaded, command: string, asked: Asked): Promise<number> {
    const { sys } = this.process
    await this.nameWarning(loaded)
    const pid = await runningPid(sys, this.pidFile(loaded))
    if (pid !== undefined) {
      sys.kill(pid, COMMANDS[command] ?? SIGTERM)
      return 0
    }
    const stops = command.endsWith('stop')
    const words =
      (await textOf(sys, this.pidFile(loaded))) === undefined ? 'httpd (no pid file) not running' : 'httpd not running'
    await this.io.print(stops ? `${words}\n` : `${words}, trying to start\n`)
    return stops ? 0 : this.start(loaded, asked, false)
  }

  private async start(loaded: Loaded, asked: Asked, foreground: boolean): Promise<number> {
    const { sys, argv } = this.process
    await this.nameWarning(loaded)
    // Said at the check of the configuration and at the start, which only those in the foreground still show.
    if (foreground) await this.nameWarning(loaded)
    await this.io.out.flush()
    const parent = new Parent(sys, {
      ...{ loaded, version: this.version, platform: this.platform, hostname: this.hostname() },
      words: [argv[0] ?? this.name, ...argv.slice(1)].join(' '),
      reload: (own) => load(own, asked),
    })
    parent.prepare()
    if (foreground) return parent.run(sys)
    sys.fork(
      (child) => {
        detach(child.sys)
        return parent.run(child.sys)
      },
      { setsid: true },
    )
    return 0
  }
}

const COMMANDS: Readonly<Record<string, Signal>> = {
  start: 0,
  stop: SIGTERM,
  'graceful-stop': SIGWINCH,
  restart: SIGNALS.SIGHUP,
  graceful: SIGNALS.SIGUSR1,
}

/** getopt's complaint as APR words it. */
const illegal = (message: string): string =>
  message.replace(/^(?:invalid option -- |unrecognized option )'?-*([^']*)'?$/, 'illegal option -- $1')

const directivesText = ({ modules }: Loaded): string =>
  modules
    .directives()
    .map(({ name, module, help }) => `${name} (${module})\n\t${help}\n`)
    .join('')

async function textOf(sys: Sys, path: string): Promise<string | undefined> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** The process of a pid file, while there is one. */
async function runningPid(sys: Sys, path: string): Promise<number | undefined> {
  const pid = Number((await textOf(sys, path)) ?? 0)
  if (pid <= 0) return undefined
  try {
    sys.kill(pid, 0)
    return pid
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const HELP = `Options:
  -D name            : define a name for use in <IfDefine name> directives
  -d directory       : specify an alternate initial ServerRoot
  -f file            : specify an alternate ServerConfigFile
  -C "directive"     : process directive before reading config files
  -c "directive"     : process directive after reading config files
  -e level           : show startup errors of level (see LogLevel)
  -E file            : log startup errors to file
  -v                 : show version number
  -V                 : show compile settings
  -h                 : list available command line options (this page)
  -l                 : list compiled in modules
  -L                 : list available configuration directives
  -t -D DUMP_VHOSTS  : show parsed vhost settings
  -t -D DUMP_RUN_CFG : show parsed run settings
  -S                 : a synonym for -t -D DUMP_VHOSTS -D DUMP_RUN_CFG
  -t -D DUMP_MODULES : show all loaded modules 
  -M                 : a synonym for -t -D DUMP_MODULES
  -t -D DUMP_INCLUDES: show all included configuration files
  -t                 : run syntax check for config files
  -T                 : start without DocumentRoot(s) check
  -X                 : debug mode (only one worker, do not detach)
`

export const main = (process: Process): Promise<number> => new Command(process).run()
