import { BitWriter, BLOCK_MARK, BlockCrc, END_MARK, GROUP, RUN_A, RUN_B } from './bits.ts'
import { codeLengths } from './huffman.ts'

/** What a block is filled to is a little less than its size, as the original leaves room. */
const ROOM = 19
const MOST_RUN = 255

/** One bzip2 stream. @param level  blocks of so many hundred thousand bytes, 1 to 9 */
export function bzip2(bytes: Uint8Array, level = 9): Uint8Array {
  const bits = new BitWriter()
  bits.write(0x425a68, 24)
  bits.write(0x30 + level, 8)
  let combined = 0
  for (let at = 0; at < bytes.length; ) {
    const { block, end, sum } = runsIn(bytes, at, level * 100_000 - ROOM)
    writeBlock(bits, block, sum)
    combined = (((combined << 1) | (combined >>> 31)) ^ sum) >>> 0
    at = end
  }
  for (const part of END_MARK) bits.write(part, 24)
  bits.word(combined)
  return bits.finish()
}

/** Bytes for a block, runs of four and more with their length behind them. */
function runsIn(bytes: Uint8Array, from: number, size: number): { block: Uint8Array; end: number; sum: number } {
  const block = new Uint8Array(size + 5)
  const crc = new BlockCrc()
  let length = 0
  let at = from
  while (at < bytes.length && length < size) {
    const byte = bytes[at] ?? 0
    let run = 1
    while (run < MOST_RUN && bytes[at + run] === byte) run++
    for (let i = 0; i < run; i++) crc.add(byte)
    at += run
    for (let i = 0; i < Math.min(run, 4); i++) block[length++] = byte
    if (run >= 4) block[length++] = run - 4
  }
  return { block: block.subarray(0, length), end: at, sum: crc.sum }
}

function writeBlock(bits: BitWriter, block: Uint8Array, sum: number): void {
  const { column, origin } = transformed(block)
  for (const part of BLOCK_MARK) bits.write(part, 24)
  bits.word(sum)
  bits.write(0, 1)
  bits.write(origin, 24)
  const used = [...new Set(column)].sort((a, b) => a - b)
  writeUsed(bits, new Set(used))
  writeSymbols(bits, movedToFront(column, used), used.length + 2)
}

/** Rotations sorted by doubling: after each round they are in order of twice as many bytes. */
function transformed(block: Uint8Array): { column: Uint8Array; origin: number } {
  const size = block.length
  let rank = Int32Array.from(block)
  let order = countingSort(
    Int32Array.from({ length: size }, (_, at) => at),
    rank,
    256,
  )
  let next = new Int32Array(size)
  for (let length = 1; ; length *= 2) {
    const shifted = order.map((at) => (at - (length % size) + size) % size)
    order = countingSort(shifted, rank, Math.max(256, size))
    const half = length
    next[order[0] ?? 0] = 0
    let last = 0
    for (let i = 1; i < size; i++) {
      const [a, b] = [order[i - 1] ?? 0, order[i] ?? 0]
      const same = rank[a] === rank[b] && rank[(a + half) % size] === rank[(b + half) % size]
      if (!same) last++
      next[b] = last
    }
    ;[rank, next] = [next, rank]
    if (last === size - 1 || length >= size) break
  }
  const column = new Uint8Array(size)
  let origin = 0
  for (let i = 0; i < size; i++) {
    const at = order[i] ?? 0
    if (at === 0) origin = i
    column[i] = block[(at + size - 1) % size] ?? 0
  }
  return { column, origin }
}

/** Places in order of their keys; those with the same key keep theirs. */
function countingSort(places: Int32Array, keys: Int32Array, most: number): Int32Array<ArrayBuffer> {
  const starts = new Int32Array(most + 1)
  for (const place of places) {
    const key = (keys[place] ?? 0) + 1
    starts[key] = (starts[key] ?? 0) + 1
  }
  for (let key = 0; key < most; key++) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0)
  const out = new Int32Array(places.length)
  for (const place of places) {
    const key = keys[place] ?? 0
    const to = starts[key] ?? 0
    starts[key] = to + 1
    out[to] = place
  }
  return out
}

/** Symbols of the block: places in the list of bytes, runs of its first in binary, and the end. */
function movedToFront(column: Uint8Array, used: readonly number[]): Uint16Array {
  const front = [...used]
  const out = new Uint16Array(column.length + 1)
  let length = 0
  let run = 0
  const flush = (): void => {
    for (; run > 0; run = (run - 1) >> 1) out[length++] = run & 1 ? RUN_A : RUN_B
  }
  for (const byte of column) {
    const at = front.indexOf(byte)
    if (at === 0) {
      run++
      continue
    }
    flush()
    front.splice(at, 1)
    front.unshift(byte)
    out[length++] = at + 1
  }
  flush()
  out[length++] = used.length + 1
  return out.subarray(0, length)
}

function writeUsed(bits: BitWriter, used: ReadonlySet<number>): void {
  const rows = Array.from({ length: 16 }, (_, row) => {
    let columns = 0
    for (let column = 0; column < 16; column++) if (used.has(row * 16 + column)) columns |= 0x8000 >>> column
    return columns
  })
  for (const columns of rows) bits.write(columns ? 1 : 0, 1)
  for (const columns of rows) if (columns) bits.write(columns, 16)
}

/** Two tables with the same codes: the format wants two at least. */
const TABLES = 2

function writeSymbols(bits: BitWriter, symbols: Uint16Array, size: number): void {
  const counts = new Array<number>(size).fill(0)
  for (const symbol of symbols) counts[symbol] = (counts[symbol] ?? 0) + 1
  const lengths = codeLengths(counts, 17)
  const groups = Math.ceil(symbols.length / GROUP)
  bits.write(TABLES, 3)
  bits.write(groups, 15)
  for (let group = 0; group < groups; group++) bits.write(0, 1)
  for (let table = 0; table < TABLES; table++) writeLengths(bits, lengths)
  const codes = codesOf(lengths)
  for (const symbol of symbols) bits.write(codes[symbol] ?? 0, lengths[symbol] ?? 0)
}

/** The first length, and steps up or down from one to the next. */
function writeLengths(bits: BitWriter, lengths: readonly number[]): void {
  let current = lengths[0] ?? 0
  bits.write(current, 5)
  for (const length of lengths) {
    for (; current < length; current++) bits.write(2, 2)
    for (; current > length; current--) bits.write(3, 2)
    bits.write(0, 1)
  }
}

function codesOf(lengths: readonly number[]): number[] {
  const codes = new Array<number>(lengths.length).fill(0)
  let code = 0
  for (let length = 1; length <= 20; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) codes[symbol] = code++
    code <<= 1
  }
  return codes
}
