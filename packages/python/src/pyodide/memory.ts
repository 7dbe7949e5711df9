/** WebAssembly's memory, as C sees it. */
export class Memory {
  private readonly memory: { readonly buffer: ArrayBuffer }

  constructor(memory: { readonly buffer: ArrayBuffer }) {
    this.memory = memory
  }

  get size(): number {
    return this.memory.buffer.byteLength
  }

  private get view(): DataView {
    return new DataView(this.memory.buffer)
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at >>> 0, length)
  }

  text(at: number): string {
    const all = new Uint8Array(this.memory.buffer)
    return new TextDecoder().decode(all.subarray(at >>> 0, all.indexOf(0, at >>> 0)))
  }

  getI16 = (at: number): number => this.view.getInt16(at >>> 0, true)
  getI32 = (at: number): number => this.view.getInt32(at >>> 0, true)
  getU32 = (at: number): number => this.view.getUint32(at >>> 0, true)
  getI64 = (at: number): number => Number(this.view.getBigInt64(at >>> 0, true))
  setU8 = (at: number, value: number): void => this.view.setUint8(at >>> 0, value)
  setU16 = (at: number, value: number): void => this.view.setUint16(at >>> 0, value, true)
  setU32 = (at: number, value: number): void => this.view.setUint32(at >>> 0, value >>> 0, true)
  setI64 = (at: number, value: number): void => this.view.setBigInt64(at >>> 0, BigInt(Math.floor(value)), true)

  /** Vectors of readv(2): address and length each. */
  vectors(at: number, count: number): Uint8Array[] {
    return Array.from({ length: count }, (_, i) => this.bytes(this.getU32(at + 8 * i), this.getU32(at + 8 * i + 4)))
  }

  /** Spreads bytes over vectors. @returns how many fitted */
  scatter(at: number, count: number, bytes: Uint8Array): number {
    let done = 0
    for (const vector of this.vectors(at, count)) {
      const part = bytes.subarray(done, done + vector.length)
      vector.set(part)
      done += part.length
    }
    return done
  }

  /** A copy of what vectors hold. */
  gather(at: number, count: number): Uint8Array {
    const parts = this.vectors(at, count)
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let done = 0
    for (const part of parts) {
      whole.set(part, done)
      done += part.length
    }
    return whole
  }
}
