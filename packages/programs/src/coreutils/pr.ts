import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, readAll, UsageError, value } from '@drydock/libc'
import { strftime, timeZone } from '../format/strftime.ts'
import { withArgv } from '../package-version.ts'
import { decodeText } from '../text/encoding.ts'
import { withInput } from '../text/input.ts'

const options = {
  columns: value('', 'columns'),
  across: flag('a', 'across'),
  showControl: flag('c', 'show-control-chars'),
  double: flag('d', 'double-space'),
  dateFormat: value('D', 'date-format'),
  expand: optional('e', 'expand-tabs'),
  formFeed: flag('fF', 'form-feed'),
  header: value('h', 'header'),
  tabs: optional('i', 'output-tabs'),
  joinLines: flag('J', 'join-lines'),
  length: value('l', 'length'),
  merge: flag('m', 'merge'),
  number: optional('n', 'number-lines'),
  firstNumber: value('N', 'first-line-number'),
  indent: value('o', 'indent'),
  noWarnings: flag('r', 'no-file-warnings'),
  separator: optional('s', 'separator'),
  separatorText: optional('S', 'sep-string'),
  omitHeader: flag('t', 'omit-header'),
  omitPagination: flag('T', 'omit-pagination'),
  nonprinting: flag('v', 'show-nonprinting'),
  width: value('w', 'width'),
  pageWidth: value('W', 'page-width'),
  pages: value('', 'pages'),
}
type Context = ProgramContext<typeof options>

const DEFAULT_LENGTH = 66
const DEFAULT_WIDTH = 72
/** Lines of a header and of a trailer. */
const MARGIN = 5
const TAB = 8

/** How pages are laid out, worked out from the options. */
interface Layout {
  readonly columns: number
  readonly across: boolean
  readonly merge: boolean
  /** Lines of text on a page; all when there are no pages. */
  readonly body: number
  readonly headers: boolean
  readonly width: number
  readonly indent: number
  /** Between columns; undefined when columns are padded with blanks. */
  readonly separator: string | undefined
  readonly truncates: boolean
  readonly number: { readonly separator: string; readonly digits: number; readonly first: number } | undefined
  readonly double: boolean
  readonly formFeed: boolean
  /** A range of pages, from 1. */
  readonly pages: readonly [from: number, to: number]
  /** Tabs in the input are made blanks. */
  readonly expand: { readonly char: string; readonly width: number } | undefined
}

const numberOf = (text: string | undefined, what: string): number | undefined => {
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw new UsageError(`${what}: '${text}'`)
  return Number(text)
}

/** `[CHAR][NUMBER]` of -e, -i and -n. */
function charAndNumber(text: string, char: string, number: number): { char: string; number: number } {
  const match = /^(\D)?(\d*)$/.exec(text)
  return { char: match?.[1] ?? char, number: match?.[2] ? Number(match[2]) : number }
}

function layoutOf({ options: o, operands }: Context): Layout {
  const length = numberOf(o.length, "'-l PAGE_LENGTH' invalid number of lines") ?? DEFAULT_LENGTH
  const merge = o.merge > 0
  const columns = merge ? operands.length : (numberOf(o.columns, 'invalid number of columns') ?? 1)
  const headers = o.omitHeader === 0 && o.omitPagination === 0 && length > 2 * MARGIN
  const numbered = o.number === undefined ? undefined : charAndNumber(o.number, '\t', 5)
  const expand = o.expand === undefined ? undefined : charAndNumber(o.expand, '\t', TAB)
  const range = /^(\d+)(?::(\d+))?$/.exec(o.pages ?? '1')
  const double = o.double > 0
  const body = headers ? length - 2 * MARGIN : o.omitHeader || o.omitPagination ? length : length
  return {
    columns: Math.max(1, columns),
    across: o.across > 0,
    merge,
    body: Math.max(1, double ? body >> 1 : body),
    headers,
    width: numberOf(o.pageWidth ?? o.width, "'-w PAGE_WIDTH' invalid number of characters") ?? DEFAULT_WIDTH,
    indent: numberOf(o.indent, "'-o MARGIN' invalid line offset") ?? 0,
    separator: o.separatorText ?? (o.separator === undefined ? undefined : o.separator || '\t'),
    truncates: o.joinLines === 0 && (o.separator === undefined || o.width !== undefined || o.pageWidth !== undefined),
    number: numbered && {
      separator: numbered.char,
      digits: numbered.number,
      first: numberOf(o.firstNumber, "'-N NUMBER' invalid starting line number") ?? 1,
    },
    double,
    formFeed: o.formFeed > 0,
    pages: [Number(range?.[1] ?? 1), range?.[2] ? Number(range[2]) : Number.POSITIVE_INFINITY],
    expand: expand && { char: expand.char, width: expand.number },
  }
}

/** Tabs and blanks from one column to another, as pr fills the room between columns. */
function fill(from: number, to: number): string {
  let text = ''
  let at = from
  while (to - at > 1 && at + TAB - (at % TAB) <= to) {
    text += '\t'
    at += TAB - (at % TAB)
  }
  return text + ' '.repeat(Math.max(0, to - at))
}

function expandTabs(line: string, { char, width }: { char: string; width: number }): string {
  let out = ''
  for (const each of line) out += each === char ? ' '.repeat(width - (out.length % width)) : each
  return out
}

/** A file in pages. */
class Pages {
  private readonly context: Context
  private readonly layout: Layout
  private line: number
  private page = 0

  constructor(context: Context, layout: Layout) {
    this.context = context
    this.layout = layout
    this.line = layout.number?.first ?? 1
  }

  /** @param sources  the lines of a file, or of all files beside each other */
  async print(sources: readonly (readonly string[])[], title: string, mtimeMs: number): Promise<void> {
    const { columns, body, merge } = this.layout
    const perPage = merge ? body : body * columns
    const longest = Math.max(...sources.map((lines) => lines.length))
    this.page = 0
    for (let from = 0; from < longest; from += perPage) {
      this.page++
      const parts = sources.map((lines) => lines.slice(from, from + perPage))
      const rows = merge ? this.beside(parts) : this.rows(parts[0] ?? [])
      if (this.page >= this.layout.pages[0] && this.page <= this.layout.pages[1])
        await this.printPage(rows, title, mtimeMs)
    }
  }

  private async printPage(rows: readonly string[], title: string, mtimeMs: number): Promise<void> {
    const { io } = this.context
    const { headers, body, double, formFeed, indent } = this.layout
    const margin = ' '.repeat(indent)
    if (headers) await io.print(`\n\n${margin}${this.header(title, mtimeMs)}\n\n\n`)
    for (const row of rows) await io.print(`${row === '' ? '' : margin}${row}\n${double ? '\n' : ''}`)
    if (!headers) return
    if (formFeed) await io.print('\f')
    else await io.print('\n'.repeat((body - rows.length) * (double ? 2 : 1) + MARGIN))
  }

  /** Date on the left, title in the middle, page on the right. */
  private header(title: string, mtimeMs: number): string {
    const { env, options: o } = this.context
    const date = strftime(
      o.dateFormat ?? (env.get('POSIXLY_CORRECT') ? '%b %e %H:%M %Y' : '%Y-%m-%d %H:%M'),
      mtimeMs,
      timeZone(env),
    )
    const number = `Page ${this.page}`
    const room = this.layout.width - date.length - title.length - number.length
    const left = Math.max(1, room >> 1)
    return `${date}${' '.repeat(left)}${title}${' '.repeat(Math.max(1, room - left))}${number}`
  }

  /** Lines in columns: down, or with -a across. On the last page all columns are as long. */
  private rows(lines: readonly string[]): string[] {
    const { columns, across, body } = this.layout
    if (columns === 1) return lines.map((line) => this.row([line]))
    if (across)
      return Array.from({ length: Math.ceil(lines.length / columns) }, (_, row) =>
        this.row(lines.slice(row * columns, (row + 1) * columns)),
      )
    const full = lines.length === body * columns
    const height = full ? body : Math.ceil(lines.length / columns)
    const starts = full
      ? Array.from({ length: columns + 1 }, (_, column) => column * height)
      : balanced(lines.length, columns)
    const first = this.line
    const rows = Array.from({ length: height }, (_, row) => {
      const cells: string[] = []
      const numbers: number[] = []
      for (let column = 0; column < columns; column++) {
        const at = (starts[column] ?? 0) + row
        if (at < (starts[column + 1] ?? 0)) {
          cells.push(lines[at] ?? '')
          numbers.push(first + at)
        }
      }
      return this.row(cells, numbers)
    })
    this.line = first + lines.length
    return rows
  }

  private beside(parts: readonly (readonly string[])[]): string[] {
    const height = Math.max(...parts.map((part) => part.length))
    return Array.from({ length: height }, (_, row) => {
      const last = parts.findLastIndex((part) => row < part.length)
      return this.row(parts.slice(0, last + 1).map((part) => part[row] ?? ''))
    })
  }

  /** One row of the page. */
  private row(cells: readonly string[], numbers?: readonly number[]): string {
    const { number, merge } = this.layout
    const shown = cells.map((cell, at) => {
      if (!number || (merge && at > 0)) return cell
      const value = numbers?.[at] ?? this.line++
      return `${String(value).slice(-number.digits).padStart(number.digits)}${number.separator}${cell}`
    })
    return this.joined(shown)
  }

  private joined(cells: readonly string[]): string {
    const { columns, separator, width, truncates, indent } = this.layout
    if (columns === 1)
      return truncates && this.context.options.pageWidth !== undefined
        ? (cells[0] ?? '').slice(0, width)
        : (cells[0] ?? '')
    if (!truncates) return cells.join(separator ?? '\t')
    const gap = separator?.length ?? 1
    const each = Math.max(1, Math.floor((width - gap * (columns - 1)) / columns))
    if (separator !== undefined)
      return cells
        .map((cell, at) => (at === cells.length - 1 ? cell.slice(0, each) : cell.slice(0, each).padEnd(each)))
        .join(separator)
    let text = ''
    let column = indent
    for (const [at, cell] of cells.entries()) {
      const start = indent + at * (each + gap)
      text += fill(column, start) + cell.slice(0, each)
      column = Math.max(start, column) + widthOf(cell.slice(0, each), start)
    }
    return text
  }
}

function widthOf(text: string, from: number): number {
  let column = from
  for (const char of text) column += char === '\t' ? TAB - (column % TAB) : 1
  return column - from
}

/** Where the columns of the last page begin: as even as can be, the longer ones first. */
function balanced(count: number, columns: number): number[] {
  const starts = [0]
  for (let column = 0; column < columns; column++)
    starts.push((starts[column] ?? 0) + Math.floor(count / columns) + (column < count % columns ? 1 : 0))
  return starts
}

const linesOf = (text: string, { expand }: Layout): string[] => {
  const lines = text.replaceAll('\f', '').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return expand ? lines.map((line) => expandTabs(line, expand)) : lines
}

const timeOf = (sys: Sys, path: string): number => {
  try {
    return path === '-' ? sys.clock.now() : sys.stat(path).mtimeMs
  } catch (error) {
    if (!isErrno(error)) throw error
    return sys.clock.now()
  }
}

/** pr: convert text files for printing. POSIX.1-2024 pr; GNU coreutils 9. */
export const pr = withArgv(
  defineProgram({
    name: 'coreutils/pr',
    paths: ['/usr/bin/pr'],
    covers: 'partial',
    lacks: ['-c and -v', '-i', 'form feeds in the input'],
    summary: 'convert text files for printing',
    usage: 'pr [OPTION]... [FILE]...',
    sizeBytes: 72_184,
    options,
    async main(context) {
      const { sys, operands, options: o } = context
      const layout = layoutOf(context)
      const pages = new Pages(context, layout)
      const files: { lines: string[]; title: string; mtimeMs: number }[] = []
      let good = true
      for (const path of operands.length ? operands : ['-'])
        good =
          (await withInput(context, path, async (fd) => {
            const lines = linesOf(decodeText(await readAll(sys, fd)), layout)
            files.push({ lines, title: o.header ?? (path === '-' ? '' : path), mtimeMs: timeOf(sys, path) })
          })) && good
      if (layout.merge)
        await pages.print(
          files.map(({ lines }) => lines),
          o.header ?? '',
          sys.clock.now(),
        )
      else for (const { lines, title, mtimeMs } of files) await pages.print([lines], title, mtimeMs)
      return good ? 0 : 1
    },
  }),
  (words) =>
    words.flatMap((word) =>
      /^-\d+$/.test(word)
        ? ['--columns', word.slice(1)]
        : /^\+\d+(:\d+)?$/.test(word)
          ? ['--pages', word.slice(1)]
          : [word],
    ),
)
