import { isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Program, type Sys } from '@drydock/abi'
import { parseUrl } from '@drydock/http'
import { getopt, Stdio, UsageError, writeAll } from '@drydock/libc'
import { CurlFailure } from './failure.ts'
import { type CurlOptions, OPTIONS } from './options.ts'
import { ProgressMeter } from './progress-meter.ts'
import { requestBody } from './request-body.ts'
import { Transfer, VERSION } from './transfer.ts'
import { type TransferFacts, writeOut } from './write-out.ts'

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
Features: UnixSockets
`

const REFUSED: readonly (readonly [keyof CurlOptions, string])[] = [
  ['ipv6', '-6'],
  ['cookieJar', '-c'],
  ['http10', '--http1.0'],
  ['progressBar', '-#'],
]

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
    const { options, operands, order } = getopt(process.argv.slice(1), OPTIONS)
    if (options.version || options.help) {
      await io.print(options.version ? ABOUT : HELP)
      await io.out.flush()
      return 0
    }
    const refused = REFUSED.find(([name]) => options[name])
    if (refused) {
      await io.warn(`curl: option ${refused[1]} is not supported here\n`)
      return 2
    }
    const urls = [...options.url, ...operands]
    if (urls.length === 0) {
      await io.warn(options.url.length ? 'curl: no URL specified\n' : HINT)
      return 2
    }
    let status = 0
    for (const [index, url] of urls.entries()) status = await new Download(process, io, options, order, index).run(url)
    return status
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await io.warn(usageLine(error.message))
    return 2
  }
}

const newFacts = (url: string): TransferFacts => ({
  ...{
    response: undefined,
    url,
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
    firstByteTime: 0,
    exitCode: 0,
    errorMessage: '',
    file: '',
    connects: 0,
  },
  local: { address: '', port: 0 },
  remote: { address: '', port: 0 },
})

/** One URL of the command line: where its content goes, and what is said about it. */
class Download {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly options: CurlOptions
  private readonly order: readonly string[]
  private readonly index: number
  private fd: number | undefined

  constructor(process: Process, io: Stdio, options: CurlOptions, order: readonly string[], index: number) {
    this.sys = process.sys
    this.io = io
    this.options = options
    this.order = order
    this.index = index
  }

  async run(url: string): Promise<number> {
    const tries = Number(this.options.retry ?? 0)
    for (let attempt = 0; ; attempt++) {
      const facts = newFacts(url)
      const failure = await this.attempt(url, facts)
      await this.report(facts)
      if (!failure) return 0
      const again = attempt < tries && this.mayRetry(failure, facts)
      if (!again || this.options.showError) await this.complain(failure)
      if (!again) return failure.code
      await this.sys.sleep(Number(this.options.retryDelay ?? 2 ** attempt) * 1000)
    }
  }

  /** @returns how it failed */
  private async attempt(url: string, facts: TransferFacts): Promise<CurlFailure | undefined> {
    const meter = new ProgressMeter(this.io, () => this.sys.clock.monotonic(), this.showsMeter())
    let begun = false
    try {
      const target = readUrl(url)
      const file = this.fileFor(target.target)
      facts.file = file ?? ''
      await meter.begin()
      begun = true
      const body = await requestBody(this.sys, this.options, this.order)
      const transfer = new Transfer({
        ...{ sys: this.sys, io: this.io, options: this.options, body, facts, meter },
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

  private mayRetry({ code }: CurlFailure, { response }: TransferFacts): boolean {
    const passing = [408, 429, 500, 502, 503, 504].includes(response?.status ?? 0)
    return (
      code === 28 || passing || this.options.retryAllErrors > 0 || (code === 7 && this.options.retryConnrefused > 0)
    )
  }

  private async report(facts: TransferFacts): Promise<void> {
    if (this.options.writeOut === undefined) return
    const { text, unknown } = writeOut(this.options.writeOut, facts)
    for (const name of unknown) await this.io.warn(`curl: unknown --write-out variable: '${name}'\n`)
    await this.io.print(text)
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
    if (named !== undefined) return named === '-' ? undefined : `${folder}${named}`
    if (!remoteName && !remoteNameAll) return undefined
    const name = (target.split(/[?#]/)[0] ?? '').split('/').pop() ?? ''
    if (name === '') throw new CurlFailure(23, 'Remote file name has no length')
    return `${folder}${name}`
  }

  private create(file: string): number {
    try {
      if (this.options.createDirs) makeParents(this.sys, file)
      return this.sys.open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    } catch (error) {
      if (isErrno(error)) throw new CurlFailure(23, `client returned ERROR on write, ${file}: ${error.message}`)
      throw error
    }
  }

  private async takeHead(text: string, file: string | undefined): Promise<void> {
    const { include, head, dumpHeader } = this.options
    if (dumpHeader !== undefined) await this.dump(dumpHeader, text)
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
    this.fd ??= this.create(file)
    await writeAll(this.sys, this.fd, bytes)
  }
}

function readUrl(text: string) {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    throw new CurlFailure(1, `Protocol "${scheme}" not supported`)
  const url = parseUrl(text)
  if (!url || url.host === '') throw new CurlFailure(3, 'URL using bad/illegal format or missing URL')
  return url
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

/** curl. curl(1). There is no TLS here: https is spoken in clear. */
export const curl: Program = {
  name: 'curl/curl',
  paths: ['/usr/bin/curl'],
  covers: 'partial',
  lacks: [
    'protocols other than HTTP',
    'HTTP/2 and 3',
    'proxies',
    '-6',
    '-c',
    '-#',
    '-C',
    '-Z',
    'URL globbing',
    'configuration files',
  ],
  summary: 'transfer a URL',
  sizeBytes: 301_536,
  main,
}
