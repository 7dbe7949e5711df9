/** A column of libsmartcols' tables. */
export interface ScreenColumn {
  readonly name: string
  readonly right?: boolean
}

/** Columns as wide as their longest cell, and no blanks behind the last. libsmartcols, util-linux 2.38 */
export function screenTable(
  columns: readonly ScreenColumn[],
  rows: readonly (readonly string[])[],
  head = true,
): string {
  const lines = head ? [columns.map(({ name }) => name), ...rows] : rows
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0), 0))
  const cell = (text: string, at: number): string =>
    columns[at]?.right
      ? text.padStart(widths[at] ?? 0)
      : at === columns.length - 1
        ? text
        : text.padEnd(widths[at] ?? 0)
  return lines.map((line) => `${line.map(cell).join(' ')}\n`).join('')
}
