import { MS_RDONLY } from '@drydock/abi'
import type { Dentry } from './dentry.ts'
import type { FileSystem } from './file-system.ts'
import { Location } from './location.ts'
import type { PeerGroup } from './propagation.ts'

/** A file system (or a part of it: a bind mount) attached to the tree. mount_namespaces(7). */
export class Mount {
  readonly id: number
  readonly fs: FileSystem
  /** The dentry of the file system that shows at the mount point; a file's for a bind mount of a file. */
  readonly root: Dentry
  /** What the first column of /proc/mounts says. */
  readonly source: string
  /** MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_NODIRATIME, MS_STRICTATIME. */
  flags: number
  /** Undefined for the root of a namespace, and after umount. */
  parent: Mount | undefined = undefined
  mountpoint: Dentry | undefined = undefined
  /** Mounts on top of dentries seen through this one. */
  readonly children: Map<Dentry, Mount> = new Map()
  /** Lets go of what a mounted file stands for. */
  letGo: (() => void) | undefined = undefined
  /** Of a shared mount. */
  peers: PeerGroup | undefined = undefined
  /** Of a slave: whom it gets mounts from. */
  master: PeerGroup | undefined = undefined
  /** No bind mount is made of it. */
  unbindable = false
  /** Open file descriptions: they keep a mount busy. */
  openFiles = 0

  constructor(id: number, fs: FileSystem, root: Dentry, source: string, flags: number) {
    this.id = id
    this.fs = fs
    this.root = root
    this.source = source
    this.flags = flags
  }

  get readOnly(): boolean {
    return (this.flags & MS_RDONLY) !== 0 || this.fs.readOnly
  }

  attach(at: Location): void {
    this.attachAt(at.mount, at.dentry)
  }

  attachAt(parent: Mount, dentry: Dentry): void {
    this.parent = parent
    this.mountpoint = dentry
    parent.children.set(dentry, this)
  }

  detach(): void {
    if (this.parent !== undefined && this.mountpoint !== undefined) this.parent.children.delete(this.mountpoint)
    this.parent = undefined
    this.mountpoint = undefined
  }

  /** This mount and all below it, parents first. */
  *tree(): IterableIterator<Mount> {
    yield this
    for (const child of this.children.values()) yield* child.tree()
  }
}

/** The topmost thing mounted at a place, or the place itself. */
export function crossMounts(mount: Mount, dentry: Dentry): Location {
  let top = mount
  let at = dentry
  while (top.children.size > 0) {
    const child = top.children.get(at)
    if (child === undefined) break
    top = child
    at = child.root
  }
  return new Location(top, at)
}
