import { EINTR, isErrno, POLLIN, rawTermios, SIGWINCH, type Sys, type Termios, type WindowSize } from '@drydock/abi'
import { writeAll } from '@drydock/libc'

const ESCAPE_MS = 25
const ALTERNATE_ON = '\x1b[?1049h'
const ALTERNATE_OFF = '\x1b[?1049l'
/** What `key` gives when the window has changed. */
export const RESIZED = 'RESIZED'

/** Names for what terminals send. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['\x1b[A', 'UP'],
  ['\x1bOA', 'UP'],
  ['\x1b[B', 'DOWN'],
  ['\x1bOB', 'DOWN'],
  ['\x1b[C', 'RIGHT'],
  ['\x1bOC', 'RIGHT'],
  ['\x1b[D', 'LEFT'],
  ['\x1bOD', 'LEFT'],
  ['\x1b[H', 'HOME'],
  ['\x1bOH', 'HOME'],
  ['\x1b[1~', 'HOME'],
  ['\x1b[F', 'END'],
  ['\x1bOF', 'END'],
  ['\x1b[4~', 'END'],
  ['\x1b[5~', 'PAGEUP'],
  ['\x1b[6~', 'PAGEDOWN'],
  ['\x1b[3~', 'DELETE'],
  ['\x1b[2~', 'INSERT'],
])

/** A terminal in raw mode that a program paints as a whole. */
export class FullScreen {
  private readonly sys: Sys
  private readonly input: number
  private saved: Termios | undefined
  private readonly alternate: boolean

  constructor(sys: Sys, input: number, options: { alternate?: boolean } = {}) {
    this.sys = sys
    this.input = input
    this.alternate = options.alternate ?? true
  }

  /** @throws ENOTTY */
  async enter(): Promise<void> {
    this.saved = this.sys.tcgetattr(this.input)
    const raw = rawTermios(this.saved)
    this.sys.tcsetattr(this.input, { ...raw, cc: { ...raw.cc, vmin: 1, vtime: 0 } })
    this.sys.sigaction(SIGWINCH, () => undefined)
    if (this.alternate) await this.write(ALTERNATE_ON)
  }

  async leave(): Promise<void> {
    const { saved } = this
    if (!saved) return
    this.saved = undefined
    await this.write(this.alternate ? `\x1b[?25h${ALTERNATE_OFF}` : '\r\x1b[K')
    this.sys.tcsetattr(this.input, saved)
  }

  size(): WindowSize {
    try {
      const size = this.sys.getWindowSize(this.input)
      if (size.rows > 0 && size.cols > 0) return size
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return { rows: 24, cols: 80 }
  }

  async write(text: string): Promise<void> {
    await writeAll(this.sys, 1, new TextEncoder().encode(text))
  }

  /** Paints every row; rows and columns of the cursor count from 0. */
  paint(rows: readonly string[], cursor: { row: number; column: number }): Promise<void> {
    const body = rows.map((row) => `${row}\x1b[m\x1b[K`).join('\r\n')
    return this.write(`\x1b[?25l\x1b[H${body}\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h`)
  }

  /** One key: a character, a control character, or a name such as `UP`; undefined at a hang-up. */
  async key(): Promise<string | undefined> {
    const first = await this.byte()
    if (first === 'resized') return RESIZED
    if (first === undefined) return undefined
    if (first === 27) return this.escape()
    if (first < 0x80) return String.fromCharCode(first)
    const bytes = [first]
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
    for (let i = 0; i < more; i++) {
      const next = await this.byte()
      if (typeof next === 'number') bytes.push(next)
    }
    return new TextDecoder().decode(Uint8Array.from(bytes))
  }

  private async byte(): Promise<number | 'resized' | undefined> {
    try {
      return (await this.sys.read(this.input, 1))[0]
    } catch (error) {
      if (error === EINTR) return 'resized'
      if (isErrno(error)) return undefined
      throw error
    }
  }

  /** A sequence comes in one piece; an Escape that was typed comes alone. */
  private async escape(): Promise<string> {
    let text = '\x1b'
    for (;;) {
      const [ready] = await this.sys.poll([{ fd: this.input, events: POLLIN }], ESCAPE_MS)
      if (!ready) break
      const byte = await this.byte()
      if (typeof byte !== 'number') break
      text += String.fromCharCode(byte)
      if (text.length > 2 ? /[A-Za-z~]$/.test(text) : text !== '\x1b[' && text !== '\x1bO') break
    }
    return NAMED.get(text) ?? text
  }
}

/** Text as it looks on the screen: tabs at every eighth column, control characters as ^X. */
export function displayed(line: string, tab = 8): string {
  let out = ''
  for (const char of line) {
    if (char === '\t') out += ' '.repeat(tab - (out.length % tab))
    else if (char < ' ' || char === '\x7f') out += `^${String.fromCharCode(char.charCodeAt(0) ^ 64)}`
    else out += char
  }
  return out
}

/** A part of a text turned to reverse video. */
export const reverse = (text: string): string => `\x1b[7m${text}\x1b[27m`
