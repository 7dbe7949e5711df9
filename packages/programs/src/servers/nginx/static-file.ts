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
import type { Answer } from './answer.ts'
import { listing } from './autoindex.ts'
import { contentType } from './content-type.ts'
import type { Exchange } from './exchange.ts'
import { redirect } from './rewrite.ts'
import { requestWords } from './request-words.ts'
import { interpolate } from './variables.ts'

const PIECE = 64 * 1024

/** The file a URI names below root or alias. */
export function fileName(exchange: Exchange, uri: string): string {
  const { scope, location } = exchange
  const alias = scope.find('alias')?.[0]
  if (alias === undefined || !location) return absolute(interpolate(exchange, scope.word('root', 'html'))) + uri
  if (location.regex) return interpolate(exchange, alias)
  return interpolate(exchange, alias) + uri.slice(location.pattern.length)
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
  | { readonly kind: 'error'; readonly status: number; readonly headers?: Answer['headers'] }

/** Serves a file, the index of a directory, or its listing. */
export async function serveFile(exchange: Exchange, uri: string): Promise<Found> {
  const { sys } = exchange.context
  const { method } = exchange
  const path = fileName(exchange, uri)
  if (uri.endsWith('/')) return serveDirectory(exchange, uri, path)
  const stat = statOr(sys, path)
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return { kind: 'error', status: 405 }
  if (!('mode' in stat)) return missing(exchange, path, stat, 'open()')
  if (isDirectory(stat.mode)) return { kind: 'answer', answer: slashRedirect(exchange) }
  if (!isRegular(stat.mode)) return { kind: 'error', status: 404 }
  return method === 'POST' ? { kind: 'error', status: 405 } : openFile(exchange, path, stat)
}

/** To the same name with a slash. */
function slashRedirect(exchange: Exchange): Answer {
  const { uri, args } = exchange
  return redirect(exchange, 301, `${encodeURI(uri)}/${args === '' ? '' : `?${args}`}`)
}

async function missing(exchange: Exchange, path: string, error: Errno, call: string): Promise<Found> {
  const { context, scope } = exchange
  if (scope.on('log_not_found', true) || error !== ENOENT)
    await context.logError(
      'error',
      `${call} "${path}" failed (${error.errno}: ${error.message})${requestWords(exchange)}`,
    )
  if (error === EACCES) return { kind: 'error', status: 403 }
  return { kind: 'error', status: error === ENOENT || error === ENOTDIR || error.code === 'ENAMETOOLONG' ? 404 : 500 }
}

/** Methods for which an index is looked for. */
const INDEXED: readonly string[] = ['GET', 'HEAD', 'POST']

async function serveDirectory(exchange: Exchange, uri: string, path: string): Promise<Found> {
  const { sys } = exchange.context
  const { scope } = exchange
  const names = scope.find('index') ?? ['index.html']
  for (const name of INDEXED.includes(exchange.method) ? names : []) {
    const index = interpolate(exchange, name)
    if (index.startsWith('/')) return { kind: 'again', uri: index }
    const stat = statOr(sys, `${path}${index}`)
    if ('mode' in stat) return { kind: 'again', uri: `${uri}${index}` }
    if (stat === EACCES) return missing(exchange, `${path}${index}`, stat, 'open()')
  }
  const stat = statOr(sys, path)
  if (!('mode' in stat)) return missing(exchange, `${path}${names[0] ?? ''}`, stat, 'open()')
  if (!INDEXED.includes(exchange.method)) return { kind: 'error', status: 405 }
  if (scope.on('autoindex')) return { kind: 'answer', answer: listing(exchange, path, uri) }
  await exchange.context.logError('error', `directory index of "${path}" is forbidden${requestWords(exchange)}`)
  return { kind: 'error', status: 403 }
}

async function openFile(exchange: Exchange, path: string, stat: Stat): Promise<Found> {
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
    ...(exchange.scope.on('etag', true) ? ([['ETag', tag]] as [string, string][]) : []),
  ]
  const answer = conditional(exchange, tag, modified) ?? range(exchange, stat.size)
  if (answer.kind !== 'part') {
    sys.close(fd)
    if (answer.kind === 'not-modified') return { kind: 'answer', answer: { status: 304, headers: dates } }
    const headers: Answer['headers'] = answer.status === 416 ? [['Content-Range', `bytes */${stat.size}`]] : []
    return { kind: 'error', status: answer.status, headers }
  }
  const { from, to, partial } = answer
  const extra: [string, string][] = partial
    ? [['Content-Range', `bytes ${from}-${to - 1}/${stat.size}`]]
    : [['Accept-Ranges', 'bytes']]
  const send = async (write: (bytes: Uint8Array) => unknown): Promise<void> => copy(sys, fd, from, to, write)
  return {
    kind: 'answer',
    answer: {
      status: partial ? 206 : 200,
      type: contentType(exchange),
      headers: [...dates, ...extra],
      length: to - from,
      send,
      cancel: () => sys.close(fd),
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
