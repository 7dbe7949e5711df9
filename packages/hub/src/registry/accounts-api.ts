import type { Clock } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { jsonAnswer } from '@drydock/registry'
import type { Accounts } from './accounts.ts'
import type { Repositories } from './repositories.ts'
import { type Credentials, grant, parseScope, readBasic, readToken, writeToken } from './token.ts'

const EXPIRES_SECONDS = 300

/** Tokens for the registry. distribution, docs/spec/auth/token.md and oauth.md. */
export class TokenApi {
  private readonly repositories: Repositories
  private readonly accounts: Accounts
  private readonly clock: Clock

  constructor(repositories: Repositories, accounts: Accounts, clock: Clock) {
    this.repositories = repositories
    this.accounts = accounts
    this.clock = clock
  }

  async handle(request: ServerRequest): Promise<ServerResponse> {
    if (request.path !== '/token') return { status: 404, body: '404 page not found\n' }
    const form = request.method === 'POST' ? new URLSearchParams(await request.body.text(65536)) : request.query
    const credentials = request.method === 'POST' ? formCredentials(form) : readBasic(request.headers)
    if (credentials && !this.accounts.admits(credentials))
      return jsonAnswer(401, { details: 'incorrect username or password' })
    return this.issue(credentials?.user ?? '', form)
  }

  private issue(user: string, form: URLSearchParams): ServerResponse {
    const asked = form.getAll('scope').flatMap((text) => text.split(' '))
    const scopes = asked.flatMap((text) => parseScope(text) ?? [])
    const granted = scopes.map((scope) => grant(scope, user, (name) => this.repositories.isPublic(name)))
    const now = this.clock.now()
    const token = writeToken({ user, scopes: granted }, now)
    const refresh = form.get('offline_token') === 'true' || form.get('access_type') === 'offline'
    const issued = new Date(now).toISOString()
    return jsonAnswer(200, {
      token,
      access_token: token,
      ...(refresh && { refresh_token: token }),
      scope: asked.join(' '),
      expires_in: EXPIRES_SECONDS,
      issued_at: issued,
    })
  }
}

function formCredentials(form: URLSearchParams): Credentials | undefined {
  const user = form.get('username')
  return user === null ? undefined : { user, password: form.get('password') ?? '' }
}

/** What index.docker.io and hub.docker.com answer: search, login, lists of tags. */
export class HubApi {
  private readonly repositories: Repositories
  private readonly accounts: Accounts
  private readonly clock: Clock

  constructor(repositories: Repositories, accounts: Accounts, clock: Clock) {
    this.repositories = repositories
    this.accounts = accounts
    this.clock = clock
  }

  async handle(request: ServerRequest): Promise<ServerResponse> {
    const { path, method } = request
    if (path === '/v1/_ping') return jsonAnswer(200, true)
    if (path === '/v1/search') return this.search(request, 'n')
    if (path === '/v2/search/repositories' || path === '/v2/search/repositories/')
      return this.search(request, 'page_size')
    if (/^\/v1\/users\/?$/.test(path)) return this.checkUser(request)
    if (/^\/v2\/users\/login\/?$/.test(path) && method === 'POST') return this.login(request)
    const owned = this.owned(request)
    if (owned) return owned
    const tags = /^\/v2\/(?:repositories|namespaces)\/(.+?)\/tags\/?$/.exec(path)?.[1]?.replace('/repositories/', '/')
    if (tags !== undefined && this.visible(request, tags)) return this.tags(tags)
    return jsonAnswer(404, { message: 'object not found', errinfo: {} })
  }

  /** Whether the repository is there for whoever asks. */
  private visible({ headers }: ServerRequest, name: string): boolean {
    const user = readToken(headers)?.user ?? ''
    return this.repositories.isPublic(name) || (this.repositories.exists(name) && name.startsWith(`${user}/`))
  }

  /** Making repositories, and making them private: what only owners may. hub.docker.com, "Repositories". */
  private owned(request: ServerRequest): Promise<ServerResponse> | undefined {
    const { path, method } = request
    if (method === 'POST' && /^\/v2\/(namespaces\/[^/]+\/)?repositories\/?$/.test(path)) return this.create(request)
    const name = /^\/v2\/(?:repositories|namespaces)\/(.+?)\/(?:privacy\/?)$/.exec(path)?.[1]
    if (name === undefined || (method !== 'POST' && method !== 'PATCH')) return undefined
    return this.hide(request, name.replace('/repositories/', '/'))
  }

  private async create(request: ServerRequest): Promise<ServerResponse> {
    const wish = (await request.body.json(65536)) as { namespace?: string; name?: string; is_private?: boolean }
    const user = readToken(request.headers)?.user ?? ''
    const namespace = wish.namespace ?? /namespaces\/([^/]+)/.exec(request.path)?.[1] ?? user
    if (user === '' || namespace !== user)
      return jsonAnswer(401, { detail: 'Authentication credentials were not provided.' })
    const name = `${namespace}/${wish.name ?? ''}`
    if (!/^[a-z0-9_-]+\/[a-z0-9_.-]{1,255}$/.test(name)) return jsonAnswer(400, { name: ['Enter a valid name.'] })
    if (this.repositories.exists(name)) return jsonAnswer(400, { message: 'object already exists', errinfo: {} })
    this.repositories.create(name, wish.is_private ?? false)
    return jsonAnswer(201, this.described(name))
  }

  private async hide(request: ServerRequest, name: string): Promise<ServerResponse> {
    const user = readToken(request.headers)?.user ?? ''
    if (user === '' || !name.startsWith(`${user}/`) || !this.repositories.exists(name))
      return jsonAnswer(404, { message: 'object not found', errinfo: {} })
    const { is_private: isPrivate = true } = (await request.body.json(65536)) as { is_private?: boolean }
    this.repositories.create(name, isPrivate)
    return jsonAnswer(200, this.described(name))
  }

  private described(name: string): object {
    const [namespace = '', short = ''] = name.split('/')
    return { user: namespace, namespace, name: short, is_private: !this.repositories.isPublic(name), status: 1 }
  }

  private search({ query }: ServerRequest, sizeField: string): ServerResponse {
    const asked = (query.get('q') ?? query.get('query') ?? '').toLowerCase()
    const size = Math.min(Number(query.get(sizeField) ?? 25) || 25, 100)
    const results = this.found(asked)
    return jsonAnswer(200, {
      num_pages: Math.ceil(results.length / size),
      num_results: results.length,
      results: results.slice(0, size),
      page_size: size,
      query: asked,
      page: 1,
    })
  }

  /** Those that have the word in their name first, then by stars. */
  private found(word: string): readonly SearchResult[] {
    const known = this.repositories.listed()
    const pushed = this.repositories
      .names()
      .filter((name) => this.repositories.isPublic(name) && !known.some((each) => each.name === name))
    const all = [...known, ...pushed.map((name) => ({ name, description: '', stars: 0 }))]
    const named = all.filter(({ name }) => shownName(name).includes(word.replace(/^library\//, '')))
    const described = all.filter((each) => !named.includes(each) && each.description.toLowerCase().includes(word))
    const byStars = (list: typeof all): typeof all => list.toSorted((a, b) => b.stars - a.stars)
    return [...byStars(named), ...byStars(described)].map(({ name, description, stars }) => ({
      name: shownName(name),
      description,
      star_count: stars,
      is_official: name.startsWith('library/'),
      is_automated: false,
      pull_count: stars * 100_000,
    }))
  }

  private checkUser({ headers, method }: ServerRequest): ServerResponse {
    const credentials = readBasic(headers)
    if (method === 'GET' && credentials && this.accounts.admits(credentials)) return jsonAnswer(200, 'OK')
    return jsonAnswer(401, { detail: 'Incorrect authentication credentials' })
  }

  private async login(request: ServerRequest): Promise<ServerResponse> {
    const { username = '', password = '' } = (await request.body.json(65536)) as {
      username?: string
      password?: string
    }
    if (!this.accounts.admits({ user: username, password }))
      return jsonAnswer(401, { detail: 'Incorrect authentication credentials' })
    return jsonAnswer(200, { token: writeToken({ user: username, scopes: [] }, this.clock.now()) })
  }

  private tags(name: string): ServerResponse {
    const results = this.repositories.tags(name).map((tag) => ({ name: tag }))
    return jsonAnswer(200, { count: results.length, next: null, previous: null, results })
  }
}

interface SearchResult {
  readonly name: string
  readonly description: string
  readonly star_count: number
  readonly is_official: boolean
  readonly is_automated: boolean
  readonly pull_count: number
}

const shownName = (name: string): string => name.replace(/^library\//, '')
