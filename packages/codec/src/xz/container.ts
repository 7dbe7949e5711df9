/** The .xz file format 1.1.0: streams of blocks, each block LZMA2 chunks. */
import { sha256 } from '../hash.ts'
import { concatBytes, equalBytes } from '../bytes.ts'
import { crc32, crc64 } from './checks.ts'
import { decodeChunk, Output, XzError } from './lzma-decoder.ts'
import { LzmaEncoder } from './lzma-encoder.ts'
import { Model } from './model.ts'

const MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)
const FOOTER_MAGIC = Uint8Array.of(0x59, 0x5a)
const LZMA2 = 0x21
const CRC64 = 4
/** Sizes of the checks behind blocks, by their number. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
const CHECKS: ReadonlyMap<number, (bytes: Uint8Array) => Uint8Array> = new Map([
  [1, (bytes: Uint8Array) => little(crc32(bytes))],
  [CRC64, (bytes: Uint8Array) => crc64([bytes])],
  [10, (bytes: Uint8Array) => sha256(bytes)],
])
/** Names of the checks as `xz --list` shows them. */
export const CHECK_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'None'],
  [1, 'CRC32'],
  [CRC64, 'CRC64'],
  [10, 'SHA-256'],
])

const little = (value: number): Uint8Array => {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

export const isXz = (bytes: Uint8Array): boolean => equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)

export interface XzContents {
  readonly parts: readonly Uint8Array[]
  readonly streams: number
  readonly blocks: number
  readonly check: number
}

/** Unpacks all streams of a file. @throws XzError */
export function unxz(bytes: Uint8Array): XzContents {
  const reader = new Reader(bytes)
  const parts: Uint8Array[] = []
  let [streams, check] = [0, 0]
  while (reader.at < bytes.length) {
    if (bytes[reader.at] === 0 && streams > 0) {
      reader.at += 4
      continue
    }
    check = reader.stream(parts)
    streams++
  }
  if (streams === 0) throw new XzError('File format not recognized')
  return { parts, streams, blocks: parts.length, check }
}

class Reader {
  at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  private take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new XzError('Unexpected end of input')
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  private byte(): number {
    return this.take(1)[0] ?? 0
  }

  private word(): number {
    const part = this.take(4)
    return new DataView(part.buffer, part.byteOffset, 4).getUint32(0, true)
  }

  /** Seven bits a byte, the lowest first. */
  private number(): number {
    let value = 0
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * weight
      if (byte < 0x80) return value
    }
  }

  /** @returns the number of its check */
  stream(parts: Uint8Array[]): number {
    if (!equalBytes(this.take(MAGIC.length), MAGIC)) throw new XzError('File format not recognized')
    const flags = this.take(2)
    if (crc32(flags) !== this.word()) throw new XzError('Compressed data is corrupt')
    const check = (flags[1] ?? 0) & 0x0f
    for (;;) {
      const size = this.bytes[this.at]
      if (size === undefined) throw new XzError('Unexpected end of input')
      if (size === 0) break
      parts.push(this.block(size, check))
    }
    this.index()
    this.take(4 + 4 + 2)
    if (!equalBytes(this.take(2), FOOTER_MAGIC)) throw new XzError('Compressed data is corrupt')
    return check
  }

  private block(size: number, check: number): Uint8Array {
    const start = this.at
    const header = this.take((size + 1) * 4)
    const sum = new DataView(header.buffer, header.byteOffset + header.length - 4, 4).getUint32(0, true)
    if (crc32(header.subarray(0, -4)) !== sum) throw new XzError('Compressed data is corrupt')
    this.at = start + 1
    const flags = this.byte()
    if (flags & 0x40) this.number()
    if (flags & 0x80) this.number()
    if ((flags & 3) !== 0 || this.number() !== LZMA2) throw new XzError('Unsupported options')
    this.at = start + header.length
    const begin = this.at
    const out = this.chunks()
    while ((this.at - begin) % 4 !== 0) this.byte()
    const found = this.take(CHECK_SIZES[check] ?? 0)
    const known = CHECKS.get(check)
    if (known && !equalBytes(known(out), found)) throw new XzError('Compressed data is corrupt')
    return out
  }

  private chunks(): Uint8Array {
    const output = new Output()
    let model: Model | undefined
    for (let control = this.byte(); control !== 0; control = this.byte()) {
      if (control < 0x80) {
        if (control > 2) throw new XzError('Compressed data is corrupt')
        if (control === 1) output.start = output.length
        const count = ((this.byte() << 8) | this.byte()) + 1
        output.reserve(count)
        output.bytes.set(this.take(count), output.length)
        output.length += count
        continue
      }
      const count = (((control & 0x1f) << 16) | (this.byte() << 8) | this.byte()) + 1
      const packed = ((this.byte() << 8) | this.byte()) + 1
      const reset = (control >> 5) & 3
      if (reset === 3) output.start = output.length
      if (reset >= 2) model = modelOf(this.byte())
      else if (reset === 1 && model) model = new Model(model.lc, model.lp, model.pb)
      if (!model) throw new XzError('Compressed data is corrupt')
      decodeChunk(model, this.take(packed), 0, output, count)
    }
    return output.bytes.subarray(0, output.length)
  }

  private index(): void {
    const start = this.at
    this.byte()
    for (let left = this.number(); left > 0; left--) {
      this.number()
      this.number()
    }
    while ((this.at - start) % 4 !== 0) this.byte()
    const sum = crc32(this.bytes.subarray(start, this.at))
    if (sum !== this.word()) throw new XzError('Compressed data is corrupt')
  }
}

function modelOf(properties: number): Model {
  if (properties >= 9 * 5 * 5) throw new XzError('Compressed data is corrupt')
  return new Model(properties % 9, Math.floor(properties / 9) % 5, Math.floor(properties / 45))
}

const [LC, LP, PB] = [3, 0, 2]
const MOST_CHUNK = 1 << 18
const MOST_PACKED = 1 << 16

/** One stream of one block. */
export function xz(bytes: Uint8Array): Uint8Array {
  const flags = Uint8Array.of(0, CRC64)
  const head = concatBytes([MAGIC, flags, little(crc32(flags))])
  const records: Uint8Array[] = []
  const blocks: Uint8Array[] = []
  if (bytes.length > 0) {
    const header = blockHeader()
    const data = lzma2(bytes)
    const check = crc64([bytes])
    blocks.push(header, data, new Uint8Array(-data.length & 3), check)
    records.push(number(header.length + data.length + check.length), number(bytes.length))
  }
  const body = concatBytes([Uint8Array.of(0), number(blocks.length ? 1 : 0), ...records])
  const index = concatBytes([body, new Uint8Array(-body.length & 3)])
  const footer = concatBytes([little((index.length + 4) / 4 - 1), flags])
  return concatBytes([head, ...blocks, index, little(crc32(index)), little(crc32(footer)), footer, FOOTER_MAGIC])
}

/** LZMA2 with a dictionary of 8 MiB. */
function blockHeader(): Uint8Array {
  const body = Uint8Array.of(2, 0, LZMA2, 1, 22, 0, 0, 0)
  return concatBytes([body, little(crc32(body))])
}

function number(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  return Uint8Array.of(...out, rest)
}

function lzma2(bytes: Uint8Array): Uint8Array {
  const encoder = new LzmaEncoder(bytes)
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const limit = Math.min(bytes.length, at + MOST_CHUNK)
    const { packed, end } = encoder.encode(new Model(LC, LP, PB), at, limit, MOST_PACKED)
    const first = at === 0
    out.push(packed.length < end - at ? lzmaChunk(packed, end - at, first) : plainChunk(bytes.subarray(at, end), first))
    at = end
  }
  return concatBytes([...out, Uint8Array.of(0)])
}

const two = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff]

function lzmaChunk(packed: Uint8Array, count: number, first: boolean): Uint8Array {
  const control = (first ? 0xe0 : 0xc0) | ((count - 1) >> 16)
  const properties = (PB * 5 + LP) * 9 + LC
  return concatBytes([Uint8Array.of(control, ...two(count - 1), ...two(packed.length - 1), properties), packed])
}

function plainChunk(bytes: Uint8Array, first: boolean): Uint8Array {
  return concatBytes([Uint8Array.of(first ? 1 : 2, ...two(bytes.length - 1)), bytes])
}
