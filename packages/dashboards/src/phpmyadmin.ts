import type { Process, Program } from '@drydock/abi'
import type { ServerResponse } from '@drydock/http'
import { serveAsApache } from './apache.ts'
import { DatabaseError, type Login, query, type Rows } from './database-client.ts'
import { document, type SideLink, sideDocument, tabs } from './page-frame.ts'
import { escapeHtml, html, type Page, randomToken, redirect, table, type WebRequest } from './web-app.ts'

const COLOUR = '#4f5b93'
const SHOWN_ROWS = 25

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
const linkTo = (words: Readonly<Record<string, string>>): string => `/index.php?${new URLSearchParams(words)}`
const cell = (value: string | null): string =>
  value === null ? '<i class="muted">NULL</i>' : escapeHtml(value.length > 120 ? `${value.slice(0, 120)}…` : value)
const drawn = ({ heads, rows }: Rows): string =>
  heads.length === 0
    ? '<p class="good">MySQL returned an empty result set (i.e. zero rows).</p>'
    : `<p class="muted">${rows.length} row${rows.length === 1 ? '' : 's'}</p><div class="scroll">${table(
        heads,
        rows.map((row) => row.map(cell)),
      )}</div>`

/** Where one is: a server, a database in it, a table in that. */
interface Place {
  readonly db: string
  readonly table: string
  readonly view: string
}

class PhpMyAdmin {
  private readonly process: Process
  private readonly logins = new Map<string, Login>()

  constructor(process: Process) {
    this.process = process
  }

  readonly pages: Readonly<Record<string, Page>> = {
    '/': (asked) => this.answer(asked),
    '/index.php': (asked) => this.answer(asked),
    '/login': (asked) => this.login(asked),
    '/logout': (asked) => {
      this.logins.delete(asked.cookie('phpMyAdmin') ?? '')
      return redirect('/')
    },
  }

  private variable(name: string): string {
    return this.process.env.get(`PMA_${name}`) ?? ''
  }

  /** Of PMA_USER and PMA_PASSWORD, with which nobody is asked. */
  private get own(): Login | undefined {
    const user = this.variable('USER')
    return user === '' ? undefined : this.loginOf(this.host, user, this.variable('PASSWORD'))
  }

  private get host(): string {
    const port = this.variable('PORT')
    return (this.variable('HOST') || 'db') + (port === '' ? '' : `:${port}`)
  }

  private loginOf(server: string, user: string, password: string): Login {
    return { engine: 'mysql', server, user, password, database: '' }
  }

  private form({ form }: WebRequest, problem = ''): string {
    const server =
      this.variable('ARBITRARY') === '1'
        ? `<label>Server<input name="server" value="${escapeHtml(form.get('server') ?? this.host)}"></label>`
        : ''
    const bad = problem === '' ? '' : `<p class="bad">${escapeHtml(problem)}</p>`
    const main = `<h1>Welcome to phpMyAdmin</h1>${bad}<form class="card" method="post" action="/login">${server}<label>Username<input name="user" value="${escapeHtml(form.get('user') ?? '')}" required></label><label>Password<input type="password" name="password"></label><button class="main">Log in</button></form>`
    return document('phpMyAdmin', COLOUR, '', main)
  }

  private async login(asked: WebRequest): Promise<ServerResponse> {
    const { form } = asked
    const server = this.variable('ARBITRARY') === '1' ? (form.get('server') ?? this.host) : this.host
    const login = this.loginOf(server, form.get('user') ?? '', form.get('password') ?? '')
    try {
      await query(this.process, login, 'SELECT 1')
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return html(this.form(asked, error.message), 403)
    }
    const id = randomToken(this.process.sys)
    this.logins.set(id, login)
    return redirect('/', [['Set-Cookie', `phpMyAdmin=${id}; Path=/; HttpOnly`]])
  }

  private async answer(asked: WebRequest): Promise<ServerResponse> {
    const login = this.logins.get(asked.cookie('phpMyAdmin') ?? '') ?? this.own
    if (!login) return html(this.form(asked))
    const place = {
      db: asked.query.get('db') ?? '',
      table: asked.query.get('table') ?? '',
      view: asked.query.get('view') ?? '',
    }
    const ask = async (sql: string): Promise<Rows> => query(this.process, { ...login, database: place.db }, sql)
    try {
      const databases = (await query(this.process, login, 'SHOW DATABASES')).rows.map(([name]) => name ?? '')
      const tables = place.db === '' ? [] : (await ask('SHOW TABLES')).rows.map(([name]) => name ?? '')
      return html(this.page(login, place, databases, tables, await orProblem(() => view(ask, place, tables, asked))))
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return html(this.form(asked, error.message), 500)
    }
  }

  private page(
    login: Login,
    place: Place,
    databases: readonly string[],
    tables: readonly string[],
    main: string,
  ): string {
    const links = databases.flatMap((db): SideLink[] => [
      { href: linkTo({ db }), text: db },
      ...(db === place.db ? tables.map((name) => ({ href: linkTo({ db, table: name }), text: name, sub: true })) : []),
    ])
    const { db, table: name } = place
    const here = db === '' ? '' : name === '' ? linkTo({ db }) : linkTo({ db, table: name })
    const crumbs = [
      `Server: ${login.server}`,
      ...(db === '' ? [] : [`Database: ${db}`]),
      ...(name === '' ? [] : [`Table: ${name}`]),
    ]
    const nav = `<a href="/">Server</a><span>${escapeHtml(login.user)}</span>${this.own ? '' : '<a href="/logout">Log out</a>'}`
    return sideDocument(
      'phpMyAdmin',
      COLOUR,
      { nav, links, here },
      `<p class="muted">${crumbs.map(escapeHtml).join(' » ')}</p>${main}`,
    )
  }
}

async function orProblem(draw: () => Promise<string>): Promise<string> {
  try {
    return await draw()
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return `<p class="bad">${escapeHtml(error.message)}</p>`
  }
}

type Ask = (sql: string) => Promise<Rows>

/** What is shown of the place, below its tabs. */
async function view(ask: Ask, place: Place, tables: readonly string[], { form }: WebRequest): Promise<string> {
  const { db, table: name } = place
  const words: Record<string, string> = { ...(db === '' ? {} : { db }), ...(name === '' ? {} : { table: name }) }
  const views =
    name === '' ? (db === '' ? ['Databases', 'SQL'] : ['Structure', 'SQL']) : ['Browse', 'Structure', 'SQL', 'Insert']
  const here = views.find((each) => each === place.view) ?? views[0] ?? ''
  const links = views.map((each) => [linkTo({ ...words, view: each }), each] as const)
  const sql = form.get('sql_query')
  const statement = sql ?? ordered(name, form)
  const result =
    statement === undefined
      ? ''
      : `<pre>${escapeHtml(statement)}</pre>${await orProblem(async () => drawn(await ask(statement)))}`
  const drawing: Readonly<Record<string, () => Promise<string>>> = {
    Databases: async () =>
      listOf('Database', (await ask('SHOW DATABASES')).rows, (each) => linkTo({ db: each })) + CREATE,
    Structure: async () =>
      name === ''
        ? listOf(
            'Table',
            tables.map((each) => [each]),
            (each) => linkTo({ db, table: each }),
          )
        : drawn(await ask(`SHOW FULL COLUMNS FROM ${quoted(name)}`)),
    Browse: async () => drawn(await ask(`SELECT * FROM ${quoted(name)} LIMIT ${SHOWN_ROWS}`)),
    SQL: async () => sqlForm(sql ?? (name === '' ? '' : `SELECT * FROM ${quoted(name)} WHERE 1`)),
    Insert: async () => insertForm((await ask(`DESCRIBE ${quoted(name)}`)).rows.map(([column]) => column ?? '')),
  }
  return tabs(links, here) + result + ((await drawing[here]?.()) ?? '')
}

const listOf = (head: string, rows: Rows['rows'], link: (name: string) => string): string =>
  rows.length === 0
    ? '<p class="muted">No tables found in database.</p>'
    : table(
        [head],
        rows.map(([name]) => [`<a href="${escapeHtml(link(name ?? ''))}">${escapeHtml(name)}</a>`]),
      )

const CREATE =
  '<h2>Create database</h2><form class="card line" method="post"><label>Database name<input name="new_db" required></label><button class="main">Create</button></form>'
const sqlForm = (text: string): string =>
  `<form method="post"><textarea name="sql_query" aria-label="SQL query">${escapeHtml(text)}</textarea><p><button class="main">Go</button></p></form>`
const insertForm = (columns: readonly string[]): string =>
  `<form class="card" method="post"><input type="hidden" name="insert" value="1">${columns.map((column) => `<label>${escapeHtml(column)}<input name="column:${escapeHtml(column)}"></label>`).join('')}<button class="main">Go</button></form>`

/** What a form other than that of SQL asks for. */
function ordered(name: string, form: URLSearchParams): string | undefined {
  const database = form.get('new_db')
  if (database !== null) return `CREATE DATABASE ${quoted(database)}`
  return form.get('insert') === null ? undefined : insertion(name, form)
}

/** Columns that were left empty get their default. */
function insertion(name: string, form: URLSearchParams): string {
  const given = [...form].filter(([key, value]) => key.startsWith('column:') && value !== '')
  const columns = given.map(([key]) => quoted(key.slice(7)))
  const values = given.map(([, value]) => `'${value.replace(/[\\']/g, (char) => `\\${char}`)}'`)
  return `INSERT INTO ${quoted(name)} (${columns.join(', ')}) VALUES (${values.join(', ')})`
}

const main = (process: Process): Promise<number> => serveAsApache(process, new PhpMyAdmin(process).pages)

/** A page over MySQL's client. */
export const phpMyAdmin: Program = {
  name: 'dashboards/phpmyadmin',
  paths: ['/usr/local/bin/apache2-phpmyadmin'],
  covers: 'partial',
  lacks: [
    'everything but a small page of our own: log in, databases, tables, their rows and columns, SQL, and inserting by a form',
    'import and export, users, editing rows in place',
  ],
  summary: 'stand-in: looks into MySQL and MariaDB in a browser',
  rssBytes: 50 << 20,
  main,
}
