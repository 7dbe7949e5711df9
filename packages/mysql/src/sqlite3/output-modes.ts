import type { Cell } from './protocol.ts'

/** How results are shown: .mode, .headers, .separator, .nullvalue, .width. */
export interface Look {
  mode: string
  headers: boolean
  /** Whether .headers was said: modes with columns show them by themselves else. */
  headersSaid: boolean
  separator: string
  rowSeparator: string
  nullValue: string
  widths: readonly number[]
  /** For insert. */
  table: string
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

type Print = (table: Table, look: Look) => string

/** Characters of two places on a terminal are taken for one, as are those of none. */
const lengthOf = (text: string): number => [...text].length

const shown = (cell: Cell, { nullValue }: Look): string => (cell.type === 'null' ? nullValue : cell.text)

/** A value as SQL writes it. output_quoted_string */
export const literal = (cell: Cell): string => {
  if (cell.type === 'null') return 'NULL'
  if (cell.type === 'blob') return `X'${hex(cell.bytes ?? new Uint8Array(0))}'`
  if (cell.type === 'real') return longReal(cell.text)
  return cell.type === 'text' ? `'${cell.text.replaceAll("'", "''")}'` : cell.text
}

/** Twenty digits, of which zeros at the end are left out: `%!.20g`. */
function longReal(text: string): string {
  if (!Number.isFinite(Number(text))) return text.startsWith('-') ? '-9.0e+999' : '9.0e+999'
  const [mantissa = '', exponent] = Number(text).toPrecision(20).split('e')
  const short = (mantissa.includes('.') ? mantissa : `${mantissa}.0`).replace(/0+$/, '').replace(/\.$/, '.0')
  return exponent === undefined ? short : `${short}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`
}

/** A value for a statement that puts it back: line breaks are told by char(). */
export function restorable(cell: Cell): string {
  if (cell.type !== 'text' || !/[\n\r]/.test(cell.text)) return literal(cell)
  const marked = literal({ ...cell, text: cell.text.replaceAll('\r', '\\r').replaceAll('\n', '\\n') })
  const inner = cell.text.includes('\r') ? `replace(${marked},'\\r',char(13))` : marked
  return cell.text.includes('\n') ? `replace(${inner},'\\n',char(10))` : inner
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Quoted where there is anything but letters, digits and the like. output_csv */
function csvField(text: string, separator: string): string {
  const plain = text !== '' && !/[\x00-\x20"'\x7f-\uffff]/.test(text) && !text.includes(separator)
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}

const withHeader = (
  { columns, rows }: Table,
  look: Look,
  name: (text: string) => string,
  value: (cell: Cell) => string,
): string =>
  [...(look.headers ? [columns.map(name)] : []), ...rows.map((row) => row.map(value))]
    .map((fields) => fields.join(look.separator) + look.rowSeparator)
    .join('')

const list: Print = (table, look) =>
  withHeader(
    table,
    look,
    (name) => name,
    (cell) => shown(cell, look),
  )

const csv: Print = (table, look) =>
  withHeader(
    table,
    look,
    (name) => csvField(name, look.separator),
    (cell) => (cell.type === 'null' ? look.nullValue : csvField(cell.text, look.separator)),
  )

const quote: Print = (table, look) => withHeader(table, look, (name) => `'${name.replaceAll("'", "''")}'`, literal)

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' }
const cString = (text: string): string => `"${text.replace(/[\\"\n\t\r]/g, (each) => ESCAPES[each] ?? each)}"`
const tcl: Print = (table, look) => withHeader(table, look, cString, (cell) => cString(shown(cell, look)))

const line: Print = ({ columns, rows }, look) => {
  const width = Math.max(5, ...columns.map(lengthOf))
  return rows
    .map((row) => row.map((cell, at) => `${(columns[at] ?? '').padStart(width)} = ${shown(cell, look)}\n`).join(''))
    .join('\n')
}

const insert: Print = ({ columns, rows }, look) => {
  const names = look.headers ? `(${columns.map(quotedName).join(',')})` : ''
  return rows.map((row) => `INSERT INTO ${look.table}${names} VALUES(${row.map(restorable).join(',')});\n`).join('')
}

/** Names that are no plain words are quoted. */
export const quotedName = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`

const json: Print = ({ columns, rows }) => {
  if (rows.length === 0) return ''
  const value = (cell: Cell): string => {
    if (cell.type === 'null') return 'null'
    if (cell.type === 'real') return longReal(cell.text)
    return cell.type === 'integer' ? cell.text : JSON.stringify(cell.text)
  }
  const objects = rows.map(
    (row) => `{${row.map((cell, at) => `${JSON.stringify(columns[at])}:${value(cell)}`).join(',')}}`,
  )
  return `[${objects.join(',\n')}]\n`
}

const escapeHtml = (text: string): string =>
  text.replace(
    /[<>&"']/g,
    (each) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' })[each] ?? each,
  )
const html: Print = ({ columns, rows }, look) => {
  const cells = (tag: string, texts: readonly string[]): string =>
    `<TR>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>\n`).join('')}</TR>\n`
  const head = look.headers && rows.length > 0 ? cells('TH', columns) : ''
  return (
    head +
    rows
      .map((row) =>
        cells(
          'TD',
          row.map((cell) => shown(cell, look)),
        ),
      )
      .join('')
  )
}

/** What stands between and around columns. */
interface Frame {
  readonly top?: readonly [string, string, string, string]
  readonly middle: readonly [string, string, string, string] | undefined
  readonly bottom?: readonly [string, string, string, string]
  readonly left: string
  readonly between: string
  readonly right: string
  readonly centred: boolean
}

const FRAMES: Readonly<Record<string, Frame>> = {
  column: { middle: undefined, left: '', between: '  ', right: '', centred: false },
  table: {
    ...{ top: ['+', '-', '+', '+'], middle: ['+', '-', '+', '+'], bottom: ['+', '-', '+', '+'] },
    ...{ left: '| ', between: ' | ', right: ' |', centred: true },
  },
  markdown: { middle: ['|', '-', '|', '|'], left: '| ', between: ' | ', right: ' |', centred: true },
  box: {
    ...{ top: ['┌', '─', '┬', '┐'], middle: ['├', '─', '┼', '┤'], bottom: ['└', '─', '┴', '┘'] },
    ...{ left: '│ ', between: ' │ ', right: ' │', centred: true },
  },
}

/** A row of cells with line breaks in them, or longer than their columns may be, as the lines it takes. */
const linesOf = (texts: readonly string[], asked: readonly number[]): string[][] => {
  const split = texts.map((text, at) =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .flatMap((line) => pieces(line, Math.abs(asked[at] ?? 0))),
  )
  const height = Math.max(...split.map((each) => each.length))
  return Array.from({ length: height }, (_, at) => split.map((each) => each[at] ?? ''))
}

function pieces(line: string, width: number): string[] {
  const characters = [...line]
  if (width === 0 || characters.length <= width) return [line]
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, at) =>
    characters.slice(at * width, (at + 1) * width).join(''),
  )
}

function padded(text: string, width: number, rightwards: boolean): string {
  const gap = ' '.repeat(Math.max(0, width - lengthOf(text)))
  const cut = [...text].slice(0, width).join('')
  return rightwards ? gap + cut : cut + gap
}

function centred(text: string, width: number): string {
  const gap = Math.max(0, width - lengthOf(text))
  return ' '.repeat(Math.floor(gap / 2)) + text + ' '.repeat(Math.ceil(gap / 2))
}

const framed: Print = ({ columns, rows }, look) => {
  const frame = FRAMES[look.mode]
  if (rows.length === 0 || !frame) return ''
  const entries = rows.map((row) =>
    linesOf(
      row.map((cell) => shown(cell, look)),
      look.widths,
    ),
  )
  const cells = entries.flat()
  const tall = entries.some((lines) => lines.length > 1)
  const widths = columns.map((name, at) => {
    const asked = Math.abs(look.widths[at] ?? 0)
    return asked > 0 ? asked : Math.max(lengthOf(name), ...cells.map((row) => lengthOf(row[at] ?? '')))
  })
  const row = (texts: readonly string[], head: boolean): string => {
    const fields = texts.map((text, at) =>
      head && frame.centred
        ? centred(text, widths[at] ?? 0)
        : padded(text, widths[at] ?? 0, (look.widths[at] ?? 0) < 0),
    )
    return `${frame.left}${fields.join(frame.between)}${frame.right}\n`
  }
  const rule = (parts: Frame['top']): string =>
    parts ? `${parts[0]}${widths.map((width) => parts[1].repeat(width + 2)).join(parts[2])}${parts[3]}\n` : ''
  const headed = frame.centred || look.headers
  const under = look.mode === 'column' ? `${widths.map((width) => '-'.repeat(width)).join('  ')}\n` : rule(frame.middle)
  return [
    rule(frame.top),
    ...(headed ? [row(columns, true), under] : []),
    ...entries.map((lines, at) => {
      const apart = tall && at < entries.length - 1 ? (look.mode === 'column' ? '\n' : rule(frame.middle)) : ''
      return lines.map((each) => row(each, false)).join('') + apart
    }),
    rule(frame.bottom),
  ].join('')
}

/** By the names of .mode. */
export const MODES: Readonly<
  Record<string, { readonly print: Print; readonly separator?: string; readonly rows?: string }>
> = {
  list: { print: list, separator: '|', rows: '\n' },
  csv: { print: csv, separator: ',', rows: '\r\n' },
  tabs: { print: list, separator: '\t', rows: '\n' },
  ascii: { print: list, separator: '\x1f', rows: '\x1e' },
  quote: { print: quote, separator: ',', rows: '\n' },
  tcl: { print: tcl, separator: ' ', rows: '\n' },
  line: { print: line },
  insert: { print: insert },
  json: { print: json },
  html: { print: html },
  column: { print: framed },
  table: { print: framed },
  markdown: { print: framed },
  box: { print: framed },
}
