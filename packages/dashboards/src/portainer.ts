import { isErrno, type Program, type Sys } from '@drydock/abi'
import { Hash } from '@drydock/codec'
import type { DockerClient } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { readTextFile, writeFile } from '@drydock/libc'
import { mountedEngine, orReason } from './engine.ts'
import { document, escapeHtml, html, type Page, redirect, serveApp, table, type WebRequest } from './web-app.ts'

const COLOUR = '#13478a'
const RECORD = '/data/drydock-portainer.json'
const SHORTEST_PASSWORD = 12
const NAV =
  '<a href="/">Home</a><a href="/containers">Containers</a><a href="/images">Images</a><a href="/volumes">Volumes</a><a href="/networks">Networks</a><a href="/logout">Log out</a>'

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
    '/': (asked) => this.inside(asked, () => this.home()),
    '/containers': (asked) => this.inside(asked, () => this.containers(asked.query.get('problem'))),
    '/containers/*': (asked) => this.inside(asked, () => this.act(asked)),
    '/images': (asked) => this.inside(asked, () => this.images()),
    '/volumes': (asked) => this.inside(asked, () => this.volumes()),
    '/networks': (asked) => this.inside(asked, () => this.networks()),
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

  private random(): string {
    return Array.from(this.sys.entropy.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  private async account(): Promise<Account | undefined> {
    try {
      return JSON.parse(await readTextFile(this.sys, RECORD)) as Account
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  /** A page for who has logged in; the form for all others. */
  private async inside({ cookie }: WebRequest, page: () => Promise<ServerResponse>): Promise<ServerResponse> {
    return this.sessions.has(cookie('session') ?? '') ? page() : html(this.form((await this.account()) !== undefined))
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
      const salt = this.random()
      await writeFile(
        this.sys,
        RECORD,
        JSON.stringify({ user, salt, hash: hashOf(salt, password) } satisfies Account),
        0o600,
      )
    }
    const session = this.random()
    this.sessions.add(session)
    return redirect('/', [['Set-Cookie', `session=${session}; Path=/; HttpOnly`]])
  }

  private page(title: string, main: string): ServerResponse {
    return html(document('Portainer', COLOUR, NAV, `<h1>${title}</h1>${main}`))
  }

  private async shown<T>(title: string, asked: Promise<T>, draw: (found: T) => string): Promise<ServerResponse> {
    const answer = await orReason(asked)
    return this.page(title, 'reason' in answer ? `<p class="bad">${escapeHtml(answer.reason)}</p>` : draw(answer.found))
  }

  private home(): Promise<ServerResponse> {
    return this.shown('Environment: local', this.engine.system.info(), (info) => {
      const cards: readonly (readonly [string, unknown])[] = [
        ['running', info.ContainersRunning],
        ['stopped', info.ContainersStopped],
        ['images', info.Images],
        ['CPUs', info.NCPU],
        ['GB of memory', (info.MemTotal / 1e9).toFixed(1)],
      ]
      return `<p>${escapeHtml(info.Name)} · Docker ${escapeHtml(info.ServerVersion)}</p><div class="cards">${cards.map(([what, count]) => `<div><b>${escapeHtml(count)}</b>${what}</div>`).join('')}</div>`
    })
  }

  private containers(problem: string | null): Promise<ServerResponse> {
    const button = (id: string, verb: string): string =>
      `<form method="post" action="/containers/${id}/${verb}"><button>${verb}</button></form> `
    return this.shown('Containers', this.engine.containers.list({ all: true }), (found) => {
      const rows = found.map(({ Id, Names, Image, State, Status, Ports }) => [
        escapeHtml((Names[0] ?? '').slice(1)),
        `<span class="${State === 'running' ? 'good' : ''}">${escapeHtml(State)}</span><br>${escapeHtml(Status)}`,
        escapeHtml(Image),
        escapeHtml(
          Ports.filter(({ PublicPort }) => PublicPort)
            .map(({ PublicPort, PrivatePort }) => `${PublicPort}:${PrivatePort}`)
            .join(' '),
        ),
        (State === 'running' ? ['stop', 'restart'] : ['start', 'remove']).map((verb) => button(Id, verb)).join(''),
      ])
      return (
        (problem ? `<p class="bad">${escapeHtml(problem)}</p>` : '') +
        table(['Name', 'State', 'Image', 'Published ports', 'Actions'], rows)
      )
    })
  }

  private async act({ path, request }: WebRequest): Promise<ServerResponse> {
    const [, , id = '', verb = ''] = path.split('/')
    const { containers } = this.engine
    const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
      start: () => containers.start(id),
      stop: () => containers.stop(id),
      restart: () => containers.restart(id),
      remove: () => containers.remove(id),
    }
    const run = request.method === 'POST' ? verbs[verb] : undefined
    if (!run) return redirect('/containers')
    const answer = await orReason(run())
    return redirect('reason' in answer ? `/containers?problem=${encodeURIComponent(answer.reason)}` : '/containers')
  }

  private images(): Promise<ServerResponse> {
    return this.shown('Images', this.engine.images.list(), (found) =>
      table(
        ['Tags', 'Id', 'Size'],
        found.map(({ Id, RepoTags, Size }) => [
          escapeHtml((RepoTags ?? []).join(' ')),
          `<code>${Id.slice(7, 19)}</code>`,
          `${(Size / 1e6).toFixed(1)} MB`,
        ]),
      ),
    )
  }

  private volumes(): Promise<ServerResponse> {
    return this.shown('Volumes', this.engine.volumes.list(), ({ Volumes }) =>
      table(
        ['Name', 'Driver', 'Mount point'],
        (Volumes ?? []).map(({ Name, Driver, Mountpoint }) => [
          escapeHtml(Name),
          escapeHtml(Driver),
          `<code>${escapeHtml(Mountpoint)}</code>`,
        ]),
      ),
    )
  }

  private networks(): Promise<ServerResponse> {
    return this.shown('Networks', this.engine.networks.list(), (found) =>
      table(
        ['Name', 'Driver', 'Subnet'],
        found.map(({ Name, Driver, IPAM }) => [
          escapeHtml(Name),
          escapeHtml(Driver),
          escapeHtml((IPAM.Config ?? []).map(({ Subnet }) => Subnet).join(' ')),
        ]),
      ),
    )
  }
}

/** A dashboard over docker.sock. */
export const portainer: Program = {
  name: 'dashboards/portainer',
  paths: ['/portainer'],
  covers: 'partial',
  lacks: [
    'everything but a small dashboard of our own: it lists containers, images, volumes and networks, and starts, stops and removes containers',
    'HTTPS on port 9443',
  ],
  summary: 'stand-in: a small dashboard over the engine whose socket is mounted',
  rssBytes: 30 << 20,
  main: (process) => serveApp(process, 9000, new Portainer(process.sys).pages),
}
