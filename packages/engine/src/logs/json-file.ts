import type { Sys } from '@drydock/abi'
import type { StreamName } from '../containers/output-hub.ts'
import { timestamp } from '../timestamps.ts'
import type { Rotation } from './log-options.ts'
import { RotatingFile } from './rotating-file.ts'

/** One line of <id>-json.log. */
export interface LogEntry {
  readonly log: string
  readonly stream: StreamName
  readonly attrs?: Attributes
  readonly time: string
}

export type Attributes = Readonly<Record<string, string>>

const encoder = new TextEncoder()
/** Longer lines are cut into pieces, as moby's copier does. */
const MAX_LINE = 16 * 1024

/** A driver that keeps lines in a file: cuts output into lines and appends them with stream and time. */
export class JsonFileLog {
  private readonly rest = new Map<StreamName, string>()
  private readonly decoders = new Map<StreamName, TextDecoder>()
  private readonly sys: Sys
  private readonly file: RotatingFile
  private readonly attributes: Attributes | undefined

  /** @param attributes what the log options `labels`, `env` and `tag` add to each line */
  constructor(sys: Sys, path: string, rotation: Rotation, attributes?: Attributes) {
    this.sys = sys
    this.file = new RotatingFile(sys, path, rotation)
    this.attributes = attributes
  }

  async write(stream: StreamName, bytes: Uint8Array): Promise<void> {
    const text = (this.rest.get(stream) ?? '') + this.decoder(stream).decode(bytes, { stream: true })
    const end = text.lastIndexOf('\n') + 1
    const lines = end > 0 ? splitLines(text.slice(0, end)) : []
    let rest = text.slice(end)
    for (; rest.length >= MAX_LINE; rest = rest.slice(MAX_LINE)) lines.push(rest.slice(0, MAX_LINE))
    this.rest.set(stream, rest)
    await this.append(stream, lines)
  }

  /** What came without a newline at the end goes in too. */
  async close(): Promise<void> {
    for (const [stream, text] of this.rest) if (text !== '') await this.append(stream, [text])
    this.file.close()
  }

  private async append(stream: StreamName, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return
    const { attributes: attrs } = this
    const time = timestamp(this.sys.clock)
    const text = lines.map((log) => `${JSON.stringify({ log, stream, ...(attrs ? { attrs } : {}), time })}\n`).join('')
    await this.file.append(encoder.encode(text))
  }

  private decoder(stream: StreamName): TextDecoder {
    const known = this.decoders.get(stream)
    if (known) return known
    const made = new TextDecoder()
    this.decoders.set(stream, made)
    return made
  }
}

const splitLines = (text: string): string[] => text.match(/[^\n]*\n/g) ?? []

/** Entries in the file's text; torn lines are passed over. */
export function parseLog(text: string): LogEntry[] {
  const entries: LogEntry[] = []
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    const entry = plainEntry(text, at, end) ?? parseLine(text.slice(at, end))
    if (entry) entries.push(entry)
    at = end + 1
  }
  return entries
}

const HEAD = '{"log":"'
const MIDDLE = '","stream":"'
const TIME = '","time":"'
const STREAM_LENGTH = 'stdout'.length

/**
 * A line as `append` writes most of them: no escape but the newline at the end, no attributes. Reading those by their
 * places takes a third of the time that JSON.parse takes. @returns undefined for any other line
 */
function plainEntry(text: string, at: number, end: number): LogEntry | undefined {
  if (!text.startsWith(HEAD, at)) return undefined
  const start = at + HEAD.length
  const close = text.indexOf('"', start) - 2
  if (close < start || close > end || text.indexOf('\\', start) !== close || text[close + 1] !== 'n') return undefined
  const streamAt = close + 2 + MIDDLE.length
  const timeAt = streamAt + STREAM_LENGTH + TIME.length
  if (!text.startsWith(MIDDLE, close + 2) || !text.startsWith(TIME, streamAt + STREAM_LENGTH)) return undefined
  const stream = text.slice(streamAt, streamAt + STREAM_LENGTH)
  if ((stream !== 'stdout' && stream !== 'stderr') || text.indexOf('"}', timeAt) !== end - 2) return undefined
  return { log: `${text.slice(start, close)}\n`, stream, time: text.slice(timeAt, end - 2) }
}

function parseLine(line: string): LogEntry | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as LogEntry)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
