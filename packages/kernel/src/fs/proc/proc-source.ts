import type {
  CapabilitySets,
  Clock,
  Entropy,
  IpFamily,
  ProcessInfo,
  ResourceName,
  SwapArea,
  Sysinfo,
  SysvKind,
  Utsname,
} from '@drydock/abi'
import type { FileDescription } from '../../file-description.ts'
import type { UserNamespace } from '../../namespace/user-namespace.ts'
import type { Ipv6Conf, NetNamespace } from '../../net/index.ts'
import type { Location } from '../../vfs/location.ts'
import type { MountNamespace } from '../../vfs/mount-namespace.ts'
import type { PathContext } from '../../vfs/path-context.ts'

export type NamespaceName =
  | 'cgroup'
  | 'ipc'
  | 'mnt'
  | 'net'
  | 'pid'
  | 'pid_for_children'
  | 'time'
  | 'time_for_children'
  | 'user'
  | 'uts'

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
  /** Real, effective, saved and file system ids, and what they may do. */
  identity(): {
    readonly uids: readonly [number, number, number, number]
    readonly gids: readonly [number, number, number, number]
    readonly capabilities: CapabilitySets
    readonly noNewPrivileges: boolean
    readonly seccomp: number
  }
  /** Its numbers in each pid namespace, from that of the proc mount down to its own. */
  nestedIds(): { readonly pid: readonly number[]; readonly pgid: readonly number[]; readonly sid: readonly number[] }
  /** Its user namespace; undefined for the first one. */
  user(): UserNamespace | undefined
  /** What it has read and written. */
  transfers(): {
    readonly readBytes: number
    readonly writtenBytes: number
    readonly reads: number
    readonly writes: number
  }
  childrenCpuMs(): number
  /** Numbers of its children. */
  children(): readonly number[]
  /** @throws EACCES, in the words of prctl(2), PR_SET_NAME */
  rename(name: string): void
  umask(): number
  /** Who looks on, or 0. ptrace(2) */
  tracer(): number
  /** Signal numbers. */
  signals(): {
    readonly pending: Iterable<number>
    /** How many of them wait, and RLIMIT_SIGPENDING. */
    readonly queued: number
    readonly limit: number
    readonly ignored: Iterable<number>
    readonly caught: Iterable<number>
  }
  oomScoreAdj(): number
  setOomScoreAdj(value: number): void
  /** For /proc/PID/net; undefined once the process is a zombie. */
  netNamespace(): NetNamespace | undefined
}

/** A lock on a file. `end` is the last byte, Infinity for the end of the file. */
export interface ProcLock {
  readonly kind: 'FLOCK' | 'POSIX'
  readonly type: 'READ' | 'WRITE'
  readonly pid: number
  readonly dev: number
  readonly ino: number
  readonly start: number
  readonly end: number
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
  /** The namespaces of the reader whose settings /proc/sys shows. */
  network(reader: PathContext): { unprivilegedPorts: number; readonly bridgeFilter: Record<IpFamily, boolean> }
  uts(reader: PathContext): { domainname: string; machine: string }
  ipv6(reader: PathContext): Ipv6Conf
  /** /proc/sysvipc/KIND as the reader's namespace has it. */
  sysvipc(reader: PathContext, kind: SysvKind): string
  ipForward(reader: PathContext): boolean
  setIpForward(reader: PathContext, on: boolean): void
  /** All processes started since boot. */
  forks(): number
  /** Processor time used by all processes since boot. */
  cpuMs(): number
  /** Locks on files, of the processes that this pid namespace sees. proc_locks(5) */
  locks(): readonly ProcLock[]
  /** /proc/partitions and lines of /proc/swaps; undefined while nobody has asked for block devices. */
  blocks(): { partitionsText(): string; swapsText(): string; swapList(): readonly SwapArea[] } | undefined
  /** The kernel's log, for /proc/kmsg. */
  dmesg(): readonly string[]
}
