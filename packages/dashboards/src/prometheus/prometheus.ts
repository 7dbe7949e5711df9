import { inet, isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { HttpError, request as ask, type ServerResponse } from '@drydock/http'
import { dial, readTextFile, ResolveError, resolveHost, Stdio } from '@drydock/libc'
import { parse } from 'yaml'
import { escapeHtml, html, json, type Page, redirect, serveApp, table, type WebRequest } from '../web-app.ts'
import { durationMs, ExpressionError, parseExpression, type Value } from './expression.ts'
import { type Labels, parseMetrics, SeriesStore } from './series.ts'
import { lineChart } from '../chart.ts'
import { document, live, tabs } from '../page-frame.ts'

const COLOUR = '#b34a24'
const NAV = '<a href="/query">Query</a><a href="/targets">Status » Target health</a>'
const REFRESH_MS = 5000
/** What the graph can go back to, and how many points it is made of. */
const RANGES = ['1m', '5m', '15m', '1h']
const USUAL_RANGE = '5m'
const POINTS = 120
const GRAPH = { width: 1100, height: 320 }
const CONFIG_FILE = '/etc/prometheus/prometheus.yml'

interface ScrapeConfig {
  readonly job_name: string
  readonly metrics_path?: string
  readonly scrape_interval?: string
  readonly static_configs?: readonly {
    readonly targets?: readonly string[]
    readonly labels?: Readonly<Record<string, string>>
  }[]
}
interface Configuration {
  readonly global?: { readonly scrape_interval?: string }
  readonly scrape_configs?: readonly ScrapeConfig[]
}

interface Target {
  readonly job: string
  readonly address: string
  readonly path: string
  readonly everyMs: number
  readonly labels: Readonly<Record<string, string>>
  up: boolean | undefined
  problem: string
  scrapedMs: number
}

const targetsOf = ({ global, scrape_configs = [] }: Configuration): Target[] =>
  scrape_configs.flatMap(({ job_name, metrics_path = '/metrics', scrape_interval, static_configs = [] }) =>
    static_configs.flatMap(({ targets = [], labels = {} }) =>
      targets.map((address) => ({
        ...{ job: job_name, address, path: metrics_path, labels, up: undefined, problem: '', scrapedMs: 0 },
        everyMs: durationMs(scrape_interval ?? global?.scrape_interval ?? '1m'),
      })),
    ),
  )

class Prometheus {
  private readonly sys: Sys
  private readonly store = new SeriesStore()
  private readonly targets: readonly Target[]
  private readonly startedMs: number
  private requests = 0

  constructor(sys: Sys, targets: readonly Target[]) {
    this.sys = sys
    this.targets = targets
    this.startedMs = sys.clock.now()
  }

  readonly pages: Readonly<Record<string, Page>> = {
    '/': () => redirect('/query'),
    '/graph': () => redirect('/query'),
    '/query': (asked) => this.queryPage(asked),
    '/targets': () => this.targetsPage(),
    '/metrics': () => ({
      status: 200,
      headers: [['Content-Type', 'text/plain; version=0.0.4; charset=utf-8']],
      body: this.ownMetrics(),
    }),
    '/-/healthy': () => ({ status: 200, body: 'Prometheus Server is Healthy.\n' }),
    '/-/ready': () => ({ status: 200, body: 'Prometheus Server is Ready.\n' }),
    '/api/v1/query': (asked) => this.api(asked, (text, ms) => this.instant(text, ms)),
    '/api/v1/query_range': (asked) => this.api(asked, (text) => this.overTime(text, asked)),
    '/api/v1/targets': () =>
      json({
        status: 'success',
        data: { activeTargets: this.targets.map((target) => this.shownTarget(target)), droppedTargets: [] },
      }),
    '/api/v1/labels': () =>
      json({
        status: 'success',
        data: [...new Set([...this.store.values()].flatMap(({ labels }) => [...labels.keys()]))].toSorted(),
      }),
    '/api/v1/label/*': ({ path }) =>
      json({
        status: 'success',
        data: [
          ...new Set([...this.store.values()].flatMap(({ labels }) => labels.get(path.split('/')[4] ?? '') ?? [])),
        ].toSorted(),
      }),
    '/api/v1/series': () =>
      json({ status: 'success', data: [...this.store.values()].map(({ labels }) => Object.fromEntries(labels)) }),
    '/api/v1/status/buildinfo': () => json({ status: 'success', data: { version: '3.8.1', revision: 'drydock' } }),
  }

  scrapeAll(): void {
    for (const target of this.targets) void this.scrapeForEver(target)
  }

  private async scrapeForEver(target: Target): Promise<void> {
    for (;;) {
      await this.scrape(target)
      await this.sys.sleep(target.everyMs)
    }
  }

  private async scrape(target: Target): Promise<void> {
    const start = this.sys.clock.monotonic()
    const at = this.sys.clock.now()
    const own: [string, string][] = [
      ['instance', target.address],
      ['job', target.job],
      ...Object.entries(target.labels),
    ]
    try {
      for (const [labels, value] of parseMetrics(await this.fetch(target)))
        this.store.add(new Map([...labels, ...own]), at, value)
      Object.assign(target, { up: true, problem: '' })
    } catch (error) {
      if (!(error instanceof Error) && !isErrno(error)) throw error
      Object.assign(target, { up: false, problem: error.message })
    }
    target.scrapedMs = at
    this.store.add(new Map([['__name__', 'up'], ...own]), at, target.up ? 1 : 0)
    this.store.add(
      new Map([['__name__', 'scrape_duration_seconds'], ...own]),
      at,
      (this.sys.clock.monotonic() - start) / 1000,
    )
  }

  private async fetch({ address, path }: Target): Promise<string> {
    const [host = '', port = '80'] = address.split(':')
    const stream = await dial(this.sys, inet((await this.resolve(host)) ?? '', Number(port)))
    try {
      const response = await ask(stream, {
        target: path,
        headers: [
          ['Host', address],
          ['Accept', 'text/plain;version=0.0.4'],
          ['Connection', 'close'],
        ],
      })
      const text = new TextDecoder().decode(await response.body.readAll())
      if (response.status !== 200) throw new HttpError(502, `server returned HTTP status ${response.status}`)
      return text
    } finally {
      stream.close()
    }
  }

  private async resolve(host: string): Promise<string | undefined> {
    try {
      return (await resolveHost(this.sys, host))[0]
    } catch (error) {
      if (error instanceof ResolveError) throw new Error(`lookup ${host}: no such host`)
      throw error
    }
  }

  private ownMetrics(): string {
    const up = this.targets.filter((target) => target.up).length
    return [
      ['prometheus_http_requests_total', 'counter', this.requests],
      ['prometheus_target_scrape_pool_targets', 'gauge', this.targets.length],
      ['prometheus_targets_up', 'gauge', up],
      ['prometheus_tsdb_head_series', 'gauge', [...this.store.values()].length],
      ['process_start_time_seconds', 'gauge', this.startedMs / 1000],
    ]
      .map(([name, kind, value]) => `# TYPE ${name} ${kind}\n${name} ${value}\n`)
      .join('')
  }

  private async api(
    { query, form }: WebRequest,
    answer: (text: string, atMs: number) => unknown,
  ): Promise<ServerResponse> {
    this.requests++
    const text = form.get('query') ?? query.get('query') ?? ''
    const time = form.get('time') ?? query.get('time')
    try {
      return json({
        status: 'success',
        data: answer(text, time === null ? this.sys.clock.now() : secondsOf(time) * 1000),
      })
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return json({ status: 'error', errorType: 'bad_data', error: `invalid parameter "query": ${error.message}` }, 400)
    }
  }

  private evaluate(text: string, at: number): Value {
    return parseExpression(text)({ at, series: () => this.store.values() })
  }

  private instant(text: string, at: number): unknown {
    const value = this.evaluate(text, at)
    if (typeof value === 'number') return { resultType: 'scalar', result: [at / 1000, String(value)] }
    return {
      resultType: 'vector',
      result: value.map((point) => ({
        metric: Object.fromEntries(point.labels),
        value: [at / 1000, shownNumber(point.value)],
      })),
    }
  }

  private overTime(text: string, { query, form }: WebRequest): unknown {
    const asked = (name: string): string => form.get(name) ?? query.get(name) ?? ''
    const [start, end] = [secondsOf(asked('start')), secondsOf(asked('end'))]
    const step = Math.max(
      /[a-z]/.test(asked('step')) ? durationMs(asked('step')) / 1000 : Number(asked('step')) || 15,
      (end - start) / 11_000,
    )
    const rows = this.matrix(text, start * 1000, end * 1000, step * 1000)
    return {
      resultType: 'matrix',
      result: rows.map(({ labels, points }) => ({
        metric: Object.fromEntries(labels),
        values: points.map(([at, value]) => [at / 1000, shownNumber(value)]),
      })),
    }
  }

  /** All series of an expression at every step, in milliseconds. */
  private matrix(text: string, start: number, end: number, step: number): Row[] {
    const rows = new Map<string, Row>()
    for (let at = start; at <= end; at += step) {
      const value = this.evaluate(text, at)
      for (const { labels, value: number } of typeof value === 'number'
        ? [{ labels: new Map<string, string>(), value }]
        : value) {
        const key = JSON.stringify([...labels])
        const row = rows.get(key) ?? { labels, points: [] }
        rows.set(key, row)
        row.points.push([at, number])
      }
    }
    return [...rows.values()]
  }

  private shownTarget({ job, address, path, labels, up, problem, scrapedMs, everyMs }: Target): object {
    return {
      labels: { instance: address, job, ...labels },
      scrapePool: job,
      scrapeUrl: `http://${address}${path}`,
      health: up === undefined ? 'unknown' : up ? 'up' : 'down',
      lastError: problem,
      lastScrape: new Date(scrapedMs).toISOString(),
      scrapeInterval: `${everyMs / 1000}s`,
    }
  }

  private targetsPage(): ServerResponse {
    const ago = (ms: number): string => (ms === 0 ? 'never' : `${((this.sys.clock.now() - ms) / 1000).toFixed(1)}s ago`)
    const rows = this.targets.map(({ job, address, path, up, problem, scrapedMs }) => [
      escapeHtml(job),
      `<a href="http://${escapeHtml(address)}${escapeHtml(path)}">http://${escapeHtml(address)}${escapeHtml(path)}</a>`,
      `<span class="badge${up === undefined ? '' : up ? ' good' : ' bad'}">${up === undefined ? 'UNKNOWN' : up ? 'UP' : 'DOWN'}</span>`,
      ago(scrapedMs),
      escapeHtml(problem),
    ])
    return html(
      document(
        'Prometheus',
        COLOUR,
        NAV,
        `<h1>Target health</h1>${table(['Job', 'Endpoint', 'State', 'Last scrape', 'Error'], rows)}${live(REFRESH_MS)}`,
      ),
    )
  }

  private queryPage({ query }: WebRequest): ServerResponse {
    const text = query.get('expr') ?? query.get('g0.expr') ?? 'up'
    const view = query.get('tab') === 'graph' ? 'Graph' : 'Table'
    const range = query.get('range') ?? USUAL_RANGE
    const at = `/query?expr=${encodeURIComponent(text)}`
    const names = new Set([...this.store.values()].map(({ labels }) => labels.get('__name__') ?? ''))
    const known = [...names].toSorted().map((name) => `<option value="${escapeHtml(name)}">`)
    const form = `<form class="line"><label>Expression<input name="expr" list="metrics" autocomplete="off" value="${escapeHtml(text)}"></label><input type="hidden" name="tab" value="${view.toLowerCase()}"><button class="main">Execute</button><datalist id="metrics">${known.join('')}</datalist></form>`
    const views = tabs(
      [
        [at, 'Table'],
        [`${at}&tab=graph`, 'Graph'],
      ],
      view,
    )
    const shown = this.orComplaint(() => (view === 'Graph' ? this.graph(text, range, at) : this.tableOf(text)))
    return html(document('Prometheus', COLOUR, NAV, `<h1>Query</h1>${form}<br>${views}${shown}${live(REFRESH_MS)}`))
  }

  private graph(text: string, range: string, at: string): string {
    const span = durationMs(range)
    const end = this.sys.clock.now()
    const rows = this.matrix(text, end - span, end, span / POINTS)
    const ranges = RANGES.map(
      (each) =>
        `<a class="button" href="${escapeHtml(at)}&tab=graph&range=${each}"${each === range ? ' aria-current="true"' : ''}>${each}</a>`,
    )
    const lines = rows.map(({ labels, points }) => ({ name: seriesText(labels), points }))
    return `<p>${ranges.join(' ')}</p><div class="card">${lineChart(lines, { from: end - span, to: end }, GRAPH)}</div>`
  }

  private tableOf(text: string): string {
    const value = this.evaluate(text, this.sys.clock.now())
    if (typeof value === 'number') return table(['Value'], [[String(value)]])
    if (value.length === 0) return '<p class="muted">Empty query result</p>'
    const rows = value.map(({ labels, value: number }) => [
      `<code>${escapeHtml(seriesText(labels))}</code>`,
      shownNumber(number),
    ])
    return table(['Series', 'Value'], rows)
  }

  private orComplaint(draw: () => string): string {
    try {
      return draw()
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return `<p class="bad">${escapeHtml(error.message)}</p>`
    }
  }
}

interface Row {
  readonly labels: Labels
  readonly points: [at: number, value: number][]
}

const secondsOf = (text: string): number => (/^[\d.]+$/.test(text) ? Number(text) : Date.parse(text) / 1000)
const shownNumber = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)

function seriesText(labels: Labels): string {
  const pairs = [...labels].filter(([name]) => name !== '__name__').map(([name, value]) => `${name}="${value}"`)
  return `${labels.get('__name__') ?? ''}{${pairs.join(', ')}}`
}

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys)
  const file = argv.find((word) => word.startsWith('--config.file='))?.slice(14) ?? CONFIG_FILE
  const log = (level: string, words: string): Promise<void> =>
    io.warn(`time=${new Date(sys.clock.now()).toISOString()} level=${level} source=main.go ${words}\n`)
  try {
    const prometheus = new Prometheus(sys, targetsOf((parse(await readTextFile(sys, file)) ?? {}) as Configuration))
    await log(
      'INFO',
      'msg="Starting Prometheus Server" mode=server version="(version=3.8.1, branch=HEAD, revision=drydock)"',
    )
    await log('INFO', `msg="Completed loading of configuration file" filename=${file}`)
    await log('INFO', 'msg="Server is ready to receive web requests."')
    prometheus.scrapeAll()
    return await serveApp(process, 9090, prometheus.pages)
  } catch (error) {
    if (!isErrno(error) && !(error instanceof Error)) throw error
    await log(
      'ERROR',
      `msg="Error loading config (--config.file=${file})" file=${file} err="${isErrno(error) ? `open ${file}: ${error.message.toLowerCase()}` : error.message.split('\n')[0]}"`,
    )
    return 2
  }
}

/** Scrapes and answers queries. */
export const prometheus: Program = {
  name: 'dashboards/prometheus',
  paths: ['/bin/prometheus'],
  covers: 'partial',
  lacks: [
    'everything but a small one of our own: static targets are scraped over HTTP and an hour of samples is kept in memory',
    'PromQL beyond selectors, rate and its kin, aggregations and arithmetic',
    'alerts, rules, service discovery, storage on disk',
  ],
  summary: 'stand-in: scrapes metrics and answers simple queries',
  rssBytes: 40 << 20,
  main,
}
