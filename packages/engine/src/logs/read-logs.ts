import type { Container } from '../containers/container.ts'
import { FRAME_HEAD, writeFrameHead } from '../streams/stdcopy.ts'
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

/** Bytes that go out at once. */
const PIECE = 64 * 1024

/** Entries as they go to the client, many short ones in one piece. */
export function* printEntries(
  container: Pick<Container, 'tty'>,
  entries: readonly LogEntry[],
  options: LogOptions,
): IterableIterator<Uint8Array> {
  const head = container.tty ? 0 : FRAME_HEAD
  let piece = new Uint8Array(PIECE)
  let end = 0
  for (const entry of entries) {
    const text = textOf(entry, options)
    // No character takes more than three bytes for each unit of the string.
    const most = head + text.length * 3
    if (end + most > piece.length) {
      if (end > 0) yield piece.subarray(0, end)
      piece = new Uint8Array(Math.max(PIECE, most))
      end = 0
    }
    const { written } = encoder.encodeInto(text, piece.subarray(end + head))
    if (head > 0) writeFrameHead(piece, end, entry.stream, written)
    end += head + written
  }
  if (end > 0) yield piece.subarray(0, end)
}

function textOf(entry: LogEntry, options: LogOptions): string {
  if (!options.details && !options.timestamps) return entry.log
  const details = options.details ? `${printAttributes(entry.attrs)} ` : ''
  return `${options.timestamps ? `${paddedTime(entry.time)} ` : ''}${details}${entry.log}`
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
