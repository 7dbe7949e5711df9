import { isErrno, O_RDONLY, type Sys, unix } from '@drydock/abi'
import { type FdStream, listen, readTextFile, ResolveError, resolveHost } from '@drydock/libc'
import type { ChooseIdentity, TlsIdentity } from '@drydock/tls'
import { acceptAll, openPort } from '../http-server.ts'
import { Backend, type Tell } from './backend.ts'
import { type Bind, bindsOf, HaproxyConfigError, isProxy, type Section, serversOf, wordsOf } from './config.ts'
import { endsOf, Front } from './front.ts'
import { KeptFiles } from './kept-files.ts'
import { TrafficLog } from './logs.ts'
import { administer } from './runtime-api.ts'
import type { StatsSource } from './stats.ts'
import { StatsPages } from './stats-pages.ts'
import { StickTables } from './stick-tables.ts'
import type { Known } from './transaction.ts'
import { Users } from './users.ts'

/** What a configuration became: proxies, their servers and sockets. */
export class Proxies {
  private readonly sys: Sys
  private readonly sections: readonly Section[]
  private readonly version: string
  private readonly tell: Tell
  private readonly known: Known & { readonly backends: Map<string, Backend> }
  private readonly fronts: readonly Front[]
  private readonly sockets: { readonly fd: number; readonly path: string | undefined }[] = []
  private readonly startMs: number
  private stopped = false

  constructor(sys: Sys, sections: readonly Section[], version: string, tell: Tell) {
    this.sys = sys
    this.sections = sections
    this.version = version
    this.tell = tell
    this.startMs = sys.clock.now()
    const proxies = sections.filter(isProxy)
    this.known = {
      ...{ sys, files: new KeptFiles(), tables: new StickTables(sys, sections), users: new Users(sections) },
      backends: new Map(),
    }
    const stats = new StatsPages(() => this.stats())
    const log = new TrafficLog(sys, sections)
    this.fronts = proxies
      .filter(({ kind }) => kind !== 'backend')
      .map((each) => new Front(this.known, each, log, stats))
  }

  get hasListeners(): boolean {
    return this.sections.some((section) => isProxy(section) && bindsOf(section).length > 0)
  }

  private stats(): StatsSource {
    const { sys, fronts, version, startMs } = this
    return {
      version,
      pid: sys.getpid(),
      nowMs: sys.clock.now(),
      startMs,
      fronts,
      backends: [...this.known.backends.values()],
    }
  }

  /** @throws HaproxyConfigError for a certificate that is not there */
  async readCertificates(): Promise<void> {
    for (const section of this.sections.filter(isProxy))
      for (const bind of bindsOf(section))
        try {
          await this.certificates(bind, section)
        } catch (error) {
          if (!(error instanceof HaproxyConfigError)) throw error
          throw new HaproxyConfigError([...error.complaints, `Error(s) found in configuration file : ${section.file}`])
        }
  }

  /** Reads files and asks for addresses. @throws HaproxyConfigError for what is not there */
  async prepare(): Promise<void> {
    await this.known.files.read(this.sys, this.sections)
    const addresses = await this.resolveAll()
    for (const section of this.sections)
      if (section.kind === 'backend' || section.kind === 'listen')
        this.known.backends.set(section.name, new Backend(this.sys, section, addresses, this.tell))
  }

  private async resolveAll(): Promise<Map<string, readonly string[]>> {
    const addresses = new Map<string, readonly string[]>()
    const complaints: string[] = []
    for (const section of this.sections)
      for (const { name, host, at, mayBeUnknown } of serversOf(section))
        try {
          if (!addresses.has(host)) addresses.set(host, await resolveHost(this.sys, host))
        } catch (error) {
          if (!(error instanceof ResolveError)) throw error
          if (!mayBeUnknown)
            complaints.push(`[${at}] : 'server ${section.name}/${name}' : could not resolve address '${host}'.`)
        }
    if (complaints.length > 0) throw new HaproxyConfigError([...complaints, 'Failed to initialize server(s) addr.'])
    return addresses
  }

  /** @returns whether every socket could be opened */
  async open(): Promise<boolean> {
    for (const front of this.fronts)
      for (const bind of bindsOf(front.section)) if (!(await this.openOne(front, bind))) return false
    for (const row of this.sections.filter(({ kind }) => kind === 'global').flatMap((each) => wordsOf(each, 'stats')))
      if (row[0] === 'socket') this.openSocket(row[1] ?? '')
    for (const backend of this.known.backends.values()) backend.watch(() => this.stopped)
    return true
  }

  private async openOne(front: Front, bind: Bind): Promise<boolean> {
    const { address, port, path } = bind
    const { name } = front.section
    try {
      const fd = path === undefined ? openPort(this.sys, port, address) : this.onPath(path)
      const choose = bind.tls ? await this.certificates(bind, front.section) : undefined
      this.sockets.push({ fd, path })
      void acceptAll(this.sys, fd, (stream, remote) => this.arrived(front, stream, remote, choose))
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      const where = path ?? `${address}:${port}`
      await this.tell(
        'ALERT',
        `Binding [${front.section.file}:${front.section.number}] for ${front.section.kind === 'listen' ? 'proxy' : front.section.kind} ${name}: cannot bind socket (${error.message}) [${where}]`,
      )
      return false
    }
  }

  private onPath(path: string): number {
    try {
      this.sys.unlink(path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return listen(this.sys, unix(path))
  }

  /** `stats socket /run/haproxy.sock`, `stats socket ipv4@*:9999`. */
  private openSocket(where: string): void {
    const [, host = '', port] = /^(?:ipv[46]@)?([^/]*):(\d+)$/.exec(where) ?? []
    const address = host === '' || host === '*' ? '0.0.0.0' : host
    const fd = port === undefined ? this.onPath(where.replace(/^unix@/, '')) : openPort(this.sys, Number(port), address)
    this.sockets.push({ fd, path: port === undefined ? where : undefined })
    const known = { stats: () => this.stats(), files: this.known.files, tables: this.known.tables }
    void acceptAll(this.sys, fd, async (stream) => {
      try {
        await administer(known, stream)
      } catch (error) {
        if (!isErrno(error)) throw error
      } finally {
        stream.close()
      }
    })
  }

  private async arrived(
    front: Front,
    stream: FdStream,
    remote: string,
    choose: ChooseIdentity | undefined,
  ): Promise<void> {
    if (!front.counts.open) return stream.close()
    const ends = endsOf(this.sys, stream, remote)
    if (!choose) return front.serve(stream, { ...ends, tls: undefined })
    const { acceptTls, TlsError } = await import('@drydock/tls')
    try {
      const secure = await acceptTls(stream, choose, (length) => this.sys.entropy.bytes(length))
      await front.serve(secure, { ...ends, tls: { name: secure.facts.serverName } })
    } catch (error) {
      if (!(error instanceof TlsError) && !isErrno(error)) throw error
      stream.close()
    }
  }

  /** `crt`: a file of a certificate with its key, or a folder of such files. @throws HaproxyConfigError */
  private async certificates(bind: Bind, section: Section): Promise<ChooseIdentity | undefined> {
    if (!bind.tls) return undefined
    const { certifiedNames, readCertificates, readIdentity } = await import('@drydock/tls')
    const line = section.lines.find(({ words }) => words[0] === 'bind' && words.includes('ssl'))
    const at = `${line?.file ?? ''}:${line?.number ?? 0}`
    const where = `parsing [${at}] : 'bind ${line?.words[1] ?? ''}' in section '${section.kind}' :`
    const known: (readonly [names: readonly string[], identity: TlsIdentity])[] = []
    for (const path of bind.certificates.flatMap((each) => this.filesOf(each, where))) {
      const text = await readTextFile(this.sys, path)
      const identity = await readIdentity(text, text)
      if (typeof identity === 'string')
        throw new HaproxyConfigError([`${where} unable to load certificate chain from file '${path}': ${identity}`])
      const [first] = readCertificates(text)
      known.push([first ? certifiedNames(first) : [], identity])
    }
    if (known.length === 0)
      throw new HaproxyConfigError([
        `Proxy '${section.name}': no SSL certificate specified for bind '${line?.words[1] ?? ''}' at [${at}] (use 'crt').`,
      ])
    return (name) => known.find(([names]) => names.some((each) => covers(each, name ?? '')))?.[1] ?? known[0]?.[1]
  }

  private filesOf(path: string, where: string): readonly string[] {
    try {
      const { sys } = this
      const names = isFolder(sys, path) ? sys.readdir(path).map(({ name }) => name) : undefined
      return names
        ? names
            .filter((name) => !/\.(key|ocsp|sctl|issuer)$/.test(name) && name !== '.' && name !== '..')
            .map((name) => `${path}/${name}`)
        : [path]
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new HaproxyConfigError([`${where} unable to stat SSL certificate from file '${path}' : ${error.message}.`])
    }
  }

  /** No new connections; those that are open go on. */
  stop(): void {
    this.stopped = true
    for (const { fd, path } of this.sockets.splice(0)) {
      this.sys.close(fd)
      if (path !== undefined) this.forget(path)
    }
  }

  private forget(path: string): void {
    try {
      this.sys.unlink(path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function isFolder(sys: Sys, path: string): boolean {
  const fd = sys.open(path, O_RDONLY)
  try {
    return (sys.fstat(fd).mode & 0o170000) === 0o040000
  } finally {
    sys.close(fd)
  }
}

const covers = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)))
