import { isErrno, O_RDONLY } from '@drydock/abi'
import type { ServerResponse } from '@drydock/http'
import { browsed } from './browse.ts'
import { decoded, joined, kindOf } from './conditions.ts'
import type { HandlerConfig } from './config.ts'
import { type Exchange, HandlerError, type Handler } from './exchange.ts'
import { filled } from './placeholders.ts'

/** Types by extension, as Go's package mime has them from Alpine's mailcap. */
const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  gif: 'image/gif',
  htm: 'text/html; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  md: 'text/markdown; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
  xml: 'text/xml; charset=utf-8',
  zip: 'application/zip',
}
const INDEX = ['index.html', 'index.txt']
const PIECE_BYTES = 65_536

interface Settings {
  readonly root?: string
  readonly hide?: readonly string[]
  readonly index_names?: readonly string[]
  readonly browse?: object
  readonly pass_thru?: boolean
  readonly status_code?: string
}

/** https://caddyserver.com/docs/caddyfile/directives/file_server */
export const fileServer = (config: HandlerConfig): Handler => {
  const settings = config as Settings & HandlerConfig
  return async (exchange, next) => {
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
      if (settings.pass_thru) return next()
      exchange.fields.set('Allow', 'GET, HEAD')
      throw new HandlerError(405)
    }
    const root = filled(settings.root ?? exchange.vars.get('root') ?? '.', exchange.valueOf)
    const wanted = decoded(exchange.path)
    const path = joined(root, wanted)
    const kind = isHidden(exchange, path, settings.hide ?? []) ? undefined : kindOf(exchange, path)
    if (kind === undefined) return missing(settings, next)
    if (kind === 'folder') return folder(settings, exchange, { root, path, wanted }, next)
    if (wanted.endsWith('/')) return redirected(exchange, exchange.path.replace(/\/+$/, ''))
    return sent(exchange, path, settings)
  }
}

async function missing({ pass_thru }: Settings, next: () => ReturnType<Handler>): ReturnType<Handler> {
  if (pass_thru) return next()
  throw new HandlerError(404)
}

async function folder(
  settings: Settings,
  exchange: Exchange,
  { root, path, wanted }: { root: string; path: string; wanted: string },
  next: () => ReturnType<Handler>,
): ReturnType<Handler> {
  const index = (settings.index_names ?? INDEX)
    .map((name) => joined(path, name))
    .find((each) => kindOf(exchange, each) === 'file' && !isHidden(exchange, each, settings.hide ?? []))
  if (index === undefined && !settings.browse) return missing(settings, next)
  if (!wanted.endsWith('/')) return redirected(exchange, `${exchange.path}/`)
  if (index !== undefined) return sent(exchange, index, settings)
  return browsed(exchange, path, path === root, (each) => isHidden(exchange, each, settings.hide ?? []))
}

/** A name alone hides everything of that name; a path, what is there and below. */
function isHidden({ sys }: Exchange, path: string, hide: readonly string[]): boolean {
  const full = (text: string): string => (text.startsWith('/') ? text : `${sys.getcwd()}/${text.replace(/^\.\//, '')}`)
  return hide.some((each) => {
    if (!each.includes('/')) return path.split('/').includes(each)
    return full(path) === full(each) || full(path).startsWith(`${full(each)}/`)
  })
}

function redirected({ query }: Exchange, path: string): ServerResponse {
  const to = `${path}${query === '' ? '' : `?${query}`}`
  return {
    status: 308,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Location', to],
    ],
    body: `<a href="${to}">Permanent Redirect</a>.\n\n`,
  }
}

function sent(exchange: Exchange, path: string, { status_code }: Settings): ServerResponse {
  const { sys, headers } = exchange
  const { size, mtimeMs } = sys.stat(path)
  const etag = `"${(BigInt(Math.floor(mtimeMs)) * 1_000_000n).toString(36)}${size.toString(36)}"`
  const modified = new Date(Math.floor(mtimeMs / 1000) * 1000)
  const facts: [string, string][] = [
    ['Accept-Ranges', 'bytes'],
    ['Content-Type', TYPES[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'text/plain; charset=utf-8'],
    ['Etag', etag],
    ['Last-Modified', modified.toUTCString()],
    ['Vary', 'Accept-Encoding'],
  ]
  const since = Date.parse(headers.get('if-modified-since') ?? '')
  const known = headers.get('if-none-match')
  if (known === undefined ? since >= modified.getTime() : known.split(/,\s*/).includes(etag))
    return { status: 304, headers: facts.filter(([name]) => name !== 'Content-Type') }
  const range = rangeOf(headers.get('range'), size)
  if (range === 'none') return { status: 416, headers: [...facts, ['Content-Range', `bytes */${size}`]], body: '' }
  const [from, to] = range ?? [0, size - 1]
  const status = range ? 206 : Number(status_code ?? 200)
  const partial: [string, string][] = range ? [['Content-Range', `bytes ${from}-${to}/${size}`]] : []
  return {
    status,
    headers: [...facts, ...partial, ['Content-Length', String(to - from + 1)]],
    body: async ({ write }) => {
      const fd = opened(exchange, path)
      try {
        sys.lseek(fd, from, 0)
        for (let left = to - from + 1; left > 0; ) {
          const bytes = await sys.read(fd, Math.min(PIECE_BYTES, left))
          if (bytes.length === 0) return
          left -= bytes.length
          await write(bytes)
        }
      } finally {
        sys.close(fd)
      }
    },
  }
}

function opened({ sys }: Exchange, path: string): number {
  try {
    return sys.open(path, O_RDONLY)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new HandlerError(error.code === 'EACCES' ? 403 : 404)
  }
}

/** One range only. RFC 9110 section 14.1.2 */
function rangeOf(field: string | undefined, size: number): readonly [number, number] | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(field ?? '') ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return from > to || from >= size ? 'none' : [from, to]
}
