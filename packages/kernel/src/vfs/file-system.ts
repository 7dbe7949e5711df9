import { EINVAL, type StatFs } from '@drydock/abi'
import { Dentry } from './dentry.ts'
import type { Inode } from './inode.ts'

/** A mounted tree of inodes: what Linux calls a superblock. One object may be mounted in several places. */
export abstract class FileSystem {
  /** As /proc/mounts and mount(2) spell it: `ext4`, `tmpfs`, `overlay`. */
  abstract readonly type: string
  abstract readonly root: Inode
  abstract statfs(): StatFs

  /** st_dev; the first mount gives file systems without a disk a number of their own. */
  dev = 0
  /** How many watches there are, so that writes need not look where nobody does. */
  watches = 0
  /** Super options for /proc/mounts, without ro and rw: `lowerdir=…`, `size=65536k`. */
  options = ''
  /** SB_RDONLY: nobody writes, through whichever mount. */
  readOnly = false
  /** It is made once for all who mount it: `ro` is then a matter of each mount. cgroups(7) */
  readonly isShared: boolean = false
  /** Regular files open for writing. */
  writers = 0
  private top: Dentry | undefined

  /** Takes other options for a file system that is mounted. mount(2), MS_REMOUNT. @throws EINVAL for what can't change */
  reconfigure(data: string): void {
    if (data !== '') throw EINVAL
  }

  /** Writes what is held back. sync(2) */
  sync(): void {}
  /** One mount of it is gone, perhaps not the last. */
  unmounted(): void {}
  mountedAt(_path: string): void {}

  get rootDentry(): Dentry {
    this.top ??= new Dentry(this.root, undefined, '')
    return this.top
  }
}
