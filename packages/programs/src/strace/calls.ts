import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  type Datagram,
  type DirectoryEntry,
  type PollFd,
  type SocketAddress,
  type Stat,
  type StatFs,
  type Sysinfo,
  type SysvKind,
  type SysvRequest,
  type Utsname,
  type WaitResult,
} from '@drydock/abi'
import {
  accessMode,
  eventMask,
  addressLength,
  addressText,
  bytesText,
  cloneFlags,
  modeText,
  mountFlags,
  newNamespaceFlags,
  octal,
  openFlags,
  pollFlags,
  signalText,
  statText,
  stringText,
  waitFlags,
  waitText,
} from './values.ts'

/** The sets that -e trace=%NAME knows. */
export type CallClass = 'file' | 'desc' | 'process' | 'network' | 'signal' | 'memory' | 'creds' | 'clock' | 'ipc'

/** How a call is printed. Arguments are known at its start, or filled in by the kernel and known at its end. */
export interface CallRow {
  /** Linux's name. */
  readonly name: string
  readonly classes: readonly CallClass[]
  readonly before: (style: Style, ...args: never[]) => readonly string[]
  readonly after?: (style: Style, value: never, ...args: never[]) => readonly string[]
  /** Default: a number as it is, 0 for anything else. */
  readonly result?: (value: never, ...args: never[]) => string
}

export interface Style {
  /** -s: bytes of a string that are shown. */
  readonly limit: number
  /** A descriptor, with its path where -y asks for it. */
  readonly fd: (fd: number) => string
}

const AT = 'AT_FDCWD'
const POINTER = '0x7ffd4c1f7e30'

const call = (
  name: string,
  classes: CallRow['classes'],
  before: CallRow['before'],
  more: Pick<CallRow, 'after' | 'result'> = {},
): CallRow => ({ name, classes, before, ...more })

const none = (): readonly string[] => []
const path = (_: Style, name: string): string[] => [stringText(name)]
const onFd = ({ fd }: Style, at: number): string[] => [fd(at)]
const length = (value: { readonly length: number }): string => String(value.length)
const bytesOf = ({ limit }: Style, value: Uint8Array): string => bytesText(value, limit)
const received = (style: Style, value: Uint8Array | undefined, max: number): string[] => [
  value ? bytesOf(style, value) : POINTER,
  String(max),
]
const failed = (value: unknown): boolean => value === undefined

const FAMILIES: Readonly<Record<number, string>> = {
  [AF_UNIX]: 'AF_UNIX',
  [AF_INET]: 'AF_INET',
  [AF_INET6]: 'AF_INET6',
  16: 'AF_NETLINK',
  17: 'AF_PACKET',
}
/** Of options that are not of all sockets. */
const OPTION_LEVELS: Readonly<Record<string, string>> = { IPV6_V6ONLY: 'SOL_IPV6' }
const TYPES: Readonly<Record<number, string>> = {
  1: 'SOCK_STREAM',
  2: 'SOCK_DGRAM',
  3: 'SOCK_RAW',
  5: 'SOCK_SEQPACKET',
}
function socketArguments(_: Style, family: number, type: number): string[] {
  const proto = family === AF_UNIX ? '0' : type === 1 ? 'IPPROTO_IP' : type === 3 ? 'IPPROTO_ICMP' : 'IPPROTO_IP'
  return [FAMILIES[family] ?? String(family), `${TYPES[type] ?? type}|SOCK_CLOEXEC`, proto]
}
const withAddress = (style: Style, fd: number, address: SocketAddress): string[] => [
  style.fd(fd),
  addressText(address),
  String(addressLength(address)),
]
const gotAddress = (_: Style, address: SocketAddress | undefined): string[] =>
  failed(address) ? [POINTER, POINTER] : [addressText(address), `[128 => ${addressLength(address)}]`]

const HOW = ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR']
const WHENCE = ['SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'SEEK_DATA', 'SEEK_HOLE']
const DISPOSITION = (value: unknown): string => {
  const handler = typeof value === 'string' ? value : '0x55d0c8a2f1c0'
  return `{sa_handler=${handler}, sa_mask=[], sa_flags=${typeof value === 'string' ? '0' : 'SA_RESTORER, sa_restorer=0x7f2f1c23c050'}}`
}
const SECONDS = (ms: number): string => `{tv_sec=${Math.floor(ms / 1000)}, tv_nsec=${Math.round((ms % 1000) * 1e6)}}`
const polled = ({ fd }: Style, fds: readonly PollFd[], timeoutMs: number): string[] => [
  `[${fds.map((each) => `{fd=${fd(each.fd)}, events=${pollFlags(each.events)}}`).join(', ')}]`,
  String(fds.length),
  String(timeoutMs),
]
function pollResult(value: readonly number[]): string {
  const ready = value.filter((events) => events !== 0).length
  return ready === 0 ? '0 (Timeout)' : `${ready}`
}

/** Each call of the kernel here, spelled as the one of Linux that a program would make for it. */
export const CALLS: Readonly<Record<string, CallRow>> = {
  // files
  open: call('openat', ['file', 'desc'], (_: Style, name: string, flags: number, mode?: number) => [
    AT,
    stringText(name),
    openFlags(flags),
    ...(flags & 0o100 ? [octal(mode ?? 0o666)] : []),
  ]),
  close: call('close', ['desc'], onFd),
  read: call('read', ['desc'], onFd, {
    after: (s, value: Uint8Array, _fd: number, max: number) => received(s, value, max),
    result: length,
  }),
  readUntil: call('read', ['desc'], onFd, {
    after: (s, value: Uint8Array, _fd: number, _delimiter: number, max: number) => received(s, value, max),
    result: length,
  }),
  write: call('write', ['desc'], (s: Style, fd: number, bytes: Uint8Array) => [
    s.fd(fd),
    bytesOf(s, bytes),
    length(bytes),
  ]),
  pread: call('pread64', ['desc'], onFd, {
    after: (s, value: Uint8Array, _fd: number, max: number, at: number) => [...received(s, value, max), String(at)],
    result: length,
  }),
  pwrite: call('pwrite64', ['desc'], (s: Style, fd: number, bytes: Uint8Array, at: number) => [
    s.fd(fd),
    bytesOf(s, bytes),
    length(bytes),
    String(at),
  ]),
  lseek: call('lseek', ['desc'], (s: Style, fd: number, offset: number, whence: number) => [
    s.fd(fd),
    String(offset),
    WHENCE[whence] ?? String(whence),
  ]),
  dup: call('fcntl', ['desc'], (s: Style, fd: number, atLeast = 0) => [s.fd(fd), 'F_DUPFD', String(atLeast)]),
  dup2: call('dup2', ['desc'], (s: Style, from: number, to: number) => [s.fd(from), String(to)], {
    result: (_value: unknown, _from: number, to: number) => String(to),
  }),
  pipe: call('pipe2', ['desc'], none, {
    after: (_, value: [number, number] | undefined) => [value ? `[${value.join(', ')}]` : POINTER, '0'],
  }),
  getFdFlags: call('fcntl', ['desc'], (s: Style, fd: number) => [s.fd(fd), 'F_GETFL'], {
    result: ({ status }: { status: number }) => `0x${status.toString(16)} (flags ${openFlags(status)})`,
  }),
  setFdFlags: call('fcntl', ['desc'], (s: Style, fd: number, flags: { cloexec?: boolean; nonblock?: boolean }) => [
    s.fd(fd),
    ...(flags.cloexec === undefined
      ? ['F_SETFL', `O_RDWR${flags.nonblock ? '|O_NONBLOCK' : ''}`]
      : ['F_SETFD', flags.cloexec ? 'FD_CLOEXEC' : '0']),
  ]),
  poll: call('poll', ['desc'], polled, { result: pollResult }),
  stat: call('newfstatat', ['file', 'desc'], (_: Style, name: string) => [AT, stringText(name)], {
    after: (_, value: Stat | undefined) => [value ? statText(value) : POINTER, '0'],
  }),
  lstat: call('newfstatat', ['file', 'desc'], (_: Style, name: string) => [AT, stringText(name)], {
    after: (_, value: Stat | undefined) => [value ? statText(value) : POINTER, 'AT_SYMLINK_NOFOLLOW'],
  }),
  fstat: call('fstat', ['desc'], onFd, { after: (_, value: Stat | undefined) => [value ? statText(value) : POINTER] }),
  statfs: call('statfs', ['file'], path, {
    after: (_, value: StatFs | undefined) => [
      value
        ? `{f_type=${value.type.toUpperCase()}_SUPER_MAGIC, f_bsize=4096, f_blocks=${Math.floor(value.totalBytes / 4096)}, f_bfree=${Math.floor(value.freeBytes / 4096)}, ...}`
        : POINTER,
    ],
  }),
  readdir: call('getdents64', ['desc', 'file'], (_: Style, name: string) => [stringText(name)], {
    after: (_, value: readonly DirectoryEntry[] | undefined) => [
      `0x55d0c8a30d40${value ? ` /* ${value.length + 2} entries */` : ''}`,
      '32768',
    ],
    result: (value: readonly DirectoryEntry[]) =>
      String(48 + value.reduce((sum, { name }) => sum + Math.ceil((name.length + 20) / 8) * 8, 0)),
  }),
  mkdir: call('mkdir', ['file'], (_: Style, name: string, mode = 0o777) => [stringText(name), octal(mode)]),
  rmdir: call('rmdir', ['file'], path),
  unlink: call('unlink', ['file'], path),
  rename: call('rename', ['file'], (_: Style, from: string, to: string) => [stringText(from), stringText(to)]),
  link: call('link', ['file'], (_: Style, from: string, to: string) => [stringText(from), stringText(to)]),
  symlink: call('symlink', ['file'], (_: Style, from: string, to: string) => [stringText(from), stringText(to)]),
  readlink: call('readlink', ['file'], path, {
    after: (_, value: string | undefined) => [value === undefined ? POINTER : stringText(value), '4096'],
    result: length,
  }),
  realpath: call('readlink', ['file'], path, {
    after: (_, value: string | undefined) => [value === undefined ? POINTER : stringText(value), '4096'],
    result: length,
  }),
  mknod: call('mknodat', ['file', 'desc'], (_: Style, name: string, mode: number) => [
    AT,
    stringText(name),
    modeText(mode),
  ]),
  chmod: call('fchmodat', ['file', 'desc'], (_: Style, name: string, mode: number) => [
    AT,
    stringText(name),
    octal(mode),
  ]),
  chown: call(
    'fchownat',
    ['file', 'desc'],
    (_: Style, name: string, uid: number, gid: number, how?: { follow?: boolean }) => [
      AT,
      stringText(name),
      String(uid),
      String(gid),
      how?.follow === false ? 'AT_SYMLINK_NOFOLLOW' : '0',
    ],
  ),
  utimes: call('utimensat', ['file', 'desc'], (_: Style, name: string, atime: number, mtime: number) => [
    AT,
    stringText(name),
    `[${SECONDS(atime)}, ${SECONDS(mtime)}]`,
    '0',
  ]),
  truncate: call('truncate', ['file'], (_: Style, name: string, size: number) => [stringText(name), String(size)]),
  ftruncate: call('ftruncate', ['desc'], (s: Style, fd: number, size: number) => [s.fd(fd), String(size)]),
  fsync: call('fsync', ['desc'], onFd),
  access: call('access', ['file'], (_: Style, name: string, mode: number) => [stringText(name), accessMode(mode)]),
  getcwd: call('getcwd', ['file'], none, {
    after: (_, value: string | undefined) => [value === undefined ? POINTER : stringText(value), '4096'],
    result: (value: string) => String(value.length + 1),
  }),
  chdir: call('chdir', ['file'], path),
  chroot: call('chroot', ['file'], path),
  mount: call(
    'mount',
    ['file'],
    (_: Style, source: string, target: string, type: string, flags: number, data?: string) => [
      stringText(source),
      stringText(target),
      type === '' ? 'NULL' : stringText(type),
      mountFlags(flags),
      data === undefined ? 'NULL' : stringText(data),
    ],
  ),
  umount: call('umount2', ['file'], (_: Style, name: string) => [stringText(name), '0']),
  pivotRoot: call('pivot_root', ['file'], (_: Style, name: string) => [stringText(name), stringText('.')]),
  flock: call('flock', ['desc'], (s: Style, fd: number, operation: number) => [
    s.fd(fd),
    [
      ['LOCK_SH', 1],
      ['LOCK_EX', 2],
      ['LOCK_UN', 8],
      ['LOCK_NB', 4],
    ]
      .flatMap(([name, bit]) => (operation & Number(bit) ? [name] : []))
      .join('|'),
  ]),
  inotifyInit: call('inotify_init1', ['desc'], () => ['IN_CLOEXEC']),
  inotifyAddWatch: call('inotify_add_watch', ['file', 'desc'], (s: Style, fd: number, name: string, mask: number) => [
    s.fd(fd),
    stringText(name),
    eventMask(mask),
  ]),
  inotifyRmWatch: call('inotify_rm_watch', ['desc'], (s: Style, fd: number, wd: number) => [s.fd(fd), String(wd)]),
  watch: call('inotify_add_watch', ['file', 'desc'], (_: Style, name: string) => [
    stringText(name),
    'IN_MODIFY|IN_ATTRIB|IN_MOVE|IN_CREATE|IN_DELETE',
  ]),

  // processes
  spawn: call('vfork', ['process'], none),
  fork: call('clone', ['process'], (_: Style, _entry: unknown, options?: { flags?: number }) => [
    'child_stack=NULL',
    `flags=${newNamespaceFlags(options?.flags ?? 0)}`,
    'child_tidptr=0x7f2f1c1a5a10',
  ]),
  exec: call(
    'execve',
    ['file', 'process'],
    (s: Style, name: string, argv: readonly string[], env: ReadonlyMap<string, string>) =>
      execArguments(s, name, argv, env.size),
  ),
  wait: call('wait4', ['process'], (_: Style, pid: number) => [String(pid)], {
    after: (_, value: WaitResult | undefined, _pid: number, options = 0) => [
      value ? waitText(value.status) : 'NULL',
      waitFlags(options),
      'NULL',
    ],
    result: (value: WaitResult | undefined) => String(value?.pid ?? 0),
  }),
  kill: call('kill', ['signal', 'process'], (_: Style, pid: number, signal: number) => [
    String(pid),
    signalText(signal),
  ]),
  getpid: call('getpid', [], none),
  getppid: call('getppid', [], none),
  getpgid: call('getpgid', [], (_: Style, pid = 0) => [String(pid)]),
  getsid: call('getsid', [], (_: Style, pid = 0) => [String(pid)]),
  setpgid: call('setpgid', [], (_: Style, pid: number, pgid: number) => [String(pid), String(pgid)]),
  setsid: call('setsid', [], none),
  getuid: call('getuid', ['creds'], none),
  geteuid: call('geteuid', ['creds'], none),
  getgid: call('getgid', ['creds'], none),
  getegid: call('getegid', ['creds'], none),
  getgroups: call('getgroups', ['creds'], () => ['65536'], {
    after: (_, value: readonly number[] | undefined) => [value ? `[${value.join(', ')}]` : POINTER],
    result: length,
  }),
  setuid: call('setuid', ['creds'], (_: Style, uid: number) => [String(uid)]),
  seteuid: call('setresuid', ['creds'], (_: Style, uid: number) => ['-1', String(uid), '-1']),
  setgid: call('setgid', ['creds'], (_: Style, gid: number) => [String(gid)]),
  setgroups: call('setgroups', ['creds'], (_: Style, groups: readonly number[]) => [
    String(groups.length),
    `[${groups.join(', ')}]`,
  ]),
  capget: call('capget', ['creds'], () => ['{version=_LINUX_CAPABILITY_VERSION_3, pid=0}', POINTER]),
  capset: call('capset', ['creds'], () => ['{version=_LINUX_CAPABILITY_VERSION_3, pid=0}', POINTER]),
  prctl: call('prctl', ['creds'], (_: Style, settings: Readonly<Record<string, unknown>>) => prctlArguments(settings)),
  noNewPrivileges: call('prctl', ['creds'], () => ['PR_SET_NO_NEW_PRIVS', '1', '0', '0', '0']),
  umask: call('umask', [], (_: Style, mask = 0) => [octal(mask)], { result: (value: number) => octal(value) }),
  ptrace: call('ptrace', [], (_: Style, pid: number) => ['PTRACE_SEIZE', String(pid), 'NULL', '0']),
  sleep: call('clock_nanosleep', ['clock'], (_: Style, ms: number) => ['CLOCK_REALTIME', '0', SECONDS(ms)], {
    after: () => [POINTER],
  }),
  pause: call('pause', ['signal'], none),
  sigaction: call(
    'rt_sigaction',
    ['signal'],
    (_: Style, signal: number, disposition: unknown) => [signalText(signal), DISPOSITION(disposition)],
    {
      after: (_, value: unknown) => [failed(value) ? 'NULL' : DISPOSITION(value), '8'],
      result: () => '0',
    },
  ),
  setpriority: call('setpriority', [], (_: Style, pid: number, nice: number) => [
    'PRIO_PROCESS',
    String(pid),
    String(nice),
  ]),
  prlimit: call(
    'prlimit64',
    [],
    (_: Style, resource: string, limit: unknown, pid = 0) => [
      String(pid),
      `RLIMIT_${resource}`,
      limit === undefined ? 'NULL' : '{...}',
    ],
    {
      after: (_, value: { soft: number; hard: number } | undefined) => [
        value ? `{rlim_cur=${limitText(value.soft)}, rlim_max=${limitText(value.hard)}}` : 'NULL',
      ],
    },
  ),
  times: call('times', [], () => [POINTER]),
  sbrk: call('brk', ['memory'], (_: Style, bytes: number) => [
    bytes === 0 ? 'NULL' : `0x55d0c8a${(bytes & 0xfffff).toString(16).padStart(5, '0')}`,
  ]),
  unshare: call('unshare', [], (_: Style, flags: number) => [cloneFlags(flags)]),
  pidfdGetfd: call('pidfd_getfd', ['desc'], (_: Style, pid: number, fd: number) => [String(pid), String(fd), '0']),
  setns: call('setns', [], (_: Style, pid: number, flags: number) => [String(pid), cloneFlags(flags)]),
  setnsFd: call('setns', ['desc'], (s: Style, fd: number, flags = 0) => [s.fd(fd), cloneFlags(flags)]),
  uname: call('uname', [], none, {
    after: (_, value: Utsname | undefined) => [
      value ? `{sysname="${value.sysname}", nodename="${value.nodename}", ...}` : POINTER,
    ],
  }),
  sethostname: call('sethostname', [], (_: Style, name: string) => [stringText(name), length(name)]),
  sysvGet: call('shmget', ['ipc'], (_: Style, kind: SysvKind, { key, size, mode }: SysvRequest) => [
    kind,
    key === 0 ? 'IPC_PRIVATE' : `0x${key.toString(16)}`,
    String(size),
    `0${mode.toString(8)}`,
  ]),
  sysvRemove: call('shmctl', ['ipc'], (_: Style, kind: SysvKind, id: number) => [kind, String(id), 'IPC_RMID', 'NULL']),
  sysinfo: call('sysinfo', [], none, {
    after: (_, value: Sysinfo | undefined) => [
      value
        ? `{uptime=${Math.floor(value.uptimeMs / 1000)}, totalram=${value.totalMemory}, freeram=${value.freeMemory}, ...}`
        : POINTER,
    ],
  }),

  // terminals
  tcgetattr: call('ioctl', ['desc'], (s: Style, fd: number) => [s.fd(fd), 'TCGETS'], {
    after: (_, value: unknown) => [failed(value) ? POINTER : '{B38400 opost isig icanon echo ...}'],
  }),
  isatty: call('ioctl', ['desc'], (s: Style, fd: number) => [s.fd(fd), 'TCGETS', POINTER], {
    result: (value: boolean) => (value ? '0' : '-1 ENOTTY (Inappropriate ioctl for device)'),
  }),
  tcsetattr: call('ioctl', ['desc'], (s: Style, fd: number) => [s.fd(fd), 'TCSETSW', '{B38400 opost isig ...}']),
  getWindowSize: call('ioctl', ['desc'], (s: Style, fd: number) => [s.fd(fd), 'TIOCGWINSZ'], {
    after: (_, value: { rows: number; cols: number } | undefined) => [
      value ? `{ws_row=${value.rows}, ws_col=${value.cols}, ws_xpixel=0, ws_ypixel=0}` : POINTER,
    ],
  }),
  setWindowSize: call('ioctl', ['desc'], (s: Style, fd: number, size: { rows: number; cols: number }) => [
    s.fd(fd),
    'TIOCSWINSZ',
    `{ws_row=${size.rows}, ws_col=${size.cols}, ws_xpixel=0, ws_ypixel=0}`,
  ]),
  tcgetpgrp: call('ioctl', ['desc'], (s: Style, fd: number) => [s.fd(fd), 'TIOCGPGRP'], {
    after: (_, value: number | undefined) => [failed(value) ? POINTER : `[${value}]`],
    result: () => '0',
  }),
  tcsetpgrp: call('ioctl', ['desc'], (s: Style, fd: number, pgid: number) => [s.fd(fd), 'TIOCSPGRP', `[${pgid}]`]),

  // sockets
  socket: call('socket', ['network'], socketArguments),
  bind: call('bind', ['network'], withAddress),
  setsockopt: call('setsockopt', ['network'], (s: Style, fd: number, option: string, value: number) => [
    ...[s.fd(fd), OPTION_LEVELS[option] ?? 'SOL_SOCKET', option, `[${value}]`, '4'],
  ]),
  getsockopt: call(
    'getsockopt',
    ['network'],
    (s: Style, fd: number, option: string) => [s.fd(fd), OPTION_LEVELS[option] ?? 'SOL_SOCKET', option],
    { after: (_, value: number | undefined) => [value === undefined ? POINTER : `[${value}]`, '[4]'] },
  ),
  listen: call('listen', ['network'], (s: Style, fd: number, backlog = 128) => [s.fd(fd), String(backlog)]),
  accept: call('accept4', ['network'], onFd, {
    after: (s, value: { peer: SocketAddress } | undefined) => [...gotAddress(s, value?.peer), 'SOCK_CLOEXEC'],
    result: ({ fd }: { fd: number }) => String(fd),
  }),
  connect: call('connect', ['network'], withAddress),
  sendto: call('sendto', ['network'], (s: Style, fd: number, data: Uint8Array, to: SocketAddress) => [
    s.fd(fd),
    bytesOf(s, data),
    length(data),
    '0',
    addressText(to),
    String(addressLength(to)),
  ]),
  recvfrom: call('recvfrom', ['network'], onFd, {
    after: (s, value: Datagram | undefined) => [...received(s, value?.data, 65536), '0', ...gotAddress(s, value?.from)],
    result: ({ data }: Datagram) => length(data),
  }),
  shutdown: call('shutdown', ['network'], (s: Style, fd: number, how: number) => [s.fd(fd), HOW[how] ?? String(how)]),
  getsockname: call('getsockname', ['network'], onFd, { after: gotAddress }),
  getpeername: call('getpeername', ['network'], onFd, { after: gotAddress }),
  socketpair: call('socketpair', ['network'], () => ['AF_UNIX', 'SOCK_STREAM|SOCK_CLOEXEC', '0'], {
    after: (_, value: [number, number] | undefined) => [value ? `[${value.join(', ')}]` : POINTER],
  }),
  netlink: call(
    'sendmsg',
    ['network'],
    (_: Style, { op }: { op: string }) => [
      `{msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, msg_iov=[{iov_base=[/* ${op} */], iov_len=40}]}`,
      '0',
    ],
    { result: () => '40' },
  ),
}

/** Calls of this kernel that are none of Linux's: looking at time, or what reads of /proc do there. */
export const UNSEEN: ReadonlySet<string> = new Set([
  ...['tick', 'openFds', 'processes', 'charge', 'capabilities', 'setLazyContent', 'getLazyContent', 'joinCgroup'],
  ...['ttyname', 'openpty', 'dmesg', 'exit'],
])

export const execArguments = ({ limit }: Style, name: string, argv: readonly string[], variables: number): string[] => [
  stringText(name),
  `[${argv.map((word) => bytesText(new TextEncoder().encode(word), limit)).join(', ')}]`,
  `${POINTER} /* ${variables} vars */`,
]

const limitText = (value: number): string =>
  !Number.isFinite(value)
    ? 'RLIM64_INFINITY'
    : value >= 1024 && value % 1024 === 0
      ? `${value / 1024}*1024`
      : String(value)

function prctlArguments(settings: Readonly<Record<string, unknown>>): string[] {
  if (typeof settings.name === 'string') return ['PR_SET_NAME', stringText(settings.name)]
  if (settings.subreaper !== undefined) return ['PR_SET_CHILD_SUBREAPER', settings.subreaper ? '1' : '0']
  if (settings.seccomp !== undefined) return ['PR_SET_SECCOMP', 'SECCOMP_MODE_FILTER', POINTER]
  return ['PR_SET_NO_NEW_PRIVS', '1', '0', '0', '0']
}
