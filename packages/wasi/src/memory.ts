/** The module's memory, seen anew each time: it may have grown meanwhile. All numbers are little-endian. */
export class Memory {
  private readonly exported: { readonly buffer: ArrayBuffer }

  constructor(exported: { readonly buffer: ArrayBuffer }) {
    this.exported = exported
  }

  private get view(): DataView {
    return new DataView(this.exported.buffer)
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.exported.buffer, at, length)
  }
  text(at: number, length: number): string {
    return new TextDecoder().decode(this.bytes(at, length).slice())
  }
  u8(at: number): number {
    return this.view.getUint8(at)
  }
  u16(at: number): number {
    return this.view.getUint16(at, true)
  }
  u32(at: number): number {
    return this.view.getUint32(at, true)
  }
  u64(at: number): bigint {
    return this.view.getBigUint64(at, true)
  }
  setU8(at: number, value: number): void {
    this.view.setUint8(at, value)
  }
  setU16(at: number, value: number): void {
    this.view.setUint16(at, value, true)
  }
  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, true)
  }
  setU64(at: number, value: bigint | number): void {
    this.view.setBigUint64(at, BigInt(value), true)
  }
  set(at: number, bytes: Uint8Array): void {
    this.bytes(at, bytes.length).set(bytes)
  }

  /** Address and length of each buffer of an iovec array. */
  vectors(at: number, count: number): [at: number, length: number][] {
    return Array.from({ length: count }, (_, i) => [this.u32(at + 8 * i), this.u32(at + 8 * i + 4)])
  }

  /** What stands in the buffers. */
  gather(at: number, count: number): Uint8Array {
    const vectors = this.vectors(at, count)
    const whole = new Uint8Array(vectors.reduce((sum, [, length]) => sum + length, 0))
    let to = 0
    for (const [from, length] of vectors) {
      whole.set(this.bytes(from, length), to)
      to += length
    }
    return whole
  }

  /** Fills the buffers, one after the other. */
  scatter(at: number, count: number, bytes: Uint8Array): void {
    let from = 0
    for (const [to, length] of this.vectors(at, count)) {
      this.set(to, bytes.subarray(from, from + length))
      from += length
    }
  }

  roomOf(at: number, count: number): number {
    return this.vectors(at, count).reduce((sum, [, length]) => sum + length, 0)
  }
}
