import { isErrno, type Sys } from '@drydock/abi'
import { strftime, writeAll } from '@drydock/libc'

export type ServerLog = (level: string, text: string) => void

/** Lines with PostgreSQL's own prefix, on standard error. */
export const serverLog =
  (sys: Sys): ServerLog =>
  (level, text) => {
    const ms = sys.clock.now()
    const time = `${strftime('%Y-%m-%d %H:%M:%S', ms)}.${String(ms % 1000).padStart(3, '0')} UTC`
    void say(sys, `${time} [${sys.getpid()}] ${level}:  ${text}\n`)
  }

async function say(sys: Sys, line: string): Promise<void> {
  try {
    await writeAll(sys, 2, new TextEncoder().encode(line))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
