// Figures of a benchmark and how they are shown.
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
export const least = (values) => Math.min(...values)

/** Rows of strings with columns of even width; the first row is the head. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const [index, row] of rows.entries()) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('   ')
        .trimEnd(),
    )
    if (index === 0) console.log(widths.map((width) => '-'.repeat(width)).join('   '))
  }
}
