import { type ByteStream, isErrno, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { type ClientResponse, type HttpUrl, parseUrl, printUrl, request } from '@drydock/http'
import {
  defineProgram,
  flag,
  list,
  type OptionValues,
  readFile,
  ResolveError,
  resolveHost,
  type Stdio,
  value,
  writeAll,
} from '@drydock/libc'
import { connect } from '../http/connect.ts'
import { secure, SecureFailure } from '../http/secure.ts'

const OPTIONS = {
  quiet: flag('q', 'quiet'),
  serverResponse: flag('S', 'server-response'),
  continue: flag('c', 'continue'),
  spider: flag('', 'spider'),
  document: value('O', 'output-document'),
  log: value('o', 'output-file'),
  header: list('', 'header'),
  postData: value('', 'post-data'),
  postFile: value('', 'post-file'),
  proxy: value('Y', 'proxy'),
  prefix: value('P', 'directory-prefix'),
  agent: value('U', 'user-agent'),
  timeout: value('T', 'timeout'),
  tries: value('t', 'tries'),
  noCheck: flag('', 'no-check-certificate'),
} as const
type Options = OptionValues<typeof OPTIONS>

class Refusal extends Error {}

/** wget, as busybox has it. */
export const busyboxWget = defineProgram({
  name: 'busybox/wget',
  paths: ['/usr/bin/wget'],
  covers: 'partial',
  lacks: ['FTP', '-c', '-Y'],
  summary: 'Retrieve files via HTTP or FTP',
  usage:
    'wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR] [--post-data STR | --post-file FILE] [-P DIR] [-U AGENT] [-T SEC] URL...',
  options: OPTIONS,
  async main({ sys, io, options, operands, fail }) {
    if (operands.length === 0) {
      await io.warn('Usage: wget [OPTIONS] URL...\n')
      return 1
    }
    try {
      for (const url of operands) await retrieve(sys, io, options, url)
      return 0
    } catch (error) {
      if (error instanceof Refusal) await fail(error.message)
      else if (isErrno(error)) await fail(`error getting response: ${error.message}`)
      else throw error
      return 1
    }
  },
})

async function retrieve(sys: Sys, io: Stdio, options: Options, text: string): Promise<void> {
  let url = parseUrl(text)
  if (!url) throw new Refusal(`not an http or ftp url: ${text}`)
  const first = url
  for (let left = 5; ; left--) {
    const next: HttpUrl | undefined = await once(sys, io, options, url, first)
    if (!next) return
    if (left === 0) throw new Refusal('too many redirections')
    url = next
  }
}

const say = async (io: Stdio, options: Options, text: string): Promise<void> => {
  if (!options.quiet) await io.warn(text)
}

async function once(sys: Sys, io: Stdio, options: Options, url: HttpUrl, first: HttpUrl): Promise<HttpUrl | undefined> {
  const address = await addressOf(sys, url.host)
  await say(io, options, `Connecting to ${url.authority} (${address}:${url.port})\n`)
  const stream = await dial(sys, url, address, options)
  try {
    const response = await request(stream, await question(sys, options, url))
    if (options.serverResponse) await io.warn(serverLines(response))
    const location = response.headers.get('location')
    if (location !== undefined && response.status >= 300 && response.status < 400) {
      const next = parseUrl(location, url)
      if (!next) throw new Refusal(`not an http or ftp url: ${location}`)
      return next
    }
    if (!isSuccess(response.status, options))
      throw new Refusal(`server returned error: ${response.protocol} ${response.status} ${response.reason}`)
    if (options.spider) await say(io, options, 'remote file exists\n')
    else await save(sys, io, options, response, first)
    return undefined
  } finally {
    stream.close()
  }
}

/** 205 is none for busybox, and a part of a file only where one was asked for. */
const isSuccess = (status: number, options: Options): boolean =>
  (status >= 200 && status <= 204) || (status === 206 && Boolean(options.continue))

async function addressOf(sys: Sys, host: string): Promise<string> {
  try {
    return (await resolveHost(sys, host))[0] ?? ''
  } catch (error) {
    if (error instanceof ResolveError) throw new Refusal(`bad address '${host}'`)
    throw error
  }
}

async function dial(sys: Sys, url: HttpUrl, address: string, options: Options): Promise<ByteStream> {
  try {
    const stream = await connect(sys, address, url.port, Number(options.timeout ?? 900) * 1000)
    // Its certificates are not checked: the real one cannot either.
    const secured = { name: url.host, address, insecure: true }
    return url.scheme === 'https' ? await secure(sys, stream, secured) : stream
  } catch (error) {
    if (error instanceof SecureFailure) throw new Refusal(`TLS error from peer (${error.message})`)
    if (!isErrno(error)) throw error
    throw new Refusal(
      error.code === 'ETIMEDOUT' ? 'download timed out' : `can't connect to remote host (${address}): ${error.message}`,
    )
  }
}

async function question(sys: Sys, options: Options, url: HttpUrl) {
  const body =
    options.postFile === undefined
      ? options.postData === undefined
        ? undefined
        : new TextEncoder().encode(options.postData)
      : await readFile(sys, options.postFile)
  const own = options.header.map((line): [string, string] => [
    line.split(':')[0] ?? '',
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  const replaced = new Set(own.map(([name]) => name.toLowerCase()))
  const wanted: [string, string][] = [
    ['Host', url.authority],
    ['User-Agent', options.agent ?? 'Wget'],
    ['Connection', 'close'],
    ...(url.username === ''
      ? []
      : [['Authorization', `Basic ${btoa(`${url.username}:${url.password}`)}`] as [string, string]]),
    ...(body ? [['Content-Type', 'application/x-www-form-urlencoded'] as [string, string]] : []),
  ]
  const headers = [...wanted.filter(([name]) => !replaced.has(name.toLowerCase())), ...own]
  const method = options.spider ? 'HEAD' : body ? 'POST' : 'GET'
  return { method, target: url.target, headers, ...(body ? { body } : {}) }
}

const serverLines = (response: ClientResponse): string =>
  [
    `${response.protocol} ${response.status} ${response.reason}`,
    ...[...response.headers].map(([name, text]) => `${name}: ${text}`),
    '',
  ]
    .map((line) => `  ${line}\n`)
    .join('')

const basename = (url: HttpUrl): string =>
  (printUrl(url).split(/[?#]/)[0] ?? '').split('/').slice(3).pop() || 'index.html'

async function save(sys: Sys, io: Stdio, options: Options, response: ClientResponse, first: HttpUrl): Promise<void> {
  const { document, prefix } = options
  const toOutput = document === '-'
  const file = document ?? (prefix === undefined ? basename(first) : `${prefix}/${basename(first)}`)
  const fd = toOutput ? 1 : create(sys, file, document !== undefined)
  await say(io, options, toOutput ? 'writing to stdout\n' : `saving to '${file}'\n`)
  const bar = new BusyboxBar(
    sys,
    io,
    toOutput ? '-' : (file.split('/').pop() ?? file),
    response.body.length,
    options.quiet === 0,
  )
  let received = 0
  try {
    for await (const bytes of response.body) {
      received += bytes.length
      await writeAll(sys, fd, bytes)
      await bar.update(received)
    }
  } finally {
    if (!toOutput) sys.close(fd)
  }
  await bar.end(received)
  await say(io, options, toOutput ? 'written to stdout\n' : `'${file}' saved\n`)
}

function create(sys: Sys, file: string, over: boolean): number {
  try {
    return sys.open(file, O_WRONLY | O_CREAT | (over ? O_TRUNC : O_EXCL), 0o666)
  } catch (error) {
    if (isErrno(error)) throw new Refusal(`can't open '${file}': ${error.message}`)
    throw error
  }
}

/** The bar of busybox: on a terminal as it grows, elsewhere once. */
class BusyboxBar {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly name: string
  private readonly total: number | undefined
  private readonly shown: boolean
  private readonly terminal: boolean
  private drawnMs: number

  constructor(sys: Sys, io: Stdio, name: string, total: number | undefined, shown: boolean) {
    this.sys = sys
    this.io = io
    this.name = name
    this.total = total
    this.shown = shown
    this.terminal = sys.isatty(2)
    this.drawnMs = sys.clock.monotonic()
  }

  async update(received: number): Promise<void> {
    const now = this.sys.clock.monotonic()
    if (!this.shown || !this.terminal || now - this.drawnMs < 1000) return
    this.drawnMs = now
    await this.io.err.write(`\r${this.line(received)}`)
  }

  async end(received: number): Promise<void> {
    if (this.shown) await this.io.err.write(`${this.terminal ? '\r' : ''}${this.line(received)}\n`)
  }

  private line(received: number): string {
    const share = this.total === undefined || this.total === 0 ? 1 : received / this.total
    const width = Math.max(0, (this.terminal ? this.sys.getWindowSize(2).cols : 80) - 48)
    const bar = '*'.repeat(Math.floor(share * width)).padEnd(width)
    const name = this.name.slice(0, 20).padEnd(20)
    return `${name} ${String(Math.floor(share * 100)).padStart(3)}% |${bar}| ${amount(received)}  0:00:00 ETA`
  }
}

/** Five columns: 21749, 9464k. */
const amount = (bytes: number): string =>
  bytes < 100_000
    ? String(bytes).padStart(5)
    : bytes < 100_000 * 1024
      ? `${Math.floor(bytes / 1024)}k`.padStart(5)
      : `${Math.floor(bytes / 1024 ** 2)}M`.padStart(5)
