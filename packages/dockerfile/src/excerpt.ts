/** Lines of a file around `start` to `end`, with an arrow at them. BuildKit solver/errdefs, Source.Print */
export function excerpt(filename: string, data: string, start: number, end: number): string {
  const lines = data.split('\n')
  if (start > lines.length || start < 1) return ''
  const last = Math.min(end, lines.length)
  let [from, to] = [start, last]
  const wanted = last === start ? 4 : 2
  for (let shown = 0; shown < wanted; shown++) {
    if (from > 1) {
      from--
      shown++
    }
    if (to !== lines.length) {
      to++
      shown++
    }
  }
  const body = lines.slice(from - 1, to).map((line, i) => {
    const number = from + i
    const arrow = number >= start && number <= last ? '>>>' : '   '
    return ` ${String(number).padStart(3)} | ${arrow} ${line}\n`
  })
  return `${filename}:${start}\n--------------------\n${body.join('')}--------------------\n`
}
