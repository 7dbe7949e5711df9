import { parse } from 'yaml'

type Node = { [key: string]: unknown }

export interface RegistryConfig {
  readonly address: string
  readonly root: string
  readonly deletes: boolean
  readonly readOnly: boolean
  readonly relativeUrls: boolean
  /** Scheme and host of Location fields, where they are not the request's. */
  readonly host: string
  readonly secret: boolean
  readonly headers: readonly (readonly [string, string])[]
  readonly htpasswd: { readonly realm: string; readonly path: string } | undefined
  readonly tls:
    | {
        readonly certificate: string
        readonly key: string
        /** Files of the authorities that clients have to be known to; none: nobody asks. */
        readonly clientAuthorities: readonly string[]
      }
    | undefined
  /** The registry that this one stands in front of. */
  readonly proxy: { readonly url: string; readonly username: string; readonly password: string } | undefined
  readonly level: string
  readonly accessLog: boolean
}

/** A configuration that the registry does not start with. */
export class ConfigurationError extends Error {}

/**
 * Reads the registry's configuration file, over which REGISTRY_… of the environment goes: words between underscores are
 * keys, the value is YAML. distribution, docs/configuration.md.
 * @throws ConfigurationError
 */
export function readConfiguration(text: string, env: ReadonlyMap<string, string>): RegistryConfig {
  const tree = parseTree(text)
  if (tree['version'] === undefined) throw new ConfigurationError('configuration version not specified')
  for (const [name, value] of [...env].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [first, ...keys] = name.split('_')
    if (first === 'REGISTRY' && keys.length > 0) overlay(tree, keys, value)
  }
  return configOf(tree)
}

function parseTree(text: string): Node {
  try {
    return nodeOf(parse(text))
  } catch (error) {
    throw new ConfigurationError(
      `yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
    )
  }
}

const nodeOf = (value: unknown): Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {}

/** Keys are found without regard to case; a section that is not there is made. `REGISTRY_AUTH=htpasswd` makes one too. */
function overlay(tree: Node, keys: readonly string[], value: string): void {
  let at = tree
  for (const key of keys.slice(0, -1)) {
    const name = keyOf(at, key)
    at[name] = typeof at[name] === 'string' ? { [at[name]]: {} } : nodeOf(at[name])
    at = at[name] as Node
  }
  const last = keyOf(at, keys.at(-1) ?? '')
  if (keys.length === 1 && ['auth', 'storage'].includes(last)) at[last] = { [value]: {}, ...nodeOf(at[last]) }
  else at[last] = parse(value) as unknown
}

const keyOf = (tree: Node, key: string): string =>
  Object.keys(tree).find((each) => each.toLowerCase() === key.toLowerCase()) ?? key.toLowerCase()

const textOf = (value: unknown, missing = ''): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : missing

function configOf(tree: Node): RegistryConfig {
  const [http, storage, auth, log] = ['http', 'storage', 'auth', 'log'].map((key) => nodeOf(tree[key]))
  const drivers = Object.keys(storage ?? {}).filter((key) => !SETTINGS_OF_STORAGE.has(key))
  if (drivers.length > 1)
    throw new ConfigurationError(`must provide exactly one storage type. Provided: [${drivers.toSorted().join(' ')}]`)
  const [driver] = drivers
  if (driver === undefined) throw new ConfigurationError('must provide exactly one storage type. Provided: []')
  if (driver !== 'filesystem' && driver !== 'inmemory')
    throw new ConfigurationError(`StorageDriver not registered: ${driver}`)
  return {
    address: textOf(http?.['addr'], ':5000'),
    root: textOf(
      nodeOf(storage?.['filesystem'])['rootdirectory'],
      driver === 'inmemory' ? '/tmp/registry' : '/var/lib/registry',
    ),
    deletes: nodeOf(storage?.['delete'])['enabled'] === true,
    readOnly: nodeOf(nodeOf(storage?.['maintenance'])['readonly'])['enabled'] === true,
    relativeUrls: http?.['relativeurls'] === true,
    host: textOf(http?.['host']),
    secret: textOf(http?.['secret']) !== '',
    headers: Object.entries(nodeOf(http?.['headers'])).flatMap(([name, values]) =>
      (Array.isArray(values) ? values : [values]).map((value) => [name, textOf(value)] as const),
    ),
    htpasswd: htpasswdOf(auth ?? {}),
    tls: tlsOf(nodeOf(http?.['tls'])),
    proxy: proxyOf(nodeOf(tree['proxy'])),
    level: textOf(log?.['level'], 'info'),
    accessLog: nodeOf(log?.['accesslog'])['disabled'] !== true,
  }
}

const SETTINGS_OF_STORAGE: ReadonlySet<string> = new Set(['cache', 'delete', 'maintenance', 'redirect', 'tag'])

function htpasswdOf(auth: Node): RegistryConfig['htpasswd'] {
  const [kind] = Object.keys(auth)
  if (kind === undefined) return undefined
  if (kind !== 'htpasswd')
    throw new ConfigurationError(
      `unable to configure authorization (${kind}): no access controller registered with name: ${kind}`,
    )
  const { realm, path } = nodeOf(auth['htpasswd'])
  if (realm === undefined || realm === null)
    throw new ConfigurationError(
      'unable to configure authorization (htpasswd): "realm" must be set for htpasswd access controller',
    )
  if (path === undefined || path === null)
    throw new ConfigurationError(
      'unable to configure authorization (htpasswd): "path" must be set for htpasswd access controller',
    )
  return { realm: textOf(realm), path: textOf(path) }
}

function proxyOf(proxy: Node): RegistryConfig['proxy'] {
  const url = textOf(proxy['remoteurl'])
  if (url === '') return undefined
  return { url, username: textOf(proxy['username']), password: textOf(proxy['password']) }
}

function tlsOf(tls: Node): RegistryConfig['tls'] {
  const certificate = textOf(tls['certificate'])
  if (certificate === '') return undefined
  // REGISTRY_HTTP_TLS_CLIENTCAS_0 makes a section of what is a list in the file.
  const clientAuthorities = Object.values(tls['clientcas'] ?? {}).map((each) => textOf(each))
  return { certificate, key: textOf(tls['key']), clientAuthorities }
}
