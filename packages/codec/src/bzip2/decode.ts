import { BitReader, BLOCK_MARK, BlockCrc, END_MARK, GROUP, RUN_B } from './bits.ts'

/** Data that is no bzip2 stream, or was cut off or changed. */
export class Bzip2Error extends Error {}

const MOST_LENGTH = 20

/** Unpacks all streams of a file, one after the other. @throws Bzip2Error */
export function bunzip2(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = 0
  try {
    do {
      const reader = new BitReader(bytes, at)
      new Stream(reader, parts).read()
      at = reader.byteOffset
    } while (at < bytes.length && isBzip2(bytes.subarray(at)))
  } catch (error) {
    if (error instanceof RangeError) throw new Bzip2Error('unexpected end of file')
    throw error
  }
  return parts
}

export const isBzip2 = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68

class Stream {
  private readonly bits: BitReader
  private readonly parts: Uint8Array[]
  private combined = 0

  constructor(bits: BitReader, parts: Uint8Array[]) {
    this.bits = bits
    this.parts = parts
  }

  read(): void {
    const { bits } = this
    const level = bits.read(24) === 0x425a68 ? bits.read(8) - 0x30 : 0
    if (level < 1 || level > 9) throw new Bzip2Error('not a bzip2 file')
    for (;;) {
      const mark = [bits.read(24), bits.read(24)]
      if (mark[0] === END_MARK[0] && mark[1] === END_MARK[1]) break
      if (mark[0] !== BLOCK_MARK[0] || mark[1] !== BLOCK_MARK[1]) throw new Bzip2Error('data integrity error')
      this.block(level * 100_000)
    }
    if (bits.word() !== this.combined) throw new Bzip2Error('data integrity (CRC) error in data')
  }

  private block(size: number): void {
    const { bits } = this
    const wanted = bits.word()
    if (bits.bit()) throw new Bzip2Error('randomised blocks are not supported')
    const origin = bits.read(24)
    const used = usedBytes(bits)
    const column = symbols(bits, used, size)
    if (origin >= column.length) throw new Bzip2Error('data integrity error')
    const { out, sum } = withoutRuns(untransformed(column, origin))
    if (sum !== wanted) throw new Bzip2Error('data integrity (CRC) error in data')
    this.combined = (((this.combined << 1) | (this.combined >>> 31)) ^ sum) >>> 0
    this.parts.push(out)
  }
}

/** Bytes that occur, from a map of maps. */
function usedBytes(bits: BitReader): number[] {
  const rows = bits.read(16)
  const used: number[] = []
  for (let row = 0; row < 16; row++) {
    if (!(rows & (0x8000 >>> row))) continue
    const columns = bits.read(16)
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >>> column)) used.push(row * 16 + column)
  }
  if (used.length === 0) throw new Bzip2Error('data integrity error')
  return used
}

interface Decoder {
  /** By length: the first code that is longer, and what to take away for the index of the symbol. */
  readonly limits: Int32Array
  readonly bases: Int32Array
  readonly symbols: readonly number[]
}

function decoderOf(lengths: readonly number[]): Decoder {
  const limits = new Int32Array(MOST_LENGTH + 2)
  const bases = new Int32Array(MOST_LENGTH + 2)
  const order: number[] = []
  let code = 0
  for (let length = 1; length <= MOST_LENGTH; length++) {
    bases[length] = code - order.length
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] === length) {
        order.push(symbol)
        code++
      }
    limits[length] = code
    code <<= 1
  }
  return { limits, bases, symbols: order }
}

function nextSymbol(bits: BitReader, { limits, bases, symbols: order }: Decoder): number {
  let code = 0
  for (let length = 1; length <= MOST_LENGTH; length++) {
    code = (code << 1) | bits.bit()
    if (code < (limits[length] ?? 0)) return order[code - (bases[length] ?? 0)] ?? -1
  }
  throw new Bzip2Error('data integrity error')
}

function decoders(bits: BitReader, count: number, size: number): Decoder[] {
  return Array.from({ length: count }, () => {
    let length = bits.read(5)
    const lengths = Array.from({ length: size }, () => {
      while (bits.bit()) length += bits.bit() ? -1 : 1
      if (length < 1 || length > MOST_LENGTH) throw new Bzip2Error('data integrity error')
      return length
    })
    return decoderOf(lengths)
  })
}

/** Which decoder each group of 50 symbols has. */
function selectors(bits: BitReader, tables: number): number[] {
  const order = Array.from({ length: tables }, (_, at) => at)
  return Array.from({ length: bits.read(15) }, () => {
    let at = 0
    while (bits.bit()) at++
    const [chosen] = order.splice(at, 1)
    if (chosen === undefined) throw new Bzip2Error('data integrity error')
    order.unshift(chosen)
    return chosen
  })
}

/** Huffman codes, runs of the front symbol and move-to-front undone: the last column of the sorted rotations. */
function symbols(bits: BitReader, front: number[], size: number): Uint8Array {
  const tables = bits.read(3)
  const chosen = selectors(bits, tables)
  const end = front.length + 1
  const codes = decoders(bits, tables, end + 1)
  const out = new Uint8Array(size)
  let length = 0
  let [run, weight] = [0, 1]
  for (let count = 0; ; count++) {
    const decoder = codes[chosen[Math.floor(count / GROUP)] ?? -1]
    if (!decoder) throw new Bzip2Error('data integrity error')
    const symbol = nextSymbol(bits, decoder)
    if (symbol <= RUN_B) {
      run += weight << symbol
      weight <<= 1
      continue
    }
    if (run > 0) {
      if (length + run > size) throw new Bzip2Error('data integrity error')
      out.fill(front[0] ?? 0, length, length + run)
      length += run
      ;[run, weight] = [0, 1]
    }
    if (symbol === end) return out.subarray(0, length)
    if (length >= size) throw new Bzip2Error('data integrity error')
    const [byte = 0] = front.splice(symbol - 1, 1)
    front.unshift(byte)
    out[length++] = byte
  }
}

/** The Burrows-Wheeler transform backwards. */
function untransformed(column: Uint8Array, origin: number): Uint8Array {
  const starts = new Int32Array(257)
  for (const byte of column) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] = (starts[byte + 1] ?? 0) + (starts[byte] ?? 0)
  const next = new Int32Array(column.length)
  for (let at = 0; at < column.length; at++) {
    const byte = column[at] ?? 0
    const place = starts[byte] ?? 0
    starts[byte] = place + 1
    next[place] = at
  }
  const out = new Uint8Array(column.length)
  let at = next[origin] ?? 0
  for (let i = 0; i < out.length; i++) {
    out[i] = column[at] ?? 0
    at = next[at] ?? 0
  }
  return out
}

/** Four equal bytes are followed by how many more there were. */
function withoutRuns(bytes: Uint8Array): { out: Uint8Array; sum: number } {
  let size = 0
  let same = 0
  for (let at = 0; at < bytes.length; at++) {
    if (same === 4) {
      size += bytes[at] ?? 0
      same = 0
      continue
    }
    same = at > 0 && same > 0 && bytes[at] === bytes[at - 1] ? same + 1 : 1
    size++
  }
  const out = new Uint8Array(size)
  const crc = new BlockCrc()
  let length = 0
  same = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (same === 4) {
      const repeated = bytes[at - 1] ?? 0
      for (let left = byte; left > 0; left--) {
        out[length++] = repeated
        crc.add(repeated)
      }
      same = 0
      continue
    }
    same = same > 0 && byte === bytes[at - 1] ? same + 1 : 1
    out[length++] = byte
    crc.add(byte)
  }
  return { out, sum: crc.sum }
}
