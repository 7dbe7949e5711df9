import type { Column } from '../client/session.ts'
import { isNumeric, type PrintOptions, type Table } from './table.ts'

/** One way to print a table. @param rows with NULLs shown as they are to be */
export type Format = (table: Table, rows: readonly (readonly string[])[], options: PrintOptions) => string

const countOf = (rows: number): string => `(${rows} row${rows === 1 ? '' : 's'})`
const footersOf = ({ footers, rows }: Table, { tuplesOnly, footer }: PrintOptions): readonly string[] =>
  tuplesOnly || !footer ? [] : (footers ?? [countOf(rows.length)])
const isRight = ({ type }: Column): boolean => isNumeric(type)
const titleOf = ({ title }: Table, { tuplesOnly }: PrintOptions): string | undefined => (tuplesOnly ? undefined : title)

const HTML: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\n', '<br />\n'],
])
/** Blanks at the beginning would be lost. */
const html = (text: string): string =>
  text.replace(/[&<>"\n]/g, (char) => HTML.get(char) ?? char).replace(/^ +/, (blanks) => '&nbsp;'.repeat(blanks.length))

const htmlFormat: Format = (table, rows, options) => {
  const { columns } = table
  const { border, tuplesOnly, expanded, tableAttributes } = options
  const title = titleOf(table, options)
  let text = `<table border="${border}"${tableAttributes === '' ? '' : ` ${tableAttributes}`}>\n`
  if (title !== undefined) text += `  <caption>${html(title)}</caption>\n`
  const cell = (value: string, column: Column): string => {
    const shown = /^[ \t]*$/.test(value) ? '&nbsp; ' : html(value)
    return `<td align="${isRight(column) ? 'right' : 'left'}">${shown}</td>\n`
  }
  if (expanded === true)
    rows.forEach((row, i) => {
      text += tuplesOnly
        ? '\n  <tr><td colspan="2">&nbsp;</td></tr>\n'
        : `\n  <tr><td colspan="2" align="center">Record ${i + 1}</td></tr>\n`
      columns.forEach((column, at) => {
        text += `  <tr valign="top">\n    <th>${html(column.name)}</th>\n    ${cell(row[at] ?? '', column)}  </tr>\n`
      })
    })
  else {
    if (!tuplesOnly) {
      const heads = columns.map(({ name }) => `    <th align="center">${html(name)}</th>\n`)
      text += `  <tr>\n${heads.join('')}  </tr>\n`
    }
    for (const row of rows)
      text += `  <tr valign="top">\n${columns.map((column, i) => `    ${cell(row[i] ?? '', column)}`).join('')}  </tr>\n`
  }
  text += '</table>\n'
  const footers = expanded === true ? [] : footersOf(table, options)
  return footers.length === 0
    ? `${text}\n`
    : `${text}<p>${footers.map((each) => `${html(each)}<br />\n`).join('')}</p>\n`
}

const asciidoc = (text: string): string => text.replaceAll('|', '\\|')
const ASCIIDOC_BORDERS = [',frame="none",grid="none"', ',frame="none"', ',frame="all",grid="all"']
const asciidocFormat: Format = (table, rows, options) => {
  const { columns } = table
  const { tuplesOnly, border, expanded } = options
  const title = titleOf(table, options)
  const frame = ASCIIDOC_BORDERS[border] ?? ''
  let text = `\n${title === undefined ? '' : `.${title}\n`}`
  const cell = (value: string, last: boolean): string => (value === '' && !last ? ' ' : asciidoc(value))
  if (expanded === true) {
    text += `[cols="h,l"${frame}]\n|====\n`
    rows.forEach((row, i) => {
      text += tuplesOnly ? '2+|\n' : `2+^|Record ${i + 1}\n`
      columns.forEach((column, at) => {
        text += `<l|${asciidoc(column.name)} ${isRight(column) ? '>l' : '<l'}|${cell(row[at] ?? '', false)}\n`
      })
    })
  } else {
    const aligned = columns.map((column) => (isRight(column) ? '>l' : '<l')).join(',')
    text += `[${tuplesOnly ? '' : 'options="header",'}cols="${aligned}"${frame}]\n|====\n`
    if (!tuplesOnly) text += `${columns.map(({ name }) => `^l|${asciidoc(name)}`).join(' ')}\n`
    for (const row of rows) text += `${row.map((value, i) => `|${cell(value, i === row.length - 1)}`).join(' ')}\n`
  }
  text += '|====\n'
  const footers = expanded === true ? [] : footersOf(table, options)
  return footers.length === 0 ? text : `${text}\n....\n${footers.map((each) => `${each}\n`).join('')}....\n`
}

const LATEX: ReadonlyMap<string, string> = new Map([
  ...['#', '$', '%', '&', '_', '{', '}'].map((char) => [char, `\\${char}`] as const),
  ['<', '\\textless{}'],
  ['>', '\\textgreater{}'],
  ['\\', '\\textbackslash{}'],
  ['^', '\\^{}'],
  ['|', '\\textbar{}'],
  ['~', '\\~{}'],
  ['\n', '\\\\'],
])
const latex = (text: string): string => Array.from(text, (char) => LATEX.get(char) ?? char).join('')
const latexFormat: Format = (table, rows, options) => {
  const { columns } = table
  const { border, tuplesOnly } = options
  const title = titleOf(table, options)
  const edge = border === 2 ? '| ' : ''
  const letters = columns.map((column) => (isRight(column) ? 'r' : 'l')).join(border === 0 ? '' : ' | ')
  let text = title === undefined ? '' : `\\begin{center}\n${latex(title)}\n\\end{center}\n\n`
  text += `\\begin{tabular}{${edge}${letters}${border === 2 ? ' |' : ''}}\n`
  if (border === 2) text += '\\hline\n'
  if (!tuplesOnly) text += `${columns.map(({ name }) => `\\textit{${latex(name)}}`).join(' & ')} \\\\\n\\hline\n`
  for (const row of rows) text += `${row.map(latex).join(' & ')} \\\\\n${border === 3 ? '\\hline\n' : ''}`
  if (border === 2) text += '\\hline\n'
  text += '\\end{tabular}\n\n\\noindent '
  return `${text}${footersOf(table, options)
    .map((each) => `${latex(each)} \\\\\n`)
    .join('')}\n`
}

const troff = (text: string): string => text.replaceAll('\\', '\\(rs')
const troffFormat: Format = (table, rows, options) => {
  const { columns } = table
  const { border, tuplesOnly } = options
  const title = titleOf(table, options)
  let text = title === undefined ? '.LP\n' : `.LP\n.DS C\n${troff(title)}\n.DE\n`
  text += `.TS\n${border === 2 ? 'center box' : 'center'};\n`
  text += `${columns.map((column) => (isRight(column) ? 'r' : 'l')).join(border > 0 ? ' | ' : '')}.\n`
  if (!tuplesOnly) text += `${columns.map(({ name }) => `\\fI${troff(name)}\\fP`).join('\t')}\n_\n`
  for (const row of rows) text += `${row.map(troff).join('\t')}\n`
  text += '.TE\n.DS L\n'
  return `${text}${footersOf(table, options)
    .map((each) => `${troff(each)}\n`)
    .join('')}.DE\n`
}

/** The formats that are for other programs. psql(1), "format". */
export const FORMATS: Readonly<Record<string, Format>> = {
  html: htmlFormat,
  asciidoc: asciidocFormat,
  latex: latexFormat,
  'troff-ms': troffFormat,
}
