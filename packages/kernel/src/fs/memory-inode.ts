import type { DirectoryEntry, LazyContent } from '@drydock/abi'
import {
  EINVAL,
  ENOTDIR,
  ENOTEMPTY,
  EXDEV,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  isDirectory,
  isRegular,
  isSymlink,
  S_IFMT,
} from '@drydock/abi'
import { type AttributeChange, Inode, type NewInode } from '../vfs/inode.ts'
import { type ContentOwner, FileContent } from './file-content.ts'
import type { MemoryFileSystem } from './memory-file-system.ts'

const encoder = new TextEncoder()

const DAY_MS = 24 * 60 * 60 * 1000

/** An inode of tmpfs and of the disk: everything about it is in memory. */
export class MemoryInode extends Inode implements ContentOwner {
  override readonly fs: MemoryFileSystem
  override readonly ino: number
  override mode: number
  override uid: number
  override gid: number
  override nlink: number
  override readonly rdev: number
  override atimeMs: number
  override mtimeMs: number
  override ctimeMs: number
  /** xattr(7); undefined where nobody has set one. */
  attributes: Map<string, Uint8Array> | undefined = undefined
  readonly target: string | undefined
  /** Of a directory. */
  readonly entries: Map<string, MemoryInode> | undefined
  /** Of a regular file. */
  readonly content: FileContent | undefined

  constructor(fs: MemoryFileSystem, ino: number, init: NewInode, nowMs: number) {
    super()
    this.fs = fs
    this.ino = ino
    this.mode = init.mode
    this.uid = init.uid
    this.gid = init.gid
    this.rdev = init.rdev ?? 0
    this.target = init.target
    this.entries = isDirectory(init.mode) ? new Map() : undefined
    this.content = isRegular(init.mode) ? new FileContent(this) : undefined
    this.nlink = this.entries === undefined ? 0 : 2
    this.atimeMs = this.mtimeMs = this.ctimeMs = nowMs
  }

  override get size(): number {
    if (this.content !== undefined) return this.content.size
    if (this.entries !== undefined) return this.fs.directoryBytes(this.entries.size)
    return this.target === undefined ? 0 : encoder.encode(this.target).length
  }
  override get blocks(): number {
    if (this.content !== undefined) return Math.ceil(this.content.allocatedBytes / 4096) * 8
    return this.entries === undefined ? 0 : this.fs.directoryBlocks
  }

  override setattr(change: AttributeChange): void {
    if (change.mode !== undefined) this.mode = (this.mode & S_IFMT) | (change.mode & 0o7777)
    this.uid = change.uid ?? this.uid
    this.gid = change.gid ?? this.gid
    this.atimeMs = change.atimeMs ?? this.atimeMs
    this.mtimeMs = change.mtimeMs ?? this.mtimeMs
    this.ctimeMs = this.fs.now()
    this.fs.inodeChanged(this)
  }

  /** relatime, mount(8): only when the last access is older than a change, or than a day. */
  override touchAccess(): void {
    const now = this.fs.now()
    if (this.atimeMs > this.mtimeMs && this.atimeMs > this.ctimeMs && now - this.atimeMs < DAY_MS) return
    if (this.atimeMs === now) return
    this.atimeMs = now
    this.fs.inodeChanged(this)
  }

  // directories -------------------------------------------------------------------------------------------------------
  override lookup(name: string): MemoryInode | undefined {
    return this.directory().get(name)
  }

  override readdir(): DirectoryEntry[] {
    return Array.from(this.directory(), ([name, inode]) => ({ name, ino: inode.ino, mode: inode.mode & S_IFMT }))
  }

  override create(name: string, init: NewInode): MemoryInode {
    const inode = this.fs.makeInode(init)
    this.insert(name, inode)
    return inode
  }

  override link(name: string, inode: Inode): void {
    if (!(inode instanceof MemoryInode) || inode.fs !== this.fs) throw EXDEV
    inode.ctimeMs = this.fs.now()
    this.insert(name, inode)
  }

  override unlink(name: string): void {
    const inode = this.directory().get(name)
    if (inode !== undefined) this.remove(name, inode)
  }

  override rmdir(name: string): void {
    const inode = this.directory().get(name)
    if (inode === undefined) return
    if (inode.directory().size > 0) throw ENOTEMPTY
    this.remove(name, inode)
  }

  override rename(name: string, newDirectory: Inode, newName: string): void {
    if (!(newDirectory instanceof MemoryInode) || newDirectory.fs !== this.fs) throw EXDEV
    const inode = this.directory().get(name)
    if (inode === undefined) return
    const replaced = newDirectory.lookup(newName)
    if (replaced?.entries !== undefined && replaced.entries.size > 0) throw ENOTEMPTY
    if (replaced !== undefined) newDirectory.remove(newName, replaced)
    this.directory().delete(name)
    newDirectory.directory().set(newName, inode)
    if (inode.entries !== undefined) {
      this.nlink--
      newDirectory.nlink++
    }
    this.changed()
    newDirectory.changed()
    inode.ctimeMs = this.fs.now()
    this.fs.inodeChanged(inode)
  }

  override exchange(name: string, other: Inode, otherName: string): void {
    if (!(other instanceof MemoryInode) || other.fs !== this.fs) throw EXDEV
    const [mine, theirs] = [this.directory().get(name), other.directory().get(otherName)]
    if (mine === undefined || theirs === undefined) return
    this.directory().set(name, theirs)
    other.directory().set(otherName, mine)
    const moved = (mine.entries ? 1 : 0) - (theirs.entries ? 1 : 0)
    this.nlink -= moved
    other.nlink += moved
    this.changed()
    other.changed()
  }

  override readlink(): string {
    if (!isSymlink(this.mode) || this.target === undefined) throw EINVAL
    return this.target
  }

  private directory(): Map<string, MemoryInode> {
    if (this.entries === undefined) throw ENOTDIR
    return this.entries
  }

  private insert(name: string, inode: MemoryInode): void {
    this.directory().set(name, inode)
    if (inode.entries === undefined) inode.nlink++
    else this.nlink++
    this.changed()
    this.fs.inodeChanged(inode)
  }

  private remove(name: string, inode: MemoryInode): void {
    this.directory().delete(name)
    if (inode.entries !== undefined) this.nlink--
    inode.nlink -= inode.entries === undefined ? 1 : 2
    inode.ctimeMs = this.fs.now()
    this.changed()
    if (inode.nlink > 0) this.fs.inodeChanged(inode)
    else this.fs.freeInode(inode)
  }

  // content -----------------------------------------------------------------------------------------------------------
  override readAt(offset: number, max: number): Uint8Array {
    return this.bytes().read(offset, max)
  }
  override lengthUntil(offset: number, delimiter: number, max: number): number {
    return this.content?.lengthUntil(offset, delimiter, max) ?? max
  }
  override writeAt(offset: number, bytes: Uint8Array): number {
    const taken = this.bytes().write(offset, bytes)
    this.changed()
    return taken
  }
  override truncate(size: number): void {
    this.bytes().truncate(size)
    this.changed()
  }
  override allocate(mode: number, offset: number, length: number): void {
    const content = this.bytes()
    const end = offset + length
    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) content.punch(offset, length)
    if ((mode & FALLOC_FL_PUNCH_HOLE) === 0) content.allocate(offset, length)
    if ((mode & FALLOC_FL_KEEP_SIZE) === 0 && end > content.size) content.truncate(end)
    this.changed()
  }
  override nextData(offset: number): number | undefined {
    return this.bytes().nextData(offset)
  }
  override nextHole(offset: number): number {
    return this.bytes().nextHole(offset)
  }

  override get xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    return this.attributes
  }
  override setXattr(name: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.attributes?.delete(name)
    else (this.attributes ??= new Map()).set(name, value.slice())
    this.ctimeMs = this.fs.now()
    this.fs.inodeChanged(this)
  }
  override get lazyContent(): LazyContent | undefined {
    return this.content?.lazy
  }
  override setLazyContent(content: LazyContent): void {
    this.bytes().setLazy(content)
    this.changed()
  }
  override copyContent(from: Inode): void {
    const source = from instanceof MemoryInode ? from.content : undefined
    if (source === undefined) return super.copyContent(from)
    this.bytes().copyFrom(source)
    this.changed()
  }

  reserve(allocated: number, held: number): void {
    // A file without a name was given back to the accounts when it lost its last one.
    if (this.nlink > 0) this.fs.reserve(allocated, held)
    else this.fs.requireMemory(held)
  }
  chunkChanged(index: number): void {
    this.fs.chunkChanged(this, index)
  }

  private bytes(): FileContent {
    if (this.content === undefined) throw EINVAL
    return this.content
  }

  /** Content or entries changed now. */
  private changed(): void {
    this.mtimeMs = this.ctimeMs = this.fs.now()
    this.fs.inodeChanged(this)
  }
}
