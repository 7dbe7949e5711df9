import type { SeccompFilter } from './seccomp.ts'
import type { BlockAnswer, BlockRequest } from './block.ts'
import type { CapabilitySets } from './capability.ts'
import type { DirectoryEntry, LazyContent, RecordLock, Stat, StatFs } from './file.ts'
import type { NetlinkAnswer, NetlinkRequest } from './netlink.ts'
import type { PollFd, ProcessInfo, ResourceName, Sysinfo, Utsname, WaitResult } from './process.ts'
import type { Signal, SignalDisposition } from './signal.ts'
import type { Datagram, PeerCredentials, SocketAddress, SocketOption } from './socket.ts'
import type { MaybePromise } from './stream.ts'
import type { Termios, WindowSize } from './termios.ts'
import type { TraceEvent } from './trace.ts'
import type { SysvKind, SysvRequest } from './sysv-ipc.ts'
import type { Clock, Entropy, ForeignHost } from './host.ts'
import type { Process } from './program.ts'

/** What a new process gets. Whatever is left out is inherited. */
export interface SpawnOptions {
  readonly argv: readonly string[]
  readonly env?: ReadonlyMap<string, string>
  readonly cwd?: string
  /** Child descriptor -> the parent's. When given, the child has these descriptors and no others. */
  readonly fds?: ReadonlyMap<number, number>
  /** 0: a new group led by the child; otherwise the group to join. */
  readonly pgid?: number
  /** Starts a new session (setsid); with `ctty`, that child descriptor becomes its controlling terminal. */
  readonly setsid?: boolean
  readonly ctty?: number
  /** Puts the child's group in the foreground of the caller's controlling terminal. */
  readonly foreground?: boolean
  /** Signals set to SIG_DFL / SIG_IGN in the child; other ignored signals stay ignored, handlers become default. */
  readonly defaultSignals?: readonly Signal[]
  readonly ignoredSignals?: readonly Signal[]
  readonly umask?: number
  readonly uid?: number
  readonly gid?: number
}

export interface ForkOptions extends Omit<SpawnOptions, 'argv'> {
  /** What /proc shows; default the parent's. */
  readonly argv?: readonly string[]
  /** CLONE_NEW…: the namespaces that the child gets new. */
  readonly flags?: number
  /**
   * Nobody's child: as if a process between had ended at once, it goes to the caller's reaper, daemon(3), or to the
   * process of this number, where that one had been between as well and is a subreaper. prctl(2) PR_SET_CHILD_SUBREAPER
   */
  readonly orphanOf?: 'reaper' | number
  /** Threads of the child that end before it does its work: each has taken a process number. */
  readonly threads?: number
  /** Absolute path of the control group the child starts in, below /sys/fs/cgroup. */
  readonly cgroup?: string
}

/**
 * The system calls, bound to one process; they are methods, so `const { read } = sys` does not do. They throw an Errno.
 * Those typed MaybePromise may have to wait: a signal that has a handler without restart makes them reject with EINTR.
 * When the process is gone (killed, exited, replaced by exec) those that may wait never end, `finally` blocks included,
 * and all others throw a value that is no Errno and that programs must let pass: catch errors by `isErrno(e)` or by
 * identity. Descriptors, watches and foreign workers are closed by the kernel.
 */
export interface Sys {
  readonly clock: Clock
  readonly entropy: Entropy
  /** Workers for foreign code; absent where the host machine has none. */
  readonly foreign?: ForeignHost

  /**
   * To be called in every loop that may run long without a system call that waits: `const p = sys.tick(); if (p) await p`.
   * Gives a promise only when the time slice is used up; accounts processor time; the process may be killed or stopped here.
   */
  tick(): Promise<void> | undefined

  // processes -------------------------------------------------------------------------------------------------------
  getpid(): number
  getppid(): number
  getpgid(pid?: number): number
  getsid(pid?: number): number
  setpgid(pid: number, pgid: number): void
  setsid(): number
  getuid(): number
  geteuid(): number
  getgid(): number
  getegid(): number
  getgroups(): readonly number[]
  setuid(uid: number): void
  /** The effective user alone: back again with the real or the saved one. */
  seteuid(uid: number): void
  setgid(gid: number): void
  setgroups(groups: readonly number[]): void
  capget(): CapabilitySets
  /** Sets that are left out stay; a smaller bounding set makes the others smaller. capset(2), prctl(2) @throws EPERM */
  capset(sets: Partial<CapabilitySets>): void
  /** PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER, PR_SET_NAME. prctl(2) */
  prctl(settings: {
    /** PR_SET_PDEATHSIG: what the caller gets when its parent ends; 0 for nothing. */
    readonly parentDeathSignal?: Signal
    readonly noNewPrivileges?: boolean
    readonly subreaper?: boolean
    readonly name?: string
    /** PR_SET_SECCOMP: what one filter refuses no later one lets through. */
    readonly seccomp?: SeccompFilter
  }): void
  umask(mask?: number): number
  /** The bounding set of capabilities as a mask; with one given it shrinks to what is in both. @returns the set before. capabilities(7) */
  capabilities(mask?: number): number
  /** From now on exec gives no new rights. prctl(2) PR_SET_NO_NEW_PRIVS. */
  noNewPrivileges(): void
  /**
   * Starts the program in the file `path` (no search of PATH) as a child. fork(2) and execve(2) in one.
   * @throws ENOENT, EACCES, ENOEXEC, ENOTDIR, EAGAIN before any child exists
   */
  spawn(path: string, options: SpawnOptions): MaybePromise<number>
  /**
   * Starts a child that runs `entry` with a copy of the caller's descriptors: JavaScript cannot fork, so the caller
   * copies what state of its own the child needs. The value is the exit status.
   */
  fork(entry: (process: Process) => MaybePromise<number>, options?: ForkOptions): number
  /** execve(2): replaces the caller's program. Resolves never; @throws ENOENT, EACCES, ENOEXEC… while the old program is still whole */
  exec(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Promise<never>
  /** Ends the caller at once. Programs mostly return from main instead. */
  exit(status: number): never
  /** waitpid(2). @param pid -1 any child, 0 any of the group, < -1 the group @returns undefined only with WNOHANG */
  wait(pid: number, options?: number): MaybePromise<WaitResult | undefined>
  /** kill(2); pid < 0 means a group, signal 0 only checks. */
  kill(pid: number, signal: Signal): void
  sigaction(signal: Signal, disposition: SignalDisposition, options?: { restart?: boolean }): SignalDisposition
  /** Waits for a signal to be handled; always rejects with EINTR. pause(2). */
  pause(): Promise<never>
  /** nanosleep(2). @throws EINTR */
  sleep(ms: number): Promise<void>
  setpriority(pid: number, nice: number): void
  /** Infinity is RLIM_INFINITY. @param pid default the caller @throws EPERM, EINVAL, ESRCH */
  prlimit(
    resource: ResourceName,
    limit?: { readonly soft: number; readonly hard: number },
    pid?: number,
  ): { soft: number; hard: number }
  /** Processor time of the caller and of the children it has waited for. times(2) */
  times(): {
    readonly userMs: number
    readonly systemMs: number
    readonly childrenUserMs: number
    readonly childrenSystemMs: number
  }
  processes(): readonly ProcessInfo[]
  /**
   * Hears of every system call, signal and end of process `pid` until disposed, or until the caller ends; with `follow`
   * of its new children as well. The process goes on meanwhile. ptrace(2) @throws ESRCH, EPERM for another's or one that
   * is traced already
   */
  ptrace(pid: number, onEvent: (event: TraceEvent) => void, options?: { readonly follow?: boolean }): () => void
  /**
   * The program's heap grew or shrank by so many bytes, beyond what its image takes: for ps, cgroups and the OOM killer.
   * sbrk(2). @throws ENOMEM beyond RLIMIT_AS or RLIMIT_DATA
   */
  sbrk(bytes: number): void
  /**
   * Foreign code of this process used so much processor time in a worker of its own: it is billed for it.
   * @returns for how many milliseconds the code has to stand still now, by the limits of its control group
   */
  charge(cpuMs: number): number

  // files -----------------------------------------------------------------------------------------------------------
  open(path: string, flags: number, mode?: number): number
  /** The same, which of a FIFO waits until the other side is open too, unless O_NONBLOCK. fifo(7) @throws EINTR */
  openWaiting(path: string, flags: number, mode?: number): MaybePromise<number>
  close(fd: number): void
  /** At most `max` bytes; empty at the end of the file. The caller owns the result. */
  read(fd: number, max: number): MaybePromise<Uint8Array>
  /**
   * As many one-byte reads as it takes to come to `delimiter`, which is included, at most `max` bytes: what a shell's
   * `read` needs, that must leave the rest to others. Fewer bytes without the delimiter are no end; empty is.
   */
  readUntil(fd: number, delimiter: number, max: number): MaybePromise<Uint8Array>
  /** Writes all of `bytes` (as a blocking write does); copies what it keeps. @returns bytes written @throws EPIPE after SIGPIPE */
  write(fd: number, bytes: Uint8Array): MaybePromise<number>
  pread(fd: number, max: number, offset: number): Uint8Array
  pwrite(fd: number, bytes: Uint8Array, offset: number): number
  lseek(fd: number, offset: number, whence: number): number
  dup(fd: number, atLeast?: number): number
  dup2(from: number, to: number): void
  /** [read end, write end]. */
  pipe(): [number, number]
  getFdFlags(fd: number): { cloexec: boolean; status: number }
  setFdFlags(fd: number, flags: { cloexec?: boolean; nonblock?: boolean; append?: boolean }): void
  openFds(): readonly number[]
  /** poll(2). @returns what was found, in the order asked; all zero after the timeout (ms; -1 for ever) */
  poll(fds: readonly PollFd[], timeoutMs: number): MaybePromise<readonly number[]>
  stat(path: string): Stat
  lstat(path: string): Stat
  fstat(fd: number): Stat
  statfs(path: string): StatFs
  /** Names in no promised order, without `.` and `..`. */
  readdir(path: string): readonly DirectoryEntry[]
  mkdir(path: string, mode?: number): void
  rmdir(path: string): void
  unlink(path: string): void
  /** @param flags RENAME_NOREPLACE (@throws EEXIST) or RENAME_EXCHANGE. renameat2(2) */
  rename(from: string, to: string, flags?: number): void
  link(from: string, to: string): void
  symlink(target: string, path: string): void
  readlink(path: string): string
  mknod(path: string, mode: number, rdev?: number): void
  chmod(path: string, mode: number): void
  chown(path: string, uid: number, gid: number, options?: { follow?: boolean }): void
  utimes(path: string, atimeMs: number, mtimeMs: number, options?: { follow?: boolean }): void
  truncate(path: string, size: number): void
  ftruncate(fd: number, size: number): void
  access(path: string, mode: number): void
  /** Absolute path with every symbolic link resolved. */
  realpath(path: string): string
  getcwd(): string
  chdir(path: string): void
  chroot(path: string): void
  fsync(fd: number): void
  /** Makes the file's content lazy: what an image's layer does when it is unpacked. */
  setLazyContent(path: string, content: LazyContent): void
  /** The lazy content of a file that nobody has written to; undefined for any other. */
  getLazyContent(path: string): LazyContent | undefined
  /** Locks held by the open file description, LOCK_SH, LOCK_EX or LOCK_UN. flock(2) @throws EAGAIN with LOCK_NB, EINVAL */
  flock(fd: number, operation: number): MaybePromise<void>
  /**
   * Takes a lock of the process on part of a file, changing what it held there before; undefined in place of the type
   * gives the part back. All of a file's are lost when the process closes any descriptor of it. fcntl(2), F_SETLK, F_SETLKW
   * @throws EAGAIN while another process is in the way, unless it is to wait; EDEADLK, EBADF for a descriptor that cannot read or write
   */
  lockRecord(fd: number, lock: RecordLock | Omit<RecordLock, 'type'>, wait?: boolean): MaybePromise<void>
  /** The lock of another process that stands in the way of one. F_GETLK */
  testRecord(fd: number, lock: RecordLock): (RecordLock & { readonly pid: number }) | undefined
  /** Makes room, a hole or zeros in a file. @param mode FALLOC_FL_…, 0 for room. fallocate(2) @throws EOPNOTSUPP, ENOSPC, EINVAL */
  fallocate(fd: number, mode: number, offset: number, length: number): void
  /** xattr(7). @throws ENODATA, EOPNOTSUPP where the file system keeps none */
  getxattr(path: string, name: string, options?: { follow?: boolean }): Uint8Array
  listxattr(path: string, options?: { follow?: boolean }): readonly string[]
  /** @param flags XATTR_CREATE, XATTR_REPLACE @throws EEXIST, ENODATA, EPERM, EOPNOTSUPP, ERANGE */
  setxattr(path: string, name: string, value: Uint8Array, options?: { follow?: boolean; flags?: number }): void
  removexattr(path: string, name: string, options?: { follow?: boolean }): void
  /** A descriptor that inotify events are read from. inotify(7) @throws EMFILE */
  inotifyInit(): number
  /** @returns the watch's number @throws ENOENT, EACCES, EINVAL without an event, ENOTDIR with IN_ONLYDIR */
  inotifyAddWatch(fd: number, path: string, mask: number): number
  /** @throws EINVAL */
  inotifyRmWatch(fd: number, wd: number): void
  /** inotify(7) in small: calls back on each change below or at `path` until disposed. */
  watch(
    path: string,
    onEvent: (event: { kind: 'create' | 'delete' | 'modify' | 'move'; name: string }) => void,
  ): () => void

  // file systems and namespaces ---------------------------------------------------------------------------------------
  /** mount(2); `data` is the option string, for overlay `lowerdir=a:b,upperdir=c,workdir=d`. */
  mount(source: string, target: string, type: string, flags: number, data?: string): void
  /** @param flags MNT_DETACH: out of the tree at once, whoever still uses it. umount2(2) @throws EBUSY, EINVAL, EPERM */
  umount(target: string, flags?: number): void
  /** Block devices: what ioctl(2) on them and on /dev/loop-control does. @throws ENXIO, ENODEV, EBUSY, EPERM, EINVAL */
  block<R extends BlockRequest>(request: R): Promise<BlockAnswer<R>>
  /** Makes `newRoot` the root of the caller's mount namespace; the old root is gone from it. pivot_root(2) with "." ".". */
  pivotRoot(newRoot: string): void
  unshare(flags: number): void
  /**
   * Another process's descriptor under a number of the caller's. pidfd_open(2), pidfd_getfd(2).
   * @throws ESRCH, EBADF, EPERM, EMFILE
   */
  pidfdGetfd(pid: number, fd: number): number
  /** Joins the namespaces (CLONE_NEW… bits) of process `pid`. setns(2). Children get the new pid namespace, not the caller. */
  setns(pid: number, flags: number): void
  /** Joins the namespace that a descriptor is open on: /proc/PID/ns/NAME, or a file it was mounted on. setns(2) */
  setnsFd(fd: number, flags?: number): void
  uname(): Utsname
  sethostname(name: string): void
  /** msgget(2), semget(2), shmget(2). @returns the identifier @throws EEXIST, ENOENT, EACCES, EINVAL, ENOSPC */
  sysvGet(kind: SysvKind, request: SysvRequest): number
  /** IPC_RMID of msgctl(2), semctl(2), shmctl(2). @throws EINVAL, EPERM */
  sysvRemove(kind: SysvKind, id: number): void
  sysinfo(): Sysinfo
  /** Moves the caller into a control group (path below /sys/fs/cgroup), whose files set its limits. */
  joinCgroup(path: string): void

  // terminals -------------------------------------------------------------------------------------------------------
  isatty(fd: number): boolean
  tcgetattr(fd: number): Termios
  /** @param drop with TCSAFLUSH: throws away input that was not read */
  tcsetattr(fd: number, termios: Termios, drop?: boolean): void
  getWindowSize(fd: number): WindowSize
  setWindowSize(fd: number, size: WindowSize): void
  tcgetpgrp(fd: number): number
  tcsetpgrp(fd: number, pgid: number): void
  ttyname(fd: number): string
  /** A new pseudo-terminal. pty(7). */
  openpty(size?: WindowSize): { master: number; slave: number; name: string }

  // sockets ---------------------------------------------------------------------------------------------------------
  socket(family: number, type: number): number
  /** @throws ENOPROTOOPT for what such a socket has not, EINVAL once it is bound */
  setsockopt(fd: number, option: SocketOption, value: number): void
  getsockopt(fd: number, option: SocketOption): number
  bind(fd: number, address: SocketAddress): void
  listen(fd: number, backlog?: number): void
  accept(fd: number): MaybePromise<{ fd: number; peer: SocketAddress }>
  connect(fd: number, address: SocketAddress): MaybePromise<void>
  sendto(fd: number, data: Uint8Array, to: SocketAddress): MaybePromise<void>
  recvfrom(fd: number): MaybePromise<Datagram>
  shutdown(fd: number, how: number): void
  getsockname(fd: number): SocketAddress
  getpeername(fd: number): SocketAddress
  /** @throws ENOTCONN, EOPNOTSUPP for what is no unix socket */
  peerCredentials(fd: number): PeerCredentials
  /** Writes to a unix socket; the other end's next receive gets descriptors of its own for these. unix(7), SCM_RIGHTS */
  sendRights(fd: number, data: Uint8Array, fds: readonly number[]): MaybePromise<number>
  /** Reads from a unix socket with the descriptors that came. */
  receiveRights(fd: number, max: number): MaybePromise<{ data: Uint8Array; fds: readonly number[] }>
  /** @param type default SOCK_STREAM */
  socketpair(type?: number): [number, number]
  netlink<R extends NetlinkRequest>(request: R): NetlinkAnswer<R>

  /**
   * Lines of the kernel's log: `<6>[    0.004245] Run /sbin/init`. syslog(2).
   * @param action  `clear`: nobody sees them again @throws EPERM for who may not do that
   */
  dmesg(action?: 'clear'): readonly string[]
}
