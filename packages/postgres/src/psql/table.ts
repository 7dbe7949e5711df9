import type { Column } from '../client/session.ts'

/** \pset: how results are printed. */
export interface PrintOptions {
  format: 'aligned' | 'unaligned' | 'wrapped' | 'csv' | 'html' | 'asciidoc' | 'latex' | 'troff-ms'
  lineStyle: 'ascii' | 'unicode'
  /** Above every table; '' for none. */
  title: string
  tableAttributes: string
  /** Digits in groups of three. */
  numericLocale: boolean
  csvSeparator: string
  expanded: boolean | 'auto'
  tuplesOnly: boolean
  footer: boolean
  border: number
  nullText: string
  fieldSeparator: string
  recordSeparator: string
  columns: number
}

export const printDefaults = (): PrintOptions => ({
  format: 'aligned',
  lineStyle: 'ascii',
  title: '',
  tableAttributes: '',
  numericLocale: false,
  csvSeparator: ',',
  expanded: false,
  tuplesOnly: false,
  footer: true,
  border: 1,
  nullText: '',
  fieldSeparator: '|',
  recordSeparator: '\n',
  columns: 80,
})

/** Types whose values stand at the right: numbers, and identifiers that are numbers. */
const RIGHT = new Set([20, 21, 23, 26, 28, 29, 700, 701, 790, 1700, 5069])
export const isNumeric = (type: number): boolean => RIGHT.has(type)
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u

function width(text: string): number {
  let sum = 0
  for (const char of text) sum += WIDE.test(char) ? 2 : 1
  return sum
}

const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)))
const padLeft = (text: string, to: number): string => ' '.repeat(Math.max(0, to - width(text))) + text
const centre = (text: string, to: number): string =>
  pad(' '.repeat(Math.floor(Math.max(0, to - width(text)) / 2)) + text, to)

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly title?: string
  /** Lines below; the count of rows when left out. */
  readonly footers?: readonly string[]
}

const countOf = (rows: number): string => `(${rows} row${rows === 1 ? '' : 's'})`

/** Values as they are shown. */
export const shownRows = ({ columns, rows }: Table, options: PrintOptions): readonly (readonly string[])[] =>
  rows.map((row) =>
    row.map((value, i) => {
      if (value === null) return options.nullText
      return options.numericLocale && isNumeric(columns[i]?.type ?? 0) ? grouped(value) : value
    }),
  )

const grouped = (number: string): string => {
  const [, sign = '', whole = '', rest = ''] = /^([-+]?)(\d+)(.*)$/.exec(number) ?? []
  return whole === '' ? number : `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`
}

/** What lines are drawn with. */
interface Lines {
  readonly across: string
  readonly down: string
  /** Top, middle and bottom: at the left, where lines meet, and at the right. */
  readonly joints: readonly [top: string, middle: string, bottom: string]
  /** Behind a line of a value that goes on. */
  readonly goesOn: string
}
const LINES: Readonly<Record<PrintOptions['lineStyle'], Lines>> = {
  ascii: { across: '-', down: '|', joints: ['+++', '+++', '+++'], goesOn: '+' },
  unicode: { across: '─', down: '│', joints: ['┌┬┐', '├┼┤', '└┴┘'], goesOn: '↵' },
}

/** A result as psql prints it, with the empty line behind it. */
export function printTable(table: Table, options: PrintOptions): string {
  const rows = shownRows(table, options)
  if (options.format === 'csv') return csv(table, rows, options)
  if (options.format === 'unaligned') return unaligned(table, rows, options)
  const wide = table.columns.reduce((sum, _, i) => sum + 3 + Math.max(...rows.map((row) => width(row[i] ?? '')), 1), 0)
  const expanded = options.expanded === 'auto' ? wide > options.columns : options.expanded
  return expanded ? records(table, rows, options) : aligned(table, rows, options)
}

const csvCell = (text: string, separator: string): string =>
  /["\n\r]/.test(text) || text.includes(separator) || text === '\\.' ? `"${text.replaceAll('"', '""')}"` : text

function csv({ columns }: Table, rows: readonly (readonly string[])[], options: PrintOptions): string {
  const { tuplesOnly, csvSeparator, expanded } = options
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => csvCell(cell, csvSeparator)).join(csvSeparator)}\n`
  if (expanded === true)
    return rows.map((row) => columns.map(({ name }, i) => line([name, row[i] ?? ''])).join('')).join('')
  return [...(tuplesOnly ? [] : [columns.map(({ name }) => name)]), ...rows].map(line).join('')
}

function unaligned(table: Table, rows: readonly (readonly string[])[], options: PrintOptions): string {
  const { fieldSeparator, recordSeparator, tuplesOnly, footer, expanded } = options
  if (expanded === true)
    return rows
      .map((row) => table.columns.map(({ name }, i) => `${name}${fieldSeparator}${row[i] ?? ''}\n`).join(''))
      .join('\n')
  const lines = [
    ...(table.title !== undefined && !tuplesOnly ? [table.title] : []),
    ...(tuplesOnly ? [] : [table.columns.map(({ name }) => name).join(fieldSeparator)]),
    ...rows.map((row) => row.join(fieldSeparator)),
    ...(tuplesOnly || !footer ? [] : (table.footers ?? [countOf(rows.length)])),
  ]
  return lines.length === 0 ? '' : `${lines.join(recordSeparator)}\n`
}

const linesOf = (text: string): string[] => text.split('\n')

function aligned(table: Table, rows: readonly (readonly string[])[], options: PrintOptions): string {
  const { columns } = table
  const { tuplesOnly, border } = options
  const lines = LINES[options.lineStyle]
  const widths = columns.map(({ name }, i) =>
    Math.max(width(name), ...rows.flatMap((row) => linesOf(row[i] ?? '').map(width))),
  )
  const [edge, end, between] =
    border === 2
      ? [`${lines.down} `, ` ${lines.down}`, ` ${lines.down} `]
      : border === 1
        ? [' ', '', ` ${lines.down} `]
        : ['', '', ' ']
  const rule = (at: 0 | 1 | 2): string => {
    const [left = '', middle = '', right = ''] = Array.from(lines.joints[at])
    const parts = widths.map((each) => lines.across.repeat(each + (border > 0 ? 2 : 0)))
    return border === 2 ? `${left}${parts.join(middle)}${right}\n` : `${parts.join(border === 1 ? middle : ' ')}\n`
  }
  let text = ''
  if (table.title !== undefined && !tuplesOnly)
    text += `${centre(
      table.title,
      widths.reduce((sum, each) => sum + each + 3, -1),
    ).trimEnd()}\n`
  if (!tuplesOnly) {
    if (border === 2) text += rule(0)
    // Behind the last column's centred name stand blanks, up to the rule's end.
    text += `${edge}${columns.map(({ name }, i) => centre(name, widths[i] ?? 0)).join(between)}${border === 2 ? end : ' '}\n${rule(1)}`
  }
  for (const row of rows) text += rowLines(row, columns, widths, [edge, end, between], lines.goesOn)
  if (border === 2) text += rule(2)
  const footers = tuplesOnly || !options.footer ? [] : (table.footers ?? [countOf(rows.length)])
  return `${text}${footers.map((line) => `${line}\n`).join('')}\n`
}

/** A row over as many lines as its longest cell has. */
function rowLines(
  row: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
  [edge, end, between]: readonly [string, string, string],
  goesOn: string,
): string {
  const cells = row.map(linesOf)
  const height = Math.max(1, ...cells.map(({ length }) => length))
  const last = row.length - 1
  return Array.from({ length: height }, (_, line) => {
    const shown = cells.map((cell, i) => {
      const text = cell[line] ?? ''
      const more = line < cell.length - 1
      const to = widths[i] ?? 0
      const isPast = line >= cell.length && i === last && end === ''
      const placed = isPast
        ? ''
        : RIGHT.has(columns[i]?.type ?? 0)
          ? padLeft(text, to)
          : i === last && end === '' && !more
            ? text
            : pad(text, to)
      return { placed, more }
    })
    const joined = shown
      .map(
        ({ placed, more }, i) =>
          placed + (i === last ? (more ? goesOn : '') : more ? `${goesOn}${between.slice(1)}` : between),
      )
      .join('')
    return `${edge}${joined}${end}\n`
  }).join('')
}

function records(table: Table, rows: readonly (readonly string[])[], { tuplesOnly, footer }: PrintOptions): string {
  const { columns, title } = table
  if (rows.length === 0) return tuplesOnly ? '\n' : `${footer ? '(0 rows)\n' : ''}\n`
  const names = Math.max(...columns.map(({ name }) => width(name)))
  const values = Math.max(...rows.flatMap((row) => row.flatMap((value) => linesOf(value).map(width))), 0)
  let text = title !== undefined && !tuplesOnly ? `${title}\n` : ''
  rows.forEach((row, index) => {
    if (!tuplesOnly) {
      const mark = `-[ RECORD ${index + 1} ]`
      const rule = `${'-'.repeat(names + 1)}+${'-'.repeat(values + 1)}`
      text += `${mark}${mark.length > names + 1 ? '' : rule.slice(mark.length, names + 1)}${mark.length > names + 1 ? rule.slice(mark.length) : rule.slice(names + 1)}\n`
    } else if (index > 0) text += '\n'
    columns.forEach(({ name }, i) => {
      linesOf(row[i] ?? '').forEach((line, at, all) => {
        text += `${pad(at === 0 ? name : '', names)} ${at === 0 ? '|' : '|'} ${line}${at < all.length - 1 ? '+' : ''}\n`
      })
    })
  })
  return `${text}${footerLines(table)}\n`
}

const footerLines = ({ footers }: Table): string => (footers ?? []).map((line) => `${line}\n`).join('')
