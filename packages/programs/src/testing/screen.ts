import headless from '@xterm/headless'

/** A terminal with a program on it. */
interface Shown {
  /** All that was written so far. */
  output(): string
}

/** What a terminal emulator makes of a program's output: the judge of full-screen programs. */
export class Screen {
  private readonly emulator: InstanceType<typeof headless.Terminal>
  private readonly terminal: Shown
  private taken = 0

  constructor(terminal: Shown, size: { rows: number; cols: number } = { rows: 24, cols: 80 }) {
    this.terminal = terminal
    this.emulator = new headless.Terminal({ ...size, allowProposedApi: true })
  }

  private async update(): Promise<void> {
    const output = this.terminal.output()
    const fresh = output.slice(this.taken)
    this.taken = output.length
    await new Promise<void>((done) => this.emulator.write(fresh, done))
  }

  /** Rows from the top, without blanks at their ends. */
  async rows(): Promise<string[]> {
    await this.update()
    const buffer = this.emulator.buffer.active
    return Array.from({ length: this.emulator.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    )
  }

  async cursor(): Promise<[row: number, col: number]> {
    await this.update()
    const { cursorX, cursorY } = this.emulator.buffer.active
    return [cursorY, cursorX]
  }

  /** Waits until the screen satisfies `look`. @throws with the screen when it never does */
  async until(look: (rows: readonly string[]) => boolean, ms = 20_000): Promise<string[]> {
    const end = Date.now() + ms
    for (;;) {
      const rows = await this.rows()
      if (look(rows)) return rows
      if (Date.now() > end) throw new Error(`the screen stayed:\n${rows.join('\n')}`)
      // The emulator answers in a turn of its own, in which the program goes on.
      await new Promise<void>((done) => this.emulator.write('', done))
    }
  }

  /** Waits for text to stand somewhere on the screen. */
  sees(text: string): Promise<string[]> {
    return this.until((rows) => rows.join('\n').includes(text))
  }
}
