import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  EPERM,
  EXDEV,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  isSymlink,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
} from '@drydock/abi'
import { capableIn } from './capable.ts'
import type { Inode } from './inode.ts'
import { Location } from './location.ts'
import type { PathContext } from './path-context.ts'
import { isPlainName, type LastComponent, PathWalk, resolvePath } from './path-walk.ts'
import { requireDirectoryWrite, requireStickyOwner, requireWritableMount } from './permission.ts'
import { observeEntry, observeSelf } from './observe.ts'
import { notifyEntry } from './watch.ts'

interface Entry {
  readonly directory: Location
  readonly last: LastComponent
  /** What the name stands for now, symbolic links as they are. */
  readonly found: Location | undefined
}

function findEntry(context: PathContext, path: string): Entry {
  const walk = new PathWalk(context)
  const last = walk.toParent(path)
  return { last, found: walk.child(last.name), directory: walk.at }
}

/** Makes an inode under a name that is free; mode without the umask, owner and set-group-id by the rules of inode(7). */
export function makeEntry(
  context: PathContext,
  directory: Location,
  name: string,
  init: { mode: number; rdev?: number; target?: string },
): Location {
  requireWritableMount(directory)
  requireDirectoryWrite(directory, context.credentials)
  if (directory.dentry.deleted) throw ENOENT
  const { uid, gid } = context.credentials
  const inherits = (directory.inode.mode & S_ISGID) !== 0
  const isDirectory = (init.mode & S_IFMT) === S_IFDIR
  const umasked = (init.mode & S_IFMT) === S_IFLNK ? init.mode : init.mode & ~context.umask
  directory.inode.create(name, {
    ...init,
    mode: inherits && isDirectory ? umasked | S_ISGID : umasked,
    uid,
    gid: inherits ? directory.inode.gid : gid,
  })
  notifyEntry(directory.dentry, name, 'create')
  const dentry = directory.dentry.lookup(name, context)
  if (dentry === undefined) throw ENOENT
  observeEntry(directory.dentry, name, dentry.inode, IN_CREATE)
  return new Location(directory.mount, dentry)
}

function makeNew(context: PathContext, path: string, init: { mode: number; rdev?: number; target?: string }): Location {
  const { directory, last, found } = findEntry(context, path)
  if (found !== undefined) throw EEXIST
  if (last.directory && (init.mode & S_IFMT) !== S_IFDIR) throw ENOENT
  return makeEntry(context, directory, last.name, init)
}

/** mkdir(2). */
export function mkdir(context: PathContext, path: string, mode: number): void {
  makeNew(context, path, { mode: S_IFDIR | (mode & 0o1777) })
}

/** symlink(2). */
export function symlink(context: PathContext, target: string, path: string): void {
  if (target === '') throw ENOENT
  makeNew(context, path, { mode: S_IFLNK | 0o777, target })
}

/** mknod(2); a mode without type is a regular file. */
export function mknod(context: PathContext, path: string, mode: number, rdev: number): Location {
  const type = mode & S_IFMT
  if (type === S_IFDIR || type === S_IFLNK) throw EPERM
  if ((type === S_IFCHR || type === S_IFBLK) && !capableIn(context.credentials, 'mknod', undefined)) throw EPERM
  return makeNew(context, path, { mode: type === 0 ? S_IFREG | mode : mode, rdev })
}

/** link(2): symbolic links are not followed. */
export function link(context: PathContext, from: string, to: string): void {
  const source = resolvePath(context, from, false)
  const { directory, last, found } = findEntry(context, to)
  if (found !== undefined) throw EEXIST
  if (last.directory) throw ENOENT
  if (source.mount !== directory.mount) throw EXDEV
  requireWritableMount(directory)
  requireDirectoryWrite(directory, context.credentials)
  if (source.inode.isDirectory) throw EPERM
  directory.inode.link(last.name, source.inode)
  notifyEntry(directory.dentry, last.name, 'create')
  observeEntry(directory.dentry, last.name, source.inode, IN_CREATE)
}

function requireRemovable(context: PathContext, entry: Entry): Location {
  const { directory, found } = entry
  if (found === undefined) throw ENOENT
  requireWritableMount(directory)
  requireDirectoryWrite(directory, context.credentials)
  requireStickyOwner(directory.inode, found.inode, context.credentials)
  return found
}

const isMountPoint = (directory: Location, found: Location): boolean => found.mount !== directory.mount

function drop(directory: Location, name: string, inode: Inode): void {
  directory.dentry.drop(name)
  notifyEntry(directory.dentry, name, 'delete')
  observeEntry(directory.dentry, name, inode, IN_DELETE)
  observeSelf(inode, inode.isDirectory || inode.nlink === 0 ? IN_DELETE_SELF : IN_ATTRIB)
}

/** unlink(2). */
export function unlink(context: PathContext, path: string): void {
  const entry = findEntry(context, path)
  const { directory, last } = entry
  if (!isPlainName(last.name)) throw EISDIR
  const found = requireRemovable(context, entry)
  if (found.inode.isDirectory) throw EISDIR
  if (last.directory) throw ENOTDIR
  if (isMountPoint(directory, found)) throw EBUSY
  directory.inode.unlink(last.name)
  drop(directory, last.name, found.inode)
}

/** rmdir(2). */
export function rmdir(context: PathContext, path: string): void {
  const entry = findEntry(context, path)
  const { directory, last } = entry
  if (last.name === '.') throw EINVAL
  if (last.name === '..') throw ENOTEMPTY
  if (last.name === '') throw EBUSY
  const found = requireRemovable(context, entry)
  if (!found.inode.isDirectory) throw ENOTDIR
  if (isMountPoint(directory, found)) throw EBUSY
  directory.inode.rmdir(last.name)
  drop(directory, last.name, found.inode)
}

const isWithin = (location: Location, ancestor: Inode): boolean => {
  for (let at: Location['dentry'] | undefined = location.dentry; at !== undefined; at = at.parent) {
    if (at.inode === ancestor) return true
  }
  return false
}

/** What may stand where the new name is. */
function checkReplaced(source: Location, target: Location): void {
  if (target.inode.isDirectory && !source.inode.isDirectory) throw EISDIR
  if (!target.inode.isDirectory && source.inode.isDirectory) throw ENOTDIR
  if (target.inode.isDirectory && target.inode.readdir().length > 0) throw ENOTEMPTY
}

function checkMoved(source: Location, from: Entry, to: Entry): void {
  if (from.directory.mount !== to.directory.mount) throw EXDEV
  if (isMountPoint(from.directory, source)) throw EBUSY
  if (to.found !== undefined && isMountPoint(to.directory, to.found)) throw EBUSY
  if (source.inode.isDirectory && isWithin(to.directory, source.inode)) throw EINVAL
  if (to.found !== undefined && to.found.inode.isDirectory && isWithin(from.directory, to.found.inode)) throw ENOTEMPTY
  if (!source.inode.isDirectory && (from.last.directory || to.last.directory)) throw ENOTDIR
}

/** rename(2), renameat2(2). @param flags RENAME_NOREPLACE, RENAME_EXCHANGE */
export function rename(context: PathContext, fromPath: string, toPath: string, flags: number): void {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0 || flags === (RENAME_NOREPLACE | RENAME_EXCHANGE))
    throw EINVAL
  const from = findEntry(context, fromPath)
  const to = findEntry(context, toPath)
  if (!isPlainName(from.last.name) || !isPlainName(to.last.name)) throw EBUSY
  const source = requireRemovable(context, from)
  if (flags & RENAME_NOREPLACE && to.found !== undefined) throw EEXIST
  if (flags & RENAME_EXCHANGE) return exchange(context, from, source, to)
  checkMoved(source, from, to)
  requireDirectoryWrite(to.directory, context.credentials)
  if (to.found !== undefined) {
    requireStickyOwner(to.directory.inode, to.found.inode, context.credentials)
    if (to.found.inode === source.inode) return
    checkReplaced(source, to.found)
  }
  from.directory.inode.rename(from.last.name, to.directory.inode, to.last.name)
  from.directory.dentry.move(from.last.name, to.directory.dentry, to.last.name)
  notifyEntry(from.directory.dentry, from.last.name, 'move')
  notifyEntry(to.directory.dentry, to.last.name, 'create')
  if (to.found) observeSelf(to.found.inode, IN_DELETE_SELF)
  const cookie = source.inode.ino
  observeEntry(from.directory.dentry, from.last.name, source.inode, IN_MOVED_FROM, cookie)
  observeEntry(to.directory.dentry, to.last.name, source.inode, IN_MOVED_TO, cookie)
  observeSelf(source.inode, IN_MOVE_SELF)
}

/** renameat2(2), RENAME_EXCHANGE: both are there, and neither is within the other. */
function exchange(context: PathContext, from: Entry, source: Location, to: Entry): void {
  const target = requireRemovable(context, to)
  if (from.directory.mount !== to.directory.mount) throw EXDEV
  if (isMountPoint(from.directory, source) || isMountPoint(to.directory, target)) throw EBUSY
  if (isWithin(to.directory, source.inode) || isWithin(from.directory, target.inode)) throw EINVAL
  if (source.inode === target.inode) return
  from.directory.inode.exchange(from.last.name, to.directory.inode, to.last.name)
  from.directory.dentry.exchange(from.last.name, to.directory.dentry, to.last.name)
  notifyEntry(from.directory.dentry, from.last.name, 'move')
  notifyEntry(to.directory.dentry, to.last.name, 'move')
  for (const inode of [source.inode, target.inode]) observeSelf(inode, IN_MOVE_SELF)
}

/** readlink(2). */
export function readlink(context: PathContext, path: string): string {
  const found = resolvePath(context, path, false)
  if (!isSymlink(found.inode.mode)) throw EINVAL
  return found.inode.readlink(context)
}
