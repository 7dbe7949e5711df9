/** ab: real requests, so many at once. ab(1) of Apache 2.4. */
import { inet, isErrno, type Process, type Sys } from '@drydock/abi'
import { encodeBase64 } from '@drydock/codec'
import { type ClientResponse, HttpError, type HttpUrl, parseUrl, request } from '@drydock/http'
import { dial, type FdStream, readFile, ResolveError, resolveHost, Stdio } from '@drydock/libc'

const BANNER = `This is ApacheBench, Version 2.3 <$Revision: 1923142 $>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

`
const USAGE = `Usage: ab [options] [http[s]://]hostname[:port]/path
Options are:
    -n requests     Number of requests to perform
    -c concurrency  Number of multiple requests to make at a time
    -t timelimit    Seconds to max. to spend on benchmarking
                    This implies -n 50000
    -s timeout      Seconds to max. wait for each response
                    Default is 30 seconds
    -p postfile     File containing data to POST. Remember also to set -T
    -u putfile      File containing data to PUT. Remember also to set -T
    -T content-type Content-type header to use for POST/PUT data, eg.
                    'application/x-www-form-urlencoded'
                    Default is 'text/plain'
    -v verbosity    How much troubleshooting info to print
    -i              Use HEAD instead of GET
    -C attribute    Add cookie, eg. 'Apache=1234'. (repeatable)
    -H attribute    Add Arbitrary header line, eg. 'Accept-Encoding: gzip'
                    Inserted after all normal header lines. (repeatable)
    -A attribute    Add Basic WWW Authentication, the attributes
                    are a colon separated username and password.
    -V              Print version number and exit
    -k              Use HTTP KeepAlive feature
    -d              Do not show percentiles served table.
    -S              Do not show confidence estimators and warnings.
    -q              Do not show progress when doing more than 150 requests
    -h              Display usage information (this message)
    -m method       Method name
`

interface Options {
  requests: number
  concurrency: number
  limitMs: number
  keepAlive: boolean
  quiet: boolean
  percentiles: boolean
  method: string
  bodyFile: string | undefined
  contentType: string
  readonly headers: [string, string][]
  url: string | undefined
}

function parse(argv: readonly string[]): Options | { readonly wrong: string } {
  const options: Options = {
    requests: 1,
    concurrency: 1,
    limitMs: Number.POSITIVE_INFINITY,
    keepAlive: false,
    quiet: false,
    percentiles: true,
    method: 'GET',
    bodyFile: undefined,
    contentType: 'text/plain',
    headers: [],
    url: undefined,
  }
  const values: Readonly<Record<string, (text: string) => void>> = {
    n: (text) => (options.requests = Number(text)),
    c: (text) => (options.concurrency = Number(text)),
    t: (text) => {
      options.limitMs = Number(text) * 1000
      options.requests = 50_000
    },
    p: (text) => {
      options.bodyFile = text
      options.method = 'POST'
    },
    u: (text) => {
      options.bodyFile = text
      options.method = 'PUT'
    },
    T: (text) => (options.contentType = text),
    H: (text) => options.headers.push([text.split(':')[0] ?? '', text.replace(/^[^:]*:\s*/, '')]),
    C: (text) => options.headers.push(['Cookie', text]),
    A: (text) => options.headers.push(['Authorization', `Basic ${encodeBase64(text)}`]),
    m: (text) => (options.method = text),
    s: () => undefined,
    v: () => undefined,
    w: () => undefined,
    g: () => undefined,
    e: () => undefined,
    B: () => undefined,
    X: () => undefined,
    P: () => undefined,
    b: () => undefined,
  }
  const flags: Readonly<Record<string, () => void>> = {
    k: () => (options.keepAlive = true),
    q: () => (options.quiet = true),
    d: () => (options.percentiles = false),
    i: () => (options.method = 'HEAD'),
    S: () => undefined,
    r: () => undefined,
    l: () => undefined,
  }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      if (options.url !== undefined) return { wrong: `ab: wrong number of arguments\n${USAGE}` }
      options.url = word
      continue
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if (flags[letter]) flags[letter]()
      else if (values[letter]) {
        const text = word.slice(i + 1) || argv[++at]
        if (text === undefined) return { wrong: `ab: option requires an argument -- ${letter}\n${USAGE}` }
        values[letter](text)
        break
      } else
        return {
          wrong: letter === 'h' ? USAGE : letter === 'V' ? BANNER : `ab: invalid option -- '${letter}'\n${USAGE}`,
        }
    }
  }
  if (!(options.requests > 0)) return { wrong: 'Invalid number of requests\n' }
  if (options.url === undefined) return { wrong: `ab: wrong number of arguments\n${USAGE}` }
  if (options.concurrency > options.requests && options.limitMs === Number.POSITIVE_INFINITY)
    return { wrong: `ab: Cannot use concurrency level greater than total number of requests\n${USAGE}` }
  return options
}

interface Timing {
  readonly connect: number
  readonly wait: number
  readonly total: number
}

class Bench {
  readonly timings: Timing[] = []
  started = 0
  done = 0
  failed = 0
  wrongLength = 0
  not2xx = 0
  kept = 0
  total = 0
  content = 0
  sent = 0
  server = ''
  length = -1
  startMs = 0
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly options: Options
  private readonly url: HttpUrl
  private readonly address: string
  private readonly body: Uint8Array | undefined

  constructor(sys: Sys, io: Stdio, options: Options, url: HttpUrl, address: string, body: Uint8Array | undefined) {
    this.sys = sys
    this.io = io
    this.options = options
    this.url = url
    this.address = address
    this.body = body
  }

  elapsed(): number {
    return this.sys.clock.monotonic() - this.startMs
  }

  async run(): Promise<void> {
    this.startMs = this.sys.clock.monotonic()
    await Promise.all(Array.from({ length: this.options.concurrency }, () => this.worker()))
  }

  private async worker(): Promise<void> {
    let open: FdStream | undefined
    while (this.started < this.options.requests && this.elapsed() < this.options.limitMs) {
      this.started++
      open = await this.once(open)
    }
    open?.close()
  }

  /** @returns the connection, where it may be used again */
  private async once(open: FdStream | undefined): Promise<FdStream | undefined> {
    const begun = this.sys.clock.monotonic()
    let stream = open
    try {
      if (open) this.kept++
      stream ??= await dial(this.sys, inet(this.address, this.url.port))
      const connected = this.sys.clock.monotonic()
      const response = await this.ask(stream)
      const first = this.sys.clock.monotonic()
      await this.take(response)
      const ended = this.sys.clock.monotonic()
      this.timings.push({ connect: open ? 0 : connected - begun, wait: first - connected, total: ended - begun })
      await this.progress()
      if (this.options.keepAlive && response.keepAlive) return stream
    } catch (error) {
      if (!isErrno(error) && !(error instanceof HttpError)) throw error
      if (this.done === 0 && isErrno(error) && error.code === 'ECONNREFUSED') throw error
      this.failed++
      this.done++
    }
    stream?.close()
    return undefined
  }

  private async ask(stream: FdStream): Promise<ClientResponse> {
    const { method, headers, keepAlive, contentType } = this.options
    const own: [string, string][] = [
      ...(keepAlive
        ? ([['Connection', 'Keep-Alive']] as [string, string][])
        : ([['Connection', 'close']] as [string, string][])),
      ...(this.body
        ? ([
            ['Content-length', String(this.body.length)],
            ['Content-type', contentType],
          ] as [string, string][])
        : []),
      ['Host', this.url.authority],
      ['User-Agent', 'ApacheBench/2.3'],
      ['Accept', '*/*'],
      ...headers,
    ]
    this.sent +=
      own.reduce(
        (sum, [name, value]) => sum + name.length + value.length + 4,
        this.url.target.length + method.length + 14,
      ) + (this.body?.length ?? 0)
    return request(stream, { method, target: this.url.target, headers: own, ...(this.body ? { body: this.body } : {}) })
  }

  private async take(response: ClientResponse): Promise<void> {
    let bytes = 0
    if (this.options.method !== 'HEAD') for await (const part of response.body) bytes += part.length
    this.done++
    const head = [...response.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 19)
    this.total += head + bytes
    this.content += bytes
    this.server ||= response.headers.get('server') ?? ''
    if (this.length < 0) this.length = bytes
    else if (bytes !== this.length) {
      this.failed++
      this.wrongLength++
    }
    if (response.status < 200 || response.status >= 300) this.not2xx++
  }

  private async progress(): Promise<void> {
    const step = Math.max(100, Math.floor(this.options.requests / 10))
    if (this.options.requests <= 150 || this.options.quiet || this.done % step !== 0) return
    await this.io.warn(`Completed ${this.done} requests\n`)
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const deviation = (values: readonly number[]): number => {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

function timesTable(timings: readonly Timing[]): string {
  const rows: [string, number[]][] = [
    ['Connect:   ', timings.map(({ connect }) => connect)],
    ['Processing:', timings.map(({ connect, total }) => total - connect)],
    ['Waiting:   ', timings.map(({ wait }) => wait)],
    ['Total:     ', timings.map(({ total }) => total)],
  ]
  const line = ([name, values]: [string, number[]]): string =>
    `${name}   ${[Math.min(...values), mean(values)].map((each) => String(Math.round(each)).padStart(5)).join(' ')} ${deviation(values).toFixed(1).padStart(5)}  ${[median(values), Math.max(...values)].map((each) => String(Math.round(each)).padStart(5)).join('   ')}\n`
  return `\nConnection Times (ms)\n              min  mean[+/-sd] median   max\n${rows.map(line).join('')}`
}

function percentiles(timings: readonly Timing[]): string {
  const sorted = timings.map(({ total }) => total).sort((a, b) => a - b)
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? 0)
  const lines = [50, 66, 75, 80, 90, 95, 98, 99].map(
    (share) => `  ${String(share).padStart(2)}%  ${String(at(share)).padStart(5)}\n`,
  )
  return `\nPercentage of the requests served within a certain time (ms)\n${lines.join('')} 100%  ${String(at(100)).padStart(5)} (longest request)\n`
}

function report(bench: Bench, url: HttpUrl, options: Options): string {
  const seconds = bench.elapsed() / 1000
  const row = (name: string, value: string): string => `${`${name}:`.padEnd(24)}${value}\n`
  const rate = bench.done / Math.max(0.001, seconds)
  const failures =
    bench.failed > 0
      ? `   (Connect: 0, Receive: 0, Length: ${bench.wrongLength}, Exceptions: ${bench.failed - bench.wrongLength})\n`
      : ''
  const perRequest = (seconds * 1000) / Math.max(1, bench.done)
  return `${row('Server Software', bench.server)}${row('Server Hostname', url.host)}${row('Server Port', String(url.port))}
${row('Document Path', url.target)}${row('Document Length', `${Math.max(0, bench.length)} bytes`)}
${row('Concurrency Level', String(options.concurrency))}${row('Time taken for tests', `${seconds.toFixed(3)} seconds`)}${row('Complete requests', String(bench.done))}${row('Failed requests', String(bench.failed))}${failures}${bench.not2xx > 0 ? row('Non-2xx responses', String(bench.not2xx)) : ''}${options.keepAlive ? row('Keep-Alive requests', String(bench.kept)) : ''}${row('Total transferred', `${bench.total} bytes`)}${options.bodyFile ? row('Total body sent', String(bench.sent)) : ''}${row('HTML transferred', `${bench.content} bytes`)}${row('Requests per second', `${rate.toFixed(2)} [#/sec] (mean)`)}${row('Time per request', `${(perRequest * options.concurrency).toFixed(3)} [ms] (mean)`)}${row('Time per request', `${perRequest.toFixed(3)} [ms] (mean, across all concurrent requests)`)}${row('Transfer rate', `${(bench.total / 1024 / Math.max(0.001, seconds)).toFixed(2)} [Kbytes/sec] received`)}${timesTable(bench.timings)}${options.percentiles && bench.done > 1 ? percentiles(bench.timings) : ''}`
}

export async function abMain(process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const options = parse(process.argv.slice(1))
  if ('wrong' in options) {
    await io.warn(options.wrong)
    return 22
  }
  const url = parseUrl(/^https?:\/\//.test(options.url ?? '') ? (options.url ?? '') : `http://${options.url}`)
  if (!url || !(options.url ?? '').replace(/^https?:\/\//, '').includes('/')) {
    await io.warn(`ab: invalid URL\n${USAGE}`)
    return 22
  }
  await io.print(`${BANNER}Benchmarking ${url.host} (be patient)${options.requests > 150 ? '\n' : '.....'}`)
  await io.out.flush()
  try {
    const [address = url.host] = await resolveHost(sys, url.host)
    const body = options.bodyFile === undefined ? undefined : await readFile(sys, options.bodyFile)
    const bench = new Bench(sys, io, options, url, address, body)
    await bench.run()
    if (options.requests > 150 && !options.quiet) await io.warn(`Finished ${bench.done} requests\n`)
    await io.print(`${options.requests > 150 ? '' : 'done'}\n\n\n${report(bench, url, options)}`)
    await io.out.flush()
    return 0
  } catch (error) {
    if (error instanceof ResolveError) await io.warn(`ab: ${error.message}: ${url.host} (670002)\n`)
    else if (!isErrno(error)) throw error
    else await io.warn(`apr_socket_recv: ${error.message} (${error.code === 'ECONNREFUSED' ? 111 : 110})\n`)
    return 111
  }
}
