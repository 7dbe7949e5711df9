import { bcryptFits } from '@drydock/crypto'
import { decodeUtf8, fromBase64, gzip } from '@drydock/codec'
import { HeaderMap, type ServerResponse } from '@drydock/http'
import { wholeOf } from '../whole-body.ts'
import type { HandlerConfig, Route } from './config.ts'
import { Abort, HandlerError, type Handler } from './exchange.ts'
import { fileServer } from './file-server.ts'
import { filled } from './placeholders.ts'
import { changeFields, type FieldChanges } from './fields.ts'
import { reverseProxy } from './reverse-proxy.ts'
import { type Rewrite, rewrite } from './rewrite.ts'
import { compiledRoutes, type MakeHandler } from './routes.ts'

const staticResponse = (config: HandlerConfig): Handler => {
  const { body, status_code, headers, abort, close } = config as {
    close?: boolean
    body?: string
    status_code?: number
    headers?: Record<string, string[]>
    abort?: boolean
  } & HandlerConfig
  return async (exchange) => {
    if (abort) throw new Abort()
    const text = body === undefined ? '' : filled(body, exchange.valueOf)
    const own = Object.entries(headers ?? {}).flatMap(([name, values]) =>
      values.map((value): [string, string] => [name, filled(value, exchange.valueOf)]),
    )
    const type: [string, string][] = text === '' || headers?.['Content-Type'] ? [] : [['Content-Type', typeOf(text)]]
    const ending: [string, string][] = close ? [['Connection', 'close']] : []
    return {
      status: Number(status_code ?? exchange.error?.status ?? 200),
      headers: [...ending, ...type, ...own],
      body: text,
    }
  }
}

/** JSON is told from text by its beginning. */
const typeOf = (text: string): string =>
  /^\s*[{[]/.test(text) && isJson(text) ? 'application/json' : 'text/plain; charset=utf-8'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const headers = (config: HandlerConfig): Handler => {
  const { request, response } = config as HandlerConfig & {
    request?: FieldChanges
    response?: FieldChanges & { deferred?: boolean; require?: { headers?: Record<string, null> } }
  }
  return (exchange, next) => {
    if (request) changeFields(exchange.headers, request, exchange)
    const change = (fields: HeaderMap): void => {
      const unless = Object.keys(response?.require?.headers ?? {})
      if (response && !unless.some((name) => fields.has(name))) changeFields(fields, response, exchange)
    }
    if (response?.deferred || response?.require) exchange.deferred.push(change)
    else change(exchange.fields)
    return next()
  }
}

const vars =
  ({ handler: _, ...values }: HandlerConfig): Handler =>
  (exchange, next) => {
    for (const [name, value] of Object.entries(values)) exchange.vars.set(name, filled(String(value), exchange.valueOf))
    return next()
  }

/** HTTP basic authentication with bcrypt. */
const authentication = (config: HandlerConfig): Handler => {
  const accounts =
    (config as unknown as { providers: { http_basic?: { accounts?: { username: string; password: string }[] } } })
      .providers.http_basic?.accounts ?? []
  return async (exchange, next) => {
    const [, sent = ''] = /^Basic (.+)$/i.exec(exchange.headers.get('authorization') ?? '') ?? []
    const [, name = '', password = ''] = /^(.*?):(.*)$/s.exec(textOf(sent)) ?? []
    const account = accounts.find(({ username }) => username === name)
    if (account && (await bcryptFits(password, account.password, () => exchange.sys.tick()))) {
      exchange.user = name
      return next()
    }
    exchange.fields.set('Www-Authenticate', 'Basic realm="restricted"')
    throw new HandlerError(401, 'not authenticated')
  }
}

function textOf(base64: string): string {
  try {
    return decodeUtf8(fromBase64(base64))
  } catch {
    return ''
  }
}

/** Smaller answers are left alone, and so are pictures. */
const LEAST_BYTES = 512
const ENCODED =
  /^(text\/|application\/(json|javascript|xml|wasm|x-javascript|xhtml)|image\/(svg|vnd.microsoft.icon|bmp)|font\/)/

/** gzip; of what else a browser may take Caddy's zstd is not made here. */
const encode: (config: HandlerConfig) => Handler =
  ({ encodings }) =>
  async (exchange, next) => {
    const answer = await next()
    const accepts = (exchange.headers.get('accept-encoding') ?? '').split(/,\s*/).some((each) => /^gzip\b/.test(each))
    if (!answer || !accepts || !Object.hasOwn(encodings as object, 'gzip') || exchange.method === 'HEAD') return answer
    return compressed(answer)
  }

async function compressed(answer: ServerResponse): Promise<ServerResponse> {
  const fields = new HeaderMap(answer.headers ?? [])
  const length = Number(
    fields.get('content-length') ?? (typeof answer.body === 'string' ? answer.body.length : LEAST_BYTES),
  )
  if (
    answer.status !== 200 ||
    fields.has('content-encoding') ||
    length < LEAST_BYTES ||
    !ENCODED.test(fields.get('content-type') ?? '')
  )
    return answer
  fields.delete('Content-Length')
  fields.delete('Accept-Ranges')
  fields.set('Content-Encoding', 'gzip')
  if (!fields.has('vary')) fields.set('Vary', 'Accept-Encoding')
  return { ...answer, headers: [...fields], body: gzip(await wholeOf(answer.body)) }
}

const error =
  (config: HandlerConfig): Handler =>
  async ({ valueOf }) => {
    const { error: message, status_code } = config as { error?: string; status_code?: number } & HandlerConfig
    throw new HandlerError(Number(status_code ?? 500), filled(message ?? '', valueOf))
  }

const subroute = (config: HandlerConfig): Handler => {
  const { routes = [] } = config as HandlerConfig & { routes?: readonly Route[] }
  return compiledRoutes(routes, makeHandler)
}

interface Mapping {
  readonly input?: string
  readonly input_regexp?: string
  readonly outputs: readonly (string | null)[]
}

/** `map`: placeholders by what another says. */
const map = (config: HandlerConfig): Handler => {
  const { source, destinations, mappings, defaults } = config as HandlerConfig & {
    source: string
    destinations: readonly string[]
    mappings: readonly Mapping[]
    defaults?: readonly string[]
  }
  return (exchange, next) => {
    const value = filled(source, exchange.valueOf)
    destinations.forEach((destination, at) => {
      const found = mappings.find(
        ({ input, input_regexp, outputs }) =>
          typeof outputs[at] === 'string' &&
          (input_regexp === undefined ? input === value : new RegExp(input_regexp).test(value)),
      )
      const groups = found?.input_regexp === undefined ? null : new RegExp(found.input_regexp).exec(value)
      const text = found?.outputs[at] ?? defaults?.[at] ?? ''
      const whole = groups
        ? text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => groups[Number(name)] ?? groups.groups?.[name] ?? '')
        : text
      exchange.mapped.set(destination.replace(/^\{|\}$/g, ''), filled(whole, exchange.valueOf))
    })
    return next()
  }
}

const requestBody = (config: HandlerConfig): Handler => {
  const { max_size = 0 } = config as HandlerConfig & { max_size?: number }
  return (exchange, next) => {
    if (max_size > 0 && Number(exchange.headers.get('content-length') ?? 0) > max_size)
      throw new HandlerError(413, 'http: request body too large')
    return next()
  }
}

const HANDLERS: Readonly<Record<string, MakeHandler>> = {
  authentication,
  encode,
  error,
  file_server: fileServer,
  headers,
  map,
  request_body: requestBody,
  reverse_proxy: (config) => reverseProxy(config, (routes) => compiledRoutes(routes, makeHandler)),
  rewrite: (config) => (exchange, next) => {
    rewrite(exchange, config as Rewrite)
    return next()
  },
  static_response: staticResponse,
  subroute,
  vars,
}

/** A handler that is not carried out here. */
export class UnknownHandler extends Error {}

/** @throws UnknownHandler */
export function makeHandler(config: HandlerConfig): Handler {
  const make = HANDLERS[config.handler]
  if (!make) throw new UnknownHandler(`unknown module: http.handlers.${config.handler}`)
  return make(config)
}
