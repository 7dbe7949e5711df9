/** Routers, services and middlewares by their names with the provider: `whoami@docker`. */
export interface DynamicConfig {
  readonly routers: ReadonlyMap<string, RouterConfig>
  readonly services: ReadonlyMap<string, ServiceConfig>
  /** Kind in small letters, then its options as flat rows. */
  readonly middlewares: ReadonlyMap<string, MiddlewareConfig>
}

export interface RouterConfig {
  readonly rule: string
  readonly entryPoints: readonly string[]
  readonly middlewares: readonly string[]
  readonly service: string
  /** 0: by the length of the rule. */
  readonly priority: number
}

export interface ServiceConfig {
  /** URLs: `http://172.18.0.2:80`. */
  readonly servers: readonly string[]
  readonly sticky: string | undefined
  readonly passHostHeader: boolean
}

export interface MiddlewareConfig {
  readonly kind: string
  readonly options: ReadonlyMap<string, string>
}

export const EMPTY: DynamicConfig = { routers: new Map(), services: new Map(), middlewares: new Map() }

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
  }
}

/** `name` alone means the provider's own. */
export const qualified = (name: string, provider: string): string => (name.includes('@') ? name : `${name}@${provider}`)

/** Several providers' objects in one. */
export const merged = (parts: readonly DynamicConfig[]): DynamicConfig => ({
  routers: new Map(parts.flatMap(({ routers }) => [...routers])),
  services: new Map(parts.flatMap(({ services }) => [...services])),
  middlewares: new Map(parts.flatMap(({ middlewares }) => [...middlewares])),
})
