import type { Stdio } from '@drydock/libc'

const WIDTH = 72
const STYLES = {
  strong: '\x1b[1m',
  info: '\x1b[1;34m',
  warning: '\x1b[1;33m',
  error: '\x1b[1;31m',
  success: '\x1b[1;32m',
  failure: '\x1b[1;31m',
  project: '\x1b[36m',
  mojo: '\x1b[32m',
} as const

export type Style = keyof typeof STYLES

/** Maven's log: levels in brackets, in colours on a terminal. */
export class Log {
  private readonly io: Stdio
  private readonly colour: boolean
  private readonly quiet: boolean

  constructor(io: Stdio, options: { readonly colour: boolean; readonly quiet: boolean }) {
    this.io = io
    this.colour = options.colour
    this.quiet = options.quiet
  }

  styled(style: Style, text: string): string {
    return this.colour ? `${STYLES[style]}${text}\x1b[m` : text
  }

  private async level(style: 'info' | 'warning' | 'error', text: string): Promise<void> {
    const label = style.toUpperCase()
    for (const line of text.split('\n')) await this.io.print(`[${this.styled(style, label)}] ${line}\n`)
  }

  async info(text = ''): Promise<void> {
    if (!this.quiet) await this.level('info', text)
  }

  async warn(text: string): Promise<void> {
    if (!this.quiet) await this.level('warning', text)
  }

  error(text: string): Promise<void> {
    return this.level('error', text)
  }

  /** Without an end of the line, as what scripts take over. */
  async bare(text: string): Promise<void> {
    await this.io.print(text)
  }

  /** A line as it is, which -q does not take away. */
  async plain(text: string): Promise<void> {
    await this.io.print(`${text}\n`)
  }

  rule(): Promise<void> {
    return this.info(this.styled('strong', '-'.repeat(WIDTH)))
  }

  /** A rule with words in its middle: `---< group:artifact >---`. */
  async centred(left: string, text: string, right: string, style: Style = 'project'): Promise<void> {
    const room = WIDTH - left.length - text.length - right.length
    const before = Math.max(0, Math.floor(room / 2))
    const after = Math.max(0, room - before)
    await this.info(
      `${this.styled('strong', '-'.repeat(before) + left)}${this.styled(style, text)}${this.styled('strong', right + '-'.repeat(after))}`,
    )
  }
}
