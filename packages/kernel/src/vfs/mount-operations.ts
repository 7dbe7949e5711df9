import {
  MNT_DETACH,
  EBUSY,
  EINVAL,
  ENODEV,
  ENOTDIR,
  EPERM,
  isDirectory,
  MS_BIND,
  MS_MOVE,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_STRICTATIME,
} from '@drydock/abi'
import { capableIn } from './capable.ts'
import type { FileSystem } from './file-system.ts'
import type { Location } from './location.ts'
import type { Mount } from './mount.ts'
import type { PathContext } from './path-context.ts'
import { pathOf } from './path-name.ts'
import { resolvePath } from './path-walk.ts'
import { PROPAGATION_FLAGS, propagationOf } from './propagation.ts'

/** What mount(2) tells a file system type. */
export interface MountRequest {
  readonly context: PathContext
  readonly source: string
  readonly flags: number
  /** The option string, possibly empty. */
  readonly data: string
}
/** Gives the file system to mount: a new one, or the only one there is. @throws EINVAL for options it does not know */
export type FileSystemType = (request: MountRequest) => FileSystem

export interface MountArguments {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly flags: number
  readonly data: string
}

const MOUNT_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_STRICTATIME

function requireRoot(context: PathContext): void {
  if (!capableIn(context.credentials, 'sys_admin', context.namespace.owner)) throw EPERM
}

/** With MS_BIND only this mount changes, else the file system in all its places. */
function remount(at: Location, flags: number, data: string): void {
  const { mount } = at
  if (at.dentry !== mount.root) throw EINVAL
  if ((flags & MS_BIND) === 0) {
    const readOnly = (flags & MS_RDONLY) !== 0
    if (readOnly && !mount.fs.readOnly && mount.fs.writers > 0) throw EBUSY
    mount.fs.reconfigure(data)
    mount.fs.readOnly = readOnly
  }
  mount.flags = flags & MOUNT_FLAGS
}

/** @throws EINVAL for what is no mount point */
function changePropagation(context: PathContext, at: Location, flags: number): void {
  if (at.dentry !== at.mount.root) throw EINVAL
  context.namespace.setPropagation(at, propagationOf(flags), (flags & MS_REC) !== 0)
}

/** A directory goes on a directory, a file on a file. */
function checkFit(shown: boolean, at: Location): void {
  if (shown !== at.inode.isDirectory) throw ENOTDIR
}

function bind(context: PathContext, { source, flags }: MountArguments, at: Location): Mount {
  const from = resolvePath(context, source)
  checkFit(from.inode.isDirectory, at)
  return context.namespace.bind(from, at, (flags & MS_REC) !== 0)
}

/** mount(2). @throws ENODEV for an unknown type, ENOENT, ENOTDIR, EINVAL, EPERM */
export function mount(types: ReadonlyMap<string, FileSystemType>, context: PathContext, request: MountArguments): void {
  requireRoot(context)
  const { source, target, flags, data } = request
  const at = resolvePath(context, target)
  if ((flags & MS_REMOUNT) !== 0) return remount(at, flags, data)
  if ((flags & MS_MOVE) !== 0) return context.namespace.move(resolvePath(context, source), at)
  if ((flags & PROPAGATION_FLAGS) !== 0) return changePropagation(context, at, flags)
  if ((flags & MS_BIND) !== 0) {
    // Linux ignores the other flags of a bind mount and wants a remount; mount(8) does both at once, and so do we.
    const bound = bind(context, request, at)
    bound.flags |= flags & MOUNT_FLAGS
    return
  }
  const type = types.get(request.type)
  if (type === undefined) throw ENODEV
  const fs = type({ context, source, flags, data })
  checkFit(isDirectory(fs.root.mode), at)
  context.namespace.mount(fs, at, source, flags & MOUNT_FLAGS)
  fs.mountedAt(pathOf(at, context.root))
}

/** umount2(2). @param sits  whether somebody's root or working directory is in a mount */
export function umount(context: PathContext, target: string, flags: number, sits: (mount: Mount) => boolean): void {
  requireRoot(context)
  const at = resolvePath(context, target)
  if (at.equals(context.root)) throw EBUSY
  const lazy = (flags & MNT_DETACH) !== 0
  if (at.dentry !== at.mount.root) throw EINVAL
  if (!lazy && sits(at.mount)) throw EBUSY
  context.namespace.umount(at, lazy)
}

/**
 * pivot_root(2) in the form runc uses: the caller's root and working directory are the new root afterwards, which the
 * kernel sets by itself from what this returns.
 */
export function pivotRoot(context: PathContext, path: string): Location {
  requireRoot(context)
  const newRoot = resolvePath(context, path)
  if (!newRoot.inode.isDirectory) throw ENOTDIR
  context.namespace.pivot(newRoot)
  return context.namespace.root
}
