import {
  type SocketAddress,
  type Stat,
  signalName,
  type Signal,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  type WaitStatus,
  AF_INET6,
} from '@drydock/abi'

/** How strace(1) prints values: strings, flags, structures. */

const ESCAPES: Readonly<Record<number, string>> = {
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
}
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

function escaped(bytes: Uint8Array): string {
  let text = ''
  for (const [i, byte] of bytes.entries()) {
    const known = ESCAPES[byte]
    if (known !== undefined) text += known
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte)
    else text += `\\${isDigit(bytes[i + 1]) ? byte.toString(8).padStart(3, '0') : byte.toString(8)}`
  }
  return text
}

/** `"abc\n"...`: at most `limit` bytes of it. */
export function bytesText(bytes: Uint8Array, limit: number): string {
  return `"${escaped(bytes.subarray(0, limit))}"${bytes.length > limit ? '...' : ''}`
}

/** A path or another string that is never cut short. */
export const stringText = (text: unknown): string => `"${escaped(new TextEncoder().encode(String(text)))}"`

/** Names of bits, those of more bits first, and what is left over as a number. */
export function flagsText(value: number, table: readonly (readonly [number, string])[], none = '0'): string {
  let rest = value
  const names: string[] = []
  for (const [bits, name] of table) {
    if ((rest & bits) !== bits) continue
    names.push(name)
    rest &= ~bits
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`)
  return names.join('|') || none
}

const OPEN_FLAGS: readonly (readonly [number, string])[] = [
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o200000, 'O_DIRECTORY'],
  [0o400000, 'O_NOFOLLOW'],
  [0o2000000, 'O_CLOEXEC'],
  [0o10000000, 'O_PATH'],
]
const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE']

export function openFlags(flags: number): string {
  const rest = flags & ~3
  return [ACCESS[flags & 3], ...(rest === 0 ? [] : [flagsText(rest, OPEN_FLAGS)])].join('|')
}

const MODES: Readonly<Record<number, string>> = {
  [S_IFREG]: 'S_IFREG',
  [S_IFDIR]: 'S_IFDIR',
  [S_IFLNK]: 'S_IFLNK',
  [S_IFCHR]: 'S_IFCHR',
  [S_IFBLK]: 'S_IFBLK',
  [S_IFIFO]: 'S_IFIFO',
  [S_IFSOCK]: 'S_IFSOCK',
}
export const octal = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`.replace(/^00+(?=\d{3})/, '0')
export const modeText = (mode: number): string =>
  [MODES[mode & S_IFMT], octal(mode & ~S_IFMT)].filter((part) => part !== undefined).join('|')

const deviceText = (rdev: number): string =>
  `makedev(0x${((rdev >> 8) & 0xfff).toString(16)}, 0x${(rdev & 0xff).toString(16)})`

export function statText({ mode, size, rdev }: Stat): string {
  const device = (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK
  return `{st_mode=${modeText(mode)}, ${device ? `st_rdev=${deviceText(rdev)}` : `st_size=${size}`}, ...}`
}

export function addressText(address: SocketAddress | undefined): string {
  if (!address) return 'NULL'
  if ('path' in address) {
    if (address.path === '') return '{sa_family=AF_UNIX}'
    const abstract = address.path.startsWith('\0')
    return `{sa_family=AF_UNIX, sun_path=${abstract ? '@' : ''}${stringText(abstract ? address.path.slice(1) : address.path)}}`
  }
  if (!('port' in address)) return `{sa_family=AF_PACKET, sll_ifindex=${address.interfaceIndex}, ...}`
  if (address.family === AF_INET6)
    return `{sa_family=AF_INET6, sin6_port=htons(${address.port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "${address.address}", &sin6_addr), sin6_scope_id=0}`
  return `{sa_family=AF_INET, sin_port=htons(${address.port}), sin_addr=inet_addr("${address.address}")}`
}

export const addressLength = (address: SocketAddress | undefined): number =>
  !address
    ? 0
    : 'path' in address
      ? address.path === ''
        ? 2
        : address.path.length + 3
      : address.family === AF_INET6
        ? 28
        : 16

export const signalText = (signal: Signal): string =>
  signalName(signal) ?? (signal === 0 ? '0' : signal >= 32 ? `SIGRT_${signal - 32}` : String(signal))

export function waitText(status: WaitStatus): string {
  if (status.kind === 'exited') return `[{WIFEXITED(s) && WEXITSTATUS(s) == ${status.code}}]`
  if (status.kind === 'signaled')
    return `[{WIFSIGNALED(s) && WTERMSIG(s) == ${signalText(status.signal)}${status.core ? ' && WCOREDUMP(s)' : ''}}]`
  if (status.kind === 'stopped') return `[{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalText(status.signal)}}]`
  return '[{WIFCONTINUED(s)}]'
}

const WAIT_FLAGS: readonly (readonly [number, string])[] = [
  [1, 'WNOHANG'],
  [2, 'WSTOPPED'],
  [8, 'WCONTINUED'],
]
export const waitFlags = (options: number): string => flagsText(options, WAIT_FLAGS)

const POLL_FLAGS: readonly (readonly [number, string])[] = [
  [1, 'POLLIN'],
  [2, 'POLLPRI'],
  [4, 'POLLOUT'],
  [8, 'POLLERR'],
  [16, 'POLLHUP'],
]
export const pollFlags = (events: number): string => flagsText(events, POLL_FLAGS)

const CLONE_FLAGS: readonly (readonly [number, string])[] = [
  [0x00020000, 'CLONE_NEWNS'],
  [0x02000000, 'CLONE_NEWCGROUP'],
  [0x04000000, 'CLONE_NEWUTS'],
  [0x08000000, 'CLONE_NEWIPC'],
  [0x10000000, 'CLONE_NEWUSER'],
  [0x20000000, 'CLONE_NEWPID'],
  [0x40000000, 'CLONE_NEWNET'],
]
export const cloneFlags = (flags: number): string => flagsText(flags, CLONE_FLAGS)
export const newNamespaceFlags = (flags: number): string =>
  ['CLONE_CHILD_CLEARTID', 'CLONE_CHILD_SETTID', ...(flags === 0 ? [] : [cloneFlags(flags)]), 'SIGCHLD'].join('|')

const MOUNT_FLAGS: readonly (readonly [number, string])[] = [
  [1, 'MS_RDONLY'],
  [2, 'MS_NOSUID'],
  [4, 'MS_NODEV'],
  [8, 'MS_NOEXEC'],
  [16, 'MS_SYNCHRONOUS'],
  [32, 'MS_REMOUNT'],
  [4096, 'MS_BIND'],
  [8192, 'MS_MOVE'],
  [16384, 'MS_REC'],
  [0x20000, 'MS_UNBINDABLE'],
  [0x40000, 'MS_PRIVATE'],
  [0x80000, 'MS_SLAVE'],
  [0x100000, 'MS_SHARED'],
]
export const mountFlags = (flags: number): string => flagsText(flags, MOUNT_FLAGS)

const EVENTS: readonly (readonly [number, string])[] = [
  ...'ACCESS MODIFY ATTRIB CLOSE_WRITE CLOSE_NOWRITE OPEN MOVED_FROM MOVED_TO CREATE DELETE DELETE_SELF MOVE_SELF'
    .split(' ')
    .map((name, bit) => [2 ** bit, `IN_${name}`] as const),
  [0x1000000, 'IN_ONLYDIR'],
]
export const eventMask = (mask: number): string =>
  (mask & 0xfff) === 0xfff ? 'IN_ALL_EVENTS' : flagsText(mask, EVENTS)

const ACCESS_MODES: readonly (readonly [number, string])[] = [
  [4, 'R_OK'],
  [2, 'W_OK'],
  [1, 'X_OK'],
]
export const accessMode = (mode: number): string => flagsText(mode, ACCESS_MODES, 'F_OK')
