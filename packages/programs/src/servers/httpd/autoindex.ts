import { isDirectory, isRegular, type Stat } from '@drydock/abi'
import { encodeUtf8 } from '@drydock/codec'
import { readTextFile } from '@drydock/libc'
import { statOrUndefined } from '../files/open-static.ts'
import type { Answer, Exchange } from './exchange.ts'
import { signature } from './error-page.ts'
import { globToRegExp } from './file-pattern.ts'
import { iconFor } from './index-icons.ts'
import { mediaTypeOf } from './mime.ts'

/** One line of a listing. */
export interface IndexEntry {
  /** With a slash behind a folder's. */
  readonly name: string
  readonly folder: boolean
  readonly stat: Stat | undefined
  readonly type: string | undefined
  readonly encoding: string | undefined
}

/** IndexOptions in force: `name` or `name=value`, in lower case. */
type IndexOptions = ReadonlyMap<string, string>

const DEFAULT_NAME_WIDTH = 23

/** Signs add and take away; words without one start anew. merge_autoindex_configs */
export function indexOptions({ settings }: Pick<Exchange, 'settings'>): IndexOptions {
  const options = new Map<string, string>()
  for (const { key, args } of settings.layers.flatMap(({ directives }) => directives)) {
    if (key === 'fancyindexing' && /^on$/i.test(args[0] ?? '')) options.set('fancyindexing', '')
    if (key !== 'indexoptions') continue
    if (!args.some((each) => /^[+-]/.test(each))) options.clear()
    for (const each of args) {
      const [, sign, name = '', value = ''] = /^([+-]?)([^=]*)=?(.*)$/.exec(each) ?? []
      if (sign === '-') options.delete(name.toLowerCase())
      else options.set(name.toLowerCase(), value)
    }
  }
  return options
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
/** As ap_os_escape_path leaves names. */
const escapePath = (text: string): string => encodeURI(text).replaceAll('?', '%3f').replaceAll('#', '%23')

/** apr_strfsize: four places, a unit for what is too long. */
export function shortSize(bytes: number): string {
  if (bytes < 973) return `${String(bytes).padStart(3)} `
  let size = bytes
  for (const unit of 'KMGTPE') {
    const rest = size % 1024
    size = Math.floor(size / 1024)
    if (size >= 973) continue
    if (size < 9 || (size === 9 && rest < 973)) {
      const tenth = Math.floor((rest * 5 + 256) / 512)
      return tenth >= 10 ? `${size + 1}.0${unit}` : `${size}.${tenth}${unit}`
    }
    return `${String(rest >= 512 ? size + 1 : size).padStart(3)}${unit}`
  }
  return '****'
}

const two = (value: number): string => String(value).padStart(2, '0')
function stamp(ms: number): string {
  const at = new Date(ms)
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

function entriesOf(exchange: Exchange): IndexEntry[] {
  const { context, settings, filename } = exchange
  const ignored = settings.all('indexignore').flatMap(({ args }) => args.map((each) => globToRegExp(each)))
  const folder = filename.replace(/\/?$/, '/')
  return context.sys
    .readdir(folder)
    .filter(({ name }) => !ignored.some((pattern) => pattern.test(name)))
    .flatMap(({ name }) => {
      const stat = statOrUndefined(context.sys, folder + name)
      if (!stat || !(isDirectory(stat.mode) || isRegular(stat.mode))) return []
      const isFolder = isDirectory(stat.mode)
      const { type, encoding } = isFolder
        ? { type: undefined, encoding: undefined }
        : mediaTypeOf({ ...exchange, filename: folder + name, forcedType: undefined })
      return [{ name: isFolder ? `${name}/` : name, folder: isFolder, stat, type, encoding }]
    })
}

/** Numbers within names by their value, blanks passed over. apr_strnatcmp */
function naturally(a: string, b: string): number {
  const pieces = (text: string): string[] => text.replace(/\s+/g, '').match(/\d+|\D/g) ?? []
  const [left, right] = [pieces(a), pieces(b)]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x = '', y = ''] = [left[at], right[at]]
    if (x === y) continue
    const order = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : x < y ? -1 : 1
    if (order !== 0) return order
  }
  return left.length - right.length
}

const plainly = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

interface Order {
  /** N, M, S or D. */
  readonly column: string
  readonly descending: boolean
}

function orderOf(exchange: Exchange, options: IndexOptions): Order {
  const { settings, args } = exchange
  const own = settings.last('indexorderdefault')?.args ?? []
  const fallback = { Name: 'N', Date: 'M', Size: 'S', Description: 'D' }[own[1] ?? 'Name'] ?? 'N'
  if (options.has('ignoreclient')) return { column: fallback, descending: /^desc/i.test(own[0] ?? '') }
  const column = /C=([NMSD])/.exec(args)?.[1]
  const direction = /O=([AD])/.exec(args)?.[1]
  return {
    column: column ?? fallback,
    descending: direction === undefined ? column === undefined && /^desc/i.test(own[0] ?? '') : direction === 'D',
  }
}

function sorted(
  entries: readonly IndexEntry[],
  { column, descending }: Order,
  options: IndexOptions,
  about: ReadonlyMap<IndexEntry, string>,
): IndexEntry[] {
  const compare = options.has('versionsort') ? naturally : plainly
  const fold = options.has('ignorecase')
  const byName = (a: IndexEntry, b: IndexEntry): number =>
    fold ? compare(a.name.toLowerCase(), b.name.toLowerCase()) : compare(a.name, b.name)
  const byColumn = (a: IndexEntry, b: IndexEntry): number =>
    column === 'M'
      ? (a.stat?.mtimeMs ?? 0) - (b.stat?.mtimeMs ?? 0)
      : column === 'S'
        ? sizeOf(a) - sizeOf(b)
        : column === 'D'
          ? plainly(about.get(a) ?? '', about.get(b) ?? '')
          : 0
  const sign = descending ? -1 : 1
  return entries.toSorted((a, b) => {
    if (options.has('foldersfirst') && a.folder !== b.folder) return a.folder ? -1 : 1
    return sign * (byColumn(a, b) || byName(a, b))
  })
}

const sizeOf = ({ folder, stat }: IndexEntry): number => (folder ? -1 : (stat?.size ?? -1))

/** mod_autoindex: a folder without an index. */
export async function listing(exchange: Exchange): Promise<Answer> {
  const options = indexOptions(exchange)
  const order = orderOf(exchange, options)
  const found = entriesOf(exchange)
  const about = new Map(found.map((entry) => [entry, description(exchange, entry)]))
  const entries = sorted(found, order, options, about)
  const shown =
    exchange.uri === '/' ? [] : [{ name: '..', folder: true, stat: undefined, type: undefined, encoding: undefined }]
  const all = [...shown, ...entries]
  const look = !options.has('fancyindexing') ? plainList : options.has('htmltable') ? table : preformatted
  const body = look(exchange, all, { options, order })
  const [above, below] = [await inserted(exchange, 'headername'), await inserted(exchange, 'readmename')]
  const title = escapeHtml(exchange.uri.replace(/(?<=.)\/+$/, ''))
  const heading = above === '' && !options.has('suppresshtmlpreamble') ? headline(exchange, title) : above
  const html = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html>\n <head>\n  <title>Index of ${title}</title>\n${styles(exchange)} </head>\n <body>\n${heading}${body}${below}${signature(exchange, '')}</body></html>\n`
  const bytes = encodeUtf8(html)
  const charset = options.get('charset') ?? 'ISO-8859-1'
  return {
    status: 200,
    headers: [],
    type: `${options.get('type') ?? 'text/html'};charset=${charset}`,
    length: bytes.length,
    send: async (write) => write(bytes),
  }
}

const headline = ({ settings }: Exchange, title: string): string =>
  settings.word('indexstylesheet') === undefined
    ? `<h1>Index of ${title}</h1>\n`
    : `  <h1 id="indextitle">Index of ${title}</h1>\n`

const styles = ({ settings }: Exchange): string => {
  const sheet = settings.word('indexstylesheet')
  const style = sheet === undefined ? '' : `  <link rel="stylesheet" href="${escapeHtml(sheet)}" type="text/css">\n`
  return `${style}${settings.word('indexheadinsert') ?? ''}`
}

/** HeaderName and ReadmeName: a file of the folder, with and without `.html`. */
async function inserted({ settings, filename, context }: Exchange, key: string): Promise<string> {
  const name = settings.word(key)
  if (name === undefined) return ''
  const folder = filename.replace(/\/?$/, '/')
  for (const each of [name, `${name}.html`, `${name}.txt`]) {
    const path = folder + each
    const stat = each.includes('/') ? undefined : statOrUndefined(context.sys, path)
    if (!stat || !isRegular(stat.mode)) continue
    const text = await readTextFile(context.sys, path)
    return /\.html?$/.test(each) ? text : `<pre>\n${escapeHtml(text)}</pre>\n`
  }
  return ''
}

interface Look {
  readonly options: IndexOptions
  readonly order: Order
}

const parentOf = (uri: string): string => uri.replace(/[^/]*\/?$/, '')
const linkOf = ({ uri }: Exchange, { name }: IndexEntry): string =>
  name === '..' ? escapePath(parentOf(uri)) : escapePath(name)
const shownName = ({ name }: IndexEntry): string => (name === '..' ? 'Parent Directory' : name)

const plainList = (exchange: Exchange, entries: readonly IndexEntry[]): string =>
  `<ul>${entries
    .map((entry) => `<li><a href="${linkOf(exchange, entry)}"> ${escapeHtml(shownName(entry))}</a></li>\n`)
    .join('')}</ul>\n`

/** A heading that sorts by its column, the other way round where it is sorted by it now. */
function heading({ order, options }: Look, column: string, text: string): string {
  if (options.has('suppresscolumnsorting')) return text
  const direction = order.column === column && !order.descending ? 'D' : 'A'
  return `<a href="?C=${column};O=${direction}">${text}</a>`
}

/** Columns that are not suppressed. */
const columns = ({ options }: Look) => ({
  icon: !options.has('suppressicon'),
  modified: !options.has('suppresslastmodified'),
  size: !options.has('suppresssize'),
  description: !options.has('suppressdescription'),
})

function widthOf(options: IndexOptions, entries: readonly IndexEntry[]): number {
  const wanted = options.get('namewidth')
  if (wanted === '*') return Math.max(4, ...entries.map((entry) => shownName(entry).length))
  return Number(wanted ?? DEFAULT_NAME_WIDTH)
}

function cut(name: string, width: number): { readonly text: string; readonly gap: string } {
  if (name.length > width) return { text: `${escapeHtml(name.slice(0, width - 3))}..&gt;`, gap: '' }
  return { text: escapeHtml(name), gap: ' '.repeat(width - name.length) }
}

function description({ settings, uri }: Exchange, { name }: IndexEntry): string {
  const bare = name.replace(/\/$/, '')
  const found = settings
    .all('adddescription')
    .find(({ args }) =>
      args
        .slice(1)
        .some((each) =>
          globToRegExp(each.includes('/') ? each : `*${each}`).test(each.includes('/') ? uri + bare : bare),
        ),
    )
  return found?.args[0] ?? ''
}

function preformatted(exchange: Exchange, entries: readonly IndexEntry[], look: Look): string {
  const { options } = look
  const shown = columns(look)
  const width = widthOf(options, entries)
  const blank = iconFor(exchange, '^^BLANKICON^^', { alt: 'Icon ', blank: '     ' })
  const head = [
    ...(shown.icon ? [blank, ' '] : []),
    heading(look, 'N', 'Name'),
    ' '.repeat(width - 4 + 1),
    ...(shown.modified ? [heading(look, 'M', 'Last modified'), '      '] : []),
    ...(shown.size ? [heading(look, 'S', 'Size'), '  '] : []),
    ...(shown.description ? [heading(look, 'D', 'Description')] : []),
  ]
  const rows = entries.map((entry) => {
    const { text, gap } = cut(shownName(entry), width)
    const link = `<a href="${linkOf(exchange, entry)}">${text}</a>${gap} `
    const icon = shown.icon ? `${iconFor(exchange, entry, { alt: '', blank: '     ' })} ` : ''
    const modified = entry.stat ? `${stamp(entry.stat.mtimeMs)}  ` : ' '.repeat(19)
    const size = `${entry.folder ? '  - ' : shortSize(sizeOf(entry))}  `
    const about = shown.description ? description(exchange, entry) : ''
    return `${icon}${link}${shown.modified ? modified : ''}${shown.size ? size : ''}${about}\n`
  })
  return `<pre>${head.join('')}<hr>${rows.join('')}<hr></pre>\n`
}

function table(exchange: Exchange, entries: readonly IndexEntry[], look: Look): string {
  const shown = columns(look)
  const width = widthOf(look.options, entries)
  const count = 1 + Object.values(shown).filter(Boolean).length
  const rule = `   <tr><th colspan="${count}"><hr></th></tr>\n`
  const blank = iconFor(exchange, '^^BLANKICON^^', { alt: '[ICO]', blank: '&nbsp;' })
  const head = [
    ...(shown.icon ? [`<th valign="top">${blank}</th>`] : []),
    `<th>${heading(look, 'N', 'Name')}</th>`,
    ...(shown.modified ? [`<th>${heading(look, 'M', 'Last modified')}</th>`] : []),
    ...(shown.size ? [`<th>${heading(look, 'S', 'Size')}</th>`] : []),
    ...(shown.description ? [`<th>${heading(look, 'D', 'Description')}</th>`] : []),
  ]
  const rows = entries.map((entry) => {
    const { text } = cut(shownName(entry), width)
    const about = description(exchange, entry)
    const cells = [
      ...(shown.icon ? [`<td valign="top">${iconFor(exchange, entry, { alt: '', blank: '&nbsp;' })}</td>`] : []),
      `<td><a href="${linkOf(exchange, entry)}">${text}</a></td>`,
      ...(shown.modified
        ? [entry.stat ? `<td align="right">${stamp(entry.stat.mtimeMs)}  </td>` : '<td>&nbsp;</td>']
        : []),
      ...(shown.size ? [`<td align="right">${entry.folder ? '  - ' : shortSize(sizeOf(entry))}</td>`] : []),
      ...(shown.description ? [`<td>${about === '' ? '&nbsp;' : about}</td>`] : []),
    ]
    return `<tr>${cells.join('')}</tr>\n`
  })
  return `  <table>\n   <tr>${head.join('')}</tr>\n${rule}${rows.join('')}${rule}</table>\n`
}
