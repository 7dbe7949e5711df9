import { EAGAIN } from '@drydock/abi'
import type { ProcessGroup, Session } from './process-group.ts'
import type { Task } from './task.ts'

const PID_MAX = 4194304

/** The numbers of a task, one in each pid namespace from its own up to the first, and who is known by them. Linux's struct pid. */
export class Pid {
  readonly namespace: PidNamespace
  private readonly numbers = new Map<PidNamespace, number>()
  task: Task | undefined
  group: ProcessGroup | undefined
  session: Session | undefined

  constructor(namespace: PidNamespace) {
    this.namespace = namespace
    for (let at: PidNamespace | undefined = namespace; at; at = at.parent) this.numbers.set(at, at.allocate(this))
  }

  /** The number as seen from a namespace; 0 where it cannot be seen. */
  in(namespace: PidNamespace): number {
    return this.numbers.get(namespace) ?? 0
  }

  /** Numbers that threads of the task take, in each of its namespaces: tasks that come later get higher ones. */
  skip(threads: number): void {
    for (const namespace of this.numbers.keys()) namespace.skip(threads)
  }

  /** Gives the numbers back once neither task, group nor session is known by them. */
  releaseIfUnused(): void {
    if (this.task || this.group || this.session) return
    for (const [namespace, number] of this.numbers) namespace.free(number)
  }
}

/** pid_namespaces(7). */
export class PidNamespace {
  readonly parent: PidNamespace | undefined
  readonly id: number
  private readonly pids = new Map<number, Pid>()
  private last = 0
  /** Process 1: it adopts orphans, and all die with it. */
  init: Task | undefined

  constructor(parent: PidNamespace | undefined, id: number) {
    this.parent = parent
    this.id = id
  }

  /** @throws EAGAIN when every number is taken */
  allocate(pid: Pid): number {
    for (let tries = 0; tries < PID_MAX; tries++) {
      this.last = this.last >= PID_MAX ? 300 : this.last + 1
      if (this.pids.has(this.last)) continue
      this.pids.set(this.last, pid)
      return this.last
    }
    throw EAGAIN
  }

  skip(count: number): void {
    this.last = Math.min(PID_MAX, this.last + count)
  }

  free(number: number): void {
    this.pids.delete(number)
  }

  find(number: number): Pid | undefined {
    return this.pids.get(number)
  }

  /** The last number given out, for /proc/loadavg. */
  get lastPid(): number {
    return this.last
  }

  /** Tasks that can be seen here, those of inner namespaces included, zombies too, by number. */
  tasks(): Task[] {
    const found: Task[] = []
    for (const { task } of this.pids.values()) if (task) found.push(task)
    return found.sort((a, b) => a.pid.in(this) - b.pid.in(this))
  }

  /** Whether `other` is this namespace or lies below it. */
  contains(other: PidNamespace): boolean {
    for (let at: PidNamespace | undefined = other; at; at = at.parent) if (at === this) return true
    return false
  }
}
