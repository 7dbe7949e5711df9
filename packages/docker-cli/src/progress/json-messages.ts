import type { JsonMessage } from '@drydock/docker-api'
import { type Cli, CliError } from '@drydock/cli-plugin'
import { progressBar } from './progress-bar.ts'

/**
 * Prints the stream of pull, push, load or build: on a terminal a line a layer, redrawn in place; elsewhere a line a
 * message, without the moving ones.
 * @throws CliError with the error the stream ends with
 */
export async function showJsonMessages(
  cli: Cli,
  messages: AsyncIterable<JsonMessage>,
  settings: { fd: 1 | 2; onAux?: (aux: unknown) => void },
): Promise<void> {
  const columns = cli.columns(settings.fd)
  const write = async (text: string): Promise<void> => {
    if (settings.fd === 1) await cli.print(text)
    else await cli.warn(text)
  }
  const screen = new LayerLines(columns)
  for await (const message of messages) {
    if (message.aux !== undefined && message.aux !== null) {
      settings.onAux?.(message.aux)
      continue
    }
    const failure = message.errorDetail?.message ?? message.error
    if (failure !== undefined) throw new CliError(failure, message.errorDetail?.code || 1)
    const text = screen.show(message, cli.sys.clock.now() / 1000)
    if (text !== '') await write(text)
  }
}

/** Which line of the terminal each layer has. */
export class LayerLines {
  private readonly lines = new Map<string, number>()
  private readonly columns: number | undefined

  constructor(columns: number | undefined) {
    this.columns = columns
  }

  /** What to write for a message. @param now seconds since the epoch */
  show(message: JsonMessage, now: number): string {
    const { id, progress, progressDetail } = message
    const moving = id !== undefined && id !== '' && (progress !== undefined || progressDetail !== undefined)
    if (!moving) this.lines.clear()
    if (this.columns === undefined) return plain(message)
    const text = line(message, this.columns, now)
    return moving ? this.redraw(id, text) : text
  }

  /** Up to the layer's line, the text, and down again. */
  private redraw(id: string, text: string): string {
    const known = this.lines.get(id)
    const place = known ?? this.lines.size
    const fresh = known === undefined ? '\n' : ''
    this.lines.set(id, place)
    const away = this.lines.size - place
    return `${fresh}\u001b[${away}A${text}\u001b[${away}B`
  }
}

const prefix = (message: JsonMessage): string =>
  (message.id ? `${message.id}: ` : '') + (message.from ? `(from ${message.from}) ` : '')

function plain(message: JsonMessage): string {
  const { current = 0, total = 0 } = message.progressDetail ?? {}
  if (current > 0 || total > 0) return ''
  if (message.progress) return `${prefix(message)}${message.status ?? ''} ${message.progress}`
  return prefix(message) + (message.stream || `${message.status ?? ''}\n`)
}

/** One line for a terminal: a moving one wipes what stood there and ends where it began. */
function line(message: JsonMessage, columns: number, now: number): string {
  const { stream, progressDetail, status = '' } = message
  if (!progressDetail) return prefix(message) + (stream || `${status}\n`)
  const bar = progressBar(progressDetail, columns, now)
  const [start, end] = stream ? ['', ''] : ['\u001b[2K\r', '\r']
  return `${start}${prefix(message)}${status} ${bar}${end}`
}
