/** What is cut by: which fields stay, counted from 1, and whether lines without a delimiter do. */
export interface FieldCut {
  readonly delimiter: number
  readonly joiner: Uint8Array
  readonly separator: number
  readonly onlyDelimited: boolean
  readonly ranges: readonly (readonly [from: number, to: number])[]
}

/** The fields of a block of whole lines that stay. */
export function cutFields(bytes: Uint8Array, cut: FieldCut): Uint8Array {
  const cutter = new Cutter(bytes, cut)
  cutter.all()
  return cutter.result()
}

class Cutter {
  private readonly bytes: Uint8Array
  private readonly cut: FieldCut
  private readonly longJoiner: boolean
  private out: Uint8Array
  private length = 0

  constructor(bytes: Uint8Array, cut: FieldCut) {
    this.bytes = bytes
    this.cut = cut
    this.longJoiner = cut.joiner.length !== 1
    this.out = new Uint8Array(bytes.length + 1)
  }

  all(): void {
    for (let at = 0; at < this.bytes.length; ) at = this.line(at)
  }

  result(): Uint8Array {
    return this.out.subarray(0, this.length)
  }

  /** @returns where the next line starts */
  line(start: number): number {
    const { bytes } = this
    const { delimiter, separator } = this.cut
    let at = start
    while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== separator) at++
    if (at < bytes.length && bytes[at] === delimiter && delimiter !== separator) return this.fields(start, at)
    if (!this.cut.onlyDelimited) {
      this.copy(start, at)
      this.endLine()
    }
    return at + 1
  }

  /** @param firstEnd where the first field ends */
  private fields(start: number, firstEnd: number): number {
    const { bytes } = this
    const { delimiter, separator, ranges } = this.cut
    let [from, end, field, range, any] = [start, firstEnd, 1, 0, false]
    for (;;) {
      while (range < ranges.length && (ranges[range]?.[1] ?? 0) < field) range++
      if (field >= (ranges[range]?.[0] ?? Infinity)) {
        if (any) this.join()
        this.copy(from, end)
        any = true
      }
      if (end >= bytes.length || bytes[end] === separator) break
      from = ++end
      field++
      while (end < bytes.length && bytes[end] !== delimiter && bytes[end] !== separator) end++
    }
    this.endLine()
    return end + 1
  }

  private copy(from: number, to: number): void {
    const { bytes, out } = this
    let { length } = this
    for (let at = from; at < to; at++) out[length++] = bytes[at] ?? 0
    this.length = length
  }

  private join(): void {
    const { joiner } = this.cut
    if (this.longJoiner) this.reserve(joiner.length)
    for (let i = 0; i < joiner.length; i++) this.out[this.length++] = joiner[i] ?? 0
  }

  private endLine(): void {
    this.out[this.length++] = this.cut.separator
  }

  /** Joiners longer than what they stand for need more room than the input had. */
  private reserve(more: number): void {
    const needed = this.length + more + this.bytes.length + 1
    if (needed <= this.out.length) return
    const larger = new Uint8Array(2 * needed)
    larger.set(this.result())
    this.out = larger
  }
}
