import { EBUSY, EINVAL, ELOOP, MS_RDONLY } from '@drydock/abi'
import type { UserNamespace } from '../namespace/user-namespace.ts'
import type { FileSystem } from './file-system.ts'
import { Location } from './location.ts'
import { crossMounts, Mount } from './mount.ts'
import { parentOf } from './path-name.ts'
import { inherit, leave, propagateMount, type PropagationType, propagateUmount, setPropagation } from './propagation.ts'

/** Numbers that all mount namespaces of one kernel draw from. */
export interface MountNumbers {
  mount: number
  /** Minor number of the next st_dev with major 0. */
  device: number
  namespace: number
  /** Of groups of shared mounts. */
  group: number
}

export interface ClonedNamespace {
  readonly namespace: MountNamespace
  /** The same place in the clone: for the root and the working directory of the task that moves there. */
  readonly translate: (location: Location) => Location
}

/** A tree of mounts. mount_namespaces(7) */
export class MountNamespace {
  /** Inode number of /proc/PID/ns/mnt. */
  readonly id: number
  /** The user namespace it belongs to; undefined for the first. */
  owner: UserNamespace | undefined = undefined
  private top: Mount
  private readonly numbers: MountNumbers

  constructor(top: Mount, numbers: MountNumbers) {
    this.top = top
    this.numbers = numbers
    this.id = 4026531841 + numbers.namespace++
  }

  /** The first namespace of a kernel. */
  static create(root: FileSystem, source: string, flags = 0): MountNamespace {
    const numbers = { mount: 21, device: 21, namespace: 0, group: 1 }
    const mount = new Mount(numbers.mount++, root, root.rootDentry, source, flags)
    if (root.dev === 0) root.dev = numbers.device++
    return new MountNamespace(mount, numbers)
  }

  /** The topmost root: where a task without chroot begins. */
  get root(): Location {
    return crossMounts(this.top, this.top.root)
  }

  /** All mounts, parents before children, in the order of /proc/PID/mountinfo. */
  mounts(): Mount[] {
    return [...this.top.tree()].sort((a, b) => a.id - b.id)
  }

  mount(fs: FileSystem, at: Location, source: string, flags: number): Mount {
    if (fs.dev === 0) {
      fs.dev = this.numbers.device++
      fs.readOnly = !fs.isShared && (flags & MS_RDONLY) !== 0
    }
    const mount = new Mount(this.numbers.mount++, fs, fs.rootDentry, source, flags)
    this.put(mount, at)
    return mount
  }

  /** How mounts below a mount are handed on. @param recursive for all below it as well */
  setPropagation({ mount }: Location, type: PropagationType, recursive: boolean): void {
    for (const each of recursive ? mount.tree() : [mount]) setPropagation(each, type, this.newGroup)
  }

  private readonly newGroup = (): number => this.numbers.group++

  private put(mount: Mount, at: Location): void {
    mount.attach(at)
    propagateMount(mount, at.mount, at.dentry, this.newGroup, () => this.copyTree(mount))
  }

  private copyTree(mount: Mount): Mount {
    const copy = this.copyOf(mount, mount.root)
    this.copyChildren(mount, copy, new Map(), () => true)
    return copy
  }

  /** Shows `from` at `at` too. @param recursive with the mounts below it (MS_REC) @throws EINVAL for what is unbindable */
  bind(from: Location, at: Location, recursive: boolean): Mount {
    if (from.mount.unbindable) throw EINVAL
    const copy = this.copyOf(from.mount, from.dentry)
    if (recursive) this.copyChildren(from.mount, copy, new Map(), (mountpoint) => isBelow(mountpoint, from))
    this.put(copy, at)
    copy.letGo = from.inode.hold?.()
    return copy
  }

  /**
   * Takes a mount, with what is on it, to another place. mount(2), MS_MOVE
   * @throws EINVAL for what is no mount point or lies below a shared mount, ELOOP for a place below itself
   */
  move(from: Location, at: Location): void {
    const { mount } = from
    if (from.dentry !== mount.root || mount === this.top || mount.parent?.peers) throw EINVAL
    if (from.inode.isDirectory !== at.inode.isDirectory) throw EINVAL
    if ([...mount.tree()].includes(at.mount)) throw ELOOP
    mount.detach()
    this.put(mount, at)
  }

  /** @throws EINVAL for what is no mount point, EBUSY while files are open or mounts are on it, unless lazy */
  umount(at: Location, lazy = false): void {
    const { mount } = at
    if (at.dentry !== mount.root || mount === this.top) throw EINVAL
    if (lazy) {
      for (const child of Array.from(mount.children.values())) this.umount(new Location(child, child.root), true)
    } else if (mount.children.size > 0 || mount.openFiles > 0) throw EBUSY
    const { parent, mountpoint } = mount
    mount.detach()
    mount.letGo?.()
    if (parent && mountpoint) propagateUmount(mount, parent, mountpoint)
    leave(mount)
    mount.fs.unmounted()
  }

  clone(): ClonedNamespace {
    const copies = new Map<Mount, Mount>()
    const top = this.copyOf(this.top, this.top.root)
    copies.set(this.top, top)
    this.copyChildren(this.top, top, copies, () => true)
    const translate = (location: Location): Location =>
      new Location(copies.get(location.mount) ?? location.mount, location.dentry)
    return { namespace: new MountNamespace(top, this.numbers), translate }
  }

  /**
   * Makes a mount the top of the tree; the old top and everything else on it is gone from the namespace, as after
   * pivot_root(".", ".") and umount of the old root.
   * @throws EINVAL when `newRoot` is no mount point
   */
  pivot(newRoot: Location): void {
    const { mount } = newRoot
    if (newRoot.dentry !== mount.root || mount === this.top) throw EINVAL
    mount.detach()
    for (const old of Array.from(this.top.tree())) leave(old)
    this.top = mount
  }

  private copyOf(mount: Mount, root: Mount['root']): Mount {
    const copy = new Mount(this.numbers.mount++, mount.fs, root, mount.source, mount.flags)
    inherit(copy, mount)
    return copy
  }

  private copyChildren(
    from: Mount,
    to: Mount,
    copies: Map<Mount, Mount>,
    wanted: (mountpoint: Location) => boolean,
  ): void {
    for (const [dentry, child] of from.children) {
      if (child.unbindable || !wanted(new Location(from, dentry))) continue
      const copy = this.copyOf(child, child.root)
      copy.attach(new Location(to, dentry))
      copies.set(child, copy)
      this.copyChildren(child, copy, copies, () => true)
    }
  }
}

function isBelow(location: Location, ancestor: Location): boolean {
  for (let at: Location | undefined = location; at !== undefined; at = parentOf(at)) {
    if (at.equals(ancestor)) return true
    if (at.mount !== location.mount) return false
  }
  return false
}
