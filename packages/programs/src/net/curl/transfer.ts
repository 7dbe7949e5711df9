import {
  AF_INET,
  AF_INET6,
  isInet,
  type ByteStream,
  ECONNRESET,
  ETIMEDOUT,
  EPIPE,
  isErrno,
  type SocketAddress,
  type Sys,
  unix,
} from '@drydock/abi'
import { GzipError, gunzipIfNeeded } from '@drydock/codec'
import { type ClientResponse, HttpError, type HttpUrl, parseUrl, printUrl, reasonPhrase, request } from '@drydock/http'
import {
  dial,
  type FdStream,
  AF_UNSPEC,
  hostPort,
  isAddress,
  type WantedFamily,
  ResolveError,
  resolveAll,
  type Stdio,
} from '@drydock/libc'
import { connect } from '../http/connect.ts'
import { alertOf, secure, SecureFailure } from '../http/secure.ts'
import { TimedStream } from '../http/timed-stream.ts'
import type { CookieJar } from './cookies.ts'
import { CurlFailure } from './failure.ts'
import type { CurlOptions } from './options.ts'
import { netrcUser } from './netrc.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { proxyFor } from './proxy.ts'
import type { RequestBody } from './request-body.ts'
import { VERSION } from './version.ts'
import type { TransferFacts } from './write-out.ts'

const DEFAULT_MAX_REDIRECTS = 50
const CONNECT_TIMEOUT_MS = 300_000

export interface TransferContext {
  readonly sys: Sys
  readonly env: ReadonlyMap<string, string>
  readonly io: Stdio
  readonly options: CurlOptions
  /** Of -n. */
  readonly netrc: string
  /** Bytes that are there already, with -C. */
  readonly resumeAt: number
  readonly body: RequestBody | undefined
  /** Undefined: nobody asked for cookies to be kept. */
  readonly cookies: CookieJar | undefined
  readonly facts: TransferFacts
  readonly meter: ProgressMeter
  /** Headers (with -i, -I, -D) and content. */
  readonly onHead: (text: string) => Promise<void>
  readonly onData: (bytes: Uint8Array) => Promise<void>
}

const ABOUT_CERTIFICATES = `
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.`

function failureOf({ kind, message }: SecureFailure): CurlFailure {
  if (kind === 'certificate') return new CurlFailure(60, message + ABOUT_CERTIFICATES)
  if (kind === 'no authorities')
    return new CurlFailure(77, `error setting certificate verify locations:  CAfile: ${message} CApath: none`)
  if (kind === 'no identity') return new CurlFailure(58, message)
  if (kind === 'alert') return new CurlFailure(56, message)
  return new CurlFailure(35, `TLS connect error: ${message}`)
}

/** `-E FILE[:PASSWORD]`; the key may stand in the same file. */
function identityFiles(cert: string, key: string | undefined): { readonly certificate: string; readonly key: string } {
  const [certificate = ''] = /^(?:\\.|[^:])*/.exec(cert) ?? []
  return { certificate, key: key ?? certificate }
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
const seconds = (text: string): number => Number(text) * 1000

/** One URL, with the redirects that -L follows. @throws CurlFailure */
export class Transfer {
  private readonly context: TransferContext
  private readonly startMs: number
  private method: string
  private sendsBody: boolean
  private firstHost: string | undefined

  constructor(context: TransferContext) {
    const { options, body, sys } = context
    this.context = context
    this.startMs = sys.clock.monotonic()
    this.sendsBody = body !== undefined && !options.get && !options.head
    const implied = options.head ? 'HEAD' : options.upload !== undefined ? 'PUT' : this.sendsBody ? 'POST' : 'GET'
    this.method = options.request ?? implied
  }

  async run(first: HttpUrl): Promise<void> {
    const { options, facts } = this.context
    const limit = Number(options.maxRedirs ?? DEFAULT_MAX_REDIRECTS)
    let url = first
    for (;;) {
      const next = await this.once(url)
      facts.totalTime = this.elapsed() / 1000
      if (!next) return
      if (facts.redirects === limit) throw new CurlFailure(47, `Maximum (${limit}) redirects followed`)
      facts.redirects++
      await this.verbose(`* Issue another request to this URL: '${printUrl(next)}'`)
      facts.redirectTime = facts.totalTime
      url = next
    }
  }

  private elapsed(): number {
    return this.context.sys.clock.monotonic() - this.startMs
  }

  private async verbose(line: string): Promise<void> {
    const { options, io } = this.context
    if (options.verbose) await io.warn(`${line}\n`)
  }

  /** @returns where it is to go on */
  private async once(url: HttpUrl): Promise<HttpUrl | undefined> {
    const { facts } = this.context
    facts.url = printUrl(url)
    facts.method = this.method
    const stream = await this.open(url)
    try {
      const response = await this.exchange(stream, url)
      facts.response = response
      for (const field of response.headers.getAll('set-cookie')) this.context.cookies?.take(field, url)
      const next = this.redirect(response, url)
      facts.redirectUrl = next && !this.context.options.location ? printUrl(next) : ''
      await this.receive(response, next !== undefined && this.context.options.location > 0)
      await this.verbose(
        response.keepAlive
          ? `* Connection #${facts.connects - 1} to host ${url.host} left intact`
          : '* shutting down connection #0',
      )
      return this.context.options.location ? next : undefined
    } finally {
      stream.close()
    }
  }

  // connecting --------------------------------------------------------------------------------------------------------

  private async open(url: HttpUrl): Promise<ByteStream> {
    const { options, sys, facts } = this.context
    const proxy = proxyFor(url, options, this.context.env)
    const raw =
      options.unixSocket === undefined ? await this.dialHost(proxy ?? url) : await this.dialUnix(options.unixSocket)
    facts.connects++
    facts.connectTime = this.elapsed() / 1000
    facts.local = endOf(sys.getsockname(raw.fd))
    facts.remote = endOf(sys.getpeername(raw.fd))
    const { maxTime } = options
    const late = () => this.late()
    const timed = maxTime === undefined ? raw : new TimedStream(sys, raw, () => seconds(maxTime) - this.elapsed(), late)
    if (url.scheme === 'http') return timed
    if (proxy) await this.tunnel(timed, url)
    return this.secured(timed, sys.getpeername(raw.fd), url)
  }

  /** Asks a proxy for a way through to where TLS is spoken. RFC 9110, 9.3.6 */
  private async tunnel(stream: ByteStream, url: HttpUrl): Promise<void> {
    const target = `${url.host}:${url.port}`
    await this.verbose(`* Establish HTTP proxy tunnel to ${target}`)
    const headers: [string, string][] = [['Host', target], ...this.proxyAuthorization()]
    const response = await request(stream, { method: 'CONNECT', target, headers, protocol: 'HTTP/1.1' })
    if (response.status !== 200) throw new CurlFailure(56, `CONNECT tunnel failed, response ${response.status}`)
    await this.verbose('* CONNECT phase completed')
  }

  private proxyAuthorization(): [string, string][] {
    const { proxyUser } = this.context.options
    return proxyUser === undefined ? [] : [['Proxy-Authorization', `Basic ${btoa(proxyUser)}`]]
  }

  private async secured(raw: ByteStream, peer: SocketAddress, url: HttpUrl): Promise<ByteStream> {
    const { sys, options, facts } = this.context
    try {
      const stream = await secure(sys, raw, {
        name: url.host,
        address: isInet(peer) ? peer.address : '127.0.0.1',
        insecure: options.insecure > 0,
        authorities: options.cacert,
        identity: options.cert === undefined ? undefined : identityFiles(options.cert, options.key),
      })
      facts.appConnectTime = this.elapsed() / 1000
      return stream
    } catch (error) {
      raw.close()
      if (!(error instanceof SecureFailure)) throw error
      await this.verbose(`* ${error.message}\n* closing connection #0`)
      throw failureOf(error)
    }
  }

  private late(): CurlFailure {
    const { facts } = this.context
    const total = facts.response?.body.length
    const of = total === undefined ? '' : ` out of ${total}`
    return new CurlFailure(
      28,
      `Operation timed out after ${Math.floor(this.elapsed())} milliseconds with ${facts.downloaded}${of} bytes received`,
    )
  }

  private async dialUnix(path: string): Promise<FdStream> {
    await this.verbose(`*   Trying ${path}:0...`)
    try {
      const stream = await dial(this.context.sys, unix(path))
      await this.verbose(`* Connected to localhost (${path}) port 0`)
      return stream
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new CurlFailure(
        7,
        `Failed to connect to localhost port 80 after ${Math.floor(this.elapsed())} ms: Could not connect to server`,
      )
    }
  }

  private async dialHost(url: HttpUrl): Promise<FdStream> {
    const { facts, options } = this.context
    const [host, port] = this.connectTo(url)
    const addresses = await this.resolve({ ...url, host, port })
    facts.lookupTime = this.elapsed() / 1000
    if (!isAddress(bare(url.host))) {
      const shown = (six: boolean): string =>
        addresses.filter((each) => each.includes(':') === six).join(', ') || '(none)'
      await this.verbose(
        `* Host ${url.host}:${url.port} was resolved.\n* IPv6: ${shown(true)}\n* IPv4: ${shown(false)}`,
      )
    }
    const limit = Math.min(
      ...[options.connectTimeout, options.maxTime].map((each) =>
        each === undefined ? CONNECT_TIMEOUT_MS : seconds(each),
      ),
    )
    for (const address of addresses) {
      await this.verbose(`*   Trying ${hostPort(address, port)}...`)
      const stream = await this.tryAddress(address, port, limit)
      if (!stream) continue
      await this.verbose(`* Connected to ${host} (${address}) port ${port}\n* using HTTP/1.x`)
      return stream
    }
    const failure = `Failed to connect to ${url.host} port ${url.port} after ${Math.floor(this.elapsed())} ms: Could not connect to server`
    await this.verbose(`* ${failure}\n* closing connection #0`)
    throw new CurlFailure(7, failure)
  }

  /** --connect-to HOST1:PORT1:HOST2:PORT2; an empty one stands for any, or for the same. */
  private connectTo(url: HttpUrl): [host: string, port: number] {
    for (const row of this.context.options.connectTo) {
      const [host = '', port = '', toHost = '', toPort = ''] = row.split(':')
      if ((host === '' || host === url.host) && (port === '' || Number(port) === url.port))
        return [toHost || url.host, toPort === '' ? url.port : Number(toPort)]
    }
    return [url.host, url.port]
  }

  private async tryAddress(address: string, port: number, limit: number): Promise<FdStream | undefined> {
    const { sys } = this.context
    try {
      return await connect(sys, address, port, limit - this.elapsed())
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error === ETIMEDOUT) {
        const waited = `Connection timed out after ${Math.floor(this.elapsed())} milliseconds`
        await this.verbose(`* ${waited}\n* closing connection #0`)
        throw new CurlFailure(28, waited)
      }
      await this.verbose(
        `* connect to ${address} port ${port} from ${address.includes(':') ? '::' : '0.0.0.0'} port 0 failed: ${error.message}`,
      )
      return undefined
    }
  }

  private get family(): WantedFamily {
    const { ipv4, ipv6 } = this.context.options
    return ipv6 ? AF_INET6 : ipv4 ? AF_INET : AF_UNSPEC
  }

  private async resolve(url: HttpUrl): Promise<string[]> {
    const fixed = this.context.options.resolve
      .map((each) => each.split(':'))
      .find(([host, port]) => host === url.host && Number(port) === url.port)
    if (fixed?.[2] !== undefined) return [fixed[2]]
    try {
      return await resolveAll(this.context.sys, bare(url.host), this.family)
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await this.verbose(`* Could not resolve host: ${url.host}\n* closing connection #0`)
      throw new CurlFailure(6, `Could not resolve host: ${url.host}`)
    }
  }

  // asking ------------------------------------------------------------------------------------------------------------

  private headers(url: HttpUrl): [string, string][] {
    const { options, body } = this.context
    const own = options.header.map(splitHeader)
    const inUrl = url.username === '' ? undefined : `${url.username}:${url.password}`
    const user = options.user ?? inUrl ?? netrcUser(this.context.netrc, url.host)
    const basic = user === undefined ? undefined : `Basic ${btoa(user.includes(':') ? user : `${user}:`)}`
    const proxied = url.scheme === 'http' && proxyFor(url, options, this.context.env) !== undefined
    const wanted: [string, string | undefined][] = [
      ['Host', url.authority],
      ...(proxied ? this.proxyAuthorization() : []),
      ['Authorization', options.oauth2Bearer === undefined ? basic : `Bearer ${options.oauth2Bearer}`],
      ['User-Agent', options.userAgent ?? `curl/${VERSION}`],
      ['Accept', options.json.length ? 'application/json' : '*/*'],
      ['Accept-Encoding', options.compressed ? 'deflate, gzip, br, zstd' : undefined],
      ['Referer', options.referer],
      ['Cookie', this.cookies(url)],
      ['Range', this.range()],
      ...(proxied ? [['Proxy-Connection', 'Keep-Alive'] as [string, string]] : []),
      ...this.condition(),
    ]
    const sent: [string, string | undefined][] = this.sendsBody
      ? [
          ['Content-Length', this.chunked(own) ? undefined : String(body?.bytes.length ?? 0)],
          ['Content-Type', body?.contentType],
        ]
      : []
    const replaced = new Set(own.map(([name]) => name.toLowerCase()))
    const kept = (rows: readonly [string, string | undefined][]): [string, string][] =>
      rows.flatMap(([name, text]): [string, string][] =>
        text === undefined || replaced.has(name.toLowerCase()) ? [] : [[name, text]],
      )
    const host = own.filter(([name]) => name.toLowerCase() === 'host')
    const rest = own.filter(([name, text]) => name.toLowerCase() !== 'host' && text !== undefined)
    return [...host, ...kept(wanted), ...rest, ...kept(sent)].flatMap(([name, text]): [string, string][] =>
      text === undefined ? [] : [[name, text]],
    )
  }

  private range(): string | undefined {
    const { options, resumeAt } = this.context
    if (resumeAt > 0) return `bytes=${resumeAt}-`
    return options.range === undefined ? undefined : `bytes=${options.range}`
  }

  /** -z: only what is newer, or with a minus in front older, than a time or a file. */
  private condition(): [string, string][] {
    const { options, sys } = this.context
    const { timeCond } = options
    if (timeCond === undefined) return []
    const text = timeCond.replace(/^[-+]/, '')
    const ms = Date.parse(text)
    const when = Number.isNaN(ms) ? modified(sys, text) : ms
    if (when === undefined) return []
    return [[timeCond.startsWith('-') ? 'If-Unmodified-Since' : 'If-Modified-Since', new Date(when).toUTCString()]]
  }

  /** Whether the command line itself says that the body goes in pieces. */
  private chunked(own: readonly (readonly [string, string | undefined])[]): boolean {
    return own.some(([name, text]) => name.toLowerCase() === 'transfer-encoding' && text?.toLowerCase() === 'chunked')
  }

  /** Those of the jar, then those of the command line, which only the first host gets. */
  private cookies(url: HttpUrl): string | undefined {
    const { options, cookies } = this.context
    this.firstHost ??= url.host
    const own = this.firstHost === url.host ? options.cookie.filter((text) => text.includes('=')) : []
    return [cookies?.header(url) ?? '', ...own].filter(Boolean).join('; ') || undefined
  }

  private async exchange(stream: ByteStream, url: HttpUrl): Promise<ClientResponse> {
    const { body, facts, options } = this.context
    const headers = this.headers(url)
    const target = this.target(url)
    const protocol = options.http10 ? 'HTTP/1.0' : 'HTTP/1.1'
    const lines = [`${this.method} ${target} ${protocol}`, ...headers.map(([name, text]) => `${name}: ${text}`)]
    facts.requestBytes += lines.reduce((sum, line) => sum + line.length + 2, 2)
    const user = /^Basic (.*)/.exec(headers.find(([name]) => name === 'Authorization')?.[1] ?? '')?.[1]
    if (user !== undefined) await this.verbose(`* Server auth using Basic with user '${atob(user).split(':')[0]}'`)
    await this.verbose(`${lines.map((line) => `> ${line}`).join('\r\n')}\r\n> \r`)
    const content = this.sendsBody && body ? body.bytes : undefined
    if (content && content.length > 0 && this.tracesData()) await this.verbose(`} [${content.length} bytes data]`)
    if (content) facts.uploaded += content.length
    try {
      const response = await request(stream, {
        method: this.method,
        target,
        headers,
        ...(content ? { body: this.chunked(options.header.map(splitHeader)) ? inPieces(content) : content } : {}),
        protocol,
        bare: !this.sendsBody,
      })
      await this.verbose(
        content && content.length > 0
          ? `* upload completely sent off: ${content.length} bytes`
          : '* Request completely sent off',
      )
      facts.firstByteTime = this.elapsed() / 1000
      return response
    } catch (error) {
      throw await this.explain(error)
    }
  }

  private target(url: HttpUrl): string {
    const { options, body } = this.context
    const whole = url.scheme === 'http' && proxyFor(url, options, this.context.env) ? printUrl(url) : url.target
    if (!options.get || !body) return whole
    return `${whole}${whole.includes('?') ? '&' : '?'}${new TextDecoder().decode(body.bytes)}`
  }

  private async explain(error: unknown): Promise<unknown> {
    if (error instanceof HttpError && error.message === 'EOF') return new CurlFailure(52, 'Empty reply from server')
    if (error instanceof HttpError && error.message === 'unexpected EOF') {
      const missing = (this.context.facts.response?.body.length ?? 0) - this.context.facts.downloaded
      return missing > 0
        ? new CurlFailure(18, `end of response with ${missing} bytes missing`)
        : new CurlFailure(56, 'Recv failure: Connection reset by peer')
    }
    if (error instanceof HttpError) return new CurlFailure(1, 'Received HTTP/0.9 when not allowed')
    if (error === ECONNRESET || error === EPIPE) return new CurlFailure(56, 'Recv failure: Connection reset by peer')
    const alert = await alertOf(error)
    return alert ? failureOf(alert) : error
  }

  // receiving ---------------------------------------------------------------------------------------------------------

  private redirect(response: ClientResponse, url: HttpUrl): HttpUrl | undefined {
    const location = response.headers.get('location')
    if (location === undefined || !REDIRECTS.includes(response.status)) return undefined
    if (
      this.context.options.location &&
      response.status <= 303 &&
      this.method !== 'HEAD' &&
      !this.staysPost(response.status)
    ) {
      this.sendsBody = false
      this.method = this.context.options.request ?? 'GET'
    }
    return parseUrl(location, url)
  }

  private staysPost(status: number): boolean {
    const { post301, post302, post303 } = this.context.options
    return this.method === 'POST' && [post301 && 301, post302 && 302, post303 && 303].includes(status)
  }

  /** The body, counted as it comes and unpacked where --compressed asked for it. */
  private decoded(response: ClientResponse): AsyncIterable<Uint8Array> {
    const { facts, options } = this.context
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const bytes of response.body) {
        facts.downloaded += bytes.length
        yield bytes
      }
    }
    return options.compressed && packed(response) ? gunzipIfNeeded(counted()) : counted()
  }

  /** Content that does not go to a terminal is told of in one line. */
  private tracesData(): boolean {
    const { sys, options } = this.context
    return !sys.isatty(1) || options.output.length > 0 || options.remoteName > 0
  }

  private async receive(response: ClientResponse, discard: boolean): Promise<void> {
    const { facts, options, onHead, onData, meter } = this.context
    const head = headText(response)
    facts.headerBytes += head.length
    await this.verbose(
      head
        .trimEnd()
        .split('\r\n')
        .map((line) => `< ${line}`)
        .join('\r\n') + '\r\n< \r',
    )
    await onHead(head)
    // All of it is there already.
    if (this.context.resumeAt > 0 && response.status === 416) return
    if (options.fail && response.status >= 400)
      throw new CurlFailure(22, `The requested URL returned error: ${response.status}`)
    const { maxFilesize } = options
    if (maxFilesize !== undefined && (response.body.length ?? 0) > Number(maxFilesize))
      throw new CurlFailure(63, 'Maximum file size exceeded')
    if (discard) return this.verbose('* Ignoring the response-body')
    if (this.method === 'HEAD' && options.head) return
    facts.downloaded = 0
    let traced = false
    try {
      for await (const bytes of this.decoded(response)) {
        if (!traced && this.tracesData()) await this.verbose(`{ [${bytes.length} bytes data]`)
        traced = true
        await onData(bytes)
        await meter.update(facts.downloaded, facts.uploaded, response.body.length)
      }
    } catch (error) {
      throw error instanceof GzipError
        ? new CurlFailure(61, 'Error while processing content unencoding')
        : await this.explain(error)
    }
    if (options.failWithBody && response.status >= 400)
      throw new CurlFailure(22, `The requested URL returned error: ${response.status}`)
  }
}

function modified(sys: Sys, path: string): number | undefined {
  try {
    return sys.stat(path).mtimeMs
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const packed = ({ headers }: ClientResponse): boolean => /^(x-)?gzip$/i.test(headers.get('content-encoding') ?? '')

/** `Name: value`; `Name:` takes the header away, `Name;` sends it empty. */
function splitHeader(line: string): [string, string | undefined] {
  const at = line.indexOf(':')
  if (at < 0) return [line.replace(/;$/, ''), line.endsWith(';') ? '' : undefined]
  const text = line.slice(at + 1).trim()
  return [line.slice(0, at), text === '' ? undefined : text]
}

export function headText(response: ClientResponse): string {
  const reason = response.reason === '' ? '' : ` ${response.reason || reasonPhrase(response.status)}`
  const lines = [...response.headers].map(([name, text]) => `${name}: ${text}\r\n`)
  return `${response.protocol} ${response.status}${reason}\r\n${lines.join('')}\r\n`
}

const endOf = (address: SocketAddress): { address: string; port: number } =>
  isInet(address) ? { address: address.address, port: address.port } : { address: '', port: 0 }

/** The host of a URL without the brackets of IPv6. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')
