import type { HandlerConfig, Route } from './config.ts'
import type { Segment } from './parse.ts'
import { longPlaceholders } from './placeholders.ts'
import { CaddyfileError } from './tokens.ts'

/** What a directive is read with. */
export interface DirectiveContext {
  readonly segment: Segment
  /** Without the matcher. */
  readonly args: readonly string[]
  /** Directives in braces as routes of their own. */
  readonly routesOf: (segments: readonly Segment[], ordered: boolean) => readonly Route[]
  /** Files that are not to be served. */
  readonly hide: readonly string[]
}

type Handlers = readonly HandlerConfig[]
type Directive = (context: DirectiveContext) => Handlers

const wrong = ({ segment: { name, line, file } }: DirectiveContext, what: string): CaddyfileError =>
  new CaddyfileError(`parsing caddyfile tokens for '${name}': ${file}:${line} - Error during parsing: ${what}`)
const long = longPlaceholders
const lines = ({ segment }: DirectiveContext): readonly Segment[] => segment.block ?? []
const lineOf = (context: DirectiveContext, name: string): readonly string[] | undefined =>
  lines(context).find((each) => each.name === name)?.args

const CODE = /^\d{3}$/

const respond: Directive = (context) => {
  const { args } = context
  const [first, second] = args
  if (args.length > 2) throw wrong(context, `Wrong argument count or unexpected line ending after '${args[2]}'`)
  const onlyCode = args.length === 1 && CODE.test(first ?? '')
  const body = lineOf(context, 'body')?.[0] ?? (onlyCode ? undefined : first)
  const code = onlyCode ? first : second
  return [
    {
      ...(body !== undefined && { body: long(body) }),
      ...(lineOf(context, 'close') !== undefined && { close: true }),
      handler: 'static_response',
      ...(code !== undefined && { status_code: Number(code) }),
    },
  ]
}

const REDIRECTS: Readonly<Record<string, number>> = { permanent: 301, temporary: 302 }
const redir: Directive = (context) => {
  const [to, code = 'temporary'] = context.args
  if (to === undefined) throw wrong(context, "Wrong argument count or unexpected line ending after 'redir'")
  if (code === 'html') {
    const page = `<!DOCTYPE html>\n<html>\n\t<head>\n\t\t<title>Redirecting...</title>\n\t\t<script>window.location.replace("${to}");</script>\n\t\t<meta http-equiv="refresh" content="0; URL='${to}'">\n\t</head>\n\t<body>Redirecting to <a href="${to}">${to}</a>...</body>\n</html>\n`
    return [
      {
        body: long(page),
        handler: 'static_response',
        headers: { 'Content-Type': ['text/html; charset=utf-8'] },
        status_code: 200,
      },
    ]
  }
  const status = REDIRECTS[code] ?? Number(code)
  if (!Number.isInteger(status)) throw wrong(context, `Not a supported redir code type or not valid integer: '${code}'`)
  return [{ handler: 'static_response', headers: { Location: [long(to)] }, status_code: status }]
}

interface FieldChanges {
  add?: Record<string, string[]>
  set?: Record<string, string[]>
  delete?: string[]
  replace?: Record<string, { search_regexp: string; replace: string }[]>
}

const canonical = (name: string): string =>
  name.replaceAll(/[^-]+/g, (part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())

/** `+name value`, `-name`, `?name value`, `name value`, `name find replace`. */
function changeField(changes: FieldChanges, [field = '', value, replacement]: readonly string[]): void {
  const name = canonical(field.replace(/^[+\-?>]/, '')).replace(/:$/, '')
  if (field.startsWith('-')) (changes.delete ??= []).push(name)
  else if (replacement !== undefined)
    ((changes.replace ??= {})[name] ??= []).push({ search_regexp: value ?? '', replace: long(replacement) })
  else if (field.startsWith('+')) ((changes.add ??= {})[name] ??= []).push(long(value ?? ''))
  else (changes.set ??= {})[name] = [long(value ?? '')]
}

const header: Directive = (context) => {
  const rows = context.args.length > 0 ? [context.args] : lines(context).map(({ name, args }) => [name, ...args])
  const changes: FieldChanges = {}
  const missing: FieldChanges[] = []
  let deferred = false
  for (const row of rows) {
    if (row[0] === 'defer') deferred = true
    else if (row[0]?.startsWith('?')) {
      const own: FieldChanges = {}
      changeField(own, row)
      missing.push(own)
    } else {
      if (/^[->]/.test(row[0] ?? '') || row.length > 2) deferred = true
      changeField(changes, row)
    }
  }
  const handlers = missing.map(
    (own): HandlerConfig => ({
      handler: 'headers',
      response: {
        ...own,
        require: { headers: Object.fromEntries(Object.keys(own.set ?? {}).map((name) => [name, null])) },
      },
    }),
  )
  if (Object.keys(changes).length === 0) return handlers
  return [{ handler: 'headers', response: { ...(deferred && { deferred: true }), ...changes } }, ...handlers]
}

const requestHeader: Directive = ({ args }) => {
  const changes: FieldChanges = {}
  changeField(changes, args)
  return [{ handler: 'headers', request: changes }]
}

const fileServer: Directive = (context) => {
  const browses = context.args.includes('browse') || lineOf(context, 'browse') !== undefined
  const [root] = lineOf(context, 'root') ?? []
  const index = lineOf(context, 'index')
  const status = lineOf(context, 'status')?.[0]
  return [
    {
      ...(browses && { browse: {} }),
      handler: 'file_server',
      hide: [...(lineOf(context, 'hide') ?? []), ...context.hide],
      ...(index && { index_names: index }),
      ...(lineOf(context, 'pass_thru') !== undefined && { pass_thru: true }),
      ...(root !== undefined && { root: long(root) }),
      ...(status !== undefined && { status_code: status }),
    },
  ]
}

/** `host`, `host:port`, `:port`, `http://host`. */
function dialOf(text: string): { readonly dial: string; readonly secure: boolean } {
  const [, scheme, host = '', port] = /^(?:(https?|h2c):\/\/)?([^/]*?)(?::(\d+))?$/.exec(text) ?? [
    undefined,
    undefined,
    text,
  ]
  const usual = scheme === 'https' ? '443' : '80'
  return { dial: `${host}:${port ?? usual}`, secure: scheme === 'https' }
}

const POLICIES = [
  'round_robin',
  'random',
  'first',
  'least_conn',
  'ip_hash',
  'uri_hash',
  'header',
  'cookie',
  'random_choose',
  'client_ip_hash',
]

const reverseProxy: Directive = (context) => {
  const to = [...context.args, ...(lineOf(context, 'to') ?? [])].map((each) => dialOf(long(each)))
  const request: FieldChanges = {}
  const response: FieldChanges = {}
  const KNOWN = [
    'to',
    'header_up',
    'header_down',
    'lb_policy',
    'lb_retries',
    'lb_try_duration',
    'lb_try_interval',
    'transport',
    'flush_interval',
    'trusted_proxies',
    'rewrite',
    'method',
  ]
  for (const { name, args } of lines(context)) {
    if (name === 'header_up') changeField(request, args)
    else if (name === 'header_down') changeField(response, args)
    else if (
      !KNOWN.includes(name) &&
      !name.startsWith('@') &&
      !/^(health_|fail_|max_fails|unhealthy_|buffer|request_buffers|response_buffers|stream_|handle_response|dynamic)/.test(
        name,
      )
    )
      throw wrong(context, `unrecognized subdirective ${name}`)
  }
  const [policy, ...rest] = lineOf(context, 'lb_policy') ?? []
  if (policy !== undefined && !POLICIES.includes(policy))
    throw wrong(context, `module not registered: http.reverse_proxy.selection_policies.${policy}`)
  const headers = {
    ...(Object.keys(request).length > 0 && { request }),
    ...(Object.keys(response).length > 0 && { response }),
  }
  const uri = lineOf(context, 'rewrite')?.[0]
  const method = lineOf(context, 'method')?.[0]
  const responses = responseHandlers(context)
  const tries = lineOf(context, 'lb_try_duration')?.[0]
  const fails = lineOf(context, 'fail_duration')?.[0]
  const balancing = {
    ...(policy !== undefined && { selection_policy: { policy, ...(rest[0] !== undefined && { field: rest[0] }) } }),
    ...(tries !== undefined && { try_duration: nanoseconds(tries) }),
  }
  return [
    {
      ...(responses.length > 0 && { handle_response: responses }),
      handler: 'reverse_proxy',
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(fails !== undefined && { health_checks: { passive: { fail_duration: nanoseconds(fails) } } }),
      ...(Object.keys(balancing).length > 0 && { load_balancing: balancing }),
      ...((uri !== undefined || method !== undefined) && {
        rewrite: { ...(method !== undefined && { method }), ...(uri !== undefined && { uri: long(uri) }) },
      }),
      ...(to.some(({ secure }) => secure) && { transport: { protocol: 'http', tls: {} } }),
      upstreams: to.map(({ dial }) => ({ dial })),
    },
  ]
}

/** Without the words of its own: where `handle_response` has a matcher, and what it does. */
function responseHandlers(context: DirectiveContext): readonly object[] {
  const named = new Map(
    lines(context)
      .filter(({ name }) => name.startsWith('@'))
      .map(({ name, args, block }) => [name, block ?? [{ name: args[0] ?? '', args: args.slice(1) }]] as const),
  )
  return lines(context)
    .filter(({ name }) => name === 'handle_response')
    .map(({ args: [matcher], block }) => {
      const rows = named.get(matcher ?? '') ?? []
      const codes = rows.find(({ name }) => name === 'status')?.args.map((each) => Number(each.replace(/xx$/, '')))
      return { ...(codes && { match: { status_code: codes } }), routes: context.routesOf(block ?? [], true) }
    })
}

const SECONDS: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }
/** `5s` in nanoseconds, as Go counts. */
const nanoseconds = (text: string): number =>
  [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit ?? 's'] ?? 0),
    0,
  )

/** `forward_auth` is a proxy whose good answers are not given but let the request go on. */
const forwardAuth: Directive = (context) => {
  const copied = lines(context).filter(({ name }) => name === 'copy_headers')
  const pairs = copied.flatMap(({ args, block }) => [...args, ...(block ?? []).map(({ name }) => name)])
  const set = Object.fromEntries(
    pairs.map((each) => {
      const [from = '', to = from] = each.split('>')
      return [canonical(to), [`{http.reverse_proxy.header.${canonical(from)}}`]]
    }),
  )
  const routes = pairs.length === 0 ? [] : [{ handle: [{ handler: 'headers', request: { set } }] }]
  return [
    {
      handle_response: [{ match: { status_code: [2] }, routes }],
      handler: 'reverse_proxy',
      headers: {
        request: {
          set: { 'X-Forwarded-Method': ['{http.request.method}'], 'X-Forwarded-Uri': ['{http.request.uri}'] },
        },
      },
      rewrite: { method: 'GET', uri: long(lineOf(context, 'uri')?.[0] ?? '/') },
      upstreams: context.args.map((each) => ({ dial: dialOf(long(each)).dial })),
    },
  ]
}

/** `map {source} {destination}… { input output… }`; an input that begins with `~` is an expression. */
const mapDirective: Directive = (context) => {
  const [source = '', ...destinations] = context.args
  const rows = lines(context)
  const outputs = (args: readonly string[]): readonly (string | null)[] =>
    args.map((each) => (each === '-' ? null : long(each)))
  const fallback = rows.find(({ name }) => name === 'default')?.args
  return [
    {
      ...(fallback && { defaults: fallback.map(long) }),
      destinations,
      handler: 'map',
      mappings: rows
        .filter(({ name }) => name !== 'default')
        .map(({ name, args }) => ({
          ...(name.startsWith('~') ? { input_regexp: name.slice(1) } : { input: name }),
          outputs: outputs(args),
        })),
      source: long(source),
    },
  ]
}

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1 << 20,
  gib: 1 << 30,
}
const requestBody: Directive = (context) => {
  const [, count = '0', unit = ''] = /^([\d.]+)\s*([a-z]*)$/i.exec(lineOf(context, 'max_size')?.[0] ?? '0') ?? []
  return [{ handler: 'request_body', max_size: Math.floor(Number(count) * (SIZES[unit.toLowerCase()] ?? 1)) }]
}

const uri: Directive = (context) => {
  const [verb, first = '', second = ''] = context.args
  const path = first.startsWith('/') ? first : `/${first}`
  if (verb === 'strip_prefix') return [{ handler: 'rewrite', strip_path_prefix: path }]
  if (verb === 'strip_suffix') return [{ handler: 'rewrite', strip_path_suffix: first }]
  if (verb === 'replace') return [{ handler: 'rewrite', uri_substring: [{ find: first, replace: long(second) }] }]
  if (verb === 'path_regexp') return [{ handler: 'rewrite', path_regexp: [{ find: first, replace: long(second) }] }]
  throw wrong(context, `unrecognized URI manipulation '${verb}'`)
}

const encode: Directive = (context) => {
  const named = [...context.args, ...lines(context).map(({ name }) => name)].filter((each) =>
    /^(gzip|zstd|br)$/.test(each),
  )
  const names = named.length > 0 ? named : ['zstd', 'gzip']
  return [
    { encodings: Object.fromEntries(names.toSorted().map((name) => [name, {}])), handler: 'encode', prefer: names },
  ]
}

const basicAuth: Directive = (context) => {
  const accounts = lines(context).map(({ name, args }) => ({ password: args[0] ?? '', username: name }))
  if (accounts.length === 0) throw wrong(context, 'no hash algorithm specified')
  return [
    {
      handler: 'authentication',
      providers: { http_basic: { accounts, hash: { algorithm: 'bcrypt' }, hash_cache: {} } },
    },
  ]
}

const errorDirective: Directive = ({ args: [first = '', second] }) => {
  const onlyCode = CODE.test(first) && second === undefined
  const code = onlyCode ? first : second
  return [
    {
      ...(!onlyCode && { error: long(first) }),
      handler: 'error',
      ...(code !== undefined && { status_code: Number(code) }),
    },
  ]
}

const subroute = (routes: readonly Route[]): HandlerConfig => ({ handler: 'subroute', routes })

/** A matcher's own argument is part of what `handle_path` strips. */
export const stripOf = (path: string): HandlerConfig => ({
  handler: 'rewrite',
  strip_path_prefix: path.replace(/\/?\*$/, ''),
})

export const DIRECTIVES: Readonly<Record<string, Directive>> = {
  forward_auth: forwardAuth,
  map: mapDirective,
  request_body: requestBody,
  vars: ({ args: [name = '', value = ''] }) => [{ handler: 'vars', [name]: long(value) }],
  root: ({ args: [path = ''] }) => [{ handler: 'vars', root: long(path) }],
  header,
  request_header: requestHeader,
  redir,
  method: ({ args: [method = ''] }) => [{ handler: 'rewrite', method }],
  rewrite: ({ args: [to = ''] }) => [{ handler: 'rewrite', uri: long(to) }],
  uri,
  basic_auth: basicAuth,
  basicauth: basicAuth,
  encode,
  handle: ({ segment, routesOf }) => [subroute(routesOf(segment.block ?? [], true))],
  route: ({ segment, routesOf }) => [subroute(routesOf(segment.block ?? [], false))],
  abort: () => [{ abort: true, handler: 'static_response' }],
  error: errorDirective,
  respond,
  reverse_proxy: reverseProxy,
  file_server: fileServer,
}

/** In this order they are carried out, however they stand in the file. https://caddyserver.com/docs/caddyfile/directives */
export const ORDER: readonly string[] = [
  ...['tracing', 'map', 'vars', 'fs', 'root', 'log_append', 'log_skip', 'skip_log', 'log_name', 'header'],
  ...['copy_response_headers', 'request_body', 'redir', 'method', 'rewrite', 'uri', 'try_files', 'basic_auth'],
  ...['basicauth', 'forward_auth', 'request_header', 'encode', 'push', 'intercept', 'templates', 'invoke', 'handle'],
  ...['handle_path', 'route', 'abort', 'error', 'copy_response', 'respond', 'metrics', 'reverse_proxy'],
  ...['php_fastcgi', 'file_server', 'acme_server'],
]
/** Read, and passed over: nothing here needs them. */
export const PASSED_OVER: readonly string[] = ['log_skip', 'skip_log', 'log_append', 'log_name', 'tracing']
