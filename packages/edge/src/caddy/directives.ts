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
  const handlers: HandlerConfig[] = missing.map((own) => ({
    handler: 'headers',
    response: {
      ...own,
      require: { headers: Object.fromEntries(Object.keys(own.set ?? {}).map((name) => [name, null])) },
    },
  }))
  if (Object.keys(changes).length > 0)
    handlers.push({ handler: 'headers', response: { ...(deferred && { deferred: true }), ...changes } })
  return handlers
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
  return [
    {
      handler: 'reverse_proxy',
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(policy !== undefined && {
        load_balancing: { selection_policy: { policy, ...(rest[0] !== undefined && { field: rest[0] }) } },
      }),
      ...(uri !== undefined && { rewrite: { uri: long(uri) } }),
      ...(to.some(({ secure }) => secure) && { transport: { protocol: 'http', tls: {} } }),
      upstreams: to.map(({ dial }) => ({ dial })),
    },
  ]
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
export const PASSED_OVER: readonly string[] = [
  'request_body',
  'log_skip',
  'skip_log',
  'log_append',
  'log_name',
  'tracing',
]
