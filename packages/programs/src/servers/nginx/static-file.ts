import {
  EACCES,
  ENOENT,
  ENOTDIR,
  type Errno,
  isDirectory,
  isErrno,
  isRegular,
  SEEK_SET,
  type Stat,
  type Sys,
} from '@drydock/abi'
import { httpDate } from '@drydock/http'
import { type Answer, builtInPage, textAnswer } from './answer.ts'
import { autoindex } from './autoindex.ts'
import type { Location, Scope } from './config.ts'
import { type Exchange, interpolate } from './exchange.ts'

const PIECE = 64 * 1024

/** The file a URI names below root or alias. */
export function fileName(exchange: Exchange, location: Location | undefined, uri: string): string {
  const scope = location?.scope ?? exchange.server.scope
  const alias = location?.scope.directives.find(({ name }) => name === 'alias')?.args[0]
  if (alias !== undefined && location)
    return interpolate(exchange, alias) + (location.regex ? '' : uri.slice(location.pattern.length))
  return absolute(interpolate(exchange, scope.word('root', 'html'))) + uri
}

const absolute = (root: string): string => (root.startsWith('/') ? root : `/etc/nginx/${root}`).replace(/\/$/, '')

export function statOr(sys: Sys, path: string): Stat | Errno {
  try {
    return sys.stat(path)
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
}

/** What the file system says to a request. */
export type Found =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'again'; readonly uri: string }
  | { readonly kind: 'error'; readonly status: number }

/** Serves a file, the index of a directory, or its listing. */
export async function serveFile(exchange: Exchange, location: Location | undefined, uri: string): Promise<Found> {
  const { sys } = exchange.context
  const { method } = exchange.request
  const path = fileName(exchange, location, uri)
  if (uri.endsWith('/')) return serveDirectory(exchange, location, uri, path)
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'error', status: 405 }
  const stat = statOr(sys, path)
  if (!('mode' in stat)) return missing(exchange, path, stat, 'open()')
  if (isDirectory(stat.mode)) return { kind: 'answer', answer: slashRedirect(exchange) }
  if (!isRegular(stat.mode)) return { kind: 'error', status: 404 }
  return openFile(exchange, location?.scope ?? exchange.server.scope, path, stat)
}

/** To the same name with a slash. absolute_redirect, port_in_redirect. */
function slashRedirect(exchange: Exchange): Answer {
  const { request, uri, args } = exchange
  const scope = exchange.server.scope
  const host = request.headers.get('host')?.replace(/:\d+$/, '') ?? ''
  const port =
    exchange.local.port === 80 || scope.word('port_in_redirect', 'on') === 'off' ? '' : `:${exchange.local.port}`
  const base = scope.word('absolute_redirect', 'on') === 'off' ? '' : `http://${host}${port}`
  return builtInPage(exchange, 301, [['Location', `${base}${encodeURI(uri)}/${args === '' ? '' : `?${args}`}`]])
}

async function missing(exchange: Exchange, path: string, error: Errno, call: string): Promise<Found> {
  const { context } = exchange
  await context.logError(
    'error',
    `${call} "${path}" failed (${error.errno}: ${error.message})${requestWords(exchange)}`,
  )
  if (error === EACCES) return { kind: 'error', status: 403 }
  return { kind: 'error', status: error === ENOENT || error === ENOTDIR || error.code === 'ENAMETOOLONG' ? 404 : 500 }
}

/** Which request it was, behind the words of the error log. */
export function requestWords({ remote, server, request }: Exchange): string {
  const host = request.headers.get('host')
  const referer = request.headers.get('referer')
  const line = `${request.method} ${request.target} ${request.protocol}`
  return `, client: ${remote.address}, server: ${server.names[0] ?? ''}, request: "${line}"${host === undefined ? '' : `, host: "${host}"`}${referer === undefined ? '' : `, referrer: "${referer}"`}`
}

async function serveDirectory(
  exchange: Exchange,
  location: Location | undefined,
  uri: string,
  path: string,
): Promise<Found> {
  const { sys } = exchange.context
  const scope = location?.scope ?? exchange.server.scope
  for (const name of scope.find('index') ?? ['index.html']) {
    const index = interpolate(exchange, name)
    if (index.startsWith('/')) return { kind: 'again', uri: index }
    const stat = statOr(sys, `${path}${index}`)
    if ('mode' in stat) return { kind: 'again', uri: `${uri}${index}` }
    if (stat === EACCES) return missing(exchange, `${path}${index}`, stat, 'open()')
  }
  const stat = statOr(sys, path)
  if (!('mode' in stat))
    return missing(exchange, `${path}${(scope.find('index') ?? ['index.html'])[0] ?? ''}`, stat, 'open()')
  if (scope.on('autoindex')) return { kind: 'answer', answer: textAnswer(200, 'text/html', autoindex(sys, path, uri)) }
  await exchange.context.logError('error', `directory index of "${path}" is forbidden${requestWords(exchange)}`)
  return { kind: 'error', status: 403 }
}

const typeOf = (exchange: Exchange, scope: Scope, path: string): string => {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const own = scope.directives.find(({ name }) => name === 'types')?.block
  const types = own
    ? new Map(own.flatMap(({ name, args }) => args.map((each): [string, string] => [each, name])))
    : exchange.context.config.types
  const type = types.get(extension) ?? scope.word('default_type', 'text/plain')
  const charset = scope.word('charset', 'off')
  return charset !== 'off' && type.startsWith('text/') ? `${type}; charset=${charset}` : type
}

async function openFile(exchange: Exchange, scope: Scope, path: string, stat: Stat): Promise<Found> {
  const { sys } = exchange.context
  let fd: number
  try {
    fd = sys.open(path, 0)
  } catch (error) {
    if (isErrno(error)) return missing(exchange, path, error, 'open()')
    throw error
  }
  const modified = Math.floor(stat.mtimeMs / 1000)
  const tag = `"${modified.toString(16)}-${stat.size.toString(16)}"`
  const dates: [string, string][] = [
    ['Last-Modified', httpDate(modified * 1000)],
    ['ETag', tag],
  ]
  const answer = conditional(exchange, tag, modified) ?? range(exchange, stat.size)
  if (answer.kind !== 'part') {
    sys.close(fd)
    if (answer.kind === 'not-modified') return { kind: 'answer', answer: { status: 304, headers: dates } }
    return {
      kind: 'answer',
      answer: builtInPage(
        exchange,
        answer.status,
        answer.status === 416 ? [['Content-Range', `bytes */${stat.size}`]] : [],
      ),
    }
  }
  const { from, to, partial } = answer
  const extra: [string, string][] = partial
    ? [['Content-Range', `bytes ${from}-${to - 1}/${stat.size}`]]
    : [['Accept-Ranges', 'bytes']]
  const send = async (write: (bytes: Uint8Array) => unknown): Promise<void> => copy(sys, fd, from, to, write)
  if (exchange.request.method === 'HEAD') sys.close(fd)
  return {
    kind: 'answer',
    answer: {
      status: partial ? 206 : 200,
      type: typeOf(exchange, scope, path),
      headers: [...dates, ...extra],
      length: to - from,
      send,
    },
  }
}

async function copy(
  sys: Sys,
  fd: number,
  from: number,
  to: number,
  write: (bytes: Uint8Array) => unknown,
): Promise<void> {
  try {
    sys.lseek(fd, from, SEEK_SET)
    for (let left = to - from; left > 0; ) {
      const bytes = await sys.read(fd, Math.min(left, PIECE))
      if (bytes.length === 0) break
      left -= bytes.length
      await write(bytes)
    }
  } finally {
    sys.close(fd)
  }
}

type Part = { readonly kind: 'part'; readonly from: number; readonly to: number; readonly partial: boolean }
type Refused = { readonly kind: 'not-modified' } | { readonly kind: 'refused'; readonly status: number }

/** RFC 9110 section 13. */
function conditional({ request }: Exchange, tag: string, modified: number): Refused | undefined {
  const match = request.headers.get('if-match')
  if (match !== undefined && match !== '*' && !match.includes(tag)) return { kind: 'refused', status: 412 }
  const none = request.headers.get('if-none-match')
  if (none !== undefined) return none === '*' || none.includes(tag) ? { kind: 'not-modified' } : undefined
  const since = Date.parse(request.headers.get('if-modified-since') ?? '')
  return since === modified * 1000 ? { kind: 'not-modified' } : undefined
}

/** One range; several are answered with the whole. RFC 9110 section 14. */
function range({ request }: Exchange, size: number): Part | Refused {
  const whole: Part = { kind: 'part', from: 0, to: size, partial: false }
  const asked = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get('range') ?? '')
  if (!asked || (asked[1] === '' && asked[2] === '')) return whole
  const from = asked[1] === '' ? Math.max(0, size - Number(asked[2])) : Number(asked[1])
  const to = asked[1] === '' || asked[2] === '' ? size : Math.min(size, Number(asked[2]) + 1)
  if (from >= size || to <= from) return { kind: 'refused', status: 416 }
  return { kind: 'part', from, to, partial: true }
}
