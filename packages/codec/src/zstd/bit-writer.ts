import { GrowingBytes } from '../growing-bytes.ts'

/** Writes bits from the lowest of the first byte upwards. */
export class BitWriter {
  private readonly out = new GrowingBytes()
  private pending = 0
  private count = 0

  put(value: number, bits: number): void {
    if (bits > 16) {
      this.put(value & 0xffff, 16)
      return this.put(Math.floor(value / 65536), bits - 16)
    }
    this.pending |= (value & ((1 << bits) - 1)) << this.count
    this.count += bits
    for (; this.count >= 8; this.count -= 8) {
      this.out.push(this.pending & 255)
      this.pending >>>= 8
    }
  }

  /** The set bit behind the last one tells a reader that comes from the end where it is. */
  finish(): Uint8Array {
    this.put(1, 1)
    if (this.count > 0) this.put(0, 8 - this.count)
    return this.out.view()
  }
}
