/** Sums of differences: --stat, --numstat, --shortstat, --summary. */
import { contentOf, isBinary } from './content.ts'
import { changesIn, type Colours, type PatchOptions } from './diff-text.ts'
import { linesOf } from './line-diff.ts'
import { quotedPath } from './paths.ts'
import type { Pair } from './renames.ts'
import type { Workspace } from './repository.ts'

export interface StatRow {
  readonly pair: Pair
  readonly added: number
  readonly removed: number
  /** Sizes of what is no text. */
  readonly binary: readonly [before: number, after: number] | undefined
}

const decoder = new TextDecoder()

export async function statRows(
  workspace: Workspace,
  pairs: readonly Pair[],
  options: Pick<PatchOptions, 'key' | 'ignoreBlank'>,
): Promise<StatRow[]> {
  const rows: StatRow[] = []
  for (const pair of pairs) {
    const { before, after } = pair
    if (before?.oid === after?.oid) {
      rows.push({ pair, added: 0, removed: 0, binary: undefined })
      continue
    }
    const [old, fresh] = [await contentOf(workspace, before), await contentOf(workspace, after)]
    if (isBinary(old) || isBinary(fresh)) {
      rows.push({ pair, added: 0, removed: 0, binary: [old.length, fresh.length] })
      continue
    }
    const hunks = changesIn(linesOf(decoder.decode(old)), linesOf(decoder.decode(fresh)), options)
    const [added, removed] = [
      hunks.reduce((sum, each) => sum + each.bTo - each.bFrom, 0),
      hunks.reduce((sum, each) => sum + each.aTo - each.aFrom, 0),
    ]
    if (options.key && added + removed === 0 && pair.status === 'M' && before?.mode === after?.mode) continue
    rows.push({ pair, added, removed, binary: undefined })
  }
  return rows
}

/** `{d => e/d}/aaa`: what two paths share stands outside of the braces. */
export function renamedPath(from: string, to: string): string {
  let head = 0
  for (let i = 0; i < from.length && i < to.length && from[i] === to[i]; i++) if (from[i] === '/') head = i + 1
  let tail = 0
  for (
    let i = 1;
    i <= from.length - head + (head > 0 ? 1 : 0) &&
    i <= to.length - head + (head > 0 ? 1 : 0) &&
    from.at(-i) === to.at(-i);
    i++
  )
    if (from.at(-i) === '/') tail = i
  const [a, b] = [
    from.slice(head, Math.max(head, from.length - tail)),
    to.slice(head, Math.max(head, to.length - tail)),
  ]
  if (head + tail === 0) return `${quotedPath(from)} => ${quotedPath(to)}`
  return `${from.slice(0, head)}{${a} => ${b}}${tail > 0 ? to.slice(to.length - tail) : ''}`
}

export const shownPath = ({ status, from, path }: Pair): string =>
  (status === 'R' || status === 'C') && from !== path ? renamedPath(from, path) : quotedPath(path)

const digits = (n: number): number => String(n).length
const scaled = (count: number, width: number, most: number): number =>
  count === 0 ? 0 : 1 + Math.floor((count * (width - 1)) / most)

function note({ before, after, status }: Pair): string {
  if (status === 'A') return after?.mode === '100755' ? ' (new +x)' : after?.mode === '120000' ? ' (new +l)' : ' (new)'
  if (status === 'D') return ' (gone)'
  if (!before || !after || before.mode === after.mode) return ''
  return after.mode === '100755' ? ' (mode +x)' : before.mode === '100755' ? ' (mode -x)' : ''
}

export interface StatOptions {
  readonly width: number
  readonly colours: Colours
  readonly compact?: boolean
  readonly most?: number | undefined
}

export function statText(
  rows: readonly StatRow[],
  { width: given, colours, compact = false, most: limit }: StatOptions,
): string {
  if (rows.length === 0) return ''
  const names = rows.map(({ pair }) => shownPath(pair) + (compact ? note(pair) : ''))
  const most = Math.max(0, ...rows.map(({ added, removed }) => added + removed))
  const binary = rows.flatMap(({ binary: sizes }) => (sizes ? [14 + digits(sizes[0]) + digits(sizes[1])] : []))
  const numbers = Math.max(digits(most), binary.length > 0 ? 3 : 0)
  const bin = Math.max(0, ...binary)
  const width = Math.max(given, 16 + 6 + numbers)
  let graph = most + 4 > bin ? most : bin - 4
  let name = Math.max(...names.map((each) => each.length))
  if (name + numbers + 6 + graph > width) {
    graph = Math.min(graph, Math.max(6, Math.floor((width * 3) / 8) - numbers - 6))
    if (name > width - numbers - 6 - graph) name = width - numbers - 6 - graph
    else graph = width - numbers - 6 - name
  }
  const line = (row: StatRow, at: number): string => {
    const head = ` ${shortened(names[at] ?? '', name).padEnd(name)} | `
    if (row.binary) return `${head}${'Bin'.padStart(numbers)} ${row.binary[0]} -> ${row.binary[1]} bytes\n`
    if (row.pair.status === 'U') return `${head}Unmerged\n`
    return `${head}${String(row.added + row.removed).padStart(numbers)}${bars(row, graph, most, colours)}\n`
  }
  const shown = rows.slice(0, limit).map(line)
  if (limit !== undefined && rows.length > limit) shown.push(' ...\n')
  return shown.join('') + summary(rows)
}

function bars(row: StatRow, graph: number, most: number, { old, new: fresh, reset }: Colours): string {
  let { added, removed } = row
  if (added + removed === 0) return ''
  if (graph <= most) {
    let total = scaled(added + removed, graph, most)
    if (total < 2 && added && removed) total = 2
    if (added < removed) {
      added = scaled(added, graph, most)
      removed = total - added
    } else {
      removed = scaled(removed, graph, most)
      added = total - removed
    }
  }
  const paint = (colour: string, text: string): string => (text === '' ? '' : `${colour}${text}${colour ? reset : ''}`)
  return ` ${paint(fresh, '+'.repeat(added))}${paint(old, '-'.repeat(removed))}`
}

function shortened(name: string, width: number): string {
  if (name.length <= width) return name
  const tail = name.slice(name.length - width + 3)
  const slash = tail.indexOf('/')
  return `...${slash < 0 ? tail : tail.slice(slash)}`
}

/** ` 2 files changed, 3 insertions(+), 1 deletion(-)`. */
export function summary(rows: readonly { readonly added: number; readonly removed: number }[]): string {
  if (rows.length === 0) return ''
  const [added, removed] = [
    rows.reduce((sum, row) => sum + row.added, 0),
    rows.reduce((sum, row) => sum + row.removed, 0),
  ]
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  const parts = [`${many(rows.length, 'file')} changed`]
  if (added > 0 || removed === 0) parts.push(`${many(added, 'insertion')}(+)`)
  if (removed > 0 || added === 0) parts.push(`${many(removed, 'deletion')}(-)`)
  return ` ${parts.join(', ')}\n`
}

export const numbersText = (rows: readonly StatRow[]): string =>
  rows
    .map(({ pair, added, removed, binary }) =>
      binary ? `-\t-\t${shownPath(pair)}\n` : `${added}\t${removed}\t${shownPath(pair)}\n`,
    )
    .join('')

/** --summary: what was made, deleted and renamed. */
export function summaryText(pairs: readonly Pair[]): string {
  return pairs
    .map((pair) => {
      const { status, before, after, path, similarity } = pair
      const mode = before && after && before.mode !== after.mode ? ` mode change ${before.mode} => ${after.mode}` : ''
      if (status === 'A') return ` create mode ${after?.mode} ${quotedPath(path)}\n`
      if (status === 'D') return ` delete mode ${before?.mode} ${quotedPath(path)}\n`
      if (status === 'R' || status === 'C')
        return ` ${status === 'R' ? 'rename' : 'copy'} ${shownPath(pair)} (${similarity}%)\n${mode && `${mode}\n`}`
      return mode && `${mode} ${quotedPath(path)}\n`
    })
    .join('')
}
