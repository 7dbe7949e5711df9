/** A terminal taken over by one program: raw keys in, whole frames out, everything put back at the end. */
import {
  isErrno,
  POLLIN,
  rawTermios,
  SIGHUP,
  SIGINT,
  type Signal,
  SIGTERM,
  SIGTSTP,
  SIGWINCH,
  type Sys,
  type Termios,
} from '@drydock/abi'
import { displayWidth } from '../../text/width.ts'
import { KeyDecoder } from './keys.ts'

/** Milliseconds that a lone ESC waits for the rest of a function key. */
const ESCAPE_DELAY = 40
const SGR = /\x1b\[[0-9;]*m/g
const encoder = new TextEncoder()

export interface FullScreenOptions {
  /** Descriptor of the terminal that keys come from; default 0. */
  readonly input?: number
  /** Uses the alternate screen; default true. */
  readonly alternate?: boolean
  /** ESC and a character are one Alt key. */
  readonly meta?: boolean
  /** Leaves ^C and ^Z to the terminal, which makes signals of them. */
  readonly signals?: boolean
}

export interface Position {
  readonly row: number
  readonly col: number
}

/** What happens besides keys: given by `nextKey` under these names. */
const EVENTS: readonly (readonly [Signal, string])[] = [
  [SIGWINCH, '<Resize>'],
  [SIGTERM, '<Hangup>'],
  [SIGHUP, '<Hangup>'],
]
const SIGNAL_EVENTS: readonly (readonly [Signal, string])[] = [
  [SIGINT, '<Interrupt>'],
  [SIGTSTP, '<Suspend>'],
]

const withCook = (termios: Termios, signals: boolean): Termios => {
  const raw = rawTermios(termios)
  return signals ? { ...raw, isig: true, opost: true, onlcr: true } : raw
}

export class FullScreen {
  rows = 24
  cols = 80
  private readonly sys: Sys
  private readonly options: FullScreenOptions
  private readonly decoder: KeyDecoder
  private readonly events: string[] = []
  private readonly input: number
  private saved: Termios | undefined
  private shown: string[] = []

  constructor(sys: Sys, options: FullScreenOptions = {}) {
    this.sys = sys
    this.options = options
    this.input = options.input ?? 0
    this.decoder = new KeyDecoder(options.meta ?? false)
  }

  async open(): Promise<void> {
    const { sys } = this
    this.saved = sys.tcgetattr(this.input)
    sys.tcsetattr(this.input, withCook(this.saved, this.options.signals ?? false))
    for (const [signal, event] of this.signalEvents())
      sys.sigaction(signal, () => void (this.events.includes(event) || this.events.push(event)))
    this.measure()
    await this.write(`${this.options.alternate === false ? '' : '\x1b[?1049h'}\x1b[?1h\x1b=`)
    this.shown = []
  }

  /** Puts the terminal back as it was found. @param last  written after the alternate screen is left */
  async close(last = ''): Promise<void> {
    const { sys, saved } = this
    if (!saved) return
    this.saved = undefined
    for (const [signal] of this.signalEvents()) sys.sigaction(signal, 'SIG_DFL')
    const bottom = `\x1b[${this.rows};1H\x1b[K`
    await this.write(`${bottom}\x1b[?1l\x1b>${this.options.alternate === false ? '' : '\x1b[?1049l'}${last}`)
    sys.tcsetattr(this.input, saved)
  }

  /** Stops the job as ^Z does and takes the terminal again when it goes on. */
  async suspend(): Promise<void> {
    await this.close()
    this.sys.kill(-this.sys.getpgid(), SIGTSTP)
    try {
      await this.sys.sleep(1)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    await this.open()
  }

  /** Whether more keys wait already, so that painting can wait too. */
  get typedAhead(): boolean {
    return this.decoder.ready || this.events.length > 0
  }

  /** Whether something like ^C or a new size came while the program was busy. */
  get interrupted(): boolean {
    return this.events.includes('<Interrupt>')
  }

  /** The next key, or `<Resize>`, `<Interrupt>`, `<Suspend>`, `<Hangup>` (the terminal is gone or the program shall end). */
  async nextKey(): Promise<string> {
    for (;;) {
      const key = this.takeEvent() ?? this.decoder.take()
      if (key !== undefined) return key
      if (this.decoder.incomplete && !(await this.waitForMore())) return this.decoder.takeNow() ?? ''
      await this.readKeys()
    }
  }

  /** Waits at most so long for a key. @returns undefined when none came */
  async keyWithin(ms: number): Promise<string | undefined> {
    if (this.typedAhead || this.decoder.incomplete || (await this.readable(ms))) return this.nextKey()
    return undefined
  }

  private takeEvent(): string | undefined {
    const event = this.events.shift()
    if (event === '<Resize>') this.measure()
    return event
  }

  private waitForMore(): Promise<boolean> {
    return this.readable(ESCAPE_DELAY)
  }

  private async readable(ms: number): Promise<boolean> {
    try {
      const [ready = 0] = await this.sys.poll([{ fd: this.input, events: POLLIN }], ms)
      return ready !== 0
    } catch (error) {
      if (isErrno(error) && error.code === 'EINTR') return true
      throw error
    }
  }

  private async readKeys(): Promise<void> {
    if (this.events.length > 0) return
    try {
      const bytes = await this.sys.read(this.input, 4096)
      if (bytes.length === 0) this.events.push('<Hangup>')
      this.decoder.push(bytes)
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code !== 'EINTR') this.events.push('<Hangup>')
    }
  }

  private signalEvents(): readonly (readonly [Signal, string])[] {
    return this.options.signals ? [...EVENTS, ...SIGNAL_EVENTS] : EVENTS
  }

  private measure(): void {
    const size = this.sys.getWindowSize(this.input)
    this.rows = size.rows || 24
    this.cols = size.cols || 80
    this.shown = []
  }

  /** Shows a frame, a string with SGR for each row from the top; writes only the rows that changed. */
  async paint(frame: readonly string[], cursor: Position): Promise<void> {
    let out = this.shown.length === 0 ? '\x1b[H\x1b[2J' : ''
    for (let row = 0; row < this.rows; row++) {
      const text = frame[row] ?? ''
      if (this.shown[row] === text || (this.shown.length === 0 && text === '')) continue
      const full = displayWidth(text.replace(SGR, '')) >= this.cols
      out += `\x1b[${row + 1};1H${text}${full ? '' : '\x1b[K'}`
    }
    this.shown = Array.from({ length: this.rows }, (_, row) => frame[row] ?? '')
    if (out !== '') out = `\x1b[?25l${out}`
    await this.write(`${out}\x1b[${cursor.row + 1};${cursor.col + 1}H${out === '' ? '' : '\x1b[?25h'}`)
  }

  /** The last row was written over by hand: the next frame writes it again. */
  forgetLast(): void {
    if (this.shown.length > 0) this.shown[this.rows - 1] = '\0'
  }

  /** The next frame is written whole. */
  forget(): void {
    this.shown = []
  }

  async write(text: string): Promise<void> {
    const bytes = encoder.encode(text)
    for (let at = 0; at < bytes.length; ) {
      try {
        at += await this.sys.write(1, bytes.subarray(at))
      } catch (error) {
        if (!isErrno(error)) throw error
        if (error.code !== 'EINTR') return
      }
    }
  }
}
