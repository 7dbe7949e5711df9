import { EACCES, isDirectory, isErrno, type Stat, type Sys } from '@drydock/abi'
import { httpDate, reasonPhrase, type ServerRequest, type ServerResponse } from '@drydock/http'
import { cleanPath, sendFile, statOrUndefined } from '../files/open-static.ts'
import type { LogFiles } from '../logs/log-files.ts'
import type { HttpdConfig } from './config.ts'
import { passOn, ruleFor } from './proxy-pass.ts'

export interface HttpdContext {
  readonly sys: Sys
  readonly config: HttpdConfig
  readonly logs: LogFiles
  readonly version: string
}

interface Visit {
  readonly context: HttpdContext
  readonly request: ServerRequest
  readonly client: string
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

function logTime(ms: number): string {
  const at = new Date(ms)
  const date = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()] ?? ''}/${at.getUTCFullYear()}`
  return `[${date}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000]`
}

/** Formats of mod_log_config. */
const FORMATS: Readonly<Record<string, (visit: Visit, status: number, bytes: number) => string>> = {
  h: ({ client }) => client,
  a: ({ client }) => client,
  l: () => '-',
  u: () => '-',
  t: ({ context }) => logTime(context.sys.clock.now()),
  r: ({ request }) => `${request.method} ${request.target} ${request.protocol}`,
  s: (_visit, status) => String(status),
  b: (_visit, _status, bytes) => (bytes === 0 ? '-' : String(bytes)),
  B: (_visit, _status, bytes) => String(bytes),
  O: (_visit, _status, bytes) => String(bytes),
  I: () => '0',
  m: ({ request }) => request.method,
  U: ({ request }) => request.path,
  v: ({ context }) => context.config.serverName ?? '',
  D: () => '0',
}

async function log(visit: Visit, status: number, bytes: number): Promise<void> {
  const { logs, config } = visit.context
  for (const { path, format } of config.accessLogs) {
    const line = format.replace(/%>?(?:\{([^}]*)\})?([a-zA-Z])/g, (_, field: string | undefined, letter: string) =>
      field !== undefined && letter === 'i'
        ? (visit.request.headers.get(field) ?? '-')
        : (FORMATS[letter]?.(visit, status, bytes) ?? '-'),
    )
    await logs.write(path, `${line}\n`)
  }
}

const serverField = ({ config, version }: HttpdContext): string =>
  /^prod/i.test(config.tokens) ? 'Apache' : `Apache/${version} (Unix)`

interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly length: number
  readonly send: (write: (bytes: Uint8Array) => unknown) => Promise<unknown>
}

const TEXTS: Readonly<Record<number, string>> = {
  301: 'The document has moved <a href="$1">here</a>.',
  302: 'The document has moved <a href="$1">here</a>.',
  400: 'Your browser sent a request that this server could not understand.<br />',
  403: "You don't have permission to access this resource.",
  404: 'The requested URL was not found on this server.',
  503: 'The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\nproblems. Please try again later.',
  405: 'The requested method $2 is not allowed for this URL.',
}

function page(visit: Visit, status: number, location?: string): Answer {
  const title = reasonPhrase(status)
  const text = (TEXTS[status] ?? '').replace('$1', location ?? '').replace('$2', visit.request.method)
  const html = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body></html>\n`
  const bytes = new TextEncoder().encode(html)
  const headers: [string, string][] = location === undefined ? [] : [['Location', location]]
  return {
    status,
    headers: [...headers, ['Content-Length', String(bytes.length)], ['Content-Type', 'text/html; charset=iso-8859-1']],
    length: bytes.length,
    send: async (write) => write(bytes),
  }
}

/** Answers and logs one request. */
export async function respond(context: HttpdContext, request: ServerRequest, client: string): Promise<ServerResponse> {
  const visit = { context, request, client }
  const answer = (await proxied(visit)) ?? find(visit)
  const headers: (readonly [string, string])[] = [
    ['Date', httpDate(context.sys.clock.now())],
    ['Server', serverField(context)],
    ...answer.headers,
    ...context.config.headers,
  ]
  const bare = request.method === 'HEAD' || answer.status === 304
  if (bare) {
    await log(visit, answer.status, 0)
    return { status: answer.status, headers, body: async () => {} }
  }
  const body: ServerResponse['body'] = async ({ write }) => {
    try {
      await answer.send(write)
    } finally {
      await log(visit, answer.status, Math.max(0, answer.length))
    }
  }
  return { status: answer.status, headers, body }
}

/** What ProxyPass says of the path, if it does. */
async function proxied(visit: Visit): Promise<Answer | undefined> {
  const { context, request, client } = visit
  const { proxies, reverseProxies } = context.config
  const rule = ruleFor(proxies, request.path)
  if (!rule) return undefined
  return (await passOn(context.sys, request, { rule, reverse: reverseProxies, client })) ?? page(visit, 503)
}

function find(visit: Visit): Answer {
  const { context, request } = visit
  const { config } = context
  const uri = cleanPath(request.path)
  if (uri === undefined) return page(visit, 400)
  const redirect = config.redirects.find(([from]) => uri === from || uri.startsWith(`${from.replace(/\/$/, '')}/`))
  if (redirect) return page(visit, redirect[2], redirect[1] + uri.slice(redirect[0].length))
  if (request.method === 'TRACE') return page(visit, 405)
  const alias = config.aliases.find(([from]) => uri.startsWith(from))
  const path = alias ? alias[1] + uri.slice(alias[0].length) : config.documentRoot + uri
  return serve(visit, uri, path)
}

function serve(visit: Visit, uri: string, path: string): Answer {
  const { sys, config } = visit.context
  const stat = statOrUndefined(sys, path)
  if (!stat) return errorPage(visit, 404)
  if (!isDirectory(stat.mode)) return fileAnswer(visit, path, stat)
  if (!uri.endsWith('/')) return page(visit, 301, `http://${visit.request.headers.get('host') ?? ''}${uri}/`)
  for (const name of config.directoryIndex) {
    const index = statOrUndefined(sys, `${path}/${name}`)
    if (index) return fileAnswer(visit, `${path}/${name}`, index)
  }
  return config.indexes ? listing(visit, uri, path) : errorPage(visit, 403)
}

function errorPage(visit: Visit, status: number): Answer {
  const document = visit.context.config.errorDocuments.get(status)
  if (document === undefined) return page(visit, status)
  const path = `${visit.context.config.documentRoot}${document}`
  const stat = document.startsWith('/') ? statOrUndefined(visit.context.sys, path) : undefined
  return stat ? { ...fileAnswer(visit, path, stat), status } : page(visit, status)
}

/** Size and time in hexadecimal: `"2d-432a5e4a73a80"`; the time in microseconds. */
const etag = (stat: Stat): string =>
  `"${stat.size.toString(16)}-${(Math.floor(stat.mtimeMs / 1000) * 1_000_000).toString(16)}"`

function fileAnswer(visit: Visit, path: string, stat: Stat): Answer {
  const { sys, config } = visit.context
  try {
    sys.access(path, 4)
  } catch (error) {
    if (error === EACCES) return errorPage(visit, 403)
    if (!isErrno(error)) throw error
  }
  const tag = etag(stat)
  const modified = httpDate(Math.floor(stat.mtimeMs / 1000) * 1000)
  const { headers } = visit.request
  const same = headers.get('if-none-match')?.includes(tag) ?? headers.get('if-modified-since') === modified
  if (same)
    return {
      status: 304,
      headers: [
        ['Last-Modified', modified],
        ['ETag', tag],
        ['Accept-Ranges', 'bytes'],
      ],
      length: 0,
      send: async () => {},
    }
  const type = config.types.get(/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '')
  return {
    status: 200,
    headers: [
      ['Last-Modified', modified],
      ['ETag', tag],
      ['Accept-Ranges', 'bytes'],
      ['Content-Length', String(stat.size)],
      ...(type === undefined ? [] : [['Content-Type', type] as const]),
    ],
    length: stat.size,
    send: (write) => sendFile(sys, path, write),
  }
}

function listing(visit: Visit, uri: string, path: string): Answer {
  const { sys } = visit.context
  const names = sys
    .readdir(path)
    .filter(({ name }) => !name.startsWith('.'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const up = uri === '/' ? '' : '<li><a href="../"> Parent Directory</a></li>\n'
  const rows = names.map(
    ({ name, mode }) =>
      `<li><a href="${encodeURIComponent(name)}${isDirectory(mode) ? '/' : ''}"> ${name}${isDirectory(mode) ? '/' : ''}</a></li>\n`,
  )
  const html = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${uri}</title>\n </head>\n <body>\n<h1>Index of ${uri}</h1>\n<ul>${up}${rows.join('')}</ul>\n</body></html>\n`
  const bytes = new TextEncoder().encode(html)
  return {
    status: 200,
    headers: [
      ['Content-Length', String(bytes.length)],
      ['Content-Type', 'text/html;charset=ISO-8859-1'],
    ],
    length: bytes.length,
    send: async (write) => write(bytes),
  }
}
