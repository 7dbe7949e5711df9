import type { Clock } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { jsonAnswer } from './answers.ts'
import type { Repositories } from './repositories.ts'
import { type Credentials, grant, isAccount, parseScope, readBasic, writeToken } from './token.ts'

const EXPIRES_SECONDS = 300

/** Tokens for the registry. distribution, docs/spec/auth/token.md and oauth.md. */
export class TokenApi {
  private readonly repositories: Repositories
  private readonly clock: Clock

  constructor(repositories: Repositories, clock: Clock) {
    this.repositories = repositories
    this.clock = clock
  }

  async handle(request: ServerRequest): Promise<ServerResponse> {
    if (request.path !== '/token') return { status: 404, body: '404 page not found\n' }
    const form = request.method === 'POST' ? new URLSearchParams(await request.body.text(65536)) : request.query
    const credentials = request.method === 'POST' ? formCredentials(form) : readBasic(request.headers)
    if (credentials && !isAccount(credentials)) return jsonAnswer(401, { details: 'incorrect username or password' })
    return this.issue(credentials?.user ?? '', form)
  }

  private issue(user: string, form: URLSearchParams): ServerResponse {
    const asked = form.getAll('scope').flatMap((text) => text.split(' '))
    const scopes = asked.flatMap((text) => parseScope(text) ?? [])
    const granted = scopes.map((scope) => grant(scope, user, (name) => this.repositories.exists(name)))
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
  private readonly clock: Clock

  constructor(repositories: Repositories, clock: Clock) {
    this.repositories = repositories
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
    const tags = /^\/v2\/(?:repositories|namespaces)\/(.+?)\/tags\/?$/.exec(path)?.[1]?.replace('/repositories/', '/')
    if (tags !== undefined && this.repositories.exists(tags)) return this.tags(tags)
    return jsonAnswer(404, { message: 'object not found', errinfo: {} })
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
    const pushed = this.repositories.names().filter((name) => !known.some((each) => each.name === name))
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
    if (method === 'GET' && credentials && isAccount(credentials)) return jsonAnswer(200, 'OK')
    return jsonAnswer(401, { detail: 'Incorrect authentication credentials' })
  }

  private async login(request: ServerRequest): Promise<ServerResponse> {
    const { username = '', password = '' } = (await request.body.json(65536)) as {
      username?: string
      password?: string
    }
    if (!isAccount({ user: username, password }))
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
