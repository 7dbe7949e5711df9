import { type SeccompFilter, SIGKILL, SIGXCPU, type Signal, type WaitStatus } from '@drydock/abi'
import type { Cgroup } from '../cgroup/cgroup.ts'
import type { KernelParts } from '../kernel-parts.ts'
import type { Namespaces } from '../namespace/namespaces.ts'
import type { Billed } from '../scheduler.ts'
import { SignalState } from '../signal/signal-state.ts'
import type { Credentials, Location, MountNamespace, PathContext } from '../vfs/index.ts'
import { WaitQueue } from '../wait-queue.ts'
import type { FdTable } from './fd-table.ts'
import type { PendingCall } from './pending-call.ts'
import type { Pid, PidNamespace } from './pid.ts'
import type { ProcessGroup } from './process-group.ts'
import type { Limits } from './limits.ts'
import type { Tracer } from './tracer.ts'

/** What a task is made with: its own copies of what fork(2) copies. */
export interface TaskInit {
  readonly parts: KernelParts
  readonly pid: Pid
  readonly parent: Task | undefined
  readonly group: ProcessGroup
  readonly fds: FdTable
  readonly namespaces: Namespaces
  readonly cgroup: Cgroup
  readonly mounts: MountNamespace
  readonly root: Location
  readonly cwd: Location
  readonly credentials: Credentials
  readonly umask: number
  readonly limits: Limits
  readonly image: Image
}

/** What runs in the task; execve(2) puts another in its place. */
export interface Image {
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  /** Its name, which it may change. prctl(2), PR_SET_NAME */
  comm: string
  /** The file, as /proc/PID/exe shows it. */
  readonly exe: Location | undefined
  readonly rssBytes: number
}

/** R: has the processor or wants it; S: waits; T: stopped; Z: has ended, nobody has asked yet. */
export type TaskState = 'running' | 'stopped' | 'zombie'

/** A call as its program made it, and what it will come to. */
export interface WaitedCall {
  readonly call: string
  readonly args: readonly unknown[]
  readonly outcome: Promise<unknown>
}

/** A process. All of them have one thread, though a program may have several system calls under way. */
export class Task implements PathContext, Billed {
  readonly parts: KernelParts
  readonly pid: Pid
  parent: Task | undefined
  readonly children = new Set<Task>()
  group: ProcessGroup
  readonly fds: FdTable
  namespaces: Namespaces
  cgroup: Cgroup
  namespace: MountNamespace
  root: Location
  cwd: Location
  /** The effective ones. */
  credentials: Credentials
  /** The real user id. */
  uid: number
  /** The saved set-user-ID: what the effective one was after exec. */
  savedUid: number
  /** The real group id. */
  gid: number
  /** execve(2) gives no rights that the caller lacks. PR_SET_NO_NEW_PRIVS */
  noNewPrivileges = false
  /** Calls that it may not make. seccomp(2) */
  seccomp: SeccompFilter | undefined
  /** Orphans below go to it in place of process 1. PR_SET_CHILD_SUBREAPER */
  subreaper = false
  /** It gets this one when its parent ends; 0: none. PR_SET_PDEATHSIG */
  parentDeathSignal: Signal = 0
  umask: number
  readonly limits: Limits
  image: Image
  readonly signals = new SignalState()
  readonly startTimeMs: number
  /**
   * Processor time. Apart from the task: numbers that begin whole and become fractions change what an object looks like
   * to the engine, and every system call was compiled for that.
   */
  private readonly spent = { ownMs: 0, childrenMs: 0 }
  /** What the program says it holds on its heap, beyond what its image takes. */
  private heap = 0
  /** What of its memory its control group knows. */
  chargedBytes = 0
  /** What it has read and written. proc_pid_io(5) */
  readonly transfers = { readBytes: 0, writtenBytes: 0, reads: 0, writes: 0 }
  nice = 0
  oomScoreAdj = 0

  // Not yet running, so that the engine never takes a task's state for one that stays.
  state: TaskState = 'stopped'
  /** What ended it; of a zombie. */
  exitStatus: WaitStatus | undefined
  /** Changes that wait(2) has not told yet. */
  unreported: WaitStatus | undefined
  /** Woken when a child changes state. */
  readonly childQueue = new WaitQueue()
  /** Woken with the parent's `childQueue`, when it is about this one. */
  readonly stateQueue = new WaitQueue()
  /** System calls that wait. */
  readonly pending = new Set<PendingCall>()
  /** Wants the processor: it gave way at the end of its time slice. */
  yielding = false
  /** What would go on, were the task not stopped or frozen. */
  private readonly held: (() => void)[] = []
  /** What has to go when the task ends or executes: watches and the like. */
  readonly closers = new Set<() => void>()
  /** The last call that had to wait, whether it still does or not. */
  lastWait: WaitedCall | undefined
  /** Who looks on. ptrace(2) */
  tracer: Tracer | undefined
  /** Stop and go of its foreign code, with the task itself. */
  readonly pausers = new Set<(on: boolean) => void>()

  constructor(init: TaskInit) {
    this.parts = init.parts
    this.pid = init.pid
    this.parent = init.parent
    this.group = init.group
    this.fds = init.fds
    this.namespaces = init.namespaces
    this.cgroup = init.cgroup
    this.namespace = init.mounts
    this.root = init.root
    this.cwd = init.cwd
    this.credentials = init.credentials
    this.uid = this.savedUid = init.credentials.uid
    this.gid = init.credentials.gid
    this.umask = init.umask
    this.limits = init.limits
    this.image = init.image
    this.startTimeMs = init.parts.clock.now()
    this.state = 'running'
    init.pid.task = this
    init.group.members.add(this)
    init.parent?.children.add(this)
  }

  /** The kernel's own part of a PathContext. */
  get task(): Task {
    return this
  }
  /** Its number in its own namespace. */
  get id(): number {
    return this.pid.in(this.pidNamespace)
  }
  /** The namespace it lives in, which setns(2) and unshare(2) never change. */
  get pidNamespace(): PidNamespace {
    return this.pid.namespace
  }
  get alive(): boolean {
    return this.state !== 'zombie'
  }
  /** Process 1 of its namespace: signals without a handler do nothing to it. */
  get isInit(): boolean {
    return this.pidNamespace.init === this
  }
  get rssBytes(): number {
    return this.alive ? this.image.rssBytes + this.heap : 0
  }
  get heapBytes(): number {
    return this.heap
  }
  set heapBytes(bytes: number) {
    this.heap = bytes
    this.chargeMemory()
  }

  /** Its memory may have changed: its group is told, which may be the end of it. */
  chargeMemory(): void {
    const change = this.rssBytes - this.chargedBytes
    if (change === 0) return
    this.chargedBytes += change
    if (this.cgroup.members.has(this)) this.cgroup.chargeMemory(this, change)
  }

  /** The same places with other rights. */
  withCredentials(credentials: Credentials): PathContext {
    const { namespace, root, cwd, umask } = this
    return { namespace, root, cwd, umask, credentials, task: this }
  }

  get cpuMs(): number {
    return this.spent.ownMs
  }
  /** Of children that were waited for, and theirs. */
  get childrenCpuMs(): number {
    return this.spent.childrenMs
  }

  /** A child was waited for. */
  takeOver({ cpuMs, childrenCpuMs }: Task): void {
    this.spent.childrenMs += cpuMs + childrenCpuMs
  }

  charge(ms: number): void {
    this.spent.ownMs += ms
    this.cgroup.chargeCpu(ms)
    if (this.cpuMs >= this.cpuAlarmMs) this.overCpuLimit()
  }

  /** When RLIMIT_CPU is looked at next; set with the limit. */
  cpuAlarmMs = Infinity

  /** SIGXCPU at the soft limit and every second after, SIGKILL at the hard one. getrlimit(2), RLIMIT_CPU. */
  private overCpuLimit(): void {
    const { hard } = this.limits.get('CPU')
    this.cpuAlarmMs += 1000
    const signal = this.cpuMs >= hard * 1000 ? SIGKILL : SIGXCPU
    this.parts.scheduler.yield(this.cgroup.share, () => this.parts.signals.send(this, signal, 'kernel'))
  }

  /** Whether it may go on now: neither stopped nor frozen. */
  get mayRun(): boolean {
    return this.state === 'running' && !this.cgroup.frozen
  }

  /** `run` goes on when the task may and the scheduler lets it. */
  resume(run: () => void): void {
    this.parts.scheduler.resume(this.cgroup.share, () => {
      if (this.mayRun) run()
      else this.held.push(run)
    })
  }

  /** It may not run any more: its foreign code stops as well. */
  hold(): void {
    for (const pause of this.pausers) pause(true)
  }

  /** It may run again. */
  thaw(): void {
    if (!this.mayRun) return
    for (const pause of this.pausers) pause(false)
    for (const run of this.held.splice(0)) this.resume(run)
  }

  /** Power cut: whatever waits is left as it is, for ever. */
  cutOff(): void {
    this.state = 'zombie'
    this.abandonCalls()
  }

  /** System calls that wait will never end. */
  abandonCalls(): void {
    this.held.length = 0
    for (const call of Array.from(this.pending)) call.abandon()
    for (const close of Array.from(this.closers)) close()
    this.closers.clear()
  }

  /** A signal was handled: calls that wait end with EINTR, unless the handler said restart. */
  interruptCalls(signal: Signal, restart: boolean): void {
    for (const call of Array.from(this.pending)) call.interrupt(signal, restart)
  }
}
