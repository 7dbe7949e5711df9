import type { BitWriter } from './bit-writer.ts'
import { type Distribution, highBit, spread } from './fse.ts'

/** From a state and a symbol to the next state and the bits to write. Finite State Entropy by Y. Collet */
export interface FseEncodingTable {
  readonly log: number
  readonly states: Uint16Array
  readonly symbols: readonly { readonly bits: number; readonly from: number }[]
}

export function encodingTable(distribution: Distribution): FseEncodingTable {
  const { log, counts } = distribution
  const size = 1 << log
  const starts: number[] = []
  let total = 0
  for (const count of counts) {
    starts.push(total)
    total += Math.abs(count)
  }
  const symbols = counts.map((count, symbol) => {
    const start = starts[symbol] ?? 0
    if (Math.abs(count) <= 1) return { bits: (log << 16) - size, from: start - 1 }
    const most = log - highBit(count - 1)
    return { bits: (most << 16) - (count << most), from: start - count }
  })
  const states = new Uint16Array(size)
  spread(distribution).forEach((symbol, cell) => {
    const place = starts[symbol] ?? 0
    starts[symbol] = place + 1
    states[place] = size + cell
  })
  return { log, states, symbols }
}

/** One of the states that take turns in a stream. */
export class FseState {
  private state: number | undefined = undefined
  private readonly table: FseEncodingTable

  constructor(table: FseEncodingTable) {
    this.table = table
  }

  /** The first symbol costs nothing: it only chooses the state. */
  encode(symbol: number, out: BitWriter): void {
    const { bits, from } = this.table.symbols[symbol] ?? { bits: 0, from: 0 }
    let { state } = this
    let width: number
    if (state === undefined) {
      width = (bits + (1 << 15)) >> 16
      state = (width << 16) - bits
    } else {
      width = (state + bits) >> 16
      out.put(state, width)
    }
    this.state = this.table.states[(state >> width) + from] ?? 0
  }

  flush(out: BitWriter): void {
    out.put(this.state ?? 0, this.table.log)
  }
}
