import { type ByteStream, isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Sys } from '@drydock/abi'
import { type ClientResponse, type HttpUrl, parseUrl, printUrl, request } from '@drydock/http'
import {
  defineProgram,
  isIpv4,
  readAll,
  readFile,
  hostPort,
  ResolveError,
  resolveHost,
  searchPath,
  Stdio,
  writeAll,
} from '@drydock/libc'
import { withArgv } from '../../package-version.ts'
import { connect } from '../http/connect.ts'
import { secure, SecureFailure } from '../http/secure.ts'
import { TimedStream } from '../http/timed-stream.ts'
import { bigNumber, dots, localStamp, rate, seconds, TerminalBar } from './gnu-progress.ts'
import { makeParentFolders } from '../../parent-folders.ts'
import { exists } from './file-names.ts'
import { type Options, OPTIONS } from './options.ts'
import { Recursion } from './recursion.ts'
import { drain, isHtml, lengthLine, serverLines } from './response-words.ts'

/** Exit statuses of wget(1). */
const EXIT_GENERIC = 1
const EXIT_NETWORK = 4
const EXIT_SSL = 5
const EXIT_SERVER = 8

/** Nothing came for as long as -T says. */
class ReadTimeout extends Error {}
const DEFAULT_TRIES = 20

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
    lacks: ['FTP', 'cookies', '-k', 'a rate that is kept to: --limit-rate'],
    summary: 'The non-interactive network downloader.',
    usage: 'wget [OPTION]... [URL]...',
    usageStatus: 2,
    hint: () => "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
    sizeBytes: 519_768,
    options: OPTIONS,
    async main({ process, io, options, operands }) {
      if (options.version) {
        await io.print('GNU Wget 1.21.3 built on linux-gnu.\n')
        return 0
      }
      if (options.timeout !== undefined && !/^\d+(\.\d+)?[smhd]?$/.test(options.timeout)) {
        await io.warn(`wget: --timeout: Invalid time period ‘${options.timeout}’\n`)
        return 2
      }
      if (options.background) return inBackground(process, io, options)
      const urls = [...operands]
      for (const path of options.input) {
        const found = await urlsIn(process.sys, path)
        if (found === undefined) await io.warn(`${path}: No such file or directory\nNo URLs found in ${path}.\n`)
        urls.push(...(found ?? []))
      }
      if (urls.length === 0 && options.input.length > 0) return 0
      if (urls.length === 0) {
        await io.warn("wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n")
        return EXIT_GENERIC
      }
      const retrieval = new Retrieval(process, io, options)
      let status = (await retrieval.cannotWrite()) ? EXIT_GENERIC : 0
      for (const url of status === 0 ? urls : []) {
        const many = options.recursive + options.mirror + options.requisites > 0
        const ended = many
          ? await new Recursion(retrieval, depthOf(options), options).run(url)
          : await retrieval.run(url)
        status = ended || status
      }
      retrieval.close()
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

/** -b: goes on by itself, and tells a log. */
async function inBackground({ sys, argv, env }: Process, io: Stdio, options: Options): Promise<number> {
  const log = options.log ?? options.append ?? freeLog(sys)
  const words = spellOut(argv.slice(1)).filter((word) => word !== '-b' && word !== '--background')
  const own = options.log === undefined && options.append === undefined ? ['-o', log] : []
  const pid = await sys.spawn(searchPath(sys, argv[0] ?? 'wget', env.get('PATH')), {
    argv: [argv[0] ?? 'wget', ...own, ...words.map((word) => word.replace(/^-b(?=\w)|^(-[a-zA-Z]*)b$/, '$1'))],
    env,
    setsid: true,
  })
  await io.print(`Continuing in background, pid ${pid}.\nOutput will be written to ‘${log}’.\n`)
  await io.out.flush()
  return 0
}

function freeLog(sys: Sys): string {
  for (let number = 0; ; number++) {
    const name = number === 0 ? 'wget-log' : `wget-log.${number}`
    if (!exists(sys, name)) return name
  }
}

async function urlsIn(sys: Sys, path: string): Promise<string[] | undefined> {
  if (path !== '-' && !exists(sys, path)) return undefined
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
  /** A connection that a server keeps open, and whose. */
  private idle: { readonly to: string; readonly stream: ByteStream } | undefined
  /** A server has asked who we are. */
  private challenged = false
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
    const wall = (this.sys.clock.monotonic() - this.began) / 1000
    const spent = this.spentMs / 1000
    await this.notQuiet(
      `FINISHED --${localStamp(this.sys)}--\nTotal wall clock time: ${seconds(wall)}s\n` +
        `Downloaded: ${this.files} files, ${bigNumber(this.bytes)} in ${seconds(spent)}s (${rate(this.bytes / Math.max(0.001, spent))})\n`,
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
    const file = this.options.log ?? this.options.append
    if (file === undefined) return this.io.warn(text)
    const fd = this.sys.open(file, O_WRONLY | O_CREAT | O_APPEND, 0o666)
    await writeAll(this.sys, fd, new TextEncoder().encode(text))
    this.sys.close(fd)
  }

  private async follow(first: HttpUrl): Promise<void> {
    let url = first
    for (let left = Number(this.options.maxRedirect ?? 20); ; left--) {
      await this.say(`--${localStamp(this.sys)}--  ${printUrl(url)}\n`)
      if (await this.isThere(first)) return
      const next = await this.tries(url, first)
      if (!next) return
      if (left === 0) {
        await this.say(`${this.options.maxRedirect ?? 20} redirections exceeded.\n`)
        throw new WgetFailure(EXIT_SERVER)
      }
      url = next
    }
  }

  /** -nc: it is not asked for. */
  private async isThere(first: HttpUrl): Promise<boolean> {
    if (!this.options.noClobber || this.options.document === '-') return false
    const wanted = this.wantedName(first)
    if (!exists(this.sys, wanted)) return false
    await this.say(`File ‘${wanted}’ already there; not retrieving.\n\n`)
    return true
  }

  /** Asks again where reading took too long. */
  private async tries(url: HttpUrl, first: HttpUrl): Promise<HttpUrl | undefined> {
    const most = Number(this.options.tries ?? DEFAULT_TRIES) || Number.POSITIVE_INFINITY
    for (let attempt = 1; ; attempt++)
      try {
        return await this.once(url, first)
      } catch (error) {
        if (!(error instanceof ReadTimeout)) throw error
        await this.say('Read error (Connection timed out) in headers.\n')
        if (attempt >= most) {
          await this.say('Giving up.\n\n')
          throw new WgetFailure(EXIT_NETWORK)
        }
        await this.say('Retrying.\n\n')
        await this.sys.sleep(Math.min(attempt, 10) * 1000)
        await this.say(`--${localStamp(this.sys)}--  (try:${String(attempt + 1).padStart(2)})  ${printUrl(url)}\n`)
      }
  }

  /** Ends the connection that was kept. */
  close(): void {
    this.idle?.stream.close()
    this.idle = undefined
  }

  /** -O into a file that cannot be made ends everything before it begins. */
  async cannotWrite(): Promise<boolean> {
    const { document } = this.options
    if (document === undefined || document === '-') return false
    try {
      this.sys.close(this.sys.open(document, O_WRONLY | O_CREAT, 0o666))
      return false
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`${document}: ${error.message}\n`)
      return true
    }
  }

  private async connected(url: HttpUrl): Promise<ByteStream> {
    const kept = this.idle
    this.idle = undefined
    if (kept?.to === url.authority) {
      await this.say(`Reusing existing connection to ${hostPort(url.host, url.port)}.\n`)
      return kept.stream
    }
    kept?.stream.close()
    return this.dial(url)
  }

  /** Whether the server wants to know who asks, and we can say so. */
  private async answersChallenge(response: ClientResponse, url: HttpUrl): Promise<boolean> {
    const asked = response.headers.get('www-authenticate')
    if (response.status !== 401 || this.challenged || !/^basic/i.test(asked ?? '')) return false
    if (this.options.user === undefined && url.username === '') return false
    this.challenged = true
    await this.say(`Authentication selected: ${asked}\n`)
    return true
  }

  private async once(url: HttpUrl, first: HttpUrl): Promise<HttpUrl | undefined> {
    const stream = await this.connected(url)
    let kept = false
    try {
      await this.say('HTTP request sent, awaiting response... ')
      const response = await request(stream, await this.question(url, first))
      kept = response.keepAlive
      if (this.options.serverResponse) await this.log(`${this.options.quiet ? '' : '\n'}${serverLines(response)}`)
      else await this.say(`${response.status} ${response.reason}\n`)
      if (await this.answersChallenge(response, url)) {
        await drain(response)
        return url
      }
      const location = response.headers.get('location')
      const next =
        location !== undefined && response.status >= 300 && response.status < 400 ? parseUrl(location, url) : undefined
      if (next) {
        await this.say(`Location: ${location} [following]\n`)
        await drain(response)
        return next
      }
      await this.take(response, url, first)
      return undefined
    } catch (error) {
      kept = kept && error instanceof WgetFailure
      throw error
    } finally {
      if (kept) this.idle = { to: url.authority, stream }
      else stream.close()
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
      ...(options.referer === undefined ? [] : [['Referer', options.referer] as [string, string]]),
      ['User-Agent', options.agent ?? 'Wget/1.21.3'],
      ['Accept', '*/*'],
      ['Accept-Encoding', 'identity'],
      ...(there > 0 ? [['Range', `bytes=${there}-`] as [string, string]] : []),
      ['Connection', 'Keep-Alive'],
      ...(user === undefined || !(this.challenged || options.authNoChallenge)
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
    const raw = await connect(this.sys, address, url.port, limit)
    await this.say('connected.\n')
    const stream =
      limit === undefined
        ? raw
        : new TimedStream(
            this.sys,
            raw,
            () => limit,
            () => new ReadTimeout(),
          )
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
      await drain(response)
      if (this.options.spider) await this.say('Remote file does not exist -- broken link!!!\n\n')
      else
        await this.notQuiet(
          `${this.options.noVerbose ? `${printUrl(url)}:\n` : ''}${localStamp(this.sys)} ERROR ${status}: ${reason || '(no description)'}.\n${this.options.noVerbose ? '' : '\n'}`,
        )
      throw new WgetFailure(EXIT_SERVER)
    }
    await this.say(lengthLine(response, response.status === 206 ? this.sizeThere(first) : 0))
    await this.save(response, url, first)
  }

  private async exists(response: ClientResponse): Promise<void> {
    await this.say(lengthLine(response))
    const html = isHtml(response)
    const further = ' and could contain further links,\nbut recursion is disabled -- not retrieving'
    await this.say(`Remote file exists${html ? further : ''}.\n\n`)
  }

  private async save(response: ClientResponse, url: HttpUrl, first: HttpUrl): Promise<void> {
    const toOutput = this.options.document === '-'
    const wanted = toOutput ? '-' : this.named(response, this.wantedName(first))
    const resumed = response.status === 206
    const there = resumed ? this.sizeThere(first) : 0
    const file = toOutput || resumed || this.options.document !== undefined ? wanted : this.freeName(wanted)
    if (!toOutput) makeParentFolders(this.sys, file)
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
    this.last = { url, file, html: isHtml(response) }
    if (this.options.deleteAfter && !toOutput) this.sys.unlink(file)
    if (bar) await bar.end(received, elapsed)
    else if (!this.options.quiet && !this.options.noVerbose) await this.log(dots(received, total, elapsed))
    const whole = received + there
    const of = total === undefined ? String(whole) : `${whole}/${total + there}`
    if (this.options.noVerbose)
      return this.notQuiet(`${localStamp(this.sys)} URL:${printUrl(url)} [${of}] -> "${file}" [1]\n`)
    const saved = toOutput ? 'written to stdout' : `‘${file}’ saved`
    await this.say(
      `${bar ? '\n' : ''}${localStamp(this.sys)} (${rate(received / elapsed)}) - ${saved === 'written to stdout' ? `written to stdout [${of}]` : `${saved} [${of}]`}\n\n`,
    )
  }

  /** --content-disposition: the name that the server gives. */
  private named(response: ClientResponse, wanted: string): string {
    if (!this.options.contentDisposition) return wanted
    const name = /filename="?([^";]*)/i
      .exec(response.headers.get('content-disposition') ?? '')?.[1]
      ?.split('/')
      .pop()
    return name ? wanted.replace(/[^/]*$/, name) : wanted
  }

  private showsBar(): boolean {
    return this.options.showProgress > 0 || (!this.options.quiet && !this.options.noVerbose)
  }

  /** Files go into folders as the server has them. */
  private get nested(): boolean {
    const { forceDirectories, recursive, mirror, requisites, noDirectories } = this.options
    return forceDirectories + recursive + mirror + requisites > 0 && !noDirectories
  }

  /** Where a file goes: folders for host and path when many are fetched. */
  private wantedName(url: HttpUrl): string {
    const { options } = this
    if (options.document !== undefined) return options.document
    const [path = '/', query] = url.target.split('?')
    const parts = path.split('/').filter(Boolean)
    const name = path.endsWith('/') || parts.length === 0 ? 'index.html' : (parts.pop() ?? 'index.html')
    const full = query === undefined ? name : `${name}?${query}`
    const folders = this.nested
      ? [...(options.noHost ? [] : [url.authority]), ...parts.slice(Number(options.cutDirs ?? 0))]
      : []
    return [...(options.prefix === undefined ? [] : [options.prefix]), ...folders, full].join('/')
  }

  /** Never over a file that is there: `name.1`, `name.2`…, unless many are fetched into folders of their own. */
  private freeName(name: string): string {
    if (this.nested || this.options.timestamping > 0) return name
    for (let number = 0; ; number++) {
      const candidate = number === 0 ? name : `${name}.${number}`
      if (!exists(this.sys, candidate)) return candidate
    }
  }
}
