import { type ByteStream, isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Sys } from '@drydock/abi'
import { type ClientResponse, type HttpUrl, parseUrl, printUrl, request } from '@drydock/http'
import {
  defineProgram,
  flag,
  isIpv4,
  list,
  type OptionValues,
  readAll,
  readFile,
  ResolveError,
  resolveHost,
  Stdio,
  value,
  writeAll,
} from '@drydock/libc'
import { withArgv } from '../../package-version.ts'
import { connect } from '../http/connect.ts'
import { secure, SecureFailure } from '../http/secure.ts'
import { bigNumber, dots, localStamp, rate, TerminalBar } from './gnu-progress.ts'
import { Recursion } from './recursion.ts'

const OPTIONS = {
  quiet: flag('q', 'quiet'),
  noVerbose: flag('', 'no-verbose'),
  verbose: flag('v', 'verbose'),
  document: value('O', 'output-document'),
  prefix: value('P', 'directory-prefix'),
  spider: flag('', 'spider'),
  serverResponse: flag('S', 'server-response'),
  tries: value('t', 'tries'),
  timeout: value('T', 'timeout'),
  continue: flag('c', 'continue'),
  noClobber: flag('', 'no-clobber'),
  agent: value('U', 'user-agent'),
  header: list('', 'header'),
  postData: value('', 'post-data'),
  postFile: value('', 'post-file'),
  method: value('', 'method'),
  bodyData: value('', 'body-data'),
  user: value('', 'user'),
  password: value('', 'password'),
  noCheck: flag('', 'no-check-certificate'),
  maxRedirect: value('', 'max-redirect'),
  progress: value('', 'progress'),
  showProgress: flag('', 'show-progress'),
  log: value('o', 'output-file'),
  retryConnrefused: flag('', 'retry-connrefused'),
  waitretry: value('', 'waitretry'),
  ipv4: flag('4', 'inet4-only'),
  recursive: flag('r', 'recursive'),
  level: value('l', 'level'),
  noParent: flag('', 'no-parent'),
  mirror: flag('m', 'mirror'),
  requisites: flag('p', 'page-requisites'),
  accept: value('A', 'accept'),
  reject: value('R', 'reject'),
  spanHosts: flag('H', 'span-hosts'),
  noDirectories: flag('', 'no-directories'),
  forceDirectories: flag('x', 'force-directories'),
  noHost: flag('', 'no-host-directories'),
  cutDirs: value('', 'cut-dirs'),
  input: list('i', 'input-file'),
  wait: value('w', 'wait'),
  timestamping: flag('N', 'timestamping'),
  execute: list('e', 'execute'),
  version: flag('V', 'version'),
} as const
export type Options = OptionValues<typeof OPTIONS>

/** Exit statuses of wget(1). */
const EXIT_GENERIC = 1
const EXIT_NETWORK = 4
const EXIT_SSL = 5
const EXIT_SERVER = 8

/** Ends a transfer with the exit status; whatever was to be said is said. */
class WgetFailure extends Error {
  readonly status: number
  constructor(status: number) {
    super()
    this.status = status
  }
}

/** `-nv`, `-nc`, `-nd`, `-nH`, `-np`: letters behind an n. */
const NO_LETTERS: ReadonlyMap<string, string> = new Map([
  ['v', '--no-verbose'],
  ['c', '--no-clobber'],
  ['d', '--no-directories'],
  ['H', '--no-host-directories'],
  ['p', '--no-parent'],
])
const spellOut = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => {
    const letters = /^-n([vcdHp]+)$/.exec(word)?.[1]
    return letters ? [...letters].map((letter) => NO_LETTERS.get(letter) ?? word) : [word]
  })

/** GNU wget. wget(1). */
export const wget = withArgv(
  defineProgram({
    name: 'wget/wget',
    paths: ['/usr/bin/wget'],
    covers: 'partial',
    lacks: ['FTP', 'cookies', '-b', '-k', 'robots.txt'],
    summary: 'The non-interactive network downloader.',
    usage: 'wget [OPTION]... [URL]...',
    usageStatus: 2,
    sizeBytes: 519_768,
    options: OPTIONS,
    async main({ process, io, options, operands }) {
      if (options.version) {
        await io.print('GNU Wget 1.21.3 built on linux-gnu.\n')
        return 0
      }
      const urls = [...operands]
      for (const path of options.input) urls.push(...(await urlsIn(process.sys, path)))
      if (urls.length === 0) {
        await io.warn("wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n")
        return EXIT_GENERIC
      }
      const retrieval = new Retrieval(process, io, options)
      let status = 0
      for (const url of urls) {
        const many = options.recursive + options.mirror + options.requisites > 0
        const ended = many
          ? await new Recursion(retrieval, depthOf(options), options).run(url)
          : await retrieval.run(url)
        status = ended || status
      }
      if (retrieval.files > 1 || options.recursive + options.mirror > 0) await retrieval.finished()
      return status
    },
  }),
  spellOut,
)

const DEFAULT_DEPTH = 5
function depthOf(options: Options): number {
  if (!options.recursive && !options.mirror) return 0
  if (options.mirror || options.level === 'inf' || options.level === '0') return Number.POSITIVE_INFINITY
  return Number(options.level ?? DEFAULT_DEPTH)
}

async function urlsIn(sys: Sys, path: string): Promise<string[]> {
  const text = new TextDecoder().decode(path === '-' ? await readAll(sys, 0) : await readFile(sys, path))
  return text.split(/\s+/).filter((word) => word !== '' && !word.startsWith('#'))
}

/** What came of a transfer, for those who look for links in it. */
export interface Retrieved {
  readonly url: HttpUrl
  readonly file: string
  readonly html: boolean
}

export class Retrieval {
  /** Files that were saved, and their bytes. */
  files = 0
  private bytes = 0
  private spentMs = 0
  private readonly began: number
  private last: Retrieved | undefined
  readonly sys: Sys
  private readonly io: Stdio
  private readonly options: Options

  constructor(process: Process, io: Stdio, options: Options) {
    this.sys = process.sys
    this.io = io
    this.options = options
    this.began = process.sys.clock.monotonic()
  }

  /** Transfers one file of many. @returns its status, and what was saved */
  async one(text: string): Promise<{ status: number; saved: Retrieved | undefined }> {
    this.last = undefined
    const status = await this.run(text)
    return { status, saved: this.last }
  }

  /** The lines that sum up several files. */
  async finished(): Promise<void> {
    const wall = Math.round(this.sys.clock.monotonic() - this.began) / 1000
    const seconds = Math.max(0.001, this.spentMs / 1000)
    await this.say(
      `FINISHED --${localStamp(this.sys)}--\nTotal wall clock time: ${wall < 1 ? `${wall.toFixed(2).replace(/0$/, '')}s` : `${wall.toFixed(1)}s`}\n` +
        `Downloaded: ${this.files} files, ${bigNumber(this.bytes)} in ${seconds < 1 ? `${seconds.toFixed(3)}s` : `${seconds.toFixed(1)}s`} (${rate(this.bytes / seconds)})\n`,
    )
  }

  async run(text: string): Promise<number> {
    const url = parseUrl(text)
    if (!url) {
      const scheme = /^([^:/]*):/.exec(text)?.[1] ?? ''
      await this.io.warn(`${text}: Unsupported scheme ‘${scheme}’.\n`)
      return EXIT_GENERIC
    }
    try {
      if (this.options.spider) await this.say('Spider mode enabled. Check if remote file exists.\n')
      await this.follow(url)
      return 0
    } catch (error) {
      if (error instanceof WgetFailure) return error.status
      if (!isErrno(error)) throw error
      await this.say(`failed: ${error.message}.\n`)
      return EXIT_NETWORK
    }
  }

  /** Messages for people: not with -q, and with -nv only the last line. */
  private async say(text: string): Promise<void> {
    if (!this.options.quiet && !this.options.noVerbose) await this.log(text)
  }

  private async log(text: string): Promise<void> {
    if (this.options.log === undefined) return this.io.warn(text)
    const fd = this.sys.open(this.options.log, O_WRONLY | O_CREAT | O_APPEND, 0o666)
    await writeAll(this.sys, fd, new TextEncoder().encode(text))
    this.sys.close(fd)
  }

  private async follow(first: HttpUrl): Promise<void> {
    let url = first
    for (let left = Number(this.options.maxRedirect ?? 20); ; left--) {
      await this.say(`--${localStamp(this.sys)}--  ${printUrl(url)}\n`)
      const next = await this.once(url, first)
      if (!next) return
      if (left === 0) {
        await this.say(`${this.options.maxRedirect ?? 20} redirections exceeded.\n`)
        throw new WgetFailure(EXIT_SERVER)
      }
      url = next
    }
  }

  private async once(url: HttpUrl, first: HttpUrl): Promise<HttpUrl | undefined> {
    const stream = await this.dial(url)
    try {
      await this.say('HTTP request sent, awaiting response... ')
      const response = await request(stream, await this.question(url, first))
      if (this.options.serverResponse) await this.say(`\n${serverLines(response)}`)
      else await this.say(`${response.status} ${response.reason}\n`)
      const location = response.headers.get('location')
      const next =
        location !== undefined && response.status >= 300 && response.status < 400 ? parseUrl(location, url) : undefined
      if (next) {
        await this.say(`Location: ${location} [following]\n`)
        return next
      }
      await this.take(response, url, first)
      return undefined
    } finally {
      stream.close()
    }
  }

  /** -c: how much of the file is there already. */
  private sizeThere(first: HttpUrl): number {
    if (!this.options.continue || this.options.document === '-') return 0
    try {
      return this.sys.stat(this.wantedName(first)).size
    } catch (error) {
      if (!isErrno(error)) throw error
      return 0
    }
  }

  private async question(url: HttpUrl, first: HttpUrl) {
    const there = this.sizeThere(first)
    const { options } = this
    const posted = options.postData ?? options.bodyData
    const body =
      options.postFile === undefined
        ? posted === undefined
          ? undefined
          : new TextEncoder().encode(posted)
        : await readFile(this.sys, options.postFile)
    const user = options.user ?? (url.username || undefined)
    const own = options.header.map((line): [string, string] => [
      line.split(':')[0] ?? '',
      line.slice(line.indexOf(':') + 1).trim(),
    ])
    const replaced = new Set(own.map(([name]) => name.toLowerCase()))
    const wanted: [string, string][] = [
      ['Host', url.authority],
      ['User-Agent', options.agent ?? 'Wget/1.21.3'],
      ['Accept', '*/*'],
      ['Accept-Encoding', 'identity'],
      ...(there > 0 ? [['Range', `bytes=${there}-`] as [string, string]] : []),
      ['Connection', 'Keep-Alive'],
      ...(user === undefined
        ? []
        : [['Authorization', `Basic ${btoa(`${user}:${options.password ?? url.password}`)}`] as [string, string]]),
      ...(body ? [['Content-Type', 'application/x-www-form-urlencoded'] as [string, string]] : []),
    ]
    const headers = [...wanted.filter(([name]) => !replaced.has(name.toLowerCase())), ...own]
    const method = options.method ?? (options.spider ? 'HEAD' : body ? 'POST' : 'GET')
    return { method, target: url.target, headers, ...(body ? { body } : {}) }
  }

  private async dial(url: HttpUrl) {
    const shown = isIpv4(url.host) ? `${url.host}:${url.port}` : ''
    let addresses: string[]
    try {
      if (shown === '') await this.say(`Resolving ${url.host} (${url.host})... `)
      addresses = await resolveHost(this.sys, url.host)
      if (shown === '') await this.say(`${addresses.join(', ')}\n`)
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await this.say(`failed: ${error.message}.\n`)
      await this.notQuiet(`wget: unable to resolve host address ‘${url.host}’\n`)
      throw new WgetFailure(EXIT_NETWORK)
    }
    const [address = ''] = addresses
    await this.say(`Connecting to ${shown || `${url.host} (${url.host})|${address}|:${url.port}`}... `)
    const limit = this.options.timeout === undefined ? undefined : Number(this.options.timeout) * 1000
    const stream = await connect(this.sys, address, url.port, limit)
    await this.say('connected.\n')
    return url.scheme === 'https' ? this.secured(stream, url, address) : stream
  }

  private async secured(stream: ByteStream, url: HttpUrl, address: string): Promise<ByteStream> {
    try {
      return await secure(this.sys, stream, { name: url.host, address, insecure: this.options.noCheck > 0 })
    } catch (error) {
      stream.close()
      if (!(error instanceof SecureFailure)) throw error
      if (error.kind === 'certificate')
        await this.notQuiet(
          `ERROR: cannot verify ${url.host}'s certificate: ${error.message}\nTo connect to ${url.host} insecurely, use \`--no-check-certificate'.\n`,
        )
      else await this.notQuiet(`${error.message}\nUnable to establish SSL connection.\n`)
      throw new WgetFailure(error.kind === 'certificate' ? EXIT_SSL : EXIT_NETWORK)
    }
  }

  private async notQuiet(text: string): Promise<void> {
    if (!this.options.quiet) await this.log(text)
  }

  private async take(response: ClientResponse, url: HttpUrl, first: HttpUrl): Promise<void> {
    const { status, reason } = response
    if (this.options.spider && status < 400) return this.exists(response)
    if (status === 416 && this.sizeThere(first) > 0) {
      await this.say('\n    The file is already fully retrieved; nothing to do.\n\n')
      return
    }
    if (status >= 400) {
      if (this.options.spider) await this.say('Remote file does not exist -- broken link!!!\n\n')
      else
        await this.notQuiet(
          `${this.options.noVerbose ? `${printUrl(url)}:\n` : ''}${localStamp(this.sys)} ERROR ${status}: ${reason || '(no description)'}.\n${this.options.noVerbose ? '' : '\n'}`,
        )
      throw new WgetFailure(EXIT_SERVER)
    }
    await this.say(lengthLine(response))
    await this.save(response, url, first)
  }

  private async exists(response: ClientResponse): Promise<void> {
    await this.say(lengthLine(response))
    await this.say(
      'Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n\n',
    )
  }

  private async save(response: ClientResponse, url: HttpUrl, first: HttpUrl): Promise<void> {
    const toOutput = this.options.document === '-'
    const wanted = toOutput ? '-' : this.wantedName(first)
    if (!toOutput && this.options.noClobber && exists(this.sys, wanted)) {
      await this.say(`File ‘${wanted}’ already there; not retrieving.\n\n`)
      return
    }
    const resumed = response.status === 206
    const file = toOutput || resumed || this.options.document !== undefined ? wanted : this.freeName(wanted)
    if (!toOutput) makeFolders(this.sys, file)
    await this.say(`Saving to: ‘${toOutput ? 'STDOUT' : file}’\n\n`)
    const fd = toOutput ? 1 : this.sys.open(file, O_WRONLY | O_CREAT | (resumed ? O_APPEND : O_TRUNC), 0o666)
    const start = this.sys.clock.monotonic()
    const terminal = this.showsBar() && this.sys.isatty(2)
    const bar = terminal
      ? new TerminalBar(this.sys, this.io, file.split('/').pop() ?? file, response.body.length)
      : undefined
    let received = 0
    try {
      for await (const bytes of response.body) {
        received += bytes.length
        await writeAll(this.sys, fd, bytes)
        await bar?.update(received)
      }
    } finally {
      if (!toOutput) this.sys.close(fd)
    }
    const elapsed = Math.max(0.001, (this.sys.clock.monotonic() - start) / 1000)
    const total = response.body.length
    this.files++
    this.bytes += received
    this.spentMs += elapsed * 1000
    this.last = { url, file, html: /^(text\/html|application\/xhtml)/.test(response.headers.get('content-type') ?? '') }
    if (bar) await bar.end(received, elapsed)
    else if (!this.options.quiet && !this.options.noVerbose) await this.log(dots(received, total, elapsed))
    const of = total === undefined ? String(received) : `${received}/${total}`
    if (this.options.noVerbose)
      return this.notQuiet(`${localStamp(this.sys)} URL:${printUrl(url)} [${of}] -> "${file}" [1]\n`)
    const saved = toOutput ? 'written to stdout' : `‘${file}’ saved`
    await this.say(
      `${bar ? '\n' : ''}${localStamp(this.sys)} (${rate(received / elapsed)}) - ${saved === 'written to stdout' ? `written to stdout [${of}]` : `${saved} [${of}]`}\n\n`,
    )
  }

  private showsBar(): boolean {
    return this.options.showProgress > 0 || (!this.options.quiet && !this.options.noVerbose)
  }

  /** Where a file goes: folders for host and path when many are fetched. */
  private wantedName(url: HttpUrl): string {
    const { options } = this
    if (options.document !== undefined) return options.document
    const [path = '/', query] = url.target.split('?')
    const parts = path.split('/').filter(Boolean)
    const name = path.endsWith('/') || parts.length === 0 ? 'index.html' : (parts.pop() ?? 'index.html')
    const full = query === undefined ? name : `${name}?${query}`
    const nested =
      options.forceDirectories + options.recursive + options.mirror + options.requisites > 0 && !options.noDirectories
    const folders = nested
      ? [...(options.noHost ? [] : [url.authority]), ...parts.slice(Number(options.cutDirs ?? 0))]
      : []
    return [...(options.prefix === undefined ? [] : [options.prefix]), ...folders, full].join('/')
  }

  /** Never over a file that is there: `name.1`, `name.2`…, unless many are fetched into folders of their own. */
  private freeName(name: string): string {
    const { options } = this
    if ((options.recursive + options.mirror > 0 || options.timestamping > 0) && !options.noDirectories) return name
    for (let number = 0; ; number++) {
      const candidate = number === 0 ? name : `${name}.${number}`
      if (!exists(this.sys, candidate)) return candidate
    }
  }
}

function makeFolders(sys: Sys, path: string): void {
  const parts = path.split('/').slice(0, -1)
  for (let length = 1; length <= parts.length; length++) {
    const folder = parts.slice(0, length).join('/')
    try {
      if (folder !== '') sys.mkdir(folder, 0o777)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function exists(sys: Sys, path: string): boolean {
  try {
    sys.lstat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

const serverLines = (response: ClientResponse): string =>
  [
    `${response.protocol} ${response.status} ${response.reason}`,
    ...[...response.headers].map(([name, text]) => `${name}: ${text}`),
  ]
    .map((line) => `  ${line}\n`)
    .join('')

function lengthLine(response: ClientResponse): string {
  const type = response.headers.get('content-type')?.split(';')[0]
  const kind = type === undefined ? '' : ` [${type}]`
  const length = response.headers.get('content-length')
  if (length === undefined) return `Length: unspecified${kind}\n`
  return `Length: ${length}${Number(length) >= 1024 ? ` (${bigNumber(Number(length))})` : ''}${kind}\n`
}
