/** Zstandard frames. RFC 8878 */
import { concatBytes } from '../bytes.ts'
import { GrowingBytes } from '../growing-bytes.ts'
import { BackwardBits } from './backward-bits.ts'
import { constantTable, decodingTable, type FseTable, readDistribution } from './fse.ts'
import { decodeStream, type HuffmanTable, readHuffman } from './huffman.ts'
import { type Codes, LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS, RepeatedOffsets } from './sequences.ts'
import { xxh64 } from './xxh64.ts'
import { ZstdError } from './zstd-error.ts'

export const ZSTD_MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)
const SKIPPABLE = 0x184d2a50
const MAX_BLOCK = 128 * 1024
const corrupt = (): ZstdError => new ZstdError('Data corruption detected')
const truncated = (): ZstdError => new ZstdError('premature end')

export const isZstd = (bytes: Uint8Array): boolean => ZSTD_MAGIC.every((byte, at) => bytes[at] === byte)

/** @param size at most 6 bytes, the lowest first */
function little(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw truncated()
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

export interface ZstdFrame {
  readonly content: Uint8Array
  /** Where it ends in the file. */
  readonly end: number
  readonly windowBytes: number
  /** What its head says of the content's size. */
  readonly contentBytes: number | undefined
  readonly checksum: number | undefined
}

/** All frames of a file, skippable ones left out. @throws ZstdError */
export function* zstdFrames(bytes: Uint8Array): Generator<ZstdFrame> {
  for (let at = 0; at < bytes.length; ) {
    const magic = little(bytes, at, 4)
    if (magic - (magic % 16) === SKIPPABLE) {
      at += 8 + little(bytes, at + 4, 4)
      continue
    }
    if (!isZstd(bytes.subarray(at, at + 4))) throw new ZstdError('unsupported format')
    const frame = new FrameReader(bytes, at + 4).read()
    yield frame
    at = frame.end
  }
}

/** Unpacks all frames. @throws ZstdError */
export const unzstd = (bytes: Uint8Array): Uint8Array =>
  concatBytes(Array.from(zstdFrames(bytes), ({ content }) => content))

class FrameReader {
  private readonly out = new GrowingBytes()
  private readonly offsets = new RepeatedOffsets()
  private huffman: HuffmanTable | undefined = undefined
  private readonly tables = new Map<Codes, FseTable>()
  private readonly bytes: Uint8Array
  private at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  read(): ZstdFrame {
    const head = this.header()
    while (!this.block());
    const content = this.out.view()
    if (head.contentBytes !== undefined && head.contentBytes !== content.length) throw corrupt()
    const checksum = head.hasChecksum ? this.number(4) : undefined
    if (checksum !== undefined && checksum !== Number(xxh64(content) & 0xffffffffn))
      throw new ZstdError("Restored data doesn't match checksum")
    return { content, end: this.at, checksum, ...head }
  }

  private number(size: number): number {
    const value = little(this.bytes, this.at, size)
    this.at += size
    return value
  }

  private slice(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw truncated()
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** RFC 8878, 3.1.1.1 */
  private header() {
    const descriptor = this.number(1)
    const isSingle = (descriptor & 32) !== 0
    const window = isSingle ? 0 : this.number(1)
    const dictionary = this.number([0, 1, 2, 4][descriptor & 3] ?? 0)
    if (dictionary !== 0) throw new ZstdError('Dictionary mismatch')
    const sizeBytes = [isSingle ? 1 : 0, 2, 4, 6][descriptor >> 6] ?? 0
    const size = sizeBytes === 0 ? undefined : this.number(sizeBytes) + (sizeBytes === 2 ? 256 : 0)
    if (sizeBytes === 6) this.number(2)
    const base = 2 ** (10 + (window >> 3))
    const windowBytes = isSingle ? (size ?? 0) : base + (base / 8) * (window & 7)
    return { contentBytes: size, windowBytes, hasChecksum: (descriptor & 4) !== 0 }
  }

  /** @returns whether it was the last. RFC 8878, 3.1.1.2 */
  private block(): boolean {
    const head = this.number(3)
    const size = head >> 3
    const kind = (head >> 1) & 3
    if (kind === 0) this.out.append(this.slice(size))
    else if (kind === 1) this.out.append(new Uint8Array(size).fill(this.number(1)))
    else if (kind === 2) this.compressed(this.slice(size))
    else throw corrupt()
    return (head & 1) === 1
  }

  private compressed(block: Uint8Array): void {
    const { literals, length } = this.literals(block)
    this.sequences(block.subarray(length), literals)
  }

  /** RFC 8878, 3.1.1.3.1 */
  private literals(block: Uint8Array): { literals: Uint8Array; length: number } {
    const first = block[0] ?? 0
    const kind = first & 3
    const format = (first >> 2) & 3
    if (kind < 2) {
      const [headBytes, shift] = format === 1 ? [2, 4] : format === 3 ? [3, 4] : [1, 3]
      const size = little(block, 0, headBytes) >> shift
      if (size > MAX_BLOCK) throw corrupt()
      if (kind === 0) return { literals: block.subarray(headBytes, headBytes + size), length: headBytes + size }
      return { literals: new Uint8Array(size).fill(block[headBytes] ?? 0), length: headBytes + 1 }
    }
    const [headBytes, width] = format < 2 ? [3, 10] : format === 2 ? [4, 14] : [5, 18]
    const head = Math.floor(little(block, 0, headBytes) / 16)
    const size = head % 2 ** width
    const packed = Math.floor(head / 2 ** width)
    if (size > MAX_BLOCK || headBytes + packed > block.length) throw corrupt()
    const content = block.subarray(headBytes, headBytes + packed)
    const literals = new Uint8Array(size)
    this.huffmanCoded(content, literals, { isFresh: kind === 2, streams: format === 0 ? 1 : 4 })
    return { literals, length: headBytes + packed }
  }

  private huffmanCoded(content: Uint8Array, out: Uint8Array, how: { isFresh: boolean; streams: number }): void {
    let at = 0
    if (how.isFresh) {
      const { table, length } = readHuffman(content)
      this.huffman = table
      at = length
    }
    const { huffman } = this
    if (huffman === undefined) throw corrupt()
    if (how.streams === 1) return decodeStream(huffman, content.subarray(at), out)
    const each = (out.length + 3) >> 2
    let from = at + 6
    for (let i = 0; i < 4; i++) {
      const end = i < 3 ? from + little(content, at + i * 2, 2) : content.length
      decodeStream(huffman, content.subarray(from, end), out.subarray(i * each, i < 3 ? (i + 1) * each : out.length))
      from = end
    }
  }

  /** RFC 8878, 3.1.1.3.2 */
  private sequences(section: Uint8Array, literals: Uint8Array): void {
    const first = section[0] ?? 0
    if (first === 0) return this.out.append(literals)
    const long = first === 255
    const count = first < 128 ? first : long ? little(section, 1, 2) + 0x7f00 : ((first - 128) << 8) + (section[1] ?? 0)
    let at = first < 128 ? 1 : long ? 3 : 2
    const modes = section[at++] ?? 0
    const tables = [LITERAL_LENGTHS, OFFSETS, MATCH_LENGTHS].map((codes, i) => {
      const { table, length } = this.table(codes, (modes >> (6 - 2 * i)) & 3, section.subarray(at))
      at += length
      return table
    })
    const [lengths, offsets, matches] = tables
    if (!lengths || !offsets || !matches) throw corrupt()
    this.execute(new BackwardBits(section.subarray(at)), count, literals, { lengths, offsets, matches })
  }

  /** RFC 8878, 3.1.1.3.2.1 */
  private table(codes: Codes, mode: number, bytes: Uint8Array): { table: FseTable; length: number } {
    if (mode === 3) {
      const table = this.tables.get(codes)
      if (!table) throw corrupt()
      return { table, length: 0 }
    }
    let length = mode
    let table: FseTable
    if (mode === 0) table = decodingTable(codes.usual)
    else if (mode === 1) table = constantTable(bytes[0] ?? 0)
    else {
      const read = readDistribution(bytes, codes.maxLog)
      table = decodingTable(read.distribution)
      length = read.length
    }
    this.tables.set(codes, table)
    return { table, length }
  }

  /** RFC 8878, 3.1.1.4 */
  private execute(
    input: BackwardBits,
    count: number,
    literals: Uint8Array,
    { lengths, offsets, matches }: { lengths: FseTable; offsets: FseTable; matches: FseTable },
  ): void {
    let [ll, of, ml] = [input.take(lengths.log), input.take(offsets.log), input.take(matches.log)]
    let used = 0
    const next = (table: FseTable, state: number): number =>
      (table.bases[state] ?? 0) + input.take(table.bits[state] ?? 0)
    const extra = ({ bases, bits }: Codes, code: number): number => (bases[code] ?? 0) + input.take(bits[code] ?? 0)
    for (let i = 0; i < count; i++) {
      const value = extra(OFFSETS, offsets.symbols[of] ?? 0)
      const matched = extra(MATCH_LENGTHS, matches.symbols[ml] ?? 0)
      const plain = extra(LITERAL_LENGTHS, lengths.symbols[ll] ?? 0)
      if (used + plain > literals.length || input.left < 0) throw corrupt()
      this.out.append(literals.subarray(used, used + plain))
      used += plain
      this.copy(this.offsets.resolve(value, plain), matched)
      if (i === count - 1) break
      ll = next(lengths, ll)
      ml = next(matches, ml)
      of = next(offsets, of)
    }
    this.out.append(literals.subarray(used))
  }

  private copy(offset: number, length: number): void {
    if (offset <= 0 || offset > this.out.length) throw corrupt()
    this.out.repeat(offset, length)
  }
}
