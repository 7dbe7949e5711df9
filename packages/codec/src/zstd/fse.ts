import { ZstdError } from './zstd-error.ts'

/** How often each symbol comes, out of 2^log; -1 is less than once. RFC 8878, 4.1 */
export interface Distribution {
  readonly log: number
  readonly counts: readonly number[]
}

/** For each state: the symbol, and how the next state is read. */
export interface FseTable {
  readonly log: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
  readonly bases: Uint16Array
}

export const highBit = (value: number): number => 31 - Math.clz32(value)

/** The symbol of each cell: rare ones at the end, the others in steps over the rest. RFC 8878, 4.1.1 */
export function spread({ log, counts }: Distribution): Uint8Array {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  let high = size
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol
  })
  const step = (size >> 1) + (size >> 3) + 3
  let at = 0
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol
      do at = (at + step) & (size - 1)
      while (at >= high)
    }
  })
  return symbols
}

export function decodingTable(distribution: Distribution): FseTable {
  const { log, counts } = distribution
  const symbols = spread(distribution)
  const next = counts.map((count) => (count === -1 ? 1 : count))
  const bits = new Uint8Array(symbols.length)
  const bases = new Uint16Array(symbols.length)
  symbols.forEach((symbol, cell) => {
    const state = next[symbol] ?? 1
    next[symbol] = state + 1
    const count = log - highBit(state)
    bits[cell] = count
    bases[cell] = (state << count) - symbols.length
  })
  return { log, symbols, bits, bases }
}

/** A table in which each state is the same symbol. */
export const constantTable = (symbol: number): FseTable => ({
  log: 0,
  symbols: Uint8Array.of(symbol),
  bits: Uint8Array.of(0),
  bases: Uint16Array.of(0),
})

/** Reads from the lowest bit of the first byte upwards. */
class ForwardBits {
  position = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  peek(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      const at = this.position + i
      value |= (((this.bytes[at >> 3] ?? 0) >> (at & 7)) & 1) << i
    }
    return value
  }
  take(count: number): number {
    const value = this.peek(count)
    this.position += count
    return value
  }
}

/**
 * Reads a distribution as compressed blocks carry it. RFC 8878, 4.1.1
 * @returns it, and how many bytes it took
 */
export function readDistribution(bytes: Uint8Array, maxLog: number): { distribution: Distribution; length: number } {
  const input = new ForwardBits(bytes)
  const log = input.take(4) + 5
  if (log > maxLog) throw new ZstdError('Data corruption detected')
  const counts: number[] = []
  let remaining = (1 << log) + 1
  while (remaining > 1) {
    if (counts.length > 255) throw new ZstdError('Data corruption detected')
    const count = readCount(input, remaining) - 1
    counts.push(count)
    remaining -= Math.abs(count)
    if (count === 0) readZeroes(input, counts)
  }
  if (remaining !== 1 || input.position > bytes.length * 8) throw new ZstdError('Data corruption detected')
  return { distribution: { log, counts }, length: Math.ceil(input.position / 8) }
}

/** A number up to `remaining`, in one bit less where it is small. */
function readCount(input: ForwardBits, remaining: number): number {
  const width = highBit(remaining) + 1
  const spare = (1 << width) - 1 - remaining
  const low = input.peek(width - 1)
  if (low < spare) {
    input.position += width - 1
    return low
  }
  const value = input.take(width)
  return value >= 1 << (width - 1) ? value - spare : value
}

/** Behind a zero: how many more follow, in twos of bits. */
function readZeroes(input: ForwardBits, counts: number[]): void {
  for (;;) {
    const more = input.take(2)
    for (let i = 0; i < more; i++) counts.push(0)
    if (more < 3) return
  }
}
