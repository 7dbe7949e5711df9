import type { Stat } from '@drydock/abi'
import {
  EBADF,
  EFBIG,
  EINVAL,
  EISDIR,
  IN_ACCESS,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  O_APPEND,
  O_PATH,
  POLLIN,
  POLLOUT,
  ENXIO,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_HOLE,
  SEEK_END,
  SEEK_SET,
} from '@drydock/abi'
import { FileDescription } from '../file-description.ts'
import type { Task } from '../task/task.ts'
import { FileLock } from './file-lock.ts'
import type { Inode } from './inode.ts'
import type { Location } from './location.ts'
import { observe } from './observe.ts'
import { pathOf } from './path-name.ts'
import { RecordLocks } from './record-locks.ts'
import { notifyModify } from './watch.ts'

/** How far a line's end is looked for at once. */
const LINE_WINDOW = 256

/** Descriptions remember where they were opened, whoever made them. */
interface Placed {
  location?: Location
}

/** Where a description was opened; undefined for pipes, sockets and other things without a name. */
export const locationOf = (description: FileDescription & Placed): Location | undefined => description.location
export const placeAt = (description: FileDescription & Placed, location: Location): void => {
  description.location = location
}

/** A description with a name in the tree. Base of regular files, directories and devices. */
export abstract class LocatedDescription extends FileDescription {
  readonly location: Location

  constructor(flags: number, location: Location) {
    super(flags)
    this.location = location
    location.mount.openFiles++
  }

  override get path(): string {
    return pathOf(this.location)
  }
  get inode(): Inode {
    return this.location.inode
  }
  override stat(): Stat {
    return this.inode.stat()
  }
  protected override dispose(): void {
    this.location.mount.openFiles--
  }
}

const upTo = (bytes: Uint8Array, delimiter: number): Uint8Array => {
  const end = bytes.indexOf(delimiter)
  return end < 0 ? bytes : bytes.subarray(0, end + 1)
}

/** An open regular file or directory. */
export class OpenFile extends LocatedDescription {
  private offset = 0
  private readonly file: Inode

  constructor(flags: number, location: Location) {
    super(flags, location)
    this.file = location.inode
    if (this.writable) location.mount.fs.writers++
  }

  override get inode(): Inode {
    return this.file
  }

  override read(max: number): Uint8Array {
    const bytes = this.pread(max, this.offset)
    this.offset += bytes.length
    return bytes
  }

  override readUntil(delimiter: number, max: number): Uint8Array {
    const most = Math.min(max, LINE_WINDOW)
    const length = this.file.lengthUntil(this.offset, delimiter, most)
    const window = this.pread(length, this.offset)
    const bytes = length < most ? window : upTo(window, delimiter)
    this.offset += bytes.length
    return bytes
  }

  override write(bytes: Uint8Array, caller?: Task): number {
    if ((this.flags & O_APPEND) !== 0) this.offset = this.file.size
    const taken = this.pwrite(caller ? this.allowed(bytes, caller) : bytes, this.offset)
    this.offset += taken
    return taken
  }

  /** As much as RLIMIT_FSIZE lets be written. @throws EFBIG (the kernel then sends SIGXFSZ) */
  private allowed(bytes: Uint8Array, { limits }: Task): Uint8Array {
    const { soft } = limits.get('FSIZE')
    if (this.offset + bytes.length <= soft) return bytes
    if (this.offset >= soft) throw EFBIG
    return bytes.subarray(0, soft - this.offset)
  }

  override pread(max: number, offset: number): Uint8Array {
    if (!this.readable || (this.flags & O_PATH) !== 0) throw EBADF
    if (this.file.isDirectory) throw EISDIR
    if (offset < 0) throw EINVAL
    this.file.touchAccess()
    const bytes = this.file.readAt(offset, max)
    if (bytes.length > 0) observe(this.location.dentry, IN_ACCESS)
    return bytes
  }

  override pwrite(bytes: Uint8Array, offset: number): number {
    if (!this.writable) throw EBADF
    if (offset < 0) throw EINVAL
    const taken = this.file.writeAt(offset, bytes)
    notifyModify(this.location.dentry)
    return taken
  }

  /** Of the whole file. flock(2) */
  get lock(): FileLock {
    this.file.lock ??= new FileLock()
    return this.file.lock
  }

  protected override dispose(): void {
    this.file.lock?.release(this)
    if (this.writable) this.location.mount.fs.writers--
    if ((this.flags & O_PATH) === 0) observe(this.location.dentry, this.writable ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE)
    super.dispose()
  }

  override seek(offset: number, whence: number): number {
    if (whence === SEEK_DATA || whence === SEEK_HOLE) return this.seekEdge(offset, whence)
    const start = new Map([
      [SEEK_SET, 0],
      [SEEK_CUR, this.offset],
      [SEEK_END, this.file.size],
    ]).get(whence)
    if (start === undefined || start + offset < 0) throw EINVAL
    this.offset = start + offset
    return this.offset
  }

  private seekEdge(offset: number, whence: number): number {
    if (offset < 0 || offset >= this.file.size) throw ENXIO
    const found = whence === SEEK_DATA ? this.file.nextData(offset) : this.file.nextHole(offset)
    if (found === undefined) throw ENXIO
    this.offset = found
    return found
  }

  /** fallocate(2). */
  allocate(mode: number, offset: number, length: number): void {
    if (!this.writable) throw EBADF
    if (offset < 0 || length <= 0) throw EINVAL
    if (this.file.isDirectory) throw EISDIR
    this.file.allocate(mode, offset, length)
    notifyModify(this.location.dentry)
  }

  /** Locks on parts of it. fcntl(2) */
  get records(): RecordLocks {
    this.file.records ??= new RecordLocks()
    return this.file.records
  }

  override truncate(size: number): void {
    if (!this.writable || size < 0) throw EINVAL
    this.file.truncate(size)
    notifyModify(this.location.dentry)
  }

  override poll(): number {
    return POLLIN | POLLOUT
  }
}
