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
    const count = countBytes(bytes, this.separator)
    return new LineTable(bytes, startsOf(bytes, this.separator, count), count)
  }

  private reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.used + more))
    larger.set(this.bytes.subarray(0, this.used))
    this.bytes = larger
  }
}

function countBytes(bytes: Uint8Array, byte: number): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === byte) count++
  return count
}

/** Where lines start, and where the last one ends. */
function startsOf(bytes: Uint8Array, separator: number, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1)
  let line = 1
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === separator) starts[line++] = at + 1
  return starts
}
