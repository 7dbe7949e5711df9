import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { fromBase64 } from '@drydock/codec'
import type { ServerResponse } from '@drydock/http'
import { Stdio } from '@drydock/libc'
import { document, live, type SideLink, sideDocument } from '../page-frame.ts'
import {
  escapeHtml,
  html,
  json,
  type Page,
  randomToken,
  redirect,
  serveApp,
  table,
  type WebRequest,
} from '../web-app.ts'
import { type Dashboard, dashboardOf, Library, OVERVIEW } from './dashboard.ts'
import { type DataSource, QueryError, testSource } from './data-source.ts'
import { drawPanel, PANEL_STYLE, type Range } from './panel.ts'

const COLOUR = '#c8501a'
const VERSION = '12.3.1'
const REFRESH_MS = 5000
const RANGES: Readonly<Record<string, number>> = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000 }
const USUAL_RANGE = '5m'

type Shown = ServerResponse | Promise<ServerResponse>

class Grafana {
  private readonly sys: Sys
  private readonly env: ReadonlyMap<string, string>
  private readonly library: Library
  private readonly sessions = new Set<string>()

  constructor({ sys, env }: Process, library: Library) {
    this.sys = sys
    this.env = env
    this.library = library
  }

  readonly pages: Readonly<Record<string, Page>> = {
    '/': (asked) => this.inside(asked, () => this.home()),
    '/login': (asked) => this.login(asked),
    '/logout': (asked) => {
      this.sessions.delete(asked.cookie('grafana_session') ?? '')
      return redirect('/login')
    },
    '/dashboards': (asked) => this.inside(asked, () => this.list()),
    '/d/*': (asked) => this.inside(asked, () => this.dashboard(asked)),
    '/dashboard/new': (asked) => this.inside(asked, () => this.addPanel(asked)),
    '/explore': (asked) => this.inside(asked, () => this.explore(asked)),
    '/connections/datasources': (asked) => this.inside(asked, () => this.sources(asked)),
    '/api/health': () => json({ database: 'ok', version: VERSION, commit: 'drydock' }),
    '/api/datasources': (asked) => this.forClients(asked, () => this.sourcesApi(asked)),
    '/api/dashboards/db': (asked) => this.forClients(asked, () => this.dashboardsApi(asked)),
    '/api/search': (asked) =>
      this.forClients(asked, () =>
        json(this.library.dashboards.map(({ uid, title }) => ({ uid, title, type: 'dash-db', url: `/d/${uid}` }))),
      ),
  }

  // Who may ------------------------------------------------------------------------------------------------------------

  private get user(): string {
    return this.env.get('GF_SECURITY_ADMIN_USER') ?? 'admin'
  }
  private get password(): string {
    return this.env.get('GF_SECURITY_ADMIN_PASSWORD') ?? 'admin'
  }
  private known({ cookie, request }: WebRequest): boolean {
    if (this.env.get('GF_AUTH_ANONYMOUS_ENABLED') === 'true' || this.sessions.has(cookie('grafana_session') ?? ''))
      return true
    const [, given = ''] = /^Basic (\S+)$/.exec(request.headers.get('authorization') ?? '') ?? []
    return given !== '' && new TextDecoder().decode(fromBase64(given)) === `${this.user}:${this.password}`
  }
  private inside(asked: WebRequest, page: () => Shown): Shown {
    return this.known(asked) ? page() : redirect('/login')
  }
  private forClients(asked: WebRequest, answer: () => Shown): Shown {
    return this.known(asked) ? answer() : json({ message: 'Unauthorized', statusCode: 401 }, 401)
  }

  private login({ request, form }: WebRequest): ServerResponse {
    const sent = request.method === 'POST'
    if (sent && form.get('user') === this.user && form.get('password') === this.password) {
      const session = randomToken(this.sys)
      this.sessions.add(session)
      return redirect('/', [['Set-Cookie', `grafana_session=${session}; Path=/; HttpOnly`]])
    }
    const problem = sent ? '<p class="bad">Invalid username or password</p>' : ''
    const main = `<h1>Welcome to Grafana</h1>${problem}<form class="card" method="post"><label>Email or username<input name="user" required></label><label>Password<input type="password" name="password" required></label><button class="main">Log in</button></form>`
    return html(document('Grafana', COLOUR, '', main), sent ? 401 : 200)
  }

  // Pages --------------------------------------------------------------------------------------------------------------

  private page(here: string, title: string, main: string): ServerResponse {
    const links: readonly SideLink[] = [
      { href: '/', text: 'Home' },
      { href: '/dashboards', text: 'Dashboards' },
      ...this.library.dashboards.map(({ uid, title: text }) => ({ href: `/d/${uid}`, text, sub: true })),
      { href: '/explore', text: 'Explore' },
      { href: '/connections/datasources', text: 'Data sources' },
    ]
    const frame = { nav: '<a href="/logout">Sign out</a>', links, here }
    return html(sideDocument('Grafana', COLOUR, frame, `${title === '' ? '' : `<h1>${escapeHtml(title)}</h1>`}${main}`))
  }

  private home(): ServerResponse {
    const steps = [
      ['/connections/datasources', 'Data sources', this.library.sources.length],
      ['/dashboards', 'Dashboards', this.library.dashboards.length],
    ].map(([href, what, count]) => `<a href="${href}"><b>${count}</b>${what}</a>`)
    const next = this.library.usual
      ? `<p>Look at <a href="/d/${OVERVIEW.uid}">${OVERVIEW.title}</a>, or <a href="/dashboard/new">make a dashboard</a>.</p>`
      : '<p>Begin with a <a href="/connections/datasources">data source</a>: the address of a Prometheus, <code>http://prometheus:9090</code> for instance.</p>'
    return this.page('/', 'Welcome to Grafana', `<div class="cards">${steps.join('')}</div>${next}`)
  }

  private list(): ServerResponse {
    const rows = this.library.dashboards.map(({ uid, title, panels }) => [
      `<a href="/d/${escapeHtml(uid)}">${escapeHtml(title)}</a>`,
      String(panels.length),
    ])
    const none = '<p class="muted">No dashboards yet.</p>'
    const shown = rows.length === 0 ? none : table(['Name', 'Panels'], rows)
    return this.page(
      '/dashboards',
      'Dashboards',
      `${shown}<p><a class="button" href="/dashboard/new">New dashboard</a></p>`,
    )
  }

  private rangeOf({ query }: WebRequest): { readonly name: string; readonly range: Range } {
    const asked = query.get('from')?.replace(/^now-/, '') ?? ''
    const name = RANGES[asked] === undefined ? USUAL_RANGE : asked
    const to = this.sys.clock.now()
    return { name, range: { from: to - (RANGES[name] ?? 0), to } }
  }

  private async dashboard(asked: WebRequest): Promise<ServerResponse> {
    const uid = asked.path.split('/')[2] ?? ''
    const found = this.library.dashboards.find((each) => each.uid === uid)
    if (!found) return this.page('', 'Dashboard not found', '')
    const { name, range } = this.rangeOf(asked)
    const { library, sys } = this
    const panels = await Promise.all(
      found.panels.map((panel) => drawPanel(sys, panel, library.sourceFor(panel), range)),
    )
    const own =
      uid === OVERVIEW.uid ? '' : `<a class="button" href="/dashboard/new?uid=${escapeHtml(uid)}">Add a panel</a>`
    const tools = `<p>${ranges(`/d/${uid}`, name)} ${own}</p>`
    return this.page(
      `/d/${uid}`,
      found.title,
      `${PANEL_STYLE}${tools}<div class="grid">${panels.join('')}</div>${live(REFRESH_MS)}`,
    )
  }

  private async explore(asked: WebRequest): Promise<ServerResponse> {
    const expr = asked.query.get('expr') ?? 'up'
    const { name, range } = this.rangeOf(asked)
    const form = `<form class="line"><label>Query<input name="expr" value="${escapeHtml(expr)}"></label><button class="main">Run query</button></form><p>${ranges(`/explore?expr=${encodeURIComponent(expr)}`, name)}</p>`
    const both = ['timeseries', 'table'].map((type) =>
      drawPanel(
        this.sys,
        { title: type === 'table' ? 'Table' : 'Graph', type, targets: [{ expr }], gridPos: { w: 24, h: 9 } },
        this.library.usual,
        range,
      ),
    )
    const drawn = (await Promise.all(both)).join('')
    return this.page('/explore', 'Explore', `${PANEL_STYLE}${form}<div class="grid">${drawn}</div>${live(REFRESH_MS)}`)
  }

  private async addPanel({ request, query, form }: WebRequest): Promise<ServerResponse> {
    const before = this.library.dashboards.find(({ uid }) => uid === query.get('uid'))
    const expr = form.get('expr') ?? ''
    if (request.method === 'POST' && expr !== '') {
      const at = before?.panels.length ?? 0
      const panel = {
        title: form.get('title') || expr,
        type: form.get('type') ?? 'timeseries',
        targets: [{ expr }],
        gridPos: { x: (at % 2) * 12, y: Math.floor(at / 2) * 8, w: 12, h: 8 },
      }
      const uid = before?.uid ?? randomToken(this.sys).slice(0, 12)
      const title = before?.title ?? (form.get('dashboard') || 'New dashboard')
      await this.library.keepDashboard({ uid, title, panels: [...(before?.panels ?? []), panel] })
      return redirect(`/d/${uid}`)
    }
    const name = before ? '' : '<label>Dashboard<input name="dashboard" value="New dashboard"></label>'
    const kinds = ['timeseries', 'stat', 'table'].map((kind) => `<option>${kind}</option>`)
    return this.page(
      '/dashboards',
      before ? `Add a panel to ${before.title}` : 'New dashboard',
      `<form class="card" method="post">${name}<label>Panel title<input name="title"></label><label>Query<input name="expr" placeholder="up" required></label><label>Visualization<select name="type">${kinds.join('')}</select></label><button class="main">Save</button></form>`,
    )
  }

  private async sources({ request, form }: WebRequest): Promise<ServerResponse> {
    const url = form.get('url') ?? ''
    const added =
      request.method === 'POST' && url !== ''
        ? await this.library.addSource({ name: form.get('name') || 'Prometheus', url })
        : undefined
    const rows = this.library.sources.map(({ name, type, url: address, isDefault }) => [
      escapeHtml(name) + (isDefault ? ' <span class="badge">default</span>' : ''),
      escapeHtml(type),
      `<code>${escapeHtml(address)}</code>`,
    ])
    const known = rows.length === 0 ? '<p class="muted">No data sources yet.</p>' : table(['Name', 'Type', 'URL'], rows)
    const tested = added ? await this.tested(added) : ''
    return this.page(
      '/connections/datasources',
      'Data sources',
      `${tested}${known}<h2>Add a Prometheus</h2><form class="card" method="post"><label>Name<input name="name" value="Prometheus"></label><label>Prometheus server URL<input name="url" placeholder="http://prometheus:9090" required></label><button class="main">Save &amp; test</button></form>`,
    )
  }

  private async tested(source: DataSource): Promise<string> {
    try {
      return `<p class="good">${escapeHtml(await testSource(this.sys, source))}</p>`
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      return `<p class="bad">${escapeHtml(error.message)}</p>`
    }
  }

  // For clients --------------------------------------------------------------------------------------------------------

  private async sourcesApi({ request }: WebRequest): Promise<ServerResponse> {
    if (request.method !== 'POST') return json(this.library.sources)
    const raw = await bodyOf<Partial<DataSource>>(request)
    if (!raw?.name || !raw.type) return json({ message: 'bad request data' }, 400)
    const source = await this.library.addSource(raw)
    return json({ datasource: source, message: 'Datasource added', name: source.name })
  }

  private async dashboardsApi({ request }: WebRequest): Promise<ServerResponse> {
    const raw = await bodyOf<{ dashboard?: Partial<Dashboard> }>(request)
    if (!raw?.dashboard?.title) return json({ message: 'Dashboard title cannot be empty' }, 400)
    const dashboard = dashboardOf(raw.dashboard, randomToken(this.sys).slice(0, 12))
    await this.library.keepDashboard(dashboard)
    return json({ uid: dashboard.uid, url: `/d/${dashboard.uid}`, status: 'success', version: 1 })
  }
}

const ranges = (address: string, here: string): string =>
  Object.keys(RANGES)
    .map(
      (each) =>
        `<a class="button" href="${escapeHtml(address)}${address.includes('?') ? '&' : '?'}from=now-${each}"${each === here ? ' aria-current="true"' : ''}>${each}</a>`,
    )
    .join(' ')

/** @returns undefined for what is no JSON */
async function bodyOf<T>({ body }: WebRequest['request']): Promise<T | undefined> {
  try {
    return JSON.parse(new TextDecoder().decode(await body.readAll())) as T
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const log = async (words: string): Promise<void> => {
    await io.print(`logger=http.server t=${new Date(process.sys.clock.now()).toISOString()} level=info ${words}\n`)
    await io.out.flush()
  }
  const library = new Library(process.sys)
  try {
    await library.load()
  } catch (error) {
    if (isErrno(error) || !(error instanceof Error)) throw error
    await io.warn(`Error: ✗ provisioning: ${error.message.split('\n')[0]}\n`)
    return 1
  }
  const port = Number(process.env.get('GF_SERVER_HTTP_PORT') ?? 3000)
  await log(`msg="HTTP Server Listen" address=[::]:${port} protocol=http subUrl= socket=`)
  return serveApp(process, port, new Grafana(process, library).pages)
}

/** Dashboards over a Prometheus. */
export const grafana: Program = {
  name: 'dashboards/grafana',
  paths: ['/usr/share/grafana/bin/grafana'],
  covers: 'partial',
  lacks: [
    'everything but a small one of our own: data sources and dashboards of /etc/grafana/provisioning, of its API and of its forms, drawn as lines, numbers and tables',
    'data sources other than Prometheus, variables, alerts, users, plugins',
  ],
  summary: 'stand-in: dashboards over the prometheus of this playground, or any that answers its API',
  rssBytes: 60 << 20,
  main,
}
