import { ALIGN_BITS, LEAST_MATCH, type LengthModel, Model, PROBABILITY_BITS, SHIFT, TOP } from './model.ts'

/** Data that is no .xz file, or was cut off or changed. */
export class XzError extends Error {}

/** The bits of a chunk, each with its probability. */
class RangeDecoder {
  private readonly bytes: Uint8Array
  private at: number
  private range = 0xffffffff
  private code = 0

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at + 1
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.next()) >>> 0
  }

  private next(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new XzError('Unexpected end of input')
    return byte
  }

  private refill(): void {
    if (this.range >>> 0 >= TOP) return
    this.range = (this.range << 8) >>> 0
    this.code = ((this.code << 8) | this.next()) >>> 0
  }

  bit(probabilities: Uint16Array, at: number): number {
    this.refill()
    const probability = probabilities[at] ?? 0
    const bound = Math.imul(this.range >>> PROBABILITY_BITS, probability) >>> 0
    if (this.code < bound) {
      this.range = bound
      probabilities[at] = probability + (((1 << PROBABILITY_BITS) - probability) >> SHIFT)
      return 0
    }
    this.range = (this.range - bound) >>> 0
    this.code = (this.code - bound) >>> 0
    probabilities[at] = probability - (probability >> SHIFT)
    return 1
  }

  direct(bits: number): number {
    let value = 0
    for (let left = bits; left > 0; left--) {
      this.refill()
      this.range >>>= 1
      const one = this.code >= this.range ? 1 : 0
      if (one) this.code = (this.code - this.range) >>> 0
      value = (value << 1) | one
    }
    return value >>> 0
  }

  tree(probabilities: Uint16Array, bits: number): number {
    let node = 1
    for (let left = bits; left > 0; left--) node = (node << 1) | this.bit(probabilities, node)
    return node - (1 << bits)
  }

  reverseTree(probabilities: Uint16Array, offset: number, bits: number): number {
    let node = 1
    let value = 0
    for (let at = 0; at < bits; at++) {
      const bit = this.bit(probabilities, offset + node)
      node = (node << 1) | bit
      value |= bit << at
    }
    return value
  }
}

/** What was unpacked so far, which matches are copied from. */
export class Output {
  bytes = new Uint8Array(1 << 16)
  length = 0
  /** Nothing before it can be copied. */
  start = 0

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  copy(distance: number, count: number): void {
    if (distance > this.length - this.start) throw new XzError('Compressed data is corrupt')
    for (let left = count; left > 0; left--) {
      this.bytes[this.length] = this.bytes[this.length - distance] ?? 0
      this.length++
    }
  }
}

/** Unpacks one chunk into the output. */
export function decodeChunk(model: Model, bytes: Uint8Array, at: number, output: Output, count: number): void {
  const bits = new RangeDecoder(bytes, at)
  const end = output.length + count
  output.reserve(count)
  const mask = (1 << model.pb) - 1
  while (output.length < end) {
    const place = output.length - output.start
    const position = place & mask
    if (bits.bit(model.isMatch, (model.state << 4) + position) === 0) literal(model, bits, output, place)
    else {
      const length = matchLength(model, bits, position)
      if (output.length + length > end) throw new XzError('Compressed data is corrupt')
      output.copy(model.reps[0] + 1, length)
    }
  }
}

function literal(model: Model, bits: RangeDecoder, output: Output, place: number): void {
  const { literals, reps, state } = model
  const previous = place > 0 ? (output.bytes[output.length - 1] ?? 0) : 0
  const offset = model.literalsAt(place, previous)
  let symbol = 1
  if (state >= 7) {
    let match = output.bytes[output.length - reps[0] - 1] ?? 0
    while (symbol < 0x100) {
      const matchBit = (match >> 7) & 1
      match <<= 1
      const bit = bits.bit(literals, offset + ((1 + matchBit) << 8) + symbol)
      symbol = (symbol << 1) | bit
      if (matchBit !== bit) break
    }
  }
  while (symbol < 0x100) symbol = (symbol << 1) | bits.bit(literals, offset + symbol)
  output.bytes[output.length++] = symbol & 0xff
  model.afterLiteral()
}

/** Sets the distance and the state. @returns how much is copied */
function matchLength(model: Model, bits: RangeDecoder, position: number): number {
  const { state } = model
  if (bits.bit(model.isRep, state) === 0) {
    const length = readLength(model.lengths, bits, position)
    model.reps = [readDistance(model, bits, length), model.reps[0], model.reps[1], model.reps[2]]
    model.afterMatch()
    return length
  }
  if (bits.bit(model.isRep0, state) === 0) {
    if (bits.bit(model.isRep0Long, (state << 4) + position) === 0) {
      model.afterShortRep()
      return 1
    }
  } else {
    const [a, b, c, d] = model.reps
    if (bits.bit(model.isRep1, state) === 0) model.reps = [b, a, c, d]
    else if (bits.bit(model.isRep2, state) === 0) model.reps = [c, a, b, d]
    else model.reps = [d, a, b, c]
  }
  const length = readLength(model.repLengths, bits, position)
  model.afterRep()
  return length
}

function readLength(model: LengthModel, bits: RangeDecoder, position: number): number {
  if (bits.bit(model.choice, 0) === 0) return LEAST_MATCH + bits.tree(model.low[position] ?? model.high, 3)
  if (bits.bit(model.choice, 1) === 0) return LEAST_MATCH + 8 + bits.tree(model.middle[position] ?? model.high, 3)
  return LEAST_MATCH + 16 + bits.tree(model.high, 8)
}

function readDistance(model: Model, bits: RangeDecoder, length: number): number {
  const slot = bits.tree(model.slots[Math.min(3, length - LEAST_MATCH)] ?? model.align, 6)
  if (slot < 4) return slot
  const direct = (slot >> 1) - 1
  const base = ((2 | (slot & 1)) << direct) >>> 0
  if (slot < 14) return base + bits.reverseTree(model.special, base - slot, direct)
  const high = bits.direct(direct - ALIGN_BITS) * (1 << ALIGN_BITS)
  return base + high + bits.reverseTree(model.align, 0, ALIGN_BITS)
}
