/**
 * Sets names in columns down the screen, as ls -C does: the most columns whose widths, two blanks apart, fit the line.
 * @param widths  display width of each name
 * @returns rows of indices with the width to pad each to
 */
export interface ColumnLayout {
  readonly rows: number
  readonly columnWidths: readonly number[]
}

const widthsFor = (widths: readonly number[], rows: number, across: boolean, columns: number): number[] => {
  const result = new Array<number>(columns).fill(0)
  widths.forEach((width, i) => {
    const column = across ? i % columns : Math.floor(i / rows)
    const padded = width + (column === columns - 1 ? 0 : 2)
    if (padded > (result[column] ?? 0)) result[column] = padded
  })
  return result
}

export function layoutColumns(widths: readonly number[], lineWidth: number, across = false): ColumnLayout {
  for (let columns = Math.min(widths.length, Math.max(1, Math.floor(lineWidth / 3))); columns > 1; columns--) {
    const rows = Math.ceil(widths.length / columns)
    const used = across ? columns : Math.ceil(widths.length / rows)
    if (used < columns) continue
    const columnWidths = widthsFor(widths, rows, across, columns)
    if (columnWidths.reduce((sum, width) => sum + width, 0) < lineWidth) return { rows, columnWidths }
  }
  return { rows: widths.length, columnWidths: [Math.max(0, ...widths)] }
}
