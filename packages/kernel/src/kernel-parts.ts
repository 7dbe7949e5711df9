import type { Clock, Entropy, ForeignHost, ProgramTable, Signal, Sys } from '@drydock/abi'
import type { BlockSeat } from './block/block-seat.ts'
import type { Cgroup } from './cgroup/cgroup.ts'
import type { Tmpfs } from './fs/index.ts'
import type { KernelLog } from './kernel-log.ts'
import type { LoadAverage } from './load-average.ts'
import type { NamespaceNumbers } from './namespace/namespaces.ts'
import type { Network } from './net/index.ts'
import type { Scheduler } from './scheduler.ts'
import type { Sender } from './signal/sender.ts'
import type { PidNamespace } from './task/pid.ts'
import type { ProcessGroup } from './task/process-group.ts'
import type { Task } from './task/task.ts'
import type { PtyTable } from './tty/pty-table.ts'
import type { Tty } from './tty/tty.ts'
import type { Files } from './vfs/index.ts'

/** Sending signals, for those whom delivery itself calls. */
export interface Signals {
  send(task: Task, signal: Signal, sender: Sender): void
  sendGroup(group: ProcessGroup, signal: Signal, sender: Sender): void
  releaseOrphans(group: ProcessGroup): void
  /** The task was thawed: signals that waited act, then it goes on. */
  takePending(task: Task): void
}

/** What system calls find in the kernel. `kernel.ts` makes it, once. */
export interface KernelParts {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly foreign: ForeignHost | undefined
  readonly programs: ProgramTable
  readonly scheduler: Scheduler
  readonly signals: Signals
  readonly files: Files
  readonly log: KernelLog
  readonly ptys: PtyTable
  /** The first pid namespace: it sees every task. */
  readonly rootPids: PidNamespace
  readonly rootCgroup: Cgroup
  readonly numbers: NamespaceNumbers
  readonly memoryBytes: number
  readonly cpus: number
  /** On the monotonic clock. */
  readonly bootMs: number
  /** Since the epoch. */
  readonly bootTimeMs: number
  readonly loads: LoadAverage
  /** What was written to /proc/sys, by namespace; under this object itself the machine's own. */
  readonly settings: WeakMap<object, Map<string, string>>
  readonly network: Network
  readonly blocks: BlockSeat
  /** /dev of the machine. */
  deviceNodes(): Tmpfs
  /** Inode number for a pipe or a socket. */
  nextIno(): number
  /** The group that an absolute path below /sys/fs/cgroup names, as the task sees the tree. @throws ENOENT, EPERM */
  findCgroup(task: Task, path: string): Cgroup
  /** The system calls of the program that the task runs now. */
  makeSys(task: Task): Sys
  /** The terminal gets a number in the /dev/pts that the task sees. */
  adoptTerminal(task: Task, tty: Tty): void
  onExit(task: Task): void
}
