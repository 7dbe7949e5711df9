/** cpu.weight of a group that nobody gave one, and of the tasks that a group has itself. */
const DEFAULT_WEIGHT = 100

/**
 * A group's part of the processor beside its siblings'. Each has a clock of its own that runs while the processor works for
 * it, slower the more weight it has; who is furthest behind comes next. Tasks that are directly in an inner group are a
 * sibling of the groups below it. sched-design-CFS.rst, "Group scheduler extensions to CFS".
 */
export class CpuShare {
  /** cgroup-v2.rst, cpu.weight: 1 to 10000. */
  weight = DEFAULT_WEIGHT
  private readonly parent: CpuShare | undefined
  /** Itself and those above. */
  private readonly lineage: readonly CpuShare[]
  /** Milliseconds of processor time, by weight. */
  private clock = 0
  /** The clock of the child that was served last: none that sleeps may fall behind it and save up time. */
  private floor = 0

  constructor(parent?: CpuShare) {
    this.parent = parent
    this.lineage = [this, ...(parent?.lineage ?? [])]
  }

  charge(ms: number): void {
    for (const share of this.lineage) share.clock += (ms * DEFAULT_WEIGHT) / share.weight
  }

  /** Somebody in it wants the processor, perhaps after a long sleep. */
  wake(): void {
    for (const share of this.lineage) share.clock = Math.max(share.clock, share.parent?.floor ?? 0)
  }

  /** It has its turn. */
  serve(): void {
    for (const { parent, clock } of this.lineage) if (parent) parent.floor = Math.max(parent.floor, clock)
  }

  /** Whether it comes before the other: the first groups above them that are siblings decide. */
  precedes(other: CpuShare): boolean {
    const levels = Math.min(this.lineage.length, other.lineage.length)
    for (let level = 1; level <= levels; level++) {
      const [mine, its] = [this.lineage.at(-level), other.lineage.at(-level)]
      if (mine && its && mine !== its) return mine.clock < its.clock
    }
    return false
  }
}
