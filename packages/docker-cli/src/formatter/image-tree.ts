import type { ImageSummary } from '@drydock/docker-api'
import { humanSize, shortId } from '@drydock/cli-plugin'

interface Column {
  readonly title: string
  readonly width: number
  readonly right: boolean
}

const GAP = '   '
/** Behind the names. */
const COLUMNS: readonly Column[] = [
  { title: 'ID', width: 12, right: false },
  { title: 'DISK USAGE', width: 10, right: true },
  { title: 'CONTENT SIZE', width: 12, right: true },
  { title: 'EXTRA', width: 5, right: false },
]

/** Colours are taken from the terminal's own palette; without one only the titles stand out, as in the real client. */
const style = (text: string, ...codes: readonly string[]): string =>
  `${codes.map((code) => `\x1b[${code}m`).join('')}${text}\x1b[0m`

const PLAIN_LEGEND = 'Info ->  U In Use '
const LEGEND = 'i Info →   U  In Use '
const COLOURED_LEGEND =
  '\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m \x1b[38;5;0m\x1b[48;5;14m U \x1b[0m In Use '

/**
 * `docker images --tree` of an engine that keeps one platform of an image: a block of names for each, with its numbers
 * behind the last. Columns that do not fit are left out from the right.
 */
export function imageTree(images: readonly ImageSummary[], width: number, coloured: boolean): string {
  const named = images.filter(({ RepoTags }) => (RepoTags ?? []).length > 0)
  const nameWidth = Math.max(
    'IMAGE'.length,
    ...named.flatMap(({ RepoTags }) => RepoTags ?? []).map((tag) => tag.length),
  )
  const columns = fitting(nameWidth, width)
  const legend = coloured ? COLOURED_LEGEND : PLAIN_LEGEND
  const indent = ' '.repeat(Math.max(0, width - (coloured ? LEGEND : PLAIN_LEGEND).length))
  const lines = [`${indent}${legend}`, '', titles(columns, nameWidth)]
  for (const image of named) lines.push(...rowsOf(image, columns, nameWidth, coloured))
  return `${lines.join('\n')}\n`
}

function fitting(nameWidth: number, width: number): readonly Column[] {
  let sum = nameWidth
  return COLUMNS.filter((column) => (sum += GAP.length + column.width) <= width)
}

/** A title is never padded at the end of the line. */
function titles(columns: readonly Column[], nameWidth: number): string {
  const all = [{ title: 'IMAGE', width: nameWidth }, ...columns]
  return all
    .map(
      ({ title, width }, at) => style(title, '39', '1') + (at < all.length - 1 ? ' '.repeat(width - title.length) : ''),
    )
    .join(GAP)
}

function rowsOf(image: ImageSummary, columns: readonly Column[], nameWidth: number, coloured: boolean): string[] {
  const names = image.RepoTags ?? []
  const paint = (text: string, ...codes: readonly string[]): string => (coloured ? style(text, ...codes) : text)
  const values = [shortId(image.Id), humanSize(image.Size, 3), '0B', '']
  const cells = columns.map(({ width, right }, at) => {
    const value = values[at] ?? ''
    const blanks = ' '.repeat(Math.max(0, width - value.length))
    const painted = value === '' ? '' : paint(value, '39')
    return right ? blanks + painted : painted + blanks
  })
  const last = names.at(-1) ?? ''
  const head = paint(last, '34', '1') + ' '.repeat(nameWidth - last.length)
  return [...names.slice(0, -1).map((name) => paint(name, '34', '1')), [head, ...cells].join(GAP)]
}
