import type { Process, Program } from '@drydock/abi'
import type { ServerResponse } from '@drydock/http'
import { decodeBase64Text } from '@drydock/codec'
import { Stdio } from '@drydock/libc'
import { document, type SideLink, sideDocument } from './page-frame.ts'
import { runProcess } from './process-run.ts'
import { escapeHtml, html, type Page, redirect, serveApp, table, type WebRequest } from './web-app.ts'

const TITLE = 'Mongo Express'
const COLOUR = '#43853d'
const PORT = 8081
const SHOWN_DOCUMENTS = 10
/** The shell that asks for these pages. */
const SHELL = '/usr/lib/mongo-express/mongosh'

type Extended = Readonly<Record<string, unknown>>

/** What the server refused, in its words. */
class Refusal extends Error {}

const literal = (value: unknown): string =>
  JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
const pathOf = (...names: readonly string[]): string =>
  `/db/${names.map(encodeURIComponent).join('/')}/`.replace('/db//', '/')
const button = (text: string, fields: Readonly<Record<string, string>>): string =>
  `<form method="post">${Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('')}<button>${text}</button></form>`
const lineForm = (field: string, label: string, action: string): string =>
  `<form class="card line" method="post"><label>${label}<input name="${field}" required></label><button class="main">${action}</button></form>`

/** Where one is: a database, a collection in it, a document in that. */
interface Place {
  readonly db: string
  readonly collection: string
  readonly id: string
}

class MongoExpress {
  private readonly process: Process

  constructor(process: Process) {
    this.process = process
  }

  readonly pages: Readonly<Record<string, Page>> = {
    '/': (asked) => this.guarded(asked),
    '/db/*': (asked) => this.guarded(asked),
  }

  private variable(name: string): string {
    return this.process.env.get(`ME_CONFIG_${name}`) ?? ''
  }

  /** As one address: `mongodb://user:password@host:port/`. */
  private get address(): string {
    const url = this.variable('MONGODB_URL')
    const [user, password] = [this.variable('MONGODB_ADMINUSERNAME'), this.variable('MONGODB_ADMINPASSWORD')]
    const server = this.variable('MONGODB_SERVER')
    if (server === '' && url !== '') return url
    const who = user === '' ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`
    return `mongodb://${who}${server || 'mongo'}:${this.variable('MONGODB_PORT') || '27017'}/`
  }

  /** The value of a script's last line, by the types of Extended JSON. @throws Refusal */
  private async ask(script: string): Promise<unknown> {
    const argv = ['mongosh', this.address, '--quiet', '--json=relaxed', '--eval', script]
    const { output, complaint, status } = await runProcess(this.process, SHELL, argv, this.process.env)
    if (status !== 0) throw new Refusal(complaint.trim())
    return output.trim() === '' || output.trim() === 'undefined' ? undefined : JSON.parse(output)
  }

  private async guarded(asked: WebRequest): Promise<ServerResponse> {
    const [user, password] = [this.variable('BASICAUTH_USERNAME'), this.variable('BASICAUTH_PASSWORD')]
    const [, given = ''] = /^Basic (.*)$/.exec(asked.request.headers.get('authorization') ?? '') ?? []
    if (user !== '' && decodeBase64Text(given) !== `${user}:${password}`)
      return {
        status: 401,
        headers: [['WWW-Authenticate', 'Basic realm="Authorization Required"']],
        body: 'Unauthorized',
      }
    const [db = '', collection = '', id = ''] = asked.path.split('/').slice(2).map(decodeURIComponent)
    const place = { db, collection, id }
    try {
      if (asked.request.method === 'POST') return redirect(await this.change(place, asked.form))
      return html(await this.page(place, asked.query))
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof SyntaxError)) throw error
      return html(
        document(TITLE, COLOUR, '<a href="/">Databases</a>', `<p class="bad">${escapeHtml(error.message)}</p>`),
        500,
      )
    }
  }

  // changing ---------------------------------------------------------------------------------------------------------

  /** @returns where to go on @throws Refusal */
  private async change({ db, collection, id }: Place, form: URLSearchParams): Promise<string> {
    const database = `db.getSiblingDB(${literal(db)})`
    const target = `${database}.getCollection(${literal(collection)})`
    const parsed = (name: string): string => `EJSON.parse(${literal(form.get(name) ?? '{}')})`
    const query = `{_id: EJSON.parse(${literal(id)})}`
    const rows: readonly (readonly [field: string, script: (value: string) => string, next: string])[] = [
      ['database', (name) => `db.getSiblingDB(${literal(name)}).createCollection('delete_me')`, '/'],
      ['dropDatabase', (name) => `db.getSiblingDB(${literal(name)}).dropDatabase()`, '/'],
      ['collection', (name) => `${database}.createCollection(${literal(name)})`, pathOf(db)],
      ['dropCollection', (name) => `${database}.getCollection(${literal(name)}).drop()`, pathOf(db)],
      ['document', () => `${target}.insertOne(${parsed('document')})`, pathOf(db, collection)],
      ['replacement', () => `${target}.replaceOne(${query}, ${parsed('replacement')})`, pathOf(db, collection)],
      ['delete', (key) => `${target}.deleteOne({_id: EJSON.parse(${literal(key)})})`, pathOf(db, collection)],
    ]
    const row = rows.find(([field]) => form.get(field) !== null)
    if (!row) return pathOf(db, collection)
    await this.ask(row[1](form.get(row[0]) ?? ''))
    return row[2]
  }

  // showing ----------------------------------------------------------------------------------------------------------

  /** One shell a page: it brings the names of the databases with what the page is about. */
  private async page(place: Place, query: URLSearchParams): Promise<string> {
    const { db, collection } = place
    const { script, draw } = viewOf(place, query)
    const asked = `({names: db.adminCommand({listDatabases: 1}).databases.map((each) => each.name), found: ${script}})`
    const { names, found } = (await this.ask(asked)) as { readonly names: readonly string[]; readonly found: unknown }
    const links = names.map((name): SideLink => ({ href: pathOf(name), text: name }))
    const crumbs = [db, collection]
      .filter((each) => each !== '')
      .map(escapeHtml)
      .join(' » ')
    const frame = { nav: '<a href="/">Databases</a>', links, here: db === '' ? '' : pathOf(db) }
    return sideDocument(TITLE, COLOUR, frame, `<p class="muted">${crumbs}</p>${draw(found as never, names)}`)
  }
}

/** What a page asks for, by an expression of the shell, and how it shows it. */
interface View {
  readonly script: string
  readonly draw: (found: never, names: readonly string[]) => string
}

function viewOf(place: Place, query: URLSearchParams): View {
  if (place.db === '') return DATABASES
  if (place.collection === '') return collectionsOf(place.db)
  return place.id === '' ? documentsOf(place, query) : editorOf(place)
}

const targetOf = ({ db, collection }: Place): string =>
  `db.getSiblingDB(${literal(db)}).getCollection(${literal(collection)})`

const DATABASES: View = {
  script:
    '((s) => ({Hostname: s.host, "MongoDB Version": s.version, Uptime: Math.floor(s.uptime) + " s", "Current Connections": s.connections.current, "Server Time": s.localTime}))(db.serverStatus())',
  draw: (status: Extended, names) => {
    const rows = names.map((name) => [
      `<a href="${pathOf(name)}">${escapeHtml(name)}</a>`,
      button('Del', { dropDatabase: name }),
    ])
    const facts = Object.entries(status).map(
      ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(shown(value))}</dd>`,
    )
    const create = lineForm('database', 'Database Name', 'Create Database')
    return `<h1>Databases</h1>${table(['Name', ''], rows)}${create}<h2>Server Status</h2><dl class="card">${facts.join('')}</dl>`
  },
}

const collectionsOf = (db: string): View => ({
  script: `db.getSiblingDB(${literal(db)}).getCollectionNames().sort()`,
  draw: (names: readonly string[]) => {
    const rows = names.map((name) => [
      `<a href="${pathOf(db, name)}">${escapeHtml(name)}</a>`,
      button('Del', { dropCollection: name }),
    ])
    const create = lineForm('collection', 'Collection Name', 'Create collection')
    return `<h1>Viewing Database: ${escapeHtml(db)}</h1>${table(['Collections', ''], rows)}${create}`
  },
})

interface Found {
  readonly n: number
  readonly rows: readonly Extended[]
}

function documentsOf(place: Place, query: URLSearchParams): View {
  const { db, collection } = place
  const skip = Math.max(0, Number(query.get('skip') ?? 0) || 0)
  const asked = query.get('query') ?? ''
  const target = targetOf(place)
  const here = (at: number): string =>
    escapeHtml(`?${new URLSearchParams({ ...(asked && { query: asked }), skip: String(at) })}`)
  const cell = (row: Extended, head: string): string => {
    const text = escapeHtml(shown(row[head]))
    return head === '_id' ? `<a href="${pathOf(db, collection, JSON.stringify(row._id))}">${text}</a>` : text
  }
  const draw = ({ n, rows }: Found): string => {
    const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const cells = rows.map((row) => [
      button('Del', { delete: JSON.stringify(row._id) }),
      ...heads.map((head) => cell(row, head)),
    ])
    const before = skip > 0 ? `<a class="button" href="${here(Math.max(0, skip - SHOWN_DOCUMENTS))}">‹ Prev</a>` : ''
    const after =
      skip + SHOWN_DOCUMENTS < n ? `<a class="button" href="${here(skip + SHOWN_DOCUMENTS)}">Next ›</a>` : ''
    const search = `<form class="line"><label>Query<input name="query" value="${escapeHtml(asked)}" placeholder='{"name": "Ann"}'></label><button>Find</button></form>`
    const add =
      '<h2>New Document</h2><form method="post"><textarea name="document" aria-label="Document">{\n  \n}</textarea><p><button class="main">Save</button></p></form>'
    return `<h1>Viewing Collection: ${escapeHtml(collection)}</h1>${search}<p class="muted">${n} document${n === 1 ? '' : 's'}</p><div class="scroll">${table(['', ...heads], cells)}</div><p>${before} ${after}</p>${add}`
  }
  const found = `((q) => ({n: ${target}.countDocuments(q), rows: ${target}.find(q).skip(${skip}).limit(${SHOWN_DOCUMENTS}).toArray()}))`
  return { script: `${found}(EJSON.parse(${literal(asked || '{}')}))`, draw }
}

const editorOf = (place: Place): View => ({
  script: `${targetOf(place)}.findOne({_id: EJSON.parse(${literal(place.id)})})`,
  draw: (found: Extended | null) =>
    found
      ? `<h1>Editing Document</h1><form method="post"><textarea name="replacement" aria-label="Document" rows="16">${escapeHtml(JSON.stringify(found, null, 2))}</textarea><p><button class="main">Save</button> <a class="button" href="${pathOf(place.db, place.collection)}">Back</a></p></form>`
      : '<p class="bad">Document not found!</p>',
})

/** Extended JSON in a cell: what stands in its wrapping. */
function shown(value: unknown): string {
  if (value === undefined) return ''
  if (value === null || typeof value !== 'object') return String(value)
  const [name = '', ...more] = Object.keys(value)
  const text = name.startsWith('$') && more.length === 0 ? String(Object.values(value)[0]) : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  await io.print(
    `Welcome to mongo-express\n------------------------\n\n\nMongo Express server listening at http://0.0.0.0:${PORT}\nServer is open to allow connections from anyone (0.0.0.0)\n`,
  )
  await io.out.flush()
  return serveApp(process, PORT, new MongoExpress(process).pages)
}

/** Pages over MongoDB's shell. */
export const mongoExpress: Program = {
  name: 'dashboards/mongo-express',
  paths: ['/usr/local/bin/mongo-express'],
  covers: 'partial',
  lacks: [
    'everything but small pages of our own: databases, collections, their documents, a query, adding, editing and deleting',
    'import and export, indexes, GridFS',
  ],
  summary: 'stand-in: looks into MongoDB in a browser',
  rssBytes: 50 << 20,
  main,
}
