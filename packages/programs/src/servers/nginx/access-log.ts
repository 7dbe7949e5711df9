import { COMBINED, type Config } from './config.ts'
import { type Exchange, filled, templateOf } from './exchange.ts'

const DEFAULT_LOG: readonly (readonly string[])[] = [['/var/log/nginx/access.log']]
export const absoluteLog = (path: string): string =>
  path.startsWith('/') || path === 'stderr' ? path : `/etc/nginx/${path}`

/** Files that any server of the configuration writes to. */
export function accessLogs(config: Config): string[] {
  const rows = config.servers.flatMap(({ scope, locations }) =>
    [scope, ...locations.map((each) => each.scope)].flatMap((each) => each.all('access_log')),
  )
  const paths = (rows.length ? rows : DEFAULT_LOG).map(([path = 'off']) => path)
  return [...new Set(paths.filter((path) => path !== 'off').map(absoluteLog))]
}

/** A worker's log formats, read once. */
export class LogFormats {
  private readonly config: Config
  private readonly templates = new Map<string, readonly string[]>()

  constructor(config: Config) {
    this.config = config
  }

  template(name: string): readonly string[] {
    const known = this.templates.get(name)
    if (known) return known
    const template = templateOf(this.config.formats.get(name) ?? COMBINED)
    this.templates.set(name, template)
    return template
  }
}

/** ngx_http_log_module. */
export async function logAccess(exchange: Exchange): Promise<void> {
  const { server, context } = exchange
  const rows = server.scope.all('access_log')
  for (const [path = 'off', format = 'combined'] of rows.length ? rows : DEFAULT_LOG) {
    if (path === 'off') continue
    const line = filled(exchange, context.logFormats.template(format), '-')
    await context.logs.write(absoluteLog(path), `${line}\n`)
  }
}
