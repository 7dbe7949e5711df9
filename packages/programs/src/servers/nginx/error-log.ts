import type { Sys } from '@drydock/abi'
import type { LogFiles } from '../logs/log-files.ts'
import { absoluteLog } from './access-log.ts'
import type { Config } from './config.ts'

const LEVELS: readonly string[] = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug']
const two = (value: number): string => String(value).padStart(2, '0')

/** `2026/11/24 03:46:47`. */
export function errorTime(ms: number): string {
  const at = new Date(ms)
  return `${at.getUTCFullYear()}/${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}

/** Writes lines of the error log from its level upwards. ngx_core_module, "error_log". */
export async function logError(
  sys: Sys,
  logs: LogFiles,
  config: Config,
  severity: string,
  message: string,
): Promise<void> {
  if (LEVELS.indexOf(severity) > Math.max(0, LEVELS.indexOf(config.errorLevel))) return
  const pid = sys.getpid()
  await logs.write(
    absoluteLog(config.errorLog),
    `${errorTime(sys.clock.now())} [${severity}] ${pid}#${pid}: ${message}\n`,
  )
}
