import type { CaddyConfig, CertificateFiles, HandlerConfig, HttpServer, MatcherSet, Route } from './config.ts'
import { DIRECTIVES, ORDER, PASSED_OVER, stripOf } from './directives.ts'
import { namedMatcher, splitMatcher } from './matchers.ts'
import type { Caddyfile, Segment, ServerBlock } from './parse.ts'
import { CaddyfileError } from './tokens.ts'

/** Of a site, beside its routes. */
const OF_SITES = ['log', 'tls', 'bind', 'handle_errors', 'import']
const GROUPED: Readonly<Record<string, string>> = {
  handle: 'handle',
  handle_path: 'handle',
  rewrite: 'rewrite',
  root: 'root',
}

/** A route with the directive that it came from. */
interface Placed {
  readonly directive: string
  readonly route: Route
}

interface Address {
  readonly scheme: string
  readonly host: string
  readonly port: string
  readonly path: string
}

/** Brings a Caddyfile into Caddy's own configuration. @throws CaddyfileError */
export function adapt({ options, blocks }: Caddyfile, file: string): CaddyConfig {
  return new Adapter(options, file).config(blocks)
}

class Adapter {
  private readonly options: readonly Segment[]
  private readonly hide: readonly string[]
  private groups = 0

  constructor(options: readonly Segment[], file: string) {
    this.options = options
    this.hide = [file.includes('/') ? file : `./${file}`]
  }

  config(blocks: readonly ServerBlock[]): CaddyConfig {
    const admin = this.option('admin')
    const debug = this.options.some(({ name }) => name === 'debug')
    const ports = {
      http_port: Number(this.option('http_port')?.[0] ?? 0),
      https_port: Number(this.option('https_port')?.[0] ?? 0),
    }
    const servers = this.servers(blocks)
    const policies = this.policies(blocks)
    const files = certificateFiles(blocks)
    return {
      ...(admin && { admin: admin[0] === 'off' ? { disabled: true } : { listen: admin[0] ?? 'localhost:2019' } }),
      ...(debug && { logging: { logs: { default: { level: 'DEBUG' } } } }),
      ...(blocks.length > 0 && {
        apps: {
          http: {
            ...(ports.http_port > 0 && { http_port: ports.http_port }),
            ...(ports.https_port > 0 && { https_port: ports.https_port }),
            servers,
          },
          ...((policies.length > 0 || files.length > 0) && {
            tls: {
              ...(files.length > 0 && { certificates: { load_files: files } }),
              ...(policies.length > 0 && { automation: { policies } }),
            },
          }),
        },
      }),
    }
  }

  private option(name: string): readonly string[] | undefined {
    return this.options.find((each) => each.name === name)?.args
  }

  private policies(blocks: readonly ServerBlock[]): readonly object[] {
    const all = this.options.some(({ name }) => name === 'local_certs')
    const internal = blocks.flatMap(({ keys, segments }) => {
      const tls = segments.find(({ name }) => name === 'tls')
      const subjects = keys.map(addressOf).flatMap(({ host }) => (host === '' ? [] : [host]))
      return tls?.args[0] === 'internal' && subjects.length > 0 ? [{ subjects, issuers: [{ module: 'internal' }] }] : []
    })
    return [...internal, ...(all ? [{ issuers: [{ module: 'internal' }] }] : [])]
  }

  /** Sites that listen on the same addresses are one server; of several the one with the longest name comes first. */
  private servers(blocks: readonly ServerBlock[]): Readonly<Record<string, HttpServer>> {
    const listeners = new Map<string, { block: ServerBlock; addresses: Address[] }[]>()
    for (const block of blocks)
      for (const [listen, addresses] of this.listensOf(block)) {
        const all = listeners.get(listen) ?? []
        all.push({ block, addresses })
        listeners.set(listen, all)
      }
    const sorted = [...listeners].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(sorted.map(([listen, sites], at) => [`srv${at}`, this.server(listen, sites)]))
  }

  private listensOf({ keys, segments }: ServerBlock): ReadonlyMap<string, Address[]> {
    const bind = segments.find(({ name }) => name === 'bind')?.args[0] ?? ''
    const found = new Map<string, Address[]>()
    for (const address of keys.map(addressOf)) {
      const listen = `${bind}:${this.portOf(address)}`
      found.set(listen, [...(found.get(listen) ?? []), address])
    }
    return found
  }

  private portOf({ port, scheme }: Address): string {
    if (port !== '') return port
    return scheme === 'http' ? (this.option('http_port')?.[0] ?? '80') : (this.option('https_port')?.[0] ?? '443')
  }

  private server(listen: string, sites: readonly { block: ServerBlock; addresses: Address[] }[]): HttpServer {
    const longest = ({ addresses }: { addresses: Address[] }): number =>
      Math.max(...addresses.map(({ host }) => host.length))
    const ordered = sites.toSorted((a, b) => longest(b) - longest(a))
    const alone = ordered.length === 1
    const errors = ordered.flatMap(({ block, addresses }) => this.errorRoutes(block, addresses, alone))
    const wish = this.option('auto_https')?.[0]
    const plain = ordered
      .flatMap(({ addresses }) => addresses)
      .filter(({ scheme, host }) => scheme === 'http' && host !== '')
    const automatic = {
      ...(wish === 'off' && { disable: true }),
      ...(wish === 'disable_redirects' && { disable_redirects: true }),
      ...(plain.length > 0 && !listen.endsWith(':80') && { skip: plain.map(({ host }) => host) }),
    }
    return {
      listen: [listen],
      routes: ordered.flatMap(({ block, addresses }) => this.site(block, addresses, alone)),
      ...(errors.length > 0 && { errors: { routes: errors } }),
      ...(Object.keys(automatic).length > 0 && { automatic_https: automatic }),
      ...(ordered.some(({ block }) => block.segments.some(({ name }) => name === 'log')) && { logs: {} }),
    }
  }

  private site(block: ServerBlock, addresses: readonly Address[], alone: boolean): readonly Route[] {
    const routes = this.routes(block.segments, true, new Map())
    const match = matchOf(addresses)
    // Hosts that only matchers of the site name are none to have certificates for.
    const asksHosts = routes.some((route) => route.match?.some((set) => 'host' in set))
    if (match.length === 0 && alone && asksHosts) return [{ handle: [{ handler: 'subroute', routes }] }]
    if (match.length === 0 && alone) return routes
    return [
      {
        ...(match.length > 0 && { match }),
        ...(routes.length > 0 && { handle: [{ handler: 'subroute', routes }] }),
        terminal: true,
      },
    ]
  }

  private errorRoutes({ segments }: ServerBlock, addresses: readonly Address[], alone: boolean): readonly Route[] {
    const inside = segments.filter(({ name }) => name === 'handle_errors')
    const match = matchOf(addresses)
    return inside.flatMap(({ block }) => {
      const routes = this.routes(block ?? [], true, new Map())
      if (match.length === 0 && alone) return routes
      return [{ ...(match.length > 0 && { match }), handle: [{ handler: 'subroute', routes }], terminal: true }]
    })
  }

  /** @param ordered whether directives go by their usual order, or as they stand */
  private routes(
    segments: readonly Segment[],
    ordered: boolean,
    outer: ReadonlyMap<string, MatcherSet>,
  ): readonly Route[] {
    const named = new Map([...outer, ...segments.filter(({ name }) => name.startsWith('@')).map(namedMatcher)])
    const groups = new Map<string, string>()
    const placed = segments
      .filter(({ name }) => !name.startsWith('@') && !OF_SITES.includes(name) && !PASSED_OVER.includes(name))
      .flatMap((segment) => this.directive(segment, named))
    const sorted = ordered ? placed.toSorted(compareRoutes) : placed
    const grouped = sorted.map(({ directive, route }): Route => {
      const kind = ordered ? GROUPED[directive] : undefined
      const alone = sorted.filter((each) => GROUPED[each.directive] === kind).length < 2
      if (kind === undefined || (alone && kind !== 'rewrite')) return route
      const group = groups.get(kind) ?? `group${this.groups++}`
      groups.set(kind, group)
      return { group, ...route }
    })
    return consolidated(grouped)
  }

  private directive(segment: Segment, named: ReadonlyMap<string, MatcherSet>): readonly Placed[] {
    const { name, line, file } = segment
    if (!ORDER.includes(name)) throw new CaddyfileError(`${file}:${line}: unrecognized directive: ${name}`)
    const { match, rest: args } = splitMatcher(segment, named)
    const routesOf = (inside: readonly Segment[], ordered: boolean) => this.routes(inside, ordered, named)
    const placed = (handle: readonly HandlerConfig[], own = match): Placed => ({
      directive: name,
      route: { ...(own && { match: [own] }), handle },
    })
    if (name === 'try_files') return [placed(...triedFiles(args))]
    if (name === 'handle_path') {
      const [path = ''] = (match?.path as readonly string[] | undefined) ?? []
      const inside = [{ handle: [stripOf(path)] }, ...routesOf(segment.block ?? [], true)]
      return [placed([{ handler: 'subroute', routes: inside }])]
    }
    const make = DIRECTIVES[name]
    if (!make) throw new CaddyfileError(`${file}:${line}: the directive ${name} is not supported here`)
    return [placed(make({ segment, args, routesOf, hide: this.hide }))]
  }
}

/** `tls cert.pem key.pem` of sites. */
const certificateFiles = (blocks: readonly ServerBlock[]): readonly CertificateFiles[] =>
  blocks
    .flatMap(({ segments }) => segments.filter(({ name, args }) => name === 'tls' && args.length === 2))
    .map(({ args: [certificate = '', key = ''] }, at) => ({ certificate, key, tags: [`cert${at}`] }))

const triedFiles = (args: readonly string[]): [readonly HandlerConfig[], MatcherSet] => [
  [{ handler: 'rewrite', uri: '{http.matchers.file.relative}' }],
  { file: { try_files: args.map((each) => each.replaceAll('{path}', '{http.request.uri.path}')) } },
]

const matchOf = (addresses: readonly Address[]): readonly MatcherSet[] => {
  const hosts = addresses.flatMap(({ host }) => (host === '' ? [] : [host]))
  const paths = addresses.flatMap(({ path }) => (path === '' || path === '/' ? [] : [path]))
  if (hosts.length === 0 && paths.length === 0) return []
  return [{ ...(hosts.length > 0 && { host: hosts }), ...(paths.length > 0 && { path: paths }) }]
}

/** `http://example.com:8080/path`, `:80`, `*.example.com`. */
export function addressOf(key: string): Address {
  const [, scheme = '', authority = '', path = ''] = /^(?:(https?):\/\/)?([^/]*)(\/.*)?$/.exec(key) ?? []
  const [, host = authority, port = ''] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? []
  return { scheme, host: host.replace(/^\[|\]$/g, ''), port, path }
}

/** What is more particular comes first: with a matcher before without, and longer paths before shorter ones. */
function compareRoutes(a: Placed, b: Placed): number {
  const byOrder = ORDER.indexOf(a.directive) - ORDER.indexOf(b.directive)
  if (byOrder !== 0)
    return GROUPED[a.directive] === 'handle' && GROUPED[b.directive] === 'handle'
      ? bySpecificity(a, b) || byOrder
      : byOrder
  const later = a.directive === 'vars' || a.directive === 'root'
  return later ? -bySpecificity(a, b) : bySpecificity(a, b)
}

function bySpecificity({ route: a }: Placed, { route: b }: Placed): number {
  if (Boolean(a.match) !== Boolean(b.match)) return a.match ? -1 : 1
  const [first, second] = [pathOf(a), pathOf(b)]
  if (first === undefined || second === undefined) return 0
  const bare = (path: string): string => path.replace(/\*$/, '')
  return bare(second).length - bare(first).length || (first.endsWith('*') ? 1 : 0) - (second.endsWith('*') ? 1 : 0)
}

function pathOf({ match }: Route): string | undefined {
  const paths = match?.length === 1 ? (match[0]?.path as readonly string[] | undefined) : undefined
  return paths?.length === 1 ? paths[0] : undefined
}

/** Neighbours with the same matchers are one route. */
function consolidated(routes: readonly Route[]): readonly Route[] {
  const all: Route[] = []
  for (const route of routes) {
    const last = all.at(-1)
    const { handle = [], ...rest } = route
    const { handle: before = [], ...lastRest } = last ?? {}
    if (last && JSON.stringify(rest) === JSON.stringify(lastRest))
      all[all.length - 1] = { ...last, handle: [...before, ...handle] }
    else all.push(route)
  }
  return all
}
