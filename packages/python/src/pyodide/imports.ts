import { wasiErrno } from '@drydock/abi'
import type { AnswerMessage } from '../protocol.ts'
import type { Bridge } from './bridge.ts'
import { CallError } from './call-error.ts'
import { LocalTime } from './local-time.ts'
import { Mappings } from './mappings.ts'
import type { Memory } from './memory.ts'
import { after, guarded, type Result } from './result.ts'
import { SocketCalls } from './socket-calls.ts'
import { TerminalCalls } from './terminal-calls.ts'
import { zoneFile } from './zone-file.ts'

type Loose = (...args: readonly (number | bigint)[]) => unknown
type Row = (original: Loose, ...args: number[]) => Result<unknown>

/** Descriptors of Pyodide's own files begin here, out of the way of the container's. */
const OWN_FDS = 1 << 20
/** The standard library lies in Pyodide's own file system; everything else is the container's. */
const OWN_PATHS = /^\/lib\/python3(?:14\.zip|\.14)(?:\/|$)/
/** Opening it gives a way to calls that C has no function for: a line of JSON is written, an answer is read. */
const HATCH_PATH = '/dev/.drydock'
const HATCH_FD = OWN_FDS * 2
const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const AT_REMOVEDIR = 0x200
const AT_EMPTY_PATH = 0x1000
const O_LARGEFILE = 0o100000
const DIRENT_BYTES = 280
const UTIME_NOW = 0x3fffffff

export interface Directory {
  readonly path: string
  entries: readonly { readonly name: string; readonly ino: number; readonly mode: number }[] | undefined
  at: number
}

/**
 * Emscripten's system calls over the kernel's: what C calls with a path or a descriptor of the container goes there. Each
 * answers at once or, where the worker cannot stand still, with a promise.
 */
export class SystemImports {
  /** While Pyodide starts everything is its own. */
  booting = true
  memory!: Memory
  malloc: (bytes: number) => number = () => 0
  errnoLocation: () => number = () => 0
  private readonly bridge: Bridge
  private readonly original: Readonly<Record<string, Loose>>
  private readonly sockets: SocketCalls
  readonly localTime = new LocalTime(() => this.memory, Date.now)
  /** Calls through the hatch that never reach the kernel. */
  private readonly ownCalls: ReadonlyMap<string, (...args: readonly never[]) => unknown> = new Map<
    string,
    (...args: readonly never[]) => unknown
  >([
    ['zone', (tz: string) => this.localTime.set(tz)],
    ['tzif', (zone: string) => zoneFile(zone)],
    ['setOption', (fd: number, ...rest: [number, number, number]) => this.sockets.setOption(fd, ...rest)],
    ['getOption', (fd: number, level: number, option: number) => this.sockets.option(fd, level, option)],
  ])
  private readonly directories = new Map<number, Directory>()
  private cwd: string
  /** What each thread has still to read. */
  private readonly hatchAnswers = new Map<number, Uint8Array>()

  constructor(bridge: Bridge, original: Readonly<Record<string, Loose>>, cwd: string) {
    this.bridge = bridge
    this.original = original
    this.cwd = cwd
    this.sockets = new SocketCalls({
      call: (op, args, bytes) => this.call(op, args, bytes),
      memory: () => this.memory,
      malloc: (bytes) => this.malloc(bytes),
      original: (name, ...args) => this.original[name]?.(...args),
    })
  }

  /** The imports that take the place of Emscripten's. */
  table(): Record<string, Loose> {
    const files = this.files()
    const terminals = new TerminalCalls(
      (op, ...args) => this.call(op, args),
      () => this.memory,
    )
    const mappings = new Mappings({
      call: (op, args, bytes) => this.call(op, args, bytes),
      memory: () => this.memory,
      malloc: (bytes) => this.malloc(bytes),
    })
    const ioctl = this.byFd((fd, request: number, varargs: number) =>
      fd === HATCH_FD ? -wasiErrno('ENOTTY') : terminals.ioctl(fd, request, varargs ? this.memory.getU32(varargs) : 0),
    )
    const rows: Record<string, Row> = { ...files, ...this.sockets.table(), ...mappings.table(), __syscall_ioctl: ioctl }
    const table: Record<string, Loose> = {}
    for (const [name, row] of Object.entries(rows)) {
      const original = this.original[name]
      if (!original) continue
      // What begins with fd_ is WASI's and gives errors as they are; the others give them negated.
      const fail = name.startsWith('fd_') ? (errno: number) => errno : (errno: number) => this.failed(errno)
      table[name] = (...args) =>
        this.booting ? original(...args) : guarded(() => row(original, ...(args as number[])), fail)
    }
    return table
  }

  private call(op: string, args: readonly unknown[], bytes?: Uint8Array): Result<AnswerMessage> {
    return this.bridge.call(op, args, bytes)
  }

  /** C's select(2) is made of poll(2), and looks at errno alone. */
  private failed(errno: number): number {
    this.memory.setU32(this.errnoLocation(), errno)
    return -errno
  }

  private plain(op: string, ...args: readonly unknown[]): Result<number> {
    return after(this.call(op, args), () => 0)
  }

  // paths -----------------------------------------------------------------------------------------------------------------

  private at(dirfd: number, path: number): string {
    const text = this.memory.text(path)
    if (text.startsWith('/')) return text
    const base = dirfd === AT_FDCWD ? this.cwd : (this.directories.get(dirfd)?.path ?? this.cwd)
    return text === '' ? base : `${base === '/' ? '' : base}/${text}`
  }

  /** A row for a call with one path: Pyodide's own goes where it went. */
  private byPath(run: (path: string, ...rest: number[]) => Result<number>, dirfd = false) {
    return (original: Loose, ...args: number[]): Result<number> => {
      const [first = 0, second = 0, ...rest] = args
      const path = dirfd ? this.at(first, second) : this.at(AT_FDCWD, first)
      if (OWN_PATHS.test(path)) return original(...args) as number
      return dirfd ? run(path, ...rest) : run(path, second, ...rest)
    }
  }

  /** A row for a call with a descriptor. */
  private byFd(run: (fd: number, ...rest: never[]) => Result<number>) {
    return (original: Loose, fd: number, ...rest: number[]): Result<number> =>
      fd >= OWN_FDS && fd !== HATCH_FD ? (original(fd - OWN_FDS, ...rest) as number) : run(fd, ...(rest as never[]))
  }

  private writeStat(buf: number, answer: AnswerMessage): number {
    const stat = answer.value as Record<string, number>
    const { memory } = this
    const time = (at: number, ms: number): void => {
      memory.setI64(at, ms / 1000)
      memory.setU32(at + 8, Math.round((ms % 1000) * 1e6))
    }
    memory.setU32(buf, stat.dev ?? 0)
    memory.setU32(buf + 4, stat.mode ?? 0)
    memory.setU32(buf + 8, stat.nlink ?? 1)
    memory.setU32(buf + 12, stat.uid ?? 0)
    memory.setU32(buf + 16, stat.gid ?? 0)
    memory.setU32(buf + 20, stat.rdev ?? 0)
    memory.setI64(buf + 24, stat.size ?? 0)
    memory.setU32(buf + 32, 4096)
    memory.setU32(buf + 36, stat.blocks ?? 0)
    time(buf + 40, stat.atimeMs ?? 0)
    time(buf + 56, stat.mtimeMs ?? 0)
    time(buf + 72, stat.ctimeMs ?? 0)
    memory.setI64(buf + 88, stat.ino ?? 0)
    return 0
  }

  private stat(op: 'stat' | 'lstat', path: string, buf: number): Result<number> {
    return after(this.call(op, [path]), (answer) => this.writeStat(buf, answer))
  }

  // tables ----------------------------------------------------------------------------------------------------------------

  private files(): Record<string, Row> {
    const { byPath, byFd } = { byPath: this.byPath.bind(this), byFd: this.byFd.bind(this) }
    const two =
      (op: string) =>
      (_: Loose, ...args: number[]): Result<number> => {
        const [fromFd = 0, from = 0, toFd = 0, to = 0] = args
        return this.plain(op, this.at(fromFd, from), this.at(toFd, to))
      }
    return {
      _Py_CheckEmscriptenSignals_Helper: () => this.bridge.checkSignals(),
      __syscall_openat: (original, ...args) => this.open(original, args),
      __syscall_stat64: byPath((path, buf = 0) => this.stat('stat', path, buf)),
      __syscall_lstat64: byPath((path, buf = 0) => this.stat('lstat', path, buf)),
      __syscall_newfstatat: byPath((path, buf = 0, flags = 0) => {
        if (flags & AT_EMPTY_PATH && path === '') return -wasiErrno('ENOENT')
        return this.stat(flags & AT_SYMLINK_NOFOLLOW ? 'lstat' : 'stat', path, buf)
      }, true),
      __syscall_fstat64: byFd((fd, buf: number) =>
        after(this.call('fstat', [fd]), (answer) => this.writeStat(buf, answer)),
      ),
      __syscall_getdents64: byFd((fd, buf: number, size: number) => this.getdents(fd, buf, size)),
      __syscall_mkdirat: byPath((path, mode = 0) => this.plain('mkdir', path, mode), true),
      __syscall_unlinkat: byPath(
        (path, flags = 0) => this.plain(flags & AT_REMOVEDIR ? 'rmdir' : 'unlink', path),
        true,
      ),
      __syscall_rmdir: byPath((path) => this.plain('rmdir', path)),
      __syscall_renameat: two('rename'),
      __syscall_linkat: two('link'),
      __syscall_symlinkat: (_, target = 0, dirfd = 0, path = 0) =>
        this.plain('symlink', this.memory.text(target), this.at(dirfd, path)),
      __syscall_readlinkat: byPath((path, buf = 0, size = 0) => this.readlink(path, buf, size), true),
      __syscall_chmod: byPath((path, mode = 0) => this.plain('chmod', path, mode)),
      __syscall_fchmodat2: byPath((path, mode = 0) => this.plain('chmod', path, mode), true),
      __syscall_fchmod: byFd((fd, mode: number) => this.plain('chmod', this.openPath(fd), mode)),
      __syscall_fchown32: byFd((fd, uid: number, gid: number) => this.plain('chown', this.openPath(fd), uid, gid)),
      __syscall_fallocate: byFd((fd, _mode: number, offset: bigint, length: bigint) =>
        this.plain('ftruncate', fd, Number(offset) + Number(length)),
      ),
      __syscall_fadvise64: byFd(() => 0),
      __syscall_fstatfs64: byFd((fd, _size: number, buf: number) => this.statfs(this.openPath(fd), buf)),
      __syscall_mknodat: byPath((path, mode = 0, device = 0) => this.plain('mknod', path, mode, device), true),
      __syscall_fchownat: byPath((path, uid = 0, gid = 0) => this.plain('chown', path, uid, gid), true),
      __syscall_faccessat: byPath((path, mode = 0) => this.plain('access', path, mode), true),
      __syscall_utimensat: byPath((path, times = 0) => this.utimes(path, times), true),
      __syscall_truncate64: byPath((path, size = 0) => this.plain('truncate', path, Number(size))),
      __syscall_ftruncate64: byFd((fd, size: number) => this.plain('ftruncate', fd, Number(size))),
      __syscall_statfs64: byPath((path, _ = 0, buf = 0) => this.statfs(path, buf)),
      __syscall_chdir: (_, path = 0) => this.chdir(this.at(AT_FDCWD, path)),
      __syscall_fchdir: (_, fd = 0) => this.chdir(this.directories.get(fd)?.path ?? ''),
      __syscall_getcwd: (_, buf = 0, size = 0) => this.getcwd(buf, size),
      __syscall_umask_js: (_, mask = 0) => after(this.call('umask', [mask]), ({ value }) => Number(value)),
      __syscall_getuid32_js: () => after(this.call('ids', []), ({ value }) => (value as { uid: number }).uid),
      __syscall_dup: byFd((fd) => this.dup(fd, 0)),
      __syscall_dup3: byFd((fd, to: number) => after(this.call('dup2', [fd, to]), () => to)),
      __syscall_fcntl64: byFd((fd, command: number, varargs: number) => this.fcntl(fd, command, varargs)),
      __syscall_pipe: (_, to = 0) => after(this.call('pipe', []), ({ value }) => this.writePair(to, value)),
      __syscall_fdatasync: byFd((fd) => this.plain('fsync', fd)),
      fd_sync: byFd((fd) => this.plain('fsync', fd)),
      fd_close: byFd((fd) => this.close(fd)),
      fd_read: byFd((fd, iov: number, count: number, taken: number) => this.read(fd, iov, count, taken)),
      fd_write: byFd((fd, iov: number, count: number, taken: number) => this.write(fd, iov, count, taken)),
      fd_pread: byFd((fd, iov: number, count: number, offset: bigint, taken: number) => {
        const max = this.memory.vectors(iov, count).reduce((sum, { length }) => sum + length, 0)
        return after(this.call('pread', [fd, max, Number(offset)]), ({ bytes = new Uint8Array(0) }) => {
          this.memory.setU32(taken, this.memory.scatter(iov, count, bytes))
          return 0
        })
      }),
      fd_pwrite: byFd((fd, iov: number, count: number, offset: bigint, taken: number) =>
        after(this.call('pwrite', [fd, Number(offset)], this.memory.gather(iov, count)), ({ value }) => {
          this.memory.setU32(taken, Number(value))
          return 0
        }),
      ),
      fd_seek: byFd((fd, offset: bigint, whence: number, to: number) => this.seek(fd, Number(offset), whence, to)),
      fd_fdstat_get: byFd((fd, buf: number) => this.fdstat(fd, buf)),
    }
  }

  // files -----------------------------------------------------------------------------------------------------------------

  private open(original: Loose, args: readonly number[]): Result<number> {
    const [dirfd = 0, name = 0, flags = 0, varargs = 0] = args
    const path = this.at(dirfd, name)
    if (path === HATCH_PATH) return HATCH_FD
    if (OWN_PATHS.test(path)) {
      const fd = original(...args) as number
      return fd < 0 ? fd : fd + OWN_FDS
    }
    const mode = varargs ? this.memory.getI32(varargs) : 0
    return after(this.call('open', [path, flags & ~O_LARGEFILE, mode]), ({ value }) => {
      const { fd, directory } = value as { fd: number; directory: string | null }
      if (directory !== null) this.directories.set(fd, { path: directory, entries: undefined, at: 0 })
      return fd
    })
  }

  private close(fd: number): Result<number> {
    if (fd === HATCH_FD) return 0
    this.directories.delete(fd)
    this.sockets.forget(fd)
    return this.plain('close', fd)
  }

  private read(fd: number, iov: number, count: number, taken: number): Result<number> {
    const max = this.memory.vectors(iov, count).reduce((sum, { length }) => sum + length, 0)
    const filled = (bytes: Uint8Array): number => {
      this.memory.setU32(taken, this.memory.scatter(iov, count, bytes))
      return 0
    }
    if (fd === HATCH_FD) {
      const { current } = this.bridge.threads
      const answer = this.hatchAnswers.get(current) ?? new Uint8Array(0)
      this.hatchAnswers.set(current, answer.subarray(max))
      return filled(answer.subarray(0, max))
    }
    const seen = this.sockets.readPeeked(fd, max)
    if (seen) return filled(seen)
    return after(this.call('read', [fd, max]), ({ bytes = new Uint8Array(0) }) => filled(bytes))
  }

  private write(fd: number, iov: number, count: number, taken: number): Result<number> {
    const bytes = this.memory.gather(iov, count)
    const wrote = (length: number): number => {
      this.memory.setU32(taken, length)
      return 0
    }
    if (fd === HATCH_FD) return after(this.throughHatch(bytes), () => wrote(bytes.length))
    return after(this.call('write', [fd], bytes), ({ value }) => wrote(Number(value)))
  }

  /** `["op", args…]` in, `{"value": …}` or `{"error": "ENOENT"}` out. */
  private throughHatch(request: Uint8Array): Result<void> {
    const [op = '', ...args] = JSON.parse(new TextDecoder().decode(request)) as [string, ...unknown[]]
    const { current, calls } = this.bridge.threads
    const keep = (answer: object): void => {
      this.hatchAnswers.set(current, new TextEncoder().encode(JSON.stringify(answer)))
    }
    const failed = (error: unknown): void => {
      // An interrupted write is begun again by C itself, when Python has seen to the signal.
      if (!(error instanceof CallError) || error.code === 'EINTR') throw error
      keep({ error: error.code })
    }
    const own = calls.get(op) ?? this.ownCalls.get(op)
    try {
      const value = own ? own(...(args as never[])) : after(this.call(op, args), (answer) => answer.value)
      if (value instanceof Promise) return value.then((found) => keep({ value: found ?? null })).catch(failed)
      return keep({ value: value ?? null })
    } catch (error) {
      return failed(error)
    }
  }

  private seek(fd: number, offset: number, whence: number, to: number): Result<number> {
    if (fd === HATCH_FD) return wasiErrno('ESPIPE')
    const directory = this.directories.get(fd)
    if (directory) {
      directory.entries = undefined
      directory.at = 0
      this.memory.setI64(to, 0)
      return 0
    }
    return after(this.call('lseek', [fd, offset, whence]), ({ value }) => {
      this.memory.setI64(to, Number(value))
      return 0
    })
  }

  private fdstat(fd: number, buf: number): Result<number> {
    return after(this.call('isatty', [fd]), ({ value }) => {
      this.memory.setU8(buf, value === true ? 2 : 4)
      this.memory.setU16(buf + 2, 0)
      this.memory.setI64(buf + 8, 0)
      this.memory.setI64(buf + 16, 0)
      return 0
    })
  }

  private getdents(fd: number, buf: number, size: number): Result<number> {
    const directory = this.directories.get(fd)
    if (!directory) return -wasiErrno('ENOTDIR')
    if (directory.entries) return this.fillDents(directory, buf, size)
    return after(this.call('readdir', [directory.path]), ({ value }) => {
      const dot = (name: string) => ({ name, ino: 1, mode: 0o040000 })
      directory.entries = [dot('.'), dot('..'), ...(value as NonNullable<Directory['entries']>)]
      return this.fillDents(directory, buf, size)
    })
  }

  private fillDents(directory: Directory, buf: number, size: number): number {
    const { memory } = this
    let at = 0
    for (; at + DIRENT_BYTES <= size; at += DIRENT_BYTES) {
      const entry = directory.entries?.[directory.at]
      if (!entry) break
      directory.at++
      memory.setI64(buf + at, entry.ino)
      memory.setI64(buf + at + 8, directory.at * DIRENT_BYTES)
      memory.setU16(buf + at + 16, DIRENT_BYTES)
      memory.setU8(buf + at + 18, (entry.mode >> 12) & 15)
      const name = new TextEncoder().encode(entry.name).subarray(0, 255)
      memory.bytes(buf + at + 19, name.length).set(name)
      memory.setU8(buf + at + 19 + name.length, 0)
    }
    return at
  }

  private readlink(path: string, buf: number, size: number): Result<number> {
    return after(this.call('readlink', [path]), ({ value }) => {
      const bytes = new TextEncoder().encode(String(value)).subarray(0, size)
      this.memory.bytes(buf, bytes.length).set(bytes)
      return bytes.length
    })
  }

  private utimes(path: string, times: number): Result<number> {
    const at = (where: number): number => {
      const nanoseconds = this.memory.getI32(where + 8)
      if (times === 0 || nanoseconds === UTIME_NOW) return Date.now()
      return this.memory.getI64(where) * 1000 + nanoseconds / 1e6
    }
    return this.plain('utimes', path, at(times), at(times + 16))
  }

  private statfs(path: string, buf: number): Result<number> {
    return after(this.call('statfs', [path]), ({ value }) => {
      const { totalBytes = 0, freeBytes = 0 } = value as { totalBytes?: number; freeBytes?: number }
      const { memory } = this
      memory.bytes(buf, 72).fill(0)
      memory.setU32(buf + 4, 4096)
      memory.setU32(buf + 60, 4096)
      memory.setI64(buf + 8, totalBytes / 4096)
      memory.setI64(buf + 16, freeBytes / 4096)
      memory.setI64(buf + 24, freeBytes / 4096)
      memory.setU32(buf + 56, 255)
      return 0
    })
  }

  private chdir(path: string): Result<number> {
    return after(this.call('chdir', [path]), ({ value }) => {
      this.cwd = String(value)
      return 0
    })
  }

  private getcwd(buf: number, size: number): number {
    const bytes = new TextEncoder().encode(this.cwd)
    if (size < bytes.length + 1) return -wasiErrno('ERANGE')
    this.memory.bytes(buf, bytes.length).set(bytes)
    this.memory.setU8(buf + bytes.length, 0)
    return bytes.length + 1
  }

  // descriptors -----------------------------------------------------------------------------------------------------------

  private dup(fd: number, least: number): Result<number> {
    const directory = this.directories.get(fd)
    return after(this.call('dup', [fd, least]), ({ value }) => {
      if (directory) this.directories.set(Number(value), { ...directory })
      return Number(value)
    })
  }

  /** proc(5) names each open file, so that what takes a path may be done to a descriptor. */
  private openPath(fd: number): string {
    return this.directories.get(fd)?.path ?? `/proc/self/fd/${fd}`
  }

  private writePair(to: number, value: unknown): number {
    const [first = 0, second = 0] = value as readonly number[]
    this.memory.setU32(to, first)
    this.memory.setU32(to + 4, second)
    return 0
  }

  /** fcntl(2): F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, locks, F_DUPFD_CLOEXEC. */
  private fcntl(fd: number, command: number, varargs: number): Result<number> {
    const argument = varargs ? this.memory.getI32(varargs) : 0
    if (command === 0) return this.dup(fd, argument)
    if (command === 1030)
      return after(this.dup(fd, argument), (copy) => after(this.plain('setFlags', copy, { cloexec: true }), () => copy))
    if (fd === HATCH_FD) return 0
    if (command === 1)
      return after(this.call('getFlags', [fd]), ({ value }) => Number((value as { cloexec: boolean }).cloexec))
    if (command === 2) return this.plain('setFlags', fd, { cloexec: (argument & 1) !== 0 })
    if (command === 3) return after(this.call('getFlags', [fd]), ({ value }) => (value as { status: number }).status)
    if (command === 4)
      return this.plain('setFlags', fd, { nonblock: (argument & 0o4000) !== 0, append: (argument & 0o2000) !== 0 })
    return command === 12 || command === 13 || command === 14 ? 0 : -wasiErrno('EINVAL')
  }
}
