import type { Clock, DirectoryEntry, LazyContent, Stat, StatFs } from '@drydock/abi'
import {
  EACCES,
  EADDRINUSE,
  ECONNREFUSED,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  EPERM,
  IN_ONLYDIR,
  isRegular,
  isSocket,
  MS_NOEXEC,
  O_RDONLY,
  R_OK,
  S_IFSOCK,
  W_OK,
  X_OK,
} from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import { capable } from './capable.ts'
import * as attributes from './attribute-operations.ts'
import * as directories from './directory-operations.ts'
import { type OpeningParts, openFile } from './file-opening.ts'
import type { Inode } from './inode.ts'
import type { Location } from './location.ts'
import type { Mount } from './mount.ts'
import * as mounts from './mount-operations.ts'
import { OpenFile } from './open-file.ts'
import type { PathContext } from './path-context.ts'
import { isDeleted, pathOf } from './path-name.ts'
import { resolvePath } from './path-walk.ts'
import { requirePermission, requireWritableMount } from './permission.ts'
import { addWatch, type WatchListener } from './watch.ts'
import * as xattrs from './xattr-operations.ts'

export interface FilesOptions extends OpeningParts {
  readonly clock: Pick<Clock, 'now'>
  /** mount(2)'s types by name. */
  readonly types: ReadonlyMap<string, mounts.FileSystemType>
  /** Whether a process has its root or working directory there. */
  readonly sits: (mount: Mount) => boolean
}

/**
 * The system calls on paths, one method each, as man pages section 2 describe them. Nothing blocks. The kernel binds
 * them to a task by handing in its context.
 */
export class Files {
  private readonly options: FilesOptions

  constructor(options: FilesOptions) {
    this.options = options
  }

  /** The place a path names. @param follow symbolic links at its end (default) */
  resolve(context: PathContext, path: string, follow = true): Location {
    return resolvePath(context, path, follow)
  }

  open(context: PathContext, path: string, flags: number, mode = 0o666): FileDescription {
    return openFile(this.options, context, path, flags, mode)
  }

  /** For execve(2): a regular file with the execute bit, on a mount that allows it. @throws EACCES, ENOENT, ENOTDIR, ELOOP */
  openExecutable(context: PathContext, path: string): OpenFile {
    const location = resolvePath(context, path)
    if (!isRegular(location.inode.mode) || (location.mount.flags & MS_NOEXEC) !== 0) throw EACCES
    requirePermission(location.inode, context.credentials, X_OK)
    return new OpenFile(O_RDONLY, location)
  }

  stat(context: PathContext, path: string): Stat {
    return resolvePath(context, path).inode.stat()
  }
  lstat(context: PathContext, path: string): Stat {
    return resolvePath(context, path, false).inode.stat()
  }
  statfs(context: PathContext, path: string): StatFs {
    return resolvePath(context, path).mount.fs.statfs()
  }
  readdir(context: PathContext, path: string): DirectoryEntry[] {
    const { inode } = resolvePath(context, path)
    if (!inode.isDirectory) throw ENOTDIR
    requirePermission(inode, context.credentials, R_OK)
    return inode.readdir(context)
  }

  mkdir(context: PathContext, path: string, mode = 0o777): void {
    directories.mkdir(context, path, mode)
  }
  rmdir(context: PathContext, path: string): void {
    directories.rmdir(context, path)
  }
  unlink(context: PathContext, path: string): void {
    directories.unlink(context, path)
  }
  rename(context: PathContext, from: string, to: string, flags = 0): void {
    directories.rename(context, from, to, flags)
  }
  link(context: PathContext, from: string, to: string): void {
    directories.link(context, from, to)
  }
  symlink(context: PathContext, target: string, path: string): void {
    directories.symlink(context, target, path)
  }
  readlink(context: PathContext, path: string): string {
    return directories.readlink(context, path)
  }
  mknod(context: PathContext, path: string, mode: number, rdev = 0): void {
    directories.mknod(context, path, mode, rdev)
  }

  chmod(context: PathContext, path: string, mode: number): void {
    attributes.chmod(context, path, mode)
  }
  chown(context: PathContext, path: string, uid: number, gid: number, follow = true): void {
    attributes.chown(context, path, uid, gid, follow)
  }
  utimes(context: PathContext, path: string, atimeMs: number, mtimeMs: number, follow = true): void {
    attributes.utimes(context, path, atimeMs, mtimeMs, follow)
  }
  getxattr(context: PathContext, path: string, name: string, follow = true): Uint8Array {
    return xattrs.getxattr(context, path, name, follow)
  }
  listxattr(context: PathContext, path: string, follow = true): string[] {
    return xattrs.listxattr(context, path, follow)
  }
  setxattr(
    context: PathContext,
    path: string,
    name: string,
    value: Uint8Array,
    options: { follow?: boolean; flags?: number } = {},
  ): void {
    xattrs.setxattr(context, path, name, value, options)
  }
  removexattr(context: PathContext, path: string, name: string, follow = true): void {
    xattrs.removexattr(context, path, name, follow)
  }
  truncate(context: PathContext, path: string, size: number): void {
    attributes.truncate(context, path, size)
  }
  access(context: PathContext, path: string, mode: number): void {
    attributes.access(context, path, mode)
  }

  realpath(context: PathContext, path: string): string {
    return pathOf(resolvePath(context, path), context.root)
  }
  /** @throws ENOENT when the directory was removed */
  getcwd(context: PathContext): string {
    if (isDeleted(context.cwd)) throw ENOENT
    return pathOf(context.cwd, context.root)
  }
  /** Where the task's working directory moves to. chdir(2). */
  chdir(context: PathContext, path: string): Location {
    const location = resolvePath(context, path)
    if (!location.inode.isDirectory) throw ENOTDIR
    requirePermission(location.inode, context.credentials, X_OK)
    return location
  }
  /** Where the task's root moves to. chroot(2). */
  chroot(context: PathContext, path: string): Location {
    const location = this.chdir(context, path)
    if (!capable(context.credentials, 'sys_chroot')) throw EPERM
    return location
  }

  mount(context: PathContext, request: mounts.MountArguments): void {
    mounts.mount(this.options.types, context, request)
  }
  umount(context: PathContext, target: string, flags = 0): void {
    mounts.umount(context, target, flags, this.options.sits)
  }
  /** @returns the caller's new root and working directory */
  pivotRoot(context: PathContext, newRoot: string): Location {
    return mounts.pivotRoot(context, newRoot)
  }

  setLazyContent(context: PathContext, path: string, content: LazyContent): void {
    const location = resolvePath(context, path)
    requireWritableMount(location)
    requirePermission(location.inode, context.credentials, W_OK)
    contentOf(location.inode).setLazyContent(content)
  }
  getLazyContent(context: PathContext, path: string): LazyContent | undefined {
    return contentOf(resolvePath(context, path).inode).lazyContent
  }

  watch(context: PathContext, path: string, listener: WatchListener): () => void {
    const { inode } = resolvePath(context, path)
    requirePermission(inode, context.credentials, R_OK)
    return addWatch(inode, listener)
  }

  /** What inotify_add_watch(2) of the path watches. @throws ENOENT, EACCES, ENOTDIR with IN_ONLYDIR */
  observed(context: PathContext, path: string, mask: number): Inode {
    const { inode } = resolvePath(context, path)
    requirePermission(inode, context.credentials, R_OK)
    if (mask & IN_ONLYDIR && !inode.isDirectory) throw ENOTDIR
    return inode
  }

  /** bind(2) of a unix socket: makes the node that `socketAt` then finds. @throws EADDRINUSE */
  bindSocket(context: PathContext, path: string, socket: unknown, mode = 0o777): Location {
    try {
      const location = directories.mknod(context, path, S_IFSOCK | mode, 0)
      location.inode.socket = socket
      return location
    } catch (error) {
      throw error === EEXIST ? EADDRINUSE : error
    }
  }
  /** What is bound to a socket node. @throws ECONNREFUSED when it is no socket, or nobody is there any more */
  socketAt(context: PathContext, path: string): unknown {
    const { inode } = resolvePath(context, path)
    requirePermission(inode, context.credentials, W_OK)
    if (!isSocket(inode.mode) || inode.socket === undefined) throw ECONNREFUSED
    return inode.socket
  }
}

function contentOf(inode: Inode): Inode {
  if (inode.isDirectory) throw EISDIR
  if (!isRegular(inode.mode)) throw EINVAL
  return inode
}
