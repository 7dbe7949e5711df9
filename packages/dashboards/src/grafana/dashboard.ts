import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import { parse } from 'yaml'
import type { DataSource } from './data-source.ts'

export interface Panel {
  readonly title: string
  /** timeseries, graph, stat, gauge, bargauge, table or text; others are drawn as lines. */
  readonly type: string
  readonly targets?: readonly { readonly expr?: string; readonly legendFormat?: string }[]
  /** In a grid of 24 columns; a row is 30 px. */
  readonly gridPos?: { readonly x?: number; readonly y?: number; readonly w?: number; readonly h?: number }
  readonly fieldConfig?: { readonly defaults?: { readonly unit?: string } }
  readonly options?: { readonly content?: string }
  /** The name of its source, or an object with its kind. */
  readonly datasource?: unknown
}
export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
}

const PROVISIONING = '/etc/grafana/provisioning'
const RECORD = '/var/lib/grafana/drydock.json'

const panel = (
  title: string,
  type: string,
  expr: string,
  x: number,
  y: number,
  w: number,
  h: number,
  legend = '',
): Panel => ({
  title,
  type,
  targets: [{ expr, legendFormat: legend }],
  gridPos: { x, y, w, h },
})

/** What one can look at before any dashboard was made. */
export const OVERVIEW: Dashboard = {
  uid: 'overview',
  title: 'Prometheus overview',
  panels: [
    panel('Targets up', 'stat', 'sum(up)', 0, 0, 6, 5),
    panel('Targets', 'stat', 'count(up)', 6, 0, 6, 5),
    panel('Series in the head', 'stat', 'prometheus_tsdb_head_series', 12, 0, 12, 5, '{{instance}}'),
    panel('Up', 'timeseries', 'up', 0, 5, 12, 9, '{{job}} {{instance}}'),
    panel('Scrape duration', 'timeseries', 'scrape_duration_seconds', 12, 5, 12, 9, '{{job}} {{instance}}'),
    panel(
      'HTTP requests a second',
      'timeseries',
      'rate(prometheus_http_requests_total[1m])',
      0,
      14,
      24,
      8,
      '{{instance}}',
    ),
  ],
}

interface Kept {
  readonly sources: DataSource[]
  readonly dashboards: Dashboard[]
}

async function textOf(sys: Sys, path: string): Promise<string | undefined> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

function namesIn(sys: Sys, folder: string, pattern: RegExp): string[] {
  try {
    return sys
      .readdir(folder)
      .map(({ name }) => name)
      .filter((name) => pattern.test(name))
      .map((name) => `${folder}/${name}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    return []
  }
}

const readAllOf = async (sys: Sys, folder: string, pattern: RegExp): Promise<string[]> =>
  (await Promise.all(namesIn(sys, folder, pattern).map((path) => textOf(sys, path)))).filter(
    (text) => text !== undefined,
  )

const sourceOf = (raw: Partial<DataSource>): DataSource => ({
  name: raw.name ?? 'Prometheus',
  type: raw.type ?? 'prometheus',
  url: raw.url ?? '',
  isDefault: raw.isDefault === true,
})
export const dashboardOf = (raw: Partial<Dashboard>, uid: string): Dashboard => ({
  uid: raw.uid || uid,
  title: raw.title ?? 'Dashboard',
  panels: (raw.panels ?? []).filter(({ type }) => type !== 'row'),
})

/** Data sources and dashboards: those of files in /etc/grafana/provisioning, and those made here, which are kept in the volume. */
export class Library {
  private readonly sys: Sys
  private provisioned: Kept = { sources: [], dashboards: [] }
  private made: Kept = { sources: [], dashboards: [] }

  constructor(sys: Sys) {
    this.sys = sys
  }

  async load(): Promise<void> {
    const kept = await textOf(this.sys, RECORD)
    if (kept !== undefined) this.made = JSON.parse(kept) as Kept
    const sources = (await readAllOf(this.sys, `${PROVISIONING}/datasources`, /\.ya?ml$/)).flatMap(
      (text) => (parse(text) as { datasources?: Partial<DataSource>[] } | null)?.datasources ?? [],
    )
    const folders = (await readAllOf(this.sys, `${PROVISIONING}/dashboards`, /\.ya?ml$/)).flatMap(
      (text) => (parse(text) as { providers?: { options?: { path?: string } }[] } | null)?.providers ?? [],
    )
    const files = await Promise.all(folders.map(({ options }) => readAllOf(this.sys, options?.path ?? '', /\.json$/)))
    this.provisioned = {
      sources: sources.map(sourceOf),
      dashboards: files.flat().map((text, i) => dashboardOf(JSON.parse(text) as Partial<Dashboard>, `file-${i}`)),
    }
  }

  get sources(): readonly DataSource[] {
    return [...this.provisioned.sources, ...this.made.sources]
  }

  get usual(): DataSource | undefined {
    return this.sources.find(({ isDefault }) => isDefault) ?? this.sources[0]
  }

  get dashboards(): readonly Dashboard[] {
    return [...this.provisioned.dashboards, ...this.made.dashboards, ...(this.usual ? [OVERVIEW] : [])]
  }

  /** The source that a panel names, else the usual one. */
  sourceFor({ datasource }: Panel): DataSource | undefined {
    return this.sources.find(({ name }) => name === datasource) ?? this.usual
  }

  async addSource(raw: Partial<DataSource>): Promise<DataSource> {
    const source = sourceOf(raw)
    this.made.sources.push({ ...source, isDefault: source.isDefault || this.sources.length === 0 })
    await this.keep()
    return source
  }

  /** Puts it in the place of the one with its uid, if there is one. */
  async keepDashboard(dashboard: Dashboard): Promise<void> {
    const at = this.made.dashboards.findIndex(({ uid }) => uid === dashboard.uid)
    this.made.dashboards.splice(at < 0 ? this.made.dashboards.length : at, at < 0 ? 0 : 1, dashboard)
    await this.keep()
  }

  private keep(): Promise<void> {
    return writeFile(this.sys, RECORD, JSON.stringify(this.made), 0o640)
  }
}
