/** Frames of attach, exec and logs without a terminal. Engine API, "Stream format": [kind, 0, 0, 0, size u32] payload. */
export interface StdFrame {
  /** 1 standard output, 2 standard error, 3 an error of the engine. */
  readonly kind: number
  readonly payload: Uint8Array
}

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  if (a.length === 0) return b
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}

/** Cuts bytes, which come as they like, into frames. */
export class StdDemultiplexer {
  private rest: Uint8Array = new Uint8Array(0)

  push(bytes: Uint8Array): StdFrame[] {
    this.rest = join(this.rest, bytes)
    const frames: StdFrame[] = []
    for (;;) {
      if (this.rest.length < 8) return frames
      const [kind = 0, , , , a = 0, b = 0, c = 0, d = 0] = this.rest
      const end = 8 + a * 0x1000000 + b * 0x10000 + c * 0x100 + d
      if (this.rest.length < end) return frames
      frames.push({ kind, payload: this.rest.slice(8, end) })
      this.rest = this.rest.subarray(end)
    }
  }
}
