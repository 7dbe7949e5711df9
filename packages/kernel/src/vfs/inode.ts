import type { DirectoryEntry, LazyContent, Stat } from '@drydock/abi'
import { EINVAL, ENOTDIR, EOPNOTSUPP, EPERM, S_IFDIR, S_IFMT, S_IFREG } from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import type { FileLock } from './file-lock.ts'
import type { FileSystem } from './file-system.ts'
import type { Location } from './location.ts'
import type { RecordLocks } from './record-locks.ts'
import type { Observer } from './observe.ts'
import type { PathContext } from './path-context.ts'
import type { WatchListener } from './watch.ts'

/** What a new inode starts with. `mode` holds type and permission bits, umask already taken off. */
export interface NewInode {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly rdev?: number
  /** Of a symbolic link. */
  readonly target?: string
}

/** What chmod, chown and utimes change; the inode sets its ctime itself. `mode` holds permission bits only. */
export interface AttributeChange {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly atimeMs?: number
  readonly mtimeMs?: number
}

/** Who holds a FIFO open; kept by the inode while that lasts. Made by the kernel's pipe code. fifo(7). */
export interface Fifo {
  open(flags: number, location: Location): FileDescription
}

/**
 * An object of a file system, whatever names it has. Operations are synchronous, trust their caller with permissions and
 * mount flags (the VFS has checked them), and throw an Errno. inode(7).
 */
export abstract class Inode {
  abstract readonly fs: FileSystem
  abstract readonly ino: number
  abstract readonly mode: number
  abstract readonly uid: number
  abstract readonly gid: number
  abstract readonly nlink: number
  abstract readonly size: number
  abstract readonly rdev: number
  abstract readonly atimeMs: number
  abstract readonly mtimeMs: number
  abstract readonly ctimeMs: number

  /** The pipe behind a FIFO while it is open. */
  fifo: Fifo | undefined = undefined
  /** What a unix socket bound to this node; opaque to the VFS. unix(7). */
  socket: unknown = undefined
  /** Who watches it and all below. */
  watchers: Set<WatchListener> | undefined = undefined
  /** Who hears of it alone. inotify(7) */
  observers: Set<Observer> | undefined = undefined
  /** Locks on it as a whole. flock(2) */
  lock: FileLock | undefined = undefined
  /** Locks of processes on parts of it. fcntl(2) */
  records: RecordLocks | undefined = undefined

  get type(): number {
    return this.mode & S_IFMT
  }
  get isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR
  }
  /** Units of 512 bytes on the disk. */
  get blocks(): number {
    return this.type === S_IFREG || this.isDirectory ? Math.ceil(this.size / 4096) * 8 : 0
  }

  stat(): Stat {
    return {
      dev: this.fs.dev,
      ino: this.ino,
      mode: this.mode,
      nlink: this.nlink,
      uid: this.uid,
      gid: this.gid,
      rdev: this.rdev,
      size: this.size,
      blksize: 4096,
      blocks: this.blocks,
      atimeMs: this.atimeMs,
      mtimeMs: this.mtimeMs,
      ctimeMs: this.ctimeMs,
    }
  }

  /** @throws EPERM where attributes are fixed */
  setattr(_change: AttributeChange): void {
    throw EPERM
  }
  /** Content was read: relatime, where the file system keeps such times. */
  touchAccess(): void {}

  // directories -------------------------------------------------------------------------------------------------------
  /** The same object for the same file at each call, as long as the file is there. @throws ENOTDIR */
  lookup(_name: string, _context?: PathContext): Inode | undefined {
    throw ENOTDIR
  }
  readdir(_context?: PathContext): DirectoryEntry[] {
    throw ENOTDIR
  }
  /** Any kind of inode. The caller knows that `name` is free. @throws EPERM, ENOSPC, EDQUOT */
  create(_name: string, _init: NewInode): Inode {
    throw EPERM
  }
  /** @throws EPERM, EMLINK */
  link(_name: string, _inode: Inode): void {
    throw EPERM
  }
  unlink(_name: string): void {
    throw EPERM
  }
  /** @throws ENOTEMPTY */
  rmdir(_name: string): void {
    throw EPERM
  }
  /** Moves an entry within the file system, over one that the VFS has found fit to be replaced. @throws ENOTEMPTY, EXDEV */
  rename(_name: string, _newDirectory: Inode, _newName: string): void {
    throw EPERM
  }
  /** Two entries change places. renameat2(2), RENAME_EXCHANGE @throws EINVAL where the file system cannot, EXDEV */
  exchange(_name: string, _other: Inode, _otherName: string): void {
    throw EINVAL
  }

  // links -------------------------------------------------------------------------------------------------------------
  readlink(_context?: PathContext): string {
    throw EINVAL
  }
  /** Where a link leads that is more than its text: /proc/PID/fd and its like. proc(5). */
  magicTarget?(context: PathContext): Location

  // content -----------------------------------------------------------------------------------------------------------
  /** A fresh array with at most `max` bytes; empty at or past the end. */
  readAt(_offset: number, _max: number): Uint8Array {
    throw EINVAL
  }
  /** How many bytes there are from `offset` up to `delimiter`, included; `max` where it is further or not known. */
  lengthUntil(_offset: number, _delimiter: number, max: number): number {
    return max
  }
  /** Takes all bytes. @throws ENOSPC, EFBIG */
  writeAt(_offset: number, _bytes: Uint8Array): number {
    throw EINVAL
  }
  truncate(_size: number): void {
    throw EINVAL
  }
  /** fallocate(2) within one file. @param mode FALLOC_FL_… @throws EOPNOTSUPP, ENOSPC */
  allocate(_mode: number, _offset: number, _length: number): void {
    throw EOPNOTSUPP
  }
  /** SEEK_DATA: undefined where no data is left. A file system that knows no holes has data all over. */
  nextData(offset: number): number | undefined {
    return offset
  }
  nextHole(_offset: number): number {
    return this.size
  }

  // extended attributes -----------------------------------------------------------------------------------------------
  /** The map to read; undefined where there are none. xattr(7) @throws EOPNOTSUPP */
  get xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    throw EOPNOTSUPP
  }
  /** @param value undefined removes it */
  setXattr(_name: string, _value: Uint8Array | undefined): void {
    throw EOPNOTSUPP
  }

  /** Called before somebody opens the file for writing or changes it: overlay copies up here. */
  prepareWrite(): void {}
  get lazyContent(): LazyContent | undefined {
    return undefined
  }
  setLazyContent(_content: LazyContent): void {
    throw EINVAL
  }
  /** Makes this the same as another regular file; what is lazy stays so where both file systems know how. */
  copyContent(from: Inode): void {
    this.truncate(0)
    for (let offset = 0; offset < from.size; ) {
      const bytes = from.readAt(offset, 65536)
      if (bytes.length === 0) return
      offset += this.writeAt(offset, bytes)
    }
  }

  /** It was mounted onto a file: what it stands for is held until that is undone. */
  hold?(): () => void

  /** For files whose content is made when they are opened; regular files and directories leave it out. */
  open?(flags: number, context: PathContext, location: Location): FileDescription
}
