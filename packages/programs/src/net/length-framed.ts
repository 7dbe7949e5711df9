import { isErrno, type Sys } from '@drydock/abi'
import { concat } from '@drydock/libc'

/** Bodies on a descriptor, each behind its length: four bytes, big-endian. */
export class LengthFramed {
  private buffered: Uint8Array = new Uint8Array(0)
  private readonly sys: Sys
  private readonly fd: number
  /** A body beyond this is none. */
  private readonly largest: number

  constructor(sys: Sys, fd: number, largest: number) {
    this.sys = sys
    this.fd = fd
    this.largest = largest
  }

  /** @returns undefined at the end, and where what comes is no body */
  async next(): Promise<Uint8Array | undefined> {
    if (!(await this.fill(4))) return undefined
    const length = new DataView(this.buffered.buffer, this.buffered.byteOffset).getUint32(0)
    if (length < 1 || length > this.largest || !(await this.fill(4 + length))) return undefined
    const body = this.buffered.slice(4, 4 + length)
    this.buffered = this.buffered.slice(4 + length)
    return body
  }

  private async fill(count: number): Promise<boolean> {
    try {
      while (this.buffered.length < count) {
        const bytes = await this.sys.read(this.fd, 65_536)
        if (bytes.length === 0) return false
        this.buffered = concat([this.buffered, bytes])
      }
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
    return true
  }
}
