import type { Entropy } from '@drydock/abi'

/** Bytes that look random and are the same in every run: a 32 bit xorshift. */
export class TestEntropy implements Entropy {
  private state: number

  constructor(seed = 2463534242) {
    this.state = seed >>> 0 || 1
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff)
  }

  private next(): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x >>> 0
    return this.state >>> 8
  }
}
