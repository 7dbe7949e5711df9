import type { ServerResponse } from '@drydock/http'
import { joined } from './conditions.ts'
import type { Exchange } from './exchange.ts'

const S_IFMT = 0o170000
const S_IFDIR = 0o040000

interface Item {
  readonly name: string
  readonly size: number
  readonly isFolder: boolean
  readonly modifiedMs: number
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;')

/** `2 B`, `1.5 KiB`. */
function sizeText(bytes: number): string {
  const unit = Math.max(0, Math.min(4, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)))
  const value = bytes / 1024 ** unit
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`
}

/** What a folder holds, as a page, or as JSON for those who ask for that. */
export function browsed(
  exchange: Exchange,
  folder: string,
  isRoot: boolean,
  isHidden: (path: string) => boolean,
): ServerResponse {
  const items = itemsOf(exchange, folder).filter(({ name }) => !isHidden(joined(folder, name)))
  const headers = (type: string): [string, string][] => [
    ['Content-Type', type],
    ['Vary', 'Accept, Accept-Encoding'],
  ]
  if ((exchange.headers.get('accept') ?? '').includes('application/json'))
    return {
      status: 200,
      headers: headers('application/json; charset=utf-8'),
      body: `${JSON.stringify(items.map(listed))}\n`,
    }
  return { status: 200, headers: headers('text/html; charset=utf-8'), body: page(exchange.path, items, isRoot) }
}

const listed = ({ name, size, isFolder, modifiedMs }: Item): object => ({
  name: isFolder ? `${name}/` : name,
  size,
  url: `./${encodeURIComponent(name)}${isFolder ? '/' : ''}`,
  mod_time: new Date(modifiedMs).toISOString(),
  mode: isFolder ? 2_147_484_141 : 420,
  is_dir: isFolder,
  is_symlink: false,
})

function itemsOf({ sys }: Exchange, folder: string): readonly Item[] {
  const items = sys.readdir(folder).map(({ name }): Item => {
    const { size, mode, mtimeMs } = sys.lstat(joined(folder, name))
    return { name, size, isFolder: (mode & S_IFMT) === S_IFDIR, modifiedMs: mtimeMs }
  })
  return items.toSorted(
    (a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1),
  )
}

const row = ({ name, size, isFolder, modifiedMs }: Item): string => `<tr class="file">
<td><a href="./${encodeURIComponent(name)}${isFolder ? '/' : ''}"><span class="name">${escaped(name)}${isFolder ? '/' : ''}</span></a></td>
<td>${isFolder ? '&mdash;' : sizeText(size)}</td>
<td><time datetime="${new Date(modifiedMs).toISOString()}">${new Date(modifiedMs).toUTCString()}</time></td>
</tr>`

const counted = (count: number, one: string, many: string): string => `<b>${count}</b> ${count === 1 ? one : many}`

function page(path: string, items: readonly Item[], isRoot: boolean): string {
  const folders = items.filter(({ isFolder }) => isFolder).length
  const up = isRoot ? '' : '<tr><td><a href=".."><span class="goup">Up</span></a></td><td></td><td></td></tr>\n'
  return `<!DOCTYPE html>
<html>
<head>
<title>${escaped(path.split('/').filter(Boolean).at(-1) ?? '/')}</title>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<style>
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
header, footer, main { padding: 1rem 5%; }
header { background: #eef2f6; }
table { width: 100%; border-collapse: collapse; }
td, th { text-align: left; padding: 0.4rem 0; border-bottom: 1px solid #d8dee6; }
a { color: #0a62c4; text-decoration: none; }
</style>
</head>
<body>
<header><h1>${escaped(path)}</h1></header>
<main>
<p id="summary">${counted(folders, 'directory', 'directories')}, ${counted(items.length - folders, 'file', 'files')}</p>
<table>
<thead><tr><th>Name</th><th>Size</th><th>Modified</th></tr></thead>
<tbody>
${up}${items.map(row).join('\n')}
</tbody>
</table>
</main>
<footer>Served with <a rel="noopener noreferrer" href="https://caddyserver.com">Caddy</a></footer>
</body>
</html>
`
}
