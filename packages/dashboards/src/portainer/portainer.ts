import { isErrno, type Program, type Sys } from '@drydock/abi'
import { Hash } from '@drydock/codec'
import type { DockerClient } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { readTextFile, writeFile } from '@drydock/libc'
import { mountedEngine, orReason } from '../engine.ts'
import { document, live, sideDocument } from '../page-frame.ts'
import { escapeHtml, html, type Page, randomToken, redirect, serveApp, type WebRequest } from '../web-app.ts'
import { acts, type View, views } from './views.ts'

const COLOUR = '#13478a'
const RECORD = '/data/drydock-portainer.json'
const SHORTEST_PASSWORD = 12
const REFRESH_MS = 5000
const LINKS = [
  { href: '/', text: 'Dashboard' },
  { href: '/containers', text: 'Containers' },
  { href: '/images', text: 'Images' },
  { href: '/networks', text: 'Networks' },
  { href: '/volumes', text: 'Volumes' },
  { href: '/services', text: 'Services' },
  { href: '/events', text: 'Events' },
]

interface Account {
  readonly user: string
  readonly salt: string
  readonly hash: string
}

const hashOf = (salt: string, password: string): string => new Hash('sha256').update(salt + password).digestHex()

class Portainer {
  private readonly sys: Sys
  private readonly engine: DockerClient
  private readonly sessions = new Set<string>()

  constructor(sys: Sys) {
    this.sys = sys
    this.engine = mountedEngine(sys)
  }

  readonly pages: Readonly<Record<string, Page>> = {
    ...Object.fromEntries(
      Object.entries(views).map(([path, view]): [string, Page] => [path, (asked) => this.inside(asked, view)]),
    ),
    '/act/*': (asked) => (this.known(asked) ? this.act(asked) : redirect('/')),
    '/login': (asked) => this.login(asked),
    '/logout': (asked) => {
      this.sessions.delete(asked.cookie('session') ?? '')
      return redirect('/')
    },
    '/api/system/status': () => ({
      status: 200,
      headers: [['Content-Type', 'application/json']],
      body: '{"Version":"2.33.6","InstanceID":"drydock"}\n',
    }),
  }

  private async account(): Promise<Account | undefined> {
    try {
      return JSON.parse(await readTextFile(this.sys, RECORD)) as Account
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  private known({ cookie }: WebRequest): boolean {
    return this.sessions.has(cookie('session') ?? '')
  }

  /** A page for who has logged in; the form for all others. */
  private async inside(asked: WebRequest, view: View): Promise<ServerResponse> {
    if (!this.known(asked)) return html(this.form((await this.account()) !== undefined))
    const answer = await orReason(view.draw(this.engine, asked))
    const problem = 'reason' in answer ? answer.reason : asked.query.get('problem')
    const frame = { nav: '<a href="/logout">Log out</a>', links: LINKS, here: view.under }
    const main = `<h1>${escapeHtml(view.title)}</h1>${problem ? `<p class="bad">${escapeHtml(problem)}</p>` : ''}${'found' in answer ? answer.found : ''}`
    return html(sideDocument('Portainer', COLOUR, frame, main + live(REFRESH_MS)))
  }

  /** Does what a button says, by `/act/<noun>/<id>/<verb>`, and goes back to where it stood. */
  private async act({ path, request, form }: WebRequest): Promise<ServerResponse> {
    const [noun = '', id = '', verb = ''] = path.split('/').slice(2).map(decodeURIComponent)
    const run = request.method === 'POST' ? acts[`${noun}/${verb}`] : undefined
    const back = form.get('back') ?? `/${noun}`
    if (!run) return redirect(back)
    const answer = await orReason(run(this.engine, id))
    return redirect('reason' in answer ? `${back}?problem=${encodeURIComponent(answer.reason)}` : back)
  }

  private form(known: boolean, problem = ''): string {
    const words = known ? 'Log in to your account' : 'Create the initial administrator user'
    const again = known ? '' : '<label>Confirm password<input type="password" name="again" required></label>'
    const bad = problem === '' ? '' : `<p class="bad">${escapeHtml(problem)}</p>`
    return document(
      'Portainer',
      COLOUR,
      '',
      `<h1>${words}</h1>${bad}<form class="card" method="post" action="/login"><label>Username<input name="user" value="admin" required></label><label>Password<input type="password" name="password" required></label>${again}<button class="main">${known ? 'Log in' : 'Create user'}</button></form>`,
    )
  }

  private async login({ form }: WebRequest): Promise<ServerResponse> {
    const [user = '', password = ''] = [form.get('user') ?? '', form.get('password') ?? '']
    const account = await this.account()
    if (account && (account.user !== user || account.hash !== hashOf(account.salt, password)))
      return html(this.form(true, 'Invalid credentials'), 422)
    if (!account) {
      if (password.length < SHORTEST_PASSWORD)
        return html(this.form(false, `The password must be at least ${SHORTEST_PASSWORD} characters long`), 400)
      if (password !== form.get('again')) return html(this.form(false, 'The passwords do not match'), 400)
      const salt = randomToken(this.sys)
      await writeFile(
        this.sys,
        RECORD,
        JSON.stringify({ user, salt, hash: hashOf(salt, password) } satisfies Account),
        0o600,
      )
    }
    const session = randomToken(this.sys)
    this.sessions.add(session)
    return redirect('/', [['Set-Cookie', `session=${session}; Path=/; HttpOnly`]])
  }
}

/** A dashboard over docker.sock. */
export const portainer: Program = {
  name: 'dashboards/portainer',
  paths: ['/portainer'],
  covers: 'partial',
  lacks: [
    'everything but a small dashboard of our own: it shows containers with their logs and figures, images, volumes, networks, services and events, and starts, stops, pauses and removes',
    'stacks, templates, users and environments',
    'HTTPS on port 9443',
  ],
  summary: 'stand-in: a small dashboard over the engine whose socket is mounted',
  rssBytes: 30 << 20,
  main: (process) => serveApp(process, 9000, new Portainer(process.sys).pages),
}
