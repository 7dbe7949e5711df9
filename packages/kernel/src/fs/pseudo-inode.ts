import type { DirectoryEntry } from '@drydock/abi'
import {
  EACCES,
  EBADF,
  EINVAL,
  ENOENT,
  POLLIN,
  POLLOUT,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  SEEK_CUR,
  SEEK_SET,
} from '@drydock/abi'
import { type AttributeChange, Inode, type NewInode } from '../vfs/inode.ts'
import type { Location } from '../vfs/location.ts'
import { LocatedDescription } from '../vfs/open-file.ts'
import type { PathContext } from '../vfs/path-context.ts'
import type { PseudoFileSystem } from './pseudo-file-system.ts'

const encoder = new TextEncoder()

export interface PseudoOwner {
  readonly uid: number
  readonly gid: number
}
const ROOT: PseudoOwner = { uid: 0, gid: 0 }

/** What every inode of a pseudo file system has; its size is always 0 and its times are those of its making. */
export class PseudoInode extends Inode {
  override readonly fs: PseudoFileSystem
  override readonly ino: number
  override mode: number
  override uid: number
  override gid: number
  override nlink = 1
  override readonly rdev: number
  override atimeMs: number
  override mtimeMs: number
  override ctimeMs: number

  constructor(fs: PseudoFileSystem, mode: number, owner: PseudoOwner = ROOT, rdev = 0) {
    super()
    this.fs = fs
    this.ino = fs.makeIno()
    this.mode = mode
    this.uid = owner.uid
    this.gid = owner.gid
    this.rdev = rdev
    this.atimeMs = this.mtimeMs = this.ctimeMs = fs.now()
  }

  override get size(): number {
    return 0
  }
  override get blocks(): number {
    return 0
  }
  override setattr(change: AttributeChange): void {
    if (change.mode !== undefined) this.mode = (this.mode & S_IFMT) | change.mode
    this.uid = change.uid ?? this.uid
    this.gid = change.gid ?? this.gid
    this.atimeMs = change.atimeMs ?? this.atimeMs
    this.mtimeMs = change.mtimeMs ?? this.mtimeMs
  }
}

/** What a text file shows and takes. The context is that of whoever opened it. */
export interface TextSource {
  /** @throws an Errno, such as ESRCH when the process is gone */
  readonly read?: (context: PathContext) => string | Uint8Array
  /** One write(2) is one value. @throws EINVAL, ERANGE… for what makes no sense */
  readonly write?: (text: string, context: PathContext) => void
}

const modeOf = ({ read, write }: TextSource): number =>
  (read === undefined ? 0 : 0o444) | (write === undefined ? 0 : 0o200)

/** A file whose text is made when it is read. */
export class TextFile extends PseudoInode {
  private readonly source: TextSource

  constructor(fs: PseudoFileSystem, source: TextSource, permissions = modeOf(source), owner: PseudoOwner = ROOT) {
    super(fs, S_IFREG | permissions, owner)
    this.source = source
  }

  override open(flags: number, context: PathContext, location: Location): TextDescription {
    return new TextDescription(flags, location, this.source, context)
  }
  override truncate(): void {}
}

/** An open text file: the text is made anew whenever it is read from its start, as seq_file does in Linux. */
class TextDescription extends LocatedDescription {
  private readonly source: TextSource
  private readonly context: PathContext
  private text: Uint8Array = new Uint8Array(0)
  private offset = 0

  constructor(flags: number, location: Location, source: TextSource, context: PathContext) {
    super(flags, location)
    this.source = source
    this.context = context
  }

  override read(max: number): Uint8Array {
    const bytes = this.pread(max, this.offset)
    this.offset += bytes.length
    return bytes
  }
  override pread(max: number, offset: number): Uint8Array {
    if (!this.readable) throw EBADF
    if (this.source.read === undefined) throw EINVAL
    if (offset === 0) this.text = encode(this.source.read(this.context))
    return this.text.slice(offset, offset + max)
  }
  override write(bytes: Uint8Array): number {
    if (!this.writable) throw EBADF
    if (this.source.write === undefined) throw EACCES
    this.source.write(new TextDecoder().decode(bytes), this.context)
    return bytes.length
  }
  override pwrite(bytes: Uint8Array): number {
    return this.write(bytes)
  }
  override seek(offset: number, whence: number): number {
    const start = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? this.offset : undefined
    if (start === undefined || start + offset < 0) throw EINVAL
    this.offset = start + offset
    return this.offset
  }
  override truncate(): void {}
  override poll(): number {
    return POLLIN | POLLOUT
  }
}

const encode = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? encoder.encode(text) : text)

/** A symbolic link; with `follow` one that leads where its text cannot. */
export class PseudoLink extends PseudoInode {
  private readonly text: (context: PathContext | undefined) => string

  constructor(
    fs: PseudoFileSystem,
    text: (context: PathContext | undefined) => string,
    follow?: (context: PathContext) => Location,
    owner: PseudoOwner = ROOT,
    permissions = 0o777,
  ) {
    super(fs, S_IFLNK | permissions, owner)
    this.text = text
    if (follow !== undefined) this.magicTarget = follow
  }

  override readlink(context?: PathContext): string {
    return this.text(context)
  }
}

export type PseudoMaker = () => Inode

/** A directory with a fixed table of entries, made when they are first asked for. */
export class PseudoDirectory extends PseudoInode {
  protected readonly makers: ReadonlyMap<string, PseudoMaker>
  private readonly made = new Map<string, Inode>()

  constructor(
    fs: PseudoFileSystem,
    makers: ReadonlyMap<string, PseudoMaker>,
    owner: PseudoOwner = ROOT,
    permissions = 0o555,
  ) {
    super(fs, S_IFDIR | permissions, owner)
    this.makers = makers
    this.nlink = 2
  }

  override lookup(name: string, _context?: PathContext): Inode | undefined {
    const present = this.made.get(name)
    if (present !== undefined) return present
    const inode = this.makers.get(name)?.()
    if (inode !== undefined) this.made.set(name, inode)
    return inode
  }

  override readdir(context?: PathContext): DirectoryEntry[] {
    return this.entriesOf(this.makers.keys(), context)
  }

  override create(_name: string, _init: NewInode): Inode {
    throw ENOENT
  }

  protected entriesOf(names: Iterable<string>, context?: PathContext): DirectoryEntry[] {
    const entries: DirectoryEntry[] = []
    for (const name of names) {
      const inode = this.lookup(name, context)
      if (inode !== undefined) entries.push({ name, ino: inode.ino, mode: inode.mode & S_IFMT })
    }
    return entries
  }
}

/** Entries that come and go. The same key keeps the same inode, which mount points and open files rely on. */
export abstract class DynamicDirectory<K> extends PseudoDirectory {
  private readonly cache = new Map<string, { key: K; inode: Inode }>()
  private pruneAbove = 256

  /** Names besides those of the table. */
  protected abstract names(context: PathContext | undefined): Iterable<string>
  /** What stands behind a name now; undefined when nothing does. */
  protected abstract find(name: string, context: PathContext | undefined): K | undefined
  protected abstract makeChild(key: K, name: string): Inode

  override lookup(name: string, context?: PathContext): Inode | undefined {
    const fixed = super.lookup(name, context)
    if (fixed !== undefined) return fixed
    const key = this.find(name, context)
    if (key === undefined) {
      this.cache.delete(name)
      return undefined
    }
    const cached = this.cache.get(name)
    if (cached !== undefined && cached.key === key) return cached.inode
    const inode = this.makeChild(key, name)
    this.cache.set(name, { key, inode })
    if (this.cache.size > this.pruneAbove) this.prune(context)
    return inode
  }

  override readdir(context?: PathContext): DirectoryEntry[] {
    this.prune(context)
    return this.entriesOf([...this.makers.keys(), ...this.names(context)], context)
  }

  /** What stood behind the name is gone: it must not be kept in memory until the next look. */
  protected forget(name: string): void {
    this.cache.delete(name)
  }

  /** Forgets what is gone, so that it isn't kept in memory. */
  private prune(context: PathContext | undefined): void {
    const names = new Set(this.names(context))
    for (const name of this.cache.keys()) if (!names.has(name)) this.cache.delete(name)
    this.pruneAbove = Math.max(256, this.cache.size * 2)
  }
}
