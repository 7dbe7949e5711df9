import type { Sys } from '@drydock/abi'
import type { LogConfig, Ulimit } from '@drydock/docker-api'
import { type Shape, typeError } from '../go-json/shape.ts'
import { syntaxError } from '../go-json/syntax-error.ts'
import { ifExists, readText } from '../state/files.ts'
import { CONFIG_SHAPES } from './config-shapes.ts'
import { configProblem, conflictingLabels } from './validate-config.ts'

export const CONFIG_FILE = '/etc/docker/daemon.json'

/** A configuration that the daemon cannot start with; the message is dockerd's last line. */
export class ConfigError extends Error {}

/** A range that new networks get their subnets from. */
export interface AddressPool {
  readonly Base: string
  readonly Size: number
}

/** What the daemon was told, by flags and in its file. dockerd(8), "DAEMON CONFIGURATION FILE" */
export interface DaemonConfig {
  readonly hosts: readonly string[]
  readonly dataRoot: string
  readonly pidFile: string
  readonly debug: boolean
  readonly log: LogConfig
  readonly labels: readonly string[]
  readonly insecureRegistries: readonly string[]
  readonly registryMirrors: readonly string[]
  readonly dns: readonly string[]
  readonly dnsSearch: readonly string[]
  readonly dnsOptions: readonly string[]
  readonly liveRestore: boolean
  readonly init: boolean
  readonly shmSize: number | undefined
  /** The default bridge's address with its prefix; empty for docker's own. */
  readonly bip: string
  readonly addressPools: readonly AddressPool[]
  /** Seconds that containers have when the daemon ends. */
  readonly shutdownTimeout: number
  readonly maxConcurrentDownloads: number
  readonly maxConcurrentUploads: number
  readonly maxDownloadAttempts: number
  readonly experimental: boolean
  readonly noNewPrivileges: boolean
  readonly proxies: { readonly http: string; readonly https: string; readonly none: string }
  /** Limits of containers that do not set them. */
  readonly ulimits: readonly Ulimit[]
  /** Where ports are published that name no address. */
  readonly ip: string
  /** Of the default bridge: containers reach one another, what goes out bears the host's address, the links' MTU. */
  readonly icc: boolean
  readonly masquerade: boolean
  readonly mtu: number
  /** What containers of the default bridge get their addresses from; empty: all of its subnet. */
  readonly fixedCidr: string
  /** Published ports have proxies; without, rules do all. */
  readonly userlandProxy: boolean
  /** Of TCP sockets; undefined: they are open to everybody. dockerd(8), --tls and its kin */
  readonly tls: TlsFiles | undefined
  /** Options of networks that do not set them, by driver. */
  readonly networkOptions: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Undefined files are looked for in the usual place. */
export interface TlsFiles {
  /** Whether clients have to show a certificate of the authority. */
  readonly verify: boolean
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** What may change while the daemon runs. dockerd(8), "Configuration reload behavior" */
const RELOADABLE = [
  'debug',
  'labels',
  'insecureRegistries',
  'registryMirrors',
  'liveRestore',
  'maxConcurrentDownloads',
  'maxConcurrentUploads',
  'maxDownloadAttempts',
  'shmSize',
  'shutdownTimeout',
] as const
type Reloadable = Pick<DaemonConfig, (typeof RELOADABLE)[number]>

const reloadable = (config: DaemonConfig): Reloadable =>
  Object.fromEntries(RELOADABLE.map((name) => [name, config[name]])) as unknown as Reloadable

/** The same by the names of the file, as the log and the event of a reload tell them. */
export const reloadedValues = (config: DaemonConfig): Readonly<Record<string, unknown>> => ({
  debug: config.debug,
  'default-cgroupns-mode': 'private',
  'default-ipc-mode': 'private',
  'default-runtime': 'runc',
  'default-shm-size': config.shmSize ?? DEFAULT_SHM_SIZE,
  'insecure-registries': config.insecureRegistries,
  labels: config.labels,
  'live-restore': config.liveRestore,
  'max-concurrent-downloads': config.maxConcurrentDownloads,
  'max-concurrent-uploads': config.maxConcurrentUploads,
  'max-download-attempts': config.maxDownloadAttempts,
  'registry-mirrors': config.registryMirrors,
  'shutdown-timeout': config.shutdownTimeout,
})

const DEFAULT_MTU = 1500
export const DEFAULT_SHM_SIZE = 64 * 1024 * 1024

/** Puts into `config`, which all parts of the daemon look at, what of `fresh` may change. */
export function takeReloadable(config: DaemonConfig, fresh: DaemonConfig): void {
  Object.assign(config, reloadable(fresh))
}

/** Flags of the command line by the name they have in the file; undefined where they were not given. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

type Values = Readonly<Record<string, unknown>>

/**
 * Reads the file and puts the flags beside it.
 * @param path undefined: the usual place, where the file may be missing
 * @throws ConfigError in dockerd's words
 */
export function readConfig(sys: Sys, flags: GivenFlags, path: string | undefined): DaemonConfig {
  const file = path ?? CONFIG_FILE
  const text = ifExists(() => readText(sys, file))
  const fail = (why: string): never => {
    throw new ConfigError(`unable to configure the Docker daemon with file ${file}: ${why}`)
  }
  if (text === undefined && path !== undefined) fail(`open ${file}: no such file or directory`)
  const values = text === undefined || text.trim() === '' ? {} : parse(text, fail)
  refuseTwice(values, flags, fail)
  const problem = configProblem(values)
  if (problem !== undefined) fail(`configuration validation from file failed: ${problem}`)
  const merged = { ...values, ...given(flags) }
  const both = configProblem(merged)
  if (both !== undefined) fail(`merged configuration validation from file and command line flags failed: ${both}`)
  const config = configOf(merged)
  const conflict = conflictingLabels(config.labels)
  if (conflict !== undefined) throw new ConfigError(conflict)
  return config
}

function parse(text: string, fail: (why: string) => never): Values {
  const wrong = syntaxError(text)
  if (wrong !== undefined) fail(wrong)
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail(`json: cannot unmarshal ${kindOf(value)} into Go value of type map[string]interface {}`)
  const values = value as Values
  const unknown = Object.keys(values).filter((name) => !CONFIG_SHAPES.has(name))
  if (unknown.length > 0) fail(`the following directives don't match any configuration option: ${unknown.join(', ')}`)
  for (const [name, value] of Object.entries(values)) {
    const problem = typeError(CONFIG_SHAPES.get(name) as Shape, value, { owner: 'Config', path: name })
    if (problem !== undefined) fail(problem)
  }
  const size = values['default-shm-size']
  if (typeof size === 'string' && sizeOf(size) === undefined) fail(`invalid size: '${size}'`)
  return values
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value

const given = (flags: GivenFlags): Values =>
  Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined && value !== false && !isEmpty(value)),
  )
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
const shown = (value: unknown): string => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value))
/** Lists that flags and file fill together. */
const JOINED: readonly string[] = ['insecure-registries', 'registry-mirrors']

/** @throws ConfigError */
function refuseTwice(values: Values, flags: GivenFlags, fail: (why: string) => never): void {
  const both = Object.entries(given(flags)).filter(([name]) => name in values && !JOINED.includes(name))
  if (both.length === 0) return
  const list = both.map(([name, flag]) => `${name}: (from flag: ${shown(flag)}, from file: ${shown(values[name])})`)
  fail(`the following directives are specified both as a flag and in the configuration file: ${list.join(', ')}`)
}

function tlsOf(values: Values): TlsFiles | undefined {
  // To say anything of clients, even that they need no certificate, means TLS.
  if (values['tls'] !== true && values['tlsverify'] === undefined) return undefined
  const file = (name: string): string | undefined => (values[name] as string | undefined) || undefined
  return {
    ...{ verify: values['tlsverify'] === true, ca: file('tlscacert') },
    ...{ cert: file('tlscert'), key: file('tlskey') },
  }
}

function configOf(values: Values): DaemonConfig {
  const texts = (name: string): readonly string[] => (values[name] as readonly string[] | undefined) ?? []
  const text = (name: string, missing: string): string => (values[name] as string | undefined) || missing
  const flag = (name: string): boolean => values[name] === true
  const count = (name: string, missing: number): number => (values[name] as number | undefined) ?? missing
  return {
    hosts: texts('hosts'),
    dataRoot: text('data-root', '/var/lib/docker'),
    pidFile: text('pidfile', '/var/run/docker.pid'),
    debug: flag('debug'),
    log: {
      Type: text('log-driver', 'json-file'),
      Config: (values['log-opts'] as Record<string, string> | undefined) ?? {},
    },
    labels: texts('labels'),
    insecureRegistries: texts('insecure-registries'),
    registryMirrors: texts('registry-mirrors').map((mirror) => `${mirror.replace(/\/$/, '')}/`),
    dns: texts('dns'),
    dnsSearch: texts('dns-search'),
    dnsOptions: texts('dns-opts'),
    liveRestore: flag('live-restore'),
    init: flag('init'),
    shmSize: sizeOf(values['default-shm-size']),
    bip: text('bip', ''),
    tls: tlsOf(values),
    addressPools: (
      (values['default-address-pools'] as readonly { base: string; size: number }[] | undefined) ?? []
    ).map(({ base, size }) => ({ Base: base, Size: size })),
    shutdownTimeout: count('shutdown-timeout', 15),
    maxConcurrentDownloads: count('max-concurrent-downloads', 3),
    maxConcurrentUploads: count('max-concurrent-uploads', 5),
    maxDownloadAttempts: count('max-download-attempts', 5),
    experimental: flag('experimental'),
    noNewPrivileges: flag('no-new-privileges'),
    proxies: proxiesOf(values),
    ulimits: Object.entries((values['default-ulimits'] ?? {}) as Record<string, Partial<Ulimit>>).map(
      ([Name, { Soft = 0, Hard = 0 }]) => ({ Name, Soft, Hard }),
    ),
    ip: text('ip', ''),
    icc: values['icc'] !== false,
    masquerade: values['ip-masq'] !== false,
    mtu: count('mtu', 0) || DEFAULT_MTU,
    fixedCidr: text('fixed-cidr', ''),
    userlandProxy: values['userland-proxy'] !== false,
    networkOptions: (values['default-network-opts'] ?? {}) as DaemonConfig['networkOptions'],
  }
}

/** At the top, or below `proxies` as the documentation has them. */
function proxiesOf(values: Values): DaemonConfig['proxies'] {
  const below = (values['proxies'] ?? {}) as Record<string, string | undefined>
  const of = (name: string): string => (values[name] as string | undefined) ?? below[name] ?? ''
  return { http: of('http-proxy'), https: of('https-proxy'), none: of('no-proxy') }
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const [, digits = '', unit = 'b'] = /^(\d+)([bkmg])?/i.exec(String(value ?? '')) ?? []
  return digits === '' ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1)
}
