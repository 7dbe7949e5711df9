import type { Flag, FlagTable } from './flag.ts'

/** The text of "Options:", folded to `width` columns as pflag's FlagUsagesWrapped folds it. */
export function flagUsages(table: FlagTable, width: number): string {
  const rows = Object.entries(table)
    .filter(([, flag]) => !flag.hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => [head(name, flag), text(flag)] as const)
  const column = Math.max(0, ...rows.map(([left]) => left.length + 3))
  return rows.map(([left, right]) => `${left.padEnd(column)}${fold(column, width, right)}\n`).join('')
}

function head(name: string, flag: Flag<unknown>): string {
  const names = flag.short ? `  -${flag.short}, --${name}` : `      --${name}`
  return flag.type === '' ? names : `${names} ${flag.type}`
}

const text = (flag: Flag<unknown>): string =>
  flag.shown === undefined ? flag.usage : `${flag.usage} (default ${flag.shown})`

/** Cuts at the last blank that fits `limit`; the last piece may be `slop` longer, lest one word stand alone. */
function cut(limit: number, slop: number, line: string): [string, string] {
  if (limit + slop > line.length) return [line, '']
  let at = -1
  for (let i = Math.min(limit, line.length) - 1; i >= 0; i--)
    if (' \t\n'.includes(line.charAt(i))) {
      at = i
      break
    }
  if (at <= 0) return [line, '']
  const newline = line.indexOf('\n')
  if (newline > 0 && newline < at) return [line.slice(0, newline), line.slice(newline + 1)]
  return [line.slice(0, at), line.slice(at + 1)]
}

function fold(indent: number, width: number, line: string): string {
  const margin = `\n${' '.repeat(indent)}`
  if (width === 0) return line.replaceAll('\n', margin)
  let limit = width - indent
  let from = indent
  let start = ''
  if (limit < 24) {
    from = 16
    limit = width - from
    start = `\n${' '.repeat(from)}`
  }
  if (limit < 24) return line.replaceAll('\n', start)
  const slop = 5
  limit -= slop
  const pad = `\n${' '.repeat(from)}`
  let [first, rest] = cut(limit, slop, line)
  let folded = start + first.replaceAll('\n', pad)
  while (rest !== '') {
    ;[first, rest] = cut(limit, slop, rest)
    folded += pad + first.replaceAll('\n', pad)
  }
  return folded
}
