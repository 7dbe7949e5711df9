import { ConfigError } from './config-error.ts'
import type { Directive } from './config-parser.ts'
import { compile } from './pattern.ts'
import { secondsOf, sizeOf } from './scope.ts'

/** Where a directive stands: its context's letter (see DIRECTIVES) and the block around it. */
export interface Place {
  readonly context: string
  readonly around: Directive | undefined
}

/** A complaint, without its place. */
type Sense = (directive: Directive, place: Place) => string | undefined

const oneOf =
  (...words: readonly string[]): Sense =>
  ({ args: [word = ''] }) =>
    words.includes(word) ? undefined : `invalid value "${word}"`

const LISTEN_WORD =
  /^(default_server|default|ssl|http2|quic|proxy_protocol|deferred|bind|reuseport|(setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=\S+)$/
const PEER_WORD =
  /^(weight=[1-9]\d*|max_conns=\d+|max_fails=\d+|fail_timeout=\w+|slow_start=\w+|backup|down|resolve|service=\S+)$/
const CACHE_WORD =
  /^(levels|keys_zone|inactive|max_size|min_free|manager_files|manager_sleep|manager_threshold|loader_files|loader_sleep|loader_threshold|use_temp_path|purger|purger_files|purger_sleep|purger_threshold)=/
const STALE_WHEN: readonly string[] = [
  ...['error', 'timeout', 'invalid_header', 'updating', 'http_500', 'http_502', 'http_503', 'http_504', 'http_403'],
  ...['http_404', 'http_429', 'off'],
]
const invalidOne = (args: readonly string[], known: readonly string[]): string | undefined => {
  const wrong = args.find((word) => !known.includes(word))
  return wrong === undefined ? undefined : `invalid value "${wrong}"`
}
const LEVELS: readonly string[] = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg']
const NO_URI =
  '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block'

/** What the handlers of single directives refuse, in nginx's words. */
export const SENSE: Readonly<Record<string, Sense>> = {
  listen: ({ args: [where = '', ...rest] }, { context }) => {
    const wrong = rest.find((word) => !LISTEN_WORD.test(word) && !(word === 'udp' && context === 'V'))
    const port = /^\d+$/.test(where) ? where : /:(\d+)$/.exec(where)?.[1]
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
      return `invalid port in "${where}" of the "listen" directive`
    if (/^[a-z][\w.-]*(:\d+)?$/i.test(where) && !/^localhost\b/.test(where))
      return `host not found in "${where}" of the "listen" directive`
    return wrong === undefined ? undefined : `invalid parameter "${wrong}"`
  },
  server_name: ({ args }) =>
    trying(() => args.filter((each) => each.startsWith('~')).forEach((each) => void compile(each.slice(1), false))),
  location: ({ args }, { context, around }) => locationSense(args, context, around),
  rewrite: ({ args: [pattern = '', , flag] }) =>
    flag !== undefined && !['last', 'break', 'redirect', 'permanent'].includes(flag)
      ? `invalid parameter "${flag}"`
      : trying(() => void compile(pattern, false)),
  return: ({ args: [code = '', ...rest] }, { context }) =>
    context === 'V' || /^\d{1,3}$/.test(code) || (rest.length === 0 && /^(https?:\/\/|\$scheme)/.test(code))
      ? undefined
      : `invalid return code "${code}"`,
  set: ({ args: [name = ''] }) => (name.startsWith('$') ? undefined : `invalid variable name "${name}"`),
  map: ({ args: [, name = ''] }) => (name.startsWith('$') ? undefined : `invalid variable name "${name}"`),
  keepalive: ({ args: [count = ''] }) =>
    /^[1-9]\d*$/.test(count) ? undefined : `invalid value "${count}" in "keepalive" directive`,
  geo: ({ args, block = [] }) => {
    const name = args.at(-1) ?? ''
    if (!name.startsWith('$')) return `invalid variable name "${name}"`
    const wrong = block.find(
      (row) =>
        !/^(default|ranges|delete|proxy|proxy_recursive|include)$/.test(row.name) &&
        !isNetwork(row.name) &&
        !row.name.includes('-'),
    )
    return wrong && `invalid network "${wrong.name}"`
  },
  split_clients: ({ block = [] }) =>
    block.reduce((sum, { name }) => sum + (name === '*' ? 0 : Number.parseFloat(name)), 0) > 100
      ? 'percent total is greater than 100%'
      : undefined,
  if: ({ args }) => {
    const words = args.join(' ')
    const [left = '', operator, right] = words.replace(/^\(\s*|\s*\)$/g, '').split(/\s+/)
    return words.startsWith('(') &&
      words.endsWith(')') &&
      (operator === undefined || /^!?-[fdex]$/.test(left) || (right ?? '') !== '')
      ? undefined
      : `invalid condition "${left}"`
  },
  proxy_pass: ({ args: [url = ''] }, { context, around }) => {
    if (context === 'V') return undefined
    const [, rest] = /^https?:\/\/(.*)$/.exec(url) ?? []
    if (url.includes('$')) return undefined
    if (rest === undefined) return 'invalid URL prefix'
    const bare =
      context === 'L' ||
      context === 'x' ||
      (around?.args.length === 2 && around.args[0]?.startsWith('~') === true) ||
      around?.args[0]?.startsWith('@') === true
    return bare && !rest.startsWith('unix:') && rest.includes('/') ? NO_URI : undefined
  },
  upstream: ({ args: [name = ''], block = [] }) => {
    const servers = block.filter((each) => each.name === 'server')
    if (servers.length === 0) return 'no servers are inside upstream'
    return servers.every(({ args }) => args.includes('backup')) ? `no servers in upstream "${name}"` : undefined
  },
  server: ({ args, name }, { context, around }) => {
    if ((context !== 'u' && context !== 'W') || name !== 'server') return undefined
    if (context === 'W' && !/^unix:|:\d+$/.test(args[0] ?? '')) return `no port in upstream "${args[0] ?? ''}"`
    const wrong = args.slice(1).find((word) => !PEER_WORD.test(word))
    if (wrong !== undefined) return `invalid parameter "${wrong}"`
    const method = around?.block?.find((each) => ['ip_hash', 'hash', 'random'].includes(each.name))
    return method && args.includes('backup') ? 'balancing method does not support parameter "backup"' : undefined
  },
  proxy_cache_path: ({ args: [, ...words] }) => {
    const wrong = words.find((word) => !CACHE_WORD.test(word))
    if (wrong !== undefined) return `invalid parameter "${wrong}"`
    const levels = words.find((word) => word.startsWith('levels=') && !/^levels=[12](:[12]){0,2}$/.test(word))
    if (levels !== undefined) return `invalid "levels" "${levels}"`
    const zone = words.find((word) => word.startsWith('keys_zone='))
    if (zone === undefined) return '"proxy_cache_path" must have "keys_zone" parameter'
    return /:\d+[kKmM]?$/.test(zone) ? undefined : `invalid keys zone size "${zone}"`
  },
  proxy_cache_valid: ({ args }) => {
    const time = args.at(-1) ?? ''
    if (secondsOf(time) === undefined) return `invalid time value "${time}"`
    const code = args.slice(0, -1).find((word) => word !== 'any' && !/^[1-5]\d\d$/.test(word))
    return code === undefined ? undefined : `invalid status "${code}"`
  },
  proxy_cache_use_stale: ({ args }) => invalidOne(args, STALE_WHEN),
  ssl_protocols: ({ args }) => invalidOne(args, ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']),
  limit_req_zone: ({ args }) => zoneSense(args) ?? rateSense(args),
  limit_conn_zone: ({ args }) => zoneSense(args),
  limit_req: ({ args }) => {
    const wrong = args.find((word) => !/^(zone=.+|burst=[1-9]\d*|delay=\d+|nodelay)$/.test(word))
    return wrong === undefined ? undefined : `invalid parameter "${wrong}"`
  },
  limit_conn: ({ args: [, count = ''] }) =>
    /^[1-9]\d*$/.test(count) ? undefined : `invalid number of connections "${count}"`,
  error_log: ({ args: [, ...levels] }) => {
    const wrong = levels.find((level) => !LEVELS.includes(level))
    return wrong === undefined ? undefined : `invalid log level "${wrong}"`
  },
  expires: ({ args }) => {
    const word = args.at(-1) ?? ''
    const time = word.replace(/^[-+@]/, '')
    return ['off', 'epoch', 'max'].includes(word) || word.startsWith('$') || secondsOf(time) !== undefined
      ? undefined
      : '"expires" directive invalid value'
  },
  error_page: ({ args }) => {
    const codes = args.slice(0, -1).filter((word) => !word.startsWith('='))
    const wrong = codes.find((code) => !/^\d+$/.test(code))
    if (wrong !== undefined) return `invalid value "${wrong}"`
    const far = codes.find((code) => Number(code) < 300 || Number(code) > 599)
    return far === undefined ? undefined : `value "${far}" must be between 300 and 599`
  },
  allow: ({ args: [word = ''] }) =>
    word === 'all' || word === 'unix:' || isNetwork(word) ? undefined : `invalid parameter "${word}"`,
  deny: ({ args: [word = ''] }) =>
    word === 'all' || word === 'unix:' || isNetwork(word) ? undefined : `invalid parameter "${word}"`,
  keepalive_timeout: ({ args }) =>
    args.every((word) => secondsOf(word) !== undefined) ? undefined : '"keepalive_timeout" directive invalid value',
  gzip_comp_level: ({ args: [level = ''] }) =>
    Number(level) >= 1 && Number(level) <= 9 ? undefined : 'value must be between 1 and 9',
  worker_processes: ({ args: [count = ''] }) =>
    count === 'auto' || /^[1-9]\d*$/.test(count) ? undefined : '"worker_processes" directive invalid value',
  worker_connections: ({ args: [count = ''] }) => (/^\d+$/.test(count) ? undefined : `invalid number "${count}"`),
  server_tokens: ({ args: [word = ''] }) =>
    word.startsWith('$') ? undefined : oneOf('on', 'off', 'build')({ args: [word] } as never, {} as never),
  autoindex_format: oneOf('html', 'json', 'jsonp', 'xml'),
  satisfy: oneOf('all', 'any'),
}

function trying(compiling: () => void): string | undefined {
  try {
    compiling()
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

const isNetwork = (word: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(word) || /^[0-9a-f:]*:[0-9a-f:]*(\/\d{1,3})?$/i.test(word)

function zoneSense(args: readonly string[]): string | undefined {
  const zone = args.find((word) => word.startsWith('zone='))
  const size = zone?.split(':')[1]
  if (zone === undefined || size === undefined) return zone === undefined ? undefined : `invalid zone size "${zone}"`
  return sizeOf(size) < 32_768 ? `zone "${zone}" is too small` : undefined
}

function rateSense(args: readonly string[]): string | undefined {
  const rate = args.find((word) => word.startsWith('rate='))
  return rate === undefined || /^rate=[1-9]\d*r\/[sm]$/.test(rate) ? undefined : `invalid rate "${rate}"`
}

/** What its modifier and the location around it forbid. */
function locationSense(args: readonly string[], context: string, around: Directive | undefined): string | undefined {
  const [first = '', second] = args
  const modifier = second === undefined ? '' : first
  const path = second ?? first
  if (modifier !== '' && !['=', '^~', '~', '~*'].includes(modifier)) return `invalid location modifier "${modifier}"`
  const wrong = modifier.startsWith('~') ? trying(() => void compile(path, modifier === '~*')) : undefined
  if (wrong !== undefined || context !== 'l' || !around) return wrong
  const outer = around.args.at(-1) ?? ''
  if (around.args[0] === '=') return `location "${path}" cannot be inside the exact location "${outer}"`
  if (outer.startsWith('@')) return `location "${path}" cannot be inside the named location "${outer}"`
  if (path.startsWith('@')) return `named location "${path}" can be on the server level only`
  const prefixes = !modifier.startsWith('~') && !around.args[0]?.startsWith('~')
  return prefixes && !path.startsWith(outer) ? `location "${path}" is outside location "${outer}"` : undefined
}
