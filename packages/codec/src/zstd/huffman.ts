import { BackwardBits } from './backward-bits.ts'
import { decodingTable, highBit, readDistribution } from './fse.ts'
import { ZstdError } from './zstd-error.ts'

/** For each value of the next `log` bits: a symbol and how many of the bits are its own. */
export interface HuffmanTable {
  readonly log: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
}

const MAX_LOG = 11
const WEIGHTS_LOG = 6

/** @returns the table at the head of `bytes`, and how many bytes describe it. RFC 8878, 4.2.1 */
export function readHuffman(bytes: Uint8Array): { table: HuffmanTable; length: number } {
  const head = bytes[0] ?? 0
  if (head < 128) return { table: tableOf(packedWeights(bytes.subarray(1, 1 + head))), length: 1 + head }
  const count = head - 127
  const weights = Array.from({ length: count }, (_, at) => {
    const byte = bytes[1 + (at >> 1)] ?? 0
    return at % 2 === 0 ? byte >> 4 : byte & 15
  })
  return { table: tableOf(weights), length: 1 + Math.ceil(count / 2) }
}

/** Two states take turns until the bits run out. RFC 8878, 4.2.1.2 */
function packedWeights(bytes: Uint8Array): number[] {
  const { distribution, length } = readDistribution(bytes, WEIGHTS_LOG)
  const table = decodingTable(distribution)
  const input = new BackwardBits(bytes.subarray(length))
  const states = [input.take(table.log), input.take(table.log)]
  const weights: number[] = []
  for (let turn = 0; weights.length < 255; turn ^= 1) {
    const state = states[turn] ?? 0
    weights.push(table.symbols[state] ?? 0)
    states[turn] = (table.bases[state] ?? 0) + input.take(table.bits[state] ?? 0)
    if (input.left >= 0) continue
    weights.push(table.symbols[states[turn ^ 1] ?? 0] ?? 0)
    return weights
  }
  throw new ZstdError('Data corruption detected')
}

/** The last weight is not written: it fills up the sum to a power of two. */
function tableOf(written: readonly number[]): HuffmanTable {
  const sum = written.reduce((total, weight) => total + (weight > 0 ? 1 << (weight - 1) : 0), 0)
  const log = highBit(sum) + 1
  const rest = (1 << log) - sum
  if (sum === 0 || log > MAX_LOG || (rest & (rest - 1)) !== 0) throw new ZstdError('Data corruption detected')
  const weights = [...written, highBit(rest) + 1]
  const symbols = new Uint8Array(1 << log)
  const bits = new Uint8Array(1 << log)
  let at = 0
  for (let weight = 1; weight <= log; weight++)
    weights.forEach((own, symbol) => {
      if (own !== weight) return
      const end = at + (1 << (weight - 1))
      symbols.fill(symbol, at, end)
      bits.fill(log + 1 - weight, at, end)
      at = end
    })
  return { log, symbols, bits }
}

/** Decodes one stream into all of `out`. */
export function decodeStream({ log, symbols, bits }: HuffmanTable, bytes: Uint8Array, out: Uint8Array): void {
  const input = new BackwardBits(bytes)
  for (let at = 0; at < out.length; at++) {
    const code = input.peek(log)
    out[at] = symbols[code] ?? 0
    input.left -= bits[code] ?? 0
  }
  if (input.left !== 0) throw new ZstdError('Data corruption detected')
}
