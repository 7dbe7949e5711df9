import type { Clock, StatFs } from '@drydock/abi'
import { FileSystem } from '../vfs/file-system.ts'
import type { Inode } from '../vfs/inode.ts'

/** A file system whose inodes are views of kernel objects: proc, sysfs, cgroup2, devpts. Nothing of it is stored. */
export abstract class PseudoFileSystem extends FileSystem {
  abstract override readonly root: Inode
  private readonly clock: Pick<Clock, 'now'>
  private lastIno = 0

  constructor(clock: Pick<Clock, 'now'>) {
    super()
    this.clock = clock
  }

  now(): number {
    return this.clock.now()
  }
  makeIno(): number {
    return ++this.lastIno
  }
  override statfs(): StatFs {
    return { type: this.type, totalBytes: 0, freeBytes: 0, files: 0, freeFiles: 0 }
  }
}
