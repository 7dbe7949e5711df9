import { isDirectory, isErrno, isRegular, type Stat, type Sys } from '@drydock/abi'
import { type Answer, textAnswer } from './answer.ts'
import { withCharset } from './content-type.ts'
import type { Exchange } from './exchange.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NAME_WIDTH = 50
const two = (value: number): string => String(value).padStart(2, '0')
const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/%(2B|40|3D|24|2C)/gi, (code) => decodeURIComponent(code))

interface Entry {
  readonly name: string
  readonly stat: Stat
  readonly folder: boolean
}

function stamp(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getUTCDate())}-${MONTHS[at.getUTCMonth()] ?? ''}-${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** A directory's listing, of a length that isn't told: folders first, then files, by name. ngx_http_autoindex_module. */
export function listing(exchange: Exchange, path: string, uri: string): Answer {
  const { scope, context } = exchange
  const entries = entriesOf(context.sys, path)
  const format = scope.word('autoindex_format', 'html')
  const write = FORMATS[format]
  const text = write
    ? write.text(entries, callbackOf(exchange.args))
    : html(entries, uri, scope.on('autoindex_exact_size', true))
  const type = write?.type ?? 'text/html'
  const { length: _, ...answer } = textAnswer(200, withCharset(exchange, type), text)
  return answer
}

const entriesOf = (sys: Sys, path: string): Entry[] =>
  sys
    .readdir(path)
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap(({ name }) => {
      const stat = statOf(sys, `${path}/${name}`)
      return stat ? [{ name, stat, folder: isDirectory(stat.mode) }] : []
    })
    .toSorted((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1))

function html(entries: readonly Entry[], uri: string, exact: boolean): string {
  const rows = entries.map(({ name, stat, folder }) => {
    const shown = `${name}${folder ? '/' : ''}`
    const cut = shown.length > NAME_WIDTH ? `${shown.slice(0, NAME_WIDTH - 3)}..&gt;` : escapeHtml(shown)
    const gap = ' '.repeat(Math.max(0, NAME_WIDTH - shown.length) + 1)
    return `<a href="${escapeUri(name)}${folder ? '/' : ''}">${cut}</a>${gap}${stamp(stat.mtimeMs)} ${sizeField(stat, folder, exact)}\r\n`
  })
  const title = `Index of ${escapeHtml(uri)}`
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n${rows.join('')}</pre><hr></body>\r\n</html>\r\n`
}

function sizeField({ size }: Stat, folder: boolean, exact: boolean): string {
  if (exact) return (folder ? '-' : String(size)).padStart(19)
  if (folder) return '-'.padStart(7)
  const [unit, letter] =
    size > 1024 ** 3 - 1
      ? [1024 ** 3, 'G']
      : size > 1024 ** 2 - 1
        ? [1024 ** 2, 'M']
        : size > 9999
          ? [1024, 'K']
          : [1, '']
  return letter === '' ? String(size).padStart(7) : `${String(Math.round(size / unit)).padStart(6)}${letter}`
}

const kindOf = ({ stat, folder }: Entry): string => (folder ? 'directory' : isRegular(stat.mode) ? 'file' : 'other')

const json = (entries: readonly Entry[]): string => {
  const rows = entries.map((entry) => {
    const { name, stat, folder } = entry
    const size = folder ? '' : `, "size":${stat.size}`
    return `{ "name":${JSON.stringify(name)}, "type":"${kindOf(entry)}", "mtime":"${new Date(stat.mtimeMs).toUTCString()}"${size} }`
  })
  return `[\r\n${rows.join(',\r\n')}\r\n]`
}

/** jsonp: inside a call of the function that the argument `callback` names. */
const jsonp = (entries: readonly Entry[], callback: string): string =>
  callback === '' ? json(entries) : `/* callback */\r\n${callback}(${json(entries)});`

const callbackOf = (args: string): string => /(?:^|&)callback=([\w.$[\]%]*)/.exec(args)?.[1] ?? ''

const xml = (entries: readonly Entry[]): string => {
  const rows = entries.map((entry) => {
    const { name, stat, folder } = entry
    const kind = kindOf(entry)
    const size = folder ? '' : ` size="${stat.size}"`
    return `<${kind} mtime="${new Date(stat.mtimeMs).toISOString().slice(0, 19)}Z"${size}>${escapeHtml(name)}</${kind}>\r\n`
  })
  return `<?xml version="1.0"?>\r\n<list>\r\n${rows.join('')}</list>\r\n`
}

const FORMATS: Readonly<
  Record<string, { readonly type: string; readonly text: (entries: readonly Entry[], callback: string) => string }>
> = {
  json: { type: 'application/json', text: json },
  jsonp: { type: 'application/javascript', text: jsonp },
  xml: { type: 'text/xml; charset=utf-8', text: xml },
}

function statOf(sys: Sys, path: string): Stat | undefined {
  try {
    return sys.stat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
