import type { Clock, StatFs } from '@drydock/abi'
import { ENOSPC } from '@drydock/abi'
import { FileSystem } from '../vfs/file-system.ts'
import type { NewInode } from '../vfs/inode.ts'
import { MemoryInode } from './memory-inode.ts'

export interface MemoryLimits {
  /** What df shows, and where ENOSPC begins; lazy files count with their full size. */
  readonly totalBytes: number
  readonly totalInodes: number
  /** Real memory for content: ENOSPC beyond it, so that no program can fill the tab. */
  readonly heldBytes: number
}

/** What tmpfs and the disk share: inodes in memory and the accounts. Subclasses hear of every change. */
export abstract class MemoryFileSystem extends FileSystem {
  /** Blocks of 512 bytes that a directory takes. */
  abstract readonly directoryBlocks: number
  protected readonly clock: Pick<Clock, 'now'>
  protected limits: MemoryLimits
  protected nextIno: number
  /** Called when content takes so many bytes more, or fewer. */
  onUse: ((bytes: number) => void) | undefined = undefined
  private used = 0
  private held = 0
  private inodes = 0

  constructor(clock: Pick<Clock, 'now'>, limits: MemoryLimits, firstIno: number) {
    super()
    this.clock = clock
    this.limits = limits
    this.nextIno = firstIno
  }

  /** Bytes of content, as du counts them. */
  get usedBytes(): number {
    return this.used
  }
  /** st_size of a directory with that many entries. */
  abstract directoryBytes(entries: number): number

  now(): number {
    return this.clock.now()
  }

  /** @throws ENOSPC */
  makeInode(init: NewInode): MemoryInode {
    if (this.inodes >= this.limits.totalInodes) throw ENOSPC
    this.inodes++
    return new MemoryInode(this, this.nextIno++, init, this.now())
  }

  /** An inode put back from a record, with the number it had. */
  protected adoptInode(ino: number, init: NewInode): MemoryInode {
    this.inodes++
    return new MemoryInode(this, ino, init, 0)
  }

  /** The last name is gone; who has it open keeps the object. */
  freeInode(inode: MemoryInode): void {
    this.inodes--
    if (inode.content !== undefined) this.reserve(-inode.content.allocatedBytes, -inode.content.heldBytes)
    this.inodeFreed(inode)
  }

  reserve(allocated: number, held: number): void {
    if (allocated > 0 && this.used + allocated > this.limits.totalBytes) throw ENOSPC
    this.requireMemory(held)
    this.used += allocated
    this.held += held
    if (allocated !== 0) this.onUse?.(allocated)
  }

  /** @throws ENOSPC */
  requireMemory(bytes: number): void {
    if (bytes > 0 && this.held + bytes > this.limits.heldBytes) throw ENOSPC
  }

  inodeChanged(_inode: MemoryInode): void {}
  chunkChanged(_inode: MemoryInode, _index: number): void {}
  protected inodeFreed(_inode: MemoryInode): void {}

  override statfs(): StatFs {
    const { totalBytes, totalInodes } = this.limits
    return {
      type: this.type,
      totalBytes,
      freeBytes: totalBytes - this.used,
      files: totalInodes,
      freeFiles: totalInodes - this.inodes,
    }
  }
}
