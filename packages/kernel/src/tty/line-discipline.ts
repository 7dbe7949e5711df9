import type { Signal, Termios } from '@drydock/abi'
import { SIGINT, SIGQUIT, SIGTSTP } from '@drydock/abi'
import { ByteQueue } from '../byte-queue.ts'
import { lineWidth } from './column.ts'

/** N_TTY_BUF_SIZE: a line of canonical input is at most this long, its newline included. termios(3). */
const MAX_CANON = 4096
/** Input that nobody has read yet. */
const INPUT_CAPACITY = 65536
const NEWLINE = 10
const RETURN = 13
const BELL = 7

export interface LineDisciplineHost {
  termios(): Termios
  /** Sends to the foreground group. */
  signal(signal: Signal): void
  /** Puts bytes on the screen as output of the terminal itself. */
  echo(bytes: readonly number[]): void
  /** Throws away what the master has not taken yet. */
  flushOutput(): void
  /** ^S and ^Q. */
  stopOutput(stopped: boolean): void
  /** Where the cursor is, as far as output has moved it. */
  column(): number
}

/**
 * N_TTY, the input side: what is typed becomes lines, with editing, echo and signals.
 *
 *     master ── write ──▶ receive ──▶ edit buffer ── newline, EOF ──▶ lines ── read ──▶ slave
 *                            │ echo                    raw: ───────▶ ready
 *                            ▼
 *                          screen
 *
 * Linux: drivers/tty/n_tty.c. Not here: what belongs to a wire: parity, breaks, XON/XOFF of input.
 */
export class LineDiscipline {
  private readonly host: LineDisciplineHost
  /** The line that is being typed. */
  private edit: number[] = []
  /** Where on the screen it began. */
  private editColumn = 0
  /** Complete lines; an empty one is an end of file. */
  private readonly lines: Uint8Array[] = []
  private linesBytes = 0
  /** Input in raw mode. */
  private readonly raw = new ByteQueue()
  private literal = false
  /** ^S was typed and nothing since. */
  private stopped = false
  /** Between the `\\` and the `/` around what ECHOPRT shows as erased. */
  private printing = false

  constructor(host: LineDisciplineHost) {
    this.host = host
  }

  /** What a read would give now, in bytes; an end of file counts as one. */
  get available(): number {
    return this.raw.length + this.linesBytes + this.lines.filter((line) => line.length === 0).length
  }

  /** Takes typed bytes. @returns how many, fewer when nobody reads */
  receive(bytes: Uint8Array): number {
    let at = 0
    for (const byte of bytes) {
      if (this.raw.length + this.linesBytes >= INPUT_CAPACITY && !this.isSignal(byte)) break
      this.receiveByte(byte)
      at++
    }
    return at
  }

  /** At most one line in canonical mode. Empty at an end of file; undefined when there is nothing. */
  read(max: number): Uint8Array | undefined {
    if (this.raw.length > 0) return this.raw.take(max)
    const line = this.lines[0]
    if (line === undefined) return undefined
    const taken = line.subarray(0, max)
    this.linesBytes -= taken.length
    if (taken.length === line.length) this.lines.shift()
    else this.lines[0] = line.subarray(max)
    return taken
  }

  /** Throws away what was typed and not read. TCIFLUSH */
  flush(): void {
    this.edit = []
    this.lines.length = 0
    this.linesBytes = 0
    this.raw.clear()
    this.literal = false
  }

  /** The mode changed: from canonical to raw, everything typed can be read at once. */
  modeChanged(before: boolean, canonical: boolean): void {
    if (!before || canonical) return
    for (const line of this.lines.splice(0)) this.raw.push(line)
    this.linesBytes = 0
    this.raw.push(Uint8Array.from(this.edit))
    this.edit = []
  }

  private signalOf(byte: number): Signal | undefined {
    const { isig, cc } = this.host.termios()
    if (!isig || byte === 0) return undefined
    if (byte === cc.vintr) return SIGINT
    if (byte === cc.vquit) return SIGQUIT
    return byte === cc.vsusp ? SIGTSTP : undefined
  }

  private isSignal(byte: number): boolean {
    return this.signalOf(byte) !== undefined
  }

  private receiveByte(byte: number): void {
    const termios = this.host.termios()
    if (this.literal) return this.takeLiteral(byte)
    const char = translated(byte, termios)
    if (char === undefined) return
    const signal = this.signalOf(char)
    if (signal !== undefined) return this.interrupt(char, signal)
    if (termios.ixon && char !== 0 && (char === termios.cc.vstop || char === termios.cc.vstart))
      return this.stop(char === termios.cc.vstop)
    if (this.stopped && termios.ixany) this.stop(false)
    if (termios.icanon) this.canonical(char)
    else {
      this.raw.push(Uint8Array.of(char))
      this.echo(char)
    }
  }

  private stop(stopped: boolean): void {
    this.stopped = stopped
    this.host.stopOutput(stopped)
  }

  private takeLiteral(byte: number): void {
    this.literal = false
    this.echo(byte, true)
    this.append(byte)
  }

  private interrupt(byte: number, signal: Signal): void {
    if (!this.host.termios().noflsh) {
      this.flush()
      this.host.flushOutput()
    }
    this.stop(false)
    this.echo(byte)
    this.host.signal(signal)
  }

  private canonical(byte: number): void {
    const { cc, iexten, echo, echonl, imaxbel } = this.host.termios()
    const edits: readonly (readonly [number, boolean, () => void])[] = [
      [cc.verase, true, () => this.erase(1)],
      [cc.vkill, true, () => this.kill()],
      [cc.veof, true, () => this.endLine()],
      [cc.vwerase, iexten, () => this.eraseWord()],
      [cc.vreprint, iexten, () => this.reprint()],
      [cc.vlnext, iexten, () => this.quoteNext()],
    ]
    if (byte < 32 || byte === cc.verase || byte === cc.vkill || edits.some(([char]) => char === byte))
      for (const [char, enabled, edit] of edits) if (enabled && char !== 0 && char === byte) return edit()
    this.endPrinting()
    if (byte === NEWLINE) {
      this.edit.push(byte)
      if (echo || echonl) this.host.echo([NEWLINE])
      return this.endLine()
    }
    if (this.edit.length >= MAX_CANON - 1) {
      if (imaxbel) this.host.echo([BELL])
      return
    }
    if (this.edit.length === 0) this.editColumn = this.host.column()
    this.append(byte)
    this.echo(byte)
    if (byte !== 0 && (byte === cc.veol || (byte === cc.veol2 && iexten))) this.endLine()
  }

  private append(byte: number): void {
    if (this.host.termios().icanon) this.edit.push(byte)
    else this.raw.push(Uint8Array.of(byte))
  }

  private endLine(): void {
    this.lines.push(Uint8Array.from(this.edit))
    this.linesBytes += this.edit.length
    this.edit = []
  }

  /** Without ECHOKE the line stays to be seen, and a new one begins. */
  private kill(): void {
    const { echo, echoe, echok, echoke } = this.host.termios()
    if (!echo || (echoke && echok && echoe)) return this.erase(this.edit.length)
    this.edit = []
    this.echo(this.host.termios().cc.vkill)
    if (echok) this.host.echo([NEWLINE])
  }

  /** ECHOPRT: as a terminal of paper shows it, what is erased stands between `\\` and `/`. */
  private print(erased: readonly number[]): void {
    if (!this.printing) this.host.echo([0x5c])
    this.printing = true
    for (const byte of erased) this.echo(byte)
  }

  private endPrinting(): void {
    if (this.printing) this.host.echo([0x2f])
    this.printing = false
  }

  private quoteNext(): void {
    this.literal = true
    if (this.host.termios().echo && this.host.termios().echoctl) this.host.echo([0x5e, 8])
  }

  private reprint(): void {
    if (!this.host.termios().echo) return
    this.host.echo([0x5e, 0x52, NEWLINE])
    this.editColumn = 0
    for (const byte of this.edit) this.echo(byte)
  }

  /** The last `count` characters. */
  private erase(count: number): void {
    for (let i = 0; i < count && this.edit.length > 0; i++) this.eraseOne()
  }

  /** Blanks and punctuation, then the word before them. */
  private eraseWord(): void {
    while (this.edit.length > 0 && !isWord(this.edit.at(-1))) this.eraseOne()
    while (this.edit.length > 0 && isWord(this.edit.at(-1))) this.eraseOne()
  }

  /** One character of UTF-8 may be several bytes (IUTF8). */
  private eraseOne(): void {
    const { echo, echoe, echoctl, echoprt, iutf8 } = this.host.termios()
    const before = this.width(echoctl)
    const tab = this.edit.at(-1) === 9
    let keep = this.edit.length - 1
    while (iutf8 && keep > 0 && isContinuation(this.edit[keep])) keep--
    const erased = this.edit.splice(keep)
    if (echo && echoprt) return this.print(erased)
    if (echo && !echoe) return this.echo(this.host.termios().cc.verase)
    if (!echo) return
    const columns = before - this.width(echoctl)
    for (let i = 0; i < columns; i++) this.host.echo(tab ? [8] : [8, 32, 8])
  }

  private width(echoctl: boolean): number {
    return lineWidth(this.edit, this.editColumn, echoctl)
  }

  private echo(byte: number, literal = false): void {
    const { echo, echoctl } = this.host.termios()
    if (!echo) return
    const control = (byte < 32 && (literal || (byte !== 9 && byte !== NEWLINE))) || byte === 127
    if (control && echoctl) this.host.echo([0x5e, byte ^ 0x40])
    else this.host.echo([byte])
  }
}

/** What the flags for input make of a byte; undefined: nothing. */
function translated(byte: number, { istrip, igncr, icrnl, inlcr, iuclc, iexten }: Termios): number | undefined {
  const char = istrip ? byte & 0x7f : byte
  if (char === RETURN) return igncr ? undefined : icrnl ? NEWLINE : RETURN
  if (char === NEWLINE) return inlcr ? RETURN : NEWLINE
  return iuclc && iexten && char >= 0x41 && char <= 0x5a ? char + 0x20 : char
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** Letters, digits, underscore and everything beyond ASCII. */
const isWord = (byte: number | undefined): boolean =>
  byte !== undefined && (byte >= 128 || /[A-Za-z0-9_]/.test(String.fromCharCode(byte)))
