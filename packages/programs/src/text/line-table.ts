/** Lines of one or more files as bytes, end to end, each with its separator behind it. */
export class LineTable {
  readonly bytes: Uint8Array
  /** Where each line starts; one more than there are lines. */
  readonly starts: Uint32Array
  readonly length: number

  constructor(bytes: Uint8Array, starts: Uint32Array, length: number) {
    this.bytes = bytes
    this.starts = starts
    this.length = length
  }

  from(line: number): number {
    return this.starts[line] ?? 0
  }
  /** The end without the separator. */
  to(line: number): number {
    return (this.starts[line + 1] ?? 1) - 1
  }
}

/** Puts together a table of what is read. */
export class LineTableBuilder {
  private bytes = new Uint8Array(65536)
  private used = 0
  private readonly separator: number

  constructor(separator: number) {
    this.separator = separator
  }

  add(piece: Uint8Array): void {
    this.reserve(piece.length)
    this.bytes.set(piece, this.used)
    this.used += piece.length
  }

  /** A last line without its separator gets one. */
  endFile(): void {
    if (this.used === 0 || this.bytes[this.used - 1] === this.separator) return
    this.reserve(1)
    this.bytes[this.used++] = this.separator
  }

  finish(): LineTable {
    const bytes = this.bytes.subarray(0, this.used)
    let starts = new Uint32Array(1 + (this.used >> 4))
    let count = 0
    for (let at = 0; at < bytes.length; at = bytes.indexOf(this.separator, at) + 1) {
      if (count + 1 >= starts.length) starts = grown(starts, 2 * starts.length + 2)
      starts[count++] = at
    }
    starts[count] = bytes.length
    return new LineTable(bytes, starts, count)
  }

  private reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.used + more))
    larger.set(this.bytes.subarray(0, this.used))
    this.bytes = larger
  }
}

function grown(values: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length)
  larger.set(values)
  return larger
}
