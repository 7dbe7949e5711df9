import type { Sys } from '@drydock/abi'
import type { Stdio } from '@drydock/libc'

const UNITS = ['', 'K', 'M', 'G', 'T']

/** 21K, 1.2M: as in the Length line. */
export function bigNumber(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)}${UNITS[unit] ?? ''}`
}

/** `215 MB/s`: three digits that count. @param perSecond bytes */
export function rate(perSecond: number): string {
  const names = ['B/s', 'KB/s', 'MB/s', 'GB/s']
  let value = perSecond
  let unit = 0
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024
    unit++
  }
  return `${digits(value)} ${names[unit] ?? ''}`
}

const digits = (value: number): string =>
  value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
const shortRate = (perSecond: number): string => rate(perSecond).replace(' ', '').replace(/B\/s$/, '')
const two = (value: number): string => String(value).padStart(2, '0')

/** `2026-11-24 03:46:47`. */
export function localStamp(sys: Sys): string {
  const at = new Date(sys.clock.now())
  const date = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  return `${date} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}

export const seconds = (elapsed: number): string =>
  elapsed < 0.0095
    ? '0'
    : elapsed < 0.95
      ? String(Number(elapsed.toPrecision(1)))
      : elapsed < 9.5
        ? elapsed.toFixed(1)
        : elapsed.toFixed(0)

const DOT_BYTES = 1024
const DOTS_A_LINE = 50

/** Progress for a log: a dot a kilobyte. */
export function dots(received: number, total: number | undefined, elapsed: number): string {
  const shown = Math.floor(received / DOT_BYTES)
  const lines: string[] = []
  for (let at = 0; at < Math.max(1, shown); at += DOTS_A_LINE) {
    const here = Math.min(DOTS_A_LINE, shown - at)
    const groups = Array.from({ length: 5 }, (_, group) => '.'.repeat(Math.max(0, Math.min(10, here - group * 10))))
    const row = groups
      .filter((group) => group !== '')
      .join(' ')
      .padEnd(54)
    const last = at + DOTS_A_LINE >= shown
    const done = last ? received : (at + here) * DOT_BYTES
    const share =
      total === undefined ? '    ' : `${String(total === 0 ? 100 : Math.floor((done * 100) / total)).padStart(3)}%`
    const tail = last ? `${shortRate(received / elapsed).padStart(5)}=${seconds(elapsed)}s` : ''
    lines.push(`${String((at * DOT_BYTES) / 1024).padStart(6)}K ${row}${share} ${tail}`)
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n\n`
}

const NAME_WIDTH = 20

/** The bar on a terminal, as wide as it. */
export class TerminalBar {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly name: string
  private readonly total: number | undefined
  private readonly startMs: number
  private drawnMs = Number.NEGATIVE_INFINITY

  constructor(sys: Sys, io: Stdio, name: string, total: number | undefined) {
    this.sys = sys
    this.io = io
    this.name = name
    this.total = total
    this.startMs = sys.clock.monotonic()
  }

  async update(received: number): Promise<void> {
    const now = this.sys.clock.monotonic()
    if (now - this.drawnMs < 200) return
    this.drawnMs = now
    const elapsed = (now - this.startMs) / 1000
    await this.io.err.write(
      this.line(
        received,
        elapsed < 0.2 ? '--.-KB/s               ' : `${rate(received / elapsed).replace(' ', '')}               `,
      ),
    )
  }

  async end(received: number, elapsed: number): Promise<void> {
    const speed = elapsed < 0.15 ? '--.-KB/s' : rate(received / elapsed).replace(' ', '')
    await this.io.err.write(`${this.line(received, `${speed.padEnd(8)}    in ${seconds(elapsed)}s`)}\n`)
  }

  private line(received: number, tail: string): string {
    const width = Math.max(1, this.sys.getWindowSize(2).cols - 61)
    const share = this.total === undefined ? 0 : this.total === 0 ? 1 : received / this.total
    const filled = Math.floor(share * width)
    const bar = filled === 0 ? ''.padEnd(width) : `${'='.repeat(Math.max(0, filled - 1))}>`.padEnd(width)
    const percent = this.total === undefined ? '    ' : `${Math.floor(share * 100)}%`
    const name = (this.name.length > NAME_WIDTH ? this.name.slice(0, NAME_WIDTH) : this.name).padEnd(NAME_WIDTH)
    const shown = this.total === undefined ? `[ <=>${''.padEnd(Math.max(0, width - 4))}]` : `[${bar}]`
    return `\r${name}${percent.padStart(4)}${shown} ${bigBytes(received).padStart(7)}  ${tail}`
  }
}

/** Seven columns: 21.24K. */
function bigBytes(bytes: number): string {
  if (bytes < 1024) return String(bytes)
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${value.toFixed(2)}${UNITS[unit] ?? ''}`
}
