import { type ByteStream, isErrno, type MaybePromise } from '@drydock/abi'
import { type ClientResponse, HeaderMap, HttpError, request } from '@drydock/http'
import type { Ping } from '../types/system.ts'
import { ApiError, BrokenAnswerError, ConnectionError, HijackError, UnreachableError } from './api-error.ts'
import { readJsonLines } from './json-lines.ts'

/** The newest version of the API these types describe. */
export const API_VERSION = '1.50'

export interface TransportOptions {
  /** A fresh connection to the engine. @throws Errno, UnreachableError */
  readonly dial: () => MaybePromise<ByteStream>
  /** As errors name it: `unix:///var/run/docker.sock`. */
  readonly host?: string
  /** Fixes the version; otherwise the engine's own is used when it is older than ours. */
  readonly version?: string
  readonly userAgent?: string
}

/** Values for the query; undefined and false are left out, true is `1`, objects go as JSON unless empty, lists repeat the name. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | object | undefined>>

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  /** Without the version: `/containers/json`. */
  readonly path: string
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, with `contentType`. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  readonly contentType?: string
}

/** An answer whose body is still to be read; whoever gets it closes it. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderMap
  readonly body: AsyncIterable<Uint8Array>
  close(): void
}

const encoder = new TextEncoder()

/** `{"label": ["a"]}` as clients write it since ever: `{"label": {"a": true}}`, in order of name. */
const asSets = (filters: object): object =>
  Object.fromEntries(
    Object.entries(filters)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, values]: [string, readonly string[]]) => [
        name,
        Object.fromEntries(values.toSorted().map((value) => [value, true])),
      ]),
  )

function queryString(query: Query): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === false) continue
    if (Array.isArray(value)) for (const each of value as readonly string[]) pairs.append(name, each)
    else if (typeof value === 'object') {
      if (Object.keys(value).length > 0) pairs.append(name, JSON.stringify(name === 'filters' ? asSets(value) : value))
    } else pairs.append(name, value === true ? '1' : String(value))
  }
  const text = pairs.toString()
  return text === '' ? '' : `?${text}`
}

/** Whether API version `a` is before `b`. */
export const isOlder = (a: string, b: string): boolean => {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA < majorB || (majorA === majorB && minorA < minorB)
}

/** Requests to one engine, a connection each. */
export class Transport {
  private readonly options: TransportOptions
  private version: string | undefined

  constructor(options: TransportOptions) {
    this.options = options
    this.version = options.version
  }

  /** The version spoken; negotiated by /_ping when first asked. */
  async apiVersion(): Promise<string> {
    if (this.version === undefined) {
      try {
        await this.ping()
      } catch (error) {
        // The request itself will tell it.
        if (!(error instanceof UnreachableError)) throw error
      }
    }
    return this.version ?? API_VERSION
  }

  /** @throws ConnectionError */
  async ping(): Promise<Ping & { swarm: string }> {
    const answer = await this.exchange('/_ping', { method: 'HEAD', path: '/_ping' })
    answer.close()
    const apiVersion = answer.headers.get('api-version') ?? ''
    this.version ??= apiVersion !== '' && isOlder(apiVersion, API_VERSION) ? apiVersion : API_VERSION
    return {
      apiVersion,
      osType: answer.headers.get('ostype') ?? 'linux',
      experimental: answer.headers.get('docker-experimental') === 'true',
      builderVersion: answer.headers.get('builder-version') ?? '',
      swarm: answer.headers.get('swarm') ?? '',
    }
  }

  /** @throws ApiError for statuses from 400, ConnectionError */
  async send(call: Call): Promise<Answer> {
    const answer = await this.exchange(await this.target(call), call)
    if (answer.status < 400) return answer
    throw await this.failure(answer)
  }

  async json<T>(call: Call): Promise<T> {
    const text = await this.text(call)
    return (text.trim() === '' ? undefined : JSON.parse(text)) as T
  }

  async text(call: Call): Promise<string> {
    const answer = await this.send(call)
    try {
      return await readText(answer.body)
    } finally {
      answer.close()
    }
  }

  /** For answers without content. */
  async done(call: Call): Promise<void> {
    await this.text(call)
  }

  async *lines<T>(call: Call): AsyncGenerator<T, void, void> {
    const answer = await this.send(call)
    try {
      yield* readJsonLines<T>(answer.body)
    } finally {
      answer.close()
    }
  }

  async *bytes(call: Call): AsyncGenerator<Uint8Array, void, void> {
    const answer = await this.send(call)
    try {
      yield* answer.body
    } finally {
      answer.close()
    }
  }

  /** Turns the connection into a raw stream both ways. */
  async hijack(call: Call): Promise<{ stream: ByteStream; contentType: string }> {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'tcp' }
    const { response, stream } = await this.open(await this.target(call), {
      ...call,
      headers: { ...call.headers, ...upgrade },
    })
    if (response.status >= 400) {
      toAnswer(response, stream).close()
      throw new HijackError(`unable to upgrade to tcp, received ${response.status}`)
    }
    return { stream: response.hijack(), contentType: response.headers.get('content-type') ?? '' }
  }

  private async target(call: Call): Promise<string> {
    return `/v${await this.apiVersion()}${call.path}${queryString(call.query ?? {})}`
  }

  /** A connection on which nothing has been said. @throws ConnectionError, UnreachableError */
  connect(): Promise<ByteStream> {
    return this.dial('', '')
  }

  private async exchange(target: string, call: Call): Promise<Answer> {
    const { response, stream } = await this.open(target, call)
    return toAnswer(response, stream)
  }

  private async open(target: string, call: Call): Promise<{ response: ClientResponse; stream: ByteStream }> {
    const stream = await this.dial(call.method, target)
    try {
      const body = call.json === undefined ? call.body : encoder.encode(JSON.stringify(call.json))
      const headers = this.headers(call, body !== undefined, body instanceof Uint8Array ? body.length : undefined)
      const response = await request(stream, { method: call.method, target, headers, ...(body ? { body } : {}) })
      return { response, stream }
    } catch (error) {
      stream.close()
      if (error instanceof UnreachableError) throw this.unreached(call.method, target, error)
      throw error instanceof HttpError ? new BrokenAnswerError(`error during connect: ${error.message}`) : error
    }
  }

  private headers(call: Call, hasBody: boolean, size: number | undefined): HeaderMap {
    const headers = new HeaderMap()
    headers.set('Host', 'api.moby.localhost')
    headers.set('User-Agent', this.options.userAgent ?? 'Drydock-Client/0.1')
    if (hasBody) headers.set('Content-Type', call.contentType ?? 'application/json')
    if (size !== undefined) headers.set('Content-Length', String(size))
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value)
    return headers
  }

  private async dial(method: string, target: string): Promise<ByteStream> {
    try {
      return await this.options.dial()
    } catch (error) {
      if (error instanceof UnreachableError) throw this.unreached(method, target, error)
      if (!isErrno(error) || error.code === 'EACCES') throw error
      throw new ConnectionError(this.options.host ?? 'unix:///var/run/docker.sock')
    }
  }

  /** As Go's http client tells of a request that did not come through. */
  private unreached(method: string, target: string, { message }: UnreachableError): UnreachableError {
    const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`
    const url = `${(this.options.host ?? '').replace(/^tcp:/, 'http:')}${target}`
    return new UnreachableError(`error during connect: ${verb} "${url}": ${message}`)
  }

  private async failure(answer: Answer): Promise<ApiError> {
    const text = await readText(answer.body)
    answer.close()
    return new ApiError(answer.status, messageOf(text, answer.status))
  }
}

function messageOf(text: string, status: number): string {
  try {
    const parsed = JSON.parse(text) as { message?: string }
    return parsed.message ?? text.trim()
  } catch {
    return text.trim() === '' ? `request returned status ${status}` : text.trim()
  }
}

function toAnswer(response: ClientResponse, stream: ByteStream): Answer {
  return { status: response.status, headers: response.headers, body: whole(response.body), close: () => stream.close() }
}

/** The same bytes; one that breaks off says so. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body
  } catch (error) {
    throw error instanceof HttpError ? new BrokenAnswerError('unexpected EOF') : error
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  const stream = new TextDecoder()
  for await (const bytes of body) text += stream.decode(bytes, { stream: true })
  return text + stream.decode()
}
