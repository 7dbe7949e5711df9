import { GrowingBytes } from '../growing-bytes.ts'
import { ALIGN_BITS, LEAST_MATCH, type LengthModel, Model, MOST_MATCH, PROBABILITY_BITS, SHIFT, TOP } from './model.ts'

class RangeEncoder {
  private readonly out = new GrowingBytes()
  private low = 0
  private range = 0xffffffff
  private cache = 0
  private pending = 1

  /** Bytes so far, those that are held back too. */
  get size(): number {
    return this.out.length + this.pending
  }

  bit(probabilities: Uint16Array, at: number, bit: number): void {
    const probability = probabilities[at] ?? 0
    const bound = Math.imul(this.range >>> PROBABILITY_BITS, probability) >>> 0
    if (bit === 0) {
      this.range = bound
      probabilities[at] = probability + (((1 << PROBABILITY_BITS) - probability) >> SHIFT)
    } else {
      this.low += bound
      this.range = (this.range - bound) >>> 0
      probabilities[at] = probability - (probability >> SHIFT)
    }
    while (this.range < TOP) this.shift()
  }

  direct(value: number, bits: number): void {
    for (let at = bits - 1; at >= 0; at--) {
      this.range >>>= 1
      if ((value >>> at) & 1) this.low += this.range
      while (this.range < TOP) this.shift()
    }
  }

  tree(probabilities: Uint16Array, bits: number, value: number): void {
    let node = 1
    for (let at = bits - 1; at >= 0; at--) {
      const bit = (value >>> at) & 1
      this.bit(probabilities, node, bit)
      node = (node << 1) | bit
    }
  }

  reverseTree(probabilities: Uint16Array, offset: number, bits: number, value: number): void {
    let node = 1
    for (let at = 0; at < bits; at++) {
      const bit = (value >>> at) & 1
      this.bit(probabilities, offset + node, bit)
      node = (node << 1) | bit
    }
  }

  /** A carry may still change the bytes that were held back. */
  private shift(): void {
    if (this.low < 0xff000000 || this.low > 0xffffffff) {
      const carry = this.low > 0xffffffff ? 1 : 0
      let byte = this.cache
      do {
        this.out.push((byte + carry) & 0xff)
        byte = 0xff
      } while (--this.pending > 0)
      this.cache = Math.floor(this.low / 0x1000000) & 0xff
    }
    this.pending++
    this.low = (this.low % 0x1000000) * 0x100
    this.range = (this.range << 8) >>> 0
  }

  finish(): Uint8Array {
    for (let i = 0; i < 5; i++) this.shift()
    return this.out.view()
  }
}

interface Found {
  readonly length: number
  readonly distance: number
}

/** What one step and the end of a part can add at most. */
const MARGIN = 64
const HASH_BITS = 16
const MOST_TRIES = 24
const NICE_LENGTH = 64

/** Earlier places with the same three bytes, the latest first. */
class MatchFinder {
  private readonly bytes: Uint8Array
  private readonly heads = new Int32Array(1 << HASH_BITS).fill(-1)
  private readonly earlier: Int32Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.earlier = new Int32Array(bytes.length)
  }

  private hash(at: number): number {
    const { bytes } = this
    const key = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
    return (Math.imul(key, 0x9e3779b1) >>> (32 - HASH_BITS)) & ((1 << HASH_BITS) - 1)
  }

  insert(at: number): void {
    const key = this.hash(at)
    this.earlier[at] = this.heads[key] ?? -1
    this.heads[key] = at
  }

  /** @param end  no match goes beyond */
  find(at: number, end: number): Found {
    const most = Math.min(MOST_MATCH, end - at)
    let best: Found = { length: 1, distance: 0 }
    if (most < 3) return best
    let place = this.heads[this.hash(at)] ?? -1
    for (let tries = MOST_TRIES; place >= 0 && tries > 0; tries--) {
      const length = this.common(place, at, most)
      if (length > best.length) best = { length, distance: at - place - 1 }
      if (length >= NICE_LENGTH || length === most) break
      place = this.earlier[place] ?? -1
    }
    return best
  }

  common(a: number, b: number, most: number): number {
    let length = 0
    while (length < most && this.bytes[a + length] === this.bytes[b + length]) length++
    return length
  }
}

/** Packs data part by part; later parts copy from earlier ones. */
export class LzmaEncoder {
  private readonly bytes: Uint8Array
  private readonly finder: MatchFinder
  private inserted = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.finder = new MatchFinder(bytes)
  }

  /**
   * @param model  fresh: each part begins anew
   * @param most  bytes that the part may take packed
   * @returns it, and where it ended: before `to` when it became too long
   */
  encode(model: Model, from: number, to: number, most: number): { packed: Uint8Array; end: number } {
    const bits = new RangeEncoder()
    let at = from
    while (at < to && bits.size < most - MARGIN) at += this.step(model, bits, at, to)
    return { packed: bits.finish(), end: at }
  }

  private insertUntil(at: number): void {
    for (; this.inserted < at; this.inserted++) this.finder.insert(this.inserted)
  }

  private step(model: Model, bits: RangeEncoder, at: number, end: number): number {
    this.insertUntil(at)
    const { finder } = this
    const position = at & ((1 << model.pb) - 1)
    const match = (model.state << 4) + position
    const again = at > model.reps[0] ? finder.common(at - model.reps[0] - 1, at, Math.min(MOST_MATCH, end - at)) : 0
    const found = finder.find(at, end)
    if (again >= LEAST_MATCH && again + 1 >= found.length) {
      bits.bit(model.isMatch, match, 1)
      bits.bit(model.isRep, model.state, 1)
      bits.bit(model.isRep0, model.state, 0)
      bits.bit(model.isRep0Long, match, 1)
      writeLength(model.repLengths, bits, again, position)
      model.afterRep()
      return again
    }
    // A short copy from far away costs more than its literals.
    if (found.length >= 3 && (found.length > 3 || found.distance < 1 << 12)) {
      bits.bit(model.isMatch, match, 1)
      bits.bit(model.isRep, model.state, 0)
      writeLength(model.lengths, bits, found.length, position)
      writeDistance(model, bits, found)
      model.reps = [found.distance, model.reps[0], model.reps[1], model.reps[2]]
      model.afterMatch()
      return found.length
    }
    bits.bit(model.isMatch, match, 0)
    this.literal(model, bits, at)
    return 1
  }

  private literal(model: Model, bits: RangeEncoder, at: number): void {
    const { bytes } = this
    const offset = model.literalsAt(at, at > 0 ? (bytes[at - 1] ?? 0) : 0)
    const byte = bytes[at] ?? 0
    const matched = model.state >= 7 ? (bytes[at - model.reps[0] - 1] ?? 0) : -1
    let symbol = 1
    let same = matched >= 0
    for (let place = 7; place >= 0; place--) {
      const bit = (byte >> place) & 1
      const matchBit = (matched >> place) & 1
      bits.bit(model.literals, offset + (same ? (1 + matchBit) << 8 : 0) + symbol, bit)
      symbol = (symbol << 1) | bit
      if (same && matchBit !== bit) same = false
    }
    model.afterLiteral()
  }
}

function writeLength(model: LengthModel, bits: RangeEncoder, count: number, position: number): void {
  const length = count - LEAST_MATCH
  bits.bit(model.choice, 0, length < 8 ? 0 : 1)
  if (length < 8) return bits.tree(model.low[position] ?? model.high, 3, length)
  bits.bit(model.choice, 1, length < 16 ? 0 : 1)
  if (length < 16) bits.tree(model.middle[position] ?? model.high, 3, length - 8)
  else bits.tree(model.high, 8, length - 16)
}

function writeDistance(model: Model, bits: RangeEncoder, { length, distance }: Found): void {
  const top = 31 - Math.clz32(distance)
  const slot = distance < 4 ? distance : (top << 1) | ((distance >>> (top - 1)) & 1)
  bits.tree(model.slots[Math.min(3, length - LEAST_MATCH)] ?? model.align, 6, slot)
  if (slot < 4) return
  const direct = (slot >> 1) - 1
  const base = ((2 | (slot & 1)) << direct) >>> 0
  const rest = distance - base
  if (slot < 14) return bits.reverseTree(model.special, base - slot, direct, rest)
  bits.direct(rest >>> ALIGN_BITS, direct - ALIGN_BITS)
  bits.reverseTree(model.align, 0, ALIGN_BITS, rest & ((1 << ALIGN_BITS) - 1))
}
