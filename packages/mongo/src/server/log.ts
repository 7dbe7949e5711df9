import { isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import type { Document } from '../wire/message.ts'

export type Severity = 'I' | 'W' | 'E' | 'F'
/** @param context  the thread: `listener`, `conn12` */
export type Log = (
  severity: Severity,
  component: string,
  id: number,
  context: string,
  text: string,
  attr?: Document,
) => void

export interface LogPlace {
  /** '' for standard output. */
  readonly path: string
  readonly append: boolean
  /** Lines of JSON since 4.4, of words before. */
  readonly structured: boolean
}

/** Lines as mongod writes them. */
export function makeLog(sys: Sys, { path, append, structured }: LogPlace): Log {
  const fd = path === '' ? 1 : sys.open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o600)
  const print = structured ? structuredLine : plainLine
  return (...row) => void say(sys, fd, `${print(new Date(sys.clock.now()), row)}\n`)
}

function structuredLine(time: Date, [s, c, id, ctx, msg, attr]: Parameters<Log>): string {
  const said = { t: { $date: stamp(time) }, s, c, id, ctx, msg, ...(attr ? { attr } : {}) }
  // A field's width, as in the real lines: what stands behind it begins in one column.
  return JSON.stringify(said)
    .replace(/"c":("[^"]*"),/, (_, name: string) => `"c":${`${name},`.padEnd(11)}`)
    .replace(/"s":"(.)",/, '"s":"$1",  ')
    .replace(/"id":(\d+),/, (_, number: string) => `"id":${`${number},`.padEnd(9)}`)
    .replace(/"c":("[^"]*",\s*)"id"/, '"c":$1"id"')
}

const plainLine = (time: Date, [s, c, , ctx, msg, attr]: Parameters<Log>): string =>
  `${stamp(time).replace('+00:00', '+0000')} ${s} ${c.padEnd(8)} [${ctx}] ${msg}${attr ? ` ${JSON.stringify(attr)}` : ''}`

const stamp = (time: Date): string => time.toISOString().replace('Z', '+00:00')

/** A log that nobody reads any more is no reason to end. */
async function say(sys: Sys, fd: number, line: string): Promise<void> {
  try {
    await writeAll(sys, fd, new TextEncoder().encode(line))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
