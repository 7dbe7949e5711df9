import { concatBytes } from '../bytes.ts'
import { GrowingBytes } from '../growing-bytes.ts'
import { ZSTD_MAGIC } from './decode.ts'
import { encodingTable, type FseEncodingTable, FseState } from './fse-encode.ts'
import { type Codes, LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS } from './sequences.ts'
import { xxh64 } from './xxh64.ts'
import { BitWriter } from './bit-writer.ts'

const BLOCK = 128 * 1024
const MIN_MATCH = 4
const HASH_LOG = 16
/** A short name of an offset is never used: what is written lies above the three names. */
const NAMES = 3

interface Sequence {
  readonly literals: number
  readonly offset: number
  readonly length: number
}

/** Packs bytes into one frame: matches by their last place, literals as they are, the usual tables. RFC 8878 */
export function zstd(bytes: Uint8Array): Uint8Array {
  const matcher = new Matcher(bytes)
  const tables = { lengths: usual(LITERAL_LENGTHS), matches: usual(MATCH_LENGTHS), offsets: usual(OFFSETS) }
  const parts: Uint8Array[] = [ZSTD_MAGIC, header(bytes.length)]
  for (let from = 0; from === 0 || from < bytes.length; from += BLOCK) {
    const end = Math.min(from + BLOCK, bytes.length)
    const packed = compressed(matcher, from, end, tables)
    const isPacked = packed.length < end - from
    const last = end === bytes.length ? 1 : 0
    const size = isPacked ? packed.length : end - from
    parts.push(little((size << 3) | (isPacked ? 4 : 0) | last, 3), isPacked ? packed : bytes.subarray(from, end))
  }
  parts.push(little(Number(xxh64(bytes) & 0xffffffffn), 4))
  return concatBytes(parts)
}

const usual = ({ usual: distribution }: Codes): FseEncodingTable => encodingTable(distribution)

function little(value: number, size: number): Uint8Array {
  const out = new Uint8Array(size)
  for (let i = 0, rest = value; i < size; i++, rest = Math.floor(rest / 256)) out[i] = rest % 256
  return out
}

/** One segment, whose size is written, with a checksum behind. RFC 8878, 3.1.1.1 */
function header(size: number): Uint8Array {
  const flag = size < 256 ? 0 : size < 65536 + 256 ? 1 : 2
  const field = [little(size, 1), little(size - 256, 2), little(size, 4)][flag] ?? little(size, 4)
  return concatBytes([Uint8Array.of((flag << 6) | 32 | 4), field])
}

interface Tables {
  readonly lengths: FseEncodingTable
  readonly matches: FseEncodingTable
  readonly offsets: FseEncodingTable
}

function compressed(matcher: Matcher, from: number, end: number, tables: Tables): Uint8Array {
  const literals = new GrowingBytes()
  const sequences = matcher.sequences(from, end, literals)
  const head = little((literals.length << 4) | (3 << 2), 3)
  return concatBytes([head, literals.view(), count(sequences.length), ...stream(sequences, tables)])
}

/** RFC 8878, 3.1.1.3.2.1 */
function count(sequences: number): Uint8Array {
  if (sequences < 128) return Uint8Array.of(sequences)
  if (sequences < 0x7f00) return Uint8Array.of((sequences >> 8) + 128, sequences & 255)
  return concatBytes([Uint8Array.of(255), little(sequences - 0x7f00, 2)])
}

const codeOf = ({ bases }: Codes, value: number): number => {
  let [low, high] = [0, bases.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((bases[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

interface Coded {
  readonly code: number
  readonly extra: number
  readonly bits: number
}
function coded(codes: Codes, value: number): Coded {
  const code = codeOf(codes, value)
  return { code, extra: value - (codes.bases[code] ?? 0), bits: codes.bits[code] ?? 0 }
}

/** The last sequence comes first: the stream is read from its end. RFC 8878, 3.1.1.3.2.2 */
function stream(sequences: readonly Sequence[], { lengths, matches, offsets }: Tables): Uint8Array[] {
  if (sequences.length === 0) return []
  const out = new BitWriter()
  const [ml, of, ll] = [new FseState(matches), new FseState(offsets), new FseState(lengths)]
  for (let at = sequences.length - 1; at >= 0; at--) {
    const { literals, offset, length } = sequences[at] ?? { literals: 0, offset: 1, length: MIN_MATCH }
    const plain = coded(LITERAL_LENGTHS, literals)
    const matched = coded(MATCH_LENGTHS, length)
    const distance = coded(OFFSETS, offset + NAMES)
    of.encode(distance.code, out)
    ml.encode(matched.code, out)
    ll.encode(plain.code, out)
    for (const { extra, bits } of [plain, matched, distance]) out.put(extra, bits)
  }
  for (const state of [ml, of, ll]) state.flush(out)
  return [Uint8Array.of(0), out.finish()]
}

/** Finds what was there before by the hash of its first four bytes. */
class Matcher {
  private readonly bytes: Uint8Array
  private readonly places = new Int32Array(1 << HASH_LOG).fill(-1)

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  sequences(from: number, end: number, literals: GrowingBytes): Sequence[] {
    const { bytes, places } = this
    const found: Sequence[] = []
    let start = from
    for (let at = from; at + MIN_MATCH <= end; ) {
      const hash = this.hash(at)
      const before = places[hash] ?? -1
      places[hash] = at
      const length = before < 0 ? 0 : this.matchLength(before, at, end)
      if (length < MIN_MATCH) {
        at++
        continue
      }
      literals.append(bytes.subarray(start, at))
      found.push({ literals: at - start, offset: at - before, length })
      for (let i = at + 1; i < at + length && i + MIN_MATCH <= end; i += 2) places[this.hash(i)] = i
      at += length
      start = at
    }
    literals.append(bytes.subarray(start, end))
    return found
  }

  private matchLength(before: number, at: number, end: number): number {
    const { bytes } = this
    let length = 0
    while (at + length < end && bytes[before + length] === bytes[at + length]) length++
    return length
  }

  private hash(at: number): number {
    const { bytes } = this
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
    return Math.imul(word, 2654435761) >>> (32 - HASH_LOG)
  }
}
