import {
  EINTR,
  isDirectory,
  isErrno,
  O_RDWR,
  type Process,
  type Program,
  SIGNALS,
  SIGTERM,
  type Sys,
  type Utsname,
} from '@drydock/abi'
import { readTextFile, Stdio, writeFile } from '@drydock/libc'
import type { Tell } from './backend.ts'
import { HaproxyConfigError, type Section, SectionReader } from './config.ts'
import { duplicates, lineComplaints, sectionFindings } from './diagnose.ts'
import { Proxies } from './process.ts'

const DEFAULT_VERSION = '3.4.4'
/** Behind these it says no more: reading ends where they are found. */
const ENDS_AT_ONCE = /^Failed to initialize|^Cannot open|'http-(request|response|after-response)/
const FATAL = 'Fatal errors found in configuration.'

interface CommandLine {
  readonly files: readonly string[]
  readonly check: boolean
  readonly quiet: boolean
  readonly daemon: boolean
  readonly master: boolean
  readonly pidFile: string | undefined
  readonly finish: readonly number[]
  readonly terminate: readonly number[]
  readonly version: boolean
  readonly strange: boolean
}

/** Options with a word behind them. */
const VALUED: readonly string[] = ['-f', '-p', '-n', '-N', '-m', '-C', '-L', '-S', '-x', '-cc']
const PLAIN = /^-(v|vv|c|d\S*|D|V|W|Ws|q|db|--)$/

function readCommandLine(words: readonly string[]): CommandLine {
  const values = new Map<string, string[]>()
  const flags = new Set<string>()
  const rest: string[] = []
  let strange = false
  let pids: string[] | undefined
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (pids && /^\d+$/.test(word)) pids.push(word)
    else if (word === '-sf' || word === '-st') values.set(word, (pids = []))
    else if (VALUED.includes(word)) values.set(word, [...(values.get(word) ?? []), words[++at] ?? ''])
    else if (word === '--') {
      rest.push(...words.slice(at + 1))
      break
    } else if (PLAIN.test(word)) flags.add(word)
    else strange = true
  }
  const numbers = (name: string): number[] => (values.get(name) ?? []).map(Number)
  return {
    files: [...(values.get('-f') ?? []), ...rest],
    ...{ check: flags.has('-c'), quiet: flags.has('-q'), daemon: flags.has('-D') && !flags.has('-db') },
    ...{ master: flags.has('-W') || flags.has('-Ws'), pidFile: values.get('-p')?.at(-1) },
    ...{ finish: numbers('-sf'), terminate: numbers('-st'), version: flags.has('-v') || flags.has('-vv'), strange },
  }
}

const banner = (version: string, { release, version: build, machine }: Utsname): string =>
  `HAProxy version ${version} 2026/09/18 - https://haproxy.org/\nStatus: long-term supported branch - will stop receiving fixes around Q2 2031.\nKnown bugs: http://www.haproxy.org/bugs/bugs-${version}.html\nRunning on: Linux ${release} ${build} ${machine}\n`

const USAGE = `Usage : haproxy [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
        -v displays version ; -vv shows known build options.
        -d enters debug mode ; -db only disables background mode.
        -V enters verbose mode (disables quiet mode)
        -D goes daemon ; -C changes to <dir> before loading files.
        -W master-worker mode.
        -Ws master-worker mode with systemd notify support.
        -q quiet mode : don't display messages
        -c check mode : only check config files and exit
        -n sets the maximum total # of connections (uses ulimit -n)
        -m limits the usable amount of memory (in MB)
        -N sets the default, per-proxy maximum # of connections (0)
        -L set local peer name (default to hostname)
        -p writes pids of all children to this file
        -sf/-st [pid ]* finishes/terminates old pids.

`

/** The program: reads its configuration, says what is wrong with it, and serves. */
class Haproxy {
  private readonly process: Process
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly version: string
  private readonly line: CommandLine
  private introduced = false

  constructor(process: Process, line: CommandLine, version: string) {
    this.process = process
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.version = version
    this.line = line
  }

  /** A message of haproxy's; before the first of them it says who it is. */
  private readonly tell: Tell = async (level, text) => {
    if (this.line.quiet) return
    if (!this.introduced && level !== 'NOTICE') {
      this.introduced = true
      await this.say('NOTICE', `haproxy version is ${this.version}`)
      await this.say(
        'NOTICE',
        `path to executable is ${this.process.argv[0]?.startsWith('/') ? this.process.argv[0] : '/usr/local/sbin/haproxy'}`,
      )
    }
    await this.say(level, text)
  }

  private say(level: string, text: string): Promise<void> {
    return this.io.warn(`${`[${level}]`.padEnd(10)} (${this.sys.getpid()}) : ${text}\n`)
  }

  private async print(text: string): Promise<void> {
    await this.io.print(text)
    await this.io.out.flush()
  }

  async run(): Promise<number> {
    const read = await this.read()
    if (!read) return 1
    const { proxies, warned } = read
    if (this.line.check && warned) await this.print('Warnings were found.\n')
    if (!proxies.hasListeners) {
      await this.print('Configuration file has no error but will not start (no listener) => exit(2).\n')
      return 2
    }
    if (this.line.check) {
      if (!this.line.quiet) await this.print('Configuration file is valid\n')
      return 0
    }
    for (const pid of [...this.line.finish, ...this.line.terminate])
      this.signal(pid, this.line.finish.includes(pid) ? SIGNALS.SIGUSR1 : SIGTERM)
    if (!this.line.daemon) return this.serve(proxies)
    const pid = this.sys.fork((child) => this.inBackground(child), { setsid: true, orphanOf: 'reaper' })
    if (this.line.pidFile !== undefined) await writeFile(this.sys, this.line.pidFile, `${pid}\n`, 0o644)
    return 0
  }

  /** The child reads everything anew: sockets are its own. */
  private async inBackground(child: Process): Promise<number> {
    const quiet = child.sys.open('/dev/null', O_RDWR)
    for (const stream of [0, 1, 2]) child.sys.dup2(quiet, stream)
    const haproxy = new Haproxy(child, { ...this.line, daemon: false, quiet: true }, this.version)
    const read = await haproxy.read()
    return read ? haproxy.serve(read.proxies) : 1
  }

  private signal(pid: number, signal: number): void {
    try {
      this.sys.kill(pid, signal)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  /** @returns undefined after what is wrong was told */
  private async read(): Promise<{ readonly proxies: Proxies; readonly warned: boolean } | undefined> {
    try {
      const sections = await this.sections()
      const findings = sectionFindings(sections)
      const proxies = new Proxies(this.sys, sections, this.version, this.tell)
      await proxies.readCertificates()
      for (const { level, text } of findings) await this.tell(level, `config : ${text}`)
      if (findings.some(({ level }) => level === 'ALERT')) throw new HaproxyConfigError([])
      await proxies.prepare()
      return { proxies, warned: findings.some(({ level }) => level === 'WARNING') }
    } catch (error) {
      if (!(error instanceof HaproxyConfigError)) throw error
      const last = error.complaints.some((text) => ENDS_AT_ONCE.test(text))
      for (const text of [...error.complaints, ...(last ? [] : [FATAL])]) await this.tell('ALERT', `config : ${text}`)
      return undefined
    }
  }

  /** @throws HaproxyConfigError */
  private async sections(): Promise<readonly Section[]> {
    const reader = new SectionReader(this.process.env)
    const complaints: string[] = []
    for (const file of this.line.files.flatMap((path) => this.filesOf(path))) {
      const before = reader.sections.length
      reader.read(await readTextFile(this.sys, file), file)
      const own = reader.sections.slice(before)
      const wrong = [...reader.complaints.splice(0), ...lineComplaints(own), ...duplicates(reader.sections)]
      if (wrong.length > 0) complaints.push(...wrong, `Error(s) found in configuration file : ${file}`)
    }
    if (complaints.length > 0) throw new HaproxyConfigError(complaints)
    return reader.sections
  }

  /** A folder stands for its files ending in .cfg, by name. @throws HaproxyConfigError */
  private filesOf(path: string): readonly string[] {
    try {
      if (!isDirectory(this.sys.stat(path).mode)) return [path]
      return this.sys
        .readdir(path)
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
        .toSorted()
        .map((name) => `${path}/${name}`)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new HaproxyConfigError([`Cannot open configuration file/directory ${path} : ${error.message}`])
    }
  }

  /** Until it is told to end; a master reads its configuration anew at SIGUSR2 and SIGHUP. */
  private async serve(first: Proxies): Promise<number> {
    const { sys } = this
    let proxies = first
    if (!(await proxies.open())) return 1
    if (this.line.master) {
      await this.tell('NOTICE', `New worker (${sys.getpid()}) forked`)
      await this.tell('NOTICE', 'Loading success.')
    }
    const reload = async (): Promise<void> => {
      await this.tell('NOTICE', 'Reloading HAProxy')
      const read = await this.read()
      if (!read) return this.tell('WARNING', 'Failed to load worker!')
      proxies.stop()
      proxies = read.proxies
      if (await proxies.open()) await this.tell('NOTICE', 'Loading success.')
    }
    return new Promise<number>((end) => {
      sys.sigaction(SIGNALS.SIGUSR1, () => (proxies.stop(), end(0)))
      sys.sigaction(SIGTERM, () => (proxies.stop(), end(this.line.master ? 143 : 0)))
      if (this.line.master)
        for (const signal of [SIGNALS.SIGUSR2, SIGNALS.SIGHUP]) sys.sigaction(signal, () => void reload())
      void this.waitForEver()
    })
  }

  private async waitForEver(): Promise<void> {
    for (;;)
      try {
        await this.sys.sleep(3_600_000)
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }
}

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const version = env.get('HAPROXY_VERSION') ?? DEFAULT_VERSION
  const line = readCommandLine(argv.slice(1))
  if (line.version || line.strange || line.files.length === 0) {
    await io.print(banner(version, sys.uname()) + (line.version ? '' : USAGE))
    await io.out.flush()
    return line.version ? 0 : 1
  }
  return new Haproxy(process, line, version).run()
}

/** haproxy(1). */
export const haproxy: Program = {
  name: 'edge/haproxy',
  paths: ['/usr/local/sbin/haproxy', '/usr/sbin/haproxy'],
  covers: 'partial',
  lacks: [
    "HTTP/2 and 3, clients' certificates, TLS before 1.3",
    'caches, compression and other filters, Lua, SPOE, peers, agents',
    'queues: maxconn of servers holds nobody back',
    'timeouts of clients; bytes in and out in statistics',
    'userlists with hashed passwords; a few sample fetches and converters',
    'a worker of its own under the master',
    'the real statistics page: one with fewer columns is in its place',
  ],
  summary: 'TCP and HTTP load balancer',
  sizeBytes: 15_000_000,
  rssBytes: 20 << 20,
  main,
}
