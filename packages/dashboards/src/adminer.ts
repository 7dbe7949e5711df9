import type { Process, Program } from '@drydock/abi'
import type { ServerResponse } from '@drydock/http'
import { Stdio } from '@drydock/libc'
import { DatabaseError, type Engine, type Login, query, type Rows } from './database-client.ts'
import { escapeHtml, html, type Page, redirect, serveApp, table, type WebRequest } from './web-app.ts'
import { document } from './page-frame.ts'

const COLOUR = '#35507a'
const SHOWN_ROWS = 50
const NAMES: Readonly<Record<Engine, string>> = { mysql: 'MySQL / MariaDB', pgsql: 'PostgreSQL' }

/** How each server lists what it has. */
const TABLES: Readonly<Record<Engine, string>> = {
  mysql: 'SHOW TABLES',
  pgsql: "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
}
const DATABASES: Readonly<Record<Engine, string>> = {
  mysql: 'SHOW DATABASES',
  pgsql: 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1',
}
const quoted = (engine: Engine, name: string): string =>
  engine === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`

const cell = (value: string | null): string =>
  value === null ? '<i>NULL</i>' : escapeHtml(value.length > 200 ? `${value.slice(0, 200)}…` : value)
const drawn = ({ heads, rows }: Rows): string =>
  heads.length === 0
    ? '<p class="good">Query executed OK.</p>'
    : `${table(
        heads,
        rows.slice(0, SHOWN_ROWS).map((row) => row.map(cell)),
      )}<p>${rows.length} row${rows.length === 1 ? '' : 's'}</p>`

class Adminer {
  private readonly process: Process
  private readonly logins = new Map<string, Login>()

  constructor(process: Process) {
    this.process = process
  }

  readonly pages: Readonly<Record<string, Page>> = {
    '/': (asked) => this.answer(asked),
    '/login': (asked) => this.login(asked),
    '/logout': (asked) => {
      this.logins.delete(asked.cookie('adminer_sid') ?? '')
      return redirect('/')
    },
  }

  private form(asked: WebRequest, problem = ''): string {
    const { env } = this.process
    const value = (name: string, usual = ''): string =>
      escapeHtml(asked.form.get(name) ?? asked.query.get(name) ?? usual)
    const engine = asked.form.get('driver') ?? (asked.query.has('pgsql') ? 'pgsql' : 'mysql')
    const options = Object.entries(NAMES).map(
      ([key, name]) => `<option value="${key}"${key === engine ? ' selected' : ''}>${name}</option>`,
    )
    return document(
      'Adminer',
      COLOUR,
      '',
      `<h1>Login</h1>${problem === '' ? '' : `<p class="bad">${escapeHtml(problem)}</p>`}<form class="card" method="post" action="/login"><label>System<select name="driver">${options.join('')}</select></label><label>Server<input name="server" value="${value('server', env.get('ADMINER_DEFAULT_SERVER') ?? 'db')}"></label><label>Username<input name="username" value="${value('username')}"></label><label>Password<input type="password" name="password"></label><label>Database<input name="db" value="${value('db')}"></label><button class="main">Login</button></form>`,
    )
  }

  private async login(asked: WebRequest): Promise<ServerResponse> {
    const { form } = asked
    const engine: Engine = form.get('driver') === 'pgsql' ? 'pgsql' : 'mysql'
    const login: Login = {
      engine,
      server: form.get('server') ?? '',
      user: form.get('username') ?? '',
      password: form.get('password') ?? '',
      database: form.get('db') ?? '',
    }
    try {
      await query(this.process, login, 'SELECT 1')
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return html(this.form(asked, error.message), 403)
    }
    const id = Array.from(this.process.sys.entropy.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
    this.logins.set(id, login)
    return redirect(`/?db=${encodeURIComponent(login.database)}`, [
      ['Set-Cookie', `adminer_sid=${id}; Path=/; HttpOnly`],
    ])
  }

  private async answer(asked: WebRequest): Promise<ServerResponse> {
    const login = this.logins.get(asked.cookie('adminer_sid') ?? '')
    if (!login) return html(this.form(asked), 200)
    const here = { ...login, database: asked.query.get('db') ?? login.database }
    try {
      return html(document('Adminer', COLOUR, this.nav(here), await this.view(here, asked)))
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return html(
        document(
          'Adminer',
          COLOUR,
          this.nav(here),
          `<p class="bad">${escapeHtml(error.message)}</p>${sqlForm(here, asked.form.get('query') ?? '')}`,
        ),
      )
    }
  }

  private nav({ engine, server, database }: Login): string {
    const at = encodeURIComponent(database)
    return `<span>${NAMES[engine]} » ${escapeHtml(server)}${database === '' ? '' : ` » ${escapeHtml(database)}`}</span><a href="/?db=">Databases</a>${database === '' ? '' : `<a href="/?db=${at}">Tables</a>`}<a href="/?db=${at}&sql=">SQL command</a><a href="/logout">Logout</a>`
  }

  private async view(login: Login, { query: asked, form }: WebRequest): Promise<string> {
    const { engine, database } = login
    const sql = form.get('query')
    if (sql !== null)
      return `<h1>SQL command</h1><pre>${escapeHtml(sql)}</pre>${drawn(await query(this.process, login, sql))}${sqlForm(login, sql)}`
    if (asked.has('sql')) return `<h1>SQL command</h1>${sqlForm(login, '')}`
    const select = asked.get('select')
    if (select !== null)
      return `<h1>Select: ${escapeHtml(select)}</h1>${drawn(await query(this.process, login, `SELECT * FROM ${quoted(engine, select)} LIMIT ${SHOWN_ROWS}`))}`
    const inside = database !== ''
    const { rows } = await query(this.process, login, inside ? TABLES[engine] : DATABASES[engine])
    const link = (name: string): string =>
      inside
        ? `<a href="/?db=${encodeURIComponent(database)}&select=${encodeURIComponent(name)}">${escapeHtml(name)}</a>`
        : `<a href="/?db=${encodeURIComponent(name)}">${escapeHtml(name)}</a>`
    const list = table(
      [inside ? 'Table' : 'Database'],
      rows.map(([name]) => [link(name ?? '')]),
    )
    return `<h1>${inside ? `Database: ${escapeHtml(database)}` : 'Select database'}</h1>${rows.length === 0 ? '<p>No tables.</p>' : list}${inside ? `<h2>SQL command</h2>${sqlForm(login, '')}` : ''}`
  }
}

const sqlForm = ({ database }: Login, text: string): string =>
  `<form method="post" action="/?db=${encodeURIComponent(database)}"><textarea name="query" aria-label="SQL command">${escapeHtml(text)}</textarea><p><button class="main">Execute</button></p></form>`

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const at = new Date(process.sys.clock.now())
    .toUTCString()
    .replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+).*/, '$1 $3 $2 $5 $4')
  await io.warn(`[${at}] PHP 8.4.26 Development Server (http://[::]:8080) started\n`)
  const stamp = (): string => `[${new Date(process.sys.clock.now()).toUTCString()}]`
  return serveApp(process, 8080, new Adminer(process).pages, ({ request }, status, remote) =>
    io.warn(`${stamp()} [::ffff:${remote}] [${status}]: ${request.method} ${request.target}\n`),
  )
}

/** A page over the clients of MySQL and PostgreSQL. */
export const adminer: Program = {
  name: 'dashboards/adminer',
  paths: ['/usr/local/bin/php-adminer'],
  covers: 'partial',
  lacks: [
    'everything but a small page of our own: it logs in to MySQL, MariaDB and PostgreSQL, lists databases and tables, shows rows and runs SQL',
    'SQLite and other systems, exports, editing by forms',
  ],
  summary: 'stand-in: looks into databases in a browser',
  rssBytes: 20 << 20,
  main,
}
