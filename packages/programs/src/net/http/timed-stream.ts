import { type ByteStream, type Errno, ETIMEDOUT, type MaybePromise, POLLIN, type Sys } from '@drydock/abi'
import type { FdStream } from '@drydock/libc'

/** A connection whose reads give up. */
export class TimedStream implements ByteStream {
  private readonly stream: FdStream
  private readonly sys: Sys
  private readonly left: () => number
  private readonly late: () => Error | Errno

  /**
   * @param left milliseconds a read may still take
   * @param late what is thrown then, default ETIMEDOUT
   */
  constructor(sys: Sys, stream: FdStream, left: () => number, late: () => Error = () => ETIMEDOUT) {
    this.sys = sys
    this.stream = stream
    this.left = left
    this.late = late
  }

  async read(max?: number): Promise<Uint8Array> {
    const left = Math.ceil(this.left())
    if (left <= 0) throw this.late()
    const [found = 0] = await this.sys.poll([{ fd: this.stream.fd, events: POLLIN }], left)
    if (found === 0) throw this.late()
    return this.stream.read(max)
  }

  write(bytes: Uint8Array): MaybePromise<void> {
    return this.stream.write(bytes)
  }
  shutdown(): void {
    this.stream.shutdown()
  }
  close(): void {
    this.stream.close()
  }
}
