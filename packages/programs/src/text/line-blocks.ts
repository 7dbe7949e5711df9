import type { MaybePromise, Sys } from '@drydock/abi'
import { concat, Heap } from '@drydock/libc'

const READ_BYTES = 65536

/** Reads a descriptor as bytes, whole lines at a time. */
export class LineBlocks {
  private readonly sys: Sys
  private readonly fd: number
  private readonly separator: number
  private readonly heap: Heap
  private rest: Uint8Array[] = []
  private ended = false

  /** @param separator byte that ends a line: newline, or 0 for -z */
  constructor(sys: Sys, fd: number, separator = 10) {
    this.sys = sys
    this.fd = fd
    this.separator = separator
    this.heap = new Heap(sys)
  }

  /** Lines with their separators, waiting for one at least; undefined after the last, which alone may lack its own. */
  next(): MaybePromise<Uint8Array | undefined> {
    while (!this.ended) {
      const bytes = this.sys.read(this.fd, READ_BYTES)
      if (bytes instanceof Promise) return bytes.then((came) => this.take(came) ?? this.next())
      const block = this.take(bytes)
      if (block) return block
    }
    return undefined
  }

  private take(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length === 0) return this.last()
    const end = bytes.lastIndexOf(this.separator) + 1
    if (end === 0) {
      this.rest.push(bytes)
      this.heap.add(bytes.length)
      return undefined
    }
    if (this.heap.bytes > 0) this.heap.set(0)
    const whole = end < bytes.length ? bytes.subarray(0, end) : bytes
    const block = this.rest.length > 0 ? concat([...this.rest, whole]) : whole
    this.rest = end < bytes.length ? [bytes.subarray(end)] : []
    return block
  }

  private last(): Uint8Array | undefined {
    this.ended = true
    return this.rest.length > 0 ? concat(this.rest) : undefined
  }
}
