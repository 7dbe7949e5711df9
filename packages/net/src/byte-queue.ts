/** Bytes in the order they came, without copying them together. */
export class ByteQueue {
  private chunks: Uint8Array[] = []
  private first = 0
  private bytes = 0

  get length(): number {
    return this.bytes
  }

  /** Keeps `chunk` itself. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.chunks.push(chunk)
    this.bytes += chunk.length
  }

  /** At most `max` bytes; many small pieces are joined, a large one is given as it came. */
  take(max: number): Uint8Array {
    const head = this.chunks[this.first]
    if (!head || max <= 0) return new Uint8Array(0)
    if (head.length >= max || this.bytes === head.length) return this.shift(max)
    const whole = new Uint8Array(Math.min(max, this.bytes))
    for (let at = 0; at < whole.length; ) {
      const part = this.shift(whole.length - at)
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  clear(): void {
    this.chunks = []
    this.first = 0
    this.bytes = 0
  }

  private shift(max: number): Uint8Array {
    const head = this.chunks[this.first] ?? new Uint8Array(0)
    const part = head.length <= max ? head : head.subarray(0, max)
    if (part === head) this.first++
    else this.chunks[this.first] = head.subarray(max)
    this.bytes -= part.length
    if (this.first > 64) {
      this.chunks = this.chunks.slice(this.first)
      this.first = 0
    }
    return part
  }
}
