/** What memory.events counts. */
export interface MemoryEvents {
  low: number
  high: number
  max: number
  oom: number
  oomKill: number
  oomGroupKill: number
}

/** The limits and the books of memory of one group, the groups below included. cgroup-v2.rst, "Memory". */
export class MemoryController {
  /** Bytes; Infinity is `max`. */
  max = Infinity
  high = Infinity
  low = 0
  min = 0
  swapMax = Infinity
  swapHigh = Infinity
  /** All members die together. memory.oom.group */
  oomGroup = false
  peak = 0
  readonly events: MemoryEvents = { low: 0, high: 0, max: 0, oom: 0, oomKill: 0, oomGroupKill: 0 }
  private anon = 0
  private shmem = 0

  /** Memory of processes. */
  get anonBytes(): number {
    return this.anon
  }
  /** Memory of files in memory: shmem of memory.stat. */
  get shmemBytes(): number {
    return this.shmem
  }
  get bytes(): number {
    return this.anon + this.shmem
  }

  charge(bytes: number): void {
    this.anon += bytes
  }

  /** What is in file systems in memory counts for the group that mounted them. */
  chargeFiles(bytes: number): void {
    this.shmem += bytes
  }

  /** Looks at the sum after it grew. @returns whether it is beyond the limit */
  check(): boolean {
    const { bytes } = this
    this.peak = Math.max(this.peak, Math.min(bytes, this.max))
    if (bytes > this.high) this.events.high++
    if (bytes <= this.max) return false
    this.events.max++
    this.events.oom++
    return true
  }
}
