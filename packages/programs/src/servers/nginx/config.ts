import { checkDirectives } from './check.ts'
import { ConfigError } from './config-error.ts'
import type { Directive } from './config-parser.ts'
import { compile } from './pattern.ts'
import { Scope } from './scope.ts'
import { readStream, type StreamConfig } from './stream-config.ts'
import { readUpstream, type UpstreamGroup, withPort } from './upstream-config.ts'
import { readGeo, readMap, readSplit, type VariableMap } from './variable-maps.ts'
import { refuseUnknownVariables } from './variable-names.ts'

export interface Location {
  readonly modifier: '' | '=' | '^~' | '~' | '~*'
  readonly pattern: string
  readonly regex: RegExp | undefined
  readonly scope: Scope
  readonly nested: readonly Location[]
}

export interface VirtualServer {
  readonly names: readonly string[]
  readonly listens: readonly Listen[]
  readonly scope: Scope
  readonly locations: readonly Location[]
}

export interface Listen {
  readonly address: string
  readonly port: number
  readonly isDefault: boolean
  readonly ssl: boolean
  readonly at: string
}

/** Memory that workers share, for `limit_req` and `limit_conn`. */
export interface LimitZone {
  readonly kind: 'req' | 'conn'
  /** Text with variables. */
  readonly key: string
  /** Thousandths of a request a second. */
  readonly rate: number
}

/** `proxy_cache_path`: where a zone's files lie, with the widths of the folders' names. */
export interface CachePath {
  readonly path: string
  readonly levels: readonly number[]
}

/** log_format; `escape` is default, json or none. */
export interface LogFormat {
  readonly text: string
  readonly escape: string
}

export interface Config {
  readonly user: string | undefined
  /** Where the user was named. */
  readonly userAt: string
  readonly workers: number | 'auto'
  readonly errorLog: string
  readonly errorLevel: string
  readonly pid: string
  readonly daemon: boolean
  readonly http: Scope
  readonly servers: readonly VirtualServer[]
  readonly upstreams: ReadonlyMap<string, UpstreamGroup>
  /** Names that have to be resolved before anything starts: of upstreams, and what proxy_pass names itself. */
  readonly hosts: readonly { readonly name: string; readonly at: string; readonly port: string }[]
  readonly types: ReadonlyMap<string, string>
  readonly formats: ReadonlyMap<string, LogFormat>
  /** What `map`, `geo` and `split_clients` make, by the variable's name. */
  readonly maps: ReadonlyMap<string, VariableMap>
  readonly zones: ReadonlyMap<string, LimitZone>
  /** By the name of the zone. */
  readonly caches: ReadonlyMap<string, CachePath>
  readonly stream: StreamConfig
  /** What is odd but no error. */
  readonly warnings: readonly string[]
}

export const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'

const blockOf = (directives: readonly Directive[], name: string): readonly Directive[] =>
  directives.find((each) => each.name === name)?.block ?? []

/** @param extra directives of -g, which go before those of the file @throws ConfigError */
export function readConfiguration(directives: readonly Directive[], extra: readonly Directive[], file: string): Config {
  checkDirectives([...extra, ...directives])
  const main = new Scope([...directives, ...extra], undefined)
  const block = blockOf(directives, 'http')
  const http = new Scope(block, main)
  const named = (name: string): readonly Directive[] => block.filter((each) => each.name === name)
  const user = directives.find(({ name }) => name === 'user')
  const workers = main.word('worker_processes', '1')
  const [errorLog = 'logs/error.log', errorLevel = 'error'] = main.find('error_log') ?? ['/var/log/nginx/error.log']
  const upstreams = new Map(named('upstream').map((each) => [each.args[0] ?? '', readUpstream(each)]))
  const servers = named('server').map((each) => readServer(each, http))
  const formats = new Map([['combined', { text: COMBINED, escape: 'default' }], ...named('log_format').map(readFormat)])
  refuseUnknownFormats(block, formats)
  refuseUnknownVariables(block)
  if (!directives.some(({ name }) => name === 'events'))
    throw new LateConfigError('no "events" section in configuration')
  const zones = new Map([
    ...named('limit_req_zone').map((each) => readZone('req', each)),
    ...named('limit_conn_zone').map((each) => readZone('conn', each)),
  ])
  refuseUnknownZones(block, zones)
  const caches = new Map(named('proxy_cache_path').map(readCachePath))
  refuseUnknownCaches(block, caches)
  const streamed = blockOf(directives, 'stream')
  const stream = readStream(streamed, main)
  refuseUnknownFormats(streamed, stream.formats)
  return {
    user: user?.args[0],
    userAt: user ? `${user.file}:${user.line}` : file,
    workers: workers === 'auto' ? 'auto' : Math.max(1, Number(workers) || 1),
    errorLog,
    errorLevel,
    pid: main.word('pid', '/run/nginx.pid'),
    daemon: main.word('daemon', 'on') !== 'off',
    http,
    servers,
    upstreams,
    hosts: [...hostsOf(block, upstreams), ...stream.hosts],
    maps: new Map([
      ...named('map').map((each): [string, VariableMap] => [(each.args[1] ?? '').slice(1), readMap(each)]),
      ...named('geo').map((each): [string, VariableMap] => [(each.args.at(-1) ?? '').slice(1), readGeo(each)]),
      ...named('split_clients').map((each): [string, VariableMap] => [(each.args[1] ?? '').slice(1), readSplit(each)]),
    ]),
    types: readTypes(blockOf(block, 'types')),
    formats,
    zones,
    caches,
    stream,
    warnings: listenWarnings(servers),
  }
}

/** Found when all was read and found well-formed. */
export class LateConfigError extends ConfigError {}

function readFormat({ args: [name = '', ...texts] }: Directive): [string, LogFormat] {
  const escape = texts[0]?.startsWith('escape=') ? texts[0].slice(7) : undefined
  return [name, { text: texts.slice(escape === undefined ? 0 : 1).join(''), escape: escape ?? 'default' }]
}

function readZone(kind: LimitZone['kind'], { args }: Directive): [string, LimitZone] {
  const word = (key: string): string => args.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  const [, count = '0', unit = 's'] = /^(\d+)r\/([sm])$/.exec(word('rate')) ?? []
  return [
    word('zone').split(':')[0] ?? '',
    { kind, key: args[0] ?? '', rate: Math.floor((Number(count) * 1000) / (unit === 'm' ? 60 : 1)) },
  ]
}

function readCachePath({ args: [path = '', ...words] }: Directive): [string, CachePath] {
  const word = (key: string): string => words.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  const levels = word('levels')
    .split(':')
    .map(Number)
    .filter((width) => width > 0)
  return [word('keys_zone').split(':')[0] ?? '', { path: path.replace(/\/$/, ''), levels }]
}

function refuseUnknownCaches(block: readonly Directive[], caches: ReadonlyMap<string, CachePath>): void {
  for (const {
    name,
    args: [zone = ''],
    file,
    line,
  } of each(block))
    if (name === 'proxy_cache' && zone !== 'off' && !zone.includes('$') && !caches.has(zone))
      throw new ConfigError(`"proxy_cache" zone "${zone}" is unknown in ${file}:${line}`)
}

/** Every directive of a block and the blocks in it. */
function* each(directives: readonly Directive[]): Generator<Directive> {
  for (const directive of directives) {
    yield directive
    if (directive.block && !['map', 'geo', 'types', 'split_clients'].includes(directive.name))
      yield* each(directive.block)
  }
}

function refuseUnknownZones(block: readonly Directive[], zones: ReadonlyMap<string, LimitZone>): void {
  for (const { name, args } of each(block)) {
    if (name !== 'limit_req' && name !== 'limit_conn') continue
    const zone = name === 'limit_conn' ? args[0] : args.find((word) => word.startsWith('zone='))?.slice(5)
    if (zone !== undefined && !zones.has(zone)) throw new LateConfigError(`zero size shared memory zone "${zone}"`)
  }
}

function refuseUnknownFormats(block: readonly Directive[], formats: ReadonlyMap<string, unknown>): void {
  for (const { name, args, file, line } of each(block)) {
    const format = name === 'access_log' && args[0] !== 'off' ? args[1] : undefined
    if (format !== undefined && !format.includes('=') && !formats.has(format))
      throw new ConfigError(`unknown log format "${format}" in ${file}:${line}`)
  }
}

/** ngx_parse_url at the start: a name that can't be resolved stops nginx. */
function hostsOf(block: readonly Directive[], upstreams: ReadonlyMap<string, UpstreamGroup>): Config['hosts'] {
  const ofUpstreams = [...upstreams.values()].flatMap(({ servers }) =>
    servers.map(({ name, at }) => ({ name, at, port: '80' })),
  )
  const ofPasses = [...each(block)].flatMap(({ name, args: [url = ''], file, line }) => {
    const [, scheme = '', authority = ''] = /^(https?):\/\/([^/]+)/.exec(url) ?? []
    const isOwn = name === 'proxy_pass' && !url.includes('$') && authority !== '' && !upstreams.has(authority)
    return isOwn ? [{ name: authority, at: `${file}:${line}`, port: scheme === 'https' ? '443' : '80' }] : []
  })
  return [...ofUpstreams, ...ofPasses].filter(({ name }) => !name.startsWith('unix:'))
}

function readTypes(block: readonly Directive[]): Map<string, string> {
  if (block.length === 0)
    return new Map([
      ['html', 'text/html'],
      ['gif', 'image/gif'],
      ['jpg', 'image/jpeg'],
    ])
  return new Map(block.flatMap(({ name, args }) => args.map((extension): [string, string] => [extension, name])))
}

function readServer({ block = [] }: Directive, http: Scope): VirtualServer {
  const scope = new Scope(block, http)
  const listens = block.filter(({ name }) => name === 'listen').flatMap(readListen)
  return {
    names: block.filter(({ name }) => name === 'server_name').flatMap(({ args }) => args),
    listens:
      listens.length > 0 || block.some(({ name }) => name === 'listen')
        ? listens
        : [{ address: '0.0.0.0', port: 80, isDefault: false, ssl: false, at: '' }],
    scope,
    locations: readLocations(block, scope),
  }
}

/** IPv6 addresses keep their brackets: `[::]`. */
function readListen({ args, file, line }: Directive): Listen[] {
  const [where = '', ...settings] = args
  if (where.startsWith('unix:')) return []
  const [, six, sixPort = '80'] = /^(\[[^\]]*\])(?::(\d+))?$/.exec(where) ?? []
  const full = /^\d+$/.test(where) ? `*:${where}` : withPort(where)
  const [address = '*', port = '80'] = six === undefined ? full.split(':') : [six, sixPort]
  const isDefault = settings.includes('default_server') || settings.includes('default')
  const known: Readonly<Record<string, string>> = { '*': '0.0.0.0', localhost: '127.0.0.1' }
  const ssl = settings.includes('ssl')
  return [{ address: known[address] ?? address, port: Number(port), isDefault, ssl, at: `${file}:${line}` }]
}

/** @returns names that two servers of one address claim @throws ConfigError for two defaults and for a listen said twice */
function listenWarnings(servers: readonly VirtualServer[]): string[] {
  const defaults = new Set<string>()
  const claimed = new Set<string>()
  const warnings: string[] = []
  for (const { listens, names } of servers) {
    const own = new Set<string>()
    for (const { address, port, isDefault, at } of listens) {
      const where = `${address}:${port}`
      if (own.has(where)) throw new ConfigError(`a duplicate listen ${where} in ${at}`)
      own.add(where)
      if (isDefault && defaults.has(where)) throw new ConfigError(`a duplicate default server for ${where} in ${at}`)
      if (isDefault) defaults.add(where)
      for (const name of names.length > 0 ? names : ['']) {
        if (claimed.has(`${where} ${name}`)) warnings.push(`conflicting server name "${name}" on ${where}, ignored`)
        claimed.add(`${where} ${name}`)
      }
    }
  }
  return warnings
}

const MODIFIERS = ['=', '^~', '~', '~*'] as const

function readLocations(block: readonly Directive[], parent: Scope): Location[] {
  return block
    .filter(({ name }) => name === 'location')
    .map(({ args, block: inner = [] }) => {
      const modifier = MODIFIERS.find((each) => each === args[0]) ?? ''
      const pattern = args.length > 1 ? (args[1] ?? '') : (args[0] ?? '')
      const scope = new Scope(inner, parent)
      return {
        modifier,
        pattern,
        regex: modifier.startsWith('~') ? compile(pattern, modifier === '~*') : undefined,
        scope,
        nested: readLocations(inner, scope),
      }
    })
}
