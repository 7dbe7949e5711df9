/** Routers, services and middlewares by their names with the provider: `whoami@docker`. */
export interface DynamicConfig {
  readonly routers: ReadonlyMap<string, RouterConfig>
  readonly services: ReadonlyMap<string, ServiceConfig>
  /** Kind in small letters, then its options as flat rows. */
  readonly middlewares: ReadonlyMap<string, MiddlewareConfig>
  readonly tcpRouters: ReadonlyMap<string, TcpRouterConfig>
  readonly tcpServices: ReadonlyMap<string, TcpServiceConfig>
  readonly certificates: readonly CertificateFiles[]
}

export interface RouterConfig {
  readonly rule: string
  readonly entryPoints: readonly string[]
  readonly middlewares: readonly string[]
  readonly service: string
  /** 0: by the length of the rule. */
  readonly priority: number
  readonly tls: boolean
  /** Who is to make its certificate. */
  readonly resolver: string | undefined
  /** `v2` or `v3` where the router itself says it. */
  readonly syntax: string | undefined
}

export interface Sticky {
  readonly name: string
  /** Behind the value: `; Path=/; HttpOnly`. */
  readonly attributes: string
}

export interface Share {
  readonly name: string
  readonly weight: number
}

export interface HealthCheck {
  readonly path: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly port: number | undefined
}

export interface ServiceConfig {
  /** URLs: `http://172.18.0.2:80`. */
  readonly servers: readonly string[]
  readonly sticky: Sticky | undefined
  readonly passHostHeader: boolean
  readonly health: HealthCheck | undefined
  /** Other services that it deals requests out to, in place of servers. */
  readonly shares: readonly Share[]
}

export interface MiddlewareConfig {
  readonly kind: string
  readonly options: ReadonlyMap<string, string>
}

export interface TcpRouterConfig {
  readonly rule: string
  readonly entryPoints: readonly string[]
  readonly service: string
  readonly tls: 'none' | 'ended' | 'passed'
}

export interface TcpServiceConfig {
  /** `address:port`. */
  readonly servers: readonly string[]
}

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
  readonly isDefault: boolean
}

export const EMPTY: DynamicConfig = {
  ...{ routers: new Map(), services: new Map(), middlewares: new Map() },
  ...{ tcpRouters: new Map(), tcpServices: new Map(), certificates: [] },
}

export const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

/** Options of one kind of object: by name, then by the rest of the key. */
export function grouped(rows: ReadonlyMap<string, string>, prefix: string): Map<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>()
  for (const [key, value] of rows) {
    if (!key.toLowerCase().startsWith(`${prefix}.`)) continue
    const [name = '', ...rest] = key.slice(prefix.length + 1).split('.')
    const group = groups.get(name) ?? new Map<string, string>()
    groups.set(name, group.set(rest.join('.').toLowerCase(), value))
  }
  return groups
}

export const readMiddlewares = (rows: ReadonlyMap<string, string>, prefix: string): [string, MiddlewareConfig][] =>
  [...grouped(rows, prefix)].map(([name, options]) => {
    const [first = ''] = options.keys()
    const kind = first.split('.')[0] ?? ''
    return [name, { kind, options: new Map([...options].map(([key, value]) => [key.slice(kind.length + 1), value])) }]
  })

const hasTls = (options: ReadonlyMap<string, string>): boolean =>
  options.get('tls') !== 'false' && [...options.keys()].some((key) => key === 'tls' || key.startsWith('tls.'))

export function readRouter(
  options: ReadonlyMap<string, string>,
  fallback: { readonly rule: string; readonly service: string },
): RouterConfig {
  return {
    rule: options.get('rule') ?? fallback.rule,
    entryPoints: list(options.get('entrypoints')),
    middlewares: list(options.get('middlewares')),
    service: options.get('service') ?? fallback.service,
    priority: Number(options.get('priority') ?? 0),
    tls: hasTls(options),
    resolver: options.get('tls.certresolver'),
    syntax: options.get('rulesyntax'),
  }
}

export function readTcpRouter(options: ReadonlyMap<string, string>, service: string): TcpRouterConfig {
  return {
    rule: options.get('rule') ?? '',
    entryPoints: list(options.get('entrypoints')),
    service: options.get('service') ?? service,
    tls: !hasTls(options) ? 'none' : options.get('tls.passthrough') === 'true' ? 'passed' : 'ended',
  }
}

/** `10s`, `1m30s`; a number alone is seconds. Milliseconds. */
export function durationMs(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  return [...text.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce(
    (sum, [, count = '0', unit = 's']) => sum + Number(count) * (units[unit] ?? 0),
    0,
  )
}

/** What a load balancer's rows say besides its servers. @param name the service's, for a cookie without a name */
export function readBalancer(
  options: ReadonlyMap<string, string>,
  name: string,
): Omit<ServiceConfig, 'servers' | 'shares'> {
  const path = options.get('healthcheck.path')
  const port = options.get('healthcheck.port')
  return {
    sticky: readSticky(options, name),
    passHostHeader: options.get('passhostheader') !== 'false',
    health:
      path === undefined
        ? undefined
        : {
            ...{ path, port: port === undefined ? undefined : Number(port) },
            intervalMs: durationMs(options.get('healthcheck.interval'), 30_000),
            timeoutMs: durationMs(options.get('healthcheck.timeout'), 5000),
          },
  }
}

function readSticky(options: ReadonlyMap<string, string>, name: string): Sticky | undefined {
  const cookie = (key: string): string | undefined => options.get(`sticky.cookie.${key}`)
  const isOn = [...options].some(([key, value]) => /^sticky(\.cookie(\..*)?)?$/.test(key) && value !== 'false')
  if (!isOn) return undefined
  const sameSite = cookie('samesite')
  const maxAge = cookie('maxage')
  const attributes = [
    `Path=${cookie('path') ?? '/'}`,
    ...(cookie('domain') === undefined ? [] : [`Domain=${cookie('domain') ?? ''}`]),
    ...(maxAge === undefined || maxAge === '0' ? [] : [`Max-Age=${maxAge}`]),
    ...(cookie('httponly') === 'true' ? ['HttpOnly'] : []),
    ...(cookie('secure') === 'true' ? ['Secure'] : []),
    ...(sameSite === undefined
      ? []
      : [`SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1).toLowerCase()}`]),
  ]
  return { name: cookie('name') ?? `_${name.slice(0, 5)}`, attributes: `; ${attributes.join('; ')}` }
}

/** `name` alone means the provider's own. */
export const qualified = (name: string, provider: string): string => (name.includes('@') ? name : `${name}@${provider}`)

/** Several providers' objects in one. */
export const merged = (parts: readonly DynamicConfig[]): DynamicConfig => ({
  routers: new Map(parts.flatMap(({ routers }) => [...routers])),
  services: new Map(parts.flatMap(({ services }) => [...services])),
  middlewares: new Map(parts.flatMap(({ middlewares }) => [...middlewares])),
  tcpRouters: new Map(parts.flatMap(({ tcpRouters }) => [...tcpRouters])),
  tcpServices: new Map(parts.flatMap(({ tcpServices }) => [...tcpServices])),
  certificates: parts.flatMap(({ certificates }) => certificates),
})
