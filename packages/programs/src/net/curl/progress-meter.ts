import type { Stdio } from '@drydock/libc'

const HEAD = `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
`
const SECOND_MS = 1000

/** Five characters for any number of bytes: 21749, 9464k, 10.3M. */
function amount(bytes: number): string {
  const K = 1024
  const steps: readonly (readonly [number, string])[] = [
    [K, 'k'],
    [K ** 2, 'M'],
    [K ** 3, 'G'],
    [K ** 4, 'T'],
  ]
  if (bytes < 100_000) return String(Math.round(bytes)).padStart(5)
  for (const [size, letter] of steps) {
    const value = bytes / size
    if (letter !== 'k' && value < 99.95) return `${value.toFixed(1)}${letter}`.padStart(5)
    if (value < 9999.5) return `${Math.round(value)}${letter}`.padStart(5)
  }
  return '99999'
}

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / SECOND_MS)
  if (!Number.isFinite(seconds) || seconds <= 0) return '--:--:--'
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(Math.floor(seconds / 3600)).padStart(2)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

const BAR_WIDTH = 72

function barLine(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  return `\r${'#'.repeat(Math.floor(BAR_WIDTH * share)).padEnd(BAR_WIDTH)} ${(share * 100).toFixed(1).padStart(5)}%`
}

/** curl's progress meter on standard error. */
export class ProgressMeter {
  private readonly io: Stdio
  private readonly now: () => number
  private readonly shown: boolean
  private readonly startMs: number
  private lastMs: number
  private lastBytes = 0

  private readonly bar: boolean

  /** @param bar  -#: marks in place of numbers */
  constructor(io: Stdio, now: () => number, shown: boolean, bar = false) {
    this.bar = bar
    this.io = io
    this.now = now
    this.shown = shown
    this.startMs = now()
    this.lastMs = this.startMs
  }

  async begin(): Promise<void> {
    if (this.shown && !this.bar) await this.io.err.write(`${HEAD}${this.line(0, 0, undefined, 0)}`)
  }

  /** Called as bytes come; draws once a second. */
  async update(received: number, sent: number, total: number | undefined): Promise<void> {
    const now = this.now()
    if (!this.shown || now - this.lastMs < SECOND_MS) return
    await this.draw(received, sent, total)
  }

  async end(received: number, sent: number, total: number | undefined): Promise<void> {
    if (!this.shown) return
    await this.draw(received, sent, total)
    await this.io.err.write('\n')
  }

  private async draw(received: number, sent: number, total: number | undefined): Promise<void> {
    const now = this.now()
    const current = ((received + sent - this.lastBytes) * SECOND_MS) / Math.max(1, now - this.lastMs)
    this.lastMs = now
    this.lastBytes = received + sent
    if (this.bar) return void (await this.io.err.write(barLine(received + sent, (total ?? received) + sent)))
    await this.io.err.write(this.line(received, sent, total, current))
  }

  private line(received: number, sent: number, total: number | undefined, current: number): string {
    const elapsed = Math.max(1, this.now() - this.startMs)
    const whole = (total ?? received) + sent
    const share = (part: number, of: number): string => String(of > 0 ? Math.floor((part * 100) / of) : 0).padStart(3)
    const down = (received * SECOND_MS) / elapsed
    const up = (sent * SECOND_MS) / elapsed
    const expected = total !== undefined && down > 0 ? (total / down) * SECOND_MS : 0
    const all =
      total === undefined && sent === 0 ? `  0 ${amount(whole)}` : `${share(received + sent, whole)} ${amount(whole)}`
    const got = total === undefined ? `  0 ${amount(received)}` : `${share(received, total)} ${amount(received)}`
    const sentPart = `${share(sent, sent)} ${amount(sent)}`
    const times = `${clock(expected)} ${clock(received || sent ? elapsed : 0)} ${clock(expected - elapsed)}`
    const head = received + sent > 0 && total === undefined ? `100 ${amount(whole)}` : all
    return `\r${head}  ${got}  ${sentPart}  ${amount(down)}  ${amount(up)} ${times} ${amount(current)}`
  }
}
