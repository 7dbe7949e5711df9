import type { Sys } from '@drydock/abi'
import { HeaderMap, reasonPhrase, type ServerRequest, type ServerResponse } from '@drydock/http'

/** What a handler answers; undefined when it took the connection over. */
export type Answer = ServerResponse | undefined
export type Next = () => Promise<Answer>
export type Handler = (exchange: Exchange, next: Next) => Promise<Answer>

/** A handler gives up: the error routes have the word. */
export class HandlerError extends Error {
  readonly status: number
  constructor(status: number, message = '') {
    super(message)
    this.status = status
  }
}

/** Ends the connection without an answer. */
export class Abort extends Error {}

/** `address:port` in two. */
export function hostAndPort(text: string): readonly [host: string, port: string] {
  const [, host = text, port = ''] = /^(.*?)(?::(\d+))?$/.exec(text) ?? []
  return [host.replace(/^\[|\]$/g, ''), port]
}

/** One request on its way through the handlers, which may change where it leads. */
export class Exchange {
  readonly sys: Sys
  readonly request: ServerRequest
  readonly remote: string
  readonly secure: boolean
  readonly headers: HeaderMap
  method: string
  path: string
  query: string
  readonly vars = new Map<string, string>()
  /** What `map` gave, by the placeholder's name. */
  readonly mapped = new Map<string, string>()
  /** Set before an answer is made; an answer's own fields count more. */
  readonly fields = new HeaderMap([['Server', 'Caddy']])
  /** Done to the answer's fields at last, the newest first. */
  readonly deferred: ((fields: HeaderMap) => void)[] = []
  /** Names of groups of which a route has fitted. */
  readonly groups = new Set<string>()
  error: HandlerError | undefined
  upstream = ''
  user = ''

  constructor(sys: Sys, request: ServerRequest, remote: string, secure: boolean) {
    this.sys = sys
    this.request = request
    this.remote = remote
    this.secure = secure
    this.method = request.method
    const [path = '', ...rest] = request.target.split('?')
    this.path = path
    this.query = rest.join('?')
    this.headers = new HeaderMap([...request.headers])
  }

  get uri(): string {
    return this.query === '' ? this.path : `${this.path}?${this.query}`
  }
  get hostport(): string {
    return this.request.headers.get('host') ?? ''
  }

  /** @returns undefined for a name that is none */
  readonly valueOf = (name: string): string | undefined => {
    const known = VALUES[name]
    if (known) return known(this)
    const mapped = this.mapped.get(name)
    if (mapped !== undefined) return mapped
    const [, family = '', rest = ''] =
      /^(http\.request\.header|http\.request\.uri\.query|http\.request\.cookie|http\.vars|http\.request\.uri\.path|http\.request\.host\.labels|http\.reverse_proxy\.header|env|http\.matchers|http\.regexp)\.(.+)$/.exec(
        name,
      ) ?? []
    return FAMILIES[family]?.(this, rest)
  }
}

type Value = (exchange: Exchange) => string
const VALUES: Readonly<Record<string, Value>> = {
  'http.request.host': ({ hostport }) => hostAndPort(hostport)[0],
  'http.request.hostport': ({ hostport }) => hostport,
  'http.reverse_proxy.status_code': ({ vars }) => vars.get('reverse_proxy.status_code') ?? '',
  'http.request.port': ({ hostport }) => hostAndPort(hostport)[1],
  'http.request.method': ({ method }) => method,
  'http.request.uri': ({ uri }) => uri,
  'http.request.uri.path': ({ path }) => path,
  'http.request.uri.path.dir': ({ path }) => path.slice(0, path.lastIndexOf('/') + 1),
  'http.request.uri.path.file': ({ path }) => path.slice(path.lastIndexOf('/') + 1),
  'http.request.uri.query': ({ query }) => query,
  'http.request.orig_uri': ({ request }) => request.target,
  'http.request.orig_uri.path': ({ request }) => request.path,
  'http.request.orig_method': ({ request }) => request.method,
  'http.request.remote': ({ remote }) => remote,
  'http.request.remote.host': ({ remote }) => hostAndPort(remote)[0],
  'http.request.remote.port': ({ remote }) => hostAndPort(remote)[1],
  'http.request.scheme': ({ secure }) => (secure ? 'https' : 'http'),
  'http.request.proto': ({ request }) => request.protocol,
  'http.vars.client_ip': ({ remote }) => hostAndPort(remote)[0],
  'http.reverse_proxy.upstream.hostport': ({ upstream }) => upstream,
  'http.reverse_proxy.upstream.host': ({ upstream }) => hostAndPort(upstream)[0],
  'http.auth.user.id': ({ user }) => user,
  'http.error.status_code': ({ error }) => String(error?.status ?? ''),
  'http.error.status_text': ({ error }) => (error ? reasonPhrase(error.status) : ''),
  'http.error.message': ({ error }) => error?.message ?? '',
  'system.hostname': ({ sys }) => sys.uname().nodename,
  'time.now.unix': ({ sys }) => String(Math.floor(sys.clock.now() / 1000)),
  'time.now.http': ({ sys }) => new Date(sys.clock.now()).toUTCString(),
  'time.now.year': ({ sys }) => String(new Date(sys.clock.now()).getUTCFullYear()),
}

const FAMILIES: Readonly<Record<string, (exchange: Exchange, name: string) => string | undefined>> = {
  'http.request.header': ({ headers }, name) => headers.get(name) ?? '',
  'http.request.uri.query': ({ query }, name) => new URLSearchParams(query).get(name) ?? '',
  'http.request.cookie': ({ headers }, name) =>
    (headers.get('cookie') ?? '')
      .split(/;\s*/)
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? '',
  'http.vars': ({ vars }, name) => vars.get(name) ?? '',
  'http.request.uri.path': ({ path }, index) => path.split('/')[Number(index) + 1] ?? '',
  'http.request.host.labels': ({ hostport }, at) =>
    hostAndPort(hostport)[0]
      .split('.')
      .at(-1 - Number(at)) ?? '',
  'http.reverse_proxy.header': ({ vars }, name) => vars.get(`reverse_proxy.header.${name.toLowerCase()}`) ?? '',
  'http.matchers': ({ vars }, name) => vars.get(`matchers.${name}`) ?? '',
  'http.regexp': ({ vars }, name) => vars.get(`regexp.${name}`) ?? '',
}
