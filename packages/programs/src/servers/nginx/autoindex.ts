import { isDirectory, isErrno, type Stat, type Sys } from '@drydock/abi'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NAME_WIDTH = 50
const two = (value: number): string => String(value).padStart(2, '0')
const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function stamp(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getUTCDate())}-${MONTHS[at.getUTCMonth()] ?? ''}-${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** A directory's listing: folders first, then files, by name. ngx_http_autoindex_module. */
export function autoindex(sys: Sys, path: string, uri: string): string {
  const entries = sys
    .readdir(path)
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap(({ name }) => {
      const stat = statOf(sys, `${path}/${name}`)
      return stat ? [{ name, stat, folder: isDirectory(stat.mode) }] : []
    })
    .toSorted((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1))
  const rows = entries.map(({ name, stat, folder }) => {
    const shown = `${name}${folder ? '/' : ''}`
    const cut = shown.length > NAME_WIDTH ? `${shown.slice(0, NAME_WIDTH - 3)}..>` : shown
    const gap = ' '.repeat(NAME_WIDTH - Math.min(NAME_WIDTH, cut.length) + 1)
    const size = (folder ? '-' : String(stat.size)).padStart(19)
    return `<a href="${encodeURIComponent(name)}${folder ? '/' : ''}">${escapeHtml(cut)}</a>${gap}${stamp(stat.mtimeMs)} ${size}\r\n`
  })
  const title = `Index of ${escapeHtml(uri)}`
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n${rows.join('')}</pre><hr></body>\r\n</html>\r\n`
}

function statOf(sys: Sys, path: string): Stat | undefined {
  try {
    return sys.stat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
