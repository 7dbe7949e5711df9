import { type Clock, ENOSPC, type Errno, isErrno, S_IFDIR, type StatFs, type Timer } from '@drydock/abi'
import { type DiskSignature, EXT4_BYTES, EXT4_OFFSET, diskSignature, readExt4, writeExt4 } from '@drydock/codec/disk'
import { MemoryFileSystem } from '../fs/memory-file-system.ts'
import { MemoryInode } from '../fs/memory-inode.ts'
import { KERN_ERR, type KernelLog } from '../kernel-log.ts'
import type { NewInode } from '../vfs/inode.ts'
import type { BlockSource } from './block-source.ts'
import { FileStore } from './file-store.ts'

export interface ImageFileSystemOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: KernelLog
  readonly source: BlockSource
  /** What it is mounted as. */
  readonly type: string
  readonly mark: DiskSignature
}

const ROOT_INO = 2
const FIRST_INO = 11
/** Numbers below the first that are taken: ext4(5), "Special inodes", without the root's. */
const RESERVED_INODES = 9
/** ext4's commit= */
const COMMIT_MS = 5000
const HELD_BYTES = 256 * 2 ** 20

/** Made by mkfs, with room for what fsck finds. */
class LostAndFound extends MemoryInode {
  override get size(): number {
    const { blockBytes } = this.fs as ImageFileSystem
    return Math.max(blockBytes, Math.min(16384, blockBytes * 12))
  }
  override get blocks(): number {
    return this.size / 512
  }
}

/**
 * The files of a device that has a superblock of ext2, ext3, ext4 or XFS. They are in memory while it is mounted; the
 * device gets them a few seconds after a change, on sync and when it is unmounted. Sizes are those of the real one; the
 * layout on the device behind the superblock is not: see `FileStore`.
 */
export class ImageFileSystem extends MemoryFileSystem {
  override readonly type: string
  override readonly root: MemoryInode
  override readonly directoryBlocks: number
  readonly uuid: string
  readonly blockBytes: number
  onUnmount: (() => void) | undefined = undefined

  private readonly source: BlockSource
  private readonly timers: Pick<Clock, 'after'>
  private readonly log: KernelLog
  private readonly store: FileStore
  private readonly all = new Map<MemoryInode, number>()
  private readonly changed = new Set<MemoryInode>()
  private mark: DiskSignature
  /** Bytes of whole blocks, and what was taken since an inode was last counted. */
  private blocksUsed = 0
  private pending = 0
  private timer: Timer | undefined
  private loading = true

  constructor({ clock, log, source, type, mark }: ImageFileSystemOptions) {
    const room = mark.room ?? { total: 0, inodes: 0 }
    super(
      clock,
      { totalBytes: room.total, totalInodes: room.inodes - RESERVED_INODES, heldBytes: HELD_BYTES },
      FIRST_INO,
    )
    this.type = type
    this.mark = mark
    this.uuid = mark.uuid
    this.source = source
    this.timers = clock
    this.log = log
    this.blockBytes = mark.type === 'xfs' ? 4096 : (mark.blockSize ?? 4096)
    this.directoryBlocks = this.blockBytes / 512
    this.store = new FileStore(source)
    this.root = this.load() ?? this.fresh()
    this.loading = false
    this.noteMount()
  }

  private load(): MemoryInode | undefined {
    const make = (ino: number, init: NewInode): MemoryInode => this.track(this.adoptInode(ino, init))
    const loaded = this.store.load(make)
    if (!loaded) return undefined
    this.nextIno = loaded.nextIno
    for (const inode of loaded.inodes.values()) this.count(inode)
    return loaded.inodes.get(ROOT_INO)
  }
  private fresh(): MemoryInode {
    const root = this.track(this.adoptInode(ROOT_INO, { mode: S_IFDIR | 0o755, uid: 0, gid: 0 }))
    root.atimeMs = root.mtimeMs = root.ctimeMs = this.now()
    if (this.mark.type === 'xfs') return root
    const init = { mode: S_IFDIR | 0o700, uid: 0, gid: 0 }
    root.entries?.set('lost+found', this.track(this.adoptInode(this.nextIno++, init, true)))
    root.nlink++
    return root
  }

  protected override adoptInode(ino: number, init: NewInode, found = ino === FIRST_INO): MemoryInode {
    if (!found || this.mark.type === 'xfs') return super.adoptInode(ino, init)
    return new LostAndFound(this, ino, init, this.now())
  }
  private track(inode: MemoryInode): MemoryInode {
    this.all.set(inode, 0)
    this.changed.add(inode)
    return inode
  }

  /** Takes the size that the superblock says now. */
  measure(): void {
    const mark = diskSignature((offset, length) => this.source.read(offset, length))
    if (!mark?.room) return
    this.mark = mark
    this.limits = { ...this.limits, totalBytes: mark.room.total, totalInodes: mark.room.inodes - RESERVED_INODES }
  }

  /** An empty directory of XFS stands in its inode. */
  override directoryBytes(entries: number): number {
    return this.mark.type === 'xfs' && entries === 0 ? 6 : this.blockBytes
  }
  override statfs(): StatFs {
    const { total = 0, usedAtFirst = 0, reserved = 0, heldBack = 0, inodes = 0 } = this.mark.room ?? {}
    const freeBytes = Math.max(0, total - usedAtFirst - this.blocksUsed - this.pending)
    return {
      ...{
        type: this.type,
        totalBytes: total,
        freeBytes,
        availableBytes: Math.max(0, freeBytes - reserved - heldBack),
      },
      ...{ files: inodes, freeFiles: inodes - RESERVED_INODES - this.all.size },
      blockBytes: this.blockBytes,
    }
  }

  /** @throws ENOSPC by whole blocks */
  override reserve(allocated: number, held: number): void {
    if (allocated > 0 && !this.loading) {
      const { total = 0, usedAtFirst = 0, heldBack = 0 } = this.mark.room ?? {}
      if (usedAtFirst + this.blocksUsed + this.pending + allocated > total - heldBack) throw ENOSPC
    }
    super.reserve(allocated, held)
    this.pending += allocated
  }
  private count(inode: MemoryInode): void {
    const before = this.all.get(inode) ?? 0
    const blocks = Math.ceil((inode.content?.allocatedBytes ?? 0) / this.blockBytes)
    const isMade = inode.ino === ROOT_INO || inode instanceof LostAndFound
    const now = (inode.entries ? (isMade ? 0 : 1) : blocks) * this.blockBytes
    this.all.set(inode, now)
    this.blocksUsed += now - before
    this.pending = 0
  }

  override inodeChanged(inode: MemoryInode): void {
    if (this.loading) return
    this.count(inode)
    this.changed.add(inode)
    this.timer ??= this.timers.after(COMMIT_MS, () => this.sync())
  }
  protected override inodeFreed(inode: MemoryInode): void {
    this.blocksUsed -= this.all.get(inode) ?? 0
    this.pending = 0
    this.all.delete(inode)
    this.changed.delete(inode)
    this.store.forget(inode.ino)
    this.timer ??= this.timers.after(COMMIT_MS, () => this.sync())
  }

  /** Writes what changed to the device. */
  override sync(): void {
    const isDirty = this.timer !== undefined
    this.timer?.cancel()
    this.timer = undefined
    if (!isDirty || this.source.readOnly) return
    try {
      this.store.save(this.all.keys(), this.changed, this.nextIno)
      this.changed.clear()
      this.writeState((block) => ({ ...block, written: Math.floor(this.now() / 1000) }))
    } catch (error) {
      if (!isErrno(error)) throw error
      this.failed(error)
    }
  }
  private failed(error: Errno): void {
    this.log.write(`EXT4-fs error: write failed (${error.message}); remounting filesystem read-only`, KERN_ERR)
    this.readOnly = true
  }

  override unmounted(): void {
    this.onUnmount?.()
  }
  /** The last mount of it is gone. */
  close(): void {
    this.sync()
  }

  private noteMount(): void {
    const now = Math.floor(this.now() / 1000)
    this.writeState((block) => ({ ...block, mounted: now, written: now, mounts: block.mounts + 1 }))
  }
  /** Where it is mounted, for tune2fs. */
  override mountedAt(path: string): void {
    this.writeState((block) => ({ ...block, lastMounted: path }))
  }
  private writeState(
    change: (block: NonNullable<ReturnType<typeof readExt4>>) => Parameters<typeof writeExt4>[0],
  ): void {
    if (this.source.readOnly || this.readOnly) return
    const block = readExt4(this.source.read(EXT4_OFFSET, EXT4_BYTES))
    if (!block) return
    const { freeBytes, freeFiles } = this.statfs()
    const free = { freeBlocks: Math.floor(freeBytes / this.blockBytes), freeInodes: freeFiles }
    this.source.write(EXT4_OFFSET, writeExt4({ ...change(block), ...free }))
  }
}
