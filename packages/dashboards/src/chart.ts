import { escapeHtml } from './web-app.ts'

export interface Line {
  readonly name: string
  /** Milliseconds since the epoch, and the value then; in order. */
  readonly points: readonly (readonly [at: number, value: number])[]
}

const COLOURS = ['#5794f2', '#73bf69', '#f2a03d', '#e0575b', '#b877d9', '#2fb5c4', '#d4a72c', '#ee7fb1']
/** In the drawing's own units, about a pixel each. */
const [LEFT, TOP, BOTTOM] = [52, 8, 20]

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] ?? '#888'

/** A number as short as it can be told: 1.5k, 20M, 0.003. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  const [power, unit] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ].find(([limit]) => size >= Number(limit)) ?? [1, '']
  const short = value / Number(power)
  return `${Number(short.toPrecision(3))}${unit}`
}

/** Some four round numbers that span the values. */
function ticks(low: number, high: number): number[] {
  const span = high - low || Math.abs(high) || 1
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => span / each <= 5) ?? power * 10
  const first = Math.floor(low / step) * step
  const last = Math.ceil((high === low ? high + step : high) / step) * step
  return Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) =>
    Number((first + i * step).toPrecision(12)),
  )
}

const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19)

/**
 * Lines over time, as SVG, with their names below.
 * @param from and `to`: milliseconds since the epoch
 * @param size about as many pixels as the drawing will have
 */
export function lineChart(
  lines: readonly Line[],
  { from, to }: { readonly from: number; readonly to: number },
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite)
  if (values.length === 0) return '<p class="muted">No data</p>'
  const marks = ticks(Math.min(...values, 0), Math.max(...values))
  const [low = 0, high = 1] = [marks[0], marks.at(-1)]
  const x = (at: number): string => (LEFT + ((at - from) / (to - from)) * (width - LEFT - 8)).toFixed(1)
  const y = (value: number): string =>
    (TOP + (1 - (value - low) / (high - low || 1)) * (height - TOP - BOTTOM)).toFixed(1)
  const grid = marks.map(
    (mark) =>
      `<line x1="${LEFT}" x2="${width - 8}" y1="${y(mark)}" y2="${y(mark)}"/><text x="${LEFT - 6}" y="${Number(y(mark)) + 4}" text-anchor="end">${shortNumber(mark)}</text>`,
  )
  const times = [0, 1, 2, 3, 4].map((step) => from + (step * (to - from)) / 4)
  const dates = times.map(
    (at, i) =>
      `<text x="${x(at)}" y="${height - 5}" text-anchor="${i === 0 ? 'start' : i === 4 ? 'end' : 'middle'}">${clockTime(at)}</text>`,
  )
  const drawn = lines.map(({ points }, i) => {
    const shown = points.filter(([, value]) => Number.isFinite(value))
    const only =
      shown.length === 1
        ? `<circle cx="${x(shown[0]?.[0] ?? 0)}" cy="${y(shown[0]?.[1] ?? 0)}" r="2.5" fill="${colourOf(i)}"/>`
        : ''
    return `${only}<polyline fill="none" stroke="${colourOf(i)}" stroke-width="1.6" stroke-linejoin="round" points="${shown.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}"/>`
  })
  const legend = lines.map(({ name }, i) => `<li><i style="background:${colourOf(i)}"></i>${escapeHtml(name)}</li>`)
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img">${grid.join('')}${dates.join('')}${drawn.join('')}</svg><ul class="legend">${legend.join('')}</ul>`
}
