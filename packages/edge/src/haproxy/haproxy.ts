import { inet, isErrno, type Process, type Program, SIGNALS, SIGTERM, type Sys } from '@drydock/abi'
import { decodeBase64 } from '@drydock/codec'
import { serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, type FdStream, readTextFile, ResolveError, resolveHost, Stdio } from '@drydock/libc'
import { forward, isUnreachable, passedFields, splice } from '../forward.ts'
import { acceptAll, openPort } from '../http-server.ts'
import { Backend, type Server } from './backend.ts'
import { conditionHolds, filled, type Subject } from './condition.ts'
import { bindsOf, HaproxyConfigError, lastOf, readSections, type Section, serversOf } from './config.ts'
import { statsCsv, statsPage } from './stats.ts'

const DEFAULT_VERSION = '3.4.4'

/** haproxy's own pages for errors. */
const PAGES: Readonly<Record<number, readonly [title: string, text: string]>> = {
  403: ['403 Forbidden', 'Request forbidden by administrative rules.'],
  503: ['503 Service Unavailable', 'No server is available to handle this request.'],
  502: ['502 Bad Gateway', 'The server returned an invalid or incomplete response.'],
}

function errorPage(status: number): ServerResponse {
  const [title, text] = PAGES[status] ?? [`${status} Error`, '']
  return {
    status,
    headers: [
      ['cache-control', 'no-cache'],
      ['content-type', 'text/html'],
    ],
    body: `<html><body><h1>${title}</h1>\n${text}\n</body></html>\n`,
  }
}

class Haproxy {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly version: string
  private readonly sections: readonly Section[]
  private backends: ReadonlyMap<string, Backend> = new Map()

  constructor(sys: Sys, sections: readonly Section[], version: string) {
    this.sys = sys
    this.io = new Stdio(sys)
    this.sections = sections
    this.version = version
  }

  private readonly tell = (level: string, text: string): Promise<void> =>
    this.io.warn(`${`[${level}]`.padEnd(10)} (${this.sys.getpid()}) : ${text}\n`)

  /** @throws HaproxyConfigError for names that nobody knows */
  async prepare(): Promise<void> {
    const addresses = await this.resolveAll()
    this.backends = new Map(
      this.sections.map((section) => [section.name, new Backend(this.sys, section, addresses, this.tell)]),
    )
  }

  private async resolveAll(): Promise<Map<string, string>> {
    const addresses = new Map<string, string>()
    const complaints: string[] = []
    for (const section of this.sections)
      for (const { name, host, at } of serversOf(section))
        try {
          if (!addresses.has(host)) addresses.set(host, (await resolveHost(this.sys, host))[0] ?? host)
        } catch (error) {
          if (!(error instanceof ResolveError)) throw error
          complaints.push(`[${at}] : 'server ${section.name}/${name}' : could not resolve address '${host}'.`)
        }
    if (complaints.length > 0) throw new HaproxyConfigError([...complaints, 'Failed to initialize server(s) addr.'])
    return addresses
  }

  async run(): Promise<number> {
    const { sys } = this
    const sockets: (readonly [Section, number])[] = []
    for (const section of this.sections)
      for (const { address, port } of bindsOf(section))
        try {
          sockets.push([section, openPort(sys, port, address)])
        } catch (error) {
          if (!isErrno(error)) throw error
          await this.tell(
            'ALERT',
            `Binding [${section.name}] for proxy ${section.name}: cannot bind socket (${error.message}) [${address}:${port}]`,
          )
          return 1
        }
    await this.tell('NOTICE', `New worker (${sys.getpid()}) forked`)
    await this.tell('NOTICE', 'Loading success.')
    for (const backend of this.backends.values()) backend.watch()
    sys.sigaction(SIGNALS.SIGUSR1, () => sys.exit(0))
    sys.sigaction(SIGTERM, () => sys.exit(143))
    await Promise.all(
      sockets.map(([section, socket]) =>
        acceptAll(sys, socket, (stream, remote) => this.serve(section, stream, remote)),
      ),
    )
    return 0
  }

  private async serve(section: Section, stream: FdStream, remote: string): Promise<void> {
    const source = remote.replace(/:\d+$/, '')
    try {
      if (lastOf(section, 'mode')?.[0] === 'http')
        await serveConnection(stream, (request) => this.answer(section, request, source))
      else await this.passOn(section, stream, source)
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      stream.close()
    }
  }

  /** Mode tcp: bytes both ways. */
  private async passOn(section: Section, stream: FdStream, source: string): Promise<void> {
    const backend = this.backends.get(
      section.kind === 'listen' ? section.name : (lastOf(section, 'default_backend')?.[0] ?? ''),
    )
    const server = backend?.choose(source, undefined)
    if (!server) return
    server.sessions++
    server.active++
    try {
      await splice(stream, await dial(this.sys, inet(server.address, server.settings.port)))
    } finally {
      server.active--
    }
  }

  private async answer(section: Section, request: ServerRequest, source: string): Promise<ServerResponse | undefined> {
    const subject: Subject = { request, source }
    const own = this.stats(section, subject) ?? ruled(section, subject)
    if (own) return own
    const backend = this.backendFor(section, subject)
    if (!backend) return errorPage(503)
    const late =
      this.stats(backend.section, subject) ??
      (backend.section === section ? undefined : ruled(backend.section, subject))
    return late ?? this.toBackend(section, backend, subject)
  }

  private backendFor(section: Section, subject: Subject): Backend | undefined {
    const rule = section.lines.find(
      ({ words }) => words[0] === 'use_backend' && conditionHolds(section, words, subject),
    )
    const name = rule ? filled(rule.words[1] ?? '', subject) : (lastOf(section, 'default_backend')?.[0] ?? section.name)
    return this.backends.get(name)
  }

  private async toBackend(front: Section, backend: Backend, subject: Subject): Promise<ServerResponse | undefined> {
    const cookie = lastOf(backend.section, 'cookie')?.[0]
    const given =
      cookie === undefined
        ? undefined
        : new RegExp(`(?:^|;\\s*)${cookie}=([^;]+)`).exec(subject.request.headers.get('cookie') ?? '')?.[1]
    const server = backend.choose(subject.source, given)
    if (!server) return errorPage(503)
    server.sessions++
    server.active++
    try {
      const response = await forward(this.sys, subject.request, {
        to: `${server.address}:${server.settings.port}`,
        target: changedTarget([front, backend.section], subject),
        headers: requestFields(front, backend.section, subject),
        done: () => server.active--,
      })
      return response && withChanges(response, [front, backend.section], subject, cookieFor(cookie, given, server))
    } catch (error) {
      if (!isUnreachable(error)) throw error
      return errorPage(isErrno(error) ? 503 : 502)
    }
  }

  /** `stats enable`, `stats uri`, `stats auth`. */
  private stats(section: Section, { request }: Subject): ServerResponse | undefined {
    const rows = section.lines.filter(({ words }) => words[0] === 'stats').map(({ words }) => words.slice(1))
    const value = (name: string): string | undefined => rows.findLast((row) => row[0] === name)?.[1]
    if (!rows.some(([name]) => name === 'enable' || name === 'uri')) return undefined
    const uri = value('uri') ?? '/haproxy?stats'
    if (!request.target.startsWith(uri)) return undefined
    const users = rows.filter(([name]) => name === 'auth').map(([, user]) => user)
    const given = decodeBase64(/^basic (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '')
    if (users.length > 0 && !users.includes(new TextDecoder().decode(given ?? new Uint8Array())))
      return {
        status: 401,
        headers: [
          ['WWW-Authenticate', `Basic realm="${value('realm') ?? 'HAProxy Statistics'}"`],
          ['content-type', 'text/html'],
        ],
        body: '<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n',
      }
    const backends = [...this.backends.values()].filter(({ servers }) => servers.length > 0)
    if (request.target.includes(';csv'))
      return { status: 200, headers: [['content-type', 'text/plain']], body: statsCsv(backends) }
    const html = statsPage(backends, this.version, this.sys.getpid(), value('refresh'))
    return {
      status: 200,
      headers: [
        ['cache-control', 'no-cache'],
        ['content-type', 'text/html; charset=utf-8'],
      ],
      body: html,
    }
  }
}

/** `http-request` rules that answer, and `redirect`. */
function ruled(section: Section, subject: Subject): ServerResponse | undefined {
  for (const { words } of section.lines) {
    const rule = words[0] === 'http-request' ? words.slice(1) : words[0] === 'redirect' ? words : undefined
    if (!rule || !conditionHolds(section, rule, subject)) continue
    if (rule[0] === 'deny') return errorPage(Number(rule[rule.indexOf('deny_status') + 1]) || 403)
    if (rule[0] === 'return') return returned(rule, subject)
    if (rule[0] === 'redirect') return redirected(rule, subject)
  }
  return undefined
}

const after = (words: readonly string[], name: string): string | undefined => {
  const at = words.indexOf(name)
  return at < 0 ? undefined : words[at + 1]
}

function returned(words: readonly string[], subject: Subject): ServerResponse {
  const body = filled(after(words, 'lf-string') ?? after(words, 'string') ?? '', subject)
  return {
    status: Number(after(words, 'status') ?? 200),
    headers: [['content-type', after(words, 'content-type') ?? 'text/plain']],
    body,
  }
}

function redirected(words: readonly string[], subject: Subject): ServerResponse {
  const { request } = subject
  const scheme = after(words, 'scheme')
  const prefix = after(words, 'prefix')
  const to =
    scheme !== undefined
      ? `${scheme}://${request.headers.get('host') ?? ''}${request.target}`
      : prefix !== undefined
        ? prefix + request.target
        : filled(after(words, 'location') ?? '/', subject)
  return {
    status: Number(after(words, 'code') ?? 302),
    headers: [
      ['location', to],
      ['cache-control', 'no-cache'],
      ['content-length', '0'],
    ],
  }
}

/** Rules of a kind whose conditions hold, frontend first. */
const rulesOf = (sections: readonly Section[], kind: string, subject: Subject): readonly (readonly string[])[] =>
  [...new Set(sections)].flatMap((section) =>
    section.lines
      .filter(({ words }) => words[0] === kind && conditionHolds(section, words, subject))
      .map(({ words }) => words.slice(1)),
  )

function changedTarget(sections: readonly Section[], subject: Subject): string {
  let { target } = subject.request
  for (const [what, first = '', second = ''] of rulesOf(sections, 'http-request', subject)) {
    if (what === 'set-path')
      target = filled(first, subject) + (target.includes('?') ? target.slice(target.indexOf('?')) : '')
    if (what === 'replace-path') target = target.replace(new RegExp(first), second.replaceAll('\\', '$'))
  }
  return target
}

function requestFields(front: Section, back: Section, subject: Subject): [string, string][] {
  let fields = passedFields(subject.request)
  for (const [what, name = '', text = ''] of rulesOf([front, back], 'http-request', subject)) {
    if (what === 'set-header' || what === 'del-header')
      fields = fields.filter(([each]) => each.toLowerCase() !== name.toLowerCase())
    if (what === 'set-header' || what === 'add-header') fields.push([name, filled(text, subject)])
  }
  const forwardFor = [front, back].some(({ lines }) =>
    lines.some(({ words }) => words[0] === 'option' && words[1] === 'forwardfor'),
  )
  return forwardFor ? [...fields, ['x-forwarded-for', subject.source]] : fields
}

const cookieFor = (cookie: string | undefined, given: string | undefined, { settings }: Server): [string, string][] =>
  cookie !== undefined && settings.cookie !== undefined && settings.cookie !== given
    ? [['set-cookie', `${cookie}=${settings.cookie}; path=/`]]
    : []

function withChanges(
  response: ServerResponse,
  sections: readonly Section[],
  subject: Subject,
  cookie: readonly [string, string][],
): ServerResponse {
  let fields = [...((response.headers ?? []) as Iterable<readonly [string, string]>)]
  for (const [what, name = '', text = ''] of rulesOf(sections, 'http-response', subject)) {
    if (what === 'set-header' || what === 'del-header')
      fields = fields.filter(([each]) => each.toLowerCase() !== name.toLowerCase())
    if (what === 'set-header' || what === 'add-header') fields.push([name, filled(text, subject)])
  }
  return {
    ...response,
    headers: [...fields.map(([name, value]): [string, string] => [name.toLowerCase(), value]), ...cookie],
  }
}

async function main({ sys, argv, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  const words = argv.slice(1)
  const version = env.get('HAPROXY_VERSION') ?? DEFAULT_VERSION
  const say = (level: string, text: string): Promise<void> =>
    io.warn(`${`[${level}]`.padEnd(10)} (${sys.getpid()}) : ${text}\n`)
  if (words.some((word) => /^-v+$/.test(word))) {
    await io.print(`HAProxy version ${version} 2026/09/18 - https://haproxy.org/\nStatus: stable branch.\n`)
    await io.out.flush()
    return 0
  }
  const files = words.flatMap((word, at) => (word === '-f' ? [words[at + 1] ?? ''] : []))
  if (files.length === 0) {
    await io.warn(
      `HAProxy version ${version} 2026/09/18 - https://haproxy.org/\nUsage : haproxy [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]\n        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]\n`,
    )
    return 1
  }
  const check = words.includes('-c')
  try {
    const sections = (
      await Promise.all(files.map(async (file) => readSections(await readTextFile(sys, file), file, env)))
    ).flat()
    const haproxy = new Haproxy(sys, sections, version)
    await haproxy.prepare()
    if (!check) {
      await say('NOTICE', `haproxy version is ${version}`)
      return await haproxy.run()
    }
    await io.print('Configuration file is valid\n')
    await io.out.flush()
    return 0
  } catch (error) {
    if (error instanceof HaproxyConfigError)
      for (const complaint of [...error.complaints, 'Fatal errors found in configuration.'])
        await say('ALERT', `config : ${complaint}`)
    else if (isErrno(error))
      await say('ALERT', `config : Could not open configuration file ${files[0] ?? ''} : ${error.message}`)
    else throw error
    return 1
  }
}

/** haproxy(1). */
export const haproxy: Program = {
  name: 'edge/haproxy',
  paths: ['/usr/local/sbin/haproxy', '/usr/sbin/haproxy'],
  covers: 'partial',
  lacks: [
    'TLS, HTTP/2 and IPv6',
    'logs to syslog',
    'stick tables, caches, compression, filters, Lua, maps',
    'the runtime API (stats socket); reloads',
    'timeouts and queues',
    'most sample fetches and converters',
    'the real statistics page: a smaller one is in its place',
  ],
  summary: 'TCP and HTTP load balancer',
  sizeBytes: 15_000_000,
  rssBytes: 20 << 20,
  main,
}
