/** Small pieces are gathered in buffers of up to this size; the first is small, as many queues see one line and no more. */
const GATHER_BYTES = 4096
const FIRST_GATHER_BYTES = 64

/**
 * Bytes in the order they came. Whoever pushes gives its array away, and whoever takes owns what it gets, its buffer
 * included: whole large pieces pass through without a copy, small ones are gathered.
 */
export class ByteQueue {
  private pieces: Uint8Array[] = []
  /** The first piece that is left, and how much of it is gone. */
  private first = 0
  private head = 0
  private total = 0
  /** Where small pieces are gathered; the last piece shows it from `tailStart` to `tailEnd`, unless `tail` is undefined. */
  private tail: Uint8Array | undefined
  private tailStart = 0
  private tailEnd = 0
  /** Size of the next buffer to gather in. */
  private gatherBytes = FIRST_GATHER_BYTES

  get length(): number {
    return this.total
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.total += bytes.length
    if (bytes.length >= GATHER_BYTES / 4) {
      this.pieces.push(bytes)
      this.tail = undefined
    } else this.gather(bytes)
  }

  /** The same where the caller keeps its array. */
  pushCopy(bytes: Uint8Array): void {
    this.push(bytes.length >= GATHER_BYTES / 4 ? bytes.slice() : bytes)
  }

  /** At most `max` bytes from the front. */
  take(max: number): Uint8Array {
    const front = this.pieces[this.first]
    if (front === undefined || max <= 0) return new Uint8Array(0)
    const rest = front.length - this.head
    if (rest >= max || rest === this.total) return own(this.cut(front, Math.min(rest, max)))
    const taken = new Uint8Array(Math.min(max, this.total))
    let at = 0
    while (at < taken.length) {
      const piece = this.pieces[this.first]
      if (piece === undefined) break
      const part = this.cut(piece, Math.min(piece.length - this.head, taken.length - at))
      taken.set(part, at)
      at += part.length
    }
    return taken
  }

  /** How many bytes there are up to `delimiter`, included; at most `max`, and no further than the first piece. */
  lengthUntil(delimiter: number, max: number): number {
    const front = this.pieces[this.first]
    if (front === undefined) return max
    const end = front.indexOf(delimiter, this.head)
    return Math.min(max, (end < 0 ? front.length : end + 1) - this.head)
  }

  clear(): void {
    this.pieces = []
    this.first = 0
    this.head = 0
    this.total = 0
    this.tail = undefined
  }

  private gather(bytes: Uint8Array): void {
    const { tail } = this
    if (tail === undefined || this.tailEnd + bytes.length > tail.length) return this.gatherAnew(bytes)
    // Whatever of the buffer was taken belongs to its reader: a new piece begins behind it.
    if (this.pieces.length === 0) this.tailStart = this.tailEnd
    tail.set(bytes, this.tailEnd)
    this.tailEnd += bytes.length
    this.pieces[Math.max(0, this.pieces.length - 1)] = tail.subarray(this.tailStart, this.tailEnd)
  }

  private gatherAnew(bytes: Uint8Array): void {
    this.tail = new Uint8Array(Math.max(this.gatherBytes, bytes.length))
    this.gatherBytes = Math.min(GATHER_BYTES, this.gatherBytes * 4)
    this.tail.set(bytes)
    this.tailStart = 0
    this.tailEnd = bytes.length
    this.pieces.push(this.tail.subarray(0, this.tailEnd))
  }

  private cut(piece: Uint8Array, length: number): Uint8Array {
    const part = piece.subarray(this.head, this.head + length)
    this.head += length
    this.total -= length
    if (this.head === piece.length) this.dropFirst()
    return part
  }

  private dropFirst(): void {
    this.head = 0
    this.first++
    if (this.first === this.pieces.length) {
      this.pieces = []
      this.first = 0
    } else if (this.first > 64 && this.first * 2 > this.pieces.length) {
      this.pieces = this.pieces.slice(this.first)
      this.first = 0
    }
  }
}

/** An array that nobody else has a part of. */
const own = (bytes: Uint8Array): Uint8Array => (bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice())
