import { isErrno, type Process, type Program, SIGHUP, SIGNALS, SIGQUIT, SIGTERM, SIGUSR1, type Sys } from '@drydock/abi'
import { readPasswd, readTextFile, ResolveError, resolveHost, Stdio } from '@drydock/libc'
import { detach } from '../files/detach.ts'
import { type Config, LateConfigError, readConfiguration } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFiles, parseConfig, parseDirectives } from './config-parser.ts'
import { errorTime } from './error-log.ts'
import { type Loaded, Master } from './master.ts'
import { readIdentities } from './secure-servers.ts'
import type { Resolved } from './upstreams.ts'

const DEFAULT_VERSION = '1.29.0'
const SIGNALS_BY_WORD: ReadonlyMap<string, number> = new Map([
  ['stop', SIGTERM],
  ['quit', SIGQUIT],
  ['reopen', SIGUSR1],
  ['reload', SIGHUP],
])
/** Carries the command line past the exec that gives the master its title. */
const TITLE_ENV = 'NGINX_DRYDOCK_ARGV'

const HELP = (version: string): string => `nginx version: nginx/${version}
Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: /etc/nginx/)
  -e filename   : set error log file (default: /var/log/nginx/error.log)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

`

interface CommandLine {
  test: boolean
  dump: boolean
  quiet: boolean
  show: '' | 'version' | 'build' | 'help'
  file: string
  global: string
  signal: string | undefined
  problem: string | undefined
}

function read(argv: readonly string[]): CommandLine {
  const line: CommandLine = {
    test: false,
    dump: false,
    quiet: false,
    show: '',
    file: '/etc/nginx/nginx.conf',
    global: '',
    signal: undefined,
    problem: undefined,
  }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) return { ...line, problem: `invalid option: "${word}"` }
    if (/^-[cgspe]$/.test(word)) {
      const argument = argv[++at]
      if (argument === undefined) return { ...line, problem: `option "${word}" requires parameter` }
      if (word === '-c') line.file = argument.startsWith('/') ? argument : `/etc/nginx/${argument}`
      if (word === '-g') line.global = argument
      if (word === '-s') line.signal = argument
    } else
      for (const letter of word.slice(1)) {
        if (letter === 't' || letter === 'T') line.test = true
        if (letter === 'T') line.dump = true
        else if (letter === 'q') line.quiet = true
        else if (letter === 'v') line.show = 'version'
        else if (letter === 'V') line.show = 'build'
        else if (letter === 'h' || letter === '?') line.show = 'help'
        else if (letter !== 't') return { ...line, problem: `invalid option: "${letter}"` }
      }
  }
  return line
}

/** Reads and checks everything. @param read gets the text of every file @throws ConfigError */
async function load(sys: Sys, line: CommandLine, read: ConfigFiles = new Map()): Promise<Loaded> {
  const config = readConfiguration(
    await parseConfig(sys, line.file, '', read),
    await parseDirectives(sys, 'command line', line.global),
    line.file,
  )
  if (config.user !== undefined && !(await readPasswd(sys)).some(({ name }) => name === config.user))
    throw new ConfigError(`getpwnam("${config.user}") failed in ${config.userAt}`)
  return { config, resolved: await resolveHosts(sys, config), identities: await readIdentities(sys, config) }
}

/** @throws ConfigError for a name that nobody knows */
async function resolveHosts(sys: Sys, { hosts }: Config): Promise<Resolved> {
  const resolved = new Map<string, readonly string[]>()
  for (const { name, at, port: usual } of hosts) {
    const [host = '', port = usual] = name.split(':')
    try {
      resolved.set(
        name,
        (await resolveHost(sys, host)).map((address) => `${address}:${port}`),
      )
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      throw new ConfigError(`host not found in upstream "${name}" in ${at}`)
    }
  }
  return resolved
}

async function signalMaster(sys: Sys, io: Stdio, line: CommandLine, config: Config): Promise<number> {
  const signal = SIGNALS_BY_WORD.get(line.signal ?? '') ?? SIGNALS.SIGTERM
  try {
    const pid = Number((await readTextFile(sys, config.pid)).trim())
    if (!(pid > 0)) throw new ConfigError(`invalid PID number "" in "${config.pid}"`)
    sys.kill(pid, signal)
    return 0
  } catch (error) {
    if (error instanceof ConfigError) await complain(sys, io, 'error', error.message)
    else if (isErrno(error))
      await complain(sys, io, 'error', `open() "${config.pid}" failed (${error.errno}: ${error.message})`)
    else throw error
    return 1
  }
}

const complain = (sys: Sys, io: Stdio, level: string, message: string): Promise<void> =>
  io.warn(`${errorTime(sys.clock.now())} [${level}] ${sys.getpid()}#${sys.getpid()}: ${message}\n`)

const buildWords = (version: string): string => `nginx version: nginx/${version}
built by gcc 14.2.0 (Debian 14.2.0-19) 
configure arguments: --prefix=/etc/nginx --sbin-path=/usr/sbin/nginx --conf-path=/etc/nginx/nginx.conf --error-log-path=/var/log/nginx/error.log --http-log-path=/var/log/nginx/access.log --pid-path=/run/nginx.pid
`

/** The command line, which the exec for the title has moved into the environment. */
const argumentsOf = ({ argv, env }: Process): readonly string[] => {
  const kept = env.get(TITLE_ENV)
  return kept === undefined || !argv[0]?.startsWith('nginx: master') ? argv.slice(1) : kept.split('\0')
}

/** What setproctitle does for the real one: ps shows the master by a name of its own. */
async function takeTitle({ sys, argv, env }: Process): Promise<void> {
  if (argv[0]?.startsWith('nginx: master')) return
  try {
    const kept = new Map([...env, [TITLE_ENV, argv.slice(1).join('\0')] as const])
    await sys.exec(sys.readlink('/proc/self/exe'), [`nginx: master process ${argv.join(' ')}`], kept)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

async function main(process: Process): Promise<number> {
  const { sys, env } = process
  const io = new Stdio(sys)
  const version = env.get('NGINX_VERSION') ?? DEFAULT_VERSION
  const line = read(argumentsOf(process))
  if (line.problem !== undefined) {
    await io.warn(`nginx: ${line.problem}\n`)
    return 1
  }
  if (line.show !== '') {
    await io.warn(
      line.show === 'version'
        ? `nginx version: nginx/${version}\n`
        : line.show === 'build'
          ? buildWords(version)
          : HELP(version),
    )
    return 0
  }
  if (line.signal !== undefined && !SIGNALS_BY_WORD.has(line.signal)) {
    await io.warn(`nginx: invalid option: "-s ${line.signal}"\n`)
    return 1
  }
  try {
    const files: ConfigFiles = new Map()
    const loaded = await load(sys, line, files)
    for (const warning of loaded.config.warnings) await report(sys, io, 'warn', warning)
    if (line.test) return await tested(io, line, files)
    if (line.signal !== undefined) return await signalMaster(sys, io, line, loaded.config)
    return await start(process, line, loaded, version)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    if (line.test && error instanceof LateConfigError) await io.warn(syntaxOk(line))
    await report(sys, io, 'emerg', error.message)
    if (line.test) await io.warn(`nginx: configuration file ${line.file} test failed\n`)
    return 1
  }
}

/** To the log and to the terminal. */
async function report(sys: Sys, io: Stdio, level: string, message: string): Promise<void> {
  await complain(sys, io, level, message)
  await io.warn(`nginx: [${level}] ${message}\n`)
}

const syntaxOk = ({ file }: CommandLine): string => `nginx: the configuration file ${file} syntax is ok\n`

async function tested(io: Stdio, line: CommandLine, files: ConfigFiles): Promise<number> {
  if (!line.quiet) await io.warn(`${syntaxOk(line)}nginx: configuration file ${line.file} test is successful\n`)
  if (line.dump) for (const [file, text] of files) await io.print(`# configuration file ${file}:\n${text}\n`)
  await io.out.flush()
  return 0
}

/** In the foreground, or as a daemon whose parent is done at once. */
async function start(process: Process, line: CommandLine, loaded: Loaded, version: string): Promise<number> {
  const { config } = loaded
  if (!config.daemon) await takeTitle(process)
  const master = new Master(process, { version, loaded, reload: (sys) => load(sys, line) })
  await master.prepare()
  if (!config.daemon) return master.run(process)
  const title = `nginx: master process ${process.argv.join(' ')}`
  const daemon = (child: Process): Promise<number> => {
    detach(child.sys)
    return master.run(child)
  }
  process.sys.fork(daemon, { argv: [title], setsid: true })
  return 0
}

/** nginx. nginx(8). */
export const nginx: Program = {
  name: 'nginx/nginx',
  paths: ['/usr/sbin/nginx'],
  covers: 'partial',
  lacks: [
    'HTTP/2 and HTTP/3, TLS before 1.3, certificates of elliptic curves and of clients',
    'mail; TLS and ssl_preread of stream',
    'what a cache kept is not found again after a new start, and is never too much',
    'mirror takes no bodies along',
    'ssi, addition, secure_link, dav, slice, add_trailer; fastcgi and its kin',
    'unix: listeners, kept connections to upstreams',
  ],
  summary: 'HTTP and reverse proxy server',
  sizeBytes: 1_605_912,
  rssBytes: 6 * 1024 * 1024,
  main,
}
