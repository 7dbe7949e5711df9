import type { MaybePromise, Sys } from '@drydock/abi'
import { concat, Heap } from '@drydock/libc'
import { decodeText } from './encoding.ts'

/** Reads a descriptor line by line (or record by record), with a promise only where it has to wait for input. */
export class LineReader {
  /** Whether the last line given ended with the separator. */
  terminated = true
  private readonly sys: Sys
  private readonly fd: number
  private readonly separator: number
  private ready: string[] = []
  private at = 0
  private rest: Uint8Array[] = []
  private ended = false
  private readonly heap: Heap

  /** @param separator byte that ends a line: newline, or 0 for -z */
  constructor(sys: Sys, fd: number, separator = 10) {
    this.sys = sys
    this.fd = fd
    this.separator = separator
    this.heap = new Heap(sys)
  }

  /** The next line without its end; undefined after the last. */
  next(): MaybePromise<string | undefined> {
    if (this.at < this.ready.length) return this.ready[this.at++]
    return this.ended ? undefined : this.fill()
  }

  /** All lines that are there, waiting for one at least; undefined after the last. `terminated` tells of the last of them. */
  block(): MaybePromise<readonly string[] | undefined> {
    if (this.at < this.ready.length) return this.remaining()
    if (this.ended) return undefined
    return this.fill().then((line) => {
      if (line === undefined) return undefined
      if (this.ended) return [line]
      this.at = 0
      return this.remaining()
    })
  }

  private remaining(): readonly string[] {
    const lines = this.at === 0 ? this.ready : this.ready.slice(this.at)
    this.at = this.ready.length
    return lines
  }

  private async fill(): Promise<string | undefined> {
    for (;;) {
      const bytes = await this.sys.read(this.fd, 65536)
      if (bytes.length === 0) return this.last()
      const end = bytes.lastIndexOf(this.separator)
      if (end < 0) {
        this.rest.push(bytes)
        this.heap.add(bytes.length)
        continue
      }
      if (this.heap.bytes > 0) this.heap.set(0)
      const whole = this.rest.length ? concat([...this.rest, bytes.subarray(0, end)]) : bytes.subarray(0, end)
      this.rest = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : []
      this.ready = decodeText(whole).split(String.fromCharCode(this.separator))
      this.at = 1
      return this.ready[0]
    }
  }

  private last(): string | undefined {
    this.ended = true
    if (this.rest.length === 0) return undefined
    this.terminated = false
    return decodeText(concat(this.rest))
  }
}
