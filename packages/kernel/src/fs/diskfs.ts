import type { Clock, StoredValue } from '@drydock/abi'
import { S_IFDIR } from '@drydock/abi'
import { makedev } from '../vfs/device-number.ts'
import { type DiskBase, loadDisk } from './disk-loader.ts'
import {
  chunkKey,
  DISK_FORMAT,
  DISK_VERSION,
  IMAGE,
  type InodeRecord,
  inodeKey,
  parseKey,
  SUPERBLOCK,
} from './disk-record.ts'
import { MemoryFileSystem } from './memory-file-system.ts'
import type { MemoryInode } from './memory-inode.ts'

export interface DiskfsOptions {
  readonly clock: Pick<Clock, 'now'>
  /** What df shows; default 50 GiB. */
  readonly totalBytes?: number
  /** Real memory for content at most; default 768 MiB. */
  readonly heldBytes?: number
  /** The text of the image that a disk without records begins with; default an empty root. */
  readonly blank?: string
}

/** What a commit has to write. */
export interface DiskChange {
  readonly puts: Map<string, StoredValue>
  readonly deletes: string[]
}

const ROOT_INO = 2
/** Content up to here stands in its inode's record. */
const INLINE_BYTES = 8 * 1024

/**
 * The host's disk: inodes in memory that know what changed since the last `collect`, so that saving costs what was
 * written and not what there is. Every collected change leads from one complete state of the tree to the next.
 */
export class Diskfs extends MemoryFileSystem {
  override readonly type = 'ext4'
  override readonly directoryBlocks = 8
  override readonly root: MemoryInode
  /** Called when the first change since the last `collect` happens. */
  onDirty: (() => void) | undefined = undefined

  private readonly inodesByNumber: Map<number, MemoryInode>
  private readonly dirtyInodes = new Set<MemoryInode>()
  private readonly dirtyChunks = new Map<MemoryInode, Set<number>>()
  private readonly deletedKeys = new Set<string>()
  /** What was last seen to change, and is dirty: a file is mostly written to many times in a row. */
  private lastInode: MemoryInode | undefined = undefined
  private lastChunk: { readonly inode: MemoryInode; readonly index: number } | undefined = undefined
  /** Which chunks have records of their own. */
  private readonly savedChunks = new Map<number, Set<number>>()
  /** What it began with. */
  private readonly image: DiskBase | undefined
  private imageSaved: boolean
  private loading = true

  private constructor(records: Iterable<[string, StoredValue]>, options: DiskfsOptions) {
    const { clock, totalBytes = 50 * 2 ** 30, heldBytes = 768 * 2 ** 20 } = options
    super(clock, { totalBytes, totalInodes: Math.floor(totalBytes / 16384), heldBytes }, ROOT_INO)
    this.dev = makedev(8, 1)
    const loaded = loadDisk(records, options.blank, ROOT_INO, (ino, init) => this.adoptInode(ino, init))
    this.inodesByNumber = loaded?.inodes ?? new Map<number, MemoryInode>()
    this.root = loaded?.root ?? this.makeInode({ mode: S_IFDIR | 0o755, uid: 0, gid: 0 })
    if (loaded !== undefined) this.nextIno = loaded.nextIno
    for (const [ino, chunks] of loaded?.chunks ?? []) this.savedChunks.set(ino, chunks)
    this.image = loaded?.image
    this.imageSaved = this.image?.saved ?? true
    this.loading = false
  }

  /**
   * A disk from its records; a fresh one when there are none. Values are taken over, not copied.
   * @throws DiskFormatError
   */
  static open(records: Iterable<[string, StoredValue]>, options: DiskfsOptions): Diskfs {
    return new Diskfs(records, options)
  }

  override directoryBytes(): number {
    return 4096
  }

  override inodeChanged(inode: MemoryInode): void {
    if (inode === this.lastInode || this.loading || this.isFreed(inode)) return
    this.becomesDirty()
    this.dirtyInodes.add(inode)
    this.inodesByNumber.set(inode.ino, inode)
    this.lastInode = inode
  }

  override chunkChanged(inode: MemoryInode, index: number): void {
    const last = this.lastChunk
    if (last !== undefined && last.inode === inode && last.index === index) return
    if (this.loading || this.isFreed(inode)) return
    const chunks = this.dirtyChunks.get(inode)
    if (chunks === undefined) this.dirtyChunks.set(inode, new Set([index]))
    else chunks.add(index)
    this.lastChunk = { inode, index }
  }

  private forgetLast(): void {
    this.lastInode = undefined
    this.lastChunk = undefined
  }

  protected override inodeFreed(inode: MemoryInode): void {
    this.becomesDirty()
    this.forgetLast()
    this.dirtyInodes.delete(inode)
    this.dirtyChunks.delete(inode)
    this.inodesByNumber.delete(inode.ino)
    this.deletedKeys.add(inodeKey(inode.ino))
    for (const index of this.savedChunks.get(inode.ino) ?? []) this.deletedKeys.add(chunkKey(inode.ino, index))
    this.savedChunks.delete(inode.ino)
  }

  /** What changed since the last call; undefined when nothing did. The values never change. */
  collect(): DiskChange | undefined {
    if (!this.isDirty()) return undefined
    const puts = new Map<string, StoredValue>()
    puts.set(SUPERBLOCK, { format: DISK_FORMAT, version: DISK_VERSION, nextIno: this.nextIno })
    if (!this.imageSaved) puts.set(IMAGE, this.image?.text)
    this.imageSaved = true
    for (const inode of this.dirtyInodes) this.collectInode(inode, puts)
    const deletes = this.collectDeletes(puts)
    this.forgetLast()
    this.dirtyInodes.clear()
    this.dirtyChunks.clear()
    this.deletedKeys.clear()
    return { puts, deletes }
  }

  /** Inodes of the image are not deleted but said to be gone: the image still has them. */
  private collectDeletes(puts: Map<string, StoredValue>): string[] {
    const deletes: string[] = []
    for (const text of this.deletedKeys) {
      if (puts.has(text)) continue
      const key = parseKey(text)
      if (key.kind === 'inode' && this.image?.inodes.has(key.ino)) puts.set(text, null)
      else deletes.push(text)
    }
    return deletes
  }

  private collectInode(inode: MemoryInode, puts: Map<string, StoredValue>): void {
    const inline = isInline(inode)
    for (const index of this.dirtyChunks.get(inode) ?? []) this.collectChunk(inode, index, inline, puts)
    // A file that became short again leaves no chunk records behind: they would hide what its record says.
    if (inline) for (const index of this.savedChunks.get(inode.ino) ?? []) this.collectChunk(inode, index, true, puts)
    // A file that outgrew its record takes its first chunk out of it, whether that changed or not.
    if (inode.content?.hasChunk(0) === true && !inline) {
      if (this.savedChunks.get(inode.ino)?.has(0) !== true) this.collectChunk(inode, 0, false, puts)
    }
    puts.set(inodeKey(inode.ino), recordOf(inode, inline))
  }

  private collectChunk(inode: MemoryInode, index: number, inline: boolean, puts: Map<string, StoredValue>): void {
    const key = chunkKey(inode.ino, index)
    const saved = inline ? undefined : inode.content?.savedChunk(index)
    const indexes = this.savedChunks.get(inode.ino) ?? new Set()
    if (saved !== undefined) {
      puts.set(key, saved)
      this.savedChunks.set(inode.ino, indexes.add(index))
    } else if (indexes.delete(index)) {
      this.deletedKeys.add(key)
    }
  }

  private isFreed(inode: MemoryInode): boolean {
    return inode.nlink <= 0
  }
  private isDirty(): boolean {
    return this.dirtyInodes.size > 0 || this.deletedKeys.size > 0
  }
  private becomesDirty(): void {
    if (!this.isDirty()) this.onDirty?.()
  }
}

/** Short content without anything lazy below it. */
function isInline({ content }: MemoryInode): boolean {
  if (content === undefined || content.lazyBase !== undefined) return false
  return content.size <= INLINE_BYTES
}

function recordOf(inode: MemoryInode, inline: boolean): InodeRecord {
  const { mode, uid, gid, nlink, rdev, target, entries, content, attributes } = inode
  const lazy = content?.lazyBase
  const first = inline ? content?.savedChunk(0) : undefined
  return {
    mode,
    uid,
    gid,
    nlink,
    rdev,
    times: [inode.atimeMs, inode.mtimeMs, inode.ctimeMs],
    ...(target !== undefined && { target }),
    ...(attributes?.size && { xattrs: Array.from(attributes) }),
    ...(entries !== undefined && { entries: Array.from(entries, ([name, child]) => [name, child.ino] as const) }),
    ...(content !== undefined && {
      file: {
        size: content.size,
        written: content.lazy === undefined,
        ...(first !== undefined && { inline: first }),
        ...(lazy !== undefined && { lazy }),
      },
    }),
  }
}
