import type { LogFiles } from '../logs/log-files.ts'
import type { Server } from './config.ts'
import { type Exchange, inRoot, type ServerContext } from './exchange.ts'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

/** `Sun Nov 29 04:46:51.133000 2026`. */
export function errorTime(ms: number): string {
  const at = new Date(ms)
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}.${String(at.getUTCMilliseconds()).padStart(3, '0')}000`
  return `${DAYS[at.getUTCDay()] ?? ''} ${MONTHS[at.getUTCMonth()] ?? ''} ${two(at.getUTCDate())} ${clock} ${at.getUTCFullYear()}`
}

const LEVELS: readonly string[] = [
  ...['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'],
  ...['trace1', 'trace2', 'trace3', 'trace4', 'trace5', 'trace6', 'trace7', 'trace8'],
]

type Logging = Pick<ServerContext, 'sys' | 'config'> & { readonly logs: LogFiles }

/** Where a server's errors go. */
export function errorLogOf(context: Pick<ServerContext, 'config'>, server: Server = context.config.main): string {
  const { main } = context.config
  const path = (server.layer.all('errorlog').at(-1) ?? main.layer.all('errorlog').at(-1))?.args[0] ?? 'logs/error_log'
  return inRoot(context, path)
}

/** Whether a line of a module's is wanted: LogLevel, of the module or of all. */
function isWanted({ config }: Pick<ServerContext, 'config'>, server: Server, module: string, level: string): boolean {
  const words = [...config.main.layer.all('loglevel'), ...(server === config.main ? [] : server.layer.all('loglevel'))]
    .flatMap(({ args }) => args)
    .map((word) => word.toLowerCase())
  const own = words.findLast((word) => word.startsWith(`${module}:`))?.split(':')[1]
  const limit = own ?? words.findLast((word) => !word.includes(':')) ?? 'warn'
  return LEVELS.indexOf(level) <= LEVELS.indexOf(limit)
}

/** A line in a server's error log. @param where module and level: `core:error` */
export async function logError(
  context: Logging,
  where: string,
  text: string,
  { server = context.config.main, client = '' }: { readonly server?: Server; readonly client?: string } = {},
): Promise<void> {
  const [module = '', level = ''] = where.split(':')
  // What a server says of its own life is notice, and goes out whatever the level.
  if (level !== 'notice' && !isWanted(context, server, module, level)) return
  const pid = context.sys.getpid()
  const from = client === '' ? '' : `[client ${client}] `
  await context.logs.write(
    errorLogOf(context, server),
    `[${errorTime(context.sys.clock.now())}] [${where}] [pid ${pid}:tid ${pid}] ${from}${text}\n`,
  )
}

/** A line about a request. */
export const note = (
  { context, server, connection, client, fields }: Exchange,
  where: string,
  text: string,
): Promise<void> => {
  const referer = fields.get('referer')
  return logError(context, where, referer === undefined ? text : `${text}, referer: ${referer}`, {
    server,
    client: `${client}:${connection.client.port}`,
  })
}
