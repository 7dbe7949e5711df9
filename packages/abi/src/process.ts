/** Constants of processes: clone, wait, mount, namespaces. clone(2), wait(2), mount(2), namespaces(7). */
export const CLONE_NEWNS = 0x00020000
export const CLONE_NEWCGROUP = 0x02000000
export const CLONE_NEWUTS = 0x04000000
export const CLONE_NEWIPC = 0x08000000
export const CLONE_NEWUSER = 0x10000000
export const CLONE_NEWPID = 0x20000000
export const CLONE_NEWNET = 0x40000000

export const WNOHANG = 1
export const WUNTRACED = 2
export const WCONTINUED = 8

/** How a child changed state. */
export type WaitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number; readonly core: boolean; readonly oomKilled?: boolean }
  | { readonly kind: 'stopped'; readonly signal: number }
  | { readonly kind: 'continued' }

export interface WaitResult {
  readonly pid: number
  readonly status: WaitStatus
}

/** The status as a shell shows it in `$?`: the code, or 128 + signal. */
export function exitStatus(status: WaitStatus): number {
  if (status.kind === 'exited') return status.code
  return status.kind === 'continued' ? 0 : 128 + status.signal
}

export const MS_RDONLY = 1
export const MS_NOSUID = 2
export const MS_NODEV = 4
export const MS_NOEXEC = 8
export const MS_REMOUNT = 32
export const MS_NOATIME = 1024
export const MS_NODIRATIME = 2048
export const MS_BIND = 4096
export const MS_MOVE = 8192
export const MS_REC = 16384
/** umount2(2) */
export const MNT_DETACH = 2
export const MS_UNBINDABLE = 1 << 17
export const MS_PRIVATE = 1 << 18
export const MS_SLAVE = 1 << 19
export const MS_SHARED = 1 << 20
export const MS_STRICTATIME = 1 << 24

/** poll(2): the events asked for and found. */
export const POLLIN = 1
export const POLLOUT = 4
export const POLLERR = 8
export const POLLHUP = 16

export interface PollFd {
  readonly fd: number
  readonly events: number
}

/** What prlimit(2) limits, without `RLIMIT_`. */
export const RESOURCES = [
  ...(['CPU', 'FSIZE', 'DATA', 'STACK', 'CORE', 'RSS', 'NPROC', 'NOFILE'] as const),
  ...(['MEMLOCK', 'AS', 'LOCKS', 'SIGPENDING', 'MSGQUEUE', 'NICE', 'RTPRIO', 'RTTIME'] as const),
] as const
export type ResourceName = (typeof RESOURCES)[number]

/** uname(2). */
export interface Utsname {
  readonly sysname: string
  readonly nodename: string
  readonly release: string
  readonly version: string
  readonly machine: string
}

/** sysinfo(2) and /proc/loadavg; memory in bytes. */
export interface Sysinfo {
  readonly uptimeMs: number
  readonly loads: readonly [number, number, number]
  readonly totalMemory: number
  readonly freeMemory: number
  readonly processes: number
  readonly cpus: number
}

/** One line of /proc/PID/stat and status, for ps, top and docker top. */
export interface ProcessInfo {
  readonly pid: number
  readonly ppid: number
  readonly pgid: number
  readonly sid: number
  readonly uid: number
  readonly gid: number
  readonly state: 'R' | 'S' | 'D' | 'T' | 'Z'
  readonly comm: string
  readonly argv: readonly string[]
  /** `pts/0`, or `?` for none. */
  readonly tty: string
  /** The foreground process group of its terminal, -1 for none. */
  readonly tpgid: number
  readonly startTimeMs: number
  readonly cpuMs: number
  readonly rssBytes: number
  readonly vszBytes: number
  readonly nice: number
  readonly threads: number
}

/** What a control group has used and may use, read from cgroup v2 files. cgroups(7). */
export interface CgroupUsage {
  readonly cpuMs: number
  readonly memoryBytes: number
  readonly pids: number
}
