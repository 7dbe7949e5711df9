/** Bytes of a length that is not known beforehand. */
export class GrowingBytes {
  private bytes = new Uint8Array(1 << 16)
  private used = 0

  get length(): number {
    return this.used
  }

  push(byte: number): void {
    this.reserve(1)
    this.bytes[this.used++] = byte
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.used)
    this.used += bytes.length
  }

  /** Once more what lies `distance` bytes back; it may overlap with what is made of it. */
  repeat(distance: number, length: number): void {
    this.reserve(length)
    const { bytes, used } = this
    if (distance >= length) bytes.copyWithin(used, used - distance, used - distance + length)
    else for (let at = used; at < used + length; at++) bytes[at] = bytes[at - distance] ?? 0
    this.used += length
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return
    const more = new Uint8Array(Math.max(this.bytes.length * 2, this.used + count))
    more.set(this.bytes.subarray(0, this.used))
    this.bytes = more
  }

  /** What was pushed, not a copy of it. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.used)
  }
}
