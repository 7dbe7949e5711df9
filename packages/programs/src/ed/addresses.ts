import type { Buffer } from './buffer.ts'
import { EdError, type Scanner } from './scanner.ts'
import { hits } from './substitution.ts'

/** The lines that a command is about: as given, and how many were. */
export interface Range {
  readonly from: number
  readonly to: number
  readonly given: number
}

/** Reads the numbers of lines that stand before commands. */
export class Addresses {
  private readonly buffer: Buffer
  private readonly readPattern: (scanner: Scanner, delimiter: string) => RegExp

  constructor(buffer: Buffer, readPattern: (scanner: Scanner, delimiter: string) => RegExp) {
    this.buffer = buffer
    this.readPattern = readPattern
  }

  /** Addresses: `,` and `%` alone are all lines, `;` from the current one on. POSIX ed, "Addresses in ed". */
  range(scanner: Scanner): Range {
    const found: number[] = []
    let given = 0
    for (;;) {
      scanner.skipBlanks()
      const address = this.address(scanner)
      if (address !== undefined) {
        found.push(address)
        given++
      }
      scanner.skipBlanks()
      const separator = scanner.take(/[,;%]/)
      if (separator === undefined) break
      if (address === undefined) found.push(separator === ';' ? this.buffer.current : 1)
      else if (separator === ';') this.buffer.current = address
      given = 2
      if (!this.startsAddress(scanner)) {
        found.push(address === undefined ? this.buffer.last : address)
        break
      }
    }
    const to = found.at(-1) ?? this.buffer.current
    return { from: found.at(-2) ?? to, to, given: found.length === 0 ? 0 : Math.max(given, found.length) }
  }

  private startsAddress(scanner: Scanner): boolean {
    return /^[ \t]*[\d.$'/?+^-]/.test(scanner.rest)
  }

  address(scanner: Scanner): number | undefined {
    let base = this.baseAddress(scanner)
    for (;;) {
      const offset = scanner.take(/[ \t]*[-+^][ \t]*\d*|[ \t]+\d+/)
      if (offset === undefined || (base === undefined && /^[ \t]+\d/.test(offset))) return base
      const sign = /[-^]/.test(offset) ? -1 : 1
      base = (base ?? this.buffer.current) + sign * Number(/\d+/.exec(offset)?.[0] ?? 1)
    }
  }

  private baseAddress(scanner: Scanner): number | undefined {
    const number = scanner.take(/\d+/)
    if (number !== undefined) return Number(number)
    const char = scanner.peek()
    if (char === '.' || char === '$') {
      scanner.at++
      return char === '.' ? this.buffer.current : this.buffer.last
    }
    if (char === "'") {
      scanner.at++
      const mark = this.buffer.numberOf(this.buffer.marks.get(scanner.take(/./) ?? ''))
      if (mark === 0) throw new EdError('Invalid address')
      return mark
    }
    if (char !== '/' && char !== '?') return undefined
    scanner.at++
    return this.search(this.readPattern(scanner, char), char === '/' ? 1 : -1)
  }

  /** Around the end, and the current line last. */
  private search(pattern: RegExp, step: 1 | -1): number {
    const { last, current } = this.buffer
    for (let tried = 1; tried <= last; tried++) {
      const number = ((current - 1 + step * tried + 2 * last) % last) + 1
      if (hits(pattern, this.buffer.line(number))) return number
    }
    throw new EdError('No match')
  }
}
