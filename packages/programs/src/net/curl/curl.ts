import {
  isErrno,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Process,
  type Program,
  type Sys,
} from '@drydock/abi'
import { type HttpUrl, parseUrl } from '@drydock/http'
import { getopt, readAll, readFile, readTextIfAny, Stdio, UsageError, writeAll, writeFile } from '@drydock/libc'
import { withConfigFiles } from './config-file.ts'
import { CookieJar } from './cookies.ts'
import { CurlFailure } from './failure.ts'
import { expandUrl, fillName, type GlobbedUrl } from './globbing.ts'
import { type CurlOptions, OPTIONS } from './options.ts'
import { ProgressMeter } from './progress-meter.ts'
import { queryOf, requestBody } from './request-body.ts'
import { Transfer } from './transfer.ts'
import { VERSION } from './version.ts'
import { type TransferFacts, writeOut } from './write-out.ts'

/** Statuses that --retry takes for passing. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const WARNING = 'Warning: '
const WARNING_WIDTH = 79 - WARNING.length

/** A warning in lines of 79 columns, each with the word in front. */
function warningLines(text: string): string {
  const lines: string[] = []
  let rest = text
  while (rest.length > WARNING_WIDTH) {
    const blank = rest.lastIndexOf(' ', WARNING_WIDTH - 1)
    const cut = blank > 0 ? blank + 1 : WARNING_WIDTH
    lines.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return [...lines, rest].map((line) => `${WARNING}${line}\n`).join('')
}

const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n"
const HELP = `Usage: curl [options...] <url>
 -d, --data <data>           HTTP POST data
 -f, --fail                  Fail fast with no output on HTTP errors
 -h, --help <subject>        Get help for commands
 -o, --output <file>         Write to file instead of stdout
 -O, --remote-name           Write output to file named as remote file
 -i, --show-headers          Show response headers in output
 -s, --silent                Silent mode
 -T, --upload-file <file>    Transfer local FILE to destination
 -u, --user <user:password>  Server user and password
 -A, --user-agent <name>     Send User-Agent <name> to server
 -v, --verbose               Make the operation more talkative
 -V, --version               Show version number and quit
`
const ABOUT = `curl ${VERSION} (x86_64-alpine-linux-musl) libcurl/${VERSION}
Release-Date: 2025-06-04
Protocols: http https
Features: IPv6 UnixSockets
`

const NUMBERS: readonly (readonly ['maxTime' | 'connectTimeout' | 'retry' | 'retryDelay' | 'maxRedirs', string])[] = [
  ['maxTime', '-m'],
  ['connectTimeout', '--connect-timeout'],
  ['retry', '--retry'],
  ['retryDelay', '--retry-delay'],
  ['maxRedirs', '--max-redirs'],
]

/** `-w @file` and `-H @file` are what the file holds. */
async function withFiles(sys: Sys, options: CurlOptions): Promise<CurlOptions> {
  const read = async (path: string): Promise<string> =>
    new TextDecoder().decode(
      path === '-' ? await readAll(sys, 0) : new TextEncoder().encode(await readTextIfAny(sys, path)),
    )
  const headers = options.header.map(async (line) =>
    line.startsWith('@') ? (await read(line.slice(1))).split(/\r?\n/).filter(Boolean) : [line],
  )
  const { writeOut: format } = options
  return {
    ...options,
    header: (await Promise.all(headers)).flat(),
    ...(format?.startsWith('@') ? { writeOut: (await read(format.slice(1))).replace(/[\r\n]/g, '') } : {}),
  }
}

/** getopt's complaint in curl's words. */
function usageLine(message: string): string {
  const long = /option '(--[^']*)' requires/.exec(message)?.[1]
  const short = /requires an argument -- '(.)'/.exec(message)?.[1]
  if (long ?? short) return `curl: option ${long ?? `-${short}`}: requires parameter\n${HINT}`
  const name = /'(--?[^']*|.)'/.exec(message)?.[1] ?? ''
  return `curl: option ${name.startsWith('-') ? name : `-${name}`}: is unknown\n${HINT}`
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  try {
    const { words, missing } = await withConfigFiles(process.sys, process.argv.slice(1), process.env.get('HOME'))
    if (missing !== undefined) {
      await io.warn(`curl: cannot read config from '${missing}'\n${HINT}`)
      return 26
    }
    const parsed = getopt(words, OPTIONS)
    const { operands, order } = parsed
    const options = await withFiles(process.sys, parsed.options)
    const wrong = NUMBERS.find(([name]) => !/^\d+(\.\d+)?$/.test(options[name] ?? '0'))
    if (wrong) {
      await io.warn(`curl: option ${wrong[1]}: expected a proper numerical parameter\n${HINT}`)
      return 2
    }
    if (options.version || options.help) {
      await io.print(options.version ? ABOUT : HELP)
      await io.out.flush()
      return 0
    }
    const urls = [...options.url, ...operands]
    if (urls.length === 0) {
      await io.warn(words.length > 0 ? `curl: (2) no URL specified\n${HINT}` : HINT)
      return 2
    }
    const cookies = await openJar(process.sys, options)
    let status = 0
    const query = await queryOf(process.sys, options)
    for (const [index, given] of urls.entries()) {
      const found = options.globoff ? [{ url: given, parts: [] }] : expandUrl(given)
      if (!found) {
        await io.warn(
          `curl: (3) bad range in URL position ${given.search(/[[{]/) + 1}:\n${given}\n${' '.repeat(given.search(/[[{]/))}^\n`,
        )
        return 3
      }
      for (const each of found) {
        const glob = query === '' ? each : { ...each, url: `${each.url}${each.url.includes('?') ? '&' : '?'}${query}` }
        status = await new Download({ process, io, options, order, index, cookies, glob }).run(glob.url)
        if (status !== 0 && options.failEarly) return status
      }
    }
    await saveJar(process.sys, io, options.cookieJar, cookies)
    return status
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await io.warn(usageLine(error.message))
    return 2
  }
}

/** -b with a name in place of `name=value` reads cookies; a file that is not there has none. */
async function openJar(sys: Sys, options: CurlOptions): Promise<CookieJar | undefined> {
  const paths = options.cookie.filter((text) => !text.includes('='))
  if (options.cookieJar === undefined && paths.length === 0) return undefined
  const jar = new CookieJar(() => sys.clock.now())
  for (const path of paths.filter(Boolean)) {
    try {
      jar.load(new TextDecoder().decode(path === '-' ? await readAll(sys, 0) : await readFile(sys, path)))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  return jar
}

async function saveJar(sys: Sys, io: Stdio, path: string | undefined, jar: CookieJar | undefined): Promise<void> {
  if (path === undefined || jar === undefined) return
  if (path === '-') {
    await io.print(jar.print())
    return void (await io.out.flush())
  }
  try {
    await writeFile(sys, path, jar.print(), 0o600)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`WARNING: failed to save cookies in ${path}: ${error.message}\n`)
  }
}

const newFacts = (url: string, index: number, referer: string): TransferFacts => ({
  ...{
    response: undefined,
    url,
    given: url,
    index,
    referer,
    method: 'GET',
    redirects: 0,
    redirectUrl: '',
    downloaded: 0,
    uploaded: 0,
    headerBytes: 0,
    requestBytes: 0,
  },
  ...{
    totalTime: 0,
    lookupTime: 0,
    connectTime: 0,
    appConnectTime: 0,
    firstByteTime: 0,
    redirectTime: 0,
    exitCode: 0,
    errorMessage: '',
    file: '',
    connects: 0,
  },
  local: { address: '', port: 0 },
  remote: { address: '', port: 0 },
})

interface DownloadContext {
  readonly process: Process
  readonly io: Stdio
  readonly options: CurlOptions
  readonly order: readonly string[]
  readonly index: number
  readonly cookies: CookieJar | undefined
  readonly glob: GlobbedUrl
}

/** One URL of the command line: where its content goes, and what is said about it. */
class Download {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly options: CurlOptions
  private readonly order: readonly string[]
  private readonly index: number
  private readonly cookies: CookieJar | undefined
  private readonly env: ReadonlyMap<string, string>
  private readonly glob: GlobbedUrl
  private fd: number | undefined
  private resumeAt = 0
  private named: string | undefined

  constructor({ process, io, options, order, index, cookies, glob }: DownloadContext) {
    this.env = process.env
    this.glob = glob
    this.sys = process.sys
    this.io = io
    this.options = options
    this.order = order
    this.index = index
    this.cookies = cookies
  }

  async run(url: string): Promise<number> {
    const tries = Number(this.options.retry ?? 0)
    for (let attempt = 0; ; attempt++) {
      const facts = newFacts(url, this.index, this.options.referer ?? '')
      const failure = await this.attempt(url, facts)
      const problem = attempt < tries ? this.passingProblem(failure, facts) : undefined
      if (problem === undefined) await this.report(facts)
      if (failure) await this.complain(failure)
      if (problem === undefined) return failure?.code ?? 0
      const seconds = Number(this.options.retryDelay ?? 2 ** attempt)
      await this.announceRetry(problem, seconds, tries - attempt)
      await this.sys.sleep(seconds * 1000)
    }
  }

  private async announceRetry(problem: string, seconds: number, left: number): Promise<void> {
    if (this.options.silent) return
    const retries = `${left} retr${left === 1 ? 'y' : 'ies'} left.`
    const text = `Problem ${problem}. Will retry in ${seconds} second${seconds === 1 ? '' : 's'}. ${retries}`
    await this.io.warn(warningLines(text))
  }

  /** @returns how it failed */
  private async attempt(url: string, facts: TransferFacts): Promise<CurlFailure | undefined> {
    const meter = new ProgressMeter(
      this.io,
      () => this.sys.clock.monotonic(),
      this.showsMeter(),
      this.options.progressBar > 0,
    )
    let begun = false
    try {
      if (/^file:\/\//i.test(url)) return await this.copyFile(url, facts)
      const asked = readUrl(url, this.options.proto)
      const target = uploadTarget(this.options.pathAsIs ? withDots(url, asked) : asked, this.options.upload)
      const file = this.fileFor(target.target)
      facts.file = file ?? ''
      this.resumeAt = this.resume(file)
      await meter.begin()
      begun = true
      const body = await requestBody(this.sys, this.options, this.order)
      const transfer = new Transfer({
        ...{
          sys: this.sys,
          env: this.env,
          io: this.io,
          options: this.options,
          cookies: this.cookies,
          body,
          facts,
          meter,
        },
        netrc: await this.netrc(),
        resumeAt: this.resumeAt,
        onHead: (text) => this.takeHead(text, file),
        onData: (bytes) => this.takeData(bytes, file),
      })
      await transfer.run(target)
      if (file !== undefined && this.fd === undefined && facts.response) this.fd = this.create(file)
      await meter.end(facts.downloaded, facts.uploaded, facts.response?.body.length)
      return undefined
    } catch (error) {
      const failure = asFailure(error)
      // A name that is not known ends it before the meter is drawn again.
      if (begun && failure.code !== 6) await meter.end(0, 0, 0)
      facts.exitCode = failure.code
      facts.errorMessage = failure.message
      return failure
    } finally {
      await this.io.out.flush()
      if (this.fd !== undefined) this.sys.close(this.fd)
      this.fd = undefined
    }
  }

  private async netrc(): Promise<string> {
    const { netrc, netrcOptional, netrcFile } = this.options
    if (!netrc && !netrcOptional && netrcFile === undefined) return ''
    return readTextIfAny(this.sys, netrcFile ?? `${this.env.get('HOME') ?? ''}/.netrc`)
  }

  /** -C: a number, or with a minus what the file has already. */
  private resume(file: string | undefined): number {
    const { continueAt } = this.options
    if (continueAt === undefined) return 0
    if (continueAt !== '-') return Number(continueAt)
    try {
      return file === undefined ? 0 : this.sys.stat(file).size
    } catch (error) {
      if (isErrno(error)) return 0
      throw error
    }
  }

  private async copyFile(url: string, facts: TransferFacts): Promise<undefined> {
    const path = decodeURIComponent(url.replace(/^file:\/\/(localhost(?=\/))?/i, ''))
    try {
      this.sys.close(this.sys.open(path, O_RDONLY))
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new CurlFailure(37, `Couldn't open file ${path}`)
    }
    const bytes = await readFile(this.sys, path)
    facts.downloaded = bytes.length
    await this.takeData(bytes, this.fileFor(path))
    return undefined
  }

  /** What may be better the next time; undefined when nothing went wrong that could be. */
  private passingProblem(failure: CurlFailure | undefined, { response }: TransferFacts): string | undefined {
    const { retryAllErrors, retryConnrefused } = this.options
    if (failure?.code === 28) return ': timeout'
    if (failure?.code === 7 && retryConnrefused > 0) return ': connection refused'
    if (PASSING_STATUSES.has(response?.status ?? 0)) return ': HTTP error'
    return failure && retryAllErrors > 0 ? '(retrying all errors)' : undefined
  }

  private async report(facts: TransferFacts): Promise<void> {
    if (this.options.writeOut === undefined) return
    const { pieces, unknown } = writeOut(this.options.writeOut, facts)
    for (const name of unknown) await this.io.warn(`curl: unknown --write-out variable: '${name}'\n`)
    for (const { stream, text } of pieces) await (stream === 'stderr' ? this.io.warn(text) : this.io.print(text))
    await this.io.out.flush()
  }

  private async complain(failure: CurlFailure): Promise<void> {
    if (this.options.silent && !this.options.showError) return
    await this.io.warn(`curl: (${failure.code}) ${failure.message}\n`)
  }

  /** Not to a terminal that shows the content itself. */
  private showsMeter(): boolean {
    const { silent, noProgressMeter, output, remoteName, head, verbose } = this.options
    if (silent || noProgressMeter) return false
    return output.length > 0 || remoteName > 0 || !(this.sys.isatty(1) || head || verbose) || !this.sys.isatty(1)
  }

  private fileFor(target: string): string | undefined {
    const { output, remoteName, remoteNameAll, outputDir } = this.options
    const named = output[this.index]
    const folder = outputDir === undefined ? '' : `${outputDir}/`
    if (named !== undefined) return named === '-' ? undefined : `${folder}${fillName(named, this.glob.parts)}`
    if (!remoteName && !remoteNameAll) return undefined
    const name = (target.split(/[?#]/)[0] ?? '').split('/').pop() ?? ''
    if (name === '') throw new CurlFailure(23, 'Remote file name has no length')
    return `${folder}${name}`
  }

  private create(file: string): number {
    try {
      if (this.options.createDirs) makeParents(this.sys, file)
      return this.sys.open(file, O_WRONLY | O_CREAT | (this.resumeAt > 0 ? O_APPEND : O_TRUNC), 0o666)
    } catch (error) {
      if (isErrno(error)) throw new CurlFailure(23, `client returned ERROR on write, ${file}: ${error.message}`)
      throw error
    }
  }

  private async takeHead(text: string, file: string | undefined): Promise<void> {
    const { include, head, dumpHeader } = this.options
    if (dumpHeader !== undefined) await this.dump(dumpHeader, text)
    if (this.options.remoteHeaderName) this.named = nameIn(text)
    if (include || head) await this.takeData(new TextEncoder().encode(text), file)
  }

  private async dump(path: string, text: string): Promise<void> {
    if (path === '-') return void (await this.io.print(text))
    const fd = this.sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666)
    await writeAll(this.sys, fd, new TextEncoder().encode(text))
    this.sys.close(fd)
  }

  private async takeData(bytes: Uint8Array, file: string | undefined): Promise<void> {
    if (file === undefined) {
      await this.io.print(bytes)
      return void (await this.io.out.flush())
    }
    this.fd ??= this.create(this.named === undefined ? file : file.replace(/[^/]*$/, this.named))
    await writeAll(this.sys, this.fd, bytes)
  }
}

/** The name of a Content-Disposition, for -J: without folders. */
const nameIn = (head: string): string | undefined =>
  /^content-disposition:.*?filename="?([^";\r\n]*)/im.exec(head)?.[1]?.split('/').pop() || undefined

/** Protocols of --proto: `=https`, `-all,https`, `+http`. */
function allowed(scheme: string, proto: string | undefined): boolean {
  let known = new Set(['http', 'https', 'file'])
  for (const [, sign = '+', name = ''] of (proto ?? '').matchAll(/([-+=]?)(\w+)/g)) {
    const named = name === 'all' ? ['http', 'https', 'file'] : [name]
    if (sign === '=') known = new Set(named)
    else for (const each of named) void (sign === '-' ? known.delete(each) : known.add(each))
  }
  return known.has(scheme)
}

function readUrl(text: string, proto: string | undefined) {
  if (/[\s\u0000-\u001f]/.test(text)) throw new CurlFailure(3, 'URL rejected: Malformed input to a URL function')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    throw new CurlFailure(1, `Protocol "${scheme}" not supported`)
  if (!allowed(scheme ?? 'http', proto)) throw new CurlFailure(1, `Protocol "${scheme ?? 'http'}" disabled`)
  const url = parseUrl(text)
  if (!url || url.host === '') throw new CurlFailure(3, 'URL using bad/illegal format or missing URL')
  return { ...url, target: asTyped(text, url.target) }
}

/** A bare `?` at the end is sent, though it says nothing. */
const asTyped = (text: string, target: string): string =>
  /\?(#|$)/.test(text) && !target.includes('?') ? `${target}?` : target

/** --path-as-is: with its dots, which are taken out elsewhere. */
function withDots(text: string, url: HttpUrl): HttpUrl {
  const [, target] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*([^#]*)/i.exec(text) ?? []
  return target === undefined || target === '' ? url : { ...url, target }
}

/** -T to a folder's address puts the file in it under its own name. */
function uploadTarget(url: HttpUrl, upload: string | undefined): HttpUrl {
  if (upload === undefined || upload === '-' || upload === '.' || !url.target.endsWith('/')) return url
  return { ...url, target: `${url.target}${encodeURIComponent(upload.slice(upload.lastIndexOf('/') + 1))}` }
}

function asFailure(error: unknown): CurlFailure {
  if (error instanceof CurlFailure) return error
  if (isErrno(error)) return new CurlFailure(56, `Recv failure: ${error.message}`)
  throw error
}

function makeParents(sys: Sys, path: string): void {
  const parts = path.split('/').slice(0, -1)
  for (let at = 1; at <= parts.length; at++) {
    const folder = parts.slice(0, at).join('/')
    if (folder === '') continue
    try {
      sys.mkdir(folder, 0o777)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

/** curl. curl(1). Beyond the LAN https is spoken in clear. */
export const curl: Program = {
  name: 'curl/curl',
  paths: ['/usr/bin/curl'],
  covers: 'partial',
  lacks: [
    'protocols other than HTTP',
    'HTTP/2 and 3',
    'proxies of SOCKS',
    'transfers at the same time: -Z takes one after another',
    'a rate that is kept to: --limit-rate',
  ],
  summary: 'transfer a URL',
  sizeBytes: 301_536,
  main,
}
