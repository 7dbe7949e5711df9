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

/** @param call what failed; empty for an index whose directory is not there */
async function missing(exchange: Exchange, path: string, error: Errno, call: string): Promise<Found> {
  const { context, scope } = exchange
  if (scope.on('log_not_found', true) || error !== ENOENT)
    await context.logError(
      'error',
      `${call === '' ? `"${path}" is not found` : `${call} "${path}" failed`} (${error.errno}: ${error.message})${requestWords(exchange)}`,
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
  if (!('mode' in stat)) return missing(exchange, `${path}${names[0] ?? ''}`, stat, stat === EACCES ? 'open()' : '')
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
  const tag = exchange.scope.on('etag', true) ? `"${modified.toString(16)}-${stat.size.toString(16)}"` : undefined
  const slice =
    (from: number, to: number): Exclude<Answer['send'], undefined> =>
    (write) =>
      copy(sys, fd, from, to, write)
  return {
    kind: 'answer',
    answer: {
      status: 200,
      type: contentType(exchange),
      modified: httpDate(modified * 1000),
      headers: tag === undefined ? [] : [['ETag', tag]],
      length: stat.size,
      validators: { modified, tag },
      slice,
      send: (write) => slice(0, stat.size)(write).finally(() => sys.close(fd)),
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
  sys.lseek(fd, from, SEEK_SET)
  for (let left = to - from; left > 0; ) {
    const bytes = await sys.read(fd, Math.min(left, PIECE))
    if (bytes.length === 0) break
    left -= bytes.length
    await write(bytes)
  }
}
