import {
  type BuildSource,
  decodeSolveStatus,
  type JsonMessage,
  type SolveStatus,
  type VertexWarning,
} from '@drydock/docker-api'
import { type Cli, CliError } from '@drydock/cli-plugin'
import { BuildTrace } from './build-trace.ts'
import { PlainPrinter } from './plain-printer.ts'
import { rawJson } from './raw-json.ts'
import { TtyPrinter } from './tty-printer.ts'

export type ProgressMode = 'auto' | 'plain' | 'tty' | 'rawjson' | 'quiet'

const REDRAW_MS = 100

/** Who builds, as progress tells it. */
export interface BuilderWords {
  readonly name: string
  readonly driver: string
}

const description = ({ name, driver }: BuilderWords): string =>
  `building with ${JSON.stringify(name)} instance using ${driver} driver`

/** Where the progress of a build goes. */
interface Display {
  update(status: SolveStatus): Promise<void>
  finish(): Promise<void>
}

/** Shows a build on standard error. @throws CliError for a mode that there is none of, and for tty without a terminal */
/** @param builder undefined where nothing is built: its container is booted */
export function openDisplay(cli: Cli, mode: string, trace: BuildTrace, builder: BuilderWords | undefined): Display {
  if (!['auto', 'plain', 'tty', 'rawjson', 'quiet', ''].includes(mode))
    throw new CliError(`ERROR: invalid progress mode ${mode}`)
  const terminal = cli.isTerminal(2)
  if (mode === 'tty' && !terminal) throw new CliError('ERROR: failed to get console: provided file is not a console')
  if (mode === 'quiet') return new QuietDisplay(trace)
  if (mode === 'rawjson') return new RawDisplay(cli, trace)
  return terminal && mode !== 'plain' ? new TtyDisplay(cli, trace, builder) : new PlainDisplay(cli, trace, builder)
}

class QuietDisplay implements Display {
  protected readonly trace: BuildTrace
  constructor(trace: BuildTrace) {
    this.trace = trace
  }
  async update(status: SolveStatus): Promise<void> {
    this.trace.update(status)
  }
  async finish(): Promise<void> {
    await Promise.resolve()
  }
}

class RawDisplay extends QuietDisplay {
  private readonly cli: Cli
  constructor(cli: Cli, trace: BuildTrace) {
    super(trace)
    this.cli = cli
  }
  override async update(status: SolveStatus): Promise<void> {
    await super.update(status)
    await this.cli.warn(rawJson(status))
  }
}

class PlainDisplay extends QuietDisplay {
  private readonly cli: Cli
  private readonly printer: PlainPrinter
  constructor(cli: Cli, trace: BuildTrace, builder: BuilderWords | undefined) {
    super(trace)
    this.cli = cli
    this.printer = new PlainPrinter(trace, builder ? description(builder) : '')
  }
  override async update(status: SolveStatus): Promise<void> {
    await super.update(status)
    await this.write(this.printer.update())
  }
  override async finish(): Promise<void> {
    await this.write(this.printer.finish())
  }
  private async write(text: string): Promise<void> {
    if (text !== '') await this.cli.warn(text)
  }
}

/** Redraws at most every tenth of a second, and also when nothing comes: the timers run. */
class TtyDisplay extends QuietDisplay {
  private readonly cli: Cli
  private readonly printer: TtyPrinter
  private timer: { cancel(): void } | undefined
  private ended = false

  constructor(cli: Cli, trace: BuildTrace, builder: BuilderWords | undefined) {
    super(trace)
    this.cli = cli
    this.printer = new TtyPrinter(trace, builder ? `${builder.driver}:${builder.name}` : '', !cli.env.get('NO_COLOR'))
  }

  override async update(status: SolveStatus): Promise<void> {
    await super.update(status)
    if (!this.timer) await this.redraw()
  }

  override async finish(): Promise<void> {
    this.ended = true
    this.timer?.cancel()
    await this.cli.warn(this.printer.finish(this.now(), this.size()))
  }

  private async redraw(): Promise<void> {
    if (this.ended) return
    await this.cli.warn(this.printer.draw(this.now(), this.size(), false))
    this.timer = this.cli.sys.clock.after(REDRAW_MS, () => void this.redraw())
  }

  private now(): number {
    return this.cli.sys.clock.now()
  }

  private size(): { columns: number; rows: number } {
    const { cols, rows } = this.cli.sys.getWindowSize(2)
    return { columns: cols > 0 ? cols : 80, rows: rows > 0 ? rows : 10 }
  }
}

/** What was made, besides an image of the engine. */
export interface BuildResult {
  readonly digest?: string
  readonly config?: string
  readonly mediaType?: string
  readonly size?: number
  /** Id of an image that has no name. */
  readonly kept?: string
}

/** What the stream of a build brings besides progress. */
/** What `--call` asked for. */
export interface CallAnswer {
  readonly text: string
  readonly json: unknown
  readonly status: number
  readonly error?: string
}

export interface BuildEvents {
  onImage(id: string): void
  onCall(result: CallAnswer): void
  /** @param output which of the outputs, or `cache` with the number of a cache */
  onExport(output: string, bytes: Uint8Array): void
  onResult(result: BuildResult): void
  onSource(source: BuildSource): void
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))

/** @returns the error that the build ended with */
export async function followBuild(
  messages: AsyncIterable<JsonMessage>,
  display: Display,
  events: BuildEvents,
): Promise<string | undefined> {
  for await (const { id, aux, error, errorDetail } of messages) {
    const failure = errorDetail?.message ?? error
    if (failure !== undefined) return failure
    if (id === 'moby.buildkit.trace') await display.update(decodeSolveStatus(fromBase64(String(aux))))
    else if (id === 'moby.image.id') events.onImage((aux as { ID: string }).ID)
    else if (id === 'drydock.build.call') events.onCall(aux as CallAnswer)
    else if (id === 'drydock.build.export') {
      const { output, data } = aux as { output: string | number; data: string }
      events.onExport(String(output), fromBase64(data))
    } else if (id === 'drydock.build.result') events.onResult(aux as BuildResult)
    else if (id === 'drydock.build.source') events.onSource(aux as BuildSource)
  }
  return undefined
}

/** What is told of warnings when a build is over. */
export function warningsText(
  warnings: readonly VertexWarning[],
  detailed: boolean,
  excerptOf: (warning: VertexWarning) => string,
): string {
  if (warnings.length === 0) return ''
  const head = ` ${warnings.length} warning${warnings.length === 1 ? '' : 's'} found`
  const hint = detailed ? '' : ' (use docker --debug to expand)'
  const list = warnings.map((warning) => {
    const line = ` - ${warning.short}\n`
    if (!detailed) return line
    const more = warning.url === '' ? '' : `More info: ${warning.url}\n`
    return `${line}${warning.detail.map((each) => `${each}\n`).join('')}${more}${excerptOf(warning)}\n`
  })
  return `\n${head}${hint}:\n${list.join('')}`
}
