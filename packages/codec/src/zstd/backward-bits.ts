import { highBit } from './fse.ts'
import { ZstdError } from './zstd-error.ts'

/** Reads a bit stream from its end to its beginning; the highest set bit of the last byte marks the end. RFC 8878, 4.1 */
export class BackwardBits {
  /** Bits that are left; below zero they were made up, as zeroes. */
  left: number
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    const last = bytes.at(-1) ?? 0
    if (last === 0) throw new ZstdError('Data corruption detected')
    this.left = (bytes.length - 1) * 8 + highBit(last)
  }

  /** @param count at most 24 */
  peek(count: number): number {
    const from = this.left - count
    if (from < 0) return this.window(0, Math.max(this.left, 0)) << -Math.max(from, -count)
    return this.window(from, count)
  }

  take(count: number): number {
    if (count > 24) return this.take(count - 16) * 65536 + this.take(16)
    const value = count === 0 ? 0 : this.peek(count)
    this.left -= count
    return value
  }

  private window(from: number, count: number): number {
    const { bytes } = this
    const at = from >> 3
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
    return (word >>> (from & 7)) & ((1 << count) - 1)
  }
}
