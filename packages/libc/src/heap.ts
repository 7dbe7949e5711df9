import type { Sys } from '@drydock/abi'

/** How much a heap grows or shrinks before the kernel is told: malloc(3) asks in steps as well. */
const STEP_BYTES = 128 * 1024

/**
 * What a program holds in memory, as it says itself: ps(1) and the limits of control groups go by it. Programs that keep
 * as much as they are fed say so; what the others hold is in their image's size.
 */
export class Heap {
  private readonly sys: Sys
  private held = 0
  private told = 0

  constructor(sys: Sys) {
    this.sys = sys
  }

  get bytes(): number {
    return this.held
  }

  /** @param bytes negative where something is freed @throws ENOMEM beyond RLIMIT_AS */
  add(bytes: number): void {
    this.set(this.held + bytes)
  }

  /** @throws ENOMEM */
  set(bytes: number): void {
    this.held = Math.max(0, bytes)
    const change = this.held - this.told
    if (Math.abs(change) < STEP_BYTES) return
    this.sys.sbrk(change)
    this.told = this.held
  }
}
