import type { Sys } from '@drydock/abi'
import { type Line, lineChart, shortNumber } from '../chart.ts'
import { escapeHtml, table } from '../web-app.ts'
import type { Panel } from './dashboard.ts'
import { type DataSource, QueryError, queryRange } from './data-source.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

const POINTS = 100
/** Of the grid, and of what stands above and below a drawing. */
const [COLUMN_PX, ROW_PX, HEAD_PX] = [42, 30, 80]
/** What stands behind a number; `percentunit` is 0 to 1. */
const UNITS: Readonly<Record<string, string>> = {
  s: ' s',
  bytes: 'B',
  decbytes: 'B',
  percent: '%',
  reqps: ' req/s',
  ops: ' ops/s',
}

/** A panel with what its source says. */
export async function drawPanel(sys: Sys, panel: Panel, source: DataSource | undefined, range: Range): Promise<string> {
  const { title, gridPos: { x = 0, w = 12, h = 8 } = {} } = panel
  const place = `grid-column:${x + 1}/span ${w};min-height:${h * ROW_PX}px`
  return `<section class="card panel" style="${place}"><h2>${escapeHtml(title)}</h2>${await contentOf(sys, panel, source, range)}</section>`
}

async function contentOf(sys: Sys, panel: Panel, source: DataSource | undefined, range: Range): Promise<string> {
  if (panel.type === 'text') return `<p>${escapeHtml(panel.options?.content ?? '')}</p>`
  if (!source) return '<p class="muted">No data source</p>'
  try {
    const stepMs = Math.max(1000, (range.to - range.from) / POINTS)
    const asked = (panel.targets ?? []).map(({ expr = '', legendFormat = '' }) =>
      queryRange(sys, source, { expr, legend: legendFormat, stepMs, ...range }),
    )
    const lines = (await Promise.all(asked)).flat()
    const { w = 12, h = 8 } = panel.gridPos ?? {}
    const size = { width: w * COLUMN_PX, height: Math.max(90, h * ROW_PX - HEAD_PX) }
    return (drawings[panel.type] ?? drawings['timeseries'])?.(lines, { panel, range, size }) ?? ''
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return `<p class="bad">${escapeHtml(error.message)}</p>`
  }
}

interface Place {
  readonly panel: Panel
  readonly range: Range
  readonly size: { readonly width: number; readonly height: number }
}

const last = ({ points }: Line): number => points.at(-1)?.[1] ?? Number.NaN
function shown(value: number, { fieldConfig }: Panel): string {
  const unit = fieldConfig?.defaults?.unit ?? ''
  return unit === 'percentunit' ? `${shortNumber(value * 100)}%` : shortNumber(value) + (UNITS[unit] ?? '')
}

const stat = (lines: readonly Line[], { panel }: Place): string =>
  lines.length === 0
    ? '<p class="muted">No data</p>'
    : `<div class="stats">${lines.map((line) => `<div><b>${shown(last(line), panel)}</b>${lines.length > 1 ? escapeHtml(line.name) : ''}</div>`).join('')}</div>`

const drawings: Readonly<Record<string, (lines: readonly Line[], place: Place) => string>> = {
  timeseries: (lines, { range, size }) => lineChart(lines, range, size),
  stat,
  gauge: stat,
  bargauge: stat,
  table: (lines, { panel }) =>
    table(
      ['Series', 'Value'],
      lines.map((line) => [`<code>${escapeHtml(line.name)}</code>`, shown(last(line), panel)]),
    ),
}

/** What the panels of a dashboard look like beside one another. */
export const PANEL_STYLE =
  '<style>.grid{display:grid;grid-template-columns:repeat(24,1fr);gap:.7rem}.panel{padding:.6rem .9rem;min-width:0}.panel h2{font-size:.9rem;margin:0 0 .4rem}.stats{display:flex;flex-wrap:wrap;gap:1rem;justify-content:center;text-align:center;padding:.4rem}.stats b{display:block;font-size:2.6rem;line-height:1.2;color:#5794f2}@media(max-width:60rem){.panel{grid-column:1/-1!important}}</style>'
