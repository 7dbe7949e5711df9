/** Bytes of a length that is not known beforehand. */
export class GrowingBytes {
  private bytes = new Uint8Array(1 << 16)
  private used = 0

  get length(): number {
    return this.used
  }

  push(byte: number): void {
    if (this.used === this.bytes.length) {
      const more = new Uint8Array(this.bytes.length * 2)
      more.set(this.bytes)
      this.bytes = more
    }
    this.bytes[this.used++] = byte
  }

  /** What was pushed, not a copy of it. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.used)
  }
}
