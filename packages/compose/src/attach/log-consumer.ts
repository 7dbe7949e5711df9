import type { ComposeCli } from '../session/compose-cli.ts'
import type { ShortcutMenu } from './shortcut-menu.ts'

/** Colours of prefixes, in the order in which they are given out. */
const RAINBOW = ['36', '33', '32', '35', '34', '36;1', '33;1', '32;1', '35;1', '34;1']

export interface LogSettings {
  readonly color: boolean
  readonly prefix: boolean
  readonly timestamps: boolean
}

export const WATCH_LOGGER = '#watch'

/** Prints lines of many containers, each behind the name of whose it is. docker/compose cmd/formatter/logs.go. */
export class LogConsumer {
  private readonly cli: ComposeCli
  private readonly settings: LogSettings
  private readonly colors = new Map<string, string>()
  private tail: Promise<void> = Promise.resolve()
  private turn = 0
  private muted = false

  constructor(cli: ComposeCli, settings: LogSettings) {
    this.cli = cli
    this.settings = settings
  }

  /** Stands below what is printed. */
  menu: ShortcutMenu | undefined

  /** The width of all prefixes grows with the longest name. */
  register(name: string): void {
    if (this.colors.has(name)) return
    this.colors.set(name, name === WATCH_LOGGER ? '92' : (RAINBOW[this.turn++ % RAINBOW.length] ?? '0'))
  }

  /** From now on nothing is said: the services are being stopped. */
  mute(): void {
    this.muted = true
  }

  log(name: string, line: string): void {
    if (this.muted) return
    this.register(name)
    this.write(1, () => this.aboveMenu(`${this.prefix(name)}${this.stamp()}${line}\n`))
  }
  err(name: string, line: string): void {
    if (this.muted) return
    this.register(name)
    this.write(2, () => this.aboveMenu(`${this.prefix(name)}${this.stamp()}${line}\n`))
  }
  /** `web-1 exited with code 0`. */
  status(name: string, message: string): void {
    this.register(name)
    const reset = this.settings.color ? '\r\x1b[K' : ''
    this.write(1, () => this.paint(name, `${reset}${name} ${message}\n`))
  }

  async settle(): Promise<void> {
    await this.tail
  }

  private stamp(): string {
    if (!this.settings.timestamps) return ''
    return new Date(this.cli.sys.clock.now()).toISOString().replace(/(\.\d{3})Z$/, '$1000000Z ')
  }

  private prefix(name: string): string {
    if (!this.settings.prefix) return ''
    const width = Math.max(...[...this.colors.keys()].map((each) => each.length)) + 1
    return this.paint(name, name === WATCH_LOGGER ? `${' '.repeat(width)} ⦿ ` : `${name.padEnd(width)} | `)
  }

  private paint(name: string, text: string): string {
    return this.settings.color ? `\x1b[${this.colors.get(name)}m${text}\x1b[0m` : text
  }

  private aboveMenu(text: string): string {
    return this.menu ? `${this.menu.clear()}${text}${this.menu.draw()}` : text
  }

  private write(fd: 1 | 2, text: () => string): void {
    this.tail = this.tail.then(async () => {
      await (fd === 1 ? this.cli.print(text()) : this.cli.warn(text()))
      if (fd === 1) await this.cli.io.out.flush()
    })
    this.tail.catch(() => {})
  }
}

/** Cuts what comes into lines. */
export class LineSplitter {
  private readonly decoder = new TextDecoder()
  private rest = ''
  private readonly onLine: (line: string) => void
  constructor(onLine: (line: string) => void) {
    this.onLine = onLine
  }
  push(bytes: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.onLine(line)
  }
  end(): void {
    if (this.rest !== '') this.onLine(this.rest)
    this.rest = ''
  }
}
