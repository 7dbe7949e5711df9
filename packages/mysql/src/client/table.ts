import type { Result } from './session.ts'

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u
const width = (text: string): number => [...text].reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0)
const pad = (text: string, to: number, right: boolean): string => {
  const blanks = ' '.repeat(Math.max(0, to - width(text)))
  return right ? blanks + text : text + blanks
}
const shown = (value: string | null): string => value ?? 'NULL'

/** Boxes, as a terminal gets them. */
export function boxed({ columns, rows, numeric }: Result, names = true): string {
  const widths = columns.map((name, i) =>
    Math.max(
      width(name),
      ...rows.map((row) =>
        Math.max(
          ...shown(row[i] ?? null)
            .split('\n')
            .map(width),
        ),
      ),
    ),
  )
  const rule = `+${widths.map((each) => '-'.repeat(each + 2)).join('+')}+\n`
  const line = (cells: readonly string[], right: (i: number) => boolean): string =>
    `| ${cells.map((cell, i) => pad(cell, widths[i] ?? 0, right(i))).join(' | ')} |\n`
  const head = names ? line(columns, () => false) + rule : ''
  return (
    rule +
    head +
    rows.map((row) => line(row.map(shown), (i) => (numeric[i] ?? false) && row[i] !== null)).join('') +
    rule
  )
}

/** \G: a line for each column. */
export function vertical({ columns, rows }: Result): string {
  const most = Math.max(...columns.map(width))
  return rows
    .map(
      (row, i) =>
        `*************************** ${i + 1}. row ***************************\n${columns.map((name, at) => `${pad(name, most, true)}: ${shown(row[at] ?? null)}\n`).join('')}`,
    )
    .join('')
}

const escaped = (value: string | null): string =>
  shown(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t')

/** Tabs, as a file or a pipe gets them. */
export const tabbed = ({ columns, rows }: Result, names: boolean): string =>
  [...(names ? [columns] : []), ...rows].map((row) => `${row.map((value) => escaped(value)).join('\t')}\n`).join('')
