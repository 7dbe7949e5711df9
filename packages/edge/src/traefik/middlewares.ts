import type { ServerRequest, ServerResponse } from '@drydock/http'
import { type DynamicConfig, list, type MiddlewareConfig, qualified } from './dynamic-config.ts'

/** A request on its way to a service: what middlewares change. */
export interface Passing {
  readonly request: ServerRequest
  /** Path and query. */
  target: string
  readonly headers: Map<string, string>
  /** Fields that the answer gets. */
  readonly answerHeaders: Map<string, string>
  readonly host: string
  readonly authorised: (users: readonly string[]) => Promise<boolean>
}

/** @returns an answer that ends the way, or nothing */
type Middleware = (
  passing: Passing,
  options: ReadonlyMap<string, string>,
) => ServerResponse | undefined | Promise<ServerResponse | undefined>

const redirect = (to: string, permanent: boolean): ServerResponse => ({
  status: permanent ? 301 : 302,
  headers: [
    ['Location', to],
    ['Content-Type', 'text/html; charset=utf-8'],
  ],
  body: permanent ? 'Moved Permanently' : 'Found',
})

const pathOf = (target: string): string => target.split('?')[0] ?? ''
const withPath = (target: string, path: string): string =>
  path + (target.includes('?') ? target.slice(target.indexOf('?')) : '')

function stripped(passing: Passing, prefix: string): void {
  const rest = pathOf(passing.target).slice(prefix.length)
  passing.target = withPath(passing.target, rest.startsWith('/') ? rest : `/${rest}`)
  passing.headers.set('X-Forwarded-Prefix', prefix)
}

const under = (options: ReadonlyMap<string, string>, section: string): [string, string][] =>
  [...options]
    .filter(([key]) => key.startsWith(`${section}.`))
    .map(([key, value]) => [key.slice(section.length + 1), value])

/** Go's `$1` and `${name}`. */
const replacement = (text: string): string =>
  text.replace(/\$\{(\w+)\}/g, (_, name: string) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`))

/** Traefik, "Middlewares". */
const MIDDLEWARES: Readonly<Record<string, Middleware>> = {
  stripprefix: (passing, options) => {
    const path = pathOf(passing.target)
    const prefix = list(options.get('prefixes')).find((each) => path.startsWith(each))
    if (prefix !== undefined) stripped(passing, prefix)
    return undefined
  },
  stripprefixregex: (passing, options) => {
    const path = pathOf(passing.target)
    const prefix = list(options.get('regex'))
      .map((each) => new RegExp(`^${each}`).exec(path)?.[0])
      .find((each) => each !== undefined)
    if (prefix !== undefined) stripped(passing, prefix)
    return undefined
  },
  addprefix: (passing, options) => void (passing.target = (options.get('prefix') ?? '') + passing.target),
  replacepath: (passing, options) => {
    passing.headers.set('X-Replaced-Path', pathOf(passing.target))
    passing.target = withPath(passing.target, options.get('path') ?? '/')
    return undefined
  },
  replacepathregex: (passing, options) => {
    const path = pathOf(passing.target)
    const changed = path.replace(
      new RegExp(options.get('regex') ?? '^$'),
      replacement(options.get('replacement') ?? ''),
    )
    passing.target = withPath(passing.target, changed)
    return undefined
  },
  redirectscheme: ({ host, target }, options) => {
    const scheme = options.get('scheme') ?? 'https'
    const port = options.get('port')
    const usual = { http: '80', https: '443' }[scheme]
    const where = port === undefined || port === usual ? host : `${host}:${port}`
    return scheme === 'http'
      ? undefined
      : redirect(`${scheme}://${where}${target}`, options.get('permanent') === 'true')
  },
  redirectregex: ({ host, target }, options) => {
    const url = `http://${host}${target}`
    const pattern = new RegExp(options.get('regex') ?? '^$')
    return pattern.test(url)
      ? redirect(
          url.replace(pattern, replacement(options.get('replacement') ?? '')),
          options.get('permanent') === 'true',
        )
      : undefined
  },
  headers: (passing, options) => {
    for (const [name, value] of under(options, 'customrequestheaders')) passing.headers.set(name, value)
    for (const [name, value] of under(options, 'customresponseheaders')) passing.answerHeaders.set(name, value)
    return undefined
  },
  basicauth: async (passing, options) => {
    if (await passing.authorised(list(options.get('users')))) return undefined
    const realm = options.get('realm') ?? 'traefik'
    return {
      status: 401,
      headers: [
        ['Content-Type', 'text/plain'],
        ['Www-Authenticate', `Basic realm="${realm}"`],
      ],
      body: '401 Unauthorized\n',
    }
  },
  compress: () => undefined,
}

export const isKnownMiddleware = ({ kind }: MiddlewareConfig): boolean =>
  kind === 'chain' || Object.hasOwn(MIDDLEWARES, kind)

/** Runs a router's middlewares in their order. @returns an answer that one of them gives */
export async function runMiddlewares(
  passing: Passing,
  names: readonly string[],
  config: DynamicConfig,
  provider: string,
): Promise<ServerResponse | undefined> {
  for (const name of names) {
    const middleware = config.middlewares.get(qualified(name, provider))
    if (!middleware)
      return { status: 404, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: '404 page not found\n' }
    const { kind, options } = middleware
    const answer =
      kind === 'chain'
        ? await runMiddlewares(passing, list(options.get('middlewares')), config, provider)
        : await MIDDLEWARES[kind]?.(passing, options)
    if (answer) return answer
  }
  return undefined
}
