import type { Task } from '../task/task.ts'
import { CpuBandwidth } from './cpu-bandwidth.ts'

/** What a group counts. Each counter of memory.events and cgroup.events by its name. */
export interface CgroupEvents {
  oomKill: number
  maxPids: number
}

/** Powers the tree of groups needs from the kernel. */
export interface CgroupHost {
  now(): number
  takePending(task: Task): void
  kill(task: Task): void
  outOfMemory(group: Cgroup, victim: Task): void
}

/** A control group of version 2: its members and what they may use, with the groups below. cgroups(7), cgroup-v2.rst. */
export class Cgroup {
  readonly name: string
  readonly parent: Cgroup | undefined
  readonly children = new Map<string, Cgroup>()
  readonly members = new Set<Task>()
  readonly events: CgroupEvents = { oomKill: 0, maxPids: 0 }
  readonly bandwidth = new CpuBandwidth()
  /** Bytes; Infinity is `max`. */
  memoryMax = Infinity
  memoryPeak = 0
  /** File systems in memory that its members mounted; what is in them counts for the group. */
  readonly ramdisks = new Set<{ readonly usedBytes: number }>()
  memoryHigh = Infinity
  memoryLow = 0
  swapMax = Infinity
  pidsMax = Infinity
  pidsPeak = 0
  cpuWeight = 100
  cpuMs = 0
  private selfFrozen = false
  private readonly host: CgroupHost

  constructor(host: CgroupHost, name: string, parent?: Cgroup) {
    this.host = host
    this.name = name
    this.parent = parent
  }

  /** From the root, as /proc/PID/cgroup shows it: `/docker/3f…`. */
  get path(): string {
    if (!this.parent) return '/'
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`
  }

  make(name: string): Cgroup {
    const child = new Cgroup(this.host, name, this)
    this.children.set(name, child)
    return child
  }

  *ancestors(): IterableIterator<Cgroup> {
    yield this
    if (this.parent) yield* this.parent.ancestors()
  }

  /** Its own members and those of all groups below. */
  *tasks(): IterableIterator<Task> {
    yield* this.members
    for (const child of this.children.values()) yield* child.tasks()
  }

  get populated(): boolean {
    return this.pids > 0
  }
  get pids(): number {
    let count = this.members.size
    for (const child of this.children.values()) count += child.pids
    return count
  }
  /** shmem of memory.stat. */
  get ramdiskBytes(): number {
    let sum = 0
    for (const disk of this.ramdisks) sum += disk.usedBytes
    return sum
  }
  get memoryBytes(): number {
    let sum = this.ramdiskBytes
    for (const task of this.members) sum += task.rssBytes
    for (const child of this.children.values()) sum += child.memoryBytes
    return sum
  }

  /** Whether one more task would be too many. pids.max */
  mayFork(): boolean {
    for (const group of this.ancestors()) {
      if (group.pids < group.pidsMax) continue
      group.events.maxPids++
      return false
    }
    return true
  }

  join(task: Task): void {
    this.members.add(task)
    for (const group of this.ancestors()) group.pidsPeak = Math.max(group.pidsPeak, group.pids)
    this.checkMemory()
  }

  leave(task: Task): void {
    this.members.delete(task)
  }

  /** Moves a task here from where it is. cgroup.procs */
  move(task: Task): void {
    task.cgroup.leave(task)
    task.cgroup = this
    this.join(task)
    if (!this.frozen) this.host.takePending(task)
  }

  chargeCpu(ms: number): void {
    const now = this.host.now()
    for (const group of this.ancestors()) {
      group.cpuMs += ms
      group.bandwidth.charge(ms, now)
    }
  }

  /** How long a task that computes has to pause for cpu.max, in milliseconds. */
  throttleMs(): number {
    const now = this.host.now()
    let longest = 0
    for (const group of this.ancestors()) longest = Math.max(longest, group.bandwidth.throttleMs(now))
    return longest
  }

  /** The sum of memory changed: the biggest task of a group beyond its limit is killed. */
  checkMemory(): void {
    for (const group of this.ancestors()) {
      const bytes = group.memoryBytes
      group.memoryPeak = Math.max(group.memoryPeak, Math.min(bytes, group.memoryMax))
      if (bytes > group.memoryMax) group.killBiggest()
    }
  }

  private killBiggest(): void {
    let biggest: Task | undefined
    for (const task of this.tasks()) if (task.alive && (!biggest || task.rssBytes > biggest.rssBytes)) biggest = task
    if (!biggest) return
    for (const group of biggest.cgroup.ancestors()) group.events.oomKill++
    this.host.outOfMemory(this, biggest)
  }

  /** It or a group above is frozen. */
  get frozen(): boolean {
    return this.selfFrozen || (this.parent?.frozen ?? false)
  }
  get freeze(): boolean {
    return this.selfFrozen
  }
  /** cgroup.freeze */
  set freeze(on: boolean) {
    this.selfFrozen = on
    if (on || this.frozen) return
    for (const task of Array.from(this.tasks())) this.host.takePending(task)
  }

  /** cgroup.kill */
  killAll(): void {
    for (const task of Array.from(this.tasks())) this.host.kill(task)
  }
}
