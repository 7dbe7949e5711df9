import { COMBINED, type Config } from './config.ts'
import type { Exchange } from './exchange.ts'
import { filled, interpolate, templateOf } from './variables.ts'

const DEFAULT_LOG: readonly (readonly string[])[] = [['/var/log/nginx/access.log']]
export const absoluteLog = (path: string): string =>
  path.startsWith('/') || path === 'stderr' ? path : `/etc/nginx/${path}`

/** Files that any server of the configuration writes to. */
export function accessLogs(config: Config): string[] {
  const rows = config.servers.flatMap(({ scope, locations }) =>
    [scope, ...locations.map((each) => each.scope)].flatMap((each) => each.all('access_log')),
  )
  const paths = (rows.length ? rows : DEFAULT_LOG).map(([path = 'off']) => path)
  const ofStream = config.stream.servers.flatMap(({ scope }) => scope.all('access_log').map(([path = 'off']) => path))
  return [...new Set([...paths, ...ofStream].filter((path) => path !== 'off').map(absoluteLog))]
}

interface LogTemplate {
  readonly parts: readonly string[]
  readonly show: (value: string | undefined) => string
}

/** Bytes that a log's reader could stumble over become `\\xHH`. */
const shown = (value: string | undefined): string =>
  value === undefined
    ? '-'
    : // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      value.replace(
        /["\\\x00-\x1f\x7f]/g,
        (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )

/** `escape=` of log_format. */
const ESCAPES: Readonly<Record<string, LogTemplate['show']>> = {
  json: (value) => JSON.stringify(value ?? '').slice(1, -1),
  none: (value) => value ?? '',
}

/** A worker's log formats, read once. */
export class LogFormats {
  private readonly config: Config
  private readonly templates = new Map<string, LogTemplate>()

  constructor(config: Config) {
    this.config = config
  }

  template(name: string): LogTemplate {
    const known = this.templates.get(name)
    if (known) return known
    const { text, escape } = this.config.formats.get(name) ?? { text: COMBINED, escape: 'default' }
    const template = { parts: templateOf(text), show: ESCAPES[escape] ?? shown }
    this.templates.set(name, template)
    return template
  }
}

/** ngx_http_log_module. */
export async function logAccess(exchange: Exchange): Promise<void> {
  const { scope, context } = exchange
  const rows = scope.all('access_log')
  for (const [path = 'off', ...words] of rows.length ? rows : DEFAULT_LOG) {
    if (path === 'off' || !wanted(exchange, words)) continue
    const format = words.find((word) => !word.includes('=')) ?? 'combined'
    const { parts, show } = context.logFormats.template(format)
    const line = filled(exchange, parts, show)
    await context.logs.write(absoluteLog(interpolate(exchange, path)), `${line}\n`)
  }
}

/** `if=$loggable`. */
function wanted(exchange: Exchange, words: readonly string[]): boolean {
  const condition = words.find((word) => word.startsWith('if='))?.slice(3)
  const value = condition === undefined ? '1' : interpolate(exchange, condition)
  return value !== '' && value !== '0'
}
