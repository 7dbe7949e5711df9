import type { Dentry } from './dentry.ts'
import type { Inode } from './inode.ts'
import type { Mount } from './mount.ts'

/** A place in the tree as one mount shows it; Linux's struct path. */
export class Location {
  readonly mount: Mount
  readonly dentry: Dentry

  constructor(mount: Mount, dentry: Dentry) {
    this.mount = mount
    this.dentry = dentry
  }

  get inode(): Inode {
    return this.dentry.inode
  }
  equals(other: Location): boolean {
    return this.mount === other.mount && this.dentry === other.dentry
  }
}
