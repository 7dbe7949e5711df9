import type { Container } from '../containers/container.ts'
import { frame } from '../streams/stdcopy.ts'
import { parseTime } from '../timestamps.ts'
import type { Attributes, LogEntry } from './json-file.ts'

export interface LogOptions {
  readonly stdout: boolean
  readonly stderr: boolean
  /** Milliseconds since the epoch. */
  readonly since: number | undefined
  readonly until: number | undefined
  readonly timestamps: boolean
  readonly details: boolean
  /** Undefined: all. */
  readonly tail: number | undefined
}

const encoder = new TextEncoder()

/** The entries asked for; `tail` counts those of the wanted streams. */
export function selectEntries(entries: readonly LogEntry[], options: LogOptions): LogEntry[] {
  const { since, until, tail } = options
  const wanted = entries.filter(
    (entry) =>
      options[entry.stream] &&
      (since === undefined || parseTime(entry.time) >= since) &&
      (until === undefined || parseTime(entry.time) <= until),
  )
  return tail === undefined ? wanted : tail === 0 ? [] : wanted.slice(-tail)
}

/** The first entry after `until` ends what follows a log. */
export const isPast = (entries: readonly LogEntry[], { until }: LogOptions): boolean =>
  until !== undefined && entries.some(({ time }) => parseTime(time) > until)

/** An entry as it goes to the client. */
export function printEntry(container: Container, entry: LogEntry, options: LogOptions): Uint8Array {
  const details = options.details ? `${printAttributes(entry.attrs)} ` : ''
  const text = `${options.timestamps ? `${paddedTime(entry.time)} ` : ''}${details}${entry.log}`
  const bytes = encoder.encode(text)
  return container.tty ? bytes : frame(entry.stream, bytes)
}

/** Nine digits of a second, so that the lines stand in columns. */
const paddedTime = (time: string): string => {
  const [head = '', fraction = ''] = time.replace('Z', '').split('.')
  return `${head}.${fraction.padEnd(9, '0')}Z`
}

const printAttributes = (attributes: Attributes = {}): string =>
  Object.entries(attributes)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join(',')
