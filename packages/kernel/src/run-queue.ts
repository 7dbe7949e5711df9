import type { CpuShare } from './cgroup/cpu-share.ts'

/** Of those who were woken, so many go on in one turn: the next turn may be another group's. */
const MOST_AT_ONCE = 16

/** Who waits for the processor in one group: its turns go by turns to those who were woken and to one who computes. */
class GroupQueue {
  readonly share: CpuShare
  /** Tasks that waited for something which has come. */
  readonly woken: (() => void)[] = []
  /** Tasks that used up their slice. */
  readonly yielded: (() => void)[] = []
  private lastWasYielded = false

  constructor(share: CpuShare) {
    this.share = share
  }

  get empty(): boolean {
    return this.woken.length + this.yielded.length === 0
  }

  take(): (() => void)[] {
    const { woken, yielded } = this
    this.lastWasYielded = woken.length === 0 || (!this.lastWasYielded && yielded.length > 0)
    return this.lastWasYielded ? yielded.splice(0, 1) : woken.splice(0, MOST_AT_ONCE)
  }
}

/** Everybody who waits for the processor, by control group. */
export class RunQueue {
  /** Groups with somebody in them; an idle one is forgotten soon. */
  private readonly groups = new Map<CpuShare, GroupQueue>()

  get empty(): boolean {
    for (const group of this.groups.values()) if (!group.empty) return false
    return true
  }

  addWoken(share: CpuShare, run: () => void): void {
    this.of(share).woken.push(run)
  }

  addYielded(share: CpuShare, run: () => void): void {
    this.of(share).yielded.push(run)
  }

  /** Those who go on now: some of the group that has had least of the processor. */
  take(): (() => void)[] {
    const group = this.first()
    if (!group) return []
    group.share.serve()
    return group.take()
  }

  clear(): void {
    this.groups.clear()
  }

  private of(share: CpuShare): GroupQueue {
    const known = this.groups.get(share)
    if (known) {
      if (known.empty) share.wake()
      return known
    }
    share.wake()
    const group = new GroupQueue(share)
    this.groups.set(share, group)
    return group
  }

  private first(): GroupQueue | undefined {
    let first: GroupQueue | undefined
    for (const [share, group] of this.groups) {
      if (group.empty) this.groups.delete(share)
      else if (!first || share.precedes(first.share)) first = group
    }
    return first
  }
}
