/** Static configuration as flat rows: `entrypoints.web.address` → `:80`, names in small letters. */
export type FlatConfig = ReadonlyMap<string, string>

/** `--providers.docker`, `--api.insecure=true`. @returns the rows, and words that are none */
export function readFlags(words: readonly string[]): {
  readonly rows: Map<string, string>
  readonly rest: readonly string[]
} {
  const rows = new Map<string, string>()
  const rest: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [, name = '', value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === '') rest.push(word)
    else if (value !== undefined) rows.set(name.toLowerCase(), value)
    else if (/file$/i.test(name) && words[at + 1] !== undefined) rows.set(name.toLowerCase(), words[++at] ?? '')
    else rows.set(name.toLowerCase(), 'true')
  }
  return { rows, rest }
}

/** A YAML document's leaves; a section that is there but empty counts as `true`. */
export function flatten(value: unknown, prefix = '', rows = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0))
    rows.set(prefix, 'true')
  else if (Array.isArray(value)) rows.set(prefix, value.map(String).join(','))
  else if (typeof value === 'object')
    for (const [name, inner] of Object.entries(value))
      flatten(inner, prefix === '' ? name.toLowerCase() : `${prefix}.${name.toLowerCase()}`, rows)
  else rows.set(prefix, String(value))
  return rows
}

/** What the static configuration comes to. */
export interface StaticConfig {
  readonly entryPoints: readonly EntryPoint[]
  readonly docker: DockerSettings | undefined
  /** File provider: a file or a folder. */
  readonly file: string | undefined
  readonly dashboard: boolean
  readonly insecureApi: boolean
  readonly ping: boolean
  readonly accessLog: boolean
  readonly accessLogJson: boolean
  readonly accessLogFile: string | undefined
  /** Whether a file that changes is read again. */
  readonly watchFile: boolean
  /** The entry point of metrics for Prometheus. */
  readonly metrics: string | undefined
  readonly pingPoint: string
  /** How rules are written that do not say so: `v2` or `v3`. */
  readonly ruleSyntax: string | undefined
  readonly resolvers: readonly string[]
  readonly logLevel: string
}

export interface EntryPoint {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Where everything is sent on: another entry point's name and a scheme. */
  readonly redirectTo: string | undefined
  readonly redirectScheme: string
  readonly redirectPermanent: boolean
  /** Whether every router here is one of TLS. */
  readonly tls: boolean
  /** What every router here begins with. */
  readonly middlewares: readonly string[]
  /** Whether routers that name no entry point are here. */
  readonly asDefault: boolean
}

export interface DockerSettings {
  readonly socket: string
  readonly exposedByDefault: boolean
  readonly network: string
  readonly defaultRule: string
}

const isOn = (value: string | undefined): boolean => value !== undefined && value !== 'false'

export function staticConfig(rows: FlatConfig): StaticConfig {
  const has = (section: string): boolean =>
    isOn(rows.get(section)) || [...rows.keys()].some((name) => name.startsWith(`${section}.`))
  const insecureApi = isOn(rows.get('api.insecure'))
  return {
    entryPoints: entryPoints(rows, insecureApi || isOn(rows.get('ping')) || has('metrics.prometheus')),
    docker: has('providers.docker')
      ? {
          socket: (rows.get('providers.docker.endpoint') ?? 'unix:///var/run/docker.sock').replace('unix://', ''),
          exposedByDefault: rows.get('providers.docker.exposedbydefault') !== 'false',
          network: rows.get('providers.docker.network') ?? '',
          defaultRule: rows.get('providers.docker.defaultrule') ?? 'Host(`{{ normalize .Name }}`)',
        }
      : undefined,
    file: rows.get('providers.file.filename') ?? rows.get('providers.file.directory'),
    insecureApi,
    dashboard: has('api') && rows.get('api.dashboard') !== 'false',
    ping: has('ping'),
    accessLog: has('accesslog'),
    accessLogJson: rows.get('accesslog.format') === 'json',
    accessLogFile: rows.get('accesslog.filepath'),
    watchFile: rows.get('providers.file.watch') !== 'false',
    metrics: has('metrics.prometheus') ? (rows.get('metrics.prometheus.entrypoint') ?? 'traefik') : undefined,
    pingPoint: rows.get('ping.entrypoint') ?? 'traefik',
    ruleSyntax: rows.get('core.defaultrulesyntax'),
    resolvers: [...new Set([...rows.keys()].flatMap((key) => /^certificatesresolvers\.([^.]+)/.exec(key)?.[1] ?? []))],
    logLevel: (rows.get('log.level') ?? 'ERROR').toUpperCase(),
  }
}

/** Those that are configured, else `http` on 80; `traefik` on 8080 where the API is open. */
function entryPoints(rows: FlatConfig, own: boolean): EntryPoint[] {
  const names = [...rows.keys()].flatMap((key) => /^entrypoints\.([^.]+)\.address$/.exec(key)?.[1] ?? [])
  const points = names.map((name) => entryPoint(name, rows.get(`entrypoints.${name}.address`) ?? '', rows))
  const known = points.length > 0 ? points : [entryPoint('http', ':80', rows)]
  return own && !names.includes('traefik') ? [...known, entryPoint('traefik', ':8080', rows)] : known
}

function entryPoint(name: string, where: string, rows: FlatConfig): EntryPoint {
  const colon = where.lastIndexOf(':')
  return {
    name,
    address: where.slice(0, colon) || '0.0.0.0',
    port: Number.parseInt(where.slice(colon + 1), 10),
    redirectTo: rows.get(`entrypoints.${name}.http.redirections.entrypoint.to`),
    redirectScheme: rows.get(`entrypoints.${name}.http.redirections.entrypoint.scheme`) ?? 'https',
    redirectPermanent: rows.get(`entrypoints.${name}.http.redirections.entrypoint.permanent`) !== 'false',
    tls: [...rows.keys()].some((key) => new RegExp(`^entrypoints\\.${name}\\.http\\.tls(\\.|$)`).test(key)),
    middlewares: (rows.get(`entrypoints.${name}.http.middlewares`) ?? '').split(',').filter((each) => each !== ''),
    asDefault: rows.get(`entrypoints.${name}.asdefault`) === 'true',
  }
}
