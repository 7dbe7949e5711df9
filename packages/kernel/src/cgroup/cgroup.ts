import { EAGAIN, EBUSY, EEXIST, ENOENT } from '@drydock/abi'
import type { Task } from '../task/task.ts'
import { type Controller, ControllerSet } from './controllers.ts'
import { CpuBandwidth } from './cpu-bandwidth.ts'
import { CpuShare } from './cpu-share.ts'
import { MemoryController } from './memory-controller.ts'
import { worstOf } from './oom-killer.ts'

/** Powers the tree of groups needs from the kernel. */
export interface CgroupHost {
  readonly memoryBytes: number
  readonly cpus: number
  now(): number
  takePending(task: Task): void
  kill(task: Task): void
  /** @param group undefined when the machine itself has no memory left */
  outOfMemory(group: Cgroup | undefined, invoker: Task, victim: Task): void
  log(text: string): void
}

/** A control group of version 2: its members and what they may use, with the groups below. cgroups(7), cgroup-v2.rst. */
export class Cgroup {
  readonly name: string
  readonly parent: Cgroup | undefined
  /** Itself and the groups above, up to the root. */
  readonly lineage: readonly Cgroup[]
  readonly children = new Map<string, Cgroup>()
  readonly members = new Set<Task>()
  readonly host: CgroupHost
  readonly memory: MemoryController
  readonly bandwidth = new CpuBandwidth()
  /** Its part beside its siblings; `share` is that of its own tasks beside the groups below. */
  private readonly groupShare: CpuShare
  readonly share: CpuShare
  /** Controllers that the groups below have: cgroup.subtree_control. */
  readonly delegated: ControllerSet
  /** Files that are kept and shown again, by name: what nothing here asks for. */
  readonly settings = new Map<string, string>()
  pidsMax = Infinity
  pidsPeak = 0
  pidsRefused = 0
  cpuMs = 0
  maxDepth = Infinity
  maxDescendants = Infinity
  /** Tasks of this group and all below. */
  private taskCount = 0
  private selfFrozen = false
  private removed = false

  constructor(host: CgroupHost, name: string, parent?: Cgroup) {
    this.host = host
    this.name = name
    this.parent = parent
    this.lineage = [this, ...(parent?.lineage ?? [])]
    this.groupShare = new CpuShare(parent?.groupShare)
    this.share = new CpuShare(this.groupShare)
    this.delegated = new ControllerSet(parent ? [] : ['cpuset', 'cpu', 'io', 'memory', 'pids'])
    this.memory = new MemoryController()
    if (!parent) this.memory.max = host.memoryBytes
  }

  /** From the root, as /proc/PID/cgroup shows it: `/docker/3f…`. */
  get path(): string {
    if (!this.parent) return '/'
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`
  }

  /** Controllers it has: those that the group above hands down. */
  has(controller: Controller): boolean {
    return this.parent?.delegated.has(controller) ?? true
  }

  // the tree ----------------------------------------------------------------------------------------------------------

  /** mkdir(2) of a group. @throws EEXIST, EAGAIN beyond cgroup.max.depth and cgroup.max.descendants */
  make(name: string): Cgroup {
    if (this.children.has(name)) throw EEXIST
    let depth = 1
    for (const group of this.lineage) {
      if (depth++ > group.maxDepth || group.descendants >= group.maxDescendants) throw EAGAIN
    }
    const child = new Cgroup(this.host, name, this)
    this.children.set(name, child)
    return child
  }

  /** rmdir(2) of a group. @throws EBUSY while somebody is in it, ENOENT */
  remove(name: string): void {
    const child = this.children.get(name)
    if (child === undefined) throw ENOENT
    if (child.children.size > 0 || child.members.size > 0) throw EBUSY
    this.children.delete(name)
    child.chargeFiles(-child.memory.shmemBytes)
    child.removed = true
  }

  /** Its own members and those of all groups below. */
  *tasks(): IterableIterator<Task> {
    yield* this.members
    for (const child of this.children.values()) yield* child.tasks()
  }

  get descendants(): number {
    let count = this.children.size
    for (const child of this.children.values()) count += child.descendants
    return count
  }
  get populated(): boolean {
    return this.taskCount > 0
  }
  get pids(): number {
    return this.taskCount
  }

  // members -----------------------------------------------------------------------------------------------------------

  /** Whether one more task would be too many. pids.max */
  mayFork(): boolean {
    for (const group of this.lineage) {
      if (group.taskCount < group.pidsMax) continue
      if (group.pidsRefused++ === 0) this.host.log(`cgroup: fork rejected by pids controller in ${this.path}`)
      return false
    }
    return true
  }

  join(task: Task): void {
    this.members.add(task)
    for (const group of this.lineage) {
      group.taskCount++
      group.memory.charge(task.chargedBytes)
      if (group.taskCount > group.pidsPeak) group.pidsPeak = group.taskCount
    }
    if (task.chargedBytes > 0) this.checkMemory(task)
  }

  leave(task: Task): void {
    if (!this.members.delete(task)) return
    for (const group of this.lineage) {
      group.taskCount--
      group.memory.charge(-task.chargedBytes)
    }
  }

  /** Moves a task here from where it is. cgroup.procs @throws EBUSY where groups below have controllers */
  move(task: Task): void {
    if (this.parent && !this.delegated.empty) throw EBUSY
    if (task.cgroup === this) return
    task.cgroup.leave(task)
    task.cgroup = this
    this.join(task)
    if (!this.frozen) this.host.takePending(task)
  }

  // memory ------------------------------------------------------------------------------------------------------------

  /** A member's memory changed by so many bytes. */
  chargeMemory(task: Task, bytes: number): void {
    for (const group of this.lineage) group.memory.charge(bytes)
    if (bytes > 0) this.checkMemory(task)
  }

  /** Files in memory that a member mounted take so many bytes more. Those of a group that is gone went with it. */
  chargeFiles(bytes: number): void {
    if (this.removed) return
    for (const group of this.lineage) group.memory.chargeFiles(bytes)
    if (bytes > 0) this.checkMemory()
  }

  /** The sum of memory grew: the worst task of a group beyond its limit is killed. */
  checkMemory(invoker?: Task): void {
    for (const group of this.lineage) {
      const { memory } = group
      if (memory.check()) group.killWorst(invoker)
    }
  }

  private killWorst(invoker: Task | undefined): void {
    const limit = Math.min(this.memory.max, this.host.memoryBytes)
    const victim = worstOf(this.tasks(), limit)
    if (!victim) return
    const together = victim.cgroup.lineage.find((group) => group.memory.oomGroup && group.isWithin(this))
    for (const group of victim.cgroup.lineage) group.memory.events.oomKill++
    this.host.outOfMemory(this.parent ? this : undefined, invoker ?? victim, victim)
    if (!together) return
    together.memory.events.oomGroupKill++
    together.killAll()
  }

  private isWithin(other: Cgroup): boolean {
    return this.lineage.includes(other)
  }

  // processor time ----------------------------------------------------------------------------------------------------

  get cpuWeight(): number {
    return this.groupShare.weight
  }
  set cpuWeight(weight: number) {
    this.groupShare.weight = weight
  }

  chargeCpu(ms: number): void {
    this.share.charge(ms)
    const now = this.host.now()
    for (const group of this.lineage) {
      group.cpuMs += ms
      group.bandwidth.charge(ms, now)
    }
  }

  /** How long a task that computes has to pause for cpu.max, in milliseconds. */
  throttleMs(): number {
    const now = this.host.now()
    let longest = 0
    for (const group of this.lineage) longest = Math.max(longest, group.bandwidth.throttleMs(now))
    return longest
  }

  // freezing and killing ----------------------------------------------------------------------------------------------

  /** It or a group above is frozen. */
  get frozen(): boolean {
    return this.lineage.some((group) => group.selfFrozen)
  }
  get freeze(): boolean {
    return this.selfFrozen
  }
  /** cgroup.freeze */
  set freeze(on: boolean) {
    if (this.selfFrozen === on) return
    this.selfFrozen = on
    for (const task of Array.from(this.tasks())) {
      if (on) task.hold()
      else if (!this.frozen) this.host.takePending(task)
    }
  }

  /** cgroup.kill */
  killAll(): void {
    for (const task of Array.from(this.tasks())) this.host.kill(task)
  }
}
