import { ConfigError } from './config-error.ts'
import type { Directive } from './config-parser.ts'

/** Settings that blocks inherit: the directives of the block, then those of the blocks around it. */
export class Scope {
  readonly directives: readonly Directive[]
  readonly parent: Scope | undefined

  constructor(directives: readonly Directive[], parent: Scope | undefined) {
    this.directives = directives
    this.parent = parent
  }

  /** The arguments of the innermost directive of that name. */
  find(name: string): readonly string[] | undefined {
    return this.directives.findLast((each) => each.name === name)?.args ?? this.parent?.find(name)
  }

  word(name: string, fallback: string): string {
    return this.find(name)?.[0] ?? fallback
  }

  on(name: string): boolean {
    return this.word(name, 'off') === 'on'
  }

  /** All of that name in the innermost block that has any: as add_header and proxy_set_header inherit. */
  all(name: string): readonly (readonly string[])[] {
    const own = this.directives.filter((each) => each.name === name)
    return own.length ? own.map((each) => each.args) : (this.parent?.all(name) ?? [])
  }

  /** All of that name, from the inside out. */
  every(name: string): readonly Directive[] {
    return [...this.directives.filter((each) => each.name === name), ...(this.parent?.every(name) ?? [])]
  }
}

export interface Location {
  readonly modifier: '' | '=' | '^~' | '~' | '~*'
  readonly pattern: string
  readonly regex: RegExp | undefined
  readonly scope: Scope
  readonly nested: readonly Location[]
}

export interface VirtualServer {
  readonly names: readonly string[]
  readonly listens: readonly { readonly address: string; readonly port: number; readonly isDefault: boolean }[]
  readonly scope: Scope
  readonly locations: readonly Location[]
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
  /** Addresses of each upstream, with weights as repetitions. */
  readonly upstreams: ReadonlyMap<string, readonly string[]>
  readonly types: ReadonlyMap<string, string>
  readonly formats: ReadonlyMap<string, string>
  /** What `map` makes, by the variable's name. */
  readonly maps: ReadonlyMap<string, VariableMap>
}

/** ngx_http_map_module. */
export interface VariableMap {
  /** Text with variables that is looked up. */
  readonly source: string
  readonly rows: readonly (readonly [string | RegExp, string])[]
  readonly fallback: string
}

export const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'

/** What nginx knows beyond what has an effect here; anything else is an unknown directive. */
const KNOWN = new Set(
  `absolute_redirect access_log accept_mutex add_header add_trailer aio alias allow auth_basic auth_basic_user_file
  autoindex autoindex_exact_size autoindex_format autoindex_localtime break charset chunked_transfer_encoding
  client_body_buffer_size client_body_timeout client_header_buffer_size client_header_timeout client_max_body_size
  daemon default_type deny directio error_log error_page etag events expires fastcgi_index fastcgi_param fastcgi_pass
  fastcgi_split_path_info geo gzip gzip_buffers gzip_comp_level gzip_disable gzip_http_version gzip_min_length
  gzip_proxied gzip_static gzip_types gzip_vary hash http http2 if ignore_invalid_headers include index internal
  ip_hash keepalive keepalive_requests keepalive_timeout large_client_header_buffers least_conn limit_conn
  limit_conn_zone limit_except limit_rate limit_req limit_req_zone listen load_module location log_format log_not_found
  log_subrequest map map_hash_bucket_size map_hash_max_size master_process max_ranges merge_slashes mime.types
  multi_accept open_file_cache open_file_cache_errors open_file_cache_min_uses open_file_cache_valid output_buffers pcre_jit pid
  port_in_redirect proxy_buffer_size proxy_buffering proxy_buffers proxy_busy_buffers_size proxy_cache proxy_cache_bypass
  proxy_cache_key proxy_cache_path proxy_cache_valid proxy_connect_timeout proxy_hide_header proxy_http_version
  proxy_ignore_headers proxy_intercept_errors proxy_method proxy_next_upstream proxy_pass proxy_pass_header
  proxy_pass_request_body proxy_pass_request_headers proxy_read_timeout proxy_redirect proxy_request_buffering
  proxy_send_timeout proxy_set_body proxy_set_header proxy_ssl_verify proxy_ssl_server_name random real_ip_header
  recursive_error_pages reset_timedout_connection resolver resolver_timeout return rewrite rewrite_log root satisfy
  send_timeout sendfile sendfile_max_chunk server server_name server_name_in_redirect server_names_hash_bucket_size
  server_names_hash_max_size server_tokens set set_real_ip_from split_clients ssl_certificate ssl_certificate_key ssl_ciphers
  ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_timeout stub_status sub_filter sub_filter_once
  tcp_nodelay tcp_nopush thread_pool timer_resolution try_files types types_hash_bucket_size types_hash_max_size
  underscores_in_headers upstream use user valid_referers variables_hash_max_size worker_connections worker_cpu_affinity
  worker_priority worker_processes worker_rlimit_nofile worker_shutdown_timeout zone`.split(/\s+/),
)
/** Blocks whose directives are data. */
const DATA_BLOCKS: readonly string[] = ['types', 'map', 'geo', 'split_clients', 'upstream']

function check(directives: readonly Directive[]): void {
  for (const { name, block, file, line } of directives) {
    if (!KNOWN.has(name)) throw new ConfigError(`unknown directive "${name}" in ${file}:${line}`)
    if (block && !DATA_BLOCKS.includes(name)) check(block)
  }
}

const blockOf = (directives: readonly Directive[], name: string): readonly Directive[] =>
  directives.find((each) => each.name === name)?.block ?? []

/** @param extra directives of -g, which go before those of the file @throws ConfigError */
export function readConfiguration(directives: readonly Directive[], extra: readonly Directive[], file: string): Config {
  check([...extra, ...directives])
  if (!directives.some(({ name }) => name === 'events')) throw new ConfigError('no "events" section in configuration')
  const main = new Scope([...directives, ...extra], undefined)
  const httpBlock = blockOf(directives, 'http')
  const http = new Scope(httpBlock, main)
  const user = directives.find(({ name }) => name === 'user')
  const workers = main.word('worker_processes', '1')
  const [errorLog = 'logs/error.log', errorLevel = 'error'] = main.find('error_log') ?? ['/var/log/nginx/error.log']
  return {
    user: user?.args[0],
    userAt: user ? `${user.file}:${user.line}` : file,
    workers: workers === 'auto' ? 'auto' : Math.max(1, Number(workers) || 1),
    errorLog,
    errorLevel,
    pid: main.word('pid', '/run/nginx.pid'),
    daemon: main.word('daemon', 'on') !== 'off',
    http,
    servers: httpBlock.filter(({ name }) => name === 'server').map((each) => readServer(each, http)),
    upstreams: new Map(
      httpBlock.filter(({ name }) => name === 'upstream').map((each) => [each.args[0] ?? '', upstream(each)]),
    ),
    maps: new Map(
      httpBlock.filter(({ name }) => name === 'map').map((each) => [(each.args[1] ?? '').slice(1), readMap(each)]),
    ),
    types: readTypes(blockOf(httpBlock, 'types')),
    formats: new Map([
      ['combined', COMBINED],
      ...httpBlock
        .filter(({ name }) => name === 'log_format')
        .map(({ args }): [string, string] => [
          args[0] ?? '',
          args.slice(args[1]?.startsWith('escape=') ? 2 : 1).join(''),
        ]),
    ]),
  }
}

function upstream({ block = [] }: Directive): string[] {
  return block
    .filter(({ name, args }) => name === 'server' && !args.includes('down'))
    .flatMap(({ args: [address = '', ...settings] }) => {
      const weight = Number(settings.find((each) => each.startsWith('weight='))?.slice(7) ?? 1)
      return Array.from({ length: weight }, () => address)
    })
}

function readMap({ args: [source = ''], block = [], file, line }: Directive): VariableMap {
  const rows = block
    .filter(({ name }) => name !== 'default' && name !== 'hostnames')
    .map(({ name, args: [text = ''] }): readonly [string | RegExp, string] => {
      if (!name.startsWith('~')) return [name.toLowerCase(), text]
      const folded = name.startsWith('~*')
      return [patternOf(folded ? '~*' : '~', name.slice(folded ? 2 : 1), `${file}:${line}`) ?? name, text]
    })
  return { source, rows, fallback: block.find(({ name }) => name === 'default')?.args[0] ?? '' }
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
      listens.length || block.some(({ name }) => name === 'listen')
        ? listens
        : [{ address: '0.0.0.0', port: 80, isDefault: false }],
    scope,
    locations: readLocations(block, scope),
  }
}

/** IPv6 addresses are listened on nowhere: there is no IPv6 here. */
function readListen({ args, file, line }: Directive): VirtualServer['listens'] {
  const [where = '', ...settings] = args
  if (where.startsWith('[') || where.startsWith('unix:')) return []
  const [address, port] = where.includes(':') ? where.split(':') : /^\d+$/.test(where) ? ['*', where] : [where, '80']
  if (!/^\d+$/.test(port ?? '') || Number(port) > 65535)
    throw new ConfigError(`invalid port in "${where}" of the "listen" directive in ${file}:${line}`)
  const isDefault = settings.includes('default_server') || settings.includes('default')
  return [
    {
      address:
        address === '*' || address === 'localhost'
          ? address === '*'
            ? '0.0.0.0'
            : '127.0.0.1'
          : (address ?? '0.0.0.0'),
      port: Number(port),
      isDefault,
    },
  ]
}

const MODIFIERS = ['=', '^~', '~', '~*'] as const

function readLocations(block: readonly Directive[], parent: Scope): Location[] {
  return block
    .filter(({ name }) => name === 'location')
    .map(({ args, block: inner = [], file, line }) => {
      const modifier = MODIFIERS.find((each) => each === args[0]) ?? ''
      const pattern = args.length > 1 ? (args[1] ?? '') : (args[0] ?? '')
      const scope = new Scope(inner, parent)
      return {
        modifier,
        pattern,
        regex: patternOf(modifier, pattern, `${file}:${line}`),
        scope,
        nested: readLocations(inner, scope),
      }
    })
}

function patternOf(modifier: string, pattern: string, place: string): RegExp | undefined {
  if (modifier !== '~' && modifier !== '~*') return undefined
  try {
    return new RegExp(pattern.replaceAll('(?P<', '(?<'), modifier === '~*' ? 'i' : '')
  } catch {
    throw new ConfigError(`pcre2_compile() failed: error in "${pattern}" in ${place}`)
  }
}
