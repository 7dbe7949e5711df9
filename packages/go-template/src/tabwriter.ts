/**
 * Elastic tab stops, as Go's text/tabwriter with minwidth 10, tabwidth 1, padding 3: a cell is what a tab ends; the last
 * text of a line belongs to no column.
 */
export function tabulate(text: string, minWidth = 10, padding = 3): string {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const out: string[] = []
  layOut(lines, 0, lines.length, [], out, minWidth, padding)
  return out.join('\n')
}

const width = (cell: string): number => Array.from(cell).length

/** Lays out lines from..to whose columns before `widths.length` are known. */
function layOut(
  lines: readonly (readonly string[])[],
  from: number,
  to: number,
  widths: readonly number[],
  out: string[],
  minWidth: number,
  padding: number,
): void {
  const column = widths.length
  for (let at = from; at < to; ) {
    if ((lines[at]?.length ?? 0) - 1 <= column) {
      out.push(
        (lines[at] ?? [])
          .map((cell, i) => (i < column ? cell.padEnd(cell.length + (widths[i] ?? 0) - width(cell)) : cell))
          .join(''),
      )
      at++
      continue
    }
    let end = at
    let widest = 0
    while (end < to && (lines[end]?.length ?? 0) - 1 > column) {
      widest = Math.max(widest, width(lines[end]?.[column] ?? ''))
      end++
    }
    const cell = Math.max(minWidth, widest + padding)
    layOut(lines, at, end, [...widths, cell], out, minWidth, padding)
    at = end
  }
}
