import { isErrno, O_APPEND, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import type { StreamName } from '../containers/output-hub.ts'
import { timestamp } from '../timestamps.ts'

/** One line of <id>-json.log. */
export interface LogEntry {
  readonly log: string
  readonly stream: StreamName
  readonly time: string
}

const encoder = new TextEncoder()
/** Longer lines are cut into pieces, as moby's copier does. */
const MAX_LINE = 16 * 1024

/** The json-file logging driver: cuts output into lines and appends them with stream and time. */
export class JsonFileLog {
  private readonly rest = new Map<StreamName, string>()
  private readonly decoders = new Map<StreamName, TextDecoder>()
  private readonly sys: Sys
  private readonly fd: number

  constructor(sys: Sys, path: string) {
    this.sys = sys
    this.fd = sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o640)
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
    this.sys.close(this.fd)
  }

  private async append(stream: StreamName, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return
    const time = timestamp(this.sys.clock)
    const text = lines.map((log) => `${JSON.stringify({ log, stream, time })}\n`).join('')
    try {
      await this.sys.write(this.fd, encoder.encode(text))
    } catch (error) {
      // A full disk must not stop the container.
      if (!isErrno(error)) throw error
    }
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

/** Entries in the file's text; a torn last line is passed over. */
export function parseLog(text: string): LogEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LogEntry]
      } catch (error) {
        if (error instanceof SyntaxError) return []
        throw error
      }
    })
}
