import { isErrno, O_APPEND, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { strftime, writeAll, type Zone } from '@drydock/libc'

/** `.` debug, `-` verbose, `*` notice, `#` warning. */
export type LogLevel = '.' | '-' | '*' | '#'
export type Log = (level: LogLevel, text: string) => void

const LEVELS: readonly string[] = ['debug', 'verbose', 'notice', 'warning', 'nothing']
const MARKS: readonly LogLevel[] = ['.', '-', '*', '#']

/** Lines as redis writes them: pid, role (C before it serves, M master), time, level. */
export function makeLog(sys: Sys, file: string, least: string, zone: Zone, role: () => string): Log {
  const fd = file === '' ? 1 : sys.open(file, O_WRONLY | O_CREAT | O_APPEND, 0o644)
  return (level, text) => {
    if (MARKS.indexOf(level) < LEVELS.indexOf(least)) return
    const ms = sys.clock.now()
    const time = `${strftime('%d %b %Y %H:%M:%S', ms, zone)}.${String(ms % 1000).padStart(3, '0')}`
    void say(sys, fd, `${sys.getpid()}:${role()} ${time} ${level} ${text}\n`)
  }
}

/** A log that nobody reads any more is no reason to end. */
async function say(sys: Sys, fd: number, line: string): Promise<void> {
  try {
    await writeAll(sys, fd, new TextEncoder().encode(line))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
