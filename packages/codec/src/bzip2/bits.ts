import { GrowingBytes } from '../growing-bytes.ts'

/** Bits of a bzip2 stream, the highest of each byte first. */
export class BitReader {
  private readonly bytes: Uint8Array
  private at: number
  private held = 0
  private count = 0

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /** At most 24 of them. @throws RangeError at the end */
  read(bits: number): number {
    while (this.count < bits) {
      if (this.at >= this.bytes.length) throw new RangeError('unexpected end')
      this.held = ((this.held << 8) | (this.bytes[this.at++] ?? 0)) >>> 0
      this.count += 8
      // Only what is still to be read is kept.
      this.held &= this.count >= 32 ? 0xffffffff : (1 << this.count) - 1
    }
    this.count -= bits
    const value = this.held >>> this.count
    this.held &= (1 << this.count) - 1
    return value
  }

  bit(): number {
    return this.read(1)
  }

  /** 32 bits. */
  word(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0
  }

  /** Index of the next whole byte. */
  get byteOffset(): number {
    return this.at - Math.floor(this.count / 8)
  }
}

export class BitWriter {
  private readonly out = new GrowingBytes()
  private held = 0
  private count = 0

  /** At most 24 bits of a value. */
  write(value: number, bits: number): void {
    this.held = (this.held << bits) | value
    this.count += bits
    while (this.count >= 8) {
      this.count -= 8
      this.out.push((this.held >>> this.count) & 0xff)
    }
    this.held &= (1 << this.count) - 1
  }

  word(value: number): void {
    this.write(value >>> 16, 16)
    this.write(value & 0xffff, 16)
  }

  /** All bytes, the last one filled with zeros. */
  finish(): Uint8Array {
    if (this.count > 0) this.write(0, 8 - this.count)
    return this.out.view()
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value >>> 0
})

/** CRC-32 with the highest bit first, as bzip2 has it. */
export class BlockCrc {
  private value = 0xffffffff

  add(byte: number): void {
    this.value = ((this.value << 8) ^ (TABLE[(this.value >>> 24) ^ byte] ?? 0)) >>> 0
  }

  get sum(): number {
    return ~this.value >>> 0
  }
}

/** 48-bit marks: a block begins with the digits of pi, the end with those of its square root. */
export const BLOCK_MARK = [0x314159, 0x265359] as const
export const END_MARK = [0x177245, 0x385090] as const
export const GROUP = 50
export const RUN_A = 0
export const RUN_B = 1
