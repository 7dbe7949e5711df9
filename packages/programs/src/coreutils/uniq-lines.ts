/** What is printed of each group of equal lines. */
export interface UniqLook {
  readonly count: boolean
  readonly separator: number
  /** Groups of one line, and of more. */
  readonly single: boolean
  readonly repeated: boolean
}

const NONE = new Uint8Array(0)
const WIDTH = 7
/** Room for a count and its blank. */
const COUNT_BYTES = 20

/** What stays of lines of bytes, fed in blocks of whole lines, when each group of equal neighbours becomes its first. */
export class DistinctLines {
  private readonly separator: number
  /** The line before this block, without its separator. */
  private last: Uint8Array | undefined

  constructor(separator: number) {
    this.separator = separator
  }

  /** @param put takes a stretch of lines that stay; only the very last may lack its separator */
  add(block: Uint8Array, put: (lines: Uint8Array) => void): void {
    const { separator } = this
    let [before, kept] = [-1, 0]
    for (let start = 0; start < block.length; ) {
      const found = block.indexOf(separator, start)
      const end = found < 0 ? block.length : found
      const length = end - start
      const same =
        before < 0
          ? this.last !== undefined && isSame(this.last, 0, this.last.length, block, start, length)
          : isSame(block, before, start - 1 - before, block, start, length)
      if (same) {
        if (kept < start) put(block.subarray(kept, start))
        kept = end + 1
      }
      before = start
      start = end + 1
    }
    if (kept < block.length) put(block.subarray(kept))
    const ends = block[block.length - 1] === separator
    this.last = block.subarray(before, ends ? block.length - 1 : block.length)
  }
}

function isSame(a: Uint8Array, from: number, size: number, b: Uint8Array, start: number, length: number): boolean {
  if (size !== length) return false
  // Neighbours that differ mostly do so at their ends.
  for (let at = length - 1; at >= 0; at--) if (a[from + at] !== b[start + at]) return false
  return true
}

/** Equal neighbours among lines of bytes, fed in blocks of whole lines. */
export class EqualLines {
  private readonly look: UniqLook
  /** The group's first line, and where it is. */
  private group: Uint8Array = NONE
  private from = 0
  private to = 0
  private count = 0
  private out: Uint8Array = NONE
  private length = 0

  constructor(look: UniqLook) {
    this.look = look
  }

  /** @returns what the groups that ended in this block make */
  add(block: Uint8Array): Uint8Array {
    this.begin(block.length)
    const { separator } = this.look
    for (let start = 0; start < block.length; ) {
      const found = block.indexOf(separator, start)
      const end = found < 0 ? block.length : found
      if (this.count > 0 && this.isSame(block, start, end)) this.count++
      else {
        this.endGroup()
        this.group = block
        this.from = start
        this.to = end
        this.count = 1
      }
      start = end + 1
    }
    return this.out.subarray(0, this.length)
  }

  end(): Uint8Array {
    this.begin(0)
    this.endGroup()
    return this.out.subarray(0, this.length)
  }

  private begin(bytes: number): void {
    this.out = new Uint8Array(bytes + this.to - this.from + COUNT_BYTES)
    this.length = 0
  }

  private isSame(block: Uint8Array, start: number, end: number): boolean {
    const { group, from } = this
    const length = end - start
    if (length !== this.to - from) return false
    for (let at = 0; at < length; at++) if (block[start + at] !== group[from + at]) return false
    return true
  }

  private endGroup(): void {
    const { group, look, count } = this
    if (count === 0 || !(count === 1 ? look.single : look.repeated)) return
    this.reserve(this.to - this.from + COUNT_BYTES)
    if (look.count) this.putCount()
    for (let at = this.from; at < this.to; at++) this.out[this.length++] = group[at] ?? 0
    this.out[this.length++] = look.separator
  }

  private putCount(): void {
    const text = `${String(this.count).padStart(WIDTH)} `
    for (let at = 0; at < text.length; at++) this.out[this.length++] = text.charCodeAt(at)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.out.length) return
    const larger = new Uint8Array(2 * (this.length + more))
    larger.set(this.out.subarray(0, this.length))
    this.out = larger
  }
}
