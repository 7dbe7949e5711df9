import type { Clock, Entropy, ProcessInfo, ResourceName, Sysinfo, Utsname } from '@drydock/abi'
import type { FileDescription } from '../../file-description.ts'
import type { NetNamespace } from '../../net/index.ts'
import type { Location } from '../../vfs/location.ts'
import type { MountNamespace } from '../../vfs/mount-namespace.ts'
import type { PathContext } from '../../vfs/path-context.ts'

export type NamespaceName = 'cgroup' | 'ipc' | 'mnt' | 'net' | 'pid' | 'user' | 'uts'

/** One process as procfs shows it. Numbers of processes are those of the pid namespace that the proc mount belongs to. */
export interface ProcTask {
  info(): ProcessInfo
  env(): ReadonlyMap<string, string>
  /** These four are undefined once the process is a zombie. */
  cwd(): Location | undefined
  root(): Location | undefined
  exe(): Location | undefined
  mountNamespace(): MountNamespace | undefined
  /** In rising order of descriptor. */
  descriptors(): Iterable<readonly [fd: number, description: FileDescription]>
  namespaceIds(): ReadonlyMap<NamespaceName, number>
  /** The kernel's object behind one, kept by whoever opens or bind mounts /proc/PID/ns/NAME. */
  namespaceObject?(name: NamespaceName): object | undefined
  /** Path of its control group, as the reader's cgroup namespace shows it: `/` or `/docker/<id>`. */
  cgroup(reader: PathContext): string
  /** Infinity is "unlimited". */
  limit(resource: ResourceName): { soft: number; hard: number }
  groups(): readonly number[]
  /** The bounding set as a mask, and whether exec gives no new rights. */
  capabilities(): number
  noNewPrivileges(): boolean
  umask(): number
  /** Signal numbers. */
  signals(): {
    readonly pending: Iterable<number>
    readonly ignored: Iterable<number>
    readonly caught: Iterable<number>
  }
  oomScoreAdj(): number
  setOomScoreAdj(value: number): void
  /** For /proc/PID/net; undefined once the process is a zombie. */
  netNamespace(): NetNamespace | undefined
}

/** What procfs shows of a kernel: one source a pid namespace. Implemented by the kernel from its task table. */
export interface ProcSource {
  readonly clock: Clock
  readonly entropy: Entropy
  /** The number of the task in `PathContext.task`; undefined where this pid namespace doesn't see it. */
  pidOf(task: object | undefined): number | undefined
  pids(): readonly number[]
  /** The same object for the same process at each call. */
  task(pid: number): ProcTask | undefined
  sysinfo(): Sysinfo
  /** Milliseconds since the epoch. */
  bootTimeMs(): number
  uname(reader: PathContext): Utsname
  sethostname(reader: PathContext, name: string): void
  /** What was written to settings of /proc/sys, by path: the machine's, or those of the reader's namespace. */
  settings(reader: PathContext, kind: 'net' | 'ipc' | undefined): Map<string, string>
  ipForward(reader: PathContext): boolean
  setIpForward(reader: PathContext, on: boolean): void
  /** All processes started since boot. */
  forks(): number
  /** Processor time used by all processes since boot. */
  cpuMs(): number
  /** The kernel's log, for /proc/kmsg. */
  dmesg(): readonly string[]
}
